//! The two cells have different holders, or only one holds what it should.

use crate::holding::{Holding, Occupant};
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Cell, Scope, Subject};
use crate::verdict::Verdict;

pub(super) const CELLS_DISAGREE: Rule = Rule {
    id: "cells-disagree",
    title: "the two cells have different holders, or only one holds what it should",
    severity: Severity::Error,
    axis: Axis::Note,
    citation: "GBCS CS02b: outcomes are per cell",
    since: 1,
    compares: "the holder of the digital signature cell with that of the key agreement cell, and whether each is right",
    remedy: "the holder of the digital signature key: replace both cells by SRV 6.15.1; often one failed outcome before",
    check: cells_disagree,
};

fn cells_disagree(subject: &Subject<'_>) -> Outcome {
    if subject.scope != Scope::In {
        return Outcome::NotApplicable("out of scope");
    }
    let [digital_signature, key_agreement] = subject.cells;
    let [one, other] = subject.cells.map(|cell| subject.occupant(&cell));
    let (Some(one), Some(other)) = (one, other) else {
        return match [digital_signature, key_agreement].iter().all(|cell| cell.timeline.decided.is_some()) {
            true => Outcome::fail_if(one.is_some() != other.is_some(), || {
                Evidence::of("digitalSignature", shown(&digital_signature))
                    .and("keyAgreement", shown(&key_agreement))
            }),
            false => Outcome::NotEvaluated("what a cell holds is not known"),
        };
    };
    let same_entity = digital_signature.credential.map(|credential| credential.entity)
        == key_agreement.credential.map(|credential| credential.entity);
    // Behind entities that no list names may stand one party or two: only the same entity is the same holder.
    let differ = match one {
        Occupant::Unknown | Occupant::Supplier(None) => one != other || !same_entity,
        _ => one != other,
    };
    // One cell right and one not is a split meter too, whoever the holder: a key of another role, or of the other usage.
    let known = subject.cells.iter().all(|cell| cell.holding.verdict() != Verdict::NotKnown);
    let right = |cell: &Cell<'_>| cell.holding == Holding::Expected;
    let differ = differ || (known && right(&digital_signature) != right(&key_agreement));
    Outcome::fail_if(differ, || {
        Evidence::of("digitalSignature", shown(&digital_signature)).and("keyAgreement", shown(&key_agreement))
    })
}

fn shown(cell: &Cell<'_>) -> String {
    cell.credential.map_or_else(|| "nothing".to_owned(), |credential| credential.entity.to_string())
}
