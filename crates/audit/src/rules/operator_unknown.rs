//! The directory does not know the network operator that the data names.

use crate::estate::{Expectation, ExpectationSource, ExpectationUnknown};
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
    if subject.scope != Scope::In {
        return Outcome::NotApplicable("out of scope");
    }
    let named =
        matches!(subject.meter.source, ExpectationSource::Registration | ExpectationSource::EstateRow);
    match subject.meter.expectation {
        Expectation::Unknown(ExpectationUnknown::OperatorUnknown(name)) => {
            Outcome::Fail(Evidence::of("network-operator", subject.context.names.name(name)))
        }
        _ if !named => Outcome::NotApplicable("no data names the operator"),
        Expectation::Unknown(_) => Outcome::NotEvaluated("rows contradict each other"),
        Expectation::Party(_) | Expectation::Nobody(_) => Outcome::Pass,
    }
}
