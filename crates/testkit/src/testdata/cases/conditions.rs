//! The state of credentials that are the right ones.

use types::{Eui64, KeyId, RemotePartyRole};

use super::{
    CORRECT, Case, Fail, MISSING, NotApplicable, NotEvaluated, Parties, PkiError, SIGNATURE, credentials,
};
use crate::pki::{Defect, Validity};

pub(super) fn cases(parties: &Parties<'_>) -> Result<Vec<Case>, PkiError> {
    Ok(vec![
        certificate_expired(parties),
        certificate_expiring(parties),
        certificate_not_yet_valid(parties),
        superseded_key(parties),
        certificate_ambiguous(parties),
        certificate_profile(parties),
        key_identifier_not_derived(parties),
        entity_retired(parties),
    ])
}

/// The devices that every condition has beside those that fail.
fn others(case: &mut Case, parties: &Parties<'_>) {
    case.sound(parties);
    case.unread();
    let half =
        case.esme(NotEvaluated, super::NOT_KNOWN, "the signature cell is right, the other was not read");
    let [signature, _] = parties.lond;
    case.cell_row(&super::CellRow::network_operator(half, super::at(), SIGNATURE, signature));
    let placeholder = case.esme(NotApplicable, MISSING, "the placeholder is not the operator's certificate");
    case.read(placeholder, parties.broker);
}

fn certificate_expired(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "certificate-expired",
        "Every certificate behind the cell has expired. The device goes on using the key, so the verdict stays.",
    );
    let expired = case.esme(Fail, CORRECT, "keys whose certificates ended in 2023");
    case.read(expired, parties.lond_expired);
    others(&mut case, parties);
    case
}

fn certificate_expiring(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "certificate-expiring",
        "Every certificate in force behind the cell ends within the warning period of 90 days.",
    );
    let ending = parties.issue("LOND ending", parties.lond_entity(), Validity::years(2016, 2, 1, 10));
    let soon = case.esme(Fail, CORRECT, "keys whose certificates end on 2026-01-31");
    case.read(soon, credentials(&ending));
    case.certify(&ending);
    others(&mut case, parties);
    case
}

fn certificate_not_yet_valid(parties: &Parties<'_>) -> Case {
    let mut case =
        Case::new("certificate-not-yet-valid", "The operator's certificate was placed before it is valid.");
    let coming = parties.issue("LOND coming", parties.lond_entity(), Validity::years(2026, 3, 1, 10));
    let early = case.esme(Fail, CORRECT, "keys whose certificates begin on 2026-03-01");
    case.read(early, credentials(&coming));
    case.certify(&coming);
    others(&mut case, parties);
    case
}

fn superseded_key(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "superseded-key",
        "The cell holds an older key of the operator, which has a newer one in force for the same cell.",
    );
    let old = case.esme(Fail, CORRECT, "keys of 2017, in force, beside newer ones");
    case.read(old, parties.lond_superseded);
    others(&mut case, parties);
    case
}

fn certificate_ambiguous(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "certificate-ambiguous",
        "A cell reports a key. Where several certificates have it and differ in validity, nobody can tell which of them \
         the device was given; it is in force if any of them is.",
    );
    let role = RemotePartyRole::NETWORK_OPERATOR;
    let entity = parties.lond_entity();
    let spec = |label: &str| parties.smki.organisation_spec(label, entity, role, SIGNATURE);
    let first = parties.smki.issue(spec("LOND renewed 1").valid(Validity::years(2013, 6, 1, 10)));
    let again = spec("LOND renewed 2").with_key(first.key().clone()).valid(Validity::years(2023, 6, 1, 10));
    let again = parties.smki.issue(again);
    let [_, agreement] = parties.lond;
    let both = case.esme(Fail, CORRECT, "one key, in a certificate that has expired and in one that has not");
    case.read(both, [again.credential(), agreement]);
    case.certify([&first, &again]);
    others(&mut case, parties);
    case
}

fn certificate_profile(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "certificate-profile",
        "A certificate behind the cell departs from the SMKI profile. It identifies its owner all the same.",
    );
    let role = RemotePartyRole::NETWORK_OPERATOR;
    let spec = parties.smki.organisation_spec("LOND short serial", parties.lond_entity(), role, SIGNATURE);
    let short = Defect::ShortSerial.issue(spec, parties.smki.issuing());
    let [_, agreement] = parties.lond;
    let departs = case.esme(Fail, CORRECT, "the serial number of the certificate has eight octets");
    case.read(departs, [short.credential(), agreement]);
    case.certify([&short]);
    others(&mut case, parties);
    case
}

fn key_identifier_not_derived(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "key-identifier-not-derived",
        "The key identifier that certificate and cell agree on is not the one that the key gives.",
    );
    let role = RemotePartyRole::NETWORK_OPERATOR;
    let spec = parties.smki.organisation_spec("LOND free identifier", parties.lond_entity(), role, SIGNATURE);
    let free = Defect::SubjectKeyNotDerived.issue(spec, parties.smki.issuing());
    let [signature, agreement] = parties.lond;
    let odd = case.esme(Fail, CORRECT, "the identifier is 4F4F4F4F4F4F4F4F");
    case.read(odd, [types::Credential { key: KeyId::new([0x4F; 8]), ..signature }, agreement]);
    case.certify([&free]);
    others(&mut case, parties);
    case
}

fn entity_retired(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "entity-retired",
        "The directory says that the entity in the cell was the expected operator's up to a date that has passed.",
    );
    let former = Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0x00, 0x12, 0x00, 0x01]);
    let certificates = parties.issue("LOND former entity", former, Validity::years(2020, 1, 1, 10));
    let retired = case.esme(Fail, CORRECT, "LOND's entity of before 2025, certificates still in force");
    case.read(retired, credentials(&certificates));
    case.certify(&certificates);
    case.directory = format!(
        "date = \"2026-01-01\"\nsource = \"synthetic\"\n\n[[party]]\nid = \"LOND\"\n\
         entities = [{{ id = \"{former}\", to = \"2025-01-01T00:00:00Z\" }}]\n"
    );
    case.sound(parties);
    case.unread();
    case.gas_meter();
    case
}
