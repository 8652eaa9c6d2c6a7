//! A command replaces one of the two cells only.

use std::collections::BTreeSet;

use types::NetworkOperatorCell;

use super::intent_names_another_operator::intents;
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Scope, Subject};

pub(super) const INTENT_REPLACES_ONE_CELL: Rule = Rule {
    id: "intent-replaces-one-cell",
    title: "a command replaces one of the two cells only, and the other does not hold the same entity",
    severity: Severity::Warning,
    axis: Axis::Note,
    citation: "DUIS SRV 6.21: key agreement certificate optional",
    since: 1,
    compares: "the cells that commands replace with both",
    remedy: "the sender of the command: replace both cells",
    check: intent_replaces_one_cell,
};

fn intent_replaces_one_cell(subject: &Subject<'_>) -> Outcome {
    if subject.scope != Scope::In {
        return Outcome::NotApplicable("out of scope");
    }
    let cells: BTreeSet<NetworkOperatorCell> = intents(subject).map(|(cell, _)| cell).collect();
    if cells.len() > 1 {
        return Outcome::Pass;
    }
    let Some((cell, credential)) = intents(subject).next() else {
        return Outcome::NotApplicable("no command is known that the state may not show yet");
    };
    // To bring the second cell to where the first already is, is how a split meter is mended.
    let other = subject.cells.iter().find(|known| known.cell != cell).and_then(|known| known.credential);
    let completes = other.is_some_and(|other| other.entity == credential.entity);
    Outcome::fail_if(!completes, || {
        intents(subject)
            .fold(Evidence::none(), |evidence, (cell, credential)| evidence.and(cell.name(), credential))
    })
}
