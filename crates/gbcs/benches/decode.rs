//! How many responses of CS02a one core decodes in a second: from octets, and from the hex lines of a bulk input.
//!
//! The message has the shape of what a device answers to SRV 6.24.1 for the supplier and the network operator: two
//! roles, five cells, a length in more octets than it needs, 225 octets.

use divan::Bencher;
use divan::counter::ItemsCount;
use dno_audit_gbcs::{Message, Payload};

fn main() {
    divan::main();
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
    [&[tag, length], content].concat()
}

fn cell(usage: &[u8], key: u8) -> Vec<u8> {
    let entity = [0x00, 0x00, 0x5E, 0xEF, 0x10, 0x00, 0x00, 0xD1];
    element(0x30, &[usage, &element(0x04, &entity), &element(0x04, &[0x40 | key; 8])].concat())
}

fn role(role: u8, cells: &[Vec<u8>]) -> Vec<u8> {
    let cells = element(0x30, &cells.concat());
    element(0x30, &[&[0x02, 1, role, 0x0A, 1, 0, 0x02, 1, 0][..], &cells].concat())
}

fn response() -> Vec<u8> {
    const SIGNATURE: &[u8] = &[0x03, 2, 7, 0x80];
    const AGREEMENT: &[u8] = &[0x03, 2, 3, 0x08];
    const TOP_UP: &[u8] = &[0x03, 2, 3, 0x08, 0x02, 1, 1];
    let supplier = role(2, &[cell(SIGNATURE, 1), cell(AGREEMENT, 2), cell(TOP_UP, 3)]);
    let network_operator = role(3, &[cell(SIGNATURE, 4), cell(AGREEMENT, 5)]);
    let roles = [supplier, network_operator].concat();
    let octet = |length: usize| u8::try_from(length).unwrap_or(u8::MAX);
    let general_signing = [
        &[0xDF, 9, 2, 0, 0, 0, 0, 0, 0, 5, 0x16][..],
        &[8, 0x00, 0x00, 0x5E, 0xEF, 0x10, 0x00, 0x00, 0x01],
        &[8, 0x00, 0x00, 0x5E, 0xEF, 0x10, 0x00, 0x00, 0xAC],
        &[0, 2, 0x00, 0x08, 0x81, octet(roles.len() + 4), 0x30, 0x82, 0, octet(roles.len())],
        &roles,
        &[0],
    ]
    .concat();
    let ciphered = [&[0x11, 0, 0, 0, 0][..], &general_signing, &[0xA5; 12]].concat();
    [&[0xDD, 0, 0, 0, 0, 0, 0, 0x81, octet(ciphered.len())][..], &ciphered].concat()
}

/// Makes sure that the figure is of messages that were decoded.
fn check(octets: &[u8]) {
    let cells = match Message::decode(octets).map(|message| message.payload) {
        Ok(Payload::CredentialDetailsResponse(response)) => {
            response.remote_party_details.iter().map(|details| details.cells.len()).sum()
        }
        _ => 0,
    };
    assert_eq!((octets.len(), cells), (225, 5));
}

#[divan::bench]
fn octets(bencher: Bencher<'_, '_>) {
    let octets = response();
    check(&octets);
    bencher.counter(ItemsCount::new(1u32)).bench(|| Message::decode(divan::black_box(&octets)).is_ok());
}

#[divan::bench]
fn hex_lines(bencher: Bencher<'_, '_>) {
    const LINES: u32 = 10_000;
    let octets = response();
    check(&octets);
    let line = faster_hex::hex_string_upper(&octets);
    let lines = vec![line; 10_000].join("\n");
    bencher.counter(ItemsCount::new(LINES)).bench(|| {
        let mut decoded = 0u32;
        let mut buffer = [0; 1024];
        for line in divan::black_box(&lines).lines() {
            let Some(octets) = buffer.get_mut(..line.len() / 2) else { continue };
            if faster_hex::hex_decode(line.as_bytes(), octets).is_ok() && Message::decode(octets).is_ok() {
                decoded += 1;
            }
        }
        assert_eq!(decoded, LINES);
    });
}
