//! Inputs that broke other tools, each with its right outcome.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{inspected, json, rows, run, shared};

/// How many cases were looked at by name; a case that nobody knows fails the test.
#[test]
fn every_case_comes_out_right() {
    let Some(folder) = shared("cases") else { return };
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.is_dir());
    cases.sort();
    assert!(!cases.is_empty(), "no case in {}", folder.display());
    for case in cases {
        let name = case.file_name().unwrap().to_str().unwrap().to_owned();
        let expected = json(&case.join("expect.json"))["files"].as_object().unwrap().clone();
        match name.get(..2).unwrap() {
            "01" | "02" | "04" | "05" | "09" | "10" | "20" => {
                for (file, expected) in &expected {
                    let found = inspected(&case.join(file), &paths(&folder));
                    check(&format!("{name}/{file}"), expected, &found);
                }
            }
            "13" => key_identifiers(&folder, &case),
            "25" => pem_variants(&case, &expected["*"]),
            "29" | "37" | "39" | "42" => estate(&case, &expected),
            "34" => duplicate_headers(&case, &expected),
            "53" => base64_in_xml(&case, &expected),
            _ => panic!("case {name} is known to nobody"),
        }
    }
}

/// Arguments with which paths are checked: the authorities of case 10, and the certificates of all cases.
fn paths(cases: &Path) -> Vec<&'static str> {
    let find = |name: &str| {
        let entry = std::fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path());
        entry.into_iter().find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(name)).unwrap()
    };
    let own =
        |path: PathBuf| -> &'static str { Box::leak(path.to_str().unwrap().to_owned().into_boxed_str()) };
    let authorities = find("10");
    let mut arguments = vec!["--trust-anchor", own(authorities.join("root.der")), "--certificates"];
    arguments.extend([own(find("04")), own(authorities)]);
    arguments
}

fn check(name: &str, expected: &Value, found: &[Value]) {
    let [found] = found else { panic!("{name}: {} records", found.len()) };
    let expected = expected.as_object().unwrap();
    let error = found.get("error");
    for (what, value) in expected {
        let right = match what.as_str() {
            "parse" => match value.as_str().unwrap() {
                "ok" => error.is_none(),
                "error" => error.is_some(),
                _ => true,
            },
            "subject_unique_id" | "device_id" => &found["entity_id"] == value,
            "ou" => found["role"]["value"] == u64::from_str_radix(value.as_str().unwrap(), 16).unwrap(),
            "key_usage" => &found["key_usage"] == value,
            "not_after" => &found["not_after"] == value,
            "expired" => (found["not_after"].as_str().unwrap() < "2026-01-01") == value.as_bool().unwrap(),
            "valid" | "chain" => (found["path"] == "holds") == value.as_bool().unwrap(),
            "reason" => found["path"].as_str().unwrap().contains(value.as_str().unwrap()),
            "flag" => flagged(value, found),
            "note" => !found["non_minimal_lengths"].as_array().unwrap().is_empty(),
            "roles" => {
                found["payload"]["remote_party_details"].as_array().unwrap().len() as u64
                    == value.as_u64().unwrap()
            }
            "cells" => cells(found).len() as u64 == value.as_u64().unwrap(),
            "not" => error.is_some() || !found["profile"].as_array().unwrap().is_empty(),
            other => panic!("{name}: nobody knows what {other} means"),
        };
        assert!(right, "{name}: {what} should be {value}: {found}");
    }
}

fn cells(message: &Value) -> Vec<&Value> {
    let details = message["payload"]["remote_party_details"].as_array().unwrap();
    details.iter().flat_map(|details| details["cells"].as_array().unwrap()).collect()
}

fn flagged(value: &Value, found: &Value) -> bool {
    let word = value.as_str().unwrap_or_default();
    match found.get("profile") {
        Some(profile) => {
            profile.as_array().unwrap().iter().any(|item| item["id"].as_str().unwrap().contains(word))
        }
        // A cell with two usages shows both.
        None => cells(found).iter().any(|cell| cell["key_usage"].as_array().unwrap().len() > 1),
    }
}

fn key_identifiers(cases: &Path, case: &Path) {
    let certificate = |name: &str| inspected(&case.join(name), &[]).remove(0);
    let cell_key =
        |name: &str| cells(&inspected(&case.join(name), &[])[0])[0]["subject_key_identifier"].clone();
    assert_eq!(cell_key("match.hex"), certificate("ski-8.der")["subject_key_identifier"]);
    assert_eq!(cell_key("cell-other.hex"), certificate("ski-other.der")["subject_key_identifier"]);
    // Whole audits: the certificate whose octets are those of the cell counts, one of which they are a suffix does not.
    for (message, counts) in [("match.hex", true), ("cell-other.hex", true), ("cell-suffix-of-20.hex", false)]
    {
        let folder = tempfile::tempdir().unwrap();
        let estate = folder.path().join("estate.csv");
        std::fs::write(&estate, "device_id,network_operator\n00005EEF10000001,00-00-5E-EF-10-00-00-D1\n")
            .unwrap();
        let out = folder.path().join("report");
        let mut command = crate::support::dnoaudit();
        command
            .arg("audit")
            .arg("--records")
            .arg(case.join(message))
            .arg("--certificates")
            .arg(case.join("*.der"));
        command.args(paths(cases)).arg("--estate").arg(&estate).args(["--as-of", "2026-01-01T00:00:00Z"]);
        command.arg("--out").arg(&out);
        command.output().unwrap();
        let row = rows(&out.join("devices.jsonl")).remove(0);
        assert_eq!(
            row["cells"][0]["state"],
            if counts { "correct" } else { "not-known" },
            "{message}: {row}"
        );
    }
}

fn pem_variants(case: &Path, expected: &Value) {
    let mut looked_at = 0;
    for entry in std::fs::read_dir(case).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.ends_with(".pem") && !name.ends_with(".b64") {
            continue;
        }
        looked_at += 1;
        let found = inspected(&path, &[]);
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0]["sha256"], expected["sha256"], "{name}");
    }
    assert!(looked_at >= 11);
}

/// The package of an audit of an estate file alone.
fn audited(file: &Path) -> (i32, String, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let anchor = crate::support::repository().join("testdata/pki/root.der");
    let (code, _, error) = run([
        "audit",
        "--estate",
        file.to_str().unwrap(),
        "--trust-anchor",
        anchor.to_str().unwrap(),
        "--as-of",
        "2026-01-01T00:00:00Z",
        "--out",
        folder.path().join("report").to_str().unwrap(),
    ]);
    (code, error, folder)
}

fn estate(case: &Path, expected: &serde_json::Map<String, Value>) {
    for (file, expected) in expected {
        let name = format!("{}/{file}", case.file_name().unwrap().to_str().unwrap());
        let (code, error, folder) = audited(&case.join(file));
        assert_eq!(code, 3, "nobody read these meters: {name} {error}");
        let report = folder.path().join("report");
        crate::support::assert_reconciles(&report);
        let manifest = json(&report.join("manifest.json"));
        let input =
            manifest["inputs"].as_array().unwrap().iter().find(|input| input["role"] == "estate").unwrap();
        let meters = rows(&report.join("devices.jsonl"));
        let quarantine = rows(&report.join("quarantine.jsonl"));
        let rejected_lines: Vec<u64> = quarantine.iter().map(|row| row["line"].as_u64().unwrap()).collect();
        assert!(
            meters.iter().all(|row| row["verdict"] == "not-known"),
            "{name}: nothing is known of a meter nobody read"
        );
        for (what, value) in expected.as_object().unwrap() {
            let right = match (what.as_str(), value) {
                ("rows", value) => meters.len() as u64 == value.as_u64().unwrap(),
                ("rejected", count @ Value::Number(_)) => &input["records"]["quarantined"] == count,
                ("rejected", Value::Array(rows)) if file == "mpan.csv" => {
                    rows.iter().all(|row| fault(&meters, row.as_u64().unwrap()).is_some())
                }
                ("rejected", Value::Array(rows)) => {
                    let lines: Vec<u64> = rows.iter().map(|row| row.as_u64().unwrap() + 1).collect();
                    rejected_lines == lines
                }
                ("accepted", Value::Array(rows)) => rows
                    .iter()
                    .all(|row| meters[row.as_u64().unwrap() as usize - 1]["mpan"] == "1099990000118"),
                ("flag", Value::String(_)) => quarantine.iter().any(|row| row["reason"] == "header-repeated"),
                ("flag", Value::Array(rows)) => rows.iter().all(|row| {
                    fault(&meters, row.as_u64().unwrap()).is_some_and(|fault| fault.contains("check digit"))
                }),
                ("same_device_rows", value) => {
                    let finding = &finding(&meters[0], "device-listed-twice").unwrap()["evidence"]["rows"];
                    meters.len() == 1 && finding.as_str().unwrap().parse() == Ok(value.as_u64().unwrap())
                }
                other => panic!("{name}: nobody knows what {other:?} means"),
            };
            assert!(right, "{name}: {what} should be {value}");
        }
    }
}

fn finding<'r>(row: &'r Value, rule: &str) -> Option<&'r Value> {
    row["findings"].as_array()?.iter().find(|finding| finding["rule"] == rule)
}

/// What is wrong with the MPAN of the meter of a row, which the registered operator makes a mere note.
fn fault(meters: &[Value], row: u64) -> Option<String> {
    let meter = &meters[row as usize - 1];
    assert!(meter["mpan"].is_null());
    Some(finding(meter, "mpan-fault")?["evidence"]["mpan"].as_str()?.to_owned())
}

fn duplicate_headers(case: &Path, expected: &serde_json::Map<String, Value>) {
    let both: BTreeMap<&str, [&str; 2]> = BTreeMap::from([
        ("alias.csv", ["\"esme_id\"", "\"Device ID\""]),
        ("case.csv", ["\"mpan\"", "\"MPAN\""]),
        ("same-name.csv", ["\"expected_dno\"", "positions 3 and 4"]),
    ]);
    assert_eq!(expected.len(), both.len());
    for (file, columns) in both {
        let (code, error, folder) = audited(&case.join(file));
        assert_eq!(code, 5, "{file}: {error}");
        assert!(
            columns.iter().all(|column| error.contains(column)),
            "{file}: both columns are named: {error}"
        );
        assert!(!folder.path().join("report").exists());
    }
}

/// Base64 in XML may have blanks, line breaks and `&#13;`; what is short of octets, or has too many, is no key.
fn base64_in_xml(case: &Path, expected: &serde_json::Map<String, Value>) {
    for (file, expected) in expected {
        let [document] = inspected(&case.join(file), &[]).try_into().unwrap();
        if expected["cells"] == 2 {
            let says = document["says"].as_array().unwrap();
            assert_eq!(says.len(), 2, "{file}: {document}");
            assert!(
                says.iter().all(|says| says["says"].as_str().unwrap().starts_with("holds entity")),
                "{file}"
            );
        } else {
            assert_eq!(document["reason"], "key-identifier-malformed", "{file}");
            assert!(document["error"].as_str().unwrap().contains("20 octets"), "{document}");
        }
    }
    for file in ["unpadded.xml", "trailing-bits.xml"] {
        let [document] = inspected(&case.join(file), &[]).try_into().unwrap();
        assert_eq!(document["reason"], "key-identifier-malformed", "{file}");
        assert!(document["error"].as_str().unwrap().contains("CertificateHash"), "{document}");
    }
}
