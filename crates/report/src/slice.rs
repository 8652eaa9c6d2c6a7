//! The part of a report that one party receives: its own rows, and views that follow from them.

use crate::model::v1::{DeviceRow, OtherRow, RuleRow, SliceSummary};
use crate::seal::Tree;
use crate::totals::RowTotals;

/// The file that makes a folder a slice.
pub const SLICE: &str = "slice.json";

/// Name of the format of a slice.
pub const SLICE_FORMAT: &str = "dno-audit slice";

/// Version of that format.
pub const SLICE_FORMAT_VERSION: u32 = 1;

/// The totals of a slice: those of its rows, and every rule with zero that never failed.
#[must_use]
pub fn slice_summary(
    as_of: &str,
    tree: Tree,
    party: &str,
    rules: &[RuleRow],
    totals: RowTotals,
) -> SliceSummary {
    let findings = totals.by_rule(rules);
    let RowTotals { verdicts, by_dno, by_region, by_supplier, .. } = totals;
    SliceSummary {
        as_of: as_of.to_owned(),
        by_dno,
        by_region,
        by_supplier,
        findings,
        meters: verdicts.sum().unwrap_or(u64::MAX),
        party: party.to_owned(),
        tree: tree.name().into(),
        verdicts,
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
