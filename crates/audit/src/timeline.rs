//! What the cells of one device hold, from everything that was seen of them.
//!
//! In: all observations of one device. Out: for each cell the observation that decides, and what speaks against it;
//! for each record whether it was used. The newest dated observation of a cell's state decides; of several at one
//! instant the one by the better source, then of the better grade. An undated one decides only where nothing dated
//! exists. A DCC alert names a key and no entity, so it is no state; but one that is newer than the newest state and names
//! another key tells that this state is past, and then nothing decides. Two that contradict each other and are equals – undated both, or of one instant, source and grade – decide
//! nothing, since nothing tells which of them is right.

use types::{AsOf, Credential, Grade, NetworkOperatorCell, Observation, Origin, Seen, Timestamp};

/// What a cell was found to hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CellState {
    /// This credential.
    Held(Credential),
    /// `trustAnchorNotFound` for the role.
    TrustAnchorNotFound,
    /// `noTrustAnchor` for the role.
    NoTrustAnchor,
    /// A success answer without this cell.
    Absent,
    /// An answer in which it can't be told what this cell holds.
    Unclear,
    /// An answer that names the cell without all of what it holds.
    Incomplete,
}

fn state(seen: Seen) -> Option<CellState> {
    Some(match seen {
        Seen::Held(credential) => CellState::Held(credential),
        Seen::TrustAnchorNotFound => CellState::TrustAnchorNotFound,
        Seen::NoTrustAnchor => CellState::NoTrustAnchor,
        Seen::CellAbsent => CellState::Absent,
        Seen::UsageUnclear => CellState::Unclear,
        Seen::Incomplete => CellState::Incomplete,
        _ => return None,
    })
}

/// Everything known of one cell at the instant of the audit.
#[non_exhaustive]
#[derive(Clone, Copy, Debug)]
pub struct CellTimeline<'o> {
    /// The observation that decides, and the state it tells.
    pub decided: Option<(&'o Observation, CellState)>,
    /// Another observation of the same instant with another state.
    pub conflict: Option<&'o Observation>,
    /// Two undated observations contradict each other and nothing is dated.
    pub undated_disagree: Option<(&'o Observation, &'o Observation)>,
    /// Two observations of the newest instant, of one source and grade, contradict each other.
    pub equal_disagree: Option<(&'o Observation, &'o Observation)>,
    /// An undated observation that contradicts the dated one that decides.
    pub undated_against: Option<&'o Observation>,
    /// An older observation of a better grade that says something else.
    pub stronger_against: Option<&'o Observation>,
    /// A DCC alert, newer than the newest state, that the cell was given another key than that state says.
    pub updated_since: Option<&'o Observation>,
    /// The newest failed replacement not older than the state that decides.
    pub update_failed: Option<&'o Observation>,
    /// The best statement that is no state: why nothing is known when nothing decides.
    pub no_state: Option<&'o Observation>,
}

/// Reads the timeline of one cell out of a device's observations, which must be sorted by [`order`].
#[must_use]
pub fn cell_timeline(
    observations: &[Observation],
    cell: NetworkOperatorCell,
    as_of: AsOf,
) -> CellTimeline<'_> {
    let mine = || observations.iter().filter(move |seen| seen.cell == cell && in_time(seen, as_of));
    let states = || mine().filter_map(|seen| state(seen.seen).map(|state| (seen, state)));

    // The order of observations puts undated ones first and the deciding one last among equals.
    let newest = states().next_back();
    let mut timeline = CellTimeline {
        decided: newest,
        conflict: None,
        undated_disagree: None,
        equal_disagree: None,
        undated_against: None,
        stronger_against: None,
        updated_since: None,
        update_failed: None,
        no_state: None,
    };
    let Some((newest, found)) = newest else {
        timeline.no_state =
            mine().max_by_key(|seen| (no_state_rank(seen.seen), seen.at, std::cmp::Reverse(seen.origin)));
        return timeline;
    };
    for (other, _) in states().filter(|(_, said)| *said != found) {
        match (other.at, newest.at) {
            (None, None) => timeline.undated_disagree = Some((other, newest)),
            (None, Some(_)) => timeline.undated_against = Some(other),
            (at, now) if at == now && (other.source, other.grade) == (newest.source, newest.grade) => {
                timeline.equal_disagree = Some((other, newest));
            }
            (at, now) if at == now => timeline.conflict = Some(other),
            _ => {}
        }
    }
    timeline.stronger_against = stronger_against(states(), newest, found);
    timeline.updated_since = mine().rfind(|seen| match (seen.seen, found) {
        (Seen::KeyUpdated(key), CellState::Held(held)) => seen.at > newest.at && key != held.key,
        (Seen::KeyUpdated(_), _) => seen.at > newest.at,
        _ => false,
    });
    let disagree = timeline.undated_disagree.or(timeline.equal_disagree).is_some();
    if disagree || timeline.updated_since.is_some() {
        timeline.decided = None;
    }
    timeline.update_failed =
        mine().rfind(|seen| matches!(seen.seen, Seen::UpdateFailed(_)) && seen.at >= newest.at);
    timeline
}

/// An older dated observation of a better grade that says something else than the newest, and was not itself replaced:
/// no later one of its grade or a better one says anything but what it says.
fn stronger_against<'o>(
    states: impl DoubleEndedIterator<Item = (&'o Observation, CellState)>,
    newest: &Observation,
    found: CellState,
) -> Option<&'o Observation> {
    // Backwards in time: what the newest instant of each better grade says, until one of them is replaced.
    let mut later: Option<(Option<Timestamp>, Grade, CellState)> = None;
    for (other, said) in states.rev().filter(|(other, _)| other.at.is_some() && other.at < newest.at) {
        if other.grade <= newest.grade || later.is_some_and(|(_, grade, _)| other.grade < grade) {
            continue;
        }
        match later {
            Some((at, _, state)) if other.at < at && state != said => {
                // Something of this grade or a better one came after it; only a still better one may yet speak.
                later = Some((at, other.grade, state));
            }
            _ if said != found => return Some(other),
            _ => later = Some((other.at, other.grade, said)),
        }
    }
    None
}

/// Which statement best explains that there is no state.
const fn no_state_rank(seen: Seen) -> u8 {
    match seen {
        Seen::DeviceError(_) => 7,
        Seen::RequestFailed(_) => 6,
        Seen::KeyUpdated(_) => 5,
        Seen::Unusable(_) => 4,
        Seen::NoOutcome | Seen::UpdateFailed(_) => 3,
        Seen::RoleNotAnswered => 2,
        Seen::Intended(_) => 1,
        _ => 0,
    }
}

/// Whether a record counts at the instant of the audit; an undated one does.
#[must_use]
pub fn in_time(observation: &Observation, as_of: AsOf) -> bool {
    observation.at.is_none_or(|at| at <= as_of.0)
}

/// The order of observations: device, time with undated first, source, grade, cell, what was seen; of equal ones the
/// first by origin comes last, so that it is the one that counts as used.
#[must_use]
pub fn order(a: &Observation, b: &Observation) -> std::cmp::Ordering {
    let rest = |o: &Observation| (o.at, o.source, o.grade, o.cell, o.seen);
    a.device.cmp(&b.device).then_with(|| rest(a).cmp(&rest(b)).then(b.origin.cmp(&a.origin)))
}

/// How a record ended.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Disposition {
    /// It decides a cell, or is the reason that nothing is known of it.
    Used,
    /// A newer record took its place.
    Superseded,
    /// It says what another record says, of the same instant.
    Duplicate,
    /// It says nothing about a network operator cell of the estate as of the instant.
    NotRelevant(NotRelevant),
}

/// Why a record is not relevant.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum NotRelevant {
    /// The message or row carries no network operator cell.
    NoNetworkOperatorCell,
    /// Its time is after the instant of the audit.
    AfterAsOf,
    /// The device is not in the estate.
    NotInEstate,
    /// A command or a request: intent, not state.
    Intent,
    /// An acknowledgement, without an answer of the device.
    Acknowledgement,
    /// An inventory, which tells of devices and not of their cells.
    Inventory,
    /// A document that lists no device of the estate.
    NoDevice,
    /// Among certificates: it carries none, or speaks of one that nobody gave.
    NoCertificate,
    /// It tells no state, and other records do.
    NoState,
    /// A waiver for which there is no finding.
    WaiverUnused,
    /// A waiver that had expired.
    WaiverExpired,
}

impl NotRelevant {
    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoNetworkOperatorCell => "no-network-operator-cell",
            Self::AfterAsOf => "after-as-of",
            Self::NotInEstate => "not-in-estate",
            Self::Intent => "intent",
            Self::Acknowledgement => "acknowledgement",
            Self::Inventory => "inventory",
            Self::NoDevice => "no-device",
            Self::NoCertificate => "no-certificate",
            Self::NoState => "no-state",
            Self::WaiverUnused => "waiver-unused",
            Self::WaiverExpired => "waiver-expired",
        }
    }
}

/// The disposition of every record behind a device's observations, by origin, each record once.
///
/// Records that were quarantined are not among them.
#[must_use]
pub fn dispositions(
    observations: &[Observation],
    timelines: &[CellTimeline<'_>; 2],
    as_of: AsOf,
) -> Vec<(Origin, Disposition)> {
    let mut all: Vec<(Origin, Disposition)> = observations
        .iter()
        .enumerate()
        .filter(|(_, seen)| !matches!(seen.seen, Seen::Unusable(_)))
        .map(|(index, seen)| (seen.origin, disposition(observations, index, seen, timelines, as_of)))
        .collect();
    // A record is as useful as the most useful of its statements.
    all.sort_unstable();
    all.dedup_by_key(|(origin, _)| *origin);
    all
}

fn disposition(
    observations: &[Observation],
    index: usize,
    seen: &Observation,
    timelines: &[CellTimeline<'_>; 2],
    as_of: AsOf,
) -> Disposition {
    if !in_time(seen, as_of) {
        return Disposition::NotRelevant(NotRelevant::AfterAsOf);
    }
    if matches!(seen.seen, Seen::Intended(_)) {
        return Disposition::NotRelevant(NotRelevant::Intent);
    }
    let uses = |other: Option<&Observation>| other.is_some_and(|other| std::ptr::eq(other, seen));
    let decides = timelines.iter().any(|timeline| {
        uses(timeline.decided.map(|(seen, _)| seen))
            || uses(timeline.no_state)
            || uses(timeline.updated_since)
            || timeline
                .undated_disagree
                .or(timeline.equal_disagree)
                .is_some_and(|(a, b)| uses(Some(a)) || uses(Some(b)))
    });
    if decides {
        return Disposition::Used;
    }
    let told = timelines.iter().any(|timeline| timeline.decided.is_some_and(|(of, _)| of.cell == seen.cell));
    if state(seen.seen).is_none() && told {
        return Disposition::NotRelevant(NotRelevant::NoState);
    }
    // Equal statements stand beside each other, the one that counts last.
    let same = |other: &Observation| {
        (other.at, other.source, other.grade, other.cell, other.seen)
            == (seen.at, seen.source, seen.grade, seen.cell, seen.seen)
    };
    match observations.get(index + 1) {
        Some(next) if same(next) => Disposition::Duplicate,
        _ => Disposition::Superseded,
    }
}

/// When the newest state of either cell was seen; `None` if none is dated.
#[must_use]
pub fn newest(timelines: &[CellTimeline<'_>; 2]) -> Option<Timestamp> {
    timelines.iter().filter_map(|timeline| timeline.decided.and_then(|(seen, _)| seen.at)).max()
}

/// The weakest grade among the observations that decide; `None` if none decides.
#[must_use]
pub fn weakest_grade(timelines: &[CellTimeline<'_>; 2]) -> Option<Grade> {
    timelines.iter().filter_map(|timeline| timeline.decided.map(|(seen, _)| seen.grade)).min()
}
