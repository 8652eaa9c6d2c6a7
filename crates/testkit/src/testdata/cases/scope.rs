//! Devices that the audit does not judge.

use super::{
    CORRECT, Case, EstateRow, Fail, NOT_KNOWN, NotApplicable, NotEvaluated, OUT_OF_SCOPE, Parties, Pass,
};

pub(super) fn cases(parties: &Parties<'_>) -> Vec<Case> {
    vec![
        not_an_esme(parties),
        smets1_device(parties),
        device_gone(parties),
        not_commissioned(parties),
        no_operator_expected(parties),
    ]
}

fn not_an_esme(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "not-an-esme",
        "The audit judges electricity meters and controllers. Devices of other types have no network operator cells \
         of electricity, and what they answer is right for them.",
    );
    let gas = case.device(Fail, OUT_OF_SCOPE, "a gas meter, with status 25 for the role", |row| EstateRow {
        device_type: "GSME",
        mpan: None,
        ..row
    });
    case.status(gas, super::at(), "trustAnchorNotFound");
    let hub = case.device(Fail, OUT_OF_SCOPE, "a communications hub function that is withdrawn too", |row| {
        EstateRow { device_type: "CHF", status: "Withdrawn", mpan: None, ..row }
    });
    case.read(hub, parties.broker);
    case.sound(parties);
    let controller = case.device(Pass, CORRECT, "a controller (SAPC), which has the same two cells", |row| {
        EstateRow { device_type: "SAPC", ..row }
    });
    case.read(controller, parties.lond);
    let untold = case.device(NotEvaluated, CORRECT, "the estate does not tell the type", |row| EstateRow {
        device_type: "",
        ..row
    });
    case.read(untold, parties.lond);
    case
}

fn smets1_device(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "smets1-device",
        "SMETS1 meters have no trust anchor cells of their own and are never missing a certificate.",
    );
    case.device(Fail, OUT_OF_SCOPE, "SMETS1, without a record", |row| EstateRow { smets: "SMETS1", ..row });
    case.sound(parties);
    let untold = case.device(NotEvaluated, CORRECT, "the estate does not tell the generation", |row| {
        EstateRow { smets: "", ..row }
    });
    case.read(untold, parties.lond);
    case
}

fn device_gone(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "device-gone",
        "What stands in the cells of a device that has left the network matters to nobody.",
    );
    for (status, shows) in
        [("Decommissioned", "decommissioned, placeholder in place"), ("Withdrawn", "withdrawn")]
    {
        let gone = case.device(Fail, OUT_OF_SCOPE, shows, |row| EstateRow { status, ..row });
        case.read(gone, parties.broker);
    }
    case.sound(parties);
    let suspended = case.device(Pass, CORRECT, "suspended, which is still on the network", |row| EstateRow {
        status: "Suspended",
        ..row
    });
    case.read(suspended, parties.lond);
    let untold = case.device(NotEvaluated, CORRECT, "the estate does not tell the status", |row| EstateRow {
        status: "",
        ..row
    });
    case.read(untold, parties.lond);
    case
}

fn not_commissioned(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "not-commissioned",
        "Until a device is commissioned, the placeholder in its cells is normal and nobody is late.",
    );
    let shows = "installed, not commissioned, placeholder in place";
    let installed =
        case.device(Fail, OUT_OF_SCOPE, shows, |row| EstateRow { status: "InstalledNotCommissioned", ..row });
    case.read(installed, parties.broker);
    case.device(Fail, OUT_OF_SCOPE, "pending, without a record", |row| EstateRow {
        status: "Pending",
        ..row
    });
    case.sound(parties);
    let untold = case.device(NotEvaluated, CORRECT, "the estate does not tell the status", |row| EstateRow {
        status: "",
        ..row
    });
    case.read(untold, parties.lond);
    case
}

fn no_operator_expected(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "no-operator-expected",
        "Meters of an operator that is no user of the DCC keep the placeholder.",
    );
    let none =
        case.esme_of(36, Fail, OUT_OF_SCOPE, "the MPAN is of VATT, of whom no credentials are expected");
    case.read(none, parties.broker);
    case.sound(parties);
    let unknown = case.device(NotEvaluated, NOT_KNOWN, "no MPAN: the operator is not known", |row| {
        EstateRow { mpan: None, ..row }
    });
    case.read(unknown, parties.lond);
    case.device(
        NotApplicable,
        OUT_OF_SCOPE,
        "a gas meter has no such cells, whoever is responsible",
        |row| EstateRow { device_type: "GSME", mpan: None, ..row },
    );
    case
}
