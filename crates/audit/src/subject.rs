//! Everything known about one meter: the only input of a rule.

use types::{
    AsOf, Credential, DeviceStatus, DeviceType, Interner, NetworkOperatorCell, Observation, Seen, Symbol,
};

use crate::credentials::{Certificates, Resolution, Resolutions};
use crate::directory::{Directory, Owner};
use crate::estate::{Estate, Expectation, Meter, Told};
use crate::holding::{Holding, Occupant, holding, occupant};
use crate::options::Options;
use crate::rule::{Evidence, Outcome};
use crate::timeline::{CellState, CellTimeline, cell_timeline, in_time};
use crate::verdict::Verdict;
use crate::waivers::Waivers;

/// What all meters of an audit share.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Meters and what is expected of them.
    pub estate: &'a Estate,
    /// Names that occur in the estate.
    pub names: &'a Interner,
    /// Parties.
    pub directory: &'a Directory,
    /// Certificates.
    pub certificates: Certificates<'a>,
    /// What the certificates know of each credential that was seen.
    pub resolutions: &'a Resolutions,
    /// Settings.
    pub options: &'a Options,
    /// Findings that somebody accepted.
    pub waivers: &'a Waivers,
}

impl Context<'_> {
    /// The instant of the audit.
    #[must_use]
    pub const fn as_of(&self) -> AsOf {
        self.certificates.as_of
    }
}

/// Whether the audit judges a device.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    /// It does.
    In,
    /// Another kind of device.
    NotAnEsme(DeviceType),
    /// Decommissioned or withdrawn.
    Gone(DeviceStatus),
    /// Not commissioned yet.
    NotCommissioned(DeviceStatus),
    /// SMETS1.
    Smets1,
    /// The responsible operator has no credentials.
    NoOperatorExpected(Owner),
}

/// One network operator cell of the meter.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    /// Which.
    pub cell: NetworkOperatorCell,
    /// What was seen of it.
    pub timeline: CellTimeline<'a>,
    /// What stands in it, compared with what should.
    pub holding: Holding<'a>,
    /// What it reports, if it holds anything.
    pub credential: Option<Credential>,
    /// What the certificates know of that.
    pub resolution: Option<&'a Resolution>,
}

/// Everything known about one meter.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// What all meters share.
    pub context: Context<'a>,
    /// What the estate says, and what is expected.
    pub meter: Meter,
    /// Whether the audit judges it.
    pub scope: Scope,
    /// All that was seen of it, sorted.
    pub observations: &'a [Observation],
    /// Its two cells.
    pub cells: [Cell<'a>; 2],
}

impl<'a> Subject<'a> {
    /// The subject of the meter with this index in the estate.
    #[must_use]
    pub fn new(context: Context<'a>, index: usize, observations: &'a [Observation]) -> Self {
        let meter = context.estate.meter(index, context.directory);
        let cells = NetworkOperatorCell::ALL.map(|cell| {
            let timeline = cell_timeline(observations, cell, context.as_of());
            let credential = match timeline.decided {
                Some((_, CellState::Held(credential))) => Some(credential),
                _ => None,
            };
            let resolution = credential.and_then(|credential| context.resolutions.get(credential, cell));
            let holding = holding(
                &timeline,
                meter.expectation,
                resolution,
                context.directory,
                context.certificates,
                observations.iter().any(|seen| in_time(seen, context.as_of())),
            );
            Cell { cell, timeline, holding, credential, resolution }
        });
        let scope = scope(&meter, observations);
        Self { context, meter, scope, observations, cells }
    }

    /// The party that ought to be in the cells, if that is known.
    #[must_use]
    pub const fn owner(&self) -> Option<Owner> {
        self.meter.owner()
    }

    /// Who stands behind what a cell reports; `None` if it reports nothing.
    #[must_use]
    pub fn occupant(&self, cell: &Cell<'a>) -> Option<Occupant<'a>> {
        let credential = cell.credential.filter(|credential| !credential.is_zero())?;
        let context = self.context;
        Some(occupant(credential, self.owner(), cell.resolution, context.directory, context.certificates))
    }

    /// The name of a symbol of the estate.
    #[must_use]
    pub fn name(&self, symbol: Option<Symbol>) -> Option<&'a str> {
        symbol.map(|symbol| self.context.names.name(symbol))
    }

    /// The symbol of the responsible supplier: registration data first, then the estate row.
    #[must_use]
    pub fn supplier_symbol(&self) -> Option<Symbol> {
        let registered = self.meter.registration.as_ref().and_then(|row| row.supplier);
        registered.or_else(|| self.meter.agreed(|row| row.supplier))
    }

    /// The responsible supplier.
    #[must_use]
    pub fn supplier(&self) -> Option<&'a str> {
        self.name(self.supplier_symbol())
    }

    /// The outcome of a rule about what stands in the cells: `Fail` for the cells that the rule names, `NotEvaluated`
    /// if a cell is not known, else `Pass`.
    #[must_use]
    pub fn cells_where(&self, defect: impl Fn(Holding<'a>) -> bool) -> Outcome {
        if self.scope != Scope::In {
            return Outcome::NotApplicable("out of scope");
        }
        let failing = self.cells.iter().filter(|cell| defect(cell.holding));
        let evidence =
            failing.fold(Evidence::none(), |evidence, cell| evidence.and(cell.cell.name(), self.shown(cell)));
        if !evidence.facts().is_empty() {
            return Outcome::Fail(
                evidence.and_some("expected", self.owner().map(|owner| owner.name(self.context.directory))),
            );
        }
        match self.cells.iter().any(|cell| cell.holding.verdict() == Verdict::NotKnown) {
            true => Outcome::NotEvaluated("what a cell holds is not known"),
            false => Outcome::Pass,
        }
    }

    /// The outcome of a rule about why a cell is not known: such a rule has nothing to wait for.
    #[must_use]
    pub fn cells_unknown_where(&self, defect: impl Fn(Holding<'a>) -> bool) -> Outcome {
        match self.cells_where(defect) {
            Outcome::NotEvaluated(_) => Outcome::Pass,
            outcome => outcome,
        }
    }

    /// The outcome of a rule about a credential that can't be judged: it waits for what a cell holds and for who is
    /// expected there, and for nothing else.
    #[must_use]
    pub fn credentials_unknown_where(&self, defect: impl Fn(Holding<'a>) -> bool) -> Outcome {
        let waits =
            |cell: &Cell<'a>| cell.timeline.decided.is_none() || cell.holding == Holding::ExpectationUnknown;
        match self.cells_where(defect) {
            Outcome::NotEvaluated(_) if !self.cells.iter().any(waits) => Outcome::Pass,
            outcome => outcome,
        }
    }

    /// The outcome of a rule about the record that decides a cell: `Fail` for the cells of which the check tells
    /// something, `NotEvaluated` if nothing decides a cell or the check can't tell, else `Pass`.
    #[must_use]
    pub fn timelines_where(&self, check: impl Fn(&CellTimeline<'a>) -> CellCheck) -> Outcome {
        if self.scope != Scope::In {
            return Outcome::NotApplicable("out of scope");
        }
        let (mut evidence, mut unknown) = (Evidence::none(), None);
        for cell in &self.cells {
            match check(&cell.timeline) {
                CellCheck::Defect(value) => evidence = evidence.and(cell.cell.name(), value),
                CellCheck::Unknown(why) => unknown = Some(why),
                CellCheck::Sound if cell.timeline.decided.is_none() => {
                    unknown = Some("what a cell holds is not known");
                }
                CellCheck::Sound => {}
            }
        }
        match unknown {
            _ if !evidence.facts().is_empty() => Outcome::Fail(evidence),
            Some(why) => Outcome::NotEvaluated(why),
            None => Outcome::Pass,
        }
    }

    /// The outcome of a rule about the certificates behind the cells: it is about cells that hold what is expected.
    #[must_use]
    pub fn conditions_where(&self, defect: impl Fn(&Resolution) -> Option<String>) -> Outcome {
        self.conditions_checked(|resolution| CellCheck::defect_if_some(defect(resolution)))
    }

    /// The same for a rule that can't always tell.
    #[must_use]
    pub fn conditions_checked(&self, check: impl Fn(&Resolution) -> CellCheck) -> Outcome {
        if self.scope != Scope::In {
            return Outcome::NotApplicable("out of scope");
        }
        let placed = || self.cells.iter().filter(|cell| cell.holding == Holding::Expected);
        let (mut evidence, mut unknown) = (Evidence::none(), None);
        for cell in placed() {
            match cell.resolution.map(&check) {
                Some(CellCheck::Defect(value)) => evidence = evidence.and(cell.cell.name(), value),
                Some(CellCheck::Unknown(why)) => unknown = Some(why),
                Some(CellCheck::Sound) | None => {}
            }
        }
        if !evidence.facts().is_empty() {
            return Outcome::Fail(evidence);
        }
        if self.cells.iter().any(|cell| cell.holding.verdict() == Verdict::NotKnown) {
            return Outcome::NotEvaluated("what a cell holds is not known");
        }
        match (placed().next(), unknown) {
            (Some(_), Some(why)) => Outcome::NotEvaluated(why),
            (Some(_), None) => Outcome::Pass,
            (None, _) => Outcome::NotApplicable("no cell holds the expected credential"),
        }
    }

    /// What a cell reports, or why it reports nothing, for evidence.
    fn shown(&self, cell: &Cell<'a>) -> String {
        match (cell.timeline.decided, cell.timeline.no_state.map(|seen| seen.seen)) {
            (Some((_, CellState::Held(credential))), _) => credential.to_string(),
            (Some((_, CellState::TrustAnchorNotFound)), _) => "trustAnchorNotFound (25)".to_owned(),
            (Some((_, CellState::NoTrustAnchor)), _) => "noTrustAnchor (10)".to_owned(),
            (Some((_, CellState::Unclear)), _) => "several usages in one cell".to_owned(),
            (Some((_, CellState::Absent)), _) => "absent from a success answer".to_owned(),
            (Some((_, CellState::Incomplete)), _) => "named without all of what it holds".to_owned(),
            (None, Some(Seen::DeviceError(status))) => format!("device status {status}"),
            (None, Some(Seen::RequestFailed(code))) => format!("the DCC answered {code}"),
            (None, Some(Seen::KeyUpdated(key))) => format!("only an alert, with key {key}"),
            (None, Some(Seen::Unusable(why))) => why.name().to_owned(),
            (None, Some(Seen::Intended(credential))) => format!("only a command, with {credential}"),
            (None, Some(Seen::NoOutcome)) => "update response without outcome".to_owned(),
            (None, Some(Seen::RoleNotAnswered)) => "role not answered".to_owned(),
            (None, Some(Seen::UsageUnclear)) => "several usages in one cell".to_owned(),
            (None, _) => {
                let timeline = cell.timeline;
                match (timeline.undated_disagree.or(timeline.equal_disagree), timeline.updated_since) {
                    (Some((one, other)), _) => {
                        format!("{} against {}", seen_text(one.seen), seen_text(other.seen))
                    }
                    (None, Some(alert)) => format!("{}, {}", Self::cite(alert), seen_text(alert.seen)),
                    (None, None) => "not seen".to_owned(),
                }
            }
        }
    }

    /// Evidence that cites an observation.
    #[must_use]
    pub fn cite(observation: &Observation) -> String {
        let at = observation.at.map_or_else(|| "undated".to_owned(), |at| at.to_string());
        format!("{} {at}", observation.source.name())
    }
}

/// A state that a record tells, in words.
fn seen_text(seen: Seen) -> String {
    match seen {
        Seen::Held(credential) => credential.to_string(),
        Seen::TrustAnchorNotFound => "trustAnchorNotFound (25)".to_owned(),
        Seen::NoTrustAnchor => "noTrustAnchor (10)".to_owned(),
        Seen::KeyUpdated(key) => format!("key {key}"),
        Seen::Incomplete => "named without all of what it holds".to_owned(),
        _ => "absent from a success answer".to_owned(),
    }
}

/// How a rule about the record that decides a cell comes out for one cell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum CellCheck {
    /// The defect is there; the value compared.
    Defect(String),
    /// What is compared is not known; why.
    Unknown(&'static str),
    /// Nothing speaks for the defect.
    Sound,
}

impl CellCheck {
    /// A defect if there is something to tell.
    #[must_use]
    pub fn defect_if_some(value: Option<String>) -> Self {
        value.map_or(Self::Sound, Self::Defect)
    }
}

fn scope(meter: &Meter, observations: &[Observation]) -> Scope {
    if let Told::Out(kind) = meter.told_type() {
        return Scope::NotAnEsme(kind);
    }
    let answers_as_smets1 = || observations.iter().any(|seen| seen.seen == Seen::Smets1);
    match meter.told_smets() {
        Told::Out(_) => return Scope::Smets1,
        // The estate does not say, but the device answered as only SMETS1 equipment does.
        Told::Nothing if answers_as_smets1() => return Scope::Smets1,
        _ => {}
    }
    match meter.told_status() {
        Told::Out(status) if status.is_gone() => return Scope::Gone(status),
        Told::Out(status) => return Scope::NotCommissioned(status),
        Told::Nothing | Told::In | Told::Both => {}
    }
    match meter.expectation {
        Expectation::Nobody(owner) => Scope::NoOperatorExpected(owner),
        Expectation::Party(_) | Expectation::Unknown(_) => Scope::In,
    }
}
