//! `quarantine.jsonl`: every record that could not be used.

use types::Eui64;

use crate::model::v1::QuarantineRow;
use crate::text::hex;

/// How many octets or characters of a record are shown.
pub const MAX_SHOWN: usize = 256;

/// A record that could not be used, as far as its row needs it.
#[derive(Clone, Copy, Debug)]
pub struct Quarantined<'q> {
    /// The kind of the reason.
    pub reason: &'static str,
    /// What is wrong, with values.
    pub detail: &'q str,
    /// The device, if that could be told.
    pub device: Option<Eui64>,
    /// The line on which the record starts.
    pub line: u32,
    /// The octets of a message, if it is one.
    pub octets: Option<&'q [u8]>,
    /// The text of a row, if it is one.
    pub text: Option<&'q [u8]>,
}

/// The row of a record, its input not yet named: that is known only when the input has been read to its end.
#[must_use]
pub fn quarantine_row(record: &Quarantined<'_>) -> QuarantineRow {
    let hex = |octets: &[u8]| hex(octets.get(..MAX_SHOWN).unwrap_or(octets));
    let text = |text: &[u8]| {
        let cut = text.get(..4 * MAX_SHOWN).unwrap_or(text);
        String::from_utf8_lossy(cut).chars().take(MAX_SHOWN).collect()
    };
    QuarantineRow {
        detail: record.detail.chars().take(4 * MAX_SHOWN).collect(),
        device_id: record.device.map(|device| device.to_string()),
        input: String::new(),
        line: record.line,
        octets: record.octets.filter(|octets| !octets.is_empty()).map(hex),
        reason: record.reason.into(),
        text: record.text.filter(|text| !text.is_empty()).map(text),
    }
}

/// Names the input in a line made of a row without one.
///
/// Inside a JSON string the quotes would be escaped, so the first match is the member itself.
#[must_use]
pub fn set_input(line: &str, digest: &str) -> String {
    line.replacen("\"input\":\"\"", &format!("\"input\":\"{digest}\""), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_input_is_set_in_the_member_and_nowhere_else() {
        let hostile = "\"input\":\"\"";
        let row = quarantine_row(&Quarantined {
            reason: "row-ragged",
            detail: hostile,
            device: None,
            line: 7,
            octets: None,
            text: Some(hostile.as_bytes()),
        });
        let line = serde_json::to_string(&row).unwrap();
        let read: serde_json::Value = serde_json::from_str(&set_input(&line, "abc")).unwrap();
        assert_eq!(read["input"], "abc");
        assert_eq!(read["detail"], hostile);
        assert_eq!(read["text"], hostile);
    }
}
