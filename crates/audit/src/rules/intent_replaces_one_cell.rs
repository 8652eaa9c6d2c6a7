//! A command replaces one of the two cells only.

use std::collections::BTreeSet;

use types::NetworkOperatorCell;

use super::intent_names_another_operator::intents;
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const INTENT_REPLACES_ONE_CELL: Rule = Rule {
    id: "intent-replaces-one-cell",
    title: "a command replaces one of the two cells only",
    severity: Severity::Warning,
    axis: Axis::Note,
    citation: "DUIS SRV 6.21: key agreement certificate optional",
    since: 1,
    compares: "the cells that commands replace with both",
    remedy: "the sender of the command: replace both cells",
    check: intent_replaces_one_cell,
};

fn intent_replaces_one_cell(subject: &Subject<'_>) -> Outcome {
    let cells: BTreeSet<NetworkOperatorCell> = intents(subject).map(|(cell, _)| cell).collect();
    match cells.len() {
        0 => Outcome::NotApplicable("no command is known"),
        1 => Outcome::Fail(
            intents(subject)
                .fold(Evidence::none(), |evidence, (cell, credential)| evidence.and(cell.name(), credential)),
        ),
        _ => Outcome::Pass,
    }
}
