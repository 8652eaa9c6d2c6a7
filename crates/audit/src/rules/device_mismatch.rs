//! Wrapper and message of a record name different devices.

use types::{Seen, Unusable};

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
    let found =
        subject.observations.iter().find(|seen| seen.seen == Seen::Unusable(Unusable::DeviceMismatch));
    Outcome::fail_if(found.is_some(), || Evidence::none().and_some("record", found.map(Subject::cite)))
}
