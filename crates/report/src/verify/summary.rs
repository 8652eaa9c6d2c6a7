//! Whether the summary of a report is what its rows and its manifest give.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use super::rows::Reference;
use crate::model::v1::{InputEntry, Manifest, RecordCounts, RuleRow, Summary, VerdictCounts, WaivedCounts};
use crate::totals::RowTotals;

/// Whether a summary follows from the rows and the manifest, as far as it does: the grade of the evidence and what has
/// no time is held to the number of meters, and entities that nobody could attribute, directories and revocation lists
/// follow from the inputs alone.
///
/// # Errors
///
/// The first member that does not.
pub fn summary(
    summary: &Summary,
    manifest: &Manifest,
    rules: &[RuleRow],
    reference: &Reference,
    totals: &RowTotals,
) -> Result<(), String> {
    if summary.counts != manifest.counts || summary.as_of != manifest.as_of {
        return Err("summary.json has other counts, or another instant, than the manifest".to_owned());
    }
    same("by_dno", &summary.by_dno, &totals.by_dno)?;
    same("by_supplier", &summary.by_supplier, &totals.by_supplier)?;
    same("by_region", &summary.by_region, &totals.by_region)?;
    same("by_model", &summary.by_model, &totals.models().collect())?;
    ages(summary, totals)?;
    if sum(summary.by_grade.values()) != totals.verdicts {
        return Err("by_grade of summary.json does not add up to the meters".to_owned());
    }
    let findings = summary.findings.iter().map(|(rule, count)| (rule.to_string(), *count)).collect();
    same("findings", &findings, &totals.by_rule(rules))?;
    same("records", &summary.records, &records(&manifest.counts.records, &manifest.inputs))?;
    let stranger = summary.directories.iter().find(|directory| !reference.has_input(&directory.sha256));
    if let Some(stranger) = stranger {
        return Err(format!("directory {} of summary.json is no input of the manifest", stranger.sha256));
    }
    if !summary.revocation_lists.is_sorted_by(|a, b| a.sha256 < b.sha256) {
        return Err("revocation_lists of summary.json are not sorted by digest".to_owned());
    }
    waivers(summary, reference, totals)
}

fn same<T: PartialEq + Debug>(member: &str, found: &T, expected: &T) -> Result<(), String> {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{member} of summary.json does not follow from the rows and the manifest")),
    }
}

fn sum<'c>(counts: impl IntoIterator<Item = &'c VerdictCounts>) -> VerdictCounts {
    counts.into_iter().fold(VerdictCounts::default(), |mut sum, counts| {
        sum.saturating_add(counts);
        sum
    })
}

/// Rows with a dated cell have their age; the others are undated or without evidence, and a row does not tell which.
fn ages(summary: &Summary, totals: &RowTotals) -> Result<(), String> {
    let (dated, rest): (BTreeMap<_, _>, BTreeMap<_, _>) = summary
        .by_age
        .iter()
        .map(|(age, counts)| (age.clone(), *counts))
        .partition(|(age, _)| !matches!(age.as_str(), "undated" | "no-evidence"));
    same("by_age", &dated, &totals.by_age)?;
    match sum(dated.values().chain(rest.values())) == totals.verdicts {
        true => Ok(()),
        false => Err("by_age of summary.json does not add up to the meters".to_owned()),
    }
}

/// Records by outcome and by reason, as the inputs of the manifest have them.
#[must_use]
pub fn records<'i>(
    all: &RecordCounts,
    inputs: impl IntoIterator<Item = &'i InputEntry>,
) -> BTreeMap<String, u64> {
    let mut records = BTreeMap::from([
        ("duplicate".to_owned(), all.duplicate),
        ("not-relevant".to_owned(), all.not_relevant),
        ("quarantined".to_owned(), all.quarantined),
        ("superseded".to_owned(), all.superseded),
        ("used".to_owned(), all.used),
    ]);
    for (reason, count) in inputs.into_iter().flat_map(|input| &input.not_relevant) {
        let sum = records.entry(format!("not-relevant/{reason}")).or_default();
        *sum = sum.saturating_add(*count);
    }
    records
}

/// A waiver that is used has the findings that name it, the others none, and every finding names one of these.
fn waivers(summary: &Summary, reference: &Reference, totals: &RowTotals) -> Result<(), String> {
    if !summary.waivers.is_sorted_by(|a, b| a.id < b.id) {
        return Err("waivers of summary.json are not sorted, each once".to_owned());
    }
    let mut unseen: HashMap<&str, u64> =
        totals.waivers.iter().map(|(id, count)| (id.as_str(), *count)).collect();
    for waiver in &summary.waivers {
        let at = |error: String| format!("waiver {:?} of summary.json: {error}", waiver.id);
        let count = unseen.remove(waiver.id.as_str()).unwrap_or(0);
        let fits = match waiver.state.as_ref() {
            "used" => count == waiver.findings && count > 0,
            "unused" => count == waiver.findings && count == 0,
            "expired" => count == 0,
            _ => false,
        };
        if !fits {
            return Err(at(format!(
                "{:?} with {} findings, and {count} in the rows",
                waiver.state, waiver.findings
            )));
        }
        if !reference.has_input(&waiver.input) {
            return Err(at("its file is no input of the manifest".to_owned()));
        }
    }
    if let Some(id) = unseen.keys().min() {
        return Err(format!("waiver {id:?}, which is not in summary.json"));
    }
    let waived = (!summary.waivers.is_empty()).then(|| WaivedCounts {
        findings: totals.waived_findings.iter().map(|(rule, count)| (rule.clone().into(), *count)).collect(),
        verdicts: totals.waived,
    });
    same("waived", &summary.waived, &waived)
}
