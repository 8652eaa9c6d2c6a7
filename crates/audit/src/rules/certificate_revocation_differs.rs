//! The key stands in several certificates that differ in revocation.

use crate::credentials::SetRevocation;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::{CellCheck, Subject};

pub(super) const CERTIFICATE_REVOCATION_DIFFERS: Rule = Rule {
    id: "certificate-revocation-differs",
    title: "the key stands in several certificates that differ in revocation",
    severity: Severity::Information,
    axis: Axis::Condition,
    citation: "RFC 5280 4.2.1.2; GBCS: a cell reports a key, not a certificate",
    since: 3,
    compares: "what revocation lists say of all certificates with this entity, key, role and usage",
    remedy: "none",
    check: certificate_revocation_differs,
};

fn certificate_revocation_differs(subject: &Subject<'_>) -> Outcome {
    subject.conditions_checked(|resolution| {
        match (&resolution.condition.revocation, resolution.matching.len()) {
            (SetRevocation::NotAsked, 2..) => CellCheck::Unknown("no revocation list was given"),
            (_, count) if resolution.condition.revocation_differs => {
                CellCheck::Defect(format!("{count} certificates"))
            }
            _ => CellCheck::Sound,
        }
    })
}
