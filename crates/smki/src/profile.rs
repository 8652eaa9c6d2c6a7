//! Compares a certificate with the SMKI profile, item by item.
//!
//! In: a certificate and the policies that are accepted. Out: every item that is off, as a value. Nothing here judges a
//! meter, a date or a signature.

use std::collections::BTreeSet;

use types::KeyUsage;

use crate::finding::{FindingLevel, ProfileFinding};
use crate::name::AttributeValue;
use crate::{Certificate, CertificateKind, oid};

/// 2050-01-01T00:00:00Z, from which on dates are written as GeneralizedTime.
const YEAR_2050: i64 = 2_524_608_000_000;

/// The octets of an SMKI serial number.
const SERIAL_OCTETS: usize = 16;

/// What the profile leaves open, and the reader of a report decides.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Profile {
    accepted_policies: BTreeSet<String>,
}

/// The policies of organisation and device certificates in the SMKI test PKI. No source for those of production could be
/// read, so a user names them.
const TEST_PKI_POLICIES: [&str; 2] = ["1.2.826.0.1.8641679.1.2.1.4", "1.2.826.0.1.1800000.1.2.1.4"];

impl Default for Profile {
    /// The profile with the certificate policies of the SMKI test PKI.
    fn default() -> Self {
        Self::with_policies(TEST_PKI_POLICIES)
    }
}

impl Profile {
    /// The profile with these certificate policies (dotted object identifiers) accepted; with none of them, any is.
    ///
    /// The policies of the production SMKI are published in its certificate policy documents and change with them, so
    /// they are no constants here.
    #[must_use]
    pub fn with_policies<P: Into<String>>(accepted: impl IntoIterator<Item = P>) -> Self {
        Self { accepted_policies: accepted.into_iter().map(Into::into).collect() }
    }

    /// The accepted policies, sorted.
    pub fn accepted_policies(&self) -> impl Iterator<Item = &str> {
        self.accepted_policies.iter().map(String::as_str)
    }
}

impl Certificate {
    /// Everything in which the certificate departs from the profile, in the order in which RFC 5280 section 4.1 has the
    /// fields.
    #[must_use]
    pub fn inspect_profile(&self, profile: &Profile) -> Vec<ProfileFinding> {
        let mut findings = Vec::new();
        self.inspect_fields(&mut findings);
        match self.kind() {
            CertificateKind::Organisation => self.inspect_organisation(&mut findings),
            CertificateKind::Device => self.inspect_device(&mut findings),
            CertificateKind::Issuing | CertificateKind::Root => self.inspect_authority(&mut findings),
            CertificateKind::Unrecognised => findings.push(ProfileFinding::KindUnrecognised),
        }
        self.inspect_key_usage(&mut findings);
        self.inspect_key_identifiers(&mut findings);
        self.inspect_policies(profile, &mut findings);
        self.inspect_unknown_extensions(&mut findings);
        findings
    }

    /// Whether no finding forbids drawing conclusions from the certificate.
    #[must_use]
    pub fn is_acceptable(&self) -> bool {
        let mut findings = Vec::new();
        self.inspect_unknown_extensions(&mut findings);
        findings.iter().all(|finding| finding.level() < FindingLevel::Unacceptable)
    }

    fn inspect_fields(&self, findings: &mut Vec<ProfileFinding>) {
        if let Some(offset) = self.departure {
            findings.push(ProfileFinding::EncodingNotCanonical { offset });
        }
        if self.version != 3 {
            findings.push(ProfileFinding::Version { found: self.version });
        }
        if self.serial.first().is_some_and(|octet| octet & 0x80 != 0) {
            findings.push(ProfileFinding::SerialNegative);
        }
        if self.serial().len() != SERIAL_OCTETS {
            findings.push(ProfileFinding::SerialSize { octets: self.serial().len() });
        }
        let algorithm = &self.algorithm;
        if algorithm.signed != oid::ECDSA_WITH_SHA256 {
            findings.push(ProfileFinding::SignatureAlgorithm { oid: algorithm.signed.clone() });
        } else if algorithm.parameters {
            findings.push(ProfileFinding::SignatureAlgorithmParameters);
        }
        if let Some(beside) = &algorithm.differing {
            findings.push(ProfileFinding::SignatureAlgorithmsDiffer {
                signed: algorithm.signed.clone(),
                beside: beside.clone(),
            });
        }
        if self.issuer.is_empty() {
            findings.push(ProfileFinding::IssuerEmpty);
        }
        let (not_before, not_after) = (self.not_before(), self.not_after());
        if not_after < not_before {
            findings.push(ProfileFinding::ValidityReversed { not_before, not_after });
        }
        for time in [self.not_before, self.not_after] {
            if time.generalized && time.instant.unix_millis() < YEAR_2050 {
                findings.push(ProfileFinding::TimeForm { found: time.instant });
            }
        }
        if let Some(fault) = self.key_fault() {
            findings.push(ProfileFinding::Key(fault.clone()));
        }
    }

    fn inspect_organisation(&self, findings: &mut Vec<ProfileFinding>) {
        self.inspect_organizational_unit(findings);
        let identifiers: Vec<_> = self.subject.values(oid::X500_UNIQUE_IDENTIFIER).collect();
        match identifiers.as_slice() {
            [] => findings.push(ProfileFinding::UniqueIdentifierAbsent),
            [identifier] => findings.extend(unique_identifier_form(identifier)),
            several => findings.push(ProfileFinding::UniqueIdentifierRepeated { count: several.len() }),
        }
        self.inspect_end_entity(findings);
    }

    fn inspect_organizational_unit(&self, findings: &mut Vec<ProfileFinding>) {
        let units: Vec<_> = self.subject.values(oid::ORGANIZATIONAL_UNIT).collect();
        match units.as_slice() {
            [] => findings.push(ProfileFinding::OrganizationalUnitAbsent),
            [_] if self.role().is_some() => {}
            [AttributeValue::Text(text)] => {
                findings.push(ProfileFinding::OrganizationalUnitForm { found: Some(text.clone()) });
            }
            [_] => findings.push(ProfileFinding::OrganizationalUnitForm { found: None }),
            several => findings.push(ProfileFinding::OrganizationalUnitRepeated { count: several.len() }),
        }
    }

    fn inspect_device(&self, findings: &mut Vec<ProfileFinding>) {
        match self.extensions.hardware_modules.as_slice() {
            [] => findings.push(ProfileFinding::NoDeviceIdentity),
            [module] if module.serial_number.len() == 8 => {}
            [module] => {
                findings.push(ProfileFinding::DeviceIdentityForm { octets: module.serial_number.len() });
            }
            several => findings.push(ProfileFinding::DeviceIdentityRepeated { count: several.len() }),
        }
        if !self.subject.is_empty() {
            findings.push(ProfileFinding::DeviceSubject);
        } else if self.extensions.criticality(oid::SUBJECT_ALT_NAME) == Some(false) {
            findings.push(ProfileFinding::DeviceIdentityNotCritical);
        }
        self.inspect_end_entity(findings);
    }

    fn inspect_end_entity(&self, findings: &mut Vec<ProfileFinding>) {
        if let Some(found) = self.extensions.basic_constraints {
            findings.push(ProfileFinding::BasicConstraintsOnEndEntity { ca: found.ca });
        }
        let found = self.key_usage();
        let signs =
            [KeyUsage::KEY_CERT_SIGN, KeyUsage::CRL_SIGN].into_iter().any(|usage| found.contains(usage));
        if signs {
            findings.push(ProfileFinding::KeyUsageOfAuthority { found });
        } else if found.count() > 1 {
            findings.push(ProfileFinding::KeyUsageSeveral { found });
        } else if found.count() == 1
            && found != KeyUsage::DIGITAL_SIGNATURE
            && found != KeyUsage::KEY_AGREEMENT
        {
            findings.push(ProfileFinding::KeyUsageUnexpected { found });
        }
    }

    fn inspect_authority(&self, findings: &mut Vec<ProfileFinding>) {
        self.inspect_organizational_unit(findings);
        match self.extensions.basic_constraints {
            None => findings.push(ProfileFinding::BasicConstraintsAbsent),
            Some(found) if !found.ca => findings.push(ProfileFinding::BasicConstraintsNotCa),
            Some(_) if self.extensions.criticality(oid::BASIC_CONSTRAINTS) == Some(false) => {
                findings.push(ProfileFinding::BasicConstraintsNotCritical);
            }
            Some(_) => {}
        }
        let found = self.key_usage();
        if found.count() > 0 && found != KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN) {
            findings.push(ProfileFinding::AuthorityKeyUsage { found });
        }
    }

    fn inspect_key_usage(&self, findings: &mut Vec<ProfileFinding>) {
        let Some(key_usage) = &self.extensions.key_usage else {
            findings.push(ProfileFinding::KeyUsageAbsent);
            return;
        };
        if self.extensions.criticality(oid::KEY_USAGE) == Some(false) {
            findings.push(ProfileFinding::KeyUsageNotCritical);
        }
        if key_usage.usage.count() == 0 {
            findings.push(ProfileFinding::KeyUsageEmpty);
        }
        if let Some(octets) = &key_usage.not_minimal {
            findings.push(ProfileFinding::KeyUsageNotMinimal { octets: octets.clone() });
        }
    }

    fn inspect_key_identifiers(&self, findings: &mut Vec<ProfileFinding>) {
        let derived = self.computed_key_id();
        match (self.subject_key_identifier(), self.key_id()) {
            (None, _) => findings.push(ProfileFinding::SubjectKeyIdentifierAbsent),
            (Some(found), None) => {
                findings.push(ProfileFinding::SubjectKeyIdentifierSize { octets: found.len() });
            }
            (Some(_), Some(found)) if found != derived => {
                findings.push(ProfileFinding::SubjectKeyIdentifierNotDerived { found, derived });
            }
            (Some(_), Some(_)) => {}
        }
        match self.authority_key_identifier() {
            None if self.is_self_issued() => {}
            None => findings.push(ProfileFinding::AuthorityKeyIdentifierAbsent),
            Some(found) if found.len() != 8 => {
                findings.push(ProfileFinding::AuthorityKeyIdentifierSize { octets: found.len() });
            }
            Some(_) => {}
        }
    }

    fn inspect_policies(&self, profile: &Profile, findings: &mut Vec<ProfileFinding>) {
        match self.extensions.criticality(oid::CERTIFICATE_POLICIES) {
            None => findings.push(ProfileFinding::PoliciesAbsent),
            Some(false) => findings.push(ProfileFinding::PoliciesNotCritical),
            Some(true) => {}
        }
        if profile.accepted_policies.is_empty() {
            return;
        }
        let unexpected = self.policies().iter().filter(|policy| !profile.accepted_policies.contains(*policy));
        findings.extend(unexpected.map(|oid| ProfileFinding::PolicyNotExpected { oid: oid.clone() }));
    }

    fn inspect_unknown_extensions(&self, findings: &mut Vec<ProfileFinding>) {
        findings.extend(self.extensions.unknown().map(|(oid, critical)| {
            let oid = oid.clone();
            if *critical {
                ProfileFinding::UnknownCriticalExtension { oid }
            } else {
                ProfileFinding::UnknownExtension { oid }
            }
        }));
    }
}

fn unique_identifier_form(identifier: &AttributeValue) -> Option<ProfileFinding> {
    let (unused_bits, octets) = match identifier {
        AttributeValue::Bits { unused: 0, octets } if octets.len() == 8 => return None,
        AttributeValue::Bits { unused, octets } => (Some(*unused), octets.len()),
        AttributeValue::Text(text) => (None, text.len()),
        AttributeValue::Other { content, .. } => (None, content.len()),
    };
    Some(ProfileFinding::UniqueIdentifierForm { unused_bits, octets })
}
