//! An own view against a report that was received: the cause of each disagreement.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{rows, run};

fn demo(folder: &Path, devices: &str) -> PathBuf {
    let demo = folder.join("demo");
    let (code, _, error) = run(["demo", "--devices", devices, "--out", demo.to_str().unwrap()]);
    assert_eq!(code, 0, "{error}");
    demo
}

/// What a reconciliation says, as a program reads it.
fn reconciled(received: &Path, own: &Path, more: &[&str]) -> (i32, Value) {
    let mut arguments = vec!["reconcile", received.to_str().unwrap(), "--own", own.to_str().unwrap()];
    arguments.extend(["--format", "json"]);
    arguments.extend(more);
    let (code, out, error) = run(arguments);
    (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{code} {out} {error}")))
}

/// Outcome, cause and newer side by device, from the CSV that goes back to the sender.
fn causes(received: &Path, own: &Path, more: &[&str]) -> BTreeMap<String, [String; 3]> {
    let mut arguments = vec!["reconcile", received.to_str().unwrap(), "--own", own.to_str().unwrap()];
    arguments.extend(["--format", "csv"]);
    arguments.extend(more);
    let (_, out, error) = run(arguments);
    assert_eq!(error, "");
    let mut lines = out.split_terminator("\r\n");
    assert!(lines.next().unwrap().starts_with("outcome,cause,newer,device_id,"));
    let mut found = BTreeMap::new();
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let known = found.insert(fields[3].to_owned(), [fields[0], fields[1], fields[2]].map(str::to_owned));
        assert_eq!(known, None, "{line}");
    }
    found
}

#[test]
fn the_planted_cause_of_each_disagreement_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "1500");
    let (report, own) = (demo.join("report"), demo.join("own-list.csv"));
    let text = fs::read_to_string(demo.join("own-list-planted.csv")).unwrap();
    let planted: BTreeMap<String, [String; 3]> = text
        .lines()
        .skip(1)
        .map(|line| {
            let [device, outcome, cause, newer] = line.split(',').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            (device.to_owned(), [outcome, cause, newer].map(str::to_owned))
        })
        .collect();
    let kinds: std::collections::BTreeSet<&[String; 3]> = planted.values().collect();
    assert_eq!(kinds.len(), 9, "every kind of disagreement is there: {kinds:?}");
    let mut found = causes(&report, &own, &["--dno", "LOND"]);
    // A row whose state is no word still leaves the meter without a row that can be used.
    let refused: Vec<String> =
        planted.iter().filter(|(_, kind)| kind[0] == "refused").map(|(id, _)| id.clone()).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(found.get(&refused[0]).map(|kind| kind[0].as_str()), Some("refused"));
    assert_eq!(found, planted);
    found.clear();

    let (code, value) = reconciled(&report, &own, &["--dno", "LOND"]);
    assert_eq!(code, 3, "a row could not be used");
    let totals = &value["totals"];
    let outcomes = totals["outcomes"].as_object().unwrap();
    let number = |name: &str| outcomes[name].as_u64().unwrap();
    assert_eq!(outcomes.len(), 6);
    assert_eq!(
        totals["causes"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum::<u64>(),
        planted.len() as u64
    );
    assert_eq!(value["disagreements"].as_array().unwrap().len(), planted.len());
    // Every row of the list and every meter of the operator is in exactly one outcome.
    let of_operator =
        rows(&report.join("devices.jsonl")).iter().filter(|row| row["dno"] == "LOND").count() as u64;
    let listed = number("agree") + number("disagree") + number("own-contradicts-itself");
    assert_eq!(listed + number("unknown-to-own") + number("refused"), of_operator);
    let lines = fs::read_to_string(&own).unwrap().lines().count() as u64 - 1;
    assert_eq!(value["own"]["list"]["rows"], lines);
    assert_eq!(
        listed + 1 + number("unknown-to-received") + number("refused"),
        lines,
        "one meter has two rows"
    );
    assert!(number("agree") > 50, "{totals}");

    let (_, text, _) =
        run(["reconcile", report.to_str().unwrap(), "--own", own.to_str().unwrap(), "--dno", "LOND"]);
    for words in
        ["a list of ", "meters of LOND", "agree", "  certificate-data", "newer: own", "refused (line "]
    {
        assert!(text.contains(words), "{words}\n{text}");
    }
}

#[test]
fn what_a_list_does_not_say_stays_possible() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "300");
    let report = demo.join("report");
    let row = rows(&report.join("devices.jsonl"))
        .into_iter()
        .find(|row| row["verdict"] == "correct" && row["dno"] == "EELC")
        .unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let other = rows(&report.join("devices.jsonl"))
        .into_iter()
        .find_map(|other| other["mpan"].as_str().filter(|other| row["mpan"] != *other).map(str::to_owned))
        .unwrap();
    let (device, mpan) = (text(&row["device_id"]), text(&row["mpan"]));
    let at = text(&row["cells"][0]["observed_at"]);
    let keys = [text(&row["cells"][0]["key"]), text(&row["cells"][1]["key"])];
    let own = folder.path().join("own.csv");
    for (header, fields, expected) in [
        (
            "device,state",
            format!("{device},wrong"),
            "observation or certificate-data or registration-data or rule-set",
        ),
        ("device,state,dno", format!("{device},wrong,eelc"), "observation or certificate-data or rule-set"),
        ("device,state,dno", format!("{device},wrong,10"), "observation or certificate-data or rule-set"),
        ("device,state,dno", format!("{device},correct,LOND"), "registration-data"),
        ("device,state,dno,observed_at", format!("{device},wrong,EELC,{at}"), "certificate-data or rule-set"),
        ("device,state,dno,observed_at", format!("{device},wrong,EELC,2020-01-01T00:00:00Z"), "observation"),
        (
            "device,state,ds_key,ka_key,mpan",
            format!("{device},wrong,{},{},{mpan}", keys[0], keys[1]),
            "certificate-data or registration-data or rule-set",
        ),
        ("device,state,ds_key,mpan", format!("{device},wrong,0000000000000001,{mpan}"), "observation"),
        ("device,state,mpan", format!("{device},wrong,{other}"), "registration-data"),
    ] {
        fs::write(&own, format!("{header}\n{fields}\n")).unwrap();
        let found = causes(&report, &own, &[]);
        assert_eq!(found[&device][1], expected, "{header}\n{fields}");
    }
    // It agrees, whatever it is called.
    fs::write(&own, format!("Meter GUID;Claimed State\n'{};OK\n{device};ok\n", device.replace('-', "")))
        .unwrap();
    let (_, value) = reconciled(&report, &own, &["--dno", "no-such-party"]);
    assert_eq!(value["totals"]["outcomes"]["disagree"], 1, "the party does not have the meter: {value}");
    let (code, value) = reconciled(&report, &own, &["--dno", "EELC"]);
    assert_eq!(value["totals"]["outcomes"]["agree"], 1);
    assert_eq!((code, &value["totals"]["repeated"]), (1, &1.into()));
}

#[test]
fn an_own_report_is_compared_row_by_row() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "300");
    let (report, own) = (demo.join("report"), folder.path().join("own"));
    let (code, value) = reconciled(&report, &report, &[]);
    assert_eq!((code, &value["disagreements"]), (0, &Value::Array(vec![])));

    let missing = rows(&report.join("devices.jsonl"))
        .into_iter()
        .find(|row| row["reasons"][0] == "placeholder-in-cell" && row["dno"] == "LOND")
        .unwrap();
    let device = missing["device_id"].as_str().unwrap();
    let records = demo.join("newer.csv");
    let header = "device_id,observed_at,role,key_usage,status,entity_id,key_id";
    fs::write(
        &records,
        format!(
            "{header}\n{device},2025-12-31T00:00:00Z,networkOperator,,resourcesBusy,,\n\
         {device},2025-12-31T00:00:01Z,networkOperator,,noTrustAnchor,,\n"
        ),
    )
    .unwrap();
    let config = demo.join("audit.toml");
    let arguments = ["audit", "--config", config.to_str().unwrap(), "--out", own.to_str().unwrap()];
    assert_eq!(run(arguments.iter().chain(&["--records", records.to_str().unwrap()])).0, 3);
    let (code, value) = reconciled(&report, &own, &[]);
    assert_eq!((code, &value["disagreements"]), (0, &Value::Array(vec![])), "both say that it is missing");

    let correct = rows(&report.join("devices.jsonl"))
        .into_iter()
        .find(|row| row["verdict"] == "correct" && row["dno"] == "LOND")
        .unwrap();
    let lines: String = [0, 1]
        .iter()
        .map(|place| {
            let cell = &correct["cells"][*place];
            format!(
                "{device},2025-12-31T00:00:02Z,networkOperator,{},,{},{}\n",
                cell["key_usage"].as_str().unwrap(),
                cell["entity"].as_str().unwrap(),
                cell["key"].as_str().unwrap()
            )
        })
        .collect();
    fs::write(&records, format!("{header}\n{lines}")).unwrap();
    assert_eq!(run(arguments.iter().chain(&["--records", records.to_str().unwrap()])).0, 3);
    let (code, value) = reconciled(&report, &own, &["--dno", "LOND"]);
    assert_eq!(code, 1);
    let found = &value["disagreements"][0];
    assert_eq!((&found["device_id"], &found["newer"]), (&device.into(), &"own".into()));
    assert_eq!(found["why"]["because"], serde_json::json!(["observation"]));
    assert_eq!(value["totals"]["outcomes"]["disagree"], 1);
    let (code, value) = reconciled(&report, &own, &["--dno", "EELC"]);
    assert_eq!(
        (code, &value["disagreements"]),
        (0, &Value::Array(vec![])),
        "it is no meter of that operator"
    );
}

#[test]
fn hostile_lists_are_refused_or_made_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "200");
    let report = demo.join("report");
    let own = folder.path().join("own.csv");
    let list = |text: &str| {
        fs::write(&own, text).unwrap();
        run(["reconcile", report.to_str().unwrap(), "--own", own.to_str().unwrap(), "--format", "csv"])
    };
    let (code, _, error) = list("device,colour\n1,2\n");
    assert_eq!(code, 5, "{error}");
    assert!(error.contains("no column for state"), "{error}");
    let (code, out, _) = list("device,state,dno\n00DB12FFFFFFFFF1,ok,=cmd()\n00DB12FFFFFFFFF1,ok,=cmd(),x\n");
    assert_eq!(code, 3);
    assert!(out.contains(",'=cmd()") && !out.contains(",=cmd()"), "{out}");
    assert!(out.contains("row-ragged"), "{out}");

    let devices = report.join("devices.jsonl");
    let octets = fs::read(&devices).unwrap();
    fs::write(&devices, [&octets[..], b"\n"].concat()).unwrap();
    let (code, out, error) = list("device,state\n00DB12FFFFFFFFF1,ok\n");
    assert_eq!((code, out.as_str()), (4, ""), "{error}");
    let (code, _, error) = run(["reconcile", report.to_str().unwrap(), "--own", "/no/such/file"]);
    assert!(code == 4 || code == 5, "{error}");
}
