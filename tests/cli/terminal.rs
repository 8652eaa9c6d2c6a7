//! What a terminal shows, and that nothing else depends on it.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{demo, dnoaudit, ended, run};

/// A text without what gives it colours.
fn plain(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').unwrap().1)
}

#[test]
fn what_goes_into_a_pipe_depends_on_no_variable() {
    let folder = tempfile::tempdir().unwrap();
    let report = demo(folder.path(), "300").join("report");
    let report = report.to_str().unwrap();
    for arguments in [
        &["verify", report][..],
        &["estimate", report],
        &["diff", report, report],
        &["--help"],
        &["audit", "--help"],
        &["audit", "--no-such-option"],
        &["verify", "nowhere"],
        &["explain", "no-such-rule"],
    ] {
        let expected = run(arguments);
        assert!(!format!("{expected:?}").contains("\\u{1b}"), "{expected:?}");
        for (name, value) in [
            ("CLICOLOR_FORCE", "1"),
            ("FORCE_COLOR", "1"),
            ("COLUMNS", "30"),
            ("TERM", "xterm-256color"),
            ("NO_COLOR", "1"),
        ] {
            let found = ended(dnoaudit().args(arguments).env(name, value).output().unwrap());
            assert_eq!(found, expected, "{name} {arguments:?}");
        }
    }
}

#[test]
fn colours_are_added_where_they_are_asked_for_and_change_no_word() {
    let folder = tempfile::tempdir().unwrap();
    let report = demo(folder.path(), "300").join("report");
    let report = report.to_str().unwrap();
    for (arguments, shown) in [
        (&["verify", report][..], "\x1b[32m✓ verified\x1b[0m; "),
        (&["estimate", report], "\x1b[1m\x1b[31m✗ wrong\x1b[0m"),
    ] {
        let (code, expected, expected_error) = run(arguments);
        let (code_with, out, error) = run(arguments.iter().chain(&["--color", "always"]));
        assert_eq!((code_with, plain(&out), plain(&error)), (code, expected, expected_error));
        assert!(out.contains(shown), "{out:?}");
        assert_eq!(error.contains("\x1b["), !error.is_empty(), "{error:?}");
    }
    // What programs read has none.
    let (_, out, _) = run(["verify", report, "--format", "json", "--color", "always"]);
    assert!(!out.contains('\x1b'), "{out}");
}

/// Runs a command on a terminal of so many columns; nothing if there is no `script` to make one.
#[cfg(unix)]
fn on_a_terminal(folder: &Path, columns: u32, arguments: &str, variables: &[(&str, &str)]) -> Option<String> {
    let line = format!("stty cols {columns} rows 40; exec {} {arguments}", env!("CARGO_BIN_EXE_dnoaudit"));
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).current_dir(folder).stdin(Stdio::null());
    command.env_remove("NO_COLOR").env("TERM", "xterm").envs(variables.iter().copied());
    match command.output() {
        Ok(output) => Some(String::from_utf8(output.stdout).unwrap().replace('\r', "")),
        Err(error) => {
            eprintln!("SKIPPED: script: {error}");
            None
        }
    }
}

#[cfg(unix)]
#[test]
fn a_terminal_has_colours_unless_it_is_told_not_to_and_no_wider_table() {
    let folder = tempfile::tempdir().unwrap();
    demo(folder.path(), "300");
    let estimate = "estimate demo/report --sampled-at-random";
    let (_, piped, _) =
        run(["estimate", folder.path().join("demo/report").to_str().unwrap(), "--sampled-at-random"]);
    let shown = |columns, arguments: &str, variables: &[_]| {
        on_a_terminal(folder.path(), columns, arguments, variables)
    };
    let Some(wide) = shown(200, &format!("-q {estimate}"), &[]) else { return };
    assert!(wide.contains("\x1b[32m✓ correct\x1b[0m"), "{wide:?}");
    assert_eq!(plain(&wide), piped);
    for (arguments, variables) in [
        (format!("-q {estimate}"), &[("NO_COLOR", "1")][..]),
        (format!("-q {estimate}"), &[("TERM", "dumb")]),
        (format!("-q {estimate} --color never"), &[]),
    ] {
        assert_eq!(shown(200, &arguments, variables).unwrap(), piped, "{arguments} {variables:?}");
    }
    let narrow = plain(&shown(60, &format!("-q {estimate}"), &[]).unwrap());
    let table = narrow.lines().skip(1).take_while(|line| !line.is_empty());
    assert!(table.clone().count() > 5, "{narrow}");
    for line in table {
        assert!(line.chars().count() <= 60, "{narrow}");
    }
    let error = shown(80, "-q verify nowhere", &[]).unwrap();
    assert!(error.contains("\x1b[1m\x1b[31mdnoaudit:\x1b[0m nowhere/manifest.json"), "{error:?}");
}
