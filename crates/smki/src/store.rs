//! All certificates of one audit, found by key, entity, or issuer and serial number.
//!
//! In: certificates in any order, some more than once. Out: a store whose ids and lookups depend on the set of
//! certificates alone, so that a report does too. Nothing here decides whether a certificate is any good.

use std::collections::{BTreeMap, BTreeSet};

use types::{Eui64, KeyId, KeyUsage, Sha256Digest};

use crate::{Certificate, CertificateKind, Name, RepositoryEntry, RevocationList, RevocationListId};

/// Names a certificate of one [`Store`]. Ids follow the order of the SHA-256 digests of the certificates.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CertificateId(u32);

impl CertificateId {
    /// The position of the certificate in [`Store::iter`], for tables beside the store.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Whether a certificate was new to a [`StoreBuilder`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Added {
    /// It was.
    New,
    /// The builder had the same octets already.
    Duplicate,
}

/// Collects certificates for a [`Store`].
#[derive(Clone, Debug, Default)]
pub struct StoreBuilder {
    certificates: BTreeMap<Sha256Digest, Certificate>,
    trust_anchors: BTreeSet<Sha256Digest>,
    revocation_lists: BTreeMap<Sha256Digest, RevocationList>,
    entries: BTreeSet<(Option<Sha256Digest>, RepositoryEntry)>,
}

impl StoreBuilder {
    /// A builder without certificates.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a certificate.
    pub fn add(&mut self, certificate: Certificate) -> Added {
        match self.certificates.insert(certificate.sha256(), certificate) {
            None => Added::New,
            Some(_) => Added::Duplicate,
        }
    }

    /// Adds a certificate as one at which paths may end: a root or an issuing certificate that the auditor has from a
    /// source of its own. It may have been added before.
    pub fn add_trust_anchor(&mut self, certificate: Certificate) -> Added {
        self.trust_anchors.insert(certificate.sha256());
        self.add(certificate)
    }

    /// Adds a revocation list, whoever signed it.
    pub fn add_revocation_list(&mut self, list: RevocationList) -> Added {
        match self.revocation_lists.insert(list.sha256(), list) {
            None => Added::New,
            Some(_) => Added::Duplicate,
        }
    }

    /// Adds what the repository says of a certificate: of the one that came with it, given by its digest, or of those that
    /// it names.
    pub fn add_entry(&mut self, entry: RepositoryEntry, of: Option<Sha256Digest>) -> Added {
        if self.entries.insert((of, entry)) { Added::New } else { Added::Duplicate }
    }

    /// The store of what was added.
    #[must_use]
    pub fn build(self) -> Store {
        let mut store = Store {
            certificates: self.certificates.into_values().collect(),
            revocation_lists: self.revocation_lists.into_values().collect(),
            ..Store::default()
        };
        for (certificate, id) in store.certificates.iter().zip((0..).map(CertificateId)) {
            store.by_sha256.insert(certificate.sha256(), id);
            if let Some(key) = certificate.key_id() {
                store.by_key.entry(key).or_default().push(id);
            }
            if let Some(entity) = certificate.entity_id() {
                store.by_entity.entry(entity).or_default().push(id);
            }
            let name = (certificate.issuer().clone(), certificate.serial().into());
            store.by_issuer_and_serial.entry(name).or_default().push(id);
            if self.trust_anchors.contains(&certificate.sha256()) {
                store.trust_anchors.push(id);
            }
        }
        for (of, entry) in self.entries {
            let of = match of {
                Some(sha256) => store.by_sha256(sha256).into_iter().collect(),
                None => store.named_by(&entry),
            };
            for id in of {
                let entries: &mut Vec<RepositoryEntry> = store.entries.entry(id).or_default();
                if !entries.contains(&entry) {
                    entries.push(entry.clone());
                }
            }
        }
        store
    }
}

/// Certificates with their indexes. Made by a [`StoreBuilder`].
///
/// Every list of ids is in the order of the ids.
#[derive(Clone, Debug, Default)]
pub struct Store {
    certificates: Vec<Certificate>,
    revocation_lists: Vec<RevocationList>,
    trust_anchors: Vec<CertificateId>,
    by_sha256: BTreeMap<Sha256Digest, CertificateId>,
    by_key: BTreeMap<KeyId, Vec<CertificateId>>,
    by_entity: BTreeMap<Eui64, Vec<CertificateId>>,
    by_issuer_and_serial: BTreeMap<(Name, Box<[u8]>), Vec<CertificateId>>,
    entries: BTreeMap<CertificateId, Vec<RepositoryEntry>>,
}

impl Store {
    /// The certificate with this id; `None` for an id of another store.
    #[must_use]
    pub fn get(&self, id: CertificateId) -> Option<&Certificate> {
        self.certificates.get(id.index())
    }

    /// How many certificates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.certificates.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty()
    }

    /// All certificates.
    pub fn iter(&self) -> impl Iterator<Item = (CertificateId, &Certificate)> {
        (0..).map(CertificateId).zip(&self.certificates)
    }

    /// All revocation lists, in the order of their SHA-256 digests.
    pub fn revocation_lists(&self) -> impl Iterator<Item = (RevocationListId, &RevocationList)> {
        (0..).map(RevocationListId).zip(&self.revocation_lists)
    }

    /// The revocation list with this id; `None` for an id of another store.
    #[must_use]
    pub fn revocation_list(&self, id: RevocationListId) -> Option<&RevocationList> {
        self.revocation_lists.get(id.index())
    }

    /// What the repository says of a certificate.
    #[must_use]
    pub fn repository_entries(&self, id: CertificateId) -> &[RepositoryEntry] {
        self.entries.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The certificates that an entry without one names, by serial number and by whom they are for.
    #[must_use]
    pub fn named_by(&self, entry: &RepositoryEntry) -> Vec<CertificateId> {
        let of_subject = entry.subject.map_or(&[][..], |subject| self.by_entity(subject));
        let named = |id: &CertificateId| self.get(*id).is_some_and(|certificate| entry.names(certificate));
        of_subject.iter().copied().filter(named).collect()
    }

    /// The certificates at which paths may end.
    #[must_use]
    pub fn trust_anchors(&self) -> &[CertificateId] {
        &self.trust_anchors
    }

    /// The certificate with this fingerprint.
    #[must_use]
    pub fn by_sha256(&self, sha256: Sha256Digest) -> Option<CertificateId> {
        self.by_sha256.get(&sha256).copied()
    }

    /// The certificates whose subjectKeyIdentifier has just these 8 octets.
    ///
    /// There may be several: the identifier names a key, and a key can be certified more than once. The octets compared
    /// are those of the extension, derived from the key or not, because they are what a trust anchor cell holds.
    #[must_use]
    pub fn by_key(&self, key: KeyId) -> &[CertificateId] {
        self.by_key.get(&key).map_or(&[], Vec::as_slice)
    }

    /// The certificates of this party or device, whatever their role and usage.
    #[must_use]
    pub fn by_entity(&self, entity: Eui64) -> &[CertificateId] {
        self.by_entity.get(&entity).map_or(&[], Vec::as_slice)
    }

    /// The certificates with this issuer, compared as a name, and this serial number as [`Certificate::serial`] has it.
    ///
    /// There should be one at most, see [`conflicts`](Self::conflicts).
    #[must_use]
    pub fn by_issuer_and_serial(&self, issuer: &Name, serial: &[u8]) -> &[CertificateId] {
        self.by_issuer_and_serial.get(&(issuer.clone(), serial.into())).map_or(&[], Vec::as_slice)
    }

    /// Certificates that have issuer and serial number in common but not their octets, which RFC 5280 section 4.1.2.2
    /// forbids; a revocation list can't tell them apart.
    pub fn conflicts(&self) -> impl Iterator<Item = &[CertificateId]> {
        self.by_issuer_and_serial.values().filter(|ids| ids.len() > 1).map(Vec::as_slice)
    }

    /// The public keys, as SEC 1 points, of this device's certificates for digitalSignature: those that may have signed
    /// its messages.
    #[must_use]
    pub fn device_keys(&self, device: Eui64) -> Vec<&[u8]> {
        let mut keys = Vec::new();
        for certificate in self.by_entity(device).iter().filter_map(|id| self.get(*id)) {
            let signs = certificate.key_usage().contains(KeyUsage::DIGITAL_SIGNATURE);
            if certificate.kind() != CertificateKind::Device || !signs {
                continue;
            }
            if let Some(key) = certificate.public_key().filter(|key| !keys.contains(key)) {
                keys.push(key);
            }
        }
        keys
    }
}
