//! A decoded certificate revocation list and what it says.

mod decode;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use types::{Sha256Digest, Timestamp};

use crate::{Name, RevocationListError};

pub(crate) use decode::is_revocation_list;

/// The most octets a revocation list may have: some four hundred thousand entries.
pub const MAX_REVOCATION_LIST: usize = 16 * 1024 * 1024;

/// An X.509 version 2 certificate revocation list (RFC 5280 section 5), decoded, with the octets it was decoded from.
///
/// That there is one says that its octets can be read, and nothing else: whether it is its issuer's and counts at an
/// instant is asked of [`Store::verify_revocation`](crate::Store::verify_revocation).
#[derive(Clone, Debug)]
pub struct RevocationList {
    der: Arc<[u8]>,
    sha256: Sha256Digest,
    signed_part: Range<usize>,
    issuer: Name,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    number: Option<Box<[u8]>>,
    authority_key_identifier: Option<Box<[u8]>>,
    entries: Vec<RevocationEntry>,
    unprocessed: Option<String>,
    algorithm: String,
    same_algorithm_beside: bool,
    signature: Box<[u8]>,
}

/// An entry of a revocation list.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct RevocationEntry {
    /// The serial number, as its shortest INTEGER has it.
    serial: Box<[u8]>,
    /// `revocationDate`.
    pub at: Timestamp,
    /// `reasonCode`, if the entry gives one.
    pub reason: Option<RevocationReason>,
    /// `invalidityDate`, from which on the key is thought to be no longer its owner's alone, if the entry gives one. It
    /// is shown and decides nothing.
    pub invalid_since: Option<Timestamp>,
}

/// `CRLReason`, RFC 5280 section 5.3.1.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RevocationReason(pub u8);

impl RevocationReason {
    /// Off the list again, which only a list of changes can say.
    pub const REMOVE_FROM_CRL: Self = Self(8);

    /// The name of the standard; `None` for a number that has none.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "unspecified",
            1 => "keyCompromise",
            2 => "cACompromise",
            3 => "affiliationChanged",
            4 => "superseded",
            5 => "cessationOfOperation",
            6 => "certificateHold",
            8 => "removeFromCRL",
            9 => "privilegeWithdrawn",
            10 => "aACompromise",
            _ => return None,
        })
    }
}

impl fmt::Display for RevocationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "reason {}", self.0),
        }
    }
}

impl RevocationEntry {
    /// The serial number in upper-case hex, as [`Certificate::serial_hex`](crate::Certificate::serial_hex) has it.
    #[must_use]
    pub fn serial_hex(&self) -> String {
        let octets = match &*self.serial {
            [0, rest @ ..] if !rest.is_empty() => rest,
            octets => octets,
        };
        data_encoding::HEXUPPER.encode(octets)
    }
}

impl fmt::Display for RevocationEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "serial {} revoked {}", self.serial_hex(), self.at)?;
        if let Some(reason) = self.reason {
            write!(f, " ({reason})")?;
        }
        self.invalid_since.map_or(Ok(()), |since| write!(f, ", invalid since {since}"))
    }
}

impl RevocationList {
    /// Decodes one revocation list from exactly these octets.
    ///
    /// The octets are kept as they are; [`sha256`](Self::sha256) is theirs. All of it has to be DER, other than in a
    /// certificate: a list that is read in part says that something is not revoked.
    ///
    /// # Errors
    ///
    /// They are no revocation list of version 2, are followed by others, or are not DER.
    pub fn decode(der: &[u8]) -> Result<Self, RevocationListError> {
        decode::revocation_list(der)
    }

    /// The octets it was decoded from.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The SHA-256 digest of [`der`](Self::der).
    #[must_use]
    pub fn sha256(&self) -> Sha256Digest {
        self.sha256
    }

    /// Who says it issued the list, and the certificates in it.
    #[must_use]
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// When it was issued.
    #[must_use]
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// When the next one is issued at the latest, if the list says.
    #[must_use]
    pub fn next_update(&self) -> Option<Timestamp> {
        self.next_update
    }

    /// The cRLNumber in upper-case hex without leading zeros, if the list has one.
    #[must_use]
    pub fn number_hex(&self) -> Option<String> {
        self.number.as_ref().map(|number| data_encoding::HEXUPPER.encode(number))
    }

    /// The keyIdentifier of the authorityKeyIdentifier extension, of whatever length.
    #[must_use]
    pub fn authority_key_identifier(&self) -> Option<&[u8]> {
        self.authority_key_identifier.as_deref()
    }

    /// The entries, sorted by serial number, then by date.
    #[must_use]
    pub fn entries(&self) -> &[RevocationEntry] {
        &self.entries
    }

    /// An extension that makes the list something else than a full list of its issuer's certificates, or that is
    /// critical and not processed here: such a list says nothing of any certificate (RFC 5280 section 5.2).
    #[must_use]
    pub fn unprocessed_extension(&self) -> Option<&str> {
        self.unprocessed.as_deref()
    }

    /// The entries of the certificate with this serial number, given as the content of an INTEGER.
    pub(crate) fn entries_of(&self, serial: &[u8]) -> &[RevocationEntry] {
        let serial = decode::shortest(serial);
        let start = self.entries.partition_point(|entry| &*entry.serial < serial);
        let end = self.entries.partition_point(|entry| &*entry.serial <= serial);
        self.entries.get(start..end).unwrap_or_default()
    }

    /// What makes one of two lists the newer one: thisUpdate, then number, then digest, so that there are no ties.
    pub(crate) fn age(&self) -> (Timestamp, usize, &[u8], Sha256Digest) {
        let number = self.number.as_deref().unwrap_or_default();
        (self.this_update, number.len(), number, self.sha256)
    }

    /// The signature algorithm inside the signed part.
    pub(crate) fn algorithm(&self) -> &str {
        &self.algorithm
    }

    pub(crate) fn signed(&self) -> crate::signature::Signed<'_> {
        let octets = self.der.get(self.signed_part.clone()).unwrap_or_default();
        crate::signature::Signed::new(octets, &self.algorithm, self.same_algorithm_beside, &self.signature)
    }
}
