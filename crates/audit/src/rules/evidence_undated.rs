//! The state rests on a record without a time.

use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::{CellCheck, Subject};

pub(super) const EVIDENCE_UNDATED: Rule = Rule {
    id: "evidence-undated",
    title: "the state rests on a record without a time",
    severity: Severity::Warning,
    axis: Axis::Note,
    citation: "GBCS CS02a response: no date-time",
    since: 1,
    compares: "whether the record that decides has a time",
    remedy: "the owner of the records: supply their times",
    check: evidence_undated,
};

fn evidence_undated(subject: &Subject<'_>) -> Outcome {
    subject.timelines_where(|timeline| {
        let undated = timeline.decided.filter(|(seen, _)| seen.at.is_none());
        CellCheck::defect_if_some(undated.map(|(seen, _)| Subject::cite(seen)))
    })
}
