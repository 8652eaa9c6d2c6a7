//! The expected entity stands in the cell with a key certified for another entity.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const KEY_OF_ANOTHER_ENTITY: Rule = Rule {
    id: "key-of-another-entity",
    title: "the expected entity stands in the cell with a key certified for another entity",
    severity: Severity::Error,
    axis: Axis::Verdict(Verdict::Wrong),
    citation: "RFC 5280 4.2.1.2; GBCS, Provide Security Credential Details response, TrustAnchorCellContents",
    since: 1,
    compares: "the entity of certificates with this key with the entity in the cell",
    remedy: "the holder of the digital signature key: SRV 6.15.1, mode 3; if it cannot sign, recovery, mode 8",
    check: key_of_another_entity,
};

fn key_of_another_entity(subject: &Subject<'_>) -> Outcome {
    subject.cells_where(|holding| matches!(holding, Holding::KeyOfAnother(_)))
}
