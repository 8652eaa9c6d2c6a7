//! Every certificate behind the cell has expired.

use smki::Validity;

use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const CERTIFICATE_EXPIRED: Rule = Rule {
    id: "certificate-expired",
    title: "every certificate behind the cell has expired",
    severity: Severity::Warning,
    axis: Axis::Condition,
    citation: "RFC 5280 4.1.2.5; domain: devices do not stop using an expired trust anchor",
    since: 1,
    compares: "notAfter of each certificate with this key with the instant of the audit",
    remedy: "the network operator: SRV 6.15.1, mode 3",
    check: certificate_expired,
};

fn certificate_expired(subject: &Subject<'_>) -> Outcome {
    subject.conditions_where(|resolution| {
        let expired = resolution.condition.validity == Some(Validity::Expired);
        expired.then(|| resolution.condition.not_after.map(|end| format!("expired {end}"))).flatten()
    })
}
