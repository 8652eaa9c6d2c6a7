//! Dispute packs and slices: one meter with all that is known of it, and the proof.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{files, json, rows, run};

/// The root that a path leads to, as RFC 9162 section 2.1.3.2 has it, from the digest of a leaf.
fn led_to(leaf: &str, position: u64, leaves: u64, path: &Value) -> String {
    let octets = |hex: &str| -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    };
    let node = |left: &str, right: &str| {
        dno_audit::digest(&[&[1][..], &octets(left), &octets(right)].concat()).to_string()
    };
    let (mut place, mut last, mut root) = (position, leaves - 1, leaf.to_owned());
    for sibling in path.as_array().unwrap() {
        let sibling = sibling.as_str().unwrap();
        if place & 1 == 1 || place == last {
            root = node(sibling, &root);
            while place & 1 == 0 && place != 0 {
                (place, last) = (place >> 1, last >> 1);
            }
        } else {
            root = node(&root, sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    assert_eq!(last, 0, "the path is as long as the tree is high");
    root
}

/// Asserts that the row of a pack leads to the root of its manifest.
fn assert_proven(pack: &Path) {
    let proof = json(&pack.join("proof.json"));
    let number = |value: &Value| value.as_u64().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let row = fs::read(pack.join("row.json")).unwrap();
    let leaf = dno_audit::digest(&[&[0], &row[..]].concat()).to_string();
    assert_eq!(text(&proof["row"]["leaf_sha256"]), leaf);
    let of_rows = led_to(
        &leaf,
        number(&proof["row"]["position"]),
        number(&proof["row"]["rows"]),
        &proof["row"]["path"],
    );
    assert_eq!(of_rows, text(&proof["party"]["leaf"]["root"]));
    let party = dno_audit::canonical(&proof["party"]["leaf"]).unwrap();
    let leaf = dno_audit::digest(&[&[0], &party[..]].concat()).to_string();
    let of_parties = led_to(
        &leaf,
        number(&proof["party"]["position"]),
        number(&proof["party"]["parties"]),
        &proof["party"]["path"],
    );
    let manifest = json(&pack.join("manifest.json"));
    let tree = text(&proof["tree"]);
    assert_eq!(of_parties, text(&manifest["seal"][tree]["root"]));
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_dispute_pack_has_the_row_its_proof_and_with_the_inputs_the_records() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    assert_eq!(run(["demo", "--devices", "600", "--out", text(&demo)]).0, 0);
    let (report, own) = (demo.join("report"), demo.join("own-list.csv"));
    let planted = fs::read_to_string(demo.join("own-list-planted.csv")).unwrap();
    let device = planted.lines().find(|line| line.contains(",rule-set,")).unwrap().split(',').next().unwrap();
    let out = folder.path().join("disputes");
    let reconcile = |more: &[&str]| {
        let mut arguments = vec!["reconcile", text(&report), "--own", text(&own), "--dno", "LOND"];
        arguments.extend(["--dispute", device, "--out", text(&out)]);
        arguments.extend(more);
        run(arguments)
    };
    let (code, said, error) = reconcile(&[]);
    assert_eq!(code, 3, "{error}");
    assert!(said.contains("without records and the trace of rules"), "{said}");
    let pack = out.join(device);
    assert_proven(&pack);
    let about = json(&pack.join("dispute.json"));
    assert_eq!(about["disagreement"]["why"]["because"], serde_json::json!(["rule-set"]));
    let row = rows(&report.join("devices.jsonl")).into_iter().find(|row| row["device_id"] == device).unwrap();
    assert_eq!(json(&pack.join("row.json")), row);
    assert_eq!(files(&pack)["manifest.json"], files(&report)["manifest.json"]);
    let held = rows(&pack.join("certificates.jsonl"));
    assert!(held.len() >= 2 && held.iter().all(|row| row["kind"] == "organisation"), "{held:?}");
    for (name, entry) in about["files"].as_object().unwrap() {
        assert_eq!(entry["sha256"], dno_audit::digest(&files(&pack)[name]).to_string(), "{name}");
    }

    // Again over itself, with the inputs this time.
    let (code, _, error) = reconcile(&["--inputs", text(&demo), "--format", "csv"]);
    assert_eq!(code, 3, "{error}");
    assert_proven(&pack);
    let records = rows(&pack.join("records.jsonl"));
    assert_eq!((records.len(), &records[0]["name"]), (1, &"messages.csv".into()));
    let octets = records[0]["octets"].as_str().unwrap();
    assert!(fs::read_to_string(demo.join("messages.csv")).unwrap().contains(octets), "{octets}");
    let trace = json(&pack.join("trace.json"));
    assert_eq!(trace["rules"].as_array().unwrap().len(), dno_audit::RULES.len());
    let estate = fs::read_to_string(demo.join("estate.csv")).unwrap();
    let reference = &trace["reference"][0];
    let line = usize::try_from(reference["stands"]["line"].as_u64().unwrap()).unwrap();
    let stands = estate.lines().nth(line - 1).unwrap();
    assert_eq!((&reference["role"], &reference["stands"]["name"]), (&"estate".into(), &"estate.csv".into()));
    assert!(stands.starts_with(device) && stands.contains(reference["mpan"].as_str().unwrap()), "{stands}");
    for (name, octets) in files(&pack) {
        let octets = String::from_utf8_lossy(&octets).into_owned();
        assert!(!octets.contains(text(folder.path())), "{name} says where the files lie");
    }

    // Inputs that are not those of the report are refused, and the pack stays as it is.
    let before = files(&pack);
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let (code, _, error) = reconcile(&["--inputs", text(&elsewhere)]);
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("no file has the digest"), "{error}");
    assert_eq!(files(&pack), before);
    let (code, _, error) = run([
        "reconcile",
        text(&report),
        "--own",
        text(&own),
        "--dispute",
        "00-DB-12-EE-EE-EE-EE-EE",
        "--out",
        text(&out),
    ]);
    assert_eq!(code, 2, "{error}");
    assert_eq!(run(["reconcile", text(&report), "--own", text(&own), "--dispute", device]).0, 2);
}

#[test]
fn a_dispute_pack_is_not_written_into_what_it_is_about() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    assert_eq!(run(["demo", "--devices", "100", "--out", text(&demo)]).0, 0);
    let report = demo.join("report");
    let device = rows(&report.join("devices.jsonl"))[3]["device_id"].as_str().unwrap().to_owned();
    let (slice, before) = (folder.path().join("slice"), files(&report));
    assert_eq!(run(["slice", text(&report), "--dno", "LOND", "--out", text(&slice)]).0, 0);
    let dispute = |received: &Path, own: &Path, out: &Path| {
        run(["reconcile", text(received), "--own", text(own), "--dispute", &device, "--out", text(out)])
    };
    for out in ["", "disputes", "not/yet", "../report/disputes"].map(|name| report.join(name)) {
        for (received, own) in [(&report, &demo.join("own-list.csv")), (&slice, &report)] {
            let (code, said, error) = dispute(received, own, &out);
            assert_eq!((code, said.as_str()), (2, ""), "{}: {error}", out.display());
            assert!(error.contains("would lie in the package"), "{error}");
        }
    }
    // A report that stands where the pack would go.
    let place = folder.path().join("packs").join(&device);
    fs::create_dir(folder.path().join("packs")).unwrap();
    fs::rename(&report, &place).unwrap();
    let (code, said, error) = dispute(&place, &demo.join("own-list.csv"), &folder.path().join("packs"));
    assert_eq!((code, said.as_str()), (2, ""), "{error}");
    assert!(error.contains("would lie in the package"), "{error}");
    assert_eq!(files(&place), before);
    assert_eq!(fs::read_dir(&place).unwrap().count(), before.len(), "nothing was begun");
}

#[test]
fn a_slice_is_reconciled_explained_compared_and_disputed() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    assert_eq!(run(["demo", "--devices", "600", "--out", text(&demo)]).0, 0);
    let (report, own) = (demo.join("report"), demo.join("own-list.csv"));
    for (flag, party) in [("--dno", "LOND"), ("--supplier", "SUP-A")] {
        let slice = folder.path().join(party);
        let (code, _, error) = run(["slice", text(&report), flag, party, "--out", text(&slice)]);
        assert_eq!(code, 0, "{error}");
        let device = rows(&slice.join("devices.jsonl"))[3]["device_id"].as_str().unwrap().to_owned();
        let list = folder.path().join("list.csv");
        fs::write(&list, format!("device_id,state\n{device},out-of-scope\n")).unwrap();
        let out = folder.path().join("disputes");
        let arguments =
            ["reconcile", text(&slice), "--own", text(&list), "--dispute", &device, "--out", text(&out)];
        let (code, said, error) = run(arguments);
        assert_eq!(code, 1, "{said}{error}");
        assert_proven(&out.join(&device));
        assert_eq!(json(&out.join(&device).join("proof.json"))["tree"], flag.trim_start_matches("--"));
        let (code, said, error) = run(["explain", &device, "--package", text(&slice)]);
        assert_eq!(code, 0, "{error}");
        assert!(said.contains("a slice comes without them"), "{said}");
        assert_eq!(run(["diff", text(&slice), text(&slice)]).0, 0);
        let inputs = ["--inputs", text(&demo)];
        assert_eq!(run(arguments.iter().chain(&inputs)).0, 2, "a slice has no configuration");
    }
    // The whole report and the operator's part of it say the same of the operator's list.
    let counts = |received: &Path| {
        let arguments =
            ["reconcile", text(received), "--own", text(&own), "--dno", "LOND", "--format", "json"];
        let (code, out, error) = run(arguments);
        assert_eq!(code, 3, "{error}");
        serde_json::from_str::<Value>(&out).unwrap()["totals"].clone()
    };
    assert_eq!(counts(&report), counts(&folder.path().join("LOND")));
}
