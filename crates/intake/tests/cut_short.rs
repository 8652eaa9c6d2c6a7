//! A message that was cut short costs itself and no other.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use dno_audit_intake::{RecordOptions, Source, read_records};
use testkit::message::details::{self, RoleDetails};
use testkit::message::{Envelope, Flag, Style};
use testkit::text::to_hex;
use types::{Credential, Eui64, InputId, KeyId};

fn message(last: u8, style: Style) -> String {
    let device = Eui64::new([0x00, 0xDB, 0x12, 0, 0, 0, 0, last]);
    let broker = Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0, 0, 0, 2]);
    let held = Credential { entity: broker, key: KeyId::new([0x4A; 8]) };
    let envelope = Envelope::new(Flag::Response, details::CS02A, 1, device, broker);
    to_hex(&envelope.maced(&details::response(&[RoleDetails::network_operator(held, held)], style)))
}

/// The line of each record, and whether it could be used.
fn records(text: &str) -> Vec<(u32, bool)> {
    let mut source = Source::new("messages.hex", InputId(0), text.as_bytes());
    let mut records = Vec::new();
    read_records(&mut source, &RecordOptions::default(), &mut |record| {
        records.push((record.origin.line, record.outcome.is_ok()));
    })
    .unwrap();
    records
}

#[test]
fn a_message_cut_anywhere_does_not_swallow_the_next() {
    for style in [Style::default(), Style::deployed()] {
        let (one, other) = (message(1, style), message(2, style));
        assert_eq!(records(&format!("{one}\n{other}\n")), [(1, true), (2, true)]);
        for length in 4..one.len() {
            let cut = one.get(..length).unwrap();
            assert_eq!(records(&format!("{cut}\n{other}\n")), [(1, false), (2, true)], "cut at {length}");
        }
    }
}

#[test]
fn a_message_in_lines_of_any_width_is_one_record() {
    let (one, other) = (message(1, Style::deployed()), message(2, Style::deployed()));
    for width in 13..=128 {
        let lines: Vec<&str> =
            one.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let text = format!("{}\n{other}\n", lines.join("\n"));
        let next = u32::try_from(lines.len()).unwrap() + 1;
        assert_eq!(records(&text), [(1, true), (next, true)], "width {width}");
    }
}
