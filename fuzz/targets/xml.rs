//! `intake::read_records`, `read_estate` and `read_certificates` on XML, well formed or not.
//!
//! How the operating system cuts the octets and whether they come as UTF-8 or UTF-16 does not change what is read.
//! Records are numbered without a gap, those that can't be used say why, and what is read of a good document is read
//! of it behind another one.

#![no_main]

use std::io::{self, Read};

use intake::{
    Form, Record, RecordOptions, Source, TableOptions, read_certificates, read_estate, read_records,
};
use libfuzzer_sys::fuzz_target;
use types::{Eui64, InputId, Interner, Observation};

/// Hands out a few octets at a time.
struct Drops<'a>(&'a [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let few = buffer.len().min(13);
        self.0.read(&mut buffer[..few])
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Kept {
    line: u32,
    device: Option<Eui64>,
    form: Form,
    octets: Vec<u8>,
    outcome: Result<Vec<Observation>, String>,
}

fn read<'r>(reader: impl Read + Send + 'r) -> Vec<Kept> {
    let mut source = Source::new("documents.xml", InputId(7), reader);
    let mut kept = Vec::new();
    let keep = &mut |record: &Record<'_>| {
        let outcome = match &record.outcome {
            Ok(observations) => Ok(observations.to_vec()),
            Err(reject) => Err(reject.to_string()),
        };
        assert!(outcome.as_ref().err().is_none_or(|reason| !reason.is_empty()));
        if let Ok(observations) = &outcome {
            let of_the_record =
                |it: &Observation| Some(it.device) == record.device && it.origin == record.origin;
            assert!(observations.iter().all(of_the_record));
        }
        let (line, device, form) = (record.origin.line, record.device, record.form);
        kept.push(Kept { line, device, form, octets: record.octets.to_vec(), outcome });
    };
    if let Err(error) = read_records(&mut source, &RecordOptions::default(), keep) {
        assert!(!error.to_string().is_empty());
    }
    kept
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
}

/// A document that is read, whatever is not read beside it.
const GOOD: &str = "<GBCSResponse><Header><BusinessOriginatorID>00-DB-12-00-00-00-00-A0</BusinessOriginatorID></Header>\
    <Body><ResponseMessage/></Body></GBCSResponse>";

fuzz_target!(|rest: &[u8]| {
    let octets = [b"<".as_slice(), rest].concat();
    let whole = read(octets.as_slice());
    assert!(!whole.is_empty(), "something is said of every file that is not empty");
    assert_eq!(whole, read(Drops(&octets)));
    for (record, number) in whole.iter().zip(1..) {
        assert_eq!(record.line, number);
    }

    // A declaration names its encoding, which changes.
    if let Ok(text) = std::str::from_utf8(&octets)
        && !text.contains("encoding")
    {
        assert_eq!(whole, read(utf16(text).as_slice()));
    }

    let good = read(GOOD.as_bytes());
    assert!(good.len() == 1 && good.iter().all(|record| record.outcome.is_ok()), "{good:?}");
    let behind = read([GOOD.as_bytes(), b"\n", &octets].concat().as_slice());
    let first = behind.first().map(|record| (&record.octets, &record.outcome));
    assert_eq!(first, good.first().map(|record| (&record.octets, &record.outcome)));

    let reject = &mut |record: &Record<'_>| assert!(record.origin.line > 0);
    let (options, mut names, mut rows) = (TableOptions::default(), Interner::new(), Vec::new());
    let mut source = Source::new("inventory.xml", InputId(0), octets.as_slice());
    if let Err(error) = read_estate(&mut source, &options, &mut names, &mut rows, reject) {
        assert!(!error.to_string().is_empty());
    }
    let mut source = Source::new("repository.xml", InputId(1), octets.as_slice());
    for certificate in read_certificates(&mut source, &TableOptions::default()).unwrap_or_default() {
        assert!(certificate.origin.line > 0);
    }
});
