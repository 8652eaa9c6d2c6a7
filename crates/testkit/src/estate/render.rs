//! Records of devices as cell rows, as GBCS messages and as documents.

#[cfg(feature = "forms")]
mod xml;

use types::{CellId, CellUsage, Credential, KeyUsage, RemotePartyRole};

use super::CellsPerDevice;
use super::catalogue::Catalogue;
use super::device::Device;
use super::record::{Answer, Record};
#[cfg(feature = "forms")]
pub(super) use xml::{gbcs_document, mmc_document};

use crate::message::details::{self, Cell, RoleDetails};
use crate::message::update::{self, Execution, Outcome};
use crate::message::{Envelope, Flag, Style, cell, status};
use crate::rows::CellRow;
use crate::text::push_eui;

const SIGNATURE: KeyUsage = KeyUsage::DIGITAL_SIGNATURE;
const AGREEMENT: KeyUsage = KeyUsage::KEY_AGREEMENT;

/// The cells of roles other than the network operator's.
fn other_cells(catalogue: &Catalogue, device: &Device) -> [(CellId, Credential); 8] {
    let supplier = |usage| cell(RemotePartyRole::SUPPLIER, usage);
    let [supplier_signature, supplier_agreement] = device.supplier_cells;
    let [_, broker_agreement] = catalogue.broker;
    let top_up = CellId { cell_usage: CellUsage::PRE_PAYMENT_TOP_UP, ..supplier(AGREEMENT) };
    [
        (cell(RemotePartyRole::ROOT, KeyUsage::KEY_CERT_SIGN), catalogue.root),
        (cell(RemotePartyRole::RECOVERY, SIGNATURE), catalogue.recovery),
        (supplier(SIGNATURE), supplier_signature),
        (supplier(AGREEMENT), supplier_agreement),
        (top_up, device.top_up),
        (cell(RemotePartyRole::ACCESS_CONTROL_BROKER, AGREEMENT), broker_agreement),
        (cell(RemotePartyRole::TRANSITIONAL_COS, SIGNATURE), catalogue.transitional),
        (cell(RemotePartyRole::LOAD_CONTROLLER, SIGNATURE), catalogue.load_controller),
    ]
}

/// Writes the cell rows of a record and says how many there are.
pub(super) fn cell_rows(
    out: &mut Vec<u8>,
    catalogue: &Catalogue,
    device: &Device,
    record: &Record,
    cells: CellsPerDevice,
) -> u64 {
    let mut written = 0;
    let mut row = |cell: CellId, status: &str, credential: Option<Credential>| {
        CellRow { device: device.id, observed_at: record.at, cell, status, credential }.write(out);
        written += 1;
    };
    let operator = [SIGNATURE, AGREEMENT].map(|usage| cell(RemotePartyRole::NETWORK_OPERATOR, usage));
    let held = match record.answer {
        Answer::Cells(held) => held,
        Answer::Replaced { after: held, .. } | Answer::Unchanged { held, .. } => held.map(Some),
        Answer::Status(code) => {
            for cell in operator {
                row(cell, status::name(code).unwrap_or("other"), None);
            }
            [None, None]
        }
        Answer::Garbled => return garbled_rows(out, device, record),
        Answer::OtherRoles => [None, None],
        Answer::Pending => return 0,
    };
    for (cell, credential) in operator.into_iter().zip(held) {
        if credential.is_some() {
            row(cell, "success", credential);
        }
    }
    let others = other_cells(catalogue, device);
    let shown = match (cells, record.answer) {
        (CellsPerDevice::All, _) => others.get(..),
        // Without any row at all, the role would not be unanswered but the device unread.
        (CellsPerDevice::NetworkOperator, Answer::OtherRoles) => others.get(2..4),
        (CellsPerDevice::NetworkOperator, _) => None,
    };
    for (cell, credential) in shown.unwrap_or_default() {
        row(*cell, "success", Some(*credential));
    }
    written
}

/// Rows whose entity has a letter that is no hex digit.
fn garbled_rows(out: &mut Vec<u8>, device: &Device, record: &Record) -> u64 {
    for usage in ["digitalSignature", "keyAgreement"] {
        push_eui(out, device.id);
        out.push(b',');
        if let Some(at) = record.at {
            crate::text::push_time(out, at);
        }
        out.extend_from_slice(b",networkOperator,");
        out.extend_from_slice(usage.as_bytes());
        out.extend_from_slice(b",management,success,90-B3-D5-AA-00-1O-00-00,4A4A4A4A4A4A4A4A\n");
    }
    2
}

/// Commands are numbered by the clock, as deployed systems do.
fn counter(device: &Device, record: &Record) -> u64 {
    record.at.map_or(device.index, |at| u64::try_from(at.unix_millis()).unwrap_or_default())
}

/// The message of a record. A damaged one ends early.
pub(super) fn message(
    catalogue: &Catalogue,
    device: &Device,
    record: &Record,
    cells: CellsPerDevice,
) -> Vec<u8> {
    let clock = counter(device, record);
    let [broker, _] = catalogue.broker;
    let envelope = |code| Envelope::new(Flag::Response, code, clock, device.id, broker.entity);
    let style = if device.index.is_multiple_of(2) { Style::deployed() } else { Style::default() };
    match record.answer {
        Answer::Cells(_) | Answer::Status(_) | Answer::OtherRoles => {
            let code = match cells {
                CellsPerDevice::All => details::CS02F,
                CellsPerDevice::NetworkOperator => details::CS02A,
            };
            envelope(code).maced(&details::response(&roles(catalogue, device, record, cells), style))
        }
        Answer::Garbled => {
            let whole = RoleDetails::network_operator(broker, broker);
            let mut message = envelope(details::CS02A).maced(&details::response(&[whole], style));
            message.truncate(message.len() / 2);
            message
        }
        Answer::Replaced { before, after } => {
            signed(catalogue, device, record, &envelope, Some((before, after, status::SUCCESS)))
        }
        Answer::Unchanged { held, status } => {
            signed(catalogue, device, record, &envelope, Some((held, held, status)))
        }
        Answer::Pending => signed(catalogue, device, record, &envelope, None),
    }
}

fn signed(
    catalogue: &Catalogue,
    device: &Device,
    record: &Record,
    envelope: &impl Fn(u16) -> Envelope,
    outcome: Option<([Credential; 2], [Credential; 2], u8)>,
) -> Vec<u8> {
    let mode = update::BY_NETWORK_OPERATOR;
    let mut envelope = envelope(update::code(mode));
    envelope.time = record.at;
    let execution = outcome.map(|(before, after, status)| Execution {
        sequence: envelope.counter,
        mode,
        floors: vec![(RemotePartyRole::NETWORK_OPERATOR, 0)],
        outcomes: [SIGNATURE, AGREEMENT]
            .into_iter()
            .zip(before.into_iter().zip(after))
            .map(|(usage, (existing, replacing))| {
                let cell = cell(RemotePartyRole::NETWORK_OPERATOR, usage);
                Outcome { cell, status, existing, replacing }
            })
            .collect(),
    });
    let payload = update::response(execution.as_ref(), Style::deployed());
    let certificate = catalogue.pki.device(device.id, SIGNATURE);
    envelope.signed(&payload, certificate.key())
}

fn roles(catalogue: &Catalogue, device: &Device, record: &Record, cells: CellsPerDevice) -> Vec<RoleDetails> {
    let operator = match record.answer {
        Answer::Status(status) => {
            Some(RoleDetails::Failed { role: RemotePartyRole::NETWORK_OPERATOR, status })
        }
        Answer::Cells(held) => {
            let cells = [SIGNATURE, AGREEMENT].into_iter().zip(held);
            let cells = cells.filter_map(|(usage, held)| Some(Cell::management(usage, held?)));
            Some(held_by(RemotePartyRole::NETWORK_OPERATOR, cells.collect()))
        }
        _ => None,
    };
    let mut roles = Vec::new();
    if cells == CellsPerDevice::All || operator.is_none() {
        let others = other_cells(catalogue, device);
        for group in others.chunk_by(|(one, _), (next, _)| one.role == next.role) {
            let Some((id, _)) = group.first() else { continue };
            if cells == CellsPerDevice::NetworkOperator && id.role != RemotePartyRole::SUPPLIER {
                continue;
            }
            let contents = group.iter().map(|(cell, credential)| Cell {
                key_usage: cell.key_usage,
                cell_usage: cell.cell_usage,
                credential: *credential,
            });
            roles.push(held_by(id.role, contents.collect()));
        }
    }
    // Behind the supplier's, as published answers have it.
    let place = roles.len().min(3);
    if let Some(operator) = operator {
        roles.insert(place, operator);
    }
    roles
}

const fn held_by(role: RemotePartyRole, cells: Vec<Cell>) -> RoleDetails {
    RoleDetails::Held { role, sequence: 1, cells }
}
