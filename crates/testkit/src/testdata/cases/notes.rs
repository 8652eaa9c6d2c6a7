//! What is worth telling beside the verdict.

use types::{KeyUsage, RemotePartyRole};

use super::{
    AGREEMENT, CORRECT, Case, CellRow, EstateRow, Fail, MISSING, NOT_KNOWN, NotApplicable, NotEvaluated,
    OUT_OF_SCOPE, Parties, Pass, PkiError, SIGNATURE, WRONG, at, false_mpan, mpan,
};
use crate::message::details::Cell;
use crate::pki::STRANGER;

pub(super) fn cases(parties: &Parties<'_>) -> Result<Vec<Case>, PkiError> {
    Ok(vec![
        cells_disagree(parties),
        leftover_credentials(parties),
        registration_disagrees_with_mpan(parties),
        operator_sources_disagree(parties),
        mpans_disagree(parties),
        mpan_fault(parties),
        mpan_altered(parties),
        device_listed_twice(parties),
        operator_without_certificate(parties),
        intent_names_another_operator(parties)?,
        intent_replaces_one_cell(parties)?,
    ])
}

fn cells_disagree(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "cells-disagree",
        "The two cells have different holders, often because one replacement of two failed or only one was sent. The \
         meter takes the worse of its cells.",
    );
    let ([own, own_agreement], [_, placeholder]) = (parties.lond, parties.broker);
    let split = case.esme(Fail, MISSING, "LOND in the signature cell, the placeholder in the other");
    case.read(split, [own, placeholder]);
    let [other, _] = parties.yelg;
    let wrong = case.esme(Fail, WRONG, "YELG in the signature cell, LOND in the other");
    case.read(wrong, [other, own_agreement]);
    let absent = case.esme(Fail, MISSING, "LOND in the signature cell, the other absent from the answer");
    case.answer(parties, absent, at(), &[Cell::management(SIGNATURE, own)]);
    case.sound(parties);
    let both = case.esme(Pass, MISSING, "the placeholder in both");
    case.read(both, parties.broker);
    let half = case.esme(NotEvaluated, NOT_KNOWN, "one cell was not read");
    case.cell_row(&CellRow::network_operator(half, at(), SIGNATURE, own));
    case.gas_meter();
    case
}

fn leftover_credentials(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "leftover-credentials",
        "Nobody is expected in the cells, yet somebody other than the placeholder stands there and could command.",
    );
    let left = case.esme_of(36, Fail, OUT_OF_SCOPE, "VATT is no user of the DCC, the cells hold LOND");
    case.read(left, parties.lond);
    let placeholder = case.esme_of(36, Pass, OUT_OF_SCOPE, "the cells hold the placeholder");
    case.read(placeholder, parties.broker);
    case.esme_of(36, NotEvaluated, OUT_OF_SCOPE, "nothing was read of the device");
    let expected = case.esme(NotApplicable, CORRECT, "an operator is expected");
    case.read(expected, parties.lond);
    case
}

fn registration_disagrees_with_mpan(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "registration-disagrees-with-mpan",
        "Registration data name another operator than the first two digits of the MPAN. The named operator counts.",
    );
    let differ =
        case.esme_of(10, Fail, CORRECT, "the MPAN is EELC's, registration names LOND, the cells hold LOND");
    case.read(differ, parties.lond);
    case.registered(mpan(10, 1), "LOND");
    let agree = case.esme(Pass, CORRECT, "both say LOND");
    case.read(agree, parties.lond);
    case.registered(mpan(12, 2), "LOND");
    let unknown = case.esme_of(99, NotEvaluated, CORRECT, "the MPAN is nobody's, registration names LOND");
    case.read(unknown, parties.lond);
    case.registered(mpan(99, 3), "LOND");
    let none = case.esme(NotApplicable, CORRECT, "nothing but the MPAN tells");
    case.read(none, parties.lond);
    case
}

fn operator_sources_disagree(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "operator-sources-disagree",
        "Registration data and the estate row name different operators. Registration counts.",
    );
    let named = |case: &mut Case, outcome, name, shows| {
        let it = case.device(outcome, CORRECT, shows, |row| EstateRow { network_operator: name, ..row });
        let number = u64::from(case.number());
        case.registered(mpan(12, number), "LOND");
        case.read(it, parties.lond);
    };
    named(&mut case, Fail, "EELC", "registration names LOND, the row EELC");
    named(&mut case, Pass, "LOND", "both name LOND");
    named(&mut case, NotEvaluated, "NOBODY", "the directory does not know whom the row names");
    named(&mut case, NotApplicable, "", "the row names nobody");
    case
}

fn mpans_disagree(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "mpans-disagree",
        "Import, secondary import and export MPAN of one meter name different distributors. Import counts.",
    );
    for (outcome, export, shows) in [
        (Fail, Some(mpan(10, 101)), "import is LOND's, export is EELC's"),
        (Pass, Some(mpan(12, 102)), "both are LOND's"),
        (NotEvaluated, Some(false_mpan(10, 103)), "the check digit of export fails"),
        (NotApplicable, None, "import alone"),
    ] {
        let it = case.device(outcome, CORRECT, shows, |row| EstateRow { export_mpan: export, ..row });
        case.read(it, parties.lond);
    }
    case
}

fn mpan_fault(parties: &Parties<'_>) -> Case {
    let mut case =
        Case::new("mpan-fault", "An MPAN of the row is none, though the operator is known without it.");
    let export = case.device(Fail, CORRECT, "the check digit of the export MPAN fails", |row| EstateRow {
        export_mpan: Some(false_mpan(12, 101)),
        ..row
    });
    case.read(export, parties.lond);
    let named =
        case.device(Fail, CORRECT, "the check digit of the import MPAN fails, the row names LOND", |row| {
            EstateRow { mpan: Some(false_mpan(12, 2)), network_operator: "LOND", ..row }
        });
    case.read(named, parties.lond);
    case.sound(parties);
    let decides =
        case.device(NotApplicable, NOT_KNOWN, "the fault decides the verdict, see mpan-invalid", |row| {
            EstateRow { mpan: Some(false_mpan(12, 4)), ..row }
        });
    case.read(decides, parties.lond);
    let none = case.device(NotApplicable, CORRECT, "no MPAN, the row names LOND", |row| EstateRow {
        mpan: None,
        network_operator: "LOND",
        ..row
    });
    case.read(none, parties.lond);
    case
}

fn mpan_altered(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "mpan-altered",
        "A spreadsheet has written the MPAN in another form. All its digits are there and its check digit holds.",
    );
    let altered = case.esme(Fail, CORRECT, "written as a number with a fraction of zero");
    let number = mpan(12, 1);
    case.rewrite_estate(&number.to_string(), &format!("{number}.0"));
    case.read(altered, parties.lond);
    case.sound(parties);
    let none = case.device(NotApplicable, NOT_KNOWN, "no MPAN", |row| EstateRow { mpan: None, ..row });
    case.read(none, parties.lond);
    case
}

fn device_listed_twice(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "device-listed-twice",
        "The estate has two rows for one device. It is one meter all the same.",
    );
    let twice = case.esme(Fail, CORRECT, "two rows that say the same");
    case.row_again(twice, |row| row);
    case.read(twice, parties.lond);
    case.sound(parties);
    case
}

fn operator_without_certificate(parties: &Parties<'_>) -> Case {
    let mut case = Case::new(
        "operator-without-certificate",
        "No certificate in force of the expected operator is at hand, so that no meter of it could be found correct.",
    );
    let lacking =
        case.esme_of(11, Fail, MISSING, "EMEB, of which no certificate is given; placeholder in place");
    case.read(lacking, parties.broker);
    case.sound(parties);
    let shows = "PENL, of which the directory lists no entity; placeholder in place";
    let unlisted = case.esme_of(30, NotEvaluated, MISSING, shows);
    case.read(unlisted, parties.broker);
    let unknown = case.device(NotEvaluated, NOT_KNOWN, "no MPAN", |row| EstateRow { mpan: None, ..row });
    case.read(unknown, parties.broker);
    case.gas_meter();
    case
}

fn intent_names_another_operator(parties: &Parties<'_>) -> Result<Case, PkiError> {
    let mut case = Case::new(
        "intent-names-another-operator",
        "A command would place credentials that are not the expected operator's: the mistake before it happens.",
    );
    let pair = |id| -> Result<[_; 2], PkiError> {
        let [signature, agreement] = parties.certificates(id)?;
        Ok([(signature, SIGNATURE), (agreement, AGREEMENT)])
    };
    let other = case.esme(Fail, MISSING, "placeholder in place, a command carries YELG's certificates");
    case.command(parties, other, &pair("YELG")?);
    case.read(other, parties.broker);
    let own = case.esme(Pass, MISSING, "placeholder in place, a command carries LOND's certificates");
    case.command(parties, own, &pair("LOND")?);
    case.read(own, parties.broker);
    let back =
        case.esme(Pass, WRONG, "YELG in the cells, a command hands them back to the Access Control Broker");
    case.command(parties, back, &pair("ACB")?);
    case.read(back, parties.yelg);
    let stranger = [SIGNATURE, AGREEMENT].map(|usage: KeyUsage| {
        let (label, role) = (format!("stranger {usage}"), RemotePartyRole::NETWORK_OPERATOR);
        parties.smki.issue(parties.smki.organisation_spec(&label, STRANGER, role, usage))
    });
    let [signature, agreement] = &stranger;
    let shows = "a command carries an entity of no list where HARL's list may lack entities";
    let open = case.esme_of(29, NotEvaluated, MISSING, shows);
    case.command(parties, open, &[(signature, SIGNATURE), (agreement, AGREEMENT)]);
    case.read(open, parties.broker);
    let none = case.esme(NotApplicable, MISSING, "no command is known");
    case.read(none, parties.broker);
    Ok(case)
}

fn intent_replaces_one_cell(parties: &Parties<'_>) -> Result<Case, PkiError> {
    let mut case = Case::new(
        "intent-replaces-one-cell",
        "A command replaces one of the two cells only, which leaves a split meter behind.",
    );
    let [signature, agreement] = parties.certificates("LOND")?;
    let one = case.esme(Fail, MISSING, "placeholder in place, a command for the signature cell alone");
    case.command(parties, one, &[(signature, SIGNATURE)]);
    case.read(one, parties.broker);
    let both = case.esme(Pass, MISSING, "placeholder in place, a command for both cells");
    case.command(parties, both, &[(signature, SIGNATURE), (agreement, AGREEMENT)]);
    case.read(both, parties.broker);
    let none = case.esme(NotApplicable, MISSING, "no command is known");
    case.read(none, parties.broker);
    Ok(case)
}
