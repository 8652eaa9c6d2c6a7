//! Departures from the profile, one at a time.

use types::KeyUsage;

use super::certificate::{Certificate, CertificateSpec, Extension, Validity, oid};
use super::name::{Attribute, StringType};
use crate::key::KeyPair;

/// One thing that is wrong with a certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Defect {
    /// Its validity ended before 2024.
    Expired,
    /// Its validity begins in 2040.
    NotYetValid,
    /// Signed by a key that is not the issuer's, although the issuer's name stands in it.
    ForeignSignature,
    /// The role in `OU` in decimal: `135` for XmlSign, and for a network operator `3` without its leading zero.
    DecimalUnit,
    /// Text in `OU` that is no role at all.
    UnitNotARole,
    /// A subjectKeyIdentifier that does not belong to the key.
    SubjectKeyNotDerived,
    /// A subjectKeyIdentifier of 20 octets, RFC 5280 method 1.
    SubjectKeyTwentyOctets,
    /// A policy nobody expects.
    UnexpectedPolicy,
    /// certificatePolicies that are not critical.
    PolicyNotCritical,
    /// No authorityKeyIdentifier.
    NoAuthorityKey,
    /// An authorityKeyIdentifier of another key.
    OtherAuthorityKey,
    /// A unique identifier of 56 bits.
    ShortUniqueIdentifier,
    /// A unique identifier with unused bits.
    UnusedBitsInUniqueIdentifier,
    /// No unique identifier.
    NoUniqueIdentifier,
    /// Both digitalSignature and keyAgreement.
    TwoKeyUsages,
    /// keyUsage that is not critical.
    KeyUsageNotCritical,
    /// A serial number of eight octets.
    ShortSerial,
    /// A critical extension that nobody knows.
    UnknownCriticalExtension,
    /// An organizationName, which SMKI subjects do not have.
    OrganizationNameInSubject,
    /// The issuer's name in another string type than the issuer's own certificate has. Legal; a comparison by octets
    /// would break the path.
    IssuerInOtherStringType,
}

impl Defect {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Expired,
        Self::NotYetValid,
        Self::ForeignSignature,
        Self::DecimalUnit,
        Self::UnitNotARole,
        Self::SubjectKeyNotDerived,
        Self::SubjectKeyTwentyOctets,
        Self::UnexpectedPolicy,
        Self::PolicyNotCritical,
        Self::NoAuthorityKey,
        Self::OtherAuthorityKey,
        Self::ShortUniqueIdentifier,
        Self::UnusedBitsInUniqueIdentifier,
        Self::NoUniqueIdentifier,
        Self::TwoKeyUsages,
        Self::KeyUsageNotCritical,
        Self::ShortSerial,
        Self::UnknownCriticalExtension,
        Self::OrganizationNameInSubject,
        Self::IssuerInOtherStringType,
    ];

    /// The defect in words that suit a file name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::ForeignSignature => "foreign-signature",
            Self::DecimalUnit => "decimal-unit",
            Self::UnitNotARole => "unit-not-a-role",
            Self::SubjectKeyNotDerived => "subject-key-not-derived",
            Self::SubjectKeyTwentyOctets => "subject-key-twenty-octets",
            Self::UnexpectedPolicy => "unexpected-policy",
            Self::PolicyNotCritical => "policy-not-critical",
            Self::NoAuthorityKey => "no-authority-key",
            Self::OtherAuthorityKey => "other-authority-key",
            Self::ShortUniqueIdentifier => "short-unique-identifier",
            Self::UnusedBitsInUniqueIdentifier => "unused-bits-in-unique-identifier",
            Self::NoUniqueIdentifier => "no-unique-identifier",
            Self::TwoKeyUsages => "two-key-usages",
            Self::KeyUsageNotCritical => "key-usage-not-critical",
            Self::ShortSerial => "short-serial",
            Self::UnknownCriticalExtension => "unknown-critical-extension",
            Self::OrganizationNameInSubject => "organization-name-in-subject",
            Self::IssuerInOtherStringType => "issuer-in-other-string-type",
        }
    }

    /// Issues the certificate with this defect and no other.
    #[must_use]
    pub fn issue(self, mut spec: CertificateSpec, issuer: &Certificate) -> Certificate {
        self.apply(&mut spec);
        match self {
            Self::ForeignSignature => spec.issue(&KeyPair::from_label("foreign issuer")),
            _ => spec.issue(issuer.key()),
        }
    }

    fn apply(self, spec: &mut CertificateSpec) {
        match self {
            Self::Expired => spec.validity = Validity::years(2013, 6, 1, 10),
            Self::NotYetValid => spec.validity = Validity::years(2040, 1, 1, 5),
            Self::ForeignSignature => {}
            Self::DecimalUnit => {
                let role = spec.role.map_or(0, |role| role.0);
                set_unit(spec, &role.to_string());
            }
            Self::UnitNotARole => set_unit(spec, "Networks"),
            Self::SubjectKeyNotDerived => set_subject_key(spec, &[0x4F; 8]),
            Self::SubjectKeyTwentyOctets => {
                let octets: Vec<u8> = spec.key.point().iter().skip(1).take(20).copied().collect();
                set_subject_key(spec, &octets);
            }
            Self::UnexpectedPolicy => {
                spec.replace_extension(&oid::POLICIES, Extension::policies(&oid::OTHER_POLICY));
            }
            Self::PolicyNotCritical => set_not_critical(spec, &oid::POLICIES),
            Self::NoAuthorityKey => spec.extensions.retain(|extension| extension.oid != oid::AUTHORITY_KEY),
            Self::OtherAuthorityKey => {
                let other = KeyPair::from_label("foreign issuer").key_id();
                spec.replace_extension(&oid::AUTHORITY_KEY, Extension::authority_key(other));
            }
            Self::ShortUniqueIdentifier => set_unique_identifier(spec, 0, 7),
            Self::UnusedBitsInUniqueIdentifier => set_unique_identifier(spec, 4, 8),
            Self::NoUniqueIdentifier => {
                spec.subject.0.retain(|attribute| !matches!(attribute, Attribute::UniqueIdentifier(..)));
            }
            Self::TwoKeyUsages => {
                spec.key_usage = KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_AGREEMENT);
                spec.replace_extension(&oid::KEY_USAGE, Extension::key_usage(spec.key_usage));
            }
            Self::KeyUsageNotCritical => set_not_critical(spec, &oid::KEY_USAGE),
            Self::ShortSerial => spec.serial.truncate(8),
            Self::UnknownCriticalExtension => spec.extensions.push(Extension {
                oid: oid::UNKNOWN_EXTENSION.to_vec(),
                critical: true,
                value: vec![5, 0],
            }),
            Self::OrganizationNameInSubject => {
                let name = Attribute::OrganizationName(StringType::Utf8, "Testkit Networks".to_owned());
                spec.subject.0.insert(0, name);
            }
            Self::IssuerInOtherStringType => {
                spec.issuer = spec.issuer.clone().with_string_type(StringType::Utf8);
            }
        }
    }
}

fn set_unit(spec: &mut CertificateSpec, text: &str) {
    for attribute in &mut spec.subject.0 {
        if let Attribute::Unit(_, unit) = attribute {
            text.clone_into(unit);
        }
    }
}

fn set_subject_key(spec: &mut CertificateSpec, octets: &[u8]) {
    spec.replace_extension(&oid::SUBJECT_KEY, Extension::subject_key(octets));
}

fn set_not_critical(spec: &mut CertificateSpec, oid: &[u64]) {
    if let Some(extension) = spec.extension_mut(oid) {
        extension.critical = false;
    }
}

fn set_unique_identifier(spec: &mut CertificateSpec, unused: u8, octets: usize) {
    for attribute in &mut spec.subject.0 {
        if let Attribute::UniqueIdentifier(bits, identifier) = attribute {
            identifier.truncate(octets);
            if let Some(last) = identifier.last_mut() {
                *last = *last >> unused << unused;
            }
            *bits = unused;
        }
    }
}
