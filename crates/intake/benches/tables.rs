//! Rows of cells per second and core, from memory, by form of the input. An item is a row, which is one cell.
//!
//! The bound is 2.5 million cells per second from JSON Lines. CSV stands beside it for comparison. Hashing is part of it.

#![allow(clippy::expect_used, reason = "a benchmark that can't be set up has nothing to measure")]

use divan::counter::{BytesCount, ItemsCount};
use dno_audit_intake::{RecordOptions, Source, read_records};
use testkit::forms::jsonl::jsonl;
use testkit::forms::{Rows, Sheet};
use testkit::rows::{CELLS_HEADER, CellRow};
use types::{Credential, Eui64, InputId, KeyId, KeyUsage, Timestamp};

fn main() {
    divan::main();
}

fn csv(rows: u32) -> Vec<u8> {
    let mut out = CELLS_HEADER.as_bytes().to_vec();
    for number in 0..rows {
        let [a, b, c, d] = number.to_be_bytes();
        let device = Eui64::new([0, 0xDB, 0x12, 0, a, b, c, d]);
        let entity = Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0, 0, 0, d]);
        let credential = Credential { entity, key: KeyId::new([0x4A, c, d, d, d, d, d, d]) };
        let at = Timestamp::from_calendar(2025, 12, 1, 6, 30, 0);
        let usage = if number % 2 == 0 { KeyUsage::DIGITAL_SIGNATURE } else { KeyUsage::KEY_AGREEMENT };
        CellRow::network_operator(device, at, usage, credential).write(&mut out);
    }
    out
}

fn read(octets: &[u8]) -> u64 {
    let mut source = Source::new("input", InputId(0), octets);
    let mut used = 0;
    read_records(&mut source, &RecordOptions::default(), &mut |record| {
        used += u64::from(record.outcome.as_ref().is_ok_and(|seen| !seen.is_empty()));
    })
    .expect("records");
    source.finish().expect("octets in memory");
    used
}

fn bench(bencher: divan::Bencher<'_, '_>, rows: u32, octets: &[u8]) {
    assert_eq!(read(octets), u64::from(rows));
    bencher.counter(ItemsCount::new(rows)).counter(BytesCount::of_slice(octets)).bench_local(|| read(octets));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn cells_csv(bencher: divan::Bencher<'_, '_>) {
    bench(bencher, 1_000_000, &csv(1_000_000));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn cells_json_lines(bencher: divan::Bencher<'_, '_>) {
    bench(bencher, 1_000_000, &jsonl(&Rows::of_csv(&csv(1_000_000))));
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn cells_xlsx(bencher: divan::Bencher<'_, '_>) {
    let sheet = Sheet::of("Cells", &Rows::of_csv(&csv(100_000)));
    bench(bencher, 100_000, &testkit::forms::xlsx::xlsx(&[sheet]));
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn cells_ods(bencher: divan::Bencher<'_, '_>) {
    let sheet = Sheet::of("Cells", &Rows::of_csv(&csv(100_000)));
    bench(bencher, 100_000, &testkit::forms::ods::ods(&[sheet]));
}

#[cfg(feature = "parquet")]
#[divan::bench(sample_count = 5, sample_size = 1)]
fn cells_parquet(bencher: divan::Bencher<'_, '_>) {
    let rows = Rows::of_csv(&csv(500_000));
    bench(bencher, 500_000, &testkit::forms::parquet::parquet(&rows));
}
