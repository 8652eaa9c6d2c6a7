//! The search for paths: from the anchors downwards, level by level.
//!
//! So each certificate gets one of its shortest paths, and loops of certification authorities that sign each other are
//! never entered. The order of everything follows from the ids and dates of the certificates.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use types::KeyUsage;

use super::{IssuerFault, PathError, PathLimits, PathNote, PathToAnchor};
use crate::signature::{SignatureCheck, Signed};
use crate::{Certificate, CertificateId, Name, Store};

/// A certificate with a path.
struct Reached {
    path: PathToAnchor,
    /// What forbids it to issue, apart from what stands in it.
    may_issue: bool,
    /// How many certification authorities may follow below it (RFC 5280 section 6.1.2, max_path_length).
    authorities_below: Option<u32>,
}

pub(super) struct Search<'s> {
    store: &'s Store,
    limits: PathLimits,
    by_issuer: BTreeMap<&'s Name, Vec<CertificateId>>,
    by_authority_key: BTreeMap<&'s [u8], Vec<CertificateId>>,
    by_subject: BTreeMap<&'s Name, Vec<CertificateId>>,
    reached: BTreeMap<CertificateId, Reached>,
    failures: BTreeMap<CertificateId, PathError>,
    /// Signatures that did not hold, by certificate and key, so that none is checked twice.
    refuted: BTreeSet<(CertificateId, &'s [u8])>,
    pub(super) signature_checks: u64,
}

impl<'s> Search<'s> {
    pub(super) fn new(store: &'s Store, limits: PathLimits) -> Self {
        let mut search = Self {
            store,
            limits,
            by_issuer: BTreeMap::new(),
            by_authority_key: BTreeMap::new(),
            by_subject: BTreeMap::new(),
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
        }
        search
    }

    pub(super) fn run(&mut self) {
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
                        Err(error) => {
                            // A key identifier that leads to someone who is not named and did not sign tells nothing.
                            let named = certificate.issuer() == issuer.subject();
                            if named || is_telling(&error) {
                                self.fail(issued, error);
                            }
                        }
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
        match Signed::certificate(certificate).check(issuer) {
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

    pub(super) fn outcome(
        &self,
        id: CertificateId,
        certificate: &Certificate,
    ) -> Result<PathToAnchor, PathError> {
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
        let same_name = self.by_subject.get(&issuer);
        if same_name.is_some_and(|ids| ids.iter().any(|other| *other != id)) {
            Err(PathError::IssuerWithoutPath { issuer })
        } else {
            Err(PathError::IssuerNotFound { issuer })
        }
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

/// Whether a failure counts though the issuer does not have the name looked for.
fn is_telling(error: &PathError) -> bool {
    matches!(error, PathError::IssuerNameDiffers { .. } | PathError::BudgetExhausted { .. })
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
