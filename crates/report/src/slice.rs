//! The part of a report that one party receives: its own rows, and views that follow from them.

use std::collections::BTreeMap;

use crate::model::v1::{DeviceRow, OtherRow, RuleRow, SliceSummary, VerdictCounts};
use crate::seal::{Tree, UnknownVerdict};

/// The file that makes a folder a slice.
pub const SLICE: &str = "slice.json";

/// Name of the format of a slice.
pub const SLICE_FORMAT: &str = "dno-audit slice";

/// Version of that format.
pub const SLICE_FORMAT_VERSION: u32 = 1;

/// The totals of no rows yet.
#[must_use]
pub fn slice_summary(as_of: &str, tree: Tree, party: &str, rules: &[RuleRow]) -> SliceSummary {
    SliceSummary {
        as_of: as_of.to_owned(),
        by_dno: BTreeMap::new(),
        by_region: BTreeMap::new(),
        by_supplier: BTreeMap::new(),
        findings: rules.iter().map(|rule| (rule.id.to_string(), 0)).collect(),
        meters: 0,
        party: party.to_owned(),
        tree: tree.name().into(),
        verdicts: VerdictCounts::default(),
    }
}

impl SliceSummary {
    /// Counts a row.
    ///
    /// # Errors
    ///
    /// Its verdict is none.
    pub fn count(&mut self, row: &DeviceRow<'_>) -> Result<(), UnknownVerdict> {
        self.meters += 1;
        self.verdicts.count(&row.verdict)?;
        let groups = [
            (&mut self.by_dno, row.dno.as_deref().unwrap_or(Tree::Dno.nobody())),
            (&mut self.by_region, row.region.as_deref().unwrap_or("unknown")),
            (&mut self.by_supplier, row.supplier.as_deref().unwrap_or(Tree::Supplier.nobody())),
        ];
        for (group, name) in groups {
            match group.get_mut(name) {
                Some(counts) => counts.count(&row.verdict)?,
                None => group.entry(name.to_owned()).or_default().count(&row.verdict)?,
            }
        }
        for finding in &row.findings {
            *self.findings.entry(finding.rule.to_string()).or_default() += 1;
        }
        Ok(())
    }
}

/// What an operator learns of a meter that is not its own but has its credentials in a cell: enough to replace them, and
/// no MPAN. `None` if it stands in no cell, or the meter is its own.
#[must_use]
pub fn other_row<'r>(row: &DeviceRow<'r>, operator: &str) -> Option<OtherRow<'r>> {
    let stands = row.cells.iter().any(|cell| cell.holder.as_deref() == Some(operator));
    if !stands || row.dno.as_deref() == Some(operator) {
        return None;
    }
    Some(OtherRow {
        cells: row.cells.clone(),
        device_id: row.device_id,
        dno: row.dno.clone(),
        reasons: row.reasons.clone(),
        remedy: row.remedy.clone(),
        supplier: row.supplier.clone(),
        verdict: row.verdict.clone(),
    })
}
