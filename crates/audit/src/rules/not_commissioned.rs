//! The device is not commissioned yet, so a placeholder is normal.

use crate::estate::Told;
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const NOT_COMMISSIONED: Rule = Rule {
    id: "not-commissioned",
    title: "the device is not commissioned yet, so a placeholder is normal",
    severity: Severity::Information,
    axis: Axis::Verdict(Verdict::OutOfScope),
    citation: "DUIS DeviceStatus",
    since: 1,
    compares: "the status of the estate row with Pending, Whitelisted and InstalledNotCommissioned",
    remedy: "none: the audit does not judge it",
    check: not_commissioned,
};

fn not_commissioned(subject: &Subject<'_>) -> Outcome {
    match subject.meter.told_status() {
        Told::Out(status) if status.is_before_commissioning() => {
            Outcome::Fail(Evidence::of("status", status.name()))
        }
        Told::In | Told::Out(_) => Outcome::Pass,
        Told::Nothing => Outcome::NotEvaluated("the estate does not say"),
        Told::Both => Outcome::NotEvaluated("rows of the device contradict each other"),
    }
}
