//! The operator has a newer key for the cell.

use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const SUPERSEDED_KEY: Rule = Rule {
    id: "superseded-key",
    title: "the operator has a newer key for the cell",
    severity: Severity::Warning,
    axis: Axis::Condition,
    citation: "SMKI: certificates of one entity, role and usage",
    since: 1,
    compares: "notBefore of the certificates with this key with that of other network operator certificates of the entity that are in force",
    remedy: "the network operator: SRV 6.15.1, mode 3, signed with the old key",
    check: superseded_key,
};

fn superseded_key(subject: &Subject<'_>) -> Outcome {
    subject.conditions_where(|resolution| {
        let newer = subject.context.certificates.store.get(resolution.condition.superseded_by?)?;
        Some(format!("newer certificate {} from {}", newer.serial_hex(), newer.not_before()))
    })
}
