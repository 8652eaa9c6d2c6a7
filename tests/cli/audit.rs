//! Audits by flags and by configuration, and how they end.

use std::fs;

use crate::support::{dnoaudit, ended, files, json, run};

#[test]
fn flags_and_configuration_give_the_same_report() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    assert_eq!(run(["demo", "--devices", "300", "--out", demo.to_str().unwrap()]).0, 0);
    let mut command = dnoaudit();
    command.current_dir(&demo).args(["audit", "--as-of", "2026-01-01T00:00:00Z", "--out", "by-flags"]);
    command.args(["--records", "mess*.csv", "--certificates", "certificates/bundle.pem"]);
    command.args(["--trust-anchor", "trust-anchor.pem", "--estate", "estate.csv"]);
    command.args(["--registration", "registration.csv", "--directory", "directory.toml"]);
    let (code, _, error) = ended(command.output().unwrap());
    assert_eq!(code, 3, "{error}");
    assert_eq!(files(&demo.join("report")), files(&demo.join("by-flags")));
}

#[test]
fn the_exit_code_tells_findings_from_what_is_incomplete() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    assert_eq!(run(["demo", "--devices", "300", "--out", demo.to_str().unwrap()]).0, 0);
    let config = demo.join("audit.toml");
    let with = |more: &[&str]| {
        let mut arguments = vec!["audit", "--config", config.to_str().unwrap()];
        arguments.extend(more);
        run(&arguments).0
    };
    assert_eq!(with(&[]), 3, "meters are not known");
    assert_eq!(with(&["--fail-on", "never"]), 3, "and no threshold hides it");
    assert_eq!(with(&["--allowed-share", "0.5"]), 1, "findings");
    assert_eq!(with(&["--allowed-share", "0.5", "--fail-on", "never"]), 0);
}

#[test]
fn json_on_standard_output_is_the_summary_of_the_package() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    assert_eq!(run(["demo", "--devices", "300", "--out", demo.to_str().unwrap()]).0, 0);
    let config = demo.join("audit.toml");
    let (_, out, _) = run(["audit", "--config", config.to_str().unwrap(), "--format", "json"]);
    let printed: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(printed, json(&demo.join("report/summary.json")));
}

#[test]
fn records_after_the_instant_are_left_out_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    assert_eq!(run(["demo", "--devices", "300", "--out", demo.to_str().unwrap()]).0, 0);
    let config = demo.join("audit.toml");
    let out = folder.path().join("early");
    run([
        "audit",
        "--config",
        config.to_str().unwrap(),
        "--as-of",
        "2010-01-01T00:00:00Z",
        "--out",
        out.to_str().unwrap(),
    ]);
    crate::support::assert_reconciles(&out);
    let summary = json(&out.join("summary.json"));
    assert!(summary["records"]["not-relevant/after-as-of"].as_u64().unwrap() > 200, "{summary}");
    assert_eq!(summary["counts"]["verdicts"]["wrong"], 0);
}

#[test]
fn a_device_with_records_that_the_estate_does_not_list_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    assert_eq!(run(["demo", "--devices", "200", "--out", demo.to_str().unwrap()]).0, 0);
    let listed = fs::read_to_string(demo.join("report/not-in-estate.jsonl")).unwrap();
    let manifest = json(&demo.join("report/manifest.json"));
    assert_eq!(listed.lines().count() as u64, manifest["counts"]["not_in_estate"].as_u64().unwrap());
    assert!(listed.lines().count() > 0);
}
