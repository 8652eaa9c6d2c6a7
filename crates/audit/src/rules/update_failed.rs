//! The latest replacement of the cell failed.

use types::Seen;

use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const UPDATE_FAILED: Rule = Rule {
    id: "update-failed",
    title: "the latest replacement of the cell failed",
    severity: Severity::Warning,
    axis: Axis::Note,
    citation: "GBCS CS02b ReplacementOutcome, StatusCode",
    since: 1,
    compares: "the status of the newest replacement outcome of the cell with success",
    remedy: "the sender of the update: repeat it",
    check: update_failed,
};

fn update_failed(subject: &Subject<'_>) -> Outcome {
    if subject.cells.iter().all(|cell| cell.timeline.decided.is_none()) {
        return Outcome::NotEvaluated("what the cells hold is not known");
    }
    let evidence = subject.cells.iter().fold(Evidence::none(), |evidence, cell| {
        match cell.timeline.update_failed.map(|seen| seen.seen) {
            Some(Seen::UpdateFailed(status)) => evidence.and(cell.cell.name(), format!("status {status}")),
            _ => evidence,
        }
    });
    Outcome::fail_if(!evidence.facts().is_empty(), || evidence)
}
