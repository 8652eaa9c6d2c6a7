//! Joins devices to metering points and metering points to the operator expected in their cells.
//!
//! In: estate rows, registration rows and a [`Directory`]. Out: an [`Estate`] of meters in a fixed order, each with
//! its expectation. Contradictions between inputs are kept in view; nothing here picks the row that suits.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};

use types::{
    Credentials, DeviceStatus, DeviceType, DistributorId, EstateRow, Eui64, InputId, Interner, Mpan,
    MpanFault, MpanField, Origin, RegistrationRow, SmetsVersion, Symbol,
};

use crate::directory::{Directory, Holder, Owner};
use crate::timeline::Disposition;

/// Who ought to be in the network operator cells of a meter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expectation {
    /// This party's credentials.
    Party(Owner),
    /// Nobody's: the responsible operator is no DCC user.
    Nobody(Owner),
    /// It can't be told.
    Unknown(ExpectationUnknown),
}

/// Why it can't be told who ought to be in the cells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ExpectationUnknown {
    /// Neither an operator nor an MPAN is given.
    NoMpan,
    /// No operator is given and the MPAN is none.
    MpanInvalid(MpanFault),
    /// No operator is given and the directory does not know the MPAN's distributor id.
    DistributorUnknown(DistributorId),
    /// The directory does not know the operator that registration or estate data names.
    OperatorUnknown(Symbol),
    /// Registration rows of one metering point name different operators.
    RegistrationRowsDisagree,
    /// Rows of one device lead to different operators, or one puts it out of scope and another does not.
    RowsDisagree,
}

/// What the rows of a device tell together of something that can put it out of scope. A row that does not say
/// contradicts none that does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Told<T> {
    /// Nothing.
    Nothing,
    /// That it does not.
    In,
    /// That it does, by this value of the first row that says.
    Out(T),
    /// Both.
    Both,
}

fn told<T: Copy>(
    rows: &[EstateRow],
    value: impl Fn(&EstateRow) -> Option<T>,
    is_out: impl Fn(T) -> bool,
) -> Told<T> {
    let values = || rows.iter().filter_map(&value);
    let within = values().any(|value| !is_out(value));
    match values().find(|value| is_out(*value)) {
        Some(_) if within => Told::Both,
        Some(out) => Told::Out(out),
        None if within => Told::In,
        None => Told::Nothing,
    }
}

/// How the expectation was found, for the record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ExpectationSource {
    /// Registration data names the operator.
    Registration,
    /// The estate row names the operator.
    EstateRow,
    /// The distributor id of the MPAN.
    MpanDistributor,
    /// Nothing told it.
    None,
}

impl ExpectationSource {
    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::EstateRow => "estate",
            Self::MpanDistributor => "mpan-distributor",
            Self::None => "none",
        }
    }
}

/// What the estate says of one meter and what follows from it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug)]
pub struct Meter<'e> {
    /// All rows of the device, at least one, in an order that follows from what they say.
    pub rows: &'e [EstateRow],
    /// Registration data for the import MPAN.
    pub registration: Option<&'e RegistrationRow>,
    /// Who ought to be in the cells.
    pub expectation: Expectation,
    /// How that was found.
    pub source: ExpectationSource,
}

impl Meter<'_> {
    /// The responsible party, if that is known, whether its credentials are expected or not.
    #[must_use]
    pub const fn owner(&self) -> Option<Owner> {
        match self.expectation {
            Expectation::Party(owner) | Expectation::Nobody(owner) => Some(owner),
            Expectation::Unknown(_) => None,
        }
    }

    /// What all rows that say something say; `None` if none does, or if they contradict each other.
    #[must_use]
    pub fn agreed<T: PartialEq>(&self, value: impl Fn(&EstateRow) -> Option<T>) -> Option<T> {
        let mut values = self.rows.iter().filter_map(value);
        let first = values.next()?;
        values.all(|value| value == first).then_some(first)
    }

    /// The MPAN columns of all rows by name, without those in which a row repeats the first.
    pub fn mpan_fields(&self) -> impl Iterator<Item = (&'static str, MpanField)> + Clone + use<'_> {
        let of = |row: &EstateRow| {
            [("mpan", row.mpan), ("secondary-mpan", row.secondary_mpan), ("export-mpan", row.export_mpan)]
        };
        let first = self.rows.first().map(of);
        self.rows.iter().enumerate().flat_map(move |(place, row)| {
            of(row)
                .into_iter()
                .filter(move |field| place == 0 || first.is_none_or(|first| !first.contains(field)))
        })
    }

    /// The import MPAN.
    #[must_use]
    pub fn mpan(&self) -> Option<Mpan> {
        self.agreed(|row| row.mpan.mpan())
    }

    /// Whether it is a kind of device that the audit does not judge.
    #[must_use]
    pub fn told_type(&self) -> Told<DeviceType> {
        told(self.rows, |row| row.device_type, |kind| !kind.is_in_scope())
    }

    /// Whether it is decommissioned or not commissioned yet.
    #[must_use]
    pub fn told_status(&self) -> Told<DeviceStatus> {
        let is_out = |status: DeviceStatus| status.is_gone() || status.is_before_commissioning();
        told(self.rows, |row| row.status, is_out)
    }

    /// Whether it is SMETS1.
    #[must_use]
    pub fn told_smets(&self) -> Told<SmetsVersion> {
        told(self.rows, |row| row.smets, |smets| smets == SmetsVersion::Smets1)
    }

    fn scope_is_contested(&self) -> bool {
        self.told_type() == Told::Both || self.told_status() == Told::Both || self.told_smets() == Told::Both
    }

    /// The device.
    #[must_use]
    pub fn device(&self) -> Eui64 {
        self.rows.first().map_or(Eui64::ZERO, |row| row.device)
    }
}

/// The meters that an audit must account for, sorted by device.
#[derive(Debug)]
pub struct Estate {
    rows: Vec<EstateRow>,
    /// Where each device's rows start.
    starts: Vec<u32>,
    registration: HashMap<Mpan, RegistrationRow>,
    /// Metering points whose registration rows name different operators.
    contested: BTreeSet<Mpan>,
    operator_of: Vec<Option<Owner>>,
}

impl Estate {
    /// Sorts and groups the rows and resolves the operator names that occur in them.
    ///
    /// Registration rows for one metering point that name different operators leave it without one: nothing tells
    /// which row is right, and the MPAN's own distributor must not decide between them.
    #[must_use]
    pub fn new(
        mut rows: Vec<EstateRow>,
        mut registration: Vec<RegistrationRow>,
        names: &Interner,
        directory: &Directory,
    ) -> Self {
        rows.sort_unstable_by(|a, b| a.device.cmp(&b.device).then(a.origin.cmp(&b.origin)));
        // Where rows of one device differ, their place in the inputs must not tell which comes first.
        for rows in rows.chunk_by_mut(|a, b| a.device == b.device).filter(|rows| rows.len() > 1) {
            rows.sort_by_cached_key(|row| (content(row, names), row.origin));
        }
        let mut starts = Vec::with_capacity(rows.len());
        let mut last = None;
        for (row, index) in rows.iter().zip(0u32..) {
            if last != Some(row.device) {
                starts.push(index);
                last = Some(row.device);
            }
        }
        let operator_of: Vec<Option<Owner>> =
            names.symbols().map(|symbol| owner_named(names.name(symbol), directory)).collect();
        // Two names of one operator do not contradict each other.
        let same_operator = |one: Symbol, other: Symbol| {
            let owner = |name: Symbol| operator_of.get(name.index()).copied().flatten();
            one == other || (owner(one).is_some() && owner(one) == owner(other))
        };
        registration.sort_unstable_by_key(|row| (row.mpan, row.origin));
        let mut by_mpan: HashMap<Mpan, RegistrationRow> = HashMap::with_capacity(registration.len());
        let mut contested = BTreeSet::new();
        for rows in registration.chunk_by(|a, b| a.mpan == b.mpan) {
            let Some(first) = rows.first() else { continue };
            let operator = agreed(rows.iter().filter_map(|row| row.network_operator), same_operator);
            let supplier = agreed(rows.iter().filter_map(|row| row.supplier), |one, other| one == other);
            if operator.is_err() {
                contested.insert(first.mpan);
            }
            let (network_operator, supplier) = (operator.ok().flatten(), supplier.ok().flatten());
            by_mpan.insert(first.mpan, RegistrationRow { network_operator, supplier, ..*first });
        }
        Self { rows, starts, registration: by_mpan, contested, operator_of }
    }

    /// How many meters there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is no meter.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// All rows, sorted by device.
    #[must_use]
    pub fn rows(&self) -> &[EstateRow] {
        &self.rows
    }

    /// How each row ended, by the number of its input: a row that repeats the first of its device is a duplicate, one
    /// that says something else counts.
    pub fn row_dispositions(&self) -> impl Iterator<Item = (InputId, Disposition)> + '_ {
        (0..self.len()).flat_map(|index| {
            let rows = self.rows_of(index);
            let mut met: HashSet<EstateRow> = HashSet::new();
            rows.iter().map(move |row| {
                let content = EstateRow { origin: Origin::default(), ..*row };
                let repeats = rows.len() > 1 && !met.insert(content);
                (row.origin.input, if repeats { Disposition::Duplicate } else { Disposition::Used })
            })
        })
    }

    /// The rows of the meter of this index.
    #[must_use]
    pub fn rows_of(&self, index: usize) -> &[EstateRow] {
        let start = self.starts.get(index).map_or(self.rows.len(), |start| *start as usize);
        let end = self.starts.get(index + 1).map_or(self.rows.len(), |end| *end as usize);
        self.rows.get(start..end).unwrap_or_default()
    }

    /// The device of the meter of this index.
    #[must_use]
    pub fn device(&self, index: usize) -> Option<Eui64> {
        self.rows_of(index).first().map(|row| row.device)
    }

    /// The index of a device.
    #[must_use]
    pub fn find(&self, device: Eui64) -> Option<usize> {
        let first = |start: &u32| {
            self.rows.get(*start as usize).map_or(Ordering::Less, |row| row.device.cmp(&device))
        };
        self.starts.binary_search_by(first).ok()
    }

    /// The party that a name in the data means.
    #[must_use]
    pub fn owner(&self, name: Symbol) -> Option<Owner> {
        self.operator_of.get(name.index()).copied().flatten()
    }

    /// The meter of this index with its expectation; an empty meter for an index beyond the last.
    #[must_use]
    pub fn meter<'e>(&'e self, index: usize, directory: &Directory) -> Meter<'e> {
        let rows = self.rows_of(index);
        let mut found: Option<(Expectation, ExpectationSource)> = None;
        for row in rows {
            let next = self.expectation(row, directory);
            // A row that names neither operator nor MPAN says nothing of who is expected, and contradicts no other.
            let silent = Expectation::Unknown(ExpectationUnknown::NoMpan);
            match found {
                None => found = Some(next),
                Some((expectation, _)) if expectation == silent => found = Some(next),
                Some(_) if next.0 == silent => {}
                Some((expectation, source)) if expectation != next.0 => {
                    found = Some((Expectation::Unknown(ExpectationUnknown::RowsDisagree), source));
                    break;
                }
                Some(_) => {}
            }
        }
        let (expectation, source) =
            found.unwrap_or((Expectation::Unknown(ExpectationUnknown::NoMpan), ExpectationSource::None));
        let mut meter = Meter { rows, registration: None, expectation, source };
        meter.registration = meter.mpan().and_then(|mpan| self.registration.get(&mpan));
        if meter.scope_is_contested() {
            meter.expectation = Expectation::Unknown(ExpectationUnknown::RowsDisagree);
        }
        meter
    }

    /// The expectation that follows from one row: registration data, then the row's own operator, then the MPAN.
    fn expectation(&self, row: &EstateRow, directory: &Directory) -> (Expectation, ExpectationSource) {
        if row.mpan.mpan().is_some_and(|mpan| self.contested.contains(&mpan)) {
            let unknown = Expectation::Unknown(ExpectationUnknown::RegistrationRowsDisagree);
            return (unknown, ExpectationSource::Registration);
        }
        let registered = row
            .mpan
            .mpan()
            .and_then(|mpan| self.registration.get(&mpan))
            .and_then(|registration| registration.network_operator)
            .map(|name| (name, ExpectationSource::Registration));
        let named = registered.or(row.network_operator.map(|name| (name, ExpectationSource::EstateRow)));
        if let Some((name, source)) = named {
            return match self.owner(name) {
                Some(owner) => (expect(owner, directory), source),
                None => (Expectation::Unknown(ExpectationUnknown::OperatorUnknown(name)), source),
            };
        }
        let expectation = match row.mpan {
            MpanField::Absent => Expectation::Unknown(ExpectationUnknown::NoMpan),
            MpanField::Invalid(fault) => Expectation::Unknown(ExpectationUnknown::MpanInvalid(fault)),
            MpanField::Valid { mpan, .. } => match directory.by_distributor(mpan.distributor()) {
                Some(id) => {
                    return (expect(Owner::Operator(id), directory), ExpectationSource::MpanDistributor);
                }
                None => Expectation::Unknown(ExpectationUnknown::DistributorUnknown(mpan.distributor())),
            },
        };
        (expectation, ExpectationSource::None)
    }
}

/// What a row says, as text to sort by.
fn content(row: &EstateRow, names: &Interner) -> String {
    let EstateRow { mpan, secondary_mpan, export_mpan, device_type, status, smets, .. } = row;
    let named = [row.network_operator, row.supplier, row.manufacturer, row.model, row.firmware, row.region]
        .map(|symbol| symbol.map(|symbol| names.name(symbol)));
    format!("{:?}", (mpan, secondary_mpan, export_mpan, device_type, status, smets, named))
}

/// What all names say, if none contradicts another.
fn agreed(
    mut names: impl Iterator<Item = Symbol>,
    same: impl Fn(Symbol, Symbol) -> bool,
) -> Result<Option<Symbol>, ()> {
    let Some(first) = names.next() else { return Ok(None) };
    if names.all(|name| same(first, name)) { Ok(Some(first)) } else { Err(()) }
}

fn expect(owner: Owner, directory: &Directory) -> Expectation {
    match owner.credentials(directory) {
        Credentials::Expected => Expectation::Party(owner),
        Credentials::NoneExpected => Expectation::Nobody(owner),
    }
}

/// The party that a name means: a listed operator, or an entity identifier.
fn owner_named(name: &str, directory: &Directory) -> Option<Owner> {
    if let Some(id) = directory.by_name(name) {
        return Some(Owner::Operator(id));
    }
    let entity: Eui64 = name.parse().ok()?;
    match directory.holder(entity) {
        Some(Holder::Operator(id, _)) => Some(Owner::Operator(id)),
        // Neither the placeholder nor a supplier is a network operator, whatever the data says.
        Some(Holder::AccessControlBroker | Holder::Supplier(_) | Holder::Former) => None,
        None => Some(Owner::Entity(entity)),
    }
}
