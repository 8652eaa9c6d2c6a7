//! An undated record tells another state than the dated one that decides.

use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::{CellCheck, Subject};

pub(super) const UNDATED_RECORD_DISAGREES: Rule = Rule {
    id: "undated-record-disagrees",
    title: "an undated record tells another state than the dated one that decides",
    severity: Severity::Information,
    axis: Axis::Note,
    citation: "GBCS CS02a response: no date-time",
    since: 1,
    compares: "the states that undated records tell with that of the dated one",
    remedy: "the owner of the records: supply their times",
    check: undated_record_disagrees,
};

fn undated_record_disagrees(subject: &Subject<'_>) -> Outcome {
    subject.timelines_where(|timeline| CellCheck::defect_if_some(timeline.undated_against.map(Subject::cite)))
}
