//! Every form of a message is decoded to the last element, and departures that leave the meaning plain are noted.

use dno_audit_gbcs::*;
use types::{CellId, CellUsage, Eui64, KeyId, KeyUsage, RemotePartyRole};

use crate::encoder::*;

const SIGNATURE_CELL: CellId = CellId {
    role: RemotePartyRole::NETWORK_OPERATOR,
    key_usage: KeyUsage::DIGITAL_SIGNATURE,
    cell_usage: CellUsage::MANAGEMENT,
};
const AGREEMENT_CELL: CellId = CellId { key_usage: KeyUsage::KEY_AGREEMENT, ..SIGNATURE_CELL };

fn details(octets: &[u8]) -> Vec<RemotePartyDetails> {
    match Message::decode(octets).unwrap().payload {
        Payload::CredentialDetailsResponse(response) => response.remote_party_details,
        other => panic!("{other:?}"),
    }
}

fn notes(octets: &[u8]) -> Vec<String> {
    Message::decode(octets).unwrap().notes.iter().map(Note::to_string).collect()
}

#[test]
fn every_kind_of_message_is_decoded() {
    let families: Vec<_> =
        all().iter().map(|octets| Message::decode(octets).unwrap().family.to_string()).collect();
    assert_eq!(
        families,
        [
            "CS02a",
            "CS02a",
            "CS02f",
            "CS02b",
            "CS02b",
            "CS02b",
            "CS02g",
            "CS02b-alert",
            "CS02g-alert",
            "CS02c",
            "CS02c",
            "CS02d",
            "CS02d",
            "CS02e",
            "CS02e",
            "carries no cell state",
            "CS02b"
        ]
    );
}

#[test]
fn the_device_is_the_one_that_answers_or_is_asked() {
    for octets in all() {
        assert_eq!(Message::decode(&octets).unwrap().device(), Eui64::new(DEVICE));
    }
}

#[test]
fn an_envelope_is_taken_apart() {
    let octets = signed(2, 0x0103, &update_response().der());
    let message = Message::decode(&octets).unwrap();
    assert_eq!((message.cra, message.originator_counter), (Cra::Response, 0x0516));
    assert_eq!((message.originator, message.recipient), (Eui64::new(DEVICE), Eui64::new(PARTY)));
    assert_eq!(message.message_code, MessageCode(0x0103));
    let time = message.date_time.and_then(DateTime::timestamp).map(|time| time.to_string());
    assert_eq!(time.as_deref(), Some("2026-03-01T02:03:04Z"));
    assert_eq!((message.mac, message.signature), (None, Some(&[0x5A; 64][..])));
    assert_eq!(message.signed_octets(), Some(&octets[1..octets.len() - 65]));

    let octets = maced(2, 0x0062, &[1, 2, 3]);
    let message = Message::decode(&octets).unwrap();
    assert_eq!((message.mac, message.signature), (Some(&[0xA5; 12][..]), None));
    assert_eq!((message.date_time, message.signed_octets()), (None, None));
    assert_eq!(message.payload, Payload::NotCellState(&[1, 2, 3]));
}

#[test]
fn a_message_may_have_a_signature_and_a_mac() {
    let signed = signed(1, 0x0103, &update_command().der());
    let ciphered = [&[0x11, 0, 0, 0, 0][..], &signed, &[0xA5; 12]].concat();
    let octets = [&[0xDD, 0, 0, 0, 0, 0, 0][..], &length(ciphered.len(), 0), &ciphered].concat();
    let message = Message::decode(&octets).unwrap();
    assert_eq!((message.mac, message.signature), (Some(&[0xA5; 12][..]), Some(&[0x5A; 64][..])));
}

#[test]
fn other_information_after_the_code_is_kept() {
    let mut octets = signed(2, 0x0103, &update_response().der());
    let other = 1 + 10 + 9 + 9 + 13;
    assert_eq!(octets[other..other + 3], [2, 0x01, 0x03]);
    octets[other] = 4;
    octets.splice(other + 3..other + 3, [0xAB, 0xCD]);
    assert_eq!(Message::decode(&octets).unwrap().supplementary, [0xAB, 0xCD]);
}

#[test]
fn credential_details_tell_every_cell() {
    let roles = details(&maced(2, 0x0008, &credential_details().der()));
    let [supplier, operator, load_controller] = &roles[..] else { panic!("{roles:?}") };
    assert_eq!(supplier.cells[2].cell_usage, CellUsage::PRE_PAYMENT_TOP_UP);
    assert_eq!((operator.role, operator.status), (RemotePartyRole::NETWORK_OPERATOR, StatusCode::SUCCESS));
    assert_eq!(operator.current_seq_number, Some(0));
    let cell = Cell {
        key_usage: KeyUsage::DIGITAL_SIGNATURE,
        cell_usage: CellUsage::MANAGEMENT,
        subject_unique_id: Eui64::new(OPERATOR),
        subject_key_identifier: KeyId::new([0x44; 8]),
    };
    assert_eq!(operator.cells[0], cell);
    assert_eq!(
        *load_controller,
        RemotePartyDetails {
            role: RemotePartyRole::LOAD_CONTROLLER,
            status: StatusCode::TRUST_ANCHOR_NOT_FOUND,
            current_seq_number: None,
            cells: vec![],
        }
    );
}

#[test]
fn sequence_numbers_have_64_bits() {
    let number = Tree::Leaf(0x02, vec![0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
    let octets = maced(2, 0x0008, &sequence([sequence([integer(3), status(0), number, sequence([])])]).der());
    assert_eq!(details(&octets)[0].current_seq_number, Some(u64::MAX));
    assert_eq!(notes(&octets), [""; 0]);
}

#[test]
fn an_update_command_is_taken_apart() {
    let octets = signed(1, 0x0109, &update_command().der());
    let Payload::UpdateCommand(command) = Message::decode(&octets).unwrap().payload else { panic!() };
    let specialist = |seq_number| SpecialistSeqNumber { usage: 0, seq_number };
    let change = |role, floor_seq_number, specialist_floor_seq_numbers| SeqNumberChange {
        role: RemotePartyRole(role),
        floor_seq_number,
        specialist_floor_seq_numbers,
    };
    assert_eq!(
        *command,
        UpdateCommand {
            control: AuthorisingRemotePartyControl {
                mode: ReplacementMode::ANY_BY_CONTINGENCY,
                plaintext_symmetric_key: Some(&[0xAA; 16]),
                time_based_cpv_checks: TimeBasedCpvChecks::DISAPPLY,
                authorising_cell: Some(SIGNATURE_CELL),
                authorising_seq_number: 11,
                new_floor_seq_number: Some(12),
                new_specialist_floor_seq_numbers: vec![specialist(13)],
                other_seq_number_changes: vec![change(2, 14, vec![specialist(15)]), change(5, 16, vec![])],
            },
            replacements: vec![
                Replacement { certificate: &[0x30, 3, 2, 1, 1], target_cell: SIGNATURE_CELL },
                Replacement { certificate: &[0x30, 3, 2, 1, 2], target_cell: AGREEMENT_CELL },
            ],
            path_certificates: vec![&[0x30, 3, 2, 1, 3]],
            execution_date_time: Some(ExecutionDateTime("2026-03-01T02:03:04Z".parse().unwrap())),
        }
    );
}

#[test]
fn the_last_instant_cancels() {
    let command = sequence([
        sequence([integer(4), Tree::Leaf(0x83, vec![1])]),
        sequence([]),
        sequence([]),
        time("99991231235959Z"),
    ]);
    let octets = signed(1, 0x0104, &command.der());
    let Payload::UpdateCommand(command) = Message::decode(&octets).unwrap().payload else { panic!() };
    assert!(command.execution_date_time.is_some_and(ExecutionDateTime::is_cancellation));
    assert_eq!(command.control.authorising_cell, None);
}

#[test]
fn outcomes_are_per_cell() {
    let octets = signed(2, 0x0103, &update_response().der());
    let Payload::UpdateResponse(response) = Message::decode(&octets).unwrap().payload else { panic!() };
    let outcome = response.outcome.unwrap();
    assert_eq!((outcome.authorising_seq_number, outcome.seq_number_changes.len()), (5, 1));
    assert_eq!(outcome.mode, ReplacementMode::NETWORK_OPERATOR_BY_NETWORK_OPERATOR);
    let [agreement, signature] = outcome.replacement_outcomes[..] else { panic!() };
    assert_eq!(
        agreement,
        ReplacementOutcome {
            affected_cell: AGREEMENT_CELL,
            status: StatusCode::SUCCESS,
            existing_subject_unique_id: Eui64::new(PARTY),
            existing_subject_key_identifier: KeyId::new([0x41; 8]),
            replacing_subject_unique_id: Eui64::new(OPERATOR),
            replacing_subject_key_identifier: KeyId::new([0x42; 8]),
        }
    );
    assert_eq!((signature.affected_cell, signature.status), (SIGNATURE_CELL, StatusCode::BAD_CERTIFICATE));
}

#[test]
fn a_response_may_have_no_outcome() {
    let octets = signed(2, 0x0103, &sequence([Tree::Leaf(0x05, vec![])]).der());
    let message = Message::decode(&octets).unwrap();
    assert_eq!(message.payload, Payload::UpdateResponse(UpdateResponse { outcome: None }));
}

#[test]
fn an_alert_tells_when_and_what() {
    let octets = signed(3, 0x00CB, &update_alert().der());
    let Payload::UpdateAlert(alert) = Message::decode(&octets).unwrap().payload else { panic!() };
    assert_eq!(alert.alert_code, 0x8F66);
    assert_eq!(alert.execution_date_time.to_string(), "2026-03-01T02:03:04Z");
    assert_eq!(alert.outcome.replacement_outcomes.len(), 1);
}

#[test]
fn device_certificates_are_kept_as_they_stand() {
    let certificate = sequence([integer(1)]).der();
    let carried = |octets: &[u8]| match Message::decode(octets).unwrap().payload {
        Payload::DeviceCertificate(carried) => format!("{carried:02X?} {:02X?}", carried.certificates()),
        other => panic!("{other:?}"),
    };
    for (cra, code, payload, expected) in [
        (1, 0x0A, sequence([usage(&SIGNATURE_USAGE)]).der(), "KeyUsage(KeyUsage(8000)) []"),
        (2, 0x0A, certificate.clone(), "CertificationRequest([30, 03, 02, 01, 01]) []"),
        (2, 0x0A, integer(2).der(), "ResponseCode(02) []"),
        (1, 0x0B, certificate.clone(), "Certificate([30, 03, 02, 01, 01]) [[30, 03, 02, 01, 01]]"),
        (2, 0x0B, integer(0).der(), "ResponseCode(00) []"),
        (2, 0x0C, certificate.clone(), "Certificate([30, 03, 02, 01, 01]) [[30, 03, 02, 01, 01]]"),
        (2, 0x0C, integer(3).der(), "ResponseCode(03) []"),
    ] {
        assert_eq!(carried(&signed(cra, code, &payload)), expected);
    }
    let error = Message::decode(&signed(2, 0x0B, &certificate)).map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "octet 46, payload/response_code: tag 30 found, 02 (INTEGER) expected");
}

#[test]
fn clear_departures_are_noted() {
    let [entity, key] = [octets(&OPERATOR), octets(&[0x41; 8])];
    let default = sequence([usage(&SIGNATURE_USAGE), integer(0), entity.clone(), key.clone()]);
    let message = maced(2, 0x0008, &sequence([role(3, [default])]).der());
    assert_eq!(details(&message)[0].cells[0].cell_usage, CellUsage::MANAGEMENT);
    assert_eq!(
        notes(&message),
        ["octet 68, payload/remote_party_details[0]/cells[0]/cell_usage: the default value is encoded"]
    );

    let message = maced(2, 0x0008, &sequence([role(3, [cell([0, 0x80], 1), cell([0, 0x08], 2)])]).der());
    let usages: Vec<_> = details(&message)[0].cells.iter().map(|cell| cell.key_usage).collect();
    assert_eq!(usages, [KeyUsage::DIGITAL_SIGNATURE, KeyUsage::KEY_AGREEMENT]);
    let what = "trailing zero bits of a named-bit BIT STRING are kept";
    assert_eq!(
        notes(&message),
        [
            format!("octet 64, payload/remote_party_details[0]/cells[0]/key_usage: {what}"),
            format!("octet 90, payload/remote_party_details[0]/cells[1]/key_usage: {what}"),
        ]
    );

    let long_role = Tree::Leaf(0x02, vec![0, 0, 0, 0, 0, 3]);
    let message = maced(2, 0x0008, &sequence([sequence([long_role, status(25)])]).der());
    assert_eq!(details(&message)[0].role, RemotePartyRole::NETWORK_OPERATOR);
    assert_eq!(
        notes(&message),
        ["octet 51, payload/remote_party_details[0]/role: a number with leading zero octets"]
    );

    let failure = sequence([integer(3), status(30), integer(1), sequence([cell(SIGNATURE_USAGE, 1)])]);
    let message = maced(2, 0x0008, &sequence([failure]).der());
    assert_eq!(details(&message)[0].cells.len(), 1);
    assert_eq!(
        notes(&message),
        ["octet 49, payload/remote_party_details[0]: cells reported with a status other than success"]
    );

    let message = maced(2, 0x0008, &sequence([role(3, [cell([7, 0xFF], 1)])]).der());
    assert_eq!(details(&message)[0].cells[0].key_usage, KeyUsage::DIGITAL_SIGNATURE);
    assert_eq!(
        notes(&message),
        ["octet 64, payload/remote_party_details[0]/cells[0]/key_usage: unused bits are set"]
    );
}

#[test]
fn longer_lengths_than_needed_are_noted() {
    let roles = sequence([sequence([integer(3), status(25)])]).der();
    let payload = [&[0x30, 0x82, 0, 8][..], &roles[2..]].concat();
    let octets = maced(2, 0x0008, &payload);
    let message = Message::decode(&octets).unwrap();
    let shown: Vec<_> = message.non_minimal_lengths.iter().map(NonMinimalLength::to_string).collect();
    assert_eq!(shown, ["octet 48, payload/remote_party_details: length 8 written in 3 octets"]);

    let mut octets = unsigned(2, 0x0062, &[], &[]);
    assert_eq!(octets.pop(), Some(0));
    octets.extend([0x81, 0, 0x82, 0, 0]);
    let message = Message::decode(&octets).unwrap();
    let shown: Vec<_> = message.non_minimal_lengths.iter().map(NonMinimalLength::to_string).collect();
    assert_eq!(
        shown,
        [
            "octet 33, payload: length 0 written in 2 octets",
            "octet 35, signature: length 0 written in 3 octets"
        ]
    );
}

#[test]
fn a_signature_is_of_its_message_and_key() {
    use p256::ecdsa::signature::Signer;
    let key = p256::ecdsa::SigningKey::from_slice(&[0x11; 32]).unwrap();
    let other_key = p256::ecdsa::SigningKey::from_slice(&[0x12; 32]).unwrap();
    let point = |key: &p256::ecdsa::SigningKey| key.verifying_key().to_sec1_point(false).as_bytes().to_vec();

    let unsigned = unsigned(2, 0x0103, &[], &update_response().der());
    let signature: p256::ecdsa::Signature = key.sign(&unsigned[1..]);
    let octets = [&unsigned[..], &[64], &signature.to_bytes()].concat();
    let message = Message::decode(&octets).unwrap();
    assert_eq!(message.verify_signature(&point(&key)), Ok(()));
    assert_eq!(message.verify_signature(&point(&other_key)), Err(SignatureError::Mismatch));
    assert_eq!(message.verify_signature(&point(&key)[1..]), Err(SignatureError::PublicKey));
    let compressed = key.verifying_key().to_sec1_point(true).as_bytes().to_vec();
    assert_eq!(message.verify_signature(&compressed), Err(SignatureError::PublicKey));

    let zero = [&unsigned[..], &[64], &[0; 64]].concat();
    let message = Message::decode(&zero).unwrap();
    assert_eq!(message.verify_signature(&point(&key)), Err(SignatureError::OutOfRange));

    let absent = maced(2, 0x0103, &update_response().der());
    let message = Message::decode(&absent).unwrap();
    assert_eq!(message.verify_signature(&point(&key)), Err(SignatureError::Absent));
}
