//! The page and the brief of a report: what they hold, that their figures are those of the package, and that they load and
//! run nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use crate::support::{self, files, json, repository, rows, run, run_in_time};

/// An element of a page.
#[derive(Debug, Default)]
pub(crate) struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    children: Vec<Element>,
    /// The text within it, that of its children included.
    pub(crate) text: String,
}

impl Element {
    /// A page, which is well-formed XML but for its empty elements without end.
    pub(crate) fn page(text: &str) -> Self {
        let text = text.replace("<!DOCTYPE html>", "");
        let closed: String = text
            .split_inclusive('>')
            .map(|part| match part.rfind("<meta ") {
                Some(_) => format!("{}/>", part.strip_suffix('>').unwrap()),
                None => part.to_owned(),
            })
            .collect();
        let mut reader = Reader::from_str(&closed);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().unwrap_or_else(|error| panic!("{error}")) {
                Event::Start(start) => open.push(Self::of(&start)),
                Event::Empty(start) => open.last_mut().unwrap().children.push(Self::of(&start)),
                Event::End(_) => {
                    let ended = open.pop().unwrap();
                    let parent = open.last_mut().unwrap();
                    parent.text.push_str(&ended.text);
                    parent.children.push(ended);
                }
                Event::Text(text) => open.last_mut().unwrap().text.push_str(&text.xml10_content()),
                Event::GeneralRef(name) => {
                    let name = name.xml10_content();
                    let c = match &*name {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "quot" => '"',
                        "apos" => '\'',
                        other => panic!("&{other};"),
                    };
                    open.last_mut().unwrap().text.push(c);
                }
                Event::Eof => break,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(open.len(), 1, "elements without end");
        open.pop().unwrap().children.pop().unwrap()
    }

    fn of(start: &quick_xml::events::BytesStart<'_>) -> Self {
        let text = |text: &str| text.to_owned();
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            (text(attribute.key.as_ref()), text(&attribute.value))
        });
        Self { name: text(start.name().as_ref()), attributes: attributes.collect(), ..Self::default() }
    }

    /// Itself and everything below it, in the order of the page.
    fn all(&self) -> Vec<&Self> {
        std::iter::once(self).chain(self.children.iter().flat_map(Self::all)).collect()
    }

    fn named(&self, name: &str) -> Vec<&Self> {
        self.all().into_iter().filter(|element| element.name == name).collect()
    }

    fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    fn by_id(&self, id: &str) -> &Self {
        let mut found = self.all().into_iter().filter(|element| element.attribute("id") == id);
        found.next().unwrap_or_else(|| panic!("no {id}"))
    }

    /// The rows of a table, without the heading row, cell by cell.
    fn table(&self, id: &str) -> Vec<Vec<String>> {
        let rows = self.by_id(id).named("tr").into_iter().skip(1);
        rows.map(|row| row.children.iter().map(|cell| cell.text.clone()).collect()).collect()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn demo(folder: &Path, devices: &str) -> PathBuf {
    let demo = folder.join("demo");
    let (code, out, error) = run(["demo", "--devices", devices, "--out", text(&demo)]);
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("report.html"), "{out}");
    demo
}

/// The report of a demonstration as of another instant.
fn audited(demo: &Path, as_of: &str, name: &str) -> PathBuf {
    let out = demo.join(name);
    support::audited(demo, &["--as-of", as_of, "--out", text(&out)]);
    out
}

fn page(arguments: &[&str], out: &Path) -> (String, Element) {
    let (code, _, error) = run(["page"].iter().chain(arguments).chain(&["--out", text(out)]));
    assert_eq!(code, 0, "{error}");
    let page = fs::read_to_string(out).unwrap();
    let parsed = Element::page(&page);
    (page, parsed)
}

/// What holds for each page, whatever it tells.
pub(crate) fn assert_sound(page: &str, parsed: &Element) {
    let elements = parsed.all();
    let known: BTreeSet<&str> = [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "nav",
        "main",
        "footer",
        "section",
        "h1",
        "h2",
        "h3",
        "p",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "a",
        "bdi",
        "code",
        "pre",
        "div",
        "table",
        "caption",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "th",
        "td",
        "figure",
        "figcaption",
        "svg",
        "desc",
        "rect",
        "text",
        "polyline",
    ]
    .into();
    for element in &elements {
        assert!(known.contains(&*element.name), "{}", element.name);
        for (name, value) in &element.attributes {
            assert!(!name.starts_with("on") && name != "src" && name != "style", "{name}={value}");
            assert!(name != "href" || value.starts_with('#'), "{value}");
        }
    }
    for loaded in ["http:", "https:", "url(", "@import", "javascript:", "<script", "<link"] {
        assert!(!page.contains(loaded), "{loaded}");
    }
    let policy = elements.iter().find(|element| element.attribute("http-equiv") == "Content-Security-Policy");
    assert!(policy.unwrap().attribute("content").starts_with("default-src 'none';"));
    assert_eq!(parsed.attribute("lang"), "en-GB");
    assert_eq!(parsed.named("h1").len(), 1);
    let levels: Vec<u8> =
        elements.iter().filter_map(|element| element.name.strip_prefix('h')?.parse().ok()).collect();
    assert!(levels.len() > 10 && levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    let ids: Vec<&str> =
        elements.iter().map(|element| element.attribute("id")).filter(|id| !id.is_empty()).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len());
    for element in &elements {
        let named = element.attribute("aria-labelledby").split(' ').filter(|id| !id.is_empty());
        for id in named.chain(element.attribute("href").strip_prefix('#')) {
            assert!(!parsed.by_id(id).text.trim().is_empty(), "{id}");
        }
    }
    let tables = parsed.named("table");
    assert!(tables.len() > 10);
    for table in tables {
        assert_eq!(table.children[0].name, "caption");
        assert!(!table.children[0].text.is_empty());
        assert!(table.named("th").iter().all(|th| matches!(th.attribute("scope"), "col" | "row")));
        let columns = table.named("th").iter().filter(|th| th.attribute("scope") == "col").count();
        for row in table.named("tr") {
            let spans = row.children.iter().map(|cell| cell.attribute("colspan").parse().unwrap_or(1));
            assert_eq!(spans.sum::<usize>(), columns, "{}", table.children[0].text);
        }
    }
    let charts: Vec<_> =
        parsed.named("svg").into_iter().filter(|svg| svg.attribute("aria-hidden") != "true").collect();
    assert!(charts.len() >= 4);
    for svg in parsed.named("svg") {
        assert_eq!(svg.children[0].name, "title");
        assert!(!svg.children[0].text.is_empty());
    }
    for svg in charts {
        assert_eq!(svg.attribute("role"), "img");
        assert_eq!(svg.children[1].name, "desc");
        assert!(svg.children[1].text.contains(" % "), "{}", svg.children[1].text);
    }
}

/// Groups by verdict as a table has them.
fn groups(parsed: &Element, id: &str) -> BTreeMap<String, Vec<u64>> {
    let mut rows = parsed.table(id);
    let all = rows.pop().unwrap();
    assert_eq!(all[0], "all");
    let figures = |row: &[String]| -> Vec<u64> {
        row[1..7].iter().map(|figure| figure.replace(',', "").parse().unwrap()).collect()
    };
    let groups: BTreeMap<_, _> = rows.iter().map(|row| (row[0].clone(), figures(row))).collect();
    let sum = groups.values().fold(vec![0; 6], |sum, row| sum.iter().zip(row).map(|(a, b)| a + b).collect());
    assert_eq!(sum, figures(&all), "{id}");
    groups
}

/// The counts of a verdict object in the order of tables, and their sum.
fn counts(verdicts: &Value) -> Vec<u64> {
    let names = ["correct", "missing", "wrong", "not-known", "out-of-scope"];
    let mut counts: Vec<u64> = names.iter().map(|name| verdicts[*name].as_u64().unwrap()).collect();
    counts.push(counts.iter().sum());
    counts
}

#[test]
fn the_figures_of_the_page_are_those_of_the_package() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "700");
    let report = demo.join("report");
    let text_of = fs::read_to_string(demo.join("report.html")).unwrap();
    let parsed = Element::page(&text_of);
    assert_sound(&text_of, &parsed);

    let (summary, manifest) = (json(&report.join("summary.json")), json(&report.join("manifest.json")));
    for (id, member) in [
        ("by-dno", "by_dno"),
        ("by-supplier", "by_supplier"),
        ("by-region", "by_region"),
        ("by-grade", "by_grade"),
        ("by-age", "by_age"),
    ] {
        let expected: BTreeMap<String, Vec<u64>> = summary[member]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, verdicts)| (name.clone(), counts(verdicts)))
            .collect();
        assert!(expected.len() > 1, "{member}");
        assert_eq!(groups(&parsed, id), expected, "{member}");
    }
    let word = |value: &Value| value.as_str().unwrap_or("not known").to_owned();
    let models: BTreeMap<String, Vec<u64>> = summary["by_model"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let parts = ["manufacturer", "model", "firmware"].map(|part| word(&row[part]));
            (parts.join(", "), counts(&row["counts"]))
        })
        .collect();
    assert_eq!(groups(&parsed, "by-model"), models);
    let verdicts: Vec<u64> =
        parsed.table("verdicts").iter().map(|row| row[1].replace(',', "").parse().unwrap()).collect();
    assert_eq!(verdicts, counts(&summary["counts"]["verdicts"]));

    let devices = rows(&report.join("devices.jsonl"));
    let first = |verdict: &str| -> BTreeMap<String, u64> {
        let mut rules = BTreeMap::new();
        for row in devices.iter().filter(|row| row["verdict"] == verdict) {
            *rules.entry(row["reasons"][0].as_str().unwrap().to_owned()).or_default() += 1;
        }
        rules
    };
    for verdict in ["missing", "wrong", "not-known", "out-of-scope"] {
        let told: BTreeMap<String, u64> =
            parsed.table(verdict).iter().map(|row| (row[1].clone(), row[2].parse().unwrap())).collect();
        assert_eq!(told, first(verdict), "{verdict}");
    }
    let conditions: BTreeMap<String, u64> =
        parsed.table("conditions").iter().map(|row| (row[1].clone(), row[2].parse().unwrap())).collect();
    assert!(!conditions.is_empty());
    for (rule, count) in conditions {
        assert_eq!(summary["findings"][&rule], count, "{rule}");
    }

    let mut parties: BTreeMap<String, u64> = BTreeMap::new();
    for row in devices.iter().filter(|row| !row["remedy"].is_null()) {
        *parties.entry(row["remedy"]["party"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let told = parsed.table("parties");
    let all: u64 = told.last().unwrap()[1].parse().unwrap();
    assert_eq!(all, parties.values().sum::<u64>());
    for (party, count) in parties.iter().filter(|(party, _)| *party != "network-operator") {
        let rows = parsed.table(party);
        assert_eq!(rows.iter().map(|row| row[3].parse::<u64>().unwrap()).sum::<u64>(), *count, "{party}");
    }

    // What somebody needs who compares the page with the report.
    let audited = &parsed.by_id("audited").text;
    assert!(!audited.is_empty());
    let root = |tree: &str| manifest["seal"][tree]["root"].as_str().unwrap().to_owned();
    for needed in [root("dno"), root("supplier")] {
        assert!(parsed.text.contains(&needed), "{needed}");
    }
    let digest = dno_audit::digest(&fs::read(report.join("manifest.json")).unwrap()).to_string();
    assert!(parsed.text.contains(&digest));
    for (input, row) in manifest["inputs"].as_array().unwrap().iter().zip(parsed.table("inputs")) {
        assert_eq!(row[0], input["name"].as_str().unwrap());
        assert_eq!(row[4], input["sha256"].as_str().unwrap());
    }
    // A device is shown with the command that explains it, and the command works.
    let command = parsed.table("wrong")[0][4].replace("PACKAGE", text(&report));
    let (code, explained, error) = run(command.split(' ').skip(1));
    assert_eq!(code, 0, "{error}");
    assert!(explained.contains("wrong"), "{explained}");
}

#[test]
fn credentials_that_end_are_told_from_the_certificates_in_cells() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "300");
    let report = audited(&demo, "2026-05-15T00:00:00Z", "later");
    let (_, parsed) = page(&[text(&report)], &folder.path().join("page.html"));
    let ends: BTreeMap<(String, String), String> = rows(&report.join("certificates.jsonl"))
        .iter()
        .filter(|row| row["kind"] == "organisation")
        .map(|row| {
            let of = |member: &str| row[member].as_str().unwrap().to_owned();
            ((of("subject_key_identifier"), of("serial")), of("not_after"))
        })
        .collect();
    let mut expired = BTreeSet::new();
    for row in rows(&report.join("devices.jsonl")) {
        for cell in row["cells"].as_array().unwrap() {
            let key = cell["key"].as_str().unwrap_or_default();
            let serials = cell["certificates"].as_array().cloned().unwrap_or_default();
            let of = |serial: &Value| &ends[&(key.to_owned(), serial.as_str().unwrap().to_owned())];
            let last = serials.iter().map(of).max();
            if last.is_some_and(|last| last.as_str() < "2026-05-15T00:00:00Z") {
                expired.insert(key.to_owned());
            }
        }
    }
    assert!(!expired.is_empty());
    assert_eq!(parsed.table("bands")[0][..2], ["already expired".to_owned(), expired.len().to_string()]);
    let told: BTreeSet<String> = parsed
        .table("ending")
        .iter()
        .filter(|row| row[5] == "already expired")
        .map(|row| row[1].clone())
        .collect();
    assert_eq!(told, expired);
}

#[test]
fn the_same_package_gives_the_same_page_wherever_and_however_it_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "300");
    let first = fs::read(demo.join("report.html")).unwrap();
    let again = folder.path().join("again");
    let config = demo.join("audit.toml");
    run(["audit", "--config", text(&config), "--threads", "1", "--out", text(&again)]);
    let out = folder.path().join("again.html");
    page(&[text(&again)], &out);
    assert!(fs::read(&out).unwrap() == first, "the pages differ");
    page(&[text(&again)], &out);
    assert!(fs::read(&out).unwrap() == first, "made twice, the pages differ");
    assert!(!String::from_utf8(first).unwrap().contains(text(folder.path())));
}

#[test]
fn what_changed_is_told_from_each_report_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "300");
    let early = audited(&demo, "2025-06-01T00:00:00Z", "early");
    let (report, later) = (demo.join("report"), audited(&demo, "2026-02-01T00:00:00Z", "later"));
    let out = folder.path().join("page.html");
    let (one, parsed) = page(&[text(&later), "--previous", text(&early), text(&report)], &out);
    assert_sound(&one, &parsed);
    let (other, _) = page(&[text(&later), "--previous", text(&report), "--previous", text(&early)], &out);
    assert!(one == other, "the order of the arguments shows");
    let standings: Vec<String> = parsed.table("reports").iter().map(|row| row[0].clone()).collect();
    assert_eq!(standings, ["2025-06-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"]);
    // The same as the command for it says.
    for (row, (old, new)) in parsed.table("changes").iter().zip([(&early, &report), (&report, &later)]) {
        let (_, printed, _) = run(["diff", text(old), text(new), "--format", "json"]);
        let changes = &serde_json::from_str::<Value>(&printed).unwrap()["totals"]["changes"];
        let heads = parsed.by_id("changes").named("tr")[0].children.iter().map(|head| head.text.clone());
        for (name, figure) in heads.zip(row).skip(1) {
            assert_eq!(changes[&name], figure.replace(',', "").parse::<u64>().unwrap(), "{name}");
        }
    }
    let fixed: u64 = parsed.table("changes")[0][1].parse().unwrap();
    let (code, brief, _) = run(["brief", text(&report), "--previous", text(&early)]);
    assert_eq!(code, 0);
    assert!(brief.contains(&format!("since 2025-06-01T00:00:00Z: {fixed} fixed")), "{brief}");

    let refused = |arguments: &[&str], expected: &str| {
        let place = folder.path().join("never.html");
        let (code, _, error) = run(["page"].iter().chain(arguments).chain(&["--out", text(&place)]));
        assert_eq!(code, 2, "{error}");
        assert!(error.contains(expected), "{error}");
        assert!(!place.exists());
    };
    refused(&[text(&early), "--previous", text(&report)], "later than the report as of 2025-06-01T00:00:00Z");
    let slice = folder.path().join("slice");
    assert_eq!(run(["slice", text(&early), "--dno", "LOND", "--out", text(&slice)]).0, 0);
    refused(
        &[text(&report), "--previous", text(&slice)],
        "is the slice of dno \"LOND\", and the newer one a whole report",
    );
}

#[test]
fn a_slice_says_whose_it_is_and_a_signature_that_nobody_checked_it() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "400");
    let config = demo.join("audit.toml");
    let of = |name: &str| repository().join("tests/cli").join(name).to_str().unwrap().to_owned();
    let sign = ["--sign-key", &of("auditor-key.pem"), "--sign-chain", &of("auditor-chain.pem")];
    assert_eq!(run(["audit", "--config", text(&config)].into_iter().chain(sign)).0, 3);
    let report = demo.join("report");
    let slice = folder.path().join("slice");
    for (option, party, whose) in
        [("--dno", "LOND", "network operator LOND"), ("--supplier", "SUP-A", "supplier SUP-A")]
    {
        assert_eq!(run(["slice", text(&report), option, party, "--out", text(&slice)]).0, 0);
        let out = folder.path().join("slice.html");
        let (page, parsed) = page(&[text(&slice)], &out);
        assert_sound(&page, &parsed);
        assert_eq!(parsed.named("h1")[0].text, format!("Network operator credentials: meters of {whose}"));
        assert!(parsed.text.contains("The signature is not checked here: run dnoaudit verify."));
        let summary = json(&slice.join("summary.json"));
        for (id, member) in [("by-dno", "by_dno"), ("by-supplier", "by_supplier"), ("by-region", "by_region")]
        {
            let told = groups(&parsed, id);
            let expected = summary[member].as_object().unwrap();
            assert_eq!(told.len(), expected.len(), "{member}");
            for (name, verdicts) in expected {
                assert_eq!(told[name], counts(verdicts), "{member} {name}");
            }
        }
        let meters = summary["meters"].as_u64().unwrap();
        for id in ["by-age", "by-grade"] {
            assert_eq!(groups(&parsed, id).values().map(|row| row[5]).sum::<u64>(), meters, "{id}");
        }
        let (code, brief, error) = run(["brief", text(&slice)]);
        assert_eq!(code, 0, "{error}");
        assert!(brief.contains(&format!("meters of {whose} as of 2026-01-01T00:00:00Z")), "{brief}");
        assert!(brief.contains(&format!("{meters} meters: ")), "{brief}");
    }
}

#[test]
fn the_page_is_no_part_of_the_package_and_none_is_made_of_a_damaged_one() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "200");
    let report = demo.join("report");
    let before = files(&report);
    let (code, _, error) = run(["page", text(&report), "--out", text(&report.join("report.html"))]);
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("would lie in the package"), "{error}");
    assert!(files(&report) == before);
    assert_eq!(run(["verify", text(&report)]).0, 0);
    assert_eq!(run(["page", text(&report), "--out", text(&folder.path().join("no/such/folder.html"))]).0, 5);

    let devices = report.join("devices.jsonl");
    let altered = fs::read_to_string(&devices).unwrap().replacen("\"missing\"", "\"correct\"", 1);
    fs::write(&devices, altered).unwrap();
    let out = folder.path().join("page.html");
    for command in [vec!["page", text(&report), "--out", text(&out)], vec!["brief", text(&report)]] {
        let (code, printed, error) = run(&command);
        assert_eq!((code, printed.as_str()), (4, ""), "{error}");
        assert!(error.contains("does not verify"), "{error}");
    }
    assert!(!out.exists());
}

#[cfg(unix)]
#[test]
fn a_page_replaces_regular_files_alone_and_nothing_that_has_another_name() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "50");
    let report = demo.join("report");
    let at = |name: &str| folder.path().join(name);
    let page = |out: &Path| run_in_time(["page", text(&report), "--out", text(out)]).0;
    fs::write(at("mine"), "mine").unwrap();
    symlink(at("mine"), at("link")).unwrap();
    symlink(at("nowhere"), at("dangling")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
    for name in ["link", "dangling", "pipe"] {
        assert_eq!(page(&at(name)), 2, "{name}");
    }
    assert_eq!(fs::read_to_string(at("mine")).unwrap(), "mine");
    assert!(!at("nowhere").exists());
    // Another name of a file of the package is replaced, and the file stays what it was.
    fs::hard_link(report.join("rules.json"), at("same")).unwrap();
    assert_eq!(page(&at("same")), 0);
    assert_eq!(run(["verify", text(&report)]).0, 0);
}

#[test]
fn hostile_names_are_text_on_the_page_and_in_the_brief() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "200");
    let long = "L".repeat(10_000);
    let estate = demo.join("estate.csv");
    let hostile = [
        ("SUP-A", "<script>alert(1)</script>"),
        ("SUP-B", "\"\"><img src=x onerror=alert(1)>"),
        ("SUP-C", "=HYPERLINK(\"\"http://example.invalid\"\")"),
        ("SUP-D", "\u{202e}evil\u{200b}"),
        ("Yorkshire", long.as_str()),
        ("Birch Instruments", "</table></main><h1>verified</h1>"),
    ];
    let mut text_of = fs::read_to_string(&estate).unwrap();
    for (name, hostile) in hostile {
        assert!(text_of.contains(&format!(",{name}")), "{name}");
        text_of = text_of.replace(&format!(",{name}"), &format!(",\"{hostile}\""));
    }
    fs::write(&estate, text_of).unwrap();
    fs::write(demo.join("registration.csv"), "mpan,network_operator,supplier\n").unwrap();
    let report = audited(&demo, "2026-01-01T00:00:00Z", "hostile");
    let out = folder.path().join("page.html");
    let (code, _, error) = run(["page", text(&report), "--out", text(&out)]);
    assert_eq!(code, 0, "{error}");
    let page = fs::read_to_string(&out).unwrap();
    let parsed = Element::page(&page.replace("http://example.invalid", ""));
    assert_sound(&page.replace("http://example.invalid", ""), &parsed);
    let suppliers = groups(&parsed, "by-supplier");
    for (name, shown) in [
        ("SUP-A", "<script>alert(1)</script>"),
        ("SUP-B", "\"><img src=x onerror=alert(1)>"),
        ("SUP-D", r"\u{202e}evil\u{200b}"),
    ] {
        assert!(suppliers.contains_key(shown), "{name}: {suppliers:?}");
    }
    assert!(parsed.text.contains("… (10,000 characters)"));
    assert_eq!(parsed.named("h1").len(), 1);
    for format in ["text", "markdown"] {
        let (code, brief, error) = run(["brief", text(&report), "--format", format]);
        assert_eq!(code, 0, "{error}");
        assert!(!brief.contains(['\u{202e}', '\u{200b}']), "{brief}");
        assert!(format == "text" || !brief.contains("<script>"), "{brief}");
        assert!(brief.lines().all(|line| line.chars().count() < 700), "{brief}");
    }
}

#[test]
fn the_brief_has_the_figures_of_the_page_in_both_forms() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), "300");
    let report = demo.join("report");
    let verdicts = counts(&json(&report.join("summary.json"))["counts"]["verdicts"]);
    let line = format!(
        "{} meters: {} correct, {} missing, {} wrong, {} not known, {} out of scope",
        verdicts[5], verdicts[0], verdicts[1], verdicts[2], verdicts[3], verdicts[4]
    );
    let page = Element::page(&fs::read_to_string(demo.join("report.html")).unwrap());
    let who = page.table("supplier")[0].clone();
    for (format, heads, item) in [("text", "", "  – "), ("markdown", "## ", "- ")] {
        let (code, brief, error) = run(["brief", text(&report), "--format", format]);
        assert_eq!((code, error.as_str()), (0, ""));
        for head in ["Issue", "Figures", "Change since last time", "By party", "Next steps", "Source"] {
            assert!(brief.lines().any(|line| line == format!("{heads}{head}")), "{head}\n{brief}");
        }
        assert!(brief.lines().any(|found| found == format!("{item}{line}")), "{line}\n{brief}");
        assert!(brief.contains(&format!("{} {}", who[0], who[3])), "{who:?}\n{brief}");
        assert!(brief.lines().count() < 50, "half a page: {}", brief.lines().count());
    }
}
