//! A value of a form that knows types, as the text of a field.
//!
//! The text is what the same value is in CSV, so that it is read and reported the same way. What can't be so is a number
//! where an identifier has to be: its digits would often read as another identifier.

use types::Timestamp;

use crate::columns::{Column, Holds};
use crate::record::{Reject, shown};

/// A value as a form holds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'v> {
    /// Text.
    Text(&'v [u8]),
    /// A number in decimal, as it was written or exact.
    Number(&'v str),
    /// A number of a spreadsheet, of which 15 digits are exact and no zero in front is known.
    Double(f64),
    /// A truth value.
    Bool(bool),
    /// A date and time without a zone, in milliseconds since 1970.
    Zoneless(i64),
    /// An instant, in milliseconds since 1970 in UTC.
    #[cfg(feature = "parquet")]
    Instant(i64),
    /// The error of a formula.
    Error(&'v str),
    /// A formula of which the file has no value.
    Unsaved,
}

/// What stands for the value of a formula that has none; no field reads it as a value.
const UNSAVED: &[u8] = b"a formula without a value";

/// The fault of a row with two: a number that stands for an identifier before a cell that failed, which does not cost an
/// estate row.
pub(super) fn graver(one: Option<Reject>, other: Option<Reject>) -> Option<Reject> {
    match (&one, &other) {
        (Some(first), Some(second)) if first.is_of_cell() && !second.is_of_cell() => other,
        (None, _) => other,
        _ => one,
    }
}

/// The largest number up to which a double has every whole number.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Value<'_> {
    /// Adds the text of the value in a column; a column that is no field may hold anything.
    pub(super) fn push(self, column: Option<&Column>, into: &mut Vec<u8>) -> Result<(), Reject> {
        let holds = column.map(|column| column.holds);
        let start = into.len();
        match self {
            Self::Text(text) => into.extend_from_slice(text),
            Self::Bool(value) => into.extend_from_slice(if value { b"true" } else { b"false" }),
            Self::Number(text) => push_signed_exponent(without_fraction(text), into),
            Self::Double(number) => match holds {
                Some(Holds::Mpan) if number.fract() == 0.0 && !is_exact(number) => {
                    push_signed_exponent(&format!("{number:E}"), into);
                }
                _ if is_exact(number) => into.extend_from_slice(format!("{number:.0}").as_bytes()),
                _ => into.extend_from_slice(number.to_string().as_bytes()),
            },
            Self::Zoneless(millis) => {
                push_time(millis, into);
                if into.last() == Some(&b'Z') {
                    into.pop();
                }
            }
            #[cfg(feature = "parquet")]
            Self::Instant(millis) => push_time(millis, into),
            Self::Error(found) => {
                into.extend_from_slice(found.as_bytes());
                if let Some(column) = column {
                    return Err(Reject::CellError { field: column.name, found: shown(found.as_bytes()) });
                }
            }
            Self::Unsaved => {
                into.extend_from_slice(UNSAVED);
                if let Some(column) = column {
                    return Err(Reject::FormulaUnsaved { field: column.name });
                }
            }
        }
        match (self, column) {
            (Self::Number(_) | Self::Double(_), Some(Column { holds: Holds::Identifier, name, .. })) => {
                Err(Reject::Number { field: name, found: shown(into.get(start..).unwrap_or_default()) })
            }
            _ => Ok(()),
        }
    }
}

fn is_exact(number: f64) -> bool {
    number.fract() == 0.0 && number.abs() <= EXACT
}

/// A whole number that was written with a fraction of zeros, as it is without.
fn without_fraction(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|digit| digit == b'0') => whole,
        _ => text,
    }
}

/// A number whose exponent has its sign, by which it is known for one.
fn push_signed_exponent(text: &str, into: &mut Vec<u8>) {
    match text.split_once(['e', 'E']) {
        Some((digits, exponent)) if !exponent.starts_with(['+', '-']) => {
            into.extend_from_slice(digits.as_bytes());
            into.extend_from_slice(b"E+");
            into.extend_from_slice(exponent.as_bytes());
        }
        _ => into.extend_from_slice(text.as_bytes()),
    }
}

/// A time outside the calendar stays a number, which is no time.
fn push_time(millis: i64, into: &mut Vec<u8>) {
    let text = Timestamp::from_unix_millis(millis).map_or_else(|| millis.to_string(), |at| at.to_string());
    into.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::{CELL_COLUMNS, ESTATE_COLUMNS};
    use crate::fields::read_mpan;
    use types::{MpanFault, MpanField};

    fn column(name: &str) -> &'static Column {
        CELL_COLUMNS.iter().chain(&ESTATE_COLUMNS).find(|column| column.name == name).unwrap()
    }

    fn text(value: Value<'_>, name: &str) -> Result<String, Reject> {
        let mut out = Vec::new();
        value.push(Some(column(name)), &mut out).map(|()| String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_number_is_an_mpan_while_it_is_exact_and_never_an_identifier() {
        let mpan = |value| read_mpan(text(value, "mpan").unwrap().as_bytes());
        let is = "1099990000118".parse().unwrap();
        assert_eq!(mpan(Value::Number("1099990000118")), MpanField::Valid { mpan: is, altered: false });
        assert_eq!(mpan(Value::Double(1_099_990_000_118.0)), MpanField::Valid { mpan: is, altered: false });
        assert_eq!(mpan(Value::Number("1099990000118.0")), MpanField::Valid { mpan: is, altered: false });
        for lost in [
            Value::Number("1.09999e12"),
            Value::Number("1.09999E+12"),
            Value::Number("1099990000118.5"),
            Value::Double(1_099_990_000_118.5),
            Value::Double(1.011_122_210_999_9e20),
        ] {
            assert_eq!(mpan(lost), MpanField::Invalid(MpanFault::DigitsLost), "{lost:?}");
        }
        // Sixteen digits would read as an identifier.
        for number in [Value::Number("1234567890123456"), Value::Double(1_234_567_890_123_456.0)] {
            for field in ["device_id", "entity_id", "key_id"] {
                assert_eq!(text(number, field).unwrap_err().id(), "damaged-by-spreadsheet");
            }
        }
    }

    #[test]
    fn numbers_are_words_as_csv_has_them() {
        assert_eq!(text(Value::Double(3.0), "role").unwrap(), "3");
        assert_eq!(text(Value::Number("3.0"), "role").unwrap(), "3");
        assert_eq!(text(Value::Number("5.10"), "role").unwrap(), "5.10");
        assert_eq!(text(Value::Double(5.1), "smets_version").unwrap(), "5.1");
        assert_eq!(text(Value::Double(46_023.5), "observed_at").unwrap(), "46023.5");
        assert_eq!(text(Value::Bool(true), "supplier").unwrap(), "true");
    }

    #[test]
    fn a_date_of_a_sheet_has_no_zone_and_an_error_is_no_value() {
        assert_eq!(text(Value::Zoneless(0), "observed_at").unwrap(), "1970-01-01T00:00:00");
        assert_eq!(text(Value::Zoneless(i64::MAX), "observed_at").unwrap(), i64::MAX.to_string());
        assert_eq!(text(Value::Error("#N/A"), "supplier").unwrap_err().id(), "cell-error");
        assert_eq!(text(Value::Unsaved, "status").unwrap_err().id(), "cell-error");
    }

    #[test]
    fn a_formula_without_a_value_is_read_as_nothing_that_a_field_knows() {
        assert_eq!(read_mpan(UNSAVED), MpanField::Invalid(MpanFault::NotANumber));
        let text = std::str::from_utf8(UNSAVED).unwrap();
        assert_eq!(types::DeviceType::from_text(text), None);
        assert_eq!(types::DeviceStatus::from_text(text), None);
        assert_eq!(types::SmetsVersion::from_text(text), None);
        assert!(crate::fields::eui64("device_id", UNSAVED).is_err());
    }

    #[test]
    fn a_lost_identifier_stands_before_a_cell_that_failed() {
        let number = || text(Value::Double(1.0), "device_id").err();
        let error = || text(Value::Error("#N/A"), "mpan").err();
        for (one, other) in [(number(), error()), (error(), number()), (None, number()), (number(), None)] {
            assert_eq!(graver(one, other).unwrap().id(), "damaged-by-spreadsheet");
        }
        assert_eq!(graver(error(), None).unwrap().id(), "cell-error");
    }
}
