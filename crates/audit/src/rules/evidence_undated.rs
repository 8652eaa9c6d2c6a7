//! The state rests on a record without a time.

use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;

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
    if subject.cells.iter().all(|cell| cell.timeline.decided.is_none()) {
        return Outcome::NotEvaluated("what the cells hold is not known");
    }
    let evidence = subject
        .cells
        .iter()
        .filter_map(|cell| {
            Some((
                cell.cell.name(),
                cell.timeline
                    .decided
                    .filter(|(seen, _)| seen.at.is_none())
                    .map(|(seen, _)| Subject::cite(seen))?,
            ))
        })
        .fold(Evidence::none(), |evidence, (name, value)| evidence.and(name, value));
    Outcome::fail_if(!evidence.facts().is_empty(), || evidence)
}
