//! What each stage of an audit costs after reading, for one core: putting in order and joining, assessing, rendering with the
//! leaf, sealing. An item is a meter.
//!
//! Reading is measured where it is done: `decode` of gbcs, `tables` and `documents` of intake. A whole audit: `audit`.

#![allow(clippy::expect_used, reason = "a benchmark that can't be set up has nothing to measure")]

use std::fs;
use std::path::Path;

use audit::observations::Batch;
use audit::{
    Certificates, Context, Directory, Estate, EstateBatch, EstateBuilder, Observations, Options, Resolutions,
    Subject, Waivers, assess,
};
use divan::counter::{BytesCount, ItemsCount};
use intake::{RecordOptions, Source, TableOptions};
use report::seal::{RunKey, Salts, SealRow, Sealer};
use report::{InputDigests, device_row, merkle, push_line};
use smki::{PathLimits, Paths, Revocations, Store, StoreBuilder};
use testkit::estate::{EstateOptions, write_estate};
use types::{InputId, Interner, Observation, RegistrationRow, Sha256Digest};

const METERS: u64 = 100_000;

fn main() {
    divan::main();
}

/// The files of an estate in memory.
struct Files {
    cells: Vec<u8>,
    estate: Vec<u8>,
    registration: Vec<u8>,
    directory: Directory,
    store: Store,
    paths: Paths,
    revocations: Revocations,
    options: EstateOptions,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let options = EstateOptions { devices: METERS, ..EstateOptions::default() };
        write_estate(&options, folder.path()).expect("an estate");
        let read = |name: &str| fs::read(folder.path().join(Path::new(name))).expect("a file of the estate");
        let mut store = StoreBuilder::new();
        for found in smki::read_certificates(&read("trust-anchor.pem")) {
            store.add_trust_anchor(found.value.expect("a certificate"));
        }
        for found in smki::read_certificates(&read("certificates/bundle.pem")) {
            store.add(found.value.expect("a certificate"));
        }
        let store = store.build();
        let paths = store.verify_paths(PathLimits::default());
        let revocations = store.verify_revocation(&paths, options.as_of, PathLimits::default());
        let text = read("directory.toml");
        let records = intake::read_directory(&mut Source::new("directory.toml", InputId(0), text.as_slice()));
        let directory = Directory::new(None, &[records.expect("a directory")], options.as_of);
        Self {
            cells: read("cells.csv"),
            estate: read("estate.csv"),
            registration: read("registration.csv"),
            directory: directory.expect("a directory"),
            store,
            paths,
            revocations,
            options,
        }
    }

    fn batch(&self) -> Batch {
        let mut batch = Batch::default();
        let mut source = Source::new("cells.csv", InputId(2), self.cells.as_slice());
        intake::read_records(&mut source, &RecordOptions::default(), &mut |record| match &record.outcome {
            Ok(seen) => batch.extend(*seen),
            Err(_) => batch.extend(&record.unusable()),
        })
        .expect("records");
        batch
    }

    fn builder(&self, names: &mut Interner) -> EstateBuilder {
        let (mut rows, mut builder) = (EstateBatch::default(), EstateBuilder::default());
        let mut registration: Vec<RegistrationRow> = Vec::new();
        let options = TableOptions::default();
        let mut source = Source::new("estate.csv", InputId(0), self.estate.as_slice());
        intake::read_estate(&mut source, &options, names, &mut rows, &mut |_| {}).expect("rows");
        let mut source = Source::new("registration.csv", InputId(1), self.registration.as_slice());
        let unread = &mut Vec::new();
        intake::read_registration(&mut source, &options, names, &mut registration, unread, &mut |_| {})
            .expect("rows");
        builder.add_rows(InputId(0), rows);
        builder.add_registration(registration);
        builder
    }

    fn estate(&self) -> (Estate, Interner) {
        let mut names = Interner::new();
        let builder = self.builder(&mut names);
        (builder.build(&names, &self.directory).expect("an estate"), names)
    }

    fn certificates(&self) -> Certificates<'_> {
        let Self { store, paths, revocations, options, .. } = self;
        Certificates { store, paths, revocations, as_of: options.as_of }
    }
}

/// Everything up to the assessment, handed to a stage.
fn with_context<T>(files: &Files, stage: impl FnOnce(Context<'_>, &[Vec<Observation>]) -> T) -> T {
    let (estate, names) = files.estate();
    let observations = Observations::new(vec![(InputId(2), files.batch())]).expect("observations");
    let options = Options::default();
    let resolutions = Resolutions::new(&observations.credentials(), files.certificates(), &options);
    let context = Context {
        estate: &estate,
        names: &names,
        directory: &files.directory,
        certificates: files.certificates(),
        resolutions: &resolutions,
        options: &options,
        waivers: &Waivers::default(),
    };
    let of_meter = |index| observations.of_device(estate.device(index).expect("a meter"));
    let seen: Vec<Vec<Observation>> = (0..estate.len()).map(of_meter).collect();
    stage(context, &seen)
}

/// Sorting the observations.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn order(bencher: divan::Bencher<'_, '_>) {
    let files = Files::new();
    bencher
        .counter(ItemsCount::new(METERS))
        .with_inputs(|| files.batch())
        .bench_local_values(|batch| Observations::new(vec![(InputId(2), batch)]).expect("observations"));
}

/// Sorting the estate and joining it to registration data.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn join(bencher: divan::Bencher<'_, '_>) {
    let files = Files::new();
    let with_names = || {
        let mut names = Interner::new();
        (files.builder(&mut names), names)
    };
    bencher.counter(ItemsCount::new(METERS)).with_inputs(with_names).bench_local_values(
        |(builder, names): (EstateBuilder, Interner)| {
            builder.build(&names, &files.directory).expect("an estate")
        },
    );
}

/// The rules.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn rules(bencher: divan::Bencher<'_, '_>) {
    with_context(&Files::new(), |context, seen| {
        let all = || {
            let judged = seen.iter().enumerate();
            judged
                .map(|(index, seen)| assess(Subject::new(context, index, seen)).findings.len())
                .sum::<usize>()
        };
        bencher.counter(ItemsCount::new(METERS)).bench_local(all);
    });
}

/// The rows of assessed meters, each with its leaf.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn render_and_leaf(bencher: divan::Bencher<'_, '_>) {
    with_context(&Files::new(), |context, seen| {
        let judged = |(index, seen): (usize, &Vec<Observation>)| {
            let mut row = Vec::new();
            let assessment = assess(Subject::new(context, index, seen));
            push_line(&device_row(&assessment, &digests()), &mut row).expect("a row");
            row.len()
        };
        let octets: usize = seen.iter().enumerate().map(judged).sum();
        let assessed: Vec<_> =
            seen.iter().enumerate().map(|(index, seen)| assess(Subject::new(context, index, seen))).collect();
        let digests = digests();
        bencher.counter(ItemsCount::new(METERS)).counter(BytesCount::new(octets)).bench_local(|| {
            let mut row = Vec::new();
            for assessment in &assessed {
                row.clear();
                push_line(&device_row(assessment, &digests), &mut row).expect("a row");
                divan::black_box(merkle::leaf(&row));
            }
        });
    });
}

fn digests() -> InputDigests {
    InputDigests::new([Sha256Digest::default(); 3])
}

/// The trees over the leaves of all meters, by operator and by supplier.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn seal(bencher: divan::Bencher<'_, '_>) {
    let leaves: Vec<_> = (0..METERS).map(|number| merkle::leaf(&number.to_be_bytes())).collect();
    let parties = ["LOND", "MANW", "SPOW", "YELG"];
    let salts = Salts::Key(RunKey::new(vec![7; RunKey::MIN]).expect("a key"));
    bencher.counter(ItemsCount::new(METERS)).bench_local(|| {
        let mut sealer = Sealer::default();
        for (leaf, number) in leaves.iter().zip(0usize..) {
            // As in a report: by operator, with suppliers as they come.
            let dno = parties.get(number * parties.len() / leaves.len()).copied();
            let supplier = parties.get(number * 7 % parties.len()).copied();
            sealer.push(&SealRow { leaf: *leaf, dno, supplier, verdict: "correct" }).expect("a verdict");
        }
        sealer.finish(&salts)
    });
}
