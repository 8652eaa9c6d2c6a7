//! Encoded messages against the published ones, octet for octet, where those are at hand.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests; a skipped test says so")]
#![allow(clippy::indexing_slicing, reason = "helpers of tests")]

use std::path::{Path, PathBuf};

use dno_audit_testkit::key::KeyPair;
use dno_audit_testkit::message::details::{self, Cell, RoleDetails};
use dno_audit_testkit::message::update::{self, Command, Execution, Outcome};
use dno_audit_testkit::message::{Envelope, Flag, Style, cell, status};
use types::{CellId, Credential, Eui64, KeyUsage, RemotePartyRole, Timestamp};

const ESME: &str = "00DB1234567890A0";
const GPF: &str = "00DB1234567890A3";
const ACB: &str = "90B3D51F30000002";
const SUPPLIER: &str = "90B3D51F30010000";
const CONTROLLER: &str = "90B3D51F30010008";
const OPERATOR: &str = "90B3D51F30020000";
const SIGNATURE: KeyUsage = KeyUsage::DIGITAL_SIGNATURE;
const AGREEMENT: KeyUsage = KeyUsage::KEY_AGREEMENT;
const MAC: usize = 12;

fn reference() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: no reference messages beside the repository");
    None
}

fn published(folder: &Path, name: &str) -> Vec<u8> {
    let text = std::fs::read_to_string(folder.join("messages").join(format!("{name}_GBCS.HEX"))).unwrap();
    data_encoding::HEXUPPER.decode(text.trim().as_bytes()).unwrap()
}

fn certificate(folder: &Path, name: &str) -> Vec<u8> {
    let pem = std::fs::read_to_string(folder.join("certificates").join(name)).unwrap();
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    data_encoding::BASE64.decode(base64.trim().as_bytes()).unwrap()
}

fn eui(text: &str) -> Eui64 {
    text.parse().unwrap()
}

fn credential(entity: &str, key: &str) -> Credential {
    Credential { entity: eui(entity), key: key.parse().unwrap() }
}

fn held(role: u32, sequence: u64, cells: Vec<Cell>) -> RoleDetails {
    RoleDetails::Held { role: RemotePartyRole(role), sequence, cells }
}

fn response(code: u16, counter: u64) -> Envelope {
    Envelope::new(Flag::Response, code, counter, eui(ESME), eui(ACB))
}

/// All octets agree but those of the MAC or signature at the end, and the lengths agree.
fn assert_same_up_to(ours: &[u8], theirs: &[u8], unknown: usize) {
    assert_eq!(ours.len(), theirs.len());
    let known = theirs.len() - unknown;
    assert_eq!(
        data_encoding::HEXUPPER.encode(&ours[..known]),
        data_encoding::HEXUPPER.encode(&theirs[..known])
    );
}

fn supplier_cells() -> RoleDetails {
    held(
        2,
        0,
        vec![
            Cell::management(SIGNATURE, credential(SUPPLIER, "44899792D196F4B8")),
            Cell::management(AGREEMENT, credential(SUPPLIER, "405B8C62687D8F70")),
            Cell::top_up(credential(SUPPLIER, "41FB49221588C570")),
        ],
    )
}

#[test]
fn credential_details_responses_agree_with_the_published_ones() {
    let Some(folder) = reference() else { return };
    let operator = RoleDetails::network_operator(
        credential(OPERATOR, "48CF97FA9F827FB5"),
        credential(OPERATOR, "4BC9D38D1CB49F2A"),
    );
    let payload = details::response(&[supplier_cells(), operator], Style::deployed());
    let ours = response(details::CS02A, 0x516).maced(&payload);
    assert_same_up_to(&ours, &published(&folder, "CS02aMAC_6.24.1_SUCCESS_RESPONSE"), MAC);

    let broker = Cell::management(AGREEMENT, credential(ACB, "4A9CE02C39AB910B"));
    let absent = RoleDetails::Failed {
        role: RemotePartyRole::NETWORK_OPERATOR,
        status: status::TRUST_ANCHOR_NOT_FOUND,
    };
    let payload = details::response(&[held(4, 0, vec![broker]), absent], Style::deployed());
    let mut envelope = response(details::CS02A, 0x516);
    envelope.originator = eui("00DB1234567890A1");
    assert_same_up_to(&envelope.maced(&payload), &published(&folder, "CS02aMAC_6.24.1_ERROR_RESPONSE"), MAC);

    let controller = held(
        8,
        1,
        vec![
            Cell::management(SIGNATURE, credential(CONTROLLER, "4694FE8205DC1ACD")),
            Cell::management(AGREEMENT, credential(CONTROLLER, "4C42629AFA881F7A")),
        ],
    );
    let payload = details::response(&[supplier_cells(), controller], Style::deployed());
    let ours = response(details::CS02F, 0x516).maced(&payload);
    assert_same_up_to(&ours, &published(&folder, "CS02fMAC_6.24.1_SUCCESS_RESPONSE"), MAC);

    let other = RoleDetails::Failed { role: RemotePartyRole::TRANSITIONAL_COS, status: status::OTHER };
    let payload = details::response(&[other], Style::deployed());
    let ours = response(details::CS02F, 0x517).maced(&payload);
    assert_same_up_to(&ours, &published(&folder, "CS02fMAC_6.24.1_ERROR_RESPONSE"), MAC);
}

#[test]
fn credential_details_commands_agree_with_the_published_ones() {
    let Some(folder) = reference() else { return };
    let authorising = cell(RemotePartyRole::ACCESS_CONTROL_BROKER, AGREEMENT);
    for (name, code, counter, roles, device) in [
        ("CS02aMAC_6.24.1_SUCCESS", details::CS02A, 0x516, &[2, 3][..], ESME),
        ("CS02aMAC_6.24.1_ERROR", details::CS02A, 0x516, &[4, 3], "00DB1234567890A1"),
        ("CS02fMAC_6.24.1_SUCCESS", details::CS02F, 0x516, &[2, 8], ESME),
        ("CS02fMAC_6.24.1_ERROR", details::CS02F, 0x517, &[5], ESME),
    ] {
        let roles: Vec<RemotePartyRole> = roles.iter().copied().map(RemotePartyRole).collect();
        let payload = details::command(authorising, &roles, Style::deployed());
        let envelope = Envelope::new(Flag::Command, code, counter, eui(ACB), eui(device));
        assert_same_up_to(&envelope.maced(&payload), &published(&folder, &format!("{name}_COMMAND")), MAC);
    }
}

fn operator_cells() -> [CellId; 2] {
    [SIGNATURE, AGREEMENT].map(|usage| cell(RemotePartyRole::NETWORK_OPERATOR, usage))
}

fn update_response(existing: [Credential; 2], replacing: [Credential; 2], sequence: u64) -> Vec<u8> {
    let [signature, agreement] = operator_cells();
    let execution = Execution {
        sequence,
        mode: update::BY_NETWORK_OPERATOR,
        floors: vec![(RemotePartyRole::NETWORK_OPERATOR, 0)],
        outcomes: vec![
            Outcome::replaced(signature, existing[0], replacing[0]),
            Outcome::replaced(agreement, existing[1], replacing[1]),
        ],
    };
    update::response(Some(&execution), Style::deployed())
}

#[test]
fn update_responses_agree_with_the_published_ones() {
    let Some(folder) = reference() else { return };
    let first = [credential(OPERATOR, "48CF97FA9F827FB5"), credential(OPERATOR, "4BC9D38D1CB49F2A")];
    let second = [credential(OPERATOR, "4238D306B6F725A2"), credential(OPERATOR, "483E0AD640C236C5")];
    let broker = [credential(ACB, "42693535D3DDE101"), credential(ACB, "4A9CE02C39AB910B")];
    let key = KeyPair::from_label("any device");
    let epoch = Timestamp::from_calendar(2015, 1, 1, 0, 0, 0).unwrap();
    for (name, device, recipient, counter, existing, replacing) in [
        ("CS02bNOByNO_6.15.1_SUCCESS_RESPONSE", ESME, OPERATOR, 0x4B0, first, second),
        ("CS02bNOByNOHandover_6.21_SUCCESS_RESPONSE", GPF, ACB, 0x515, broker, first),
    ] {
        let code = update::code(update::BY_NETWORK_OPERATOR);
        let envelope = Envelope::new(Flag::Response, code, counter, eui(device), eui(recipient)).at(epoch);
        let ours = envelope.signed(&update_response(existing, replacing, counter), &key);
        assert_same_up_to(&ours, &published(&folder, name), 64);
    }
}

#[test]
fn update_commands_agree_with_the_published_ones() {
    let Some(folder) = reference() else { return };
    let key = KeyPair::from_label("any party");
    let issuing = certificate(&folder, "Z1-issuing-oca.pem");
    for (name, originator, device, counter, prefix) in [
        ("CS02bNOByNO_6.15.1_SUCCESS", OPERATOR, ESME, 0x4B0, "Z1b"),
        ("CS02bNOByNOHandover_6.21_SUCCESS", ACB, GPF, 0x515, "Z1"),
    ] {
        let [signature, agreement] = operator_cells();
        let command = Command {
            mode: update::BY_NETWORK_OPERATOR,
            authorising: Some(signature),
            sequence: counter,
            floor: Some(0),
            replacements: vec![
                (certificate(&folder, &format!("{prefix}-networkOperator-ds.pem")), signature),
                (certificate(&folder, &format!("{prefix}-networkOperator-ka.pem")), agreement),
            ],
            path: vec![issuing.clone()],
            execution: None,
        };
        let code = update::code(command.mode);
        let envelope = Envelope::new(Flag::Command, code, counter, eui(originator), eui(device));
        let payload = command.payload(Style::deployed());
        let theirs = published(&folder, &format!("{name}_COMMAND"));
        assert_same_up_to(&envelope.signed_and_maced(&payload, &key), &theirs, 64 + MAC);
        if name.contains("6.15.1") {
            let theirs = published(&folder, &format!("{name}_PRECOMMAND"));
            assert_eq!(envelope.unsigned(&payload), theirs);
        }
    }
}

#[test]
fn message_codes_follow_the_mode() {
    assert_eq!([3, 8, 9, 10, 11].map(update::code), [0x0103, 0x0108, 0x0109, 0x0125, 0x0126]);
}

#[test]
fn styles_change_the_encoding_as_their_names_say() {
    let one = RoleDetails::network_operator(
        credential(OPERATOR, "48CF97FA9F827FB5"),
        credential(OPERATOR, "4BC9D38D1CB49F2A"),
    );
    let roles = [one.clone(), one];
    let minimal = details::response(&roles, Style::default());
    let deployed = details::response(&roles, Style::deployed());
    assert_eq!((&minimal[..3], &deployed[..4]), (&[0x30, 0x81, 0x82][..], &[0x30, 0x82, 0x00, 0x82][..]));
    let explicit = Style {
        default_cell_usage: dno_audit_testkit::message::DefaultCellUsage::Explicit,
        ..Style::default()
    };
    assert_eq!(details::response(&roles, explicit).len(), minimal.len() + 4 * 3);
}

#[test]
fn the_signature_covers_what_lies_between_the_tag_and_its_own_length() {
    let key = KeyPair::from_label("any device");
    let envelope = Envelope::new(Flag::Alert, update::ALERT, 7, eui(ESME), eui(OPERATOR));
    let message = envelope.signed(&[5, 0], &key);
    let (body, signature) = message.split_at(message.len() - 64);
    assert_eq!(body.last(), Some(&64));
    assert_eq!(signature, key.sign(&body[1..body.len() - 1]));
}
