//! Inputs that were made, or broke, to be believed: each of these once got past.

use std::fs;
use std::path::Path;

use crate::support::{assert_reconciles, audit, demo, dnoaudit, ended, files, json, repository, rows, run};

/// A demonstration to damage.
fn replace(file: &Path, change: impl Fn(&str) -> String) {
    let text = fs::read_to_string(file).unwrap();
    fs::write(file, change(&text)).unwrap();
}

/// The account of the input of a role in the manifest.
fn account(report: &Path, role: &str) -> serde_json::Value {
    let manifest = json(&report.join("manifest.json"));
    let input = manifest["inputs"].as_array().unwrap().iter().find(|input| input["role"] == role).unwrap();
    input["records"].clone()
}

#[test]
fn rows_that_an_open_quote_swallows_are_refused_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "200");
    let report = demo.join("report");
    for file in ["estate.csv", "registration.csv", "messages.csv"] {
        let role = match file {
            "estate.csv" => "estate",
            "registration.csv" => "registration",
            _ => "records",
        };
        let path = demo.join(file);
        let before = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = before.lines().collect();
        let rows = lines.len() as u64 - 1;
        // The quote opens in the last field of the fifth row and is never closed, or in the ninth row.
        for close in [None, Some(9)] {
            let mut broken: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            let (start, last) =
                broken[5].rsplit_once(',').map(|(start, last)| (start.to_owned(), last.to_owned())).unwrap();
            broken[5] = format!("{start},\"{last}");
            if let Some(close) = close {
                broken[close].push('"');
            }
            fs::write(&path, broken.join("\n")).unwrap();
            let (code, _, error) = audit(&demo, &[]);
            assert_eq!(code, 3, "{file}: {error}");
            assert_reconciles(&report);
            let records = account(&report, role);
            assert_eq!(records["total"].as_u64().unwrap(), rows, "{file}: every row is accounted for");
            let hidden = close.map_or(rows - 4, |close| close as u64 - 4);
            assert!(records["quarantined"].as_u64().unwrap() >= hidden, "{file}: {records}");
        }
        fs::write(&path, before).unwrap();
    }
}

#[test]
fn a_time_at_the_end_of_the_calendar_is_a_bad_row_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "200");
    replace(&demo.join("messages.csv"), |text| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let parts: Vec<&str> = lines[1].split(',').collect();
        lines[1] = format!("{},9999-12-31T23:59:59-14:00,{}", parts[0], parts[2]);
        lines.join("\n")
    });
    let (code, _, error) = audit(&demo, &[]);
    assert_eq!(code, 3, "{error}");
    let quarantine = rows(&demo.join("report/quarantine.jsonl"));
    assert!(
        quarantine.iter().any(|row| row["reason"] == "time-malformed" && row["line"] == 2),
        "{quarantine:?}"
    );
    assert_eq!(audit(&demo, &["--as-of", "9999-12-31T23:59:59-14:00"]).0, 2);
}

#[test]
fn a_private_key_in_any_input_is_named_and_nowhere_shown() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "200");
    let secret = "SECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECR";
    let pem = format!(
        "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEI{secret}\n{secret}\n-----END EC PRIVATE KEY-----\n"
    );
    let key = folder.path().join("key.pem");
    fs::write(&key, &pem).unwrap();
    let mixed = folder.path().join("mixed.hex");
    let message = fs::read_to_string(demo.join("messages.csv")).unwrap();
    let message = message.lines().nth(1).unwrap().rsplit(',').next().unwrap().to_owned();
    fs::write(&mixed, format!("{message}\n{pem}{message}\n")).unwrap();
    let bare = folder.path().join("bare.txt");
    fs::write(&bare, format!("MHcCAQEEI{secret}\n{secret}\n")).unwrap();
    let shows = |octets: &[u8]| String::from_utf8_lossy(octets).contains("SECRETSECRET");
    for file in [&key, &mixed, &bare] {
        for role in ["--records", "--certificates", "--estate", "--registration", "--directory"] {
            let (code, out, error) = audit(&demo, &[role, file.to_str().unwrap()]);
            assert!([2, 3, 5].contains(&code), "{role}: {error}");
            assert!(
                !shows(out.as_bytes()) && !shows(error.as_bytes()),
                "{role} {}: {out}{error}",
                file.display()
            );
            for (name, octets) in files(&demo.join("report")) {
                assert!(!shows(&octets), "{role} {}: {name}", file.display());
                // Base64 of the secret, decoded and shown as hex.
                assert!(!String::from_utf8_lossy(&octets).contains("48411348441"), "{name}");
            }
            if role == "--records" && file != &bare {
                assert!(error.contains("private key") && error.contains(file.to_str().unwrap()), "{error}");
            }
        }
        let (_, out, error) = run(["inspect", file.to_str().unwrap()]);
        assert!(!shows(out.as_bytes()) && !shows(error.as_bytes()), "{out}{error}");
        let (code, out, error) = run(["audit", "--config", file.to_str().unwrap()]);
        assert_eq!(code, 2);
        assert!(!shows(out.as_bytes()) && !shows(error.as_bytes()), "{out}{error}");
    }
    audit(&demo, &["--records", mixed.to_str().unwrap()]);
    let quarantine = rows(&demo.join("report/quarantine.jsonl"));
    let keys: Vec<_> = quarantine.iter().filter(|row| row["reason"] == "private-key").collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert!(keys[0].get("octets").is_none() && keys[0].get("text").is_none());
}

#[test]
fn the_report_is_never_lost_through_its_own_name() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "200");
    let report = demo.join("report");
    let (code, _, error) = audit(&demo, &["--out", report.join("../report").to_str().unwrap()]);
    assert_eq!(code, 3, "{error}");
    assert_reconciles(&report);
    assert_eq!(audit(&demo, &["--out", "."]).0, 2);
    // A report among the records would be read as records by the next run.
    let records = demo.join("records");
    fs::create_dir(&records).unwrap();
    fs::copy(demo.join("messages.csv"), records.join("m.csv")).unwrap();
    let inside = records.join("report");
    let (code, _, error) =
        audit(&demo, &["--records", records.to_str().unwrap(), "--out", inside.to_str().unwrap()]);
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("put the report elsewhere"), "{error}");
}

#[test]
fn the_folder_of_a_configuration_is_no_pattern() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "200");
    let (odd, decoy) = (folder.path().join("b[xy]z"), folder.path().join("bxz"));
    fs::rename(&demo, &odd).unwrap();
    fs::create_dir(&decoy).unwrap();
    fs::write(decoy.join("messages.csv"), "device_id,observed_at,gbcs\n").unwrap();
    replace(&odd.join("audit.toml"), |text| text.replace("messages.csv", "mess*.csv"));
    let before = files(&odd.join("report"));
    let (code, _, error) = audit(&odd, &[]);
    assert_eq!(code, 3, "{error}");
    assert_eq!(files(&odd.join("report")), before);
}

#[test]
fn a_failed_export_is_not_a_clean_audit() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "200");
    let allowed = ["--allowed-share", "1", "--fail-on", "never"];
    assert_eq!(audit(&demo, &allowed).0, 0);
    let note = folder.path().join("note.txt");
    fs::write(&note, "The export failed: time-out.\n").unwrap();
    let mut with = allowed.to_vec();
    with.extend(["--records", note.to_str().unwrap()]);
    assert_eq!(audit(&demo, &with).0, 3, "a file that nothing recognises may be a thousand records");
    replace(&demo.join("estate.csv"), |text| text.lines().next().unwrap().to_owned() + "\n");
    assert_eq!(audit(&demo, &allowed).0, 3, "no meter at all");
}

#[test]
fn blank_lines_and_a_separator_line_before_the_header_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "200");
    let counts = |demo: &Path| json(&demo.join("report/manifest.json"))["counts"].clone();
    let before = counts(&demo);
    replace(&demo.join("messages.csv"), |text| format!("\n\n{text}"));
    replace(&demo.join("estate.csv"), |text| {
        format!("sep=;\r\n{}", text.replace(',', ";").replace('\n', "\r\n"))
    });
    let (code, _, error) = audit(&demo, &[]);
    assert_eq!(code, 3, "{error}");
    assert_eq!(counts(&demo), before);
}

#[test]
fn one_device_listed_over_and_over_takes_no_longer_than_others() {
    let folder = tempfile::tempdir().unwrap();
    let estate = folder.path().join("estate.csv");
    let rows: String = (0..60_000).map(|row| format!("00-DB-12-00-00-00-00-A0,{row}\n")).collect();
    fs::write(&estate, format!("device_id,model\n{rows}")).unwrap();
    let mut command = dnoaudit();
    command.args(["audit", "--as-of", "2026-01-01T00:00:00Z", "--estate"]).arg(&estate);
    command.arg("--trust-anchor").arg(repository().join("testdata/pki/root.der"));
    command.arg("--out").arg(folder.path().join("report"));
    let (code, _, error) = ended(command.output().unwrap());
    assert_eq!(code, 3, "{error}");
    assert_eq!(account(&folder.path().join("report"), "estate")["total"], 60_000);
}

#[test]
fn settings_beyond_reason_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "200");
    assert_eq!(audit(&demo, &["--threads", "20000"]).0, 2);
    assert_eq!(audit(&demo, &["--threads", "0"]).0, 2);
}

#[cfg(unix)]
#[test]
fn what_comes_through_a_pipe_is_inspected_like_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "200");
    for file in ["messages.csv", "certificates/bundle.pem", "estate.csv"] {
        let file = demo.join(file);
        let (code, out, _) = run(["inspect", file.to_str().unwrap()]);
        let script =
            format!("cat {} | {} inspect /dev/stdin", file.display(), env!("CARGO_BIN_EXE_dnoaudit"));
        let (piped, through, error) =
            ended(std::process::Command::new("bash").args(["-c", &script]).output().unwrap());
        assert_eq!((piped, through), (code, out), "{error}");
    }
}
