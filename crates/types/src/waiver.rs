//! Waivers as files list them.

use crate::{Eui64, Origin, Timestamp};

/// Says that a finding is known and accepted for a time. The finding stays; the waiver stands beside it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WaiverRecord {
    /// Its name, by which rows cite it: `W-2026-014`.
    pub id: String,
    /// Id of the rule whose findings it is for.
    pub rule: String,
    /// Which meters it is for.
    pub selector: WaiverSelector,
    /// Why the finding is accepted.
    pub reason: String,
    /// Who accepted it.
    pub approver: String,
    /// The first instant at which it no longer holds.
    pub expires: Timestamp,
    /// Where it stands.
    pub origin: Origin,
}

/// Which meters a waiver is for: those that fit each list that is not empty. At least one is not.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct WaiverSelector {
    /// Devices.
    pub devices: Vec<Eui64>,
    /// Parties that ought to be in the cells, by id or alias of the directory, by entity identifier, or `unassigned`.
    pub dnos: Vec<String>,
    /// Responsible suppliers.
    pub suppliers: Vec<String>,
    /// Manufacturers.
    pub manufacturers: Vec<String>,
    /// Models.
    pub models: Vec<String>,
    /// Firmware versions.
    pub firmwares: Vec<String>,
    /// Regions.
    pub regions: Vec<String>,
}
