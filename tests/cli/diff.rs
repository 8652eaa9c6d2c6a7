//! Two reports compared: what became of each meter, and why.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{json, rows, run};

/// The inputs of a demonstration, audited.
struct Estate {
    folder: tempfile::TempDir,
}

impl Estate {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = folder.path().join("demo");
        assert_eq!(run(["demo", "--devices", "300", "--out", demo.to_str().unwrap()]).0, 0);
        Self { folder }
    }

    fn demo(&self, name: &str) -> PathBuf {
        self.folder.path().join("demo").join(name)
    }

    fn old(&self) -> PathBuf {
        self.demo("report")
    }

    fn rows(&self) -> Vec<Value> {
        rows(&self.old().join("devices.jsonl"))
    }

    /// The first row of which this holds.
    fn row(&self, holds: impl Fn(&Value) -> bool) -> Value {
        self.rows().into_iter().find(|row| holds(row)).unwrap()
    }

    /// Audits again with other inputs.
    fn again(&self, more: &[&str]) -> PathBuf {
        let out = self.folder.path().join("again");
        let (config, place) = (self.demo("audit.toml"), out.to_str().unwrap().to_owned());
        let mut arguments = vec!["audit", "--config", config.to_str().unwrap(), "--out", &place];
        arguments.extend(more);
        let (code, _, error) = run(arguments);
        assert_eq!(code, 3, "{error}");
        out
    }

    /// Replaces text of an input for good.
    fn edit(&self, name: &str, edit: impl Fn(&str) -> String) {
        let text = fs::read_to_string(self.demo(name)).unwrap();
        let edited = edit(&text);
        assert_ne!(text, edited, "{name}");
        fs::write(self.demo(name), edited).unwrap();
    }
}

fn diff(old: &Path, new: &Path) -> (i32, Value) {
    let (code, out, error) = run(["diff", old.to_str().unwrap(), new.to_str().unwrap(), "--format", "json"]);
    assert!(code < 2, "{error}");
    let found: Value = serde_json::from_str(&out).unwrap();
    // Nothing is a cause in which the reports do not differ.
    let differ = found["differ_in"].as_array().unwrap();
    for difference in found["differences"].as_array().unwrap() {
        let causes = ["because", "possibly"].map(|kind| difference["why"][kind].as_array().unwrap());
        assert!(causes.iter().any(|causes| !causes.is_empty()), "{difference}");
        for cause in causes.into_iter().flatten() {
            assert!(differ.contains(cause), "{cause} of {differ:?}: {difference}");
        }
    }
    (code, found)
}

fn id(row: &Value) -> &str {
    row["device_id"].as_str().unwrap()
}

/// Asserts that every difference has this cause, and gives the one of a device.
fn with_cause<'d>(differences: &'d Value, cause: &str, device: &str) -> &'d Value {
    let all = differences["differences"].as_array().unwrap();
    for difference in all {
        assert_eq!(difference["why"]["because"], serde_json::json!([cause]), "{difference}");
        assert_eq!(difference["why"]["possibly"], serde_json::json!([]), "{difference}");
    }
    assert_eq!(differences["totals"]["different"], all.len());
    all.iter().find(|difference| difference["device_id"] == device).unwrap()
}

/// A row of cells that shows what another row holds.
fn cells_like(device: &str, row: &Value, at: &str) -> String {
    let cell = |place: usize| {
        let cell = &row["cells"][place];
        let text = |name: &str| cell[name].as_str().unwrap().to_owned();
        format!("{device},{at},networkOperator,{},{},{}\n", text("key_usage"), text("entity"), text("key"))
    };
    format!("device_id,observed_at,role,key_usage,entity_id,key_id\n{}{}", cell(0), cell(1))
}

#[test]
fn a_report_does_not_differ_from_itself() {
    let estate = Estate::new();
    let (code, out, error) = run(["diff", estate.old().to_str().unwrap(), estate.old().to_str().unwrap()]);
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("0 meters of which the reports say different things"), "{out}");
    let (_, csv, _) =
        run(["diff", estate.old().to_str().unwrap(), estate.old().to_str().unwrap(), "--format", "csv"]);
    assert_eq!(csv.lines().count(), 1, "{csv}");
}

#[test]
fn a_newer_record_is_an_observation() {
    let estate = Estate::new();
    let missing = estate.row(|row| row["reasons"][0] == "placeholder-in-cell" && row["dno"] == "LOND");
    let correct = estate.row(|row| row["verdict"] == "correct" && row["dno"] == "LOND");
    let records = estate.demo("newer.csv");
    fs::write(&records, cells_like(id(&missing), &correct, "2025-12-31T00:00:00Z")).unwrap();
    let new = estate.again(&["--records", records.to_str().unwrap()]);
    let (code, found) = diff(&estate.old(), &new);
    assert_eq!(code, 1);
    let difference = with_cause(&found, "observation", id(&missing));
    assert_eq!(difference["change"], "fixed");
    assert_eq!(
        (&difference["old"]["verdict"], &difference["new"]["verdict"]),
        (&"missing".into(), &"correct".into())
    );
    assert_eq!(found["totals"]["by_dno"]["LOND"]["fixed"], 1);
    assert_eq!(found["differ_in"], serde_json::json!(["observation"]));
    // And back again.
    let (_, back) = diff(&new, &estate.old());
    assert_eq!(with_cause(&back, "observation", id(&missing))["change"], "regressed");

    let (_, text, _) = run(["diff", estate.old().to_str().unwrap(), new.to_str().unwrap()]);
    assert!(text.contains("LOND ○ missing (placeholder-in-cell") && text.contains("observation"), "{text}");
    let (_, csv, _) = run(["diff", estate.old().to_str().unwrap(), new.to_str().unwrap(), "--format", "csv"]);
    let line = csv.lines().nth(1).unwrap();
    assert!(line.starts_with(&format!("fixed,{}", id(&missing))) && line.ends_with(",observation"), "{csv}");
}

#[test]
fn a_certificate_that_is_no_longer_there_is_certificate_data() {
    let estate = Estate::new();
    let correct = estate.row(|row| row["verdict"] == "correct" && row["dno"] == "EELC");
    let key = correct["cells"][0]["key"].as_str().unwrap();
    let certificates = rows(&estate.old().join("certificates.jsonl"));
    let subject = certificates.iter().find(|row| row["subject_key_identifier"] == key).unwrap();
    // The demonstration has each certificate in a file of its own too; the one with the key is left out.
    let folder = estate.demo("certificates");
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let (_, out, _) = run(["inspect", path.to_str().unwrap(), "--format", "json"]);
        if path.ends_with("bundle.pem")
            || out.contains(subject["serial"].as_str().unwrap())
            || path.extension().is_some_and(|e| e == "crl")
        {
            fs::remove_file(path).unwrap();
        }
    }
    estate.edit("audit.toml", |text| text.replace("certificates/bundle.pem", "certificates/*.pem"));
    let new = estate.again(&[]);
    let (_, found) = diff(&estate.old(), &new);
    let difference = with_cause(&found, "certificate-data", id(&correct));
    assert_eq!(difference["change"], "became-not-known");
    assert_eq!(difference["new"]["reasons"], serde_json::json!(["key-not-in-store"]));
}

#[test]
fn another_operator_in_registration_data_moves_the_meter() {
    let estate = Estate::new();
    let registration = fs::read_to_string(estate.demo("registration.csv")).unwrap();
    let correct = estate.row(|row| {
        row["verdict"] == "correct"
            && row["dno"] == "LOND"
            && registration.contains(row["mpan"].as_str().unwrap())
    });
    let mpan = correct["mpan"].as_str().unwrap();
    estate.edit("registration.csv", |text| {
        let lines = text.lines().map(|line| match line.starts_with(mpan) {
            true => line.replace("LOND", "SPOW"),
            false => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n") + "\n"
    });
    let (_, found) = diff(&estate.old(), &estate.again(&[]));
    let difference = with_cause(&found, "registration-data", id(&correct));
    assert_eq!(difference["change"], "regressed");
    assert_eq!((&difference["old"]["dno"], &difference["new"]["dno"]), (&"LOND".into(), &"SPOW".into()));
    assert_eq!(found["totals"]["moved"], 1);
    assert_eq!(found["totals"]["by_dno"]["SPOW"]["regressed"], 1);
}

#[test]
fn meters_join_and_leave_with_the_estate() {
    let estate = Estate::new();
    let left = estate.row(|row| row["verdict"] == "correct");
    estate.edit("estate.csv", |text| {
        let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with(id(&left))).collect();
        kept.join("\n") + "\n00-DB-12-FF-FF-FF-FF-FF,ESME,Commissioned,SMETS2,,,,,,,,,\n"
    });
    let (_, found) = diff(&estate.old(), &estate.again(&[]));
    let difference = with_cause(&found, "registration-data", id(&left));
    assert_eq!((&difference["change"], &difference["new"]), (&"left".into(), &Value::Null));
    let joined = with_cause(&found, "registration-data", "00-DB-12-FF-FF-FF-FF-FF");
    assert_eq!((&joined["change"], &joined["old"]), (&"joined".into(), &Value::Null));
}

#[test]
fn a_waiver_changes_no_verdict_and_is_named() {
    let estate = Estate::new();
    let missing = estate.row(|row| row["reasons"][0] == "placeholder-in-cell");
    let waivers = estate.demo("waivers.toml");
    let text = format!(
        "[[waiver]]\nid = \"W-1\"\nrule = \"placeholder-in-cell\"\nreason = \"booked\"\napprover = \"A\"\n\
         expires = \"2026-03-01T00:00:00Z\"\ndevices = [\"{}\"]\n",
        id(&missing)
    );
    fs::write(&waivers, text).unwrap();
    let new = estate.again(&["--waivers", waivers.to_str().unwrap()]);
    let (_, found) = diff(&estate.old(), &new);
    let difference = with_cause(&found, "waiver", id(&missing));
    assert_eq!(difference["change"], "persisting");
    assert_eq!(difference["new"]["findings"]["placeholder-in-cell"], "W-1");
    assert_eq!(found["totals"]["different"], 1);

    // Two months later it has expired, and nothing else but the instant is another.
    let kept = estate.folder.path().join("kept");
    fs::rename(&new, &kept).unwrap();
    let later = estate.again(&["--waivers", waivers.to_str().unwrap(), "--as-of", "2026-03-01T00:00:00Z"]);
    let (_, found) = diff(&kept, &later);
    assert_eq!(with_cause(&found, "as-of", id(&missing))["change"], "persisting");
}

#[test]
fn time_alone_lets_certificates_expire() {
    let estate = Estate::new();
    let later = estate.again(&["--as-of", "2030-01-01T00:00:00Z"]);
    let (_, found) = diff(&estate.old(), &later);
    assert_eq!(found["differ_in"], serde_json::json!(["as-of"]));
    let expired = found["differences"].as_array().unwrap().iter().find(|difference| {
        let has = |side: &str| difference[side]["findings"].get("certificate-expired").is_some();
        has("new") && !has("old")
    });
    let device = id(expired.unwrap()).to_owned();
    let difference = with_cause(&found, "as-of", &device);
    assert_eq!(difference["change"], "unchanged", "a condition turns no verdict");
}

#[test]
fn a_record_that_was_not_due_yet_is_no_new_observation() {
    let estate = Estate::new();
    let missing = estate.row(|row| row["reasons"][0] == "placeholder-in-cell" && row["dno"] == "LOND");
    let correct = estate.row(|row| row["verdict"] == "correct" && row["dno"] == "LOND");
    let records = estate.demo("later.csv");
    fs::write(&records, cells_like(id(&missing), &correct, "2026-01-15T00:00:00Z")).unwrap();
    let more = ["--records", records.to_str().unwrap()];
    let kept = estate.folder.path().join("kept");
    fs::rename(estate.again(&more), &kept).unwrap();
    let later = estate.again(&[&more[..], &["--as-of", "2026-02-01T00:00:00Z"]].concat());
    let (_, found) = diff(&kept, &later);
    assert_eq!(found["differ_in"], serde_json::json!(["as-of"]));
    assert_eq!(with_cause(&found, "as-of", id(&missing))["change"], "fixed");
}

#[test]
fn a_distributor_id_that_the_directory_now_has_is_the_directory() {
    let estate = Estate::new();
    let by_distributor = |row: &Value| row["dno"] == "LOND" && row["expectation"] == "mpan-distributor";
    let found = estate.row(|row| row["verdict"] == "correct" && by_distributor(row));
    estate.edit("audit.toml", |text| text.replace("[inputs]", "shipped_directory = false\n\n[inputs]"));
    estate.edit("directory.toml", |text| text.replace("distributor_ids = [12]", "distributor_ids = []"));
    let without = estate.again(&[]);
    let (_, differences) = diff(&without, &estate.old());
    assert_eq!(with_cause(&differences, "directory", id(&found))["change"], "became-known");
    let (_, differences) = diff(&estate.old(), &without);
    assert_eq!(differences["differ_in"], serde_json::json!(["directory"]));
    let difference = with_cause(&differences, "directory", id(&found));
    assert_eq!(difference["change"], "became-not-known");
}

#[test]
fn a_slice_is_a_part_of_its_report() {
    let estate = Estate::new();
    let slice = |party: &str| {
        let (whole, out) = (estate.old(), estate.folder.path().join(party));
        let arguments = ["slice", whole.to_str().unwrap(), "--dno", party, "--out", out.to_str().unwrap()];
        assert_eq!(run(arguments).0, 0);
        out
    };
    let (lond, eelc) = (slice("LOND"), slice("EELC"));
    for (old, new) in [(&estate.old(), &lond), (&lond, &estate.old()), (&lond, &eelc)] {
        let (code, found) = diff(old, new);
        assert_eq!((code, &found["differ_in"]), (1, &serde_json::json!(["part"])));
        let device = found["differences"][0]["device_id"].as_str().unwrap().to_owned();
        with_cause(&found, "part", &device);
    }
    assert_eq!(diff(&lond, &lond).0, 0);
}

#[test]
fn an_entity_that_the_directory_now_lists_is_the_directory() {
    let estate = Estate::new();
    let unknown = estate.row(|row| row["reasons"][0] == "entity-not-attributable");
    let (entity, dno) = (unknown["cells"][0]["entity"].as_str().unwrap(), unknown["dno"].as_str().unwrap());
    let other = if dno == "LOND" { "EELC" } else { "LOND" };
    let directory = estate.demo("more.toml");
    fs::write(
        &directory,
        format!("date = \"2026\"\nsource = \"x\"\n[[party]]\nid = \"{other}\"\nentities = [{{ id = \"{entity}\" }}]\n"),
    )
    .unwrap();
    let (_, found) = diff(&estate.old(), &estate.again(&["--directory", directory.to_str().unwrap()]));
    let difference = with_cause(&found, "directory", id(&unknown));
    assert_eq!((&difference["change"], &difference["new"]["verdict"]), (&"new".into(), &"wrong".into()));
}

#[test]
fn several_parts_that_differ_are_named_and_none_is_picked() {
    let estate = Estate::new();
    estate.edit("audit.toml", |text| format!("{text}\n[rules]\nstale_after_days = 4000\n"));
    let (_, found) = diff(&estate.old(), &estate.again(&["--as-of", "2026-02-01T00:00:00Z"]));
    let stale = found["differences"]
        .as_array()
        .unwrap()
        .iter()
        .find(|difference| difference["old"]["findings"].get("evidence-stale").is_some());
    assert_eq!(
        stale.unwrap()["why"],
        serde_json::json!({"because": [], "possibly": ["configuration", "as-of"]})
    );
}

#[test]
fn a_report_that_was_altered_is_not_compared() {
    let estate = Estate::new();
    let new = estate.again(&[]);
    for name in ["devices.jsonl", "summary.json"] {
        let file = new.join(name);
        let octets = fs::read(&file).unwrap();
        let mut altered = octets.clone();
        let place = altered.iter().position(|octet| *octet == b'A').unwrap();
        altered[place] = b'B';
        fs::write(&file, altered).unwrap();
        let (code, out, error) = run(["diff", estate.old().to_str().unwrap(), new.to_str().unwrap()]);
        assert_eq!((code, out.as_str()), (4, ""), "{error}");
        assert!(error.contains(name), "{error}");
        fs::write(&file, octets).unwrap();
    }
    assert_eq!(diff(&estate.old(), &new).0, 0);
    let (code, _, error) = run(["diff", estate.old().to_str().unwrap(), "/no/such/report"]);
    assert_eq!(code, 5, "{error}");
    assert_eq!(json(&new.join("manifest.json"))["format_version"], 1);
}
