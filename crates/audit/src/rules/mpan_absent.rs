//! Neither an MPAN nor a network operator is given.

use crate::estate::{Expectation, ExpectationUnknown};
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Scope, Subject};
use crate::verdict::Verdict;

pub(super) const MPAN_ABSENT: Rule = Rule {
    id: "mpan-absent",
    title: "neither an MPAN nor a network operator is given",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "Registration data per MPAN; SECMP0063",
    since: 1,
    compares: "whether the estate row has an MPAN, or names the operator",
    remedy: "registration data: supply the MPAN",
    check: mpan_absent,
};

fn mpan_absent(subject: &Subject<'_>) -> Outcome {
    if subject.scope != Scope::In {
        return Outcome::NotApplicable("out of scope");
    }
    match subject.meter.expectation {
        Expectation::Unknown(ExpectationUnknown::NoMpan) => Outcome::Fail(Evidence::none()),
        Expectation::Unknown(ExpectationUnknown::RowsDisagree) => {
            Outcome::NotEvaluated("rows of the device contradict each other")
        }
        _ => Outcome::Pass,
    }
}
