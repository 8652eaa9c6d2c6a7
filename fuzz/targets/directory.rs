//! `intake::read_directory` on any octets, then `audit::Directory::new` on what was read.
//!
//! The same file twice says nothing new, and every name and distributor id in force finds its party.

#![no_main]

use audit::Directory;
use intake::{Source, read_directory};
use libfuzzer_sys::fuzz_target;
use types::{AsOf, InputId, Timestamp};

fuzz_target!(|octets: &[u8]| {
    let mut source = Source::new("directory.toml", InputId(0), octets);
    let records = match read_directory(&mut source) {
        Ok(records) => records,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let as_of = AsOf(Timestamp::from_calendar(2026, 1, 1, 0, 0, 0).expect("a date"));
    let once = Directory::new(None, std::slice::from_ref(&records), as_of);
    let twice = Directory::new(None, &[records.clone(), records.clone()], as_of);
    assert_eq!(once.is_ok(), twice.is_ok());
    let directory = match once {
        Ok(directory) => directory,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    for (id, operator) in directory.operators() {
        if operator.period.contains(as_of.0) {
            assert_eq!(directory.by_name(&operator.id), Some(id));
        }
        assert_eq!(directory.operator_name(id), operator.id);
        if operator.period.contains(as_of.0) {
            for distributor in &operator.distributors {
                assert_eq!(directory.by_distributor(*distributor), Some(id));
            }
        }
        assert!(operator.entities.iter().all(|entity| directory.holder(entity.id).is_some()));
    }
});
