//! What the user decides about an audit.

use smki::Profile;

use crate::rules::RuleSetVersion;

/// Settings of the rules. They are part of the configuration digest of a report.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Options {
    /// A state older than this many days at the instant of the audit is stale.
    pub stale_after_days: u32,
    /// Certificates that end within this many days are expiring.
    pub expiring_within_days: u32,
    /// What certificates are held to.
    pub profile: Profile,
    /// The rules that are applied.
    pub rule_set: RuleSetVersion,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            stale_after_days: 365,
            expiring_within_days: 90,
            profile: Profile::default(),
            rule_set: RuleSetVersion::NEWEST,
        }
    }
}

impl Options {
    /// Whether a certificate that is known to be revoked is of no use: rule sets before the third ask no list.
    #[must_use]
    pub const fn heeds_revocation(&self) -> bool {
        self.rule_set.number() >= 3
    }
}
