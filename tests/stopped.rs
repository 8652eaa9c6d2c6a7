//! A run that is stopped at any moment leaves what stood at its place, and nothing beside it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

#[path = "support/parts.rs"]
mod parts;
#[path = "support/estate.rs"]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use dno_audit::{
    Audience, Error, Expected, ExportFormat, MergeOptions, PlanOptions, Progress, Tree, Watch, export, merge,
    page, plan, reproduce, run, slice, verify,
};
use parts::{By, Parts};
use support::package;
use testkit::estate::{EstateOptions, Form, State, write_estate};

/// Stops a run when it has been asked so often.
struct StopAfter {
    left: AtomicU64,
    asked: AtomicU64,
}

impl Watch for StopAfter {
    fn say(&self, _: &str) {}

    fn is_stopped(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
    }
}

/// Everything below a folder.
fn all(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(all(&path)),
            false => drop(found.insert(path.clone(), fs::read(&path).unwrap())),
        }
    }
    found
}

/// Runs a task that writes into a folder, stopped at some thirty moments from its begin to its end.
fn stopped_anywhere(name: &str, folder: &Path, task: &dyn Fn(&Progress<'_>) -> Result<(), Error>) {
    let before = all(folder);
    let try_with = |left: u64| {
        let watch = StopAfter { left: AtomicU64::new(left), asked: AtomicU64::new(0) };
        let result = task(&Progress::to(&watch));
        (result, watch.asked.into_inner())
    };
    let (result, asked) = try_with(u64::MAX);
    result.unwrap_or_else(|error| panic!("{name}: {error}"));
    let after = all(folder);
    assert!(asked > 3, "{name} asks {asked} times whether it is to go on");
    let moments = (0..6).chain((0..24).map(|moment| moment * asked / 24)).filter(|left| *left < asked);
    for left in moments {
        for path in all(folder).keys().filter(|path| !before.contains_key(*path)) {
            fs::remove_file(path).unwrap();
        }
        fs::read_dir(folder).unwrap().for_each(|entry| drop(fs::remove_dir(entry.unwrap().path())));
        for (path, octets) in &before {
            fs::write(path, octets).unwrap();
        }
        match try_with(left).0 {
            Err(Error::Stopped) => assert!(all(folder) == before, "{name}, stopped after {left} of {asked}"),
            Err(error) => panic!("{name}, stopped after {left} of {asked}: {error}"),
            // The last question may come after the work is done.
            Ok(()) => assert!(left + 2 >= asked && all(folder) == after, "{name} after {left} of {asked}"),
        }
    }
}

#[test]
fn a_run_that_is_stopped_leaves_what_stood_at_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let options =
        EstateOptions { devices: State::COUNT as u64, form: Form::Messages, ..EstateOptions::default() };
    write_estate(&options, &at("inputs")).unwrap();
    let parts = Parts::split(&options, &at("inputs"), By::Hash, 2);
    let audited = |parts_of: &[usize], out: &Path, progress: &Progress<'_>| {
        let mut config = parts.config(parts_of);
        // One thread asks in one order.
        config.threads = Some(1);
        run(&config, out, progress).map(drop)
    };
    let silent = Progress::silent();
    let whole = at("whole");
    audited(&[0, 1], &whole, &silent).unwrap();
    let halves = [at("half-0"), at("half-1")];
    audited(&[0], &halves[0], &silent).unwrap();
    audited(&[1], &halves[1], &silent).unwrap();
    // An older report stands at the place of a newer one.
    let place = |name: &str| {
        let out = at(&format!("{name}/out"));
        fs::create_dir_all(&out).unwrap();
        package(&halves[0]).iter().for_each(|(name, octets)| fs::write(out.join(name), octets).unwrap());
        out
    };
    let out = place("audit");
    stopped_anywhere("audit", out.parent().unwrap(), &|progress| audited(&[0, 1], &out, progress));
    let out = place("merge");
    let mut merge_options = MergeOptions::default();
    merge_options.inputs = Some(at("inputs"));
    stopped_anywhere("merge", out.parent().unwrap(), &|progress| {
        merge(&halves, &out, &merge_options, progress).map(drop)
    });
    stopped_anywhere("verify", &halves[0], &|progress| {
        assert!(verify(&halves[0], &Expected::default(), progress)?.verified);
        Ok(())
    });
    stopped_anywhere("reproduce", &halves[0], &|progress| {
        assert!(reproduce(&halves[0], &at("inputs"), &Expected::default(), progress)?.verified);
        Ok(())
    });
    let out = at("slice/out");
    slice(&whole, Tree::Dno, "EELC", &out, &silent).unwrap();
    stopped_anywhere("slice", out.parent().unwrap(), &|progress| {
        slice(&whole, Tree::Dno, "EMEB", &out, progress).map(drop)
    });
    fs::create_dir(at("views")).unwrap();
    for (format, name) in [(ExportFormat::Xlsx, "report.xlsx"), (ExportFormat::Sarif, "report.sarif")] {
        let out = at("views").join(name);
        fs::write(&out, "of January").unwrap();
        stopped_anywhere(name, &at("views"), &|progress| export(&whole, format, &out, progress).map(drop));
    }
    stopped_anywhere("page", &at("views"), &|progress| page(&whole, &[], &at("views/report.html"), progress));
    fs::create_dir(at("plans")).unwrap();
    let plan_options = PlanOptions::new(Audience::Supplier);
    stopped_anywhere("plan", &at("plans"), &|progress| {
        let out = at("plans/out");
        if out.exists() {
            fs::remove_dir_all(&out).unwrap();
        }
        plan(&whole, &plan_options, &out, progress).map(drop)
    });
}
