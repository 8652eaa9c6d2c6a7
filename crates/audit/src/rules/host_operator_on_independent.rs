//! The cell holds the host area's operator on an independent's network, or the reverse.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const HOST_OPERATOR_ON_INDEPENDENT: Rule = Rule {
    id: "host-operator-on-independent",
    title: "the cell holds the host area's operator on an independent's network, or the reverse",
    severity: Severity::Error,
    axis: Axis::Verdict(Verdict::Wrong),
    citation: "SECMP0063; GBCS, Provide Security Credential Details response, TrustAnchorCellContents",
    since: 1,
    compares: "the kind of the operator whose entity is in the cell with the kind of the expected operator",
    remedy: "the operator in the digital signature cell: SRV 6.15.1, mode 3",
    check: host_operator_on_independent,
};

fn host_operator_on_independent(subject: &Subject<'_>) -> Outcome {
    subject.cells_where(|holding| matches!(holding, Holding::HostOperator(_)))
}
