//! Ctrl-C and termination: the exit code says so, and nothing half-written is left.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{audited, demo, dnoaudit, ended, files, run};

fn start(arguments: &[&str]) -> Child {
    let mut command = dnoaudit();
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn send(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// How a command ended, which it has to do soon.
fn end(mut child: Child) -> (i32, String, String) {
    let begin = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begin.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    ended(child.wait_with_output().unwrap())
}

/// An audit whose records come through a pipe, of which nothing was written yet; what stands at its place.
fn waiting(demo: &Path, pipe: &Path) -> (Child, fs::File) {
    assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
    let at = |name: &str| demo.join(name).to_str().unwrap().to_owned();
    let child = start(&[
        "audit",
        "--records",
        pipe.to_str().unwrap(),
        "--certificates",
        &at("certificates/bundle.pem"),
        "--trust-anchor",
        &at("trust-anchor.pem"),
        "--estate",
        &at("estate.csv"),
        "--directory",
        &at("directory.toml"),
        "--as-of",
        "2026-01-01T00:00:00Z",
        "--out",
        &at("report"),
    ]);
    // It opens when the audit does, and signals are caught by then.
    let pipe = fs::OpenOptions::new().write(true).open(pipe).unwrap();
    (child, pipe)
}

/// Nothing but what was there stands in a folder.
fn assert_untouched(folder: &Path, report: &BTreeMap<String, Vec<u8>>) {
    assert!(files(&folder.join("report")) == *report);
    let left = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_str().unwrap().starts_with(".dnoaudit")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn an_audit_that_is_asked_to_end_while_it_reads_ends_and_leaves_the_old_report() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "300");
    let report = files(&demo.join("report"));
    let records = fs::read(demo.join("messages.csv")).unwrap();
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let pipe = folder.path().join(format!("pipe{signal}"));
        let (child, mut writer) = waiting(&demo, &pipe);
        writer.write_all(&records[..records.len() / 2]).unwrap();
        send(&child, signal);
        // What comes then is not waited for to its end. It may no longer be read at all.
        let _ = writer.write_all(&records[records.len() / 2..]);
        drop(writer);
        let (ended, out, error) = end(child);
        assert_eq!((ended, out.as_str()), (code, ""), "{error}");
        assert!(error.contains("stopped before it was complete; nothing was put in place"), "{error}");
        assert_untouched(&demo, &report);
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "50");
    let report = files(&demo.join("report"));
    let (mut child, writer) = waiting(&demo, &folder.path().join("pipe"));
    send(&child, "-INT");
    // Nobody writes, so that it can't look whether it is to go on.
    std::thread::sleep(Duration::from_millis(200));
    assert!(child.try_wait().unwrap().is_none());
    send(&child, "-INT");
    assert_eq!(end(child).0, 130);
    drop(writer);
    assert!(files(&demo.join("report")) == report);
}

#[test]
fn every_command_that_writes_ends_cleanly_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "6000");
    let report = demo.join("report");
    let text = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    audited(&demo, &["--out", &text("part")]);
    let (config, from) = (demo.join("audit.toml").to_str().unwrap().to_owned(), report.to_str().unwrap());
    let mut interrupted = 0;
    for arguments in [
        vec!["audit", "--config", &config, "--out"],
        vec!["merge", from, "--out"],
        vec!["slice", from, "--dno", "LOND", "--out"],
        vec!["export", from, "--format", "xlsx", "--out"],
        vec!["verify", from, "--manifest-sha256"],
    ] {
        let room = folder.path().join(arguments[0]);
        fs::create_dir(&room).unwrap();
        let place = match arguments[0] {
            "verify" => "0".repeat(64),
            _ => room.join("report").to_str().unwrap().to_owned(),
        };
        let arguments: Vec<&str> = arguments.into_iter().chain([place.as_str()]).collect();
        let begin = Instant::now();
        let (whole, ..) = run(&arguments);
        let took = begin.elapsed();
        let stands = |room: &Path| -> BTreeMap<String, Vec<u8>> {
            match room.join("report").is_dir() {
                true => files(&room.join("report")),
                false => files(room),
            }
        };
        let report = stands(&room);
        for moment in [1, 4, 7, 9] {
            let child = start(&arguments);
            std::thread::sleep(took * moment / 10);
            let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).output().unwrap();
            let (code, out, error) = end(child);
            // Before it begins, the signal itself ends it.
            assert!([-1, 130, whole].contains(&code), "{arguments:?}: {code} {error} {sent:?}");
            if code == 130 && error.contains("stopped") {
                assert_eq!(out, "", "{arguments:?}");
                interrupted += 1;
            }
            assert!(stands(&room) == report, "{arguments:?}");
            let left = fs::read_dir(&room).unwrap().count();
            assert_eq!(left, usize::from(!report.is_empty()), "{arguments:?}: something is left");
        }
    }
    assert!(interrupted > 5, "{interrupted}");
}
