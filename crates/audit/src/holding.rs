//! What stands in one network operator cell, compared with who ought to be there.

use types::{
    Credential, DccCode, EntityList, Eui64, KeyUsage, OperatorKind, RemotePartyRole, Seen, Unusable,
};

use crate::credentials::{Certificates, Otherwise, Resolution, is_access_control_broker};
use crate::directory::{Directory, Holder, OperatorId, Owner};
use crate::estate::Expectation;
use crate::timeline::{CellState, CellTimeline};
use crate::verdict::Verdict;

/// What stands in a cell. Each variant belongs to one verdict and, but for [`Holding::Expected`], to one rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Holding<'a> {
    /// The expected party's network operator credential.
    Expected,

    /// The Access Control Broker's credential: the placeholder.
    Placeholder,
    /// The device has no trust anchor for the role: `trustAnchorNotFound` or `noTrustAnchor`.
    TrustAnchorNotFound,
    /// A success answer without this cell.
    Absent,
    /// All-zero identifiers.
    Empty,

    /// Another network operator's credential.
    AnotherOperator(OperatorId),
    /// The credential of another licence of the expected party's group.
    AnotherLicence(OperatorId),
    /// The licence area's operator on an independent's network, or the reverse.
    HostOperator(OperatorId),
    /// A supplier's credential.
    Supplier(Option<&'a str>),
    /// A key certified for another role.
    Role(RemotePartyRole),
    /// A key certified for another usage.
    Usage(KeyUsage),
    /// The expected party's entity with a key certified for another entity.
    KeyOfAnother(Eui64),
    /// An entity that is not the expected party's, whoever it is.
    NotTheOperator,

    /// It can't be told who ought to be here.
    ExpectationUnknown,
    /// The expected party's entity with a key that no certificate has.
    KeyNotInStore,
    /// Only certificates whose path does not hold have this key.
    PathBroken,
    /// An entity in no list, and the expected party's list may be incomplete.
    NotAttributable,
    /// Nothing was seen of the device.
    Unread,
    /// Records exist, but none speaks of this cell.
    NotObserved,
    /// Only records that could not be used.
    Unusable(Unusable),
    /// Only answers that do not cover the role.
    RoleNotAnswered,
    /// The device could not answer; the GBCS `StatusCode`.
    DeviceError(u16),
    /// The DCC answered in place of the device.
    RequestFailed(DccCode),
    /// The newest state is past: a later DCC alert names another key.
    UpdatedSince,
    /// Only an alert that the cell was updated, which names no entity.
    UpdateOnly,
    /// A record that names the cell without all of what it holds.
    Incomplete,
    /// A cell with several usages.
    UsageUnclear,
    /// Only commands.
    IntentOnly,
    /// Only responses without an outcome.
    NoOutcome,
    /// Undated records that contradict each other.
    UndatedDisagree,
    /// Records of one instant, source and grade that contradict each other.
    EqualDisagree,
}

impl Holding<'_> {
    /// The verdict on the cell.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Expected => Verdict::Correct,
            Self::Placeholder | Self::TrustAnchorNotFound | Self::Absent | Self::Empty => Verdict::Missing,
            Self::AnotherOperator(_)
            | Self::AnotherLicence(_)
            | Self::HostOperator(_)
            | Self::Supplier(_)
            | Self::Role(_)
            | Self::Usage(_)
            | Self::KeyOfAnother(_)
            | Self::NotTheOperator => Verdict::Wrong,
            Self::ExpectationUnknown
            | Self::KeyNotInStore
            | Self::PathBroken
            | Self::NotAttributable
            | Self::Unread
            | Self::NotObserved
            | Self::Unusable(_)
            | Self::RoleNotAnswered
            | Self::DeviceError(_)
            | Self::RequestFailed(_)
            | Self::UpdatedSince
            | Self::UpdateOnly
            | Self::Incomplete
            | Self::UsageUnclear
            | Self::IntentOnly
            | Self::NoOutcome
            | Self::UndatedDisagree
            | Self::EqualDisagree => Verdict::NotKnown,
        }
    }
}

/// Who is known to stand behind a credential, whatever was expected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Occupant<'a> {
    /// The DCC's placeholder.
    AccessControlBroker,
    /// A listed operator.
    Operator(OperatorId),
    /// An entity that registration data expects and no list has.
    Entity(Eui64),
    /// A supplier, by name if it is listed.
    Supplier(Option<&'a str>),
    /// Nobody known.
    Unknown,
}

/// Judges one cell.
#[must_use]
pub fn holding<'a>(
    timeline: &CellTimeline<'_>,
    expectation: Expectation,
    resolution: Option<&Resolution>,
    directory: &'a Directory,
    certificates: Certificates<'_>,
    any_record: bool,
) -> Holding<'a> {
    let state = match timeline.decided {
        Some((_, state)) => state,
        None => return no_state(timeline, any_record),
    };
    let owner = match expectation {
        Expectation::Party(owner) | Expectation::Nobody(owner) => owner,
        Expectation::Unknown(_) => return Holding::ExpectationUnknown,
    };
    match state {
        CellState::TrustAnchorNotFound | CellState::NoTrustAnchor => Holding::TrustAnchorNotFound,
        CellState::Absent => Holding::Absent,
        CellState::Unclear => Holding::UsageUnclear,
        CellState::Incomplete => Holding::Incomplete,
        CellState::Held(credential) if credential.is_zero() => Holding::Empty,
        CellState::Held(credential) => held(credential, owner, resolution, directory, certificates),
    }
}

fn no_state<'a>(timeline: &CellTimeline<'_>, any_record: bool) -> Holding<'a> {
    if timeline.undated_disagree.is_some() {
        return Holding::UndatedDisagree;
    }
    if timeline.equal_disagree.is_some() {
        return Holding::EqualDisagree;
    }
    if timeline.updated_since.is_some() {
        return Holding::UpdatedSince;
    }
    match timeline.no_state.map(|seen| seen.seen) {
        Some(Seen::DeviceError(status)) => Holding::DeviceError(status),
        Some(Seen::RequestFailed(code)) => Holding::RequestFailed(code),
        Some(Seen::KeyUpdated(_)) => Holding::UpdateOnly,
        Some(Seen::Unusable(why)) => Holding::Unusable(why),
        Some(Seen::NoOutcome) => Holding::NoOutcome,
        Some(Seen::RoleNotAnswered) => Holding::RoleNotAnswered,
        Some(Seen::Intended(_)) => Holding::IntentOnly,
        _ if any_record => Holding::NotObserved,
        _ => Holding::Unread,
    }
}

fn held<'a>(
    credential: Credential,
    owner: Owner,
    resolution: Option<&Resolution>,
    directory: &'a Directory,
    certificates: Certificates<'_>,
) -> Holding<'a> {
    let holder = directory.holder(credential.entity);
    let otherwise = resolution.and_then(|resolution| resolution.otherwise);
    if holder == Some(Holder::AccessControlBroker) || is_placeholder(credential, resolution, certificates) {
        return Holding::Placeholder;
    }
    if owner.has(directory, credential.entity).is_some() {
        return match (resolution, otherwise) {
            (Some(resolution), _) if !resolution.matching.is_empty() => Holding::Expected,
            (_, Some(Otherwise::Role(RemotePartyRole::SUPPLIER))) => Holding::Supplier(None),
            (_, Some(Otherwise::Role(role))) => Holding::Role(role),
            (_, Some(Otherwise::Usage(usage))) => Holding::Usage(usage),
            (_, Some(Otherwise::Entity(entity))) => Holding::KeyOfAnother(entity),
            (Some(resolution), None) if !resolution.broken.is_empty() => Holding::PathBroken,
            _ => Holding::KeyNotInStore,
        };
    }
    match (holder, otherwise) {
        (Some(Holder::Operator(id, _)), _) => another_operator(id, owner, directory),
        (Some(Holder::Supplier(name)), _) => Holding::Supplier(Some(name)),
        (Some(Holder::Former), _) => Holding::NotAttributable,
        (_, Some(Otherwise::Role(RemotePartyRole::SUPPLIER))) => Holding::Supplier(None),
        (_, Some(Otherwise::Role(role))) => Holding::Role(role),
        _ => match owner.entity_list(directory) {
            EntityList::Complete => Holding::NotTheOperator,
            EntityList::Partial => Holding::NotAttributable,
        },
    }
}

/// Whether certificates say that a credential is the Access Control Broker's; asked of the store only if the credential
/// was not resolved before.
fn is_placeholder(
    credential: Credential,
    resolution: Option<&Resolution>,
    certificates: Certificates<'_>,
) -> bool {
    match resolution {
        Some(resolution) => resolution.access_control_broker,
        None => is_access_control_broker(credential, certificates),
    }
}

fn another_operator<'a>(found: OperatorId, owner: Owner, directory: &Directory) -> Holding<'a> {
    let (Owner::Operator(expected), Some(found_record)) = (owner, directory.operator(found)) else {
        return Holding::AnotherOperator(found);
    };
    let Some(expected_record) = directory.operator(expected) else {
        return Holding::AnotherOperator(found);
    };
    if expected_record.group.is_some() && expected_record.group == found_record.group {
        return Holding::AnotherLicence(found);
    }
    match (expected_record.kind, found_record.kind) {
        (Some(OperatorKind::Independent), Some(OperatorKind::LicenceArea))
        | (Some(OperatorKind::LicenceArea), Some(OperatorKind::Independent)) => Holding::HostOperator(found),
        _ => Holding::AnotherOperator(found),
    }
}

/// Who stands behind a credential.
#[must_use]
pub fn occupant<'a>(
    credential: Credential,
    owner: Option<Owner>,
    resolution: Option<&Resolution>,
    directory: &'a Directory,
    certificates: Certificates<'_>,
) -> Occupant<'a> {
    let supplier = Otherwise::Role(RemotePartyRole::SUPPLIER);
    match directory.holder(credential.entity) {
        Some(Holder::AccessControlBroker) => Occupant::AccessControlBroker,
        _ if is_placeholder(credential, resolution, certificates) => Occupant::AccessControlBroker,
        Some(Holder::Operator(id, _)) => Occupant::Operator(id),
        Some(Holder::Supplier(name)) => Occupant::Supplier(Some(name)),
        None | Some(Holder::Former) if owner == Some(Owner::Entity(credential.entity)) => {
            Occupant::Entity(credential.entity)
        }
        None | Some(Holder::Former)
            if resolution.is_some_and(|resolution| resolution.otherwise == Some(supplier)) =>
        {
            Occupant::Supplier(None)
        }
        None | Some(Holder::Former) => Occupant::Unknown,
    }
}
