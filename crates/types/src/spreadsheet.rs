//! What spreadsheets do to identifiers.

/// Whether text is a decimal number with a fraction or an exponent, as a spreadsheet writes it.
///
/// `8.87E+13`, `9,01E+24` (a comma locale), `5E+10` and `1012345678907.0` are; plain digits are not, and neither is
/// hex text such as `9012345678901E12`, whose exponent has no sign.
#[must_use]
pub fn is_number_like(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits(text);
    if whole == 0 {
        return false;
    }
    let mut rest = text.get(whole..).unwrap_or_default();
    let mut fraction = false;
    if let [b'.' | b',', after @ ..] = rest {
        let length = digits(after);
        if length == 0 {
            return false;
        }
        fraction = true;
        rest = after.get(length..).unwrap_or_default();
    }
    match rest {
        [] => fraction,
        [b'e' | b'E', b'+' | b'-', exponent @ ..] => {
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
        _ => false,
    }
}
