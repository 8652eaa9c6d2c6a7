//! The key identifier is not the one that the key gives.

use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const KEY_IDENTIFIER_NOT_DERIVED: Rule = Rule {
    id: "key-identifier-not-derived",
    title: "the key identifier is not the one that the key gives",
    severity: Severity::Warning,
    axis: Axis::Condition,
    citation: "RFC 5280 4.2.1.2 method 2; GBCS section 12",
    since: 1,
    compares: "subjectKeyIdentifier of the certificates with the last 60 bits of SHA-1 of their key",
    remedy: "SMKI or the DCC: the certificate",
    check: key_identifier_not_derived,
};

fn key_identifier_not_derived(subject: &Subject<'_>) -> Outcome {
    subject.conditions_where(|resolution| {
        resolution.condition.key_identifier_not_derived.then(|| "not derived by method 2".to_owned())
    })
}
