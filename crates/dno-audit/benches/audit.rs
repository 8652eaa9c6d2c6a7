//! A whole audit of a synthetic estate from a CSV of cells: reading, hashing, joining, judging, writing.
//!
//! The bound is one million meters in under five seconds on two cores. Memory is measured from outside:
//! `/usr/bin/time -v dnoaudit audit …` over an estate that `testgen estate` made.

#![allow(clippy::expect_used, reason = "a benchmark that can't be set up has nothing to measure")]

use std::path::Path;

use dno_audit::{AsOf, Config, InputSpec, Progress};
use testkit::estate::{EstateOptions, write_estate};

fn main() {
    divan::main();
}

#[divan::bench(args = [10_000, 100_000, 1_000_000], sample_count = 3, sample_size = 1)]
fn cells_csv(bencher: divan::Bencher<'_, '_>, meters: u64) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = EstateOptions { devices: meters, ..EstateOptions::default() };
    write_estate(&options, folder.path()).expect("an estate");
    let config = config(folder.path(), options.as_of);
    let out = folder.path().join("report");
    bencher
        .counter(divan::counter::ItemsCount::new(meters))
        .bench_local(|| dno_audit::run(&config, &out, &Progress::silent()).expect("an audit"));
}

fn config(folder: &Path, as_of: AsOf) -> Config {
    let mut config = Config::new(as_of, folder.to_path_buf());
    config.inputs.records = vec![InputSpec::new("cells.csv")];
    config.inputs.certificates = vec![InputSpec::new("certificates/bundle.pem")];
    config.inputs.trust_anchors = vec![InputSpec::new("trust-anchor.pem")];
    config.inputs.estate = vec![InputSpec::new("estate.csv")];
    config.inputs.registration = vec![InputSpec::new("registration.csv")];
    config.inputs.directory = vec![InputSpec::new("directory.toml")];
    config
}
