//! The state rests on an old record.

use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::{CellCheck, Subject};

pub(super) const EVIDENCE_STALE: Rule = Rule {
    id: "evidence-stale",
    title: "the state rests on an old record",
    severity: Severity::Warning,
    axis: Axis::Note,
    citation: "design: evidence has an age",
    since: 1,
    compares: "the age of the record that decides with the limit of the configuration",
    remedy: "the network operator: read the device (SRV 6.24.1)",
    check: evidence_stale,
};

fn evidence_stale(subject: &Subject<'_>) -> Outcome {
    let as_of = subject.context.as_of().0;
    let limit = i64::from(subject.context.options.stale_after_days);
    subject.timelines_where(|timeline| match timeline.decided.map(|(seen, _)| seen.at) {
        None => CellCheck::Sound,
        Some(None) => CellCheck::Unknown("the record that decides has no time"),
        Some(Some(at)) => {
            let days = as_of.days_since(at);
            CellCheck::defect_if_some((days > limit).then(|| format!("{days} days")))
        }
    })
}
