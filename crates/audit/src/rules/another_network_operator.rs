//! The cell holds another network operator's credential.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const ANOTHER_NETWORK_OPERATOR: Rule = Rule {
    id: "another-network-operator",
    title: "the cell holds another network operator's credential",
    severity: Severity::Error,
    axis: Axis::Verdict(Verdict::Wrong),
    citation: "SECMP0063; GBCS, Provide Security Credential Details response, TrustAnchorCellContents",
    since: 1,
    compares: "the entity in the cell with the entities of the expected operator and of all others in the directory",
    remedy: "the operator in the digital signature cell: SRV 6.15.1, mode 3; else recovery, mode 8, or exchange",
    check: another_network_operator,
};

fn another_network_operator(subject: &Subject<'_>) -> Outcome {
    subject.cells_where(|holding| matches!(holding, Holding::AnotherOperator(_)))
}
