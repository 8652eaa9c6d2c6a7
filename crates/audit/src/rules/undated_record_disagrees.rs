//! An undated record tells another state than the dated one that decides.

use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;

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
    if subject.cells.iter().all(|cell| cell.timeline.decided.is_none()) {
        return Outcome::NotEvaluated("what the cells hold is not known");
    }
    let evidence = subject
        .cells
        .iter()
        .filter_map(|cell| Some((cell.cell.name(), Subject::cite(cell.timeline.undated_against?))))
        .fold(Evidence::none(), |evidence, (name, value)| evidence.and(name, value));
    Outcome::fail_if(!evidence.facts().is_empty(), || evidence)
}
