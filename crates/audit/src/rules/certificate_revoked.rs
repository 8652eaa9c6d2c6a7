//! Every certificate behind the cell is revoked.

use crate::credentials::SetRevocation;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::{CellCheck, Subject};

pub(super) const CERTIFICATE_REVOKED: Rule = Rule {
    id: "certificate-revoked",
    title: "every certificate behind the cell is revoked",
    severity: Severity::Error,
    axis: Axis::Condition,
    citation: "RFC 5280 6.3; domain: devices read no revocation list",
    since: 3,
    compares: "serial numbers of the certificates with this key, and of the authorities above them, with the revocation lists of their issuers that are in time",
    remedy: "the network operator: SRV 6.15.1, mode 3, with a new key; if the old one is lost or misused, recovery by the DCC",
    check: certificate_revoked,
};

fn certificate_revoked(subject: &Subject<'_>) -> Outcome {
    subject.conditions_checked(|resolution| match &resolution.condition.revocation {
        SetRevocation::Revoked(what) => CellCheck::Defect(what.clone()),
        SetRevocation::NotRevoked => CellCheck::Sound,
        SetRevocation::NotAsked => CellCheck::Unknown("no revocation list was given"),
        SetRevocation::Unknown(_) => CellCheck::Unknown("no revocation list tells of the certificates"),
        SetRevocation::NoneInForce => CellCheck::Unknown("no certificate with this key is in force"),
    })
}
