//! Nobody knows whose entity stands in the cell.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const ENTITY_NOT_ATTRIBUTABLE: Rule = Rule {
    id: "entity-not-attributable",
    title: "nobody knows whose entity stands in the cell",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "SEC ID allocation",
    since: 1,
    compares: "the entity in the cell with all lists of the directory, that of the expected operator being incomplete",
    remedy: "whoever runs the audit: add the entity to its party in the directory",
    check: entity_not_attributable,
};

fn entity_not_attributable(subject: &Subject<'_>) -> Outcome {
    subject.credentials_unknown_where(|holding| matches!(holding, Holding::NotAttributable))
}
