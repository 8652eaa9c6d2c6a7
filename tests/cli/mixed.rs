//! One folder with everything: every form of an estate, every container, and damaged copies of each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use testkit::estate::{CertificateForm, Estate, EstateOptions, RecordForm, State, TableForm, directory};
use testkit::forms::Files;
use testkit::forms::container::{Packing, gzip, hostile, zip, zstd};

use crate::support::{assert_reconciles, json, repository, rows, run};

/// Four rounds through all states.
const DEVICES: u64 = 4 * State::COUNT as u64;

fn estate() -> Estate {
    Estate::new(EstateOptions { devices: DEVICES, ..EstateOptions::default() }).unwrap()
}

/// Every form, each in a folder of its own.
fn whole(estate: &Estate) -> Files {
    let mut files = Files::new();
    let mut add = |folder: &str, more: Files| {
        files.extend(more.into_iter().map(|(name, octets)| (format!("{folder}/{name}"), octets)));
    };
    for form in RecordForm::ALL {
        add(&format!("records-{form:?}"), estate.record_files(form));
    }
    for form in TableForm::ALL {
        add(&format!("estate-{form:?}"), form.files("estate", &estate.estate_csv()));
        add(&format!("registration-{form:?}"), form.files("registration", &estate.registration_csv()));
    }
    add("estate-inventory", estate.inventory_files());
    for form in CertificateForm::ALL {
        add(&format!("certificates-{form:?}"), estate.certificate_files(form));
    }
    add("revocation", estate.revocation_lists());
    for packing in Packing::ALL {
        add(&format!("packed-{packing:?}"), packing.pack(&estate.record_files(RecordForm::Duis)));
    }
    files
}

fn cut(octets: &[u8], share: usize) -> Vec<u8> {
    octets[..octets.len() * share / 8].to_vec()
}

/// Copies cut short at three places. What is left of a text is as good as the whole up to its last record.
fn cut_short(files: &Files) -> Files {
    let mut damaged = Files::new();
    for (name, octets) in files {
        // One of each kind will do for certificates.
        if name.starts_with("certificates-DerFolder/") && !name.contains("lond-4") {
            continue;
        }
        for share in [1, 4, 7] {
            damaged.insert(format!("cut-{share}/{name}"), cut(octets, share));
        }
    }
    damaged
}

/// Files of which nothing may be used, each with the reason for that.
fn refused(estate: &Estate) -> BTreeMap<String, (Vec<u8>, &'static str)> {
    let messages = estate.record_files(RecordForm::MessagesCsv);
    let responses = estate.record_files(RecordForm::Duis);
    let octets = &messages["messages.csv"];
    let packed = |files: &Files| Packing::ZipInZip.pack(files).into_values().next().unwrap();
    let one = |name: &str, octets: Vec<u8>| Files::from([(name.to_owned(), octets)]);
    let mut flipped = gzip(octets);
    let checksum = flipped.len() - 6;
    flipped[checksum] ^= 1;
    let document = String::from_utf8(responses["responses.xml"].clone()).unwrap();
    let first = document.lines().next().unwrap().to_owned();
    let doctype = |inner: &str| format!("<!DOCTYPE Response [\n{inner}\n]>\n{first}\n").into_bytes();
    let tenfold: String = ["ba", "cb", "dc", "ed", "fe", "gf", "hg"]
        .map(|pair| {
            let (name, of) = pair.split_at(1);
            format!("<!ENTITY {name} \"{}\">\n", format!("&{of};").repeat(10))
        })
        .concat();
    [
        ("wrong-checksum.zip", hostile::wrong_checksum(&messages), "container"),
        ("wrong-checksum.csv.gz", flipped, "container"),
        ("cut-short.csv.gz", cut(&gzip(octets), 5), "container"),
        ("cut-short.csv.zst", cut(&zstd(octets), 5), "container"),
        ("cut-short.zip", cut(&zip(&messages), 5), "container"),
        ("encrypted.zip", hostile::encrypted(&messages), "container"),
        ("bomb.zip", hostile::bomb(80_000_000), "container"),
        ("nested-twice.zip", zip(&one("packed.zip", packed(&messages))), "container"),
        ("leads-out.zip", hostile::named("../../leads-out.csv", octets), "container"),
        ("entities.xml", doctype(&format!("<!ENTITY a \"ha\">\n{tenfold}")), "xml"),
        ("external.xml", doctype("<!ENTITY a SYSTEM \"file:///etc/passwd\">"), "xml"),
        ("note.txt", b"The export failed: time-out.\n".to_vec(), "not-recognised"),
        ("page.html", b"<html><body>The export failed: time-out.</body></html>\n".to_vec(), "not-recognised"),
    ]
    .map(|(name, octets, reason)| (name.to_owned(), (octets, reason)))
    .into()
}

/// Good files under names that promise something else.
fn misnamed(estate: &Estate) -> Files {
    let duis = estate.record_files(RecordForm::Duis).remove("responses.xml").unwrap();
    let cells = estate.record_files(RecordForm::CellsCsv).remove("cells.csv").unwrap();
    let parquet = estate.record_files(RecordForm::CellsParquet).remove("cells.parquet").unwrap();
    // An absolute name is a name like any other: nothing is ever written where it leads.
    let elsewhere = hostile::named("/tmp/dnoaudit-leads-elsewhere.csv", &cells);
    [
        ("duis.csv", duis.clone()),
        ("cells.xml", cells),
        ("parquet.pem", parquet),
        ("gzip.json", gzip(&duis)),
        ("elsewhere.zip", elsewhere),
    ]
    .map(|(name, octets)| (format!("misnamed/{name}"), octets))
    .into()
}

fn write(folder: &Path, files: &Files) {
    for (name, octets) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, octets).unwrap();
    }
}

struct Audit {
    folder: tempfile::TempDir,
    report: PathBuf,
    code: i32,
    said: String,
}

fn audit(estate: &Estate, mixed: &Files) -> Audit {
    let folder = tempfile::tempdir().unwrap();
    // Where a name that leads two folders up would land.
    let inner = folder.path().join("a/b/mixed");
    write(&inner, mixed);
    let given = Files::from([
        ("trust-anchor.pem".to_owned(), estate.pki().root().pem().into_bytes()),
        ("directory.toml".to_owned(), directory(estate.pki()).unwrap().into_bytes()),
    ]);
    write(folder.path(), &given);
    let report = folder.path().join("report");
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let (code, _, said) = run([
        "audit".to_owned(),
        "--as-of".to_owned(),
        estate.options().as_of.to_string(),
        "--mixed".to_owned(),
        path(&inner),
        "--trust-anchor".to_owned(),
        path(&folder.path().join("trust-anchor.pem")),
        "--directory".to_owned(),
        path(&folder.path().join("directory.toml")),
        "--out".to_owned(),
        path(&report),
    ]);
    Audit { folder, report, code, said }
}

fn verdicts(report: &Path) -> BTreeMap<String, String> {
    let text = |row: &Value, member: &str| row[member].as_str().unwrap().to_owned();
    rows(&report.join("devices.jsonl"))
        .iter()
        .map(|row| (text(row, "device_id"), text(row, "verdict")))
        .collect()
}

fn assert_truth(estate: &Estate, report: &Path) {
    let said = verdicts(report);
    let mut faults = Vec::new();
    for device in estate.devices() {
        let found = said.get(&device.id.to_string()).map(String::as_str);
        if found != device.state.expected_verdict() {
            faults.push(format!("{} {}: {found:?}", device.id, device.state.name()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The names of the inputs of a report, and of those among them with a record in the quarantine.
fn inputs(report: &Path) -> (BTreeSet<String>, BTreeMap<String, BTreeSet<String>>) {
    let manifest = json(&report.join("manifest.json"));
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for input in manifest["inputs"].as_array().unwrap() {
        let digest = input["sha256"].as_str().unwrap().to_owned();
        names.entry(digest).or_default().push(input["name"].as_str().unwrap().to_owned());
    }
    let mut quarantined: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows(&report.join("quarantine.jsonl")) {
        assert!(!row["detail"].as_str().unwrap().is_empty());
        for name in &names[row["input"].as_str().unwrap()] {
            quarantined.entry(name.clone()).or_default().insert(row["reason"].as_str().unwrap().to_owned());
        }
    }
    (names.into_values().flatten().collect(), quarantined)
}

#[test]
fn a_folder_of_every_form_and_of_damaged_copies_is_audited_to_the_last_record() {
    let estate = estate();
    let whole = whole(&estate);
    let mut mixed = whole.clone();
    mixed.extend(cut_short(&whole));
    mixed.extend(misnamed(&estate));
    let refused = refused(&estate);
    mixed.extend(refused.iter().map(|(name, (octets, _))| (format!("refused/{name}"), octets.clone())));

    let audit = audit(&estate, &mixed);
    assert_eq!(audit.code, 3, "{}", audit.said);
    assert_reconciles(&audit.report);
    assert_truth(&estate, &audit.report);
    let (named, quarantined) = inputs(&audit.report);
    for name in mixed.keys() {
        assert!(named.iter().any(|input| input.contains(name.as_str())), "{name} is not among the inputs");
    }
    for (name, (_, reason)) in &refused {
        let said = quarantined.iter().find(|(input, _)| input.contains(&format!("refused/{name}")));
        let reasons = said.map(|(_, reasons)| reasons.clone()).unwrap_or_default();
        assert!(reasons.iter().any(|it| it.contains(reason)), "{name}: {reasons:?}");
    }
    let stray: Vec<PathBuf> = ["leads-out.csv", "a/leads-out.csv", "a/b/leads-out.csv"]
        .map(|name| audit.folder.path().join(name))
        .into_iter()
        .chain([PathBuf::from("/tmp/dnoaudit-leads-elsewhere.csv")])
        .filter(|path| path.exists())
        .collect();
    assert!(stray.is_empty(), "{stray:?}");
}

#[test]
fn flipped_octets_anywhere_leave_every_record_accounted_for() {
    let estate = estate();
    let whole = whole(&estate);
    let mut mixed = whole.clone();
    for (name, octets) in whole.iter().filter(|(name, _)| !name.starts_with("certificates-DerFolder/")) {
        for share in 0..8 {
            let mut octets = octets.clone();
            let place = octets.len() * share / 8;
            octets[place] ^= 1 << share;
            mixed.insert(format!("flipped-{share}/{name}"), octets);
        }
    }
    let audit = audit(&estate, &mixed);
    assert_eq!(audit.code, 3, "{}", audit.said);
    assert_reconciles(&audit.report);
    let (named, _) = inputs(&audit.report);
    for name in mixed.keys() {
        assert!(named.iter().any(|input| input.contains(name.as_str())), "{name} is not among the inputs");
    }
}

#[test]
fn samples_are_inspected_as_what_they_are() {
    let samples = repository().join("testdata/records");
    for folder in ["duis", "mmc", "packed"] {
        for entry in fs::read_dir(samples.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let (code, out, error) = run(["inspect", path.to_str().unwrap()]);
            let rejected = path.file_name().unwrap().to_str().unwrap().starts_with("reject-");
            assert!(code == 0 || code == 3, "{}: {code} {error}", path.display());
            assert!(!rejected || code == 3, "{}: {out}", path.display());
        }
    }
}
