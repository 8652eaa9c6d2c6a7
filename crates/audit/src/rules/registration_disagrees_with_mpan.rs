//! The operator that the data names is not the one of the MPAN.

use crate::directory::Owner;
use crate::estate::ExpectationSource;
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const REGISTRATION_DISAGREES_WITH_MPAN: Rule = Rule {
    id: "registration-disagrees-with-mpan",
    title: "the operator that the data names is not the one of the MPAN",
    severity: Severity::Warning,
    axis: Axis::Note,
    citation: "Registration data per MPAN; MPAN core",
    since: 1,
    compares: "the operator that registration or estate data names with that of the distributor id of the MPAN",
    remedy: "registration data: check; the named operator counts",
    check: registration_disagrees_with_mpan,
};

fn registration_disagrees_with_mpan(subject: &Subject<'_>) -> Outcome {
    if !matches!(subject.meter.source, ExpectationSource::Registration | ExpectationSource::EstateRow) {
        return Outcome::NotApplicable("no data names the operator");
    }
    let Some(mpan) = subject.meter.mpan() else {
        return Outcome::NotEvaluated("no MPAN");
    };
    let directory = subject.context.directory;
    let (Some(named), Some(by_mpan)) = (subject.owner(), directory.by_distributor(mpan.distributor())) else {
        return Outcome::NotEvaluated("one of the two operators is not known");
    };
    if let Owner::Entity(_) = named {
        return Outcome::NotEvaluated("the data names an entity that no list has");
    }
    Outcome::fail_if(named != Owner::Operator(by_mpan), || {
        Evidence::of("named", named.name(directory))
            .and("by-mpan", directory.operator_name(by_mpan))
            .and("mpan", mpan)
    })
}
