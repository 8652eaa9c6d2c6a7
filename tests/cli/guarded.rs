//! What the program does not delete, does not wait for and does not show.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{demo, ended, files, json, repository, run, run_in_time};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn key(name: &str) -> String {
    text(&repository().join("tests/cli").join(name)).to_owned()
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
    let demo = demo(folder.path(), "100");
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
    let demo = demo(folder.path(), "100");
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
    let demo = demo(folder.path(), "100");
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
    let demo = demo(folder.path(), "100");
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
    let demo = demo(folder.path(), "100");
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
    let demo = demo(folder.path(), "100");
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
    let demo = demo(folder.path(), "100");
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
    let demo = demo(folder.path(), "100");
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
    let demo = demo(folder.path(), "100");
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
    let demo = demo(folder.path(), "100");
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

#[test]
fn a_key_that_is_given_instead_of_its_file_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "100");
    let config = demo.join("audit.toml");
    let report = demo.join("report");
    let pem = fs::read_to_string(key("auditor-key.pem")).unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let lines: String =
        pem.lines().filter(|line| !line.starts_with('-')).map(|line| format!("{line}\n")).collect();
    let auditor = key("auditor-key.pem");
    let shows = |printed: &str| {
        body.as_bytes().chunks(16).any(|part| printed.contains(std::str::from_utf8(part).unwrap()))
    };
    assert!(shows(&body));
    for secret in [&pem, &body, &lines, &format!(" {body}")] {
        for (option, mut arguments) in [
            ("--sign-key", vec!["audit", "--config", text(&config)]),
            ("--sign-key-env", vec!["audit", "--config", text(&config)]),
            ("--run-key", vec!["audit", "--config", text(&config)]),
            ("--sign-chain", vec!["audit", "--config", text(&config), "--sign-key", &auditor]),
            ("--key", vec!["verify", text(&report)]),
            ("--certificate", vec!["verify", text(&report)]),
            ("--manifest-sha256", vec!["verify", text(&report)]),
            ("--no-such-option", vec!["audit"]),
            ("--fail-on", vec!["audit"]),
        ] {
            let joined = format!("{option}={secret}");
            for given in [vec![option, secret.as_str()], vec![joined.as_str()]] {
                let count = arguments.len();
                arguments.extend(given);
                let (code, out, error) = run(&arguments);
                assert_eq!(code, 2, "{option}: {error}");
                assert!(!shows(&out) && !shows(&error), "{option}: {out}{error}");
                assert!(!error.is_empty());
                arguments.truncate(count);
            }
        }
        let (code, out, error) = run(["audit", secret.as_str()]);
        assert!(code == 2 && !shows(&out) && !shows(&error), "{out}{error}");
    }
    let (code, _, error) =
        run(["audit", "--config", text(&config), "--run-key", "correct horse battery staple"]);
    assert_eq!(code, 2);
    assert!(error.contains("--run-key (the value is not shown") && !error.contains("horse"), "{error}");
    // What is plainly a name is said.
    let (_, _, error) = run(["verify", text(&report), "--key", "keys/no-such.pem"]);
    assert!(error.contains("--key keys/no-such.pem: No such file"), "{error}");
    let (_, _, error) = run(["audit", "--config", text(&config), "--sign-key", text(&config)]);
    assert!(error.contains("no P-256 private key"), "{error}");
    let (_, _, error) = run(["audit", "--config", text(&config), "--sign-key", text(&demo)]);
    assert!(error.contains(&format!("--sign-key {}: is a folder", demo.display())), "{error}");
}

/// A name that would end its line, begin another and steer the terminal.
const HOSTILE: &str = "x\nFORGED\r\u{1b}[2J\u{85}\u{2028}FORGED\u{202e}\u{2066}y";

/// Asserts that text for people has lines of its own only, and nothing that steers.
fn assert_safe((code, out, error): &(i32, String, String), what: &str) {
    for printed in [out, error] {
        assert!(printed.chars().all(|c| c == '\n' || !c.is_control()), "{what}: {printed:?}");
        assert!(!printed.contains(['\u{2028}', '\u{2029}', '\u{202e}', '\u{2066}']), "{what}: {printed:?}");
        assert!(!printed.lines().any(|line| line.starts_with("FORGED")), "{what}: {printed}");
    }
    assert!((0..=5).contains(code), "{what}: {code} {error}");
}

/// The same, and the name is there to be seen.
fn assert_shown(ended: &(i32, String, String), what: &str) {
    assert_safe(ended, what);
    assert!(ended.1.contains("FORGED") || ended.2.contains("FORGED"), "{what}: {ended:?}");
}

#[cfg(unix)]
#[test]
fn no_text_of_an_input_makes_a_line_or_steers_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let quoted = serde_json::to_string(HOSTILE).unwrap();
    let row =
        |device: &str, more: &str| format!("{{\"device_id\":\"{device}\",{more}\"supplier\":{quoted}}}\n");
    fs::write(
        at("estate.jsonl"),
        row("00-DB-12-00-00-00-00-A0", "\"network_operator\":\"PTY\",")
            + &row("00-DB-12-00-00-00-00-A1", "\"network_operator\":\"LOND\",")
            + &row("00-DB-12-00-00-00-00-A2", &format!("\"network_operator\":{quoted},"))
            + &row("nonsense", ""),
    )
    .unwrap();
    let toml = toml::Value::String(HOSTILE.to_owned()).to_string();
    let directory = format!(
        "date = \"2026\"\nsource = {toml}\n[[party]]\nid = \"PTY\"\nname = {toml}\nentities = [{{ id = \"90-B3-D5-1F-30-00-00-77\" }}]\n"
    );
    fs::write(at("directory.toml"), &directory).unwrap();
    let named = at(&format!("records-{HOSTILE}"));
    fs::create_dir(&named).unwrap();
    fs::write(named.join(format!("{HOSTILE}.txt")), "nonsense\n").unwrap();
    fs::write(named.join("key.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
        .unwrap();
    let root = repository().join("testdata/pki/root.der");
    let audited = |out: &Path, more: &[&str]| {
        let (estate, directory) = (at("estate.jsonl"), at("directory.toml"));
        let arguments = [
            "audit",
            "--as-of",
            "2026-01-01T00:00:00Z",
            "--estate",
            text(&estate),
            "--directory",
            text(&directory),
            "--records",
            text(&named),
            "--trust-anchor",
            text(&root),
            "--out",
            text(out),
        ];
        run(arguments.iter().chain(more))
    };
    let report = at(&format!("report-{HOSTILE}"));
    let printed = audited(&report, &[]);
    assert_eq!(printed.0, 3, "{}", printed.2);
    assert_shown(&printed, "audit");
    assert!(printed.2.contains("private key"), "the warning: {}", printed.2);
    let report = text(&report);

    let explained = ["explain", "00-DB-12-00-00-00-00-A2", "--package", report];
    assert_shown(&run(explained), "explain --package");
    let estate = at("estate.jsonl");
    let (inputs, device) =
        (["--as-of", "2026-01-01T00:00:00Z", "--trust-anchor", text(&root)], "00-DB-12-00-00-00-00-A2");
    let explained = ["explain", device, "--estate", text(&estate), "--records", text(&named)];
    assert_safe(&run(explained.iter().chain(&inputs)), "explain");
    assert_shown(&run(["explain", HOSTILE]), "explain, nothing of that name");

    let cut = at(&format!("cut-{HOSTILE}"));
    assert_shown(&run(["slice", report, "--supplier", HOSTILE, "--out", text(&cut)]), "slice");
    assert_shown(&run(["slice", report, "--supplier", "another", "--out", text(&cut)]), "slice of nobody");
    assert_shown(&run(["verify", text(&cut)]), "verify a slice");
    assert_safe(&run(["verify", report, "--inputs", text(folder.path())]), "verify --inputs");

    let other = at("other");
    let second = at("second.jsonl");
    fs::write(&second, row("00-DB-12-00-00-00-00-A3", &format!("\"network_operator\":{quoted},"))).unwrap();
    assert_safe(&audited(&other, &["--estate", text(&second)]), "audit");
    assert_safe(&run(["diff", report, text(&other)]), "diff");
    let own = at("own.csv");
    fs::write(
        &own,
        format!("device,state\n00-DB-12-00-00-00-00-A0,correct\n\"{HOSTILE}\",wrong\n{HOSTILE},correct\n"),
    )
    .unwrap();
    assert_safe(&run(["reconcile", report, "--own", text(&own)]), "reconcile");
    assert_safe(&run(["reconcile", report, "--own", text(&own), "--dno", HOSTILE]), "reconcile --dno");

    for inspected in [named.clone(), named.join(format!("{HOSTILE}.txt")), at("directory.toml"), own] {
        assert_safe(&run(["inspect", text(&inspected)]), "inspect");
    }
    assert_shown(&run(["inspect", text(&named)]), "inspect a folder");
    assert_shown(&run(["inspect", text(&at("directory.toml"))]), "inspect a directory");
    assert_shown(&run(["inspect", HOSTILE]), "inspect nothing");
    assert_shown(&run(["verify", "a", HOSTILE]), "more arguments than there are");
    assert_shown(&run(["audit", "--config", HOSTILE]), "no configuration");
    assert_shown(&run(["init", text(&at(HOSTILE))]), "init");
    assert_shown(&run(["init", text(&at(HOSTILE))]), "init again");
    // JSON and CSV are for programs, and have it all.
    let (_, printed, _) =
        run(["explain", "00-DB-12-00-00-00-00-A2", "--package", report, "--format", "json"]);
    let explained: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(explained["row"]["supplier"], HOSTILE);
}

#[test]
fn what_a_report_says_of_itself_makes_no_line_of_verify() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "100");
    let file = demo.join("report/manifest.json");
    let before = fs::read(&file).unwrap();
    let change = |pointer: &str| {
        let mut manifest: Value = serde_json::from_slice(&before).unwrap();
        *manifest.pointer_mut(pointer).unwrap() = HOSTILE.into();
        manifest
    };
    for pointer in
        ["/tool/version", "/tool/name", "/as_of", "/inputs/0/name", "/seal/dno/root", "/inputs/0/role"]
    {
        fs::write(&file, dno_audit::canonical(&change(pointer)).unwrap()).unwrap();
        for arguments in [
            vec!["verify", text(&demo.join("report"))],
            vec!["verify", text(&demo.join("report")), "--inputs", text(&demo)],
            vec![
                "slice",
                text(&demo.join("report")),
                "--dno",
                "unassigned",
                "--out",
                text(&folder.path().join("cut")),
            ],
            vec!["diff", text(&demo.join("report")), text(&demo.join("report"))],
            vec!["explain", "00-DB-12-00-00-00-00-A0", "--package", text(&demo.join("report"))],
            vec!["reconcile", text(&demo.join("report")), "--own", text(&demo.join("own-list.csv"))],
        ] {
            assert_safe(&run(&arguments), pointer);
        }
    }
    fs::write(&file, dno_audit::canonical(&change("/tool/version")).unwrap()).unwrap();
    let (_, printed, _) = run(["verify", text(&demo.join("report"))]);
    assert!(printed.contains(r"x\nFORGED\r\u{1b}[2J"), "{printed}");
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_do_not_keep_a_report_from_being_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "100");
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
    let demo = demo(folder.path(), "100");
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
    let demo = demo(folder.path(), "100");
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
