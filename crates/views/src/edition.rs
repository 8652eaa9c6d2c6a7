//! A report as it stands beside its rows: what it is, and what it was before.

use std::collections::BTreeSet;

use report::basis::Cause;
use report::diff::Totals;
use report::model::v1::{Manifest, RuleRow, Slice, Summary, VerdictCounts};

/// A package or a slice without its rows.
#[derive(Clone, Debug)]
pub struct Edition {
    /// `manifest.json`; a slice has that of the whole report.
    pub manifest: Manifest,
    /// Its SHA-256.
    pub manifest_sha256: String,
    /// `rules.json`.
    pub rules: Vec<RuleRow>,
    /// `summary.json` of a package.
    pub summary: Option<Summary>,
    /// `slice.json` of a slice.
    pub slice: Option<Slice>,
    /// The signature, if there is one.
    pub signature: Option<Signature>,
    /// The reports before it, each compared with the next, the oldest first.
    pub steps: Vec<Step>,
}

/// What an attestation says of itself. Whether it holds is for verification to say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Signature {
    /// SHA-256 of the key that it names.
    pub key_id: String,
    /// The subject of the certificate that came with it.
    pub subject: Option<String>,
}

/// A report in a sequence of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Standing {
    /// The instant of the audit.
    pub as_of: String,
    /// SHA-256 of the manifest.
    pub manifest_sha256: String,
    /// Meters by verdict: those of the package, or of the slice.
    pub verdicts: VerdictCounts,
}

/// What became of the meters between two reports.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Step {
    /// The older one.
    pub old: Standing,
    /// The newer one.
    pub new: Standing,
    /// The parts in which they differ as a whole.
    pub differ_in: BTreeSet<Cause>,
    /// Meters by what became of them.
    pub totals: Totals,
}

impl Step {
    /// Meters of which this became.
    #[must_use]
    pub fn meters(&self, change: report::diff::Change) -> u64 {
        self.totals.changes.get(change.name()).copied().unwrap_or_default()
    }
}

impl Edition {
    /// Meters by verdict: those of the package, or of the slice.
    #[must_use]
    pub const fn verdicts(&self) -> &VerdictCounts {
        match &self.slice {
            Some(slice) => &slice.leaf.verdicts,
            None => &self.manifest.counts.verdicts,
        }
    }

    /// The title of a rule; its id if the report does not have it.
    #[must_use]
    pub fn title<'r>(&'r self, rule: &'r str) -> &'r str {
        self.rules.iter().find(|row| row.id == rule).map_or(rule, |row| row.title.as_ref())
    }
}
