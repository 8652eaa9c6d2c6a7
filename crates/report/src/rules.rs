//! The table of rules as data.

use audit::{Axis, RULES};
use types::Sha256Digest;

use crate::canonical::{CanonicalError, canonical};
use crate::manifest::digest;
use crate::model::v1::RuleRow;

/// All rules, in their order.
#[must_use]
pub fn rule_rows() -> Vec<RuleRow> {
    RULES
        .iter()
        .map(|rule| RuleRow {
            axis: match rule.axis {
                Axis::Verdict(verdict) => verdict.name(),
                Axis::Condition => "condition",
                Axis::Note => "note",
            },
            citation: rule.citation,
            compares: rule.compares,
            id: rule.id,
            remedy: rule.remedy,
            severity: rule.severity.name(),
            since: rule.since,
            title: rule.title,
        })
        .collect()
}

/// The digest of the canonical table of rules.
///
/// # Errors
///
/// Never: the table is text and whole numbers.
pub fn rule_set_digest() -> Result<Sha256Digest, CanonicalError> {
    Ok(digest(&canonical(&rule_rows())?))
}
