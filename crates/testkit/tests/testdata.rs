//! The files in the repository are what the generator makes.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dno_audit_testkit::key::KeyPair;
use dno_audit_testkit::testdata::{testdata, write_testdata};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata")
}

fn below(folder: &Path, into: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            below(&entry, into);
        } else {
            into.insert(entry);
        }
    }
}

#[test]
fn the_repository_holds_what_the_generator_makes() {
    let files = testdata().unwrap();
    assert!(files.len() > 100);
    for (name, content) in &files {
        let held = fs::read(repository().join(name)).unwrap_or_default();
        assert!(held == *content, "{name} differs: run `testgen testdata testdata`");
    }
}

#[test]
fn no_file_of_generated_folders_is_left_over() {
    let files = testdata().unwrap();
    let made: BTreeSet<PathBuf> = files.keys().map(|name| repository().join(name)).collect();
    let mut held = BTreeSet::new();
    below(&repository().join("pki"), &mut held);
    below(&repository().join("records"), &mut held);
    below(&repository().join("cases"), &mut held);
    // What the program says of a case is made by its own tests.
    held.retain(|path| path.parent().is_none_or(|folder| !folder.ends_with("expected")));
    let left_over: Vec<_> = held.difference(&made).collect();
    assert!(left_over.is_empty(), "{left_over:?}");
}

#[test]
fn writing_twice_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let count = write_testdata(folder.path()).unwrap();
    let first: Vec<_> = testdata().unwrap().into_iter().collect();
    assert_eq!((count, write_testdata(folder.path()).unwrap()), (first.len(), first.len()));
    for (name, content) in first {
        assert_eq!(fs::read(folder.path().join(&name)).unwrap(), content, "{name}");
    }
}

#[test]
fn the_test_data_stay_small() {
    let octets: usize = testdata().unwrap().values().map(Vec::len).sum();
    assert!(octets < 800 * 1024, "{octets}");
}

#[test]
fn samples_that_must_differ_do() {
    let files = testdata().unwrap();
    let folders = [
        "records/gbcs/",
        "records/cells-csv/",
        "records/estate-csv/",
        "records/messages-csv/",
        "records/duis/",
        "records/mmc/",
        "records/packed/",
        "records/tables/",
        "pki/repository/",
    ];
    for folder in folders {
        let contents: Vec<_> = files.iter().filter(|(name, _)| name.starts_with(folder)).collect();
        let distinct: BTreeSet<_> = contents.iter().map(|(_, content)| content).collect();
        assert!(contents.len() > 3);
        assert_eq!(contents.len(), distinct.len(), "{folder}");
    }
}

#[test]
fn the_signed_sample_is_signed_by_the_device_and_the_forged_one_is_not() {
    let files = testdata().unwrap();
    let key = KeyPair::from_label("device 00-DB-12-00-00-00-00-A0 digitalSignature");
    for (name, sound) in [("update-response", true), ("reject-signature-does-not-verify", false)] {
        let text = String::from_utf8(files[&format!("records/gbcs/{name}.hex")].clone()).unwrap();
        let message = data_encoding::HEXUPPER.decode(text.lines().nth(1).unwrap().as_bytes()).unwrap();
        let (body, signature) = message.split_at(message.len() - 64);
        assert_eq!(body.last(), Some(&64), "{name}");
        assert_eq!(key.sign(&body[1..body.len() - 1]) == signature, sound, "{name}");
    }
}
