//! Verifies a slice: its rows are unaltered, complete, and part of the report that the manifest stands for.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use report::model::v1::{DeviceRow, FileEntry, Manifest, OtherRow, RuleRow, Slice};
use report::seal::{SealRow, Sealer, Tree};
use report::verify::Order;
use report::{ATTESTATION, FindingsWriter, Hashed, MANIFEST, RuleTexts, SLICE, slice_summary};

use super::{Checks, PartyFacts, digests, document, files};
use crate::error::Error;
use crate::reader::{DeviceRows, PackageRows};
use crate::slice::{OTHERS, files_of};

pub(crate) fn verify(
    folder: &Path,
    manifest: &Manifest,
    names: &BTreeSet<String>,
    strange: &mut Vec<String>,
    checks: &mut Checks,
) -> Result<(), Error> {
    let read = document::<Slice>(folder, SLICE).and_then(|slice| {
        if slice.format != report::SLICE_FORMAT || slice.format_version != report::SLICE_FORMAT_VERSION {
            return Err(format!("format {:?} version {}", slice.format, slice.format_version));
        }
        let tree = report::verify::path(&slice, manifest)?;
        let parties = tree.root_of(&manifest.seal).parties;
        let found = format!("leaf {} of the {parties} of the {} tree", slice.position, tree.name());
        Ok(((slice, tree), found))
    });
    let Some((slice, tree)) = checks.add("part of the report", read) else { return Ok(()) };
    let party = slice.leaf.party.clone();
    checks.party = Some(PartyFacts { party, rows: slice.leaf.rows, tree: tree.name().to_owned() });

    let of_slice = files_of(tree);
    let wanted: BTreeSet<&str> = of_slice.iter().copied().chain([MANIFEST, SLICE]).collect();
    if !slice.files.keys().map(String::as_str).eq(of_slice.iter().copied().collect::<BTreeSet<_>>()) {
        let fault = format!("{SLICE} lists other files than {}", of_slice.join(", "));
        checks.add::<()>("files", Err(fault));
        return Ok(());
    }
    if files(names, &wanted, &[ATTESTATION], strange, checks).is_none() {
        return Ok(());
    }
    let result = digests(folder, &slice.files, None);
    let count =
        checks.add("digests", result.map(|count| (count, format!("{count} files are what {SLICE} says"))));
    if count.is_none() {
        return Ok(());
    }
    let rules = document::<Vec<RuleRow>>(folder, "rules.json").and_then(|rules| {
        match slice.files.get("rules.json").map(|file| &file.sha256) == Some(&manifest.rule_set.sha256) {
            true => Ok((rules, "the table of the report".to_owned())),
            false => Err("rules.json is not the table of the report".to_owned()),
        }
    });
    let Some(rules) = checks.add("rules", rules) else { return Ok(()) };
    let views = Views::new(manifest, &slice, tree, &rules);
    let rows = PackageRows::open(folder.join("devices.jsonl"))?;
    let result = views
        .read(rows, &slice, tree)
        .map(|entries| (entries, format!("{}, unaltered and complete", slice.leaf.rows)));
    if let Some(entries) = checks.add("rows", result) {
        let differ: Vec<&String> = entries
            .iter()
            .filter(|(name, entry)| slice.files.get(*name) != Some(entry))
            .map(|(name, _)| name)
            .collect();
        let result = match differ.is_empty() {
            true => Ok(((), "findings.csv and summary.json follow from the rows".to_owned())),
            false => Err(format!("{differ:?} do not follow from the rows")),
        };
        checks.add("views", result);
    }
    if tree == Tree::Dno {
        let result = others(folder, &slice.leaf.party);
        checks.add("others", result.map(|count| ((), format!("{count} meters of others name the party"))));
        checks.not(format!(
            "{OTHERS}: the party stands in these cells, but nothing proves that they are rows of the report or all \
             there are; the operator of each has the row and its proof"
        ));
    }
    checks.not("the rows of others: a slice shows only that they exist");
    Ok(())
}

/// What is made again from the rows of a slice.
struct Views {
    texts: RuleTexts,
    findings: Hashed<std::io::Sink>,
    summary: report::model::v1::SliceSummary,
}

impl Views {
    fn new(manifest: &Manifest, slice: &Slice, tree: Tree, rules: &[RuleRow]) -> Self {
        Self {
            texts: RuleTexts::new(rules),
            findings: Hashed::new(std::io::sink()),
            summary: slice_summary(&manifest.as_of, tree, &slice.leaf.party, rules),
        }
    }

    /// Reads the rows, and gives the entries of the files that follow from them.
    fn read(
        mut self,
        mut rows: DeviceRows,
        slice: &Slice,
        tree: Tree,
    ) -> Result<BTreeMap<String, FileEntry>, String> {
        let say = |error: &dyn std::fmt::Display| error.to_string();
        let party = slice.leaf.party.as_str();
        let mut sealer = Sealer::default();
        let mut order = Order::default();
        let mut writer = FindingsWriter::new();
        self.findings.write_all(report::findings_header().as_bytes()).map_err(|error| say(&error))?;
        while let Some(row) = rows.next() {
            let row: DeviceRow<'_> = row.map_err(|error| say(&error))?;
            let at = |error: String| format!("devices.jsonl: line {}: {error}", rows.line());
            let seal = SealRow {
                leaf: report::merkle::leaf(rows.octets()),
                dno: row.dno.as_deref(),
                supplier: row.supplier.as_deref(),
                verdict: &row.verdict,
            };
            if seal.party(tree) != party {
                return Err(at(format!("a row of {:?}", seal.party(tree))));
            }
            order.next(seal.party(Tree::Dno), row.device_id).map_err(at)?;
            sealer.push(&seal).map_err(|error| say(&error))?;
            self.summary.count(&row).map_err(|error| say(&error))?;
            writer.push(&row, &self.texts).map_err(|error| say(&error))?;
            let lines = writer.take().map_err(|error| say(&error))?;
            self.findings.write_all(&lines).map_err(|error| say(&error))?;
        }
        let salts = report::seal::Salts::of_leaves([(tree, &slice.leaf)]);
        let leaves = sealer.finish(&salts);
        let own = leaves.iter().find(|(own, _)| *own == tree).map(|(_, leaves)| leaves.as_slice());
        if own != Some(std::slice::from_ref(&slice.leaf)) {
            return Err("the rows do not have the root and the counts of the leaf".to_owned());
        }
        let (_, findings) = self.findings.finish(false).map_err(|error| say(&error))?;
        let summary = report::canonical(&self.summary).map_err(|error| say(&error))?;
        let bytes = u64::try_from(summary.len()).unwrap_or(u64::MAX);
        let summary = FileEntry { bytes, lines: None, sha256: report::digest(&summary).to_string() };
        Ok(BTreeMap::from([("findings.csv".to_owned(), findings), ("summary.json".to_owned(), summary)]))
    }
}

/// Whether every row of `others.jsonl` names the party in a cell and is nobody's own.
fn others(folder: &Path, party: &str) -> Result<u64, String> {
    let say = |error: Error| error.to_string();
    let mut rows = PackageRows::<OtherRow<'static>>::open(folder.join(OTHERS)).map_err(say)?;
    let mut order = Order::default();
    let mut count = 0;
    while let Some(row) = rows.next() {
        let row = row.map_err(say)?;
        let at = |error: String| format!("{OTHERS}: line {}: {error}", rows.line());
        order.next(row.dno.as_deref().unwrap_or(Tree::Dno.nobody()), row.device_id).map_err(at)?;
        let stands = row.cells.iter().any(|cell| cell.holder.as_deref() == Some(party));
        if !stands || row.dno.as_deref() == Some(party) {
            return Err(at(format!("{party:?} is not a stranger in its cells")));
        }
        count += 1;
    }
    Ok(count)
}
