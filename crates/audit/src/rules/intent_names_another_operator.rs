//! A command would place credentials that are not the expected operator's.

use types::{Credential, EntityList, NetworkOperatorCell, Seen};

use crate::directory::Holder;
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Scope, Subject};
use crate::timeline::in_time;

pub(super) const INTENT_NAMES_ANOTHER_OPERATOR: Rule = Rule {
    id: "intent-names-another-operator",
    title: "a command would place credentials that are not the expected operator's",
    severity: Severity::Error,
    axis: Axis::Note,
    citation: "SECMP0063: the check before the event",
    since: 1,
    compares: "the entities of certificates in the newest command for the cells with the entities of the expected operator",
    remedy: "the sender of the command: correct it before sending",
    check: intent_names_another_operator,
};

fn intent_names_another_operator(subject: &Subject<'_>) -> Outcome {
    if subject.scope != Scope::In {
        return Outcome::NotApplicable("out of scope");
    }
    if intents(subject).next().is_none() {
        return Outcome::NotApplicable("no command is known that the state may not show yet");
    }
    let Some(owner) = subject.owner() else {
        return Outcome::NotEvaluated("the responsible operator is not known");
    };
    let directory = subject.context.directory;
    let (mut evidence, mut unknown) = (Evidence::none(), false);
    for (cell, credential) in intents(subject) {
        let own = owner.has(directory, credential.entity).is_some();
        match directory.holder(credential.entity) {
            // The placeholder is nobody's claim to the meter: a wrong operator hands it back so.
            Some(Holder::AccessControlBroker) => {}
            _ if own => {}
            Some(Holder::Former) => unknown = true,
            None if owner.entity_list(directory) == EntityList::Partial => unknown = true,
            _ => evidence = evidence.and(cell.name(), credential),
        }
    }
    match evidence.facts().is_empty() {
        false => Outcome::Fail(evidence.and("expected", owner.name(directory))),
        true if unknown => Outcome::NotEvaluated("no list has the entity of the command"),
        true => Outcome::Pass,
    }
}

/// What the newest command for each cell wants to place there; all of them if none has a time, since any may be the
/// newest. A command older than the state of the cell has had its effect, or none.
pub(super) fn intents<'s>(
    subject: &'s Subject<'_>,
) -> impl Iterator<Item = (NetworkOperatorCell, Credential)> + use<'s> {
    NetworkOperatorCell::ALL.into_iter().flat_map(move |cell| {
        let of_cell = move || {
            subject.observations.iter().filter_map(move |seen| match seen.seen {
                Seen::Intended(credential) if seen.cell == cell && in_time(seen, subject.context.as_of()) => {
                    Some((seen.at, credential))
                }
                _ => None,
            })
        };
        let newest = of_cell().map(|(at, _)| at).max().flatten();
        let seen =
            subject.cells.iter().find(|known| known.cell == cell).and_then(|known| known.timeline.decided);
        let done = newest.is_some() && newest < seen.and_then(|(seen, _)| seen.at);
        of_cell().filter(move |(at, _)| *at == newest && !done).map(move |(_, credential)| (cell, credential))
    })
}
