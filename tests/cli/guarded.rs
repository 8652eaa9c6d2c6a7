//! What the program does not delete, does not wait for and does not show.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{ended, files, json, repository, run, run_in_time};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn key(name: &str) -> String {
    text(&repository().join("tests/cli").join(name)).to_owned()
}

fn demo(folder: &Path) -> PathBuf {
    let demo = folder.join("demo");
    let (code, _, error) = run(["demo", "--devices", "100", "--out", text(&demo)]);
    assert_eq!(code, 0, "{error}");
    demo
}

/// An audit of the demonstration into another place.
fn audit(demo: &Path, more: &[&str]) -> (i32, String, String) {
    let config = demo.join("audit.toml");
    run_in_time(["audit", "--config", text(&config)].iter().chain(more))
}

/// Everything below a folder: names, kinds and octets.
fn everything(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = path.symlink_metadata().unwrap().file_type();
        if kind.is_dir() {
            all.extend(everything(&path));
        }
        let octets = if kind.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
        all.push((path, format!("{kind:?} {}", dno_audit::digest(&octets))));
    }
    all.sort();
    all
}

#[cfg(unix)]
fn pipe(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_folder_that_is_named_like_a_file_of_a_report_is_never_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    let place = folder.path().join("out");
    let slice = folder.path().join("cut");
    let report = demo.join("report");
    let names: Vec<String> = files(&report).into_keys().chain(["attestation.dsse.json".to_owned()]).collect();
    for name in names {
        assert_eq!(audit(&demo, &["--out", text(&place)]).0, 3);
        let _ = fs::remove_file(place.join(&name));
        fs::create_dir(place.join(&name)).unwrap();
        fs::write(place.join(&name).join("thesis.txt"), "years of work").unwrap();
        let before = everything(folder.path());
        let (code, _, error) = audit(&demo, &["--out", text(&place)]);
        assert_eq!(code, 2, "{name}: {error}");
        assert!(error.contains("is no report package") && error.contains(&name), "{error}");
        assert!(everything(folder.path()) == before, "{name}: nothing is touched");
        fs::remove_dir_all(&place).unwrap();
    }
    for name in ["devices.jsonl", "slice.json", "attestation.dsse.json"] {
        let cut = ["slice", text(&report), "--dno", "unassigned", "--out", text(&slice)];
        assert_eq!(run(cut).0, 0);
        let _ = fs::remove_file(slice.join(name));
        fs::create_dir_all(slice.join(name).join("of/mine")).unwrap();
        let before = everything(folder.path());
        let (code, _, error) = run(cut);
        assert_eq!(code, 2, "{name}: {error}");
        assert!(everything(folder.path()) == before, "{name}: nothing is touched");
        fs::remove_dir_all(&slice).unwrap();
    }
}

#[test]
fn what_only_looks_like_a_report_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    let place = folder.path().join("out");
    let manifests: [(&[u8], &str); 6] = [
        (b"", "EOF"),
        (b"{}", "missing field `format`"),
        (b"[1,2,3]", "invalid type"),
        (b"{\"format\":\"dno-audit report\"}", "missing field `format_version`"),
        (b"{\"format\":\"another\",\"format_version\":1}", "of format \"another\""),
        (b"{\"format\":\"x\\n\\u001b[2J\",\"format_version\":1}", "of format"),
    ];
    for (manifest, words) in manifests {
        fs::create_dir(&place).unwrap();
        fs::write(place.join("manifest.json"), manifest).unwrap();
        fs::write(place.join("findings.csv"), "mine").unwrap();
        let before = everything(folder.path());
        let (code, _, error) = audit(&demo, &["--out", text(&place)]);
        assert_eq!(code, 2, "{error}");
        assert!(error.contains(words), "{error}");
        assert!(everything(folder.path()) == before, "{words}: nothing is touched");
        fs::remove_dir_all(&place).unwrap();
    }
    fs::write(&place, "a file").unwrap();
    let (code, _, error) = audit(&demo, &["--out", text(&place)]);
    assert_eq!(code, 2, "{error}");
    assert_eq!(fs::read(&place).unwrap(), b"a file");
}

#[test]
fn a_manifest_that_is_too_long_to_read_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    let place = folder.path().join("out");
    fs::create_dir(&place).unwrap();
    // Sparse, so that nothing is written.
    fs::File::create(place.join("manifest.json")).unwrap().set_len(1 << 40).unwrap();
    let (code, _, error) = audit(&demo, &["--out", text(&place)]);
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("manifest.json: longer than"), "{error}");
    assert_eq!(place.join("manifest.json").metadata().unwrap().len(), 1 << 40);
}

#[cfg(unix)]
#[test]
fn links_and_pipes_in_the_place_of_a_report_are_neither_followed_nor_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    let place = folder.path().join("out");
    for name in ["manifest.json", "devices.jsonl"] {
        assert_eq!(audit(&demo, &["--out", text(&place)]).0, 3);
        fs::remove_file(place.join(name)).unwrap();
        pipe(&place.join(name));
        let (code, _, error) = audit(&demo, &["--out", text(&place)]);
        assert_eq!(code, 2, "{error}");
        assert!(error.contains(&format!("{name} is no regular file")), "{error}");
        fs::remove_file(place.join(name)).unwrap();
        std::os::unix::fs::symlink(demo.join("report").join(name), place.join(name)).unwrap();
        let before = everything(folder.path());
        assert_eq!(audit(&demo, &["--out", text(&place)]).0, 2);
        assert!(everything(folder.path()) == before);
        fs::remove_dir_all(&place).unwrap();
    }
    // A link to a report is not the report, nor is one that leads nowhere a free place.
    for target in [demo.join("report"), folder.path().join("nowhere")] {
        std::os::unix::fs::symlink(&target, &place).unwrap();
        let before = everything(folder.path());
        let (code, _, error) = audit(&demo, &["--out", text(&place)]);
        assert_eq!(code, 2, "{error}");
        assert!(error.contains("it is a link"), "{error}");
        assert!(everything(folder.path()) == before);
        fs::remove_file(&place).unwrap();
    }
}

#[test]
fn a_run_that_fails_leaves_an_empty_folder_and_one_that_succeeds_fills_it() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    let place = folder.path().join("out");
    fs::create_dir(&place).unwrap();
    let bad = folder.path().join("bad.csv");
    fs::write(&bad, "device_id,device id\n1,2\n").unwrap();
    let (code, _, error) = audit(&demo, &["--out", text(&place), "--estate", text(&bad)]);
    assert_eq!(code, 5, "{error}");
    assert_eq!(fs::read_dir(&place).unwrap().count(), 0);
    assert_eq!(audit(&demo, &["--out", text(&place)]).0, 3);
    assert!(files(&place) == files(&demo.join("report")));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing half-written is left");
}

#[cfg(unix)]
#[test]
fn a_demonstration_is_not_written_through_a_link_or_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    let again = ["demo", "--devices", "10", "--out", text(&demo)];
    let mine = folder.path().join("mine.csv");
    fs::write(&mine, "years of work").unwrap();
    for place in ["estate.csv", "certificates/bundle.pem", "audit.toml"] {
        let file = demo.join(place);
        let before = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink(&mine, &file).unwrap();
        assert_eq!(run_in_time(again).0, 2, "{place}");
        fs::remove_file(&file).unwrap();
        pipe(&file);
        assert_eq!(run_in_time(again).0, 2, "{place}");
        fs::remove_file(&file).unwrap();
        fs::write(&file, before).unwrap();
    }
    assert_eq!(run_in_time(["demo", "--devices", "10", "--out", text(&mine)]).0, 2);
    assert_eq!(fs::read(&mine).unwrap(), b"years of work");
    assert_eq!(run_in_time(again).0, 0);
}

#[cfg(unix)]
#[test]
fn a_key_or_configuration_that_has_no_end_or_is_no_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    let report = demo.join("report");
    let config = demo.join("audit.toml");
    let huge = folder.path().join("huge");
    fs::File::create(&huge).unwrap().set_len(1 << 40).unwrap();
    let auditor = key("auditor-key.pem");
    for (path, words) in [
        ("/dev/zero", "is a device or a socket"),
        (text(folder.path()), "is a folder"),
        (text(&huge), "more than"),
        ("/no/such/file", "No such file"),
    ] {
        for arguments in [
            vec!["audit", "--config", text(&config), "--sign-key", path],
            vec!["audit", "--config", text(&config), "--sign-key", &auditor, "--sign-chain", path],
            vec!["audit", "--config", text(&config), "--run-key", path],
            vec!["audit", "--config", path],
            vec!["explain", "00-DB-12-00-00-00-00-A0", "--config", path],
            vec!["verify", text(&report), "--key", path],
            vec!["verify", text(&report), "--certificate", path],
        ] {
            let (code, _, error) = run_in_time(&arguments);
            assert_eq!(code, 2, "{arguments:?}: {error}");
            assert!(error.contains(words), "{arguments:?}: {error}");
        }
    }
}

#[cfg(unix)]
#[test]
fn keys_come_through_pipes_as_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    let run_key = folder.path().join("run.key");
    fs::write(&run_key, "a secret of this run").unwrap();
    let config = demo.join("audit.toml");
    let auditor = key("auditor-key.pem");
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    let files_of = ["--sign-key", &auditor, "--run-key", text(&run_key)];
    let out = ["--out", text(&one)];
    assert_eq!(audit(&demo, &[&files_of[..], &out[..]].concat()).0, 3);
    let script = format!(
        "cat {auditor} | {} audit --config {} --sign-key /dev/stdin --run-key <(cat {}) --out {}",
        env!("CARGO_BIN_EXE_dnoaudit"),
        config.display(),
        run_key.display(),
        other.display()
    );
    let (code, _, error) = ended(std::process::Command::new("bash").args(["-c", &script]).output().unwrap());
    assert_eq!(code, 3, "{error}");
    let manifest = |folder: &Path| fs::read(folder.join("manifest.json")).unwrap();
    assert!(manifest(&one) == manifest(&other) && other.join("attestation.dsse.json").is_file());
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_that_are_found_are_passed_over_and_those_that_are_named_have_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    let out = folder.path().join("out");
    let before = files(&demo.join("report"));
    let records = demo.join("records");
    fs::create_dir(&records).unwrap();
    fs::rename(demo.join("messages.csv"), records.join("messages.csv")).unwrap();
    pipe(&records.join("a-pipe.csv"));
    std::os::unix::fs::symlink("/dev/zero", records.join("zero.csv")).unwrap();
    let config = demo.join("audit.toml");
    let as_written = fs::read_to_string(&config).unwrap();
    for found in ["records", "records/*.csv", "record*"] {
        fs::write(&config, as_written.replace("messages.csv", found)).unwrap();
        let (code, _, error) = audit(&demo, &["--out", text(&out)]);
        assert_eq!(code, 3, "{found}: {error}");
        assert!(files(&out) == before, "{found}");
    }
    assert_eq!(
        run_in_time(["inspect", text(&records)]).0,
        3,
        "two records of the demonstration can't be used"
    );
    let (code, printed, _) = run_in_time(["verify", text(&out), "--inputs", text(&demo)]);
    assert_eq!(code, 0, "{printed}");

    for role in [
        "--records",
        "--certificates",
        "--trust-anchor",
        "--estate",
        "--registration",
        "--directory",
        "--waivers",
        "--mixed",
    ] {
        let (code, _, error) = audit(&demo, &["--out", text(&out), role, "/dev/zero"]);
        assert_eq!(code, 2, "{role}: {error}");
        assert!(error.contains("/dev/zero: is a device or a socket"), "{role}: {error}");
    }
    assert_eq!(run_in_time(["inspect", "/dev/zero"]).0, 2);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_once_and_where_it_would_have_to_be_read_twice_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    let script = |role: &str, out: &Path| {
        let config = demo.join("audit.toml");
        let messages = demo.join("messages.csv");
        let script = format!(
            "{} audit --config {} {role} <(cat {}) --out {}",
            env!("CARGO_BIN_EXE_dnoaudit"),
            config.display(),
            messages.display(),
            out.display()
        );
        ended(std::process::Command::new("bash").args(["-c", &script]).output().unwrap())
    };
    let out = folder.path().join("out");
    let (code, _, error) = script("--records", &out);
    assert_eq!(code, 3, "{error}");
    let total = |report: &Path| json(&report.join("manifest.json"))["counts"]["records"]["total"].clone();
    let rows = fs::read_to_string(demo.join("messages.csv")).unwrap().lines().count() as u64 - 1;
    let alone = total(&demo.join("report")).as_u64().unwrap();
    assert_eq!(total(&out), alone + rows, "every row came through");
    let (code, _, error) = script("--mixed", &folder.path().join("mixed"));
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("can be read only once"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_do_not_keep_a_report_from_being_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    let report = demo.join("report");
    std::os::unix::fs::symlink("nowhere", demo.join("dangling.csv")).unwrap();
    std::os::unix::fs::symlink("itself", demo.join("itself")).unwrap();
    std::os::unix::fs::symlink("..", demo.join("certificates/above")).unwrap();
    pipe(&demo.join("a-pipe"));
    let verified = || run_in_time(["verify", text(&report), "--inputs", text(&demo)]);
    let (code, printed, error) = verified();
    assert_eq!(code, 0, "{error}{printed}");
    assert!(printed.contains("octet for octet") && !printed.contains("dangling"), "{printed}");
    let explained = ["explain", "placeholder-in-cell", "--package", text(&report), "--inputs", text(&demo)];
    assert_eq!(run_in_time(explained).0, 0);

    fs::remove_file(demo.join("messages.csv")).unwrap();
    let (code, printed, error) = verified();
    assert_eq!(code, 4, "{error}{printed}");
    for words in ["FAILS  inputs", "messages.csv", "not looked at", "dangling.csv", "itself", "above"] {
        assert!(printed.contains(words), "{words}: {printed}");
    }
    for inputs in [demo.join("nowhere"), demo.join("estate.csv")] {
        let (code, _, error) = run_in_time(["verify", text(&report), "--inputs", text(&inputs)]);
        assert_eq!(code, 2, "{error}");
    }
}

#[test]
fn a_report_that_lacks_something_does_not_verify_and_everything_else_is_still_checked() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    let report = demo.join("report");
    let cut = folder.path().join("cut");
    for (name, octets) in files(&report) {
        let file = report.join(&name);
        for damage in [None, Some(&b"nonsense"[..])] {
            match damage {
                None => fs::remove_file(&file).unwrap(),
                Some(damage) => fs::write(&file, damage).unwrap(),
            }
            for arguments in [
                vec!["verify", text(&report), "--inputs", text(&demo)],
                vec!["verify", text(&report)],
                vec!["diff", text(&report), text(&report)],
                vec!["explain", "00-DB-12-00-00-00-00-A0", "--package", text(&report)],
                vec!["reconcile", text(&report), "--own", text(&demo.join("own-list.csv"))],
            ] {
                let (code, printed, error) = run(&arguments);
                assert_eq!(code, 4, "{name} {damage:?} {arguments:?}: {printed}{error}");
                if arguments[0] == "verify" {
                    assert!(printed.contains("FAILS") && printed.contains("NOT VERIFIED"), "{printed}");
                }
            }
            // A slice is made of some of the files, and needs no more.
            let (code, _, error) = run(["slice", text(&report), "--dno", "unassigned", "--out", text(&cut)]);
            assert!(code == 4 || code == 0, "{name} {damage:?}: {code} {error}");
            assert_eq!(cut.exists(), code == 0);
            let _ = fs::remove_dir_all(&cut);
        }
        fs::write(&file, octets).unwrap();
    }
    assert_eq!(run(["verify", text(&report), "--inputs", text(&demo)]).0, 0);
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_are_told_by_inspect_and_end_an_audit_that_is_to_read_them() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    let records = demo.join("records");
    fs::create_dir(&records).unwrap();
    fs::copy(demo.join("messages.csv"), records.join("messages.csv")).unwrap();
    std::os::unix::fs::symlink("nowhere", records.join("dangling.csv")).unwrap();
    std::os::unix::fs::symlink("..", records.join("above")).unwrap();
    let (code, printed, error) = run_in_time(["inspect", text(&records)]);
    assert_eq!(code, 3, "{error}");
    for words in ["dangling.csv, line 1: ", "above, line 1: ", "a link to a folder above it", "messages.csv"]
    {
        assert!(printed.contains(words), "{words}: {printed}");
    }
    // Whether records are behind it nobody knows.
    let before = files(&demo.join("report"));
    let (code, _, error) = audit(&demo, &["--records", text(&records)]);
    assert_eq!(code, 5, "{error}");
    assert!(error.contains("above: a link to a folder above it"), "{error}");
    fs::remove_file(records.join("above")).unwrap();
    let (code, _, error) = audit(&demo, &["--records", text(&records)]);
    assert_eq!(code, 5, "{error}");
    assert!(error.contains("dangling.csv: No such file"), "{error}");
    assert!(files(&demo.join("report")) == before);
}
