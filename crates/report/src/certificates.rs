//! `certificates.jsonl`: what the certificates of the run were found to be. And what became of the revocation lists.

use std::borrow::Cow;
use std::collections::BTreeSet;

use audit::{Certificates, Options};
use smki::{CertificateId, ListUse, RevocationListId, RevocationStatus, RevocationUnknown};

use crate::model::v1::{
    CertificateRow, EnumerationRow, RepositoryRow, RevocationListEntry, RevocationRow, Word,
};
use crate::text::hex;

/// The row of a certificate; `None` for a number that the store does not have.
#[must_use]
pub fn certificate_row(
    id: CertificateId,
    certificates: Certificates<'_>,
    options: &Options,
) -> Option<CertificateRow> {
    let Certificates { store, paths, as_of, .. } = certificates;
    let certificate = store.get(id)?;
    Some(CertificateRow {
        authority_key_identifier: certificate.authority_key_identifier().map(hex),
        entity_id: certificate.entity_id().map(|entity| entity.to_string()),
        issuer: certificate.issuer().to_string(),
        key_usage: certificate.key_usage().names(),
        kind: certificate.kind().name().into(),
        not_after: certificate.not_after().to_string(),
        not_before: certificate.not_before().to_string(),
        path: match paths.result(id) {
            Ok(path) if path.issuers().is_empty() => "trust-anchor".to_owned(),
            Ok(_) => "holds".to_owned(),
            Err(error) => error.to_string(),
        },
        profile: certificate
            .inspect_profile(&options.profile)
            .iter()
            .map(|finding| finding.id().into())
            .collect(),
        repository: store
            .repository_entries(id)
            .iter()
            .map(|entry| RepositoryRow {
                manufacturing: entry.manufacturing,
                mismatches: entry.mismatches(certificate).into_iter().map(|it| it.id().into()).collect(),
                status: entry.status.map(|status| status.name().into()),
            })
            .collect(),
        revocation: Some(revocation_row(id, certificates)),
        role: certificate
            .role()
            .map(|role| EnumerationRow { name: role.name().map(Cow::Borrowed), value: role.0 }),
        serial: certificate.serial_hex(),
        sha256: certificate.sha256().to_string(),
        subject: certificate.subject().to_string(),
        subject_key_identifier: certificate.subject_key_identifier().map(hex),
        validity: certificate.validity_at(as_of).name().into(),
    })
}

fn revocation_row(id: CertificateId, certificates: Certificates<'_>) -> RevocationRow {
    let Certificates { store, revocations, .. } = certificates;
    let status = revocations.status(id);
    let revoked = match status {
        RevocationStatus::Revoked(revocation) => Some(revocation),
        _ => None,
    };
    let authority = revoked.map(|it| it.certificate).filter(|it| *it != id).and_then(|it| store.get(it));
    RevocationRow {
        at: revoked.map(|it| it.entry.at.to_string()),
        authority: authority.map(|it| it.sha256().to_string()),
        detail: match status {
            RevocationStatus::Unknown(why) => Some(why.to_string()),
            _ => None,
        },
        invalid_since: revoked.and_then(|it| it.entry.invalid_since).map(|since| since.to_string()),
        list: status.list().and_then(|list| list_digest(list, certificates)),
        reason: revoked.and_then(|it| it.entry.reason).map(|reason| reason.to_string()),
        status: status.name().into(),
    }
}

fn list_digest(id: RevocationListId, certificates: Certificates<'_>) -> Option<String> {
    certificates.store.revocation_list(id).map(|list| list.sha256().to_string())
}

/// A revocation status in words.
#[must_use]
pub fn revocation_text(status: &RevocationStatus) -> String {
    match status {
        RevocationStatus::TrustAnchor => "trust anchor".to_owned(),
        RevocationStatus::NotRevoked { .. } => "not revoked".to_owned(),
        RevocationStatus::Revoked(revocation) => revocation.entry.to_string(),
        RevocationStatus::Unknown(why) => format!("not known ({why})"),
    }
}

/// Every revocation list and what became of it, in the order of their digests.
pub(crate) fn revocation_lists(certificates: Certificates<'_>) -> Vec<RevocationListEntry> {
    let Certificates { store, revocations, .. } = certificates;
    let entry = |(id, list): (RevocationListId, &smki::RevocationList)| RevocationListEntry {
        entries: u64::try_from(list.entries().len()).unwrap_or(u64::MAX),
        issuer: list.issuer().to_string(),
        next_update: list.next_update().map(|at| at.to_string()),
        number: list.number_hex(),
        sha256: list.sha256().to_string(),
        this_update: list.this_update().to_string(),
        r#use: match revocations.list(id) {
            Some(ListUse::Counts) => "counts".to_owned(),
            Some(ListUse::Superseded { by }) => {
                format!("superseded by {}", list_digest(*by, certificates).unwrap_or_default())
            }
            Some(ListUse::Unusable(fault)) => fault.to_string(),
            None => "not judged".to_owned(),
        },
    };
    store.revocation_lists().map(entry).collect()
}

/// What could not be asked of revocation: all of it, or what authorities issued of which no list was given.
pub(crate) fn revocation_not_checked(certificates: Certificates<'_>) -> BTreeSet<Word> {
    let Certificates { store, revocations, .. } = certificates;
    if !revocations.any_list() {
        return BTreeSet::from(["revocation: no certificate revocation list was read".into()]);
    }
    let without_list = |(id, _): (CertificateId, _)| match revocations.status(id) {
        RevocationStatus::Unknown(RevocationUnknown::NoListOfIssuer { issuer }) => {
            Some(format!("revocation of what {issuer} issued: no list of it was read").into())
        }
        _ => None,
    };
    store.iter().filter_map(without_list).collect()
}
