//! The synthetic SMKI against openssl, a reader of certificates that is not ours.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests; a skipped test says so")]

use std::path::Path;
use std::process::{Command, Output};

use dno_audit_testkit::key::key_id_of;
use dno_audit_testkit::pki::{Defect, Organisation, Pki, Validity};
use types::{Eui64, KeyUsage, RemotePartyRole};

fn openssl(arguments: &[&str]) -> Option<Output> {
    match Command::new("openssl").args(arguments).output() {
        Ok(output) => Some(output),
        Err(_) => {
            println!("SKIPPED: openssl is not on this machine");
            None
        }
    }
}

fn text(path: &Path) -> Option<String> {
    let output = openssl(&["x509", "-in", path.to_str().unwrap(), "-noout", "-text"])?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_same_smki_comes_out_every_time() {
    let (one, same) = (Pki::standard(), Pki::standard());
    let ders = |pki: &Pki| pki.certificates().map(|it| it.der().to_vec()).collect::<Vec<_>>();
    assert_eq!(ders(&one), ders(&same));
}

#[test]
fn every_certificate_has_its_own_serial_and_label() {
    let pki = Pki::standard();
    let total = pki.certificates().count();
    let serials: std::collections::BTreeSet<_> = pki.certificates().map(|it| *it.serial()).collect();
    let stems: std::collections::BTreeSet<_> = pki.certificates().map(|it| it.file_stem()).collect();
    assert_eq!((serials.len(), stems.len()), (total, total));
    assert!(serials.iter().all(|serial| serial[0] & 0x80 == 0 && serial[0] != 0));
}

#[test]
fn openssl_verifies_the_chains() {
    let pki = Pki::standard();
    let folder = tempfile::tempdir().unwrap();
    let (anchor, authorities) = (folder.path().join("root.pem"), folder.path().join("authorities.pem"));
    std::fs::write(&anchor, pki.root().pem()).unwrap();
    std::fs::write(&authorities, pki.issuing().pem() + &pki.device_issuing().pem()).unwrap();
    let operator = pki.organisation("LOND").unwrap();
    let device = pki.device(Eui64::new([0, 0xDB, 0x12, 0, 0, 0, 0, 1]), KeyUsage::DIGITAL_SIGNATURE);
    let foreign = Defect::ForeignSignature
        .issue(operator.current().unwrap().digital_signature().unwrap().spec().clone(), pki.issuing());
    let as_of = (Validity::date(2026, 1, 1).unix_millis() / 1000).to_string();
    for (certificate, holds) in [
        (operator.current().unwrap().digital_signature().unwrap(), true),
        (operator.current().unwrap().key_agreement().unwrap(), true),
        (operator.xml_sign().unwrap(), true),
        (pki.organisation("SUP-A").unwrap().top_up().unwrap(), true),
        (&device, true),
        (operator.generation(Organisation::EXPIRED).unwrap().key_agreement().unwrap(), false),
        (&foreign, false),
    ] {
        let path = folder.path().join(certificate.file_stem());
        std::fs::write(&path, certificate.pem()).unwrap();
        let Some(output) = openssl(&[
            "verify",
            "-attime",
            &as_of,
            "-CAfile",
            anchor.to_str().unwrap(),
            "-untrusted",
            authorities.to_str().unwrap(),
            path.to_str().unwrap(),
        ]) else {
            return;
        };
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.success(), holds, "{}: {said}", certificate.label());
    }
}

#[test]
fn openssl_reads_the_profile() {
    let pki = Pki::standard();
    let folder = tempfile::tempdir().unwrap();
    let certificate = pki.organisation("LOND").unwrap().current().unwrap().digital_signature().unwrap();
    let path = folder.path().join("it.pem");
    std::fs::write(&path, certificate.pem()).unwrap();
    let Some(said) = text(&path) else { return };
    let pairs: Vec<String> =
        certificate.key_id().octets().iter().map(|octet| format!("{octet:02X}")).collect();
    for expected in [
        "Version: 3",
        "Issuer: OU = 07, CN = TESTKIT-OCA",
        "Subject: OU = 03, x500UniqueIdentifier = #03090090B3D5AA00120000",
        "Key Usage: critical\n                Digital Signature",
        &format!("Subject Key Identifier: \n                {}", pairs.join(":")),
        "Certificate Policies: critical",
        "Authority Key Identifier",
        "Not After : Dec 31 23:59:59 2032 GMT",
    ] {
        assert!(said.contains(expected), "{expected} is not in\n{said}");
    }
}

#[test]
fn openssl_reads_every_certificate_and_revocation_list() {
    let pki = Pki::standard();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it.pem");
    for defect in Defect::ALL {
        let spec = pki.organisation_spec(
            defect.name(),
            Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0x55, 0, 0, 1]),
            RemotePartyRole::NETWORK_OPERATOR,
            KeyUsage::DIGITAL_SIGNATURE,
        );
        std::fs::write(&path, defect.issue(spec, pki.issuing()).pem()).unwrap();
        if text(&path).is_none() {
            return;
        }
    }
    let list = folder.path().join("it.crl");
    std::fs::write(&list, pki.issuing_crl(Validity::date(2025, 12, 31), Validity::date(2026, 1, 7))).unwrap();
    std::fs::write(&path, pki.issuing().pem()).unwrap();
    let arguments = ["crl", "-inform", "DER", "-in", list.to_str().unwrap(), "-noout", "-text", "-CAfile"];
    let Some(output) = openssl(&[&arguments[..], &[path.to_str().unwrap()]].concat()) else { return };
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("verify OK"), "{said}");
    assert_eq!(said.matches("Key Compromise").count(), 2 * 19, "{said}");
}

#[test]
fn a_defect_changes_the_certificate() {
    let pki = Pki::standard();
    let entity = Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0x55, 0, 0, 1]);
    let spec =
        pki.organisation_spec("x", entity, RemotePartyRole::NETWORK_OPERATOR, KeyUsage::DIGITAL_SIGNATURE);
    let sound = pki.issue(spec.clone());
    for defect in Defect::ALL {
        assert_ne!(defect.issue(spec.clone(), pki.issuing()).der(), sound.der(), "{}", defect.name());
    }
}

#[test]
fn key_identifiers_follow_method_2() {
    for certificate in Pki::standard().certificates() {
        assert_eq!(certificate.key_id(), key_id_of(certificate.key().point()));
        assert_eq!(certificate.key_id().octets()[0] >> 4, 4);
    }
}

#[test]
fn method_2_agrees_with_the_reference_certificates() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/certificates");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("SKIPPED: no reference certificates beside the repository");
        return;
    };
    let mut checked = 0;
    for entry in entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let pem = std::fs::read_to_string(&entry).unwrap();
        let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = data_encoding::BASE64.decode(base64.trim().as_bytes()).unwrap();
        let after = |needle: &[u8]| {
            let at = der.windows(needle.len()).position(|window| window == needle).unwrap();
            &der[at + needle.len()..]
        };
        let point: &[u8; 65] = after(&[0x03, 0x42, 0x00])[..65].try_into().unwrap();
        let stated = &after(&[0x06, 0x03, 0x55, 0x1D, 0x0E, 0x04, 0x0A, 0x04, 0x08])[..8];
        assert_eq!(key_id_of(point).octets(), stated, "{}", entry.display());
        checked += 1;
    }
    assert!(checked > 0, "the folder of reference certificates is empty");
}
