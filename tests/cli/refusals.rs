//! What the command refuses, with which code and which words.

use std::fs;
use std::path::Path;

use crate::support::{dnoaudit, ended, files, json, repository, rows, run};

/// An audit of the small estate of the test data, with more arguments.
fn small(folder: &Path, more: &[&str]) -> (i32, String, String) {
    let testdata = repository().join("testdata");
    let estate = folder.join("estate.csv");
    if !estate.exists() {
        fs::write(&estate, "device_id,mpan\n00-DB-12-00-00-00-00-A0,1212345678905\n").unwrap();
    }
    let mut command = dnoaudit();
    command.args(["audit", "--as-of", "2026-01-01T00:00:00Z"]).arg("--estate").arg(estate);
    command.arg("--trust-anchor").arg(testdata.join("pki/root.der"));
    command.arg("--certificates").arg(testdata.join("pki/issuing.der"));
    command.arg("--out").arg(folder.join("report")).args(more);
    ended(command.output().unwrap())
}

#[test]
fn arguments_that_make_no_sense_are_usage_errors() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("audit.toml");
    fs::write(&bad, "as_of = \"2026-01-01T00:00:00Z\"\nstale = 3\n").unwrap();
    for (arguments, words) in [
        (vec!["audit"], "as_of (--as-of) is missing"),
        (vec!["audit", "--as-of", "2026-01-01T00:00:00Z"], "out (--out) is missing"),
        (vec!["audit", "--as-of", "2026-01-01", "--out", "x"], "no time zone"),
        (vec!["audit", "--as-of", "2026-01-01T00:00:00Z", "--out", "x"], "estate (--estate) is missing"),
        (vec!["audit", "--config", bad.to_str().unwrap()], "stale"),
        (vec!["audit", "--config", "/no/such/audit.toml"], "/no/such/audit.toml"),
        (vec!["explain", "no-such-rule"], "no rule and no device"),
        (vec!["frobnicate"], "frobnicate"),
    ] {
        let (code, _, error) = run(&arguments);
        assert_eq!(code, 2, "{arguments:?}: {error}");
        assert!(error.contains(words), "{arguments:?}: {error}");
    }
}

#[test]
fn a_pattern_without_files_and_a_file_that_is_no_directory_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, error) = small(folder.path(), &["--records", "nothing/*.hex"]);
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("nothing/*.hex"), "{error}");
    let directory = folder.path().join("directory.toml");
    fs::write(
        &directory,
        "date = \"2026\"\nsource = \"x\"\n[[party]]\nid = \"LOND\"\nentities = [{ id = \"nonsense\" }]\n",
    )
    .unwrap();
    let (code, _, error) = small(folder.path(), &["--directory", directory.to_str().unwrap()]);
    assert_eq!(code, 2, "{error}");
    assert!(
        error.contains("directory.toml") && error.contains("LOND") && error.contains("nonsense"),
        "{error}"
    );
}

#[test]
fn a_private_key_is_refused_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let body = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSECRETSECRETSECRETSECRETSECRETSECRETSECRETAA";
    let key = folder.path().join("operator-key.pem");
    fs::write(&key, format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")).unwrap();
    let (code, out, error) = small(folder.path(), &["--certificates", key.to_str().unwrap()]);
    assert_eq!(code, 3, "{error}");
    let report = folder.path().join("report");
    let quarantine = rows(&report.join("quarantine.jsonl"));
    assert!(
        quarantine.iter().any(|row| row["reason"] == "private-key" && row["line"] == 1),
        "{quarantine:?}"
    );
    assert!(
        error.contains("operator-key.pem") && error.contains("private key"),
        "the file is named: {error}"
    );
    let mut everything = files(&report).into_values().collect::<Vec<_>>().concat();
    everything.extend(out.bytes().chain(error.bytes()));
    assert!(!String::from_utf8_lossy(&everything).contains("SECRET"));
    let (_, out, error) = run(["inspect", key.to_str().unwrap(), "--format", "json"]);
    assert!(
        out.contains("private-key") && !out.contains("SECRET") && !error.contains("SECRET"),
        "{out}{error}"
    );
}

#[test]
fn nothing_but_a_report_is_ever_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("report");
    fs::create_dir(&place).unwrap();
    fs::write(place.join("thesis.txt"), "years of work").unwrap();
    let (code, _, error) = small(folder.path(), &[]);
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("is no report package"), "{error}");
    assert_eq!(fs::read_to_string(place.join("thesis.txt")).unwrap(), "years of work");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing half-written is left");
}

#[test]
fn a_report_with_notes_in_it_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(small(folder.path(), &[]).0, 3);
    let notes = folder.path().join("report/notes.txt");
    fs::write(&notes, "asked the supplier on Monday").unwrap();
    let (code, _, error) = small(folder.path(), &[]);
    assert_eq!(code, 2, "{error}");
    assert!(notes.is_file());
}

#[test]
fn settings_that_would_do_nothing_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let testdata = repository().join("testdata").canonicalize().unwrap();
    let config = |inputs: &str| {
        let file = folder.path().join("audit.toml");
        let text = format!(
            "as_of = \"2026-01-01T00:00:00Z\"\nout = \"report\"\nallowed_share = 1.0\n[inputs]\n{inputs}\n"
        );
        fs::write(&file, text).unwrap();
        run(["audit", "--config", file.to_str().unwrap()])
    };
    fs::write(folder.path().join("estate.csv"), "Meter,device_id\n00DB120000000001,00DB120000000002\n")
        .unwrap();
    let anchor = format!("trust_anchors = [\"{}\"]", testdata.join("pki/root.der").display());
    let estate = "estate = [\"estate.csv\"]";
    let at = "observed_at = \"2026-01-01T00:00:00Z\"";
    for (inputs, words) in [
        (
            format!("{anchor}\nestate = [{{ path = \"estate.csv\", {at} }}]"),
            "observed_at, which only records",
        ),
        (
            format!("{estate}\n{anchor}\ndirectory = [{{ path = \"x\", columns = {{ a = \"b\" }} }}]"),
            "columns, which only",
        ),
        (
            format!(
                "{anchor}\nestate = [\"estate.csv\", {{ path = \"estate.csv\", columns = {{ device_id = \"Meter\" }} }}]"
            ),
            "named twice with different settings",
        ),
        (
            format!("{anchor}\nestate = [{{ path = \"estate.csv\", columns = {{ device_id = \"Guid\" }} }}]"),
            "\"Guid\", which is not among",
        ),
        (
            format!(
                "{estate}\ntrust_anchors = [\"{}\"]",
                testdata.join("pki/lond-4-keyagreement.der").display()
            ),
            "expected a root or issuing certificate",
        ),
        (format!("{estate}\ntrust_anchors = [\"estate.csv\"]"), "none of the files holds a certificate"),
    ] {
        let (code, _, error) = config(&inputs);
        assert_eq!(code, 2, "{inputs}: {error}");
        assert!(error.contains(words), "{inputs}: {error}");
    }
    let (code, _, error) = config(&format!(
        "{anchor}\nestate = [{{ path = \"estate.csv\", columns = {{ device_id = \"Meter\" }} }}]"
    ));
    assert_eq!(code, 0, "one meter not known is within the share: {error}");
    let row = rows(&folder.path().join("report/devices.jsonl")).remove(0);
    assert_eq!(
        row["device_id"], "00-DB-12-00-00-00-00-01",
        "the mapped column counts, not the one of the usual name"
    );
    assert_eq!(small(folder.path(), &["--allowed-share", "7"]).0, 2);
}

#[test]
fn a_run_that_fails_leaves_the_old_report_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, error) = small(folder.path(), &[]);
    assert_eq!(code, 3, "{error}");
    let before = files(&folder.path().join("report"));
    fs::write(folder.path().join("estate.csv"), "device_id,device id\n1,2\n").unwrap();
    let (code, _, error) = small(folder.path(), &[]);
    assert_eq!(code, 5, "{error}");
    assert_eq!(files(&folder.path().join("report")), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing half-written is left");
}

/// A writer that fails in the middle: the shell lets no file grow beyond a few kilobytes.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_report_and_no_half_one() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    let (code, ..) = run(["demo", "--devices", "200", "--out", demo.to_str().unwrap()]);
    assert_eq!(code, 0);
    let before = files(&demo.join("report"));
    let config = demo.join("audit.toml");
    // Ignoring the signal turns the limit into a write error, as a full disk gives.
    let script = format!(
        "trap '' XFSZ; ulimit -f 8; exec {} audit --config {}",
        env!("CARGO_BIN_EXE_dnoaudit"),
        config.display()
    );
    let (code, _, error) = ended(std::process::Command::new("bash").args(["-c", &script]).output().unwrap());
    assert_eq!(code, 5, "{error}");
    assert_eq!(files(&demo.join("report")), before);
    let left: Vec<_> = fs::read_dir(&demo).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains(".tmp")), "{left:?}");
}

/// The writer of workbooks has temporary files of its own, which fail too.
#[cfg(unix)]
#[test]
fn an_export_on_a_full_disk_is_an_error_and_leaves_what_stood_there() {
    let folder = tempfile::tempdir().unwrap();
    let demo = crate::support::demo(folder.path(), "2000");
    let out = folder.path().join("out");
    for format in ["xlsx", "sarif", "parquet"] {
        // At its first octets, in its temporary files, and in the file itself.
        for blocks in [0, 1, 16] {
            fs::write(&out, "as before").unwrap();
            let script = format!(
                "trap '' XFSZ; ulimit -f {blocks}; exec {} export {} --format {format} --out {}",
                env!("CARGO_BIN_EXE_dnoaudit"),
                demo.join("report").display(),
                out.display()
            );
            let (code, said, error) =
                ended(std::process::Command::new("bash").args(["-c", &script]).output().unwrap());
            assert_eq!((code, said.as_str()), (5, ""), "{format} {blocks}: {error}");
            assert!(error.starts_with("dnoaudit: "), "{format} {blocks}: {error}");
            assert!(!error.contains("panicked"), "{format} {blocks}: {error}");
            assert_eq!(fs::read_to_string(&out).unwrap(), "as before", "{format} {blocks}");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing half-written is left");
        }
    }
}

#[test]
fn files_that_nothing_recognises_are_accounted_for() {
    let folder = tempfile::tempdir().unwrap();
    let records = folder.path().join("records");
    fs::create_dir(&records).unwrap();
    fs::write(records.join("readme.txt"), "These are the responses of March.\n").unwrap();
    fs::write(records.join("empty.hex"), "").unwrap();
    fs::write(records.join("response.xml"), "<?xml version=\"1.0\"?><invoice/>").unwrap();
    let (code, _, error) = small(folder.path(), &["--records", records.to_str().unwrap()]);
    assert_eq!(code, 3, "{error}");
    let report = folder.path().join("report");
    let quarantine = rows(&report.join("quarantine.jsonl"));
    assert_eq!(quarantine.len(), 3);
    for row in &quarantine {
        assert_eq!(row["reason"], "not-recognised");
        assert!(row["detail"].as_str().unwrap().contains("tried"), "{row}");
    }
    assert_eq!(json(&report.join("manifest.json"))["counts"]["records"]["quarantined"], 3);
}

#[test]
fn names_from_inputs_are_harmless_in_every_output() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = "=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\u{1b}[2J\u{202e}";
    let estate = format!(
        "device_id,network_operator,supplier\n00-DB-12-00-00-00-00-A0,\"{hostile}\",\"{hostile}\"\n\
         00-DB-12-00-00-00-00-A1,LOND,\"{}\"\n",
        "x".repeat(10_000)
    );
    fs::write(folder.path().join("estate.csv"), estate).unwrap();
    let (code, out, error) = small(folder.path(), &[]);
    assert_eq!(code, 3, "{error}");
    assert!(!out.contains('\u{1b}'), "{out:?}");
    let findings = fs::read_to_string(folder.path().join("report/findings.csv")).unwrap();
    assert!(findings.contains("\"'=HYPERLINK"), "{findings}");
    assert!(!findings.contains(",=HYPERLINK") && !findings.contains(",\"=HYPERLINK"), "{findings}");
    rows(&folder.path().join("report/devices.jsonl"));
}

#[test]
fn init_writes_once_and_never_over_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.toml");
    let (code, out, _) = run(["init", file.to_str().unwrap()]);
    assert_eq!((code, out.contains("audit.toml written")), (0, true));
    let (code, _, error) = run(["init", file.to_str().unwrap()]);
    assert_eq!(code, 2, "{error}");
    assert!(fs::read_to_string(file).unwrap().contains("as_of = "));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_error() {
    let script = format!(
        "set -o pipefail; {} rules --format json | head -c 10 >/dev/null",
        env!("CARGO_BIN_EXE_dnoaudit")
    );
    let (code, _, error) = ended(std::process::Command::new("bash").args(["-c", &script]).output().unwrap());
    assert_eq!((code, error.as_str()), (0, ""));
}
