//! An estate whose names are made to do harm where they are taken for more than text.
//!
//! It is a synthetic estate like others, in which every name that inputs choose is one of [`HOSTILE_NAMES`]: of suppliers,
//! network operators, manufacturers, models, firmware, regions, waivers and a file. What an audit says of its meters is
//! beside the point.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use super::write::write_estate;
use super::{EstateOptions, Form, Summary};
use crate::pki::{PARTIES, Party, SUPPLIERS};

/// Names that do harm to a spreadsheet, a page, a terminal, a reader's eye or a program's memory.
pub const HOSTILE_NAMES: [&str; 20] = [
    "=HYPERLINK(\"http://x.invalid\",\"y\")",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\u{A0}=1+1",
    "a\t=1+1\r=2+2",
    "two\nlines",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg/onload=alert(1)>",
    "</table></main><h1>verified</h1>",
    "&lt;b&gt;]]><!--{{7*7}}",
    "\u{202E}fdp.exe\u{200F}\u{2066}\u{200B}",
    "a\u{0}b\u{7}c\u{7F}\u{85}\u{9B}2J\u{2028}d",
    "\u{1b}[2J\u{1b}]0;owned\u{7}\u{1b}[31m",
    "unknown",
    "unassigned",
    "Unassigned",
    "../../etc/passwd; `rm`|$(x)%0A#\\",
    "\u{FEFF}_x000D_\u{FFFE}",
];

/// Characters of the name that is added to [`HOSTILE_NAMES`].
pub const LONG_NAME: usize = 10_000;

/// A file name that no file system of Unix refuses.
pub const HOSTILE_FILE: &str = "=cmd|'x'!A1 <img src=x onerror=alert(1)>\u{202E}\u{1b}[2J\n\"&.csv";

const CONFIGURATION: &str = r#"as_of = "2026-01-01T00:00:00Z"
out = "report"

[inputs]
records = ["records"]
certificates = ["certificates/bundle.pem"]
trust_anchors = ["trust-anchor.pem"]
estate = ["estate.jsonl"]
registration = ["registration.jsonl"]
directory = ["directory.toml"]
waivers = ["waivers.toml"]
"#;

/// Every hostile name, the long one among them.
#[must_use]
pub fn hostile_names() -> Vec<String> {
    let long = std::iter::once("W".repeat(LONG_NAME));
    HOSTILE_NAMES.iter().map(|name| (*name).to_owned()).chain(long).collect()
}

/// Writes a hostile estate into a folder, with `audit.toml` and `own-list.csv`, a list of it to reconcile.
///
/// # Errors
///
/// A file or folder can't be written.
pub fn write_hostile_estate(devices: u64, folder: &Path) -> io::Result<Summary> {
    let options = EstateOptions { devices, form: Form::Messages, ..EstateOptions::default() };
    let summary = write_estate(&options, folder)?;
    let names = hostile_names();
    let parties = parties(&names);
    let directory = folder.join("directory.toml");
    fs::write(&directory, renamed(&fs::read_to_string(&directory)?, &parties) + &ended())?;
    let estate = fs::read_to_string(folder.join("estate.csv"))?;
    for (table, columns) in [
        ("estate", &["supplier", "manufacturer", "model", "firmware", "region"][..]),
        ("registration", &["supplier"]),
    ] {
        let csv = folder.join(format!("{table}.csv"));
        let text = rows(&fs::read_to_string(&csv)?, columns, &names, &parties);
        fs::write(folder.join(format!("{table}.jsonl")), text)?;
        fs::remove_file(csv)?;
    }
    fs::create_dir_all(folder.join("records"))?;
    let records = folder.join("messages.csv");
    let mut text = fs::read_to_string(&records)?;
    // Records that can't be used are shown as they stand.
    for (name, second) in names.iter().zip(0..) {
        text.push_str(&format!("{},2025-12-01T00:00:{second:02}Z,{}\n", quoted(name), quoted(name)));
    }
    fs::write(folder.join("records").join(HOSTILE_FILE), text)?;
    fs::remove_file(records)?;
    fs::write(folder.join("waivers.toml"), waivers(&names))?;
    fs::write(folder.join("own-list.csv"), own_list(&estate, &names))?;
    fs::write(folder.join("audit.toml"), CONFIGURATION)?;
    Ok(summary)
}

/// What each party is called. The reports' words for no party are refused as ids, and names without letters in front of
/// them are told apart by case alone.
fn parties(names: &[String]) -> BTreeMap<&'static str, String> {
    let ids = PARTIES.iter().map(|party| party.id).chain(SUPPLIERS.iter().map(|supplier| supplier.id));
    let words = ["unassigned", "unknown"];
    let free = names.iter().filter(|name| !words.iter().any(|word| name.eq_ignore_ascii_case(word)));
    let numbered = free.clone().map(|name| format!("{name}2"));
    ids.zip(free.cloned().chain(numbered)).collect()
}

/// A directory with other ids and names.
fn renamed(toml: &str, parties: &BTreeMap<&'static str, String>) -> String {
    let mut current = String::new();
    let mut out = String::new();
    for line in toml.lines() {
        let value = |key: &str| line.strip_prefix(key)?.strip_suffix('"');
        if let Some(known) = value("id = \"").and_then(|id| parties.get(id)) {
            current.clone_from(known);
            out.push_str(&format!("id = {}\n", basic_string(&current)));
        } else if let Some(key) = ["name", "group"].iter().find(|key| value(&format!("{key} = \"")).is_some())
        {
            out.push_str(&format!("{key} = {}\n", basic_string(&current)));
        } else {
            out.push_str(&format!("{line}\n"));
        }
    }
    out
}

/// That the operators by their real ids are no more, so that their distributor ids are free.
fn ended() -> String {
    let ended =
        |party: &Party| format!("\n[[party]]\nid = \"{}\"\nto = \"2001-01-01T00:00:00Z\"\n", party.id);
    PARTIES.iter().map(ended).collect()
}

/// Text as a string of TOML and of JSON.
fn basic_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A field of a CSV.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A table as JSON Lines, in which a line end in a name ends no row. The columns hold one name after the other, each column
/// another, and operators have their new names.
fn rows(csv: &str, columns: &[&str], names: &[String], parties: &BTreeMap<&'static str, String>) -> String {
    let header: Vec<&str> = csv.lines().next().unwrap_or_default().split(',').collect();
    let mut out = String::new();
    for (number, line) in csv.lines().skip(1).enumerate() {
        let members = line.split(',').zip(&header).map(|(field, column)| {
            let hostile = columns
                .iter()
                .position(|it| it == column)
                .and_then(|place| names.get((number + place) % names.len().max(1)));
            let value = hostile.or_else(|| parties.get(field)).map_or(field, String::as_str);
            format!("{}:{}", basic_string(column), basic_string(value))
        });
        out.push_str(&format!("{{{}}}\n", members.collect::<Vec<_>>().join(",")));
    }
    out
}

/// A waiver for each name but the long one, which waivers refuse.
fn waivers(names: &[String]) -> String {
    let waiver = |(number, name): (usize, &String)| {
        let text = basic_string(name);
        format!(
            "[[waiver]]\nid = \"W-{number}\"\nrule = \"placeholder-in-cell\"\nreason = {text}\napprover = {text}\n\
             expires = \"2027-01-01T00:00:00Z\"\nsuppliers = [{text}]\n\n"
        )
    };
    names.iter().enumerate().filter(|(_, name)| name.len() < LONG_NAME).map(waiver).collect()
}

/// A list that calls every other meter correct, the rest by no known word, and its operators by hostile names.
fn own_list(estate: &str, names: &[String]) -> String {
    let mut out = String::from("device_id,state,observed_at,network_operator\n");
    for (line, name) in estate.lines().skip(1).zip(names.iter().cycle()) {
        let device = line.split(',').next().unwrap_or_default();
        let state = if line.len().is_multiple_of(2) { "correct".to_owned() } else { quoted(name) };
        out.push_str(&format!("{device},{state},2025-12-01T00:00:00Z,{}\n", quoted(name)));
    }
    out
}
