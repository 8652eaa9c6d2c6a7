//! Estate and registration data that do not tell who is expected.

use super::{
    CORRECT, Case, EstateRow, Fail, NOT_KNOWN, NotApplicable, NotEvaluated, Parties, Pass, false_mpan, mpan,
};

pub(super) fn cases(parties: &Parties<'_>) -> Vec<Case> {
    vec![
        mpan_absent(parties),
        mpan_invalid(parties),
        distributor_unknown(parties),
        operator_unknown(parties),
        registration_rows_disagree(parties),
        estate_rows_disagree(parties),
    ]
}

fn mpan_absent(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "mpan-absent",
        "Without an MPAN and without a named operator nobody can tell who is expected.",
    );
    let none =
        case.device(Fail, NOT_KNOWN, "neither MPAN nor operator", |row| EstateRow { mpan: None, ..row });
    case.read(none, parties.lond);
    case.sound(parties);
    let named = case.device(Pass, CORRECT, "no MPAN, but the row names LOND", |row| EstateRow {
        mpan: None,
        network_operator: "LOND",
        ..row
    });
    case.read(named, parties.lond);
    case.gas_meter();
    case
}

fn mpan_invalid(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "mpan-invalid",
        "An MPAN that fails its check digit, or whose digits a spreadsheet has lost, is never mended by guessing.",
    );
    let check = case.device(Fail, NOT_KNOWN, "the check digit fails", |row| EstateRow {
        mpan: Some(false_mpan(12, 1)),
        ..row
    });
    case.read(check, parties.lond);
    let lost = case.esme(Fail, NOT_KNOWN, "the digits are lost to an exponent");
    case.rewrite_estate(&mpan(12, 2).to_string(), "1.2E+12");
    case.read(lost, parties.lond);
    case.sound(parties);
    let none = case.device(NotApplicable, NOT_KNOWN, "no MPAN", |row| EstateRow { mpan: None, ..row });
    case.read(none, parties.lond);
    let named = case.device(NotApplicable, CORRECT, "the check digit fails, but the row names LOND", |row| {
        EstateRow { mpan: Some(false_mpan(12, 5)), network_operator: "LOND", ..row }
    });
    case.read(named, parties.lond);
    case
}

fn distributor_unknown(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "distributor-unknown",
        "The first two digits of the MPAN are nobody's in the directory at the instant of the audit.",
    );
    let nobody = case.esme_of(99, Fail, NOT_KNOWN, "the MPAN begins with 99");
    case.read(nobody, parties.lond);
    case.sound(parties);
    let none = case.device(NotEvaluated, NOT_KNOWN, "no MPAN", |row| EstateRow { mpan: None, ..row });
    case.read(none, parties.lond);
    let named =
        case.device(NotApplicable, CORRECT, "the MPAN begins with 99, but the row names LOND", |row| {
            EstateRow { mpan: Some(mpan(99, 4)), network_operator: "LOND", ..row }
        });
    case.read(named, parties.lond);
    case
}

fn operator_unknown(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "operator-unknown",
        "The data name an operator that the directory does not know. The MPAN does not stand in for it.",
    );
    let nobody = case.device(Fail, NOT_KNOWN, "the row names NOBODY", |row| EstateRow {
        network_operator: "NOBODY",
        ..row
    });
    case.read(nobody, parties.lond);
    for (name, shows) in [("LOND", "the row names LOND"), ("12", "the row names LOND by its distributor id")]
    {
        let it = case.device(Pass, CORRECT, shows, |row| EstateRow { network_operator: name, ..row });
        case.read(it, parties.lond);
    }
    let none = case.esme(NotApplicable, CORRECT, "nobody is named, the MPAN tells");
    case.read(none, parties.lond);
    case
}

fn registration_rows_disagree(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "registration-rows-disagree",
        "Two registration rows of one metering point name different operators, and nothing tells which is right.",
    );
    let unsure = case.esme(Fail, NOT_KNOWN, "one row names LOND, one EELC");
    case.read(unsure, parties.lond);
    case.registered(mpan(12, 1), "LOND");
    case.registered(mpan(12, 1), "EELC");
    let sure = case.esme(Pass, CORRECT, "one row names LOND, one its distributor id, one nobody");
    case.read(sure, parties.lond);
    for name in ["LOND", "12", ""] {
        case.registered(mpan(12, 2), name);
    }
    let none = case.esme(NotApplicable, CORRECT, "no registration data");
    case.read(none, parties.lond);
    case.registered(mpan(12, 77), "LOND");
    case
}

fn estate_rows_disagree(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "estate-rows-disagree",
        "Rows of one device contradict each other on who is responsible, or on whether it is judged at all.",
    );
    let operators = case.esme(Fail, NOT_KNOWN, "one row has an MPAN of LOND, one of EELC");
    case.row_again(operators, |row| EstateRow { mpan: Some(mpan(10, 1)), ..row });
    case.read(operators, parties.lond);
    let statuses = case.esme(Fail, NOT_KNOWN, "one row says commissioned, one decommissioned");
    case.row_again(statuses, |row| EstateRow { status: "Decommissioned", ..row });
    case.read(statuses, parties.lond);
    let equal = case.esme(Pass, CORRECT, "two rows that differ in the firmware alone");
    case.row_again(equal, |row| EstateRow { firmware: "1", ..row });
    case.read(equal, parties.lond);
    let silent = case.esme(Pass, CORRECT, "two rows, of which one does not tell the status");
    case.row_again(silent, |row| EstateRow { status: "", ..row });
    case.read(silent, parties.lond);
    let one = case.esme(NotApplicable, CORRECT, "one row");
    case.read(one, parties.lond);
    case
}
