//! Writes a package beside its place and puts it there when it is whole.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use report::Hashed;
use report::model::v1::{FileEntry, Manifest};
use report::sign::Signer;
use serde::Deserialize;
use tempfile::TempDir;

use crate::error::Error;
use crate::place::{beside, parent_of};
use crate::reader::read_whole;

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
        // The folder above is named as it really is, so that no `..` leads through the report itself.
        let Some(name) = place.file_name() else {
            let found = "it is a folder above".to_owned();
            return Err(Error::NotAPackage { path: place.to_path_buf(), found });
        };
        let parent = parent_of(place);
        fs::create_dir_all(parent).map_err(Error::at(parent))?;
        let parent = fs::canonicalize(parent).map_err(Error::at(parent))?;
        let place = &parent.join(name);
        check_place(place, kind)?;
        let folder = beside(0o755).tempdir_in(&parent).map_err(Error::at(&parent))?;
        Ok(Self { folder, place: place.to_path_buf(), kind, files: BTreeMap::new() })
    }

    /// Where it is written.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts a file.
    pub(crate) fn file(&self, name: &'static str) -> Result<PackageFile, Error> {
        let path = self.folder.path().join(name);
        let file = File::create(&path).map_err(Error::at(&path))?;
        Ok(PackageFile { name, path, writer: Hashed::new(BufWriter::with_capacity(1 << 16, file)) })
    }

    /// Ends a file and notes its digest.
    pub(crate) fn finish(&mut self, file: PackageFile, made_of_lines: bool) -> Result<(), Error> {
        let PackageFile { name, path, writer } = file;
        let at = Error::at(&path);
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

    /// Writes the manifest, and the signature of it if there is to be one, and puts the package in its place. Gives the SHA-256
    /// of the manifest.
    pub(crate) fn complete(mut self, manifest: &Manifest, signer: Option<&Signer>) -> Result<String, Error> {
        let octets = report::canonical(manifest)?;
        self.write(report::MANIFEST, &octets)?;
        if let Some(signer) = signer {
            self.write(report::ATTESTATION, &signer.attest(manifest, &octets)?)?;
        }
        self.publish()?;
        Ok(report::digest(&octets).to_string())
    }

    /// Puts the package in its place. A report that stands there is replaced as a whole.
    pub(crate) fn publish(self) -> Result<(), Error> {
        let standing = check_place(&self.place, self.kind)?;
        let (place, kind) = (self.place.clone(), self.kind);
        let at = |source| Error::File { path: place.clone(), source };
        let folder = self.folder.keep();
        if let Standing::Nothing = standing {
            return fs::rename(&folder, &place).map_err(|error| {
                let _ = remove(&folder, kind);
                at(error)
            });
        }
        // Where the system can, old and new change places in one step: whenever a run is killed, one of them stands there.
        if exchange(&folder, &place) {
            return remove(&folder, kind);
        }
        let mut name = folder.clone().into_os_string();
        name.push(".old");
        let old = PathBuf::from(name);
        if let Err(error) = fs::rename(&place, &old) {
            let _ = remove(&folder, kind);
            return Err(at(error));
        }
        if let Err(error) = fs::rename(&folder, &place) {
            // The old report goes back to where it was.
            let _ = fs::rename(&old, &place);
            let _ = remove(&folder, kind);
            return Err(at(error));
        }
        remove(&old, kind)
    }
}

impl PackageFile {
    /// Adds octets that hold this many lines.
    pub(crate) fn push(&mut self, octets: &[u8], lines: u64) -> Result<(), Error> {
        self.writer.count_lines(lines);
        self.writer.write_all(octets).map_err(Error::at(&self.path))
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

/// What stands at a place.
enum Standing {
    Nothing,
    /// An empty folder, or one that this program wrote.
    Replaceable,
}

/// As much of the file that names the format as tells what it is.
#[derive(Deserialize)]
struct Head {
    format: String,
    #[serde(rename = "format_version")]
    _format_version: u64,
}

/// What stands at a place, if it may be replaced: an empty folder, or one with nothing but regular files of such names, of
/// which one says that this program wrote it. Nothing is touched.
fn check_place(place: &Path, kind: Kind) -> Result<Standing, Error> {
    let taken = |found: String| Err(Error::NotAPackage { path: place.to_path_buf(), found });
    match fs::symlink_metadata(place) {
        Ok(metadata) if metadata.is_symlink() => return taken("it is a link".to_owned()),
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return taken("it is no folder".to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Standing::Nothing),
        Err(error) => return taken(error.to_string()),
    }
    let mut empty = true;
    let entries = match fs::read_dir(place) {
        Ok(entries) => entries,
        Err(error) => return taken(error.to_string()),
    };
    for entry in entries {
        let (name, file_type) = match entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))) {
            Ok(found) => found,
            Err(error) => return taken(error.to_string()),
        };
        if !kind.files.iter().any(|file| *file == name.as_os_str()) {
            return taken(format!("no report has a file {:?}", name.display().to_string()));
        }
        if !file_type.is_file() {
            return taken(format!("{} is no regular file", name.display()));
        }
        empty = false;
    }
    if empty {
        return Ok(Standing::Replaceable);
    }
    let octets = match read_whole(&place.join(kind.by)) {
        Ok(octets) => octets,
        Err(error) => return taken(error.to_string()),
    };
    match serde_json::from_slice::<Head>(&octets) {
        Ok(head) if head.format == kind.format => Ok(Standing::Replaceable),
        Ok(head) => {
            let found: String = head.format.chars().take(60).collect();
            taken(format!("{} is of format {found:?}, expected {:?}", kind.by, kind.format))
        }
        Err(error) => taken(format!("{}: {error}", kind.by)),
    }
}

/// Removes what was replaced: the files that such a folder has, and the folder if nothing else came into it meanwhile.
fn remove(folder: &Path, kind: Kind) -> Result<(), Error> {
    for name in kind.files {
        let path = folder.join(name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(Error::File { path, source });
            }
            _ => {}
        }
    }
    fs::remove_dir(folder).map_err(Error::at(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(folder: &Path) -> PathBuf {
        let place = folder.join("report");
        fs::create_dir(&place).unwrap();
        fs::write(place.join(report::MANIFEST), r#"{"format":"dno-audit report","format_version":1}"#)
            .unwrap();
        place
    }

    #[test]
    fn what_comes_into_a_report_while_it_is_replaced_is_not_removed_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path());
        assert!(matches!(check_place(&place, PACKAGE), Ok(Standing::Replaceable)));
        fs::write(place.join("notes.txt"), "asked on Monday").unwrap();
        fs::create_dir(place.join("devices.jsonl")).unwrap();
        fs::write(place.join("devices.jsonl/thesis.txt"), "years of work").unwrap();
        assert!(remove(&place, PACKAGE).is_err());
        assert!(place.join("devices.jsonl/thesis.txt").is_file());
        fs::remove_dir_all(place.join("devices.jsonl")).unwrap();
        assert!(remove(&place, PACKAGE).is_err());
        assert!(place.join("notes.txt").is_file());
        fs::remove_file(place.join("notes.txt")).unwrap();
        remove(&place, PACKAGE).unwrap();
        assert!(!place.exists());
    }

    #[test]
    fn a_package_is_not_put_where_something_else_came_to_stand_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path());
        let mut package = Package::create(&place, PACKAGE).unwrap();
        package.write(report::MANIFEST, b"{}").unwrap();
        fs::write(place.join("notes.txt"), "asked on Monday").unwrap();
        assert!(matches!(package.publish(), Err(Error::NotAPackage { .. })));
        assert!(place.join("notes.txt").is_file());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing half-written is left");
    }

    #[test]
    fn each_kind_is_replaced_by_its_like_alone() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path());
        assert!(check_place(&place, PACKAGE).is_ok());
        assert!(matches!(check_place(&place, SLICE), Err(Error::NotAPackage { .. })));
        assert!(matches!(check_place(&place, DISPUTE), Err(Error::NotAPackage { .. })));
        assert!(matches!(check_place(&folder.path().join("none"), SLICE), Ok(Standing::Nothing)));
    }
}
