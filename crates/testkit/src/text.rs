//! Text forms, written into a byte buffer without allocating: estates have tens of millions of rows.

use types::{Eui64, KeyId, Timestamp};

use crate::der::low_octet;

/// Upper-case hex digits.
pub fn push_hex(out: &mut Vec<u8>, octets: &[u8]) {
    for octet in octets {
        out.extend_from_slice(&[digit(octet >> 4), digit(octet & 0x0F)]);
    }
}

/// Upper-case hex digits, as hex message files hold them.
#[must_use]
pub fn to_hex(octets: &[u8]) -> String {
    data_encoding::HEXUPPER.encode(octets)
}

const fn digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }
}

/// An identifier in dashed upper-case pairs.
pub fn push_eui(out: &mut Vec<u8>, eui: Eui64) {
    let mut text = [b'-'; 23];
    for (octet, place) in eui.octets().iter().zip(text.chunks_mut(3)) {
        if let [high, low, ..] = place {
            *high = digit(octet >> 4);
            *low = digit(octet & 0x0F);
        }
    }
    out.extend_from_slice(&text);
}

/// A key identifier in 16 upper-case hex digits.
pub fn push_key(out: &mut Vec<u8>, key: KeyId) {
    push_hex(out, &key.octets());
}

/// A number in decimal, with leading zeros up to `width` digits.
pub fn push_decimal(out: &mut Vec<u8>, value: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut rest = value;
    let mut used = 0;
    for place in digits.iter_mut().rev() {
        if rest == 0 {
            break;
        }
        *place = b'0' + low_octet(rest % 10);
        rest /= 10;
        used += 1;
    }
    let wanted = used.max(width).max(1);
    if let Some(shown) = digits.len().checked_sub(wanted).and_then(|start| digits.get(start..)) {
        out.extend_from_slice(shown);
    }
}

/// An instant as RFC 3339 with `Z`; fractions of a second are dropped and years before 1970 show as 1970.
pub fn push_time(out: &mut Vec<u8>, at: Timestamp) {
    let seconds = u64::try_from(at.unix_millis().div_euclid(1000)).unwrap_or(0);
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = calendar(days);
    let groups = [
        (year, 4, b'-'),
        (month, 2, b'-'),
        (day, 2, b'T'),
        (of_day / 3600, 2, b':'),
        (of_day / 60 % 60, 2, b':'),
        (of_day % 60, 2, b'Z'),
    ];
    for (value, width, separator) in groups {
        push_decimal(out, value, width);
        out.push(separator);
    }
}

/// Year, month and day of a number of days since 1970-01-01, counting years from March so that leap days come last.
fn calendar(days: u64) -> (u64, u64, u64) {
    let from_era = days + 719_468;
    let era = from_era / 146_097;
    let day_of_era = from_era % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn times_agree_with_the_display_of_the_type() {
        for seconds in (0..4_102_444_800).step_by(987_654) {
            let at = Timestamp::from_unix_seconds(seconds).unwrap();
            assert_eq!(written(|out| push_time(out, at)), at.to_string());
        }
    }

    #[test]
    fn identifiers_agree_with_the_display_of_the_type() {
        let octets = [0x00, 0xDB, 0x12, 0xFF, 0x9A, 0x01, 0xA9, 0x10];
        assert_eq!(written(|out| push_eui(out, Eui64::new(octets))), Eui64::new(octets).to_string());
        assert_eq!(written(|out| push_key(out, KeyId::new(octets))), KeyId::new(octets).to_string());
    }

    #[test]
    fn numbers_keep_leading_zeros() {
        assert_eq!(written(|out| push_decimal(out, 0, 0)), "0");
        assert_eq!(written(|out| push_decimal(out, 42, 5)), "00042");
        assert_eq!(written(|out| push_decimal(out, u64::MAX, 3)), u64::MAX.to_string());
    }
}
