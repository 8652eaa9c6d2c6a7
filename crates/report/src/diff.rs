//! What changed between two reports, meter by meter.
//!
//! In: the rows of two reports, one at a time. Out: a [`Difference`] for every meter of which the reports say different
//! things, and [`Totals`] over all. Rows are matched as they come, since both reports are sorted by party and device. Only a
//! meter that stands under another party, or in one report alone, waits, with the place of its row and nothing else.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::basis::{Basis, Why, newest, why, why_alone};
use crate::model::v1::DeviceRow;
use crate::short::Short;

/// What became of a meter.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It was correct, and is missing or wrong.
    Regressed,
    /// It is missing or wrong, and was not judged or not known.
    New,
    /// It was missing or wrong and is so in another way.
    Changed,
    /// It is missing or wrong as before.
    Persisting,
    /// It was missing or wrong, and is correct.
    Fixed,
    /// It was judged, and is not known.
    BecameNotKnown,
    /// It was not known, and is correct.
    BecameKnown,
    /// It is in the new report alone.
    Joined,
    /// It is in the old report alone.
    Left,
    /// It was out of scope, and is correct.
    EnteredScope,
    /// It was judged or not known, and is out of scope.
    LeftScope,
    /// The verdict is the same, and it is neither missing nor wrong.
    Unchanged,
}

impl Change {
    /// All changes, in the order of reports.
    pub const ALL: [Self; 12] = [
        Self::Regressed,
        Self::New,
        Self::Changed,
        Self::Persisting,
        Self::Fixed,
        Self::BecameNotKnown,
        Self::BecameKnown,
        Self::Joined,
        Self::Left,
        Self::EnteredScope,
        Self::LeftScope,
        Self::Unchanged,
    ];

    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::New => "new",
            Self::Changed => "changed",
            Self::Persisting => "persisting",
            Self::Fixed => "fixed",
            Self::BecameNotKnown => "became-not-known",
            Self::BecameKnown => "became-known",
            Self::Joined => "joined",
            Self::Left => "left",
            Self::EnteredScope => "entered-scope",
            Self::LeftScope => "left-scope",
            Self::Unchanged => "unchanged",
        }
    }
}

/// What a report says of a meter, as far as a comparison goes.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct State {
    /// The two cells.
    pub cells: [CellState; 2],
    /// The party that ought to be in the cells.
    pub dno: Option<String>,
    /// Ids of the rules that failed, with the waiver that holds for each.
    pub findings: BTreeMap<String, Option<String>>,
    /// Ids of the rules that call for the verdict.
    pub reasons: Vec<String>,
    /// The verdict.
    pub verdict: String,
}

/// What a report says of a cell.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct CellState {
    /// The entity in it.
    pub entity: Option<Short>,
    /// Who is known to stand behind that.
    pub holder: Option<String>,
    /// The key in it.
    pub key: Option<Short>,
    /// correct, missing, wrong or not-known.
    pub state: String,
}

impl State {
    /// What a row says.
    #[must_use]
    pub fn of(row: &DeviceRow<'_>) -> Self {
        let owned = |text: &std::borrow::Cow<'_, str>| text.clone().into_owned();
        Self {
            cells: row.cells.each_ref().map(|cell| CellState {
                entity: cell.entity,
                holder: cell.holder.as_ref().map(owned),
                key: cell.key,
                state: cell.state.to_string(),
            }),
            dno: row.dno.as_ref().map(owned),
            findings: row
                .findings
                .iter()
                .map(|finding| (finding.rule.to_string(), finding.waiver.as_ref().map(owned)))
                .collect(),
            reasons: row.reasons.iter().map(owned).collect(),
            verdict: row.verdict.to_string(),
        }
    }

    fn is_problem(&self) -> bool {
        matches!(self.verdict.as_str(), "missing" | "wrong")
    }

    /// What makes it this problem and no other.
    fn problem(&self) -> impl Eq + '_ {
        (&self.verdict, &self.dno, &self.reasons, &self.cells)
    }
}

/// What became of a meter between two states.
#[must_use]
pub fn change(old: Option<&State>, new: Option<&State>) -> Change {
    let (old, new) = match (old, new) {
        (Some(old), Some(new)) => (old, new),
        (None, _) => return Change::Joined,
        (Some(_), None) => return Change::Left,
    };
    match (old.verdict.as_str(), new.verdict.as_str()) {
        (one, other) if one == other && !new.is_problem() => Change::Unchanged,
        (_, "out-of-scope") => Change::LeftScope,
        (_, "not-known") => Change::BecameNotKnown,
        ("not-known", "correct") => Change::BecameKnown,
        ("out-of-scope", "correct") => Change::EnteredScope,
        (_, "correct") => Change::Fixed,
        ("correct", _) => Change::Regressed,
        ("not-known" | "out-of-scope", _) => Change::New,
        _ if old.problem() == new.problem() => Change::Persisting,
        _ => Change::Changed,
    }
}

/// A meter of which two reports say different things.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Difference {
    /// What became of it.
    pub change: Change,
    /// The device.
    pub device_id: Short,
    /// Its MPAN, as the newer of the reports that have it says.
    pub mpan: Option<Short>,
    /// What the new report says; null if it does not have the meter.
    pub new: Option<State>,
    /// The newest time at which a cell was seen, in the new report.
    pub new_observed_at: Option<Short>,
    /// What the old report says; null if it does not have the meter.
    pub old: Option<State>,
    /// The same in the old report.
    pub old_observed_at: Option<Short>,
    /// The responsible supplier, as the newer of the reports that have it says.
    pub supplier: Option<String>,
    /// Why.
    pub why: Why,
}

/// A meter in two reports: the difference, if there is one, and what became of it in any case.
#[must_use]
pub fn compare(
    old: Option<&DeviceRow<'_>>,
    new: Option<&DeviceRow<'_>>,
    bases: [&Basis; 2],
) -> (Change, Option<Difference>) {
    let [old_basis, new_basis] = bases;
    let [old_state, new_state] = [old, new].map(|row| row.map(State::of));
    let change = change(old_state.as_ref(), new_state.as_ref());
    let (Some(row), true) = (new.or(old), old_state != new_state) else { return (change, None) };
    let why = match (old, new) {
        (Some(old), Some(new)) => why((old, old_basis), (new, new_basis)),
        _ => why_alone(old_basis, new_basis),
    };
    let difference = Difference {
        change,
        device_id: row.device_id,
        mpan: row.mpan,
        supplier: row.supplier.as_ref().map(|supplier| supplier.clone().into_owned()),
        new: new_state,
        new_observed_at: new.and_then(newest),
        old: old_state,
        old_observed_at: old.and_then(newest),
        why,
    };
    (change, Some(difference))
}

/// Meters by what became of them, and those that differ by why.
#[non_exhaustive]
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Totals {
    /// By party of the new report, or of the old one if the meter left, and change.
    pub by_dno: BTreeMap<String, BTreeMap<&'static str, u64>>,
    /// Meters of which the reports say different things, by why in words.
    pub causes: BTreeMap<String, u64>,
    /// By change; changes that did not occur stand with 0.
    pub changes: BTreeMap<&'static str, u64>,
    /// Meters of which the reports say different things.
    pub different: u64,
    /// Meters that stand under another party.
    pub moved: u64,
}

impl Totals {
    fn count(&mut self, change: Change, dno: Option<&str>, difference: Option<&Difference>) {
        *self.changes.entry(change.name()).or_default() += 1;
        let party = self.by_dno.entry(dno.unwrap_or("unassigned").to_owned()).or_default();
        *party.entry(change.name()).or_default() += 1;
        if let Some(difference) = difference {
            self.different += 1;
            *self.causes.entry(difference.why.words()).or_default() += 1;
            if let (Some(old), Some(new)) = (&difference.old, &difference.new) {
                self.moved += u64::from(old.dno != new.dno);
            }
        }
    }
}

/// The rows of a report: in their order, and again by their place.
pub trait Rows {
    /// Why a row can't be had.
    type Error;

    /// The next row and its place.
    ///
    /// # Errors
    ///
    /// It can't be read.
    fn next(&mut self) -> Result<Option<(u64, DeviceRow<'static>)>, Self::Error>;

    /// The row at a place.
    ///
    /// # Errors
    ///
    /// It can't be read.
    fn at(&mut self, place: u64) -> Result<DeviceRow<'static>, Self::Error>;

    /// The error that the row read last is not in the order of a report.
    fn disorder(&self) -> Self::Error;
}

/// Goes through two reports and hands on what differs, in the order of [`pairs`].
///
/// # Errors
///
/// As for [`pairs`].
pub fn diff<R: Rows>(
    old: &mut R,
    new: &mut R,
    bases: [&Basis; 2],
    found: &mut dyn FnMut(&Difference) -> Result<(), R::Error>,
) -> Result<Totals, R::Error> {
    let mut totals = Totals {
        changes: Change::ALL.iter().map(|change| (change.name(), 0)).collect(),
        ..Totals::default()
    };
    pairs(old, new, &mut |old, new| {
        let (change, difference) = compare(old, new, bases);
        let dno = new.or(old).and_then(|row| row.dno.as_deref());
        totals.count(change, dno, difference.as_ref());
        difference.as_ref().map_or(Ok(()), &mut *found)
    })?;
    Ok(totals)
}

/// Receives a meter of two reports, by its row in the one and in the other; one of them may be lacking.
pub type Pair<'p, E> = &'p mut dyn FnMut(Option<&DeviceRow<'_>>, Option<&DeviceRow<'_>>) -> Result<(), E>;

/// Goes through two reports and hands on every meter: first those under one party, in the order of the reports, then those
/// that stand under another party or in one report alone, in the order of devices.
///
/// # Errors
///
/// A row can't be read, is not in the order of a report, or the receiver fails.
pub fn pairs<R: Rows, S: Rows<Error = R::Error>>(
    old: &mut R,
    new: &mut S,
    judge: Pair<'_, R::Error>,
) -> Result<(), R::Error> {
    let (mut gone, mut come) = (Waiting::default(), Waiting::default());
    let (mut left, mut right) = (Ordered::default(), Ordered::default());
    let mut one = left.next(old)?;
    let mut other = right.next(new)?;
    loop {
        match (&one, &other) {
            (None, None) => break,
            (Some((_, a)), Some((_, b))) if key(a) == key(b) => {
                judge(Some(a), Some(b))?;
                one = left.next(old)?;
                other = right.next(new)?;
            }
            (Some((place, a)), b) if b.as_ref().is_none_or(|(_, b)| key(a) < key(b)) => {
                gone.push(a.device_id, *place);
                one = left.next(old)?;
            }
            (_, Some((place, b))) => {
                come.push(b.device_id, *place);
                other = right.next(new)?;
            }
            (Some(_), None) => break,
        }
    }
    let (gone, come) =
        (gone.sorted().ok_or_else(|| old.disorder())?, come.sorted().ok_or_else(|| new.disorder())?);
    let (mut gone, mut come) = (gone.into_iter().peekable(), come.into_iter().peekable());
    loop {
        let next = [gone.peek(), come.peek()].into_iter().flatten().map(|(device, _)| *device).min();
        let Some(device) = next else { break };
        let place_old = gone.next_if(|(other, _)| *other == device);
        let place_new = come.next_if(|(other, _)| *other == device);
        let row_old = place_old.map(|(_, place)| old.at(place)).transpose()?;
        let row_new = place_new.map(|(_, place)| new.at(place)).transpose()?;
        judge(row_old.as_ref(), row_new.as_ref())?;
    }
    Ok(())
}

/// The place of a row in the order of a report.
fn key<'r>(row: &'r DeviceRow<'_>) -> (&'r str, Short) {
    (row.dno.as_deref().unwrap_or("unassigned"), row.device_id)
}

/// Reads rows and sees that they are in order.
#[derive(Default)]
struct Ordered(Option<(String, Short)>);

impl Ordered {
    fn next<R: Rows>(&mut self, rows: &mut R) -> Result<Option<(u64, DeviceRow<'static>)>, R::Error> {
        let Some((place, row)) = rows.next()? else { return Ok(None) };
        let (dno, device) = key(&row);
        match &mut self.0 {
            Some((before, last)) if before == dno => {
                if *last >= device {
                    return Err(rows.disorder());
                }
                *last = device;
            }
            Some((before, _)) if before.as_str() > dno => return Err(rows.disorder()),
            before => *before = Some((dno.to_owned(), device)),
        }
        Ok(Some((place, row)))
    }
}

/// Meters without a row under the same party in the other report: device and place, 16 octets each.
#[derive(Default)]
struct Waiting(Vec<(u64, u64)>);

impl Waiting {
    fn push(&mut self, device: Short, place: u64) {
        // An identifier that is none can't be matched with anything, and the reader of rows has refused it.
        let number = device.as_str().bytes().filter(u8::is_ascii_hexdigit).fold(0u64, |number, digit| {
            let value = char::from(digit).to_digit(16).unwrap_or_default();
            (number << 4) | u64::from(value)
        });
        self.0.push((number, place));
    }

    /// In the order of devices; `None` if one stands twice.
    fn sorted(mut self) -> Option<Vec<(u64, u64)>> {
        self.0.sort_unstable();
        let twice = self.0.array_windows().any(|[(one, _), (other, _)]| one == other);
        (!twice).then_some(self.0)
    }
}

/// Names of the columns of a difference as a table.
pub const DIFFERENCE_HEADER: [&str; 17] = [
    "change",
    "device_id",
    "mpan",
    "supplier",
    "dno_old",
    "dno_new",
    "verdict_old",
    "verdict_new",
    "reasons_old",
    "reasons_new",
    "findings_gone",
    "findings_come",
    "digital_signature_old",
    "digital_signature_new",
    "key_agreement_old",
    "key_agreement_new",
    "why",
];

impl Difference {
    /// The fields of a difference as a line of a table.
    #[must_use]
    pub fn fields(&self) -> [String; DIFFERENCE_HEADER.len()] {
        let sides = [self.old.as_ref(), self.new.as_ref()];
        let [dno_old, dno_new] = sides.map(|side| match side {
            Some(state) => state.dno.clone().unwrap_or_else(|| "unassigned".to_owned()),
            None => String::new(),
        });
        let [verdict_old, verdict_new] =
            sides.map(|side| side.map_or_else(String::new, |state| state.verdict.clone()));
        let [reasons_old, reasons_new] =
            sides.map(|side| side.map_or_else(String::new, |state| state.reasons.join(" ")));
        let cell = |side: Option<&State>, place: usize| {
            side.and_then(|state| state.cells.get(place)).map_or_else(String::new, CellState::words)
        };
        let [old, new] = sides;
        [
            self.change.name().to_owned(),
            self.device_id.as_str().to_owned(),
            self.mpan.map_or_else(String::new, |mpan| mpan.as_str().to_owned()),
            self.supplier.clone().unwrap_or_default(),
            dno_old,
            dno_new,
            verdict_old,
            verdict_new,
            reasons_old,
            reasons_new,
            lacking(old, new),
            lacking(new, old),
            cell(old, 0),
            cell(new, 0),
            cell(old, 1),
            cell(new, 1),
            self.why.words(),
        ]
    }
}

impl CellState {
    /// What stands in the cell, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = self.state.clone();
        let parts = [("entity", self.entity), ("key", self.key)];
        for (name, value) in parts {
            if let Some(value) = value {
                words.push_str(&format!(" {name} {}", value.as_str()));
            }
        }
        if let Some(holder) = &self.holder {
            words.push_str(&format!(" ({holder})"));
        }
        words.trim_start().to_owned()
    }
}

/// Findings of one state that the other does not have, or has with another waiver.
fn lacking(state: Option<&State>, other: Option<&State>) -> String {
    let has = |rule: &str, waiver: &Option<String>| {
        other.and_then(|other| other.findings.get(rule)).is_some_and(|known| known == waiver)
    };
    let findings = state.into_iter().flat_map(|state| &state.findings);
    let shown = |(rule, waiver): (&String, &Option<String>)| match waiver {
        Some(waiver) => format!("{rule} (waived by {waiver})"),
        None => rule.clone(),
    };
    findings.filter(|(rule, waiver)| !has(rule, waiver)).map(shown).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::basis::Cause;
    use crate::model::v1::Manifest;

    /// What a report says of its meters, by device: party, verdict, key, and whether there is a waiver.
    type Meters = BTreeMap<u8, (u8, u8, u8, bool)>;

    const DNOS: [Option<&str>; 3] = [Some("EELC"), Some("LOND"), None];
    const VERDICTS: [&str; 5] = ["correct", "missing", "wrong", "not-known", "out-of-scope"];

    fn row(device: u8, (dno, verdict, key, waived): (u8, u8, u8, bool)) -> DeviceRow<'static> {
        let verdict = VERDICTS[usize::from(verdict)];
        let (reasons, findings) = match verdict {
            "correct" => (serde_json::json!([]), serde_json::json!([])),
            _ => {
                let mut finding = serde_json::json!({"evidence": {}, "rule": "r", "severity": "error"});
                if waived {
                    finding["waiver"] = "W".into();
                }
                (serde_json::json!(["r"]), serde_json::json!([finding]))
            }
        };
        let cell = |usage: &str| serde_json::json!({"entity": "E", "key": format!("K{key}"), "key_usage": usage, "state": verdict});
        serde_json::from_value(serde_json::json!({
            "cells": [cell("digitalSignature"), cell("keyAgreement")], "conditions": [],
            "device_id": format!("00-00-00-00-00-00-00-{device:02X}"), "dno": DNOS[usize::from(dno)],
            "effect": {"alerts": "possible", "command": "possible", "read": "possible"}, "evidence": [],
            "expectation": "registration", "findings": findings, "mpan": null, "reasons": reasons, "remedy": null,
            "supplier": null, "verdict": verdict,
        }))
        .unwrap()
    }

    struct Held(Vec<DeviceRow<'static>>, usize);

    impl Held {
        fn of(meters: &Meters) -> Self {
            let mut rows: Vec<_> = meters.iter().map(|(device, meter)| row(*device, *meter)).collect();
            rows.sort_by(|a, b| key(a).cmp(&key(b)));
            Self(rows, 0)
        }
    }

    impl Rows for Held {
        type Error = &'static str;

        fn next(&mut self) -> Result<Option<(u64, DeviceRow<'static>)>, Self::Error> {
            let place = self.1;
            self.1 += 1;
            Ok(self.0.get(place).map(|row| (place as u64, row.clone())))
        }

        fn at(&mut self, place: u64) -> Result<DeviceRow<'static>, Self::Error> {
            Ok(self.0[usize::try_from(place).unwrap()].clone())
        }

        fn disorder(&self) -> Self::Error {
            "disorder"
        }
    }

    fn basis() -> Basis {
        let count = serde_json::json!({"duplicate": 0, "not-relevant": 0, "quarantined": 0, "superseded": 0, "total": 0, "used": 0});
        let manifest: Manifest = serde_json::from_value(serde_json::json!({
            "as_of": "2026-01-01T00:00:00Z", "configuration_sha256": "",
            "counts": {"meters": 0, "not_in_estate": 0, "records": count,
                "verdicts": {"correct": 0, "missing": 0, "not-known": 0, "out-of-scope": 0, "wrong": 0}},
            "files": {}, "format": crate::FORMAT, "format_version": crate::FORMAT_VERSION, "inputs": [],
            "rule_set": {"sha256": "", "version": 1},
            "seal": {"dno": {"parties": 0, "root": ""}, "supplier": {"parties": 0, "root": ""}}, "tool": {"name": "dnoaudit", "version": "0"},
        }))
        .unwrap();
        Basis::new(&manifest, None, None, None)
    }

    fn differences(old: &Meters, new: &Meters) -> (Vec<Difference>, Totals) {
        let mut found = Vec::new();
        let basis = basis();
        let totals = diff(&mut Held::of(old), &mut Held::of(new), [&basis, &basis], &mut |difference| {
            found.push(difference.clone());
            Ok(())
        })
        .unwrap();
        (found, totals)
    }

    type States = BTreeMap<String, State>;

    fn states(meters: &Meters) -> States {
        Held::of(meters).0.iter().map(|row| (row.device_id.as_str().to_owned(), State::of(row))).collect()
    }

    /// Applies differences to the states that they start from.
    fn applied(mut states: States, differences: &[Difference]) -> States {
        for difference in differences {
            let device = difference.device_id.as_str();
            assert_eq!(states.remove(device), difference.old, "{device}");
            if let Some(new) = &difference.new {
                states.insert(device.to_owned(), new.clone());
            }
        }
        states
    }

    fn meters() -> impl Strategy<Value = Meters> {
        proptest::collection::btree_map(0u8..24, (0u8..3, 0u8..5, 0u8..3, any::<bool>()), 0..24)
    }

    proptest! {
        #[test]
        fn a_report_does_not_differ_from_itself(meters in meters()) {
            let (found, totals) = differences(&meters, &meters);
            prop_assert!(found.is_empty());
            prop_assert_eq!(totals.changes.values().sum::<u64>(), meters.len() as u64);
        }

        #[test]
        fn differences_compose(a in meters(), b in meters(), c in meters()) {
            let [(ab, _), (bc, _), (ac, totals)] = [(&a, &b), (&b, &c), (&a, &c)].map(|(old, new)| differences(old, new));
            let by_b = applied(applied(states(&a), &ab), &bc);
            prop_assert_eq!(&by_b, &applied(states(&a), &ac));
            prop_assert_eq!(&by_b, &states(&c));
            let devices = a.keys().chain(c.keys()).collect::<std::collections::BTreeSet<_>>().len() as u64;
            prop_assert_eq!(totals.changes.values().sum::<u64>(), devices);
            prop_assert_eq!(totals.by_dno.values().flat_map(BTreeMap::values).sum::<u64>(), devices);
            prop_assert_eq!(totals.causes.values().sum::<u64>(), totals.different);
            prop_assert_eq!(ac.len() as u64, totals.different);
            let moved = a.iter().filter(|(device, meter)| c.get(device).is_some_and(|other| other.0 != meter.0));
            prop_assert_eq!(totals.moved, moved.count() as u64);
        }

        #[test]
        fn rows_out_of_order_are_refused(meters in meters(), one in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()) {
            let mut held = Held::of(&meters);
            let length = held.0.len();
            prop_assume!(length > 1 && one.index(length) != other.index(length));
            held.0.swap(one.index(length), other.index(length));
            let basis = basis();
            let result = diff(&mut held, &mut Held::of(&meters), [&basis, &basis], &mut |_| Ok(()));
            prop_assert_eq!(result.err(), Some("disorder"));
        }
    }

    #[test]
    fn a_rule_that_one_report_does_not_have_is_the_rule_set() {
        let rule = |id: &str| crate::model::v1::RuleRow {
            id: id.to_owned().into(),
            ..crate::rule_rows(audit::RuleSetVersion::NEWEST).remove(0)
        };
        let with = |rules: &[crate::model::v1::RuleRow], sha256: &str| {
            let mut basis = basis();
            basis.set_rules(rules, sha256);
            basis
        };
        let (one, two) = (with(&[rule("a")], "1"), with(&[rule("a"), rule("r")], "2"));
        let [old, new] = [0, 1].map(|verdict| row(0, (0, verdict, 0, false)));
        let mut same_cells = new.clone();
        same_cells.cells = old.cells.clone();
        let (change, difference) = compare(Some(&old), Some(&same_cells), [&one, &two]);
        assert_eq!((change, difference.unwrap().why.because), (Change::Regressed, [Cause::RuleSet].into()));
        let (_, difference) = compare(Some(&old), Some(&same_cells), [&two, &two]);
        assert_eq!(difference.unwrap().why.words(), crate::basis::UNEXPLAINED, "nothing tells the two apart");
    }

    #[test]
    fn every_pair_of_verdicts_has_its_change() {
        let state = |verdict: &str, key: u8| {
            let place = VERDICTS.iter().position(|known| *known == verdict).unwrap();
            State::of(&row(0, (0, u8::try_from(place).unwrap(), key, false)))
        };
        for (old, new, expected) in [
            ("correct", "correct", Change::Unchanged),
            ("correct", "wrong", Change::Regressed),
            ("correct", "missing", Change::Regressed),
            ("correct", "not-known", Change::BecameNotKnown),
            ("correct", "out-of-scope", Change::LeftScope),
            ("missing", "correct", Change::Fixed),
            ("missing", "missing", Change::Persisting),
            ("missing", "wrong", Change::Changed),
            ("wrong", "missing", Change::Changed),
            ("wrong", "not-known", Change::BecameNotKnown),
            ("wrong", "out-of-scope", Change::LeftScope),
            ("not-known", "correct", Change::BecameKnown),
            ("not-known", "wrong", Change::New),
            ("not-known", "not-known", Change::Unchanged),
            ("not-known", "out-of-scope", Change::LeftScope),
            ("out-of-scope", "correct", Change::EnteredScope),
            ("out-of-scope", "missing", Change::New),
            ("out-of-scope", "not-known", Change::BecameNotKnown),
            ("out-of-scope", "out-of-scope", Change::Unchanged),
        ] {
            assert_eq!(change(Some(&state(old, 0)), Some(&state(new, 0))), expected, "{old} {new}");
        }
        assert_eq!(change(Some(&state("wrong", 0)), Some(&state("wrong", 1))), Change::Changed);
        assert_eq!(change(None, Some(&state("wrong", 1))), Change::Joined);
        assert_eq!(change(Some(&state("wrong", 1)), None), Change::Left);
    }
}
