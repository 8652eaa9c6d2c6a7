//! A report as its recipients have it: signed, cut, verified with a public key alone, and made again elsewhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{demo, dnoaudit, ended, files, json, repository, rows, run};

fn key(name: &str) -> String {
    repository().join("tests/cli").join(name).to_str().unwrap().to_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A demonstration whose report is signed, with salts.
fn signed(folder: &Path, devices: &str) -> PathBuf {
    let demo = folder.join("demo");
    assert_eq!(run(["demo", "--devices", devices, "--out", text(&demo)]).0, 0);
    let run_key = folder.join("run.key");
    fs::write(&run_key, "a secret of this run").unwrap();
    let config = demo.join("audit.toml");
    let sign = ["--sign-key", &key("auditor-key.pem"), "--run-key", text(&run_key)];
    let (code, _, error) = run(["audit", "--config", text(&config)].into_iter().chain(sign));
    assert_eq!(code, 3, "{error}");
    demo
}

/// Moves a folder into an empty one with nothing but the public key beside it.
fn alone(folder: &Path, what: &Path) -> PathBuf {
    fs::create_dir(folder).unwrap();
    fs::copy(key("auditor.pem"), folder.join("auditor.pem")).unwrap();
    let place = folder.join("received");
    fs::rename(what, &place).unwrap();
    place
}

#[test]
fn every_party_verifies_its_slice_with_nothing_but_the_public_key() {
    let folder = tempfile::tempdir().unwrap();
    let report = signed(folder.path(), "300").join("report");
    let manifest = fs::read(report.join("manifest.json")).unwrap();
    let mut parties = 0;
    for (tree, option) in [("dno", "--dno"), ("supplier", "--supplier")] {
        let mut meters = 0;
        for leaf in rows(&report.join(format!("{tree}-leaves.jsonl"))) {
            let party = leaf["party"].as_str().unwrap();
            let out = folder.path().join("cut");
            let (code, printed, error) = run(["slice", text(&report), option, party, "--out", text(&out)]);
            assert_eq!(code, 0, "{error}");
            assert!(printed.contains(&format!("{} rows of {tree} {party}", leaf["rows"])), "{printed}");
            let room = folder.path().join(format!("room-{parties}"));
            let received = alone(&room, &out);
            let mut command = dnoaudit();
            command.current_dir(&room).args([
                "verify",
                "received",
                "--key",
                "auditor.pem",
                "--format",
                "json",
            ]);
            let (code, printed, error) = ended(command.output().unwrap());
            assert_eq!(code, 0, "{error}{printed}");
            let found: Value = serde_json::from_str(&printed).unwrap();
            assert_eq!((&found["verified"], &found["kind"]), (&true.into(), &"slice".into()));
            assert_eq!(found["party"]["rows"], leaf["rows"]);
            assert!(found["signed_by"].as_str().unwrap().starts_with("auditor.pem, key "));
            assert_eq!(
                fs::read(received.join("manifest.json")).unwrap(),
                manifest,
                "all have the same report"
            );
            meters += leaf["rows"].as_u64().unwrap();
            parties += 1;
        }
        assert_eq!(meters, json(&report.join("manifest.json"))["counts"]["meters"].as_u64().unwrap());
    }
    assert!(parties > 15);
}

#[test]
fn a_second_machine_makes_the_report_again() {
    let folder = tempfile::tempdir().unwrap();
    let demo = signed(folder.path(), "200");
    let elsewhere = folder.path().join("else where");
    fs::create_dir(&elsewhere).unwrap();
    let (report, inputs) = (elsewhere.join("report"), elsewhere.join("ïnputs"));
    fs::rename(demo.join("report"), &report).unwrap();
    fs::rename(&demo, &inputs).unwrap();
    let mut command = dnoaudit();
    command.current_dir(&elsewhere).env("TZ", "Asia/Tokyo").env("LC_ALL", "tr_TR.UTF-8");
    command.env("RAYON_NUM_THREADS", "1").args(["reproduce", "report", "--inputs", "ïnputs"]);
    command.args(["--key", &key("auditor.pem")]);
    let (code, printed, error) = ended(command.output().unwrap());
    assert_eq!(code, 0, "{error}{printed}");
    assert!(printed.contains("made again from its inputs, octet for octet"), "{printed}");
    assert!(printed.contains("\n✓ verified; signed by "), "{printed}");
    assert!(printed.lines().count() <= 24, "one screen: {printed}");
}

#[test]
fn what_does_not_verify_is_named_and_ends_with_4() {
    let folder = tempfile::tempdir().unwrap();
    let report = signed(folder.path(), "200").join("report");
    let file = report.join("devices.jsonl");
    let content = fs::read_to_string(&file).unwrap();
    fs::write(&file, content.replacen("\"verdict\":\"wrong\"", "\"verdict\":\"correct\"", 1)).unwrap();
    let (code, printed, _) = run(["verify", text(&report)]);
    assert_eq!(code, 4, "{printed}");
    for words in ["FAILS  digests", "devices.jsonl has", "FAILS  dno tree", "FAILS  counts", "NOT VERIFIED"] {
        assert!(printed.contains(words), "{words}: {printed}");
    }
    // Nor is anything cut from it.
    let dno = rows(&file).iter().find(|row| row["dno"].is_string()).unwrap()["dno"].clone();
    let out = folder.path().join("cut");
    for party in rows(&report.join("dno-leaves.jsonl")) {
        let party = party["party"].as_str().unwrap();
        let code = run(["slice", text(&report), "--dno", party, "--out", text(&out)]).0;
        assert!(code == 0 || code == 4);
        assert_eq!(out.exists(), code == 0);
        let _ = fs::remove_dir_all(&out);
    }
    assert!(dno.is_string());
    let (code, _, error) = run(["verify", text(&folder.path().join("nothing"))]);
    assert_eq!(code, 5, "{error}");
    let (code, _, error) = run(["verify", text(&report), "--key", text(&file)]);
    assert_eq!(code, 2, "{error}");
}

/// All files below a folder, by path.
fn below(folder: &Path) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(below(&path)),
            false => {
                found.insert(path.clone(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn a_slice_is_not_written_into_over_or_around_what_it_is_cut_from() {
    let folder = tempfile::tempdir().unwrap();
    let demo = signed(folder.path(), "100");
    let before = below(folder.path());
    let beside = folder.path().join("beside");
    let cut = |package: &str, out: &str| {
        let mut command = dnoaudit();
        command.current_dir(&demo).args(["slice", package, "--dno", "LOND", "--out", out]);
        ended(command.output().unwrap())
    };
    #[cfg(unix)]
    std::os::unix::fs::symlink(demo.join("report"), folder.path().join("link")).unwrap();
    let whole = demo.join("report");
    let mut refused = vec![
        ("report", "report/slice".to_owned()),
        ("report", "report/none/slice".to_owned()),
        ("report", "report".to_owned()),
        ("report", "report/".to_owned()),
        ("report", ".".to_owned()),
        ("report", "..".to_owned()),
        ("report", "none/../report/slice".to_owned()),
        ("../demo/report", "report/slice".to_owned()),
        ("report", format!("{}/slice", text(&whole))),
        (text(&whole), "report/slice".to_owned()),
        ("report", text(folder.path()).to_owned()),
    ];
    if cfg!(unix) {
        refused.extend([
            ("report", "../link/slice".to_owned()),
            ("report", "../link".to_owned()),
            ("../link", "report/slice".to_owned()),
            ("../link", "report".to_owned()),
        ]);
    }
    for (package, out) in refused {
        let (code, _, error) = cut(package, &out);
        assert_eq!(code, 2, "{package} {out}: {error}");
        assert!(error.contains("would lie in the package"), "{package} {out}: {error}");
    }
    let _ = fs::remove_file(folder.path().join("link"));
    assert_eq!(below(folder.path()), before);
    assert_eq!(cut("report", "report/../../beside").0, 0);
    assert!(beside.join("slice.json").is_file());
    assert_eq!(cut("report", "report-of-lond").0, 0, "the name begins alike");
    assert_eq!(run(["verify", text(&whole)]).0, 0);
}

#[test]
fn signing_needs_a_usable_key_and_never_shows_it() {
    let folder = tempfile::tempdir().unwrap();
    let demo = signed(folder.path(), "100");
    let before = files(&demo.join("report"));
    let config = demo.join("audit.toml");
    let pem = fs::read_to_string(key("auditor-key.pem")).unwrap();
    let secret: &str = pem.lines().nth(1).unwrap();

    // From the environment, the same octets come out.
    let mut command = dnoaudit();
    command.args(["audit", "--config", text(&config), "--sign-key-env", "AUDITOR"]).env("AUDITOR", &pem);
    command.args(["--run-key", text(&folder.path().join("run.key"))]);
    let (code, printed, error) = ended(command.output().unwrap());
    assert_eq!(code, 3, "{error}");
    assert_eq!(files(&demo.join("report")), before);
    let everything =
        [printed.into_bytes(), error.into_bytes(), before.into_values().flatten().collect()].concat();
    assert!(!String::from_utf8_lossy(&everything).contains(secret));

    let broken = folder.path().join("broken.pem");
    fs::write(&broken, pem.replace("PRIVATE KEY", "EC PRIVATE KEY")).unwrap();
    let short = folder.path().join("short");
    fs::write(&short, "too short").unwrap();
    for (arguments, words) in [
        (vec!["--sign-key", text(&broken)], "SEC 1"),
        (vec!["--sign-key-env", "NO_SUCH_VARIABLE"], "NO_SUCH_VARIABLE"),
        (vec!["--sign-chain", text(&broken)], "--sign-chain needs"),
        (vec!["--run-key", text(&short)], "at least 16"),
        (vec!["--sign-key", &key("auditor-key.pem"), "--sign-key-env", "X"], "cannot be used with"),
    ] {
        let mut all = vec!["audit", "--config", text(&config)];
        all.extend(&arguments);
        let (code, _, error) = run(&all);
        assert_eq!(code, 2, "{arguments:?}: {error}");
        assert!(error.contains(words) && !error.contains(secret), "{arguments:?}: {error}");
    }
}

#[test]
fn a_chain_says_who_signed_and_is_taken_at_no_more_than_its_word() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    assert_eq!(run(["demo", "--devices", "100", "--out", text(&demo)]).0, 0);
    let config = demo.join("audit.toml");
    let chain = repository().join("tests/cli/auditor-chain.pem");
    let sign = ["--sign-key", &key("auditor-key.pem"), "--sign-chain", text(&chain)];
    assert_eq!(run(["audit", "--config", text(&config)].into_iter().chain(sign)).0, 3);
    let report = demo.join("report");
    let (code, printed, _) = run(["verify", text(&report)]);
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("nothing says that") && printed.contains("An Auditor"), "{printed}");
    let (code, printed, _) = run(["verify", text(&report), "--certificate", text(&chain)]);
    assert_eq!(code, 0, "{printed}");
    assert!(!printed.contains("nothing says that") && printed.contains("An Auditor"), "{printed}");
    // A chain for another key is refused.
    let other = demo.join("trust-anchor.pem");
    let sign = ["--sign-key", &key("auditor-key.pem"), "--sign-chain", text(&other)];
    let (code, _, error) = run(["audit", "--config", text(&config)].into_iter().chain(sign));
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("is not for the key that signs"), "{error}");
}

#[test]
fn a_meter_with_the_credentials_of_another_operator_reaches_it_without_its_mpan() {
    let folder = tempfile::tempdir().unwrap();
    let report = signed(folder.path(), "1000").join("report");
    let all = rows(&report.join("devices.jsonl"));
    let stranger =
        |row: &&Value| row["dno"].is_string() && row["cells"][0]["holder"] == "LOND" && row["dno"] != "LOND";
    let expected: Vec<&Value> = all.iter().filter(stranger).collect();
    assert!(!expected.is_empty());
    let out = folder.path().join("cut");
    assert_eq!(run(["slice", text(&report), "--dno", "LOND", "--out", text(&out)]).0, 0);
    let others = rows(&out.join("others.jsonl"));
    for row in &expected {
        let other = others.iter().find(|other| other["device_id"] == row["device_id"]).unwrap();
        for member in ["cells", "dno", "reasons", "remedy", "supplier", "verdict"] {
            assert_eq!(other[member], row[member]);
        }
    }
    let written = fs::read_to_string(out.join("others.jsonl")).unwrap();
    assert!(!written.contains("\"mpan\":"));
    for mpan in expected.iter().filter_map(|row| row["mpan"].as_str()) {
        assert!(!written.contains(mpan));
    }
    // A slice replaces a slice, and nothing else.
    assert_eq!(run(["slice", text(&report), "--dno", "LOND", "--out", text(&out)]).0, 0);
    let (code, _, error) = run(["slice", text(&report), "--dno", "LOND", "--out", text(&report)]);
    assert_eq!(code, 2, "{error}");
    assert_eq!(run(["slice", text(&report), "--dno", "nobody", "--out", text(&out)]).0, 2);
    assert_eq!(run(["slice", text(&report), "--out", text(&out)]).0, 2);
}

/// Stops commands that write at many points of their run, by a signal that nothing can catch and by a full disk.
#[cfg(target_os = "linux")]
#[test]
fn whatever_stops_a_run_leaves_the_old_folder_whole() {
    let folder = tempfile::tempdir().unwrap();
    let demo = signed(folder.path(), "400");
    let report = demo.join("report");
    let cut = folder.path().join("cut");
    assert_eq!(run(["slice", text(&report), "--dno", "unassigned", "--out", text(&cut)]).0, 0);
    let before = (files(&report), files(&cut));
    let config = demo.join("audit.toml");
    // Without a signature the report is another, so that one half replaced would show.
    let audit = ["audit", "--config", text(&config), "--as-of", "2025-06-01T00:00:00Z"];
    let other = ["slice", text(&report), "--dno", "LOND", "--out", text(&cut)];
    for arguments in [&audit[..], &other[..]] {
        for milliseconds in (0..20).map(|step| step * 4) {
            let mut child = dnoaudit().args(arguments).stdout(std::process::Stdio::null()).spawn().unwrap();
            std::thread::sleep(std::time::Duration::from_millis(milliseconds));
            let _ = child.kill();
            child.wait().unwrap();
            for place in [&report, &cut] {
                let (code, printed, error) = run(["verify", text(place)]);
                assert_eq!(code, 0, "{milliseconds} ms: {}: {printed}{error}", place.display());
            }
        }
        for kilobytes in [0, 1, 4, 16, 64] {
            let command: Vec<String> = arguments.iter().map(|argument| format!("'{argument}'")).collect();
            let (binary, command) = (env!("CARGO_BIN_EXE_dnoaudit"), command.join(" "));
            let script = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec {binary} {command}");
            let done = (files(&report), files(&cut));
            let (code, ..) = ended(Command::new("bash").args(["-c", &script]).output().unwrap());
            match code {
                5 => assert_eq!((files(&report), files(&cut)), done),
                _ => assert_eq!(run(["verify", text(&cut)]).0, 0),
            }
        }
    }
    assert_ne!((files(&report), files(&cut)), before, "none came to its end");
}

#[test]
fn no_slice_is_cut_out_of_a_damaged_package_or_out_of_a_slice() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let report = demo(folder.path(), "400").join("report");
    let slice = |package: &Path, out: &Path| {
        run(["slice", package.to_str().unwrap(), "--dno", "LOND", "--out", out.to_str().unwrap()])
    };
    assert_eq!(slice(&report, &at("whole")).0, 0);
    let (code, _, error) = slice(&at("whole"), &at("again"));
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("cut out of a whole package"), "{error}");
    // What is damaged has nothing to do with the rows of the party.
    for name in ["findings.csv", "summary.json", "quarantine.jsonl", "supplier-leaves.jsonl"] {
        let file = report.join(name);
        let before = fs::read(&file).unwrap();
        fs::write(&file, [&before[..], b" "].concat()).unwrap();
        let (code, _, error) = slice(&report, &at("damaged"));
        assert_eq!(code, 4, "{name}: {error}");
        assert!(!at("damaged").exists(), "{name}");
        fs::write(&file, before).unwrap();
    }
    assert_eq!(slice(&report, &at("mended")).0, 0);
}
