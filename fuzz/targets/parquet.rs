//! `intake::read_records` and `read_estate` on any octets that begin as Parquet does.
//!
//! Rows are numbered without a gap; what is wrong with a file is one record, the last. Readers of others may panic, and
//! that stays within: only a panic that comes out of intake ends the target.

#![no_main]

use intake::{Record, RecordOptions, Source, TableOptions, read_estate, read_records};
use libfuzzer_sys::fuzz_target;
use types::{InputId, Interner};

fuzz_target!(init: std::panic::set_hook(Box::new(|_| {})), |octets: &[u8]| {
    let whole = if octets.starts_with(b"PAR1") { octets.to_vec() } else { [b"PAR1", octets].concat() };
    let (mut records, mut malformed) = (0, false);
    let mut look = |record: &Record<'_>| {
        records += 1;
        assert!(!malformed, "a record after the damage");
        assert_eq!(record.origin.line, records);
        if let Err(reject) = &record.outcome {
            assert!(!reject.to_string().is_empty());
            malformed = reject.id() == "parquet-malformed";
        }
    };
    let mut source = Source::new("cells", InputId(0), whole.as_slice());
    if let Err(error) = read_records(&mut source, &RecordOptions::default(), &mut look) {
        assert!(!error.to_string().is_empty());
    }
    let size = source.finish().expect("octets in memory").0;
    assert_eq!(usize::try_from(size), Ok(whole.len()));
    let (mut rows, mut names) = (Vec::new(), Interner::new());
    let mut source = Source::new("estate", InputId(0), whole.as_slice());
    let reject = &mut |_: &Record<'_>| {};
    let _ = read_estate(&mut source, &TableOptions::default(), &mut names, &mut rows, reject);
    assert!((1..).zip(&rows).all(|(line, row)| row.origin.line >= line));
});
