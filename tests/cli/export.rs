//! A report in the forms of others, read back and held against its rows.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, Xlsx, open_workbook};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;

use crate::support::{self, audited, json, rows, run};

const FORMATS: [&str; 3] = ["xlsx", "sarif", "parquet"];

/// Names that do harm where they are taken for more than text.
const HOSTILE: [&str; 5] = [
    "=HYPERLINK(\"http://x.invalid\",\"click\")",
    "<script>alert(1)</script>",
    "\u{202e}rtl\u{2066}",
    "two\nlines",
    "a supplier whose name is far longer than the name of a sheet can be",
];

/// A demonstration whose suppliers have hostile names.
fn demo(folder: &Path) -> PathBuf {
    let demo = support::demo(folder, "300");
    let estate = demo.join("estate.csv");
    let text = fs::read_to_string(&estate).unwrap();
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let place = header.split(',').position(|name| name == "supplier").unwrap();
    let mut written = format!("{header}\n");
    for (number, line) in lines.enumerate() {
        let mut fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        fields[place] = format!("\"{}\"", HOSTILE[number % HOSTILE.len()].replace('"', "\"\""));
        written.push_str(&fields.join(","));
        written.push('\n');
    }
    fs::write(&estate, written).unwrap();
    // Registration data would name other suppliers.
    let registration = demo.join("registration.csv");
    let text = fs::read_to_string(&registration).unwrap();
    let header = text.lines().next().unwrap().to_owned();
    if let Some(place) = header.split(',').position(|name| name == "supplier") {
        let without = text.lines().skip(1).map(|line| {
            let mut fields: Vec<&str> = line.split(',').collect();
            fields[place] = "";
            fields.join(",") + "\n"
        });
        fs::write(&registration, format!("{header}\n{}", without.collect::<String>())).unwrap();
    }
    audited(&demo, &[]);
    demo
}

fn export(package: &Path, format: &str, out: &Path) {
    let arguments = ["export", package.to_str().unwrap(), "--format", format, "--out", out.to_str().unwrap()];
    let (code, said, error) = run(arguments);
    assert_eq!(code, 0, "{error}");
    assert!(said.contains("meters in"), "{said}");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn the_octets_follow_from_the_package_alone() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    let other = folder.path().join("other");
    audited(&demo, &["--threads", "1", "--out", other.to_str().unwrap()]);
    for format in FORMATS {
        let [one, again, elsewhere] = ["one", "again", "elsewhere"].map(|name| folder.path().join(name));
        export(&demo.join("report"), format, &one);
        export(&demo.join("report"), format, &again);
        export(&other, format, &elsewhere);
        let octets = fs::read(&one).unwrap();
        assert!(octets == fs::read(&again).unwrap(), "{format}");
        assert!(octets == fs::read(&elsewhere).unwrap(), "{format}");
        assert!(octets.len() > 1000, "{format}");
    }
}

#[test]
fn the_workbook_has_every_remedy_and_every_finding_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let report = demo(folder.path()).join("report");
    let out = folder.path().join("report.xlsx");
    export(&report, "xlsx", &out);
    let mut book: Xlsx<_> = open_workbook(&out).unwrap();
    let names = book.sheet_names();
    assert_eq!(names[..2], ["Summary", "Findings"]);
    let mut tables = BTreeMap::new();
    for name in &names {
        assert!(name.encode_utf16().count() <= 31, "{name}");
        assert!(book.worksheet_formula(name).unwrap().is_empty(), "{name}: a formula");
        let range = book.worksheet_range(name).unwrap();
        let lines: Vec<Vec<Data>> = range.rows().map(<[Data]>::to_vec).collect();
        for cell in lines.iter().flatten() {
            let plain = matches!(cell, Data::Empty | Data::String(_));
            assert!(plain || name == "Summary", "{name}: {cell:?} is no text");
        }
        tables.insert(name.clone(), lines);
    }
    let shown = |cell: &Data| cell.to_string();
    // Each meter with a remedy stands in one sheet of an owner, with what its row says.
    let mut by_device = BTreeMap::new();
    for (name, lines) in tables.iter().filter(|(name, _)| *name != "Summary" && *name != "Findings") {
        let header: Vec<String> = lines[0].iter().map(shown).collect();
        for line in &lines[1..] {
            let fields: BTreeMap<String, String> =
                header.iter().cloned().zip(line.iter().map(shown)).collect();
            assert!(by_device.insert(fields["device_id"].clone(), (name.clone(), fields)).is_none());
        }
    }
    let devices = rows(&report.join("devices.jsonl"));
    let mut hostile = 0;
    for row in devices.iter().filter(|row| !row["remedy"].is_null()) {
        let (sheet, fields) = by_device.remove(text(&row["device_id"])).unwrap();
        for (column, value) in [
            ("mpan", &row["mpan"]),
            ("dno", &row["dno"]),
            ("supplier", &row["supplier"]),
            ("verdict", &row["verdict"]),
            ("remedy_party", &row["remedy"]["party"]),
            ("remedy_who", &row["remedy"]["who"]),
            ("service_request", &row["remedy"]["service_request"]),
            ("action", &row["remedy"]["action"]),
            ("digital_signature_state", &row["cells"][0]["state"]),
            ("digital_signature_entity", &row["cells"][0]["entity"]),
            ("key_agreement_key", &row["cells"][1]["key"]),
        ] {
            assert_eq!(fields[column], text(value), "{sheet}: {column}");
        }
        hostile += usize::from(HOSTILE.contains(&fields["remedy_who"].as_str()));
    }
    assert!(by_device.is_empty(), "{by_device:?}");
    assert!(hostile > 0, "no hostile name was tried");
    // The findings are those of findings.csv, but for the apostrophes that only a CSV needs.
    let csv = fs::read_to_string(report.join("findings.csv")).unwrap();
    let findings = &tables["Findings"];
    let header: Vec<String> = findings[0].iter().map(shown).collect();
    assert_eq!(csv.lines().next().unwrap(), header.join(","));
    let grave = |row: &Value| {
        let findings = row["findings"].as_array().cloned().unwrap_or_default();
        findings.into_iter().filter(|finding| finding["severity"] != "information").collect::<Vec<_>>()
    };
    let expected: Vec<(String, String, String)> = devices
        .iter()
        .flat_map(|row| grave(row).into_iter().map(move |finding| (row, finding)))
        .map(|(row, finding)| {
            (
                text(&row["device_id"]).to_owned(),
                text(&row["supplier"]).to_owned(),
                text(&finding["rule"]).to_owned(),
            )
        })
        .collect();
    let found: Vec<(String, String, String)> =
        findings[1..].iter().map(|line| (shown(&line[1]), shown(&line[3]), shown(&line[6]))).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_log_has_the_rules_the_inputs_and_a_result_for_each_grave_finding() {
    let folder = tempfile::tempdir().unwrap();
    let report = demo(folder.path()).join("report");
    let out = folder.path().join("report.sarif");
    export(&report, "sarif", &out);
    let log = json(&out);
    assert_eq!(log["version"], "2.1.0");
    let runs = log["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1);
    let run = &runs[0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let table = json(&report.join("rules.json"));
    let table = table.as_array().unwrap();
    assert_eq!(rules.len(), table.len());
    let levels = ["error", "warning", "note", "none"];
    for (rule, of) in rules.iter().zip(table) {
        assert_eq!(rule["id"], of["id"]);
        assert_eq!(rule["shortDescription"]["text"], of["title"]);
        assert_eq!(rule["help"]["text"], of["remedy"]);
        assert!(levels.contains(&text(&rule["defaultConfiguration"]["level"])), "{rule}");
    }
    let manifest = json(&report.join("manifest.json"));
    let inputs = manifest["inputs"].as_array().unwrap();
    let artifacts = run["artifacts"].as_array().unwrap();
    assert_eq!(artifacts.len(), inputs.len());
    for (artifact, input) in artifacts.iter().zip(inputs) {
        assert_eq!(artifact["hashes"]["sha-256"], input["sha256"]);
        assert_eq!(artifact["length"], input["bytes"]);
        let uri = text(&artifact["location"]["uri"]);
        assert!(uri.bytes().all(|octet| octet.is_ascii_graphic()) && !uri.contains(':'), "{uri}");
    }
    let mut results = run["results"].as_array().unwrap().iter();
    for row in rows(&report.join("devices.jsonl")) {
        for finding in row["findings"].as_array().into_iter().flatten() {
            if finding["severity"] == "information" {
                continue;
            }
            let result = results.next().unwrap();
            assert_eq!(result["ruleId"], finding["rule"]);
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], finding["rule"]);
            let level = match text(&finding["severity"]) {
                "error" => "error",
                "undetermined" => "warning",
                _ => "note",
            };
            assert_eq!(result["level"], level);
            let place = &result["locations"][0]["logicalLocations"][0];
            assert_eq!(place["name"], row["device_id"]);
            for member in ["dno", "supplier", "verdict"] {
                assert_eq!(result["properties"][member], row[member]);
            }
            assert!(text(&result["message"]["text"]).contains(text(&finding["rule"])));
        }
    }
    assert!(results.next().is_none());
}

#[test]
fn the_columns_have_every_meter_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let report = demo(folder.path()).join("report");
    let out = folder.path().join("report.parquet");
    export(&report, "parquet", &out);
    let reader = SerializedFileReader::new(fs::File::open(&out).unwrap()).unwrap();
    assert_eq!(reader.metadata().file_metadata().created_by(), Some("dnoaudit"));
    let devices = rows(&report.join("devices.jsonl"));
    let mut read = reader.get_row_iter(None).unwrap();
    for row in &devices {
        let columns: BTreeMap<String, Field> =
            read.next().unwrap().unwrap().get_column_iter().map(|(n, f)| (n.clone(), f.clone())).collect();
        let of = |column: &str| match &columns[column] {
            Field::Null => Value::Null,
            Field::Str(text) => Value::from(text.clone()),
            Field::Int(number) => Value::from(*number),
            Field::Bool(whether) => Value::from(*whether),
            other => panic!("{column}: {other:?}"),
        };
        for member in [
            "device_id",
            "mpan",
            "dno",
            "supplier",
            "region",
            "manufacturer",
            "model",
            "firmware",
            "device_type",
            "device_status",
            "expectation",
            "verdict",
        ] {
            assert_eq!(of(member), row[member], "{member}");
        }
        for member in ["reasons", "conditions", "notes"] {
            let ids: Vec<&str> = row[member].as_array().into_iter().flatten().map(text).collect();
            let joined = if ids.is_empty() { Value::Null } else { Value::from(ids.join("; ")) };
            assert_eq!(of(member), joined, "{member}");
        }
        for (place, usage) in ["digital_signature", "key_agreement"].iter().enumerate() {
            let cell = &row["cells"][place];
            for member in ["state", "entity", "key", "observed_at"] {
                assert_eq!(of(&format!("{usage}_{member}")), cell[member], "{usage} {member}");
            }
            let holder = if cell["state"] == "correct" { &row["dno"] } else { &cell["holder"] };
            assert_eq!(&of(&format!("{usage}_holder")), holder);
        }
        let remedy = &row["remedy"];
        for (column, member) in [
            ("remedy_party", "party"),
            ("remedy_who", "who"),
            ("service_request", "service_request"),
            ("action", "action"),
            ("replacement_mode", "mode"),
        ] {
            assert_eq!(of(column), remedy[member], "{column}");
        }
        assert_eq!(of("waived"), row["waived"].as_bool().unwrap_or(false));
    }
    assert!(read.next().is_none());
}

#[test]
fn a_slice_is_exported_too() {
    let folder = tempfile::tempdir().unwrap();
    let report = demo(folder.path()).join("report");
    let first = rows(&report.join("dno-leaves.jsonl"));
    let party = text(&first[0]["party"]);
    let slice = folder.path().join("slice");
    let (code, _, error) =
        run(["slice", report.to_str().unwrap(), "--dno", party, "--out", slice.to_str().unwrap()]);
    assert_eq!(code, 0, "{error}");
    for format in FORMATS {
        export(&slice, format, &folder.path().join(format));
    }
}

#[test]
fn nothing_is_written_into_a_package_or_over_what_is_no_file_or_of_a_package_that_was_altered() {
    let folder = tempfile::tempdir().unwrap();
    let report = demo(folder.path()).join("report");
    let try_to = |out: &Path| {
        run(["export", report.to_str().unwrap(), "--format", "xlsx", "--out", out.to_str().unwrap()])
    };
    let (code, _, error) = try_to(&report.join("report.xlsx"));
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("would lie in"), "{error}");
    let (code, _, error) = try_to(&folder.path().join("demo/../demo/report/x.xlsx"));
    assert_eq!(code, 2, "{error}");
    let (code, _, error) = try_to(folder.path());
    assert_eq!(code, 2, "{error}");
    let devices = report.join("devices.jsonl");
    let altered = fs::read_to_string(&devices).unwrap().replacen("missing", "correct", 1);
    fs::write(&devices, altered).unwrap();
    let out = folder.path().join("report.xlsx");
    let (code, _, error) = try_to(&out);
    assert_eq!(code, 4, "{error}");
    assert!(!out.exists());
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 1, "nothing half-written is left");
}
