//! The MPAN is none, and no network operator is given.

use crate::estate::{Expectation, ExpectationSource, ExpectationUnknown};
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Scope, Subject};
use crate::verdict::Verdict;

pub(super) const MPAN_INVALID: Rule = Rule {
    id: "mpan-invalid",
    title: "the MPAN is none, and no network operator is given",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "MPAN core: 13 digits with check digit",
    since: 1,
    compares: "length and check digit of the MPAN",
    remedy: "registration data: correct the MPAN",
    check: mpan_invalid,
};

fn mpan_invalid(subject: &Subject<'_>) -> Outcome {
    if subject.scope != Scope::In {
        return Outcome::NotApplicable("out of scope");
    }
    if let ExpectationSource::Registration | ExpectationSource::EstateRow = subject.meter.source {
        return Outcome::NotApplicable("the data names the operator, see mpan-fault");
    }
    match subject.meter.expectation {
        Expectation::Unknown(ExpectationUnknown::MpanInvalid(fault)) => {
            Outcome::Fail(Evidence::of("mpan", fault))
        }
        Expectation::Unknown(ExpectationUnknown::NoMpan) => Outcome::NotApplicable("no MPAN"),
        Expectation::Unknown(ExpectationUnknown::RowsDisagree) => {
            Outcome::NotEvaluated("rows of the device contradict each other")
        }
        _ => Outcome::Pass,
    }
}
