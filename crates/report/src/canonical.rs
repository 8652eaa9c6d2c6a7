//! The one form of JSON in a report: RFC 8785.

use serde::Serialize;

/// Why a value has no canonical form.
#[derive(Debug, thiserror::Error)]
#[error("no canonical JSON: {0}")]
pub struct CanonicalError(String);

/// The RFC 8785 form of a value.
///
/// # Errors
///
/// The value has no JSON form.
pub fn canonical(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    serde_json_canonicalizer::to_vec(value).map_err(|error| CanonicalError(error.to_string()))
}

/// Adds the canonical line of a row, with its line feed.
///
/// The row types declare their members in the order that RFC 8785 sorts them in, and hold no numbers but whole ones, so
/// plain serialisation is the canonical form; the tests of the command hold every line of its reports to that. A national report has 30 million
/// rows, which is why they are not sorted one by one.
///
/// # Errors
///
/// The row has no JSON form.
pub fn push_line(row: &impl Serialize, into: &mut Vec<u8>) -> Result<(), CanonicalError> {
    serde_json::to_writer(&mut *into, row).map_err(|error| CanonicalError(error.to_string()))?;
    into.push(b'\n');
    Ok(())
}
