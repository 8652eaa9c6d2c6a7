//! Messages broken in ways that were seen in other projects, with the outcome that is right for each.

use dno_audit_gbcs::{DecodeErrorKind, Message, Payload};
use types::KeyUsage;

use crate::shared::{files, hex};

/// Roles, cells, notes and non-minimal lengths of each file of a case.
fn summaries(case: &str) -> Vec<(String, Result<[usize; 4], DecodeErrorKind>)> {
    files(&format!("cases/{case}"), "hex")
        .into_iter()
        .map(|(name, text)| {
            let octets = hex(&text);
            let summary = Message::decode(&octets).map_err(|error| error.kind()).map(|message| {
                let Payload::CredentialDetailsResponse(response) = &message.payload else { panic!("{name}") };
                let roles = &response.remote_party_details;
                let cells = roles.iter().map(|details| details.cells.len()).sum();
                [roles.len(), cells, message.notes.len(), message.non_minimal_lengths.len()]
            });
            (name, summary)
        })
        .collect()
}

fn check(case: &str, expected: &[(&str, Result<[usize; 4], DecodeErrorKind>)]) {
    let found = summaries(case);
    if found.is_empty() {
        return;
    }
    let expected: Vec<_> = expected.iter().map(|(name, summary)| ((*name).to_owned(), *summary)).collect();
    assert_eq!(found, expected);
}

#[test]
fn key_usages_that_keep_zero_bits_are_read_with_a_note() {
    check(
        "09-key-usage-bit-string-forms",
        &[("cs02a-ku-0080.hex", Ok([1, 2, 2, 0])), ("cs02a-ku-both.hex", Ok([1, 1, 0, 0]))],
    );
}

#[test]
fn two_usages_in_one_cell_are_left_to_the_caller() {
    for (name, text) in files("cases/09-key-usage-bit-string-forms", "hex") {
        let octets = hex(&text);
        let Payload::CredentialDetailsResponse(response) = Message::decode(&octets).unwrap().payload else {
            panic!("{name}")
        };
        let usage = response.remote_party_details[0].cells[0].key_usage;
        let both = KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_AGREEMENT);
        assert_eq!(usage == both, name == "cs02a-ku-both.hex", "{name}");
    }
}

#[test]
fn key_identifiers_are_eight_octets_of_any_kind() {
    let sound = Ok([1, 1, 0, 0]);
    check(
        "13-subject-key-identifier-8-octets",
        &[("cell-other.hex", sound), ("cell-suffix-of-20.hex", sound), ("match.hex", sound)],
    );
}

#[test]
fn lengths_may_be_long_but_not_indefinite() {
    check(
        "20-non-minimal-der-lengths",
        &[
            ("cs02a-82-00-9f.hex", Ok([2, 5, 0, 1])),
            ("cs02a-indefinite.hex", Err(DecodeErrorKind::IndefiniteLength)),
        ],
    );
}
