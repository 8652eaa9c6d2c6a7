//! What the SMKI Repository, or a list made from it, says of a certificate, compared with the certificate.

use types::{Eui64, KeyUsage, RemotePartyRole};

use crate::{Certificate, CertificateKind};

/// `CertificateStatus` of the SMKI Repository, which is a letter.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum RepositoryStatus {
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

impl RepositoryStatus {
    /// The status of a letter, in either case.
    #[must_use]
    pub const fn from_letter(letter: u8) -> Option<Self> {
        Some(match letter.to_ascii_uppercase() {
            b'P' => Self::Pending,
            b'I' => Self::InUse,
            b'N' => Self::NotInUse,
            b'E' => Self::Expired,
            b'R' => Self::Revoked,
            _ => return None,
        })
    }

    /// The letter with what it means.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "P (pending)",
            Self::InUse => "I (in use)",
            Self::NotInUse => "N (not in use)",
            Self::Expired => "E (expired)",
            Self::Revoked => "R (revoked)",
        }
    }
}

/// What is said of one certificate. A field that is `None` was not said.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct RepositoryEntry {
    /// Serial number, most significant octet first, without leading zeros.
    pub serial: Option<Box<[u8]>>,
    /// The party or device that it is for.
    pub subject: Option<Eui64>,
    /// Its status.
    pub status: Option<RepositoryStatus>,
    /// Its role.
    pub role: Option<RemotePartyRole>,
    /// Its usage.
    pub usage: Option<KeyUsage>,
    /// Whether it is for manufacturing, which is said of devices.
    pub manufacturing: Option<bool>,
    /// Whether something is said that can't be read.
    pub unreadable: bool,
}

/// Something in which a certificate is not what is said of it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum EntryMismatch {
    /// The serial number.
    Serial,
    /// The party or device.
    Subject,
    /// The role.
    Role,
    /// The usage.
    Usage,
    /// Something is said that can't be read, and so not compared.
    Unreadable,
}

impl EntryMismatch {
    /// A name of the mismatch, in kebab case.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Serial => "serial-differs",
            Self::Subject => "subject-differs",
            Self::Role => "role-differs",
            Self::Usage => "usage-differs",
            Self::Unreadable => "field-unreadable",
        }
    }
}

impl RepositoryEntry {
    /// Everything in which a certificate differs from what is said of it. The usage of an authority is not compared: the
    /// repository has words for those of parties and devices alone.
    #[must_use]
    pub fn mismatches(&self, certificate: &Certificate) -> Vec<EntryMismatch> {
        let Self { serial, subject, role, .. } = self;
        let authority = matches!(certificate.kind(), CertificateKind::Issuing | CertificateKind::Root);
        let usage = self.usage.filter(|_| !authority);
        let differs = [
            (serial.as_ref().is_some_and(|serial| **serial != *number(certificate)), EntryMismatch::Serial),
            (subject.is_some_and(|subject| certificate.entity_id() != Some(subject)), EntryMismatch::Subject),
            (role.is_some_and(|role| certificate.role() != Some(role)), EntryMismatch::Role),
            (usage.is_some_and(|usage| certificate.key_usage() != usage), EntryMismatch::Usage),
            (self.unreadable, EntryMismatch::Unreadable),
        ];
        differs.into_iter().filter_map(|(differs, mismatch)| differs.then_some(mismatch)).collect()
    }

    /// Whether it names this certificate: by its serial number and by whom it is for.
    pub(crate) fn names(&self, certificate: &Certificate) -> bool {
        self.serial.as_deref() == Some(number(certificate)) && self.subject == certificate.entity_id()
    }
}

/// The serial number without leading zeros.
fn number(certificate: &Certificate) -> &[u8] {
    let serial = certificate.serial();
    let zeros = serial.iter().take_while(|octet| **octet == 0).count();
    serial.get(zeros..).unwrap_or_default()
}
