//! The summary of several reports about different meters: counts are added, and what follows from shared inputs is that of
//! the first.

use std::collections::BTreeMap;

use crate::model::v1::{Counts, ModelCounts, Summary, UnattributedEntity, VerdictCounts, WaiverEntry};

/// The summary of all of them, of which the first is named apart, with the counts of meters and records of all.
#[must_use]
pub fn sum_of_summaries(
    first: &Summary,
    all: &[&Summary],
    counts: Counts,
    records: BTreeMap<String, u64>,
) -> Summary {
    let mut summary = first.clone();
    for part in all.iter().skip(1) {
        add(&mut summary, part);
    }
    Summary {
        by_model: models(all),
        counts,
        records,
        unattributed_entities: unattributed(all),
        waivers: sum_of_waivers(all),
        ..summary
    }
}

/// Adds the counts of other rows.
fn add(into: &mut Summary, other: &Summary) {
    // Each member is named here, so that none that is added later is forgotten.
    let Summary {
        as_of: _,
        by_age,
        by_dno,
        by_grade,
        by_model: _,
        by_region,
        by_supplier,
        counts: _,
        directories: _,
        findings,
        not_checked: _,
        records: _,
        revocation_lists: _,
        unattributed_entities: _,
        waived,
        waivers: _,
    } = other;
    for (into, from) in [
        (&mut into.by_age, by_age),
        (&mut into.by_dno, by_dno),
        (&mut into.by_grade, by_grade),
        (&mut into.by_region, by_region),
        (&mut into.by_supplier, by_supplier),
    ] {
        for (name, counts) in from {
            into.entry(name.clone()).or_default().saturating_add(counts);
        }
    }
    add_counts(&mut into.findings, findings);
    if let (Some(into), Some(from)) = (&mut into.waived, waived) {
        into.verdicts.saturating_add(&from.verdicts);
        add_counts(&mut into.findings, &from.findings);
    }
}

fn add_counts<K: Ord + Clone>(into: &mut BTreeMap<K, u64>, from: &BTreeMap<K, u64>) {
    for (name, count) in from {
        let sum = into.entry(name.clone()).or_default();
        *sum = sum.saturating_add(*count);
    }
}

fn models(parts: &[&Summary]) -> Vec<ModelCounts> {
    let mut models: BTreeMap<[Option<String>; 3], VerdictCounts> = BTreeMap::new();
    for ModelCounts { counts, firmware, manufacturer, model } in parts.iter().flat_map(|part| &part.by_model)
    {
        let key = [manufacturer.clone(), model.clone(), firmware.clone()];
        models.entry(key).or_default().saturating_add(counts);
    }
    let models = models.into_iter();
    models
        .map(|([manufacturer, model, firmware], counts)| ModelCounts {
            counts,
            firmware,
            manufacturer,
            model,
        })
        .collect()
}

fn unattributed(parts: &[&Summary]) -> Vec<UnattributedEntity> {
    let mut cells: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for entity in parts.iter().flat_map(|part| &part.unattributed_entities) {
        let sum = cells.entry((&entity.dno, &entity.entity)).or_default();
        *sum = sum.saturating_add(entity.cells);
    }
    let entry = |((dno, entity), cells): ((&str, &str), u64)| UnattributedEntity {
        cells,
        dno: dno.to_owned(),
        entity: entity.to_owned(),
    };
    let mut all: Vec<UnattributedEntity> = cells.into_iter().map(entry).collect();
    // The commonest first.
    all.sort_by(|a, b| b.cells.cmp(&a.cells).then_with(|| a.cmp(b)));
    all
}

/// What became of each waiver in all parts. They are the same waivers in each, in the same order.
#[must_use]
pub fn sum_of_waivers(parts: &[&Summary]) -> Vec<WaiverEntry> {
    let Some((first, rest)) = parts.split_first() else { return Vec::new() };
    let mut waivers = first.waivers.clone();
    for (into, from) in rest.iter().flat_map(|part| part.waivers.iter().enumerate()) {
        if let Some(into) = waivers.get_mut(into) {
            into.findings = into.findings.saturating_add(from.findings);
        }
    }
    for waiver in waivers.iter_mut().filter(|waiver| waiver.state != "expired") {
        waiver.state = if waiver.findings > 0 { "used".into() } else { "unused".into() };
    }
    waivers
}
