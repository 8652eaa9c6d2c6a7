//! How a certificate departs from the SMKI profile.

use std::fmt;

use types::KeyUsage;
use types::Timestamp;

use crate::key::KeyFault;

/// One departure of a certificate from the SMKI profile, with what was found.
///
/// `Display` gives a sentence; [`id`](Self::id) a name that stays the same between versions.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ProfileFinding {
    /// Not an X.509 version 3 certificate.
    Version {
        /// The version, counted from 1.
        found: u32,
    },
    /// The serial number has another size than 16 octets.
    SerialSize {
        /// Its octets, without the zero octet before a set sign bit.
        octets: usize,
    },
    /// The serial number is negative, which RFC 5280 section 4.1.2.2 forbids.
    SerialNegative,
    /// Signed with another algorithm than ecdsa-with-SHA256.
    SignatureAlgorithm {
        /// The algorithm.
        oid: String,
    },
    /// The signature algorithm has parameters, which RFC 5758 section 3.2 says are absent.
    SignatureAlgorithmParameters,
    /// The algorithm beside the signature is not the one that is signed (RFC 5280 section 4.1.1.2).
    SignatureAlgorithmsDiffer {
        /// The algorithm inside the signed part.
        signed: String,
        /// The algorithm beside the signature; the same if only the parameters differ.
        beside: String,
    },
    /// The key is not an uncompressed point of P-256.
    Key(KeyFault),
    /// The issuer has no name (RFC 5280 section 4.1.2.4).
    IssuerEmpty,
    /// An organisation's subject has no OU.
    OrganizationalUnitAbsent,
    /// The OU is not two hex digits, so that it names no role.
    OrganizationalUnitForm {
        /// The OU; `None` if it is no string.
        found: Option<String>,
    },
    /// The subject has more than one OU, so that none of them can be taken for the role.
    OrganizationalUnitRepeated {
        /// How many there are.
        count: usize,
    },
    /// An organisation's subject has no `x500UniqueIdentifier`.
    UniqueIdentifierAbsent,
    /// The `x500UniqueIdentifier` is not a BIT STRING of 64 bits.
    UniqueIdentifierForm {
        /// The unused bits of the BIT STRING; `None` if it is none.
        unused_bits: Option<u8>,
        /// The octets of its value.
        octets: usize,
    },
    /// The subject has more than one `x500UniqueIdentifier`.
    UniqueIdentifierRepeated {
        /// How many there are.
        count: usize,
    },
    /// A device certificate without a hardwareModuleName: nothing says which device it is for.
    NoDeviceIdentity,
    /// The hwSerialNum has another size than 8 octets.
    DeviceIdentityForm {
        /// Its octets.
        octets: usize,
    },
    /// More than one hardwareModuleName.
    DeviceIdentityRepeated {
        /// How many there are.
        count: usize,
    },
    /// The subject is empty and the subjectAltName not critical (RFC 5280 section 4.2.1.6).
    DeviceIdentityNotCritical,
    /// A device certificate whose subject is not empty.
    DeviceSubject,
    /// No keyUsage.
    KeyUsageAbsent,
    /// keyUsage is not critical.
    KeyUsageNotCritical,
    /// keyUsage without a usage.
    KeyUsageEmpty,
    /// An end entity with more than one usage: SMKI keys have just one.
    KeyUsageSeveral {
        /// The usages.
        found: KeyUsage,
    },
    /// An end entity with a usage that is neither digitalSignature nor keyAgreement.
    KeyUsageUnexpected {
        /// The usage.
        found: KeyUsage,
    },
    /// An end entity that may sign certificates or revocation lists.
    KeyUsageOfAuthority {
        /// The usages.
        found: KeyUsage,
    },
    /// A certification authority that may not sign certificates or revocation lists.
    AuthorityKeyUsage {
        /// The usages.
        found: KeyUsage,
    },
    /// The bits of keyUsage are not written as DER prescribes; what they mean is plain.
    KeyUsageNotMinimal {
        /// The content octets of the BIT STRING.
        octets: Box<[u8]>,
    },
    /// No subjectKeyIdentifier.
    SubjectKeyIdentifierAbsent,
    /// The subjectKeyIdentifier has another size than 8 octets, so that no trust anchor cell can hold it.
    SubjectKeyIdentifierSize {
        /// Its octets.
        octets: usize,
    },
    /// The subjectKeyIdentifier has 8 octets, but not those that method 2 derives from the key.
    SubjectKeyIdentifierNotDerived {
        /// The extension.
        found: types::KeyId,
        /// What the key gives.
        derived: types::KeyId,
    },
    /// No authorityKeyIdentifier, though the certificate names another issuer.
    AuthorityKeyIdentifierAbsent,
    /// The authorityKeyIdentifier has another size than 8 octets.
    AuthorityKeyIdentifierSize {
        /// Its octets.
        octets: usize,
    },
    /// No certificatePolicies.
    PoliciesAbsent,
    /// certificatePolicies is not critical.
    PoliciesNotCritical,
    /// A policy that is not among those accepted.
    PolicyNotExpected {
        /// The policy.
        oid: String,
    },
    /// A critical extension that is not processed here; RFC 5280 section 4.2 says to reject the certificate.
    UnknownCriticalExtension {
        /// The extension.
        oid: String,
    },
    /// Another extension that the profile does not have.
    UnknownExtension {
        /// The extension.
        oid: String,
    },
    /// A certification authority without basicConstraints.
    BasicConstraintsAbsent,
    /// basicConstraints of a certification authority that is not critical.
    BasicConstraintsNotCritical,
    /// basicConstraints of a certification authority that says it is none.
    BasicConstraintsNotCa,
    /// basicConstraints of an end entity.
    BasicConstraintsOnEndEntity {
        /// Whether it claims to be a certification authority.
        ca: bool,
    },
    /// The validity period ends before it begins.
    ValidityReversed {
        /// notBefore.
        not_before: Timestamp,
        /// notAfter.
        not_after: Timestamp,
    },
    /// A date before 2050 as GeneralizedTime (RFC 5280 section 4.1.2.5).
    TimeForm {
        /// The date.
        found: Timestamp,
    },
    /// The signed part is not DER throughout.
    EncodingNotCanonical {
        /// The offset in the certificate of the first element that is not DER.
        offset: usize,
    },
    /// The certificate is of no kind that SMKI knows.
    KindUnrecognised,
}

/// What a finding means for the certificate.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FindingLevel {
    /// Worth knowing; the certificate does what it should.
    Note,
    /// The certificate is not as the profile says.
    Departure,
    /// Nothing may be concluded from the certificate.
    Unacceptable,
}

impl ProfileFinding {
    /// A name of the finding, in kebab case.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::Version { .. } => "version-not-3",
            Self::SerialSize { .. } => "serial-not-16-octets",
            Self::SerialNegative => "serial-negative",
            Self::SignatureAlgorithm { .. } => "signature-algorithm-not-ecdsa-sha256",
            Self::SignatureAlgorithmParameters => "signature-algorithm-with-parameters",
            Self::SignatureAlgorithmsDiffer { .. } => "signature-algorithms-differ",
            Self::Key(_) => "key-not-uncompressed-p256",
            Self::IssuerEmpty => "issuer-empty",
            Self::OrganizationalUnitAbsent => "ou-absent",
            Self::OrganizationalUnitForm { .. } => "ou-not-two-hex-digits",
            Self::OrganizationalUnitRepeated { .. } => "ou-repeated",
            Self::UniqueIdentifierAbsent => "unique-identifier-absent",
            Self::UniqueIdentifierForm { .. } => "unique-identifier-not-64-bits",
            Self::UniqueIdentifierRepeated { .. } => "unique-identifier-repeated",
            Self::NoDeviceIdentity => "no-device-identity",
            Self::DeviceIdentityForm { .. } => "device-identity-not-8-octets",
            Self::DeviceIdentityRepeated { .. } => "device-identity-repeated",
            Self::DeviceIdentityNotCritical => "device-identity-not-critical",
            Self::DeviceSubject => "device-subject-not-empty",
            Self::KeyUsageAbsent => "key-usage-absent",
            Self::KeyUsageNotCritical => "key-usage-not-critical",
            Self::KeyUsageEmpty => "key-usage-empty",
            Self::KeyUsageSeveral { .. } => "key-usage-several",
            Self::KeyUsageUnexpected { .. } => "key-usage-unexpected",
            Self::KeyUsageOfAuthority { .. } => "key-usage-of-authority-on-end-entity",
            Self::AuthorityKeyUsage { .. } => "authority-key-usage",
            Self::KeyUsageNotMinimal { .. } => "key-usage-not-minimal",
            Self::SubjectKeyIdentifierAbsent => "subject-key-identifier-absent",
            Self::SubjectKeyIdentifierSize { .. } => "subject-key-identifier-not-8-octets",
            Self::SubjectKeyIdentifierNotDerived { .. } => "subject-key-identifier-not-derived",
            Self::AuthorityKeyIdentifierAbsent => "authority-key-identifier-absent",
            Self::AuthorityKeyIdentifierSize { .. } => "authority-key-identifier-not-8-octets",
            Self::PoliciesAbsent => "policies-absent",
            Self::PoliciesNotCritical => "policies-not-critical",
            Self::PolicyNotExpected { .. } => "policy-not-expected",
            Self::UnknownCriticalExtension { .. } => "unknown-critical-extension",
            Self::UnknownExtension { .. } => "unknown-extension",
            Self::BasicConstraintsAbsent => "basic-constraints-absent",
            Self::BasicConstraintsNotCritical => "basic-constraints-not-critical",
            Self::BasicConstraintsNotCa => "basic-constraints-not-ca",
            Self::BasicConstraintsOnEndEntity { .. } => "basic-constraints-on-end-entity",
            Self::ValidityReversed { .. } => "validity-reversed",
            Self::TimeForm { .. } => "time-form",
            Self::EncodingNotCanonical { .. } => "encoding-not-canonical",
            Self::KindUnrecognised => "kind-unrecognised",
        }
    }

    /// What the finding means for the certificate.
    #[must_use]
    pub fn level(&self) -> FindingLevel {
        match self {
            Self::UnknownCriticalExtension { .. } => FindingLevel::Unacceptable,
            Self::SignatureAlgorithmParameters
            | Self::KeyUsageNotMinimal { .. }
            | Self::UnknownExtension { .. }
            | Self::TimeForm { .. }
            | Self::DeviceSubject => FindingLevel::Note,
            _ => FindingLevel::Departure,
        }
    }
}

impl fmt::Display for ProfileFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { found } => write!(f, "X.509 version {found}, expected 3"),
            Self::SerialSize { octets } => write!(f, "serial number of {octets} octets, expected 16"),
            Self::SerialNegative => f.write_str("serial number is negative"),
            Self::SignatureAlgorithm { oid } => {
                write!(f, "signature algorithm {oid}, expected ecdsa-with-SHA256")
            }
            Self::SignatureAlgorithmParameters => {
                f.write_str("signature algorithm has parameters, expected none")
            }
            Self::SignatureAlgorithmsDiffer { signed, beside } if signed == beside => {
                write!(
                    f,
                    "signature algorithm {signed} has other parameters inside than outside the signed part"
                )
            }
            Self::SignatureAlgorithmsDiffer { signed, beside } => {
                write!(f, "signature algorithm {signed} inside the signed part, {beside} outside")
            }
            Self::Key(fault) => fault.fmt(f),
            Self::IssuerEmpty => f.write_str("issuer has an empty name"),
            Self::OrganizationalUnitAbsent => f.write_str("subject has no OU, expected the role"),
            Self::OrganizationalUnitForm { found: Some(found) } => {
                f.write_str("OU is '")?;
                found.chars().try_for_each(|character| crate::name::escape(f, character))?;
                f.write_str("', expected two hex digits")
            }
            Self::OrganizationalUnitForm { found: None } => {
                f.write_str("OU is no string, expected two hex digits")
            }
            Self::OrganizationalUnitRepeated { count } => write!(f, "subject has {count} OUs, expected one"),
            Self::UniqueIdentifierAbsent => f.write_str("subject has no x500UniqueIdentifier"),
            Self::UniqueIdentifierForm { unused_bits: Some(unused), octets } => write!(
                f,
                "x500UniqueIdentifier of {octets} octets with {unused} unused bits, expected 8 with none unused"
            ),
            Self::UniqueIdentifierForm { unused_bits: None, .. } => {
                f.write_str("x500UniqueIdentifier is no BIT STRING")
            }
            Self::UniqueIdentifierRepeated { count } => {
                write!(f, "subject has {count} x500UniqueIdentifiers, expected one")
            }
            Self::NoDeviceIdentity => f.write_str("no hardwareModuleName: no device identity"),
            Self::DeviceIdentityForm { octets } => write!(f, "hwSerialNum of {octets} octets, expected 8"),
            Self::DeviceIdentityRepeated { count } => write!(f, "{count} hardwareModuleNames, expected one"),
            Self::DeviceIdentityNotCritical => {
                f.write_str("subjectAltName is not critical, though the subject is empty")
            }
            Self::DeviceSubject => f.write_str("device certificate whose subject is not empty"),
            Self::KeyUsageAbsent => f.write_str("no keyUsage"),
            Self::KeyUsageNotCritical => f.write_str("keyUsage is not critical"),
            Self::KeyUsageEmpty => f.write_str("keyUsage without a usage"),
            Self::KeyUsageSeveral { found } => write!(f, "keyUsage {found}, expected just one"),
            Self::KeyUsageUnexpected { found } => {
                write!(f, "keyUsage {found}, expected digitalSignature or keyAgreement")
            }
            Self::KeyUsageOfAuthority { found } => write!(f, "keyUsage {found} on an end entity"),
            Self::AuthorityKeyUsage { found } => {
                write!(f, "keyUsage {found}, expected keyCertSign + cRLSign")
            }
            Self::KeyUsageNotMinimal { octets } => {
                f.write_str("keyUsage written as")?;
                octets.iter().try_for_each(|octet| write!(f, " {octet:02X}"))?;
                f.write_str(", which is not DER")
            }
            Self::SubjectKeyIdentifierAbsent => f.write_str("no subjectKeyIdentifier"),
            Self::SubjectKeyIdentifierSize { octets } => {
                write!(f, "subjectKeyIdentifier of {octets} octets, expected 8")
            }
            Self::SubjectKeyIdentifierNotDerived { found, derived } => {
                write!(f, "subjectKeyIdentifier {found}, but the key gives {derived}")
            }
            Self::AuthorityKeyIdentifierAbsent => f.write_str("no authorityKeyIdentifier"),
            Self::AuthorityKeyIdentifierSize { octets } => {
                write!(f, "authorityKeyIdentifier of {octets} octets, expected 8")
            }
            Self::PoliciesAbsent => f.write_str("no certificatePolicies"),
            Self::PoliciesNotCritical => f.write_str("certificatePolicies is not critical"),
            Self::PolicyNotExpected { oid } => write!(f, "policy {oid} not expected"),
            Self::UnknownCriticalExtension { oid } => write!(f, "unknown critical extension {oid}"),
            Self::UnknownExtension { oid } => write!(f, "unknown extension {oid}"),
            Self::BasicConstraintsAbsent => f.write_str("certification authority without basicConstraints"),
            Self::BasicConstraintsNotCritical => f.write_str("basicConstraints is not critical"),
            Self::BasicConstraintsNotCa => {
                f.write_str("basicConstraints says it is no certification authority")
            }
            Self::BasicConstraintsOnEndEntity { ca: true } => {
                f.write_str("basicConstraints makes an end entity a certification authority")
            }
            Self::BasicConstraintsOnEndEntity { ca: false } => {
                f.write_str("basicConstraints on an end entity")
            }
            Self::ValidityReversed { not_before, not_after } => {
                write!(f, "validity ends {not_after}, before it begins {not_before}")
            }
            Self::TimeForm { found } => write!(f, "{found} as GeneralizedTime, expected UTCTime"),
            Self::EncodingNotCanonical { offset } => write!(f, "not DER at octet {offset}"),
            Self::KindUnrecognised => {
                f.write_str("neither an organisation, a device nor a certification authority")
            }
        }
    }
}
