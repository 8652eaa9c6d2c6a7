//! `intake::read_members` on any octets: gzip, Zstandard and zip, damaged and nested.
//!
//! Every file has a member or is one. What is stored is hashed whole, whatever unpacks of it. Names stay within the
//! archive. Packing the octets once more changes nothing of what a member holds.

#![no_main]

use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};

use flate2::{Compression, write::GzEncoder};
use intake::{IntakeError, Member, Stored, read_members};
use libfuzzer_sys::fuzz_target;
use types::InputId;

#[derive(Debug, PartialEq)]
enum Content {
    Whole(u64, [u8; 32]),
    Damaged,
    Refused(String),
}

type Members = Vec<(Option<String>, Content)>;

fn read(octets: &[u8]) -> (Members, Option<Stored>) {
    let numbers = AtomicU32::new(0);
    let number = || InputId(numbers.fetch_add(1, Ordering::Relaxed));
    let mut members = Members::new();
    let each = &mut |member: Member<'_>| -> Result<(), IntakeError> {
        let content = match member.source {
            Err(reject) => {
                assert!(!reject.to_string().is_empty());
                Content::Refused(reject.id().to_owned())
            }
            Ok(mut source) => {
                assert_eq!(source.id(), member.id);
                if source.damage()?.is_some() {
                    Content::Damaged
                } else {
                    let (size, digest) = source.finish()?;
                    Content::Whole(size, *digest.octets())
                }
            }
        };
        assert!(member.unpacked || member.within.is_none());
        members.push((member.within, content));
        Ok(())
    };
    let stored = read_members("packed", octets, &number, each).expect("octets in memory");
    (members, stored)
}

fuzz_target!(|octets: &[u8]| {
    let (members, stored) = read(octets);
    assert!(!members.is_empty());
    assert_eq!(read(octets).0, members);
    for (within, content) in &members {
        let Some(name) = within else { continue };
        // An absolute name is taken for a name in the archive.
        let leads_out = name.split('/').any(|part| part == "..");
        assert!(!leads_out || !matches!(content, Content::Whole(..)), "{name}");
    }
    match stored {
        Some(stored) => assert_eq!(usize::try_from(stored.octets), Ok(octets.len())),
        None => assert!(matches!(members.as_slice(), [(None, Content::Whole(..))])),
    }

    // What is no container is the same in one.
    if stored.is_none() {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(octets).expect("octets in memory");
        let (again, outer) = read(&packed.finish().expect("octets in memory"));
        assert!(outer.is_some());
        assert_eq!(again, members);
    }
});
