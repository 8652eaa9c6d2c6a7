//! `explain` on a package alone: what the package tells, and that it says what it does not tell.

use std::fs;

use serde_json::Value;

use crate::support::{rows, run};

#[test]
fn a_package_alone_explains_each_meter_as_far_as_it_knows() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    assert_eq!(run(["demo", "--devices", "300", "--out", demo.to_str().unwrap()]).0, 0);
    let report = demo.join("report");
    let all = rows(&report.join("devices.jsonl"));
    let row = all.iter().find(|row| row["verdict"] == "wrong" && row["dno"] == "EELC").unwrap();
    let device = row["device_id"].as_str().unwrap();
    let config = demo.join("audit.toml");
    let (_, with_inputs, _) =
        run(["explain", device, "--config", config.to_str().unwrap(), "--format", "json"]);
    let with_inputs: Value = serde_json::from_str(&with_inputs).unwrap();

    let arguments =
        ["explain", device, "--package", report.to_str().unwrap(), "--inputs", demo.to_str().unwrap()];
    let (code, again, error) = run(arguments.iter().chain(&["--format", "json"]));
    assert_eq!(code, 0, "{error}");
    let again: Value = serde_json::from_str(&again).unwrap();
    for member in ["row", "rules", "certificates"] {
        assert_eq!(again[member], with_inputs[member], "{member}");
    }
    assert_eq!(again["records"][0]["octets"], with_inputs["records"][0]["octets"]);

    // Nothing but the package is left.
    let alone = folder.path().join("alone");
    fs::rename(&report, &alone).unwrap();
    fs::remove_dir_all(&demo).unwrap();
    let package = alone.to_str().unwrap();
    let explain = |what: &str| {
        let (code, out, error) = run(["explain", what, "--package", package, "--format", "json"]);
        assert_eq!(code, 0, "{error}");
        serde_json::from_str::<Value>(&out).unwrap()
    };
    let told = explain(device);
    assert_eq!(told["row"], *row);
    assert_eq!(told["row"], with_inputs["row"]);
    let failed = |told: &Value| -> Vec<Value> {
        let rules = told["rules"].as_array().unwrap().iter();
        rules.filter(|rule| rule["outcome"] == "fail").map(|rule| rule["rule"].clone()).collect()
    };
    assert_eq!(failed(&told), failed(&with_inputs));
    assert!(!failed(&told).is_empty());
    let serials = |list: &Value, of: fn(&Value) -> &Value| -> std::collections::BTreeSet<String> {
        list.as_array().unwrap().iter().map(|entry| of(entry).as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        serials(&told["certificates"], |entry| &entry["serial"]),
        serials(&with_inputs["certificates"], |entry| &entry["certificate"]["serial_hex"])
    );
    assert_eq!(told["not_known"].as_array().unwrap().len(), 2);

    let (code, text, _) = run(["explain", device, "--package", package]);
    assert_eq!(code, 0);
    for words in [
        &format!("{device}: wrong"),
        "EELC, from",
        "messages.csv (records, sha256 ",
        "path holds",
        "manifest sha256",
        "does not tell the octets of the records",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }

    let stranger = rows(&alone.join("not-in-estate.jsonl")).remove(0);
    let told = explain(stranger["device_id"].as_str().unwrap());
    assert_eq!((&told["row"], &told["records_not_in_estate"]), (&Value::Null, &stranger["records"]));
    let refused =
        rows(&alone.join("quarantine.jsonl")).into_iter().find(|row| row["device_id"].is_string()).unwrap();
    let told = explain(refused["device_id"].as_str().unwrap());
    assert_eq!(told["quarantined"][0], refused);

    let (code, _, error) = run(["explain", "00-DB-12-FF-FF-FF-FF-FF", "--package", package]);
    assert_eq!(code, 2, "{error}");
    let devices = alone.join("devices.jsonl");
    let altered =
        fs::read_to_string(&devices).unwrap().replacen("\"verdict\":\"wrong\"", "\"verdict\":\"right\"", 1);
    fs::write(&devices, altered).unwrap();
    let (code, out, error) = run(["explain", device, "--package", package]);
    assert_eq!((code, out.as_str()), (4, ""), "{error}");
}
