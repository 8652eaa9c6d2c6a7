//! Cells in which the expected operator is absent.

use types::Credential;

use super::{
    CORRECT, Case, CellRow, EstateRow, Fail, MISSING, NOT_KNOWN, NotEvaluated, Parties, Pass, SIGNATURE, at,
};
use crate::message::details::Cell;

pub(super) fn cases(parties: &Parties<'_>) -> Vec<Case> {
    vec![
        placeholder_in_cell(parties),
        trust_anchor_not_found(parties),
        cell_absent(parties),
        cell_empty(parties),
    ]
}

fn placeholder_in_cell(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "placeholder-in-cell",
        "The cell still holds the Access Control Broker: nobody handed it over to the operator.",
    );
    let both = case.esme(Fail, MISSING, "both cells hold the Access Control Broker");
    case.read(both, parties.broker);
    let ([own, _], [broker_signature, broker_agreement]) = (parties.lond, parties.broker);
    let split = case.esme(Fail, MISSING, "the agreement cell alone does");
    case.read(split, [own, broker_agreement]);
    let half = case.esme(Fail, MISSING, "the signature cell does, and nothing was read of the other");
    case.cell_row(&CellRow::network_operator(half, at(), SIGNATURE, broker_signature));
    case.sound(parties);
    case.unread();
    let shows = "both do, but without an MPAN it is not known whether anybody is expected";
    let unknown = case.device(NotEvaluated, NOT_KNOWN, shows, |row| EstateRow { mpan: None, ..row });
    case.read(unknown, parties.broker);
    case
}

fn trust_anchor_not_found(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "trust-anchor-not-found",
        "The device answers that it has no trust anchor for the role, which is right for a gas meter and a fault of an \
         ESME.",
    );
    for (status, shows) in
        [("trustAnchorNotFound", "status 25 for the role"), ("noTrustAnchor", "status 10 for the role")]
    {
        let it = case.esme(Fail, MISSING, shows);
        case.status(it, at(), status);
    }
    case.sound(parties);
    let busy = case.esme(NotEvaluated, NOT_KNOWN, "status 30: the device could not answer");
    case.status(busy, at(), "resourcesBusy");
    case
}

fn cell_absent(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "cell-absent",
        "A success answer for the role lacks a cell. A message tells so, because it is the whole answer; a row for one \
         cell tells nothing of the other.",
    );
    let [signature, agreement] = parties.lond;
    let absent = case.esme(Fail, MISSING, "the answer for the role holds the signature cell alone");
    case.answer(parties, absent, at(), &[Cell::management(SIGNATURE, signature)]);
    let none = case.esme(Fail, MISSING, "the answer for the role holds no cell");
    case.answer(parties, none, at(), &[]);
    let whole = case.esme(Pass, CORRECT, "the answer holds both cells");
    let cells = [Cell::management(SIGNATURE, signature), Cell::management(super::AGREEMENT, agreement)];
    case.answer(parties, whole, at(), &cells);
    let row = case.esme(NotEvaluated, NOT_KNOWN, "a row for the signature cell alone");
    case.cell_row(&CellRow::network_operator(row, at(), SIGNATURE, signature));
    case
}

fn cell_empty(parties: &Parties<'_>) -> Case {
    let mut case = Case::new("cell-empty", "The cell reports zeros in the place of entity and key.");
    let [signature, _] = parties.lond;
    let empty = case.esme(Fail, MISSING, "the agreement cell reports zeros");
    case.read(empty, [signature, Credential::default()]);
    case.sound(parties);
    case.unread();
    case
}
