//! A decoded certificate and what it says.

use std::ops::Range;
use std::sync::Arc;

use types::{Eui64, KeyId, KeyUsage, RemotePartyRole, Sha256Digest, Timestamp};

use crate::extension::Extensions;
use crate::key::{self, KeyFault, PublicKeyInfo};
use crate::name::AttributeValue;
use crate::{CertificateError, Name, decode, oid};

/// The most octets a certificate may have. SMKI ones have about 400.
pub const MAX_CERTIFICATE: usize = 64 * 1024;

/// An X.509 certificate, decoded, with the octets it was decoded from.
///
/// That there is one says that its octets can be read, and nothing else: see
/// [`inspect_profile`](Self::inspect_profile) for how far it is an SMKI certificate,
/// [`validity_at`](Self::validity_at) for its dates, and [`Store::verify_paths`](crate::Store::verify_paths) for who
/// signed it.
#[derive(Clone, Debug)]
pub struct Certificate {
    pub(crate) der: Arc<[u8]>,
    pub(crate) sha256: Sha256Digest,
    pub(crate) signed_part: Range<usize>,
    pub(crate) version: u32,
    pub(crate) serial: Box<[u8]>,
    pub(crate) issuer: Name,
    pub(crate) subject: Name,
    pub(crate) not_before: CertificateTime,
    pub(crate) not_after: CertificateTime,
    pub(crate) key: PublicKeyInfo,
    pub(crate) extensions: Extensions,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) signature: Box<[u8]>,
    pub(crate) departure: Option<usize>,
}

/// A time with the form in which it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CertificateTime {
    pub(crate) instant: Timestamp,
    pub(crate) generalized: bool,
}

/// `signature` and `signatureAlgorithm`.
#[derive(Clone, Debug)]
pub(crate) struct SignatureAlgorithm {
    /// The algorithm inside the signed part.
    pub(crate) signed: String,
    /// Whether it has parameters there.
    pub(crate) parameters: bool,
    /// The algorithm beside the signature, if it, or its parameters, are not the ones signed.
    pub(crate) differing: Option<String>,
}

/// What kind of SMKI certificate it is, told from what stands in it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum CertificateKind {
    /// Of a remote party: the subject has an `x500UniqueIdentifier`, or an OU that is no certification authority's.
    Organisation,
    /// Of a certification authority that another one signed.
    Issuing,
    /// Of a certification authority that names itself as issuer.
    Root,
    /// Of a device: its subjectAltName holds a hardwareModuleName, or its subject is empty.
    Device,
    /// None of these.
    Unrecognised,
}

impl CertificateKind {
    /// The kind in one word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Issuing => "issuing",
            Self::Root => "root",
            Self::Device => "device",
            Self::Unrecognised => "unrecognised",
        }
    }
}

impl Certificate {
    /// Decodes one certificate from exactly these octets.
    ///
    /// The octets are kept as they are; [`sha256`](Self::sha256) is theirs.
    ///
    /// # Errors
    ///
    /// They are no certificate, are followed by others, or are not DER outside the signed part. Departures from DER
    /// *inside* it are read as far as they have a meaning and show up in the profile.
    pub fn decode(der: &[u8]) -> Result<Self, CertificateError> {
        decode::certificate(der)
    }

    /// What kind of certificate it is.
    ///
    /// An identity that only end entities have (a unique identifier, a hardware module name) comes before the marks of
    /// a certification authority, so that an end entity with rights to sign certificates is seen as what it is.
    #[must_use]
    pub fn kind(&self) -> CertificateKind {
        let is_authority = self.extensions.basic_constraints.is_some_and(|found| found.ca)
            || self.key_usage().contains(KeyUsage::KEY_CERT_SIGN)
            || matches!(self.role(), Some(RemotePartyRole::ROOT | RemotePartyRole::ISSUING_AUTHORITY));
        if !self.extensions.hardware_modules.is_empty() {
            CertificateKind::Device
        } else if self.subject.values(oid::X500_UNIQUE_IDENTIFIER).next().is_some() {
            CertificateKind::Organisation
        } else if is_authority {
            if self.issuer == self.subject { CertificateKind::Root } else { CertificateKind::Issuing }
        } else if self.subject.is_empty() {
            CertificateKind::Device
        } else if self.subject.values(oid::ORGANIZATIONAL_UNIT).next().is_some() {
            CertificateKind::Organisation
        } else {
            CertificateKind::Unrecognised
        }
    }

    /// The octets it was decoded from.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The SHA-256 digest of [`der`](Self::der), its fingerprint.
    #[must_use]
    pub fn sha256(&self) -> Sha256Digest {
        self.sha256
    }

    /// The serial number, most significant octet first, without the zero octet that DER puts before a set sign bit.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        match &*self.serial {
            [0, rest @ ..] if !rest.is_empty() => rest,
            serial => serial,
        }
    }

    /// [`serial`](Self::serial) in upper-case hex.
    #[must_use]
    pub fn serial_hex(&self) -> String {
        data_encoding::HEXUPPER.encode(self.serial())
    }

    /// Who says it issued the certificate.
    #[must_use]
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// Whom the certificate is for.
    #[must_use]
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// The common name of the subject, which SMKI makes optional.
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        self.subject.common_name()
    }

    /// The identifier of the party or device.
    ///
    /// For an organisation, its one `x500UniqueIdentifier` if that has 64 bits; for a device, its one hwSerialNum if
    /// that has 8 octets. Anything else is no identifier: it is never cut or filled to fit.
    #[must_use]
    pub fn entity_id(&self) -> Option<Eui64> {
        let octets = match self.kind() {
            CertificateKind::Organisation => match only(self.subject.values(oid::X500_UNIQUE_IDENTIFIER))? {
                AttributeValue::Bits { unused: 0, octets } => octets,
                _ => return None,
            },
            CertificateKind::Device => &only(self.extensions.hardware_modules.iter())?.serial_number,
            _ => return None,
        };
        <[u8; 8]>::try_from(&**octets).ok().map(Eui64::new)
    }

    /// The role of the subject: its one OU, read as two *hex* digits, so that `87` is 135 (xmlSign).
    ///
    /// `None` for any other text. `137`, which one test certificate has, is not role 0x137 and not role 137 either.
    #[must_use]
    pub fn role(&self) -> Option<RemotePartyRole> {
        let AttributeValue::Text(text) = only(self.subject.values(oid::ORGANIZATIONAL_UNIT))? else {
            return None;
        };
        let digits = text.len() == 2 && text.bytes().all(|octet| octet.is_ascii_hexdigit());
        digits.then(|| u32::from_str_radix(text, 16).ok()).flatten().map(RemotePartyRole)
    }

    /// What the key may be used for: nothing if the certificate does not say.
    #[must_use]
    pub fn key_usage(&self) -> KeyUsage {
        self.extensions.key_usage.as_ref().map_or(KeyUsage::NONE, |found| found.usage)
    }

    /// The subjectKeyIdentifier extension, of whatever length.
    #[must_use]
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.subject_key_identifier.as_deref()
    }

    /// The subjectKeyIdentifier as trust anchor cells hold it: only if it has 8 octets, never the end of a longer one.
    #[must_use]
    pub fn key_id(&self) -> Option<KeyId> {
        self.subject_key_identifier().and_then(KeyId::from_slice)
    }

    /// The identifier that RFC 5280 section 4.2.1.2, method 2, gives to the key of this certificate.
    #[must_use]
    pub fn computed_key_id(&self) -> KeyId {
        key::method_2(&self.key.octets)
    }

    /// The keyIdentifier of the authorityKeyIdentifier extension, of whatever length.
    #[must_use]
    pub fn authority_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.authority_key_identifier.as_deref()
    }

    /// The first instant of the validity period.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.not_before.instant
    }

    /// The last instant of the validity period.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after.instant
    }

    /// The certificate policies, dotted, in the order of the certificate.
    #[must_use]
    pub fn policies(&self) -> &[String] {
        &self.extensions.policies
    }

    /// The public key as the 65 octets of an uncompressed SEC 1 point, if it is one on P-256.
    #[must_use]
    pub fn public_key(&self) -> Option<&[u8]> {
        match self.key.fault {
            None => Some(&self.key.octets),
            Some(_) => None,
        }
    }

    pub(crate) fn key_fault(&self) -> Option<&KeyFault> {
        self.key.fault.as_ref()
    }

    /// The octets that the signature covers, as they stand in the certificate.
    pub(crate) fn signed_octets(&self) -> &[u8] {
        self.der.get(self.signed_part.clone()).unwrap_or_default()
    }

    /// Whether it names itself as issuer (RFC 5280 section 6.1), which says nothing of who signed it.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }
}

/// The only item, if there is just one.
pub(crate) fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    if items.next().is_some() { None } else { Some(first) }
}
