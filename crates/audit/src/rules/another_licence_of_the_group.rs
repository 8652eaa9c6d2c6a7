//! The cell holds the credential of another licence of the same group.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const ANOTHER_LICENCE_OF_THE_GROUP: Rule = Rule {
    id: "another-licence-of-the-group",
    title: "the cell holds the credential of another licence of the same group",
    severity: Severity::Warning,
    axis: Axis::Verdict(Verdict::Wrong),
    citation: "SECMP0063; GBCS, Provide Security Credential Details response, TrustAnchorCellContents",
    since: 1,
    compares: "the group of the operator whose entity is in the cell with the group of the expected operator",
    remedy: "the group: SRV 6.15.1, mode 3",
    check: another_licence_of_the_group,
};

fn another_licence_of_the_group(subject: &Subject<'_>) -> Outcome {
    subject.cells_where(|holding| matches!(holding, Holding::AnotherLicence(_)))
}
