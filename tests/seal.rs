//! A seal that is broken anywhere is seen: every kind of change to a package or a slice, at every place.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

#[path = "support/signed.rs"]
mod signed;
#[path = "support/estate.rs"]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dno_audit::{Expected, Progress, PublicKey, Tree, Verification, reproduce, run};
use serde_json::{Value, json};
use signed::{Signed, auditor, check, forge, sha256};
use support::package;

#[test]
fn flipping_a_bit_of_any_octet_of_any_file_is_seen() {
    let signed = Signed::new();
    let expected = auditor();
    for folder in signed.all() {
        assert!(check(&folder, &expected).verified);
        for (name, content) in package(&folder) {
            // Small files at every octet, long ones at some hundred places and at both ends.
            let step = if content.len() < 1200 { 1 } else { content.len() / 250 };
            let places = (0..content.len()).step_by(step).chain(content.len().checked_sub(1));
            for place in places {
                let mut flipped = content.clone();
                flipped[place] ^= 1 << (place % 8);
                fs::write(folder.join(&name), &flipped).unwrap();
                assert!(!check(&folder, &expected).verified, "{name}, octet {place}");
            }
            for cut in [content.len() / 2, content.len().saturating_sub(1)] {
                fs::write(folder.join(&name), &content[..cut]).unwrap();
                assert!(content.is_empty() || !check(&folder, &expected).verified, "{name} cut at {cut}");
            }
            fs::remove_file(folder.join(&name)).unwrap();
            assert!(!check(&folder, &expected).verified, "{name} is gone");
            fs::write(folder.join(&name), [content.as_slice(), b" "].concat()).unwrap();
            assert!(!check(&folder, &expected).verified, "{name} with an octet more");
            fs::write(folder.join(&name), &content).unwrap();
        }
        assert!(check(&folder, &expected).verified, "it was put back as it was");
    }
}

#[test]
fn a_file_more_a_folder_and_a_link_are_seen() {
    let signed = Signed::new();
    for folder in signed.all() {
        let extra = folder.join("notes.txt");
        fs::write(&extra, "").unwrap();
        let found = check(&folder, &auditor());
        assert!(found.checks.iter().any(|check| !check.holds && check.found.contains("notes.txt")));
        fs::remove_file(&extra).unwrap();
        fs::create_dir(&extra).unwrap();
        assert!(!check(&folder, &auditor()).verified);
        fs::remove_dir(&extra).unwrap();
        #[cfg(unix)]
        {
            let (rows, elsewhere) = (folder.join("devices.jsonl"), signed.folder.path().join("elsewhere"));
            fs::rename(&rows, &elsewhere).unwrap();
            std::os::unix::fs::symlink(&elsewhere, &rows).unwrap();
            assert!(!check(&folder, &auditor()).verified, "a link to the right octets is no file");
            fs::remove_file(&rows).unwrap();
            fs::rename(&elsewhere, &rows).unwrap();
        }
        assert!(check(&folder, &auditor()).verified);
    }
}

/// Changes to rows, each of a kind that a digest alone would not show once it is made anew.
fn forgeries(rows: &[String], of_slice: bool) -> BTreeMap<&'static str, Vec<String>> {
    let edited = |index: usize, edit: &dyn Fn(&mut Value)| {
        let mut rows = rows.to_vec();
        let mut row: Value = serde_json::from_str(&rows[index]).unwrap();
        edit(&mut row);
        rows[index] = String::from_utf8(dno_audit::canonical(&row).unwrap()).unwrap();
        rows
    };
    let mut forgeries = BTreeMap::from([
        ("first removed", rows[1..].to_vec()),
        ("last removed", rows[..rows.len() - 1].to_vec()),
        ("one twice", [&rows[..1], rows].concat()),
        ("two exchanged", [&[rows[1].clone(), rows[0].clone()], &rows[2..]].concat()),
        ("verdict", edited(0, &|row| row["verdict"] = json!("correct"))),
        ("no verdict", edited(0, &|row| row["verdict"] = json!("fine"))),
        ("moved to another operator", edited(1, &|row| row["dno"] = json!("ZZZZ"))),
        ("moved to nobody", edited(1, &|row| row["dno"] = Value::Null)),
        ("moved to another supplier", edited(1, &|row| row["supplier"] = json!("ZZZZ"))),
        ("another time", edited(0, &|row| row["evidence"] = json!([]))),
    ]);
    let added = edited(rows.len() - 1, &|row| row["device_id"] = json!("FF-FF-FF-FF-FF-FF-FF-FF"));
    forgeries.insert("one added", [rows, &added[rows.len() - 1..]].concat());
    if of_slice {
        forgeries.insert("all removed", Vec::new());
    }
    forgeries
}

#[test]
fn rows_that_were_changed_are_seen_though_all_digests_were_made_anew() {
    let signed = Signed::new();
    // Without a signature the forger may write the manifest of the package too; that of a slice is everybody's.
    for folder in signed.all() {
        fs::remove_file(folder.join("attestation.dsse.json")).unwrap();
        let before = package(&folder);
        let rows: Vec<String> =
            String::from_utf8(before["devices.jsonl"].clone()).unwrap().lines().map(str::to_owned).collect();
        assert!(rows.len() > 2);
        for (what, forged) in forgeries(&rows, before.contains_key("slice.json")) {
            let content: String = forged.iter().map(|row| format!("{row}\n")).collect();
            assert_ne!(content.as_bytes(), before["devices.jsonl"], "{what} changes nothing");
            forge(&folder, "devices.jsonl", content.as_bytes());
            assert!(!check(&folder, &Expected::default()).verified, "{what}: {}", folder.display());
            before.iter().for_each(|(name, content)| fs::write(folder.join(name), content).unwrap());
        }
        assert!(check(&folder, &Expected::default()).verified);
    }
}

#[test]
fn counts_and_views_that_were_changed_are_seen_though_all_digests_were_made_anew() {
    let signed = Signed::new();
    for folder in signed.all() {
        fs::remove_file(folder.join("attestation.dsse.json")).unwrap();
        let before = package(&folder);
        let is_slice = before.contains_key("slice.json");
        let restore =
            || before.iter().for_each(|(name, content)| fs::write(folder.join(name), content).unwrap());
        let fails = |what: &str| {
            assert!(!check(&folder, &Expected::default()).verified, "{what}: {}", folder.display());
            restore();
        };
        let edit = |name: &str, edit: &dyn Fn(&mut Value)| {
            let mut value: Value = serde_json::from_slice(&before[name]).unwrap();
            edit(&mut value);
            dno_audit::canonical(&value).unwrap()
        };
        let more = |value: &mut Value| *value = (value.as_u64().unwrap() + 1).into();
        for path in ["/counts/meters", "/counts/verdicts/wrong", "/counts/records/used", "/seal/dno/parties"]
        {
            let changed = edit("manifest.json", &|value| more(value.pointer_mut(path).unwrap()));
            fs::write(folder.join("manifest.json"), changed).unwrap();
            fails(path);
        }
        let verdicts = if is_slice { "/verdicts/wrong" } else { "/counts/verdicts/wrong" };
        let summary = edit("summary.json", &|value| more(value.pointer_mut(verdicts).unwrap()));
        forge(&folder, "summary.json", &summary);
        fails("summary.json");
        if is_slice {
            let mut findings = String::from_utf8(before["findings.csv"].clone()).unwrap();
            findings.push_str(&(",".repeat(14) + "\r\n"));
            forge(&folder, "findings.csv", findings.as_bytes());
            fails("findings.csv");
            for path in ["/leaf/rows", "/leaf/verdicts/correct", "/position"] {
                let changed = edit("slice.json", &|value| more(value.pointer_mut(path).unwrap()));
                fs::write(folder.join("slice.json"), changed).unwrap();
                fails(path);
            }
            let changed = edit("slice.json", &|value| {
                value["path"].as_array_mut().unwrap().pop();
            });
            fs::write(folder.join("slice.json"), changed).unwrap();
            fails("a shorter path");
        } else {
            for tree in Tree::ALL {
                let leaves = String::from_utf8(before[tree.file()].clone()).unwrap();
                forge(&folder, tree.file(), leaves.replacen("\"correct\":", "\"correct\":1", 1).as_bytes());
                fails(tree.file());
            }
        }
        assert!(check(&folder, &Expected::default()).verified);
    }
}

#[test]
fn a_signature_of_somebody_else_or_over_something_else_does_not_hold() {
    let signed = Signed::new();
    let folder = signed.report();
    let before = fs::read(folder.join("attestation.dsse.json")).unwrap();
    let other = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEjlM7b6C/e0YluzBmfAH7YH75+Lio\nD+9bMAYocDGHsqNz6x294DMYNm0Gn4Om9ZAAU8c2M8sEGyHFXhqGwfQAtA==\n-----END PUBLIC KEY-----\n";
    let key = PublicKey::from_pem(other).unwrap();
    let mut other = Expected::default();
    other.key = Some((key, "another".to_owned()));
    let found = check(&folder, &other);
    assert!(found.checks.iter().any(|check| check.name == "signature" && check.found.contains("not with")));
    assert_eq!(found.signed_by, None);

    // Signing again gives the same octets; the signature of another report is about another manifest.
    run(&signed.config, &folder, &Progress::silent()).unwrap();
    assert_eq!(fs::read(folder.join("attestation.dsse.json")).unwrap(), before);
    let mut config = signed.config.clone();
    config.options.stale_after_days += 1;
    run(&config, &folder, &Progress::silent()).unwrap();
    assert!(check(&folder, &auditor()).verified);
    fs::write(folder.join("attestation.dsse.json"), &before).unwrap();
    let found = check(&folder, &auditor());
    assert!(found.checks.iter().any(|check| !check.holds && check.found.contains("another manifest")));
    // A key was given, so a report that nobody signed does not do.
    fs::remove_file(folder.join("attestation.dsse.json")).unwrap();
    assert!(!check(&folder, &auditor()).verified);
    assert!(check(&folder, &Expected::default()).verified);
}

#[test]
fn the_digest_of_the_manifest_stands_in_for_a_signature() {
    let signed = Signed::new();
    let folder = signed.report();
    fs::remove_file(folder.join("attestation.dsse.json")).unwrap();
    let content = fs::read(folder.join("manifest.json")).unwrap();
    let mut expected = Expected::default();
    expected.manifest_sha256 = Some(sha256(&content));
    assert!(check(&folder, &expected).verified);
    for place in (0..content.len()).step_by(7) {
        let mut flipped = content.clone();
        flipped[place] ^= 1;
        fs::write(folder.join("manifest.json"), &flipped).unwrap();
        assert!(!check(&folder, &expected).verified, "octet {place}");
    }
}

#[test]
fn a_report_comes_out_again_from_inputs_that_were_moved_and_renamed() {
    let signed = Signed::new();
    let inputs = signed.folder.path().join("inputs");
    let elsewhere = signed.folder.path().join("elsewhere/deep");
    fs::create_dir_all(&elsewhere).unwrap();
    for (index, entry) in walkdir(&inputs).into_iter().enumerate() {
        fs::rename(entry, elsewhere.join(format!("{index}.bin"))).unwrap();
    }
    fs::write(elsewhere.join("unrelated"), "x").unwrap();
    let found = reproduce(&signed.report(), &elsewhere, &auditor(), &Progress::silent()).unwrap();
    assert!(found.verified, "{:#?}", found.checks);
    assert!(found.checks.iter().any(|check| check.name == "reproduced"));
    let of_slice = reproduce(&signed.slice(Tree::Dno), &elsewhere, &auditor(), &Progress::silent());
    assert!(of_slice.unwrap_err().is_usage());
}

/// All files below a folder.
fn walkdir(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(walkdir(&path)) } else { files.push(path) }
    }
    files
}

fn fault(found: &Verification, name: &str) -> String {
    let check = found.checks.iter().find(|check| check.name == name && !check.holds);
    check.unwrap_or_else(|| panic!("{name} holds: {:#?}", found.checks)).found.clone()
}

#[test]
fn a_report_that_does_not_come_out_again_names_row_member_and_likely_cause() {
    let signed = Signed::new();
    let (folder, inputs) = (signed.report(), signed.folder.path().join("inputs"));
    let again = || reproduce(&folder, &inputs, &Expected::default(), &Progress::silent()).unwrap();

    // An input that is not the one that was read.
    let estate = fs::read(inputs.join("estate.csv")).unwrap();
    fs::write(inputs.join("estate.csv"), [&estate[..], b"\n"].concat()).unwrap();
    let missing = fault(&again(), "inputs");
    assert!(missing.contains("\"estate.csv\" (estate)") && missing.contains(&sha256(&estate)), "{missing}");
    fs::write(inputs.join("estate.csv"), &estate).unwrap();

    // A verdict that the auditor changed before the report was sealed: everything holds but this.
    fs::remove_file(folder.join("attestation.dsse.json")).unwrap();
    let before = package(&folder);
    let rows = String::from_utf8(before["devices.jsonl"].clone()).unwrap();
    let firmware = serde_json::from_str::<Value>(rows.lines().nth(2).unwrap()).unwrap()["device_id"].clone();
    let changed: String = rows
        .lines()
        .enumerate()
        .map(|(line, row)| if line == 2 { row.replacen("\"expectation\":\"", "\"expectation\":\"x", 1) } else { row.to_owned() } + "\n")
        .collect();
    forge(&folder, "devices.jsonl", changed.as_bytes());
    let found = fault(&again(), "reproduced");
    assert!(found.starts_with("devices.jsonl, line 3 ("), "{found}");
    assert!(found.contains(firmware.as_str().unwrap()) && found.contains("member expectation"), "{found}");
    assert!(found.contains("likely cause: neither"), "{found}");
    before.iter().for_each(|(name, content)| fs::write(folder.join(name), content).unwrap());

    // Another rule set, another tool, other settings.
    let edit = |path: &str, value: Value| {
        let mut manifest: Value = serde_json::from_slice(&before["manifest.json"]).unwrap();
        *manifest.pointer_mut(path).unwrap() = value;
        fs::write(folder.join("manifest.json"), dno_audit::canonical(&manifest).unwrap()).unwrap();
    };
    edit("/rule_set/version", json!(99));
    let found = fault(&again(), "reproduced");
    assert!(
        found.contains("member rule_set.version: 99") && found.contains("the rule set (version 99"),
        "{found}"
    );
    edit("/rule_set/sha256", json!("00".repeat(32)));
    assert!(fault(&again(), "manifest").contains("two digests stand for rules.json"));
    edit("/tool/version", json!("0.0.9"));
    let found = fault(&again(), "reproduced");
    assert!(
        found.contains("member tool.version: \"0.0.9\"") && found.contains("the tool version"),
        "{found}"
    );
    fs::write(folder.join("manifest.json"), &before["manifest.json"]).unwrap();
    let mut configuration: Value = serde_json::from_slice(&before["configuration.json"]).unwrap();
    configuration["stale_after_days"] = json!(1);
    let configuration = dno_audit::canonical(&configuration).unwrap();
    forge(&folder, "configuration.json", &configuration);
    let mut manifest: Value =
        serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    manifest["configuration_sha256"] = sha256(&configuration).into();
    fs::write(folder.join("manifest.json"), dno_audit::canonical(&manifest).unwrap()).unwrap();
    let found = fault(&again(), "reproduced");
    assert!(found.starts_with("devices.jsonl, line "), "{found}");
    assert!(found.contains("likely cause: neither"), "the settings are the auditor's own: {found}");
}

#[test]
fn a_package_and_slices_of_an_earlier_commit_still_verify() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/golden/format-1");
    for name in ["package", "slice-dno", "slice-supplier"] {
        let found = check(&golden.join(name), &auditor());
        assert!(found.verified, "{name}: {:#?}", found.checks);
        assert!(found.signed_by.is_some());
    }
}

#[test]
fn a_slice_shows_nothing_of_others() {
    let signed = Signed::new();
    let report = package(&signed.report());
    let rows = String::from_utf8(report["devices.jsonl"].clone()).unwrap();
    for tree in Tree::ALL {
        let files = package(&signed.slice(tree));
        let slice: Value = serde_json::from_slice(&files["slice.json"]).unwrap();
        let (own, party) = (
            String::from_utf8(files["devices.jsonl"].clone()).unwrap(),
            slice["leaf"]["party"].as_str().unwrap(),
        );
        let all: Vec<u8> = files.into_values().flatten().chain(*b"\n").collect();
        let all = String::from_utf8(all).unwrap();
        for row in rows.lines() {
            let value: Value = serde_json::from_str(row).unwrap();
            let mine = value[tree.name()].as_str().unwrap_or(tree.nobody()) == party;
            assert_eq!(own.contains(row), mine);
            if let (false, Some(mpan)) = (mine, value["mpan"].as_str()) {
                assert!(!all.contains(mpan), "{mpan}");
            }
        }
        // Nor the salts, roots and counts of other parties.
        let leaves = String::from_utf8(report[tree.file()].clone()).unwrap();
        for leaf in leaves.lines().map(|leaf| serde_json::from_str::<Value>(leaf).unwrap()) {
            let mine = leaf["party"] == party;
            for member in ["root", "salt"] {
                assert_eq!(all.contains(leaf[member].as_str().unwrap()), mine, "{leaf}");
            }
        }
    }
}
