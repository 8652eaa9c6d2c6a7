//! The reference messages: every one decodes, says what it is known to say, and verifies.

use dno_audit_gbcs::{Cra, Message, Payload, ReplacementMode, StatusCode};
use types::RemotePartyRole;

use crate::shared::{files, hex};

fn messages() -> Vec<(String, Vec<u8>)> {
    files("reference/messages", "HEX").into_iter().map(|(name, text)| (name, hex(&text))).collect()
}

/// The message of a file; none if there are no reference messages at all.
fn named(file: &str) -> Option<Vec<u8>> {
    let messages = messages();
    if messages.is_empty() {
        return None;
    }
    let (_, octets) = messages.into_iter().find(|(name, _)| name == file).expect(file);
    Some(octets)
}

/// The public key of a device, found by the header of the BIT STRING that holds an uncompressed point.
fn device_key(device: &str) -> Vec<u8> {
    let (_, pem) = files("reference/certificates/devices", "pem")
        .into_iter()
        .find(|(name, _)| *name == format!("{device}-ds.pem"))
        .unwrap();
    let base64: String =
        String::from_utf8(pem).unwrap().lines().filter(|line| !line.starts_with("-----")).collect();
    let der = data_encoding::BASE64.decode(base64.as_bytes()).unwrap();
    let header = [0x03, 0x42, 0x00, 0x04];
    let start = der.windows(4).position(|window| window == header).unwrap() + 3;
    der[start..start + 65].to_vec()
}

#[test]
fn every_message_decodes() {
    for (name, octets) in messages() {
        let message = Message::decode(&octets).unwrap_or_else(|error| panic!("{name}: {error}"));
        let family = name.get(..5).unwrap();
        assert_eq!(message.family.name(), Some(family), "{name}");
        assert_eq!(message.notes, [], "{name}");
        assert_eq!(message.mac.is_some(), octets[0] == 0xDD, "{name}");
        assert_eq!(
            message.date_time.is_some(),
            name.contains("CS02b") && name.contains("RESPONSE"),
            "{name}"
        );
        for end in 0..octets.len() {
            if let Err(error) = Message::decode(&octets[..end]) {
                assert!(error.is_truncated(), "{name} to {end}: {error}");
            }
        }
    }
}

#[test]
fn the_operator_cells_of_an_esme_are_seen() {
    let Some(octets) = named("CS02aMAC_6.24.1_SUCCESS_RESPONSE_GBCS.HEX") else { return };
    let message = Message::decode(&octets).unwrap();
    assert_eq!(message.device().compact(), "00DB1234567890A0");
    let lengths: Vec<_> = message.non_minimal_lengths.iter().map(|length| length.to_string()).collect();
    assert_eq!(lengths, ["octet 50, payload/remote_party_details: length 159 written in 3 octets"]);
    let Payload::CredentialDetailsResponse(response) = message.payload else { panic!() };
    let operator = response
        .remote_party_details
        .iter()
        .find(|details| details.role == RemotePartyRole::NETWORK_OPERATOR)
        .unwrap();
    let cells: Vec<_> = operator
        .cells
        .iter()
        .map(|cell| {
            format!("{} {} {}", cell.key_usage, cell.subject_unique_id.compact(), cell.subject_key_identifier)
        })
        .collect();
    assert_eq!(
        cells,
        [
            "digitalSignature 90B3D51F30020000 48CF97FA9F827FB5",
            "keyAgreement 90B3D51F30020000 4BC9D38D1CB49F2A"
        ]
    );
    assert_eq!(response.remote_party_details[0].cells.len(), 3);
}

#[test]
fn before_the_handover_the_cells_hold_the_placeholder() {
    let Some(octets) = named("CS02bNOByNOHandover_6.21_SUCCESS_RESPONSE_GBCS.HEX") else { return };
    let message = Message::decode(&octets).unwrap();
    let Payload::UpdateResponse(response) = message.payload else { panic!() };
    let outcome = response.outcome.unwrap();
    assert_eq!(outcome.mode, ReplacementMode::NETWORK_OPERATOR_BY_NETWORK_OPERATOR);
    let [signature, agreement] = outcome.replacement_outcomes[..] else { panic!() };
    for (outcome, key) in [(signature, "42693535D3DDE101"), (agreement, "4A9CE02C39AB910B")] {
        assert_eq!(outcome.status, StatusCode::SUCCESS);
        assert_eq!(outcome.existing_subject_unique_id.compact(), "90B3D51F30000002");
        assert_eq!(outcome.existing_subject_key_identifier.to_string(), key);
        assert_eq!(outcome.replacing_subject_unique_id.compact(), "90B3D51F30020000");
    }
}

#[test]
fn update_responses_are_signed_by_their_device() {
    let mut verified = 0;
    let messages = messages();
    for (name, octets) in &messages {
        let message = Message::decode(octets).unwrap();
        if message.cra != Cra::Response || message.signature.is_none() {
            continue;
        }
        let device = message.device().compact().to_ascii_lowercase();
        assert_eq!(message.verify_signature(&device_key(&device)), Ok(()), "{name}");
        verified += 1;
    }
    assert_eq!(verified, if messages.is_empty() { 0 } else { 2 });
}
