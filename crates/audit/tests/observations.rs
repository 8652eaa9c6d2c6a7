//! What is packed is the same again, in the order of `timeline::order`, whatever the batches.

#![allow(clippy::unwrap_used, reason = "constants of a test")]

use dno_audit_audit::observations::{Batch, Observations};
use dno_audit_audit::timeline::order;
use dno_audit_audit::{Directory, Estate, EstateBatch, EstateBuilder, InputUse};
use proptest::prelude::*;
use types::{
    AsOf, Credential, DccCode, EstateRow, Eui64, Grade, InputId, Interner, KeyId, MpanFault, MpanField,
    NetworkOperatorCell, Observation, Origin, RegistrationRow, Seen, Source, Timestamp, Unusable,
};

fn credential() -> impl Strategy<Value = Credential> {
    (0u8..3, 0u8..3)
        .prop_map(|(entity, key)| Credential { entity: Eui64::new([entity; 8]), key: KeyId::new([key; 8]) })
}

fn seen() -> impl Strategy<Value = Seen> {
    prop_oneof![
        credential().prop_map(Seen::Held),
        credential().prop_map(Seen::HeldBefore),
        credential().prop_map(Seen::Intended),
        Just(Seen::TrustAnchorNotFound),
        Just(Seen::NoTrustAnchor),
        Just(Seen::CellAbsent),
        Just(Seen::RoleNotAnswered),
        (0u16..3).prop_map(Seen::DeviceError),
        Just(Seen::RequestFailed(DccCode::from_text(b"E65").unwrap())),
        Just(Seen::Smets1),
        Just(Seen::Incomplete),
        (0u8..3).prop_map(|key| Seen::KeyUpdated(KeyId::new([key; 8]))),
        Just(Seen::UsageUnclear),
        (0u16..3).prop_map(Seen::UpdateFailed),
        Just(Seen::NoOutcome),
        Just(Seen::Unusable(Unusable::SignatureInvalid)),
    ]
}

fn time() -> impl Strategy<Value = Option<Timestamp>> {
    let known = [i64::MIN, -62_167_219_200_000, -1, 0, 1, 1_735_689_600_000, 253_402_300_799_999];
    prop_oneof![
        proptest::sample::select(known.to_vec()).prop_map(Timestamp::from_unix_millis),
        (1_735_689_600_000i64..1_735_689_600_004).prop_map(Timestamp::from_unix_millis),
    ]
}

fn observation() -> impl Strategy<Value = Observation> {
    use Grade::{DccAlert, DeviceSigned, DeviceSignedUnproven, DeviceUnchecked, ExtractRow, Xml};
    use Source::{Command, Dcc, Extract, Read, UpdateAlert, UpdateResponse};
    let source = proptest::sample::select(vec![Command, Extract, Dcc, Read, UpdateResponse, UpdateAlert]);
    let grade = proptest::sample::select(vec![
        ExtractRow,
        DccAlert,
        Xml,
        DeviceUnchecked,
        DeviceSignedUnproven,
        DeviceSigned,
    ]);
    let cell = proptest::sample::select(NetworkOperatorCell::ALL.to_vec());
    let line = prop_oneof![0u32..9, Just(100_000)];
    (0u8..4, time(), cell, source, grade, seen(), (0u32..4, line)).prop_map(
        |(device, at, cell, source, grade, seen, (input, line))| {
            let device = Eui64::new([0xFF, 0, 0, 0, 0, 0, 0, device]);
            Observation {
                device,
                at,
                cell,
                source,
                grade,
                seen,
                origin: Origin { input: InputId(input), line },
            }
        },
    )
}

/// A row that says nothing but which device it is about, and where it stands.
fn bare(device: u8, input: u32, line: u32) -> EstateRow {
    EstateRow {
        device: Eui64::new([device; 8]),
        mpan: MpanField::Absent,
        secondary_mpan: MpanField::Absent,
        export_mpan: MpanField::Absent,
        network_operator: None,
        supplier: None,
        manufacturer: None,
        model: None,
        firmware: None,
        region: None,
        device_type: None,
        status: None,
        smets: None,
        origin: Origin { input: InputId(input), line },
    }
}

fn row() -> impl Strategy<Value = EstateRow> {
    let mpan: types::Mpan = "1012345678903".parse().unwrap();
    let mpan = move || {
        proptest::sample::select(vec![
            MpanField::Absent,
            MpanField::Absent,
            MpanField::Valid { mpan, altered: false },
            MpanField::Valid { mpan, altered: true },
            MpanField::Invalid(MpanFault::CheckDigit(1_012_345_678_904)),
            MpanField::Invalid(MpanFault::Length(12)),
        ])
    };
    (0u8..6, mpan(), mpan(), mpan(), any::<bool>(), 0u32..3, 1u32..9).prop_map(
        |(device, mpan, secondary_mpan, export_mpan, smets, input, line)| EstateRow {
            mpan,
            secondary_mpan,
            export_mpan,
            smets: smets.then_some(types::SmetsVersion::Smets2),
            ..bare(device, input, line)
        },
    )
}

/// Reads everything back, one device after another.
fn all(observations: &Observations) -> Vec<Observation> {
    let (mut all, mut of_one) = (Vec::new(), Vec::new());
    for (device, start) in observations.devices() {
        observations.read(start, &mut of_one);
        assert!(of_one.iter().all(|seen| seen.device == device));
        assert_eq!(observations.of_device(device), of_one);
        all.append(&mut of_one);
    }
    all
}

proptest! {
    #[test]
    fn packed_observations_are_the_same_again_in_order(
        mut plain in proptest::collection::vec(observation(), 0..60),
    ) {
        let mut batches: Vec<(InputId, Batch)> = Vec::new();
        // Backwards, since the order of inputs must not matter.
        for input in (0..4).rev().map(InputId) {
            let mut batch = Batch::default();
            batch.extend(plain.iter().filter(|seen| seen.origin.input == input));
            batches.push((input, batch));
        }
        let mut packed = Observations::new(batches).unwrap();
        plain.sort_by(order);
        prop_assert_eq!(packed.len(), plain.len());
        prop_assert_eq!(&all(&packed), &plain);

        let held: std::collections::BTreeSet<_> = plain.iter().filter_map(|seen| match seen.seen {
            Seen::Held(credential) | Seen::HeldBefore(credential) | Seen::Intended(credential) => {
                Some((credential, seen.cell))
            }
            _ => None,
        }).collect();
        prop_assert_eq!(packed.credentials(), held);

        packed.renumber(|input| InputId(input.0 + 10));
        plain.iter_mut().for_each(|seen| seen.origin.input.0 += 10);
        prop_assert_eq!(all(&packed), plain);
        prop_assert!(packed.of_device(Eui64::ZERO).is_empty());
    }

    #[test]
    fn packed_rows_are_the_same_again_by_device(rows in proptest::collection::vec(row(), 0..40)) {
        let mut builder = EstateBuilder::default();
        for input in (0..3).rev().map(InputId) {
            let mut batch = EstateBatch::default();
            batch.extend(rows.iter().filter(|row| row.origin.input == input).copied());
            builder.add_rows(input, batch);
        }
        let directory = Directory::new(None, &[], AsOf(Timestamp::from_unix_millis(0).unwrap())).unwrap();
        let estate = builder.build(&Interner::new(), &directory).unwrap();
        let mut read: Vec<EstateRow> = (0..estate.len()).flat_map(|index| estate.rows_of(index).to_vec()).collect();
        prop_assert!(read.is_sorted_by_key(|row| row.device));
        let ended: u64 = estate.uses().values().map(InputUse::records).sum();
        prop_assert_eq!(ended, rows.len() as u64);
        // Rows may stand at one place, so they are compared as sets.
        let key = |row: &EstateRow| format!("{row:?}");
        let mut plain = rows;
        plain.sort_by_key(key);
        read.sort_by_key(key);
        prop_assert_eq!(read, plain);
    }
}

#[test]
fn registration_rows_that_repeat_one_before_are_duplicates_however_many_there_are() {
    let mut names = Interner::new();
    let [one, other] = ["LOND", "MANW"].map(|name| names.intern(name));
    let mpan: types::Mpan = "1012345678903".parse().unwrap();
    let row = EstateRow { mpan: MpanField::Valid { mpan, altered: false }, ..bare(1, 0, 2) };
    let directory = Directory::new(None, &[], AsOf(Timestamp::from_unix_millis(0).unwrap())).unwrap();
    for more in [1, 40] {
        let mut said = vec![one, other, one];
        said.extend(vec![other; more]);
        let registration = said.iter().zip(2..).map(|(network_operator, line)| RegistrationRow {
            mpan,
            network_operator: *network_operator,
            supplier: None,
            origin: Origin { input: InputId(1), line },
        });
        let estate = Estate::new(vec![row], registration.collect(), &names, &directory).unwrap();
        let uses = &estate.uses()[&InputId(1)];
        assert_eq!((uses.used, uses.duplicate, uses.records()), (2, 1 + more as u64, 3 + more as u64));
        // Nothing tells which operator is right, whether the rows are few or many.
        let registered = estate.meter(0, &directory).registration.unwrap();
        assert_eq!((registered.network_operator, registered.origin.line), (None, 2));
    }
}
