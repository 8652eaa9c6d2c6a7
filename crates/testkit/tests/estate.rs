//! Estates: the same every time, every state present, numbers that check, forms that tell of the same devices.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use dno_audit_testkit::estate::{
    CellsPerDevice, CertificateForm, Estate, EstateOptions, Form, Mix, Opening, RecordForm, State, TableForm,
    write_estate,
};
use dno_audit_testkit::forms::container::Packing;
use types::{Eui64, Mpan};

/// Every file below a folder by its relative name.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                let name = entry.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(&entry).unwrap());
            }
        }
    }
    files
}

fn written(options: &EstateOptions) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    write_estate(options, folder.path()).unwrap();
    contents(folder.path())
}

fn lines(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Vec<String> {
    let text = String::from_utf8(files.get(name).unwrap().clone()).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn options(devices: u64, form: Form, cells_per_device: CellsPerDevice) -> EstateOptions {
    EstateOptions { devices, form, cells_per_device, ..EstateOptions::default() }
}

#[test]
fn the_same_options_give_the_same_bytes() {
    for form in [Form::Cells, Form::Messages, Form::Hex] {
        let options = options(400, form, CellsPerDevice::All);
        let (one, same) = (written(&options), written(&options));
        assert!(one.len() > 200, "{} files", one.len());
        assert_eq!(one, same);
    }
}

#[test]
fn another_seed_gives_other_devices() {
    let one = written(&EstateOptions { devices: 200, ..EstateOptions::default() });
    let other = written(&EstateOptions { devices: 200, seed: 2, ..EstateOptions::default() });
    assert_ne!(one.get("estate.csv"), other.get("estate.csv"));
    assert_eq!(one.get("directory.toml"), other.get("directory.toml"));
}

#[test]
fn a_small_estate_has_every_state() {
    let folder = tempfile::tempdir().unwrap();
    let summary = write_estate(&EstateOptions::default(), folder.path()).unwrap();
    for state in State::ALL {
        assert!(summary.devices_in(*state) >= 4, "{}", state.name());
    }
    assert_eq!(summary.states().values().sum::<u64>(), 5000);
    let listed: u64 = summary.verdicts().values().sum();
    assert_eq!(listed + summary.devices_in(State::NotInEstate), 5000);
    assert_eq!(summary.estate_rows, listed + summary.devices_in(State::TwoRows));
}

#[test]
fn shares_are_what_the_mix_says() {
    const DEVICES: u64 = 1_000_000;
    let mix = Mix::default().opening(Opening::ByShare);
    assert_eq!(State::ALL.iter().map(|state| u64::from(mix.share(*state))).sum::<u64>(), DEVICES);
    let options = EstateOptions { mix: mix.clone(), ..EstateOptions::default() };
    let mut counts = BTreeMap::new();
    for index in 0..DEVICES {
        *counts.entry(options.state_of(index)).or_insert(0u32) += 1;
    }
    for state in State::ALL {
        let (share, count) = (f64::from(mix.share(*state)), counts.get(state).copied().unwrap_or(0));
        let spread = 5.0 * share.sqrt() + 1.0;
        assert!((f64::from(count) - share).abs() < spread, "{}: {count} for {share}", state.name());
    }
}

#[test]
fn one_state_alone_can_be_asked_for() {
    let options = EstateOptions { mix: Mix::only(State::Split), ..EstateOptions::default() };
    assert!((0..1000).all(|index| options.state_of(index) == State::Split));
}

#[test]
fn state_names_differ_and_verdicts_are_known() {
    let names: BTreeSet<_> = State::ALL.iter().map(|state| state.name()).collect();
    assert_eq!(names.len(), State::COUNT);
    let verdicts: BTreeSet<_> = State::ALL.iter().filter_map(|state| state.expected_verdict()).collect();
    assert_eq!(verdicts, BTreeSet::from(["correct", "missing", "wrong", "not-known", "out-of-scope"]));
}

#[test]
fn devices_and_mpans_occur_once_and_check() {
    let estate = Estate::new(EstateOptions { devices: 200_000, ..EstateOptions::default() }).unwrap();
    let mut devices = BTreeSet::<Eui64>::new();
    let mut mpans = BTreeSet::new();
    for device in estate.devices() {
        assert!(devices.insert(device.id), "{} occurs twice", device.id);
        assert_eq!(device.id.to_u64() >> 40, 0x00DB12);
        for number in [device.mpan, device.secondary_mpan, device.export_mpan].into_iter().flatten() {
            assert!(mpans.insert(number), "{number} occurs twice");
            let mpan = Mpan::new(number);
            assert_eq!(mpan.is_ok(), device.state != State::InvalidMpan, "{number}");
            let odd = [State::InvalidMpan, State::UnknownDistributor, State::RegistrationDisagrees];
            if !odd.contains(&device.state) {
                assert_eq!(mpan.unwrap().distributor().number(), device.operator.distributor);
            }
        }
    }
}

#[test]
fn cells_and_messages_tell_of_the_same_devices() {
    let of_form = |form| written(&options(2000, form, CellsPerDevice::NetworkOperator));
    let (cells, messages, hex) = (of_form(Form::Cells), of_form(Form::Messages), of_form(Form::Hex));
    assert_eq!(cells.get("estate.csv"), messages.get("estate.csv"));
    assert_eq!(cells.get("estate.csv"), hex.get("estate.csv"));
    let devices = |files, name| -> BTreeSet<String> {
        lines(files, name).iter().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
    };
    let estate = Estate::new(options(2000, Form::Cells, CellsPerDevice::NetworkOperator)).unwrap();
    let pending = |it: &dno_audit_testkit::estate::Device| it.state == State::NoOutcome;
    let pending: BTreeSet<String> = estate.devices().filter(pending).map(|it| it.id.to_string()).collect();
    let from_messages = devices(&messages, "messages.csv");
    assert_eq!(&devices(&cells, "cells.csv") | &pending, from_messages);
    let in_hex: usize = ["recent", "older", "stale", "undated"]
        .iter()
        .map(|age| lines(&hex, &format!("messages/{age}.hex")).len() - 1)
        .sum();
    assert_eq!(in_hex, lines(&messages, "messages.csv").len() - 1);
}

#[test]
fn a_full_read_has_ten_cells() {
    let mut options = options(100, Form::Cells, CellsPerDevice::All);
    options.mix = Mix::only(State::Correct);
    let files = written(&options);
    assert_eq!(lines(&files, "cells.csv").len(), 1 + 100 * 10);
    let first: Vec<String> = lines(&files, "cells.csv").into_iter().skip(1).take(10).collect();
    let operators = first.iter().filter(|line| line.contains(",networkOperator,")).count();
    assert_eq!(operators, 2, "{first:#?}");
    options.form = Form::Messages;
    let messages = lines(&written(&options), "messages.csv");
    let message = messages.get(1).unwrap().rsplit(',').next().unwrap();
    assert!(message.starts_with("DD00000000000082") && message.contains("0200"), "{message}");
    // Ten entities and ten keys, each an octet string of eight.
    assert_eq!(message.matches("0408").count(), 20, "{message}");
}

#[test]
fn signing_devices_have_their_certificates_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(500, Form::Messages, CellsPerDevice::NetworkOperator);
    let summary = write_estate(&options, folder.path()).unwrap();
    assert_eq!(summary.device_certificates, 12);
    let files = contents(folder.path());
    let device = |name: &&String| name.starts_with("certificates/device-00-db-12");
    assert_eq!(files.keys().filter(device).count(), 12);
    let bundle = lines(&files, "certificates/bundle.pem").join("\n");
    let singles = files.keys().filter(|name| name.ends_with(".pem") && !name.contains("bundle")).count();
    // The trust anchor lies outside the folder of certificates, too.
    assert_eq!(bundle.matches("BEGIN CERTIFICATE").count(), singles - 1);
}

#[test]
fn files_in_memory_are_those_of_the_folder() {
    for form in [Form::Cells, Form::Messages, Form::Hex] {
        let options = options(400, form, CellsPerDevice::NetworkOperator);
        let folder = written(&options);
        let estate = Estate::new(options).unwrap();
        assert_eq!(folder["estate.csv"], estate.estate_csv());
        assert_eq!(folder["registration.csv"], estate.registration_csv());
        for (name, list) in estate.revocation_lists() {
            assert_eq!(folder[&format!("certificates/{name}")], list);
        }
        match form {
            Form::Cells => {
                let cells = estate.record_files(RecordForm::CellsCsv);
                assert_eq!(folder["cells.csv"], cells["cells.csv"]);
            }
            Form::Messages => {
                assert_eq!(
                    folder["messages.csv"],
                    estate.record_files(RecordForm::MessagesCsv)["messages.csv"]
                );
                let pem = estate.certificate_files(CertificateForm::PemBundle);
                assert_eq!(folder["certificates/bundle.pem"].len(), pem["certificates.pem"].len());
            }
            Form::Hex => {
                let (hex, base64) =
                    (estate.record_files(RecordForm::Hex), estate.record_files(RecordForm::Base64));
                for age in ["recent", "older", "stale", "undated"] {
                    let name = format!("messages/{age}.hex");
                    let messages = lines(&hex, &name);
                    assert_eq!(lines(&folder, &name)[1..], messages);
                    let decoded = lines(&base64, &format!("messages/{age}.txt")).into_iter().map(|line| {
                        let octets = data_encoding::BASE64.decode(line.as_bytes()).unwrap();
                        data_encoding::HEXUPPER.encode(&octets)
                    });
                    assert_eq!(decoded.collect::<Vec<_>>(), messages);
                }
            }
        }
    }
}

#[test]
fn every_form_has_the_same_octets_every_time() {
    let files = || {
        let estate = Estate::new(EstateOptions { devices: 200, ..EstateOptions::default() }).unwrap();
        let mut files = Vec::new();
        files.extend(RecordForm::ALL.map(|form| estate.record_files(form)));
        files.extend(CertificateForm::ALL.map(|form| estate.certificate_files(form)));
        files.extend(TableForm::ALL.map(|form| form.files("estate", &estate.estate_csv())));
        files.push(estate.inventory_files());
        files.extend(Packing::ALL.map(|packing| packing.pack(&estate.record_files(RecordForm::CellsCsv))));
        files
    };
    let (one, same) = (files(), files());
    assert_eq!(one, same);
    assert!(one.iter().all(|files| files.values().all(|octets| !octets.is_empty())));
}

#[test]
fn documents_are_as_many_as_messages() {
    let estate = Estate::new(options(400, Form::Hex, CellsPerDevice::All)).unwrap();
    let messages = lines(&estate.record_files(RecordForm::MessagesCsv), "messages.csv").len() - 1;
    assert_eq!(estate.duis_documents().count(), messages);
    assert_eq!(estate.mmc_documents().count(), messages);
    let responses = estate.record_files(RecordForm::Duis);
    let text = String::from_utf8(responses["responses.xml"].clone()).unwrap();
    assert_eq!(text.matches("schemaVersion=\"5.4\"").count(), messages);
}
