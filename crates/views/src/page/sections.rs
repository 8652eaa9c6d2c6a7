//! The sections of the page, from top to bottom.

use std::collections::BTreeMap;

use audit::Age;
use maud::{Markup, html};
use report::diff::Change;
use report::model::v1::{ModelCounts, Slice, VerdictCounts};

use crate::edition::{Edition, Standing, Step};
use crate::overview::{Credential, Ends, GRADES, Group, Overview, Task, VERDICTS, in_order};
use crate::page::PageError;
use crate::page::table::{Cell, SHOWN, Table, figure, verdicts, verdicts_in_order};
use crate::wording::{PARTIES, kind_of_party, name, number, party, percent, plural, sentence, split};

/// A section: its id, by which links find it, its heading, and what is in it.
#[derive(Clone, Copy)]
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) body: fn(&Edition, &Overview) -> Result<Markup, PageError>,
}

pub(super) const ALL: [Section; 10] = [
    Section { id: "audited", title: "What was audited", body: audited },
    Section { id: "totals", title: "Totals", body: totals },
    Section { id: "coverage", title: "Coverage, and what is not known", body: coverage },
    Section { id: "groups", title: "By operator, supplier, region and model", body: groups },
    Section { id: "evidence", title: "How good the evidence is", body: evidence },
    Section { id: "causes", title: "The commonest causes", body: causes },
    Section { id: "expiry", title: "Credentials that end soon", body: expiry },
    Section { id: "trend", title: "What changed", body: trend },
    Section { id: "remedies", title: "What to do, by who must act", body: remedies },
    Section { id: "verify", title: "How to check this page", body: verify },
];

/// What the page is of, in one line.
pub(super) fn title(edition: &Edition) -> String {
    match &edition.slice {
        Some(slice) => format!("Network operator credentials: meters of {}", whose(slice)),
        None => "Network operator credentials of electricity meters".to_owned(),
    }
}

/// The party of a slice with what it is.
fn whose(slice: &Slice) -> String {
    format!("{} {}", kind_of_party(slice), name(&slice.leaf.party))
}

/// What stands under the title: the figures in two sentences.
pub(super) fn head(edition: &Edition, overview: &Overview) -> Markup {
    let VerdictCounts { correct, missing, wrong, not_known, out_of_scope } = overview.totals.verdicts;
    let meters = correct + missing + wrong + not_known + out_of_scope;
    html! {
        p { (plural(meters, "meter")) " as of " (name(&edition.manifest.as_of)) }
        p.key {
            (number(missing + wrong)) " of " (plural(overview.judged(), "judged meter")) " ("
            (percent(missing + wrong, overview.judged())) ") do not hold the credentials of the right network operator. \
            Missing : wrong is " (split(missing, wrong)) ". " (number(not_known)) " could not be judged."
        }
        @if let Some((task, group)) = overview.tasks.commonest().first() {
            p {
                "Most meters wait for " (party(&task.party))
                @if let Some(who) = &task.who { " " bdi { (name(who)) } }
                ": " (number(group.meters)) @if let Some(request) = &task.service_request { " by SRV " (name(request)) }
                ". " a href="#remedies" { "What to do, by who must act" } " has them all."
            }
        }
    }
}

fn code(text: &str) -> Cell {
    Cell::Code(name(text))
}

fn optional(text: Option<&str>) -> Cell {
    Cell::Text(text.map_or_else(|| "not known".to_owned(), name))
}

/// The command that shows how a meter was judged.
fn explain(group: &Group) -> Cell {
    Cell::Code(format!("dnoaudit explain {} --package PACKAGE", name(group.first.as_str())))
}

fn audited(edition: &Edition, _: &Overview) -> Result<Markup, PageError> {
    let manifest = &edition.manifest;
    let inputs = manifest.inputs.iter().map(|input| {
        let records = &input.records;
        vec![
            Cell::Text(name(&input.name)),
            Cell::Text(name(&input.role)),
            Cell::Number(records.total),
            Cell::Number(records.quarantined),
            code(&input.sha256),
        ]
    });
    let inputs = Table {
        id: "inputs",
        caption: "Inputs, by the SHA-256 of what was read".to_owned(),
        columns: vec!["input", "role", "records", "of those not usable", "SHA-256"],
        rows: inputs.collect(),
        sum: None,
        beyond: 0,
    };
    let seal = &manifest.seal;
    Ok(html! {
        @if let Some(slice) = &edition.slice {
            p {
                "This is a slice: the " (plural(slice.leaf.rows, "meter")) " of " (whose(slice)) " out of a report of "
                (plural(manifest.counts.meters, "meter")) ". Inputs, manifest and roots are those of the whole report."
            }
        }
        p {
            "Whether each electricity meter (ESME) holds the credentials of the right network operator in its two \
             networkOperator trust anchor cells, as its newest record says."
        }
        dl {
            dt { "As of" } dd { (name(&manifest.as_of)) }
            dt { "Manifest SHA-256" } dd { code { (name(&edition.manifest_sha256)) } }
            dt { "Root by operator" }
            dd { code { (name(&seal.dno.root)) } " over " (number(seal.dno.parties)) " parties" }
            dt { "Root by supplier" }
            dd { code { (name(&seal.supplier.root)) } " over " (number(seal.supplier.parties)) " parties" }
            dt { "Signer" }
            dd {
                @match &edition.signature {
                    Some(signature) => {
                        @if let Some(subject) = &signature.subject { bdi { (name(subject)) } ", " }
                        "key " code { (name(&signature.key_id)) }
                        ". The signature is not checked here: run " code { "dnoaudit verify" } "."
                    }
                    None => "nobody: the report is not signed. Compare the manifest's SHA-256 with one from elsewhere."
                }
            }
            dt { "Rules" }
            dd { "rule set " (manifest.rule_set.version) ", SHA-256 " code { (name(&manifest.rule_set.sha256)) } }
            dt { "Made by" } dd { (name(&manifest.tool.name)) " " (name(&manifest.tool.version)) }
        }
        (inputs.render())
        @if let Some(summary) = &edition.summary {
            @if !summary.not_checked.is_empty() {
                h3 { "Not checked" }
                ul { @for what in summary.not_checked.iter().take(SHOWN) { li { (name(what)) } } }
                @if summary.not_checked.len() > SHOWN {
                    p.note { (summary.not_checked.len() - SHOWN) " more are in summary.json." }
                }
            }
        }
    })
}

fn totals(_: &Edition, overview: &Overview) -> Result<Markup, PageError> {
    let counts = &overview.totals.verdicts;
    let waived = &overview.totals.waived;
    let whole: u64 = in_order(counts).iter().sum();
    let rows = VERDICTS.iter().zip(in_order(counts)).zip(MEANINGS);
    let table = Table {
        id: "verdicts",
        caption: "Meters by verdict".to_owned(),
        columns: vec!["verdict", "meters", "share", "meaning"],
        rows: rows
            .map(|(((_, verdict), count), meaning)| {
                vec![
                    Cell::Text((*verdict).to_owned()),
                    Cell::Number(count),
                    Cell::Figure(percent(count, whole)),
                    Cell::Text(meaning.to_owned()),
                ]
            })
            .collect(),
        sum: Some(vec![
            Cell::Text("all".to_owned()),
            Cell::Number(whole),
            Cell::Figure(percent(whole, whole)),
            Cell::Text(String::new()),
        ]),
        beyond: 0,
    };
    Ok(html! {
        (figure("chart-verdicts", "Shares of verdicts", std::iter::once(("all meters".to_owned(), counts)), false)?)
        (table.render())
        p { "Missing : wrong = " (split(counts.missing, counts.wrong)) "." }
        @if *waived != VerdictCounts::default() {
            p {
                "Somebody accepted every finding of " (number(waived.missing)) " missing, " (number(waived.wrong))
                " wrong and " (number(waived.not_known)) " not known meters for a time. They stay in all figures."
            }
        }
    })
}

/// What the verdicts mean, in their order.
const MEANINGS: [&str; 5] = [
    "both cells hold the expected operator's credentials",
    "the operator is absent, and no cell is wrong",
    "a cell holds another party, another role or the wrong usage",
    "nothing may be concluded",
    "the audit does not judge them",
];

/// Meters of a verdict by the first rule that calls for it.
fn reasons(
    edition: &Edition,
    overview: &Overview,
    id: &'static str,
    caption: &str,
    verdict: &str,
    whole: u64,
) -> Markup {
    let row = |(rule, group): &(&str, &Group)| {
        vec![
            Cell::Text(sentence(edition.title(rule))),
            code(rule),
            Cell::Number(group.meters),
            Cell::Figure(percent(group.meters, whole)),
            explain(group),
        ]
    };
    Table {
        id,
        caption: caption.to_owned(),
        columns: vec!["why", "rule", "meters", "share", "for example"],
        rows: overview.reasons_of(verdict).iter().map(row).collect(),
        sum: None,
        beyond: 0,
    }
    .render()
}

fn coverage(edition: &Edition, overview: &Overview) -> Result<Markup, PageError> {
    let VerdictCounts { not_known, out_of_scope, .. } = overview.totals.verdicts;
    let (judged, in_scope) = (overview.judged(), overview.in_scope());
    let counts = &edition.manifest.counts;
    Ok(html! {
        p {
            (number(judged)) " of " (plural(in_scope, "meter")) " in scope were judged (" (percent(judged, in_scope))
            "); " (number(not_known)) " are not known, and " (number(out_of_scope)) " are out of scope. What is not known is \
            never counted as missing, wrong or correct."
        }
        (reasons(edition, overview, "not-known", "Why meters are not known: each by the first rule that says so", "not-known", not_known))
        (reasons(edition, overview, "out-of-scope", "Why meters are out of scope", "out-of-scope", out_of_scope))
        @if edition.slice.is_none() {
            p {
                (plural(counts.records.quarantined, "record")) " of " (number(counts.records.total))
                " could not be used; quarantine.jsonl has each with the reason. "
                (plural(counts.not_in_estate, "device")) " with records are not in the estate: see not-in-estate.jsonl."
            }
        }
    })
}

fn remedies(_: &Edition, overview: &Overview) -> Result<Markup, PageError> {
    let mut parties: BTreeMap<&str, Vec<(&Task, &Group)>> = BTreeMap::new();
    for (task, group) in overview.tasks.commonest() {
        parties.entry(&task.party).or_default().push((task, group));
    }
    let sum = |tasks: &[(&Task, &Group)]| tasks.iter().map(|(_, group)| group.meters).sum::<u64>();
    let mut parties: Vec<_> = parties.into_iter().map(|(party, tasks)| (sum(&tasks), party, tasks)).collect();
    parties.sort_by(|(a, one, _), (b, other, _)| b.cmp(a).then_with(|| one.cmp(other)));
    let by_party = Table {
        id: "parties",
        caption: "Meters by who must act".to_owned(),
        columns: vec!["who must act", "meters"],
        rows: parties
            .iter()
            .map(|(meters, of, _)| vec![Cell::Text(party(of)), Cell::Number(*meters)])
            .collect(),
        sum: Some(vec![Cell::Text("all".to_owned()), Cell::Number(overview.tasks.meters())]),
        beyond: 0,
    };
    Ok(html! {
        p { "Some correct meters are among them: they need a renewal or newer evidence." }
        (by_party.render())
        @if overview.tasks.beyond > 0 {
            p.note { (number(overview.tasks.beyond)) " meters have remedies of further kinds; devices.jsonl has them." }
        }
        @for (_, of, rows) in &parties {
            // Functions are few; a report of somebody else may name others, which stand in the table above.
            @if let Some((id, _)) = PARTIES.iter().find(|(known, _)| known == of) {
                h3 { "To be done by " (party(of)) }
                (tasks(id, of, rows).render())
            }
        }
    })
}

fn tasks(id: &'static str, of: &str, tasks: &[(&Task, &Group)]) -> Table {
    let row = |(task, group): &(&Task, &Group)| {
        let request = match (&task.service_request, task.mode) {
            (Some(request), Some(mode)) => format!("SRV {}, mode {mode}", name(request)),
            (Some(request), None) => format!("SRV {}", name(request)),
            (None, _) => "none".to_owned(),
        };
        vec![
            optional(task.who.as_deref()),
            Cell::Text(request),
            Cell::Text(sentence(&task.action)),
            Cell::Number(group.meters),
            explain(group),
        ]
    };
    Table {
        id,
        caption: format!("Meters by party, Service Request and action, for {}", party(of)),
        columns: vec!["who", "Service Request", "action", "meters", "for example"],
        rows: tasks.iter().map(row).collect(),
        sum: None,
        beyond: 0,
    }
}

fn causes(edition: &Edition, overview: &Overview) -> Result<Markup, PageError> {
    let VerdictCounts { missing, wrong, not_known, .. } = overview.totals.verdicts;
    let problems = missing + wrong;
    let many = |group: &Group| group.meters > 1;
    let faults = overview.faults.commonest().into_iter().filter(|(_, group)| many(group));
    let faults = Table {
        id: "credentials",
        caption: "One credential in the cells of many meters that are not correct".to_owned(),
        columns: vec![
            "entity",
            "key",
            "who stands behind it",
            "why",
            "meters",
            "share of missing, wrong and not known",
            "for example",
        ],
        rows: faults
            .map(|(fault, group)| {
                vec![
                    code(fault.entity.as_str()),
                    code(fault.key.as_str()),
                    optional(fault.holder.as_deref()),
                    Cell::Text(sentence(edition.title(&fault.rule))),
                    Cell::Number(group.meters),
                    Cell::Figure(percent(group.meters, problems + not_known)),
                    explain(group),
                ]
            })
            .collect(),
        sum: None,
        beyond: 0,
    };
    let suppliers = overview.supplier_faults.commonest().into_iter().filter(|(_, group)| many(group));
    let suppliers = Table {
        id: "suppliers-at-fault",
        caption: "One supplier with many meters that are missing or wrong for one reason".to_owned(),
        columns: vec!["supplier", "why", "meters", "share of missing and wrong", "for example"],
        rows: suppliers
            .map(|(fault, group)| {
                vec![
                    Cell::Text(name(&fault.supplier)),
                    Cell::Text(sentence(edition.title(&fault.rule))),
                    Cell::Number(group.meters),
                    Cell::Figure(percent(group.meters, problems)),
                    explain(group),
                ]
            })
            .collect(),
        sum: None,
        beyond: 0,
    };
    let beyond = overview.faults.beyond + overview.supplier_faults.beyond;
    Ok(html! {
        (reasons(edition, overview, "missing", "Why meters are missing: each by the first rule that says so", "missing", missing))
        (reasons(edition, overview, "wrong", "Why meters are wrong: each by the first rule that says so", "wrong", wrong))
        (faults.render())
        (suppliers.render())
        @if beyond > 0 {
            p.note { (number(beyond)) " meters stand in groups beyond those that the page can tell apart." }
        }
    })
}

fn groups(_: &Edition, overview: &Overview) -> Result<Markup, PageError> {
    let totals = &overview.totals;
    let named = |groups: &BTreeMap<String, VerdictCounts>| -> Vec<(String, VerdictCounts)> {
        groups.iter().map(|(of, counts)| (name(of), *counts)).collect()
    };
    let (dnos, suppliers, regions) =
        (named(&totals.by_dno), named(&totals.by_supplier), named(&totals.by_region));
    let models: Vec<(String, VerdictCounts)> = totals
        .models()
        .map(|ModelCounts { counts, firmware, manufacturer, model, .. }| {
            let part = |part: Option<String>| part.map_or_else(|| "not known".to_owned(), |part| name(&part));
            (format!("{}, {}, {}", part(manufacturer), part(model), part(firmware)), counts)
        })
        .collect();
    Ok(html! {
        h3 { "By expected network operator" }
        (figure("chart-dno", "Shares of verdicts by expected network operator, those with most missing and wrong meters first", of(&dnos), true)?)
        (verdicts("by-dno", "Meters by expected network operator", "operator", of(&dnos)).render())
        h3 { "By responsible supplier" }
        (figure("chart-supplier", "Shares of verdicts by responsible supplier, those with most missing and wrong meters first", of(&suppliers), true)?)
        (verdicts("by-supplier", "Meters by responsible supplier", "supplier", of(&suppliers)).render())
        h3 { "By region" }
        (verdicts("by-region", "Meters by region", "region", of(&regions)).render())
        h3 { "By manufacturer, model and firmware" }
        (verdicts("by-model", "Meters by manufacturer, model and firmware", "manufacturer, model, firmware", of(&models)).render())
    })
}

fn of(groups: &[(String, VerdictCounts)]) -> impl Iterator<Item = (String, &VerdictCounts)> {
    groups.iter().map(|(name, counts)| (name.clone(), counts))
}

fn evidence(edition: &Edition, overview: &Overview) -> Result<Markup, PageError> {
    let caption = match edition.summary {
        Some(_) => "Meters by weakest grade of the evidence that decides",
        None => "Meters by weakest grade of the records that were used",
    };
    let totals = &overview.totals;
    let (by_grade, by_age) = match &edition.summary {
        Some(summary) => (&summary.by_grade, &summary.by_age),
        None => (&overview.grades, &totals.by_age),
    };
    let grades = in_order_of(&GRADES, by_grade);
    let mut ages = in_order_of(&Age::ALL.map(Age::name), by_age);
    // Rows do not tell undated evidence from none, so a slice has both in one.
    let rest = by_age.values().fold(totals.verdicts, |rest, counts| less(&rest, counts));
    if rest != VerdictCounts::default() {
        ages.push(("undated or no-evidence".to_owned(), &rest));
    }
    Ok(html! {
        p { "A cell may have changed since it was seen: the older the evidence, the less it says of today." }
        (verdicts_in_order("by-grade", caption, "grade", &grades).render())
        (figure("chart-age", "Shares of verdicts by age of the newest evidence", ages.iter().cloned(), false)?)
        (verdicts_in_order("by-age", "Meters by age of the newest evidence", "age", &ages).render())
    })
}

/// The groups in the order of these names; what is none of them comes last.
fn in_order_of<'g>(
    names: &[&str],
    groups: &'g BTreeMap<String, VerdictCounts>,
) -> Vec<(String, &'g VerdictCounts)> {
    let place = |of: &str| names.iter().position(|name| *name == of).unwrap_or(names.len());
    let mut groups: Vec<_> = groups.iter().collect();
    groups.sort_by_key(|(of, _)| place(of));
    groups.into_iter().map(|(of, counts)| (name(of), counts)).collect()
}

fn less(all: &VerdictCounts, part: &VerdictCounts) -> VerdictCounts {
    VerdictCounts {
        correct: all.correct.saturating_sub(part.correct),
        missing: all.missing.saturating_sub(part.missing),
        not_known: all.not_known.saturating_sub(part.not_known),
        out_of_scope: all.out_of_scope.saturating_sub(part.out_of_scope),
        wrong: all.wrong.saturating_sub(part.wrong),
    }
}

fn expiry(edition: &Edition, overview: &Overview) -> Result<Markup, PageError> {
    let conditions: Vec<Vec<Cell>> = overview
        .conditions
        .iter()
        .map(|(rule, count)| {
            vec![Cell::Text(sentence(edition.title(rule))), code(rule), Cell::Number(*count)]
        })
        .collect();
    let conditions = Table {
        id: "conditions",
        caption: "Conditions of credentials, which turn no verdict".to_owned(),
        columns: vec!["condition", "rule", "meters"],
        rows: conditions,
        sum: None,
        beyond: 0,
    };
    let Some(found) = &overview.expiry else {
        return Ok(html! {
            p { "A slice comes without certificates; the page of the whole report tells when credentials end." }
            (conditions.render())
        });
    };
    let bands = Ends::ALL.map(|ends| {
        let credentials = found.credentials.iter().filter(|credential| credential.ends == ends).count();
        vec![
            Cell::Text(ends.name().to_owned()),
            Cell::Number(u64::try_from(credentials).unwrap_or(u64::MAX)),
            Cell::Number(found.meters.get(&ends).copied().unwrap_or_default()),
        ]
    });
    let bands = Table {
        id: "bands",
        caption: "Credentials in cells by when the last of their certificates ends, and meters by the first of their credentials to end".to_owned(),
        columns: vec!["ends", "credentials", "meters"],
        rows: bands.into_iter().collect(),
        sum: None,
        beyond: 0,
    };
    let soon = Table {
        id: "ending",
        caption: "Credentials in cells that end within 365 days, the first to end first".to_owned(),
        columns: vec![
            "entity",
            "key",
            "who stands behind it",
            "certificate serials",
            "ends",
            "when",
            "meters",
        ],
        rows: found
            .credentials
            .iter()
            .filter(|credential| credential.ends < Ends::Later)
            .map(ending)
            .collect(),
        sum: None,
        beyond: 0,
    };
    Ok(html! {
        p { "Counted from " (name(&edition.manifest.as_of)) ", for certificates of organisations whose path holds." }
        (bands.render())
        (soon.render())
        (conditions.render())
    })
}

fn ending(credential: &Credential) -> Vec<Cell> {
    vec![
        code(credential.entity.as_str()),
        code(credential.key.as_str()),
        optional(credential.holder.as_deref()),
        Cell::Code(name(&credential.serials.join(", "))),
        Cell::Text(credential.not_after.to_string()),
        Cell::Text(credential.ends.name().to_owned()),
        Cell::Number(credential.meters),
    ]
}

fn trend(edition: &Edition, _: &Overview) -> Result<Markup, PageError> {
    let steps = &edition.steps;
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return Ok(html! {
            p {
                "No earlier report was named. " code { "dnoaudit page PACKAGE --previous EARLIER --out report.html" }
                " tells what was fixed, what is new and what persists."
            }
        });
    };
    let standings: Vec<&Standing> =
        std::iter::once(&first.old).chain(steps.iter().map(|step| &step.new)).collect();
    let day = |as_of: &str| as_of.chars().take(10).collect::<String>();
    let named = |standing: &&Standing| (name(&day(&standing.as_of)), standing.verdicts);
    let named: Vec<(String, VerdictCounts)> = standings.iter().map(named).collect();
    let reports = Table {
        id: "reports",
        caption: "The reports, the oldest first".to_owned(),
        columns: vec!["as of", "meters", "missing", "wrong", "not known", "manifest SHA-256"],
        rows: standings
            .iter()
            .map(|standing| {
                let counts = &standing.verdicts;
                vec![
                    Cell::Text(name(&standing.as_of)),
                    Cell::Number(in_order(counts).iter().sum()),
                    Cell::Number(counts.missing),
                    Cell::Number(counts.wrong),
                    Cell::Number(counts.not_known),
                    code(&standing.manifest_sha256),
                ]
            })
            .collect(),
        sum: None,
        beyond: 0,
    };
    let columns = CHANGES.map(|(change, _)| change.name());
    let changes = Table {
        id: "changes",
        caption: "What became of meters from each report to the next".to_owned(),
        columns: std::iter::once("from, to").chain(columns).collect(),
        rows: steps
            .iter()
            .map(|step| {
                let between = format!("{} to {}", name(&step.old.as_of), name(&step.new.as_of));
                std::iter::once(Cell::Text(between))
                    .chain(CHANGES.map(|(change, _)| Cell::Number(step.meters(change))))
                    .collect()
            })
            .collect(),
        sum: None,
        beyond: 0,
    };
    Ok(html! {
        p.key {
            "Since " (name(&last.old.as_of)) ": " (number(last.meters(Change::Fixed))) " fixed, "
            (number(last.meters(Change::New) + last.meters(Change::Regressed))) " new or regressed, "
            (number(last.meters(Change::Persisting) + last.meters(Change::Changed))) " persisting."
        }
        (figure("chart-trend", "Shares of verdicts from report to report", of(&named), false)?)
        (reports.render())
        (changes.render())
        dl { @for (change, meaning) in CHANGES { dt { (change.name()) } dd { (meaning) } } }
        @if !last.differ_in.is_empty() {
            p { "The last two reports differ in: " (last.differ_in.iter().map(|part| part.name()).collect::<Vec<_>>().join(", ")) "." }
        }
        (why(last).render())
        p { code { "dnoaudit diff EARLIER PACKAGE" } " lists every meter and why it changed." }
    })
}

fn why(step: &Step) -> Table {
    let mut causes: Vec<_> = step.totals.causes.iter().collect();
    causes.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    Table {
        id: "why",
        caption: "Why meters differ from the last report".to_owned(),
        columns: vec!["cause", "meters"],
        rows: causes
            .into_iter()
            .map(|(why, count)| vec![Cell::Text(name(why)), Cell::Number(*count)])
            .collect(),
        sum: Some(vec![Cell::Text("all that differ".to_owned()), Cell::Number(step.totals.different)]),
        beyond: 0,
    }
}

/// Changes as people look for them, with what they mean.
const CHANGES: [(Change, &str); 12] = [
    (Change::Fixed, "was missing or wrong, and is correct"),
    (Change::New, "is missing or wrong, and was not judged or not known"),
    (Change::Regressed, "was correct, and is missing or wrong"),
    (Change::Persisting, "is missing or wrong as before"),
    (Change::Changed, "is missing or wrong in another way"),
    (Change::BecameKnown, "was not known, and is correct"),
    (Change::BecameNotKnown, "was judged, and is not known"),
    (Change::Joined, "is in the newer report alone"),
    (Change::Left, "is in the older report alone"),
    (Change::EnteredScope, "was out of scope, and is correct"),
    (Change::LeftScope, "was judged or not known, and is out of scope"),
    (Change::Unchanged, "has the same verdict, neither missing nor wrong"),
];

fn verify(edition: &Edition, _: &Overview) -> Result<Markup, PageError> {
    let previous = if edition.steps.is_empty() { "" } else { " --previous EARLIER" };
    let kind = if edition.slice.is_some() { "slice" } else { "package" };
    Ok(html! {
        p {
            "This page is no part of the sealed package, and proves nothing by itself. It follows from the " (kind)
            " alone, octet for octet, so whoever has that can make it again and compare:"
        }
        ol {
            li {
                "Verify the " (kind) ", with the signer's key if there is one; the SHA-256 of the manifest has to be the one above."
                pre tabindex="0" { "dnoaudit verify PACKAGE --manifest-sha256 " (name(&edition.manifest_sha256)) }
            }
            li {
                "Make the page again with the same version of the program, and compare."
                pre tabindex="0" { "dnoaudit page PACKAGE" (previous) " --out again.html\ncmp report.html again.html" }
            }
            @if edition.slice.is_none() {
                li {
                    "With the inputs, make the whole report again."
                    pre tabindex="0" { "dnoaudit verify PACKAGE --inputs FOLDER" }
                }
            }
        }
        p {
            "PACKAGE is the folder of the report" @if !edition.steps.is_empty() { ", EARLIER that of each earlier one" } ". "
            code { "dnoaudit explain DEVICE --package PACKAGE" } " shows how a meter was judged."
        }
    })
}
