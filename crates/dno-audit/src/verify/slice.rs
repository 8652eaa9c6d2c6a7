//! Verifies a slice: its rows are unaltered, complete, and part of the report that the manifest stands for.

use std::collections::BTreeSet;
use std::path::Path;

use report::model::v1::{Manifest, OtherRow, PartyLeaf, RuleRow, Slice, SliceSummary};
use report::seal::Tree;
use report::verify::{Others, Reference};
use report::{ATTESTATION, MANIFEST, RuleTexts, SLICE, slice_summary};

use super::rows::{self, Terms};
use super::{Checks, PartyFacts, digests, document, files, listing, small};
use crate::error::Error;
use crate::progress::Progress;
use crate::slice::{OTHERS, files_of};

pub(crate) fn verify(
    folder: &Path,
    manifest: &Manifest,
    names: &BTreeSet<String>,
    strange: &mut Vec<String>,
    progress: &Progress<'_>,
    checks: &mut Checks,
) -> Result<(), Error> {
    let read = small::<Slice>(folder, SLICE).and_then(|slice| {
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
    let result = digests(folder, &slice.files, None, progress);
    let count =
        checks.add("digests", result.map(|count| (count, format!("{count} files are what {SLICE} says"))));
    if count.is_none() {
        return Ok(());
    }
    let rules = document::<Vec<RuleRow>>(folder, "rules.json").and_then(|rules| {
        if slice.files.get("rules.json").map(|file| &file.sha256) != Some(&manifest.rule_set.sha256) {
            return Err("rules.json is not the table of the report".to_owned());
        }
        let reference = Reference::new(&rules, manifest)?;
        Ok(((rules, reference), "the table of the report".to_owned()))
    });
    let Some((rules, reference)) = checks.add("rules", rules) else { return Ok(()) };
    let terms = Terms { reference: &reference, texts: &RuleTexts::new(&rules) };
    let rows = rows::verify(&folder.join("devices.jsonl"), &terms, progress)?;
    let rows = rows.and_then(|rows| {
        let own = rows.leaves.iter().find(|(own, _)| *own == tree).map(|(_, leaves)| leaves.as_slice());
        let unsalted = PartyLeaf { salt: None, ..slice.leaf.clone() };
        match own {
            Some([leaf]) if *leaf == unsalted => {
                Ok((rows, format!("{}, unaltered and complete", slice.leaf.rows)))
            }
            _ => Err("the rows do not have the root and the counts of the leaf".to_owned()),
        }
    });
    if let Some(rows) = checks.add("rows", rows) {
        let summary = slice_summary(&manifest.as_of, tree, &slice.leaf.party, &rules, rows.totals);
        let own = document::<SliceSummary>(folder, "summary.json");
        let result = own.and_then(|own| {
            let csv = slice.files.get("findings.csv") == Some(&rows.findings);
            match (csv, own == summary) {
                (true, true) => Ok(((), "findings.csv and summary.json follow from the rows".to_owned())),
                (false, _) => Err("findings.csv does not follow from the rows".to_owned()),
                (_, false) => Err("summary.json does not follow from the rows".to_owned()),
            }
        });
        checks.add("views", result);
    }
    if tree == Tree::Dno {
        let mut others = Others::new(&reference, &slice.leaf.party);
        let result = listing::<OtherRow<'static>>(folder, OTHERS, progress, |row| others.next(row));
        checks.add("others", result.map(|count| ((), format!("{count} meters of others name the party"))));
        checks.not(format!(
            "{OTHERS}: the party stands in these cells, but nothing proves that they are rows of the report or all \
             there are; the operator of each has the row and its proof"
        ));
    }
    checks.not("the rows of others: a slice shows only that they exist");
    Ok(())
}
