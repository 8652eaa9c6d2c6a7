//! Remedy plans: every meter with a remedy is planned once or named as somebody else's, and the next audit tells what became
//! of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{audited, demo, files, rows, run, shared};

fn plan(package: &Path, out: &Path, more: &[&str]) -> String {
    let mut arguments = vec!["plan", package.to_str().unwrap(), "--out", out.to_str().unwrap()];
    arguments.extend(more);
    let (code, said, error) = run(arguments);
    assert_eq!(code, 0, "{error}");
    said
}

/// The lines of a CSV, by its header. Fields of these plans have no quotes and no line ends but for commas in quotes.
fn table(file: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(file).unwrap();
    let mut lines = text.split("\r\n").filter(|line| !line.is_empty()).map(fields);
    let header = lines.next().unwrap();
    lines
        .map(|line| {
            assert_eq!(line.len(), header.len(), "{line:?}");
            header.iter().cloned().zip(line).collect()
        })
        .collect()
}

fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().unwrap().push(other),
        }
    }
    fields
}

fn plans(folder: &Path) -> Vec<BTreeMap<String, String>> {
    let names: BTreeSet<String> =
        files(folder).into_keys().filter(|name| name.starts_with("plan-")).collect();
    names.iter().flat_map(|name| table(&folder.join(name))).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn every_remedy_stands_in_one_plan_or_is_counted_as_another_partys() {
    let folder = tempfile::tempdir().unwrap();
    let report = demo(folder.path(), "600").join("report");
    let devices = rows(&report.join("devices.jsonl"));
    let certificates = rows(&report.join("certificates.jsonl"));
    let mut placed = 0;
    for (audience, parties) in [
        ("supplier", ["supplier", "supplier-in-cell"]),
        ("dno", ["network-operator", "other-network-operator"]),
    ] {
        let out = folder.path().join(audience);
        plan(&report, &out, &["--for", audience, "--batch", "5"]);
        let lines = plans(&out);
        let mut by_device: BTreeMap<&str, Vec<&BTreeMap<String, String>>> = BTreeMap::new();
        for line in &lines {
            by_device.entry(&line["device_id"]).or_default().push(line);
        }
        let mut meters = 0;
        for row in devices.iter().filter(|row| parties.contains(&text(&row["remedy"]["party"]))) {
            meters += 1;
            let steps = by_device.remove(text(&row["device_id"])).unwrap();
            let last = steps.last().unwrap();
            assert_eq!(last["service_request"], text(&row["remedy"]["service_request"]));
            assert_eq!(last["remedy_who"], text(&row["remedy"]["who"]));
            assert_eq!(last["action"], text(&row["remedy"]["action"]));
            let stale = |note: &Value| ["evidence-stale", "evidence-undated"].contains(&text(note));
            let doubtful = row["notes"].as_array().into_iter().flatten().any(stale);
            if doubtful && last["task"] != "read" {
                assert_eq!(steps.len(), 2);
                assert_eq!(steps[0]["service_request"], "6.24.1");
                assert!(last["prerequisite"].starts_with("read first"));
            }
            if last["task"] == "read" {
                assert_eq!(last["digital_signature_serial"], "");
                continue;
            }
            for usage in ["digitalSignature", "keyAgreement"] {
                let column = if usage == "keyAgreement" { "key_agreement" } else { "digital_signature" };
                let serial = &last[&format!("{column}_serial")];
                if serial.is_empty() {
                    assert!(last[&format!("{column}_note")].starts_with("not known"), "{last:?}");
                    continue;
                }
                placed += 1;
                // It is what a correct meter of the same operator shows to be its own, in force, for the usage.
                for serial in serial.split("; ") {
                    let of = certificates.iter().find(|it| it["serial"] == serial).unwrap();
                    assert_eq!(of["validity"], "in-force");
                    assert_eq!(of["role"]["value"], 3);
                    assert_eq!(of["key_usage"], serde_json::json!([usage]));
                    let own = devices.iter().any(|other| {
                        let cells = other["cells"].as_array().unwrap();
                        other["dno"] == row["dno"]
                            && cells
                                .iter()
                                .any(|cell| cell["state"] == "correct" && cell["entity"] == of["entity_id"])
                    });
                    assert!(own, "{}: {}", row["dno"], of["entity_id"]);
                }
            }
        }
        assert!(by_device.is_empty(), "{by_device:?}");
        assert!(meters > 10, "{audience}: {meters}");
        // Batches: of one stage and so many meters, in order.
        let mut last = (String::new(), String::new(), 0);
        for line in &lines {
            let number = |name: &str| line[name].parse::<u64>().unwrap();
            let this = (line["remedy_who"].clone(), line["stage"].clone(), number("order"));
            let expected = if (&last.0, &last.1) == (&this.0, &this.1) { last.2 + 1 } else { 1 };
            assert_eq!(this.2, expected);
            assert_eq!(number("batch"), (this.2 - 1) / 5 + 1);
            last = this;
        }
        let index = table(&out.join("index.csv"));
        let all: usize = index.iter().map(|line| line["meters"].parse::<usize>().unwrap()).sum();
        assert_eq!(all, devices.iter().filter(|row| !row["remedy"].is_null()).count());
        for line in &index {
            assert_eq!(
                !line["file"].is_empty(),
                parties.contains(&line["remedy_party"].as_str()),
                "{line:?}"
            );
        }
    }
    assert!(placed > 20, "{placed}");
}

#[test]
fn the_octets_of_a_plan_follow_from_the_package_alone() {
    let folder = tempfile::tempdir().unwrap();
    let report = demo(folder.path(), "600").join("report");
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    plan(&report, &one, &["--for", "supplier"]);
    plan(&report, &other, &["--for", "supplier"]);
    assert!(files(&one) == files(&other));
    let (code, _, error) =
        run(["plan", report.to_str().unwrap(), "--for", "supplier", "--out", one.to_str().unwrap()]);
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("never replaced"), "{error}");
    let inside = report.join("plan");
    let (code, _, error) =
        run(["plan", report.to_str().unwrap(), "--for", "supplier", "--out", inside.to_str().unwrap()]);
    assert_eq!(code, 2, "{error}");
}

#[test]
fn one_party_is_planned_alone_and_one_that_need_not_act_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let report = demo(folder.path(), "600").join("report");
    let out = folder.path().join("out");
    plan(&report, &out, &["--for", "supplier", "--party", "SUP-A"]);
    assert!(plans(&out).iter().all(|line| line["remedy_who"] == "SUP-A"));
    let names: Vec<String> = files(&out).into_keys().collect();
    assert_eq!(names, ["certificates.csv", "index.csv", "items.jsonl", "plan-SUP-A.csv", "plan.json"]);
    let none = folder.path().join("none");
    let arguments = ["plan", report.to_str().unwrap(), "--for", "supplier", "--party", "nobody", "--out"];
    let (code, _, error) = run(arguments.into_iter().chain([none.to_str().unwrap()]));
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("SUP-A") && !none.exists(), "{error}");
}

#[test]
fn a_slice_is_planned_and_says_that_it_has_no_certificates() {
    let folder = tempfile::tempdir().unwrap();
    let report = demo(folder.path(), "600").join("report");
    let slice = folder.path().join("slice");
    let (code, _, error) =
        run(["slice", report.to_str().unwrap(), "--supplier", "SUP-A", "--out", slice.to_str().unwrap()]);
    assert_eq!(code, 0, "{error}");
    let out = folder.path().join("out");
    plan(&slice, &out, &["--for", "supplier"]);
    let lines = plans(&out);
    let placing: Vec<_> = lines.iter().filter(|line| line["task"] != "read").collect();
    assert!(!placing.is_empty());
    for line in placing {
        assert_eq!(line["key_agreement_note"], "not known: a slice has no certificates");
    }
}

#[test]
fn the_next_plan_tells_what_became_of_this_one() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "600");
    let report = demo.join("report");
    let first = folder.path().join("first");
    plan(&report, &first, &["--for", "supplier"]);
    // The same report: nothing was seen since.
    let same = folder.path().join("same");
    let said = plan(&report, &same, &["--for", "supplier", "--previous", first.to_str().unwrap()]);
    let items = rows(&first.join("items.jsonl")).len();
    assert!(said.contains(&format!("{items} unread")), "{said}");
    let progress = table(&same.join("progress.csv"));
    assert_eq!(progress.len(), items);
    assert!(progress.iter().all(|line| line["status"] == "unread"));
    // A report without one of the meters.
    let planned = rows(&first.join("items.jsonl"));
    let gone = text(&planned[0]["device_id"]).to_owned();
    let estate = demo.join("estate.csv");
    let kept: String = fs::read_to_string(&estate)
        .unwrap()
        .lines()
        .filter(|line| !line.to_uppercase().contains(&gone))
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(&estate, kept).unwrap();
    let next = folder.path().join("next");
    audited(&demo, &["--out", next.to_str().unwrap()]);
    let second = folder.path().join("second");
    plan(&next, &second, &["--for", "supplier", "--previous", same.to_str().unwrap()]);
    let absent: Vec<_> = table(&second.join("progress.csv"))
        .into_iter()
        .filter(|line| line["status"] == "absent")
        .map(|line| line["device_id"].clone())
        .collect();
    let of_gone = planned.iter().filter(|item| item["device_id"] == gone.as_str()).count();
    assert_eq!(absent, vec![gone.clone(); of_gone]);
    // It is remembered, and found again when the meter is back.
    assert!(rows(&second.join("items.jsonl")).iter().any(|item| item["settled"] == "absent"));
    let third = folder.path().join("third");
    plan(&report, &third, &["--for", "supplier", "--previous", second.to_str().unwrap()]);
    let back = table(&third.join("progress.csv"));
    assert!(back.iter().any(|line| line["device_id"] == gone && line["status"] == "unread"));
    // Items of parties that a plan leaves out are not forgotten.
    let narrow = folder.path().join("narrow");
    let more = ["--for", "supplier", "--party", "SUP-A", "--previous", first.to_str().unwrap()];
    plan(&report, &narrow, &more);
    assert_eq!(rows(&narrow.join("items.jsonl")).len(), items);
    // What is no plan is refused.
    let (code, _, error) = run([
        "plan",
        report.to_str().unwrap(),
        "--for",
        "supplier",
        "--previous",
        demo.to_str().unwrap(),
        "--out",
        folder.path().join("x").to_str().unwrap(),
    ]);
    assert!(code == 4 && error.contains("plan.json"), "{code} {error}");
}

#[test]
fn requests_are_templates_that_the_schema_accepts() {
    let folder = tempfile::tempdir().unwrap();
    let report = demo(folder.path(), "600").join("report");
    let mut templates: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut written = 0;
    for audience in ["supplier", "dno"] {
        let out = folder.path().join(audience);
        plan(&report, &out, &["--for", audience, "--requests"]);
        let lines = plans(&out);
        for line in &lines {
            let party = format!("plan-{}", line["remedy_who"]);
            let batch =
                format!("{}-{}-{:05}", line["stage"], line["task"], line["batch"].parse::<u64>().unwrap());
            let file =
                out.join("requests").join(party).join(batch).join(format!("{}.xml", line["device_id"]));
            let text =
                fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            written += 1;
            assert!(text.contains(&format!(":{}:0</sr:RequestID>", line["device_id"])));
            assert!(text.contains(&format!("Variant>{}</", line["service_request"])));
            if line["task"] != "read" && !line["digital_signature_serial"].is_empty() {
                assert!(text.contains(&format!("serial number {}", line["digital_signature_serial"])));
            }
            assert!(!text.contains("Signature>"), "unsigned");
            templates.insert(format!("{} {}", line["service_request"], line["key_agreement_serial"]), file);
        }
    }
    assert!(written > 50, "{written}");
    let kinds: BTreeSet<&str> = templates.keys().filter_map(|key| key.split(' ').next()).collect();
    assert_eq!(kinds, BTreeSet::from(["6.15.1", "6.21", "6.24.1"]));
    let Some(schemas) = shared("reference/schemas") else { return };
    // The schemas name each other by other names than they have here.
    let copies = tempfile::tempdir().unwrap();
    for name in ["duis-5.4.xsd", "mmc-5.4.xsd", "xmldsig-core-schema.xsd"] {
        let text = fs::read_to_string(schemas.join(name)).unwrap();
        fs::write(copies.path().join(name), text.replace("MMC Schema V5.4.xsd", "mmc-5.4.xsd")).unwrap();
    }
    let mut command = Command::new("xmllint");
    command.args(["--noout", "--nonet", "--schema"]).arg(copies.path().join("duis-5.4.xsd"));
    let Ok(output) = command.args(templates.values()).output() else {
        eprintln!("SKIPPED: no xmllint to hold requests against the schema");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_meter_that_was_mended_is_done_and_one_that_fell_back_has_regressed() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "600");
    let report = demo.join("report");
    let devices = rows(&report.join("devices.jsonl"));
    let right = |row: &&Value| row["verdict"] == "correct" && row["remedy"].is_null();
    let (mended, model) = devices
        .iter()
        .filter(|row| row["verdict"] == "missing" && row["remedy"]["service_request"] == "6.21")
        .find_map(|row| {
            devices.iter().filter(right).find(|it| it["dno"] == row["dno"]).map(|model| (row, model))
        })
        .unwrap();
    let device = text(&mended["device_id"]);
    let first = folder.path().join("first");
    plan(&report, &first, &["--for", "supplier"]);
    // A later record of the meter has what a correct meter of its operator has.
    let mut records = "device_id,observed_at,role,key_usage,entity_id,key_id\n".to_owned();
    for cell in model["cells"].as_array().unwrap() {
        let [usage, entity, key] = ["key_usage", "entity", "key"].map(|member| text(&cell[member]));
        records.push_str(&format!("{device},2025-12-31T00:00:00Z,networkOperator,{usage},{entity},{key}\n"));
    }
    let (extra, after) = (folder.path().join("extra.csv"), folder.path().join("after"));
    fs::write(&extra, records).unwrap();
    audited(&demo, &["--records", extra.to_str().unwrap(), "--out", after.to_str().unwrap()]);
    let status = |package: &Path, previous: &Path, name: &str| {
        let out = folder.path().join(name);
        plan(package, &out, &["--for", "supplier", "--previous", previous.to_str().unwrap()]);
        let lines = table(&out.join("progress.csv"));
        let of =
            |line: &&BTreeMap<String, String>| line["device_id"] == device && line["task"] == "hand-over";
        lines.iter().find(of).map(|line| line["status"].clone()).unwrap()
    };
    assert_eq!(status(&after, &first, "second"), "done");
    assert_eq!(status(&report, &folder.path().join("second"), "third"), "regressed");
}

#[test]
fn an_item_that_can_not_be_judged_and_is_not_planned_again_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "600");
    let first = folder.path().join("first");
    plan(&demo.join("report"), &first, &["--for", "supplier"]);
    let planned = rows(&first.join("items.jsonl"));
    let item = planned.iter().find(|item| item["verdict"] == "missing" && item["task"] != "read").unwrap();
    let device = text(&item["device_id"]).to_owned();
    // Without its records the meter is not known, and its operator has to read it first.
    let records = demo.join("messages.csv");
    let kept: String = fs::read_to_string(&records)
        .unwrap()
        .lines()
        .filter(|line| !line.contains(&device))
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(&records, kept).unwrap();
    let next = folder.path().join("next");
    audited(&demo, &["--out", next.to_str().unwrap()]);
    let second = folder.path().join("second");
    plan(&next, &second, &["--for", "supplier", "--previous", first.to_str().unwrap()]);
    let of_device = |file: &Path| -> Vec<Value> {
        rows(file).into_iter().filter(|item| item["device_id"] == device.as_str()).collect()
    };
    assert_eq!(of_device(&second.join("items.jsonl")), of_device(&first.join("items.jsonl")));

    // An earlier plan that lost an item is none.
    let items = second.join("items.jsonl");
    let shortened: String =
        fs::read_to_string(&items).unwrap().lines().skip(1).map(|line| format!("{line}\n")).collect();
    fs::write(&items, shortened).unwrap();
    let third = folder.path().join("third");
    let arguments = ["plan", next.to_str().unwrap(), "--for", "supplier", "--out", third.to_str().unwrap()];
    let (code, _, error) = run(arguments.into_iter().chain(["--previous", second.to_str().unwrap()]));
    assert_eq!(code, 4, "{error}");
    assert!(error.contains("items.jsonl") && !third.exists(), "{error}");
}
