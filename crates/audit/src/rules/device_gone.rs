//! The device is decommissioned or withdrawn.

use crate::estate::Told;
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;
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
    match subject.meter.told_status() {
        Told::Out(status) if status.is_gone() => Outcome::Fail(Evidence::of("status", status.name())),
        Told::In | Told::Out(_) => Outcome::Pass,
        Told::Nothing => Outcome::NotEvaluated("the estate does not say"),
        Told::Both => Outcome::NotEvaluated("rows of the device contradict each other"),
    }
}
