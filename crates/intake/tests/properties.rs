//! What holds for every input: no octets make a reader panic, and the way in which a file writes the same messages –
//! line breaks, blanks, case, base64, in one file or two – does not change what is read.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the helpers of tests, too, state what they expect by unwrapping and indexing"
)]

use std::sync::LazyLock;

use dno_audit_intake::{
    Record, RecordOptions, Source, TableOptions, read_certificates, read_directory, read_estate,
    read_records, read_registration,
};
use proptest::prelude::*;
use proptest::sample::Index;
use testkit::message::details::{self, RoleDetails};
use testkit::message::update::{self, Execution, Outcome};
use testkit::message::{Envelope, Flag, Style, cell, status};
use testkit::pki::Pki;
use testkit::rows::{CELLS_HEADER, CellRow, ESTATE_HEADER, MESSAGES_HEADER, MessageRow, REGISTRATION_HEADER};
use testkit::text::to_hex;
use types::{
    Credential, Eui64, InputId, Interner, KeyId, KeyUsage, Observation, Origin, RemotePartyRole, Timestamp,
};

const OPERATOR: RemotePartyRole = RemotePartyRole::NETWORK_OPERATOR;
const USAGES: [KeyUsage; 2] = [KeyUsage::DIGITAL_SIGNATURE, KeyUsage::KEY_AGREEMENT];

/// Messages of every frame: with a MAC, signed, both, short and long, and a command.
static MESSAGES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let smki = Pki::standard();
    let broker = smki.organisation("ACB").unwrap();
    let operator = smki.organisation("LOND").unwrap().current().unwrap();
    let signature = operator.digital_signature().unwrap();
    let held = [signature.credential(), operator.key_agreement().unwrap().credential()];
    let placeholder = Credential { entity: broker.entity(), key: held[1].key };
    let at = Timestamp::from_calendar(2025, 12, 1, 6, 30, 0).unwrap();

    let mut messages = Vec::new();
    for (number, style) in (1u8..).zip([Style::deployed(), Style::default()]) {
        let device = device(number);
        let answer = |code| Envelope::new(Flag::Response, code, u64::from(number), device, broker.entity());
        let roles = [
            RoleDetails::network_operator(held[0], held[1]),
            RoleDetails::Failed { role: RemotePartyRole::SUPPLIER, status: status::RESOURCES_BUSY },
        ];
        for roles in [&roles[..], &roles[..1], &roles[1..]] {
            messages.push(answer(details::CS02A).maced(&details::response(roles, style)));
        }
        let outcomes = vec![
            Outcome::replaced(cell(OPERATOR, USAGES[0]), placeholder, held[0]),
            Outcome::failed(cell(OPERATOR, USAGES[1]), placeholder, status::BAD_CERTIFICATE),
        ];
        let (mode, floors) = (update::BY_NETWORK_OPERATOR, vec![(OPERATOR, 1)]);
        let execution = Execution { sequence: 1, mode, floors, outcomes };
        let payload = update::response(Some(&execution), style);
        let answered = answer(update::code(mode)).at(at);
        messages.push(answered.signed(&payload, signature.key()));
        messages.push(answered.signed_and_maced(&payload, signature.key()));
        let command = Envelope::new(Flag::Command, details::CS02A, 1, broker.entity(), device);
        let asked = details::command(cell(OPERATOR, USAGES[0]), &[OPERATOR], style);
        messages.push(command.maced(&asked));
    }
    messages
});

const fn device(number: u8) -> Eui64 {
    Eui64::new([0x00, 0xDB, 0x12, 0x00, 0x00, 0x00, 0x00, number])
}

/// What was read of a record, without its place: device, octets, and the observations or the kind of the reason.
type Said = (Option<Eui64>, Vec<u8>, Result<Vec<Observation>, &'static str>);

/// All records with their lines.
fn located(text: &[u8]) -> Vec<(u32, Said)> {
    let mut all = Vec::new();
    let mut source = Source::new("records", InputId(0), text);
    let nowhere = Origin { input: InputId(0), line: 0 };
    let placeless = |seen: &Observation| Observation { origin: nowhere, ..*seen };
    read_records(&mut source, &RecordOptions::default(), &mut |record: &Record<'_>| {
        let outcome = match &record.outcome {
            Ok(observations) => Ok(observations.iter().map(placeless).collect()),
            Err(reject) => Err(reject.id()),
        };
        all.push((record.origin.line, (record.device, record.octets.to_vec(), outcome)));
    })
    .unwrap();
    all
}

fn read(text: &[u8]) -> Vec<Said> {
    located(text).into_iter().map(|(_, said)| said).collect()
}

fn base64(octets: &[u8]) -> String {
    data_encoding::BASE64.encode(octets)
}

fn message() -> impl Strategy<Value = &'static [u8]> {
    any::<Index>().prop_map(|index| index.get(&MESSAGES).as_slice())
}

fn one_per_line<'m>(messages: impl IntoIterator<Item = &'m [u8]>) -> String {
    messages.into_iter().map(|message| to_hex(message) + "\n").collect()
}

/// The text of a message with blanks and line breaks anywhere after the four characters by which it is known, and
/// perhaps a comment after it.
fn text_of(message: &'static [u8]) -> impl Strategy<Value = String> {
    let encoded =
        prop_oneof![Just(to_hex(message)), Just(to_hex(message).to_lowercase()), Just(base64(message))];
    let places = || prop::collection::vec(any::<Index>(), 0..12);
    let line_end = prop_oneof![Just("\n"), Just("\r\n"), Just(" \t\n"), Just("\n  ")];
    let after = prop_oneof![Just(""), Just("\r\n\n"), Just("# a comment\n"), Just("\n// another\n")];
    (encoded, places(), places(), line_end, after).prop_map(|(encoded, breaks, blanks, line_end, after)| {
        let at = |index: &Index| 4 + index.index(encoded.len() - 4);
        let breaks: Vec<_> = breaks.iter().map(at).collect();
        let blanks: Vec<_> = blanks.iter().map(at).collect();
        let mut text = String::new();
        for (position, character) in encoded.char_indices() {
            if breaks.contains(&position) {
                text.push_str(line_end);
            }
            if blanks.contains(&position) {
                text.push(' ');
            }
            text.push(character);
        }
        text + line_end + after
    })
}

/// Rows of cells: good ones, and one that can't be used.
fn row() -> impl Strategy<Value = String> {
    let good = |(number, usage, dated, key): (u8, bool, bool, u8)| {
        let credential = Credential { entity: device(number), key: KeyId::new([key; 8]) };
        let at = dated.then(|| Timestamp::from_calendar(2025, 12, 1, 6, 30, 0).unwrap());
        let mut row = Vec::new();
        CellRow::network_operator(device(number), at, USAGES[usize::from(usage)], credential).write(&mut row);
        String::from_utf8(row).unwrap()
    };
    prop_oneof![
        4 => any::<(u8, bool, bool, u8)>().prop_map(good),
        1 => Just("not a row of cells\n".to_owned()),
    ]
}

/// Hands octets to every reader; whatever the answer, it is one.
fn read_or_refuse(octets: &[u8]) {
    let (options, mut names) = (TableOptions::default(), Interner::new());
    let source = || Source::new("input", InputId(0), octets);
    let mut look = |record: &Record<'_>| {
        assert!(record.outcome.as_ref().err().is_none_or(|reject| !reject.to_string().is_empty()));
        let _ = (record.unusable(), record.silence());
    };
    let _ = read_records(&mut source(), &RecordOptions::default(), &mut look);
    let _ = read_estate(&mut source(), &options, &mut names, &mut Vec::new(), &mut look);
    let _ =
        read_registration(&mut source(), &options, &mut names, &mut Vec::new(), &mut Vec::new(), &mut look);
    assert!(!read_certificates(&mut source(), &TableOptions::default()).unwrap().is_empty());
    let _ = read_directory(&mut source());
}

proptest! {
    #[test]
    fn any_octets_are_read_or_refused(octets: Vec<u8>) {
        read_or_refuse(&octets);
    }

    #[test]
    fn any_octets_after_a_known_beginning_are_read_or_refused(
        beginning in prop::sample::select(vec![
            CELLS_HEADER,
            MESSAGES_HEADER,
            ESTATE_HEADER,
            REGISTRATION_HEADER,
            "date = \"2026-01-01\"\nsource = \"\"\n[[party]]\nid = \"A\"\n",
            "-----BEGIN CERTIFICATE-----\n",
            "DD00000000000081",
            "3QAAAAAAAI",
        ]),
        octets: Vec<u8>,
    ) {
        read_or_refuse(&[beginning.as_bytes(), &octets].concat());
    }

    #[test]
    fn any_text_after_a_known_header_is_read_or_refused(
        header in prop::sample::select(vec![CELLS_HEADER, MESSAGES_HEADER, ESTATE_HEADER]),
        text in "[0-9A-F,\"\r\n;:TZ+.' -]{0,200}",
    ) {
        read_or_refuse(&[header.as_bytes(), text.as_bytes()].concat());
    }

    #[test]
    fn messages_set_in_any_way_are_those_of_one_line_each(
        set in prop::collection::vec(message().prop_flat_map(|message| (Just(message), text_of(message))), 1..6),
    ) {
        let text: String = set.iter().map(|(_, text)| text.as_str()).collect();
        let plain = one_per_line(set.iter().map(|(message, _)| *message));
        prop_assert_eq!(read(text.as_bytes()), read(plain.as_bytes()), "{}", text);
    }

    #[test]
    fn lines_of_any_width_give_the_same_messages(
        messages in prop::collection::vec(message(), 1..6),
        width in 4usize..80,
    ) {
        let plain = read(one_per_line(messages.iter().copied()).as_bytes());
        for encode in [to_hex as fn(&[u8]) -> String, base64] {
            let mut text = String::new();
            for message in &messages {
                for line in encode(message).as_bytes().chunks(width) {
                    text.push_str(std::str::from_utf8(line).unwrap());
                    text.push('\n');
                }
            }
            prop_assert_eq!(&read(text.as_bytes()), &plain, "{}", text);
        }
    }

    #[test]
    fn hex_base64_binary_and_csv_say_the_same(message in message()) {
        let hex = read(to_hex(message).as_bytes());
        prop_assert!(matches!(&hex[..], [(Some(_), octets, Ok(_))] if octets == message), "{:?}", hex);
        prop_assert_eq!(&read(base64(message).as_bytes()), &hex);
        prop_assert_eq!(&read(message), &hex);
        prop_assert_eq!(&read(format!("gbcs\n{}\n", base64(message)).as_bytes()), &hex);
        let mut table = MESSAGES_HEADER.as_bytes().to_vec();
        MessageRow { device: hex[0].0.unwrap(), observed_at: None, gbcs: message }.write(&mut table);
        prop_assert_eq!(&read(&table), &hex);
    }

    #[test]
    fn two_files_of_messages_say_what_one_says(
        messages in prop::collection::vec(message(), 2..8),
        at: Index,
    ) {
        let (one, other) = messages.split_at(1 + at.index(messages.len() - 1));
        let (one, other) = (one_per_line(one.iter().copied()), one_per_line(other.iter().copied()));
        let split = [read(one.as_bytes()), read(other.as_bytes())].concat();
        prop_assert_eq!(read((one + &other).as_bytes()), split);
    }

    #[test]
    fn two_tables_of_cells_say_what_one_says(rows in prop::collection::vec(row(), 0..8), at: Index) {
        let (one, other) = rows.split_at(at.index(rows.len() + 1));
        let table = |rows: &[String]| read((CELLS_HEADER.to_owned() + &rows.concat()).as_bytes());
        prop_assert_eq!(table(&rows), [table(one), table(other)].concat());
    }

    #[test]
    fn a_row_stands_on_its_line(
        rows in prop::collection::vec((0usize..3, row()), 1..8),
        line_end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        last_is_ended: bool,
    ) {
        let mut table = CELLS_HEADER.replace('\n', line_end);
        let mut lines = Vec::new();
        for (blank, row) in &rows {
            table.push_str(&line_end.repeat(*blank));
            lines.push(u32::try_from(table.matches(line_end).count()).unwrap() + 1);
            table.push_str(&row.replace('\n', line_end));
        }
        if !last_is_ended {
            table.truncate(table.len() - line_end.len());
        }
        let found: Vec<u32> = located(table.as_bytes()).into_iter().map(|(line, _)| line).collect();
        prop_assert_eq!(found, lines, "{:?}", table);
    }
}

#[test]
fn a_broken_first_line_does_not_hide_the_messages_after_it() {
    let whole = "DD0000000000005D1100000000DF090200000000000005160800005EEF100000010800005EEF100000AC0002000829302730250201030A0100020101301A301803020780040800005EEF100000D104084E457E1D8CCCFDEF00A1A2A3A4A5A6A7A8A9AAABAC";
    let text = format!("ZZ{whole}\n{whole}\n");
    let mut source = Source::new("x", InputId(0), text.as_bytes());
    let (mut used, mut rejected) = (0, 0);
    read_records(&mut source, &RecordOptions::default(), &mut |record| match &record.outcome {
        Ok(_) => used += 1,
        Err(_) => rejected += 1,
    })
    .unwrap();
    assert_eq!((used, rejected), (1, 1));
}

#[test]
fn a_binary_input_beyond_any_message_is_refused_and_shows_nothing_invented() {
    let octets = vec![0xDF; 70_000];
    let mut source = Source::new("x", InputId(0), octets.as_slice());
    let mut reasons = Vec::new();
    read_records(&mut source, &RecordOptions::default(), &mut |record| {
        assert!(record.octets.is_empty());
        reasons.push(record.outcome.as_ref().unwrap_err().id());
    })
    .unwrap();
    assert_eq!(reasons, ["message-too-large"]);
}

/// What is seen of both cells in an answer of the network operator role with these cells.
fn seen_of(cells: Vec<details::Cell>) -> Vec<types::Seen> {
    let held = RoleDetails::Held { role: OPERATOR, sequence: 1, cells };
    let device = Eui64::new([0, 0xDB, 0x12, 0, 0, 0, 0, 1]);
    let broker = Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0, 0, 0, 2]);
    let message = Envelope::new(Flag::Response, details::CS02A, 1, device, broker)
        .maced(&details::response(&[held], Style::default()));
    let mut source = Source::new("x", InputId(0), message.as_slice());
    let mut seen = Vec::new();
    read_records(&mut source, &RecordOptions::default(), &mut |record| {
        seen.extend(record.outcome.as_ref().unwrap().iter().map(|observation| observation.seen));
    })
    .unwrap();
    seen
}

#[test]
fn a_cell_of_several_usages_makes_both_unclear_even_beside_plain_ones() {
    use types::{CellUsage, Seen};
    let credential = |octet| Credential { entity: Eui64::new([octet; 8]), key: KeyId::new([octet; 8]) };
    let plain = || USAGES.map(|usage| details::Cell::management(usage, credential(1)));
    assert_eq!(seen_of(plain().to_vec()), [Seen::Held(credential(1)); 2]);
    let both = KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_AGREEMENT);
    let odd = [
        details::Cell::management(both, credential(2)),
        details::Cell { cell_usage: CellUsage(7), ..details::Cell::management(USAGES[1], credential(2)) },
    ];
    for (odd, unclear) in odd.into_iter().zip([[true, true], [false, true]]) {
        let mut cells = plain().to_vec();
        cells.push(odd);
        for _ in 0..cells.len() {
            cells.rotate_left(1);
            let seen = seen_of(cells.clone());
            assert_eq!(
                seen.iter().map(|seen| *seen == Seen::UsageUnclear).collect::<Vec<_>>(),
                unclear,
                "{seen:?}"
            );
        }
    }
}
