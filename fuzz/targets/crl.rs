//! `smki::read_published` on any octets, and the judgement of a fixed hierarchy by the lists that were read.
//!
//! A list keeps its octets, and its entries are sorted. Nothing is good or revoked but by a list that counts, and none
//! counts that the fixed authorities did not sign.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use smki::{
    Certificate, ListUse, PathLimits, Published, RevocationList, RevocationStatus, StoreBuilder,
    read_published,
};
use types::{AsOf, Timestamp};

static ROOT: LazyLock<Certificate> =
    LazyLock::new(|| certificate(include_bytes!("../../testdata/pki/root.der")));
static OTHERS: LazyLock<[Certificate; 3]> = LazyLock::new(|| {
    [
        certificate(include_bytes!("../../testdata/pki/issuing.der")),
        certificate(include_bytes!("../../testdata/pki/lond-3-digitalsignature.der")),
        certificate(include_bytes!("../../testdata/pki/lond-4-digitalsignature.der")),
    ]
});

fn certificate(der: &[u8]) -> Certificate {
    Certificate::decode(der).expect("a certificate of the test data")
}

fuzz_target!(|octets: &[u8]| {
    let mut builder = StoreBuilder::new();
    builder.add_trust_anchor(ROOT.clone());
    OTHERS.iter().for_each(|certificate| {
        builder.add(certificate.clone());
    });
    for located in read_published(octets) {
        match located.value {
            Ok(Published::RevocationList(list)) => {
                let again = RevocationList::decode(list.der()).expect("the octets of a list");
                assert_eq!((again.sha256(), again.entries()), (list.sha256(), list.entries()));
                assert!(list.entries().is_sorted());
                for entry in list.entries() {
                    assert!(!entry.to_string().is_empty());
                }
                let _ = (list.issuer().to_string(), list.number_hex(), list.unprocessed_extension());
                builder.add_revocation_list(*list);
            }
            Ok(Published::Certificate(_)) => {}
            Err(error) => assert!(!error.to_string().is_empty() && !error.id().is_empty()),
        }
    }
    let store = builder.build();
    let as_of = AsOf(Timestamp::from_calendar(2026, 1, 1, 0, 0, 0).expect("a date"));
    let mut limits = PathLimits::default();
    limits.signature_checks = 20;
    let paths = store.verify_paths(limits);
    let revocations = store.verify_revocation(&paths, as_of, limits);
    assert_eq!(revocations.any_list(), store.revocation_lists().next().is_some());
    for (id, list) in store.revocation_lists() {
        match revocations.list(id).expect("a list of this store") {
            ListUse::Counts | ListUse::Superseded { .. } => {
                assert!(list.this_update() <= as_of.0 && list.next_update() >= Some(as_of.0));
                assert!(list.unprocessed_extension().is_none());
            }
            ListUse::Unusable(fault) => assert!(!fault.to_string().is_empty() && !fault.id().is_empty()),
        }
    }
    for (id, certificate) in store.iter() {
        let status = revocations.status(id);
        match status {
            RevocationStatus::NotRevoked { list } => {
                assert_eq!(revocations.list(*list), Some(&ListUse::Counts));
            }
            RevocationStatus::Revoked(revocation) => {
                assert_eq!(revocations.list(revocation.list), Some(&ListUse::Counts));
                assert!(revocation.entry.at <= as_of.0);
            }
            RevocationStatus::TrustAnchor => assert_eq!(certificate.sha256(), ROOT.sha256()),
            RevocationStatus::Unknown(why) => assert!(!why.to_string().is_empty()),
        }
    }
});
