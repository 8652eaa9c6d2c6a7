//! No certificate behind the cell is valid yet.

use smki::Validity;

use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const CERTIFICATE_NOT_YET_VALID: Rule = Rule {
    id: "certificate-not-yet-valid",
    title: "no certificate behind the cell is valid yet",
    severity: Severity::Warning,
    axis: Axis::Condition,
    citation: "RFC 5280 4.1.2.5",
    since: 1,
    compares: "notBefore of each certificate with this key with the instant of the audit",
    remedy: "the network operator: check which certificate was placed",
    check: certificate_not_yet_valid,
};

fn certificate_not_yet_valid(subject: &Subject<'_>) -> Outcome {
    subject.conditions_where(|resolution| {
        let early = resolution.condition.validity == Some(Validity::NotYetValid);
        early.then(|| resolution.condition.not_before.map(|begin| format!("valid from {begin}"))).flatten()
    })
}
