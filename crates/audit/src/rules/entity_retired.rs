//! The expected operator's entity is listed, but for another time.

use crate::directory::InUse;
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Scope, Subject};

pub(super) const ENTITY_RETIRED: Rule = Rule {
    id: "entity-retired",
    title: "the expected operator's entity is listed, but for another time",
    severity: Severity::Error,
    axis: Axis::Condition,
    citation: "SEC ID allocation; MP128A by analogy",
    since: 1,
    compares: "from and to of the entity in the directory with the instant of the audit",
    remedy: "the network operator: SRV 6.15.1, mode 3, while the old key can still sign",
    check: entity_retired,
};

fn entity_retired(subject: &Subject<'_>) -> Outcome {
    let retired = |cell: &&crate::Cell<'_>| {
        let owner = subject.owner()?;
        let entity = cell.credential?.entity;
        (owner.has(subject.context.directory, entity)? == InUse::AnotherTime).then_some(entity)
    };
    if subject.scope != Scope::In {
        return Outcome::NotApplicable("out of scope");
    }
    if subject.owner().is_none() {
        return Outcome::NotEvaluated("the responsible operator is not known");
    }
    let evidence = subject
        .cells
        .iter()
        .fold(Evidence::none(), |evidence, cell| evidence.and_some(cell.cell.name(), retired(&cell)));
    if evidence.facts().is_empty() && subject.cells.iter().any(|cell| cell.timeline.decided.is_none()) {
        return Outcome::NotEvaluated("what a cell holds is not known");
    }
    Outcome::fail_if(!evidence.facts().is_empty(), || evidence)
}
