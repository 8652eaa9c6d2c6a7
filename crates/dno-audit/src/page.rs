//! Reads packages for the page and the brief.

use std::io::Write;
use std::path::{Path, PathBuf};

use report::sign::Attestation;
use report::{ATTESTATION, ReadError, digest};
use types::Timestamp;
use views::brief::Form;
use views::edition::{Edition, Signature, Standing, Step};
use views::overview::{Gathering, Overview};

use crate::diff::Comparison;
use crate::error::Error;
use crate::place::{NewFile, check_apart};
use crate::progress::Progress;
use crate::reader::{PackageReader, as_of, read_small};
use crate::verify::verified;

/// Writes the page of a package or slice to `out`. `previous` are earlier ones of the same estate or party, in any order.
///
/// The octets follow from the packages alone.
///
/// # Errors
///
/// A package can't be read or does not verify, the reports make no sequence, `out` lies in one of them, is no regular file,
/// or can't be written. In each case what stands at `out` is left as it is.
pub fn page(package: &Path, previous: &[PathBuf], out: &Path, progress: &Progress<'_>) -> Result<(), Error> {
    for read in std::iter::once(package).chain(previous.iter().map(PathBuf::as_path)) {
        check_apart(out, read)?;
    }
    let file = NewFile::create(out)?;
    let (edition, overview) = read(package, previous, progress)?;
    let text = views::page::page(&edition, &overview)?;
    file.file().write_all(text.as_bytes()).map_err(Error::at(out))?;
    file.publish()
}

/// The brief of a package or slice. `previous` are earlier ones of the same estate or party, in any order.
///
/// # Errors
///
/// A package can't be read or does not verify, or the reports make no sequence.
pub fn brief(
    package: &Path,
    previous: &[PathBuf],
    form: Form,
    progress: &Progress<'_>,
) -> Result<String, Error> {
    let (edition, overview) = read(package, previous, progress)?;
    Ok(views::brief::brief(&edition, &overview, form))
}

/// What a view tells: the report beside its rows, and the figures of its rows.
fn read(package: &Path, previous: &[PathBuf], progress: &Progress<'_>) -> Result<(Edition, Overview), Error> {
    let reader = verified(package, progress)?;
    let slice = reader.slice()?;
    let overview = overview(&reader, progress)?;
    let edition = Edition {
        manifest: reader.manifest().clone(),
        manifest_sha256: digest(reader.manifest_octets()).to_string(),
        rules: reader.rules()?,
        summary: if slice.is_none() { Some(reader.summary()?) } else { None },
        slice,
        signature: signature(&reader)?,
        steps: steps(reader, previous, progress)?,
    };
    Ok((edition, overview))
}

fn overview(reader: &PackageReader, progress: &Progress<'_>) -> Result<Overview, Error> {
    let mut gathering = Gathering::new(as_of(reader)?, !reader.is_slice());
    if !reader.is_slice() {
        for row in reader.certificates()? {
            gathering.certificate(&row?);
        }
    }
    let mut rows = reader.devices()?;
    while let Some(row) = rows.next() {
        gathering.push(&row?)?;
        if rows.line().is_multiple_of(1 << 14) {
            progress.say(|| format!("{} meters counted", rows.line()));
            progress.go_on()?;
        }
    }
    Ok(gathering.finish())
}

fn signature(reader: &PackageReader) -> Result<Option<Signature>, Error> {
    let path = reader.folder().join(ATTESTATION);
    if !path.exists() {
        return Ok(None);
    }
    let wrong = |error: report::sign::AttestationError| Error::Report {
        path: path.clone(),
        source: ReadError::Form { line: 0, message: error.to_string() },
    };
    let octets = read_small(&path)?;
    let read = Attestation::read(&octets, reader.manifest(), reader.manifest_octets()).map_err(wrong)?;
    Ok(Some(Signature { key_id: read.key_id.clone(), subject: read.subjects.first().cloned() }))
}

/// A report that is one of a sequence.
struct Place {
    at: Timestamp,
    standing: Standing,
    /// Whose rows it has; nothing if it has all.
    whose: Option<(String, String)>,
    reader: PackageReader,
}

impl Place {
    fn of(reader: PackageReader) -> Result<Self, Error> {
        let slice = reader.slice()?;
        let manifest = reader.manifest();
        let standing = Standing {
            as_of: manifest.as_of.clone(),
            manifest_sha256: digest(reader.manifest_octets()).to_string(),
            verdicts: slice.as_ref().map_or(manifest.counts.verdicts, |slice| slice.leaf.verdicts),
        };
        let whose = slice.map(|slice| (slice.tree.into_owned(), slice.leaf.party));
        Ok(Self { at: as_of(&reader)?, standing, whose, reader })
    }
}

/// Compares each report with the next. Their order is that of the instants of the audits, and not of the arguments.
fn steps(reader: PackageReader, previous: &[PathBuf], progress: &Progress<'_>) -> Result<Vec<Step>, Error> {
    if previous.is_empty() {
        return Ok(Vec::new());
    }
    let last = Place::of(reader)?;
    let mut places = Vec::new();
    for folder in previous {
        let place = Place::of(verified(folder, progress)?)?;
        let strange = |message: String| Error::NotASequence { path: folder.clone(), message };
        if place.whose != last.whose {
            let of = |place: &Place| match &place.whose {
                Some((tree, party)) => format!("the slice of {tree} {party:?}"),
                None => "a whole report".to_owned(),
            };
            return Err(strange(format!("is {}, and the newer one {}", of(&place), of(&last))));
        }
        if place.at > last.at {
            let (at, last) = (&place.standing.as_of, &last.standing.as_of);
            return Err(strange(format!("is as of {at}, later than the report as of {last}")));
        }
        places.push(place);
    }
    places.sort_by(|a, b| (a.at, &a.standing.manifest_sha256).cmp(&(b.at, &b.standing.manifest_sha256)));
    places.push(last);
    let mut steps = Vec::new();
    for pair in places.windows(2) {
        let [old, new] = pair else { continue };
        let readers = [PackageReader::open(old.reader.folder())?, PackageReader::open(new.reader.folder())?];
        let comparison = Comparison::of(readers)?;
        let totals = comparison.run(progress, &mut |_| Ok(()))?;
        steps.push(Step {
            old: old.standing.clone(),
            new: new.standing.clone(),
            differ_in: comparison.differ_in,
            totals,
        });
    }
    Ok(steps)
}
