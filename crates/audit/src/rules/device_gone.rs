//! The device is decommissioned or withdrawn.

use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Scope, Subject};
use crate::verdict::Verdict;

pub(super) const DEVICE_GONE: Rule = Rule {
    id: "device-gone",
    title: "the device is decommissioned or withdrawn",
    severity: Severity::Information,
    axis: Axis::Verdict(Verdict::OutOfScope),
    citation: "DUIS DeviceStatus",
    since: 1,
    compares: "the status of the estate row with Decommissioned and Withdrawn",
    remedy: "none: the audit does not judge it",
    check: device_gone,
};

fn device_gone(subject: &Subject<'_>) -> Outcome {
    match subject.scope {
        Scope::Gone(status) => Outcome::Fail(Evidence::of("status", status.name())),
        _ => Outcome::Pass,
    }
}
