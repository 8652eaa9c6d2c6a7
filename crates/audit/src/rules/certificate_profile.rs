//! A certificate behind the cell departs from the SMKI profile.

use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const CERTIFICATE_PROFILE: Rule = Rule {
    id: "certificate-profile",
    title: "a certificate behind the cell departs from the SMKI profile",
    severity: Severity::Warning,
    axis: Axis::Condition,
    citation: "SMKI Organisation Certificate profile",
    since: 1,
    compares: "each profile item of the certificates with this key",
    remedy: "SMKI or the DCC: the certificate",
    check: certificate_profile,
};

fn certificate_profile(subject: &Subject<'_>) -> Outcome {
    subject.conditions_where(|resolution| {
        let items: Vec<&str> = resolution.condition.profile.iter().copied().collect();
        (!items.is_empty()).then(|| items.join(", "))
    })
}
