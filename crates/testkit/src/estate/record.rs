//! What is on record about a device in a state.

use types::{Credential, Eui64, KeyId, Timestamp};

use super::catalogue::{Catalogue, Operator, Pair, SupplierKeys};
use super::device::{AREAS, operator_at};
use super::mix::Draw;
use super::state::State;
use crate::message::status;
use crate::pki::STRANGER;

/// How old a record is; hex files have one time each, so records are sorted into them by age.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Age {
    /// 1 to 180 days before the instant of the audit.
    Recent,
    /// 400 to 800 days.
    Older,
    /// 1000 to 1400 days.
    Stale,
    /// Nobody knows.
    Undated,
}

impl Age {
    pub(super) const ALL: [Self; 4] = [Self::Recent, Self::Older, Self::Stale, Self::Undated];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Recent => "recent",
            Self::Older => "older",
            Self::Stale => "stale",
            Self::Undated => "undated",
        }
    }

    /// The least and the greatest number of days.
    pub(super) const fn days(self) -> (u64, u64) {
        match self {
            Self::Recent | Self::Undated => (1, 180),
            Self::Older => (400, 800),
            Self::Stale => (1000, 1400),
        }
    }
}

/// Something on record about a device.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// How old it is.
    pub age: Age,
    /// When it was observed.
    pub at: Option<Timestamp>,
    /// What it says.
    pub answer: Answer,
}

/// What a record says.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// The cells hold this; `None` is a cell that the device did not report.
    Cells([Option<Credential>; 2]),
    /// The device answers for the role with this GBCS status.
    Status(u8),
    /// The answer covers other roles only.
    OtherRoles,
    /// The record is damaged.
    Garbled,
    /// A replacement was executed.
    Replaced {
        /// What the cells held.
        before: Pair,
        /// What they hold now.
        after: Pair,
    },
    /// A replacement failed with this status.
    Unchanged {
        /// What the cells hold still.
        held: Pair,
        /// Why.
        status: u8,
    },
    /// A replacement is waiting for its date.
    Pending,
}

/// Another licence area of the same group.
pub(super) fn sibling<'c>(catalogue: &'c Catalogue, of: &Operator) -> Option<&'c Operator> {
    catalogue.operators.iter().find(|it| it.party.group == of.party.group && it.party.id != of.party.id)
}

/// A licence area of another group.
pub(super) fn stranger<'c>(catalogue: &'c Catalogue, to: &Operator, draw: &mut Draw) -> &'c Operator {
    let start = draw.below(AREAS);
    (start..start + AREAS)
        .map(|place| operator_at(catalogue, place % AREAS))
        .find(|it| it.party.group != to.party.group)
        .unwrap_or_else(|| operator_at(catalogue, start))
}

fn record(as_of: Timestamp, draw: &mut Draw, age: Age, answer: Answer) -> Option<Record> {
    let (least, most) = age.days();
    let seconds = least * 86_400 + draw.below((most - least) * 86_400);
    let at = as_of.unix_millis().div_euclid(1000).saturating_sub_unsigned(seconds);
    let at = Timestamp::from_unix_seconds(at).filter(|_| age != Age::Undated);
    Some(Record { age, at, answer })
}

const fn both([signature, agreement]: Pair) -> Answer {
    Answer::Cells([Some(signature), Some(agreement)])
}

/// The records of a device, newest first.
pub(super) fn records(
    catalogue: &Catalogue,
    as_of: Timestamp,
    state: State,
    operator: &Operator,
    supplier: &SupplierKeys,
    draw: &mut Draw,
) -> [Option<Record>; 2] {
    let age = match state {
        State::Stale => Age::Stale,
        State::Undated => Age::Undated,
        _ => Age::Recent,
    };
    let Some(answer) = answer(catalogue, state, operator, supplier, draw) else {
        return [None, None];
    };
    let newest = record(as_of, draw, age, answer);
    let second = match state {
        State::Duplicate => newest,
        State::OlderObservation => record(as_of, draw, Age::Older, both(catalogue.broker)),
        _ => None,
    };
    [newest, second]
}

fn answer(
    catalogue: &Catalogue,
    state: State,
    operator: &Operator,
    supplier: &SupplierKeys,
    draw: &mut Draw,
) -> Option<Answer> {
    let [signature, agreement] = operator.current;
    let [_, placeholder] = catalogue.broker;
    let unknown = |credential: Credential| {
        let [_, rest @ ..] = credential.key.octets();
        let [b, c, d, e, f, g, h] = rest.map(|octet| !octet);
        Credential { entity: credential.entity, key: KeyId::new([0x4E, b, c, d, e, f, g, h]) }
    };
    let foreign = |credential| Credential { entity: STRANGER, ..unknown(credential) };
    Some(match state {
        State::Unread | State::Smets1 | State::OtherType => return None,
        State::Placeholder | State::NotCommissioned | State::Decommissioned | State::NoneExpected => {
            both(catalogue.broker)
        }
        State::Split => both([signature, placeholder]),
        State::WrongOperator => both(stranger(catalogue, operator, draw).current),
        State::SameGroup => both(sibling(catalogue, operator).unwrap_or(operator).current),
        State::HostOnIndependent => both(operator_at(catalogue, draw.below(AREAS)).current),
        State::SupplierCredentials => both(supplier.cells),
        State::XmlSignKey => both([operator.xml_sign, agreement]),
        State::AgreementKeyInSignatureCell => both([agreement, agreement]),
        State::TrustAnchorNotFound | State::Gsme => Answer::Status(status::TRUST_ANCHOR_NOT_FOUND),
        State::NoTrustAnchor => Answer::Status(status::NO_TRUST_ANCHOR),
        State::ResourcesBusy => Answer::Status(status::RESOURCES_BUSY),
        State::CellAbsent => Answer::Cells([Some(signature), None]),
        State::ZeroCell => both([signature, Credential { entity: Eui64::ZERO, key: KeyId::ZERO }]),
        State::UnknownEntity | State::UnknownEntityOpenList => both(operator.current.map(foreign)),
        State::UnknownKey => both(operator.current.map(unknown)),
        State::SupersededKey => both(operator.superseded),
        State::RevokedKey => both(operator.revoked),
        State::ExpiredKey => both(operator.expired),
        State::RoleNotAnswered => Answer::OtherRoles,
        State::NoOutcome => Answer::Pending,
        State::UpdateFailed => Answer::Unchanged { held: catalogue.broker, status: status::BAD_CERTIFICATE },
        State::Updated => Answer::Replaced { before: catalogue.broker, after: operator.current },
        State::Undecodable => Answer::Garbled,
        State::Correct
        | State::Stale
        | State::Undated
        | State::Duplicate
        | State::OlderObservation
        | State::InvalidMpan
        | State::NoMpan
        | State::UnknownDistributor
        | State::RegistrationDisagrees
        | State::TwoRows
        | State::NotInEstate => both(operator.current),
    })
}
