//! The device is SMETS1 and has no trust anchor cells.

use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Scope, Subject};
use crate::verdict::Verdict;

pub(super) static SMETS1_DEVICE: Rule = Rule {
    id: "smets1-device",
    title: "the device is SMETS1 and has no trust anchor cells",
    severity: Severity::Information,
    axis: Axis::Verdict(Verdict::OutOfScope),
    citation: "SMETS1 Supporting Requirements, definitions",
    since: 1,
    compares: "the SMETS version of the estate row with 2",
    remedy: "none: the audit does not judge it",
    check: smets1_device,
};

fn smets1_device(subject: &Subject<'_>) -> Outcome {
    match subject.scope {
        Scope::Smets1 => Outcome::Fail(Evidence::of("smets-version", 1)),
        _ => Outcome::Pass,
    }
}
