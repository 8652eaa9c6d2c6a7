//! `intake::read_records` and `read_estate` on lines of JSON between two that are good.
//!
//! How the operating system cuts the octets does not change what is read. Lines ascend and exist, and the good ones are
//! read whatever stands between them.

#![no_main]

use std::io::{self, Read};

use intake::{Record, RecordOptions, Source, TableOptions, read_estate, read_records};
use libfuzzer_sys::fuzz_target;
use types::{InputId, Interner};

const GOOD: &[u8] = b"{\"device_id\":\"00DB120000000001\",\"role\":\"networkOperator\",\"key_usage\":\"DS\",\
    \"entity_id\":\"90B3D51F30020000\",\"key_id\":\"48CF97FA9F827FB5\"}\n";

/// Hands out a few octets at a time.
struct Drops<'a>(&'a [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let few = buffer.len().min(13);
        self.0.read(&mut buffer[..few])
    }
}

/// Line and kind of outcome of every record.
fn read<'r>(octets: impl Read + Send + 'r) -> Vec<(u32, Result<usize, &'static str>)> {
    let mut source = Source::new("cells", InputId(0), octets);
    let mut kept = Vec::new();
    let read = read_records(&mut source, &RecordOptions::default(), &mut |record: &Record<'_>| {
        let outcome = match &record.outcome {
            Ok(seen) => {
                assert!(seen.iter().all(|seen| seen.origin == record.origin));
                Ok(seen.len())
            }
            Err(reject) => {
                assert!(!reject.to_string().is_empty());
                Err(reject.id())
            }
        };
        kept.push((record.origin.line, outcome));
    });
    read.expect("the first line has every field");
    source.finish().expect("octets in memory");
    kept
}

fuzz_target!(|octets: &[u8]| {
    // A message among the keys at the beginning would make it a table of messages.
    if octets.windows(4).any(|word| word.eq_ignore_ascii_case(b"gbcs") || word.eq_ignore_ascii_case(b"mess"))
        || octets.windows(4).any(|word| word.eq_ignore_ascii_case(b"payl"))
        || octets.contains(&b'\\')
    {
        return;
    }
    let text = [GOOD, octets, b"\n", GOOD].concat();
    let lines = text.iter().filter(|octet| **octet == b'\n').count();
    let whole = read(text.as_slice());
    assert_eq!(whole, read(Drops(&text)));
    assert!(whole.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert_eq!(whole.first(), Some(&(1, Ok(1))));
    assert_eq!(whole.last(), Some(&(u32::try_from(lines).expect("few lines"), Ok(1))));
    assert!(whole.len() <= lines);

    let mut source = Source::new("estate", InputId(0), text.as_slice());
    let (mut rows, mut names, mut rejects) = (Vec::new(), Interner::new(), 0);
    let options = TableOptions::default();
    let reject = &mut |_: &Record<'_>| rejects += 1;
    read_estate(&mut source, &options, &mut names, &mut rows, reject).expect("a device in the first line");
    assert!(rows.len() >= 2 && rows.len() + rejects <= lines);
});
