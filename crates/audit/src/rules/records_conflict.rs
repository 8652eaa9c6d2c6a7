//! Records of one instant tell different states.

use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::{CellCheck, Subject};

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
    subject.timelines_where(|timeline| CellCheck::defect_if_some(timeline.conflict.map(Subject::cite)))
}
