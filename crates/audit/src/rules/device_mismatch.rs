//! Wrapper and message of a record name different devices.

use types::{Observation, Seen, Source, Unusable};

use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const DEVICE_MISMATCH: Rule = Rule {
    id: "device-mismatch",
    title: "wrapper and message of a record name different devices",
    severity: Severity::Warning,
    axis: Axis::Note,
    citation: "design: the device of a record is that of its message",
    since: 1,
    compares: "the device column of a row with the originator of the response in it",
    remedy: "whoever supplied the record: correct the device column",
    check: device_mismatch,
};

fn device_mismatch(subject: &Subject<'_>) -> Outcome {
    let mismatch = |seen: &&Observation| seen.seen == Seen::Unusable(Unusable::DeviceMismatch);
    if let Some(seen) = subject.observations.iter().find(mismatch) {
        return Outcome::Fail(Evidence::of("record", Subject::cite(seen)));
    }
    match subject.observations.iter().any(|seen| seen.source != Source::Extract) {
        true => Outcome::Pass,
        false => Outcome::NotApplicable("no message about the device"),
    }
}
