//! A network operator's own list of its meters, with disagreements that were planted and whose causes are known.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use types::{Credential, Eui64, KeyUsage, RemotePartyRole, Timestamp};

use super::catalogue::Catalogue;
use super::device::Device;
use super::record::Answer;
use super::state::State;
use super::{Estate, EstateOptions};
use crate::text::{push_eui, push_key, push_time, to_hex};

/// Header of the list.
pub const OWN_LIST_HEADER: &str = "device_id,state,observed_at,network_operator,mpan,digital_signature_key,\
    digital_signature_certificates,key_agreement_key,key_agreement_certificates\n";

/// Header of the causes.
pub const PLANTED_HEADER: &str = "device_id,outcome,cause,newer\n";

/// A disagreement that was planted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Plant {
    /// The list rests on a later observation: the placeholder again.
    NewerObservation,
    /// The list rests on an earlier observation: the placeholder still.
    OlderObservation,
    /// The list knows another certificate for the key.
    OtherCertificate,
    /// The list takes another operator to be responsible.
    OtherOperator,
    /// The same facts, judged otherwise.
    OtherRule,
    /// The list does not have the meter.
    LeftOut,
    /// The list has the meter twice.
    Twice,
    /// The state of the list is no word for one.
    NoState,
}

impl Plant {
    const ALL: [Self; 8] = [
        Self::NewerObservation,
        Self::OlderObservation,
        Self::OtherCertificate,
        Self::OtherOperator,
        Self::OtherRule,
        Self::LeftOut,
        Self::Twice,
        Self::NoState,
    ];

    /// Outcome, cause and newer side as a reconciliation has to name them.
    const fn expected(self) -> [&'static str; 3] {
        match self {
            Self::NewerObservation => ["disagree", "observation", "own"],
            Self::OlderObservation => ["disagree", "observation", "received"],
            Self::OtherCertificate => ["disagree", "certificate-data", "neither"],
            Self::OtherOperator => ["disagree", "registration-data", "neither"],
            Self::OtherRule => ["disagree", "rule-set", "neither"],
            Self::LeftOut => ["unknown-to-own", "unknown-to-own", "not-known"],
            Self::Twice => ["own-contradicts-itself", "own-contradicts-itself", "not-known"],
            Self::NoState => ["refused", "refused", "not-known"],
        }
    }
}

/// A meter that no estate has.
const NOWHERE: u64 = 0x00DB_12FF_FFFF_FFFF;

/// Writes `own-list.csv`, the list of an operator of an estate, and `own-list-planted.csv`, where it disagrees with the truth
/// and why. All else in it is what an audit of the estate finds.
///
/// One disagreement of each kind is planted among the meters that are correct, as far as there are so many; one meter is
/// added that no estate has, and those of which there are records alone.
///
/// # Errors
///
/// A file can't be written.
pub fn write_own_list(options: &EstateOptions, party: &str, folder: &Path) -> io::Result<()> {
    let estate = Estate::new(options.clone()).map_err(io::Error::other)?;
    let serials = Serials::new(&estate.catalogue);
    let mut list = OWN_LIST_HEADER.as_bytes().to_vec();
    let mut planted = PLANTED_HEADER.as_bytes().to_vec();
    let mut plants = Plant::ALL.into_iter();
    for device in estate.devices().filter(|device| device.operator.id == party) {
        let Some(row) = Row::of(&device, &serials) else { continue };
        if device.state == State::NotInEstate {
            row.write(&mut list);
            plant(&mut planted, device.id, ["unknown-to-received", "unknown-to-received", "not-known"]);
            continue;
        }
        let chosen = if device.state == State::Correct { plants.next() } else { None };
        if let Some(chosen) = chosen {
            plant(&mut planted, device.id, chosen.expected());
            row.planted(chosen, &estate.catalogue, &mut list);
        } else {
            row.write(&mut list);
        }
    }
    let nowhere = Eui64::new(NOWHERE.to_be_bytes());
    Row { device: nowhere, state: "correct", ..Row::default() }.write(&mut list);
    plant(&mut planted, nowhere, ["unknown-to-received", "unknown-to-received", "not-known"]);
    fs::write(folder.join("own-list.csv"), list)?;
    fs::write(folder.join("own-list-planted.csv"), planted)
}

fn plant(out: &mut Vec<u8>, device: Eui64, expected: [&str; 3]) {
    push_eui(out, device);
    for word in expected {
        out.push(b',');
        out.extend_from_slice(word.as_bytes());
    }
    out.push(b'\n');
}

/// Serial numbers by what a cell holds, as the report lists them.
struct Serials(BTreeMap<(Eui64, [u8; 8], u8), Vec<String>>);

const USAGES: [KeyUsage; 2] = [KeyUsage::DIGITAL_SIGNATURE, KeyUsage::KEY_AGREEMENT];

impl Serials {
    fn new(catalogue: &Catalogue) -> Self {
        let mut serials: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for certificate in catalogue.pki.certificates() {
            let Some(place) = USAGES.iter().position(|usage| *usage == certificate.key_usage()) else {
                continue;
            };
            if certificate.role() != Some(RemotePartyRole::NETWORK_OPERATOR) {
                continue;
            }
            let Credential { entity, key } = certificate.credential();
            let key = (entity, key.octets(), u8::try_from(place).unwrap_or_default());
            serials.entry(key).or_default().push(to_hex(certificate.serial()));
        }
        Self(serials)
    }

    fn of(&self, held: Option<Credential>, place: u8) -> String {
        let found = held.and_then(|held| self.0.get(&(held.entity, held.key.octets(), place)));
        found.map_or_else(String::new, |serials| serials.join(" "))
    }
}

/// A row of the list.
#[derive(Clone, Debug)]
struct Row {
    device: Eui64,
    state: &'static str,
    at: Option<Timestamp>,
    operator: &'static str,
    mpan: Option<u64>,
    held: [Option<Credential>; 2],
    serials: [String; 2],
}

impl Default for Row {
    fn default() -> Self {
        Self {
            device: Eui64::ZERO,
            state: "",
            at: None,
            operator: "",
            mpan: None,
            held: [None, None],
            serials: [String::new(), String::new()],
        }
    }
}

impl Row {
    /// What an audit finds of a device that lets its operator be known; nothing for others, which no list of it has.
    fn of(device: &Device, serials: &Serials) -> Option<Self> {
        let state = match device.state {
            State::InvalidMpan
            | State::NoMpan
            | State::UnknownDistributor
            | State::Gsme
            | State::OtherType => {
                return None;
            }
            State::NotInEstate => "correct",
            state => state.expected_verdict()?,
        };
        let newest = device.records.first().copied().flatten();
        let held = match newest.map(|record| record.answer) {
            Some(Answer::Cells(cells)) => cells,
            Some(Answer::Replaced { after: held, .. } | Answer::Unchanged { held, .. }) => held.map(Some),
            _ => [None, None],
        };
        let [signature, agreement] = held;
        Some(Self {
            device: device.id,
            state,
            at: newest.and_then(|record| record.at),
            operator: device.operator.id,
            mpan: device.mpan,
            held,
            serials: [serials.of(signature, 0), serials.of(agreement, 1)],
        })
    }

    /// Writes the row as a planted disagreement has it.
    fn planted(self, plant: Plant, catalogue: &Catalogue, out: &mut Vec<u8>) {
        let shifted = |days: i64| {
            let at = self.at?;
            Timestamp::from_unix_millis(at.unix_millis() + days * 86_400_000)
        };
        let placeholder = || Self {
            state: "placeholder",
            held: catalogue.broker.map(Some),
            serials: [String::new(), String::new()],
            ..self.clone()
        };
        match plant {
            Plant::NewerObservation => Self { at: shifted(1), ..placeholder() }.write(out),
            Plant::OlderObservation => Self { at: shifted(-30), ..placeholder() }.write(out),
            Plant::OtherCertificate => {
                let [_, agreement] = self.serials.clone();
                let serials = ["0BADC0DE0BADC0DE".to_owned(), agreement];
                Self { state: "not known", serials, ..self }.write(out);
            }
            Plant::OtherOperator => Self { state: "wrong", operator: "SPOW", ..self }.write(out),
            Plant::OtherRule => Self { state: "wrong", ..self }.write(out),
            Plant::LeftOut => {}
            Plant::Twice => {
                self.clone().write(out);
                Self { state: "missing", ..self }.write(out);
            }
            Plant::NoState => Self { state: "perhaps", ..self }.write(out),
        }
    }

    fn write(self, out: &mut Vec<u8>) {
        push_eui(out, self.device);
        out.push(b',');
        out.extend_from_slice(self.state.as_bytes());
        out.push(b',');
        if let Some(at) = self.at {
            push_time(out, at);
        }
        out.push(b',');
        out.extend_from_slice(self.operator.as_bytes());
        out.push(b',');
        if let Some(mpan) = self.mpan {
            out.extend_from_slice(mpan.to_string().as_bytes());
        }
        for (held, serials) in self.held.into_iter().zip(self.serials) {
            out.push(b',');
            if let Some(held) = held {
                push_key(out, held.key);
            }
            out.push(b',');
            out.extend_from_slice(serials.as_bytes());
        }
        out.push(b'\n');
    }
}
