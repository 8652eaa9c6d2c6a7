//! What the command says to do, and what it writes for shell and manual.

use crate::support::run;

#[test]
fn what_was_mistyped_is_told_with_what_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    assert_eq!(run(["demo", "--devices", "300", "--out", demo.to_str().unwrap()]).0, 0);
    let (report, out) = (demo.join("report"), folder.path().join("out"));
    let file = folder.path().join("audit.toml");
    std::fs::write(&file, "as_off = \"2026-01-01T00:00:00Z\"\n").unwrap();
    let [report, out, file] = [&report, &out, &file].map(|path| path.to_str().unwrap());
    for (arguments, help) in [
        (&["explain", "placeholder-in-cel"][..], "did you mean placeholder-in-cell?"),
        (&["audit", "--config", file, "--out", out], "did you mean as_of?"),
        (
            &["audit", "--config", "/nowhere.toml"],
            "`dnoaudit init FILE` writes a configuration to start from",
        ),
    ] {
        let (code, printed, error) = run(arguments);
        assert_eq!((code, printed.as_str()), (2, ""), "{error}");
        let lines: Vec<&str> = error.lines().collect();
        assert_eq!(lines.len(), 2, "{error}");
        assert!(lines[0].starts_with("dnoaudit: "), "{error}");
        assert_eq!(lines[1], format!("  help: {help}"));
    }
    let (code, _, error) = run(["slice", report, "--dno", "LNOD", "--out", out]);
    assert_eq!(code, 2);
    assert!(error.contains("(is it \"LOND\"?)"), "{error}");
    // Nothing is near, so nothing is guessed.
    let (_, _, error) = run(["explain", "zzzz"]);
    assert_eq!(error.lines().count(), 1, "{error}");
}

#[test]
fn every_command_has_examples_completions_and_a_page_of_the_manual() {
    let (code, help, _) = run(["--help"]);
    assert_eq!(code, 0);
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next().filter(|name| !name.is_empty()))
        .collect();
    assert!(commands.len() > 12, "{commands:?}");
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(["man", folder.path().to_str().unwrap()]).0, 0);
    let scripts = ["bash", "zsh", "fish"].map(|shell| run(["completions", shell]).1);
    for command in commands.into_iter().filter(|name| *name != "help") {
        let help = run([command, "--help"]).1;
        assert!(help.contains(&format!("\n  dnoaudit {command}")), "{help}");
        scripts.iter().for_each(|script| assert!(script.contains(command), "{command}"));
        let page = std::fs::read_to_string(folder.path().join(format!("dnoaudit-{command}.1"))).unwrap();
        assert!(page.contains("dnoaudit"), "{page}");
    }
    assert_eq!(run(["man", "/nowhere"]).0, 5);
}

#[cfg(unix)]
#[test]
fn no_page_of_the_manual_is_written_through_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let (pages, other) = (folder.path().join("pages"), folder.path().join("other"));
    std::fs::create_dir(&pages).unwrap();
    std::fs::write(&other, "years of work").unwrap();
    std::os::unix::fs::symlink(&other, pages.join("dnoaudit-audit.1")).unwrap();
    let (code, _, error) = run(["man", pages.to_str().unwrap()]);
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("exists and is no regular file"), "{error}");
    assert_eq!(std::fs::read_to_string(other).unwrap(), "years of work");
}
