//! What becomes of meters whose tables a spreadsheet made, or broke.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use testkit::forms::ods::ods;
use testkit::forms::xlsx::{self, text_row, xlsx};
use testkit::forms::{Rows, Sheet};

use crate::support::{assert_reconciles, inspected, json, repository, rows, run};

const ESTATE: &str = "device_id,mpan,smets_version\n00-DB-12-00-00-00-00-A0,1200000000011,2\n\
    00-DB-12-00-00-00-00-B0,1200000000020,2\n";

fn cells() -> Vec<u8> {
    fs::read(repository().join("testdata/records/cells-csv/two-devices.csv")).unwrap()
}

/// A report of inputs by the option that names each, and the code with which it ended.
fn audit(folder: &Path, inputs: &[(&str, &str, Vec<u8>)]) -> (i32, PathBuf) {
    let data = repository().join("testdata");
    let out = folder.join("report");
    let text = |path: PathBuf| path.to_str().unwrap().to_owned();
    let mut arguments: Vec<String> = ["audit", "--as-of", "2026-01-01T00:00:00Z"].map(str::to_owned).to_vec();
    arguments.extend(["--out".to_owned(), text(out.clone())]);
    arguments.extend(["--trust-anchor".to_owned(), text(data.join("pki/root.der"))]);
    arguments.extend(["--certificates".to_owned(), text(data.join("pki/bundle.pem"))]);
    arguments.extend(["--directory".to_owned(), text(data.join("directory.toml"))]);
    for (option, name, octets) in inputs {
        let path = folder.join(name);
        fs::write(&path, octets).unwrap();
        arguments.extend([(*option).to_owned(), text(path)]);
    }
    let (code, _, error) = run(&arguments);
    assert!(code == 0 || code == 3, "{code}: {error}");
    assert_reconciles(&out);
    (code, out)
}

/// Verdict and rules of a device.
fn judged(report: &Path, device: &str) -> (String, Vec<String>) {
    let row = rows(&report.join("devices.jsonl"))
        .into_iter()
        .find(|row| row["device_id"].as_str().is_some_and(|id| id.ends_with(device)))
        .unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rules = row["findings"].as_array().into_iter().flatten().map(|finding| text(&finding["rule"]));
    (text(&row["verdict"]), rules.collect())
}

#[test]
fn a_registration_row_that_can_not_be_read_leaves_no_meter_to_a_lower_source() {
    let estate = ESTATE.as_bytes().to_vec();
    let sheet = |operator: &str| {
        let header = text_row(1, &["mpan", "network_operator"]);
        let mpan = "<c t=\"inlineStr\"><is><t>1200000000011</t></is></c>";
        let rows = format!("{header}<row r=\"2\">{mpan}{operator}</row></sheetData></worksheet>");
        xlsx::package(&[("R", &rows)])
    };
    for (name, registration) in [
        ("ragged.csv", b"mpan,network_operator\n1200000000011,LOND,SUP-A,x\n".to_vec()),
        ("short.csv", b"mpan,network_operator,supplier\n1200000000011,LOND\n".to_vec()),
        ("error.csv", b"mpan,network_operator\n1200000000011,#N/A\n".to_vec()),
        ("error.xlsx", sheet("<c t=\"e\"><v>#N/A</v></c>")),
        ("formula.xlsx", sheet("<c><f>A1</f></c>")),
        ("nested.jsonl", b"{\"mpan\":\"1200000000011\",\"network_operator\":{}}\n".to_vec()),
        ("and-good.csv", b"mpan,network_operator\n1200000000011,LOND\n1200000000011,LOND,x\n".to_vec()),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let inputs = [
            ("--records", "cells.csv", cells()),
            ("--estate", "estate.csv", estate.clone()),
            ("--registration", name, registration),
        ];
        let (code, report) = audit(folder.path(), &inputs);
        assert_eq!(code, 3, "{name}");
        let (verdict, rules) = judged(&report, "A0");
        if name == "and-good.csv" {
            // What another row says can be read.
            assert_eq!((verdict.as_str(), rules.len()), ("correct", 0));
            continue;
        }
        assert_eq!(verdict, "not-known", "{name}");
        assert_eq!(rules, ["operator-unknown"], "{name}");
        assert_eq!(judged(&report, "B0"), ("correct".to_owned(), Vec::new()), "{name}");
    }
}

#[test]
fn a_formula_without_a_value_makes_no_meter_correct() {
    let table = Rows::of_csv(&cells());
    let status = table.header.iter().position(|name| name == "status").unwrap();
    let mut sheet = String::new();
    for (number, row) in (1..).zip(std::iter::once(&table.header).chain(&table.rows)) {
        let texts: Vec<&str> = row.iter().map(String::as_str).collect();
        let text = text_row(number, &texts);
        let of_status = format!("<c t=\"inlineStr\"><is><t>{}</t></is></c>", row[status]);
        assert!(text.contains(&of_status));
        let is_formula = number > 1 && row[0].ends_with("A0");
        sheet.push_str(&if is_formula { text.replacen(&of_status, "<c><f>A1</f></c>", 1) } else { text });
    }
    sheet.push_str("</sheetData></worksheet>");
    let folder = tempfile::tempdir().unwrap();
    let inputs = [
        ("--records", "cells.xlsx", xlsx::package(&[("Cells", &sheet)])),
        ("--estate", "estate.csv", ESTATE.as_bytes().to_vec()),
    ];
    let (code, report) = audit(folder.path(), &inputs);
    assert_eq!(code, 3);
    assert_eq!(judged(&report, "A0"), ("not-known".to_owned(), vec!["record-unusable".to_owned()]));
    assert_eq!(judged(&report, "B0").0, "correct");
    for refused in rows(&report.join("quarantine.jsonl")) {
        assert_eq!(refused["reason"], "cell-error");
        assert_eq!(
            refused["detail"],
            "status: a formula without a value; open and save it in the spreadsheet program"
        );
    }
}

#[test]
fn a_workbook_of_records_and_estate_is_read_and_inspected_as_both() {
    let sheets = [
        Sheet::of("Cells", &Rows::of_csv(&cells())),
        Sheet::of("Meters", &Rows::of_csv(ESTATE.as_bytes())),
        Sheet::of("Registered", &Rows::of_csv(b"mpan,network_operator\n1200000000011,LOND\n")),
    ];
    for (name, octets) in [("both.xlsx", xlsx(&sheets)), ("both.ods", ods(&sheets))] {
        let folder = tempfile::tempdir().unwrap();
        let (code, report) = audit(folder.path(), &[("--mixed", name, octets)]);
        assert_eq!(code, 0, "{name}");
        assert_eq!(judged(&report, "A0"), ("correct".to_owned(), Vec::new()));
        assert_eq!(judged(&report, "B0"), ("correct".to_owned(), Vec::new()));
        let manifest = json(&report.join("manifest.json"));
        let inputs = manifest["inputs"].as_array().unwrap();
        let roles: Vec<_> =
            inputs.iter().filter(|input| input["name"] == name).map(|input| &input["role"]).collect();
        assert_eq!(roles, ["estate", "records", "registration"]);
        let tables: Vec<(Value, Value)> = inspected(&folder.path().join(name), &[])
            .into_iter()
            .map(|table| (table["table"].clone(), table["rows"].clone()))
            .collect();
        let expected = [("cells or messages", 4), ("estate", 2), ("registration", 1)];
        assert_eq!(tables, expected.map(|(table, rows)| (table.into(), rows.into())));
        fs::create_dir(folder.path().join("alone")).unwrap();
        fs::rename(folder.path().join(name), folder.path().join("alone").join(name)).unwrap();
        let listed = inspected(&folder.path().join("alone"), &[]).remove(0);
        assert_eq!(listed["files"][0]["holds"], "records of cells, estate data, registration data");
        assert_eq!(listed["files"][0]["records"], 7);
    }
}

#[test]
fn a_file_that_is_read_in_two_roles_by_a_sheet_for_each_is_made_again_from_its_report() {
    let folder = tempfile::tempdir().unwrap();
    let sheets = [
        Sheet::of("Meters 2026", &Rows::of_csv(ESTATE.as_bytes())),
        Sheet::of("Registered", &Rows::of_csv(b"mpan,network_operator\n1200000000011,LOND\n")),
        Sheet::of("Old", &Rows::of_csv(b"mpan,network_operator\n1200000000020,LOND\n")),
    ];
    let data = repository().join("testdata");
    fs::write(folder.path().join("both.xlsx"), xlsx(&sheets)).unwrap();
    fs::write(folder.path().join("cells.csv"), cells()).unwrap();
    for (name, from) in
        [("bundle.pem", "pki/bundle.pem"), ("root.der", "pki/root.der"), ("d.toml", "directory.toml")]
    {
        fs::copy(data.join(from), folder.path().join(name)).unwrap();
    }
    let list = "No,Whose\n0A1B2C3D,90-B3-D5-AA-00-12-00-00\n";
    fs::write(folder.path().join("list.csv"), list).unwrap();
    let config = "as_of = \"2026-01-01T00:00:00Z\"\nout = \"report\"\n[inputs]\nrecords = [\"cells.csv\"]\n\
        certificates = [\"bundle.pem\", { path = \"list.csv\", columns = { serial = \"No\", subject = \"Whose\" } }]\n\
        trust_anchors = [\"root.der\"]\ndirectory = [\"d.toml\"]\n\
        estate = [{ path = \"both.xlsx\", sheet = \"Meters 2026\" }]\n\
        registration = [{ path = \"both.xlsx\", sheet = \"Registered\" }]\n";
    let file = folder.path().join("audit.toml");
    fs::write(&file, config).unwrap();
    let (code, _, error) = run(["audit", "--config", file.to_str().unwrap(), "--fail-on", "never"]);
    assert_eq!(code, 0, "{error}");
    let report = folder.path().join("report");
    let settings = json(&report.join("configuration.json"));
    assert_eq!(settings["sheets"].as_object().unwrap().len(), 2, "{settings}");
    let (code, out, error) =
        run(["verify", report.to_str().unwrap(), "--inputs", folder.path().to_str().unwrap()]);
    assert_eq!(code, 0, "{out}{error}");
}

#[test]
fn a_report_among_files_that_are_told_by_their_content_is_no_estate() {
    let folder = tempfile::tempdir().unwrap();
    let (_, report) =
        audit(folder.path(), &[("--records", "cells.csv", cells()), ("--estate", "e.csv", ESTATE.into())]);
    let all = folder.path().join("all");
    fs::create_dir(&all).unwrap();
    fs::rename(&report, all.join("last-month")).unwrap();
    fs::write(all.join("cells.csv"), cells()).unwrap();
    fs::write(all.join("e.csv"), ESTATE).unwrap();
    let anchor = repository().join("testdata/pki/root.der");
    let (code, _, error) = run([
        "audit",
        "--as-of",
        "2026-01-01T00:00:00Z",
        "--mixed",
        all.to_str().unwrap(),
        "--trust-anchor",
        anchor.to_str().unwrap(),
        "--out",
        folder.path().join("new").to_str().unwrap(),
    ]);
    assert!(code == 2 && error.contains("last-month is a report"), "{code}: {error}");
}
