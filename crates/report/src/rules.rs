//! The table of rules as data.

use audit::{Axis, RuleSetVersion, rules_of};
use types::Sha256Digest;

use crate::canonical::{CanonicalError, canonical};
use crate::manifest::digest;
use crate::model::v1::RuleRow;

/// The rules of a rule set, in their order.
#[must_use]
pub fn rule_rows(version: RuleSetVersion) -> Vec<RuleRow> {
    rules_of(version)
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

/// The digest of the canonical table of the rules of a rule set.
///
/// # Errors
///
/// Never: the table is text and whole numbers.
pub fn rule_set_digest(version: RuleSetVersion) -> Result<Sha256Digest, CanonicalError> {
    Ok(digest(&canonical(&rule_rows(version))?))
}
