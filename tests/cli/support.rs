//! Running the binary, and finding the data that is not in the repository.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

pub(crate) fn dnoaudit() -> Command {
    Command::new(env!("CARGO_BIN_EXE_dnoaudit"))
}

/// Runs with these arguments and gives exit code, standard output and standard error.
pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(
    arguments: impl IntoIterator<Item = S>,
) -> (i32, String, String) {
    ended(dnoaudit().args(arguments).output().unwrap())
}

/// Runs with these arguments, and fails if that takes as long as only waiting without end does.
pub(crate) fn run_in_time<S: AsRef<std::ffi::OsStr>>(
    arguments: impl IntoIterator<Item = S>,
) -> (i32, String, String) {
    let mut command = dnoaudit();
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let begin = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begin.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("{command:?} does not end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    ended(child.wait_with_output().unwrap())
}

pub(crate) fn ended(output: Output) -> (i32, String, String) {
    let text = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

/// A demonstration of so many devices below a folder.
pub(crate) fn demo(folder: &Path, devices: &str) -> PathBuf {
    let demo = folder.join("demo");
    let (code, _, error) = run(["demo", "--devices", devices, "--out", demo.to_str().unwrap()]);
    assert_eq!(code, 0, "{error}");
    demo
}

/// Audits a demonstration again.
pub(crate) fn audit(demo: &Path, more: &[&str]) -> (i32, String, String) {
    let config = demo.join("audit.toml");
    run(["audit", "--config", config.to_str().unwrap()].iter().chain(more))
}

/// Audits a demonstration again, and expects no more than what it has to report.
pub(crate) fn audited(demo: &Path, more: &[&str]) {
    let (code, _, error) = audit(demo, more);
    assert!(code == 1 || code == 3, "{code} {error}");
}

/// The repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder of data that is not the repository's own, beside it; says so when it is not there.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let folder = repository().join("../shared").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no {} beside the repository", folder.display());
    None
}

/// All files of a folder, by name.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_file())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect()
}

/// The lines of a file of JSON lines.
pub(crate) fn rows(file: &Path) -> Vec<Value> {
    std::fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn json(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

/// What `inspect --format json` says of a file: every object, one or many.
pub(crate) fn inspected(file: &Path, more: &[&str]) -> Vec<Value> {
    let mut arguments = vec!["inspect", file.to_str().unwrap(), "--format", "json"];
    arguments.extend(more);
    let (code, out, error) = run(&arguments);
    assert!(code == 0 || code == 3, "{}: {code} {error}", file.display());
    match serde_json::from_str(&out).unwrap() {
        Value::Array(items) => items,
        item => vec![item],
    }
}

/// Asserts that a package adds up: meters are the sum of the verdicts, records of every input the sum of how they ended,
/// and the files are what the manifest says.
pub(crate) fn assert_reconciles(package: &Path) {
    let manifest = json(&package.join("manifest.json"));
    let number = |value: &Value| value.as_u64().unwrap();
    let verdicts = manifest["counts"]["verdicts"].as_object().unwrap();
    assert_eq!(verdicts.len(), 5);
    let meters: u64 = verdicts.values().map(number).sum();
    assert_eq!(meters, number(&manifest["counts"]["meters"]));
    let rows = rows(&package.join("devices.jsonl"));
    assert_eq!(rows.len() as u64, meters);
    for (verdict, count) in verdicts {
        let found = rows.iter().filter(|row| row["verdict"] == verdict.as_str()).count();
        assert_eq!(found as u64, number(count), "{verdict}");
    }
    let outcomes = |records: &Value| -> u64 {
        ["used", "superseded", "duplicate", "not-relevant", "quarantined"]
            .iter()
            .map(|name| number(&records[*name]))
            .sum()
    };
    let mut total = 0;
    for input in manifest["inputs"].as_array().unwrap() {
        assert_eq!(outcomes(&input["records"]), number(&input["records"]["total"]), "{input}");
        total += number(&input["records"]["total"]);
    }
    assert_eq!(total, number(&manifest["counts"]["records"]["total"]));
    let quarantined = self::rows(&package.join("quarantine.jsonl")).len() as u64;
    assert_eq!(quarantined, number(&manifest["counts"]["records"]["quarantined"]));
    // The rows are serialised as they are declared; that this is the canonical form is checked here, line by line.
    for (name, octets) in files(package) {
        let lines =
            octets.split(|octet| *octet == b'\n').filter(|line| !line.is_empty() && !name.ends_with(".csv"));
        for line in lines {
            let value: Value = serde_json::from_slice(line).unwrap();
            assert_eq!(dno_audit::canonical(&value).unwrap(), line, "{name}");
        }
    }
    let listed = manifest["files"].as_object().unwrap();
    for (name, octets) in files(package).iter().filter(|(name, _)| *name != "manifest.json") {
        assert_eq!(number(&listed[name]["bytes"]), octets.len() as u64, "{name}");
    }
    assert_eq!(listed.len() + 1, files(package).len());
}
