//! Revocation lists: what is read of them, which count, and what they say of certificates.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests, too, state what they expect by unwrapping and indexing"
)]

mod support;

use std::path::Path;
use std::process::Command;

use dno_audit_smki::{
    Certificate, ListField, ListUse, PathLimits, Published, ReadError, RevocationList, RevocationListError,
    RevocationListFault, RevocationStatus, RevocationUnknown, Revocations, Store, StoreBuilder,
    read_certificates, read_published,
};
use support::{
    Key, ListRecipe, Recipe, extension, key_usage, list_entry, list_number, reason, sequence, tlv,
};
use types::AsOf;

const ROOT: u8 = 1;
const OCA: u8 = 2;
const PARTY: u8 = 3;
const STRANGER: u8 = 4;

fn key(seed: u8) -> Key {
    Key::new(seed)
}

fn list() -> ListRecipe {
    ListRecipe::issuing(&key(OCA))
}

fn as_of() -> AsOf {
    AsOf("2026-01-01T00:00:00Z".parse().unwrap())
}

/// A root, an issuing authority and a party of it, with these lists.
struct Hierarchy {
    store: Store,
    party: Certificate,
    oca: Certificate,
}

impl Hierarchy {
    fn new(lists: &[RevocationList]) -> Self {
        Self::of(Recipe::issuing(&key(OCA), &key(ROOT)), Recipe::organisation(&key(PARTY), &key(OCA)), lists)
    }

    fn of(oca: Recipe, party: Recipe, lists: &[RevocationList]) -> Self {
        // Another serial number than the party's, so that a list can name either.
        let oca = oca.with(|oca| oca.serial = tlv(0x02, &[&[0x22; 16]])).signed_by(&key(ROOT));
        let party = party.signed_by(&key(OCA));
        let mut builder = StoreBuilder::new();
        builder.add_trust_anchor(Recipe::root(&key(ROOT)).signed_by(&key(ROOT)));
        builder.add(oca.clone());
        builder.add(party.clone());
        for list in lists {
            builder.add_revocation_list(list.clone());
        }
        Self { store: builder.build(), party, oca }
    }

    fn revocations(&self) -> Revocations {
        let paths = self.store.verify_paths(PathLimits::default());
        self.store.verify_revocation(&paths, as_of(), PathLimits::default())
    }

    fn status(&self, certificate: &Certificate) -> RevocationStatus {
        self.revocations().status(self.store.by_sha256(certificate.sha256()).unwrap()).clone()
    }

    fn uses(&self) -> Vec<ListUse> {
        let revocations = self.revocations();
        self.store.revocation_lists().map(|(id, _)| revocations.list(id).unwrap().clone()).collect()
    }
}

/// What one list says of the party.
fn status(list: &RevocationList) -> RevocationStatus {
    let hierarchy = Hierarchy::new(std::slice::from_ref(list));
    hierarchy.status(&hierarchy.party)
}

/// Why one list makes nothing known; what it says of the party among it.
fn fault(list: &RevocationList) -> RevocationListFault {
    match status(list) {
        RevocationStatus::Unknown(RevocationUnknown::ListUnusable { fault, .. }) => fault,
        other => panic!("{other:?}"),
    }
}

fn revoked_at(status: &RevocationStatus) -> Option<String> {
    match status {
        RevocationStatus::Revoked(revocation) => Some(revocation.entry.at.to_string()),
        _ => None,
    }
}

#[test]
fn a_list_says_what_stands_in_it() {
    let invalid_since = extension("2.5.29.24", false, &tlv(0x18, &[b"20220501000000Z"]));
    let entries = [
        list_entry(&[0x00, 0x91, 0x01], "220601", &[reason(1), invalid_since]),
        list_entry(&[0x07], "230601", &[]),
    ];
    let list = list().with(|list| list.entries = entries.to_vec()).signed_by(&key(OCA));
    assert_eq!(list.issuer().to_string(), "OU=07, CN=T1");
    assert_eq!(list.this_update().to_string(), "2025-12-31T00:00:00Z");
    assert_eq!(list.next_update().unwrap().to_string(), "2026-01-07T00:00:00Z");
    assert_eq!(list.number_hex().as_deref(), Some("01"));
    assert_eq!(list.authority_key_identifier(), Some(&key(OCA).id()[..]));
    let [one, other] = list.entries() else { panic!("two entries") };
    assert_eq!((one.serial_hex().as_str(), one.at.to_string()), ("9101", "2022-06-01T00:00:00Z".to_owned()));
    assert_eq!(one.reason.unwrap().to_string(), "keyCompromise");
    assert_eq!(one.invalid_since.unwrap().to_string(), "2022-05-01T00:00:00Z");
    assert_eq!((other.serial_hex().as_str(), other.reason, other.invalid_since), ("07", None, None));
}

#[test]
fn a_certificate_on_the_list_is_revoked_and_one_that_is_not_is_not() {
    assert!(matches!(status(&list().signed_by(&key(OCA))), RevocationStatus::NotRevoked { .. }));
    let listed = status(&list().revoking("220601", &[reason(4)]).signed_by(&key(OCA)));
    assert_eq!(revoked_at(&listed).as_deref(), Some("2022-06-01T00:00:00Z"));
    // On the list, but only from tomorrow on.
    let later = status(&list().revoking("260102", &[]).signed_by(&key(OCA)));
    assert!(matches!(later, RevocationStatus::NotRevoked { .. }), "{later:?}");
    let now = status(&list().revoking("260101", &[]).signed_by(&key(OCA)));
    assert!(revoked_at(&now).is_some());
    // The first of two entries counts.
    let twice = list().revoking("230601", &[]).revoking("220601", &[]).signed_by(&key(OCA));
    assert_eq!(revoked_at(&status(&twice)).as_deref(), Some("2022-06-01T00:00:00Z"));
}

#[test]
fn a_serial_number_with_a_needless_zero_is_found_on_the_list() {
    let party = Recipe::organisation(&key(PARTY), &key(OCA));
    let party = party.with(|party| party.serial = tlv(0x02, &[&[0], &[0x11; 16]]));
    let list = list().revoking("220601", &[]).signed_by(&key(OCA));
    let hierarchy = Hierarchy::of(Recipe::issuing(&key(OCA), &key(ROOT)), party, &[list]);
    assert!(revoked_at(&hierarchy.status(&hierarchy.party)).is_some());
}

#[test]
fn without_a_list_nothing_is_known() {
    let hierarchy = Hierarchy::new(&[]);
    assert_eq!(hierarchy.status(&hierarchy.party), RevocationStatus::Unknown(RevocationUnknown::NoListGiven));
    assert!(!hierarchy.revocations().any_list());
    let of_root = Hierarchy::new(&[ListRecipe::root(&key(ROOT)).signed_by(&key(ROOT))]);
    let unknown = of_root.status(&of_root.party);
    assert!(matches!(&unknown, RevocationStatus::Unknown(RevocationUnknown::NoListOfIssuer { issuer })
        if issuer == of_root.oca.subject()));
    let root = of_root.store.trust_anchors()[0];
    assert_eq!(*of_root.revocations().status(root), RevocationStatus::TrustAnchor);
}

#[test]
fn a_list_that_is_stale_early_or_without_end_makes_nothing_good() {
    let stale = list().with(|list| list.next_update = tlv(0x17, &[b"251231235959Z"]));
    assert!(matches!(fault(&stale.signed_by(&key(OCA))), RevocationListFault::OutOfDate { .. }));
    let early = list().with(|list| list.this_update = tlv(0x17, &[b"260101000001Z"]));
    assert!(matches!(fault(&early.signed_by(&key(OCA))), RevocationListFault::NotYetValid { .. }));
    let endless = list().with(|list| list.next_update = Vec::new());
    assert_eq!(fault(&endless.signed_by(&key(OCA))), RevocationListFault::NoNextUpdate);
    // Both ends belong to the time of a list.
    let just = list().with(|list| {
        list.this_update = tlv(0x17, &[b"260101000000Z"]);
        list.next_update = tlv(0x17, &[b"260101000000Z"]);
    });
    assert!(matches!(status(&just.signed_by(&key(OCA))), RevocationStatus::NotRevoked { .. }));
    // A stale list that has the certificate does not make it revoked either, but what it says is shown.
    let listed = stale.revoking("220601", &[]).signed_by(&key(OCA));
    let RevocationStatus::Unknown(unknown) = status(&listed) else { panic!("not known") };
    assert!(unknown.to_string().ends_with("; revoked there 2022-06-01T00:00:00Z"), "{unknown}");
}

#[test]
fn a_list_that_its_issuer_did_not_sign_does_not_count() {
    let of_stranger = list().revoking("220601", &[]).signed_by(&key(STRANGER));
    assert!(matches!(fault(&of_stranger), RevocationListFault::SignatureInvalid { .. }));
    let RevocationStatus::Unknown(unknown) = status(&of_stranger) else { panic!("not known") };
    assert!(!unknown.to_string().contains("revoked there"), "{unknown}");

    let nameless = list().with(|list| list.issuer = support::authority_name("07", "T9"));
    let hierarchy = Hierarchy::new(&[nameless.signed_by(&key(OCA))]);
    assert!(matches!(hierarchy.uses()[..], [ListUse::Unusable(RevocationListFault::IssuerNotFound { .. })]));

    let may_not = Recipe::issuing(&key(OCA), &key(ROOT));
    let may_not = may_not.with(|oca| oca.extensions[0] = key_usage(&[3, 2, 2, 0x04]));
    let party = Recipe::organisation(&key(PARTY), &key(OCA));
    let hierarchy = Hierarchy::of(may_not, party, &[list().signed_by(&key(OCA))]);
    assert!(matches!(
        hierarchy.uses()[..],
        [ListUse::Unusable(RevocationListFault::IssuerMayNotSign { .. })]
    ));

    let mut builder = StoreBuilder::new();
    builder.add(Recipe::issuing(&key(OCA), &key(ROOT)).signed_by(&key(ROOT)));
    builder.add_revocation_list(list().signed_by(&key(OCA)));
    let store = builder.build();
    let revocations =
        store.verify_revocation(&store.verify_paths(PathLimits::default()), as_of(), PathLimits::default());
    let (id, _) = store.revocation_lists().next().unwrap();
    assert!(matches!(
        revocations.list(id),
        Some(ListUse::Unusable(RevocationListFault::IssuerWithoutPath { .. }))
    ));
}

#[test]
fn a_list_of_another_key_of_the_issuer_says_nothing_of_what_this_key_signed() {
    let renewed = Recipe::issuing(&key(STRANGER), &key(ROOT)).signed_by(&key(ROOT));
    let party = Recipe::organisation(&key(PARTY), &key(OCA)).signed_by(&key(OCA));
    let mut builder = StoreBuilder::new();
    builder.add_trust_anchor(Recipe::root(&key(ROOT)).signed_by(&key(ROOT)));
    let oca = Recipe::issuing(&key(OCA), &key(ROOT)).with(|oca| oca.serial = tlv(0x02, &[&[0x22; 16]]));
    builder.add(oca.signed_by(&key(ROOT)));
    builder.add(renewed);
    builder.add(party.clone());
    builder.add_revocation_list(list().signed_by(&key(STRANGER)));
    let store = builder.build();
    let paths = store.verify_paths(PathLimits::default());
    let revocations = store.verify_revocation(&paths, as_of(), PathLimits::default());
    let status = revocations.status(store.by_sha256(party.sha256()).unwrap());
    assert!(
        matches!(status, RevocationStatus::Unknown(RevocationUnknown::NoListOfIssuer { .. })),
        "{status:?}"
    );
}

#[test]
fn a_part_a_change_or_an_extension_that_is_not_known_can_t_be_used() {
    let delta = extension("2.5.29.27", true, &[2, 1, 1]);
    let part = extension("2.5.29.28", false, &sequence(&[]));
    let unknown = extension("1.2.3.4", true, &[5, 0]);
    for (extra, oid) in [(delta, "2.5.29.27"), (part, "2.5.29.28"), (unknown.clone(), "1.2.3.4")] {
        let list = list().with(|list| list.extensions.push(extra)).signed_by(&key(OCA));
        assert_eq!(fault(&list), RevocationListFault::UnprocessedExtension { oid: oid.to_owned() });
    }
    let foreign = extension("2.5.29.29", true, &sequence(&[]));
    for (extra, oid) in [(foreign, "2.5.29.29"), (unknown, "1.2.3.4")] {
        let list = list().with(|list| list.entries.push(list_entry(&[9], "220601", &[extra])));
        let list = list.signed_by(&key(OCA));
        assert_eq!(fault(&list), RevocationListFault::UnprocessedExtension { oid: oid.to_owned() });
    }
    // One that is not critical changes nothing.
    let harmless = list().with(|list| list.extensions.push(extension("1.2.3.4", false, &[5, 0])));
    assert!(matches!(status(&harmless.signed_by(&key(OCA))), RevocationStatus::NotRevoked { .. }));
}

#[test]
fn what_was_taken_off_or_had_ended_is_not_known() {
    let off = list().revoking("220601", &[reason(8)]).signed_by(&key(OCA));
    let unknown = status(&off);
    assert!(matches!(unknown, RevocationStatus::Unknown(RevocationUnknown::TakenOff { .. })), "{unknown:?}");
    let party = Recipe::organisation(&key(PARTY), &key(OCA));
    let ended = party.with(|party| party.not_after = tlv(0x17, &[b"250101000000Z"]));
    let oca = Recipe::issuing(&key(OCA), &key(ROOT));
    let hierarchy = Hierarchy::of(oca.clone(), ended.clone(), &[list().signed_by(&key(OCA))]);
    let unknown = hierarchy.status(&hierarchy.party);
    assert!(matches!(unknown, RevocationStatus::Unknown(RevocationUnknown::EndedBeforeList { .. })));
    let listed = list().revoking("220601", &[]).signed_by(&key(OCA));
    let hierarchy = Hierarchy::of(oca, ended, &[listed]);
    assert!(revoked_at(&hierarchy.status(&hierarchy.party)).is_some());
}

#[test]
fn the_newest_list_counts_whatever_the_order_of_the_lists() {
    let old = list().with(|list| list.this_update = tlv(0x17, &[b"251230000000Z"]));
    let old = old.revoking("251201", &[reason(6)]).signed_by(&key(OCA));
    let new = list().signed_by(&key(OCA));
    let renumbered = list().with(|list| list.extensions[1] = list_number(2));
    let renumbered = renumbered.revoking("251201", &[]).signed_by(&key(OCA));
    for (lists, revoked) in [
        (vec![old.clone(), new.clone()], false),
        (vec![new.clone(), old.clone()], false),
        (vec![new.clone(), renumbered.clone()], true),
        (vec![renumbered, old, new], true),
    ] {
        let hierarchy = Hierarchy::new(&lists);
        assert_eq!(revoked_at(&hierarchy.status(&hierarchy.party)).is_some(), revoked);
        let counting = hierarchy.uses().into_iter().filter(|it| *it == ListUse::Counts);
        assert_eq!(counting.count(), 1);
    }
}

#[test]
fn a_stale_list_does_not_stand_in_the_way_of_one_that_counts() {
    let stale = list().with(|list| list.next_update = tlv(0x17, &[b"251231000000Z"]));
    let hierarchy = Hierarchy::new(&[stale.signed_by(&key(OCA)), list().signed_by(&key(OCA))]);
    let status = hierarchy.status(&hierarchy.party);
    assert!(matches!(status, RevocationStatus::NotRevoked { .. }), "{status:?}");
}

#[test]
fn a_revoked_authority_takes_what_it_issued_with_it() {
    let of_root = ListRecipe::root(&key(ROOT));
    let of_root = of_root.with(|list| list.entries.push(list_entry(&[0x22; 16], "240601", &[reason(2)])));
    let hierarchy = Hierarchy::new(&[of_root.signed_by(&key(ROOT)), list().signed_by(&key(OCA))]);
    let oca = hierarchy.store.by_sha256(hierarchy.oca.sha256()).unwrap();
    for certificate in [&hierarchy.oca, &hierarchy.party] {
        let RevocationStatus::Revoked(revocation) = hierarchy.status(certificate) else { panic!("revoked") };
        assert_eq!(revocation.certificate, oca);
        assert_eq!(revocation.entry.reason.unwrap().to_string(), "cACompromise");
    }
}

#[test]
fn the_work_on_signatures_is_limited() {
    let hierarchy = Hierarchy::new(&[list().signed_by(&key(OCA))]);
    let paths = hierarchy.store.verify_paths(PathLimits::default());
    let mut limits = PathLimits::default();
    limits.signature_checks = 0;
    let revocations = hierarchy.store.verify_revocation(&paths, as_of(), limits);
    let (id, _) = hierarchy.store.revocation_lists().next().unwrap();
    assert_eq!(
        revocations.list(id),
        Some(&ListUse::Unusable(RevocationListFault::BudgetExhausted { limit: 0 }))
    );
}

#[test]
fn what_is_no_list_says_where_it_fails() {
    let whole = list().revoking("220601", &[]).der(&key(OCA));
    let error = |der: &[u8]| RevocationList::decode(der).unwrap_err();
    assert_eq!(error(&[]), RevocationListError::Empty);
    assert_eq!(error(&whole[..40]), RevocationListError::Truncated { found: 40 });
    assert_eq!(error(&[&whole[..], &[0]].concat()), RevocationListError::TrailingOctets { octets: 1 });
    let certificate = Recipe::organisation(&key(PARTY), &key(OCA)).der(&key(OCA));
    assert_eq!(error(&certificate), RevocationListError::Version { found: 1 });
    let changed = |change: fn(&mut ListRecipe)| error(&list().with(change).der(&key(OCA)));
    assert_eq!(changed(|list| list.version = Vec::new()), RevocationListError::Version { found: 1 });
    assert_eq!(changed(|list| list.version = vec![2, 1, 2]), RevocationListError::Version { found: 3 });
    assert_eq!(
        changed(|list| list.this_update = tlv(0x17, &[b"251331000000Z"])),
        RevocationListError::Malformed { field: ListField::ThisUpdate }
    );
    assert_eq!(
        changed(|list| list.entries = vec![list_entry(&[1], "220601", &[]), sequence(&[&[2, 1, 1]])]),
        RevocationListError::MalformedEntry { number: 2 }
    );
    assert_eq!(
        changed(|list| list.entries = vec![list_entry(&[1], "220601", &[reason(1), reason(1)])]),
        RevocationListError::MalformedEntry { number: 1 }
    );
    assert_eq!(
        changed(|list| list.extensions.push(list_number(1))),
        RevocationListError::DuplicateExtension { oid: "2.5.29.20".to_owned() }
    );
    assert_eq!(
        changed(|list| list.extensions[1] = extension("2.5.29.20", false, &[2, 1, 0x80])),
        RevocationListError::MalformedExtension { oid: "2.5.29.20".to_owned() }
    );
    assert!(matches!(
        changed(|list| list.extensions[0] = vec![0x30, 0x81, 0x00]),
        RevocationListError::NotCanonical { .. }
    ));
}

/// Entries that can't be read must never pass for none.
#[test]
fn no_damage_to_an_entry_gives_a_list_that_says_less() {
    let whole = list().revoking("220601", &[reason(1)]).der(&key(OCA));
    for offset in 0..whole.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut damaged = whole.clone();
            damaged[offset] ^= flip;
            if let Ok(read) = RevocationList::decode(&damaged) {
                assert_eq!(read.entries().len(), 1, "octet {offset}");
            }
        }
    }
}

#[test]
fn lists_are_read_beside_certificates_in_every_form() {
    let list = list().revoking("220601", &[]).der(&key(OCA));
    let certificate = Recipe::organisation(&key(PARTY), &key(OCA)).der(&key(OCA));
    let base64 = data_encoding::BASE64.encode(&list);
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n-----BEGIN X509 CRL-----\n{base64}\n\
         -----END X509 CRL-----\n",
        data_encoding::BASE64.encode(&certificate)
    );
    let kinds = |octets: &[u8]| -> Vec<(u32, &'static str)> {
        let kind = |published: Published| match published {
            Published::Certificate(it) => {
                assert_eq!(it.der(), certificate);
                "certificate"
            }
            Published::RevocationList(it) => {
                assert_eq!(it.der(), list);
                "list"
            }
        };
        read_published(octets).into_iter().map(|found| (found.line, kind(found.value.unwrap()))).collect()
    };
    assert_eq!(kinds(&list), [(1, "list")]);
    assert_eq!(kinds(base64.as_bytes()), [(1, "list")]);
    assert_eq!(kinds(pem.as_bytes()), [(1, "certificate"), (4, "list")]);
    assert_eq!(kinds(&certificate), [(1, "certificate")]);
    // One that is cut off is known as a list all the same.
    let cut = read_published(&list[..list.len() - 9]).remove(0).value.unwrap_err();
    assert!(matches!(cut, ReadError::RevocationList(RevocationListError::Truncated { .. })), "{cut:?}");
    assert_eq!(read_certificates(&list).remove(0).value.unwrap_err(), ReadError::NotACertificate);
}

/// What OpenSSL prints of a list, line by line without blanks around it.
fn openssl(path: &Path) -> Option<Vec<String>> {
    let mut command = Command::new("openssl");
    command.args(["crl", "-inform", "DER", "-noout", "-text", "-in"]).arg(path);
    match command.output() {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8(output.stdout).unwrap();
            Some(text.lines().map(|line| line.trim().to_owned()).collect())
        }
        Ok(output) => panic!("{}: {}", path.display(), String::from_utf8_lossy(&output.stderr)),
        Err(error) => {
            #[allow(clippy::print_stderr, reason = "a skipped test must be seen")]
            {
                eprintln!("skipped: no openssl to compare with ({error})");
            }
            None
        }
    }
}

#[test]
fn openssl_reads_the_same_of_the_lists_of_the_test_data() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/pki");
    let mut compared = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "crl") {
            continue;
        }
        compared += 1;
        let Some(lines) = openssl(&path) else { return };
        let list = RevocationList::decode(&std::fs::read(&path).unwrap()).unwrap();
        let after = |label: &str| {
            lines.iter().filter_map(|line| line.strip_prefix(label)).map(str::to_owned).collect::<Vec<_>>()
        };
        // OpenSSL counts versions as they are shown, and writes dates as `Jun  1 00:00:00 2022 GMT`.
        assert_eq!(after("Version "), ["2 (0x1)"]);
        let date = |text: &str| {
            let fields: Vec<&str> = text.split_whitespace().collect();
            let months = "JanFebMarAprMayJunJulAugSepOctNovDec";
            let month = months.find(fields[0]).unwrap() / 3 + 1;
            format!("{}-{month:02}-{:0>2}T{}Z", fields[3], fields[1], fields[2])
        };
        let dates = |label: &str| after(label).iter().map(|text| date(text)).collect::<Vec<_>>();
        assert_eq!(dates("Last Update: "), [list.this_update().to_string()]);
        assert_eq!(dates("Next Update: "), [list.next_update().unwrap().to_string()]);
        let mut entries: Vec<(String, String)> =
            after("Serial Number: ").into_iter().zip(dates("Revocation Date: ")).collect();
        entries.sort();
        let read = list.entries().iter().map(|entry| (entry.serial_hex(), entry.at.to_string()));
        let mut read: Vec<(String, String)> = read.collect();
        read.sort();
        assert_eq!(read, entries, "{}", path.display());
    }
    assert!(compared >= 4, "only {compared} lists in the test data");
}
