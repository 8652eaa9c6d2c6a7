//! Joins devices to metering points and metering points to the operator expected in their cells.
//!
//! In: estate rows, registration rows and a [`Directory`]. Out: an [`Estate`] of meters in a fixed order, each with
//! its expectation. Contradictions between inputs are kept in view; nothing here picks the row that suits.

mod builder;
mod metering_points;
mod rows;

use std::collections::BTreeMap;
use std::ops::Range;

use types::{
    Credentials, DeviceStatus, DeviceType, DistributorId, EstateRow, Eui64, InputId, Interner, Mpan,
    MpanFault, MpanField, RegistrationRow, SmetsVersion, Symbol,
};

use crate::directory::{Directory, Holder, Owner};
use crate::places::TooManyLines;
use crate::totals::InputUse;
use metering_points::{MeteringPoints, Number, Registered};
use rows::PackedRows;

pub use builder::EstateBuilder;
pub use rows::{EstateBatch, Rows};

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
#[derive(Clone, Debug)]
pub struct Meter {
    /// All rows of the device, at least one, in an order that follows from what they say.
    pub rows: Rows,
    /// Registration data for the import MPAN.
    pub registration: Option<RegistrationRow>,
    /// Who ought to be in the cells.
    pub expectation: Expectation,
    /// How that was found.
    pub source: ExpectationSource,
}

impl Meter {
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
        told(&self.rows, |row| row.device_type, |kind| !kind.is_in_scope())
    }

    /// Whether it is decommissioned or not commissioned yet.
    #[must_use]
    pub fn told_status(&self) -> Told<DeviceStatus> {
        let is_out = |status: DeviceStatus| status.is_gone() || status.is_before_commissioning();
        told(&self.rows, |row| row.status, is_out)
    }

    /// Whether it is SMETS1.
    #[must_use]
    pub fn told_smets(&self) -> Told<SmetsVersion> {
        told(&self.rows, |row| row.smets, |smets| smets == SmetsVersion::Smets1)
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
    rows: PackedRows,
    /// Where each device's rows start.
    starts: Vec<u32>,
    metering_points: MeteringPoints,
    /// The metering point of each row's import MPAN in registration data; empty if there is no such data.
    registered: Vec<Option<Number>>,
    /// How rows of estate and registration data ended.
    uses: BTreeMap<InputId, InputUse>,
    operator_of: Vec<Option<Owner>>,
}

impl Estate {
    /// An estate of these rows and these of registration data.
    ///
    /// # Errors
    ///
    /// The inputs have too many lines to be numbered.
    pub fn new(
        rows: Vec<EstateRow>,
        registration: Vec<RegistrationRow>,
        names: &Interner,
        directory: &Directory,
    ) -> Result<Self, TooManyLines> {
        let mut builder = EstateBuilder::default();
        builder.add_rows_of_any_input(rows);
        builder.add_registration(registration);
        builder.build(names, directory)
    }

    /// Gives the inputs other numbers, in the same order.
    pub fn renumber(&mut self, number: impl Fn(InputId) -> InputId) {
        let uses = std::mem::take(&mut self.uses);
        self.uses = uses.into_iter().map(|(input, uses)| (number(input), uses)).collect();
        self.metering_points.renumber(&number);
        self.rows.renumber(number);
    }

    /// How many meters there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is no meter.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// How many rows there are.
    #[must_use]
    pub const fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// How the rows of estate and registration data ended, by the number of their input. An estate row that repeats
    /// another of its device is a duplicate, one that says something else counts. A registration row for a metering
    /// point of the estate is used, and one that repeats it is a duplicate.
    #[must_use]
    pub const fn uses(&self) -> &BTreeMap<InputId, InputUse> {
        &self.uses
    }

    /// Where the rows of the meter of this index stand.
    fn range(&self, index: usize) -> Range<usize> {
        let start = self.starts.get(index).map_or(self.rows.len(), |start| *start as usize);
        let end = self.starts.get(index + 1).map_or(self.rows.len(), |end| *end as usize);
        start..end
    }

    /// The rows of the meter of this index.
    #[must_use]
    pub fn rows_of(&self, index: usize) -> Rows {
        self.rows.read(self.range(index))
    }

    /// The device of the meter of this index.
    #[must_use]
    pub fn device(&self, index: usize) -> Option<Eui64> {
        self.rows.device(*self.starts.get(index)? as usize)
    }

    /// The index of a device.
    #[must_use]
    pub fn find(&self, device: Eui64) -> Option<usize> {
        self.starts.binary_search_by_key(&Some(device), |start| self.rows.device(*start as usize)).ok()
    }

    /// The party that a name in the data means.
    #[must_use]
    pub fn owner(&self, name: Symbol) -> Option<Owner> {
        owner_of(&self.operator_of, name)
    }

    /// Every metering point of which rows of the estate or of registration data speak, some more than once.
    pub fn mpans(&self) -> impl Iterator<Item = Mpan> + '_ {
        let of_rows = (0..self.rows.len()).flat_map(|index| self.rows.mpans(index));
        let registered = self.metering_points.rows().iter().map(|row| row.mpan);
        of_rows.filter_map(MpanField::mpan).chain(registered)
    }

    /// Every party that may be expected in a meter, some more than once.
    pub fn owners<'e>(&'e self, directory: &'e Directory) -> impl Iterator<Item = Owner> + 'e {
        let listed = directory.operators().map(|(id, _)| Owner::Operator(id));
        listed.chain(self.operator_of.iter().copied().flatten())
    }

    /// The meter of this index with its expectation; an empty meter for an index beyond the last.
    #[must_use]
    pub fn meter(&self, index: usize, directory: &Directory) -> Meter {
        let range = self.range(index);
        let rows = self.rows.read(range.clone());
        let mut found: Option<(Expectation, ExpectationSource)> = None;
        for (row, place) in rows.iter().zip(range.clone()) {
            let next = self.expectation(row, self.registered(place), directory);
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
        if let Some(mpan) = meter.mpan() {
            let place = meter.rows.iter().zip(range).find(|(row, _)| row.mpan.mpan() == Some(mpan));
            let registered = place.and_then(|(_, place)| self.registered(place));
            meter.registration = registered.map(|registered| registered.row);
        }
        if meter.scope_is_contested() {
            meter.expectation = Expectation::Unknown(ExpectationUnknown::RowsDisagree);
        }
        meter
    }

    /// What registration data says of the import MPAN of the row of this index.
    fn registered(&self, row: usize) -> Option<Registered> {
        let number = self.registered.get(row).copied().flatten()?;
        self.metering_points.registered(number)
    }

    /// The expectation that follows from one row: registration data, then the row's own operator, then the MPAN.
    fn expectation(
        &self,
        row: &EstateRow,
        registered: Option<Registered>,
        directory: &Directory,
    ) -> (Expectation, ExpectationSource) {
        if registered.is_some_and(|registered| registered.contested) {
            let unknown = Expectation::Unknown(ExpectationUnknown::RegistrationRowsDisagree);
            return (unknown, ExpectationSource::Registration);
        }
        let registered = registered
            .and_then(|registered| registered.row.network_operator)
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

/// The party that a name means, of those that all names mean.
fn owner_of(operator_of: &[Option<Owner>], name: Symbol) -> Option<Owner> {
    operator_of.get(name.index()).copied().flatten()
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
