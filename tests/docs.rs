//! The documentation says what the code does: generated pages, tables and samples are compared with it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dno_audit::{Cause, Change, Outcome};
use intake::{
    CELL_COLUMNS, CERTIFICATE_COLUMNS, Column, ESTATE_COLUMNS, MESSAGE_COLUMNS, OWN_COLUMNS,
    REGISTRATION_COLUMNS,
};
use serde_json::Value;
use types::Claim;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page(name: &str) -> String {
    fs::read_to_string(repository().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What the binary prints.
fn dnoaudit<const N: usize>(arguments: [&str; N]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_dnoaudit")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The fenced blocks of a page in one language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let rest = page.split(&fence).skip(1);
    rest.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

/// The part of a page from a heading to the next that is not below it.
fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let marks = |line: &str| line.bytes().take_while(|octet| *octet == b'#').count();
    let start = page.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading}"));
    let rest = &page[start + 1 + heading.len()..];
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        if (1..=marks(heading)).contains(&marks(line)) {
            break;
        }
        end += line.len();
    }
    &rest[..end]
}

/// The first cells of the rows of the tables of a text, if they are code.
fn first_cells(text: &str) -> BTreeSet<String> {
    let cells = text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    cells.map(str::to_owned).collect()
}

#[test]
fn the_page_of_rules_is_what_the_command_writes() {
    let written = dnoaudit(["rules", "--format", "markdown"]);
    assert!(
        page("docs/rules.md") == written,
        "docs/rules.md: write it anew with `dnoaudit rules --format markdown > docs/rules.md`"
    );
}

#[test]
fn every_column_stands_with_its_aliases() {
    let page = page("docs/formats.md");
    let compare = self::page("docs/compare.md");
    let tables: [(&str, &[Column]); 6] = [
        ("### Table of cells", &CELL_COLUMNS),
        ("### Table of messages", &MESSAGE_COLUMNS),
        ("### Estate", &ESTATE_COLUMNS),
        ("### Registration", &REGISTRATION_COLUMNS),
        ("### List of certificates", &CERTIFICATE_COLUMNS),
        ("### Columns of an own list", &OWN_COLUMNS),
    ];
    for (heading, columns) in tables {
        let page = if heading.ends_with("own list") { &compare } else { &page };
        let section = section(page, heading);
        for Column { name, aliases, required, .. } in columns {
            let aliases: Vec<String> = aliases.iter().map(|alias| format!(" `{alias}`")).collect();
            let (required, aliases) = (if *required { " yes" } else { "" }, aliases.join(","));
            let row = format!("| `{name}` |{required} |{aliases} |");
            assert!(section.lines().any(|line| line == row), "{heading}: there is no row\n{row}");
        }
        let names: BTreeSet<String> = columns.iter().map(|column| column.name.to_owned()).collect();
        assert_eq!(first_cells(section), names, "{heading}");
    }
}

#[test]
fn the_words_of_comparisons_are_those_of_the_code() {
    let page = page("docs/compare.md");
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let changes = Change::ALL.map(Change::name);
    assert_eq!(first_cells(section(&page, "## Two reports")), names(&changes));
    let outcomes = Outcome::ALL.map(Outcome::name);
    assert_eq!(first_cells(section(&page, "### Whose list, and what comes out")), names(&outcomes));
    assert_eq!(first_cells(section(&page, "## Causes")), names(&Cause::ALL.map(Cause::name)));
    let words = section(&page, "### Words of an own list");
    assert_eq!(first_cells(words), names(&VERDICTS));
    let mut read = 0;
    for row in words.lines().filter_map(|line| line.strip_prefix("| `")) {
        let mut code = row.split('`').step_by(2);
        let verdict = code.next().unwrap();
        for word in std::iter::once(verdict).chain(code.filter(|word| !word.starts_with(' '))) {
            assert_eq!(Claim::from_text(word).map(Claim::name), Some(verdict), "{word}");
            read += 1;
        }
    }
    assert!(read > 20, "{read}");
}

#[test]
fn every_reason_of_the_quarantine_stands_with_what_to_do() {
    let code = page("crates/intake/src/record.rs");
    let of_function = code.split("fn id(&self)").nth(1).unwrap().split("\n    }\n").next().unwrap();
    let ids: BTreeSet<String> = of_function.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    assert!(ids.contains("not-recognised") && ids.len() > 10, "{ids:?}");
    let page = page("docs/formats.md");
    assert_eq!(first_cells(section(&page, "## Reasons in the quarantine")), ids);
}

#[test]
fn the_samples_of_the_formats_are_read() {
    let page = page("docs/formats.md");
    let samples = blocks(&page, "toml");
    let [directory, waivers, inputs] = &samples[..] else { panic!("{} samples", samples.len()) };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("directory.toml");
    fs::write(&file, directory).unwrap();
    let shown: Value =
        serde_json::from_str(&dnoaudit(["inspect", "--format", "json", file.to_str().unwrap()])).unwrap();
    assert_eq!((&shown["parties"], &shown["suppliers"]), (&1.into(), &1.into()));
    fs::write(&file, waivers).unwrap();
    let shown: Value =
        serde_json::from_str(&dnoaudit(["inspect", "--format", "json", file.to_str().unwrap()])).unwrap();
    assert_eq!(shown["waivers"][0], "W-2026-001");
    let text = format!("as_of = \"2026-01-01T00:00:00Z\"\n{inputs}");
    dno_audit::Config::parse(&text, "formats.md", PathBuf::new()).unwrap();
}

#[test]
fn every_setting_of_the_template_is_explained() {
    let settings = section(&page("docs/formats.md"), "## audit.toml").to_owned();
    let template: toml::Table = dno_audit::TEMPLATE.parse().unwrap();
    let mut names = Vec::new();
    for (name, value) in &template {
        match value.as_table() {
            Some(table) => names.extend(table.keys().map(|key| format!("{name}.{key}"))),
            None => names.push(name.clone()),
        }
    }
    assert!(names.len() > 10);
    let explained = first_cells(&settings);
    let missing: Vec<&String> = names.iter().filter(|name| !explained.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Members whose value, if it is an object, has data for names.
const NAMED_BY_DATA: [&str; 11] = [
    "by_age",
    "by_dno",
    "by_grade",
    "by_model",
    "by_region",
    "by_supplier",
    "evidence",
    "files",
    "findings",
    "not_relevant",
    "says",
];

fn members(value: &Value, named_by_data: bool, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                if !named_by_data {
                    into.insert(name.clone());
                }
                members(value, NAMED_BY_DATA.contains(&name.as_str()), into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| members(item, false, into)),
        _ => {}
    }
}

#[test]
fn every_member_of_a_report_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    dnoaudit(["demo", "--devices", "500", "--out", demo.to_str().unwrap()]);
    sign(&demo);
    let report = page("docs/report.md");
    let manifest = section(&report, "## manifest.json");
    let mut files: BTreeSet<String> = BTreeSet::new();
    for entry in fs::read_dir(demo.join("report")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let section = section(&report, &format!("## {name}"));
        let text = fs::read_to_string(&path).unwrap();
        let mut names = BTreeSet::new();
        if name.ends_with(".csv") {
            names.extend(text.lines().next().unwrap().split(',').map(str::to_owned));
        } else {
            let values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
            values.for_each(|value| members(&value.unwrap(), false, &mut names));
        }
        assert!(!names.is_empty(), "{name} is empty and shows nothing");
        // Counts and what they count are explained once, for all files.
        let explained = |name: &String| {
            let code = format!("`{}`", name.split('/').next().unwrap());
            let counted = OUTCOMES.contains(&name.as_str()) || name.contains('/');
            section.contains(&code)
                || VERDICTS.contains(&name.as_str())
                || (names.contains("counts") && manifest.contains(&code))
                || (counted && report.contains(&format!("\n| {code} |")))
        };
        let missing: Vec<&String> = names.iter().filter(|name| !explained(name)).collect();
        assert!(missing.is_empty(), "{name}: {missing:?}");
        files.insert(name);
    }
    let listed = first_cells(report.split("\n## ").next().unwrap());
    assert_eq!(listed, files);
}

/// Audits a demonstration again, with salts and a signature.
fn sign(demo: &Path) {
    let key = repository().join("tests/cli/auditor-key.pem");
    let mut command = Command::new(env!("CARGO_BIN_EXE_dnoaudit"));
    command
        .args(["audit", "--allowed-share", "1", "--fail-on", "never", "--config"])
        .arg(demo.join("audit.toml"));
    command.arg("--sign-key").arg(&key).arg("--run-key").arg(&key);
    assert!(command.output().unwrap().status.success());
}

#[test]
fn every_member_of_a_slice_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let (demo, out) = (folder.path().join("demo"), folder.path().join("slice"));
    dnoaudit(["demo", "--devices", "500", "--out", demo.to_str().unwrap()]);
    sign(&demo);
    let report = demo.join("report");
    dnoaudit(["slice", report.to_str().unwrap(), "--dno", "LOND", "--out", out.to_str().unwrap()]);
    let page = page("docs/report-format.md");
    let of_rows = self::page("docs/report.md");
    let headings = [
        ("slice.json", "### slice.json"),
        ("summary.json", "### summary.json of a slice"),
        ("others.jsonl", "### others.jsonl"),
    ];
    for (name, heading) in headings {
        let text = fs::read_to_string(out.join(name)).unwrap();
        let mut names = BTreeSet::new();
        let value: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        members(&value, false, &mut names);
        let section = section(&page, heading);
        let explained = |name: &String| {
            let code = format!("`{name}`");
            section.contains(&code)
                || VERDICTS.contains(&name.as_str())
                || page.contains(&format!("\n| {code} |"))
                || page.contains(&format!("{code} is the"))
                || (name != "findings" && of_rows.contains(&code))
        };
        let missing: Vec<&String> = names.iter().filter(|name| !explained(name)).collect();
        assert!(missing.is_empty(), "{name}: {missing:?}");
    }
    let listed = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let slice = section(&page, "## A slice");
    listed.for_each(|name| assert!(slice.contains(&format!("`{name}`")), "{name}"));
}

#[test]
fn the_vectors_of_the_format_come_out() {
    let page = page("docs/report-format.md");
    let samples = blocks(&page, "json");
    let [rows, parties] = &samples[..] else { panic!("{} samples", samples.len()) };
    let vectors = blocks(&page, "text").pop().unwrap();
    let lines: Vec<&str> = vectors.lines().collect();
    let vector = |name: &str| -> String {
        let line = lines.iter().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}"));
        line.rsplit(' ').next().unwrap().to_owned()
    };
    let leaves: Vec<_> = rows.lines().map(|row| report::merkle::leaf(row.as_bytes())).collect();
    let mut sealer = report::seal::Sealer::default();
    let mut tree = report::merkle::RowTree::default();
    for (row, leaf) in rows.lines().zip(&leaves) {
        let row: Value = serde_json::from_str(row).unwrap();
        let [dno, supplier, verdict] = ["dno", "supplier", "verdict"].map(|member| row[member].as_str());
        let verdict = verdict.unwrap();
        sealer.push(&report::seal::SealRow { leaf: *leaf, dno, supplier, verdict }).unwrap();
        tree.push(*leaf);
        if tree.leaves() == 2 {
            assert_eq!(vector("node over 1 and 2"), tree.root().to_string());
        }
    }
    for (index, leaf) in leaves.iter().enumerate() {
        assert_eq!(vector(&format!("leaf of row {}", index + 1)), leaf.to_string());
    }
    assert_eq!(vector("root of the rows"), tree.root().to_string());
    let key = report::seal::RunKey::new(b"0123456789abcdef".to_vec()).unwrap();
    let [(_, dnos), _] = sealer.finish(&report::seal::Salts::Key(key));
    let (lond, other) = parties.trim().split_once('\n').unwrap();
    assert_eq!(report::seal::leaf_octets(&dnos[0]).unwrap(), lond.as_bytes());
    assert_eq!(dnos[0].salt.as_deref(), Some(vector("salt").as_str()));
    assert_eq!(vector("leaf of the party"), report::merkle::leaf(lond.as_bytes()).to_string());
    assert_eq!(vector("leaf of the other"), report::merkle::leaf(other.as_bytes()).to_string());
    let top = report::merkle::TopTree::new([lond, other].map(|leaf| leaf.as_bytes().to_vec()));
    assert_eq!(vector("root of the parties"), top.root().to_string());
    let path: Vec<String> = top.path(0).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(path, [vector("leaf of the other")]);
}

const VERDICTS: [&str; 5] = ["correct", "missing", "not-known", "out-of-scope", "wrong"];
const OUTCOMES: [&str; 5] = ["duplicate", "not-relevant", "quarantined", "superseded", "used"];

#[test]
fn the_readme_begins_with_the_two_commands() {
    let readme = page("README.md");
    let commands = blocks(&readme, "sh");
    assert_eq!(commands[0], "cargo run --release --bin dnoaudit -- demo\n");
    assert_eq!(commands[1], "cargo test --workspace --locked\n");
    assert!(readme.lines().count() < 200);
    for verdict in VERDICTS {
        assert!(readme.contains(&format!("\n| {verdict} | ")), "{verdict}");
    }
}

#[test]
fn the_readme_shows_what_the_demonstration_prints() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("demo");
    let printed = dnoaudit(["demo", "--out", out.to_str().unwrap()]);
    let printed: BTreeSet<&str> = printed.lines().collect();
    let shown = blocks(&page("README.md"), "text").remove(0);
    for line in shown.lines().filter(|line| !line.contains('…')) {
        assert!(printed.contains(line), "the demonstration does not print\n{line}");
    }
}

/// What a command block of a page is preceded by: one stream, and a failure ends it unless the page shows its code.
const STRICT: &str = "exec 2>&1\nset -eu\n";

/// The same on pages that show no output. Their commands may find something, or leave something not known.
const LENIENT: &str = r#"exec 2>&1
set -u
dnoaudit() {
    command dnoaudit "$@"
    case $? in 0 | 1 | 3) ;; *) echo "FAILED: dnoaudit $*"; exit 99 ;; esac
}
cargo() {
    [ "$1" = test ] && return
    [ "$*" = "run --release --bin dnoaudit -- demo" ] || exit 98
    dnoaudit demo
}
"#;

/// What a reader of those pages has: records, a list of meters, two reports.
const READER: &str = "exec >/dev/null
set -eu
dnoaudit demo --out given
mkdir responses records certs certificates everything reports
cp given/messages.csv responses
cp given/messages.csv records
cp given/certificates/bundle.pem certs
cp given/certificates/bundle.pem certificates
cp given/trust-anchor.pem root.pem
cp given/trust-anchor.pem trust-anchor.pem
cp given/estate.csv meters.csv
cp given/estate.csv estate.csv
cp given/directory.toml dnos.toml
cp given/directory.toml directory.toml
cp given/own-list.csv our-meters.csv
cp given/messages.csv given/estate.csv given/directory.toml given/certificates/bundle.pem everything
cp -r given/report received
cp -r given/report our-report
cp -r given/report reports/2026-02
dnoaudit audit --config given/audit.toml --as-of 2025-12-01T00:00:00Z --allowed-share 1 --fail-on never \\
    --out reports/2026-01
[ -d dnoaudit-demo ] || cp -r given dnoaudit-demo
";

/// Pages whose commands show no output, or a shortened one.
const WITHOUT_OUTPUT: [&str; 6] =
    ["README.md", "docs/compare.md", "docs/export.md", "docs/page.md", "docs/plan.md", "docs/report.md"];

/// Runs commands of a page; gives what they printed.
fn walk(folder: &Path, prelude: &str, commands: &str) -> (bool, String) {
    let binary = Path::new(env!("CARGO_BIN_EXE_dnoaudit")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(binary.to_path_buf())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let script = format!("{prelude}{commands}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(folder).env("PATH", path.unwrap()).env("LC_ALL", "C");
    let output = shell.stdin(std::process::Stdio::null()).output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

/// A page with what its commands print in the place of what it shows: after each `sh` block, in the `text` block that
/// follows before the next.
fn walked(name: &str, page: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut printed: Option<String> = None;
    let mut written = String::new();
    let mut rest = page;
    while let Some((before, fenced)) = rest.split_once("```") {
        let (language, fenced) = fenced.split_once('\n').unwrap();
        let (block, after) = fenced.split_once("```").unwrap();
        written.push_str(before);
        let block = match language {
            "sh" => {
                assert_eq!(printed.take().unwrap_or_default(), "", "{name} does not show what is printed");
                let (ended, output) = walk(folder.path(), STRICT, block);
                assert!(ended, "{name}:\n{block}\n{output}");
                printed = Some(output);
                block.to_owned()
            }
            "text" => printed.take().unwrap_or_else(|| panic!("{name}: output without a command:\n{block}")),
            _ => block.to_owned(),
        };
        written.push_str(&format!("```{language}\n{block}```"));
        rest = after;
    }
    assert_eq!(printed.unwrap_or_default(), "", "{name} does not show what is printed");
    written + rest
}

#[test]
fn every_page_shows_what_its_commands_print() {
    let bless = std::env::var_os("DNO_AUDIT_BLESS").is_some();
    let mut commands = 0;
    for path in
        pages().into_iter().filter(|path| path.parent().is_some_and(|folder| folder.ends_with("docs")))
    {
        let name = format!("docs/{}", path.file_name().unwrap().to_str().unwrap());
        let page = page(&name);
        let here = blocks(&page, "sh").len();
        if here == 0 || WITHOUT_OUTPUT.contains(&name.as_str()) {
            continue;
        }
        commands += here;
        let walked = walked(&name, &page);
        if bless {
            fs::write(&path, walked).unwrap();
            continue;
        }
        for (line, (shown, printed)) in page.lines().zip(walked.lines()).enumerate() {
            assert_eq!(shown, printed, "{name}, line {}", line + 1);
        }
        assert_eq!(page, walked, "{name}: DNO_AUDIT_BLESS=1 writes what the commands print");
    }
    assert!(commands > 30, "{commands} blocks");
}

#[test]
fn the_commands_of_the_other_pages_run() {
    for name in WITHOUT_OUTPUT {
        let folder = tempfile::tempdir().unwrap();
        let (ready, said) = walk(folder.path(), "", READER);
        assert!(ready, "{said}");
        let testdata = repository().join("testdata").canonicalize().unwrap();
        std::os::unix::fs::symlink(testdata, folder.path().join("testdata")).unwrap();
        let commands = blocks(&page(name), "sh");
        assert!(!commands.is_empty(), "{name}");
        for block in commands {
            let (ended, output) = walk(folder.path(), LENIENT, &block);
            assert!(ended, "{name}:\n{block}\n{output}");
        }
    }
}

#[test]
fn the_summary_of_the_book_lists_every_page() {
    let summary = page("docs/SUMMARY.md");
    let listed: BTreeSet<&str> =
        summary.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let mut there: BTreeSet<String> = BTreeSet::new();
    for path in
        pages().into_iter().filter(|path| path.parent().is_some_and(|folder| folder.ends_with("docs")))
    {
        there.insert(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    there.remove("SUMMARY.md");
    assert_eq!(listed.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), there);
    let book: toml::Table = page("book.toml").parse().unwrap();
    assert_eq!(book["book"]["src"].as_str(), Some("docs"));
}

/// All pages: of the root and of the folders that have some.
fn pages() -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for folder in ["", "docs", "fuzz", "testdata"] {
        let Ok(entries) = fs::read_dir(repository().join(folder)) else { continue };
        let paths = entries.map(|entry| entry.unwrap().path());
        pages.extend(paths.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    pages
}

/// The name by which a heading is linked: lower case, blanks as dashes, other marks left out.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn every_link_leads_somewhere() {
    let mut links = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.starts_with("https://") {
                continue;
            }
            links += 1;
            let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            assert!(path.exists(), "{}: {target} is not there", page.display());
            if !fragment.is_empty() {
                let text = fs::read_to_string(&path).unwrap();
                let headings = text.lines().filter_map(|line| line.strip_prefix('#'));
                let found = headings.map(|line| anchor(line.trim_start_matches('#'))).any(|a| a == fragment);
                assert!(found, "{}: {target} has no such heading", page.display());
            }
        }
    }
    assert!(links > 20, "{links} links");
}
