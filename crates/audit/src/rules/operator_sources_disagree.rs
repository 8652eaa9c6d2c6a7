//! Registration data and the estate row name different operators.

use crate::estate::{Expectation, ExpectationUnknown};
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Context, Subject};

pub(super) const OPERATOR_SOURCES_DISAGREE: Rule = Rule {
    id: "operator-sources-disagree",
    title: "registration data and the estate row name different operators",
    severity: Severity::Warning,
    axis: Axis::Note,
    citation: "Registration data per MPAN",
    since: 1,
    compares: "the operator of registration data with that of the estate row",
    remedy: "the owner of the estate data: check; registration data counts",
    check: operator_sources_disagree,
};

fn operator_sources_disagree(subject: &Subject<'_>) -> Outcome {
    if subject.meter.expectation == Expectation::Unknown(ExpectationUnknown::RegistrationRowsDisagree) {
        return Outcome::NotEvaluated("registration rows name different operators");
    }
    let registered = subject.meter.registration.and_then(|row| row.network_operator);
    let in_row = subject.meter.agreed(|row| row.network_operator);
    let (Some(registered), Some(in_row)) = (registered, in_row) else {
        return Outcome::NotApplicable("not both sources name an operator");
    };
    let Context { estate, names, directory, .. } = subject.context;
    let (Some(one), Some(other)) = (estate.owner(registered), estate.owner(in_row)) else {
        return Outcome::NotEvaluated("one of the two operators is not known");
    };
    Outcome::fail_if(one != other, || {
        Evidence::of("registration", one.name(directory)).and("estate", names.name(in_row))
    })
}
