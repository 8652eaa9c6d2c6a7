//! Verification of a package: its digests, its rows in both trees, and its counts.
//!
//! The bound is one gigabyte of rows a second on two cores, or the speed of SHA-256, whichever is less. Every octet of a
//! row is hashed twice: once for the file, once for its leaf.

#![allow(clippy::expect_used, reason = "a benchmark that can't be set up has nothing to measure")]

use dno_audit::{Config, Expected, InputSpec, Progress};
use testkit::estate::{EstateOptions, write_estate};

fn main() {
    divan::main();
}

#[divan::bench(args = [10_000, 100_000, 300_000], sample_count = 5, sample_size = 1)]
fn package(bencher: divan::Bencher<'_, '_>, meters: u64) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = EstateOptions { devices: meters, ..EstateOptions::default() };
    write_estate(&options, folder.path()).expect("an estate");
    let mut config = Config::new(options.as_of, folder.path().to_path_buf());
    config.inputs.records = vec![InputSpec::new("cells.csv")];
    config.inputs.certificates = vec![InputSpec::new("certificates/bundle.pem")];
    config.inputs.trust_anchors = vec![InputSpec::new("trust-anchor.pem")];
    config.inputs.estate = vec![InputSpec::new("estate.csv")];
    config.inputs.directory = vec![InputSpec::new("directory.toml")];
    let out = folder.path().join("report");
    dno_audit::run(&config, &out, &Progress::silent()).expect("an audit");
    let rows = std::fs::metadata(out.join("devices.jsonl")).expect("rows").len();
    bencher.counter(divan::counter::BytesCount::new(rows)).bench_local(|| {
        let found = dno_audit::verify(&out, &Expected::default(), &Progress::silent()).expect("a package");
        assert!(found.verified);
    });
}

/// What the processor can do at best: the same octets hashed once, on one core.
#[divan::bench(sample_count = 5)]
fn sha_256_alone(bencher: divan::Bencher<'_, '_>) {
    let octets = vec![0x5A; 64 << 20];
    bencher
        .counter(divan::counter::BytesCount::new(octets.len()))
        .bench_local(|| report::digest(divan::black_box(&octets)));
}
