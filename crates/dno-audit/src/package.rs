//! Writes a package beside its place and puts it there when it is whole.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use report::Hashed;
use report::model::v1::FileEntry;
use tempfile::TempDir;

use crate::error::Error;

/// What may be replaced: a folder with these files and no others, of which one names its format.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) files: &'static [&'static str],
    /// The file that names the format.
    pub(crate) by: &'static str,
    pub(crate) format: &'static str,
}

/// A report.
pub(crate) const PACKAGE: Kind = Kind { files: &FILES, by: report::MANIFEST, format: report::FORMAT };

/// A slice of one.
pub(crate) const SLICE: Kind = Kind { files: &SLICE_FILES, by: report::SLICE, format: report::SLICE_FORMAT };

/// What is known of one meter that two parties see differently.
pub(crate) const DISPUTE: Kind =
    Kind { files: &DISPUTE_FILES, by: crate::dispute::DISPUTE, format: crate::dispute::DISPUTE_FORMAT };

/// A package that is being written.
#[derive(Debug)]
pub(crate) struct Package {
    folder: TempDir,
    place: PathBuf,
    kind: Kind,
    pub(crate) files: BTreeMap<String, FileEntry>,
}

/// A file of a package that is being written.
#[derive(Debug)]
pub(crate) struct PackageFile {
    name: &'static str,
    path: PathBuf,
    writer: Hashed<BufWriter<File>>,
}

impl Package {
    /// Starts a package of a kind that will stand at `place`.
    pub(crate) fn create(place: &Path, kind: Kind) -> Result<Self, Error> {
        let at = |path: &Path| {
            let path = path.to_path_buf();
            move |source| Error::File { path, source }
        };
        // The folder above is named as it really is, so that no `..` leads through the report itself.
        let Some(name) = place.file_name() else {
            return Err(Error::NotAPackage { path: place.to_path_buf() });
        };
        let parent = match place.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        fs::create_dir_all(&parent).map_err(at(&parent))?;
        let parent = fs::canonicalize(&parent).map_err(at(&parent))?;
        let place = &parent.join(name);
        check_place(place, kind)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".dnoaudit-").suffix(".tmp");
        // A report is as readable as any file that the user makes.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755));
        let folder = builder.tempdir_in(&parent).map_err(at(&parent))?;
        Ok(Self { folder, place: place.to_path_buf(), kind, files: BTreeMap::new() })
    }

    /// Where it is written.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts a file.
    pub(crate) fn file(&self, name: &'static str) -> Result<PackageFile, Error> {
        let path = self.folder.path().join(name);
        let file = File::create(&path).map_err(|source| Error::File { path: path.clone(), source })?;
        Ok(PackageFile { name, path, writer: Hashed::new(BufWriter::with_capacity(1 << 16, file)) })
    }

    /// Ends a file and notes its digest.
    pub(crate) fn finish(&mut self, file: PackageFile, made_of_lines: bool) -> Result<(), Error> {
        let PackageFile { name, path, writer } = file;
        let at = |source| Error::File { path: path.clone(), source };
        let (writer, entry) = writer.finish(made_of_lines).map_err(at)?;
        // Not forced to the disk, which would take longer than the audit: a killed run or a full disk is caught before
        // the package is put in place, and what a power cut breaks fails the digests.
        writer.into_inner().map_err(|error| at(error.into_error()))?;
        self.files.insert(name.to_owned(), entry);
        Ok(())
    }

    /// Writes a whole file of octets.
    pub(crate) fn write(&mut self, name: &'static str, octets: &[u8]) -> Result<(), Error> {
        let mut file = self.file(name)?;
        file.push(octets, 0)?;
        self.finish(file, false)
    }

    /// Puts the package in its place. A report that stands there is replaced as a whole.
    pub(crate) fn publish(self) -> Result<(), Error> {
        check_place(&self.place, self.kind)?;
        let place = self.place.clone();
        let at = |source| Error::File { path: place.clone(), source };
        let folder = self.folder.keep();
        if !place.exists() {
            return fs::rename(&folder, &place).map_err(|error| {
                let _ = fs::remove_dir_all(&folder);
                at(error)
            });
        }
        // Where the system can, old and new change places in one step: whenever a run is killed, one of them stands there.
        if exchange(&folder, &place) {
            return fs::remove_dir_all(&folder).map_err(at);
        }
        let mut name = folder.clone().into_os_string();
        name.push(".old");
        let old = PathBuf::from(name);
        if let Err(error) = fs::rename(&place, &old) {
            let _ = fs::remove_dir_all(&folder);
            return Err(at(error));
        }
        if let Err(error) = fs::rename(&folder, &place) {
            // The old report goes back to where it was.
            let _ = fs::rename(&old, &place);
            let _ = fs::remove_dir_all(&folder);
            return Err(at(error));
        }
        fs::remove_dir_all(&old).map_err(at)
    }
}

impl PackageFile {
    /// Adds octets that hold this many lines.
    pub(crate) fn push(&mut self, octets: &[u8], lines: u64) -> Result<(), Error> {
        self.writer.count_lines(lines);
        self.writer.write_all(octets).map_err(|source| Error::File { path: self.path.clone(), source })
    }
}

/// Whether two folders changed places in one step.
#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok()
}

/// Whether two folders changed places in one step: here they never do.
#[cfg(not(target_os = "linux"))]
const fn exchange(_: &Path, _: &Path) -> bool {
    false
}

/// The files of a package, in the order in which they are written.
pub(crate) const FILES: [&str; 12] = [
    "devices.jsonl",
    "findings.csv",
    "dno-leaves.jsonl",
    "supplier-leaves.jsonl",
    "rules.json",
    "not-in-estate.jsonl",
    "certificates.jsonl",
    "summary.json",
    "configuration.json",
    "quarantine.jsonl",
    report::MANIFEST,
    report::ATTESTATION,
];

/// The files of a slice.
const SLICE_FILES: [&str; 8] = [
    "devices.jsonl",
    "findings.csv",
    crate::slice::OTHERS,
    "rules.json",
    "summary.json",
    report::SLICE,
    report::MANIFEST,
    report::ATTESTATION,
];

/// The files of a dispute pack.
const DISPUTE_FILES: [&str; 10] = [
    "row.json",
    "proof.json",
    "certificates.jsonl",
    "rules.json",
    "explanation.txt",
    "records.jsonl",
    "trace.json",
    crate::dispute::DISPUTE,
    report::MANIFEST,
    report::ATTESTATION,
];

/// Nothing but a report, or an empty folder, is ever replaced: a folder with a file that no report has is left alone.
fn check_place(place: &Path, kind: Kind) -> Result<(), Error> {
    let taken = || Err(Error::NotAPackage { path: place.to_path_buf() });
    let names = fs::read_dir(place).map(|entries| {
        entries
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<Result<Vec<_>, _>>()
            .unwrap_or_default()
    });
    match names {
        Ok(names) if names.is_empty() && fs::remove_dir(place).is_ok() => Ok(()),
        Ok(names) if names.iter().any(|name| !kind.files.iter().any(|file| *file == name.as_os_str())) => {
            taken()
        }
        Ok(_) => {
            let manifest = fs::read(place.join(kind.by)).unwrap_or_default();
            let value: serde_json::Value = serde_json::from_slice(&manifest).unwrap_or_default();
            match value.get("format").and_then(|format| format.as_str()) {
                Some(format) if format == kind.format => Ok(()),
                _ => taken(),
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(_) => taken(),
    }
}
