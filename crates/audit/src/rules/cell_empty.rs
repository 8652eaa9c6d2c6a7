//! The cell reports all-zero identifiers.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const CELL_EMPTY: Rule = Rule {
    id: "cell-empty",
    title: "the cell reports all-zero identifiers",
    severity: Severity::Error,
    axis: Axis::Verdict(Verdict::Missing),
    citation: "GBCS, Provide Security Credential Details response, TrustAnchorCellContents",
    since: 1,
    compares: "entity and key in the cell with zero",
    remedy: "read again (SRV 6.24.1); then a fault of the device for supplier and maker",
    check: cell_empty,
};

fn cell_empty(subject: &Subject<'_>) -> Outcome {
    subject.cells_where(|holding| matches!(holding, Holding::Empty))
}
