//! Reports that somebody forged who can write all of their folder: one member is changed, and every digest, leaf, root
//! and count that can be made anew is made anew.
//!
//! `verify` and the second verifier have to agree on each: what one of them takes for a report and the other does not is
//! a gap in the page that both follow.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

#[path = "support/signed.rs"]
mod signed;
#[path = "support/estate.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use dno_audit::{Expected, Tree};
use report::model::v1::PartyLeaf;
use report::seal::{Salts, SealRow, Sealer};
use serde_json::{Value, json};
use signed::{Signed, auditor, check, forge};
use support::package;
use tempfile::TempDir;

/// Folders with forgeries, and what was done to each.
struct Forgeries {
    folder: TempDir,
    made: Vec<(PathBuf, String)>,
}

impl Forgeries {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), made: Vec::new() }
    }

    /// A copy of a report, to be forged.
    fn copy(&mut self, of: &BTreeMap<String, Vec<u8>>, what: String) -> PathBuf {
        let folder = self.folder.path().join(self.made.len().to_string());
        fs::create_dir(&folder).unwrap();
        of.iter().for_each(|(name, content)| fs::write(folder.join(name), content).unwrap());
        self.made.push((folder.clone(), what));
        folder
    }

    /// A copy with a file of other content, and all that follows made anew.
    fn forge(&mut self, of: &BTreeMap<String, Vec<u8>>, name: &str, content: &[u8], what: String) {
        let folder = self.copy(of, what);
        match name {
            "manifest.json" | "slice.json" | "attestation.dsse.json" => {
                fs::write(folder.join(name), content).unwrap();
            }
            _ => forge(&folder, name, content),
        }
        if !of.contains_key("slice.json") {
            reseal(&folder, name);
        }
    }

    /// What `verify` says of each, held to what the second verifier says.
    fn judge(&self) -> Vec<(bool, &str)> {
        let own: Vec<bool> =
            self.made.iter().map(|(folder, _)| check(folder, &Expected::default()).verified).collect();
        match second_verifier(self.made.iter().map(|(folder, _)| folder.as_path())) {
            Some(second) => {
                let differ: Vec<_> = (self.made.iter().zip(&own).zip(&second))
                    .filter(|((_, own), second)| *own != &second.0)
                    .map(|(((_, what), own), second)| format!("{what}: {own}, and the second {second:?}"))
                    .collect();
                assert!(differ.is_empty(), "{} of {}:\n{}", differ.len(), own.len(), differ.join("\n"));
            }
            None => {
                let _ =
                    writeln!(std::io::stderr(), "SKIPPED the second verifier: no python3 with cryptography");
            }
        }
        own.into_iter().zip(self.made.iter().map(|(_, what)| what.as_str())).collect()
    }
}

/// What the second verifier says of each folder; nothing where it can't run.
fn second_verifier<'f>(folders: impl Iterator<Item = &'f Path>) -> Option<Vec<(bool, String)>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/second_verifier.py");
    let runs = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    if !runs(Command::new("python3").args(["-c", "import cryptography"])) {
        return None;
    }
    let output = Command::new("python3").arg(script).args(folders).output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    Some(said.lines().map(|line| (line.starts_with("holds: "), line.to_owned())).collect())
}

/// Makes leaves and roots anew from the rows, and the digests of what the manifest lists twice.
fn reseal(folder: &Path, changed: &str) {
    let rows = fs::read(folder.join("devices.jsonl")).unwrap();
    if changed == "devices.jsonl" {
        let mut sealer = Sealer::default();
        for line in rows.split(|octet| *octet == b'\n').filter(|line| !line.is_empty()) {
            // Of a line that is no JSON nothing can be sealed; it stands in no tree then.
            let Ok(row) = serde_json::from_slice::<Value>(line) else { continue };
            let (dno, supplier, verdict) =
                (row["dno"].as_str(), row["supplier"].as_str(), row["verdict"].as_str());
            let leaf = report::merkle::leaf(line);
            let _ = sealer.push(&SealRow { leaf, dno, supplier, verdict: verdict.unwrap_or_default() });
        }
        for (tree, leaves) in sealer.finish(&Salts::None) {
            let mut lines = Vec::new();
            leaves.iter().for_each(|leaf| report::push_line(leaf, &mut lines).unwrap());
            forge(folder, tree.file(), &lines);
        }
    }
    if changed == "manifest.json" {
        return;
    }
    let mut manifest: Value =
        serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    for tree in Tree::ALL {
        let leaves = fs::read_to_string(folder.join(tree.file())).unwrap();
        let leaves: Result<Vec<PartyLeaf>, _> = leaves.lines().map(serde_json::from_str).collect();
        if let Ok(leaves) = leaves {
            manifest["seal"][tree.name()] =
                serde_json::to_value(report::seal::root(&leaves).unwrap()).unwrap();
        }
    }
    manifest["configuration_sha256"] = manifest["files"]["configuration.json"]["sha256"].clone();
    manifest["rule_set"]["sha256"] = manifest["files"]["rules.json"]["sha256"].clone();
    fs::write(folder.join("manifest.json"), dno_audit::canonical(&manifest).unwrap()).unwrap();
}

/// Every place within a value, as a JSON pointer; of a list the first and the last.
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Object(members) => {
            let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
            members.iter().for_each(|(name, value)| places(value, &format!("{at}/{}", escaped(name)), into));
        }
        Value::Array(items) => {
            let ends = BTreeSet::from([0, items.len().saturating_sub(1)]);
            for index in ends.into_iter().filter(|index| *index < items.len()) {
                places(&items[index], &format!("{at}/{index}"), into);
            }
        }
        _ => {}
    }
}

/// A value with one place changed in every way, each with a name.
fn changes(value: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    places(value, "", &mut all);
    let mut changes = Vec::new();
    for place in all {
        let mut change = |what: &str, edit: &dyn Fn(&mut Value)| {
            let mut changed = value.clone();
            edit(changed.pointer_mut(&place).unwrap());
            if changed != *value {
                changes.push((format!("{place} {what}"), changed));
            }
        };
        for (what, other) in [
            ("null", Value::Null),
            ("0", json!(0)),
            ("minus one", json!(-1)),
            ("2^32", json!(1u64 << 32)),
            ("text", json!("x")),
            ("nothing", json!("")),
            ("false", json!(false)),
            ("true", json!(true)),
            ("an empty list", json!([])),
            ("an empty object", json!({})),
        ] {
            change(what, &|value| *value = other.clone());
        }
        change("with a member more", &|value| {
            if let Value::Object(members) = value {
                members.insert("zz".to_owned(), json!(1));
            }
        });
        change("reversed", &|value| {
            if let Value::Array(items) = value {
                items.reverse();
            }
        });
        change("with its last twice", &|value| {
            if let Value::Array(items) = value {
                items.extend(items.last().cloned());
            }
        });
        change("one more", &|value| {
            if let Some(number) = value.as_u64() {
                *value = (number + 1).into();
            }
        });
        change("in lower case", &|value| {
            if let Some(text) = value.as_str() {
                *value = text.to_lowercase().into();
            }
        });
        change("longer", &|value| {
            if let Some(text) = value.as_str() {
                *value = format!("{text}0").into();
            }
        });
        if let Some((above, name)) = place.rsplit_once('/') {
            let mut changed = value.clone();
            match changed.pointer_mut(above).unwrap() {
                Value::Object(members) => drop(members.remove(&name.replace("~1", "/").replace("~0", "~"))),
                Value::Array(items) => drop(items.remove(name.parse().unwrap())),
                _ => unreachable!("a place has something above it"),
            }
            changes.push((format!("{place} removed"), changed));
        }
    }
    changes
}

/// The lines of a file, and which of them are worth changing: the longest, and the one with the most kinds of members.
fn chosen(content: &[u8]) -> (Vec<Vec<u8>>, BTreeSet<usize>) {
    let lines: Vec<Vec<u8>> =
        content.split(|octet| *octet == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect();
    let most = |of: &dyn Fn(&Vec<u8>) -> usize| {
        let last = |(index, line): (usize, &Vec<u8>)| (of(line), index);
        lines.iter().enumerate().map(last).max().map(|(_, index)| index)
    };
    let names = |line: &Vec<u8>| {
        let mut all = Vec::new();
        places(&serde_json::from_slice(line).unwrap(), "", &mut all);
        all.into_iter()
            .map(|place| place.replace(|c: char| c.is_ascii_digit(), ""))
            .collect::<BTreeSet<_>>()
            .len()
    };
    let chosen = [most(&Vec::len), most(&names)].into_iter().flatten().collect();
    (lines, chosen)
}

fn joined(lines: &[Vec<u8>]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line.as_slice(), b"\n"].concat()).collect()
}

/// One in so many of the changes to a file: all of them would take minutes, and neighbours are alike.
fn forge_values(forgeries: &mut Forgeries, of: &BTreeMap<String, Vec<u8>>, name: &str, step: usize) {
    if name.ends_with(".jsonl") {
        let (lines, chosen) = chosen(&of[name]);
        for index in chosen {
            let value: Value = serde_json::from_slice(&lines[index]).unwrap();
            for (what, changed) in changes(&value).into_iter().step_by(step) {
                let mut lines = lines.clone();
                lines[index] = dno_audit::canonical(&changed).unwrap();
                forgeries.forge(of, name, &joined(&lines), format!("{name} line {}: {what}", index + 1));
            }
        }
    } else {
        let value: Value = serde_json::from_slice(&of[name]).unwrap();
        for (what, changed) in changes(&value).into_iter().step_by(step) {
            forgeries.forge(of, name, &dno_audit::canonical(&changed).unwrap(), format!("{name}: {what}"));
        }
    }
}

/// A report that nobody signed: a signature would show every change.
fn unsigned(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = package(folder);
    files.remove("attestation.dsse.json");
    files
}

#[test]
fn both_verifiers_agree_on_every_change_to_a_value_of_a_package() {
    let signed = Signed::new();
    let files = unsigned(&signed.report());
    let mut forgeries = Forgeries::new();
    forgeries.copy(&files, "nothing".to_owned());
    for (name, step) in [
        ("devices.jsonl", 5),
        ("dno-leaves.jsonl", 2),
        ("manifest.json", 9),
        ("summary.json", 19),
        ("configuration.json", 1),
        ("rules.json", 3),
        ("certificates.jsonl", 5),
        ("quarantine.jsonl", 2),
        ("not-in-estate.jsonl", 1),
    ] {
        forge_values(&mut forgeries, &files, name, step);
    }
    let judged = forgeries.judge();
    assert_eq!(judged[0], (true, "nothing"));
    let held: Vec<_> = judged.iter().filter(|(holds, _)| *holds).map(|(_, what)| *what).collect();
    assert!(judged.len() > 500, "{}", judged.len());
    // What remains is another report, that an auditor could have made of other inputs.
    assert!(held.len() < judged.len() / 4, "{held:#?}");
}

#[test]
fn both_verifiers_agree_on_every_change_to_a_value_of_a_slice() {
    let signed = Signed::new();
    let leaves = String::from_utf8(package(&signed.report())["dno-leaves.jsonl"].clone()).unwrap();
    let with_others = leaves.lines().find_map(|leaf| {
        let leaf: Value = serde_json::from_str(leaf).unwrap();
        let party = leaf["party"].as_str().unwrap();
        let files = unsigned(&signed.slice_of(Tree::Dno, party));
        (!files["others.jsonl"].is_empty()).then_some(files)
    });
    let with_others = with_others.expect("somebody stands in a meter of another");
    let mut forgeries = Forgeries::new();
    for (name, step) in [("others.jsonl", 1), ("slice.json", 1), ("summary.json", 3), ("devices.jsonl", 9)] {
        forge_values(&mut forgeries, &with_others, name, step);
    }
    let of_supplier = unsigned(&signed.slice(Tree::Supplier));
    for (name, step) in [("slice.json", 2), ("rules.json", 9)] {
        forge_values(&mut forgeries, &of_supplier, name, step);
    }
    let judged = forgeries.judge();
    let held: Vec<_> = judged.iter().filter(|(holds, _)| *holds).map(|(_, what)| *what).collect();
    // Nothing proves what others.jsonl says, but for its form.
    let unproven = |what: &&str| !what.starts_with("others.jsonl");
    assert!(!held.iter().any(unproven), "{held:#?}");
}

/// Ways to write the same value that are not its canonical form.
fn spellings(text: &str) -> Vec<(&'static str, String)> {
    let number = text.find(":1").or_else(|| text.find(":2")).or_else(|| text.find(":3"));
    let after = |place: usize, more: &str| format!("{}{more}{}", &text[..place], &text[place..]);
    let mut spelt = vec![
        ("a blank after a colon", text.replacen("\":", "\": ", 1)),
        ("a blank at the end", format!("{text} ")),
        ("a blank before it", format!(" {text}")),
        ("an escape that need not be", text.replacen("00-DB", "\\u00300-DB", 1)),
        ("a slash that is escaped", text.replacen("\":\"", "\":\"\\/", 1)),
        ("its first member twice", text.replacen('{', &format!("{{{},", first_member(text)), 1)),
        ("a member after the last", text.replacen('}', "}}", 1)),
        ("two values", format!("{text}{text}")),
        ("a comma more", text.replacen("\":\"", ",\":\"", 1)),
        ("no value", String::new()),
        ("half of it", text[..text.len() / 2].to_owned()),
        ("a NUL within text", text.replacen("\":\"", "\":\"\0", 1)),
        ("a lone surrogate", text.replacen("\":\"", "\":\"\\ud800", 1)),
        ("a byte order mark", format!("\u{feff}{text}")),
        ("a list of it", format!("[{text}]")),
        ("deep lists", format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))),
    ];
    if let Some(place) = number {
        for (what, more) in [("a fraction", ".0"), ("an exponent", "e0"), ("thirty digits", &"9".repeat(30))]
        {
            let end = place + 1 + text[place + 1..].find(|c: char| !c.is_ascii_digit()).unwrap();
            spelt.push((what, after(end, more)));
        }
        spelt.push(("a leading zero", after(place + 1, "0")));
        spelt.push(("a sign", after(place + 1, "-")));
    }
    spelt
}

fn first_member(text: &str) -> &str {
    &text[1..text.find(",\"").unwrap_or(text.len() - 1)]
}

#[test]
fn neither_verifier_takes_a_value_in_another_form_than_the_canonical_one() {
    let signed = Signed::new();
    let mut forgeries = Forgeries::new();
    for folder in signed.all() {
        let files = unsigned(&folder);
        for (name, content) in files.iter().filter(|(name, content)| {
            !content.is_empty() && Path::new(name).extension().is_some_and(|extension| extension != "csv")
        }) {
            let text = std::str::from_utf8(content).unwrap();
            let (first, rest) = match text.split_once('\n') {
                Some((first, rest)) => (first, format!("\n{rest}")),
                None => (text, String::new()),
            };
            for (what, spelt) in spellings(first) {
                if spelt != first {
                    let content = format!("{spelt}{rest}");
                    forgeries.forge(&files, name, content.as_bytes(), format!("{name}: {what}"));
                }
            }
        }
    }
    let judged = forgeries.judge();
    assert!(judged.len() > 200, "{}", judged.len());
    let held: Vec<_> = judged.iter().filter(|(holds, _)| *holds).collect();
    assert!(held.is_empty(), "{held:#?}");
}

#[test]
fn both_verifiers_agree_on_every_change_to_a_signature_that_is_not_checked_with_a_key() {
    for chain in [false, true] {
        let signed = Signed::with_chain(chain);
        let files = package(&signed.report());
        let envelope: Value = serde_json::from_slice(&files["attestation.dsse.json"]).unwrap();
        let mut forgeries = Forgeries::new();
        forgeries.copy(&files, "nothing".to_owned());
        let mut push = |envelope: &Value, what: String| {
            let octets = dno_audit::canonical(envelope).unwrap();
            forgeries.forge(&files, "attestation.dsse.json", &octets, what);
        };
        for (what, changed) in changes(&envelope) {
            push(&changed, what);
        }
        let base64 = data_encoding::BASE64;
        let payload = base64.decode(envelope["payload"].as_str().unwrap().as_bytes()).unwrap();
        for (what, changed) in changes(&serde_json::from_slice(&payload).unwrap()) {
            let mut envelope = envelope.clone();
            envelope["payload"] = base64.encode(&dno_audit::canonical(&changed).unwrap()).into();
            push(&envelope, format!("statement {what}"));
        }
        let signature = base64.decode(envelope["signatures"][0]["sig"].as_str().unwrap().as_bytes()).unwrap();
        for place in 0..signature.len() {
            let mut octets = signature.clone();
            octets[place] ^= 0x80;
            let mut envelope = envelope.clone();
            envelope["signatures"][0]["sig"] = base64.encode(&octets).into();
            push(&envelope, format!("signature, octet {place}"));
        }
        for (what, octets) in [
            ("an octet behind the signature", [&signature[..], b"\0"].concat()),
            ("a signature cut short", signature[..signature.len() - 1].to_vec()),
        ] {
            let mut envelope = envelope.clone();
            envelope["signatures"][0]["sig"] = base64.encode(&octets).into();
            push(&envelope, what.to_owned());
        }
        let judged = forgeries.judge();
        assert_eq!(judged[0], (true, "nothing"));
        let held: Vec<_> = judged[1..].iter().filter(|(holds, _)| *holds).map(|(_, what)| *what).collect();
        // Without a key and a certificate only the form of the signature is looked at.
        let form_only = |what: &&str| match chain {
            true => *what == "statement /predicate/certificates removed",
            false => what.starts_with("signature, octet") || what.contains("keyid"),
        };
        assert!(held.iter().all(form_only), "{held:#?}");
        // With the key every change is seen.
        for (folder, what) in &forgeries.made[1..] {
            assert!(!check(folder, &auditor()).verified, "{what}");
        }
    }
}
