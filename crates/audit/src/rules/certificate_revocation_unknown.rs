//! Lists or the repository speak of revocation, but whether the certificates behind the cell are revoked is not known.

use crate::credentials::SetRevocation;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::{CellCheck, Subject};

pub(super) const CERTIFICATE_REVOCATION_UNKNOWN: Rule = Rule {
    id: "certificate-revocation-unknown",
    title: "lists or the repository speak of revocation, but whether the certificates behind the cell are revoked is not known",
    severity: Severity::Undetermined,
    axis: Axis::Condition,
    citation: "RFC 5280 6.3",
    since: 3,
    compares: "issuer, signature, thisUpdate and nextUpdate of the revocation lists with the issuer of each certificate with this key and the instant of the audit; status R of the SMKI Repository",
    remedy: "whoever runs the audit: supply the revocation list of the issuer for the instant of the audit",
    check: certificate_revocation_unknown,
};

fn certificate_revocation_unknown(subject: &Subject<'_>) -> Outcome {
    subject.conditions_checked(|resolution| match &resolution.condition.revocation {
        SetRevocation::Unknown(why) => CellCheck::Defect(why.clone()),
        SetRevocation::Revoked(_) | SetRevocation::NotRevoked => CellCheck::Sound,
        SetRevocation::NotAsked => CellCheck::Unknown("no revocation list was given"),
        SetRevocation::NoneInForce => CellCheck::Unknown("no certificate with this key is in force"),
    })
}
