//! The reference messages and certificates, where they lie beside the repository.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{assert_reconciles, files, inspected, repository, rows, run, shared};

const ESTATE: &str = "device_id,device_type,mpan,network_operator,supplier\n\
                      00DB1234567890A0,ESME,1012345678903,90-B3-D5-1F-30-02-00-00,SUP\n\
                      00-db-12-34-56-78-90-a1,ESME,,90-B3-D5-1F-30-02-00-00,SUP\n\
                      00:DB:12:34:56:78:90:A3,ESME,,90-B3-D5-1F-30-02-00-00,SUP\n\
                      00 DB 12 34 56 78 90 FF,ESME,,90-B3-D5-1F-30-02-00-00,SUP\n";

fn all_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(all_below(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn every_message_is_decoded() {
    let Some(folder) = shared("reference/messages") else { return };
    let files = all_below(&folder);
    assert!(files.len() >= 13, "{} messages", files.len());
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let [message] = inspected(&file, &[]).try_into().unwrap();
        let family = ["CS02a", "CS02b", "CS02f"].into_iter().find(|family| name.starts_with(family)).unwrap();
        assert_eq!(message["family"], family, "{name}");
        let cra = if name.contains("COMMAND") { "command" } else { "response" };
        assert_eq!(message["cra"], cra, "{name}");
        let device = message[if cra == "command" { "recipient" } else { "originator" }].clone();
        assert_eq!(message["device_id"], device, "{name}");
        let signed = name.contains("CS02b") && !name.contains("PRECOMMAND");
        assert_eq!(message["signature"].is_string(), signed, "{name}");
        assert_eq!(
            message["mac"].is_string(),
            !name.contains("CS02b") || name.contains("_COMMAND"),
            "{name}"
        );
    }
}

#[test]
fn every_certificate_is_decoded_and_its_key_identifier_is_that_of_its_key() {
    let Some(folder) = shared("reference/certificates") else { return };
    let files = all_below(&folder);
    assert!(files.len() >= 61, "{} certificates", files.len());
    for file in files {
        for certificate in inspected(&file, &[]) {
            assert_eq!(
                certificate["subject_key_identifier"],
                certificate["computed_key_identifier"],
                "{}: {certificate}",
                file.display()
            );
        }
    }
}

#[test]
fn the_members_of_a_read_are_named_as_documented() {
    let Some(folder) = shared("reference/messages") else { return };
    let [message] =
        inspected(&folder.join("CS02aMAC_6.24.1_SUCCESS_RESPONSE_GBCS.HEX"), &[]).try_into().unwrap();
    assert_eq!(message["message_code"], "0008");
    assert_eq!(message["originator_counter"], 1302);
    assert_eq!(message["date_time"], Value::Null);
    assert_eq!(message["non_minimal_lengths"].as_array().unwrap().len(), 1);
    let details = message["payload"]["remote_party_details"].as_array().unwrap();
    let operator = details.iter().find(|details| details["role"]["value"] == 3).unwrap();
    assert_eq!(operator["role"]["name"], "networkOperator");
    assert_eq!(operator["status"], json!({"value": 0, "name": "success"}));
    let cell = |usage: &str, key: &str| {
        json!({
            "key_usage": [usage], "cell_usage": {"value": 0, "name": "management"},
            "subject_unique_id": "90B3D51F30020000", "subject_key_identifier": key,
        })
    };
    assert_eq!(
        operator["cells"],
        json!([cell("digitalSignature", "48CF97FA9F827FB5"), cell("keyAgreement", "4BC9D38D1CB49F2A")])
    );
}

#[test]
fn update_and_handover_responses_verify_under_the_certificate_of_the_device() {
    let Some(folder) = shared("reference") else { return };
    let certificates = folder.join("certificates");
    let anchor = certificates.join("Z1-issuing-oca.pem");
    let more = ["--certificates", certificates.to_str().unwrap(), "--trust-anchor", anchor.to_str().unwrap()];
    for name in
        ["CS02bNOByNO_6.15.1_SUCCESS_RESPONSE_GBCS.HEX", "CS02bNOByNOHandover_6.21_SUCCESS_RESPONSE_GBCS.HEX"]
    {
        let [message] = inspected(&folder.join("messages").join(name), &more).try_into().unwrap();
        assert_eq!(message["signature_check"], "valid", "{name}");
    }
    // Certificates that name the issuing authority and were not signed by it have no path.
    let [stranger] =
        inspected(&certificates.join("xml-sign-90B3D51F30020000-ds.pem"), &more).try_into().unwrap();
    assert_eq!(stranger["path"], "signature not valid under the issuer 'OU=07, CN=Z1'");
    let [operator] =
        inspected(&certificates.join("2025-CS02bNOByNOHandover-ds.pem"), &more).try_into().unwrap();
    assert_eq!(operator["path"], "holds");
    assert_eq!(operator["serial_hex"], "179C2F05A935B969805C427F39EB6145");
}

/// The audit that the project started from, over messages in this order and with so many threads.
fn audit(reference: &Path, folder: &Path, name: &str, messages: &[PathBuf], threads: &str) -> PathBuf {
    let estate = folder.join("estate.csv");
    std::fs::write(&estate, ESTATE).unwrap();
    let out = folder.join(name);
    let certificates = reference.join("certificates");
    let mut command = crate::support::dnoaudit();
    command.arg("audit").arg("--records").args(messages);
    command.arg("--certificates").arg(&certificates);
    command.arg("--trust-anchor").arg(certificates.join("Z1-issuing-oca.pem"));
    command.arg("--estate").arg(estate).args(["--as-of", "2026-01-01T00:00:00Z", "--threads", threads]);
    command.arg("--out").arg(&out);
    let (code, text, error) = crate::support::ended(command.output().unwrap());
    assert_eq!(code, 3, "one device is unread, so the run is incomplete: {text}{error}");
    out
}

#[test]
fn the_reference_estate_is_audited_and_nothing_is_lost() {
    let Some(reference) = shared("reference") else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut messages = all_below(&reference.join("messages"));
    let one = audit(&reference, folder.path(), "one", &messages, "1");
    messages.reverse();
    messages.rotate_left(5);
    let two = audit(&reference, folder.path(), "two", &messages, "2");
    assert_eq!(files(&one), files(&two), "order of inputs or number of threads changed the report");
    assert_reconciles(&one);

    let rows = rows(&one.join("devices.jsonl"));
    let device = |id: &str| rows.iter().find(|row| row["device_id"] == id).unwrap();
    let read = device("00-DB-12-34-56-78-90-A0");
    assert_eq!(read["verdict"], "correct");
    assert!(read["conditions"].as_array().unwrap().is_empty(), "a certificate to 2035 has the key: {read}");
    let handed_over = device("00-DB-12-34-56-78-90-A3");
    assert_eq!(handed_over["verdict"], "correct");
    let says = &handed_over["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["outcome"] == "used")
        .unwrap()["says"];
    assert_eq!(
        says["digitalSignature"],
        json!([
            "held entity 90-B3-D5-1F-30-00-00-02 key 42693535D3DDE101 before (access-control-broker)",
            "holds entity 90-B3-D5-1F-30-02-00-00 key 48CF97FA9F827FB5 (90-B3-D5-1F-30-02-00-00)",
        ])
    );
    assert_eq!(device("00-DB-12-34-56-78-90-A1")["verdict"], "missing");
    let unread = device("00-DB-12-34-56-78-90-FF");
    assert_eq!((&unread["verdict"], &unread["reasons"]), (&json!("not-known"), &json!(["device-unread"])));
    assert!(rows.iter().all(|row| row["evidence"].is_array() && row["effect"].is_object()));
}

#[test]
fn explain_names_every_observation_certificate_and_rule() {
    let Some(reference) = shared("reference") else { return };
    let folder = tempfile::tempdir().unwrap();
    let estate = folder.path().join("estate.csv");
    std::fs::write(&estate, ESTATE).unwrap();
    let certificates = reference.join("certificates");
    let (code, text, error) = run([
        "explain",
        "00-DB-12-34-56-78-90-A0",
        "--records",
        reference.join("messages").to_str().unwrap(),
        "--certificates",
        certificates.to_str().unwrap(),
        "--trust-anchor",
        certificates.join("Z1-issuing-oca.pem").to_str().unwrap(),
        "--estate",
        estate.to_str().unwrap(),
        "--as-of",
        "2026-01-01T00:00:00Z",
    ]);
    assert_eq!(code, 0, "{error}");
    for expected in [
        "00-DB-12-34-56-78-90-A0: correct",
        "CS02aMAC_6.24.1_SUCCESS_RESPONSE_GBCS.HEX, line 1",
        "DD00000000000081D81100000000DF0902000000000000051608",
        "\"subject_key_identifier\":\"48CF97FA9F827FB5\"",
        "4FC0252E553ECD05D4F72DCFAD55C8E7",
        "179C2F05A935B969805C427F39EB6145",
        "device-signature-certificate-unproven",
        "fail            undated-record-disagrees",
        "pass            placeholder-in-cell",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    let rules = std::fs::read_dir(repository().join("crates/audit/src/rules")).unwrap().count();
    let shown = text.split("\nRules\n").nth(1).unwrap().lines().count();
    assert_eq!(shown, rules, "every rule says what it did");
}

/// What each document is, the device it is about, and what it wants in the two cells.
const DOCUMENTS: [(&str, &str, &str, &[&str]); 8] = [
    ("CS02aMAC_6.24.1_SUCCESS_REQUEST_DUIS.XML", "DUIS request", "00-DB-12-34-56-78-90-A0", &[]),
    ("CS02fMAC_6.24.1_SUCCESS_REQUEST_DUIS.XML", "DUIS request", "00-DB-12-34-56-78-90-A0", &[]),
    (
        "CS02bNOByNOHandover_6.21_SUCCESS_REQUEST_DUIS.XML",
        "DUIS request",
        "00-DB-12-34-56-78-90-A3",
        &["48CF97FA9F827FB5", "4BC9D38D1CB49F2A"],
    ),
    (
        "CS02bNOByNO_6.15.1_SUCCESS_REQUEST_DUIS.XML",
        "DUIS request",
        "00-DB-12-34-56-78-90-A0",
        &["4238D306B6F725A2", "483E0AD640C236C5"],
    ),
    ("acknowledgement-error.xml", "DUIS failure", "88-73-84-57-00-2F-96-6C", &[]),
    ("read-inventory-response-4g.xml", "DUIS inventory", "90-B3-D5-1F-30-00-00-02", &[]),
    ("read-inventory-response-5.4.xml", "DUIS inventory", "90-B3-D5-1F-30-00-00-02", &[]),
    ("readfw-response.xml", "message", "88738457002F961E", &[]),
];

#[test]
fn every_document_is_read_as_what_it_is() {
    let Some(folder) = shared("reference/duis") else { return };
    assert_eq!(all_below(&folder).len(), DOCUMENTS.len());
    for (name, kind, device, keys) in DOCUMENTS {
        let [document] = inspected(&folder.join(name), &[]).try_into().unwrap();
        if kind == "message" {
            // The document is a wrapper: what counts is the message in it.
            assert_eq!(document["device_id"], device, "{name}");
            assert_eq!(document["carries_cell_state"], false, "{name}");
            continue;
        }
        assert_eq!((&document["document"], &document["device"]), (&json!(kind), &json!(device)), "{name}");
        let said: Vec<&str> =
            document["says"].as_array().unwrap().iter().map(|says| says["says"].as_str().unwrap()).collect();
        assert_eq!(said.len(), keys.len(), "{name}: {said:?}");
        for (says, key) in said.iter().zip(keys) {
            assert!(says.starts_with("command to place") && says.ends_with(key), "{name}: {says}");
        }
    }
}

#[test]
fn the_devices_of_an_inventory_are_an_estate() {
    let Some(folder) = shared("reference/duis") else { return };
    for name in ["read-inventory-response-4g.xml", "read-inventory-response-5.4.xml"] {
        let out = tempfile::tempdir().unwrap();
        let report = out.path().join("report");
        let path = |path: &Path| path.to_str().unwrap().to_owned();
        let (code, _, error) = run([
            "audit".to_owned(),
            "--as-of".to_owned(),
            "2026-01-01T00:00:00Z".to_owned(),
            "--estate".to_owned(),
            path(&folder.join(name)),
            "--trust-anchor".to_owned(),
            path(&repository().join("testdata/pki/root.der")),
            "--out".to_owned(),
            path(&report),
        ]);
        // No meter is among them, so that there is nothing to know.
        assert_eq!(code, 0, "{error}");
        assert_reconciles(&report);
        let listed = std::fs::read_to_string(folder.join(name)).unwrap().matches("<sr:Device>").count();
        let rows = rows(&report.join("devices.jsonl"));
        assert_eq!(rows.len(), listed, "{name}");
        assert!(listed > 1 && rows.iter().all(|row| row["verdict"] == "out-of-scope"), "{name}");
    }
}
