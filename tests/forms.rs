//! One estate in every form in which users hold it, audited: the reports differ in nothing but what a form can't tell.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use dno_audit::{Config, InputSpec, Progress, run};
use serde_json::Value;
use testkit::estate::{Age, CertificateForm, Estate, EstateOptions, RecordForm, State, TableForm, directory};
use testkit::forms::Files;
use testkit::forms::container::Packing;

type Rows = BTreeMap<String, Value>;

const DEVICES: u64 = 1000;

/// What rows for single cells tell otherwise than answers do: the members of a row that differ, and why.
const CELLS_TELL_LESS: [(State, &[&str], &str); 5] = [
    (
        State::CellAbsent,
        &["cells", "effect", "findings", "notes", "reasons", "remedy", "verdict"],
        "that a cell has no row does not tell that the device answered without it",
    ),
    (
        State::RoleNotAnswered,
        &["findings", "reasons"],
        "rows of other roles are not an answer without this one",
    ),
    (State::NoOutcome, &["findings", "reasons"], "an answer without outcome has no row"),
    (
        State::UpdateFailed,
        &["findings", "notes"],
        "a row tells what a cell holds, not that it was to be replaced",
    ),
    (State::Undated, &["findings"], "the evidence is an extract and no read"),
];

/// What messages in hex tell otherwise than messages in a table do.
const HEX_TELLS_LESS: [(State, &[&str], &str); 1] =
    [(State::Undecodable, &["findings", "reasons"], "half a message by itself does not tell whose it is")];

/// What an inventory tells otherwise than a row of the estate does.
const INVENTORY_TELLS_OTHERWISE: [&str; 6] =
    ["expectation", "findings", "firmware", "region", "remedy", "supplier"];

fn estate() -> Estate {
    Estate::new(EstateOptions { devices: DEVICES, ..EstateOptions::default() }).unwrap()
}

/// The files of an audit by role.
struct Inputs {
    records: Files,
    estate: Files,
    registration: Files,
    certificates: Files,
}

impl Inputs {
    /// Those that were there before there were other forms.
    fn plain(estate: &Estate) -> Self {
        Self {
            records: estate.record_files(RecordForm::MessagesCsv),
            estate: TableForm::Csv.files("estate", &estate.estate_csv()),
            registration: TableForm::Csv.files("registration", &estate.registration_csv()),
            certificates: estate.certificate_files(CertificateForm::PemBundle),
        }
    }

    fn audited(&self, estate: &Estate) -> Rows {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let write = |role: &str, files: &Files| -> Vec<InputSpec> {
            let path = |name: &String| format!("{role}/{name}");
            files.iter().map(|(name, octets)| InputSpec::new(write(folder, path(name), octets))).collect()
        };
        let mut config = Config::new(estate.options().as_of, folder.to_path_buf());
        config.inputs.records = write("records", &self.records);
        for spec in &mut config.inputs.records {
            let ages = [Age::Recent, Age::Older, Age::Stale];
            let age = ["recent", "older", "stale"].iter().position(|name| spec.path.contains(name));
            spec.observed_at = age.and_then(|place| estate.options().hex_observed_at(ages[place]));
        }
        config.inputs.estate = write("estate", &self.estate);
        config.inputs.registration = write("registration", &self.registration);
        config.inputs.certificates = write("certificates", &self.certificates);
        let given = Files::from([
            ("trust-anchor.der".to_owned(), estate.pki().root().der().to_vec()),
            ("directory.toml".to_owned(), directory(estate.pki()).unwrap().into_bytes()),
        ]);
        let mut given = write("given", &given);
        config.inputs.trust_anchors = vec![given.pop().unwrap()];
        config.inputs.directory = given;
        let out = folder.join("report");
        run(&config, &out, &Progress::silent()).unwrap();
        rows(&fs::read_to_string(out.join("devices.jsonl")).unwrap())
    }
}

fn write(folder: &Path, name: String, octets: &[u8]) -> String {
    let path = folder.join(&name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, octets).unwrap();
    name
}

fn rows(lines: &str) -> Rows {
    let rows = lines.lines().map(|line| serde_json::from_str(line).unwrap());
    rows.map(|row: Value| (row["device_id"].as_str().unwrap().to_owned(), row)).collect()
}

/// Rows without what cites inputs, and without these members.
fn without(rows: &Rows, members: &[&str]) -> Rows {
    let mut rows = rows.clone();
    for row in rows.values_mut() {
        let row = row.as_object_mut().unwrap();
        row.remove("evidence").unwrap();
        members.iter().for_each(|member| drop(row.remove(*member)));
    }
    rows
}

/// Text with every instant and every age replaced by a word.
fn timeless(text: &str) -> String {
    let is_time = |word: &str| word.len() >= 20 && word.ends_with('Z') && word.as_bytes()[10] == b'T';
    let words: Vec<&str> = text.split(' ').collect();
    let shown = |(place, word): (usize, &&str)| {
        let is_age = words.get(place + 1).is_some_and(|next| next.starts_with("days"));
        if is_time(word) || is_age { "then".to_owned() } else { (*word).to_owned() }
    };
    words.iter().enumerate().map(shown).collect::<Vec<_>>().join(" ")
}

fn without_times(value: &mut Value) {
    match value {
        Value::String(text) => *text = timeless(text),
        Value::Array(values) => values.iter_mut().for_each(without_times),
        Value::Object(members) => members.values_mut().for_each(without_times),
        _ => {}
    }
}

/// The states of the devices whose rows differ, with the members that do.
fn differences(estate: &Estate, one: &Rows, other: &Rows) -> BTreeMap<State, BTreeSet<String>> {
    let mut found: BTreeMap<State, BTreeSet<String>> = BTreeMap::new();
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for device in estate.devices() {
        let id = device.id.to_string();
        let Some((one, other)) = one.get(&id).zip(other.get(&id)) else { continue };
        let (one, other) = (one.as_object().unwrap(), other.as_object().unwrap());
        let members: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
        let differ = members.into_iter().filter(|member| one.get(*member) != other.get(*member));
        let differ: Vec<String> = differ.cloned().collect();
        if !differ.is_empty() {
            found.entry(device.state).or_default().extend(differ);
        }
    }
    found
}

/// What the repository tells besides, by the states of devices.
const STATUS_TELLS_MORE: [(State, &[&str], &str); 1] =
    [(State::RevokedKey, &["conditions", "findings"], "the repository says R, and no list confirms it")];

/// What revocation lists tell besides.
const LISTS_TELL_MORE: [(State, &[&str], &str); 3] = [
    (State::SupersededKey, &["findings"], "the newer key that is named is none that is revoked"),
    (State::RevokedKey, &["conditions", "findings"], "the lists have them"),
    (State::ExpiredKey, &["findings"], "the newer key that is named is none that is revoked"),
];

fn listed(exceptions: &[(State, &[&str], &str)]) -> BTreeMap<State, BTreeSet<String>> {
    let members = |members: &[&str]| members.iter().map(|member| (*member).to_owned()).collect();
    exceptions.iter().map(|(state, names, _)| (*state, members(names))).collect()
}

/// Asserts that rows are the same, and shows the first that is not.
fn assert_same(what: &str, expected: &Rows, found: &Rows) {
    assert_eq!(expected.len(), found.len(), "{what}");
    for (id, row) in expected {
        assert_eq!(Some(row), found.get(id), "{what}");
    }
}

fn with_records(estate: &Estate, form: RecordForm) -> Rows {
    let inputs = Inputs { records: estate.record_files(form), ..Inputs::plain(estate) };
    inputs.audited(estate)
}

#[test]
fn messages_and_documents_give_the_same_rows() {
    let estate = estate();
    let expected = without(&Inputs::plain(&estate).audited(&estate), &[]);
    assert!(expected.len() > 950);
    for form in [RecordForm::MessagesJsonl, RecordForm::Duis, RecordForm::Mmc] {
        assert_same(&format!("{form:?}"), &expected, &without(&with_records(&estate, form), &[]));
    }
}

#[test]
fn messages_without_a_time_give_the_same_rows_but_for_times() {
    let estate = estate();
    let all = |form| {
        let mut rows = without(&with_records(&estate, form), &[]);
        rows.values_mut().for_each(without_times);
        rows
    };
    let [table, hex, base64] = [RecordForm::MessagesCsv, RecordForm::Hex, RecordForm::Base64].map(all);
    assert_same("base64", &hex, &base64);
    assert_eq!(differences(&estate, &table, &hex), listed(&HEX_TELLS_LESS));
}

#[test]
fn rows_for_cells_are_the_same_in_every_table_and_differ_from_answers_where_they_tell_less() {
    let estate = estate();
    let all = |form| without(&with_records(&estate, form), &[]);
    let expected = all(RecordForm::CellsCsv);
    assert_eq!(differences(&estate, &all(RecordForm::MessagesCsv), &expected), listed(&CELLS_TELL_LESS));
    for form in
        [RecordForm::CellsJsonl, RecordForm::CellsXlsx, RecordForm::CellsOds, RecordForm::CellsParquet]
    {
        assert_same(&format!("{form:?}"), &expected, &all(form));
    }
}

#[test]
fn the_estate_and_registration_data_are_the_same_in_every_table() {
    let estate = estate();
    let expected = without(&Inputs::plain(&estate).audited(&estate), &[]);
    for form in TableForm::ALL {
        let inputs = Inputs {
            estate: form.files("estate", &estate.estate_csv()),
            registration: form.files("registration", &estate.registration_csv()),
            ..Inputs::plain(&estate)
        };
        assert_same(&format!("{form:?}"), &expected, &without(&inputs.audited(&estate), &[]));
    }
}

#[test]
fn an_inventory_gives_the_same_rows_but_for_what_it_does_not_hold() {
    let estate = estate();
    let inputs = Inputs { estate: estate.inventory_files(), ..Inputs::plain(&estate) };
    let [expected, found] = [Inputs::plain(&estate), inputs]
        .map(|inputs| without(&inputs.audited(&estate), &INVENTORY_TELLS_OTHERWISE));
    assert_same("inventory", &expected, &found);
}

#[test]
fn certificates_are_the_same_in_every_form() {
    let estate = estate();
    let expected = without(&Inputs::plain(&estate).audited(&estate), &[]);
    let of = |form| {
        let inputs = Inputs { certificates: estate.certificate_files(form), ..Inputs::plain(&estate) };
        without(&inputs.audited(&estate), &[])
    };
    for form in [CertificateForm::DerFolder, CertificateForm::Zip] {
        assert_same(&format!("{form:?}"), &expected, &of(form));
    }
    let repository = of(CertificateForm::Repository);
    assert_eq!(differences(&estate, &expected, &repository), listed(&STATUS_TELLS_MORE));
    let failed = |rows: &Rows, rule: &str| {
        let fails = |row: &&Value| row["conditions"].as_array().unwrap().iter().any(|it| it == rule);
        rows.values().filter(fails).count()
    };
    let revoked = estate.devices().filter(|device| device.state == State::RevokedKey).count();
    assert!(revoked > 0);
    assert_eq!(failed(&repository, "certificate-revocation-unknown"), revoked);

    let mut certificates = estate.certificate_files(CertificateForm::PemBundle);
    certificates.extend(estate.revocation_lists());
    let lists = Inputs { certificates, ..Inputs::plain(&estate) };
    let lists = without(&lists.audited(&estate), &[]);
    assert_eq!(differences(&estate, &expected, &lists), listed(&LISTS_TELL_MORE));
    assert_eq!(failed(&lists, "certificate-revoked"), revoked);
}

#[test]
fn containers_change_nothing() {
    let estate = estate();
    let plain = || Inputs { records: estate.record_files(RecordForm::Duis), ..Inputs::plain(&estate) };
    let expected = without(&plain().audited(&estate), &[]);
    for packing in Packing::ALL {
        let Inputs { records, estate: rows_of, registration, certificates } = plain();
        let packed = Inputs {
            records: packing.pack(&records),
            estate: packing.pack(&rows_of),
            registration: packing.pack(&registration),
            certificates: packing.pack(&certificates),
        };
        assert_same(&format!("{packing:?}"), &expected, &without(&packed.audited(&estate), &[]));
    }
}

#[test]
fn differences_are_what_they_are_said_to_be() {
    for (state, members, why) in CELLS_TELL_LESS.iter().chain(&HEX_TELLS_LESS) {
        let verdict = members.contains(&"verdict");
        assert!(!verdict || *state == State::CellAbsent, "{}: {why}", state.name());
    }
    assert_eq!(
        timeless("seen 2026-01-01T00:00:00Z, 12 days before"),
        "seen 2026-01-01T00:00:00Z, then days before"
    );
    assert_eq!(timeless("seen 2026-01-01T00:00:00Z"), "seen then");
}
