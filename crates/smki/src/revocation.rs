//! Whether certificates are revoked, by the revocation lists of a store at an instant.
//!
//! In: a store, its verified paths, the instant. Out, for each list, whether it counts, or why not; for each certificate
//! whether it is revoked, or why that is not known. A list counts if a certification authority whose path holds signed
//! it and the instant lies between its two updates. One that does not count makes nothing good: where it is all there
//! is, revocation is not known.

use std::collections::{BTreeMap, BTreeSet};

use types::{AsOf, KeyUsage, Timestamp};

use crate::signature::SignatureCheck;
use crate::{
    Certificate, CertificateId, Name, PathLimits, Paths, RevocationEntry, RevocationList, RevocationReason,
    Store, oid,
};

/// Names a revocation list of one [`Store`]. Ids follow the order of the SHA-256 digests of the lists.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RevocationListId(pub(crate) u32);

impl RevocationListId {
    /// The position of the list in [`Store::revocation_lists`], for tables beside the store.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Whether a certificate is revoked at the instant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RevocationStatus {
    /// It is trusted as it is; no list is asked.
    TrustAnchor,
    /// The list of its issuer that counts does not have it, or only from a later instant on.
    NotRevoked {
        /// The list.
        list: RevocationListId,
    },
    /// It, or an authority on its path, is revoked.
    Revoked(Revocation),
    /// It can't be told.
    Unknown(RevocationUnknown),
}

impl RevocationStatus {
    /// The word that reports use.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::TrustAnchor => "trust-anchor",
            Self::NotRevoked { .. } => "not-revoked",
            Self::Revoked(_) => "revoked",
            Self::Unknown(_) => "not-known",
        }
    }

    /// The list that tells it, or fails to.
    #[must_use]
    pub const fn list(&self) -> Option<RevocationListId> {
        match self {
            Self::NotRevoked { list } | Self::Revoked(Revocation { list, .. }) => Some(*list),
            Self::Unknown(unknown) => unknown.list(),
            Self::TrustAnchor => None,
        }
    }
}

/// A revocation that counts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Revocation {
    /// What is revoked: the certificate itself, or an authority on its path.
    pub certificate: CertificateId,
    /// The list that says so.
    pub list: RevocationListId,
    /// What it says.
    pub entry: RevocationEntry,
}

/// Why it is not known whether a certificate is revoked.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RevocationUnknown {
    /// No list was given at all.
    #[error("no revocation list given")]
    NoListGiven,
    /// Without a path it is not known who issued the certificate.
    #[error("no path to a trust anchor, so its issuer is not known")]
    NoPath,
    /// Lists were given, but none of the issuer.
    #[error("no revocation list of issuer '{issuer}'")]
    NoListOfIssuer {
        /// The issuer.
        issuer: Name,
    },
    /// No list of the issuer counts; this is the newest.
    #[error("revocation list of '{issuer}' can't be used: {fault}{}", listed.as_ref().map(|entry| format!("; revoked there {}", entry.at)).unwrap_or_default())]
    ListUnusable {
        /// The issuer.
        issuer: Name,
        /// The list.
        list: RevocationListId,
        /// Why it does not count.
        fault: RevocationListFault,
        /// What the list says of the certificate, if it is the issuer's at all.
        listed: Option<RevocationEntry>,
    },
    /// The entry takes the certificate off the list, which only a list of changes can do (RFC 5280 section 5.3.1).
    #[error("its entry says removeFromCRL, which a full list can't say")]
    TakenOff {
        /// The list.
        list: RevocationListId,
    },
    /// The list does not have the certificate, but was issued after its end, and by then may have dropped it (RFC 5280
    /// section 3.3).
    #[error("ended {not_after}, before the revocation list was issued")]
    EndedBeforeList {
        /// The list.
        list: RevocationListId,
        /// The end of the certificate.
        not_after: Timestamp,
    },
    /// The certificate is not one of this store.
    #[error("certificate not in the store")]
    NotInStore,
}

impl RevocationUnknown {
    const fn list(&self) -> Option<RevocationListId> {
        match self {
            Self::ListUnusable { list, .. }
            | Self::TakenOff { list }
            | Self::EndedBeforeList { list, .. } => Some(*list),
            Self::NoListGiven | Self::NoPath | Self::NoListOfIssuer { .. } | Self::NotInStore => None,
        }
    }
}

/// What became of a revocation list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ListUse {
    /// It counts for the certificates of its issuer.
    Counts,
    /// It could be used, but its issuer has a newer one that counts.
    Superseded {
        /// That.
        by: RevocationListId,
    },
    /// It does not count.
    Unusable(RevocationListFault),
}

/// Why a revocation list does not count.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RevocationListFault {
    /// No certificate has the name of its issuer.
    #[error("issuer '{issuer}' not found")]
    IssuerNotFound {
        /// The issuer that the list names.
        issuer: Name,
    },
    /// The certificates with the name of its issuer have no path to a trust anchor.
    #[error("issuer '{issuer}' has no path to a trust anchor")]
    IssuerWithoutPath {
        /// The issuer that the list names.
        issuer: Name,
    },
    /// The issuer is no certification authority, or its keyUsage is without cRLSign (RFC 5280 section 6.3.3 (f)).
    #[error("issuer '{issuer}' may not sign revocation lists")]
    IssuerMayNotSign {
        /// The issuer that the list names.
        issuer: Name,
    },
    /// The list was not signed with a key of the issuer that it names.
    #[error("signature not valid under the issuer '{issuer}'")]
    SignatureInvalid {
        /// The issuer that the list names.
        issuer: Name,
    },
    /// The signature is of another kind than ecdsa-with-SHA256.
    #[error("signature algorithm {oid}, or the key of the issuer, not supported")]
    AlgorithmUnsupported {
        /// The signature algorithm.
        oid: String,
    },
    /// [`PathLimits::signature_checks`] was used up before this list was checked.
    #[error("limit of {limit} signature checks used up")]
    BudgetExhausted {
        /// The limit.
        limit: u64,
    },
    /// An extension makes it a list of a part or of changes, or is critical and not known.
    #[error("extension {oid}{} is not processed", extension_name(oid))]
    UnprocessedExtension {
        /// The extension.
        oid: String,
    },
    /// It does not say when the next list is due, so that its age tells nothing (RFC 5280 section 5.1.2.5).
    #[error("no nextUpdate")]
    NoNextUpdate,
    /// It was issued after the instant of the audit.
    #[error("issued {this_update}, after the instant of the audit")]
    NotYetValid {
        /// thisUpdate.
        this_update: Timestamp,
    },
    /// The next list was due before the instant of the audit.
    #[error("out of date: the next list was due {next_update}")]
    OutOfDate {
        /// nextUpdate.
        next_update: Timestamp,
    },
}

fn extension_name(oid: &str) -> &'static str {
    match oid {
        oid::DELTA_CRL_INDICATOR => " (deltaCRLIndicator)",
        oid::ISSUING_DISTRIBUTION_POINT => " (issuingDistributionPoint)",
        oid::CERTIFICATE_ISSUER => " (certificateIssuer)",
        _ => "",
    }
}

impl RevocationListFault {
    /// Whether it is not known that the issuer signed the list; else the list is its issuer's, and does not count for
    /// what stands in it or for the instant.
    #[must_use]
    pub const fn is_of_issuer(&self) -> bool {
        !matches!(
            self,
            Self::UnprocessedExtension { .. }
                | Self::NoNextUpdate
                | Self::NotYetValid { .. }
                | Self::OutOfDate { .. }
        )
    }

    /// A name of the fault, in kebab case.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::IssuerNotFound { .. } => "issuer-not-found",
            Self::IssuerWithoutPath { .. } => "issuer-without-path",
            Self::IssuerMayNotSign { .. } => "issuer-may-not-sign",
            Self::SignatureInvalid { .. } => "signature-invalid",
            Self::AlgorithmUnsupported { .. } => "algorithm-unsupported",
            Self::BudgetExhausted { .. } => "budget-exhausted",
            Self::UnprocessedExtension { .. } => "unprocessed-extension",
            Self::NoNextUpdate => "no-next-update",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::OutOfDate { .. } => "out-of-date",
        }
    }
}

/// The revocation of every certificate of a store at one instant. Only [`Store::verify_revocation`] makes one.
#[derive(Clone, Debug)]
pub struct Revocations {
    statuses: Vec<RevocationStatus>,
    lists: Vec<ListUse>,
}

static NOT_IN_STORE: RevocationStatus = RevocationStatus::Unknown(RevocationUnknown::NotInStore);

impl Revocations {
    /// Whether a certificate is revoked.
    #[must_use]
    pub fn status(&self, id: CertificateId) -> &RevocationStatus {
        self.statuses.get(id.index()).unwrap_or(&NOT_IN_STORE)
    }

    /// Whether it is known that a certificate is revoked.
    #[must_use]
    pub fn is_revoked(&self, id: CertificateId) -> bool {
        matches!(self.status(id), RevocationStatus::Revoked(_))
    }

    /// What became of a list; `None` for an id of another store.
    #[must_use]
    pub fn list(&self, id: RevocationListId) -> Option<&ListUse> {
        self.lists.get(id.index())
    }

    /// Whether any list was given, usable or not.
    #[must_use]
    pub fn any_list(&self) -> bool {
        !self.lists.is_empty()
    }
}

impl Store {
    /// Judges the revocation of every certificate by the lists of the store.
    ///
    /// The issuer of a list is looked for among the certification authorities whose path holds; what decides is the
    /// signature. A list speaks of the certificates that were signed with the same key as the list is, and of no others
    /// of the same issuer name. Of several lists of one key that could count, the newest does: by thisUpdate, then by
    /// number, then by digest.
    ///
    /// `paths` must be those of this store.
    #[must_use]
    pub fn verify_revocation(&self, paths: &Paths, as_of: AsOf, limits: PathLimits) -> Revocations {
        Judging { store: self, paths, as_of, limits, signature_checks: 0 }.run()
    }
}

/// The name and key of a certification authority.
type Authority<'s> = (&'s Name, &'s [u8]);

struct Judging<'s> {
    store: &'s Store,
    paths: &'s Paths,
    as_of: AsOf,
    limits: PathLimits,
    signature_checks: u64,
}

/// What is known of one list.
struct Judged<'s> {
    list: &'s RevocationList,
    /// Who signed it.
    signer: Option<Authority<'s>>,
    fault: Option<RevocationListFault>,
}

impl<'s> Judging<'s> {
    fn run(mut self) -> Revocations {
        let store = self.store;
        let mut authorities: BTreeMap<&Name, Vec<CertificateId>> = BTreeMap::new();
        if store.revocation_lists().next().is_some() {
            for (id, certificate) in store.iter() {
                authorities.entry(certificate.subject()).or_default().push(id);
            }
        }
        let mut judged = Vec::new();
        for (id, list) in store.revocation_lists() {
            judged.push((id, self.judge(list, &authorities)));
        }
        let newest = newest(&judged);
        let own: Vec<RevocationStatus> =
            store.iter().map(|(id, certificate)| self.own(id, certificate, &judged, &newest)).collect();
        let statuses =
            store.iter().zip(&own).map(|((id, _), status)| self.with_issuers(id, status, &own)).collect();
        let lists = judged.into_iter().map(|(id, judged)| match (judged.fault, judged.signer) {
            (Some(fault), _) => ListUse::Unusable(fault),
            (None, signer) => match signer.and_then(|signer| newest.get(&signer)) {
                Some(by) if *by != id => ListUse::Superseded { by: *by },
                _ => ListUse::Counts,
            },
        });
        Revocations { statuses, lists: lists.collect() }
    }

    fn judge(
        &mut self,
        list: &'s RevocationList,
        authorities: &BTreeMap<&'s Name, Vec<CertificateId>>,
    ) -> Judged<'s> {
        match self.signer(list, authorities) {
            Err(fault) => Judged { list, signer: None, fault: Some(fault) },
            Ok(signer) => Judged { list, signer: Some(signer), fault: self.fault(list) },
        }
    }

    fn signer(
        &mut self,
        list: &'s RevocationList,
        authorities: &BTreeMap<&'s Name, Vec<CertificateId>>,
    ) -> Result<Authority<'s>, RevocationListFault> {
        let issuer = || list.issuer().clone();
        let named = authorities.get(list.issuer()).map_or(&[][..], Vec::as_slice);
        let mut fault = match named {
            [] => RevocationListFault::IssuerNotFound { issuer: issuer() },
            _ => RevocationListFault::IssuerWithoutPath { issuer: issuer() },
        };
        let signed = list.signed();
        let mut tried = BTreeSet::new();
        let with_path = named.iter().filter(|id| self.paths.result(**id).is_ok());
        for certificate in with_path.filter_map(|id| self.store.get(*id)) {
            if !may_sign_lists(certificate) {
                if tried.is_empty() {
                    fault = RevocationListFault::IssuerMayNotSign { issuer: issuer() };
                }
                continue;
            }
            let key = certificate.public_key().unwrap_or_default();
            if !tried.insert(key) {
                continue;
            }
            if self.signature_checks >= self.limits.signature_checks {
                return Err(RevocationListFault::BudgetExhausted { limit: self.limits.signature_checks });
            }
            self.signature_checks += 1;
            fault = match signed.check(certificate) {
                SignatureCheck::Valid => return Ok((certificate.subject(), key)),
                SignatureCheck::Invalid => RevocationListFault::SignatureInvalid { issuer: issuer() },
                SignatureCheck::Unsupported => {
                    RevocationListFault::AlgorithmUnsupported { oid: list.algorithm().to_owned() }
                }
            };
        }
        Err(fault)
    }

    /// Why a list of a known issuer does not count.
    fn fault(&self, list: &RevocationList) -> Option<RevocationListFault> {
        let AsOf(instant) = self.as_of;
        if let Some(oid) = list.unprocessed_extension() {
            return Some(RevocationListFault::UnprocessedExtension { oid: oid.to_owned() });
        }
        if list.this_update() > instant {
            return Some(RevocationListFault::NotYetValid { this_update: list.this_update() });
        }
        match list.next_update() {
            None => Some(RevocationListFault::NoNextUpdate),
            Some(next_update) if next_update < instant => {
                Some(RevocationListFault::OutOfDate { next_update })
            }
            Some(_) => None,
        }
    }

    /// Whether the certificate itself is revoked, whatever its issuers are.
    fn own(
        &self,
        id: CertificateId,
        certificate: &Certificate,
        judged: &[(RevocationListId, Judged<'s>)],
        newest: &BTreeMap<Authority<'s>, RevocationListId>,
    ) -> RevocationStatus {
        let unknown = RevocationStatus::Unknown;
        let issuer = match self.paths.result(id).map(|path| path.issuers().first()) {
            Err(_) => return unknown(RevocationUnknown::NoPath),
            Ok(None) => return RevocationStatus::TrustAnchor,
            Ok(Some(issuer)) => self.store.get(*issuer),
        };
        let Some(issuer) = issuer else { return unknown(RevocationUnknown::NoPath) };
        let authority = (issuer.subject(), issuer.public_key().unwrap_or_default());
        if judged.is_empty() {
            return unknown(RevocationUnknown::NoListGiven);
        }
        match newest.get(&authority) {
            Some(list) => self.listed(id, certificate, *list),
            None => unknown(without_list(certificate, authority, judged, self.as_of)),
        }
    }

    /// What a list that counts says of a certificate.
    fn listed(
        &self,
        id: CertificateId,
        certificate: &Certificate,
        list_id: RevocationListId,
    ) -> RevocationStatus {
        let Some(list) = self.store.revocation_list(list_id) else {
            return NOT_IN_STORE.clone();
        };
        let entries = list.entries_of(&certificate.serial);
        if let Some(entry) = revoked(entries, self.as_of) {
            return RevocationStatus::Revoked(Revocation {
                certificate: id,
                list: list_id,
                entry: entry.clone(),
            });
        }
        if entries.iter().any(|entry| entry.reason == Some(RevocationReason::REMOVE_FROM_CRL)) {
            return RevocationStatus::Unknown(RevocationUnknown::TakenOff { list: list_id });
        }
        let not_after = certificate.not_after();
        if entries.is_empty() && not_after < list.this_update() {
            return RevocationStatus::Unknown(RevocationUnknown::EndedBeforeList {
                list: list_id,
                not_after,
            });
        }
        RevocationStatus::NotRevoked { list: list_id }
    }

    /// A revoked authority takes what it issued with it.
    fn with_issuers(
        &self,
        id: CertificateId,
        status: &RevocationStatus,
        own: &[RevocationStatus],
    ) -> RevocationStatus {
        let issuers = self.paths.result(id).map_or(&[][..], |path| path.issuers());
        let statuses = std::iter::once(status).chain(issuers.iter().filter_map(|id| own.get(id.index())));
        statuses
            .into_iter()
            .find(|status| matches!(status, RevocationStatus::Revoked(_)))
            .unwrap_or(status)
            .clone()
    }
}

/// The list of each authority that counts.
fn newest<'s>(judged: &[(RevocationListId, Judged<'s>)]) -> BTreeMap<Authority<'s>, RevocationListId> {
    let mut newest: BTreeMap<Authority<'s>, (RevocationListId, &RevocationList)> = BTreeMap::new();
    for (id, Judged { list, signer, fault }) in judged {
        let (Some(signer), None) = (signer, fault) else { continue };
        match newest.get(signer) {
            Some((_, kept)) if kept.age() >= list.age() => {}
            _ => {
                newest.insert(*signer, (*id, list));
            }
        }
    }
    newest.into_iter().map(|(authority, (id, _))| (authority, id)).collect()
}

/// Why no list tells of a certificate: the newest that its issuer signed, else the newest that names its issuer.
fn without_list(
    certificate: &Certificate,
    authority: Authority<'_>,
    judged: &[(RevocationListId, Judged<'_>)],
    as_of: AsOf,
) -> RevocationUnknown {
    let issuer = authority.0.clone();
    let of_issuer = judged.iter().filter(|(_, judged)| *judged.list.issuer() == issuer);
    let nearest = of_issuer
        .filter_map(|(id, judged)| Some((id, judged, judged.fault.as_ref()?)))
        .max_by_key(|(_, judged, _)| (judged.signer == Some(authority), judged.list.age()));
    match nearest {
        None => RevocationUnknown::NoListOfIssuer { issuer },
        Some((list, judged, fault)) => {
            let entries = judged.list.entries_of(&certificate.serial);
            let listed = revoked(entries, as_of).filter(|_| judged.signer == Some(authority)).cloned();
            RevocationUnknown::ListUnusable { issuer, list: *list, fault: fault.clone(), listed }
        }
    }
}

/// The first entry that revokes at the instant. Entries are sorted by date.
fn revoked(entries: &[RevocationEntry], AsOf(instant): AsOf) -> Option<&RevocationEntry> {
    let revokes = |entry: &&RevocationEntry| {
        entry.at <= instant && entry.reason != Some(RevocationReason::REMOVE_FROM_CRL)
    };
    entries.iter().find(revokes)
}

fn may_sign_lists(certificate: &Certificate) -> bool {
    certificate.extensions.basic_constraints.is_some_and(|found| found.ca)
        && certificate.key_usage().contains(KeyUsage::CRL_SIGN)
}
