//! A command would place credentials that are not the expected operator's.

use types::{Credential, NetworkOperatorCell, Observation, Seen};

use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;
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
    let Some(owner) = subject.owner() else {
        return Outcome::NotEvaluated("the responsible operator is not known");
    };
    let mut intents = intents(subject).peekable();
    if intents.peek().is_none() {
        return Outcome::NotApplicable("no command is known");
    }
    let evidence = intents
        .filter(|(_, credential)| owner.has(subject.context.directory, credential.entity).is_none())
        .fold(Evidence::none(), |evidence, (cell, credential)| evidence.and(cell.name(), credential));
    Outcome::fail_if(!evidence.facts().is_empty(), || {
        evidence.and("expected", owner.name(subject.context.directory))
    })
}

/// What the newest command for each cell wants to place there.
pub(super) fn intents<'s>(
    subject: &'s Subject<'_>,
) -> impl Iterator<Item = (NetworkOperatorCell, Credential)> + use<'s> {
    NetworkOperatorCell::ALL.into_iter().filter_map(|cell| {
        let intended = |seen: &Observation| match seen.seen {
            Seen::Intended(credential) if seen.cell == cell && in_time(seen, subject.context.as_of()) => {
                Some(credential)
            }
            _ => None,
        };
        subject.observations.iter().filter_map(intended).next_back().map(|credential| (cell, credential))
    })
}
