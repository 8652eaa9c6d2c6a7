//! Paths in synthetic hierarchies.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests, too, state what they expect by unwrapping and indexing"
)]

mod support;

use dno_audit_smki::{
    Added, Certificate, IssuerFault, PathError, PathLimits, PathNote, PathToAnchor, Store, StoreBuilder,
    Validity,
};
use support::{Key, Recipe, authority_name, basic_constraints, extension, key_usage, oid, sequence};
use types::{AsOf, KeyUsage};

const ROOT: u8 = 1;
const OCA: u8 = 2;
const PARTY: u8 = 3;
const STRANGER: u8 = 4;

fn key(seed: u8) -> Key {
    Key::new(seed)
}

fn root() -> Certificate {
    Recipe::root(&key(ROOT)).signed_by(&key(ROOT))
}

fn oca() -> Recipe {
    Recipe::issuing(&key(OCA), &key(ROOT))
}

fn party() -> Recipe {
    Recipe::organisation(&key(PARTY), &key(OCA))
}

fn store(anchors: &[&Certificate], others: &[&Certificate]) -> Store {
    let mut builder = StoreBuilder::new();
    for certificate in others {
        builder.add((*certificate).clone());
    }
    for anchor in anchors {
        builder.add_trust_anchor((*anchor).clone());
    }
    builder.build()
}

fn result(store: &Store, certificate: &Certificate) -> Result<PathToAnchor, PathError> {
    let paths = store.verify_paths(PathLimits::default());
    paths.result(store.by_sha256(certificate.sha256()).unwrap()).cloned().map_err(Clone::clone)
}

#[test]
fn a_path_leads_through_the_issuing_certificate_to_the_root() {
    let (root, oca, party) = (root(), oca().signed_by(&key(ROOT)), party().signed_by(&key(OCA)));
    let store = store(&[&root], &[&oca, &party]);
    let path = result(&store, &party).unwrap();
    let issuers: Vec<_> = path.issuers().iter().map(|id| store.get(*id).unwrap().subject()).collect();
    assert_eq!(issuers, [oca.subject(), root.subject()]);
    assert!(path.notes().is_empty());
    assert_eq!(result(&store, &root).unwrap().issuers(), []);
}

#[test]
fn an_issuing_certificate_can_be_the_anchor() {
    let (oca, party) = (oca().signed_by(&key(ROOT)), party().signed_by(&key(OCA)));
    assert!(result(&store(&[&oca], &[&party]), &party).is_ok());
}

#[test]
fn without_an_anchor_nothing_has_a_path() {
    let (root, party) = (root(), party().signed_by(&key(OCA)));
    assert_eq!(result(&store(&[], &[&root, &party]), &root), Err(PathError::NoTrustAnchorGiven));
}

#[test]
fn an_issuer_is_missing_or_has_no_path_itself() {
    let (root, party) = (root(), party().signed_by(&key(OCA)));
    let issuer = party.issuer().clone();
    assert_eq!(
        result(&store(&[&root], &[&party]), &party),
        Err(PathError::IssuerNotFound { issuer: issuer.clone() })
    );
    let stray = oca().signed_by(&key(STRANGER));
    let store = store(&[&root], &[&stray, &party]);
    assert_eq!(result(&store, &stray), Err(PathError::SignatureInvalid { issuer: root.subject().clone() }));
    assert_eq!(result(&store, &party), Err(PathError::IssuerWithoutPath { issuer }));
}

#[test]
fn a_name_without_the_signature_is_not_enough() {
    let oca = oca().signed_by(&key(ROOT));
    let forged = party().signed_by(&key(STRANGER));
    assert_eq!(
        result(&store(&[&oca], &[&forged]), &forged),
        Err(PathError::SignatureInvalid { issuer: oca.subject().clone() })
    );
}

#[test]
fn a_signature_without_the_name_is_not_enough() {
    let oca = oca().signed_by(&key(ROOT));
    let other = party().with(|recipe| recipe.issuer = authority_name("07", "T2")).signed_by(&key(OCA));
    assert_eq!(
        result(&store(&[&oca], &[&other]), &other),
        Err(PathError::IssuerNameDiffers { named: other.issuer().clone(), signer: oca.subject().clone() })
    );
}

#[test]
fn of_two_issuers_of_one_name_the_one_that_signed_is_found() {
    let oca_one = oca().signed_by(&key(ROOT));
    let oca_two = Recipe::issuing(&key(STRANGER), &key(ROOT)).signed_by(&key(ROOT));
    // Without a key identifier, only the signature can tell.
    let party = party()
        .with(|recipe| {
            recipe.extensions.pop();
        })
        .signed_by(&key(STRANGER));
    let store = store(&[&root()], &[&oca_one, &oca_two, &party]);
    let path = result(&store, &party).unwrap();
    assert_eq!(store.get(path.issuers()[0]).unwrap().sha256(), oca_two.sha256());
}

#[test]
fn a_wrong_authority_key_identifier_is_noted() {
    let oca = oca().signed_by(&key(ROOT));
    let party = Recipe::organisation(&key(PARTY), &key(STRANGER)).signed_by(&key(OCA));
    let store = store(&[&oca], &[&party]);
    let certificate = store.by_sha256(party.sha256()).unwrap();
    let notes = result(&store, &party).unwrap().notes().to_vec();
    assert_eq!(notes, [PathNote::AuthorityKeyIdentifierDiffers { certificate }]);
}

#[test]
fn only_a_certification_authority_issues() {
    let subject = oca().subject;
    let child = party().signed_by(&key(OCA));
    let no_ca = oca().with(|recipe| recipe.extensions.retain(|found| *found != basic_constraints(Some(0))));
    let no_sign = oca().with(|recipe| recipe.extensions[0] = key_usage(support::DIGITAL_SIGNATURE));
    for (recipe, fault) in [(no_ca, IssuerFault::BasicConstraints), (no_sign, IssuerFault::KeyUsage)] {
        assert_eq!(recipe.subject, subject);
        let issuer = recipe.signed_by(&key(ROOT));
        let found = result(&store(&[&root()], &[&issuer, &child]), &child);
        assert_eq!(found, Err(PathError::IssuerNotCa { issuer: issuer.subject().clone(), fault }));
    }
}

#[test]
fn a_path_length_of_zero_allows_no_further_authority() {
    let oca = oca().signed_by(&key(ROOT));
    let lower = Recipe::issuing(&key(STRANGER), &key(OCA))
        .with(|recipe| {
            recipe.subject = authority_name("07", "T2");
            recipe.issuer = authority_name("07", "T1");
        })
        .signed_by(&key(OCA));
    let party = Recipe::organisation(&key(PARTY), &key(STRANGER))
        .with(|recipe| recipe.issuer = authority_name("07", "T2"))
        .signed_by(&key(STRANGER));
    let store = store(&[&root()], &[&oca, &lower, &party]);
    // The authority itself is no further one below itself; what it issues is.
    assert!(result(&store, &lower).is_ok());
    let fault = IssuerFault::PathLength;
    assert_eq!(
        result(&store, &party),
        Err(PathError::IssuerNotCa { issuer: lower.subject().clone(), fault })
    );
}

#[test]
fn an_unknown_critical_extension_breaks_the_path_here_and_below() {
    let unknown = extension("1.2.3.4", true, &[5, 0]);
    let oca = oca().with(|recipe| recipe.extensions.push(unknown)).signed_by(&key(ROOT));
    let party = party().signed_by(&key(OCA));
    let store = store(&[&root()], &[&oca, &party]);
    let oid = "1.2.3.4".to_owned();
    assert_eq!(result(&store, &oca), Err(PathError::UnknownCriticalExtension { oid }));
    let issuer = oca.subject().clone();
    assert_eq!(result(&store, &party), Err(PathError::IssuerWithoutPath { issuer }));
}

#[test]
fn another_signature_algorithm_is_not_supported() {
    let oca = oca().signed_by(&key(ROOT));
    let sha384 = party()
        .with(|recipe| recipe.algorithm = sequence(&[&oid("1.2.840.10045.4.3.3")]))
        .signed_by(&key(OCA));
    let oid = "1.2.840.10045.4.3.3".to_owned();
    assert_eq!(result(&store(&[&oca], &[&sha384]), &sha384), Err(PathError::AlgorithmUnsupported { oid }));
}

#[test]
fn expired_issuers_keep_their_paths_and_say_so() {
    let (root, oca, party) = (root(), oca().signed_by(&key(ROOT)), party().signed_by(&key(OCA)));
    let store = store(&[&root], &[&oca, &party]);
    let path = result(&store, &party).unwrap();
    for (instant, validity) in [
        ("2023-12-31T23:59:59Z", Validity::NotYetValid),
        ("2024-01-01T00:00:00Z", Validity::InForce),
        ("2034-01-01T00:00:00Z", Validity::InForce),
        ("2034-01-01T00:00:01Z", Validity::Expired),
    ] {
        assert_eq!(path.validity_at(&store, AsOf(instant.parse().unwrap())), validity, "{instant}");
    }
}

#[test]
fn of_two_certificates_of_the_issuer_the_one_that_ends_last_is_taken() {
    let long = oca().signed_by(&key(ROOT));
    let short = oca().with(|recipe| recipe.not_after[2..4].copy_from_slice(b"25")).signed_by(&key(ROOT));
    let party = party().signed_by(&key(OCA));
    let store = store(&[&root()], &[&long, &short, &party]);
    let path = result(&store, &party).unwrap();
    assert_eq!(store.get(path.issuers()[0]).unwrap().not_after(), long.not_after());
    assert_eq!(store.conflicts().count(), 1);
}

#[test]
fn authorities_that_sign_each_other_are_no_path() {
    let one = oca().with(|recipe| recipe.issuer = authority_name("07", "T2")).signed_by(&key(STRANGER));
    let two = Recipe::issuing(&key(STRANGER), &key(OCA))
        .with(|recipe| {
            recipe.subject = authority_name("07", "T2");
            recipe.issuer = authority_name("07", "T1");
        })
        .signed_by(&key(OCA));
    let store = store(&[&root()], &[&one, &two]);
    assert!(matches!(result(&store, &one), Err(PathError::IssuerWithoutPath { .. })));
    assert!(matches!(result(&store, &two), Err(PathError::IssuerWithoutPath { .. })));
}

#[test]
fn a_chain_of_authorities_ends_at_the_limit() {
    let mut certificates = vec![Recipe::root(&key(10)).signed_by(&key(10))];
    for level in 1..5u8 {
        let recipe = Recipe::issuing(&key(10 + level), &key(9 + level)).with(|recipe| {
            recipe.issuer = authority_name("00", &format!("T{}", level - 1));
            recipe.subject = authority_name("00", &format!("T{level}"));
            recipe.extensions[1] = basic_constraints(None);
        });
        certificates.push(recipe.signed_by(&key(9 + level)));
    }
    let store = store(&[&certificates[0]], &certificates[1..].iter().collect::<Vec<_>>());
    let mut limits = PathLimits::default();
    limits.issuers = 3;
    let paths = store.verify_paths(limits);
    let found: Vec<_> = certificates
        .iter()
        .map(|certificate| paths.result(store.by_sha256(certificate.sha256()).unwrap()).is_ok())
        .collect();
    assert_eq!(found, [true, true, true, true, false]);
    let last = store.by_sha256(certificates[4].sha256()).unwrap();
    assert_eq!(*paths.result(last).unwrap_err(), PathError::PathTooLong { limit: 3 });
}

#[test]
fn the_budget_bounds_the_work_and_names_who_went_without() {
    let oca = oca().signed_by(&key(ROOT));
    let parties: Vec<_> = (0..6u8)
        .map(|serial| party().with(|recipe| recipe.serial[2] = serial + 1).signed_by(&key(OCA)))
        .collect();
    let store = store(&[&oca], &parties.iter().collect::<Vec<_>>());
    let mut limits = PathLimits::default();
    limits.signature_checks = 4;
    let paths = store.verify_paths(limits);
    assert_eq!(paths.signature_checks(), 4);
    let (with, without): (Vec<_>, Vec<_>) = store.iter().partition(|(id, _)| paths.result(*id).is_ok());
    assert_eq!((with.len(), without.len()), (5, 2));
    for (id, _) in &without {
        assert_eq!(*paths.result(*id).unwrap_err(), PathError::BudgetExhausted { limit: 4 });
    }
    // The order of the ids decides who goes without, so that every run gives the same.
    assert!(with.iter().filter(|(id, _)| store.trust_anchors() != [*id]).all(|(id, _)| *id < without[0].0));
}

#[test]
fn the_order_of_adding_leaves_no_trace() {
    let certificates = [root(), oca().signed_by(&key(ROOT)), party().signed_by(&key(OCA))];
    let forwards = store(&[&certificates[0]], &certificates.iter().collect::<Vec<_>>());
    let backwards = store(&[&certificates[0]], &certificates.iter().rev().collect::<Vec<_>>());
    let order = |store: &Store| store.iter().map(|(_, certificate)| certificate.sha256()).collect::<Vec<_>>();
    assert_eq!(order(&forwards), order(&backwards));
    assert!(order(&forwards).is_sorted());
    let mut builder = StoreBuilder::new();
    assert_eq!(builder.add(certificates[0].clone()), Added::New);
    assert_eq!(builder.add_trust_anchor(certificates[0].clone()), Added::Duplicate);
    assert_eq!(builder.build().trust_anchors().len(), 1);
}

#[test]
fn lookups_give_every_certificate_that_fits() {
    let first = party().signed_by(&key(OCA));
    let again = party().with(|recipe| recipe.serial[2] = 0x22).signed_by(&key(OCA));
    let device = Recipe::device(&key(STRANGER), &key(OCA)).signed_by(&key(OCA));
    let agreement = Recipe::device(&key(9), &key(OCA))
        .with(|recipe| recipe.extensions[0] = key_usage(support::KEY_AGREEMENT))
        .signed_by(&key(OCA));
    let store = store(&[], &[&first, &again, &device, &agreement]);
    assert_eq!(store.by_key(first.key_id().unwrap()).len(), 2);
    assert_eq!(store.by_entity(first.entity_id().unwrap()).len(), 2);
    let one = store.by_issuer_and_serial(first.issuer(), first.serial());
    assert_eq!(one.len(), 3, "the devices of this test have the same serial number");
    assert_eq!(store.device_keys(device.entity_id().unwrap()), [key(STRANGER).point()]);
    assert_eq!(agreement.key_usage(), KeyUsage::KEY_AGREEMENT);
    assert_eq!(store.device_keys(first.entity_id().unwrap()), Vec::<&[u8]>::new());
}
