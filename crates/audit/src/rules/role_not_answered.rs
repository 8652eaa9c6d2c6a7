//! No answer covers the network operator role: it may not have been asked.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const ROLE_NOT_ANSWERED: Rule = Rule {
    id: "role-not-answered",
    title: "no answer covers the network operator role: it may not have been asked",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "DUIS SRV 6.24.1, RemotePartyRole",
    since: 1,
    compares: "the roles in the answers with networkOperator",
    remedy: "the network operator: ask for the role (SRV 6.24.1)",
    check: role_not_answered,
};

fn role_not_answered(subject: &Subject<'_>) -> Outcome {
    subject.cells_unknown_where(|holding| matches!(holding, Holding::RoleNotAnswered))
}
