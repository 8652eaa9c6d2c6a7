//! Records of devices as DUIS and MMC documents.

use types::{CellId, Credential, RemotePartyRole};

use super::{AGREEMENT, SIGNATURE, counter, other_cells};
use crate::estate::CellsPerDevice;
use crate::estate::catalogue::{Catalogue, Pair};
use crate::estate::device::Device;
use crate::estate::record::{Answer, Record};
use crate::forms::duis::{self, Id, Service};
use crate::forms::mmc::{Details, Execution, Header, Outcome, Status};
use crate::forms::xml::Element;
use crate::message::{cell, details, status, update};

const fn service(answer: &Answer) -> Service {
    match answer {
        Answer::Replaced { .. } | Answer::Unchanged { .. } | Answer::Pending => Service::HAND_OVER,
        Answer::Cells(_) | Answer::Status(_) | Answer::OtherRoles | Answer::Garbled => {
            Service::RETRIEVE_CREDENTIALS
        }
    }
}

/// The DUIS response with the message of a record.
pub(in crate::estate) fn gbcs_document(device: &Device, record: &Record, gbcs: &[u8]) -> Element {
    let originator = device.operator.entity();
    let request = Id { originator, target: device.id, counter: counter(device, record) };
    duis::Header::answer(request, record.at).payload(service(&record.answer), gbcs)
}

/// What an adapter makes of the message of a record.
pub(in crate::estate) fn mmc_document(
    catalogue: &Catalogue,
    device: &Device,
    record: &Record,
    cells: CellsPerDevice,
) -> Element {
    let [broker, _] = catalogue.broker;
    let counter = counter(device, record);
    let code = match (&record.answer, cells) {
        (Answer::Replaced { .. } | Answer::Unchanged { .. } | Answer::Pending, _) => {
            update::code(update::BY_NETWORK_OPERATOR)
        }
        (_, CellsPerDevice::All) => details::CS02F,
        (_, CellsPerDevice::NetworkOperator) => details::CS02A,
    };
    let header = Header {
        supplementary: Some((device.operator.entity(), counter)),
        ..Header::new(device.id, broker.entity, counter, code, service(&record.answer)).at(record.at)
    };
    let replaced = |before: Pair, after: Pair, status| {
        let outcomes = operator_cells().into_iter().zip(before.into_iter().zip(after));
        let outcomes = outcomes.map(|(cell, (old, new))| Outcome::of(cell, Status::of(status), old, new));
        header.update(Some(&Execution::by_network_operator(counter, outcomes.collect())))
    };
    match record.answer {
        Answer::Replaced { before, after } => replaced(before, after, status::SUCCESS),
        Answer::Unchanged { held, status } => replaced(held, held, status),
        Answer::Pending => header.update(None),
        Answer::Cells(_) | Answer::Status(_) | Answer::OtherRoles | Answer::Garbled => {
            header.credentials(&answers(catalogue, device, record, cells))
        }
    }
}

fn operator_cells() -> [CellId; 2] {
    [SIGNATURE, AGREEMENT].map(|usage| cell(RemotePartyRole::NETWORK_OPERATOR, usage))
}

fn answers(catalogue: &Catalogue, device: &Device, record: &Record, cells: CellsPerDevice) -> Vec<Details> {
    let held = |held: [Option<Credential>; 2]| {
        let held = operator_cells().into_iter().zip(held);
        held.filter_map(|(cell, credential)| Some(Details::held(cell, credential?))).collect()
    };
    let mut answers: Vec<Details> = match record.answer {
        Answer::Cells(cells) => held(cells),
        Answer::Status(code) => {
            vec![Details::failed(RemotePartyRole::NETWORK_OPERATOR, Status::of(code))]
        }
        Answer::Garbled => {
            // The entity has a letter that is no hex digit.
            let entity = Some("90-B3-D5-AA-00-1O-00-00".to_owned());
            let garbled = |details| Details { entity: entity.clone(), ..details };
            held(catalogue.broker.map(Some)).into_iter().map(garbled).collect()
        }
        _ => Vec::new(),
    };
    let others = other_cells(catalogue, device);
    let shown = match (cells, record.answer) {
        (CellsPerDevice::All, _) => others.get(..),
        (CellsPerDevice::NetworkOperator, Answer::OtherRoles) => others.get(2..5),
        (CellsPerDevice::NetworkOperator, _) => None,
    };
    let shown = shown.unwrap_or_default().iter();
    answers.extend(shown.map(|(cell, credential)| Details::held(*cell, *credential)));
    answers
}
