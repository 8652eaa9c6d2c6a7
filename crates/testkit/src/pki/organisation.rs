//! Organisations and the generations of their certificates.

use types::{Eui64, KeyUsage, RemotePartyRole};

use super::PkiError;
use super::certificate::{Certificate, CertificateSpec, Validity};
use super::party::{self, PARTIES, SUPPLIERS};

/// The certificates that an organisation obtained together.
#[derive(Clone, Debug, Default)]
pub struct Generation {
    organisation: String,
    certificates: Vec<Certificate>,
}

impl Generation {
    /// The certificates of this generation, a re-certified one behind the original.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    fn with_usage(&self, usage: KeyUsage, what: &'static str) -> Result<&Certificate, PkiError> {
        let found = self.certificates.iter().find(|certificate| certificate.key_usage() == usage);
        found.ok_or_else(|| PkiError::NoSuchCertificate { organisation: self.organisation.clone(), what })
    }

    /// The digital signature certificate.
    ///
    /// # Errors
    ///
    /// The generation has none.
    pub fn digital_signature(&self) -> Result<&Certificate, PkiError> {
        self.with_usage(KeyUsage::DIGITAL_SIGNATURE, "digital signature")
    }

    /// The key agreement certificate.
    ///
    /// # Errors
    ///
    /// The generation has none.
    pub fn key_agreement(&self) -> Result<&Certificate, PkiError> {
        self.with_usage(KeyUsage::KEY_AGREEMENT, "key agreement")
    }
}

/// An organisation with all its certificates.
#[derive(Clone, Debug)]
pub struct Organisation {
    id: &'static str,
    entity: Eui64,
    role: RemotePartyRole,
    generations: Vec<Generation>,
    extra: Vec<Certificate>,
}

impl Organisation {
    /// The generation of a network operator that expired at the end of May 2023.
    pub const EXPIRED: usize = 1;
    /// The generation of a network operator that is valid up to the end of February 2027, with newer keys beside it.
    pub const SUPERSEDED: usize = 2;
    /// The generation of a network operator that [`super::Pki::issuing_crl`] revokes.
    pub const REVOKED: usize = 3;
    /// The generation of a network operator that should be in use, valid from 2023 to 2032.
    pub const CURRENT: usize = 4;

    /// Its identifier: MPID, `SUP-A`, `ACB` and so on.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// Its entity identifier.
    #[must_use]
    pub const fn entity(&self) -> Eui64 {
        self.entity
    }

    /// Its role.
    #[must_use]
    pub const fn role(&self) -> RemotePartyRole {
        self.role
    }

    /// A generation, from 1. Network operators have four of them, others one.
    ///
    /// # Errors
    ///
    /// There is no such generation.
    pub fn generation(&self, number: usize) -> Result<&Generation, PkiError> {
        let found = number.checked_sub(1).and_then(|index| self.generations.get(index));
        found.ok_or_else(|| PkiError::UnknownGeneration {
            organisation: self.id.to_owned(),
            generation: number,
        })
    }

    /// The generation that should be in use: the newest.
    ///
    /// # Errors
    ///
    /// The organisation has none, which no organisation of the standard SMKI does.
    pub fn current(&self) -> Result<&Generation, PkiError> {
        self.generation(self.generations.len())
    }

    fn extra(&self, what: &'static str) -> Result<&Certificate, PkiError> {
        let found = self.extra.iter().find(|certificate| certificate.label().ends_with(what));
        found.ok_or_else(|| PkiError::NoSuchCertificate { organisation: self.id.to_owned(), what })
    }

    /// The certificate with which it signs requests, role 0x87, under the same entity identifier.
    ///
    /// # Errors
    ///
    /// It has none: only network operators and suppliers have.
    pub fn xml_sign(&self) -> Result<&Certificate, PkiError> {
        self.extra("xmlSign")
    }

    /// A supplier's key agreement certificate for prepayment top-up.
    ///
    /// # Errors
    ///
    /// It has none: only suppliers have.
    pub fn top_up(&self) -> Result<&Certificate, PkiError> {
        self.extra("topUp")
    }

    /// All certificates, by generation, the special ones last.
    pub fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.generations.iter().flat_map(|generation| &generation.certificates).chain(&self.extra)
    }
}

/// Whose current key of the digital signature was certified twice, so that one key identifier names two certificates.
const RECERTIFIED: &str = "LOND";

struct Issuer<'a> {
    issuing: &'a Certificate,
    id: &'static str,
    entity: Eui64,
    role: RemotePartyRole,
}

impl Issuer<'_> {
    fn spec(&self, what: &str, role: RemotePartyRole, usage: KeyUsage) -> CertificateSpec {
        let label = format!("{} {what}", self.id);
        CertificateSpec::organisation(&label, self.issuing, self.entity, role, usage)
    }

    fn generation(&self, number: usize, validity: Validity, usages: &[KeyUsage]) -> Generation {
        let mut certificates = Vec::new();
        for usage in usages {
            let spec = self.spec(&format!("{number} {usage}"), self.role, *usage).valid(validity);
            certificates.push(spec.issue(self.issuing.key()));
        }
        Generation { organisation: self.id.to_owned(), certificates }
    }

    fn finish(self, generations: Vec<Generation>, extra: Vec<Certificate>) -> Organisation {
        Organisation { id: self.id, entity: self.entity, role: self.role, generations, extra }
    }

    fn network_operator(self) -> Organisation {
        let validities = [
            Validity::years(2013, 6, 1, 10),
            Validity::years(2017, 3, 1, 10),
            Validity::years(2019, 9, 1, 10),
            Validity::years(2023, 1, 1, 10),
        ];
        let mut generations: Vec<Generation> = (1..)
            .zip(validities)
            .map(|(number, validity)| self.generation(number, validity, &BOTH))
            .collect();
        if let (RECERTIFIED, Some(current)) = (self.id, generations.last_mut())
            && let Some(original) = current.certificates.first()
        {
            let again = self.spec(
                "4 digitalSignature re-certified",
                RemotePartyRole::NETWORK_OPERATOR,
                KeyUsage::DIGITAL_SIGNATURE,
            );
            let again = again.with_key(original.key().clone()).valid(Validity::years(2024, 7, 1, 10));
            current.certificates.push(again.issue(self.issuing.key()));
        }
        let xml_sign = self.xml_sign();
        self.finish(generations, vec![xml_sign])
    }

    fn supplier(self) -> Organisation {
        let generation = self.generation(1, Validity::years(2021, 1, 1, 10), &BOTH);
        let top_up = self.spec("topUp", self.role, KeyUsage::KEY_AGREEMENT);
        let extra = vec![top_up.issue(self.issuing.key()), self.xml_sign()];
        self.finish(vec![generation], extra)
    }

    fn single(self, usages: &[KeyUsage]) -> Organisation {
        let generation = self.generation(1, Validity::years(2021, 1, 1, 10), usages);
        self.finish(vec![generation], Vec::new())
    }

    fn xml_sign(&self) -> Certificate {
        let spec = self.spec("xmlSign", RemotePartyRole::XML_SIGN, KeyUsage::DIGITAL_SIGNATURE);
        spec.issue(self.issuing.key())
    }
}

const BOTH: [KeyUsage; 2] = [KeyUsage::DIGITAL_SIGNATURE, KeyUsage::KEY_AGREEMENT];

/// Every organisation of the standard SMKI.
pub(super) fn all(issuing: &Certificate) -> Vec<Organisation> {
    let issuer = |id, entity, role| Issuer { issuing, id, entity, role };
    let signature = [KeyUsage::DIGITAL_SIGNATURE];
    let mut all = vec![
        issuer("RECOVERY", party::RECOVERY, RemotePartyRole::RECOVERY).single(&signature),
        issuer("ACB", party::ACB, RemotePartyRole::ACCESS_CONTROL_BROKER).single(&BOTH),
        issuer("TCOS", party::TRANSITIONAL_COS, RemotePartyRole::TRANSITIONAL_COS).single(&signature),
        issuer("WAN", party::WAN_PROVIDER, RemotePartyRole::WAN_PROVIDER).single(&signature),
        issuer("LC-A", party::LOAD_CONTROLLER, RemotePartyRole::LOAD_CONTROLLER).single(&BOTH),
    ];
    for party in PARTIES.iter().filter(|party| party.expects_certificates()) {
        all.push(issuer(party.id, party.entity(), RemotePartyRole::NETWORK_OPERATOR).network_operator());
    }
    for supplier in &SUPPLIERS {
        all.push(issuer(supplier.id, supplier.entity(), RemotePartyRole::SUPPLIER).supplier());
    }
    all
}
