//! Records about the device, but none about this cell.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const CELL_NOT_OBSERVED: Rule = Rule {
    id: "cell-not-observed",
    title: "records about the device, but none about this cell",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "GBCS, Provide Security Credential Details response, TrustAnchorCellContents",
    since: 1,
    compares: "the cells that records speak of with both network operator cells",
    remedy: "the network operator: read the device (SRV 6.24.1)",
    check: cell_not_observed,
};

fn cell_not_observed(subject: &Subject<'_>) -> Outcome {
    subject.cells_unknown_where(|holding| matches!(holding, Holding::NotObserved))
}
