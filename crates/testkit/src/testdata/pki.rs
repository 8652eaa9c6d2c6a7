//! The part of the synthetic SMKI that samples and cases name.

use types::{Eui64, KeyUsage, RemotePartyRole};

use super::Files;
use super::gbcs::DEVICE;
use crate::pki::{Certificate, CrlSpec, Defect, Pki, PkiError, Revoked, Validity};

/// The entity of certificates with a defect, so that they are nobody else's.
const DEFECTIVE: Eui64 = Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0x55, 0x00, 0x00, 0x01]);

pub(super) fn add(files: &mut Files, smki: &Pki) -> Result<(), PkiError> {
    let mut certificates = vec![smki.root().clone(), smki.issuing().clone(), smki.device_issuing().clone()];
    for id in ["ACB", "RECOVERY", "TCOS", "LOND", "SUP-A"] {
        certificates.extend(smki.organisation(id)?.certificates().cloned());
    }
    for id in ["EELC", "YELG", "IPNL", "HARL"] {
        certificates.extend_from_slice(smki.organisation(id)?.current()?.certificates());
    }
    for usage in [KeyUsage::DIGITAL_SIGNATURE, KeyUsage::KEY_AGREEMENT] {
        certificates.push(smki.device(DEVICE, usage));
    }
    let mut bundle = String::new();
    for certificate in &certificates {
        bundle.push_str(&certificate.pem());
        insert(files, "pki", certificate);
    }
    files.insert("pki/bundle.pem".to_owned(), bundle.into_bytes());
    for defect in Defect::ALL {
        let role = match defect {
            Defect::DecimalUnit => RemotePartyRole::XML_SIGN,
            _ => RemotePartyRole::NETWORK_OPERATOR,
        };
        let spec = smki.organisation_spec(defect.name(), DEFECTIVE, role, KeyUsage::DIGITAL_SIGNATURE);
        insert(files, "pki/defects", &defect.issue(spec, smki.issuing()));
    }
    let [this_update, next_update] = [Validity::date(2025, 12, 31), Validity::date(2026, 1, 7)];
    let old = CrlSpec {
        revoked: vec![Revoked {
            serial: *smki.organisation("LOND")?.generation(3)?.digital_signature()?.serial(),
            at: Validity::date(2022, 6, 1),
            reason: None,
        }],
        ..CrlSpec::new(smki.issuing(), Validity::date(2024, 1, 1), Validity::date(2024, 1, 8))
    };
    for (name, list) in [
        ("issuing.crl", smki.issuing_crl(this_update, next_update)),
        ("issuing-out-of-date.crl", old.issue(smki.issuing().key())),
        ("issuing-foreign-signature.crl", old.issue(smki.root().key())),
        ("root.crl", smki.root_crl(this_update, next_update)),
    ] {
        files.insert(format!("pki/{name}"), list);
    }
    Ok(())
}

fn insert(files: &mut Files, folder: &str, certificate: &Certificate) {
    files.insert(format!("{folder}/{}.der", certificate.file_stem()), certificate.der().to_vec());
}
