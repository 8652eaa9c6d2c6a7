//! Writes a package as a file of another form.
//!
//! The package is verified first. The file is written beside its place and renamed when it is whole; it follows from the
//! package alone.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use report::digest;
use report::model::v1::DeviceRow;
use views::WriteError;
use views::sarif::Sarif;
use views::workbook::{Survey, Workbook};

use crate::error::Error;
use crate::place::{NewFile, check_apart};
use crate::progress::Progress;
use crate::reader::PackageReader;
use crate::verify::verified;

/// The form of a file that is made of a package.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ExportFormat {
    /// A workbook: a summary, a sheet for each party that must act, the findings.
    Xlsx,
    /// SARIF 2.1.0: the findings that are graver than information.
    Sarif,
    /// Parquet: the meters.
    #[cfg(feature = "parquet")]
    Parquet,
}

/// What was written.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Exported {
    /// Meters of the package.
    pub meters: u64,
    /// Rows that found no place in the sheets of a workbook; it says so itself.
    pub left_out: u64,
}

/// Writes a package or a slice to the file `out` in another form.
///
/// # Errors
///
/// The package can't be read or does not verify; or `out` lies in it, is no regular file or can't be written. In each case
/// what stands at `out` is left as it is.
pub fn export(
    folder: &Path,
    format: ExportFormat,
    out: &Path,
    progress: &Progress<'_>,
) -> Result<Exported, Error> {
    check_apart(out, folder)?;
    let file = NewFile::create(out)?;
    let package = verified(folder, progress)?;
    let source = Source { package: &package, out, progress };
    let exported = match format {
        ExportFormat::Xlsx => source.workbook(&file),
        ExportFormat::Sarif => source.sarif(&file),
        #[cfg(feature = "parquet")]
        ExportFormat::Parquet => source.columns(&file),
    }?;
    progress.go_on()?;
    file.publish()?;
    Ok(exported)
}

/// A package, and where what is made of it goes.
struct Source<'s> {
    package: &'s PackageReader,
    out: &'s Path,
    progress: &'s Progress<'s>,
}

impl Source<'_> {
    fn workbook(&self, file: &NewFile) -> Result<Exported, Error> {
        let mut survey = Survey::default();
        self.each(|row| Ok(survey.count(row)?))?;
        let rules = self.package.rules()?;
        let manifest = self.package.manifest();
        let mut workbook = Workbook::new(manifest, &self.manifest_sha256(), &rules, &survey, &file.parent)
            .map_err(|error| self.view(error))?;
        let meters = self.each(|row| workbook.push(row))?;
        let left_out = workbook.finish(BufWriter::new(file.file())).map_err(|error| self.view(error))?;
        Ok(Exported { meters, left_out })
    }

    fn sarif(&self, file: &NewFile) -> Result<Exported, Error> {
        let rules = self.package.rules()?;
        let out = Self::buffered(file);
        let mut sarif = Sarif::new(out, self.package.manifest(), &self.manifest_sha256(), &rules)
            .map_err(|error| self.view(error))?;
        let meters = self.each(|row| sarif.push(row))?;
        sarif.finish().map_err(|error| self.view(error))?;
        Ok(Exported { meters, left_out: 0 })
    }

    #[cfg(feature = "parquet")]
    fn columns(&self, file: &NewFile) -> Result<Exported, Error> {
        use std::io::Write;

        let out = Self::buffered(file);
        let mut columns = views::columns::Columns::new(out, self.package.manifest(), &self.manifest_sha256())
            .map_err(|error| self.view(error))?;
        self.each(|row| columns.push(row))?;
        let (mut out, meters) = columns.finish().map_err(|error| self.view(error))?;
        out.flush().map_err(Error::at(self.out))?;
        Ok(Exported { meters, left_out: 0 })
    }

    fn buffered(file: &NewFile) -> BufWriter<&File> {
        BufWriter::with_capacity(1 << 18, file.file())
    }

    fn manifest_sha256(&self) -> String {
        digest(self.package.manifest_octets()).to_string()
    }

    /// Hands on each row, one at a time, and counts them.
    fn each(&self, mut take: impl FnMut(&DeviceRow<'_>) -> Result<(), WriteError>) -> Result<u64, Error> {
        let mut rows = self.package.devices()?;
        let mut meters = 0;
        while let Some(row) = rows.next() {
            take(&row?).map_err(|error| self.view(error))?;
            meters += 1;
            if rows.line().is_multiple_of(1 << 14) {
                self.progress.say(|| format!("{} meters", rows.line()));
                self.progress.go_on()?;
            }
        }
        Ok(meters)
    }

    fn view(&self, source: WriteError) -> Error {
        match source {
            WriteError::Io(error) => Error::at(self.out)(error),
            source => Error::View { path: self.out.to_path_buf(), source },
        }
    }
}
