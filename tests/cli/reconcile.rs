//! An own view against a report that was received: the cause of each disagreement.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{demo, rows, run};

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
    let (_, value) = reconciled(&report, &own, &["--dno", "LOND"]);
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

/// Audits the inputs of a demonstration again, with texts of them replaced.
fn audited_otherwise(demo: &Path, name: &str, edits: &[(&str, &str, &str)]) -> PathBuf {
    let inputs = demo.with_file_name(name);
    fs::create_dir(&inputs).unwrap();
    fs::create_dir(inputs.join("certificates")).unwrap();
    for file in
        ["audit.toml", "messages.csv", "trust-anchor.pem", "estate.csv", "registration.csv", "directory.toml"]
    {
        fs::copy(demo.join(file), inputs.join(file)).unwrap();
    }
    fs::copy(demo.join("certificates/bundle.pem"), inputs.join("certificates/bundle.pem")).unwrap();
    for (file, from, to) in edits {
        let text = fs::read_to_string(inputs.join(file)).unwrap();
        assert!(text.contains(from), "{file}: {from}");
        fs::write(inputs.join(file), text.replace(from, to)).unwrap();
    }
    let (code, _, error) = run(["audit", "--config", inputs.join("audit.toml").to_str().unwrap()]);
    assert_eq!(code, 3, "{error}");
    inputs.join("report")
}

#[test]
fn a_party_of_which_neither_side_has_meters_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "300");
    let (report, list) = (demo.join("report"), demo.join("own-list.csv"));
    let slice = folder.path().join("slice");
    let (code, _, error) =
        run(["slice", report.to_str().unwrap(), "--dno", "EELC", "--out", slice.to_str().unwrap()]);
    assert_eq!(code, 0, "{error}");
    let by_supplier = folder.path().join("by-supplier");
    let supplier = ["--supplier", "SUP-A", "--out", by_supplier.to_str().unwrap()];
    assert_eq!(run(["slice", report.to_str().unwrap()].into_iter().chain(supplier)).0, 0);
    let nameless = folder.path().join("nameless.csv");
    let devices: Vec<String> = rows(&report.join("devices.jsonl"))
        .iter()
        .filter(|row| row["dno"] == "LOND")
        .map(|row| format!("{},{}\n", row["device_id"].as_str().unwrap(), row["verdict"].as_str().unwrap()))
        .collect();
    fs::write(&nameless, format!("device,state\n{}xx,ok\n", devices.concat())).unwrap();
    let packs = folder.path().join("packs");
    let dispute = ["--dispute", "00-DB-12-34-56-78-90-A0", "--out", packs.to_str().unwrap()];
    for (received, own, party, near) in [
        (&report, &list, "LODN", Some("LOND")),
        (&report, &list, "LON", Some("LOND")),
        (&report, &list, "elec", Some("EELC")),
        (&report, &list, "no-such-party", None),
        (&report, &list, "", None),
        (&report, &list, "99", None),
        (&report, &nameless, "LODN", Some("LOND")),
        (&report, &report, "LODN", Some("LOND")),
        (&report, &slice, "SPWO", Some("SPOW")),
        (&slice, &report, "SPWO", Some("SPOW")),
        (&by_supplier, &by_supplier, "LODN", Some("LOND")),
        // The directory knows it, and neither side has a meter of it.
        (&slice, &slice, "LOND", None),
        (&slice, &slice, "unassigned", None),
        (&report, &report, "90-B3-D5-00-00-00-00-01", None),
    ] {
        for format in ["text", "csv", "json"] {
            let mut arguments = vec!["reconcile", received.to_str().unwrap(), "--own", own.to_str().unwrap()];
            arguments.extend(["--dno", party, "--format", format]);
            arguments.extend(dispute);
            let (code, out, error) = run(arguments);
            assert_eq!((code, out.as_str()), (2, ""), "{party}: {error}");
            assert!(error.contains(&format!("neither view has meters of {party:?}")), "{party}: {error}");
            assert!(error.contains("EELC"), "what there is: {party}: {error}");
            let asked = near.map(|near| format!("(is it {near:?}?)"));
            assert_eq!(error.contains("is it"), asked.is_some(), "{party}: {error}");
            assert!(asked.is_none_or(|asked| error.contains(&asked)), "{party}: {error}");
        }
    }
    assert!(!packs.exists());

    // By every name of the party the same comes out; so it does for a list that names no operator.
    let totals = |own: &Path, party: &str| reconciled(&report, own, &["--dno", party]).1["totals"].clone();
    let expected = totals(&list, "LOND");
    for name in ["lond", " LOND ", "12", "London Power Networks"] {
        assert_eq!(totals(&list, name), expected, "{name}");
    }
    let outcomes = totals(&nameless, "12")["outcomes"].clone();
    assert_eq!((&outcomes["agree"], &outcomes["disagree"]), (&devices.len().into(), &0.into()));
    // A list of a party that the report does not have at all is compared: that is what is wrong.
    let (code, value) = reconciled(&slice, &nameless, &["--dno", "LOND"]);
    assert_eq!((code, &value["totals"]["outcomes"]["unknown-to-received"]), (3, &devices.len().into()));
    assert_eq!(value["totals"]["outcomes"]["agree"], 0);
}

#[test]
fn a_slice_of_a_party_that_the_report_does_not_have_names_the_near_one() {
    let folder = tempfile::tempdir().unwrap();
    let report = demo(folder.path(), "100").join("report");
    let out = folder.path().join("out");
    for (tree, party, near) in
        [("--dno", "LODN", "LOND"), ("--dno", "lond", "LOND"), ("--supplier", "sup-b", "SUP-B")]
    {
        let arguments = ["slice", report.to_str().unwrap(), tree, party, "--out", out.to_str().unwrap()];
        let (code, _, error) = run(arguments);
        assert_eq!(code, 2, "{error}");
        assert!(error.contains(&format!("{party:?} (is it {near:?}?); it has ")), "{error}");
    }
    assert!(!out.exists());
}

#[test]
fn meters_without_an_operator_are_agreed_on_if_neither_side_has_one() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "600");
    let report = demo.join("report");
    let all = rows(&report.join("devices.jsonl"));
    let nobodys: Vec<&Value> = all.iter().filter(|row| row["dno"].is_null()).collect();
    let verdicts: std::collections::BTreeSet<&str> =
        nobodys.iter().map(|row| row["verdict"].as_str().unwrap()).collect();
    assert!(verdicts.len() > 1 && nobodys.len() > 10, "{verdicts:?}");
    let own = folder.path().join("own.csv");
    let list = |header: &str, operator: &str| {
        let line = |row: &&Value| {
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            format!("{},{}{operator}\n", text("device_id"), text("verdict"))
        };
        fs::write(&own, format!("{header}\n{}", nobodys.iter().map(line).collect::<String>())).unwrap();
    };
    for (header, operator, party) in [
        ("device,state", "", Some("unassigned")),
        ("device,state", "", Some("Unassigned")),
        ("device,state,dno", ",unassigned", Some("unassigned")),
        ("device,state,dno", ",", Some("unassigned")),
        ("device,state,dno", ",UNASSIGNED", None),
        ("device,state", "", None),
    ] {
        list(header, operator);
        let more: Vec<&str> = party.map_or(vec![], |party| vec!["--dno", party]);
        let (code, value) = reconciled(&report, &own, &more);
        let outcomes = &value["totals"]["outcomes"];
        assert_eq!(
            (&outcomes["agree"], &outcomes["disagree"]),
            (&nobodys.len().into(), &0.into()),
            "{operator} {party:?}"
        );
        assert_eq!(code, i32::from(party.is_none()), "with a party its meters alone count");
    }
    // Who names an operator where the other has none does not agree.
    list("device,state,dno", ",LOND");
    let (_, value) = reconciled(&report, &own, &[]);
    assert_eq!(value["totals"]["causes"]["registration-data"], nobodys.len());
    list("device,state", "");
    let (_, value) = reconciled(&report, &own, &["--dno", "LOND"]);
    assert_eq!(value["totals"]["causes"]["registration-data"], nobodys.len());

    // Of two reports likewise. In the other one the meters of an operator have none any more.
    let (code, value) = reconciled(&report, &report, &["--dno", "unassigned"]);
    assert_eq!((code, &value["totals"]["outcomes"]["agree"]), (0, &nobodys.len().into()));
    let edits = [
        ("audit.toml", "[inputs]", "shipped_directory = false\n\n[inputs]"),
        ("directory.toml", "distributor_ids = [12]", "distributor_ids = []"),
    ];
    let without = audited_otherwise(&demo, "without", &edits);
    let moved = rows(&without.join("devices.jsonl")).iter().filter(|row| row["dno"].is_null()).count()
        - nobodys.len();
    let (code, value) = reconciled(&report, &without, &["--dno", "unassigned"]);
    assert_eq!((code, &value["totals"]["outcomes"]["agree"]), (1, &nobodys.len().into()));
    assert!(moved > 0);
    assert_eq!(value["totals"]["causes"], serde_json::json!({"directory": moved}));
}

#[test]
fn an_operator_that_the_sides_call_otherwise_is_one_operator() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "600");
    let report = demo.join("report");
    let lond = rows(&report.join("devices.jsonl")).iter().filter(|row| row["dno"] == "LOND").count();
    let entity = "90-B3-D5-AA-00-12-00-00";
    let unshipped = ("audit.toml", "[inputs]", "shipped_directory = false\n\n[inputs]");
    // Another directory gives the operator another id; in the one the shipped directory knows it, in the other its entity
    // alone tells who it is.
    let by_full_name = "id = \"London Power Networks\"\naliases = [\"LOND\"]";
    let by_any = "id = \"OUR-AREA\"\naliases = [\"LOND\"]";
    for (name, id) in [("full", by_full_name), ("any", by_any)] {
        let own = audited_otherwise(&demo, name, &[unshipped, ("directory.toml", "id = \"LOND\"", id)]);
        let called = if name == "any" { "OUR-AREA" } else { "London Power Networks" };
        assert_eq!(rows(&own.join("devices.jsonl")).iter().filter(|row| row["dno"] == called).count(), lond);
        for (received, own) in [(&report, &own), (&own, &report)] {
            for more in [&[][..], &["--dno", "LOND"], &["--dno", called]] {
                let (code, value) = reconciled(received, own, more);
                assert_eq!((code, &value["disagreements"]), (0, &Value::Array(vec![])), "{name} {more:?}");
                let agree = value["totals"]["outcomes"]["agree"].as_u64().unwrap();
                assert_eq!(agree == lond as u64, !more.is_empty(), "{agree}");
            }
        }
    }
    // A verdict that differs beside the name has the cause of the verdict alone.
    let all = rows(&report.join("devices.jsonl"));
    let read = all.iter().find(|row| row["dno"] == "LOND" && row["verdict"] == "correct").unwrap();
    let device = read["device_id"].as_str().unwrap();
    let records = folder.path().join("newer.csv");
    let header = "device_id,observed_at,role,key_usage,status,entity_id,key_id";
    let line = format!("{device},2025-12-31T00:00:00Z,networkOperator,,noTrustAnchor,,");
    fs::write(&records, format!("{header}\n{line}\n")).unwrap();
    let both = format!("records = [\"messages.csv\", {:?}]", records.to_str().unwrap());
    let edits = [
        unshipped,
        ("directory.toml", "id = \"LOND\"", by_any),
        ("audit.toml", "records = [\"messages.csv\"]", &both),
    ];
    let (code, value) = reconciled(&report, &audited_otherwise(&demo, "both", &edits), &["--dno", "LOND"]);
    assert_eq!((code, &value["disagreements"][0]["device_id"]), (1, &read["device_id"]));
    assert_eq!(value["totals"]["causes"], serde_json::json!({"observation": 1}));

    // A list that calls the operator by its entity, or says whose the entity is that it found.
    let correct: Vec<Value> = rows(&report.join("devices.jsonl"))
        .into_iter()
        .filter(|row| row["dno"] == "LOND" && row["verdict"] == "correct")
        .collect();
    let list = folder.path().join("list.csv");
    let write = |operator: &str, entity: &str| {
        let lines: String = correct
            .iter()
            .map(|row| format!("{},ok,{operator},{entity}\n", row["device_id"].as_str().unwrap()))
            .collect();
        fs::write(&list, format!("device,state,dno,ds_entity\n{lines}")).unwrap();
    };
    let agreed = |operator: &str, of: &str| {
        write(operator, of);
        reconciled(&report, &list, &[]).1["totals"]["outcomes"]["agree"] == correct.len()
    };
    assert!(agreed(entity, ""));
    assert!(agreed("Our area", entity));
    assert!(!agreed("Our area", ""), "nothing says who that is");
    assert!(!agreed("Our area", "90-B3-D5-AA-00-10-00-00"), "the entity is another operator's");
    assert!(!agreed("EELC", entity), "another operator of the directory");
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
