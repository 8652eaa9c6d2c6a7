//! `smki::read_certificates` on any octets; profile, store and paths of what was read.
//!
//! There is always at least one result, each on a line of the file. The octets of a certificate are those that were
//! given, and a store finds everything that was put into it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use smki::{Certificate, PathLimits, Profile, StoreBuilder, read_certificates};
use types::{AsOf, Timestamp};

fuzz_target!(|octets: &[u8]| {
    let found = read_certificates(octets);
    assert!(!found.is_empty());
    let lines = octets.iter().filter(|octet| matches!(octet, b'\n' | b'\r')).count() + 1;
    let as_of = AsOf(Timestamp::from_calendar(2026, 1, 1, 0, 0, 0).expect("a date"));

    let mut builder = StoreBuilder::new();
    let mut line = 1;
    for (index, located) in found.into_iter().enumerate() {
        assert!(located.line >= line && usize::try_from(located.line).is_ok_and(|line| line <= lines));
        line = located.line;
        let certificate = match located.value {
            Ok(certificate) => certificate,
            Err(error) => {
                assert!(!error.to_string().is_empty() && !error.id().is_empty());
                continue;
            }
        };
        let again = Certificate::decode(certificate.der()).expect("the octets of a certificate");
        assert_eq!((again.sha256(), again.der()), (certificate.sha256(), certificate.der()));
        for finding in certificate.inspect_profile(&Profile::default()) {
            assert!(!finding.to_string().is_empty() && !finding.id().is_empty());
        }
        let _ = (certificate.entity_id(), certificate.role(), certificate.serial_hex(), certificate.kind());
        let _ = (certificate.validity_at(as_of), certificate.expires_within(as_of, 90));
        let _ = (certificate.days_left(as_of), certificate.computed_key_id());
        let _ = (certificate.subject().to_string(), certificate.issuer().to_string());
        // Whoever comes first is trusted, so that in a bundle there are paths.
        if index == 0 {
            builder.add_trust_anchor(certificate);
        } else {
            builder.add(certificate);
        }
    }

    let store = builder.build();
    let mut limits = PathLimits::default();
    limits.signature_checks = 20;
    let paths = store.verify_paths(limits);
    for (id, certificate) in store.iter() {
        assert_eq!(store.by_sha256(certificate.sha256()), Some(id));
        assert!(certificate.key_id().is_none_or(|key| store.by_key(key).contains(&id)));
        assert!(certificate.entity_id().is_none_or(|entity| store.by_entity(entity).contains(&id)));
        match paths.result(id) {
            Ok(path) => {
                assert!(path.issuers().len() <= limits.issuers);
                let _ = path.validity_at(&store, as_of);
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
});
