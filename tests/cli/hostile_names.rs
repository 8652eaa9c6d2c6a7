//! Names that do harm where they are taken for more than text, through every command that writes: whatever a name is, it
//! stays a name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, Xlsx, open_workbook};
use parquet::file::reader::{FileReader, SerializedFileReader};
use quick_xml::events::Event;
use serde_json::Value;
use testkit::estate::{HOSTILE_FILE, hostile_names, write_hostile_estate};

use crate::page::{Element, assert_sound};
use crate::support::{audited, rows, run};

/// More than all names together, so that each stands in each column.
const DEVICES: u64 = 300;

/// The most characters of a line for people: some name is far longer.
const LONGEST_LINE: usize = 4_100;

/// Characters that steer a terminal, end a line, turn or hide text. This list is not the program's own.
fn does_harm(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFFE}'
        )
}

/// Text for people, whose lines are the program's own.
fn assert_text(what: &str, text: &str) {
    for line in text.lines() {
        if let Some(c) = line.chars().find(|c| does_harm(*c)) {
            panic!("{what}: {c:?} in {line:?}");
        }
        assert!(line.chars().count() < LONGEST_LINE, "{what}: {} characters", line.chars().count());
    }
}

/// JSON, or a line of it each.
fn assert_json(what: &str, text: &str) {
    let values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let values: Vec<Value> =
        values.map(|value| value.unwrap_or_else(|error| panic!("{what}: {error}"))).collect();
    assert!(text.is_empty() || !values.is_empty(), "{what}");
}

/// A CSV of which no cell is a formula to a spreadsheet; gives its rows.
fn assert_csv(what: &str, text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for row in reader.records() {
        // A row with more or fewer fields than the header is an error here.
        let row = row.unwrap_or_else(|error| panic!("{what}: {error}"));
        for cell in &row {
            let first = cell.trim_start_matches([' ', '\u{A0}']).chars().next();
            let formula = matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n'));
            assert!(!formula, "{what}: {cell:?}");
        }
        rows.push(row.iter().map(str::to_owned).collect());
    }
    assert!(!rows.is_empty(), "{what}: no header");
    rows
}

/// A CSV that is made for people to open, and may come to a terminal: no character in it does harm either.
fn assert_csv_for_people(what: &str, text: &str) {
    for cell in assert_csv(what, text).iter().flatten() {
        assert!(!cell.chars().any(does_harm), "{what}: {cell:?}");
    }
}

/// A page as a browser would have it, with no element of a name's own.
fn assert_page(what: &str, page: &str) {
    // The one address that a name has in it is text.
    let page = page.replace("http://x.invalid", "");
    let parsed = Element::page(&page);
    assert_sound(&page, &parsed);
    assert!(!page.chars().any(|c| c != '\n' && does_harm(c)), "{what}");
    assert!(parsed.text.contains("<script>alert(1)</script>"), "{what}: no hostile name is shown");
    assert!(parsed.text.contains("(10,000 characters)"), "{what}");
}

fn assert_workbook(what: &str, file: &Path) {
    let mut book: Xlsx<_> = open_workbook(file).unwrap();
    let mut texts = BTreeSet::new();
    for name in book.sheet_names() {
        assert!(name.encode_utf16().count() <= 31 && !name.chars().any(does_harm), "{what}: {name:?}");
        assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{what}: {name}: a formula");
        for cell in book.worksheet_range(&name).unwrap().rows().flatten() {
            match cell {
                Data::String(text) => {
                    assert!(text.encode_utf16().count() <= 32_767, "{what}: {name}");
                    texts.insert(text.clone());
                }
                Data::Empty => {}
                number => assert_eq!(name, "Summary", "{what}: {number:?}"),
            }
        }
    }
    assert!(texts.iter().any(|text| text.starts_with("=HYPERLINK(")), "{what}: no hostile name is in it");
}

fn assert_xml(what: &str, file: &Path) {
    let text = fs::read_to_string(file).unwrap();
    let mut reader = quick_xml::Reader::from_str(&text);
    let (mut depth, mut elements) = (0_u32, 0);
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{what}: {error}")) {
            Event::Start(_) => (depth, elements) = (depth + 1, elements + 1),
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(depth == 0 && elements > 3, "{what}");
    assert!(!text.chars().any(|c| c != '\n' && does_harm(c)), "{what}");
}

fn assert_parquet(what: &str, file: &Path, names: &[String]) {
    let reader = SerializedFileReader::new(fs::File::open(file).unwrap()).unwrap();
    let rows: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
    assert!(names.iter().any(|name| rows.iter().any(|row| row.contains(name.as_str()))), "{what}");
}

/// Every file below a folder, checked by what its name says it is.
fn assert_files(what: &str, folder: &Path, people: bool) -> usize {
    let mut checked = 0;
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_str().unwrap().to_owned();
        let what = format!("{what}/{name}");
        assert!(name.len() < 120 && name.is_ascii() && !name.chars().any(char::is_control), "{what}");
        if entry.is_dir() {
            checked += assert_files(&what, &entry, people);
            continue;
        }
        checked += 1;
        let text = || fs::read_to_string(&entry).unwrap();
        match entry.extension().and_then(|extension| extension.to_str()) {
            Some("json" | "jsonl") => assert_json(&what, &text()),
            Some("csv") if people => assert_csv_for_people(&what, &text()),
            Some("csv") => drop(assert_csv(&what, &text())),
            Some("xml") => assert_xml(&what, &entry),
            Some("txt" | "md") => assert_text(&what, &text()),
            // Octets of certificates and of records that were read.
            Some("der" | "pem" | "crt") => {}
            other => panic!("{what}: {other:?} is not checked"),
        }
    }
    checked
}

/// Runs a command, and checks what it prints by its kind. It may end with any of these codes.
fn printed(kind: &str, arguments: &[&str], codes: &[i32]) -> String {
    let (code, out, error) = run(arguments);
    let what = arguments.iter().map(|part| part.chars().take(40).collect::<String>()).collect::<Vec<_>>();
    let what = what.join(" ");
    assert!(codes.contains(&code), "{what}: {code} {error:.2000}");
    assert_text(&format!("{what}: error"), &error);
    assert!(!error.contains("panicked"), "{what}: {error}");
    match kind {
        "json" => assert_json(&what, &out),
        "csv" => assert_csv_for_people(&what, &out),
        _ => assert_text(&what, &out),
    }
    out
}

struct Hostile {
    folder: PathBuf,
    names: Vec<String>,
}

impl Hostile {
    fn at(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }
}

fn estate(folder: &Path) -> Hostile {
    let folder = folder.join("estate");
    write_hostile_estate(DEVICES, &folder).unwrap();
    audited(&folder, &["--as-of", "2025-06-01T00:00:00Z", "--out", folder.join("early").to_str().unwrap()]);
    let at = folder.join("audit.toml");
    for format in ["json", "text"] {
        printed(format, &["audit", "--config", at.to_str().unwrap(), "--format", format], &[3]);
    }
    Hostile { folder, names: hostile_names() }
}

#[test]
fn every_output_of_a_report_takes_hostile_names_for_names() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = estate(folder.path());
    let (report, early) = (hostile.at("report"), hostile.at("early"));
    // Every name came through as it is, into rows that are read back.
    let devices = rows(&hostile.folder.join("report/devices.jsonl"));
    for member in ["supplier", "manufacturer", "model", "firmware", "region"] {
        let held: BTreeSet<&str> = devices.iter().filter_map(|row| row[member].as_str()).collect();
        // Of a supplier or a region one of them says that it is not known.
        let is_name = |name: &&String| *name != "unknown" || !["supplier", "region"].contains(&member);
        let names = hostile.names.iter().filter(is_name);
        let lost: Vec<_> = names.filter(|name| !held.contains(name.trim())).collect();
        assert!(lost.is_empty(), "{member}: {lost:?} of {held:?}");
    }
    let manifest = fs::read_to_string(hostile.folder.join("report/manifest.json")).unwrap();
    assert!(manifest.contains("cmd|'x'!A1"), "the name of the file");
    assert!(assert_files("report", Path::new(&report), false) > 8);
    printed("text", &["verify", &report], &[0]);
    printed("json", &["verify", &report, "--format", "json"], &[0]);
    let inputs = hostile.folder.to_str().unwrap();
    printed("text", &["verify", &report, "--inputs", inputs], &[0]);

    for more in [&[][..], &["--previous", &early]] {
        for format in ["text", "markdown"] {
            let brief = ["brief", &report, "--format", format];
            let said = printed("text", &[&brief, more].concat(), &[0]);
            // Markdown would take it for HTML.
            assert!(format == "text" || !said.replace("\\<", "").contains('<'), "{said}");
        }
        let out = hostile.at("page.html");
        printed("text", &[&["page", &report, "--out", &out], more].concat(), &[0]);
        assert_page("page", &fs::read_to_string(&out).unwrap());
    }
    for format in ["text", "json"] {
        printed(format, &["estimate", &report, "--format", format, "--sampled-at-random"], &[0, 3]);
    }
    printed("text", &["estimate", &report], &[0, 2, 3]);
    for format in ["text", "json", "csv"] {
        printed(format, &["diff", &early, &report, "--format", format], &[1]);
        let own = hostile.at("own-list.csv");
        printed(format, &["reconcile", &report, "--own", &own, "--format", format], &[1, 3]);
    }
    for format in ["xlsx", "sarif", "parquet"] {
        let out = hostile.at(format);
        printed("text", &["export", &report, "--format", format, "--out", &out], &[0]);
        match format {
            "xlsx" => assert_workbook(format, Path::new(&out)),
            "sarif" => {
                let text = fs::read_to_string(&out).unwrap();
                assert_json(format, &text);
                let log: Value = serde_json::from_str(&text).unwrap();
                for artifact in log["runs"][0]["artifacts"].as_array().unwrap() {
                    let uri = artifact["location"]["uri"].as_str().unwrap();
                    assert!(
                        uri.bytes().all(|octet| octet.is_ascii_graphic() && !b"<>\"".contains(&octet)),
                        "{uri}"
                    );
                }
            }
            _ => assert_parquet(format, Path::new(&out), &hostile.names),
        }
    }
}

#[test]
fn plans_and_their_requests_take_hostile_names_for_names() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = estate(folder.path());
    let (report, early) = (hostile.at("report"), hostile.at("early"));
    for audience in ["supplier", "dno"] {
        let [first, next] = ["first", "next"].map(|name| hostile.at(&format!("{name}-{audience}")));
        let plan = ["plan", &early, "--for", audience, "--out", &first, "--requests"];
        printed("text", &plan, &[0]);
        let n = assert_files(audience, Path::new(&first), true);
        eprintln!("FILES {n}");
        let plan = ["plan", &report, "--for", audience, "--out", &next, "--previous", &first];
        printed("text", &plan, &[0]);
        assert!(assert_files(audience, Path::new(&next), true) > 10);
    }
}

#[test]
fn parts_for_parties_with_hostile_names_are_cut_shown_and_refused() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = estate(folder.path());
    let report = hostile.at("report");
    for (number, (name, option)) in
        hostile.names.iter().flat_map(|name| [(name, "--dno"), (name, "--supplier")]).enumerate()
    {
        let slice = hostile.at(&format!("slice-{number}"));
        if !name.contains('\0') {
            printed("text", &["slice", &report, option, name, "--out", &slice], &[0, 2]);
        }
        if !Path::new(&slice).exists() {
            continue;
        }
        printed("text", &["verify", &slice], &[0]);
        if number % 5 > 1 {
            continue;
        }
        assert!(assert_files("slice", Path::new(&slice), false) > 5);
        printed("text", &["brief", &slice], &[0]);
        let page = hostile.at("slice.html");
        printed("text", &["page", &slice, "--out", &page], &[0]);
        let page = fs::read_to_string(page).unwrap().replace("http://x.invalid", "");
        assert_sound(&page, &Element::page(&page));
        assert!(!page.chars().any(|c| c != '\n' && does_harm(c)), "{number}");
    }
    let cut = (0..hostile.names.len() * 2)
        .filter(|number| Path::new(&hostile.at(&format!("slice-{number}"))).exists());
    assert!(cut.count() > 20);
    // One that is not there.
    for name in hostile.names.iter().filter(|name| !name.contains('\0')) {
        let nobody = format!("{name}?");
        let out = hostile.at("never");
        printed("text", &["slice", &report, "--dno", &nobody, "--out", &out], &[2]);
        let plan = ["plan", &report, "--for", "supplier", "--party", &nobody, "--out", &out];
        printed("text", &plan, &[2]);
    }
}

#[test]
fn explanations_and_inspections_take_hostile_names_for_names() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = estate(folder.path());
    let (report, config) = (hostile.at("report"), hostile.at("audit.toml"));
    let devices = rows(&hostile.folder.join("report/devices.jsonl"));
    let inputs = hostile.folder.to_str().unwrap();
    // Every third meter has, over all, every name in every column.
    for (number, row) in devices.iter().enumerate().step_by(13) {
        let device = row["device_id"].as_str().unwrap();
        let format = ["text", "json"][number % 2];
        printed(format, &["explain", device, "--config", &config, "--format", format], &[0]);
        let package = ["explain", device, "--package", &report, "--format", format];
        printed(format, &package, &[0]);
        printed(format, &[&package[..], &["--inputs", inputs]].concat(), &[0]);
    }
    let record = hostile.folder.join("records").join(HOSTILE_FILE);
    let all = hostile.at("everything");
    fs::create_dir(&all).unwrap();
    for name in ["estate.jsonl", "registration.jsonl", "directory.toml", "waivers.toml", "own-list.csv"] {
        fs::copy(hostile.at(name), Path::new(&all).join(format!("{name} {HOSTILE_FILE}"))).unwrap();
    }
    fs::copy(&record, Path::new(&all).join(HOSTILE_FILE)).unwrap();
    let files = fs::read_dir(&all).unwrap().map(|entry| entry.unwrap().path().to_str().unwrap().to_owned());
    for path in files.chain([all.clone()]) {
        for format in ["text", "json"] {
            printed(format, &["inspect", &path, "--format", format], &[0, 2, 3, 5]);
        }
    }
    // A dispute pack has everything about a meter.
    let own = hostile.at("own-list.csv");
    let out = hostile.at("disputes");
    let (_, told, _) = run(["reconcile", &report, "--own", &own, "--format", "json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    let device =
        told["items"][0]["device_id"].as_str().or(devices[0]["device_id"].as_str()).unwrap().to_owned();
    let dispute =
        ["reconcile", &report, "--own", &own, "--dispute", &device, "--out", &out, "--inputs", inputs];
    printed("text", &dispute, &[0, 1, 3]);
    assert!(assert_files("disputes", Path::new(&out), false) > 1);
}

#[test]
fn errors_take_hostile_names_for_names() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = estate(folder.path());
    let report = hostile.at("report");
    for name in hostile.names.iter().filter(|name| !name.contains('\0')) {
        let nowhere = hostile.at(name);
        for command in ["verify", "brief", "estimate", "inspect"] {
            printed("text", &[command, &nowhere], &[2, 3, 4, 5]);
        }
        printed("text", &["explain", name, "--package", &report], &[0, 2]);
        printed("text", &["audit", "--config", &nowhere], &[2, 5]);
        printed("text", &["audit", "--records", &nowhere, "--as-of", "2026-01-01T00:00:00Z"], &[2, 5]);
        printed("text", &["audit", "--as-of", name], &[2]);
        printed("text", &[name], &[2]);
        printed("text", &["export", &report, "--format", name, "--out", "x"], &[2]);
        let quoted = serde_json::to_string(name).unwrap().replace('\u{7f}', "\\u007F");
        let config = hostile.at("broken.toml");
        for text in [
            format!("as_of = {quoted}\n"),
            format!("as_of = \"2026-01-01T00:00:00Z\"\n{quoted} = 1\n"),
            format!("as_of = \"2026-01-01T00:00:00Z\"\n[inputs]\nrecords = [{quoted}]\n"),
            format!("as_of = \"2026-01-01T00:00:00Z\"\nrule_set = {name}\n"),
        ] {
            fs::write(&config, text).unwrap();
            printed("text", &["audit", "--config", &config], &[2, 5]);
        }
        // A party with an entity that is none, and one with two records that say different things.
        let directory = hostile.at("broken-directory.toml");
        for text in [
            format!(
                "date = \"x\"\nsource = \"x\"\n[[party]]\nid = {quoted}\nentities = [{{ id = {quoted} }}]\n"
            ),
            format!("date = \"x\"\nsource = \"x\"\n[[party]]\nid = {quoted}\nfrom = {quoted}\n"),
            format!(
                "date = \"x\"\nsource = \"x\"\n[[party]]\nid = \"A\"\naliases = [{quoted}]\n[[party]]\nid = \"B\"\naliases = [{quoted}]\n"
            ),
        ] {
            fs::write(&directory, text).unwrap();
            let with = ["audit", "--config", &hostile.at("audit.toml"), "--directory", &directory];
            printed("text", &with, &[2, 5]);
        }
    }
    // A row of a report that somebody changed.
    let devices = hostile.folder.join("report/devices.jsonl");
    let altered = fs::read_to_string(&devices).unwrap().replacen(
        "\"verdict\":\"missing\"",
        "\"verdict\":\"correct\"",
        1,
    );
    fs::write(&devices, altered).unwrap();
    printed("text", &["verify", &report], &[4]);
    printed("text", &["verify", &report, "--inputs", hostile.folder.to_str().unwrap()], &[4]);
}
