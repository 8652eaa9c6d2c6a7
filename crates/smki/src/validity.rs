//! Validity periods, judged at an instant that the caller names.

use types::{AsOf, Timestamp};

use crate::Certificate;

/// 9999-12-31T23:59:59Z, which RFC 5280 section 4.1.2.5 gives to certificates without a well-defined expiry.
const NO_WELL_DEFINED_EXPIRY: i64 = 253_402_300_799;

/// How an instant lies to a validity period.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Validity {
    /// Before the period.
    NotYetValid,
    /// Within the period, whose ends belong to it.
    InForce,
    /// After the period.
    Expired,
}

impl Validity {
    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotYetValid => "not-yet-valid",
            Self::InForce => "in-force",
            Self::Expired => "expired",
        }
    }
}

impl Certificate {
    /// How the instant of the audit lies to the validity period.
    ///
    /// A period that ends before it begins has no instant within it; at any after its end it is expired.
    #[must_use]
    pub fn validity_at(&self, as_of: AsOf) -> Validity {
        if as_of.0 > self.not_after() {
            Validity::Expired
        } else if as_of.0 < self.not_before() {
            Validity::NotYetValid
        } else {
            Validity::InForce
        }
    }

    /// Whether the certificate has no well-defined expiry, as device certificates.
    #[must_use]
    pub fn has_no_well_defined_expiry(&self) -> bool {
        Timestamp::from_unix_seconds(NO_WELL_DEFINED_EXPIRY) == Some(self.not_after())
    }

    /// Whether the certificate is in force at the instant of the audit and ends within this many days of it.
    #[must_use]
    pub fn expires_within(&self, as_of: AsOf, days: u32) -> bool {
        self.validity_at(as_of) == Validity::InForce
            && !self.has_no_well_defined_expiry()
            && self.not_after() <= as_of.0.saturating_add_days(days)
    }

    /// Whole days from the instant of the audit to the end of the certificate, negative after it; `None` if it has no
    /// well-defined expiry.
    #[must_use]
    pub fn days_left(&self, as_of: AsOf) -> Option<i64> {
        (!self.has_no_well_defined_expiry()).then(|| self.not_after().days_since(as_of.0))
    }
}
