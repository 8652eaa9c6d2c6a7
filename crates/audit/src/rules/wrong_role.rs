//! The key in the cell is certified for another role.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const WRONG_ROLE: Rule = Rule {
    id: "wrong-role",
    title: "the key in the cell is certified for another role",
    severity: Severity::Error,
    axis: Axis::Verdict(Verdict::Wrong),
    citation: "SMKI Organisation Certificate Policy, OU as role; GBCS, Provide Security Credential Details response, TrustAnchorCellContents",
    since: 1,
    compares: "the role of certificates with this entity and key with networkOperator (3)",
    remedy: "the holder of the digital signature key: SRV 6.15.1, mode 3; if it cannot sign, recovery, mode 8",
    check: wrong_role,
};

fn wrong_role(subject: &Subject<'_>) -> Outcome {
    subject.cells_where(|holding| matches!(holding, Holding::Role(_)))
}
