//! The device is SMETS1 and has no trust anchor cells.

use crate::estate::Told;
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Scope, Subject};
use crate::verdict::Verdict;

pub(super) const SMETS1_DEVICE: Rule = Rule {
    id: "smets1-device",
    title: "the device is SMETS1 and has no trust anchor cells",
    severity: Severity::Information,
    axis: Axis::Verdict(Verdict::OutOfScope),
    citation: "SMETS1 Supporting Requirements, definitions",
    since: 1,
    compares: "the SMETS version of the estate row, or the form of the device's answers, with 2",
    remedy: "none: the audit does not judge it",
    check: smets1_device,
};

fn smets1_device(subject: &Subject<'_>) -> Outcome {
    match subject.meter.told_smets() {
        Told::Out(_) => Outcome::Fail(Evidence::of("smets-version", 1)),
        Told::In => Outcome::Pass,
        Told::Nothing if subject.scope == Scope::Smets1 => {
            Outcome::Fail(Evidence::of("answers-as", "SMETS1"))
        }
        Told::Nothing => Outcome::NotEvaluated("the estate does not say"),
        Told::Both => Outcome::NotEvaluated("rows of the device contradict each other"),
    }
}
