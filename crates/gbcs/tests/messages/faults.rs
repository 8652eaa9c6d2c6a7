//! Every fault is refused, and the error names its octet and its element.

use dno_audit_gbcs::{DecodeError, MAX_MESSAGE, Message};

use crate::encoder::*;

#[track_caller]
fn refused(octets: &[u8], expected: &str) -> DecodeError {
    let error = Message::decode(octets).expect_err(expected);
    assert_eq!(error.to_string(), expected);
    error
}

/// A CS02a response with one role and one cell, with `octets` written over its octets from `offset` on.
fn patched(offset: usize, octets: &[u8]) -> Vec<u8> {
    let mut message = maced(2, 0x0008, &sequence([role(3, [cell(SIGNATURE_USAGE, 1)])]).der());
    message[offset..offset + octets.len()].copy_from_slice(octets);
    message
}

/// A CS02a response with this payload.
#[track_caller]
fn refused_details(payload: &Tree, expected: &str) {
    refused(&maced(2, 0x0008, &payload.der()), expected);
}

#[track_caller]
fn refused_role(details: impl IntoIterator<Item = Tree>, expected: &str) {
    refused_details(&sequence([sequence(details)]), expected);
}

#[track_caller]
fn refused_cell(contents: impl IntoIterator<Item = Tree>, expected: &str) {
    refused_details(&sequence([role(3, [sequence(contents)])]), expected);
}

#[test]
fn the_sound_message_is_decoded() {
    assert!(Message::decode(&patched(0, &[])).is_ok());
}

#[test]
fn an_envelope_has_its_mandated_octets() {
    for (offset, octet, expected) in [
        (0, 0x30, "octet 0, message: 30 found, DD (general-ciphering) or DF (general-signing) expected"),
        (
            1,
            0x08,
            "octet 1, general_ciphering: general block transfer is not supported (08 found after DD, 00 expected)",
        ),
        (2, 0x01, "octet 2, general_ciphering: octet 01 found, 00 expected"),
        (6, 0x01, "octet 6, general_ciphering: octet 01 found, 00 expected"),
        (8, 0x31, "octet 8, security_header: octet 31 found, 11 expected"),
        (12, 0x01, "octet 12, security_header: octet 01 found, 00 expected"),
        (13, 0xDD, "octet 13, general_signing: octet DD found, DF expected"),
        (14, 0x08, "octet 14, general_signing: octet 08 found, 09 expected"),
        (15, 0x04, "octet 15, cra: 04 found, 01 (command), 02 (response) or 03 (alert) expected"),
        (15, 0x03, "octet 44, message_code: message code 0008 has no alert"),
        (24, 0x00, "octet 24, originator: octet 00 found, 08 expected"),
        (33, 0x09, "octet 33, recipient: octet 09 found, 08 expected"),
        (42, 0x01, "octet 42, date_time: length 1 found, 0 or 12 expected"),
        (43, 0x01, "octet 43, other_information: length 1 found, 2 or more expected"),
    ] {
        refused(&patched(offset, &[octet]), expected);
    }
}

#[test]
fn alerts_have_no_response() {
    refused(
        &signed(2, 0x00CB, &update_alert().der()),
        "octet 43, message_code: message code 00CB has no response",
    );
}

#[test]
fn lengths_of_the_envelope_agree() {
    let message = patched(0, &[]);
    let (length, payload_length) = (message[7], message[46]);
    let short = refused(
        &patched(7, &[length - 1]),
        &format!(
            "octet {}, mac: 12 octets needed, but the enclosing element has only 11 left",
            message.len() - 12
        ),
    );
    assert!(!short.is_truncated());
    let long = refused(
        &patched(7, &[length + 1]),
        &format!(
            "octet {}, general_ciphering: the message ends here, at least 1 more octets are needed",
            message.len()
        ),
    );
    assert!(long.is_truncated());
    let overrun = refused(
        &patched(46, &[0x7F]),
        &format!(
            "octet 46, payload: 127 octets needed, but the enclosing element has only {} left",
            message.len() - PAYLOAD
        ),
    );
    assert!(!overrun.is_truncated());
    // The last octet of the payload, 41, is then taken for the length of the signature.
    refused(
        &patched(46, &[payload_length - 1]),
        "octet 87, signature: 65 octets needed, but the enclosing element has only 13 left",
    );
}

#[test]
fn nothing_follows_a_message() {
    let mut message = signed(2, 0x0103, &update_response().der());
    let end = message.len();
    message.extend([0, 0]);
    refused(&message, &format!("octet {end}, message: 2 trailing octets"));

    let mut mac = maced(2, 0x0062, &[]);
    mac[7] += 1;
    mac.push(0);
    refused(&mac, "octet 60, general_ciphering: 1 trailing octets");
}

#[test]
fn a_signature_has_64_octets_or_none() {
    let message = [&unsigned(2, 0x0062, &[], &[])[..], &[63], &[0; 63]].concat();
    refused(&message, "octet 34, signature: length 63 found, 0 or 64 expected");
}

#[test]
fn a_message_has_a_bound() {
    let message = vec![0xDF; MAX_MESSAGE + 1];
    refused(&message, "octet 65536, message: 65537 octets, but no message has more than 65536");
}

#[test]
fn lengths_are_definite_and_short() {
    for (octets, expected) in [
        (&[0x80][..], "octet 48, payload/remote_party_details: indefinite length (80)"),
        (&[0xFF], "octet 48, payload/remote_party_details: a length of 127 octets"),
        (&[0x89], "octet 48, payload/remote_party_details: a length of 9 octets"),
        (
            &[0x83, 1, 0, 1],
            "octet 48, payload/remote_party_details: length 65537, but no message has more than 65536 octets",
        ),
        (
            &[0x88, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            "octet 48, payload/remote_party_details: length 18446744073709551615, but no message has more than 65536 \
             octets",
        ),
    ] {
        refused(&patched(48, octets), expected);
    }
    let cut = maced(2, 0x0008, &[0x30, 0x82, 0]);
    let error = refused(
        &cut,
        "octet 48, payload/remote_party_details: 2 octets needed, but the enclosing element has only 1 left",
    );
    assert!(!error.is_truncated());
}

#[test]
fn a_length_that_no_message_has_is_not_waited_for() {
    let message = [0xDD, 0, 0, 0, 0, 0, 0, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0x11];
    let error = refused(
        &message,
        "octet 7, general_ciphering: length 4294967295, but no message has more than 65536 octets",
    );
    assert!(!error.is_truncated());
}

#[test]
fn an_element_stands_in_its_place() {
    refused(
        &maced(2, 0x0008, &[]),
        "octet 47, payload/remote_party_details: nothing found, 30 (SEQUENCE) expected",
    );
    refused_role([], "octet 51, payload/remote_party_details[0]/role: nothing found, 02 (INTEGER) expected");
    refused_role(
        [integer(3), integer(0)],
        "octet 54, payload/remote_party_details[0]/status: tag 02 found, 0A (ENUMERATED) expected",
    );
    refused_cell(
        [octets(&SIGNATURE_USAGE)],
        "octet 64, payload/remote_party_details[0]/cells[0]/key_usage: tag 04 found, 03 (BIT STRING) expected",
    );
    refused(
        &maced(2, 0x0103, &sequence([Tree::Leaf(0x05, vec![0])]).der()),
        "octet 49, payload/command_accepted: a NULL with 1 octets of content",
    );
    refused(
        &maced(1, 0x0103, &sequence([sequence([integer(3), integer(1)])]).der()),
        "octet 54, payload/control/authorising_seq_number: tag 02 found, 83 ([3]) expected",
    );
}

#[test]
fn nothing_follows_the_last_element() {
    refused(&maced(2, 0x0008, &[0x30, 0, 0, 0]), "octet 49, payload: 2 trailing octets");
    let [usage, entity, key] = [usage(&SIGNATURE_USAGE), octets(&OPERATOR), octets(&[0x41; 8])];
    refused_cell(
        [usage, entity, key.clone(), key],
        "octet 88, payload/remote_party_details[0]/cells[0]: 10 trailing octets",
    );
    refused_role(
        [integer(3), status(0), integer(0), sequence([]), integer(1)],
        "octet 62, payload/remote_party_details[0]: 3 trailing octets",
    );
}

#[test]
fn a_success_has_a_sequence_number_and_cells() {
    refused_role(
        [integer(3), status(0)],
        "octet 57, payload/remote_party_details[0]/current_seq_number: nothing found, 02 (INTEGER) expected",
    );
    refused_role(
        [integer(3), status(0), integer(7)],
        "octet 60, payload/remote_party_details[0]/cells: nothing found, 30 (SEQUENCE) expected",
    );
}

#[test]
fn numbers_are_not_negative_and_not_wide() {
    for (content, expected) in [
        (&[][..], "octet 51, payload/remote_party_details[0]/role: a number without octets"),
        (&[0x80], "octet 51, payload/remote_party_details[0]/role: a negative number"),
        (
            &[1, 0, 0, 0, 0],
            "octet 51, payload/remote_party_details[0]/role: a number of 5 octets, at most 4 expected",
        ),
    ] {
        refused_role([Tree::Leaf(0x02, content.to_vec()), status(25)], expected);
    }
    refused_role(
        [integer(3), status(0), Tree::Leaf(0x02, vec![1, 0, 0, 0, 0, 0, 0, 0, 0]), sequence([])],
        "octet 57, payload/remote_party_details[0]/current_seq_number: a number of 9 octets, at most 8 expected",
    );
}

#[test]
fn identifiers_have_eight_octets() {
    refused_cell(
        [usage(&SIGNATURE_USAGE), octets(&[0; 7]), octets(&[0x41; 8])],
        "octet 68, payload/remote_party_details[0]/cells[0]/subject_unique_id: length 7 found, 8 expected",
    );
    refused_cell(
        [usage(&SIGNATURE_USAGE), octets(&OPERATOR), octets(&[])],
        "octet 78, payload/remote_party_details[0]/cells[0]/subject_key_identifier: length 0 found, 8 expected",
    );
}

#[test]
fn a_key_usage_says_which_bits_count() {
    let place = "octet 64, payload/remote_party_details[0]/cells[0]/key_usage";
    for (content, what) in [
        (&[][..], "a BIT STRING without content"),
        (&[8, 0x80], "8 unused bits, at most 7 expected"),
        (&[1], "1 unused bits of a BIT STRING without bits"),
        (&[0, 0x80, 0, 1], "a KeyUsage with a bit set beyond the first 16"),
    ] {
        refused_cell([usage(content)], &format!("{place}: {what}"));
    }
}

#[test]
fn no_role_and_no_cell_occurs_twice() {
    refused_details(
        &sequence([sequence([integer(3), status(25)]), sequence([integer(3), status(30)])]),
        "octet 57, payload/remote_party_details[1]: networkOperator occurs twice",
    );
    refused_details(
        &sequence([role(3, [cell(SIGNATURE_USAGE, 1), cell([0, 0x80], 2)])]),
        "octet 88, payload/remote_party_details[0]/cells[1]: cell networkOperator/digitalSignature/management occurs \
         twice",
    );
    let outcomes = [replacement_outcome(SIGNATURE_USAGE, 0), replacement_outcome(SIGNATURE_USAGE, 0)];
    refused(
        &signed(2, 0x0103, &sequence([Tree::Leaf(0x05, vec![]), outcome([], outcomes)]).der()),
        "octet 116, payload/outcome/replacement_outcomes[1]: cell networkOperator/digitalSignature/management occurs \
         twice",
    );
}

#[test]
fn a_list_has_a_bound() {
    let roles = sequence((0..=255).map(|_| integer(3)));
    let command = sequence([cell_id(4, AGREEMENT_USAGE), roles]);
    refused(&maced(1, 0x0008, &command.der()), "octet 833, payload/roles: more than 255 entries");
}

#[test]
fn no_cell_gets_two_certificates() {
    let replacement = || sequence([Tree::Verbatim(vec![0x30, 0]), cell_id(3, SIGNATURE_USAGE)]);
    let command = sequence([
        sequence([integer(3), Tree::Leaf(0x83, vec![1])]),
        sequence([replacement(), replacement()]),
    ]);
    refused(
        &maced(1, 0x0103, &command.der()),
        "octet 72, payload/replacements[1]: cell networkOperator/digitalSignature/management occurs twice",
    );
}

#[test]
fn a_time_has_one_form() {
    let alert = sequence([integer(1), time("202603010203Z")]);
    refused(
        &signed(3, 0x00CB, &alert.der()),
        "octet 51, payload/execution_date_time: not a GeneralizedTime of the form YYYYMMDDHHMMSSZ",
    );
}

#[test]
fn paths_reach_the_deepest_element() {
    let change = sequence([integer(2), integer(1), sequence([sequence([integer(0), status(1)])])]);
    let response = sequence([Tree::Leaf(0x05, vec![]), outcome([change], [])]);
    let error = Message::decode(&signed(2, 0x0103, &response.der())).expect_err("a wrong tag");
    assert_eq!(
        error.path().to_string(),
        "payload/outcome/seq_number_changes[0]/specialist_floor_seq_numbers[0]/seq_number"
    );
}
