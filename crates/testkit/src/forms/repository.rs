//! XML of the SMKI Repository: answers to a search, and certificates with what the repository says of them.
//!
//! Its schema is not public. Names and values follow published descriptions of a client: serial numbers in upper-case
//! hex, roles in decimal, usage `DS` or `KA`, the status as a letter.

use types::KeyUsage;

use super::xml::{Element, Namespace};
use crate::pki::Certificate;
use crate::text::to_hex;

/// `CertificateStatus`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// P.
    Pending,
    /// I.
    InUse,
    /// N.
    NotInUse,
    /// E.
    Expired,
    /// R.
    Revoked,
}

impl Status {
    /// The letter.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Pending => "P",
            Self::InUse => "I",
            Self::NotInUse => "N",
            Self::Expired => "E",
            Self::Revoked => "R",
        }
    }
}

/// What the repository says of a certificate. All of it is text, so that it can be wrong.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `CertificateSerial`.
    pub serial: String,
    /// `CertificateSubjectName`, of an organisation.
    pub subject_name: Option<String>,
    /// `CertificateSubjectAltName`, of a device.
    pub subject_alt_name: Option<String>,
    /// `CertificateStatus`.
    pub status: String,
    /// `CertificateRole`.
    pub role: Option<String>,
    /// `CertificateUsage`.
    pub usage: String,
    /// `CertificateBody` in DER.
    pub body: Vec<u8>,
    /// `ManufacturingFlag`, of a device.
    pub manufacturing: Option<bool>,
}

impl Entry {
    /// What is true of a certificate.
    #[must_use]
    pub fn of(certificate: &Certificate, status: Status) -> Self {
        let entity = certificate.entity().map(|entity| entity.to_string());
        let role = certificate.role().map(|role| role.0.to_string());
        let organisation = role.is_some();
        let usage = if certificate.key_usage() == KeyUsage::KEY_AGREEMENT { "KA" } else { "DS" };
        Self {
            serial: to_hex(certificate.serial()),
            subject_name: entity.clone().filter(|_| organisation),
            subject_alt_name: entity.filter(|_| !organisation),
            status: status.letter().to_owned(),
            role,
            usage: usage.to_owned(),
            body: certificate.der().to_vec(),
            manufacturing: (!organisation).then_some(false),
        }
    }

    fn fields(&self) -> impl Iterator<Item = Element> {
        let field =
            |name, value: Option<&String>| value.map(|it| Element::text(Namespace::None, name, it.clone()));
        [
            field("CertificateSerial", Some(&self.serial)),
            field("CertificateSubjectName", self.subject_name.as_ref()),
            field("CertificateSubjectAltName", self.subject_alt_name.as_ref()),
            field("CertificateStatus", Some(&self.status)),
            field("CertificateRole", self.role.as_ref()),
            field("CertificateUsage", Some(&self.usage)),
        ]
        .into_iter()
        .flatten()
    }
}

/// `CertificateSearchResponse`: what there is, without certificates.
#[must_use]
pub fn search_response(entries: &[Entry]) -> Element {
    let results = entries.iter().map(|entry| Element::new(Namespace::None, "Result").with(entry.fields()));
    Element::new(Namespace::None, "CertificateSearchResponse").with(results)
}

/// `CertificateDataResponse`: certificates.
#[must_use]
pub fn data_response(entries: &[Entry]) -> Element {
    let responses = entries.iter().map(|entry| {
        let body = Element::base64(Namespace::None, "CertificateBody", entry.body.as_slice());
        let flag = entry.manufacturing.map(|flag| {
            Element::text(Namespace::None, "ManufacturingFlag", if flag { "true" } else { "false" })
        });
        Element::new(Namespace::None, "CertificateResponse").with(entry.fields()).with([body]).with(flag)
    });
    Element::new(Namespace::None, "CertificateDataResponse").with(responses)
}
