//! GBCS messages that carry the state of trust anchor cells, written octet for octet as deployed encoders write them.
//!
//! [`Envelope`] frames a payload: with a MAC, signed, or both. [`details`] is Provide Security Credential Details
//! (CS02a, CS02f), [`update`] Update Security Credentials (CS02b, CS02g) with its response and alert, and
//! [`device_certificate`] a message that is about something else (CS02d).
//!
//! MACs are octets from a hash: nobody without the keys of both ends can tell them from right ones. Signatures are
//! real.

pub mod details;
pub mod device_certificate;
mod envelope;
pub mod update;

pub use envelope::{Envelope, Flag};

use types::{CellId, CellUsage, KeyUsage, RemotePartyRole};

use crate::der::{Der, Lengths};

/// What an encoder makes of the freedom that decoders must tolerate.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Style {
    /// How lengths of constructed elements are written.
    pub lengths: Lengths,
    /// Whether the default cell usage stands in the encoding.
    pub default_cell_usage: DefaultCellUsage,
}

impl Style {
    /// As published messages are: long lengths in two octets, defaults left out.
    #[must_use]
    pub const fn deployed() -> Self {
        Self { lengths: Lengths::TwoOctets, default_cell_usage: DefaultCellUsage::Omitted }
    }
}

/// What becomes of `cellUsage` when it is the default, management.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum DefaultCellUsage {
    /// Left out, as DER asks.
    #[default]
    Omitted,
    /// Written although DER forbids it.
    Explicit,
}

/// GBCS `StatusCode`.
pub mod status {
    /// success.
    pub const SUCCESS: u8 = 0;
    /// badCertificate.
    pub const BAD_CERTIFICATE: u8 = 5;
    /// noTrustAnchor.
    pub const NO_TRUST_ANCHOR: u8 = 10;
    /// insufficientMemory.
    pub const INSUFFICIENT_MEMORY: u8 = 17;
    /// trustAnchorNotFound.
    pub const TRUST_ANCHOR_NOT_FOUND: u8 = 25;
    /// resourcesBusy.
    pub const RESOURCES_BUSY: u8 = 30;
    /// other.
    pub const OTHER: u8 = 127;

    /// The GBCS name of a code.
    #[must_use]
    pub const fn name(code: u8) -> Option<&'static str> {
        match code {
            SUCCESS => Some("success"),
            BAD_CERTIFICATE => Some("badCertificate"),
            NO_TRUST_ANCHOR => Some("noTrustAnchor"),
            INSUFFICIENT_MEMORY => Some("insufficientMemory"),
            TRUST_ANCHOR_NOT_FOUND => Some("trustAnchorNotFound"),
            RESOURCES_BUSY => Some("resourcesBusy"),
            OTHER => Some("other"),
            _ => None,
        }
    }
}

/// A management cell of a role.
#[must_use]
pub const fn cell(role: RemotePartyRole, key_usage: KeyUsage) -> CellId {
    CellId { role, key_usage, cell_usage: CellUsage::MANAGEMENT }
}

fn write_cell_usage(der: &mut Der, usage: CellUsage, style: Style) {
    if usage != CellUsage::MANAGEMENT || style.default_cell_usage == DefaultCellUsage::Explicit {
        der.integer(u64::from(usage.0));
    }
}

/// The content of a `TrustAnchorCellIdentifier`, under the tag that its place asks for.
fn write_cell_id(der: &mut Der, tag: u8, cell: CellId, style: Style) {
    der.nest(tag, |der| {
        der.integer(u64::from(cell.role.0));
        der.key_usage(cell.key_usage);
        write_cell_usage(der, cell.cell_usage, style);
    });
}
