//! An MPAN of the row is none, though it is not needed to tell the operator.

use types::MpanField;

use crate::estate::{Expectation, ExpectationUnknown};
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const MPAN_FAULT: Rule = Rule {
    id: "mpan-fault",
    title: "an MPAN of the row is none, though it is not needed to tell the operator",
    severity: Severity::Warning,
    axis: Axis::Note,
    citation: "MPAN core: 13 digits with check digit",
    since: 1,
    compares: "length and check digit of each MPAN of the row",
    remedy: "registration data: correct the MPAN",
    check: mpan_fault,
};

fn mpan_fault(subject: &Subject<'_>) -> Outcome {
    if matches!(subject.meter.expectation, Expectation::Unknown(ExpectationUnknown::MpanInvalid(_))) {
        return Outcome::NotApplicable("the fault decides the verdict, see mpan-invalid");
    }
    let fields = subject.meter.mpan_fields();
    if fields.clone().all(|(_, field)| field == MpanField::Absent) {
        return Outcome::NotApplicable("no MPAN");
    }
    let evidence = fields.fold(Evidence::none(), |evidence, (name, field)| match field {
        MpanField::Invalid(fault) => evidence.and(name, fault),
        MpanField::Absent | MpanField::Valid { .. } => evidence,
    });
    Outcome::fail_if(!evidence.facts().is_empty(), || evidence)
}
