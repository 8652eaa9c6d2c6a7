//! A newer record of a weaker grade replaces what a stronger one says.

use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::{CellCheck, Subject};

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
    subject
        .timelines_where(|timeline| CellCheck::defect_if_some(timeline.stronger_against.map(Subject::cite)))
}
