//! What the certificate store knows of a credential that a cell reports.
//!
//! A device reports an entity and a key, never a certificate, so a credential resolves to the *set* of certificates
//! with that key. Each distinct credential is resolved once per audit. Certificates whose path to the trust anchor
//! fails identify nobody and are kept apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use smki::{
    Certificate, CertificateId, CertificateKind, Paths, RepositoryStatus, Revocation, RevocationStatus,
    RevocationUnknown, Revocations, Store, Validity,
};
use types::{AsOf, Credential, Eui64, KeyUsage, NetworkOperatorCell, RemotePartyRole, Timestamp};

use crate::options::Options;

/// The store, its verified paths, what is revoked, and the instant at which all are asked.
#[derive(Clone, Copy, Debug)]
pub struct Certificates<'s> {
    /// All certificates.
    pub store: &'s Store,
    /// Which of them lead to a trust anchor.
    pub paths: &'s Paths,
    /// Which of them are revoked at the instant.
    pub revocations: &'s Revocations,
    /// The instant.
    pub as_of: AsOf,
}

/// What is known of one credential in one cell.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct Resolution {
    /// Certificates of this entity and key, role networkOperator, with the cell's usage, whose path holds.
    pub matching: Vec<CertificateId>,
    /// Certificates that would match, but whose path does not hold.
    pub broken: Vec<CertificateId>,
    /// What the certificates with this key whose path holds say instead, if none matches.
    pub otherwise: Option<Otherwise>,
    /// Whether a certificate whose path holds says that it is the Access Control Broker's.
    pub access_control_broker: bool,
    /// Serial numbers of the matching certificates, as reports show them.
    pub serials: Vec<String>,
    /// State of the matching certificates as a set.
    pub condition: Condition,
}

/// Whose key it is, if no certificate matches.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Otherwise {
    /// Of this entity, in another role.
    Role(RemotePartyRole),
    /// Of this entity as network operator, for another usage.
    Usage(KeyUsage),
    /// Of another entity.
    Entity(Eui64),
}

/// State of the certificates behind a cell, as a set: a credential is in force if any of them is.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// The best validity among them; `None` if there is none.
    pub validity: Option<Validity>,
    /// Latest end of validity among them.
    pub not_after: Option<Timestamp>,
    /// Earliest begin of validity among them.
    pub not_before: Option<Timestamp>,
    /// Whether all that are in force end within the warning period.
    pub expiring: bool,
    /// Whether they differ in validity, so that it can't be told which one the device was given.
    pub ambiguous: bool,
    /// A newer key of the same entity and usage that is in force.
    pub superseded_by: Option<CertificateId>,
    /// Ids of profile findings, on any of them.
    pub profile: BTreeSet<&'static str>,
    /// Whether the key identifier is not the one recomputed from the key.
    pub key_identifier_not_derived: bool,
    /// What revocation lists say of them.
    pub revocation: SetRevocation,
    /// Whether lists say different things of them.
    pub revocation_differs: bool,
    /// What the repository says of their status against what lists and dates do; `None` if it says nothing of any.
    pub status_conflicts: Option<Vec<String>>,
}

/// What revocation lists say of the certificates behind a cell, as a set: of those in force, if any is.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum SetRevocation {
    /// No list was given.
    #[default]
    NotAsked,
    /// At least one is not revoked.
    NotRevoked,
    /// All are; when and why.
    Revoked(String),
    /// None is known not to be; why.
    Unknown(String),
    /// None is in force, and lists do not keep certificates that have ended.
    NoneInForce,
}

/// All credentials of an audit, resolved.
#[derive(Debug, Default)]
pub struct Resolutions {
    known: HashMap<(Credential, NetworkOperatorCell), Resolution>,
}

impl Resolutions {
    /// Resolves every credential of the set once.
    #[must_use]
    pub fn new(
        credentials: &BTreeSet<(Credential, NetworkOperatorCell)>,
        certificates: Certificates<'_>,
        options: &Options,
    ) -> Self {
        let resolve = |(credential, cell): &(Credential, NetworkOperatorCell)| {
            ((*credential, *cell), resolve(*credential, *cell, certificates, options))
        };
        Self { known: credentials.iter().map(resolve).collect() }
    }

    /// What is known of a credential; `None` if it was not in the set.
    #[must_use]
    pub fn get(&self, credential: Credential, cell: NetworkOperatorCell) -> Option<&Resolution> {
        self.known.get(&(credential, cell))
    }
}

/// The profile finding for a certificate policy that the configuration does not name.
const UNEXPECTED_POLICY: &str = "policy-not-expected";

/// Resolves one credential.
#[must_use]
pub fn resolve(
    credential: Credential,
    cell: NetworkOperatorCell,
    certificates: Certificates<'_>,
    options: &Options,
) -> Resolution {
    let Certificates { store, paths, .. } = certificates;
    let mut resolution = Resolution {
        access_control_broker: is_access_control_broker(credential, certificates),
        ..Resolution::default()
    };
    let mut others = BTreeMap::new();
    for id in store.by_key(credential.key) {
        let Some(certificate) = store.get(*id) else { continue };
        let Some(entity) =
            certificate.entity_id().filter(|_| certificate.kind() == CertificateKind::Organisation)
        else {
            continue;
        };
        let otherwise = if entity != credential.entity {
            Otherwise::Entity(entity)
        } else if certificate.role() != Some(RemotePartyRole::NETWORK_OPERATOR) {
            // A role that can't be read is no role at all; the certificate identifies nobody for this cell.
            let Some(role) = certificate.role() else { continue };
            Otherwise::Role(role)
        } else if !certificate.key_usage().contains(cell.key_usage()) {
            Otherwise::Usage(certificate.key_usage())
        } else if paths.result(*id).is_ok() {
            resolution.matching.push(*id);
            continue;
        } else {
            resolution.broken.push(*id);
            continue;
        };
        if paths.result(*id).is_ok() {
            let rank = match otherwise {
                Otherwise::Role(role) => (0, role.0),
                Otherwise::Usage(_) => (1, 0),
                Otherwise::Entity(_) => (2, 0),
            };
            others.entry(rank).or_insert(otherwise);
        }
    }
    let serial = |id: &CertificateId| store.get(*id).map(Certificate::serial_hex);
    resolution.serials = resolution.matching.iter().filter_map(serial).collect();
    if resolution.matching.is_empty() {
        resolution.otherwise = others.into_values().next();
    } else {
        resolution.condition = condition(&resolution.matching, credential, cell, certificates, options);
    }
    resolution
}

fn condition(
    matching: &[CertificateId],
    credential: Credential,
    cell: NetworkOperatorCell,
    all: Certificates<'_>,
    options: &Options,
) -> Condition {
    let Certificates { store, paths, revocations, as_of } = all;
    let certificates: Vec<&Certificate> = matching.iter().filter_map(|id| store.get(*id)).collect();
    let validities: Vec<Validity> =
        certificates.iter().map(|certificate| certificate.validity_at(as_of)).collect();
    let in_force = |certificate: &&&Certificate| certificate.validity_at(as_of) == Validity::InForce;
    let validity = [Validity::InForce, Validity::NotYetValid, Validity::Expired]
        .into_iter()
        .find(|validity| validities.contains(validity));
    let newest = certificates.iter().map(|certificate| certificate.not_before()).max();
    let superseded_by = store.by_entity(credential.entity).iter().copied().find(|id| {
        store.get(*id).is_some_and(|other| {
            other.key_id() != Some(credential.key)
                && other.role() == Some(RemotePartyRole::NETWORK_OPERATOR)
                && other.key_usage().contains(cell.key_usage())
                && Some(other.not_before()) > newest
                && other.validity_at(as_of) == Validity::InForce
                && paths.result(*id).is_ok()
                && !(options.heeds_revocation() && revocations.is_revoked(*id))
        })
    });
    let findings: BTreeSet<&'static str> = certificates
        .iter()
        .flat_map(|certificate| certificate.inspect_profile(&options.profile))
        .map(|finding| finding.id())
        // A policy that was not expected is a matter of all certificates of a PKI, not of this meter.
        .filter(|id| *id != UNEXPECTED_POLICY)
        .collect();
    Condition {
        validity,
        not_after: certificates.iter().map(|certificate| certificate.not_after()).max(),
        not_before: certificates.iter().map(|certificate| certificate.not_before()).min(),
        expiring: validity == Some(Validity::InForce)
            && certificates
                .iter()
                .filter(in_force)
                .all(|certificate| certificate.expires_within(as_of, options.expiring_within_days)),
        ambiguous: validities.iter().any(|validity| Some(validity) != validities.first()),
        superseded_by,
        key_identifier_not_derived: certificates
            .iter()
            .any(|certificate| certificate.key_id() != Some(certificate.computed_key_id())),
        profile: findings,
        revocation: set_revocation(matching, all),
        status_conflicts: status_conflicts(matching, all),
        revocation_differs: matching.iter().any(|id| {
            matching
                .first()
                .is_some_and(|first| revocations.status(*id).name() != revocations.status(*first).name())
        }),
    }
}

fn set_revocation(matching: &[CertificateId], certificates: Certificates<'_>) -> SetRevocation {
    let Certificates { store, revocations, as_of, .. } = certificates;
    let withdrawn =
        |id: &CertificateId| statuses(store, *id).any(|status| status == RepositoryStatus::Revoked);
    if !revocations.any_list() && !matching.iter().any(withdrawn) {
        return SetRevocation::NotAsked;
    }
    let in_force = |id: &CertificateId| {
        store.get(*id).is_some_and(|certificate| certificate.validity_at(as_of) == Validity::InForce)
    };
    let any_in_force = matching.iter().any(in_force);
    let (mut revoked, mut unknown) = (Vec::new(), None);
    for id in matching.iter().filter(|id| !any_in_force || in_force(id)) {
        match revocations.status(*id) {
            RevocationStatus::NotRevoked { .. } | RevocationStatus::TrustAnchor if any_in_force => {
                return SetRevocation::NotRevoked;
            }
            RevocationStatus::Revoked(revocation) => revoked.push(revocation_text(*id, revocation, store)),
            // Another certificate with the key, of which nobody says that it is revoked, was not asked about.
            RevocationStatus::Unknown(RevocationUnknown::NoListGiven) if any_in_force && !withdrawn(id) => {
                return SetRevocation::NotAsked;
            }
            RevocationStatus::Unknown(why) if any_in_force => {
                let said = if withdrawn(id) { "the repository says R (revoked), but " } else { "" };
                unknown = unknown.or_else(|| Some(format!("{said}{why}")));
            }
            _ => return SetRevocation::NoneInForce,
        }
    }
    match unknown {
        Some(why) => SetRevocation::Unknown(why),
        None => SetRevocation::Revoked(revoked.join(", ")),
    }
}

/// What the repository says of the status of a certificate.
fn statuses(store: &Store, id: CertificateId) -> impl Iterator<Item = RepositoryStatus> {
    store.repository_entries(id).iter().filter_map(|entry| entry.status)
}

fn status_conflicts(matching: &[CertificateId], certificates: Certificates<'_>) -> Option<Vec<String>> {
    let Certificates { store, revocations, as_of, .. } = certificates;
    let mut any = false;
    let mut conflicts = Vec::new();
    for id in matching {
        let Some(certificate) = store.get(*id) else { continue };
        let (serial, validity) = (certificate.serial_hex(), certificate.validity_at(as_of));
        let said: BTreeSet<RepositoryStatus> = statuses(store, *id).collect();
        any |= !said.is_empty();
        let mut conflict = |status: RepositoryStatus, against: &str| {
            conflicts.push(format!("serial {serial}: {}, but {against}", status.name()));
        };
        if let (Some(one), Some(other)) = (said.first(), said.last())
            && one != other
        {
            conflict(*one, other.name());
        }
        for status in said {
            let revoked = status == RepositoryStatus::Revoked;
            match revocations.status(*id) {
                RevocationStatus::NotRevoked { .. } if revoked => {
                    conflict(status, "the revocation list does not have it");
                }
                RevocationStatus::Revoked(revocation) if revocation.certificate == *id && !revoked => {
                    conflict(status, &revocation.entry.to_string());
                }
                _ => {}
            }
            match (status, validity) {
                (RepositoryStatus::Expired, Validity::InForce | Validity::NotYetValid) => {
                    conflict(status, &format!("it ends {}", certificate.not_after()));
                }
                (RepositoryStatus::InUse | RepositoryStatus::Pending, Validity::Expired) => {
                    conflict(status, &format!("it ended {}", certificate.not_after()));
                }
                _ => {}
            }
        }
    }
    any.then_some(conflicts)
}

/// What a revocation says, in words.
fn revocation_text(id: CertificateId, revocation: &Revocation, store: &Store) -> String {
    match store.get(revocation.certificate) {
        Some(issuer) if revocation.certificate != id => {
            format!("issuer {}: {}", issuer.subject(), revocation.entry)
        }
        _ => revocation.entry.to_string(),
    }
}

/// Whether a certificate whose path holds says that this entity is the Access Control Broker with this key.
#[must_use]
pub fn is_access_control_broker(credential: Credential, certificates: Certificates<'_>) -> bool {
    has_role(credential, RemotePartyRole::ACCESS_CONTROL_BROKER, certificates)
}

fn has_role(credential: Credential, role: RemotePartyRole, certificates: Certificates<'_>) -> bool {
    certificates.store.by_key(credential.key).iter().any(|id| {
        certificates.paths.result(*id).is_ok()
            && certificates.store.get(*id).is_some_and(|certificate| {
                certificate.kind() == CertificateKind::Organisation
                    && certificate.entity_id() == Some(credential.entity)
                    && certificate.role() == Some(role)
            })
    })
}

/// Whether the store has a certificate of one of these entities, role networkOperator and the cell's usage, that is in
/// force, not known to be revoked, and whose path holds.
#[must_use]
pub fn has_usable_certificate(
    entities: &[Eui64],
    cell: NetworkOperatorCell,
    certificates: Certificates<'_>,
    options: &Options,
) -> bool {
    let Certificates { store, paths, revocations, as_of } = certificates;
    entities.iter().flat_map(|entity| store.by_entity(*entity)).any(|id| {
        paths.result(*id).is_ok()
            && !(options.heeds_revocation() && revocations.is_revoked(*id))
            && store.get(*id).is_some_and(|certificate| {
                certificate.role() == Some(RemotePartyRole::NETWORK_OPERATOR)
                    && certificate.key_usage().contains(cell.key_usage())
                    && certificate.validity_at(as_of) == Validity::InForce
            })
    })
}
