//! What was seen in a network operator cell.

use std::fmt;

use crate::{Eui64, KeyId, KeyUsage, Origin, Timestamp};

/// One of the two cells of an ESME that are the network operator's.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum NetworkOperatorCell {
    /// networkOperator / digitalSignature / management.
    DigitalSignature,
    /// networkOperator / keyAgreement / management.
    KeyAgreement,
}

impl NetworkOperatorCell {
    /// Both, in the order of reports.
    pub const ALL: [Self; 2] = [Self::DigitalSignature, Self::KeyAgreement];

    /// The cell whose key has exactly this usage.
    #[must_use]
    pub fn of_usage(usage: KeyUsage) -> Option<Self> {
        Self::ALL.into_iter().find(|cell| cell.key_usage() == usage)
    }

    /// The key usage of the cell.
    #[must_use]
    pub const fn key_usage(self) -> KeyUsage {
        match self {
            Self::DigitalSignature => KeyUsage::DIGITAL_SIGNATURE,
            Self::KeyAgreement => KeyUsage::KEY_AGREEMENT,
        }
    }

    /// The X.509 name of that key usage.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DigitalSignature => "digitalSignature",
            Self::KeyAgreement => "keyAgreement",
        }
    }
}

/// What a cell reports: whose key it holds, and which.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Credential {
    /// `existingSubjectUniqueID`.
    pub entity: Eui64,
    /// `existingSubjectKeyIdentifier`.
    pub key: KeyId,
}

impl Credential {
    /// Whether the device reports no identifier at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.entity.is_zero() && self.key.is_zero()
    }
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entity {} key {}", self.entity, self.key)
    }
}

/// How a record tells of a cell. The order is the order of precedence at one instant: the later variant wins.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Source {
    /// A command to the device: intent, never state.
    Command,
    /// A row that somebody extracted from somewhere.
    Extract,
    /// What the DCC itself says: a response code, or a DCC alert.
    Dcc,
    /// The device's answer to Provide Security Credential Details (CS02a, CS02f).
    Read,
    /// The device's report of a replacement: CS02b or CS02g response.
    UpdateResponse,
    /// The device's report of a future-dated replacement: CS02b or CS02g alert.
    UpdateAlert,
}

impl Source {
    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Extract => "extract",
            Self::Dcc => "dcc",
            Self::Read => "read",
            Self::UpdateResponse => "update-response",
            Self::UpdateAlert => "update-alert",
        }
    }
}

/// How far a record can be trusted to be what the device said; greater is better.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Grade {
    /// A row of an extract.
    ExtractRow,
    /// A DCC alert.
    DccAlert,
    /// What DUIS or MMC XML says of a device's answer, without the answer itself.
    Xml,
    /// A device message whose MAC or signature was not checked.
    DeviceUnchecked,
    /// A device message whose signature verifies with a certificate of the device, which has no path to a trust anchor.
    DeviceSignedUnproven,
    /// A device message whose signature verifies with a certificate of the device whose path holds.
    DeviceSigned,
}

impl Grade {
    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExtractRow => "extract-row",
            Self::DccAlert => "dcc-alert",
            Self::Xml => "duis-or-mmc-xml",
            Self::DeviceUnchecked => "device-message-unchecked",
            Self::DeviceSignedUnproven => "device-signature-certificate-unproven",
            Self::DeviceSigned => "device-signature-verified",
        }
    }
}

/// Stands where MMC XML has `notKnown` for a status, and for numbers that GBCS can't have.
pub const STATUS_NOT_KNOWN: u16 = u16::MAX;

/// A code of the DCC: a DUIS `ResponseCode` such as `E65` or `E061501`, or a `DCCAlertCode` such as `N13`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DccCode([u8; 8]);

impl DccCode {
    /// Reads one to eight letters and digits of ASCII.
    #[must_use]
    pub fn from_text(text: &[u8]) -> Option<Self> {
        let mut code = [0; 8];
        let fits = !text.is_empty() && text.iter().all(u8::is_ascii_alphanumeric);
        code.get_mut(..text.len()).filter(|_| fits)?.copy_from_slice(text);
        Some(Self(code))
    }

    /// Whether it is the response code that reports success with the answer: `I0`.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self.0, [b'I', b'0', 0, ..])
    }

    /// Whether it is a response code that reports a failure: `E` and digits.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        matches!(self.0, [b'E', ..])
    }
}

impl fmt::Display for DccCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .take_while(|octet| **octet != 0)
            .try_for_each(|octet| write!(f, "{}", char::from(*octet)))
    }
}

/// What a record says about a network operator cell.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Seen {
    /// The cell held this after the event.
    Held(Credential),
    /// The cell held this just before a replacement.
    HeldBefore(Credential),
    /// The device answered `trustAnchorNotFound` (25) for the role.
    TrustAnchorNotFound,
    /// The device answered `noTrustAnchor` (10) for the role.
    NoTrustAnchor,
    /// The answer for the role was success, without this cell.
    CellAbsent,
    /// The answer does not cover the role: it may not have been asked.
    RoleNotAnswered,
    /// The device could not answer for the role; the GBCS `StatusCode`, or [`STATUS_NOT_KNOWN`].
    DeviceError(u16),
    /// The DCC answered in place of the device: the request failed, or a DCC alert says so.
    RequestFailed(DccCode),
    /// The device answered as SMETS1 equipment does, which has no trust anchor cells.
    Smets1,
    /// The record names the cell without all of what it holds.
    Incomplete,
    /// A DCC alert says that the cell was given this key; it names no entity.
    KeyUpdated(KeyId),
    /// One cell claims several key usages, so it can't be told which it is.
    UsageUnclear,
    /// The replacement of this cell failed; the GBCS `StatusCode`.
    UpdateFailed(u16),
    /// The response has no outcome: future-dated or cancelled.
    NoOutcome,
    /// A command wants to put this into the cell.
    Intended(Credential),
    /// A record about the device that could not be used.
    Unusable(Unusable),
}

/// Why a record about a known device could not be used.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Unusable {
    /// Not decodable.
    Malformed,
    /// The device's signature does not verify with its certificate.
    SignatureInvalid,
    /// Wrapper and payload name different devices.
    DeviceMismatch,
}

impl Unusable {
    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::SignatureInvalid => "signature-invalid",
            Self::DeviceMismatch => "device-mismatch",
        }
    }
}

/// One statement about one cell of one device. A record yields one or more of them, all with its origin.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Observation {
    /// The device.
    pub device: Eui64,
    /// When it was so; `None` if the record has no time and nobody supplied one.
    pub at: Option<Timestamp>,
    /// The cell.
    pub cell: NetworkOperatorCell,
    /// How the record tells of it.
    pub source: Source,
    /// How far it can be trusted.
    pub grade: Grade,
    /// What it says.
    pub seen: Seen,
    /// Where it stands.
    pub origin: Origin,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_dcc_are_kept_as_they_are() {
        for text in ["I0", "E65", "E061501", "N13", "ABCDEFGH"] {
            assert_eq!(DccCode::from_text(text.as_bytes()).unwrap().to_string(), text);
        }
        for text in ["", "E6 5", "E65\n", "ABCDEFGHI"] {
            assert_eq!(DccCode::from_text(text.as_bytes()), None);
        }
    }

    #[test]
    fn an_observation_stays_small() {
        // Two of these are held for every meter of the national estate.
        assert!(size_of::<Observation>() <= 56, "{}", size_of::<Observation>());
    }
}
