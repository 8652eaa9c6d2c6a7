//! Registration rows of one metering point name different network operators.

use crate::estate::{Expectation, ExpectationUnknown};
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Scope, Subject};
use crate::verdict::Verdict;

pub(super) const REGISTRATION_ROWS_DISAGREE: Rule = Rule {
    id: "registration-rows-disagree",
    title: "registration rows of one metering point name different network operators",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "Registration data per MPAN",
    since: 1,
    compares: "the operators that registration rows of the import MPAN name",
    remedy: "registration data: keep the row that is right",
    check: registration_rows_disagree,
};

fn registration_rows_disagree(subject: &Subject<'_>) -> Outcome {
    if subject.scope != Scope::In {
        return Outcome::NotApplicable("out of scope");
    }
    let Some(row) = subject.meter.registration else {
        return Outcome::NotApplicable("no registration data for the metering point");
    };
    match subject.meter.expectation {
        Expectation::Unknown(ExpectationUnknown::RegistrationRowsDisagree) => {
            Outcome::Fail(Evidence::of("mpan", row.mpan))
        }
        Expectation::Unknown(ExpectationUnknown::RowsDisagree) => {
            Outcome::NotEvaluated("rows of the device contradict each other")
        }
        _ => Outcome::Pass,
    }
}
