//! The key stands in several certificates that differ in validity.

use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const CERTIFICATE_AMBIGUOUS: Rule = Rule {
    id: "certificate-ambiguous",
    title: "the key stands in several certificates that differ in validity",
    severity: Severity::Information,
    axis: Axis::Condition,
    citation: "RFC 5280 4.2.1.2; GBCS: a cell reports a key, not a certificate",
    since: 1,
    compares: "the validity of all certificates with this entity, key, role and usage",
    remedy: "none",
    check: certificate_ambiguous,
};

fn certificate_ambiguous(subject: &Subject<'_>) -> Outcome {
    subject.conditions_where(|resolution| {
        resolution.condition.ambiguous.then(|| format!("{} certificates", resolution.matching.len()))
    })
}
