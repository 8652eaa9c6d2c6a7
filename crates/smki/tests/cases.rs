//! Broken inputs of other projects, rebuilt for SMKI certificates, each with its right outcome. They lie beside the
//! repository and are no part of it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests, too, state what they expect by unwrapping and indexing"
)]

mod support;

use std::fs;
use std::path::PathBuf;

use dno_audit_smki::{
    Certificate, CertificateError, CertificateKind, Located, PathError, PathLimits, PathNote, Profile,
    ProfileFinding, ReadError, StoreBuilder, Validity, read_certificates,
};
use types::{AsOf, Eui64, KeyId, KeyUsage, RemotePartyRole};

struct Case(PathBuf);

impl Case {
    fn open(name: &str) -> Option<Self> {
        support::shared("cases").map(|folder| Self(folder.join(name)))
    }

    fn octets(&self, file: &str) -> Vec<u8> {
        fs::read(self.0.join(file)).unwrap()
    }

    fn decode(&self, file: &str) -> Result<Certificate, CertificateError> {
        Certificate::decode(&self.octets(file))
    }

    fn certificate(&self, file: &str) -> Certificate {
        self.decode(file).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    fn findings(&self, file: &str) -> Vec<&'static str> {
        ids(&self.certificate(file))
    }
}

fn ids(certificate: &Certificate) -> Vec<&'static str> {
    let profile = Profile::with_policies([support::POLICY]);
    certificate.inspect_profile(&profile).iter().map(ProfileFinding::id).collect()
}

fn entity(hex: &str) -> Option<Eui64> {
    Some(hex.parse().unwrap())
}

fn at(text: &str) -> AsOf {
    AsOf(text.parse().unwrap())
}

#[test]
fn case_01_the_unique_identifier_is_a_bit_string_of_64_bits() {
    let Some(case) = Case::open("01-x500-unique-identifier-bit-string") else { return };
    let organisation = case.certificate("org.der");
    assert_eq!(organisation.entity_id(), entity("00005EEF100000D1"));
    assert_eq!(organisation.role(), Some(RemotePartyRole::NETWORK_OPERATOR));
    assert_eq!(ids(&organisation), [""; 0]);
    assert_eq!(case.certificate("uid-embedded-nul.der").entity_id(), entity("00000000000000D3"));
    assert_eq!(case.certificate("uid-unused-bits.der").entity_id(), None);
    assert_eq!(case.findings("uid-unused-bits.der"), ["unique-identifier-not-64-bits"]);
}

#[test]
fn case_02_a_device_without_hardware_module_name_has_no_identity() {
    let Some(case) = Case::open("02-empty-subject-device-certificate") else { return };
    let device = case.certificate("device.der");
    assert_eq!((device.kind(), device.entity_id()), (CertificateKind::Device, entity("00005EEF10000001")));
    assert_eq!(ids(&device), [""; 0]);
    let nameless = case.certificate("device-no-san.der");
    assert_eq!((nameless.kind(), nameless.entity_id()), (CertificateKind::Device, None));
    assert_eq!(ids(&nameless), ["no-device-identity"]);
}

#[test]
fn case_04_policies_are_known_and_unknown_critical_extensions_are_not() {
    let Some(case) = Case::open("04-critical-certificate-policies") else { return };
    assert_eq!(case.findings("good.der"), [""; 0]);
    assert_eq!(case.findings("other-policy.der"), ["policy-not-expected"]);
    assert_eq!(case.findings("unknown-critical.der"), ["unknown-critical-extension"]);
    assert_eq!(case.findings("unknown-noncritical.der"), ["unknown-extension"]);
    for (file, acceptable) in [
        ("good.der", true),
        ("other-policy.der", true),
        ("unknown-critical.der", false),
        ("unknown-noncritical.der", true),
    ] {
        assert_eq!(case.certificate(file).is_acceptable(), acceptable, "{file}");
    }
    // The reason names the extension, in the profile and on the path.
    let unknown = case.certificate("unknown-critical.der");
    let finding = unknown.inspect_profile(&Profile::default()).remove(0);
    let ProfileFinding::UnknownCriticalExtension { oid } = &finding else { panic!("{finding:?}") };
    assert!(finding.to_string().contains(oid.as_str()));
    let mut builder = StoreBuilder::new();
    if let Some(other) = Case::open("10-issuer-name-string-type-differs") {
        builder.add_trust_anchor(other.certificate("root.der"));
    }
    let sha256 = unknown.sha256();
    builder.add(unknown);
    let store = builder.build();
    let paths = store.verify_paths(PathLimits::default());
    let error = paths.result(store.by_sha256(sha256).unwrap()).unwrap_err();
    assert_eq!(*error, PathError::UnknownCriticalExtension { oid: oid.clone() });
}

#[test]
fn case_05_the_end_of_time_and_the_turn_of_the_century() {
    let Some(case) = Case::open("05-validity-9999-no-expiry") else { return };
    let now = at("2026-01-01T00:00:00Z");
    for (file, not_after, validity) in [
        ("device-9999.der", "9999-12-31T23:59:59Z", Validity::InForce),
        ("org-2118.der", "2118-01-01T00:00:00Z", Validity::InForce),
        ("utc-49.der", "2049-12-31T23:59:59Z", Validity::InForce),
        ("utc-50.der", "1950-01-01T00:00:00Z", Validity::Expired),
    ] {
        let certificate = case.certificate(file);
        assert_eq!(certificate.not_after().to_string(), not_after, "{file}");
        assert_eq!(certificate.validity_at(now), validity, "{file}");
    }
    let device = case.certificate("device-9999.der");
    assert!(device.has_no_well_defined_expiry());
    assert!(!device.expires_within(now, u32::MAX));
    assert_eq!(device.days_left(now), None);
    let organisation = case.certificate("org-2118.der");
    assert_eq!(organisation.days_left(now), Some(33_602));
    assert!(organisation.expires_within(now, u32::MAX));
    assert_eq!(case.findings("utc-50.der"), ["validity-reversed"]);
}

#[test]
fn case_09_key_usage_is_read_in_every_form_that_has_a_meaning() {
    let Some(case) = Case::open("09-key-usage-bit-string-forms") else { return };
    for file in ["ku-0380.der", "ku-0080.der", "ku-two-octets.der"] {
        assert_eq!(case.certificate(file).key_usage(), KeyUsage::DIGITAL_SIGNATURE, "{file}");
        assert_eq!(case.findings(file), ["key-usage-not-minimal"], "{file}");
    }
    assert_eq!(
        case.decode("ku-unused-8.der").unwrap_err(),
        CertificateError::MalformedKeyUsage { unused_bits: 8, octets: 1 }
    );
    assert_eq!(case.certificate("ku-empty.der").key_usage(), KeyUsage::NONE);
    assert_eq!(case.findings("ku-empty.der"), ["key-usage-empty"]);
}

#[test]
fn case_10_names_find_the_issuer_and_the_signature_decides() {
    let Some(case) = Case::open("10-issuer-name-string-type-differs") else { return };
    let (root, oca) = (case.certificate("root.der"), case.certificate("oca.der"));
    let good = case.certificate("utf8-issuer-good-signature.der");
    let bad = case.certificate("utf8-issuer-bad-signature.der");
    assert_eq!(good.issuer(), oca.subject());
    assert_ne!(good.issuer().der(), oca.subject().der());

    let mut builder = StoreBuilder::new();
    builder.add_trust_anchor(root.clone());
    for certificate in [&oca, &good, &bad] {
        builder.add(certificate.clone());
    }
    let store = builder.build();
    let id = |certificate: &Certificate| store.by_sha256(certificate.sha256()).unwrap();
    let paths = store.verify_paths(PathLimits::default());
    let path = paths.result(id(&good)).unwrap();
    assert_eq!(path.issuers(), [id(&oca), id(&root)]);
    assert_eq!(path.notes(), [PathNote::IssuerNameEncodingDiffers { certificate: id(&good) }]);
    assert_eq!(
        *paths.result(id(&bad)).unwrap_err(),
        PathError::SignatureInvalid { issuer: oca.subject().clone() }
    );
}

#[test]
fn case_13_key_identifiers_match_on_eight_octets_or_not_at_all() {
    let Some(case) = Case::open("13-subject-key-identifier-8-octets") else { return };
    let mut builder = StoreBuilder::new();
    for file in ["ski-8.der", "ski-20.der", "ski-other.der"] {
        builder.add(case.certificate(file));
    }
    let store = builder.build();
    // The key identifier of a CS02a cell is the last thing in it: 04 08 and the eight octets.
    let cell = |file: &str| {
        let text = String::from_utf8(case.octets(file)).unwrap().trim().to_uppercase();
        let octets = data_encoding::HEXUPPER.decode(text.as_bytes()).unwrap();
        let found: Vec<_> = octets
            .windows(10)
            .filter_map(|window| window.strip_prefix(&[4, 8]))
            .filter_map(KeyId::from_slice)
            .flat_map(|key| store.by_key(key))
            .map(|id| store.get(*id).unwrap().sha256())
            .collect();
        found
    };
    let [plain, other] = ["ski-8.der", "ski-other.der"].map(|file| case.certificate(file).sha256());
    assert!(!cell("match.hex").is_empty() && cell("match.hex").iter().all(|found| *found == plain));
    assert!(!cell("cell-other.hex").is_empty() && cell("cell-other.hex").iter().all(|found| *found == other));
    assert_eq!(cell("cell-suffix-of-20.hex"), []);
    assert_eq!(case.findings("ski-8.der"), [""; 0]);
    assert_eq!(case.findings("ski-20.der"), ["subject-key-identifier-not-8-octets"]);
    assert_eq!(case.findings("ski-other.der"), ["subject-key-identifier-not-derived"]);
}

#[test]
fn case_20_a_padded_outer_length_is_refused() {
    let Some(case) = Case::open("20-non-minimal-der-lengths") else { return };
    let error = case.decode("cert-83-00.der").unwrap_err();
    assert_eq!(error, CertificateError::FrameNotCanonical { offset: 0 });
}

#[test]
fn case_25_every_shape_of_pem_gives_the_same_certificate() {
    let Some(case) = Case::open("25-pem-text-variants") else { return };
    let expected = "224325416e55e2fbef28f7a72f5facf20e317cb7a64503e9fc94dd6c9cab3df3";
    for (file, line) in [
        ("bare.b64", 1),
        ("begin-space.pem", 1),
        ("blank-line.pem", 1),
        ("bom.pem", 1),
        ("comment-latin1.pem", 2),
        ("crlf.pem", 1),
        ("indent.pem", 1),
        ("no-final-newline.pem", 1),
        ("one-line.pem", 1),
        ("plain.pem", 1),
        ("spaces.pem", 1),
    ] {
        let found: Vec<_> = read_certificates(&case.octets(file))
            .into_iter()
            .map(|found| Located {
                line: found.line,
                value: found.value.map(|found| found.sha256().to_string()),
            })
            .collect();
        let expected: Located<Result<_, ReadError>> = Located { line, value: Ok(expected.to_owned()) };
        assert_eq!(found, [expected], "{file}");
    }
}
