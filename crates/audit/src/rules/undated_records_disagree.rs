//! Undated records contradict each other, and either may be the newer.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const UNDATED_RECORDS_DISAGREE: Rule = Rule {
    id: "undated-records-disagree",
    title: "undated records contradict each other, and either may be the newer",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "GBCS CS02a response: no date-time",
    since: 1,
    compares: "the states that undated records tell, where nothing is dated",
    remedy: "the owner of the records: supply their times",
    check: undated_records_disagree,
};

fn undated_records_disagree(subject: &Subject<'_>) -> Outcome {
    subject.cells_unknown_where(|holding| matches!(holding, Holding::UndatedDisagree))
}
