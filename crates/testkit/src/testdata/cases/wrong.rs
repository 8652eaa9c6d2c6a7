//! Cells that hold what they should not.

use types::{Credential, RemotePartyRole};

use super::{
    CORRECT, Case, Fail, MISSING, NOT_KNOWN, NotEvaluated, Parties, Pass, WRONG, at, credentials, under,
    unknown_key,
};
use crate::pki::STRANGER;

pub(super) fn cases(parties: &Parties<'_>) -> Vec<Case> {
    vec![
        another_network_operator(parties),
        another_licence_of_the_group(parties),
        host_operator_on_independent(parties),
        supplier_credentials(parties),
        wrong_role(parties),
        wrong_key_usage(parties),
        key_of_another_entity(parties),
        entity_not_the_operators(parties),
    ]
}

fn another_network_operator(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "another-network-operator",
        "An operator of another group stands in the cells. Only that operator can replace itself.",
    );
    let both = case.esme(Fail, WRONG, "both cells hold YELG where LOND is expected");
    case.read(both, parties.yelg);
    let ([other, _], [_, own]) = (parties.yelg, parties.lond);
    let one = case.esme(Fail, WRONG, "the signature cell alone holds YELG");
    case.read(one, [other, own]);
    case.sound(parties);
    let placeholder = case.esme(Pass, MISSING, "the placeholder is no network operator");
    case.read(placeholder, parties.broker);
    case.unread();
    case
}

fn another_licence_of_the_group(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "another-licence-of-the-group",
        "The cells hold another licence of the expected operator's group, which can mend it by itself.",
    );
    let both = case.esme(Fail, WRONG, "both cells hold EELC, of LOND's group");
    case.read(both, parties.eelc);
    let other = case.esme(Pass, WRONG, "both cells hold YELG, of another group");
    case.read(other, parties.yelg);
    case.sound(parties);
    let busy = case.esme(NotEvaluated, NOT_KNOWN, "the device answered resourcesBusy");
    case.status(busy, at(), "resourcesBusy");
    case
}

fn host_operator_on_independent(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "host-operator-on-independent",
        "Independent networks lie within licence areas. The area's operator on an independent's meter is wrong, and \
         so is the reverse.",
    );
    let host = case.esme_of(24, Fail, WRONG, "the MPAN is of the independent IPNL, the cells hold LOND");
    case.read(host, parties.lond);
    let reverse = case.esme(Fail, WRONG, "the MPAN is of LOND, the cells hold the independent IPNL");
    case.read(reverse, parties.ipnl);
    let right = case.esme_of(24, Pass, CORRECT, "the independent's own credentials");
    case.read(right, parties.ipnl);
    case.unread();
    case
}

fn supplier_credentials(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "supplier-credentials",
        "A supplier stands in the network operator's cells, known by the directory or by the role of its certificate.",
    );
    let listed = case.esme(Fail, WRONG, "both cells hold SUP-A, which the directory lists");
    case.read(listed, parties.supplier);
    let entity = types::Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0x01, 0x00, 0x77, 0x00]);
    let certificates = [super::SIGNATURE, super::AGREEMENT].map(|usage| {
        let label = format!("unlisted supplier {usage}");
        parties.smki.issue(parties.smki.organisation_spec(&label, entity, RemotePartyRole::SUPPLIER, usage))
    });
    let unlisted = case.esme(Fail, WRONG, "an entity that no list has, with certificates of role supplier");
    case.certify(&certificates);
    case.read(unlisted, credentials(&certificates));
    case.sound(parties);
    case.unread();
    case
}

fn wrong_role(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "wrong-role",
        "One entity has certificates in several roles. A key certified for another role than network operator is wrong \
         although the entity is right.",
    );
    let [signature, agreement] = parties.lond;
    let xml = case.esme(Fail, WRONG, "the signature cell holds LOND's key for signing XML, role 0x87");
    case.read(xml, [parties.lond_xml, agreement]);
    case.sound(parties);
    let unknown = case.esme(NotEvaluated, NOT_KNOWN, "LOND's entity with a key that no certificate has");
    case.read(unknown, [unknown_key(signature), agreement]);
    case
}

fn wrong_key_usage(parties: &Parties<'_>) -> Case {
    let mut case =
        Case::new("wrong-key-usage", "The key of the right entity and role, in the cell of the other usage.");
    let [signature, agreement] = parties.lond;
    let agreement_key = case.esme(Fail, WRONG, "the signature cell holds LOND's key agreement key");
    case.read(agreement_key, [agreement, agreement]);
    let swapped = case.esme(Fail, WRONG, "the keys of the two cells are swapped");
    case.read(swapped, [agreement, signature]);
    case.sound(parties);
    case.unread();
    case
}

fn key_of_another_entity(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "key-of-another-entity",
        "The cell names the expected entity, but its key is certified for somebody else.",
    );
    let ([signature, agreement], [other, _]) = (parties.lond, parties.yelg);
    let mixed = case.esme(Fail, WRONG, "the signature cell holds LOND's entity with YELG's key");
    case.read(mixed, [Credential { key: other.key, ..signature }, agreement]);
    case.sound(parties);
    let unknown = case.esme(NotEvaluated, NOT_KNOWN, "LOND's entity with a key that no certificate has");
    case.read(unknown, [unknown_key(signature), agreement]);
    case
}

fn entity_not_the_operators(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "entity-not-the-operators",
        "An entity that no list names is not the expected operator's where the list of its entities is complete.",
    );
    let stranger =
        case.esme(Fail, WRONG, "an entity of no list where LOND, whose list is complete, is expected");
    case.read(stranger, under(STRANGER, parties.lond));
    case.sound(parties);
    let other = case.esme(Pass, WRONG, "an operator that is listed has a rule of its own");
    case.read(other, parties.yelg);
    let shows = "the same entity where HARL, whose list may lack entities, is expected";
    let open = case.esme_of(29, NotEvaluated, NOT_KNOWN, shows);
    case.read(open, under(STRANGER, parties.lond));
    case
}
