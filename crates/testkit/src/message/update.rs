//! Update Security Credentials: CS02b, and CS02g for load controllers.

use types::{CellId, Credential, RemotePartyRole, Timestamp};

use super::{Style, status, write_cell_id};
use crate::der::{Der, tag};

/// `CredentialsReplacementMode` networkOperatorByNetworkOperator.
pub const BY_NETWORK_OPERATOR: u8 = 3;
/// `CredentialsReplacementMode` anyExceptAbnormalRootByRecovery.
pub const BY_RECOVERY: u8 = 8;
/// Message code of the alert after a future-dated CS02b.
pub const ALERT: u16 = 0x00CB;
/// Message code of the alert after a future-dated CS02g.
pub const LOAD_CONTROLLER_ALERT: u16 = 0x0124;
/// Alert code for a future-dated replacement that was executed.
pub const ALERT_SUCCESS: u16 = 0x8F66;
/// Alert code for a future-dated replacement that failed.
pub const ALERT_FAILURE: u16 = 0x8F67;

/// The message code of commands and responses in a mode: CS02b up to mode 9, CS02g from mode 10.
#[must_use]
pub const fn code(mode: u8) -> u16 {
    match mode {
        0..=9 => 0x0100 + mode as u16,
        _ => 0x011B + mode as u16,
    }
}

/// What a command asks for.
#[derive(Clone, Debug)]
pub struct Command {
    /// `credentialsReplacementMode`.
    pub mode: u8,
    /// The cell whose key authorises it; absent in mode 4.
    pub authorising: Option<CellId>,
    /// The authorising party's sequence number.
    pub sequence: u64,
    /// `newRemotePartyFloorSeqNumber`.
    pub floor: Option<u64>,
    /// Certificates in DER and the cells they are to go into.
    pub replacements: Vec<(Vec<u8>, CellId)>,
    /// Certificates of the path, in DER.
    pub path: Vec<Vec<u8>>,
    /// When it is to be executed, if not at once; the last second of 9999 cancels.
    pub execution: Option<Timestamp>,
}

impl Command {
    /// The payload.
    #[must_use]
    pub fn payload(&self, style: Style) -> Vec<u8> {
        let mut der = Der::new(style.lengths);
        der.sequence(|der| {
            der.sequence(|der| {
                der.integer(u64::from(self.mode));
                if let Some(cell) = self.authorising {
                    write_cell_id(der, 0xA2, cell, style);
                }
                der.tagged_integer(0x83, self.sequence);
                if let Some(floor) = self.floor {
                    der.tagged_integer(0x84, floor);
                }
            });
            der.sequence(|der| {
                for (certificate, cell) in &self.replacements {
                    der.sequence(|der| {
                        der.raw(certificate);
                        write_cell_id(der, tag::SEQUENCE, *cell, style);
                    });
                }
            });
            der.sequence(|der| self.path.iter().for_each(|certificate| der.raw(certificate)));
            if let Some(execution) = self.execution {
                write_generalized_time(der, execution);
            }
        });
        der.finish()
    }
}

/// What became of one cell: `ReplacementOutcome`.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// The cell.
    pub cell: CellId,
    /// The status, see [`status`].
    pub status: u8,
    /// What it held before.
    pub existing: Credential,
    /// What it holds now; on failure devices repeat the existing credential.
    pub replacing: Credential,
}

impl Outcome {
    /// A cell that was replaced.
    #[must_use]
    pub const fn replaced(cell: CellId, existing: Credential, replacing: Credential) -> Self {
        Self { cell, status: status::SUCCESS, existing, replacing }
    }

    /// A cell that stays as it was.
    #[must_use]
    pub const fn failed(cell: CellId, existing: Credential, status: u8) -> Self {
        Self { cell, status, existing, replacing: existing }
    }
}

/// `UpdateSecurityCredentialsExecutionOutcome`.
#[derive(Clone, Debug)]
pub struct Execution {
    /// The authorising party's sequence number.
    pub sequence: u64,
    /// `credentialsReplacementMode`.
    pub mode: u8,
    /// Roles and their new floor sequence numbers.
    pub floors: Vec<(RemotePartyRole, u64)>,
    /// One outcome for each cell.
    pub outcomes: Vec<Outcome>,
}

impl Execution {
    fn write(&self, der: &mut Der, style: Style) {
        der.sequence(|der| {
            der.integer(self.sequence);
            der.integer(u64::from(self.mode));
            der.sequence(|der| {
                for (role, floor) in &self.floors {
                    der.sequence(|der| {
                        der.integer(u64::from(role.0));
                        der.integer(*floor);
                    });
                }
            });
            der.sequence(|der| self.outcomes.iter().for_each(|outcome| outcome.write(der, style)));
        });
    }
}

impl Outcome {
    fn write(&self, der: &mut Der, style: Style) {
        der.sequence(|der| {
            write_cell_id(der, tag::SEQUENCE, self.cell, style);
            der.tagged_integer(tag::ENUMERATED, u64::from(self.status));
            for credential in [self.existing, self.replacing] {
                der.octet_string(&credential.entity.octets());
                der.octet_string(&credential.key.octets());
            }
        });
    }
}

/// The payload of a response; without an execution, the command was future-dated or cancelled.
#[must_use]
pub fn response(execution: Option<&Execution>, style: Style) -> Vec<u8> {
    let mut der = Der::new(style.lengths);
    der.sequence(|der| {
        der.null();
        if let Some(execution) = execution {
            execution.write(der, style);
        }
    });
    der.finish()
}

/// The payload of the alert that reports a future-dated replacement.
#[must_use]
pub fn alert(alert_code: u16, at: Timestamp, execution: &Execution, style: Style) -> Vec<u8> {
    let mut der = Der::new(style.lengths);
    der.sequence(|der| {
        der.integer(u64::from(alert_code));
        write_generalized_time(der, at);
        execution.write(der, style);
    });
    der.finish()
}

fn write_generalized_time(der: &mut Der, at: Timestamp) {
    let text = at.to_string();
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).take(14).chain([b'Z']).collect();
    der.primitive(tag::GENERALIZED_TIME, &digits);
}
