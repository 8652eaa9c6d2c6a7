//! The repository's status of a certificate is not what revocation lists or dates say.

use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::{CellCheck, Subject};

pub(super) const CERTIFICATE_STATUS_CONFLICT: Rule = Rule {
    id: "certificate-status-conflict",
    title: "the repository's status of a certificate behind the cell is not what revocation lists or dates say",
    severity: Severity::Warning,
    axis: Axis::Condition,
    citation: "SMKI Repository, CertificateStatus; RFC 5280 6.3, 4.1.2.5",
    since: 3,
    compares: "the status letters of the certificates with this key with each other, with revocation lists, and with notAfter at the instant of the audit",
    remedy: "SMKI or the DCC: find out which is right",
    check: certificate_status_conflict,
};

fn certificate_status_conflict(subject: &Subject<'_>) -> Outcome {
    subject.conditions_checked(|resolution| match resolution.condition.status_conflicts.as_deref() {
        None => CellCheck::Unknown("the repository's status of the certificates is not given"),
        Some([]) => CellCheck::Sound,
        Some(conflicts) => CellCheck::Defect(conflicts.join(", ")),
    })
}
