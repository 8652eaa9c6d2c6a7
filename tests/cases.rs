//! Every rule by example: `testdata/cases/<rule>` holds devices that fail it, pass it, and leave it without an answer.
//!
//! What `case.toml` says of each device was decided by hand and is checked on its own. What the program says in full
//! stands in `expected/` and is compared octet for octet; after a wanted change, write it anew with
//! `DNO_AUDIT_BLESS=1 cargo test -p dno-audit --test cases` and read the difference.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use dno_audit::{Config, Progress, RULES, explain, run};
use serde_json::Value;

/// The files of a package that stand in `expected/`.
const EXPECTED: [&str; 4] = ["devices.jsonl", "findings.csv", "not-in-estate.jsonl", "quarantine.jsonl"];

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    description: String,
    as_of: String,
    device: Vec<Device>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Device {
    id: String,
    shows: String,
    outcome: String,
    verdict: String,
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(repository().join("testdata/cases")).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn case(folder: &Path) -> Case {
    toml::from_str(&fs::read_to_string(folder.join("case.toml")).unwrap())
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

fn config(folder: &Path, threads: usize) -> Config {
    let mut config = Config::load(&folder.join("audit.toml")).unwrap();
    config.threads = Some(threads);
    config
}

fn lines(text: &[u8]) -> Vec<Value> {
    text.split(|octet| *octet == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// Every file of a package.
fn package(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (name(&path), fs::read(&path).unwrap())).collect()
}

/// Runs a case on one thread and on two, which must not differ.
fn audited(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let out = tempfile::tempdir().unwrap();
    let [one, two] = [1, 2].map(|threads| {
        let place = out.path().join(threads.to_string());
        run(&config(folder, threads), &place, &Progress::silent())
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        package(&place)
    });
    assert!(one == two, "{}: the number of threads changes the package", folder.display());
    one
}

#[test]
fn the_program_says_what_is_expected_of_every_case() {
    let bless = std::env::var_os("DNO_AUDIT_BLESS").is_some();
    let mut faults = Vec::new();
    for folder in folders() {
        let (id, package) = (name(&folder), audited(&folder));
        faults.extend(decided_by_hand(&folder, &package));
        faults.extend(accounts(&folder, &package));
        let expected = folder.join("expected");
        for file in EXPECTED {
            let said = &package[file];
            if bless {
                fs::create_dir_all(&expected).unwrap();
                fs::write(expected.join(file), said).unwrap();
            } else if fs::read(expected.join(file)).ok().as_ref() != Some(said) {
                faults.push(format!("{id}: {file} is not what expected/ holds"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Holds the verdict of every device, and the outcome of the rule for it, to `case.toml`.
fn decided_by_hand(folder: &Path, package: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let case = case(folder);
    let rows: BTreeMap<String, Value> = lines(&package["devices.jsonl"])
        .into_iter()
        .map(|row| (row["device_id"].as_str().unwrap().to_owned(), row))
        .collect();
    let mut faults = Vec::new();
    if rows.keys().ne(case.device.iter().map(|device| &device.id).collect::<BTreeSet<_>>()) {
        faults.push(format!("{}: the devices of the case are not those of the report", case.id));
    }
    for Device { id, shows, outcome, verdict } in &case.device {
        let said = rows.get(id).map_or("no row", |row| row["verdict"].as_str().unwrap());
        if said != verdict {
            faults.push(format!("{} {id} ({shows}): verdict {said}, expected {verdict}", case.id));
        }
        let told = explain(&config(folder, 1), id.parse().unwrap(), &Progress::silent()).unwrap().unwrap();
        let told = serde_json::to_value(&told.json).unwrap();
        let rules = told["rules"].as_array().unwrap();
        assert_eq!(rules.len(), RULES.len());
        let rule = rules.iter().find(|rule| rule["rule"] == case.id.as_str()).unwrap();
        if rule["outcome"] != outcome.as_str() {
            faults.push(format!("{} {id} ({shows}): {rule}, expected {outcome}", case.id));
        }
        if rows.get(id) != Some(&told["row"]) {
            faults.push(format!("{} {id}: explain and report differ", case.id));
        }
    }
    faults
}

/// Holds the counts of the manifest to each other and to the inputs, which are counted here in another way.
fn accounts(folder: &Path, package: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let id = name(folder);
    let manifest: Value = serde_json::from_slice(&package["manifest.json"]).unwrap();
    let number = |value: &Value| value.as_u64().unwrap();
    let mut faults = Vec::new();
    let mut check = |what: &str, one: u64, other: u64| {
        if one != other {
            faults.push(format!("{id}: {what}: {one} against {other}"));
        }
    };
    let counts = &manifest["counts"];
    let verdicts = counts["verdicts"].as_object().unwrap();
    let meters = lines(&package["devices.jsonl"]);
    check("meters by verdict", verdicts.values().map(number).sum(), number(&counts["meters"]));
    check("meters and rows", number(&counts["meters"]), meters.len() as u64);
    for (verdict, count) in verdicts {
        let rows = meters.iter().filter(|row| row["verdict"] == verdict.as_str());
        check(verdict, number(count), rows.count() as u64);
    }
    let mut total = 0;
    let mut quarantined = 0;
    for input in manifest["inputs"].as_array().unwrap() {
        let records = &input["records"];
        let outcomes = ["used", "superseded", "duplicate", "not-relevant", "quarantined"];
        let sum = outcomes.iter().map(|outcome| number(&records[*outcome])).sum();
        let file = input["name"].as_str().unwrap();
        check(&format!("{file}: records by outcome"), sum, number(&records["total"]));
        let why = input["not_relevant"].as_object().map_or(0, |why| why.values().map(number).sum());
        check(&format!("{file}: why not relevant"), why, number(&records["not-relevant"]));
        check(&format!("{file}: records"), number(&records["total"]), counted(folder, input));
        total += sum;
        quarantined += number(&records["quarantined"]);
    }
    check("records", total, number(&counts["records"]["total"]));
    check("quarantine", quarantined, lines(&package["quarantine.jsonl"]).len() as u64);
    let strangers = lines(&package["not-in-estate.jsonl"]).len() as u64;
    check("devices not in the estate", number(&counts["not_in_estate"]), strangers);
    faults
}

/// The records of an input, counted without its reader.
fn counted(folder: &Path, input: &Value) -> u64 {
    let (file, role) = (input["name"].as_str().unwrap(), input["role"].as_str().unwrap());
    let testdata = repository().join("testdata");
    let path = match (role, file) {
        ("directory", "shipped dno-directory.toml") => {
            repository().join("crates/dno-audit/data/dno-directory.toml")
        }
        // The case's own directory file and the shared one have one name; the size tells which it is.
        ("directory", _) => [folder.join(file), testdata.join(file)]
            .into_iter()
            .find(|path| fs::metadata(path).is_ok_and(|it| Some(it.len()) == input["bytes"].as_u64()))
            .unwrap(),
        _ => [folder.join(file), testdata.join("pki").join(file)]
            .into_iter()
            .find(|path| path.exists())
            .unwrap(),
    };
    let octets = fs::read(&path).unwrap();
    let text = String::from_utf8_lossy(&octets);
    let beginning = |marks: &[&str]| text.lines().filter(|line| marks.contains(line)).count();
    let records = match (role, file.rsplit('.').next().unwrap()) {
        ("directory", _) => beginning(&["[[party]]", "[[supplier]]", "[[access_control_broker]]"]),
        (_, "pem") => beginning(&["-----BEGIN CERTIFICATE-----"]),
        (_, "der" | "crl") => 1,
        (_, "csv") => text.lines().count() - 1,
        ("certificates", "xml") => text.matches("</CertificateResponse>").count(),
        (_, "xml") => text.matches("</sr:Response>").count() + text.matches("</ra:GBCSResponse>").count(),
        other => panic!("{other:?} can't be counted"),
    };
    records as u64
}

#[test]
fn every_rule_has_its_case_and_every_case_its_rule() {
    let cases: BTreeSet<String> = folders().iter().map(|folder| name(folder)).collect();
    let rules: BTreeSet<String> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
    assert!(!rules.is_empty());
    assert_eq!(cases, rules);
    for folder in folders() {
        let case = case(&folder);
        assert_eq!(case.id, name(&folder));
        assert!(case.description.ends_with('.'), "{}", case.id);
        assert_eq!(case.as_of.parse(), Ok(config(&folder, 1).as_of.0), "{}", case.id);
        assert!(case.device.iter().all(|device| !device.shows.is_empty()), "{}", case.id);
    }
}

/// Rules that always have an answer: every device of the estate has a number of rows.
const ALWAYS_ANSWERED: [&str; 1] = ["device-listed-twice"];

#[test]
fn every_case_shows_a_failing_a_passing_and_an_undecided_device() {
    for folder in folders() {
        let case = case(&folder);
        let outcomes: BTreeSet<&str> = case.device.iter().map(|device| device.outcome.as_str()).collect();
        let known = BTreeSet::from(["fail", "pass", "not-evaluated", "not-applicable"]);
        assert!(outcomes.is_subset(&known), "{}: {outcomes:?}", case.id);
        assert!(outcomes.contains("fail") && outcomes.contains("pass"), "{}: {outcomes:?}", case.id);
        let undecided = outcomes.contains("not-evaluated") || outcomes.contains("not-applicable");
        assert_eq!(undecided, !ALWAYS_ANSWERED.contains(&case.id.as_str()), "{}: {outcomes:?}", case.id);
    }
}

/// A rule that calls for a verdict is named among the reasons of a device that fails it and has the verdict.
#[test]
fn a_failed_rule_stands_in_the_row() {
    for folder in folders() {
        let case = case(&folder);
        let rows = lines(&fs::read(folder.join("expected/devices.jsonl")).unwrap());
        for device in case.device.iter().filter(|device| device.outcome == "fail") {
            let row = rows.iter().find(|row| row["device_id"] == device.id.as_str()).unwrap();
            let named = ["reasons", "conditions", "notes"]
                .iter()
                .filter_map(|list| row[*list].as_array())
                .flatten()
                .filter(|rule| **rule == case.id.as_str())
                .count();
            assert_eq!(named, 1, "{} {}", case.id, device.id);
        }
    }
}
