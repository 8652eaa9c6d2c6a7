//! Plugs in a source of records that the program does not know: rows of a head-end's own database.
//!
//! Whatever the source is, it makes [`Observation`]s. A row that can't be read makes one too, so that its meter comes out as
//! not known rather than as never read.

#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use std::collections::BTreeSet;
use std::error::Error;

use audit::{
    Certificates, Context, Directory, Estate, Options, Resolutions, Subject, Waivers, assess, timeline,
};
use intake::{Source as Input, TableOptions, read_directory, read_estate};
use smki::{PathLimits, StoreBuilder, read_certificates};
use types::{
    AsOf, Credential, Grade, InputId, Interner, NetworkOperatorCell, Observation, Origin, Seen, Source,
    Unusable,
};

const CERTIFICATES: &[u8] = include_bytes!("../../../testdata/pki/bundle.pem");
const TRUST_ANCHOR: &[u8] = include_bytes!("../../../testdata/pki/root.der");
const DIRECTORY: &[u8] = include_bytes!("../../../testdata/directory.toml");
const ESTATE: &[u8] = b"device_id,mpan
00-DB-12-00-00-00-00-A0,1249168771168
00-DB-12-00-00-00-00-A1,1201863172050
00-DB-12-00-00-00-00-A2,1278854290410
";

/// A row of the head-end: meter, when it was read, and entity and key of a cell as it keeps them.
#[derive(Clone, Copy, Debug)]
struct Row {
    meter: &'static str,
    read_at: &'static str,
    cell: NetworkOperatorCell,
    entity: &'static str,
    key: &'static str,
}

const fn row(meter: &'static str, cell: NetworkOperatorCell, entity: &'static str, key: &'static str) -> Row {
    Row { meter, read_at: "2025-12-01T09:30:00Z", cell, entity, key }
}

/// What a query of the head-end gives. The last row is damaged.
const ROWS: [Row; 4] = [
    row("00DB1200000000A0", NetworkOperatorCell::DigitalSignature, "90B3D5AA00120000", "4187EAFBACBA8961"),
    row("00DB1200000000A0", NetworkOperatorCell::KeyAgreement, "90B3D5AA00120000", "43BA782A3C593490"),
    row("00DB1200000000A1", NetworkOperatorCell::DigitalSignature, "90B3D5AA00000002", "41058D9C244C7CE2"),
    row("00DB1200000000A2", NetworkOperatorCell::DigitalSignature, "90B3D5AA00120000", "4187EAFB????"),
];

impl Row {
    /// What the row says of its cell.
    fn observation(self, line: u32) -> Result<Observation, Box<dyn Error>> {
        let seen = match (self.entity.parse(), self.key.parse()) {
            (Ok(entity), Ok(key)) => Seen::Held(Credential { entity, key }),
            _ => Seen::Unusable(Unusable::Malformed),
        };
        Ok(Observation {
            device: self.meter.parse()?,
            at: Some(self.read_at.parse()?),
            cell: self.cell,
            // An extract: somebody else decoded it, and no signature of the device stands behind it.
            source: Source::Extract,
            grade: Grade::ExtractRow,
            seen,
            origin: Origin { input: InputId(2), line },
        })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", assessed()?);
    Ok(())
}

/// The verdict of each meter of the estate.
pub(crate) fn assessed() -> Result<String, Box<dyn Error>> {
    // This is all that a source has to do: observations, sorted.
    let mut observations = Vec::new();
    for (row, line) in ROWS.into_iter().zip(1..) {
        observations.push(row.observation(line)?);
    }
    observations.sort_by(timeline::order);

    // The rest is as for any other source.
    let as_of = AsOf("2026-01-01T00:00:00Z".parse()?);
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
    let records = read_directory(&mut Input::new("directory.toml", InputId(0), DIRECTORY))?;
    let directory = Directory::new(None, &[records], as_of)?;
    let (mut names, mut rows) = (Interner::new(), Vec::new());
    let mut estate = Input::new("estate.csv", InputId(1), ESTATE);
    read_estate(&mut estate, &TableOptions::default(), &mut names, &mut rows, &mut |_| {})?;
    let estate = Estate::new(rows, Vec::new(), &names, &directory)?;

    let certificates = Certificates { store: &store, paths: &paths, revocations: &revocations, as_of };
    let held: BTreeSet<_> = observations
        .iter()
        .filter_map(|observation| match observation.seen {
            Seen::Held(credential) => Some((credential, observation.cell)),
            _ => None,
        })
        .collect();
    let options = Options::default();
    let context = Context {
        estate: &estate,
        names: &names,
        directory: &directory,
        certificates,
        resolutions: &Resolutions::new(&held, certificates, &options),
        options: &options,
        waivers: &Waivers::default(),
    };
    let mut text = String::new();
    for index in 0..estate.len() {
        let Some(device) = estate.device(index) else { continue };
        // Sorted by device first, the observations of one stand together.
        let begin = observations.partition_point(|seen| seen.device < device);
        let end = observations.partition_point(|seen| seen.device <= device);
        let seen = observations.get(begin..end).unwrap_or_default();
        let assessment = assess(Subject::new(context, index, seen));
        let rules: Vec<&str> = assessment.findings.iter().map(|finding| finding.rule.id).collect();
        text += &format!("{device}: {} [{}]\n", assessment.verdict.name(), rules.join(", "));
    }
    Ok(text)
}
