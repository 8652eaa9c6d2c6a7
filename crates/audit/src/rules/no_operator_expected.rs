//! The responsible network operator has no credentials.

use crate::estate::Expectation;
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Scope, Subject};
use crate::verdict::Verdict;

pub(super) const NO_OPERATOR_EXPECTED: Rule = Rule {
    id: "no-operator-expected",
    title: "the responsible network operator has no credentials",
    severity: Severity::Information,
    axis: Axis::Verdict(Verdict::OutOfScope),
    citation: "SEC ID allocation; MP128A by analogy",
    since: 1,
    compares: "whether the directory says that credentials of the responsible operator are expected",
    remedy: "none: the audit does not judge it",
    check: no_operator_expected,
};

fn no_operator_expected(subject: &Subject<'_>) -> Outcome {
    if let Scope::NotAnEsme(_) | Scope::Smets1 = subject.scope {
        return Outcome::NotApplicable("the device has no network operator cells");
    }
    match subject.meter.expectation {
        Expectation::Nobody(owner) => {
            Outcome::Fail(Evidence::of("operator", owner.name(subject.context.directory)))
        }
        Expectation::Party(_) => Outcome::Pass,
        Expectation::Unknown(_) => Outcome::NotEvaluated("the responsible operator is not known"),
    }
}
