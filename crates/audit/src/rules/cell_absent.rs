//! A success answer for the role lacks the cell.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const CELL_ABSENT: Rule = Rule {
    id: "cell-absent",
    title: "a success answer for the role lacks the cell",
    severity: Severity::Error,
    axis: Axis::Verdict(Verdict::Missing),
    citation: "GBCS, Provide Security Credential Details response, TrustAnchorCellContents",
    since: 1,
    compares: "the cells of a success answer with digitalSignature and keyAgreement",
    remedy: "read again (SRV 6.24.1); then a fault of the device for supplier and maker",
    check: cell_absent,
};

fn cell_absent(subject: &Subject<'_>) -> Outcome {
    subject.cells_where(|holding| matches!(holding, Holding::Absent))
}
