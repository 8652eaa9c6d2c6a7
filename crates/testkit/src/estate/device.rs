//! One device: a pure function of seed and index.

use types::{Credential, Eui64, Mpan, Timestamp};

use super::catalogue::{Catalogue, Operator, Pair, SupplierKeys};
use super::mix::Draw;
use super::record::{Record, records, sibling, stranger};
use super::state::State;
use crate::pki::{Party, Supplier};

/// Everything about a synthetic device.
#[derive(Clone, Copy, Debug)]
pub struct Device {
    /// Its place in the estate.
    pub index: u64,
    /// The truth about it.
    pub state: State,
    /// Its identifier.
    pub id: Eui64,
    /// DUIS `DeviceType`.
    pub device_type: &'static str,
    /// DUIS `DeviceStatus`.
    pub status: &'static str,
    /// `SMETS1` or `SMETS2`.
    pub smets: &'static str,
    /// The operator that is really responsible, whether or not an audit can find out.
    pub operator: &'static Party,
    /// The supplier that is responsible.
    pub supplier: &'static Supplier,
    /// 13 digits of the import MPAN as the estate has them.
    pub mpan: Option<u64>,
    /// The same of a second element.
    pub secondary_mpan: Option<u64>,
    /// The same of export.
    pub export_mpan: Option<u64>,
    /// The network operator column of the estate, mostly empty.
    pub network_operator: &'static str,
    /// Whether registration data have a row for the import MPAN.
    pub is_registered: bool,
    /// Manufacturer, model and firmware.
    pub make: Make,
    /// The region it stands in.
    pub region: &'static str,
    /// What is on record about it, newest first.
    pub records: [Option<Record>; 2],
    pub(super) supplier_cells: Pair,
    pub(super) top_up: Credential,
}

/// What kind of equipment a device is. Made up.
#[derive(Clone, Copy, Debug)]
pub struct Make {
    /// Manufacturer.
    pub manufacturer: &'static str,
    /// Model.
    pub model: &'static str,
    /// Firmware version.
    pub firmware: &'static str,
}

const fn make(manufacturer: &'static str, model: &'static str, firmware: &'static str) -> Make {
    Make { manufacturer, model, firmware }
}

const MAKES: [Make; 8] = [
    make("Alder Metering", "AM-100", "01.02.0003"),
    make("Alder Metering", "AM-100", "01.04.0000"),
    make("Alder Metering", "AM-210", "02.00.0017"),
    make("Birch Instruments", "B1", "5.10"),
    make("Birch Instruments", "B1-TWIN", "5.11"),
    make("Cedar Energy", "CE-S2", "A7"),
    make("Cedar Energy", "CE-S2", "A9"),
    make("Damson", "D-E-3", "0.9.4"),
];

/// The numbers of licence areas, of independents that have certificates, and the two special independents.
pub(super) const AREAS: u64 = 14;
const INDEPENDENTS: std::ops::Range<usize> = 14..18;
const OPEN_LIST: u64 = 18;
const NO_USER: u64 = 19;

impl Device {
    pub(super) fn new(catalogue: &Catalogue, seed: u64, as_of: Timestamp, state: State, index: u64) -> Self {
        let mut draw = Draw::new(seed, index, 2);
        let operator = expected(catalogue, state, &mut draw);
        let supplier: &SupplierKeys = draw.pick(&catalogue.suppliers);
        let (device_type, status, smets) = match state {
            State::NotCommissioned => ("ESME", "InstalledNotCommissioned", "SMETS2"),
            State::Decommissioned => ("ESME", "Decommissioned", "SMETS2"),
            State::Smets1 => ("ESME", "Commissioned", "SMETS1"),
            State::Gsme => ("GSME", "Commissioned", "SMETS2"),
            State::OtherType => ("CHF", "Commissioned", "SMETS2"),
            _ => ("ESME", "Commissioned", "SMETS2"),
        };
        let distributor = match state {
            State::UnknownDistributor => 99,
            State::RegistrationDisagrees => stranger(catalogue, operator, &mut draw).party.distributor,
            _ => operator.party.distributor,
        };
        let new_mpan = |kind| mpan(distributor, seed, index * 3 + kind);
        let ordinary = !matches!(
            state,
            State::NoMpan
                | State::Gsme
                | State::OtherType
                | State::InvalidMpan
                | State::UnknownDistributor
                | State::RegistrationDisagrees
        );
        let mpan = match state {
            State::NoMpan | State::Gsme | State::OtherType => None,
            State::InvalidMpan => Some(with_wrong_check_digit(new_mpan(0))),
            _ => Some(new_mpan(0)),
        };
        let region = match operator.party.region {
            "" => operator_at(catalogue, draw.below(AREAS)).party.region,
            region => region,
        };
        Self {
            index,
            state,
            id: device_id(seed, index),
            device_type,
            status,
            smets,
            operator: operator.party,
            supplier: supplier.supplier,
            mpan,
            secondary_mpan: (draw.per_mille(20) && ordinary).then(|| new_mpan(1)),
            export_mpan: (draw.per_mille(80) && ordinary).then(|| new_mpan(2)),
            network_operator: if draw.per_mille(40) && ordinary { operator.party.id } else { "" },
            is_registered: state == State::RegistrationDisagrees || draw.per_mille(100) && ordinary,
            make: *draw.pick(&MAKES),
            region,
            records: records(catalogue, as_of, state, operator, supplier, &mut draw),
            supplier_cells: supplier.cells,
            top_up: supplier.top_up,
        }
    }
}

const fn with_wrong_check_digit(number: u64) -> u64 {
    number / 10 * 10 + (number % 10 + 1) % 10
}

/// An identifier of its own for every index below 2^40, in no visible order.
fn device_id(seed: u64, index: u64) -> Eui64 {
    let offset = Draw::new(seed, 0, 3).next();
    let low = index.wrapping_mul(0x6C_8E94_4D1F_2B35).wrapping_add(offset) & 0xFF_FFFF_FFFF;
    Eui64::new((0x00DB_1200_0000_0000 | low).to_be_bytes())
}

/// An MPAN of its own for every number below 10^10, with the right check digit.
fn mpan(distributor: u8, seed: u64, number: u64) -> u64 {
    const TEN_DIGITS: u64 = 10_000_000_000;
    let offset = Draw::new(seed, 0, 4).next() % TEN_DIGITS;
    let unique = (number % 1_000_000_000 * 3_141_592_653 + offset) % TEN_DIGITS;
    let twelve = u64::from(distributor) * TEN_DIGITS + unique;
    twelve * 10 + u64::from(Mpan::check_digit(twelve))
}

pub(super) fn operator_at(catalogue: &Catalogue, place: u64) -> &Operator {
    let place = usize::try_from(place).unwrap_or_default();
    catalogue.operators.get(place).expect("places are below the number of parties")
}

fn area<'c>(catalogue: &'c Catalogue, draw: &mut Draw) -> &'c Operator {
    operator_at(catalogue, draw.below(AREAS))
}

/// The operator that is responsible for a device in a state.
fn expected<'c>(catalogue: &'c Catalogue, state: State, draw: &mut Draw) -> &'c Operator {
    let independents = catalogue.operators.get(INDEPENDENTS).unwrap_or_default();
    match state {
        State::HostOnIndependent => draw.pick(independents),
        State::UnknownEntityOpenList => operator_at(catalogue, OPEN_LIST),
        State::NoneExpected => operator_at(catalogue, NO_USER),
        State::SameGroup => {
            let found = area(catalogue, draw);
            let sibling = sibling(catalogue, found);
            // One licence area has no sibling; the first one has.
            if sibling.is_some() { found } else { operator_at(catalogue, 0) }
        }
        State::WrongOperator | State::RegistrationDisagrees => area(catalogue, draw),
        _ if draw.per_mille(70) => draw.pick(independents),
        _ => area(catalogue, draw),
    }
}
