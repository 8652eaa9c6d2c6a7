//! Cuts the part of one party out of a package. Rows go through one at a time, so that memory does not grow with the
//! package.

use std::path::Path;

use report::model::v1::{DeviceRow, OtherRow, PartyLeaf, Slice};
use report::seal::{Tree, top_tree};
use report::{
    ATTESTATION, FindingsWriter, MANIFEST, RowTotals, RuleTexts, SLICE, SLICE_FORMAT, SLICE_FORMAT_VERSION,
    canonical, other_row, slice_summary,
};
use types::{Timestamp, nearest};

use crate::error::Error;
use crate::package::{self, Package, PackageFile};
use crate::place::check_apart;
use crate::progress::Progress;
use crate::reader::{PackageRows, as_of, read_small};
use crate::verify::{Expected, Verification, verified, verify};

/// Meters of other operators in whose cells the party stands.
pub(crate) const OTHERS: &str = "others.jsonl";

/// The files of a slice that its `slice.json` lists.
pub(crate) const fn files_of(tree: Tree) -> &'static [&'static str] {
    match tree {
        Tree::Dno => &["devices.jsonl", "findings.csv", OTHERS, "rules.json", "summary.json"],
        Tree::Supplier => &["devices.jsonl", "findings.csv", "rules.json", "summary.json"],
    }
}

/// Writes the slice of a party to `out`, and verifies it before it is put in place.
///
/// # Errors
///
/// The package can't be read, has no such party, or is damaged so that the slice would not verify; or the slice can't be
/// written, or would lie in the package or around it. In each case what stands at `out` is left as it is.
pub fn slice(
    folder: &Path,
    tree: Tree,
    party: &str,
    out: &Path,
    progress: &Progress<'_>,
) -> Result<Verification, Error> {
    check_apart(out, folder)?;
    let reader = verified(folder, progress)?;
    if reader.is_slice() {
        return Err(Error::SliceOfSlice { path: folder.to_path_buf() });
    }
    let leaves = PackageRows::<PartyLeaf>::open(folder.join(tree.file()))?.collect::<Result<Vec<_>, _>>()?;
    let unknown = || {
        let names = || leaves.iter().map(|leaf| leaf.party.as_str());
        let known = names().take(40).collect::<Vec<_>>().join(", ");
        let near = nearest(party, names()).map(str::to_owned);
        Error::NoSuchParty { tree: tree.name(), party: party.to_owned(), near, known }
    };
    let position = leaves.iter().position(|leaf| leaf.party == party).ok_or_else(unknown)?;
    let place = u64::try_from(position).unwrap_or(u64::MAX);
    let path = top_tree(&leaves)?.path(place).unwrap_or_default();
    let leaf = leaves.get(position).cloned().ok_or_else(unknown)?;

    let rules = reader.rules()?;
    let mut package = Package::create(out, package::SLICE)?;
    let mut sinks = Sinks {
        devices: package.file("devices.jsonl")?,
        findings: package.file("findings.csv")?,
        others: match tree {
            Tree::Dno => Some(package.file(OTHERS)?),
            Tree::Supplier => None,
        },
        texts: RuleTexts::new(&rules),
        totals: RowTotals::default(),
        as_of: as_of(&reader)?,
        writer: FindingsWriter::new(),
    };
    sinks.findings.push(report::findings_header().as_bytes(), 0)?;
    let mut rows = reader.devices()?;
    let mut octets = Vec::new();
    while let Some(row) = rows.next() {
        let row = row?;
        octets.clear();
        octets.extend_from_slice(rows.octets());
        octets.push(b'\n');
        sinks.take(&row, &octets, tree, party)?;
        if rows.line().is_multiple_of(1 << 14) {
            progress.count(rows.line(), reader.manifest().counts.meters, "rows");
            progress.go_on()?;
        }
    }
    let Sinks { devices, findings, others, totals, .. } = sinks;
    package.finish(devices, true)?;
    package.finish(findings, false)?;
    if let Some(others) = others {
        package.finish(others, true)?;
    }
    package.write("rules.json", &canonical(&rules)?)?;
    let summary = slice_summary(&reader.manifest().as_of, tree, party, &rules, totals);
    package.write("summary.json", &canonical(&summary)?)?;
    let slice = Slice {
        files: package.files.clone(),
        format: SLICE_FORMAT.into(),
        format_version: SLICE_FORMAT_VERSION,
        leaf,
        path: path.iter().map(ToString::to_string).collect(),
        position: place,
        tree: tree.name().into(),
    };
    package.write(SLICE, &canonical(&slice)?)?;
    package.write(MANIFEST, reader.manifest_octets())?;
    let attestation = folder.join(ATTESTATION);
    if attestation.exists() {
        package.write(ATTESTATION, &read_small(&attestation)?)?;
    }
    // What is handed over is looked at as it will stand there.
    let verification = verify(package.folder(), &Expected::default(), progress)?.require(folder)?;
    package.publish()?;
    Ok(verification)
}

/// Where the rows go.
struct Sinks {
    devices: PackageFile,
    findings: PackageFile,
    others: Option<PackageFile>,
    texts: RuleTexts,
    totals: RowTotals,
    as_of: Timestamp,
    writer: FindingsWriter,
}

impl Sinks {
    fn take(&mut self, row: &DeviceRow<'_>, line: &[u8], tree: Tree, party: &str) -> Result<(), Error> {
        if tree.party(row.dno.as_deref(), row.supplier.as_deref()) == party {
            self.devices.push(line, 1)?;
            self.totals.count(row, self.as_of)?;
            self.writer.push(row, &self.texts)?;
            let lines = self.writer.take()?;
            return self.findings.push(&lines, 0);
        }
        let other: Option<OtherRow<'_>> = other_row(row, party);
        if let (Some(others), Some(other)) = (&mut self.others, other) {
            let mut line = Vec::new();
            report::push_line(&other, &mut line)?;
            others.push(&line, 1)?;
        }
        Ok(())
    }
}
