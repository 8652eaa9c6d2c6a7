//! Every item of the profile, broken one at a time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests, too, state what they expect by unwrapping and indexing"
)]

mod support;

use dno_audit_smki::{
    Certificate, CertificateError, CertificateKind, Field, FindingLevel, KeyFault, Profile, ProfileFinding,
};
use support::{
    CA_USAGE, DIGITAL_SIGNATURE, Key, Recipe, basic_constraints, extension, hardware_module, key_usage, name,
    oid, organisation_name, policies, printable, sequence, tlv, utf8,
};
use types::Timestamp;

fn organisation() -> Recipe {
    Recipe::organisation(&Key::new(3), &Key::new(2))
}

fn device() -> Recipe {
    Recipe::device(&Key::new(3), &Key::new(2))
}

fn issuing() -> Recipe {
    Recipe::issuing(&Key::new(2), &Key::new(1))
}

fn findings(recipe: &Recipe) -> Vec<ProfileFinding> {
    recipe.signed_by(&Key::new(2)).inspect_profile(&Profile::with_policies([support::POLICY]))
}

fn ids(recipe: &Recipe) -> Vec<&'static str> {
    findings(recipe).iter().map(ProfileFinding::id).collect()
}

fn without(recipe: Recipe, dotted: &str) -> Recipe {
    recipe.with(|recipe| {
        let id = oid(dotted);
        recipe.extensions.retain(|found| !found.windows(id.len()).any(|window| window == id));
    })
}

fn replaced(recipe: Recipe, dotted: &str, by: Vec<u8>) -> Recipe {
    without(recipe, dotted).with(|recipe| recipe.extensions.push(by))
}

#[test]
fn what_is_as_it_should_be_has_no_findings() {
    let root = Recipe::root(&Key::new(1));
    for (recipe, kind) in [
        (organisation(), CertificateKind::Organisation),
        (device(), CertificateKind::Device),
        (issuing(), CertificateKind::Issuing),
        (root, CertificateKind::Root),
    ] {
        assert_eq!(recipe.signed_by(&Key::new(2)).kind(), kind);
        assert_eq!(findings(&recipe), [], "{kind:?}");
    }
}

#[test]
fn fields_off_the_profile_are_found() {
    let serial = |content: &[u8]| tlv(0x02, &[content]);
    let algorithm = |dotted: &str, parameters: &[u8]| sequence(&[&oid(dotted), parameters]);
    for (recipe, expected) in [
        (organisation().with(|recipe| recipe.version = tlv(0xA0, &[&[2, 1, 1]])), vec!["version-not-3"]),
        (organisation().with(|recipe| recipe.serial = serial(&[1])), vec!["serial-not-16-octets"]),
        (organisation().with(|recipe| recipe.serial = serial(&[0x81; 16])), vec!["serial-negative"]),
        (organisation().with(|recipe| recipe.issuer = name(&[])), vec!["issuer-empty"]),
        (
            organisation().with(|recipe| recipe.algorithm = algorithm("1.2.840.10045.4.3.3", &[])),
            vec!["signature-algorithm-not-ecdsa-sha256"],
        ),
        (
            organisation().with(|recipe| recipe.algorithm = algorithm("1.2.840.10045.4.3.2", &[5, 0])),
            vec!["signature-algorithm-with-parameters"],
        ),
        (
            organisation().with(|recipe| recipe.not_before = tlv(0x18, &[b"20240101000000Z"])),
            vec!["time-form"],
        ),
        (
            organisation().with(|recipe| recipe.not_after = tlv(0x17, &[b"231231235959Z"])),
            vec!["validity-reversed"],
        ),
        // Seconds are not optional in DER.
        (
            organisation().with(|recipe| recipe.not_after = tlv(0x17, &[b"3401010000Z"])),
            vec!["encoding-not-canonical"],
        ),
    ] {
        assert_eq!(ids(&recipe), expected);
    }
    // A set sign bit needs a zero octet, which is none of the sixteen.
    let signed = organisation().with(|recipe| recipe.serial = serial(&[&[0][..], &[0xAB; 16]].concat()));
    assert_eq!(findings(&signed), []);
    assert_eq!(signed.signed_by(&Key::new(2)).serial_hex(), "AB".repeat(16));
}

#[test]
fn keys_that_are_no_uncompressed_p256_points_are_found() {
    let key = Key::new(3);
    let info = |algorithm: &[u8], point: &[u8]| sequence(&[algorithm, &tlv(0x03, &[&[0], point])]);
    let p256 = sequence(&[&oid("1.2.840.10045.2.1"), &oid("1.2.840.10045.3.1.7")]);
    let p384 = sequence(&[&oid("1.2.840.10045.2.1"), &oid("1.3.132.0.34")]);
    let compressed = [&[2][..], &key.point()[1..33]].concat();
    for (key, fault) in [
        (info(&p256, &compressed), KeyFault::Form { octets: 33, first: Some(2) }),
        (info(&p384, &key.point()), KeyFault::Curve { oid: Some("1.3.132.0.34".to_owned()) }),
        (info(&p256, &[4; 65]), KeyFault::NotOnCurve),
    ] {
        let recipe = organisation().with(|recipe| recipe.key = key);
        assert!(findings(&recipe).contains(&ProfileFinding::Key(fault)));
        assert_eq!(recipe.signed_by(&Key::new(2)).public_key(), None);
    }
}

#[test]
fn subjects_of_organisations_off_the_profile_are_found() {
    let bits = |content: &[u8]| ("2.5.4.45", tlv(0x03, &[content]));
    let id = bits(&[0, 1, 2, 3, 4, 5, 6, 7, 8]);
    let ou = |text: &str| ("2.5.4.11", utf8(text));
    for (attributes, expected) in [
        (vec![id.clone()], "ou-absent"),
        (vec![ou("137"), id.clone()], "ou-not-two-hex-digits"),
        (vec![ou("0x"), id.clone()], "ou-not-two-hex-digits"),
        (vec![ou("+3"), id.clone()], "ou-not-two-hex-digits"),
        (vec![("2.5.4.11", tlv(0x04, &[b"03"])), id.clone()], "ou-not-two-hex-digits"),
        (vec![ou("03"), ou("02"), id.clone()], "ou-repeated"),
        (vec![ou("03")], "unique-identifier-absent"),
        (vec![ou("03"), bits(&[0, 1, 2, 3, 4, 5, 6, 7])], "unique-identifier-not-64-bits"),
        (vec![ou("03"), bits(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9])], "unique-identifier-not-64-bits"),
        (vec![ou("03"), bits(&[])], "unique-identifier-not-64-bits"),
        (vec![ou("03"), ("2.5.4.45", printable("12345678"))], "unique-identifier-not-64-bits"),
        (vec![ou("03"), id.clone(), id.clone()], "unique-identifier-repeated"),
    ] {
        let recipe = organisation().with(|recipe| recipe.subject = name(&attributes));
        // A BIT STRING without octets is not DER either.
        let found: Vec<_> = ids(&recipe).into_iter().filter(|id| *id != "encoding-not-canonical").collect();
        assert_eq!(found, [expected]);
        let certificate = recipe.signed_by(&Key::new(2));
        assert!(certificate.role().is_none() || certificate.entity_id().is_none());
    }
    let neither = organisation().with(|recipe| recipe.subject = name(&[("2.5.4.3", utf8("somebody"))]));
    assert_eq!(ids(&neither), ["kind-unrecognised"]);
}

#[test]
fn the_role_is_hex_and_the_common_name_optional() {
    for (text, role) in [("87", 0x87), ("7F", 127), ("7f", 127), ("03", 3)] {
        let certificate =
            organisation().with(|recipe| recipe.subject = organisation_name(text, 1)).signed_by(&Key::new(2));
        assert_eq!(certificate.role().map(|role| role.0), Some(role), "{text}");
        assert_eq!(certificate.common_name(), None);
    }
    assert_eq!(issuing().signed_by(&Key::new(1)).common_name(), Some("T1"));
}

#[test]
fn identities_of_devices_off_the_profile_are_found() {
    let san = "2.5.29.17";
    for (recipe, expected) in [
        (without(device(), san), "no-device-identity"),
        (replaced(device(), san, hardware_module(true, &[1; 6])), "device-identity-not-8-octets"),
        (replaced(device(), san, hardware_module(false, &[1; 8])), "device-identity-not-critical"),
        (
            device().with(|recipe| recipe.subject = name(&[("2.5.4.3", utf8("meter"))])),
            "device-subject-not-empty",
        ),
    ] {
        assert_eq!(ids(&recipe), [expected]);
    }
    // A DNS name beside it, or instead of it, is no device.
    let dns = extension(san, true, &sequence(&[&tlv(0x82, &[b"meter.example"])]));
    assert_eq!(ids(&replaced(device(), san, dns)), ["no-device-identity"]);
}

#[test]
fn key_usages_off_the_profile_are_found() {
    let usage = "2.5.29.15";
    for (recipe, expected) in [
        (without(organisation(), usage), "key-usage-absent"),
        (
            replaced(organisation(), usage, extension(usage, false, DIGITAL_SIGNATURE)),
            "key-usage-not-critical",
        ),
        (replaced(organisation(), usage, key_usage(&[3, 2, 3, 0x88])), "key-usage-several"),
        (replaced(organisation(), usage, key_usage(&[3, 2, 6, 0x40])), "key-usage-unexpected"),
        (replaced(organisation(), usage, key_usage(CA_USAGE)), "key-usage-of-authority-on-end-entity"),
        (replaced(organisation(), usage, key_usage(&[3, 1, 0])), "key-usage-empty"),
        (replaced(organisation(), usage, key_usage(&[3, 2, 0, 0x80])), "key-usage-not-minimal"),
        (replaced(issuing(), usage, key_usage(&[3, 2, 1, 0x02])), "authority-key-usage"),
    ] {
        assert_eq!(ids(&recipe), [expected]);
    }
}

#[test]
fn other_extensions_off_the_profile_are_found() {
    let (ski, aki, policy, basic) = ("2.5.29.14", "2.5.29.35", "2.5.29.32", "2.5.29.19");
    let octets = |count: usize| tlv(0x04, &[&vec![0x41; count]]);
    let aki_of = |count: usize| sequence(&[&tlv(0x80, &[&vec![0x41; count]])]);
    let policy_value = sequence(&[&sequence(&[&oid(support::POLICY)])]);
    for (recipe, expected) in [
        (without(organisation(), ski), "subject-key-identifier-absent"),
        (
            replaced(organisation(), ski, extension(ski, false, &octets(20))),
            "subject-key-identifier-not-8-octets",
        ),
        (
            replaced(organisation(), ski, extension(ski, false, &octets(8))),
            "subject-key-identifier-not-derived",
        ),
        (without(organisation(), aki), "authority-key-identifier-absent"),
        (
            replaced(organisation(), aki, extension(aki, false, &sequence(&[]))),
            "authority-key-identifier-absent",
        ),
        (
            replaced(organisation(), aki, extension(aki, false, &aki_of(20))),
            "authority-key-identifier-not-8-octets",
        ),
        (without(organisation(), policy), "policies-absent"),
        (replaced(organisation(), policy, extension(policy, false, &policy_value)), "policies-not-critical"),
        (replaced(organisation(), policy, policies("1.2.3.4")), "policy-not-expected"),
        (
            organisation().with(|recipe| recipe.extensions.push(basic_constraints(None))),
            "basic-constraints-on-end-entity",
        ),
        (without(issuing(), basic), "basic-constraints-absent"),
        (
            replaced(issuing(), basic, extension(basic, false, &sequence(&[&[1, 1, 0xFF]]))),
            "basic-constraints-not-critical",
        ),
        (replaced(issuing(), basic, extension(basic, true, &sequence(&[]))), "basic-constraints-not-ca"),
        (
            organisation().with(|recipe| recipe.extensions.push(extension("1.2.3.4", true, &[5, 0]))),
            "unknown-critical-extension",
        ),
        (
            organisation().with(|recipe| recipe.extensions.push(extension("1.2.3.4", false, &[5, 0]))),
            "unknown-extension",
        ),
    ] {
        assert_eq!(ids(&recipe), [expected]);
    }
}

#[test]
fn any_policy_is_expected_when_none_is_named() {
    let certificate = replaced(organisation(), "2.5.29.32", policies("1.2.3.4")).signed_by(&Key::new(2));
    assert_eq!(certificate.policies(), ["1.2.3.4"]);
    assert_eq!(certificate.inspect_profile(&Profile::with_policies([] as [&str; 0])), []);
}

#[test]
fn findings_show_what_was_found_and_cannot_be_forged() {
    let forged = organisation().with(|recipe| recipe.subject = organisation_name("03\u{1b}[2J", 1));
    let finding = findings(&forged).remove(0);
    assert_eq!(finding.to_string(), "OU is '03\\1B[2J', expected two hex digits");
    assert_eq!(finding.level(), FindingLevel::Departure);
    let reversed = organisation().with(|recipe| recipe.not_after = tlv(0x17, &[b"500101000000Z"]));
    let instant = |text: &str| text.parse::<Timestamp>().unwrap();
    assert_eq!(
        findings(&reversed),
        [ProfileFinding::ValidityReversed {
            not_before: instant("2024-01-01T00:00:00Z"),
            not_after: instant("1950-01-01T00:00:00Z"),
        }]
    );
}

#[test]
fn repeated_and_malformed_extensions_are_errors() {
    let aki = "2.5.29.35";
    let twice = organisation().with(|recipe| recipe.extensions.push(key_usage(DIGITAL_SIGNATURE)));
    let trailing = replaced(organisation(), aki, extension(aki, false, &[0x30, 0, 0]));
    for (recipe, error) in [
        (twice, CertificateError::DuplicateExtension { oid: "2.5.29.15".to_owned() }),
        (trailing, CertificateError::MalformedExtension { oid: aki.to_owned() }),
    ] {
        assert_eq!(Certificate::decode(&recipe.der(&Key::new(2))).unwrap_err(), error);
    }
}

#[test]
fn changes_outside_the_signed_part_do_not_make_another_certificate() {
    let recipe = organisation();
    let signed = recipe.signed_part();
    let signature = tlv(0x03, &[&[0], &[0x30, 6, 2, 1, 1, 2, 1, 1]]);
    let whole = |parts: &[&[u8]]| Certificate::decode(&sequence(parts));
    assert!(whole(&[&signed, &recipe.algorithm, &signature]).is_ok());
    // The algorithm with a padded length.
    let padded = [&[0x30, 0x81][..], &recipe.algorithm[1..]].concat();
    let offset = signed.len() + 4;
    assert_eq!(
        whole(&[&signed, &padded, &signature]).unwrap_err(),
        CertificateError::FrameNotCanonical { offset }
    );
    // Something behind the signature.
    assert_eq!(
        whole(&[&signed, &recipe.algorithm, &signature, &[5, 0]]).unwrap_err(),
        CertificateError::Malformed { field: Field::Certificate }
    );
    // Another algorithm than the signed one is read, and told.
    let other = sequence(&[&oid("1.2.840.10045.4.3.3")]);
    let certificate = whole(&[&signed, &other, &signature]).unwrap();
    let found = certificate.inspect_profile(&Profile::default());
    assert_eq!(found.iter().map(ProfileFinding::id).collect::<Vec<_>>(), ["signature-algorithms-differ"]);
}

#[test]
fn padding_inside_the_signed_part_is_read_and_told() {
    let recipe = organisation().with(|recipe| {
        recipe.subject = [&[0x30, 0x81][..], &recipe.subject[1..]].concat();
    });
    let certificate = recipe.signed_by(&Key::new(2));
    assert!(certificate.entity_id().is_some());
    assert_eq!(ids(&recipe), ["encoding-not-canonical"]);
}
