//! The cell still holds the Access Control Broker's placeholder.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const PLACEHOLDER_IN_CELL: Rule = Rule {
    id: "placeholder-in-cell",
    title: "the cell still holds the Access Control Broker's placeholder",
    severity: Severity::Error,
    axis: Axis::Verdict(Verdict::Missing),
    citation: "SECMP0063; DUIS SRV 6.21; GBCS, Provide Security Credential Details response, TrustAnchorCellContents",
    since: 1,
    compares: "the entity in the cell with the Access Control Broker's in the directory and in certificates of role 4",
    remedy: "the responsible supplier: SRV 6.21, which the DCC signs as Access Control Broker, mode 3",
    check: placeholder_in_cell,
};

fn placeholder_in_cell(subject: &Subject<'_>) -> Outcome {
    subject.cells_where(|holding| matches!(holding, Holding::Placeholder))
}
