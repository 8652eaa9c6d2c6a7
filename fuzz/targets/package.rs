//! Every file of a report package, from any octets: `report::read`, `report::verify` and `Attestation::read`.
//!
//! What is read is written again as the same octets, since nothing else is read.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use report::RowTotals;
use report::model::v1::{
    CertificateRow, Configuration, DeviceRow, Manifest, NotInEstateRow, OtherRow, PartyLeaf, QuarantineRow,
    RuleRow, Slice, SliceSummary, Summary,
};
use report::read::{Findings, Rows, document, manifest};
use report::seal::{SealRow, Sealer, Tree};
use report::sign::{Attestation, PublicKey};
use report::verify::{Certificates, NotInEstate, Order, Others, Quarantine, Reference};
use serde::Serialize;
use serde::de::DeserializeOwned;

fn rows<T: DeserializeOwned + Serialize>(octets: &[u8]) -> Vec<T> {
    let mut again = Vec::new();
    let mut read = Vec::new();
    for row in Rows::<T, _>::new(octets) {
        match row {
            Ok(row) => {
                report::push_line(&row, &mut again).expect("a row");
                read.push(row);
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    assert!(octets.starts_with(&again));
    read
}

fn value<T: DeserializeOwned + Serialize>(octets: &[u8]) -> Option<T> {
    let value: T = document(octets).ok()?;
    assert_eq!(report::canonical(&value).expect("a value"), octets);
    Some(value)
}

/// The report that rows are held to.
static GOLDEN: LazyLock<(Manifest, Reference)> = LazyLock::new(|| {
    let read =
        manifest(include_bytes!("../../testdata/golden/format-1/package/manifest.json")).expect("a manifest");
    let rules: Vec<RuleRow> =
        document(include_bytes!("../../testdata/golden/format-1/package/rules.json")).expect("rules");
    let reference = Reference::new(&rules, &read).expect("a table of rules");
    (read, reference)
});

fuzz_target!(|octets: &[u8]| {
    let (golden, of_golden) = &*GOLDEN;
    let rules = value::<Vec<RuleRow>>(octets);
    let reference = rules.as_ref().and_then(|rules| Reference::new(rules, golden).ok());
    let reference = reference.as_ref().unwrap_or(of_golden);
    let mut sealer = Sealer::default();
    let mut order = Order::default();
    let mut totals = RowTotals::default();
    for row in rows::<DeviceRow<'static>>(octets) {
        let _ = reference.row(&row);
        let (dno, supplier, verdict) = (row.dno.as_deref(), row.supplier.as_deref(), &*row.verdict);
        let seal = SealRow { leaf: report::merkle::leaf(octets), dno, supplier, verdict };
        let _ = order.next(seal.party(Tree::Dno), row.device_id);
        let known = sealer.push(&seal).is_ok();
        assert_eq!(known, totals.count(&row, reference.as_of()).is_ok());
    }
    let leaves = rows::<PartyLeaf>(octets);
    let top = report::seal::root(&leaves).expect("a root");
    assert_eq!(top.parties, leaves.len() as u64);
    let mut listed = Certificates::default();
    rows::<CertificateRow>(octets).iter().for_each(|row| drop(listed.next(row)));
    let mut listed = NotInEstate::new(reference);
    rows::<NotInEstateRow>(octets).iter().for_each(|row| drop(listed.next(row)));
    let mut listed = Others::new(reference, "LOND");
    rows::<OtherRow<'static>>(octets).iter().for_each(|row| drop(listed.next(row)));
    let mut listed = Quarantine::new(golden);
    rows::<QuarantineRow>(octets).iter().for_each(|row| drop(listed.next(row)));
    let configuration = value::<Configuration>(octets);
    value::<SliceSummary>(octets);
    let slice = value::<Slice>(octets);
    let summary = value::<Summary>(octets);
    let lines = Findings::new(octets).filter(Result::is_ok).count();
    assert!(lines <= octets.len());
    let _ = PublicKey::from_certificate(octets);
    if let Ok(manifest) = manifest(octets) {
        let holds: Result<(), String> = report::verify::manifest(&manifest);
        assert_eq!(holds, report::verify::manifest(&manifest));
        assert!(Attestation::read(octets, &manifest, octets).is_err());
        let again: Manifest = value(octets).expect("a manifest");
        let _ = slice.map(|slice| report::verify::path(&slice, &again));
        let _ = summary.map(|summary| report::verify::summary(&summary, &again, &[], reference, &totals));
        let _ = configuration.map(|configuration| report::verify::configuration(&configuration, &again));
    }
});
