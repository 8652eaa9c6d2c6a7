//! Assesses one meter in memory: what it answered, who ought to be in its cells, what follows. No file is opened.
//!
//! The octets come from the synthetic samples of this repository; a program of yours has them from wherever it likes.

#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use std::collections::BTreeSet;
use std::error::Error;

use audit::{
    Certificates, Context, Directory, Estate, Options, Resolutions, Subject, Waivers, assess, timeline,
};
use intake::{RecordOptions, Source, TableOptions, read_directory, read_estate, read_records};
use smki::{PathLimits, StoreBuilder, read_certificates};
use types::{AsOf, InputId, Interner, Seen};

const CERTIFICATES: &[u8] = include_bytes!("../../../testdata/pki/bundle.pem");
const TRUST_ANCHOR: &[u8] = include_bytes!("../../../testdata/pki/root.der");
const DIRECTORY: &[u8] = include_bytes!("../../../testdata/directory.toml");
const ESTATE: &[u8] = b"device_id,mpan,supplier\n00-DB-12-00-00-00-00-A0,1249168771168,SUP-A\n";

/// The answers of two reads: the placeholder, and later London's credentials.
pub(crate) const PLACEHOLDER: &[u8] = include_bytes!("../../../testdata/records/gbcs/placeholder.hex");
pub(crate) const LONDON: &[u8] =
    include_bytes!("../../../testdata/records/gbcs/two-network-operator-cells.hex");

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", assessed(PLACEHOLDER)?);
    print!("{}", assessed(LONDON)?);
    Ok(())
}

/// What becomes of the one meter of the estate, given the answer to a read.
pub(crate) fn assessed(answer: &'static [u8]) -> Result<String, Box<dyn Error>> {
    let as_of = AsOf("2026-01-01T00:00:00Z".parse()?);

    // Certificates, and which of them lead to the trust anchor.
    let mut store = StoreBuilder::new();
    for found in read_certificates(TRUST_ANCHOR) {
        store.add_trust_anchor(found.value?);
    }
    for found in read_certificates(CERTIFICATES) {
        store.add(found.value?);
    }
    let store = store.build();
    let paths = store.verify_paths(PathLimits::default());
    let revocations = store.verify_revocation(&paths, as_of, PathLimits::default());
    let certificates = Certificates { store: &store, paths: &paths, revocations: &revocations, as_of };

    // Who ought to be there.
    let records = read_directory(&mut Source::new("directory.toml", InputId(0), DIRECTORY))?;
    let directory = Directory::new(None, &[records], as_of)?;
    let (mut names, mut rows) = (Interner::new(), Vec::new());
    let mut refused = Vec::new();
    read_estate(
        &mut Source::new("estate.csv", InputId(1), ESTATE),
        &TableOptions::default(),
        &mut names,
        &mut rows,
        &mut |record| refused.extend(record.outcome.as_ref().err().map(ToString::to_string)),
    )?;
    let estate = Estate::new(rows, Vec::new(), &names, &directory)?;

    // Who is there. A bare message has no time of its own; whoever asked knows it.
    let options = RecordOptions { observed_at: Some("2025-12-01T09:30:00Z".parse()?), ..Default::default() };
    let mut observations = Vec::new();
    read_records(&mut Source::new("answer.hex", InputId(2), answer), &options, &mut |record| match &record
        .outcome
    {
        Ok(seen) => observations.extend_from_slice(seen),
        Err(reject) => refused.push(reject.to_string()),
    })?;
    observations.sort_by(timeline::order);

    let held: BTreeSet<_> = observations
        .iter()
        .filter_map(|observation| match observation.seen {
            Seen::Held(credential) => Some((credential, observation.cell)),
            _ => None,
        })
        .collect();
    let options = Options::default();
    let resolutions = Resolutions::new(&held, certificates, &options);
    let context = Context {
        estate: &estate,
        names: &names,
        directory: &directory,
        certificates,
        resolutions: &resolutions,
        options: &options,
        waivers: &Waivers::default(),
    };
    let assessment = assess(Subject::new(context, 0, &observations));

    let mut text = format!("{}: {}\n", assessment.subject.meter.device(), assessment.verdict.name());
    for finding in &assessment.findings {
        text += &format!("  {}: {}\n", finding.rule.id, finding.rule.title);
    }
    if let Some(remedy) = &assessment.remedy {
        text += &format!("  remedy: {}, {}\n", remedy.actor.name(), remedy.action);
    }
    refused.iter().for_each(|reason| text += &format!("  refused: {reason}\n"));
    Ok(text)
}
