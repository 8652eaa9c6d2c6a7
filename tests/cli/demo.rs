//! The demonstration: its table, its folder, and that it can be regenerated anywhere.

use crate::support::{assert_reconciles, dnoaudit, ended, files, run};

#[test]
fn the_demonstration_prints_its_table_and_leaves_its_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    let (code, out, error) = run(["demo", "--devices", "500", "--out", demo.to_str().unwrap()]);
    assert_eq!(code, 0, "{error}");
    assert_eq!(error, "");
    for expected in [
        "✓ correct  ○ missing  ✗ wrong  ? not known  – out of scope",
        " total ",
        " judged\n",
        " LOND ",
        " all ",
        "missing : wrong = ",
        "Commonest reasons",
        "What to do next",
        "placeholder-in-cell",
        "dnoaudit explain",
    ] {
        assert!(out.contains(expected), "{expected}\n{out}");
    }
    assert_reconciles(&demo.join("report"));
    for input in
        ["estate.csv", "messages.csv", "registration.csv", "directory.toml", "trust-anchor.pem", "audit.toml"]
    {
        assert!(demo.join(input).is_file(), "{input}");
    }
    // Again over itself, but never over anything else.
    assert_eq!(run(["demo", "--devices", "500", "--out", demo.to_str().unwrap()]).0, 0);
    assert_eq!(run(["demo", "--out", folder.path().to_str().unwrap()]).0, 2);
}

#[test]
fn a_demonstration_that_somebody_worked_on_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let demo = crate::support::demo(folder.path(), "100");
    let again = |devices: &str| run(["demo", "--devices", devices, "--out", demo.to_str().unwrap()]);
    assert_eq!(again("120").0, 0, "another size over an untouched one");
    for name in ["estate.csv", "audit.toml", "own-list.csv", "certificates/bundle.pem"] {
        let file = demo.join(name);
        let before = std::fs::read(&file).unwrap();
        let edited = [&before[..], b"# mine\n"].concat();
        std::fs::write(&file, &edited).unwrap();
        let (code, out, error) = again("120");
        assert_eq!((code, out.as_str()), (2, ""), "{name}: {error}");
        assert!(error.contains("was changed") && error.contains("--out"), "{name}: {error}");
        assert_eq!(std::fs::read(&file).unwrap(), edited, "{name}");
        std::fs::write(&file, before).unwrap();
        assert_eq!(again("120").0, 0, "{name}");
    }
    // A report that can't be replaced leaves the inputs as they are.
    let estate = std::fs::read(demo.join("estate.csv")).unwrap();
    std::fs::write(demo.join("report/extra"), "").unwrap();
    let (code, _, error) = again("130");
    assert!(code != 0 && error.contains("no report has a file \"extra\""), "{code}: {error}");
    assert_eq!(std::fs::read(demo.join("estate.csv")).unwrap(), estate);
    std::fs::remove_file(demo.join("report/extra")).unwrap();
    assert_eq!(again("130").0, 0);
    let beside = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(beside, 1, "nothing is left beside it");
    std::fs::remove_file(demo.join("estate.csv")).unwrap();
    assert_eq!(again("120").0, 2);
}

#[test]
fn folder_working_directory_time_zone_locale_and_threads_change_no_octet() {
    let one = tempfile::tempdir().unwrap();
    let two = tempfile::tempdir().unwrap();
    run(["demo", "--devices", "300", "--out", one.path().to_str().unwrap()]);
    let elsewhere = two.path().join("deep/er");
    run(["demo", "--devices", "300", "--out", elsewhere.to_str().unwrap()]);
    let mut command = dnoaudit();
    command.current_dir(&elsewhere).env("TZ", "Asia/Tokyo").env("LC_ALL", "tr_TR.UTF-8");
    let (code, _, error) = ended(
        command
            .args(["audit", "--config", "audit.toml", "--out", "again", "--threads", "1"])
            .output()
            .unwrap(),
    );
    assert_eq!(code, 3, "{error}");
    assert_eq!(files(&one.path().join("report")), files(&elsewhere.join("report")));
    assert_eq!(files(&one.path().join("report")), files(&elsewhere.join("again")));
}
