//! Every certificate behind the cell that is in force ends soon.

use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const CERTIFICATE_EXPIRING: Rule = Rule {
    id: "certificate-expiring",
    title: "every certificate behind the cell that is in force ends soon",
    severity: Severity::Warning,
    axis: Axis::Condition,
    citation: "RFC 5280 4.1.2.5",
    since: 1,
    compares: "notAfter of each certificate with this key with the instant of the audit plus the warning period",
    remedy: "the network operator: SRV 6.15.1, mode 3",
    check: certificate_expiring,
};

fn certificate_expiring(subject: &Subject<'_>) -> Outcome {
    subject.conditions_where(|resolution| {
        resolution
            .condition
            .expiring
            .then(|| resolution.condition.not_after.map(|end| format!("ends {end}")))
            .flatten()
    })
}
