//! Where the rows of a report go: into its files, and into the trees over them.

use report::model::v1::Seal;
use report::seal::{Salts, SealRow, Sealer, Tree};

use crate::error::Error;
use crate::package::{Package, PackageFile};

/// The files that rows are written into, and what seals them.
pub(crate) struct Sinks {
    devices: PackageFile,
    findings: PackageFile,
    sealer: Sealer,
}

impl Sinks {
    pub(crate) fn create(package: &Package) -> Result<Self, Error> {
        let devices = package.file("devices.jsonl")?;
        let mut findings = package.file("findings.csv")?;
        findings.push(report::findings_header().as_bytes(), 0)?;
        Ok(Self { devices, findings, sealer: Sealer::default() })
    }

    /// Writes the lines of so many rows, and those of their findings.
    pub(crate) fn push(&mut self, octets: &[u8], rows: u64, findings: &[u8]) -> Result<(), Error> {
        self.devices.push(octets, rows)?;
        self.findings.push(findings, 0)
    }

    /// Adds a row to the trees, in the order in which the rows are written.
    pub(crate) fn seal(&mut self, row: &SealRow<'_>) -> Result<(), Error> {
        Ok(self.sealer.push(row)?)
    }

    /// Ends the files, writes the leaves of the parties and gives the roots over them.
    pub(crate) fn finish(self, salts: &Salts, package: &mut Package) -> Result<Seal, Error> {
        let Self { devices, findings, sealer } = self;
        package.finish(devices, true)?;
        package.finish(findings, false)?;
        let [(_, dnos), (_, suppliers)] = sealer.finish(salts);
        for (tree, leaves) in [(Tree::Dno, &dnos), (Tree::Supplier, &suppliers)] {
            let mut file = package.file(tree.file())?;
            for leaf in leaves {
                let mut line = Vec::new();
                report::push_line(leaf, &mut line)?;
                file.push(&line, 1)?;
            }
            package.finish(file, true)?;
        }
        Ok(Seal { dno: report::seal::root(&dnos)?, supplier: report::seal::root(&suppliers)? })
    }
}
