//! The state of a cell is what the newest dated statements agree on, in whatever order they come.

use dno_audit_audit::timeline::{CellState, Disposition, cell_timeline, dispositions, order};
use proptest::prelude::*;
use types::{
    AsOf, Credential, Eui64, Grade, InputId, KeyId, NetworkOperatorCell, Observation, Origin, Seen, Source,
    Timestamp,
};

const CELL: NetworkOperatorCell = NetworkOperatorCell::DigitalSignature;

fn at(day: u8) -> Option<Timestamp> {
    Timestamp::from_calendar(2025, 1, day, 0, 0, 0)
}

fn observation() -> impl Strategy<Value = Observation> {
    let seen = prop_oneof![
        (1u8..4)
            .prop_map(|key| Seen::Held(Credential { entity: Eui64::new([1; 8]), key: KeyId::new([key; 8]) })),
        Just(Seen::TrustAnchorNotFound),
        Just(Seen::RoleNotAnswered),
        Just(Seen::DeviceError(30)),
    ];
    let source = prop_oneof![Just(Source::Extract), Just(Source::Read), Just(Source::UpdateResponse)];
    let grade = prop_oneof![Just(Grade::ExtractRow), Just(Grade::DeviceUnchecked), Just(Grade::DeviceSigned)];
    (proptest::option::of(1u8..4), source, grade, seen, 0u32..50).prop_map(
        |(day, source, grade, seen, line)| {
            let origin = Origin { input: InputId(0), line };
            Observation {
                device: Eui64::new([9; 8]),
                at: day.and_then(at),
                cell: CELL,
                source,
                grade,
                seen,
                origin,
            }
        },
    )
}

fn state(seen: &Observation) -> Option<CellState> {
    match seen.seen {
        Seen::Held(credential) => Some(CellState::Held(credential)),
        Seen::TrustAnchorNotFound => Some(CellState::TrustAnchorNotFound),
        _ => None,
    }
}

proptest! {
    #[test]
    fn order_does_not_decide_and_equals_that_contradict_each_other_decide_nothing(
        mut observations in proptest::collection::vec(observation(), 0..12), turn in 0usize..12,
    ) {
        let as_of = AsOf(at(3).ok_or_else(|| TestCaseError::fail("a date"))?);
        observations.sort_by(order);
        let decided = cell_timeline(&observations, CELL, as_of).decided.map(|(_, state)| state);

        let mut turned = observations.clone();
        let middle = turn % turned.len().max(1);
        turned.rotate_left(middle);
        turned.reverse();
        turned.sort_by(order);
        prop_assert_eq!(cell_timeline(&turned, CELL, as_of).decided.map(|(_, state)| state), decided);

        // Decided again by hand: the newest instant, the best source there, the best grade there.
        let known: Vec<&Observation> = observations.iter().filter(|seen| state(seen).is_some()).collect();
        let best = known.iter().map(|seen| (seen.at, seen.source, seen.grade)).max();
        let undated = best.is_some_and(|(at, ..)| at.is_none());
        let counts = |seen: &&&Observation| undated || Some((seen.at, seen.source, seen.grade)) == best;
        let said: Vec<CellState> = known.iter().filter(counts).filter_map(|seen| state(seen)).collect();
        let expected = match said.as_slice() {
            [first, rest @ ..] if rest.iter().all(|state| state == first) => Some(*first),
            _ => None,
        };
        prop_assert_eq!(decided, expected);
    }

    #[test]
    fn every_record_ends_exactly_once(mut observations in proptest::collection::vec(observation(), 0..12)) {
        let as_of = AsOf(at(2).ok_or_else(|| TestCaseError::fail("a date"))?);
        observations.sort_by(order);
        let timelines = NetworkOperatorCell::ALL.map(|cell| cell_timeline(&observations, cell, as_of));
        let ended = dispositions(&observations, &timelines, as_of);
        let mut origins: Vec<Origin> = observations.iter().map(|seen| seen.origin).collect();
        origins.sort_unstable();
        origins.dedup();
        prop_assert_eq!(ended.iter().map(|(origin, _)| *origin).collect::<Vec<_>>(), origins);
        let decides = timelines.iter().any(|timeline| timeline.decided.is_some());
        prop_assert!(!decides || ended.iter().any(|(_, disposition)| *disposition == Disposition::Used));
    }
}
