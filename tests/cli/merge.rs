//! `merge` as it is called: what it prints, what it refuses and with which code. That merged parts are the report of one audit is
//! the subject of `tests/merge.rs`.

use std::fs;
use std::path::Path;

use crate::support::{audited, demo, files, repository, run};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn what_is_merged_is_sealed_and_signed_anew() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "300");
    let key = |name: &str| repository().join("tests/cli").join(name).to_str().unwrap().to_owned();
    let run_key = folder.path().join("run.key");
    fs::write(&run_key, "a secret of this run").unwrap();
    let seal = ["--run-key", text(&run_key), "--sign-key", &key("auditor-key.pem")];
    let (whole, merged) = (folder.path().join("whole"), folder.path().join("merged"));
    audited(&demo, &[&["--out", text(&whole)], &seal[..]].concat());
    // The part was neither salted nor signed.
    let report = demo.join("report");
    let (code, out, error) = run([&["merge", text(&report), "--out", text(&merged)], &seal[..]].concat());
    assert_eq!((code, error.as_str()), (0, ""));
    let first = format!("296 meters of 1 package in {}", merged.display());
    let manifest = dno_audit::digest(&fs::read(merged.join("manifest.json")).unwrap());
    assert_eq!(out, format!("{first}\nmanifest sha256 {manifest}\n"));
    assert!(files(&whole) == files(&merged));
    assert_eq!(run(["verify", text(&merged), "--key", &key("auditor.pem")]).0, 0);
    assert_eq!(run(["verify", text(&merged), "--inputs", text(&demo)]).0, 0);
}

#[test]
fn what_is_refused_has_the_codes_of_other_commands() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "100");
    let (report, out) = (demo.join("report"), folder.path().join("out"));
    let (cut, later) = (folder.path().join("cut"), folder.path().join("later"));
    assert_eq!(run(["slice", text(&report), "--dno", "EELC", "--out", text(&cut)]).0, 0);
    audited(&demo, &["--as-of", "2026-01-02T00:00:00Z", "--out", text(&later)]);
    let damaged = folder.path().join("damaged");
    fs::create_dir(&damaged).unwrap();
    files(&report).iter().for_each(|(name, octets)| fs::write(damaged.join(name), octets).unwrap());
    fs::write(damaged.join("quarantine.jsonl"), "").unwrap();
    let nowhere = folder.path().join("nowhere");
    for (packages, code, words) in [
        (vec![], 2, "required arguments were not provided"),
        (vec![&report, &report], 2, "is named twice"),
        (vec![&report, &cut], 2, "is a slice; whole packages are merged"),
        (vec![&report, &later], 2, "is as of 2026-01-02T00:00:00Z"),
        (vec![&report, &damaged], 4, "does not verify: digests: quarantine.jsonl"),
        (vec![&nowhere], 5, "No such file"),
    ] {
        let packages = packages.into_iter().map(|path| text(path));
        let (ended, printed, error) = run(["merge"].into_iter().chain(packages).chain(["--out", text(&out)]));
        assert_eq!((ended, printed.as_str()), (code, ""), "{error}");
        assert!(error.contains(words), "{error}");
        assert!(!out.exists());
    }
    // The place is taken, or is a part itself.
    fs::create_dir(&out).unwrap();
    fs::write(out.join("notes.txt"), "asked on Monday").unwrap();
    assert_eq!(run(["merge", text(&report), "--out", text(&out)]).0, 2);
    assert_eq!(run(["merge", text(&report), "--out", text(&report)]).0, 2);
    assert_eq!(fs::read(out.join("notes.txt")).unwrap(), b"asked on Monday");
}
