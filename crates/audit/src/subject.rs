//! Everything known about one meter: the only input of a rule.

use types::{
    AsOf, Credential, DeviceStatus, DeviceType, Interner, NetworkOperatorCell, Observation, Seen,
    SmetsVersion, Symbol,
};

use crate::credentials::{Certificates, Resolution, Resolutions};
use crate::directory::{Directory, Owner};
use crate::estate::{Estate, Expectation, Meter};
use crate::holding::{Holding, Occupant, holding, occupant};
use crate::options::Options;
use crate::rule::{Evidence, Outcome};
use crate::timeline::{CellState, CellTimeline, cell_timeline};
use crate::verdict::Verdict;

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
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// What all meters share.
    pub context: Context<'a>,
    /// What the estate says, and what is expected.
    pub meter: Meter<'a>,
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
                cell,
                meter.expectation,
                resolution,
                context.directory,
                context.certificates,
                observations.iter().any(|seen| crate::timeline::in_time(seen, context.as_of())),
            );
            Cell { cell, timeline, holding, credential, resolution }
        });
        Self { context, meter, scope: scope(&meter), observations, cells }
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
        let registered = self.meter.registration.and_then(|row| row.supplier);
        registered.or(self.meter.rows.first().and_then(|row| row.supplier))
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

    /// The outcome of a rule about the certificates behind the cells: it is about cells that hold what is expected.
    #[must_use]
    pub fn conditions_where(&self, defect: impl Fn(&Resolution) -> Option<String>) -> Outcome {
        if self.scope != Scope::In {
            return Outcome::NotApplicable("out of scope");
        }
        let placed = || self.cells.iter().filter(|cell| cell.holding == Holding::Expected);
        if placed().next().is_none() {
            return match self.cells.iter().any(|cell| cell.holding.verdict() == Verdict::NotKnown) {
                true => Outcome::NotEvaluated("what a cell holds is not known"),
                false => Outcome::NotApplicable("no cell holds the expected credential"),
            };
        }
        let evidence = placed()
            .filter_map(|cell| Some((cell.cell.name(), defect(cell.resolution?)?)))
            .fold(Evidence::none(), |evidence, (name, value)| evidence.and(name, value));
        Outcome::fail_if(!evidence.facts().is_empty(), || evidence)
    }

    /// What a cell reports, or why it reports nothing, for evidence.
    fn shown(&self, cell: &Cell<'a>) -> String {
        match (cell.timeline.decided, cell.timeline.no_state.map(|seen| seen.seen)) {
            (Some((_, CellState::Held(credential))), _) => credential.to_string(),
            (Some((_, CellState::TrustAnchorNotFound)), _) => "trustAnchorNotFound (25)".to_owned(),
            (Some((_, CellState::NoTrustAnchor)), _) => "noTrustAnchor (10)".to_owned(),
            (Some((_, CellState::Absent)), _) => "absent from a success answer".to_owned(),
            (None, Some(Seen::DeviceError(status))) => format!("device status {status}"),
            (None, Some(Seen::Unusable(why))) => why.name().to_owned(),
            (None, Some(Seen::Intended(credential))) => format!("only a command, with {credential}"),
            (None, _) => "not seen".to_owned(),
        }
    }

    /// Evidence that cites an observation.
    #[must_use]
    pub fn cite(observation: &Observation) -> String {
        let at = observation.at.map_or_else(|| "undated".to_owned(), |at| at.to_string());
        format!("{} {at}", observation.source.name())
    }
}

fn scope(meter: &Meter<'_>) -> Scope {
    let row = meter.rows.first();
    if let Some(kind) = row.and_then(|row| row.device_type).filter(|kind| !kind.is_in_scope()) {
        return Scope::NotAnEsme(kind);
    }
    if row.and_then(|row| row.smets) == Some(SmetsVersion::Smets1) {
        return Scope::Smets1;
    }
    match row.and_then(|row| row.status) {
        Some(status) if status.is_gone() => return Scope::Gone(status),
        Some(status) if status.is_before_commissioning() => return Scope::NotCommissioned(status),
        _ => {}
    }
    match meter.expectation {
        Expectation::Nobody(owner) => Scope::NoOperatorExpected(owner),
        Expectation::Party(_) | Expectation::Unknown(_) => Scope::In,
    }
}
