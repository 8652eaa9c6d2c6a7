//! Directory data over time, and from several files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use dno_audit_audit::directory::{Directory, DirectoryError, Holder, InUse};
use types::{
    AsOf, DatedEntity, DirectoryRecords, DistributorId, EntityList, Eui64, OperatorRecord, Period,
    SupplierRecord,
};

const ENTITY: Eui64 = Eui64::new([0x90, 0xB3, 0xD5, 0xAA, 0, 1, 0, 0]);

fn period(from: Option<&str>, to: Option<&str>) -> Period {
    let instant = |text: &str| format!("{text}-01-01T00:00:00Z").parse().unwrap();
    Period { from: from.map(instant), to: to.map(instant) }
}

fn as_of(year: &str) -> AsOf {
    AsOf(format!("{year}-06-01T00:00:00Z").parse().unwrap())
}

fn operator(id: &str, period: Period) -> OperatorRecord {
    OperatorRecord {
        id: id.to_owned(),
        name: String::new(),
        group: None,
        kind: None,
        distributors: vec![DistributorId::new(12).unwrap()],
        aliases: vec!["NETWORKS".to_owned()],
        credentials: None,
        entities: vec![DatedEntity { id: ENTITY, period: Period::default() }],
        entity_list: None,
        period,
    }
}

fn file(operators: Vec<OperatorRecord>) -> DirectoryRecords {
    DirectoryRecords { operators, ..DirectoryRecords::default() }
}

#[test]
fn distributor_name_and_entity_pass_from_one_party_to_the_next() {
    let files = [file(vec![
        operator("OLD", period(None, Some("2020"))),
        operator("NEW", period(Some("2020"), None)),
    ])];
    for (year, party) in [("2015", "OLD"), ("2025", "NEW")] {
        let directory = Directory::new(None, &files, as_of(year)).unwrap();
        let named = |id| directory.operator_name(id).to_owned();
        assert_eq!(directory.by_distributor(DistributorId::new(12).unwrap()).map(named).unwrap(), party);
        assert_eq!(directory.by_name("networks").map(named).unwrap(), party);
        let Some(Holder::Operator(id, InUse::Now)) = directory.holder(ENTITY) else { panic!("{year}") };
        assert_eq!(named(id), party);
    }
}

#[test]
fn a_party_that_has_ended_is_not_meant_by_its_name() {
    let files = [file(vec![operator("OLD", period(None, Some("2020")))])];
    let directory = Directory::new(None, &files, as_of("2025")).unwrap();
    assert_eq!(directory.by_name("OLD"), None);
    assert!(matches!(directory.holder(ENTITY), Some(Holder::Operator(_, InUse::AnotherTime))));
}

#[test]
fn an_own_file_ends_an_entity_that_the_shipped_one_has() {
    let shipped = file(vec![operator("LOND", Period::default())]);
    let mut own = operator("LOND", Period::default());
    own.entities = vec![DatedEntity { id: ENTITY, period: period(None, Some("2020")) }];
    let directory = Directory::new(Some(&shipped), &[file(vec![own])], as_of("2025")).unwrap();
    assert!(matches!(directory.holder(ENTITY), Some(Holder::Operator(_, InUse::AnotherTime))));
}

#[test]
fn own_files_may_not_contradict_each_other_in_either_order() {
    let complete = |list| OperatorRecord { entity_list: Some(list), ..operator("LOND", Period::default()) };
    let (one, other) =
        (file(vec![complete(EntityList::Complete)]), file(vec![complete(EntityList::Partial)]));
    for files in [[one.clone(), other.clone()], [other, one]] {
        let error = Directory::new(None, &files, as_of("2025")).unwrap_err();
        let expected =
            DirectoryError::FilesContradict { party: "LOND".to_owned(), what: "entities_complete" };
        assert_eq!(error, expected);
    }
}

#[test]
fn two_parties_can_not_have_one_entity_at_one_time() {
    let mut files = file(vec![operator("LOND", Period::default())]);
    let entities = vec![DatedEntity { id: ENTITY, period: Period::default() }];
    files.suppliers = vec![SupplierRecord { id: "SUP".to_owned(), name: String::new(), entities }];
    assert!(matches!(
        Directory::new(None, &[files], as_of("2025")),
        Err(DirectoryError::EntityTwice { entity: ENTITY, .. })
    ));
}
