//! Records from which nothing follows for a cell.

use super::{
    AGREEMENT, CORRECT, Case, Cell, CellRow, EstateRow, Fail, KeyUsage, NOT_KNOWN, NotApplicable,
    OUT_OF_SCOPE, Parties, Pass, PkiError, RemotePartyRole, SIGNATURE, Timestamp, at, before, both, replaced,
    supplier_cells, supplier_row, under, unknown_key,
};
use crate::pki::{Defect, STRANGER};

pub(super) fn cases(parties: &Parties<'_>) -> Result<Vec<Case>, PkiError> {
    Ok(vec![
        device_unread(parties),
        cell_not_observed(parties),
        record_unusable(parties),
        role_not_answered(parties),
        device_could_not_answer(parties),
        cell_usage_unclear(parties),
        intent_only(parties)?,
        update_without_outcome(parties),
        undated_records_disagree(parties),
        equal_records_disagree(parties),
        key_not_in_store(parties),
        certificate_path_broken(parties),
        entity_not_attributable(parties),
    ])
}

fn device_unread(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "device-unread",
        "Of a meter of the estate no record up to the instant of the audit tells of the network operator's cells. It is \
         counted, never guessed.",
    );
    case.esme(Fail, NOT_KNOWN, "no record");
    let later = case.esme(Fail, NOT_KNOWN, "the only record is of the day after the instant of the audit");
    case.read_at(later, Timestamp::from_calendar(2026, 1, 2, 0, 0, 0), parties.lond);
    let other = case.esme(Fail, NOT_KNOWN, "the only row is about a cell of the supplier");
    case.cell_row(&supplier_row(parties, other));
    case.sound(parties);
    case.gas_meter();
    case
}

fn cell_not_observed(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "cell-not-observed",
        "Rows tell of one cell each. Of a cell without a row nothing is known: it was not read, or is not there.",
    );
    let [signature, _] = parties.lond;
    let half = case.esme(Fail, NOT_KNOWN, "a row for the signature cell alone");
    case.cell_row(&CellRow::network_operator(half, at(), SIGNATURE, signature));
    case.sound(parties);
    case.esme(Pass, NOT_KNOWN, "no record at all, which is another rule's");
    case.gas_meter();
    case
}

fn record_unusable(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "record-unusable",
        "Every record about the cell is in the quarantine. A usable record beside it is enough; one that names no device \
         is counted and is about nobody.",
    );
    let garbled = |it: types::Eui64, usage: &str| {
        format!(
            "{it},2025-11-03T09:15:00Z,networkOperator,{usage},management,success,\
             90-B3-D5-AA-00-1O-00-00,4A4A4A4A4A4A4A4A"
        )
    };
    let bad = case.esme(Fail, NOT_KNOWN, "both rows have a letter in the entity that is no hex digit");
    for usage in ["digitalSignature", "keyAgreement"] {
        case.cell_text(&garbled(bad, usage));
    }
    let both = case.esme(Pass, CORRECT, "such a row, and good rows beside it");
    case.cell_text(&garbled(both, "keyAgreement"));
    case.read(both, parties.lond);
    let gone = case.device(NotApplicable, OUT_OF_SCOPE, "such a row of a decommissioned device", |row| {
        EstateRow { status: "Decommissioned", ..row }
    });
    case.cell_text(&garbled(gone, "keyAgreement"));
    case.cell_text(",2025-11-03T09:15:00Z,networkOperator,keyAgreement,management,success,,");
    case
}

fn role_not_answered(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "role-not-answered",
        "An answer that does not cover the role says nothing about it: it may not have been asked.",
    );
    let other = case.esme(Fail, NOT_KNOWN, "the answer covers the supplier only");
    case.answer_roles(parties, other, at(), &[supplier_cells(parties)]);
    let covered = case.esme(Pass, CORRECT, "the answer covers supplier and network operator");
    case.answer_roles(parties, covered, at(), &[supplier_cells(parties), both(parties.lond)]);
    let earlier = case.esme(Pass, CORRECT, "an earlier answer covers the role");
    case.answer_roles(parties, earlier, at(), &[supplier_cells(parties)]);
    case.answer_roles(parties, earlier, before(), &[both(parties.lond)]);
    let gas = case.gas_meter();
    case.answer_roles(parties, gas, at(), &[supplier_cells(parties)]);
    case
}

fn device_could_not_answer(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "device-could-not-answer",
        "resourcesBusy, other and the like are no answer. They do not undo an earlier one.",
    );
    for (status, shows) in [("resourcesBusy", "status 30 for the role"), ("other", "status 127 for the role")]
    {
        let it = case.esme(Fail, NOT_KNOWN, shows);
        case.status(it, at(), status);
    }
    let earlier = case.esme(Pass, CORRECT, "the device could not answer, but it did a month before");
    case.status(earlier, at(), "resourcesBusy");
    case.read_at(earlier, before(), parties.lond);
    let gas = case.gas_meter();
    case.status(gas, at(), "resourcesBusy");
    case
}

fn cell_usage_unclear(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "cell-usage-unclear",
        "One cell of the answer claims both key usages, so nobody can tell which of the two it is.",
    );
    let [signature, agreement] = parties.lond;
    let two: KeyUsage = SIGNATURE.with(AGREEMENT);
    let unclear = case.esme(Fail, NOT_KNOWN, "one cell, for digitalSignature and keyAgreement at once");
    case.answer(parties, unclear, at(), &[Cell::management(two, signature)]);
    let clear = case.esme(Pass, CORRECT, "one cell for each");
    let cells = [Cell::management(SIGNATURE, signature), Cell::management(AGREEMENT, agreement)];
    case.answer(parties, clear, at(), &cells);
    let gas = case.gas_meter();
    case.answer(parties, gas, at(), &[Cell::management(two, signature)]);
    case
}

fn intent_only(parties: &Parties<'_>) -> Result<Case, PkiError> {
    let mut case = Case::new(
        "intent-only",
        "A command tells what somebody wants to place. What the cell holds is told by the device alone.",
    );
    let [signature, agreement] = parties.certificates("LOND")?;
    let certificates = [(signature, SIGNATURE), (agreement, AGREEMENT)];
    let only = case.esme(Fail, NOT_KNOWN, "a command with LOND's certificates, and no record beside it");
    case.command(parties, only, &certificates);
    let read = case.esme(Pass, CORRECT, "the same command, and what was read a month before");
    case.command(parties, read, &certificates);
    case.read_at(read, before(), parties.lond);
    let gas = case.gas_meter();
    case.command(parties, gas, &certificates);
    Ok(case)
}

fn update_without_outcome(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "update-without-outcome",
        "A response without an outcome was given to a future-dated or cancelled command and proves nothing.",
    );
    let pending = case.esme(Fail, NOT_KNOWN, "a response without an outcome");
    case.update(parties, pending, None);
    let done = case.esme(Pass, CORRECT, "a response whose outcome is that both cells were replaced");
    case.update(parties, done, Some(replaced(parties.broker, parties.lond)));
    let gas = case.gas_meter();
    case.update(parties, gas, None);
    for it in [pending, done, gas] {
        case.certify_device(parties, it);
    }
    case
}

fn undated_records_disagree(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "undated-records-disagree",
        "Two records without a time contradict each other. Either may be the newer, so neither counts.",
    );
    let unsure = case.esme(Fail, NOT_KNOWN, "undated: once the placeholder, once LOND");
    case.read_at(unsure, None, parties.broker);
    case.read_at(unsure, None, parties.lond);
    let sure = case.esme(Pass, CORRECT, "undated: LOND twice");
    case.read_at(sure, None, parties.lond);
    case.read_at(sure, None, parties.lond);
    let dated = case.esme(Pass, CORRECT, "the same contradiction, but a dated record says LOND");
    case.read_at(dated, None, parties.broker);
    case.read_at(dated, None, parties.lond);
    case.read(dated, parties.lond);
    let gas = case.gas_meter();
    case.read_at(gas, None, parties.broker);
    case.read_at(gas, None, parties.lond);
    case
}

fn equal_records_disagree(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "equal-records-disagree",
        "Two records of one instant, source and grade contradict each other. Nothing tells which is right, so neither \
         counts.",
    );
    let unsure = case.esme(Fail, NOT_KNOWN, "rows of one instant: the placeholder, and LOND");
    case.read(unsure, parties.broker);
    case.read(unsure, parties.lond);
    let older = case.esme(Fail, NOT_KNOWN, "the same, and an older record that says LOND");
    case.read(older, parties.broker);
    case.read(older, parties.lond);
    case.read_at(older, before(), parties.lond);
    let better =
        case.esme(Pass, CORRECT, "of one instant: a row says the placeholder, the device's answer LOND");
    case.read(better, parties.broker);
    case.answer_roles(parties, better, at(), &[both(parties.lond)]);
    case.sound(parties);
    let gas = case.gas_meter();
    case.read(gas, parties.broker);
    case.read(gas, parties.lond);
    case
}

fn key_not_in_store(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "key-not-in-store",
        "The expected operator's entity, with a key that none of the given certificates has. The certificates may be \
         incomplete, so nothing is concluded.",
    );
    let unknown = case.esme(Fail, NOT_KNOWN, "both keys are in no certificate");
    case.read(unknown, parties.lond.map(unknown_key));
    case.sound(parties);
    let other = case.esme(Pass, super::WRONG, "another operator's entity, whatever its key");
    case.read(other, parties.yelg.map(unknown_key));
    case.unread();
    case
}

fn certificate_path_broken(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "certificate-path-broken",
        "A certificate whose path does not lead to the trust anchor by signature identifies nobody.",
    );
    let role = RemotePartyRole::NETWORK_OPERATOR;
    let spec =
        parties.smki.organisation_spec("LOND forged signature", parties.lond_entity(), role, SIGNATURE);
    let forged = Defect::ForeignSignature.issue(spec, parties.smki.issuing());
    let [_, agreement] = parties.lond;
    let broken = case.esme(Fail, NOT_KNOWN, "the only certificate with the signature cell's key is forged");
    case.read(broken, [forged.credential(), agreement]);
    case.certify([&forged]);
    case.sound(parties);
    case.unread();
    case
}

fn entity_not_attributable(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "entity-not-attributable",
        "An entity that no list names may be the expected operator's where the list of its entities is not complete.",
    );
    let open = case.esme_of(29, Fail, NOT_KNOWN, "an entity of no list where HARL is expected");
    case.read(open, under(STRANGER, parties.harl));
    let own = case.esme_of(29, Pass, CORRECT, "the entity that is listed for HARL");
    case.read(own, parties.harl);
    let complete = case.esme(Pass, super::WRONG, "an entity of no list where LOND's list is complete");
    case.read(complete, under(STRANGER, parties.lond));
    case.unread();
    case
}
