//! The directory does not know the network operator that the data names.

use crate::estate::{Expectation, ExpectationUnknown};
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Scope, Subject};
use crate::verdict::Verdict;

pub(super) const OPERATOR_UNKNOWN: Rule = Rule {
    id: "operator-unknown",
    title: "the directory does not know the network operator that the data names",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "Registration data per MPAN",
    since: 1,
    compares: "the name of the operator with the ids, MPIDs and entities of the directory",
    remedy: "whoever runs the audit: update the directory",
    check: operator_unknown,
};

fn operator_unknown(subject: &Subject<'_>) -> Outcome {
    match (subject.scope, subject.meter.expectation) {
        (Scope::In, Expectation::Unknown(ExpectationUnknown::OperatorUnknown(name))) => {
            Outcome::Fail(Evidence::of("network-operator", subject.context.names.name(name)))
        }
        (Scope::In, _) => Outcome::Pass,
        _ => Outcome::NotApplicable("out of scope"),
    }
}
