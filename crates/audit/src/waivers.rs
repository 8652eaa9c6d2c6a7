//! Findings that somebody accepted for a time.
//!
//! In: the waivers of all files, the directory, the names of the estate and the instant of the audit. Out: which waiver, if
//! any, is for a finding. A waiver takes nothing away: the finding, the verdict and the counts stay, and say so.

use std::collections::HashMap;

use types::{AsOf, Eui64, Interner, Symbol, WaiverRecord, WaiverSelector, nearest};

use crate::directory::{Directory, Owner};
use crate::rule::Rule;
use crate::rules::{RULES, rule};
use crate::subject::Subject;

/// A waiver of an audit, by its place in the order of ids.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct WaiverId(u32);

/// Whether a finding is waived.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Waived {
    /// No waiver is for it.
    #[default]
    No,
    /// By this one.
    By(WaiverId),
    /// It was, until this one expired.
    Formerly(WaiverId),
}

impl Waived {
    /// The waiver that holds.
    #[must_use]
    pub const fn by(self) -> Option<WaiverId> {
        match self {
            Self::By(id) => Some(id),
            Self::No | Self::Formerly(_) => None,
        }
    }
}

/// What became of a waiver in an audit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WaiverState {
    /// It holds for at least one finding.
    Used,
    /// It would hold, but there is no finding that it is for.
    Unused,
    /// It expired at or before the instant of the audit.
    Expired,
}

impl WaiverState {
    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Unused => "unused",
            Self::Expired => "expired",
        }
    }
}

/// The waivers of an audit.
#[derive(Clone, Debug, Default)]
pub struct Waivers {
    /// In the order of their ids.
    waivers: Vec<Waiver>,
    by_rule: HashMap<&'static str, Candidates>,
}

/// Waivers for the findings of one rule. Those that list devices are found by device, since they may list many.
#[derive(Clone, Debug, Default)]
struct Candidates {
    by_device: HashMap<Eui64, Vec<WaiverId>>,
    others: Vec<WaiverId>,
}

#[derive(Clone, Debug)]
struct Waiver {
    record: WaiverRecord,
    expired: bool,
    dnos: Option<Vec<Option<Owner>>>,
    suppliers: Names,
    manufacturers: Names,
    models: Names,
    firmwares: Names,
    regions: Names,
}

/// Names that a selector lists, as far as the estate has them; `None` if it lists none and any will do.
type Names = Option<Vec<Symbol>>;

impl Waivers {
    /// The waivers of these records, in whatever order they come.
    ///
    /// # Errors
    ///
    /// A rule or party that does not exist, an id that stands twice, or two waivers in force that say the same.
    pub fn new(
        mut records: Vec<WaiverRecord>,
        directory: &Directory,
        names: &Interner,
        as_of: AsOf,
    ) -> Result<Self, WaiverError> {
        records.sort_by(|a, b| a.id.cmp(&b.id));
        if let Some([one, _]) = records.array_windows().find(|[one, other]| one.id == other.id) {
            return Err(WaiverError::IdTwice { id: one.id.clone() });
        }
        let mut known: HashMap<(&'static str, WaiverSelector), String> = HashMap::new();
        let mut waivers = Self::default();
        for (record, id) in records.into_iter().zip((0..).map(WaiverId)) {
            let rule = rule_of(&record)?;
            let waiver = Waiver::new(record, directory, names, as_of)?;
            if !waiver.expired {
                let said = (rule, sorted(waiver.record.selector.clone()));
                if let Some(one) = known.insert(said, waiver.record.id.clone()) {
                    return Err(WaiverError::SaidTwice { one, other: waiver.record.id });
                }
            }
            let candidates = waivers.by_rule.entry(rule).or_default();
            if waiver.record.selector.devices.is_empty() {
                candidates.others.push(id);
            }
            for device in &waiver.record.selector.devices {
                candidates.by_device.entry(*device).or_default().push(id);
            }
            waivers.waivers.push(waiver);
        }
        Ok(waivers)
    }

    /// Whether a finding of the rule about this meter is waived. Of several waivers it is the first in the order of ids
    /// that holds.
    #[must_use]
    pub fn waived(&self, rule: &Rule, subject: &Subject<'_>) -> Waived {
        let Some(candidates) = self.by_rule.get(rule.id) else { return Waived::No };
        let of_device = candidates.by_device.get(&subject.meter.device()).map_or(&[][..], Vec::as_slice);
        let fitting = || {
            of_device
                .iter()
                .chain(&candidates.others)
                .filter_map(|id| Some((*id, self.get(*id)?)))
                .filter(|(_, waiver)| waiver.fits(subject))
        };
        let first =
            |expired| fitting().filter(|(_, waiver)| waiver.expired == expired).map(|(id, _)| id).min();
        match first(false) {
            Some(id) => Waived::By(id),
            None => first(true).map_or(Waived::No, Waived::Formerly),
        }
    }

    /// All of them, in the order of their ids, and whether each has expired.
    pub fn iter(&self) -> impl Iterator<Item = (WaiverId, &WaiverRecord)> {
        (0..).map(WaiverId).zip(self.waivers.iter().map(|waiver| &waiver.record))
    }

    /// The record of a waiver.
    #[must_use]
    pub fn record(&self, id: WaiverId) -> Option<&WaiverRecord> {
        self.get(id).map(|waiver| &waiver.record)
    }

    /// What became of a waiver that is for this many findings.
    #[must_use]
    pub fn state(&self, id: WaiverId, findings: u64) -> WaiverState {
        match self.get(id) {
            Some(waiver) if waiver.expired => WaiverState::Expired,
            _ if findings == 0 => WaiverState::Unused,
            _ => WaiverState::Used,
        }
    }

    fn get(&self, id: WaiverId) -> Option<&Waiver> {
        self.waivers.get(id.0 as usize)
    }
}

fn rule_of(record: &WaiverRecord) -> Result<&'static str, WaiverError> {
    rule(&record.rule).map(|rule| rule.id).ok_or_else(|| WaiverError::UnknownRule {
        id: record.id.clone(),
        rule: record.rule.clone(),
        near: nearest(&record.rule, RULES.iter().map(|rule| rule.id)),
    })
}

/// A selector in the one form that two of the same meaning share.
fn sorted(mut selector: WaiverSelector) -> WaiverSelector {
    fn sort<T: Ord>(list: &mut Vec<T>) {
        list.sort_unstable();
        list.dedup();
    }
    let WaiverSelector { devices, dnos, suppliers, manufacturers, models, firmwares, regions } =
        &mut selector;
    sort(devices);
    for list in [dnos, suppliers, manufacturers, models, firmwares, regions] {
        sort(list);
    }
    selector
}

impl Waiver {
    fn new(
        record: WaiverRecord,
        directory: &Directory,
        names: &Interner,
        as_of: AsOf,
    ) -> Result<Self, WaiverError> {
        let selector = &record.selector;
        let symbols = |list: &[String]| -> Names {
            (!list.is_empty()).then(|| list.iter().filter_map(|name| names.symbol(name)).collect())
        };
        let owner = |name: &String| match (name.as_str(), directory.by_name(name)) {
            ("unassigned", _) => Ok(None),
            (_, Some(operator)) => Ok(Some(Owner::Operator(operator))),
            (_, None) => name.parse().map(|entity| Some(Owner::Entity(entity))).map_err(|_| {
                let known = directory.operators().map(|(_, operator)| operator.id.as_str());
                WaiverError::UnknownParty {
                    id: record.id.clone(),
                    party: name.clone(),
                    near: nearest(name, known).map(str::to_owned),
                }
            }),
        };
        let dnos: Vec<Option<Owner>> = selector.dnos.iter().map(owner).collect::<Result<_, _>>()?;
        Ok(Self {
            expired: record.expires <= as_of.0,
            dnos: (!dnos.is_empty()).then_some(dnos),
            suppliers: symbols(&selector.suppliers),
            manufacturers: symbols(&selector.manufacturers),
            models: symbols(&selector.models),
            firmwares: symbols(&selector.firmwares),
            regions: symbols(&selector.regions),
            record,
        })
    }

    /// Whether it is for this meter, as far as lists other than that of devices go.
    fn fits(&self, subject: &Subject<'_>) -> bool {
        let meter = &subject.meter;
        let has = |names: &Names, symbol: Option<Symbol>| match (names, symbol) {
            (None, _) => true,
            (Some(names), Some(symbol)) => names.contains(&symbol),
            (Some(_), None) => false,
        };
        self.dnos.as_ref().is_none_or(|dnos| dnos.contains(&subject.owner()))
            && has(&self.suppliers, subject.supplier_symbol())
            && has(&self.manufacturers, meter.agreed(|row| row.manufacturer))
            && has(&self.models, meter.agreed(|row| row.model))
            && has(&self.firmwares, meter.agreed(|row| row.firmware))
            && has(&self.regions, meter.agreed(|row| row.region))
    }
}

/// Why waivers can't be used.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WaiverError {
    /// A rule that does not exist.
    #[error("waiver {id}: there is no rule {rule:?}{}; `dnoaudit rules` lists them", near.map(|near| format!(" (is it {near}?)")).unwrap_or_default())]
    UnknownRule {
        /// The waiver.
        id: String,
        /// What it says.
        rule: String,
        /// A rule of a similar name.
        near: Option<&'static str>,
    },
    /// A party that the directory does not have.
    #[error("waiver {id}: the directory has no party {party:?}{}", near.as_ref().map(|near| format!(" (is it {near}?)")).unwrap_or_default())]
    UnknownParty {
        /// The waiver.
        id: String,
        /// What it says.
        party: String,
        /// A party of a similar name.
        near: Option<String>,
    },
    /// Two waivers have one id.
    #[error("waiver {id} stands twice")]
    IdTwice {
        /// The id.
        id: String,
    },
    /// Two waivers in force are for the same findings of the same meters.
    #[error("waivers {one} and {other} are for the same rule and the same meters")]
    SaidTwice {
        /// One.
        one: String,
        /// The other.
        other: String,
    },
}

#[cfg(test)]
mod tests {
    use types::{InputId, Origin};

    use super::*;

    fn record(id: &str, expires: &str) -> WaiverRecord {
        WaiverRecord {
            id: id.to_owned(),
            rule: "cell-absent".to_owned(),
            selector: WaiverSelector { models: vec!["M1".to_owned()], ..WaiverSelector::default() },
            reason: "known".to_owned(),
            approver: "A. Body".to_owned(),
            expires: expires.parse().unwrap(),
            origin: Origin { input: InputId(0), line: 1 },
        }
    }

    fn waivers(records: Vec<WaiverRecord>) -> Result<Waivers, WaiverError> {
        let as_of = AsOf("2026-01-01T00:00:00Z".parse().unwrap());
        let directory = Directory::new(None, &[], as_of).unwrap();
        Waivers::new(records, &directory, &Interner::new(), as_of)
    }

    #[test]
    fn one_that_ends_at_the_instant_of_the_audit_has_expired() {
        let all =
            waivers(vec![record("b", "2026-01-01T00:00:00Z"), record("a", "2026-01-01T00:00:01Z")]).unwrap();
        let ids: Vec<WaiverId> = all.iter().map(|(id, _)| id).collect();
        assert_eq!(all.record(ids[0]).unwrap().id, "a");
        let states = [all.state(ids[0], 0), all.state(ids[0], 3), all.state(ids[1], 3)];
        assert_eq!(states, [WaiverState::Unused, WaiverState::Used, WaiverState::Expired]);
    }

    #[test]
    fn what_names_nothing_or_stands_twice_is_refused() {
        let later = "2027-01-01T00:00:00Z";
        let wrong = |change: fn(&mut WaiverRecord)| {
            let mut record = record("a", "2027-01-01T00:00:00Z");
            change(&mut record);
            waivers(vec![record]).unwrap_err().to_string()
        };
        assert!(wrong(|record| record.rule = "cell-absnt".to_owned()).contains("(is it cell-absent?)"));
        assert!(
            wrong(|record| record.selector.dnos = vec!["NOBODY".to_owned()]).contains("no party \"NOBODY\"")
        );
        let twice =
            |one: &str, other: &str| waivers(vec![record(one, later), record(other, later)]).unwrap_err();
        assert_eq!(twice("a", "a"), WaiverError::IdTwice { id: "a".to_owned() });
        assert_eq!(twice("a", "b"), WaiverError::SaidTwice { one: "a".to_owned(), other: "b".to_owned() });
        // A renewal of one that has expired is no repetition.
        assert!(waivers(vec![record("a", "2025-01-01T00:00:00Z"), record("b", later)]).is_ok());
    }
}
