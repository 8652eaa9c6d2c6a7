//! Waivers: what they are for stays in every count and says so.

use std::fs;
use std::path::Path;

use crate::support::{assert_reconciles, json, repository, rows, run};

/// An audit of the case of the placeholder, with more arguments; the share of not known meters is not its subject.
fn audited(out: &Path, more: &[&str]) -> (i32, String, String) {
    let config = repository().join("testdata/cases/placeholder-in-cell/audit.toml");
    let mut arguments = vec!["audit", "--config", config.to_str().unwrap(), "--out", out.to_str().unwrap()];
    arguments.extend(["--allowed-share", "1"]);
    arguments.extend(more);
    run(arguments)
}

fn with_waivers(folder: &Path, text: &str, more: &[&str]) -> (i32, String, String) {
    let file = folder.join("waivers.toml");
    fs::write(&file, text).unwrap();
    let mut arguments = vec!["--waivers", file.to_str().unwrap()];
    arguments.extend(more);
    audited(&folder.join("report"), &arguments)
}

fn waiver(id: &str, rule: &str, selector: &str) -> String {
    format!(
        "[[waiver]]\nid = \"{id}\"\nrule = \"{rule}\"\nreason = \"known\"\napprover = \"A. Body\"\n\
         expires = \"2027-01-01T00:00:00Z\"\n{selector}\n"
    )
}

#[test]
fn waived_rows_stay_in_the_counts_and_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let (plain, report) = (folder.path().join("plain"), folder.path().join("report"));
    assert_eq!(audited(&plain, &[]).0, 1);
    let testdata = repository().join("testdata/waivers.toml");
    let (code, out, error) = audited(&report, &["--waivers", testdata.to_str().unwrap()]);
    assert_eq!(code, 1, "the third device is not waived: {error}");
    assert_reconciles(&report);
    for words in [
        "Waivers: 1 used, 1 unused, 1 expired; they hold for 2 missing, 0 wrong, 0 not known",
        "W-2025-007 expired, for placeholder-in-cell: ended 2026-01-01T00:00:00Z, 1 finding without it",
        "W-2026-002 unused, for cell-absent: there is no such finding",
    ] {
        assert!(out.contains(words), "{words}\n{out}");
    }

    let (before, after) = (json(&plain.join("manifest.json")), json(&report.join("manifest.json")));
    assert_eq!(before["counts"]["verdicts"], after["counts"]["verdicts"]);
    let input = after["inputs"].as_array().unwrap().iter().find(|input| input["role"] == "waivers").unwrap();
    assert_eq!(input["name"], "waivers.toml");
    assert_eq!(input["records"]["used"], 1);
    assert_eq!(input["not_relevant"], serde_json::json!({"waiver-expired": 1, "waiver-unused": 1}));

    let summary = json(&report.join("summary.json"));
    assert_eq!(json(&plain.join("summary.json"))["findings"], summary["findings"]);
    assert_eq!(summary["waived"]["findings"], serde_json::json!({"placeholder-in-cell": 2}));
    assert_eq!(summary["waived"]["verdicts"]["missing"], 2);
    let states: Vec<_> = summary["waivers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|waiver| (&waiver["id"], &waiver["state"]))
        .collect();
    assert_eq!(
        serde_json::json!(states),
        serde_json::json!([["W-2025-007", "expired"], ["W-2026-001", "used"], ["W-2026-002", "unused"]])
    );

    for (one, other) in rows(&plain.join("devices.jsonl")).iter().zip(rows(&report.join("devices.jsonl"))) {
        let waived =
            ["00-DB-12-00-00-00-CA-01", "00-DB-12-00-00-00-CA-02"].iter().any(|id| other["device_id"] == *id);
        assert_eq!(other["waived"].as_bool().unwrap_or_default(), waived, "{other}");
        let mut without = other.clone();
        without.as_object_mut().unwrap().remove("waived");
        for finding in without.get_mut("findings").and_then(|list| list.as_array_mut()).into_iter().flatten()
        {
            let said = finding.as_object_mut().unwrap().remove("waiver");
            let expected = waived && finding["rule"] == "placeholder-in-cell";
            assert_eq!(said, expected.then(|| "W-2026-001".into()), "{other}");
        }
        assert_eq!(*one, without, "nothing else changes");
    }
    let findings = fs::read_to_string(report.join("findings.csv")).unwrap();
    assert_eq!(findings.matches(",W-2026-001\r\n").count(), 2, "{findings}");
}

#[test]
fn what_is_waived_does_not_fail_and_an_idle_waiver_warns() {
    let folder = tempfile::tempdir().unwrap();
    let one = waiver("W-1", "placeholder-in-cell", "suppliers = [\"SUP-A\"]");
    assert_eq!(with_waivers(folder.path(), &one, &[]).0, 1, "the cells of a device disagree too");
    let all = one + &waiver("W-3", "cells-disagree", "devices = [\"00-DB-12-00-00-00-CA-02\"]");
    let (code, _, error) = with_waivers(folder.path(), &all, &[]);
    assert_eq!(code, 0, "every error is waived: {error}");
    let idle = all + &waiver("W-2", "cell-absent", "dnos = [\"unassigned\"]");
    assert_eq!(with_waivers(folder.path(), &idle, &[]).0, 0);
    assert_eq!(with_waivers(folder.path(), &idle, &["--fail-on", "warning"]).0, 1);
}

#[test]
fn each_part_of_a_selector_narrows_it() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report");
    for (selector, waived) in [
        ("dnos = [\"LOND\"]", 3),
        ("dnos = [\"lond\", \"EELC\"]\nsuppliers = [\"SUP-A\", \"SUP-B\"]", 3),
        ("dnos = [\"EELC\"]", 0),
        ("suppliers = [\"SUP-B\"]", 0),
        ("dnos = [\"LOND\"]\nregions = [\"North\"]", 0),
        ("devices = [\"00DB12000000CA03\"]", 1),
        ("devices = [\"00DB12000000CA03\"]\ndnos = [\"EELC\"]", 0),
    ] {
        let (_, _, error) = with_waivers(folder.path(), &waiver("W-1", "placeholder-in-cell", selector), &[]);
        let summary = json(&report.join("summary.json"));
        assert_eq!(summary["waived"]["verdicts"]["missing"], waived, "{selector}: {error}");
    }
}

#[test]
fn waivers_that_can_not_be_meant_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let lond = "dnos = [\"LOND\"]";
    for (text, code, words) in [
        (waiver("W-1", "placeholder-in-cel", lond), 2, "is it placeholder-in-cell?"),
        (waiver("W-1", "cell-absent", "dnos = [\"LOMD\"]"), 2, "is it LOND?"),
        (waiver("W-1", "cell-absent", lond) + &waiver("W-1", "cell-empty", lond), 2, "W-1 stands twice"),
        (
            waiver("W-1", "cell-absent", lond) + &waiver("W-2", "cell-absent", lond),
            2,
            "W-1 and W-2 are for the same",
        ),
        (waiver("W-1", "cell-absent", ""), 2, "line 2: waiver W-1: it would be for every meter"),
        (waiver("W-1", "cell-absent", "dno = [\"LOND\"]"), 2, "unknown field `dno`"),
        ("[[waivers]]\n".to_owned(), 2, "unknown field `waivers`"),
        ("\u{0}".to_owned(), 2, "line 1"),
        (waiver("W 1/2", "cell-absent", lond), 2, "id \"W 1/2\""),
        (waiver(&"W".repeat(65), "cell-absent", lond), 2, "WWW"),
    ] {
        let (found, _, error) = with_waivers(folder.path(), &text, &[]);
        assert_eq!(found, code, "{text}: {error}");
        assert!(error.contains(words), "{text}: {error}");
    }
    assert!(!folder.path().join("report").exists(), "no report was written");
}
