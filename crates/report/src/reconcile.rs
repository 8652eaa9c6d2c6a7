//! A party's own view of its meters against a report that it received.
//!
//! In: what the party says of a meter, in a list or in a report of its own, and the row that it received. Out: that they
//! agree, or why not. What a list does not say can't be compared: a cause that its columns would show or rule out stays
//! *possible*, and none is picked.

use std::collections::BTreeMap;

use serde::Serialize;
use types::{Interner, OwnCell, OwnRow, Timestamp};

use crate::basis::{Cause, Why, newest};
use crate::diff::CellState;
use crate::model::v1::{CellRow, DeviceRow};
use crate::short::Short;

mod parties;

pub use parties::{Called, Parties};

/// How the two views of a meter compare.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Both say the same.
    Agree,
    /// They do not.
    Disagree,
    /// The party's own view does not have the meter.
    UnknownToOwn,
    /// The report that was received does not have the meter.
    UnknownToReceived,
    /// The party's list has several rows of the meter, and they say different things.
    OwnContradictsItself,
    /// A row of the party's list can't be used.
    Refused,
}

impl Outcome {
    /// All outcomes, in the order of reports.
    pub const ALL: [Self; 6] = [
        Self::Agree,
        Self::Disagree,
        Self::UnknownToOwn,
        Self::UnknownToReceived,
        Self::OwnContradictsItself,
        Self::Refused,
    ];

    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::Disagree => "disagree",
            Self::UnknownToOwn => "unknown-to-own",
            Self::UnknownToReceived => "unknown-to-received",
            Self::OwnContradictsItself => "own-contradicts-itself",
            Self::Refused => "refused",
        }
    }
}

/// Which view rests on the newer observation.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Newer {
    /// The party's own.
    Own,
    /// The one that was received.
    Received,
    /// Both are of one instant.
    Neither,
    /// One of them has no time.
    NotKnown,
}

impl Newer {
    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Received => "received",
            Self::Neither => "neither",
            Self::NotKnown => "not-known",
        }
    }

    fn of(own: Option<Timestamp>, received: Option<Short>) -> Self {
        let received = received.and_then(|at| at.as_str().parse::<Timestamp>().ok());
        match (own, received) {
            (Some(own), Some(received)) => match own.cmp(&received) {
                std::cmp::Ordering::Greater => Self::Own,
                std::cmp::Ordering::Less => Self::Received,
                std::cmp::Ordering::Equal => Self::Neither,
            },
            _ => Self::NotKnown,
        }
    }
}

/// One side's view of a meter.
#[non_exhaustive]
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct View {
    /// What stands in the cells, as far as it is said.
    pub cells: Vec<CellState>,
    /// Who ought to be in them, as far as it is said.
    pub dno: Option<String>,
    /// When the cells were seen, as far as it is said.
    pub observed_at: Option<String>,
    /// Ids of the rules that call for the verdict; a list has none.
    pub reasons: Vec<String>,
    /// The verdict.
    pub verdict: String,
}

impl View {
    /// That of a row of a report.
    #[must_use]
    pub fn of_row(row: &DeviceRow<'_>) -> Self {
        let state = crate::diff::State::of(row);
        Self {
            cells: state.cells.into(),
            dno: state.dno,
            observed_at: newest(row).map(|at| at.as_str().to_owned()),
            reasons: state.reasons,
            verdict: state.verdict,
        }
    }

    /// That of a row of a party's own list.
    #[must_use]
    pub fn of_own(row: &OwnRow, names: &Interner) -> Self {
        let cell = |cell: &OwnCell| CellState {
            entity: cell.entity.map(Short::of),
            holder: None,
            key: cell.key.map(Short::of),
            state: String::new(),
        };
        let says = row.cells.iter().any(|cell| cell.entity.is_some() || cell.key.is_some());
        Self {
            cells: if says { row.cells.iter().map(cell).collect() } else { Vec::new() },
            dno: row.network_operator.map(|operator| names.name(operator).to_owned()),
            observed_at: row.observed_at.map(|at| at.to_string()),
            reasons: Vec::new(),
            verdict: row.claim.name().to_owned(),
        }
    }
}

/// A meter on which the two views do not agree.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Disagreement {
    /// The device; of a row that can't be used, as far as it could be told.
    pub device_id: String,
    /// The line of the party's own list, if it is one that has the meter.
    pub line: Option<u32>,
    /// Its MPAN, as the report that was received says, or else the party's own.
    pub mpan: Option<String>,
    /// Which view rests on the newer observation.
    pub newer: Newer,
    /// What else is known.
    pub note: Option<String>,
    /// How they compare.
    pub outcome: Outcome,
    /// The party's own view.
    pub own: Option<View>,
    /// What was received.
    pub received: Option<View>,
    /// Why they disagree.
    pub why: Why,
}

impl Disagreement {
    /// What is known of a meter from a row of the party's own list alone.
    #[must_use]
    pub fn of_row(device_id: String, line: u32, outcome: Outcome) -> Self {
        Self {
            device_id,
            line: Some(line),
            mpan: None,
            newer: Newer::NotKnown,
            note: None,
            outcome,
            own: None,
            received: None,
            why: Why::default(),
        }
    }
}

/// Meters by how the views compare, and those that disagree by why.
#[non_exhaustive]
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct ReconcileTotals {
    /// Meters on which the views do not agree, by why in words; those that one side does not have by the outcome.
    pub causes: BTreeMap<String, u64>,
    /// Meters, or rows that can't be used, by outcome; outcomes that did not occur stand with 0.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// Rows of the own list that repeat another.
    pub repeated: u64,
}

impl ReconcileTotals {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self { outcomes: Outcome::ALL.iter().map(|outcome| (outcome.name(), 0)).collect(), ..Self::default() }
    }

    /// Counts a meter on which the views agree.
    pub fn agree(&mut self) {
        *self.outcomes.entry(Outcome::Agree.name()).or_default() += 1;
    }

    /// Counts a meter on which they do not.
    pub fn disagree(&mut self, found: &Disagreement) {
        *self.outcomes.entry(found.outcome.name()).or_default() += 1;
        *self.causes.entry(found.cause()).or_default() += 1;
    }

    /// Meters on which the views do not agree.
    #[must_use]
    pub fn disagreements(&self) -> u64 {
        self.causes.values().sum()
    }
}

/// Names of the columns of a disagreement as a table.
pub const DISAGREEMENT_HEADER: [&str; 18] = [
    "outcome",
    "cause",
    "newer",
    "device_id",
    "mpan",
    "own_state",
    "received_state",
    "received_reasons",
    "own_network_operator",
    "received_network_operator",
    "own_observed_at",
    "received_observed_at",
    "own_digital_signature",
    "received_digital_signature",
    "own_key_agreement",
    "received_key_agreement",
    "note",
    "own_line",
];

impl Disagreement {
    /// The cause in words, or the outcome where one side does not have the meter.
    #[must_use]
    pub fn cause(&self) -> String {
        match self.outcome {
            Outcome::Agree | Outcome::Disagree => self.why.words(),
            other => other.name().to_owned(),
        }
    }

    /// The fields of a disagreement as a line of a table.
    #[must_use]
    pub fn fields(&self) -> [String; DISAGREEMENT_HEADER.len()] {
        let of = |view: &Option<View>, take: fn(&View) -> Option<String>| {
            view.as_ref().and_then(take).unwrap_or_default()
        };
        let cell = |view: &Option<View>, place: usize| {
            view.as_ref().and_then(|view| view.cells.get(place)).map_or_else(String::new, CellState::words)
        };
        let (own, received) = (&self.own, &self.received);
        [
            self.outcome.name().to_owned(),
            self.cause(),
            self.newer.name().to_owned(),
            self.device_id.clone(),
            self.mpan.clone().unwrap_or_default(),
            of(own, |view| Some(view.verdict.clone())),
            of(received, |view| Some(view.verdict.clone())),
            of(received, |view| Some(view.reasons.join(" "))),
            of(own, |view| view.dno.clone()),
            of(received, |view| view.dno.clone()),
            of(own, |view| view.observed_at.clone()),
            of(received, |view| view.observed_at.clone()),
            cell(own, 0),
            cell(received, 0),
            cell(own, 1),
            cell(received, 1),
            self.note.clone().unwrap_or_default(),
            self.line.map_or_else(String::new, |line| line.to_string()),
        ]
    }
}

/// A party's own list, as far as comparing a row of it needs to know.
#[derive(Clone, Copy, Debug)]
pub struct OwnList<'l> {
    /// Names that occur in it.
    pub names: &'l Interner,
    /// The party whose list it is, if that was said: rows that name no operator are about its meters.
    pub party: Option<&'l str>,
    /// Which names mean one party.
    pub parties: &'l Parties<'l>,
}

impl<'l> OwnList<'l> {
    /// The operator of a row, if it names one or the party is known whose list it is.
    #[must_use]
    pub fn operator(&self, own: &OwnRow) -> Option<&'l str> {
        own.network_operator.map(|operator| self.names.name(operator)).or(self.party)
    }

    /// Compares a row of the list with one that was received; nothing if they agree.
    #[must_use]
    pub fn compare(&self, own: &OwnRow, received: &DeviceRow<'_>) -> Option<Disagreement> {
        let operators_differ =
            self.operator(own).map(|own| !self.parties.is_same(Some(own), received.dno.as_deref()));
        if own.claim.name() == received.verdict && operators_differ != Some(true) {
            return None;
        }
        Some(Disagreement {
            device_id: received.device_id.as_str().to_owned(),
            line: Some(own.origin.line),
            mpan: received.mpan.map(|mpan| mpan.as_str().to_owned()),
            newer: Newer::of(own.observed_at, newest(received)),
            note: None,
            outcome: Outcome::Disagree,
            own: Some(View::of_own(own, self.names)),
            received: Some(View::of_row(received)),
            why: why(own, received, operators_differ),
        })
    }
}

/// What can be told of one possible cause.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Told {
    /// The two sides give different values.
    Differs,
    /// They give the same.
    Same,
    /// One of them gives none.
    Nothing,
}

impl Told {
    fn of(differs: Option<bool>) -> Self {
        match differs {
            Some(true) => Self::Differs,
            Some(false) => Self::Same,
            None => Self::Nothing,
        }
    }

    /// Several values of one thing: one that differs decides, and all must be given to rule it out.
    fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::Same;
        for part in parts {
            match part {
                Self::Differs => return Self::Differs,
                Self::Nothing => all = Self::Nothing,
                Self::Same => {}
            }
        }
        all
    }
}

fn why(own: &OwnRow, received: &DeviceRow<'_>, operators_differ: Option<bool>) -> Why {
    let cells = || own.cells.iter().zip(&received.cells);
    let observed = match Told::all(cells().map(|(own, received)| held(own, received))) {
        // Without what was seen, the time says whether it can be one observation.
        Told::Nothing => match (own.observed_at, newest(received)) {
            (Some(own), Some(received)) => Told::of(Some(Short::of(own) != received)),
            _ => Told::Nothing,
        },
        told => told,
    };
    let certificates = Told::all(cells().map(|(own, received)| known(own, received)));
    let mpan = own.mpan.mpan().zip(received.mpan).map(|(own, received)| Short::of(own) != received);
    let registered = match (Told::of(operators_differ), Told::of(mpan)) {
        (Told::Differs, _) | (_, Told::Differs) => Told::Differs,
        (told, _) => told,
    };
    let parts = [
        (Cause::Observation, observed),
        // Other keys have other certificates; that is no cause of its own.
        (Cause::CertificateData, if observed == Told::Differs { Told::Same } else { certificates }),
        (Cause::RegistrationData, registered),
    ];
    let of = |told: Told| parts.iter().filter(move |part| part.1 == told).map(|part| part.0);
    let mut why = Why { because: of(Told::Differs).collect(), ..Why::default() };
    if why.because.is_empty() {
        why.possibly = of(Told::Nothing).collect();
        // The same facts, judged otherwise.
        match why.possibly.is_empty() {
            true => why.because.insert(Cause::RuleSet),
            false => why.possibly.insert(Cause::RuleSet),
        };
    }
    why
}

/// Whether both saw the same in a cell.
fn held(own: &OwnCell, received: &CellRow<'_>) -> Told {
    let key = own.key.map(|key| Some(Short::of(key)) != received.key);
    let entity = own.entity.map(|entity| Some(Short::of(entity)) != received.entity);
    match (Told::of(key), Told::of(entity)) {
        (Told::Differs, _) | (_, Told::Differs) => Told::Differs,
        // One key belongs to one entity, so the key alone will do; an entity alone may have several.
        (told, _) => told,
    }
}

/// Whether both know the same certificates for what stands in a cell.
fn known(own: &OwnCell, received: &CellRow<'_>) -> Told {
    if own.certificates.is_empty() {
        return Told::Nothing;
    }
    let plain = |serial: &str| serial.trim_start_matches('0').to_owned();
    let mut theirs: Vec<String> = received.certificates.iter().map(|serial| plain(serial)).collect();
    let mut ours: Vec<String> = own.certificates.iter().map(|serial| plain(serial)).collect();
    theirs.sort_unstable();
    ours.sort_unstable();
    Told::of(Some(ours != theirs))
}

/// How a meter of two reports compares: the party's own and the one that was received. They agree if the verdict is the same
/// and so is the operator, or neither has one.
#[must_use]
pub fn compare_rows(
    own: Option<&DeviceRow<'_>>,
    received: Option<&DeviceRow<'_>>,
    parties: &Parties<'_>,
    why: impl FnOnce(&DeviceRow<'_>, &DeviceRow<'_>) -> Why,
) -> Option<Disagreement> {
    let mut cause = Why::default();
    let outcome = match (own, received) {
        (Some(own), Some(received)) => {
            let same = parties.is_same(own.dno.as_deref(), received.dno.as_deref());
            if same && own.verdict == received.verdict {
                return None;
            }
            cause = match same {
                // What the operator is called is no difference that has a cause.
                true => why(&DeviceRow { dno: received.dno.clone(), ..own.clone() }, received),
                false => why(own, received),
            };
            Outcome::Disagree
        }
        (None, _) => Outcome::UnknownToOwn,
        (Some(_), None) => Outcome::UnknownToReceived,
    };
    let row = received.or(own)?;
    let seen = own.and_then(newest).and_then(|at| at.as_str().parse().ok());
    Some(Disagreement {
        device_id: row.device_id.as_str().to_owned(),
        line: None,
        mpan: row.mpan.map(|mpan| mpan.as_str().to_owned()),
        newer: Newer::of(seen, received.and_then(newest)),
        note: None,
        outcome,
        own: own.map(View::of_row),
        received: received.map(View::of_row),
        why: cause,
    })
}
