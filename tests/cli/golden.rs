//! The page and the workbook of demonstrations, octet for octet.
//!
//! Write them anew after a wanted change with `DNO_AUDIT_BLESS=1 cargo test -p dno-audit-cli --test cli golden`, and read the
//! difference. A workbook stands there as text: the digest of the whole and of each part, in which formats are, and the
//! cells as another reader sees them.

use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use dno_audit::digest;

use crate::support::{audited, demo, repository, run};

/// As many as a package that is compared octet for octet has: each state three times.
const SMALL: &str = "123";

/// As many as `demo` makes if it is not told.
const WHOLE: &str = "5000";

/// Compares with a golden file, or writes it.
fn compare(name: &str, said: &[u8]) {
    let golden = repository().join("testdata/golden/views").join(name);
    if std::env::var_os("DNO_AUDIT_BLESS").is_some() {
        fs::create_dir_all(golden.parent().unwrap()).unwrap();
        fs::write(&golden, said).unwrap();
    }
    let held = fs::read(&golden).unwrap_or_default();
    if held != said {
        let place = held.iter().zip(said).take_while(|(held, said)| held == said).count();
        let near = |octets: &[u8]| {
            String::from_utf8_lossy(&octets[place.saturating_sub(60)..octets.len().min(place + 60)])
                .into_owned()
        };
        panic!("{name} differs at octet {place}:\nheld {:?}\nsaid {:?}", near(&held), near(said));
    }
    assert!(said.len() < 200 * 1024, "{name}: {} octets", said.len());
}

fn page(report: &Path, more: &[&str]) -> Vec<u8> {
    let out = report.with_extension("html");
    let arguments = ["page", report.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let (code, _, error) = run(arguments.iter().chain(more));
    assert_eq!(code, 0, "{error}");
    fs::read(out).unwrap()
}

fn workbook(report: &Path) -> Vec<u8> {
    let out = report.with_extension("xlsx");
    let (report, place) = (report.to_str().unwrap(), out.to_str().unwrap());
    let (code, _, error) = run(["export", report, "--format", "xlsx", "--out", place]);
    assert_eq!(code, 0, "{error}");
    fs::read(out).unwrap()
}

/// The digest of a workbook and of each of its parts.
fn parts(octets: &[u8]) -> String {
    let mut said = format!("workbook {} octets {}\n", octets.len(), digest(octets));
    let mut archive = zip::ZipArchive::new(Cursor::new(octets)).unwrap();
    for number in 0..archive.len() {
        let mut part = archive.by_index(number).unwrap();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        said.push_str(&format!(
            "part {} {} octets {}\n",
            part.name().unwrap(),
            content.len(),
            digest(&content)
        ));
    }
    said
}

/// A line for each row of a workbook: sheet, number, cells. Text has quotes, numbers have none.
fn cells(octets: &[u8]) -> String {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(octets)).unwrap();
    let mut said = String::new();
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).unwrap();
        for (number, row) in range.rows().enumerate() {
            let cells = row.iter().map(|cell| match cell {
                Data::Empty => String::new(),
                Data::String(text) => format!("{text:?}"),
                other => format!("{other}"),
            });
            said.push_str(&format!("{name} {}: {}\n", number + 1, cells.collect::<Vec<_>>().join(" | ")));
        }
    }
    said
}

#[test]
fn the_page_and_the_workbook_of_the_demonstration_are_the_golden_ones() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), WHOLE);
    let first = fs::read(demo.join("report.html")).unwrap();
    compare("demo.html", &first);
    assert!(page(&demo.join("report"), &[]) == first);
    compare("demo-workbook-parts.txt", parts(&workbook(&demo.join("report"))).as_bytes());
}

#[test]
fn a_page_with_what_changed_and_a_workbook_cell_by_cell_are_the_golden_ones() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path(), SMALL);
    let (report, early) = (demo.join("report"), demo.join("early"));
    audited(&demo, &["--as-of", "2025-10-01T00:00:00Z", "--out", early.to_str().unwrap()]);
    compare("changed.html", &page(&report, &["--previous", early.to_str().unwrap()]));
    let octets = workbook(&report);
    compare("workbook.txt", (parts(&octets) + &cells(&octets)).as_bytes());
}
