//! Every file of a report package, from any octets: `report::read`, `report::verify` and `Attestation::read`.
//!
//! What is read is written again as the same octets, since nothing else is read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use report::model::v1::{
    CertificateRow, Configuration, DeviceRow, Manifest, NotInEstateRow, OtherRow, PartyLeaf, QuarantineRow,
    RuleRow, Slice, SliceSummary, Summary,
};
use report::read::{Findings, Rows, document, manifest};
use report::seal::{Sealer, Tree};
use report::sign::{Attestation, PublicKey};
use report::verify::{Order, RowHead};
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

fuzz_target!(|octets: &[u8]| {
    let mut sealer = Sealer::default();
    let mut order = Order::default();
    for row in rows::<DeviceRow<'static>>(octets) {
        let mut line = Vec::new();
        report::push_line(&row, &mut line).expect("a row");
        let line = line.strip_suffix(b"\n").expect("a line");
        let head = RowHead::read(std::str::from_utf8(line).expect("text")).expect("a row has a head");
        assert_eq!((head.dno.as_deref(), &*head.verdict), (row.dno.as_deref(), &*row.verdict));
        let seal = head.seal_row(report::merkle::leaf(line));
        let _ = order.next(seal.party(Tree::Dno), head.device_id);
        let _ = sealer.push(&seal);
    }
    if let Ok(text) = std::str::from_utf8(octets) {
        for line in text.lines() {
            let _ = RowHead::read(line);
        }
    }
    let leaves = rows::<PartyLeaf>(octets);
    let top = report::seal::root(&leaves).expect("a root");
    assert_eq!(top.parties, leaves.len() as u64);
    rows::<CertificateRow>(octets);
    rows::<NotInEstateRow>(octets);
    rows::<OtherRow<'static>>(octets);
    rows::<QuarantineRow>(octets);
    value::<Configuration>(octets);
    value::<SliceSummary>(octets);
    value::<Vec<RuleRow>>(octets);
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
        let _ = summary.map(|summary| report::verify::summary(&summary, &again, &[]));
    }
});
