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
                Axis::Verdict(verdict) => verdict.name().into(),
                Axis::Condition => "condition".into(),
                Axis::Note => "note".into(),
            },
            citation: rule.citation.into(),
            compares: rule.compares.into(),
            id: rule.id.into(),
            remedy: rule.remedy.into(),
            severity: rule.severity.name().into(),
            since: rule.since,
            title: rule.title.into(),
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
