//! Nothing that a file may hold makes this crate panic.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests, too, state what they expect by unwrapping and indexing"
)]

mod support;

use dno_audit_smki::{Certificate, PathLimits, Profile, ReadError, StoreBuilder, read_certificates};
use proptest::prelude::*;
use support::{Key, Recipe};
use types::{AsOf, Timestamp};

/// Everything that can be asked of a certificate.
fn ask(certificate: Certificate) {
    let as_of = AsOf(Timestamp::from_unix_millis(0).unwrap());
    for finding in certificate.inspect_profile(&Profile::with_policies([support::POLICY])) {
        assert!(!finding.to_string().is_empty() && !finding.id().is_empty());
    }
    let _ = (certificate.entity_id(), certificate.role(), certificate.serial_hex(), certificate.kind());
    let _ = (certificate.validity_at(as_of), certificate.expires_within(as_of, u32::MAX));
    let _ = (certificate.days_left(as_of), certificate.computed_key_id(), certificate.subject().to_string());
    let mut builder = StoreBuilder::new();
    builder.add_trust_anchor(Recipe::issuing(&Key::new(2), &Key::new(1)).signed_by(&Key::new(1)));
    builder.add(certificate);
    let store = builder.build();
    let paths = store.verify_paths(PathLimits::default());
    for (id, _) in store.iter() {
        if let Err(error) = paths.result(id) {
            assert!(!error.to_string().is_empty());
        }
    }
}

fn recipes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(Recipe::organisation(&Key::new(3), &Key::new(2)).der(&Key::new(2))),
        Just(Recipe::device(&Key::new(3), &Key::new(2)).der(&Key::new(2))),
        Just(Recipe::issuing(&Key::new(2), &Key::new(1)).der(&Key::new(1))),
    ]
}

proptest! {
    #[test]
    fn any_octets_are_decoded_or_refused(octets: Vec<u8>) {
        let _ = Certificate::decode(&octets);
        for found in read_certificates(&octets) {
            if let Err(error) = found.value {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }

    #[test]
    fn any_sequence_is_decoded_or_refused(content in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Certificate::decode(&support::sequence(&[&content]));
    }

    #[test]
    fn a_changed_certificate_is_decoded_or_refused(
        octets in recipes(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let mut changed = octets;
        for (index, octet) in changes {
            let index = index.index(changed.len());
            changed[index] = octet;
        }
        if let Ok(certificate) = Certificate::decode(&changed) {
            prop_assert_eq!(certificate.der(), changed.as_slice());
            ask(certificate);
        }
    }

    #[test]
    fn a_certificate_cut_or_doubled_is_refused(octets in recipes(), at: prop::sample::Index) {
        let at = at.index(octets.len());
        prop_assert!(Certificate::decode(&octets[..at]).is_err());
        let spliced = [&octets[..at], &octets[..]].concat();
        prop_assert_eq!(Certificate::decode(&spliced).is_ok(), at == 0);
    }

    #[test]
    fn a_change_of_the_signed_part_breaks_the_path(index: prop::sample::Index, flip in 1u8..) {
        let anchor = Recipe::issuing(&Key::new(2), &Key::new(1)).signed_by(&Key::new(1));
        let recipe = Recipe::organisation(&Key::new(3), &Key::new(2));
        let mut octets = recipe.der(&Key::new(2));
        let index = 4 + index.index(recipe.signed_part().len());
        octets[index] ^= flip;
        if let Ok(certificate) = Certificate::decode(&octets) {
            let mut builder = StoreBuilder::new();
            builder.add_trust_anchor(anchor);
            let sha256 = certificate.sha256();
            builder.add(certificate);
            let store = builder.build();
            let id = store.by_sha256(sha256).unwrap();
            prop_assert!(store.verify_paths(PathLimits::default()).result(id).is_err());
        }
    }

    #[test]
    fn pem_with_lines_broken_anywhere_gives_the_same_certificate(
        octets in recipes(),
        width in 1usize..100,
        end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r"), Just("\n\n"), Just(" "), Just("\n\t")],
    ) {
        let base64 = data_encoding::BASE64.encode(&octets);
        let lines: Vec<_> = base64.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let pem = format!(
            "a comment\n-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join(end)
        );
        let found = read_certificates(&[pem.as_bytes(), pem.as_bytes()].concat());
        prop_assert_eq!(found.len(), 2);
        prop_assert_eq!(found[0].line, 2);
        for found in found {
            let certificate = found.value.unwrap();
            prop_assert_eq!(certificate.der(), octets.as_slice());
        }
    }

    #[test]
    fn pem_around_any_text_is_read_or_refused(text in "[A-Za-z0-9+/= \r\n-]{0,200}", label in "[A-Z ]{0,20}") {
        let pem = format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----");
        for found in read_certificates(pem.as_bytes()) {
            if label.contains("PRIVATE KEY") {
                prop_assert!(matches!(found.value, Err(ReadError::PrivateKey)));
            }
        }
    }
}
