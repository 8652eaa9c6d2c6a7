//! Nobody is expected in the cells, but somebody other than the placeholder stands there.

use crate::holding::Occupant;
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Scope, Subject};

pub(super) const LEFTOVER_CREDENTIALS: Rule = Rule {
    id: "leftover-credentials",
    title: "nobody is expected in the cells, but somebody other than the placeholder stands there",
    severity: Severity::Error,
    axis: Axis::Note,
    citation: "MP128A by analogy",
    since: 1,
    compares: "the holder of each cell with the Access Control Broker",
    remedy: "the DCC and the holder: hand the cells to the Access Control Broker (SRV 6.15.1)",
    check: leftover_credentials,
};

fn leftover_credentials(subject: &Subject<'_>) -> Outcome {
    if !matches!(subject.scope, Scope::NoOperatorExpected(_)) {
        return Outcome::NotApplicable("an operator is expected");
    }
    let evidence =
        subject.cells.iter().fold(Evidence::none(), |evidence, cell| match subject.occupant(cell) {
            None | Some(Occupant::AccessControlBroker) => evidence,
            Some(_) => evidence.and_some(cell.cell.name(), cell.credential),
        });
    if evidence.facts().is_empty() && subject.cells.iter().any(|cell| cell.timeline.decided.is_none()) {
        return Outcome::NotEvaluated("what a cell holds is not known");
    }
    Outcome::fail_if(!evidence.facts().is_empty(), || evidence)
}
