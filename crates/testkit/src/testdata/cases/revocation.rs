//! What revocation lists say of credentials that are the right ones.

use types::{Eui64, RemotePartyRole, Timestamp};

use super::{
    AGREEMENT, CORRECT, Case, Fail, MISSING, NotApplicable, NotEvaluated, Parties, Pass, PkiError, SIGNATURE,
    credentials,
};
use crate::forms::repository::{self, Entry, Status};
use crate::forms::xml::{self, Style};
use crate::pki::{Certificate, CertificateSpec, CrlSpec, Name, Organisation, Pki, Revoked, Validity};

pub(super) fn cases(parties: &Parties<'_>) -> Result<Vec<Case>, PkiError> {
    Ok(vec![
        certificate_revoked(parties)?,
        certificate_revocation_unknown(parties),
        certificate_revocation_differs(parties),
        certificate_status_conflict(parties)?,
    ])
}

/// The times of a list that is in time at the instant of the cases.
fn in_time() -> [Timestamp; 2] {
    [Validity::date(2025, 12, 31), Validity::date(2026, 1, 7)]
}

/// A device whose credentials nobody knows, and one of which they are not the operator's.
fn others(case: &mut Case, parties: &Parties<'_>) {
    case.unread();
    let placeholder = case.esme(NotApplicable, MISSING, "the placeholder is not the operator's certificate");
    case.read(placeholder, parties.broker);
}

/// An issuing authority beside the usual one, and network operator certificates that it issued.
fn second_authority(parties: &Parties<'_>, label: &str, entity: Eui64) -> (Certificate, [Certificate; 2]) {
    let name = Name::issuing("TESTKIT-OCA2");
    let authority = Pki::issue_authority(label, name, Validity::years(2013, 1, 1, 35), parties.smki.root());
    let issued = [SIGNATURE, AGREEMENT].map(|usage| {
        let label = format!("LOND of {label} {usage}");
        let role = RemotePartyRole::NETWORK_OPERATOR;
        let spec = CertificateSpec::organisation(&label, &authority, entity, role, usage);
        spec.valid(Validity::years(2022, 1, 1, 10)).issue(authority.key())
    });
    (authority, issued)
}

fn certificate_revoked(parties: &Parties<'_>) -> Result<Case, PkiError> {
    let mut case = Case::new(
        "certificate-revoked",
        "Every certificate in force behind the cell, or an authority above it, is on a list of its issuer that is in \
         time. Devices read no lists, so the verdict stays.",
    );
    let generation = parties.smki.organisation("LOND")?.generation(Organisation::REVOKED)?;
    let keys = [generation.digital_signature()?.credential(), generation.key_agreement()?.credential()];
    let revoked = case.esme(Fail, CORRECT, "keys whose certificates were revoked in June 2022");
    case.read(revoked, keys);

    let (authority, issued) = second_authority(parties, "revoked authority", parties.lond_entity());
    let below =
        case.esme(Fail, CORRECT, "keys whose certificates come from an authority that the root revoked");
    case.read(below, credentials(&issued));
    case.certify([&authority]);
    case.certify(&issued);

    let [this_update, next_update] = in_time();
    let mut of_root = CrlSpec::new(parties.smki.root(), this_update, next_update);
    of_root.revoked = vec![Revoked {
        serial: *authority.serial(),
        at: Validity::date(2024, 6, 1),
        reason: Some(Revoked::SUPERSEDED),
    }];
    case.published.push(("root.crl", of_root.issue(parties.smki.root().key())));
    case.published.push(("issuing.crl", parties.smki.issuing_crl(this_update, next_update)));

    case.sound(parties);
    let ended = case.esme(NotEvaluated, CORRECT, "certificates that ended in 2023, which lists do not keep");
    case.read(ended, parties.lond_expired);
    others(&mut case, parties);
    Ok(case)
}

fn certificate_revocation_unknown(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "certificate-revocation-unknown",
        "Revocation lists were given, but none that tells of the certificates behind the cell: the one of their issuer \
         was due to be replaced before the instant of the audit, or there is none of it.",
    );
    let stale = case.esme(Fail, CORRECT, "the only list of the issuer is of 2024");
    case.read(stale, parties.lond);
    let spec = CrlSpec::new(parties.smki.issuing(), Validity::date(2024, 1, 1), Validity::date(2024, 1, 8));
    case.published.push(("issuing.crl", spec.issue(parties.smki.issuing().key())));

    let (authority, issued) = second_authority(parties, "second authority", parties.lond_entity());
    let told = case.esme(Pass, CORRECT, "the list of their issuer is in time and does not have them");
    case.read(told, credentials(&issued));
    let [this_update, next_update] = in_time();
    let spec = CrlSpec::new(&authority, this_update, next_update);
    case.published.push(("second.crl", spec.issue(authority.key())));
    case.certify([&authority]);
    case.certify(&issued);

    let ended = case.esme(NotEvaluated, CORRECT, "certificates that ended in 2023, which lists do not keep");
    case.read(ended, parties.lond_expired);
    others(&mut case, parties);
    case
}

fn certificate_revocation_differs(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "certificate-revocation-differs",
        "A cell reports a key. Where several certificates have it and only some are revoked, nobody can tell which of \
         them the device was given; the key counts as not revoked.",
    );
    let role = RemotePartyRole::NETWORK_OPERATOR;
    let spec = |label: &str| {
        let spec = parties.smki.organisation_spec(label, parties.lond_entity(), role, SIGNATURE);
        spec.valid(Validity::years(2023, 6, 1, 10))
    };
    let first = parties.smki.issue(spec("LOND withdrawn 1"));
    let again = parties.smki.issue(spec("LOND withdrawn 2").with_key(first.key().clone()));
    let [_, agreement] = parties.lond;
    let both = case.esme(Fail, CORRECT, "one key, in a certificate that is revoked and in one that is not");
    case.read(both, [again.credential(), agreement]);
    case.certify([&first, &again]);

    let [this_update, next_update] = in_time();
    let mut spec = CrlSpec::new(parties.smki.issuing(), this_update, next_update);
    spec.revoked = vec![Revoked { serial: *first.serial(), at: Validity::date(2025, 6, 1), reason: None }];
    case.published.push(("issuing.crl", spec.issue(parties.smki.issuing().key())));
    case.sound(parties);
    others(&mut case, parties);
    case
}

fn certificate_status_conflict(parties: &Parties<'_>) -> Result<Case, PkiError> {
    let mut case = Case::new(
        "certificate-status-conflict",
        "The repository gives a certificate a status that the revocation list of its issuer, or its dates, contradict.",
    );
    let lond = parties.smki.organisation("LOND")?;
    let pair = |generation: usize| -> Result<[&Certificate; 2], PkiError> {
        let generation = lond.generation(generation)?;
        Ok([generation.digital_signature()?, generation.key_agreement()?])
    };
    let mut entries = Vec::new();
    let mut say = |certificates: [&Certificate; 2], status| {
        entries.extend(certificates.map(|certificate| Entry::of(certificate, status)));
    };
    let revoked = pair(Organisation::REVOKED)?;
    say(revoked, Status::InUse);
    say(pair(Organisation::EXPIRED)?, Status::InUse);
    say(pair(Organisation::SUPERSEDED)?, Status::Revoked);
    say(pair(Organisation::CURRENT)?, Status::InUse);

    let keys = revoked.map(Certificate::credential);
    let in_use = case.esme(Fail, CORRECT, "in use as the repository says, revoked as the list says");
    case.read(in_use, keys);
    let ended = case.esme(Fail, CORRECT, "in use as the repository says, and ended in 2023");
    case.read(ended, parties.lond_expired);
    let withdrawn = case.esme(Fail, CORRECT, "revoked as the repository says, but not on the list");
    case.read(withdrawn, parties.lond_superseded);
    case.sound(parties);
    let role = RemotePartyRole::NETWORK_OPERATOR;
    let unsaid = [SIGNATURE, AGREEMENT].map(|usage| {
        let label = format!("LOND unsaid {usage}");
        let spec = parties.smki.organisation_spec(&label, parties.lond_entity(), role, usage);
        parties.smki.issue(spec.valid(Validity::years(2022, 1, 1, 10)))
    });
    let silent = case.esme(NotEvaluated, CORRECT, "certificates of which the repository says nothing");
    case.read(silent, credentials(&unsaid));
    case.certify(&unsaid);
    others(&mut case, parties);

    let [this_update, next_update] = in_time();
    case.published.push(("issuing.crl", parties.smki.issuing_crl(this_update, next_update)));
    let answer = xml::document(&repository::data_response(&entries), Style::default());
    case.published.push(("repository.xml", answer));
    Ok(case)
}
