//! Packages of parts of an estate, joined, are the package of one audit of all of it, octet for octet.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

#[path = "support/parts.rs"]
mod parts;
#[path = "support/estate.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use dno_audit::{
    Config, Error, Expected, InputSpec, MergeOptions, Merged, Progress, RunKey, Salts, Tree, merge, run,
    slice, verify,
};
use parts::{By, Parts};
use support::package;
use tempfile::TempDir;
use testkit::estate::{EstateOptions, Form, State, write_estate};

/// An estate in parts, and what comes of it.
struct Estate {
    folder: TempDir,
    parts: Parts,
}

impl Estate {
    fn new(form: Form, devices: u64, by: By, count: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = EstateOptions { devices, form, ..EstateOptions::default() };
        let inputs = folder.path().join("inputs");
        write_estate(&options, &inputs).unwrap();
        let parts = Parts::split(&options, &inputs, by, count);
        Self { folder, parts }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.parts.folder.join(name)
    }

    /// The report of an audit of some parts at once.
    fn audited(&self, name: &str, parts: &[usize], more: impl FnOnce(&mut Config)) -> PathBuf {
        let mut config = self.parts.config(parts);
        more(&mut config);
        let out = self.at(name);
        run(&config, &out, &Progress::silent()).unwrap();
        out
    }

    /// The report of each part.
    fn each(&self, threads: usize) -> Vec<PathBuf> {
        let audited = |part: usize| {
            self.audited(&format!("part-{part}"), &[part], |config| config.threads = Some(threads))
        };
        (0..self.parts.count).map(audited).collect()
    }

    fn whole(&self) -> PathBuf {
        self.audited("whole", &(0..self.parts.count).collect::<Vec<_>>(), |_| {})
    }

    fn merged(&self, name: &str, folders: &[PathBuf]) -> PathBuf {
        let out = self.at(name);
        merged(folders, &out).unwrap();
        out
    }

    /// Why two reports can't be joined; nothing is written.
    fn refusal(&self, folders: &[PathBuf]) -> String {
        let out = self.at("refused");
        let before = fs::read_dir(self.folder.path()).unwrap().count();
        let error = merged(folders, &out).unwrap_err();
        assert!(!out.exists(), "{error}");
        assert_eq!(fs::read_dir(self.folder.path()).unwrap().count(), before, "something is left");
        assert!(error.is_usage() || error.is_verification(), "{error}");
        error.to_string()
    }
}

fn merged(folders: &[PathBuf], out: &Path) -> Result<Merged, Error> {
    merge(folders, out, &MergeOptions::default(), &Progress::silent())
}

fn assert_same(one: &Path, other: &Path, what: &str) {
    let (one, other) = (package(one), package(other));
    assert!(one.keys().eq(other.keys()), "{what}: {:?} {:?}", one.keys(), other.keys());
    for (name, octets) in &one {
        assert!(*octets == other[name], "{what}: {name}: {}", first_difference(octets, &other[name]));
    }
}

fn first_difference(one: &[u8], other: &[u8]) -> String {
    let at = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let around = |octets: &[u8]| {
        String::from_utf8_lossy(&octets[at.saturating_sub(60)..octets.len().min(at + 60)]).into_owned()
    };
    format!("octet {at}\n{}\n{}", around(one), around(other))
}

#[test]
fn parts_merged_in_any_order_are_the_report_of_one_audit() {
    for (form, by, count, threads) in [
        (Form::Messages, By::Hash, 1, 1),
        (Form::Messages, By::Dno, 2, 2),
        (Form::Cells, By::Hash, 2, 1),
        (Form::Hex, By::Dno, 5, 1),
        (Form::Cells, By::Dno, 5, 2),
        (Form::Messages, By::Hash, 5, 2),
    ] {
        let what = format!("{form:?} {by:?} {count} {threads}");
        let estate = Estate::new(form, 900, by, count);
        let (whole, mut parts) = (estate.whole(), estate.each(threads));
        for turn in 0..count {
            parts.rotate_left(turn);
            assert_same(&whole, &estate.merged("merged", &parts), &what);
        }
        parts.reverse();
        let merged = estate.merged("merged", &parts);
        assert_same(&whole, &merged, &what);
        assert!(verify(&merged, &Expected::default(), &Progress::silent()).unwrap().verified, "{what}");
    }
}

/// What the test above is about is there.
#[test]
fn the_parts_have_strangers_quarantine_duplicates_and_waivers_in_several_states() {
    let estate = Estate::new(Form::Messages, 900, By::Hash, 2);
    let reader = dno_audit::PackageReader::open(&estate.whole()).unwrap();
    let counts = &reader.manifest().counts;
    assert!(counts.records.duplicate > 0 && counts.records.superseded > 0 && counts.records.quarantined > 1);
    assert!(counts.not_in_estate > 1 && counts.verdicts.wrong > 0 && counts.verdicts.not_known > 0);
    let summary = reader.summary().unwrap();
    assert!(!summary.unattributed_entities.is_empty());
    let states: Vec<&str> = summary.waivers.iter().map(|waiver| waiver.state.as_ref()).collect();
    assert_eq!(states, ["used", "used", "unused", "expired"]);
    // Of some devices that no estate lists, two parts have records.
    let estate = Estate::new(Form::Cells, 900, By::Dno, 5);
    let strangers =
        |folder: &Path| dno_audit::PackageReader::open(folder).unwrap().manifest().counts.not_in_estate;
    let of_parts: u64 = estate.each(2).iter().map(|part| strangers(part)).sum();
    assert!(of_parts > strangers(&estate.whole()), "{of_parts}");
    let estate_rows = reader.manifest().inputs.iter().filter(|input| input.role == "estate");
    assert_eq!(estate_rows.count(), 2);
}

#[test]
fn what_was_merged_can_be_merged_and_cut() {
    let estate = Estate::new(Form::Cells, State::COUNT as u64 * 2, By::Hash, 4);
    let (whole, parts) = (estate.whole(), estate.each(2));
    let (left, right) = (estate.merged("left", &parts[..2]), estate.merged("right", &parts[2..]));
    assert_same(&whole, &estate.merged("both", &[left.clone(), right.clone()]), "two of two");
    let three = estate.merged("three", &[parts[3].clone(), left]);
    assert_same(&whole, &estate.merged("all", &[three, parts[2].clone()]), "three and one");
    // Of merged parts the package is that of one audit, and so is what is cut out of it.
    let pair = estate.audited("pair", &[2, 3], |_| {});
    assert_same(&pair, &right, "the right half");
    let cut = |package: &Path, name: &str| {
        let out = estate.at(name);
        assert!(slice(package, Tree::Dno, "LOND", &out, &Progress::silent()).unwrap().verified);
        out
    };
    assert_same(&cut(&whole, "of-whole"), &cut(&estate.at("both"), "of-both"), "slice");
}

#[test]
fn salts_follow_from_the_run_key_and_the_parts_may_have_some() {
    let estate = Estate::new(Form::Messages, 300, By::Dno, 2);
    let salted = |config: &mut Config| {
        config.sealing.salts = Salts::Key(RunKey::new(b"a secret of this run".to_vec()).unwrap());
    };
    let whole = estate.audited("salted", &[0, 1], salted);
    let parts = [estate.audited("a", &[0], salted), estate.audited("b", &[1], |_| {})];
    let salts = Salts::Key(RunKey::new(b"a secret of this run".to_vec()).unwrap());
    let mut options = MergeOptions::default();
    options.sealing.salts = salts;
    let out = estate.at("merged");
    merge(&parts, &out, &options, &Progress::silent()).unwrap();
    assert_same(&whole, &out, "salted");
    assert_same(&estate.whole(), &estate.merged("merged", &parts), "without salts");
}

#[test]
fn parts_of_different_audits_are_refused() {
    let estate = Estate::new(Form::Messages, 300, By::Hash, 2);
    let first = estate.audited("first", &[0], |_| {});
    let second = |more: &dyn Fn(&mut Config)| {
        let other = estate.audited("second", &[1], more);
        estate.refusal(&[first.clone(), other])
    };
    let said = |refusal: String, words: &[&str]| {
        assert!(words.iter().all(|word| refusal.contains(word)), "{refusal}");
    };
    said(
        second(&|config| config.as_of = dno_audit::AsOf("2026-01-02T00:00:00Z".parse().unwrap())),
        &["second: is as of 2026-01-02T00:00:00Z", "first 2026-01-01T00:00:00Z"],
    );
    said(
        second(&|config| config.options.rule_set = dno_audit::rule_set(2).unwrap()),
        &["is of rule set 2", "first 3"],
    );
    // Of another version there is no binary here, so its name is put into the manifest, which nobody signed.
    let other = estate.audited("second", &[1], |_| {});
    let manifest = fs::read_to_string(other.join("manifest.json")).unwrap();
    let tool = format!("\"tool\":{{\"name\":\"dnoaudit\",\"version\":\"{}\"}}", env!("CARGO_PKG_VERSION"));
    let older = manifest.replace(&tool, "\"tool\":{\"name\":\"dnoaudit\",\"version\":\"0.0.1\"}");
    assert_ne!(manifest, older);
    fs::write(other.join("manifest.json"), older).unwrap();
    said(estate.refusal(&[first.clone(), other]), &["second: was made by dnoaudit 0.0.1", "first dnoaudit"]);
    said(second(&|config| config.options.stale_after_days = 7), &["has another stale_after_days"]);
    said(second(&|config| config.options.expiring_within_days = 7), &["has another expiring_within_days"]);
    said(second(&|config| config.zoneless = dno_audit::ZonelessTimes::Utc), &["has another zoneless_times"]);
    said(second(&|config| config.inputs.waivers.clear()), &["did not read \"waivers.toml\"", "same"]);
    said(second(&|config| config.inputs.directory.clear()), &["did not read \"directory.toml\""]);
    let list = "certificates/root.crl";
    said(
        second(&|config| config.inputs.certificates.push(InputSpec::new(list))),
        &["alone read \"root.crl\" (certificates"],
    );
    said(
        second(&|config| {
            fs::copy(config.base.join("waivers.toml"), config.base.join("others.toml")).unwrap();
            config.inputs.waivers = vec![InputSpec::new("others.toml")];
        }),
        &["did not read \"waivers.toml\"", "by the same names"],
    );
    said(
        second(&|config| {
            fs::copy(config.base.join("trust-anchor.pem"), config.base.join("root.pem")).unwrap();
            config.inputs.trust_anchors.push(InputSpec::new("root.pem"));
        }),
        &["alone read \"root.pem\" (trust-anchors"],
    );
}

#[test]
fn parts_that_are_not_apart_are_refused() {
    let estate = Estate::new(Form::Messages, 300, By::Hash, 2);
    let first = estate.audited("first", &[0], |_| {});
    let said = |folders: &[PathBuf], words: &[&str]| {
        let refusal = estate.refusal(folders);
        assert!(words.iter().all(|word| refusal.contains(word)), "{refusal}");
    };
    // The same package, and the same files read by both.
    said(&[first.clone(), first.clone()], &["is named twice"]);
    said(&[first.clone(), estate.whole()], &["read \"0-estate.csv\" (estate", "so did", "split"]);
    let second = |more: &dyn Fn()| {
        more();
        estate.audited("second", &[1], |_| {})
    };
    let (own, others) = (estate.file("parts/1/1-estate.csv"), estate.file("parts/0/0-estate.csv"));
    let (text, theirs) = (fs::read_to_string(&own).unwrap(), fs::read_to_string(&others).unwrap());
    let row =
        theirs.lines().find(|line| line.split(',').nth(4).is_some_and(|mpan| mpan.len() == 13)).unwrap();
    // A device of the first part, in another file, under another operator than there.
    let moved = row.replacen(row.split(',').nth(4).unwrap(), "", 1);
    let device = row.split(',').next().unwrap();
    said(
        &[first.clone(), second(&|| fs::write(&own, format!("{text}{moved}\n")).unwrap())],
        &["second: has the device", device, "one part"],
    );
    // Another device at the metering point of the first part's.
    let twin = row.replacen(device, "00-DB-12-FF-FF-FF-FF-FF", 1);
    let mpan = row.split(',').nth(4).unwrap();
    said(
        &[first.clone(), second(&|| fs::write(&own, format!("{text}{twin}\n")).unwrap())],
        &["second: speaks of the MPAN", mpan, "one part"],
    );
    fs::write(&own, &text).unwrap();
    // Records of a device of the first part.
    let (records, theirs) = (estate.file("parts/1/1-messages.csv"), estate.file("parts/0/0-messages.csv"));
    let text = fs::read_to_string(&records).unwrap();
    let theirs = fs::read_to_string(theirs).unwrap();
    let row = theirs.lines().find(|line| line.starts_with(device)).unwrap();
    said(
        &[first, second(&|| fs::write(&records, format!("{text}{row} \n")).unwrap())],
        &["second: has records of the device", device, "the estate of", "first lists"],
    );
}

#[test]
fn none_and_too_many_are_refused() {
    let out = Path::new("merged");
    assert!(merged(&[], out).unwrap_err().to_string().contains("nothing to merge"));
    let many = vec![PathBuf::from("part"); 501];
    assert!(merged(&many, out).unwrap_err().to_string().contains("at most 500 at once; merge some"));
    assert!(!out.exists());
}

#[test]
fn slices_and_what_does_not_verify_are_refused() {
    let estate = Estate::new(Form::Messages, 300, By::Hash, 2);
    let parts = estate.each(1);
    let cut = estate.at("slice");
    slice(&parts[1], Tree::Dno, "LOND", &cut, &Progress::silent()).unwrap();
    assert!(estate.refusal(&[parts[0].clone(), cut]).contains("is a slice"));
    let rows = parts[1].join("devices.jsonl");
    let text = fs::read_to_string(&rows).unwrap();
    fs::write(&rows, text.replacen("\"verdict\":\"correct\"", "\"verdict\":\"missing\"", 1)).unwrap();
    let refusal = estate.refusal(&parts);
    assert!(refusal.contains("part-1: does not verify"), "{refusal}");
    fs::remove_file(parts[1].join("manifest.json")).unwrap();
    assert!(merged(&parts, &estate.at("merged")).is_err());
    // Neither over a part nor into it.
    fs::write(&rows, text).unwrap();
    for out in [parts[0].clone(), parts[0].join("merged")] {
        assert!(matches!(merged(&parts, &out), Err(Error::OutTouchesPackage { .. })));
    }
}

#[test]
fn registration_of_other_metering_points_is_looked_at_in_the_files() {
    let estate = Estate::new(Form::Messages, 300, By::Hash, 2);
    let registration = estate.file("parts/1/1-registration.csv");
    let text = fs::read_to_string(&registration).unwrap();
    let parts = |row: &str| {
        fs::write(&registration, format!("{text}{row}\n")).unwrap();
        estate.each(1)
    };
    let with = |parts: &[PathBuf]| {
        let mut options = MergeOptions::default();
        options.inputs = Some(estate.at("inputs"));
        merge(parts, &estate.at("merged"), &options, &Progress::silent())
    };
    // A metering point without a meter in the estate: only the files tell that it is nobody's in the other part.
    let apart = parts("1012345678901,LOND,SUP-A".replace("1012345678901", &mpan(1_012_345_678)).as_str());
    let refusal = estate.refusal(&apart);
    assert!(refusal.contains("part-1: \"1-registration.csv\"") && refusal.contains("--inputs"), "{refusal}");
    with(&apart).unwrap();
    assert_same(&estate.whole(), &estate.at("merged"), "looked at");
    fs::remove_dir_all(estate.at("merged")).unwrap();
    // One that is a secondary or export metering point of a meter of the other part, which no row shows.
    let theirs = fs::read_to_string(estate.file("parts/0/0-estate.csv")).unwrap();
    let mut others = theirs.lines().skip(1).flat_map(|line| line.split(',').skip(5).take(2));
    let other = others.find(|mpan| mpan.len() == 13).unwrap();
    let torn = parts(&format!("{other},LOND,SUP-A"));
    let error = with(&torn).unwrap_err();
    assert!(error.is_usage() && error.to_string().contains(other), "{error}");
    // One that is a further metering point of a meter of this part, and the import metering point of one of the other.
    let imports = theirs.lines().skip(1).filter_map(|line| line.split(',').nth(4));
    let import = imports.into_iter().find(|mpan| mpan.len() == 13 && !text.contains(mpan)).unwrap();
    let estate_file = estate.file("parts/1/1-estate.csv");
    let rows = fs::read_to_string(&estate_file).unwrap();
    let exporting = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        [&fields[..6], &[import], &fields[7..]].concat().join(",")
    };
    let plain = rows.lines().find(|line| line.split(',').nth(6) == Some("")).unwrap();
    fs::write(&estate_file, rows.replacen(plain, &exporting(plain), 1)).unwrap();
    let torn = parts(&format!("{import},LOND,SUP-A"));
    let refusal = estate.refusal(&torn);
    assert!(refusal.contains("more metering points") && refusal.contains("--inputs"), "{refusal}");
    let error = with(&torn).unwrap_err();
    assert!(error.is_usage() && error.to_string().contains(import), "{error}");
    fs::write(&estate_file, rows).unwrap();
    // A device that is listed with two metering points, of which its row shows none.
    let parts_with = |own: &str| {
        fs::write(&registration, &text).unwrap();
        let estate_file = estate.file("parts/1/1-estate.csv");
        let rows = fs::read_to_string(&estate_file).unwrap();
        let row = rows
            .lines()
            .skip(1)
            .find(|line| line.split(',').nth(4).is_some_and(|it| it.len() == 13))
            .unwrap();
        let again = row.replacen(row.split(',').nth(4).unwrap(), own, 1);
        fs::write(&estate_file, format!("{rows}{again}\n")).unwrap();
        let parts = estate.each(1);
        fs::write(&estate_file, rows).unwrap();
        parts
    };
    let theirs = fs::read_to_string(estate.file("parts/0/0-registration.csv")).unwrap();
    let registered = theirs.lines().nth(1).unwrap().split(',').next().unwrap();
    let torn = parts_with(registered);
    let refusal = estate.refusal(&torn);
    assert!(refusal.contains("several metering points") && refusal.contains("--inputs"), "{refusal}");
    // A row that can't be used may be about any.
    let refusal = estate.refusal(&parts("1,LOND,SUP-A"));
    assert!(refusal.contains("--inputs"), "{refusal}");
}

/// An MPAN with these digits before its check digit, as far as there are.
fn mpan(digits: u64) -> String {
    let twelve = digits * 100;
    format!("{twelve}{}", types::Mpan::check_digit(twelve))
}
