//! `intake::read_estate`, `read_registration` and `read_own_list` on any octets, and the fields that spreadsheets damage most:
//! `read_mpan`, `Eui64::from_text`, `KeyId::from_text`, `Timestamp::from_text`.
//!
//! Rows keep their lines and their names; a value that was read is written in a form that reads as the same value.

#![no_main]

use intake::{Record, Source, TableOptions, read_estate, read_mpan, read_own_list, read_registration};
use libfuzzer_sys::fuzz_target;
use types::{Eui64, InputId, Interner, KeyId, Mpan, MpanField, Origin, Timestamp, ZonelessTimes};

fuzz_target!(|octets: &[u8]| {
    let lines = octets.iter().filter(|octet| matches!(octet, b'\n' | b'\r')).count() + 1;
    // Devices of XML have numbers and no lines.
    let is_xml = octets.contains(&b'<');
    let on_a_line = |origin: Origin| {
        origin.line > 0 && (is_xml || usize::try_from(origin.line).is_ok_and(|line| line <= lines))
    };
    let reject = &mut |record: &Record<'_>| {
        assert!(on_a_line(record.origin), "line {} of {lines}", record.origin.line);
        assert!(record.outcome.as_ref().is_err_and(|reject| !reject.to_string().is_empty()));
    };
    let (options, mut names) = (TableOptions::default(), Interner::new());

    let mut rows = Vec::new();
    let mut source = Source::new("estate", InputId(0), octets);
    if let Err(error) = read_estate(&mut source, &options, &mut names, &mut rows, reject) {
        assert!(!error.to_string().is_empty());
    }
    for row in &rows {
        assert!(on_a_line(row.origin), "line {} of {lines}", row.origin.line);
        for name in
            [row.network_operator, row.supplier, row.manufacturer, row.model, row.firmware, row.region]
        {
            assert!(name.is_none_or(|name| !names.name(name).trim().is_empty()));
        }
    }

    let (mut rows, mut unread) = (Vec::new(), Vec::new());
    let mut source = Source::new("registration", InputId(1), octets);
    if let Err(error) = read_registration(&mut source, &options, &mut names, &mut rows, &mut unread, reject) {
        assert!(!error.to_string().is_empty());
    }
    assert!(rows.iter().chain(&unread).all(|row| on_a_line(row.origin)));

    let mut rows = Vec::new();
    let mut source = Source::new("own list", InputId(2), octets);
    let zoneless = ZonelessTimes::Refuse;
    if let Err(error) = read_own_list(&mut source, &options, zoneless, &mut names, &mut rows, reject) {
        assert!(!error.to_string().is_empty());
    }
    assert!(rows.iter().all(|row| on_a_line(row.origin) && row.says_the_same(row)));

    let separators = |octet: &u8| matches!(octet, b',' | b';' | b'\t' | b'\n' | b'\r' | b'"');
    for text in octets.split(separators).take(64).chain([octets]) {
        fields(text);
    }
});

fn fields(text: &[u8]) {
    if let MpanField::Valid { mpan, .. } = read_mpan(text) {
        assert_eq!(mpan.to_string().parse::<Mpan>(), Ok(mpan));
        assert_eq!(read_mpan(mpan.to_string().as_bytes()), MpanField::Valid { mpan, altered: false });
    }
    match Eui64::from_text(text) {
        Ok(eui) => assert_eq!(eui.to_string().parse(), Ok(eui)),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    match KeyId::from_text(text) {
        Ok(key) => assert_eq!(key.to_string().parse(), Ok(key)),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    match Timestamp::from_text(text, ZonelessTimes::Refuse) {
        Ok(at) => {
            assert_eq!(at.to_string().parse(), Ok(at));
            assert_eq!(Timestamp::from_text(text, ZonelessTimes::Utc), Ok(at));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let _ = Timestamp::from_text(text, ZonelessTimes::Utc);
}
