//! A newer record of a weaker grade replaces what a stronger one says.

use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const WEAKER_EVIDENCE_PREVAILS: Rule = Rule {
    id: "weaker-evidence-prevails",
    title: "a newer record of a weaker grade replaces what a stronger one says",
    severity: Severity::Warning,
    axis: Axis::Note,
    citation: "design: evidence has grades",
    since: 1,
    compares: "the grade of the record that decides with that of older records that tell another state",
    remedy: "the network operator: read the device (SRV 6.24.1)",
    check: weaker_evidence_prevails,
};

fn weaker_evidence_prevails(subject: &Subject<'_>) -> Outcome {
    if subject.cells.iter().all(|cell| cell.timeline.decided.is_none()) {
        return Outcome::NotEvaluated("what the cells hold is not known");
    }
    let evidence = subject
        .cells
        .iter()
        .filter_map(|cell| Some((cell.cell.name(), Subject::cite(cell.timeline.stronger_against?))))
        .fold(Evidence::none(), |evidence, (name, value)| evidence.and(name, value));
    Outcome::fail_if(!evidence.facts().is_empty(), || evidence)
}
