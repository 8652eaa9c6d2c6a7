//! The latest replacement of the cell failed.

use types::Seen;

use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::{CellCheck, Subject};

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
    subject.timelines_where(|timeline| match timeline.update_failed.map(|seen| seen.seen) {
        Some(Seen::UpdateFailed(status)) => CellCheck::Defect(format!("status {status}")),
        _ => CellCheck::Sound,
    })
}
