//! The MPAN was written in another form and read all the same.

use types::MpanField;

use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const MPAN_ALTERED: Rule = Rule {
    id: "mpan-altered",
    title: "the MPAN was written in another form and read all the same",
    severity: Severity::Information,
    axis: Axis::Note,
    citation: "MPAN core: 13 digits with check digit",
    since: 1,
    compares: "the text of the MPAN with 13 plain digits",
    remedy: "the owner of the estate data: export identifiers as text",
    check: mpan_altered,
};

fn mpan_altered(subject: &Subject<'_>) -> Outcome {
    let altered = |field| matches!(field, MpanField::Valid { altered: true, .. });
    let mut fields = subject.meter.mpan_fields();
    if fields.all(|(_, field)| field.mpan().is_none()) {
        return Outcome::NotApplicable("no MPAN was read");
    }
    let evidence = subject
        .meter
        .mpan_fields()
        .filter(|(_, field)| altered(*field))
        .fold(Evidence::none(), |evidence, (name, field)| evidence.and_some(name, field.mpan()));
    Outcome::fail_if(!evidence.facts().is_empty(), || evidence)
}
