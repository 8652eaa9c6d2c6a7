//! `summary.json`: totals, and the counts that prove that they reconcile.

use std::collections::BTreeMap;

use audit::directory::Owner;
use audit::{Context, RULES, Tally, Totals, Verdict};
use types::Symbol;

use crate::certificates::{revocation_lists, revocation_not_checked};
use crate::device::InputDigests;
use crate::model::v1::{
    Counts, DirectoryEntry, ModelCounts, Summary, UnattributedEntity, VerdictCounts, WaivedCounts,
    WaiverEntry,
};

/// The wire form of a tally.
#[must_use]
pub fn verdict_counts(tally: &Tally) -> VerdictCounts {
    VerdictCounts {
        correct: tally.of(Verdict::Correct),
        missing: tally.of(Verdict::Missing),
        not_known: tally.of(Verdict::NotKnown),
        out_of_scope: tally.of(Verdict::OutOfScope),
        wrong: tally.of(Verdict::Wrong),
    }
}

/// The summary of a run.
#[must_use]
pub fn summary(
    totals: &Totals,
    counts: Counts,
    records: BTreeMap<String, u64>,
    context: Context<'_>,
    directories: Vec<DirectoryEntry>,
    inputs: &InputDigests,
) -> Summary {
    let Context { names, directory, options, .. } = context;
    let party =
        |owner: Option<Owner>| owner.map_or_else(|| "unassigned".to_owned(), |owner| owner.name(directory));
    let text = |symbol: Option<Symbol>| {
        symbol.map_or_else(|| "unknown".to_owned(), |symbol| names.name(symbol).to_owned())
    };
    let optional = |symbol: Option<Symbol>| symbol.map(|symbol| names.name(symbol).to_owned());
    let mut by_model: Vec<ModelCounts> = totals
        .by_model
        .iter()
        .map(|([manufacturer, model, firmware], tally)| ModelCounts {
            counts: verdict_counts(tally),
            firmware: optional(*firmware),
            manufacturer: optional(*manufacturer),
            model: optional(*model),
        })
        .collect();
    by_model.sort_by(|a, b| {
        (&a.manufacturer, &a.model, &a.firmware).cmp(&(&b.manufacturer, &b.model, &b.firmware))
    });
    let mut unattributed_entities: Vec<UnattributedEntity> = totals
        .unattributed
        .iter()
        .map(|((entity, owner), cells)| UnattributedEntity {
            cells: *cells,
            dno: party(*owner),
            entity: entity.to_string(),
        })
        .collect();
    unattributed_entities.sort_by(|a, b| b.cells.cmp(&a.cells).then_with(|| a.cmp(b)));
    Summary {
        as_of: context.as_of().to_string(),
        by_age: group(&totals.by_age, |age| age.name().to_owned()),
        by_dno: group(&totals.by_party, |owner| party(*owner)),
        by_grade: group(&totals.by_grade, |grade| grade.map_or("no-evidence", types::Grade::name).to_owned()),
        by_model,
        by_region: group(&totals.by_region, |region| text(*region)),
        by_supplier: group(&totals.by_supplier, |supplier| text(*supplier)),
        counts,
        directories,
        findings: RULES
            .iter()
            .zip(totals.by_rule.iter().copied())
            .filter(|(rule, _)| options.rule_set.has(rule))
            .map(|(rule, count)| (rule.id.into(), count))
            .collect(),
        not_checked: revocation_not_checked(context.certificates).into_iter().collect(),
        records,
        revocation_lists: revocation_lists(context.certificates),
        unattributed_entities,
        waived: context.waivers.iter().next().map(|_| waived(totals)),
        waivers: waivers(totals, context, inputs),
    }
}

fn waived(totals: &Totals) -> WaivedCounts {
    WaivedCounts {
        findings: RULES
            .iter()
            .zip(totals.waived_by_rule.iter().copied())
            .filter(|(_, count)| *count > 0)
            .map(|(rule, count)| (rule.id.into(), count))
            .collect(),
        verdicts: verdict_counts(&totals.waived),
    }
}

fn waivers(totals: &Totals, context: Context<'_>, inputs: &InputDigests) -> Vec<WaiverEntry> {
    let waivers = context.waivers;
    let entry = |(id, record): (audit::WaiverId, &types::WaiverRecord)| {
        let findings = totals.by_waiver.get(&id).copied().unwrap_or_default();
        WaiverEntry {
            approver: record.approver.clone(),
            expires: record.expires.to_string(),
            findings,
            id: record.id.clone(),
            input: inputs.of(record.origin.input).to_owned(),
            line: record.origin.line,
            reason: record.reason.clone(),
            rule: record.rule.clone(),
            state: waivers.state(id, findings).name().into(),
        }
    };
    waivers.iter().map(entry).collect()
}

/// Groups under their names; two keys of one name, such as a supplier called `unknown`, are counted together.
fn group<K>(
    tallies: &std::collections::HashMap<K, Tally>,
    name: impl Fn(&K) -> String,
) -> BTreeMap<String, VerdictCounts> {
    let mut named: BTreeMap<String, Vec<&Tally>> = BTreeMap::new();
    for (key, tally) in tallies {
        named.entry(name(key)).or_default().push(tally);
    }
    named
        .into_iter()
        .map(|(name, tallies)| (name, verdict_counts(&tallies.into_iter().copied().sum())))
        .collect()
}
