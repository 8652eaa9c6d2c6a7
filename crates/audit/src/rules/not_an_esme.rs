//! The device is not an ESME.

use crate::estate::Told;
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const NOT_AN_ESME: Rule = Rule {
    id: "not-an-esme",
    title: "the device is not an ESME",
    severity: Severity::Information,
    axis: Axis::Verdict(Verdict::OutOfScope),
    citation: "DUIS DeviceType; GBCS trust anchor cells by device type",
    since: 1,
    compares: "the device type of the estate row with ESME and SAPC, the electricity devices that have network operator cells",
    remedy: "none: the audit does not judge it",
    check: not_an_esme,
};

fn not_an_esme(subject: &Subject<'_>) -> Outcome {
    match subject.meter.told_type() {
        Told::Out(kind) => Outcome::Fail(Evidence::of("device-type", kind.name())),
        Told::In => Outcome::Pass,
        Told::Nothing => {
            Outcome::NotEvaluated("the estate does not say; it lists the device, so it is taken as an ESME")
        }
        Told::Both => Outcome::NotEvaluated("rows of the device contradict each other"),
    }
}
