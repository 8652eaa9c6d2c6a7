//! Rule sets: an older one can be asked for, and a report says which it used.

use std::collections::BTreeSet;
use std::fs;

use dno_audit::{RULE_SET_VERSION, RULES};
use serde_json::Value;

use crate::support::{json, repository, run};

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn no_rule_runs_that_is_newer_than_the_rule_set() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let config = repository().join("testdata/cases/placeholder-in-cell/audit.toml");
    for number in 1..=RULE_SET_VERSION {
        let asked = number.to_string();
        let (code, text, error) = run([
            "audit",
            "--config",
            config.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
            "--allowed-share",
            "1",
            "--rule-set",
            &asked,
        ]);
        assert_eq!(code, 1, "{error}");
        assert_eq!(text.contains("the newest is"), number != RULE_SET_VERSION, "{text}");
        let expected: BTreeSet<&str> =
            RULES.iter().filter(|rule| rule.since <= number).map(|rule| rule.id).collect();
        assert_eq!(keys(&json(&out.join("summary.json"))["findings"]), expected);

        let manifest = json(&out.join("manifest.json"));
        assert_eq!(manifest["rule_set"]["version"], number);
        let (_, listed, _) = run(["rules", "--rule-set", &asked, "--format", "json"]);
        let listed: Value = serde_json::from_str(&listed).unwrap();
        assert_eq!(listed["rule_set"], number);
        let table = dno_audit::canonical(&listed["rules"]).unwrap();
        assert_eq!(
            manifest["rule_set"]["sha256"],
            dno_audit::digest(&table).to_string(),
            "the digest is that of the list"
        );
        let ids: BTreeSet<&str> =
            listed["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
        assert_eq!(ids, expected);

        let device = "00-DB-12-00-00-00-CA-01";
        let (code, told, _) = run([
            "explain",
            device,
            "--config",
            config.to_str().unwrap(),
            "--rule-set",
            &asked,
            "--format",
            "json",
        ]);
        assert_eq!(code, 0);
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["rules"].as_array().unwrap().len(), expected.len());
    }
}

#[test]
fn a_rule_set_that_does_not_exist_is_refused() {
    let known = if RULE_SET_VERSION == 1 { "1 alone".to_owned() } else { format!("1 to {RULE_SET_VERSION}") };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.toml");
    let newer = RULE_SET_VERSION + 1;
    fs::write(&file, format!("as_of = \"2026-01-01T00:00:00Z\"\nrule_set = {newer}\n")).unwrap();
    let (asked, config) = (newer.to_string(), file.to_str().unwrap());
    for arguments in [
        vec!["audit", "--config", config, "--out", "x"],
        vec!["audit", "--as-of", "2026-01-01T00:00:00Z", "--out", "x", "--rule-set", &asked],
        vec!["audit", "--as-of", "2026-01-01T00:00:00Z", "--out", "x", "--rule-set", "0"],
        vec!["rules", "--rule-set", &asked],
    ] {
        let (code, _, error) = run(&arguments);
        assert_eq!(code, 2, "{arguments:?}: {error}");
        assert!(error.contains(&known), "{arguments:?}: {error}");
    }
}
