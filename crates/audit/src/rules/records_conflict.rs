//! Records of one instant tell different states.

use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const RECORDS_CONFLICT: Rule = Rule {
    id: "records-conflict",
    title: "records of one instant tell different states",
    severity: Severity::Warning,
    axis: Axis::Note,
    citation: "design: the better source, then the better grade counts",
    since: 1,
    compares: "the states that records of the instant of the deciding one tell",
    remedy: "the owner of the records: find out which is right",
    check: records_conflict,
};

fn records_conflict(subject: &Subject<'_>) -> Outcome {
    if subject.cells.iter().all(|cell| cell.timeline.decided.is_none()) {
        return Outcome::NotEvaluated("what the cells hold is not known");
    }
    let evidence = subject
        .cells
        .iter()
        .filter_map(|cell| Some((cell.cell.name(), Subject::cite(cell.timeline.conflict?))))
        .fold(Evidence::none(), |evidence, (name, value)| evidence.and(name, value));
    Outcome::fail_if(!evidence.facts().is_empty(), || evidence)
}
