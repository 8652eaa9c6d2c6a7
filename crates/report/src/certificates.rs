//! `certificates.jsonl`: what the certificates of the run were found to be.

use std::borrow::Cow;

use audit::{Certificates, Options};
use smki::CertificateId;

use crate::model::v1::{CertificateRow, EnumerationRow};
use crate::text::hex;

/// The row of a certificate; `None` for a number that the store does not have.
#[must_use]
pub fn certificate_row(
    id: CertificateId,
    certificates: Certificates<'_>,
    options: &Options,
) -> Option<CertificateRow> {
    let Certificates { store, paths, as_of } = certificates;
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
