//! Estates in which the truth about every meter is known, audited in every form, order and division of their inputs.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests")]

#[path = "support/estate.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use dno_audit::{Config, InputSpec, Progress, run};
use serde_json::Value;
use support::{config, package};
use tempfile::TempDir;
use testkit::estate::{CellsPerDevice, Estate, EstateOptions, Form, State, write_estate};

type Package = BTreeMap<String, Vec<u8>>;

const DEVICES: u64 = 2000;
const FORMS: [Form; 3] = [Form::Cells, Form::Messages, Form::Hex];

/// States of which a form tells less than the truth, with the verdict that is right for what it tells.
const EXCEPTIONS: [(Form, State, &str, &str); 1] = [(
    Form::Cells,
    State::CellAbsent,
    "not-known",
    "a row tells of one cell; that the other has no row does not tell that the device answered without it",
)];

/// States that are not known in every form, for reasons that depend on what the form can tell.
const REASONS: [(Form, State, &str); 9] = [
    (Form::Cells, State::CellAbsent, "cell-not-observed"),
    // A row about the device is garbled, and names it.
    (Form::Cells, State::Undecodable, "record-unusable"),
    (Form::Messages, State::Undecodable, "record-unusable"),
    // Half a message by itself does not tell whose it is.
    (Form::Hex, State::Undecodable, "device-unread"),
    // Rows of other roles say nothing of this one; an answer without the role says that it was not answered.
    (Form::Cells, State::RoleNotAnswered, "device-unread"),
    (Form::Messages, State::RoleNotAnswered, "role-not-answered"),
    (Form::Hex, State::RoleNotAnswered, "role-not-answered"),
    (Form::Messages, State::NoOutcome, "update-without-outcome"),
    (Form::Hex, State::NoOutcome, "update-without-outcome"),
];

fn options(form: Form) -> EstateOptions {
    EstateOptions { devices: DEVICES, form, ..EstateOptions::default() }
}

fn written(options: &EstateOptions) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_estate(options, folder.path()).unwrap();
    folder
}

/// Records by the role of their input, as the manifest counts them.
fn records(package: &Package, role: &str) -> u64 {
    let manifest: Value = serde_json::from_slice(&package["manifest.json"]).unwrap();
    let inputs = manifest["inputs"].as_array().unwrap();
    let of_role = inputs.iter().filter(|input| input["role"] == role);
    of_role.map(|input| input["records"]["total"].as_u64().unwrap()).sum()
}

fn audited(mut config: Config, threads: usize) -> Package {
    config.threads = Some(threads);
    let out = tempfile::tempdir().unwrap();
    let place = out.path().join("report");
    run(&config, &place, &Progress::silent()).unwrap();
    package(&place)
}

/// The rows of a report by device.
fn rows(package: &Package) -> BTreeMap<String, Value> {
    String::from_utf8_lossy(&package["devices.jsonl"])
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .map(|row: Value| (row["device_id"].as_str().unwrap().to_owned(), row))
        .collect()
}

fn right(form: Form, state: State) -> Option<&'static str> {
    let exception = EXCEPTIONS.iter().find(|(of, it, ..)| (*of, *it) == (form, state));
    exception.map(|(_, _, verdict, _)| *verdict).or(state.expected_verdict())
}

#[test]
fn every_verdict_is_the_truth_in_every_form() {
    for form in FORMS {
        for cells_per_device in [CellsPerDevice::NetworkOperator, CellsPerDevice::All] {
            let options = EstateOptions { cells_per_device, ..options(form) };
            let folder = tempfile::tempdir().unwrap();
            let truth = write_estate(&options, folder.path()).unwrap();
            let package = audited(config(&options, folder.path()), 2);
            assert_eq!(records(&package, "records"), truth.records, "{form:?}");
            assert_eq!(records(&package, "estate"), truth.estate_rows, "{form:?}");
            assert_eq!(records(&package, "registration"), truth.registration_rows, "{form:?}");
            let report = rows(&package);
            let (mut listed, mut faults) = (0, Vec::new());
            for device in Estate::new(options).unwrap().devices() {
                let row = report.get(&device.id.to_string());
                let said = row.map(|row| row["verdict"].as_str().unwrap());
                listed += usize::from(row.is_some());
                if said != right(form, device.state) {
                    faults.push(format!("{form:?} {} {}: {said:?}", device.id, device.state.name()));
                }
                for (of, state, reason) in REASONS {
                    if (of, state) == (form, device.state) && row.unwrap()["reasons"][0] != reason {
                        faults.push(format!("{form:?} {} {}: {}", device.id, state.name(), row.unwrap()));
                    }
                }
            }
            assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
            assert_eq!(listed, report.len());
            assert!(listed > 1900);
        }
    }
}

#[test]
fn exceptions_are_exceptions() {
    for (form, state, verdict, why) in EXCEPTIONS {
        assert_ne!(Some(verdict), state.expected_verdict(), "{form:?} {}: {why}", state.name());
        assert_eq!(verdict, "not-known", "a form that tells less never tells more");
    }
}

#[test]
fn forms_differ_in_nothing_but_what_they_can_not_tell() {
    let reports = FORMS.map(|form| {
        let options = options(form);
        let folder = written(&options);
        rows(&audited(config(&options, folder.path()), 2))
    });
    let [cells, messages, hex] = &reports;
    for device in Estate::new(options(Form::Cells)).unwrap().devices() {
        let id = device.id.to_string();
        let said = |rows: &BTreeMap<String, Value>, what: &str| rows.get(&id).map(|row| row[what].clone());
        for what in ["verdict", "dno", "supplier", "mpan", "expectation"] {
            assert_eq!(said(messages, what), said(hex, what), "{id} {what}");
            if device.state != State::CellAbsent {
                assert_eq!(said(cells, what), said(messages, what), "{id} {what}");
            }
        }
    }
}

/// Divides a text at record boundaries into files, each with the lines at its head that are not records; `order` puts
/// the records into another order first.
fn divide(folder: &Path, name: &str, parts: usize, order: impl Fn(&mut Vec<&str>)) -> Vec<InputSpec> {
    let text = fs::read_to_string(folder.join(name)).unwrap();
    let (head, body) = text.split_once('\n').unwrap();
    let mut records: Vec<&str> = body.lines().collect();
    order(&mut records);
    let size = records.len().div_ceil(parts).max(1);
    let mut specs = Vec::new();
    for (number, part) in records.chunks(size).enumerate() {
        let path = format!("{name}.{number}");
        fs::write(folder.join(&path), format!("{head}\n{}\n", part.join("\n"))).unwrap();
        specs.push(InputSpec::new(path));
    }
    specs
}

/// A configuration over divided inputs.
fn divided(options: &EstateOptions, folder: &Path, order: impl Fn(&mut Vec<&str>)) -> Config {
    let mut divided = config(options, folder);
    divided.inputs.records = support::records(options)
        .into_iter()
        .flat_map(|spec| {
            let mut parts = divide(folder, &spec.path, 3, &order);
            parts.iter_mut().for_each(|part| part.observed_at = spec.observed_at);
            parts
        })
        .collect();
    divided.inputs.estate = divide(folder, "estate.csv", 2, &order);
    divided.inputs.registration = divide(folder, "registration.csv", 2, &order);
    divided
}

/// An order that follows from the records alone and has nothing to do with the one in which they stand.
fn shuffled(records: &mut Vec<&str>) {
    let key = |record: &str| {
        record.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, octet| {
            (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01B3)
        })
    };
    records.sort_by_key(|record| key(record));
}

/// Rows without what cites inputs, and every count of the summary.
fn without_citations(package: &Package) -> (BTreeMap<String, Value>, Value, &[u8]) {
    let mut rows = rows(package);
    for row in rows.values_mut() {
        row.as_object_mut().unwrap().remove("evidence").unwrap();
    }
    let summary = serde_json::from_slice(&package["summary.json"]).unwrap();
    (rows, summary, &package["findings.csv"])
}

#[test]
fn division_and_order_of_records_change_nothing_but_citations() {
    for form in FORMS {
        let options = options(form);
        let folder = written(&options);
        let whole = audited(config(&options, folder.path()), 1);
        for order in [|_: &mut Vec<&str>| {}, shuffled] {
            let parts = audited(divided(&options, folder.path(), order), 2);
            assert!(whole["manifest.json"] != parts["manifest.json"]);
            assert!(without_citations(&whole) == without_citations(&parts), "{form:?}");
        }
    }
}

#[test]
fn order_of_files_and_number_of_threads_change_no_octet() {
    for form in FORMS {
        let options = options(form);
        let folder = written(&options);
        let forward = divided(&options, folder.path(), |_| {});
        let mut backward = forward.clone();
        let inputs = &mut backward.inputs;
        for specs in [&mut inputs.records, &mut inputs.estate, &mut inputs.registration] {
            assert!(specs.len() > 1);
            specs.reverse();
        }
        let first = audited(forward.clone(), 1);
        assert!(first == audited(forward, 2), "{form:?}: threads");
        assert!(first == audited(backward.clone(), 1), "{form:?}: order");
        assert!(first == audited(backward, 2), "{form:?}: order and threads");
    }
}

/// Who has to act on a meter of a state, by which request, and whether the operator can command, read and get alerts.
/// Decided by hand: only who holds the key of the signature cell can replace it.
const REMEDIES: [(State, &str, Option<&str>, [&str; 3]); 20] = [
    (State::Placeholder, "supplier", Some("6.21"), BLOCKED),
    (State::Split, "network-operator", Some("6.15.1"), ["possible", "blocked", "blocked"]),
    (State::TrustAnchorNotFound, "supplier", Some("6.24.1"), BLOCKED),
    (State::NoTrustAnchor, "supplier", Some("6.24.1"), BLOCKED),
    (State::ZeroCell, "network-operator", Some("6.15.1"), ["possible", "blocked", "blocked"]),
    (State::WrongOperator, "other-network-operator", Some("6.15.1"), BLOCKED),
    (State::SameGroup, "other-network-operator", Some("6.15.1"), BLOCKED),
    (State::HostOnIndependent, "other-network-operator", Some("6.15.1"), BLOCKED),
    (State::SupplierCredentials, "supplier-in-cell", Some("6.15.1"), BLOCKED),
    (State::XmlSignKey, "network-operator", Some("6.15.1"), ["blocked", "possible", "blocked"]),
    (State::UnknownEntity, "dcc", None, BLOCKED),
    (State::UnknownEntityOpenList, "auditor", None, NOT_KNOWN),
    (State::UnknownKey, "auditor", None, NOT_KNOWN),
    (State::Unread, "network-operator", Some("6.24.1"), NOT_KNOWN),
    (State::ResourcesBusy, "network-operator", Some("6.24.1"), NOT_KNOWN),
    (State::InvalidMpan, "registration-data", None, NOT_KNOWN),
    (State::NoMpan, "registration-data", None, NOT_KNOWN),
    (State::UnknownDistributor, "auditor", None, NOT_KNOWN),
    (State::SupersededKey, "network-operator", Some("6.15.1"), POSSIBLE),
    (State::ExpiredKey, "network-operator", Some("6.15.1"), POSSIBLE),
];
const BLOCKED: [&str; 3] = ["blocked"; 3];
const POSSIBLE: [&str; 3] = ["possible"; 3];
const NOT_KNOWN: [&str; 3] = ["not-known"; 3];

#[test]
fn the_party_that_can_mend_a_meter_is_named() {
    let options = options(Form::Messages);
    let folder = written(&options);
    let rows = rows(&audited(config(&options, folder.path()), 2));
    let estate = Estate::new(options).unwrap();
    let mut met = BTreeSet::new();
    for device in estate.devices() {
        let Some(row) = rows.get(&device.id.to_string()) else { continue };
        if device.state == State::Correct {
            assert_eq!(row["remedy"], Value::Null, "{row}");
        }
        let Some((state, party, request, effect)) =
            REMEDIES.iter().find(|(state, ..)| *state == device.state)
        else {
            continue;
        };
        met.insert(state.name());
        let remedy = &row["remedy"];
        assert_eq!(
            (&remedy["party"], remedy["service_request"].as_str()),
            (&Value::from(*party), *request),
            "{row}"
        );
        let mode = request.filter(|request| *request != "6.24.1").map(|_| 3);
        assert_eq!(remedy["mode"].as_u64(), mode, "{row}");
        let found = ["command", "read", "alerts"].map(|name| row["effect"][name].as_str().unwrap());
        assert_eq!(found, *effect, "{}: {row}", state.name());
        if *party == "supplier" {
            assert_eq!(remedy["who"], row["supplier"], "{row}");
        }
    }
    assert_eq!(met.len(), REMEDIES.len(), "{met:?}");
}
