//! Waivers in TOML.

use serde::Deserialize;
use toml::Spanned;
use types::{Eui64, InputId, Origin, ParseEui64Error, ParseTimestampError, WaiverRecord, WaiverSelector};

use crate::error::IntakeError;
use crate::limits::{MAX_WAIVER_FILE, MAX_WAIVERS};
use crate::record::shown;
use crate::source::Source;
use crate::toml_place::{place, position};

/// Longest id, in characters.
const MAX_ID: usize = 64;
/// Longest other text, in characters.
const MAX_TEXT: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    waiver: Vec<Waiver>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Waiver {
    id: Spanned<String>,
    rule: String,
    reason: String,
    approver: String,
    expires: String,
    devices: Option<Vec<String>>,
    dnos: Option<Vec<String>>,
    suppliers: Option<Vec<String>>,
    manufacturers: Option<Vec<String>>,
    models: Option<Vec<String>>,
    firmwares: Option<Vec<String>>,
    regions: Option<Vec<String>>,
}

/// Reads one file of waivers. Whether their rules and parties exist is not known here.
///
/// # Errors
///
/// The file can't be read, is no TOML of this form, or has a waiver that lacks something, is for every meter, or holds a
/// value that is none.
pub fn read_waivers(source: &mut Source<'_>) -> Result<Vec<WaiverRecord>, IntakeError> {
    let (input, number) = (source.name().to_owned(), source.id());
    let Some(octets) = source.read_all(MAX_WAIVER_FILE)? else {
        return Err(IntakeError::WaiversTooLarge { input });
    };
    let wrong = |line, source| IntakeError::Waivers { input: input.clone(), line, source };
    let text = String::from_utf8(octets).map_err(|_| wrong(None, WaiverFileError::NotUtf8))?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    let file: File = toml::from_str(text)
        .map_err(|error| wrong(None, WaiverFileError::Toml { message: place(text, &error) }))?;
    if file.waiver.len() > MAX_WAIVERS {
        return Err(wrong(None, WaiverFileError::TooMany { found: file.waiver.len() }));
    }
    // Lines are counted from one waiver to the next, so that a file of many is not gone through for each.
    let (mut line, mut from) = (1, 0);
    let mut records = Vec::with_capacity(file.waiver.len());
    for waiver in file.waiver {
        let start = waiver.id.span().start;
        line += position(text.get(from..start).unwrap_or_default(), start.saturating_sub(from)).0 - 1;
        from = start;
        records.push(record(waiver, number, line).map_err(|source| wrong(Some(line), source))?);
    }
    Ok(records)
}

fn record(waiver: Waiver, input: InputId, line: usize) -> Result<WaiverRecord, WaiverFileError> {
    let id = waiver.id.into_inner();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || id.chars().count() > MAX_ID || !id.chars().all(fits) {
        return Err(WaiverFileError::Id { text: shown(id.as_bytes()) });
    }
    let list = |field, texts| texts_of(&id, field, texts);
    let devices = list("devices", waiver.devices)?
        .into_iter()
        .map(|text| text.parse().map_err(|error| WaiverFileError::Device { id: id.clone(), text, error }))
        .collect::<Result<Vec<Eui64>, _>>()?;
    let selector = WaiverSelector {
        devices,
        dnos: list("dnos", waiver.dnos)?,
        suppliers: list("suppliers", waiver.suppliers)?,
        manufacturers: list("manufacturers", waiver.manufacturers)?,
        models: list("models", waiver.models)?,
        firmwares: list("firmwares", waiver.firmwares)?,
        regions: list("regions", waiver.regions)?,
    };
    if selector == WaiverSelector::default() {
        return Err(WaiverFileError::NoSelector { id });
    }
    Ok(WaiverRecord {
        rule: text(&id, "rule", waiver.rule)?,
        selector,
        reason: text(&id, "reason", waiver.reason)?,
        approver: text(&id, "approver", waiver.approver)?,
        expires: waiver.expires.parse().map_err(|error| WaiverFileError::Time {
            id: id.clone(),
            text: shown(waiver.expires.as_bytes()),
            error,
        })?,
        origin: Origin { input, line: u32::try_from(line).unwrap_or(u32::MAX) },
        id,
    })
}

fn text(id: &str, field: &'static str, text: String) -> Result<String, WaiverFileError> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(WaiverFileError::Blank { id: id.to_owned(), field });
    }
    if trimmed.chars().count() > MAX_TEXT {
        return Err(WaiverFileError::TooLong { id: id.to_owned(), field });
    }
    Ok(trimmed.to_owned())
}

/// A list of a selector. An empty one would be for every meter or for none, depending on who reads it.
fn texts_of(
    id: &str,
    field: &'static str,
    texts: Option<Vec<String>>,
) -> Result<Vec<String>, WaiverFileError> {
    let Some(texts) = texts else { return Ok(Vec::new()) };
    if texts.is_empty() {
        return Err(WaiverFileError::EmptyList { id: id.to_owned(), field });
    }
    texts.into_iter().map(|item| text(id, field, item)).collect()
}

/// Why a file of waivers can't be used.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WaiverFileError {
    /// Not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// Not TOML, or not of the documented form; the message names line and column.
    #[error("{message}")]
    Toml {
        /// What the TOML reader says.
        message: String,
    },
    /// More waivers than anybody reviews.
    #[error("{found} waivers, expected at most {MAX_WAIVERS}; one waiver can list many devices")]
    TooMany {
        /// How many there are.
        found: usize,
    },
    /// An id that is none.
    #[error("waiver id {text:?}, expected 1 to {MAX_ID} letters, digits, dots, dashes and underscores")]
    Id {
        /// The text.
        text: String,
    },
    /// A field is blank.
    #[error("waiver {id}: {field} is blank")]
    Blank {
        /// The waiver.
        id: String,
        /// The field.
        field: &'static str,
    },
    /// A field is too long.
    #[error("waiver {id}: {field} has more than {MAX_TEXT} characters")]
    TooLong {
        /// The waiver.
        id: String,
        /// The field.
        field: &'static str,
    },
    /// A list without anything in it.
    #[error("waiver {id}: {field} is empty; leave it out, or say what it is for")]
    EmptyList {
        /// The waiver.
        id: String,
        /// The field.
        field: &'static str,
    },
    /// A waiver that does not say which meters it is for.
    #[error(
        "waiver {id}: it would be for every meter; say which by devices, dnos, suppliers, manufacturers, models, firmwares or regions"
    )]
    NoSelector {
        /// The waiver.
        id: String,
    },
    /// A device that is none.
    #[error("waiver {id}: device {text:?}: {error}")]
    Device {
        /// The waiver.
        id: String,
        /// The text.
        text: String,
        /// What is wrong.
        error: ParseEui64Error,
    },
    /// An expiry that is no time.
    #[error("waiver {id}: expires {text:?}: {error}")]
    Time {
        /// The waiver.
        id: String,
        /// The text.
        text: String,
        /// What is wrong.
        error: ParseTimestampError,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "[[waiver]]\nid = \"W-1\"\nrule = \"placeholder-in-cell\"\nreason = \"booked\"\n\
                       approver = \"A. Body\"\nexpires = \"2026-06-01T00:00:00Z\"\n";

    fn read(text: &str) -> Result<Vec<WaiverRecord>, IntakeError> {
        read_waivers(&mut Source::new("waivers.toml", InputId(7), text.as_bytes()))
    }

    #[test]
    fn a_waiver_is_read_with_the_line_of_its_id() {
        let text =
            format!("# agreed in March\n{ONE}dnos = [\" LOND \"]\n\n{ONE}devices = [\"00DB120000000001\"]\n");
        let read = read(&text).unwrap();
        assert_eq!(read.iter().map(|waiver| waiver.origin.line).collect::<Vec<_>>(), [3, 11]);
        assert_eq!(read[0].selector.dnos, ["LOND"]);
        assert_eq!(read[0].origin.input, InputId(7));
        assert_eq!(read[1].selector.devices, ["00-DB-12-00-00-00-00-01".parse().unwrap()]);
    }

    #[test]
    fn what_lacks_something_is_refused_with_its_line() {
        let with = |more: &str| format!("{ONE}{more}\n");
        for (text, words) in [
            (ONE.to_owned(), "line 2: waiver W-1: it would be for every meter"),
            (with("dnos = []"), "line 2: waiver W-1: dnos is empty"),
            (with("models = [\" \"]"), "models is blank"),
            (with("devices = [\"1.2E+3\"]"), "device \"1.2E+3\""),
            (with("dno = [\"LOND\"]"), "dno"),
            (with("dnos = \"LOND\""), "line 7"),
            (ONE.replace("W-1", "=W 1"), "waiver id \"=W 1\""),
            (ONE.replace("2026-06-01T00:00:00Z", "1.6.26") + "dnos = [\"LOND\"]", "expires \"1.6.26\""),
            (ONE.replace("expires", "until"), "until"),
            (ONE.replace("reason = \"booked\"\n", "") + "dnos = [\"LOND\"]", "reason"),
            (ONE.replace("booked", &"x".repeat(1_001)) + "dnos = [\"LOND\"]", "reason has more than 1000"),
        ] {
            let error = read(&text).unwrap_err().to_string();
            assert!(error.starts_with("waivers.toml") && error.contains(words), "{text}\n{error}");
        }
    }
}
