//! A synthetic SMKI: root, issuing authorities, organisations in several generations, devices, revocation lists.
//!
//! Shapes follow published test certificates field by field; every key, serial number, name and entity identifier is
//! made up from labels. The same label gives the same octets for ever.

mod certificate;
mod crl;
mod defect;
mod name;
mod organisation;
mod party;

pub use certificate::{Certificate, CertificateSpec, Extension, Validity, oid};
pub use crl::{CrlSpec, Revoked};
pub use defect::Defect;
pub use name::{Attribute, Name, StringType};
pub use organisation::{Generation, Organisation};
pub use party::{Entities, Kind, PARTIES, Party, STRANGER, SUPPLIERS, Supplier};

use types::{Eui64, KeyUsage, RemotePartyRole, Timestamp};

use crate::key::KeyPair;

/// Why the synthetic SMKI has no such thing.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PkiError {
    /// No organisation of that identifier.
    #[error("the synthetic SMKI has no organisation {0}")]
    UnknownOrganisation(String),
    /// The organisation has fewer generations.
    #[error("{organisation} has no generation {generation}")]
    UnknownGeneration {
        /// The organisation.
        organisation: String,
        /// The generation asked for, from 1.
        generation: usize,
    },
    /// The generation lacks this kind of certificate.
    #[error("{organisation} has no {what} certificate")]
    NoSuchCertificate {
        /// The organisation.
        organisation: String,
        /// The kind asked for.
        what: &'static str,
    },
}

/// The whole synthetic SMKI.
#[derive(Clone, Debug)]
pub struct Pki {
    root: Certificate,
    issuing: Certificate,
    device_issuing: Certificate,
    organisations: Vec<Organisation>,
}

impl Pki {
    /// The one synthetic SMKI: every party of [`PARTIES`] that has certificates, every supplier of [`SUPPLIERS`], and
    /// the DCC's own parties `ACB`, `RECOVERY`, `TCOS`, `WAN` and the load controller `LC-A`.
    #[must_use]
    pub fn standard() -> Self {
        let root = Self::issue_root();
        let long = Validity::years(2013, 1, 1, 35);
        let issuing = Self::issue_authority("issuing", Name::issuing("TESTKIT-OCA"), long, &root);
        let device_issuing = Self::issue_authority("device issuing", Name::common("TKDCA"), long, &root);
        let organisations = organisation::all(&issuing);
        Self { root, issuing, device_issuing, organisations }
    }

    fn issue_root() -> Certificate {
        let name = Name::root("TESTKIT-ROOT");
        let mut spec = CertificateSpec::new("root", name.clone(), name, KeyPair::from_label("root"));
        spec.validity = Validity::years(2013, 1, 1, 40);
        spec.extensions = vec![
            Extension::key_usage(KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN)),
            Extension::authority_constraints(None),
            Extension::policies(&oid::ORGANISATION_POLICY),
            Extension::subject_key(spec.key.key_id().octets().as_slice()),
        ];
        spec.key_usage = KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN);
        let key = spec.key.clone();
        spec.issue(&key)
    }

    /// A subordinate authority, pathlen 0.
    #[must_use]
    pub fn issue_authority(
        label: &str,
        subject: Name,
        validity: Validity,
        issuer: &Certificate,
    ) -> Certificate {
        let key = KeyPair::from_label(label);
        let mut spec = CertificateSpec::new(label, issuer.subject().clone(), subject, key);
        spec.validity = validity;
        spec.key_usage = KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN);
        spec.extensions = vec![
            Extension::key_usage(spec.key_usage),
            Extension::authority_constraints(Some(0)),
            Extension::policies(&oid::ORGANISATION_POLICY),
            Extension::subject_key(spec.key.key_id().octets().as_slice()),
            Extension::authority_key(issuer.key_id()),
        ];
        spec.issue(issuer.key())
    }

    /// The trust anchor.
    #[must_use]
    pub const fn root(&self) -> &Certificate {
        &self.root
    }

    /// The authority that issues Organisation Certificates.
    #[must_use]
    pub const fn issuing(&self) -> &Certificate {
        &self.issuing
    }

    /// The authority that issues Device Certificates.
    #[must_use]
    pub const fn device_issuing(&self) -> &Certificate {
        &self.device_issuing
    }

    /// Every organisation, in a fixed order.
    #[must_use]
    pub fn organisations(&self) -> &[Organisation] {
        &self.organisations
    }

    /// The organisation of an identifier such as `LOND`, `SUP-A` or `ACB`.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn organisation(&self, id: &str) -> Result<&Organisation, PkiError> {
        let found = self.organisations.iter().find(|organisation| organisation.id() == id);
        found.ok_or_else(|| PkiError::UnknownOrganisation(id.to_owned()))
    }

    /// What an Organisation Certificate of this SMKI looks like, ready to be changed and [issued](Self::issue).
    #[must_use]
    pub fn organisation_spec(
        &self,
        label: &str,
        entity: Eui64,
        role: RemotePartyRole,
        key_usage: KeyUsage,
    ) -> CertificateSpec {
        CertificateSpec::organisation(label, &self.issuing, entity, role, key_usage)
    }

    /// Signs a specification with the issuing authority's key.
    #[must_use]
    pub fn issue(&self, spec: CertificateSpec) -> Certificate {
        spec.issue(self.issuing.key())
    }

    /// The Device Certificate of one key of a device, valid until the last second of 9999.
    #[must_use]
    pub fn device(&self, device: Eui64, key_usage: KeyUsage) -> Certificate {
        let label = format!("device {device} {key_usage}");
        let key = KeyPair::from_label(&label);
        let issuer = &self.device_issuing;
        let mut spec = CertificateSpec::new(&label, issuer.subject().clone(), Name::empty(), key);
        spec.entity = Some(device);
        spec.key_usage = key_usage;
        spec.validity = Validity { not_before: Validity::date(2020, 1, 1), not_after: Validity::never() };
        spec.extensions = vec![
            Extension::key_usage(key_usage),
            Extension::subject_key(spec.key.key_id().octets().as_slice()),
            Extension::hardware_module(device),
            Extension::policies(&oid::ORGANISATION_POLICY),
            Extension::authority_key(issuer.key_id()),
        ];
        spec.issue(issuer.key())
    }

    /// The issuing authority's revocation list: the revoked generation of every network operator.
    #[must_use]
    pub fn issuing_crl(&self, this_update: Timestamp, next_update: Timestamp) -> Vec<u8> {
        let operators = self.organisations.iter().filter(|it| it.role() == RemotePartyRole::NETWORK_OPERATOR);
        let revoked = operators.filter_map(|it| it.generation(Organisation::REVOKED).ok());
        let revoked = revoked.flat_map(Generation::certificates).map(|certificate| Revoked {
            serial: *certificate.serial(),
            at: Validity::date(2022, 6, 1),
            reason: Some(Revoked::KEY_COMPROMISE),
        });
        let mut spec = CrlSpec::new(&self.issuing, this_update, next_update);
        spec.revoked = revoked.collect();
        spec.issue(self.issuing.key())
    }

    /// The root's revocation list, which revokes nothing.
    #[must_use]
    pub fn root_crl(&self, this_update: Timestamp, next_update: Timestamp) -> Vec<u8> {
        CrlSpec::new(&self.root, this_update, next_update).issue(self.root.key())
    }

    /// Every certificate but those of devices: authorities first, then organisations in order.
    pub fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        let authorities = [&self.root, &self.issuing, &self.device_issuing];
        authorities.into_iter().chain(self.organisations.iter().flat_map(Organisation::certificates))
    }
}
