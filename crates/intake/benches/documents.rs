//! How many documents are read in a second: parsed, decoded into observations, hashed on the way.
//!
//! The bound is 200 000 MMC documents a second on two cores, of which each reads a file.

#![allow(clippy::expect_used, reason = "a benchmark that can't be set up has nothing to measure")]

use std::thread;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use dno_audit_intake::{Record, RecordOptions, Source, read_records};
use testkit::estate::{Estate, EstateOptions, Mix, State};
use testkit::forms::xml::{Declaration, Element, Layout, Style, document_text};
use types::InputId;

const DOCUMENTS: u64 = 50_000;
const CORES: u64 = 2;

fn main() {
    divan::main();
}

fn estate() -> Estate {
    let mix = Mix::only(State::Correct);
    Estate::new(EstateOptions { devices: DOCUMENTS, mix, ..EstateOptions::default() }).expect("an estate")
}

fn file(documents: impl Iterator<Item = Element>, layout: Layout) -> Vec<u8> {
    let style = Style { layout, declaration: Declaration::Omitted, ..Style::default() };
    documents.map(|root| document_text(&root, style)).collect::<String>().into_bytes()
}

/// Reads a file and makes sure that the figure is of documents that were understood.
fn read(octets: &[u8]) {
    let mut source = Source::new("documents.xml", InputId(0), octets);
    let mut observations = 0;
    let seen = &mut |record: &Record<'_>| {
        observations += record.outcome.as_ref().map_or(0, |observed| observed.len());
    };
    read_records(&mut source, &RecordOptions::default(), seen).expect("octets in memory");
    assert_eq!(observations, 2 * usize::try_from(DOCUMENTS).expect("a small number"));
}

fn bench(bencher: Bencher<'_, '_>, file: &[u8]) {
    let items = ItemsCount::new(DOCUMENTS * CORES);
    let octets = BytesCount::new(file.len() as u64 * CORES);
    bencher.counter(items).counter(octets).bench_local(|| {
        thread::scope(|scope| (0..CORES).for_each(|_| drop(scope.spawn(|| read(divan::black_box(file))))));
    });
}

#[divan::bench(args = [Layout::OneLine, Layout::Indented], sample_count = 5, sample_size = 1)]
fn mmc(bencher: Bencher<'_, '_>, layout: Layout) {
    bench(bencher, &file(estate().mmc_documents(), layout));
}

#[divan::bench(args = [Layout::OneLine, Layout::Indented], sample_count = 5, sample_size = 1)]
fn duis(bencher: Bencher<'_, '_>, layout: Layout) {
    bench(bencher, &file(estate().duis_documents(), layout));
}
