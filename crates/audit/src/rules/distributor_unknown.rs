//! The directory does not know the distributor id of the MPAN.

use crate::estate::{Expectation, ExpectationSource, ExpectationUnknown};
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Scope, Subject};
use crate::verdict::Verdict;

pub(super) const DISTRIBUTOR_UNKNOWN: Rule = Rule {
    id: "distributor-unknown",
    title: "the directory does not know the distributor id of the MPAN",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "MPAN core: first two digits",
    since: 1,
    compares: "the first two digits of the MPAN with the distributor ids of the directory at the instant",
    remedy: "whoever runs the audit: update the directory",
    check: distributor_unknown,
};

fn distributor_unknown(subject: &Subject<'_>) -> Outcome {
    if subject.scope != Scope::In {
        return Outcome::NotApplicable("out of scope");
    }
    if let ExpectationSource::Registration | ExpectationSource::EstateRow = subject.meter.source {
        return Outcome::NotApplicable("the data names the operator");
    }
    match subject.meter.expectation {
        Expectation::Unknown(ExpectationUnknown::DistributorUnknown(distributor)) => {
            Outcome::Fail(Evidence::of("distributor-id", distributor))
        }
        Expectation::Unknown(_) => Outcome::NotEvaluated("the MPAN is not known"),
        Expectation::Party(_) | Expectation::Nobody(_) => Outcome::Pass,
    }
}
