//! Why octets are not a certificate, or not a revocation list.

use std::fmt;

/// Why octets are not an X.509 certificate that this crate reads.
///
/// A certificate that can be read but departs from the SMKI profile is no error: see
/// [`ProfileFinding`](crate::ProfileFinding).
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CertificateError {
    /// There are no octets.
    #[error("no octets")]
    Empty,
    /// More octets than any certificate has.
    #[error("{octets} octets, more than the {} allowed for a certificate", crate::MAX_CERTIFICATE)]
    TooLarge {
        /// How many there are.
        octets: usize,
    },
    /// A private key. Nothing of it is kept.
    #[error("a private key, which has no place among the inputs of an audit; it was not kept")]
    PrivateKey,
    /// The first octet does not open a SEQUENCE.
    #[error("starts with octet {found:02X}, expected 30, a SEQUENCE")]
    NotASequence {
        /// The first octet.
        found: u8,
    },
    /// The certificate ends before its own length says.
    #[error("cut off: only {found} octets")]
    Truncated {
        /// How many octets there are.
        found: usize,
    },
    /// Octets follow the certificate.
    #[error("followed by {octets} further octets")]
    TrailingOctets {
        /// How many.
        octets: usize,
    },
    /// A part that the signature does not cover is not in DER, such as an outer length with padding.
    ///
    /// Anyone can change how such a part is written without breaking the signature, and so give one certificate many
    /// fingerprints. It is refused instead of being written anew.
    #[error(
        "not DER at octet {offset}, outside what is signed: one certificate would have many fingerprints"
    )]
    FrameNotCanonical {
        /// The offset of the element that is not DER.
        offset: usize,
    },
    /// A field is absent or cannot be read (RFC 5280 section 4.1).
    #[error("{field} absent or malformed")]
    Malformed {
        /// The field.
        field: Field,
    },
    /// The content of an extension cannot be read.
    #[error("extension {oid} malformed")]
    MalformedExtension {
        /// The extension.
        oid: String,
    },
    /// An extension occurs twice, which RFC 5280 section 4.2 forbids: which one counts can't be told.
    #[error("extension {oid} occurs more than once")]
    DuplicateExtension {
        /// The extension.
        oid: String,
    },
    /// The keyUsage BIT STRING is impossible: more than 7 unused bits, unused bits of no octets, bits beyond the 16th.
    #[error("keyUsage malformed: {unused_bits} unused bits in {octets} octets")]
    MalformedKeyUsage {
        /// What the first content octet says.
        unused_bits: u8,
        /// How many octets of bits follow.
        octets: usize,
    },
}

impl CertificateError {
    /// A name of the reason, in kebab case.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too-large",
            Self::PrivateKey => "private-key",
            Self::NotASequence { .. } => "not-a-sequence",
            Self::Truncated { .. } => "truncated",
            Self::TrailingOctets { .. } => "trailing-octets",
            Self::FrameNotCanonical { .. } => "frame-not-canonical",
            Self::Malformed { .. } => "malformed",
            Self::MalformedExtension { .. } => "malformed-extension",
            Self::DuplicateExtension { .. } => "duplicate-extension",
            Self::MalformedKeyUsage { .. } => "malformed-key-usage",
        }
    }
}

/// A field of a certificate, by its name in RFC 5280 section 4.1.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Field {
    /// The sequence of certificate, algorithm and signature, or of the fields of the signed part.
    Certificate,
    /// `version`.
    Version,
    /// `serialNumber`.
    SerialNumber,
    /// `signature` or `signatureAlgorithm`.
    SignatureAlgorithm,
    /// `issuer` or `subject`.
    Name,
    /// `validity`.
    Validity,
    /// `subjectPublicKeyInfo`.
    SubjectPublicKeyInfo,
    /// `extensions`.
    Extensions,
    /// `signatureValue`.
    SignatureValue,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "sequence of a certificate",
            Self::Version => "version",
            Self::SerialNumber => "serialNumber",
            Self::SignatureAlgorithm => "signature algorithm",
            Self::Name => "issuer or subject name",
            Self::Validity => "validity",
            Self::SubjectPublicKeyInfo => "subjectPublicKeyInfo",
            Self::Extensions => "extensions",
            Self::SignatureValue => "signatureValue",
        })
    }
}

/// Why octets are not a certificate revocation list that this crate reads.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RevocationListError {
    /// There are no octets.
    #[error("no octets")]
    Empty,
    /// More octets than a list may have.
    #[error("{octets} octets, more than the {} allowed for a revocation list", crate::MAX_REVOCATION_LIST)]
    TooLarge {
        /// How many there are.
        octets: usize,
    },
    /// A private key. Nothing of it is kept.
    #[error("a private key, which has no place among the inputs of an audit; it was not kept")]
    PrivateKey,
    /// The first octet does not open a SEQUENCE.
    #[error("starts with octet {found:02X}, expected 30, a SEQUENCE")]
    NotASequence {
        /// The first octet.
        found: u8,
    },
    /// The list ends before its own length says.
    #[error("revocation list cut off: only {found} octets")]
    Truncated {
        /// How many octets there are.
        found: usize,
    },
    /// Octets follow the list.
    #[error("revocation list followed by {octets} further octets")]
    TrailingOctets {
        /// How many.
        octets: usize,
    },
    /// Some part is not DER.
    #[error("revocation list not DER at octet {offset}")]
    NotCanonical {
        /// The offset of the element that is not DER.
        offset: usize,
    },
    /// A version that has no extensions, or is not known (RFC 5280 section 5.1.2.1).
    #[error("revocation list of version {found}, expected 2")]
    Version {
        /// The version counted from 1, which is also that of a list that names none; 255 for all that are beyond it.
        found: u8,
    },
    /// A field is absent or cannot be read (RFC 5280 section 5.1).
    #[error("{field} of a revocation list absent or malformed")]
    Malformed {
        /// The field.
        field: ListField,
    },
    /// An entry cannot be read, so that it is not known what the list says.
    #[error("entry {number} of the revocation list malformed")]
    MalformedEntry {
        /// Its number, from 1.
        number: usize,
    },
    /// The content of an extension of the list cannot be read.
    #[error("extension {oid} of the revocation list malformed")]
    MalformedExtension {
        /// The extension.
        oid: String,
    },
    /// An extension of the list occurs twice: which one counts can't be told.
    #[error("extension {oid} of the revocation list occurs more than once")]
    DuplicateExtension {
        /// The extension.
        oid: String,
    },
}

impl RevocationListError {
    /// A name of the reason, in kebab case.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too-large",
            Self::PrivateKey => "private-key",
            Self::NotASequence { .. } => "not-a-sequence",
            Self::Truncated { .. } => "truncated",
            Self::TrailingOctets { .. } => "trailing-octets",
            Self::NotCanonical { .. } => "not-canonical",
            Self::Version { .. } => "version-not-2",
            Self::Malformed { .. } => "malformed",
            Self::MalformedEntry { .. } => "malformed-entry",
            Self::MalformedExtension { .. } => "malformed-extension",
            Self::DuplicateExtension { .. } => "duplicate-extension",
        }
    }
}

/// A field of a revocation list, by its name in RFC 5280 section 5.1.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ListField {
    /// The sequence of list, algorithm and signature, or of the fields of the signed part.
    CertificateList,
    /// `signature` or `signatureAlgorithm`.
    SignatureAlgorithm,
    /// `issuer`.
    Issuer,
    /// `thisUpdate`.
    ThisUpdate,
    /// `nextUpdate`.
    NextUpdate,
    /// `crlExtensions`.
    Extensions,
    /// `signatureValue`.
    SignatureValue,
}

impl fmt::Display for ListField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CertificateList => "sequence",
            Self::SignatureAlgorithm => "signature algorithm",
            Self::Issuer => "issuer",
            Self::ThisUpdate => "thisUpdate",
            Self::NextUpdate => "nextUpdate",
            Self::Extensions => "extensions",
            Self::SignatureValue => "signatureValue",
        })
    }
}
