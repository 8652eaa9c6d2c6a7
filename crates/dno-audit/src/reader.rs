//! Opens a report package and reads it back.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use report::ReadError;
use report::model::v1::{
    CertificateRow, Configuration, DeviceRow, Manifest, NotInEstateRow, QuarantineRow, RuleRow, Slice,
    Summary,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use types::{ParseTimestampError, Timestamp};

use crate::error::Error;

/// A report package on disk. Reading it checks the form of every octet that is read and no digest: that is what
/// verification is for.
#[derive(Debug)]
pub struct PackageReader {
    folder: PathBuf,
    manifest: Manifest,
    octets: Vec<u8>,
}

/// The rows of a file of a package, one at a time.
#[derive(Debug)]
pub struct PackageRows<T> {
    path: PathBuf,
    rows: report::read::Rows<T, BufReader<File>>,
}

/// The lines of `findings.csv`, one at a time.
#[derive(Debug)]
pub struct PackageFindings {
    path: PathBuf,
    findings: report::read::Findings<BufReader<File>>,
}

/// The rows of `devices.jsonl`.
pub type DeviceRows = PackageRows<DeviceRow<'static>>;

impl PackageReader {
    /// Opens a package by its manifest.
    ///
    /// # Errors
    ///
    /// The folder has no manifest that can be read, or one of another format or version.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(report::MANIFEST);
        let octets = read_whole(&path)?;
        let manifest = report::read::manifest(&octets).map_err(|source| Error::Report { path, source })?;
        Ok(Self { folder: folder.to_path_buf(), manifest, octets })
    }

    /// Where it stands.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether it is a slice, which has the rows of one party and neither certificates nor configuration.
    #[must_use]
    pub fn is_slice(&self) -> bool {
        self.folder.join(report::SLICE).exists()
    }

    /// `slice.json`, if it is a slice.
    pub(crate) fn slice(&self) -> Result<Option<Slice>, Error> {
        if !self.is_slice() {
            return Ok(None);
        }
        let path = self.folder.join(report::SLICE);
        let slice = report::read::document(&read_small(&path)?);
        slice.map(Some).map_err(|source| Error::Report { path, source })
    }

    /// `manifest.json`.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The octets of `manifest.json`. Their SHA-256 stands for the whole report.
    #[must_use]
    pub fn manifest_octets(&self) -> &[u8] {
        &self.octets
    }

    /// `summary.json`.
    ///
    /// # Errors
    ///
    /// The file can't be read or has another form. The same holds for the other files.
    pub fn summary(&self) -> Result<Summary, Error> {
        self.document("summary.json")
    }

    /// `configuration.json`.
    ///
    /// # Errors
    ///
    /// As for [`summary`](Self::summary).
    pub fn configuration(&self) -> Result<Configuration, Error> {
        self.document("configuration.json")
    }

    /// `rules.json`: the rules as they stood when the report was made.
    ///
    /// # Errors
    ///
    /// As for [`summary`](Self::summary).
    pub fn rules(&self) -> Result<Vec<RuleRow>, Error> {
        self.document("rules.json")
    }

    /// The rows of `devices.jsonl`.
    ///
    /// # Errors
    ///
    /// The file can't be opened. What else is wrong is said by the row at which it is found.
    pub fn devices(&self) -> Result<DeviceRows, Error> {
        self.rows("devices.jsonl")
    }

    /// The rows of `certificates.jsonl`.
    ///
    /// # Errors
    ///
    /// As for [`devices`](Self::devices).
    pub fn certificates(&self) -> Result<PackageRows<CertificateRow>, Error> {
        self.rows("certificates.jsonl")
    }

    /// The rows of `not-in-estate.jsonl`.
    ///
    /// # Errors
    ///
    /// As for [`devices`](Self::devices).
    pub fn not_in_estate(&self) -> Result<PackageRows<NotInEstateRow>, Error> {
        self.rows("not-in-estate.jsonl")
    }

    /// The rows of `quarantine.jsonl`.
    ///
    /// # Errors
    ///
    /// As for [`devices`](Self::devices).
    pub fn quarantine(&self) -> Result<PackageRows<QuarantineRow>, Error> {
        self.rows("quarantine.jsonl")
    }

    /// The lines of `findings.csv`.
    ///
    /// # Errors
    ///
    /// As for [`devices`](Self::devices).
    pub fn findings(&self) -> Result<PackageFindings, Error> {
        let path = self.folder.join("findings.csv");
        let findings = report::read::Findings::new(BufReader::with_capacity(1 << 16, open(&path)?));
        Ok(PackageFindings { path, findings })
    }

    fn document<T: DeserializeOwned + Serialize>(&self, name: &str) -> Result<T, Error> {
        let path = self.folder.join(name);
        report::read::document(&read_whole(&path)?).map_err(|source| Error::Report { path, source })
    }

    fn rows<T: DeserializeOwned + Serialize>(&self, name: &str) -> Result<PackageRows<T>, Error> {
        PackageRows::open(self.folder.join(name))
    }
}

impl<T: DeserializeOwned + Serialize> PackageRows<T> {
    /// Opens a file of JSON lines.
    pub(crate) fn open(path: PathBuf) -> Result<Self, Error> {
        let rows = report::read::Rows::new(BufReader::with_capacity(1 << 18, open(&path)?));
        Ok(Self { path, rows })
    }

    /// The number of the line of the row that was read last, from 1.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.rows.line()
    }

    /// The octets of the row that was read last, without line feed.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.rows.octets()
    }
}

impl<T: DeserializeOwned + Serialize> Iterator for PackageRows<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.rows.next()?;
        Some(row.map_err(|source| Error::Report { path: self.path.clone(), source }))
    }
}

impl Iterator for PackageFindings {
    type Item = Result<report::read::Finding, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let finding = self.findings.next()?;
        Some(finding.map_err(|source| Error::Report { path: self.path.clone(), source }))
    }
}

/// The instant of the audit of a package.
pub(crate) fn as_of(package: &PackageReader) -> Result<Timestamp, Error> {
    let text = &package.manifest().as_of;
    text.parse().map_err(|error: ParseTimestampError| Error::Report {
        path: package.folder().join(report::MANIFEST),
        source: ReadError::Form { line: 0, message: format!("as_of: {error}") },
    })
}

/// Opens a regular file of a package: a link may lead out of it, and a pipe may never end.
pub(crate) fn open(path: &Path) -> Result<File, Error> {
    let at = Error::at(path);
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err(Error::NotARegularFile { path: path.to_path_buf() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.parent().is_some_and(Path::is_dir) => {
            return Err(Error::Absent { path: path.to_path_buf() });
        }
        Err(error) => return Err(at(error)),
    }
    File::open(path).map_err(at)
}

/// The SHA-256 of a regular file, in hex.
///
/// # Errors
///
/// It can't be read, or is something else.
pub fn file_sha256(path: &Path) -> Result<String, Error> {
    let mut hashed = report::Hashed::new(io::sink());
    io::copy(&mut open(path)?, &mut hashed).map_err(Error::at(path))?;
    let (_, entry) = hashed.finish(false).map_err(Error::at(path))?;
    Ok(entry.sha256)
}

/// Reads a file that is one JSON value.
pub(crate) fn read_whole(path: &Path) -> Result<Vec<u8>, Error> {
    read_at_most(path, report::read::MAX_DOCUMENT)
}

/// Reads a file that is one JSON value and small in every report: a slice's description, a signature.
pub(crate) fn read_small(path: &Path) -> Result<Vec<u8>, Error> {
    read_at_most(path, report::read::MAX_SMALL_DOCUMENT)
}

fn read_at_most(path: &Path, most: usize) -> Result<Vec<u8>, Error> {
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut octets = Vec::new();
    open(path)?.take(limit).read_to_end(&mut octets).map_err(Error::at(path))?;
    if octets.len() > most {
        return Err(Error::Report { path: path.to_path_buf(), source: ReadError::DocumentTooLong { most } });
    }
    Ok(octets)
}
