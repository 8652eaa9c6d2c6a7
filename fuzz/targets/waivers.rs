//! `intake::read_waivers` on any octets, then `audit::Waivers::new` on what was read.
//!
//! Each waiver says which meters it is for and where it stands; the order of the records changes nothing.

#![no_main]

use audit::{Directory, Waivers};
use intake::{Source, read_waivers};
use libfuzzer_sys::fuzz_target;
use types::{AsOf, InputId, Interner, Timestamp, WaiverSelector};

fuzz_target!(|octets: &[u8]| {
    let lines = octets.iter().filter(|octet| **octet == b'\n').count() + 1;
    let records = match read_waivers(&mut Source::new("waivers.toml", InputId(0), octets)) {
        Ok(records) => records,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    for record in &records {
        assert_ne!(record.selector, WaiverSelector::default());
        assert!(usize::try_from(record.origin.line).is_ok_and(|line| (1..=lines).contains(&line)));
    }
    let as_of = AsOf(Timestamp::from_calendar(2026, 1, 1, 0, 0, 0).expect("a date"));
    let directory = Directory::new(None, &[], as_of).expect("nothing contradicts nothing");
    let names = Interner::new();
    let backwards = records.iter().rev().cloned().collect();
    let one = Waivers::new(records, &directory, &names, as_of);
    let other = Waivers::new(backwards, &directory, &names, as_of);
    match (one, other) {
        (Ok(one), Ok(other)) => assert!(one.iter().eq(other.iter())),
        (one, other) => assert!(one.is_err() && other.is_err()),
    }
});
