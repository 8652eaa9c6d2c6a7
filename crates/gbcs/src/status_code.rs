//! How a device answers for one role or one cell.

use std::fmt;

/// GBCS `StatusCode`. Numbers without a name are kept as they are.
///
/// ```text
/// StatusCode ::= ENUMERATED {
///   success (0), badCertificate (5), noTrustAnchor (10), insufficientMemory (17),
///   trustAnchorNotFound (25), resourcesBusy (30), other (127) }
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StatusCode(pub u32);

impl StatusCode {
    /// Done, or here it is.
    pub const SUCCESS: Self = Self(0);
    /// The certificate to place is not acceptable.
    pub const BAD_CERTIFICATE: Self = Self(5);
    /// No trust anchor to validate the certificate with.
    pub const NO_TRUST_ANCHOR: Self = Self(10);
    /// The device has no room for it.
    pub const INSUFFICIENT_MEMORY: Self = Self(17);
    /// The device has no such cell.
    pub const TRUST_ANCHOR_NOT_FOUND: Self = Self(25);
    /// The device could not do it now.
    pub const RESOURCES_BUSY: Self = Self(30);
    /// Any other failure.
    pub const OTHER: Self = Self(127);

    /// The GBCS name, if the number has one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::SUCCESS => "success",
            Self::BAD_CERTIFICATE => "badCertificate",
            Self::NO_TRUST_ANCHOR => "noTrustAnchor",
            Self::INSUFFICIENT_MEMORY => "insufficientMemory",
            Self::TRUST_ANCHOR_NOT_FOUND => "trustAnchorNotFound",
            Self::RESOURCES_BUSY => "resourcesBusy",
            Self::OTHER => "other",
            _ => return None,
        })
    }
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "status {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_status_codes_keep_their_number() {
        assert_eq!(StatusCode(25).to_string(), "trustAnchorNotFound");
        assert_eq!(StatusCode(26).name(), None);
        assert_eq!(StatusCode(26).to_string(), "status 26");
    }
}
