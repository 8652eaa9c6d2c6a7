//! The entity in the cell is not the expected operator's, whoever it is.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const ENTITY_NOT_THE_OPERATORS: Rule = Rule {
    id: "entity-not-the-operators",
    title: "the entity in the cell is not the expected operator's, whoever it is",
    severity: Severity::Error,
    axis: Axis::Verdict(Verdict::Wrong),
    citation: "SECMP0063; SEC ID allocation; GBCS, Provide Security Credential Details response, TrustAnchorCellContents",
    since: 1,
    compares: "the entity in the cell with the complete list of the expected operator's entities",
    remedy: "the DCC service desk: identify the holder, who then sends SRV 6.15.1",
    check: entity_not_the_operators,
};

fn entity_not_the_operators(subject: &Subject<'_>) -> Outcome {
    subject.cells_where(|holding| matches!(holding, Holding::NotTheOperator))
}
