//! A whole package, octet for octet: a small estate in which every state occurs several times.
//!
//! Nothing is left out of the comparison. Write it anew after a wanted change with
//! `DNO_AUDIT_BLESS=1 cargo test -p dno-audit --test golden`, and read the difference.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "support/estate.rs"]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dno_audit::{PackageReader, Progress, run};
use support::{config, package};
use testkit::estate::{EstateOptions, Form, State, write_estate};

/// Three rounds through all states.
const DEVICES: u64 = 3 * State::COUNT as u64;

#[test]
fn a_small_estate_gives_the_golden_package() {
    let folder = tempfile::tempdir().unwrap();
    let options = EstateOptions { devices: DEVICES, form: Form::Messages, ..EstateOptions::default() };
    let truth = write_estate(&options, folder.path()).unwrap();
    assert!(State::ALL.iter().all(|state| truth.devices_in(*state) == 3));
    let out = folder.path().join("report");
    run(&config(&options, folder.path()), &out, &Progress::silent()).unwrap();
    let said = package(&out);

    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/golden/demo-small");
    if std::env::var_os("DNO_AUDIT_BLESS").is_some() {
        let _ = fs::remove_dir_all(&golden);
        fs::create_dir_all(&golden).unwrap();
        said.iter().for_each(|(name, content)| fs::write(golden.join(name), content).unwrap());
    }
    let held: BTreeMap<String, Vec<u8>> = package(&golden);
    assert!(held.contains_key("manifest.json"));
    assert_eq!(said.keys().collect::<Vec<_>>(), held.keys().collect::<Vec<_>>());
    let differ: Vec<&String> = said
        .iter()
        .filter(|(name, content)| held.get(*name) != Some(content))
        .map(|(name, _)| name)
        .collect();
    assert!(differ.is_empty(), "{differ:?} are not what testdata/golden/demo-small holds");
    assert!(held.values().map(Vec::len).sum::<usize>() < 400 * 1024);
}

#[test]
fn every_file_of_the_golden_package_reads_back() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/golden/demo-small");
    let reader = PackageReader::open(&golden).unwrap();
    let counts = reader.manifest().counts;
    assert_eq!(reader.summary().unwrap().counts, counts);
    assert_eq!(reader.configuration().unwrap().as_of, reader.manifest().as_of);
    assert_eq!(reader.rules().unwrap(), dno_audit::rule_rows(dno_audit::RuleSetVersion::NEWEST));
    assert_eq!(reader.devices().unwrap().map(Result::unwrap).count() as u64, counts.meters);
    assert_eq!(reader.not_in_estate().unwrap().map(Result::unwrap).count() as u64, counts.not_in_estate);
    assert_eq!(reader.quarantine().unwrap().map(Result::unwrap).count() as u64, counts.records.quarantined);
    assert!(reader.certificates().unwrap().map(Result::unwrap).count() > 100);
    let devices: Vec<_> = reader.devices().unwrap().map(Result::unwrap).collect();
    let graver = |severity: &str| severity != "information";
    let findings: usize = devices
        .iter()
        .map(|row| row.findings.iter().filter(|finding| graver(&finding.severity)).count())
        .sum();
    assert_eq!(reader.findings().unwrap().map(Result::unwrap).count(), findings);
}
