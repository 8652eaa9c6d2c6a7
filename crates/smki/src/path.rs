//! Paths from certificates to a trust anchor, by signature.
//!
//! In: a store with the anchors that the auditor gave. Out, for each certificate: its path, or why it has none. Dates
//! play no part, because devices keep using an anchor that has expired; the validity of a path can be asked for.
//!
//! The search goes from the anchors downwards, level by level, so each certificate gets one of its shortest paths and
//! loops of certification authorities that sign each other are never entered.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use types::{AsOf, KeyUsage};

use crate::signature::{self, SignatureCheck};
use crate::{Certificate, CertificateId, Name, Store, Validity};

/// How much work the search may do. Names and key identifiers are chosen by whoever writes a certificate, so that a
/// hostile store could otherwise ask for a signature check of every certificate against every other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PathLimits {
    /// The most signature checks.
    pub signature_checks: u64,
    /// The most issuers between a certificate and the end of its path, the trust anchor included.
    pub issuers: usize,
}

impl Default for PathLimits {
    fn default() -> Self {
        // SMKI paths have two issuers; a million checks take a few minutes.
        Self { signature_checks: 1_000_000, issuers: 8 }
    }
}

/// The proof that a certificate was issued under a trust anchor. Only [`Store::verify_paths`] makes one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PathToAnchor {
    issuers: Vec<CertificateId>,
    notes: Vec<PathNote>,
}

/// Something odd on a path that holds nevertheless.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum PathNote {
    /// The issuer is the same name as the subject of the issuing certificate, but other octets (another string type).
    IssuerNameEncodingDiffers {
        /// The certificate that writes the name differently.
        certificate: CertificateId,
    },
    /// The authorityKeyIdentifier is not the subjectKeyIdentifier of the certificate whose key made the signature.
    AuthorityKeyIdentifierDiffers {
        /// The certificate with that authorityKeyIdentifier.
        certificate: CertificateId,
    },
}

impl PathToAnchor {
    /// The issuers, nearest first; the last is the trust anchor. Empty for a trust anchor itself.
    #[must_use]
    pub fn issuers(&self) -> &[CertificateId] {
        &self.issuers
    }

    /// What is odd on the path, from the certificate upwards.
    #[must_use]
    pub fn notes(&self) -> &[PathNote] {
        &self.notes
    }

    /// The validity of the issuers: that of the first, upwards, which is not in force.
    ///
    /// `store` must be the one the path was found in.
    #[must_use]
    pub fn validity_at(&self, store: &Store, as_of: AsOf) -> Validity {
        let issuers = self.issuers.iter().filter_map(|id| store.get(*id));
        let mut not_in_force =
            issuers.map(|issuer| issuer.validity_at(as_of)).filter(|validity| *validity != Validity::InForce);
        not_in_force.next().unwrap_or(Validity::InForce)
    }
}

/// Why a certificate has no path to a trust anchor.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PathError {
    /// The store has no trust anchor.
    #[error("no trust anchor given")]
    NoTrustAnchorGiven,
    /// No certificate has the name or key identifier of the issuer.
    #[error("issuer '{issuer}' not found")]
    IssuerNotFound {
        /// The issuer that the certificate names.
        issuer: Name,
    },
    /// The issuer is in the store but has no path to a trust anchor itself.
    #[error("issuer '{issuer}' has no path to a trust anchor")]
    IssuerWithoutPath {
        /// The issuer that the certificate names.
        issuer: Name,
    },
    /// The certificate was not signed with the key of the issuer it names.
    #[error("signature not valid under the issuer '{issuer}'")]
    SignatureInvalid {
        /// The subject of the issuing certificate.
        issuer: Name,
    },
    /// Signed with the key of a certificate whose subject is not the issuer named (RFC 5280 section 6.1.3).
    #[error("names issuer '{named}', but was signed with the key of '{signer}'")]
    IssuerNameDiffers {
        /// The issuer that the certificate names.
        named: Name,
        /// The subject of the certificate whose key made the signature.
        signer: Name,
    },
    /// The issuing certificate may not issue certificates.
    #[error("issuer '{issuer}' may not issue certificates: {fault}")]
    IssuerNotCa {
        /// Its subject.
        issuer: Name,
        /// What forbids it.
        fault: IssuerFault,
    },
    /// A critical extension that is not processed here (RFC 5280 section 4.2).
    #[error("unknown critical extension {oid}")]
    UnknownCriticalExtension {
        /// The extension.
        oid: String,
    },
    /// More issuers on the path than [`PathLimits::issuers`].
    #[error("more than {limit} issuers on the path")]
    PathTooLong {
        /// The limit.
        limit: usize,
    },
    /// [`PathLimits::signature_checks`] was used up before this certificate was checked.
    #[error("limit of {limit} signature checks used up")]
    BudgetExhausted {
        /// The limit.
        limit: u64,
    },
    /// The signature, or the key of the issuer, is of another kind than ecdsa-with-SHA256 on P-256.
    #[error("signature algorithm {oid}, or the key of the issuer, not supported")]
    AlgorithmUnsupported {
        /// The signature algorithm of the certificate.
        oid: String,
    },
    /// The certificate is not one of this store.
    #[error("certificate not in the store")]
    NotInStore,
}

/// Why a certificate may not issue others.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IssuerFault {
    /// basicConstraints absent, or without cA.
    #[error("basicConstraints does not make it a certification authority")]
    BasicConstraints,
    /// keyUsage without keyCertSign.
    #[error("keyUsage is without keyCertSign")]
    KeyUsage,
    /// pathLenConstraint of a certificate above allows no further certification authority.
    #[error("pathLenConstraint above it allows no further certification authority")]
    PathLength,
}

/// The outcome of the search for every certificate of a store.
#[derive(Clone, Debug)]
pub struct Paths {
    results: Vec<Result<PathToAnchor, PathError>>,
    signature_checks: u64,
}

static NOT_IN_STORE: PathError = PathError::NotInStore;

impl Paths {
    /// The path of a certificate.
    ///
    /// # Errors
    ///
    /// Why it has none.
    pub fn result(&self, id: CertificateId) -> Result<&PathToAnchor, &PathError> {
        self.results.get(id.index()).map_or(Err(&NOT_IN_STORE), Result::as_ref)
    }

    /// How many signatures were checked.
    #[must_use]
    pub fn signature_checks(&self) -> u64 {
        self.signature_checks
    }
}

impl Store {
    /// Looks for a path to a trust anchor for every certificate.
    ///
    /// An issuer is looked for by the name that a certificate gives, compared as a name, and by its
    /// authorityKeyIdentifier; what decides is the signature. Trust anchors are trusted as they are: their own signature
    /// is not checked. Of several issuers at one distance from an anchor, the one that ends last is taken.
    ///
    /// Policies and name constraints are not processed: a certificate with the latter as a critical extension has no
    /// path.
    #[must_use]
    pub fn verify_paths(&self, limits: PathLimits) -> Paths {
        let mut search = Search::new(self, limits);
        search.run();
        let results = self.iter().map(|(id, certificate)| search.outcome(id, certificate)).collect();
        Paths { results, signature_checks: search.signature_checks }
    }
}

/// A certificate with a path.
struct Reached {
    path: PathToAnchor,
    /// What forbids it to issue, apart from what stands in it.
    may_issue: bool,
    /// How many certification authorities may follow below it (RFC 5280 section 6.1.2, max_path_length).
    authorities_below: Option<u32>,
}

struct Search<'s> {
    store: &'s Store,
    limits: PathLimits,
    by_issuer: BTreeMap<&'s Name, Vec<CertificateId>>,
    by_authority_key: BTreeMap<&'s [u8], Vec<CertificateId>>,
    by_subject: BTreeMap<&'s Name, Vec<CertificateId>>,
    by_subject_key: BTreeMap<&'s [u8], Vec<CertificateId>>,
    reached: BTreeMap<CertificateId, Reached>,
    failures: BTreeMap<CertificateId, PathError>,
    /// Signatures that did not hold, by certificate and key, so that none is checked twice.
    refuted: BTreeSet<(CertificateId, &'s [u8])>,
    signature_checks: u64,
}

impl<'s> Search<'s> {
    fn new(store: &'s Store, limits: PathLimits) -> Self {
        let mut search = Self {
            store,
            limits,
            by_issuer: BTreeMap::new(),
            by_authority_key: BTreeMap::new(),
            by_subject: BTreeMap::new(),
            by_subject_key: BTreeMap::new(),
            reached: BTreeMap::new(),
            failures: BTreeMap::new(),
            refuted: BTreeSet::new(),
            signature_checks: 0,
        };
        for (id, certificate) in store.iter() {
            search.by_issuer.entry(certificate.issuer()).or_default().push(id);
            search.by_subject.entry(certificate.subject()).or_default().push(id);
            if let Some(key) = certificate.authority_key_identifier() {
                search.by_authority_key.entry(key).or_default().push(id);
            }
            if let Some(key) = certificate.subject_key_identifier() {
                search.by_subject_key.entry(key).or_default().push(id);
            }
        }
        search
    }

    fn run(&mut self) {
        let mut level = Vec::new();
        for id in self.store.trust_anchors() {
            let Some(anchor) = self.store.get(*id) else { continue };
            let path = PathToAnchor { issuers: Vec::new(), notes: Vec::new() };
            let reached = Reached { path, may_issue: true, authorities_below: path_length(anchor) };
            self.reached.insert(*id, reached);
            level.push((*id, anchor));
        }
        while !level.is_empty() {
            level.sort_by_key(|(id, issuer)| (Reverse(issuer.not_after()), *id));
            let mut next = Vec::new();
            for (id, issuer) in level {
                for issued in self.issued_by(issuer) {
                    let Some(certificate) = self.store.get(issued) else { continue };
                    if self.reached.contains_key(&issued) || unknown_critical(certificate).is_some() {
                        continue;
                    }
                    match self.extend(id, issuer, issued, certificate) {
                        Ok(reached) => {
                            self.reached.insert(issued, reached);
                            next.push((issued, certificate));
                        }
                        Err(error) => self.fail(issued, error),
                    }
                }
            }
            level = next;
        }
    }

    /// The certificates that name this one as issuer, by its name or its key identifier.
    fn issued_by(&self, issuer: &Certificate) -> BTreeSet<CertificateId> {
        let by_name = self.by_issuer.get(issuer.subject());
        let by_key = issuer.subject_key_identifier().and_then(|key| self.by_authority_key.get(key));
        by_name.into_iter().chain(by_key).flatten().copied().collect()
    }

    fn extend(
        &mut self,
        issuer_id: CertificateId,
        issuer: &'s Certificate,
        id: CertificateId,
        certificate: &Certificate,
    ) -> Result<Reached, PathError> {
        self.permit(issuer_id, issuer)?;
        self.check_signature(id, certificate, issuer)?;
        // Who signed is the better answer where the name is off too, so names are compared after the signature.
        if certificate.issuer() != issuer.subject() {
            return Err(PathError::IssuerNameDiffers {
                named: certificate.issuer().clone(),
                signer: issuer.subject().clone(),
            });
        }
        let above = self.reached.get(&issuer_id).ok_or(PathError::NotInStore)?;
        let issuers = [issuer_id].into_iter().chain(above.path.issuers.iter().copied()).collect();
        let notes = notes(id, certificate, issuer).chain(above.path.notes.iter().copied()).collect();

        // RFC 5280 section 6.1.4 (l) and (m): a self-issued certificate does not count.
        let self_issued = certificate.is_self_issued();
        let left = above.authorities_below.map(|count| count.saturating_sub(u32::from(!self_issued)));
        let authorities_below = match (left, path_length(certificate)) {
            (Some(left), Some(own)) => Some(left.min(own)),
            (left, own) => left.or(own),
        };
        let may_issue = self_issued || above.authorities_below != Some(0);
        Ok(Reached { path: PathToAnchor { issuers, notes }, may_issue, authorities_below })
    }

    /// Whether this certificate may issue, and the limits allow it to.
    fn permit(&self, id: CertificateId, issuer: &Certificate) -> Result<(), PathError> {
        let above = self.reached.get(&id).ok_or(PathError::NotInStore)?;
        let fault = if above.may_issue { issuer_fault(issuer) } else { Some(IssuerFault::PathLength) };
        if let Some(fault) = fault {
            return Err(PathError::IssuerNotCa { issuer: issuer.subject().clone(), fault });
        }
        if above.path.issuers.len() >= self.limits.issuers {
            return Err(PathError::PathTooLong { limit: self.limits.issuers });
        }
        Ok(())
    }

    fn check_signature(
        &mut self,
        id: CertificateId,
        certificate: &Certificate,
        issuer: &'s Certificate,
    ) -> Result<(), PathError> {
        let invalid = || PathError::SignatureInvalid { issuer: issuer.subject().clone() };
        let key = issuer.public_key().unwrap_or_default();
        if self.refuted.contains(&(id, key)) {
            return Err(invalid());
        }
        if self.signature_checks >= self.limits.signature_checks {
            return Err(PathError::BudgetExhausted { limit: self.limits.signature_checks });
        }
        self.signature_checks += 1;
        match signature::check(certificate, issuer) {
            SignatureCheck::Valid => Ok(()),
            SignatureCheck::Unsupported => {
                Err(PathError::AlgorithmUnsupported { oid: certificate.algorithm.signed.clone() })
            }
            SignatureCheck::Invalid => {
                self.refuted.insert((id, key));
                Err(invalid())
            }
        }
    }

    /// Keeps the failure that tells most; of equals, the first.
    fn fail(&mut self, id: CertificateId, error: PathError) {
        match self.failures.get(&id) {
            Some(kept) if weight(kept) >= weight(&error) => {}
            _ => {
                self.failures.insert(id, error);
            }
        }
    }

    fn outcome(&self, id: CertificateId, certificate: &Certificate) -> Result<PathToAnchor, PathError> {
        if self.store.trust_anchors().is_empty() {
            return Err(PathError::NoTrustAnchorGiven);
        }
        if let Some(reached) = self.reached.get(&id) {
            return Ok(reached.path.clone());
        }
        if let Some(oid) = unknown_critical(certificate) {
            return Err(PathError::UnknownCriticalExtension { oid: oid.to_owned() });
        }
        if let Some(failure) = self.failures.get(&id) {
            return Err(failure.clone());
        }
        let issuer = certificate.issuer().clone();
        if self.has_issuer_in_store(id, certificate) {
            Err(PathError::IssuerWithoutPath { issuer })
        } else {
            Err(PathError::IssuerNotFound { issuer })
        }
    }

    fn has_issuer_in_store(&self, id: CertificateId, certificate: &Certificate) -> bool {
        let by_name = self.by_subject.get(certificate.issuer());
        let by_key = certificate.authority_key_identifier().and_then(|key| self.by_subject_key.get(key));
        by_name.into_iter().chain(by_key).flatten().any(|issuer| *issuer != id)
    }
}

fn notes(
    id: CertificateId,
    certificate: &Certificate,
    issuer: &Certificate,
) -> impl Iterator<Item = PathNote> + use<> {
    let other_octets = certificate.issuer().der() != issuer.subject().der();
    let other_key = match (certificate.authority_key_identifier(), issuer.subject_key_identifier()) {
        (Some(named), Some(key)) => named != key,
        _ => false,
    };
    let encoding = other_octets.then_some(PathNote::IssuerNameEncodingDiffers { certificate: id });
    let key = other_key.then_some(PathNote::AuthorityKeyIdentifierDiffers { certificate: id });
    encoding.into_iter().chain(key)
}

/// How much a failure tells: the further the check came, the more.
fn weight(error: &PathError) -> u8 {
    match error {
        PathError::BudgetExhausted { .. } => 4,
        PathError::IssuerNameDiffers { .. } | PathError::PathTooLong { .. } => 3,
        PathError::SignatureInvalid { .. } => 2,
        PathError::AlgorithmUnsupported { .. } | PathError::IssuerNotCa { .. } => 1,
        _ => 0,
    }
}

fn issuer_fault(issuer: &Certificate) -> Option<IssuerFault> {
    if !issuer.extensions.basic_constraints.is_some_and(|found| found.ca) {
        Some(IssuerFault::BasicConstraints)
    } else if !issuer.key_usage().contains(KeyUsage::KEY_CERT_SIGN) {
        Some(IssuerFault::KeyUsage)
    } else {
        None
    }
}

fn path_length(certificate: &Certificate) -> Option<u32> {
    certificate.extensions.basic_constraints.and_then(|found| found.path_length)
}

fn unknown_critical(certificate: &Certificate) -> Option<&str> {
    let unknown = certificate.extensions.unknown().find(|(_, critical)| *critical);
    unknown.map(|(oid, _)| oid.as_str())
}
