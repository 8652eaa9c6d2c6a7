//! A remedy plan: for each party that must act, what to do with which meter, in which order, with which certificates; and
//! what became of an earlier plan.

mod credentials;
mod progress;
mod request;

use std::collections::BTreeSet;

use report::Short;
use report::model::v1::{DeviceRow, Text, Word};
use serde::{Deserialize, Serialize};

use crate::cells::{joined, observed_at, short};

pub use credentials::{CERTIFICATES_HEADER, Choice, Credentials};
pub use progress::{PROGRESS_HEADER, Status, judge, progress_fields};
pub use request::request;

/// Whose plan it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Audience {
    /// Suppliers: those responsible for meters, and those whose credentials stand in cells.
    Supplier,
    /// Network operators: those responsible for meters, and those whose credentials stand in cells of others.
    Dno,
}

impl Audience {
    /// The word of the command line and of `plan.json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Supplier => "supplier",
            Self::Dno => "dno",
        }
    }

    /// Whether what a party of this function must do belongs to the plan.
    #[must_use]
    pub fn plans(self, remedy_party: &str) -> bool {
        match self {
            Self::Supplier => ["supplier", "supplier-in-cell"].contains(&remedy_party),
            Self::Dno => ["network-operator", "other-network-operator"].contains(&remedy_party),
        }
    }
}

/// The stages of a plan, in their order: what is to be read is read first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Stage {
    /// Read the cells: 6.24.1.
    Read,
    /// Hand the cells over: 6.21.
    HandOver,
    /// Replace credentials: 6.15.1.
    Replace,
    /// Anything else.
    Other,
}

impl Stage {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Read, Self::HandOver, Self::Replace, Self::Other];

    /// The word of the column `task`.
    #[must_use]
    pub const fn task(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::HandOver => "hand-over",
            Self::Replace => "replace",
            Self::Other => "other",
        }
    }

    /// Its number, from 1.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Read => 1,
            Self::HandOver => 2,
            Self::Replace => 3,
            Self::Other => 4,
        }
    }

    fn of(service_request: Option<&str>) -> Self {
        match service_request {
            Some("6.24.1") => Self::Read,
            Some("6.21") => Self::HandOver,
            Some("6.15.1") => Self::Replace,
            _ => Self::Other,
        }
    }
}

/// Notes that say that evidence is old or doubtful: the meter is read before anybody acts on it.
const READ_FIRST: [&str; 4] =
    ["evidence-stale", "evidence-undated", "records-conflict", "weaker-evidence-prevails"];

/// The notes of a meter for which it is read first.
pub(crate) fn doubts<'r>(row: &'r DeviceRow<'_>) -> Vec<&'r str> {
    row.notes.iter().map(AsRef::as_ref).filter(|note| READ_FIRST.contains(note)).collect()
}

/// What is to be done with a meter in one stage.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Step {
    /// The stage.
    pub stage: Stage,
    /// The Service Request, by its DUIS reference variant.
    pub service_request: Option<String>,
    /// GBCS CredentialsReplacementMode.
    pub mode: Option<u32>,
    /// What to do.
    pub action: String,
    /// What has to be done or found out before; blank if nothing.
    pub prerequisite: String,
}

/// The steps that a meter calls for, in their order; none if it has no remedy.
#[must_use]
pub fn steps(row: &DeviceRow<'_>) -> Vec<Step> {
    let Some(remedy) = &row.remedy else { return Vec::new() };
    let service_request = remedy.service_request.as_deref();
    let stage = Stage::of(service_request);
    let doubts = doubts(row);
    let step = |prerequisite: String| Step {
        stage,
        service_request: service_request.map(str::to_owned),
        mode: remedy.mode,
        action: remedy.action.to_string(),
        prerequisite,
    };
    if stage == Stage::Read || doubts.is_empty() {
        return vec![step(String::new())];
    }
    let why = doubts.join(", ");
    let read = Step {
        stage: Stage::Read,
        service_request: Some("6.24.1".to_owned()),
        mode: None,
        action: format!("read the network operator role of the device before acting on it: {why}"),
        prerequisite: String::new(),
    };
    vec![read, step(format!("read first (6.24.1), and act only if it still stands so: {why}"))]
}

/// Columns of the plan of a party.
pub const PLAN_HEADER: [&str; 26] = [
    "stage",
    "batch",
    "order",
    "task",
    "device_id",
    "mpan",
    "dno",
    "supplier",
    "service_request",
    "replacement_mode",
    "action",
    "prerequisite",
    "verdict",
    "waived",
    "reasons",
    "remedy_party",
    "remedy_who",
    "digital_signature_state",
    "key_agreement_state",
    "observed_at",
    "digital_signature_serial",
    "digital_signature_key",
    "digital_signature_note",
    "key_agreement_serial",
    "key_agreement_key",
    "key_agreement_note",
];

/// Columns of the index: everybody who must act, in this plan or not.
pub const INDEX_HEADER: [&str; 4] = ["remedy_party", "remedy_who", "meters", "file"];

/// Where a step stands in the plan of its party.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Position {
    /// The batch within the stage, from 1.
    pub batch: u64,
    /// The place within the stage, from 1.
    pub order: u64,
}

/// A line of the plan of a party.
#[must_use]
pub fn plan_fields(
    row: &DeviceRow<'_>,
    step: &Step,
    position: Position,
    choices: &[Choice; 2],
) -> [String; PLAN_HEADER.len()] {
    let [signing, agreeing] = &row.cells;
    let places = matches!(step.stage, Stage::HandOver | Stage::Replace);
    let [signing_choice, agreeing_choice] = choices;
    let certificate = |choice: &Choice| {
        if places {
            [choice.serials(), choice.keys(), choice.note.clone()]
        } else {
            [String::new(), String::new(), String::new()]
        }
    };
    let [signing_serial, signing_key, signing_note] = certificate(signing_choice);
    let [agreeing_serial, agreeing_key, agreeing_note] = certificate(agreeing_choice);
    let remedy = row.remedy.as_ref();
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    [
        step.stage.number().to_string(),
        position.batch.to_string(),
        position.order.to_string(),
        step.stage.task().to_owned(),
        row.device_id.as_str().to_owned(),
        text(short(row.mpan.as_ref())),
        text(row.dno.as_deref()),
        text(row.supplier.as_deref()),
        text(step.service_request.as_deref()),
        step.mode.map(|mode| mode.to_string()).unwrap_or_default(),
        step.action.clone(),
        step.prerequisite.clone(),
        row.verdict.to_string(),
        row.waived.to_string(),
        joined(&row.reasons),
        text(remedy.map(|remedy| &*remedy.party)),
        text(remedy.and_then(|remedy| remedy.who.as_deref())),
        signing.state.to_string(),
        agreeing.state.to_string(),
        text(short(observed_at(row).as_ref())),
        signing_serial,
        signing_key,
        signing_note,
        agreeing_serial,
        agreeing_key,
        agreeing_note,
    ]
}

/// A line of `items.jsonl`: what was planned, for the plan that follows.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The device.
    pub device_id: Short,
    /// When both cells had been seen so; null if one of them was not, or at no known time.
    pub observed_at: Option<Short>,
    /// Who was to act, by function.
    pub remedy_party: String,
    /// The Service Request.
    pub service_request: Option<String>,
    /// What became of it, of an item of an earlier plan that is not planned again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Word>,
    /// read, hand-over, replace or other.
    pub task: Word,
    /// The verdict when it was planned.
    pub verdict: Word,
    /// Who was to act; null if not known.
    pub who: Option<String>,
}

impl Item {
    /// What a step is remembered by.
    #[must_use]
    pub fn of(row: &DeviceRow<'_>, step: &Step) -> Self {
        let remedy = row.remedy.as_ref();
        Self {
            device_id: row.device_id,
            observed_at: observed_at(row),
            remedy_party: remedy.map(|remedy| remedy.party.to_string()).unwrap_or_default(),
            service_request: step.service_request.clone(),
            settled: None,
            task: step.stage.task().into(),
            verdict: row.verdict.to_string().into(),
            who: remedy.and_then(|remedy| remedy.who.as_ref()).map(Text::to_string),
        }
    }
}

/// The name of a party's files: letters, digits, `-` and `_` of ASCII, unlike each other whatever the case.
#[must_use]
pub fn file_stem(party: &str, taken: &mut BTreeSet<String>) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '_' };
    let name: String = party.chars().take(60).map(plain).collect();
    let stem = format!("plan-{name}");
    let mut unique = stem.clone();
    let mut number = 1_u64;
    while !taken.insert(unique.to_ascii_lowercase()) {
        number += 1;
        unique = format!("{stem}~{number}");
    }
    unique
}

#[cfg(test)]
mod tests;
