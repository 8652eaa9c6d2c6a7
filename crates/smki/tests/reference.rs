//! The certificates of the DCC's reference data, which lie beside the repository and are no part of it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests, too, state what they expect by unwrapping and indexing"
)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dno_audit_smki::{
    Certificate, CertificateKind, PathError, PathLimits, Profile, StoreBuilder, read_certificates,
};
use types::{Eui64, KeyUsage, RemotePartyRole};

fn load(folder: &Path) -> Vec<(String, Certificate)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "pem") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        for certificate in read_certificates(&fs::read(&path).unwrap()) {
            let certificate = certificate.value.unwrap_or_else(|error| panic!("{name}: {error}"));
            found.push((name.clone(), certificate));
        }
    }
    found.sort_by(|left, right| left.0.cmp(&right.0));
    found
}

fn all() -> Option<Vec<(String, Certificate)>> {
    let folder = support::shared("reference/certificates")?;
    let mut certificates = load(&folder);
    certificates.extend(load(&folder.join("devices")));
    assert_eq!(certificates.len(), 61, "the reference data changed");
    Some(certificates)
}

#[test]
fn every_key_identifier_is_derived_from_its_key() {
    let Some(certificates) = all() else { return };
    for (name, certificate) in certificates {
        assert_eq!(certificate.key_id(), Some(certificate.computed_key_id()), "{name}");
    }
}

#[test]
fn departures_from_the_profile_are_the_known_ones() {
    let Some(certificates) = all() else { return };
    let profile = Profile::with_policies([support::POLICY]);
    let mut found = Vec::new();
    for (name, certificate) in &certificates {
        for finding in certificate.inspect_profile(&profile) {
            // The device certificates all have the policy of the device PKI.
            if certificate.kind() == CertificateKind::Device && finding.id() == "policy-not-expected" {
                continue;
            }
            found.push((name.as_str(), finding.id()));
        }
    }
    assert_eq!(
        found,
        [
            ("dsp-xml-sign-90B3D51F30000002-ds", "authority-key-identifier-absent"),
            ("dsp-xml-sign-90B3D51F30000002-ds-pre-1.4.1", "ou-not-two-hex-digits"),
            ("dsp-xml-sign-90B3D51F30000002-ds-pre-1.4.1", "authority-key-identifier-absent"),
            ("mdr-ds", "signature-algorithm-with-parameters"),
            ("mdr-ka", "signature-algorithm-with-parameters"),
            ("otherUser-ds", "basic-constraints-on-end-entity"),
            ("otherUser-ka", "basic-constraints-on-end-entity"),
            ("xml-sign-00DB123456780004-ds", "authority-key-identifier-absent"),
            ("xml-sign-90B3D51F30010000-ds", "authority-key-identifier-absent"),
            ("xml-sign-90B3D51F30020000-ds", "authority-key-identifier-absent"),
        ]
    );
}

#[test]
fn five_certificates_name_z1_but_are_not_signed_by_it() {
    let Some(certificates) = all() else { return };
    let mut builder = StoreBuilder::new();
    let mut z1 = None;
    for (name, certificate) in &certificates {
        if name == "Z1-issuing-oca" {
            z1 = Some(certificate.subject().clone());
            builder.add_trust_anchor(certificate.clone());
        } else {
            builder.add(certificate.clone());
        }
    }
    let (store, z1) = (builder.build(), z1.unwrap());
    let paths = store.verify_paths(PathLimits::default());
    let mut refuted = BTreeSet::new();
    let mut chained = 0;
    for (name, certificate) in &certificates {
        let id = store.by_sha256(certificate.sha256()).unwrap();
        match paths.result(id) {
            Ok(path) => {
                chained += 1;
                assert!(path.notes().is_empty(), "{name}");
                assert!(path.issuers().len() <= 1, "{name}");
            }
            Err(PathError::SignatureInvalid { issuer }) => {
                assert_eq!(*issuer, z1);
                refuted.insert(name.as_str());
            }
            Err(PathError::IssuerNotFound { issuer }) => {
                assert!(["E357", "Z99", "OB"].contains(&issuer.common_name().unwrap()), "{name}");
            }
            Err(error) => panic!("{name}: {error}"),
        }
    }
    let expected = [
        "dsp-xml-sign-90B3D51F30000002-ds",
        "dsp-xml-sign-90B3D51F30000002-ds-pre-1.4.1",
        "xml-sign-00DB123456780004-ds",
        "xml-sign-90B3D51F30010000-ds",
        "xml-sign-90B3D51F30020000-ds",
    ];
    assert_eq!(refuted, expected.into());
    // All that name Z1 were checked once, and nothing else was.
    assert_eq!((chained, paths.signature_checks()), (43, 47));
}

#[test]
fn one_key_of_the_network_operator_has_two_certificates() {
    let Some(certificates) = all() else { return };
    let mut builder = StoreBuilder::new();
    for (_, certificate) in certificates {
        builder.add(certificate);
    }
    let store = builder.build();
    assert_eq!(store.len(), 60, "one certificate is there under two names");
    let found: BTreeSet<_> = store
        .by_key("48CF97FA9F827FB5".parse().unwrap())
        .iter()
        .map(|id| store.get(*id).unwrap())
        .map(|certificate| (certificate.serial_hex(), certificate.not_after().to_string()))
        .collect();
    let expected = [
        ("179C2F05A935B969805C427F39EB6145", "2035-09-01T23:59:59Z"),
        ("4FC0252E553ECD05D4F72DCFAD55C8E7", "2025-10-29T23:59:59Z"),
    ];
    assert_eq!(found, expected.map(|(serial, end)| (serial.to_owned(), end.to_owned())).into());
    assert_eq!(store.conflicts().count(), 0);

    // One entity, three roles and usages: the entity alone says nothing.
    let entity: Eui64 = "90B3D51F30020000".parse().unwrap();
    let lineages: BTreeSet<_> = store
        .by_entity(entity)
        .iter()
        .map(|id| store.get(*id).unwrap())
        .map(|certificate| (certificate.role().unwrap(), certificate.key_usage()))
        .collect();
    let expected = [
        (RemotePartyRole::NETWORK_OPERATOR, KeyUsage::KEY_AGREEMENT),
        (RemotePartyRole::NETWORK_OPERATOR, KeyUsage::DIGITAL_SIGNATURE),
        (RemotePartyRole::XML_SIGN, KeyUsage::DIGITAL_SIGNATURE),
    ];
    assert_eq!(lineages, expected.into());
}

#[test]
fn device_certificates_name_their_device() {
    let Some(folder) = support::shared("reference/certificates/devices") else { return };
    let mut builder = StoreBuilder::new();
    for (name, certificate) in load(&folder) {
        assert_eq!(certificate.kind(), CertificateKind::Device, "{name}");
        let device: Eui64 = name[..16].parse().unwrap();
        assert_eq!(certificate.entity_id(), Some(device), "{name}");
        assert!(certificate.has_no_well_defined_expiry(), "{name}");
        builder.add(certificate);
    }
    let store = builder.build();
    for device in ["00DB1234567890A0", "00DB1234567890A1", "00DB1234567890A3", "00DB1234567890A6"] {
        assert_eq!(store.device_keys(device.parse().unwrap()).len(), 1, "{device}");
    }
}

#[test]
fn an_ou_of_three_digits_is_no_role() {
    let Some(certificates) = all() else { return };
    let roles: Vec<_> = certificates
        .iter()
        .filter(|(name, _)| name.starts_with("dsp-xml-sign"))
        .map(|(_, certificate)| certificate.role())
        .collect();
    assert_eq!(roles, [Some(RemotePartyRole::DSP_XML_SIGN), None]);
}
