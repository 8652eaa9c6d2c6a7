//! Text of a field to a value, in the words of GBCS, DUIS and MMC.

use gbcs::StatusCode;
use types::{
    CellUsage, Eui64, KeyId, KeyUsage, Mpan, MpanFault, MpanField, ParseMpanError, RemotePartyRole,
    Timestamp, ZonelessTimes, is_number_like,
};

use crate::record::{Reject, shown};

/// A spreadsheet keeps text as text by an apostrophe in front, and some exports keep the apostrophe.
fn without_apostrophe(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"'").unwrap_or(text).trim_ascii()
}

pub(crate) fn eui64(field: &'static str, text: &[u8]) -> Result<Eui64, Reject> {
    Eui64::from_text(without_apostrophe(text)).map_err(|error| Reject::Identifier { field, error })
}

pub(crate) fn key_id(field: &'static str, text: &[u8]) -> Result<KeyId, Reject> {
    KeyId::from_text(without_apostrophe(text)).map_err(|error| Reject::Key { field, error })
}

/// A time; blank is the default of the input, which may be that there is none.
pub(crate) fn time(
    field: &'static str,
    text: &[u8],
    zoneless: ZonelessTimes,
    default: Option<Timestamp>,
) -> Result<Option<Timestamp>, Reject> {
    if text.is_empty() {
        return Ok(default);
    }
    Timestamp::from_text(text, zoneless).map(Some).map_err(|error| Reject::Time { field, error })
}

fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Compares a word without case, dashes, blanks and underscores.
fn is_word(text: &[u8], word: &str) -> bool {
    let letters = text.iter().copied().filter(|octet| !matches!(octet, b'-' | b'_' | b' '));
    letters.map(|octet| octet.to_ascii_lowercase()).eq(word.bytes().map(|octet| octet.to_ascii_lowercase()))
}

fn find<T: Copy>(text: &[u8], words: &[(&str, T)]) -> Option<T> {
    // Nearly all rows write a word just so.
    let exact = match cfg!(feature = "general-path") {
        true => None,
        false => words.iter().find(|(word, _)| word.as_bytes() == text),
    };
    exact.or_else(|| words.iter().find(|(word, _)| is_word(text, word))).map(|(_, value)| *value)
}

pub(crate) fn role(text: &[u8]) -> Result<RemotePartyRole, Reject> {
    const WORDS: &[(&str, RemotePartyRole)] = &[
        ("networkOperator", RemotePartyRole::NETWORK_OPERATOR),
        ("supplier", RemotePartyRole::SUPPLIER),
        ("accessControlBroker", RemotePartyRole::ACCESS_CONTROL_BROKER),
        ("ACB", RemotePartyRole::ACCESS_CONTROL_BROKER),
        ("root", RemotePartyRole::ROOT),
        ("recovery", RemotePartyRole::RECOVERY),
        ("transitionalCoS", RemotePartyRole::TRANSITIONAL_COS),
        ("transCoS", RemotePartyRole::TRANSITIONAL_COS),
        ("wanProvider", RemotePartyRole::WAN_PROVIDER),
        ("issuingAuthority", RemotePartyRole::ISSUING_AUTHORITY),
        ("loadController", RemotePartyRole::LOAD_CONTROLLER),
        ("other", RemotePartyRole::OTHER),
    ];
    find(text, WORDS).or_else(|| number(text).map(RemotePartyRole)).ok_or_else(|| Reject::Word {
        field: "role",
        found: shown(text),
        expected: "the GBCS RemotePartyRole names or numbers",
    })
}

/// A key usage and, where the word tells it, the cell usage: MMC has one word for top-up key agreement.
pub(crate) fn key_usage(text: &[u8]) -> Result<(KeyUsage, CellUsage), Reject> {
    const WORDS: &[(&str, (KeyUsage, CellUsage))] = &[
        ("digitalSignature", (KeyUsage::DIGITAL_SIGNATURE, CellUsage::MANAGEMENT)),
        ("digitalSigning", (KeyUsage::DIGITAL_SIGNATURE, CellUsage::MANAGEMENT)),
        ("DS", (KeyUsage::DIGITAL_SIGNATURE, CellUsage::MANAGEMENT)),
        ("keyAgreement", (KeyUsage::KEY_AGREEMENT, CellUsage::MANAGEMENT)),
        ("KA", (KeyUsage::KEY_AGREEMENT, CellUsage::MANAGEMENT)),
        ("keyAgreementTopUp", (KeyUsage::KEY_AGREEMENT, CellUsage::PRE_PAYMENT_TOP_UP)),
        ("keyCertSign", (KeyUsage::KEY_CERT_SIGN, CellUsage::MANAGEMENT)),
        ("cRLSign", (KeyUsage::CRL_SIGN, CellUsage::MANAGEMENT)),
    ];
    find(text, WORDS).ok_or_else(|| Reject::Word {
        field: "key_usage",
        found: shown(text),
        expected: "digitalSignature, keyAgreement, keyAgreementTopUp, keyCertSign, cRLSign, DS, KA",
    })
}

pub(crate) fn cell_usage(text: &[u8], default: CellUsage) -> Result<CellUsage, Reject> {
    if text.is_empty() {
        return Ok(default);
    }
    let words = [("management", CellUsage::MANAGEMENT), ("prePaymentTopUp", CellUsage::PRE_PAYMENT_TOP_UP)];
    find(text, &words).or_else(|| number(text).map(CellUsage)).ok_or_else(|| Reject::Word {
        field: "cell_usage",
        found: shown(text),
        expected: "management (0), prePaymentTopUp (1)",
    })
}

/// A status; blank is success.
pub(crate) fn status(text: &[u8]) -> Result<StatusCode, Reject> {
    const WORDS: &[(&str, StatusCode)] = &[
        ("success", StatusCode::SUCCESS),
        ("trustAnchorNotFound", StatusCode::TRUST_ANCHOR_NOT_FOUND),
        ("noTrustAnchor", StatusCode::NO_TRUST_ANCHOR),
        ("resourcesBusy", StatusCode::RESOURCES_BUSY),
        ("badCertificate", StatusCode::BAD_CERTIFICATE),
        ("insufficientMemory", StatusCode::INSUFFICIENT_MEMORY),
        ("other", StatusCode::OTHER),
    ];
    if text.is_empty() {
        return Ok(StatusCode::SUCCESS);
    }
    find(text, WORDS).or_else(|| number(text).map(StatusCode)).ok_or_else(|| Reject::Word {
        field: "status",
        found: shown(text),
        expected: "the GBCS StatusCode names or numbers",
    })
}

/// Reads an MPAN as exports hold it.
///
/// 13 digits are the plain form. Also read, and marked as altered: an apostrophe in front, thousands commas, a
/// fraction of zeros (`1012345678903.0`), and the 21-character form of which the last 13 digits are the core. A form
/// with an exponent has lost digits and is never filled up.
#[must_use]
pub fn read_mpan(text: &[u8]) -> MpanField {
    let text = text.trim_ascii();
    if text.is_empty() {
        return MpanField::Absent;
    }
    if let Ok(mpan) = Mpan::from_text(text) {
        return MpanField::Valid { mpan, altered: false };
    }
    let plain = without_apostrophe(text);
    let whole = match plain.iter().position(|octet| *octet == b'.') {
        Some(point) => {
            let (whole, fraction) = plain.split_at(point);
            match fraction.get(1..) {
                Some(zeros) if !zeros.is_empty() && zeros.iter().all(|octet| *octet == b'0') => whole,
                _ if is_number_like(plain) => return MpanField::Invalid(MpanFault::DigitsLost),
                _ => return MpanField::Invalid(MpanFault::NotANumber),
            }
        }
        None => plain,
    };
    let digits =
        match thousands(whole).or_else(|| whole.iter().all(u8::is_ascii_digit).then(|| whole.to_vec())) {
            Some(digits) => digits,
            None if is_number_like(plain) => return MpanField::Invalid(MpanFault::DigitsLost),
            None => match full_form(whole) {
                Some(core) => core,
                None => return MpanField::Invalid(MpanFault::NotANumber),
            },
        };
    let core = full_form(&digits).unwrap_or(digits);
    match Mpan::from_text(&core) {
        Ok(mpan) => MpanField::Valid { mpan, altered: core != text },
        Err(ParseMpanError::CheckDigit { number, .. }) => MpanField::Invalid(MpanFault::CheckDigit(number)),
        Err(ParseMpanError::Length { digits }) => {
            MpanField::Invalid(MpanFault::Length(u8::try_from(digits).unwrap_or(u8::MAX)))
        }
        Err(_) => MpanField::Invalid(MpanFault::NotANumber),
    }
}

/// The digits of a number in groups of three.
fn thousands(text: &[u8]) -> Option<Vec<u8>> {
    let mut groups = text.split(|octet| *octet == b',');
    let first = groups.next()?;
    let mut digits = first.to_vec();
    let mut more = 0;
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        digits.extend_from_slice(group);
        more += 1;
    }
    (more > 0 && (1..=3).contains(&first.len()) && digits.iter().all(u8::is_ascii_digit)).then_some(digits)
}

/// The core of a 21-character MPAN: a top line of eight characters, then 13 digits, blanks anywhere.
fn full_form(text: &[u8]) -> Option<Vec<u8>> {
    let characters: Vec<u8> = text.iter().copied().filter(|octet| *octet != b' ').collect();
    let core = characters.len().checked_sub(13).and_then(|start| characters.get(start..))?;
    let blanks = characters.len() != text.len();
    let complete = characters.len() == 21 || (blanks && characters.len() == 13);
    (complete && core.iter().all(u8::is_ascii_digit)).then(|| core.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid(text: &str, altered: bool) {
        let mpan: Mpan = "1099990000118".parse().unwrap();
        assert_eq!(read_mpan(text.as_bytes()), MpanField::Valid { mpan, altered }, "{text}");
    }

    #[test]
    fn exports_of_an_mpan_are_read_and_marked() {
        valid("1099990000118", false);
        for text in [
            "1099990000118.0",
            "1099990000118.00",
            "1,099,990,000,118",
            "'1099990000118",
            "10 9999 0000 118",
            "00111222 1099990000118",
            "001112221099990000118",
        ] {
            valid(text, true);
        }
    }

    #[test]
    fn lost_digits_are_never_filled_up() {
        for text in ["1.09999E+12", "1,09999E+12", "1099990000118.5"] {
            assert_eq!(read_mpan(text.as_bytes()), MpanField::Invalid(MpanFault::DigitsLost), "{text}");
        }
        assert_eq!(read_mpan(b"1099990000119"), MpanField::Invalid(MpanFault::CheckDigit(1_099_990_000_119)));
        assert_eq!(read_mpan(b"109999000011"), MpanField::Invalid(MpanFault::Length(12)));
        assert_eq!(read_mpan(b"n/a"), MpanField::Invalid(MpanFault::NotANumber));
        assert_eq!(read_mpan(b"  "), MpanField::Absent);
    }

    #[test]
    fn words_of_gbcs_duis_and_mmc_are_read() {
        assert_eq!(role(b"NetworkOperator").unwrap(), RemotePartyRole::NETWORK_OPERATOR);
        assert_eq!(role(b"network operator").unwrap(), RemotePartyRole::NETWORK_OPERATOR);
        assert_eq!(role(b"3").unwrap(), RemotePartyRole::NETWORK_OPERATOR);
        assert!(role(b"dno").is_err());
        assert_eq!(key_usage(b"DigitalSigning").unwrap().0, KeyUsage::DIGITAL_SIGNATURE);
        assert_eq!(key_usage(b"KeyAgreementTopUp").unwrap().1, CellUsage::PRE_PAYMENT_TOP_UP);
        assert_eq!(status(b"").unwrap(), StatusCode::SUCCESS);
        assert_eq!(status(b"25").unwrap(), StatusCode::TRUST_ANCHOR_NOT_FOUND);
    }
}
