//! Provide Security Credential Details: CS02a, and CS02f which knows load controllers too.

use types::{CellId, CellUsage, Credential, KeyUsage, RemotePartyRole};

use super::{Style, status, write_cell_id, write_cell_usage};
use crate::der::{Der, tag};

/// Message code of CS02a.
pub const CS02A: u16 = 0x0008;
/// Message code of CS02f.
pub const CS02F: u16 = 0x011B;

/// One cell of an answer: `TrustAnchorCellContents`.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// What its key may do.
    pub key_usage: KeyUsage,
    /// What it serves.
    pub cell_usage: CellUsage,
    /// What it holds.
    pub credential: Credential,
}

impl Cell {
    /// A management cell.
    #[must_use]
    pub const fn management(key_usage: KeyUsage, credential: Credential) -> Self {
        Self { key_usage, cell_usage: CellUsage::MANAGEMENT, credential }
    }

    /// A key agreement cell for prepayment top-up.
    #[must_use]
    pub const fn top_up(credential: Credential) -> Self {
        Self { key_usage: KeyUsage::KEY_AGREEMENT, cell_usage: CellUsage::PRE_PAYMENT_TOP_UP, credential }
    }
}

/// The answer for one role: `RemotePartyDetails`.
#[derive(Clone, Debug)]
pub enum RoleDetails {
    /// The device holds cells for the role.
    Held {
        /// The role.
        role: RemotePartyRole,
        /// `currentSeqNumber`.
        sequence: u64,
        /// The cells.
        cells: Vec<Cell>,
    },
    /// It could not answer, or has no such cells.
    Failed {
        /// The role.
        role: RemotePartyRole,
        /// The status, see [`status`].
        status: u8,
    },
}

impl RoleDetails {
    /// The network operator's two cells.
    #[must_use]
    pub fn network_operator(signature: Credential, agreement: Credential) -> Self {
        Self::Held {
            role: RemotePartyRole::NETWORK_OPERATOR,
            sequence: 1,
            cells: vec![
                Cell::management(KeyUsage::DIGITAL_SIGNATURE, signature),
                Cell::management(KeyUsage::KEY_AGREEMENT, agreement),
            ],
        }
    }

    fn write(&self, der: &mut Der, style: Style) {
        der.sequence(|der| match self {
            Self::Failed { role, status } => {
                der.integer(u64::from(role.0));
                der.tagged_integer(tag::ENUMERATED, u64::from(*status));
            }
            Self::Held { role, sequence, cells } => {
                der.integer(u64::from(role.0));
                der.tagged_integer(tag::ENUMERATED, u64::from(status::SUCCESS));
                der.integer(*sequence);
                der.sequence(|der| cells.iter().for_each(|cell| cell.write(der, style)));
            }
        });
    }
}

impl Cell {
    fn write(&self, der: &mut Der, style: Style) {
        der.sequence(|der| {
            der.key_usage(self.key_usage);
            write_cell_usage(der, self.cell_usage, style);
            der.octet_string(&self.credential.entity.octets());
            der.octet_string(&self.credential.key.octets());
        });
    }
}

/// The payload of a response.
#[must_use]
pub fn response(roles: &[RoleDetails], style: Style) -> Vec<u8> {
    let mut der = Der::new(style.lengths);
    der.sequence(|der| roles.iter().for_each(|role| role.write(der, style)));
    der.finish()
}

/// The payload of a command: the cell whose key authorises it, and the roles it asks for.
#[must_use]
pub fn command(authorising: CellId, roles: &[RemotePartyRole], style: Style) -> Vec<u8> {
    let mut der = Der::new(style.lengths);
    der.sequence(|der| {
        write_cell_id(der, tag::SEQUENCE, authorising, style);
        der.sequence(|der| roles.iter().for_each(|role| der.integer(u64::from(role.0))));
    });
    der.finish()
}
