//! Estates of any size in which the truth about every device is known.
//!
//! The state of a device is a pure function of seed and index ([`EstateOptions::state_of`]), and so is everything else
//! about it ([`Estate::device`]). Different [`Form`]s of the same options describe the same devices and the same
//! observations, so that what an audit says about them can be compared.
//!
//! Certificates have fixed dates: the states that speak of expired, superseded and revoked keys are what they say for
//! an `as_of` from June 2023 to February 2027.

mod catalogue;
mod device;
mod directory;
#[cfg(feature = "forms")]
mod files;
mod hostile;
mod mix;
mod own_list;
mod record;
mod render;
mod state;
mod write;

pub use device::{Device, Make};
pub use directory::directory;
#[cfg(feature = "forms")]
pub use files::{CertificateForm, RecordForm, TableForm};
pub use hostile::{HOSTILE_FILE, HOSTILE_NAMES, LONG_NAME, hostile_names, write_hostile_estate};
pub use mix::{Mix, Opening};
pub use own_list::{OWN_LIST_HEADER, PLANTED_HEADER, write_own_list};
pub use record::{Age, Answer, Record};
pub use state::State;
pub use write::write_estate;

use std::collections::BTreeMap;

use types::{AsOf, Timestamp};

use crate::pki::{Pki, PkiError, Validity};
use catalogue::Catalogue;

/// Which form the records of an estate take.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Form {
    /// `cells.csv`: a row for each cell.
    #[default]
    Cells,
    /// `messages.csv`: device, time and the GBCS message in hex.
    Messages,
    /// `messages/*.hex`: messages alone, one to a line.
    Hex,
}

/// Which cells a record covers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum CellsPerDevice {
    /// The network operator's two.
    #[default]
    NetworkOperator,
    /// Ten: root, recovery, three of the supplier, two of the network operator, and one each of Access Control Broker,
    /// transitional change of supplier and load controller. Messages are CS02f then, because of the last one.
    All,
}

/// What an estate is made from.
#[derive(Clone, Debug)]
pub struct EstateOptions {
    /// How many devices; below 300 million, so that every MPAN is used once.
    pub devices: u64,
    /// Another seed makes other devices.
    pub seed: u64,
    /// The instant of the audit that observations are laid out for.
    pub as_of: AsOf,
    /// What share of the devices is in which state.
    pub mix: Mix,
    /// Which cells records cover.
    pub cells_per_device: CellsPerDevice,
    /// Which form records take.
    pub form: Form,
}

impl Default for EstateOptions {
    /// 5000 devices of seed 1 as of 2026-01-01, in the default mix, as rows of two cells.
    fn default() -> Self {
        Self {
            devices: 5000,
            seed: 1,
            as_of: AsOf(Validity::date(2026, 1, 1)),
            mix: Mix::default(),
            cells_per_device: CellsPerDevice::default(),
            form: Form::default(),
        }
    }
}

impl EstateOptions {
    /// The truth about a device.
    #[must_use]
    pub fn state_of(&self, index: u64) -> State {
        self.mix.state_of(self.seed, index)
    }

    /// The time that a reader should be told for the hex file of an age; `None` for undated records.
    #[must_use]
    pub fn hex_observed_at(&self, age: Age) -> Option<Timestamp> {
        let (days, _) = age.days();
        let AsOf(as_of) = self.as_of;
        let millis = as_of.unix_millis().saturating_sub_unsigned(days * 86_400_000);
        Timestamp::from_unix_millis(millis).filter(|_| age != Age::Undated)
    }
}

/// An estate that can be asked about any device.
#[derive(Clone, Debug)]
pub struct Estate {
    options: EstateOptions,
    catalogue: Catalogue,
}

impl Estate {
    /// The estate of these options.
    ///
    /// # Errors
    ///
    /// The standard SMKI lacks a party that estates need, which its tests rule out.
    pub fn new(options: EstateOptions) -> Result<Self, PkiError> {
        Ok(Self { options, catalogue: Catalogue::new()? })
    }

    /// What it was made from.
    #[must_use]
    pub const fn options(&self) -> &EstateOptions {
        &self.options
    }

    /// The SMKI that its credentials come from.
    #[must_use]
    pub const fn pki(&self) -> &Pki {
        &self.catalogue.pki
    }

    /// Everything about one device.
    #[must_use]
    pub fn device(&self, index: u64) -> Device {
        let AsOf(as_of) = self.options.as_of;
        Device::new(&self.catalogue, self.options.seed, as_of, self.options.state_of(index), index)
    }

    /// Every device in order.
    pub fn devices(&self) -> impl Iterator<Item = Device> + '_ {
        (0..self.options.devices).map(|index| self.device(index))
    }
}

/// What was written.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Summary {
    /// Rows of `estate.csv`.
    pub estate_rows: u64,
    /// Rows of `cells.csv` or messages.
    pub records: u64,
    /// Rows of `registration.csv`.
    pub registration_rows: u64,
    /// Certificates of devices that sign.
    pub device_certificates: u64,
    states: BTreeMap<State, u64>,
}

impl Summary {
    fn count(&mut self, state: State) {
        *self.states.entry(state).or_default() += 1;
    }

    /// How many devices are in each state that occurs.
    #[must_use]
    pub const fn states(&self) -> &BTreeMap<State, u64> {
        &self.states
    }

    /// How many devices are in a state.
    #[must_use]
    pub fn devices_in(&self, state: State) -> u64 {
        self.states.get(&state).copied().unwrap_or_default()
    }

    /// How many devices of the estate deserve each verdict.
    #[must_use]
    pub fn verdicts(&self) -> BTreeMap<&'static str, u64> {
        let mut verdicts = BTreeMap::new();
        for (state, devices) in &self.states {
            if let Some(verdict) = state.expected_verdict() {
                *verdicts.entry(verdict).or_default() += devices;
            }
        }
        verdicts
    }
}
