//! No usable certificate of the expected operator is at hand.

use smki::Validity;

use crate::credentials::{SetRevocation, has_usable_certificate};
use crate::directory::InUse;
use crate::holding::Holding;
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Cell, Context, Scope, Subject};

pub(super) const OPERATOR_WITHOUT_CERTIFICATE: Rule = Rule {
    id: "operator-without-certificate",
    title: "no usable certificate of the expected operator is at hand",
    severity: Severity::Undetermined,
    axis: Axis::Note,
    citation: "SMKI Repository",
    since: 1,
    compares: "certificates in force of the expected operator, role networkOperator, for both usages, whose path holds",
    remedy: "whoever runs the audit: complete the certificates; or the operator has none to place",
    check: operator_without_certificate,
};

fn operator_without_certificate(subject: &Subject<'_>) -> Outcome {
    if subject.scope != Scope::In {
        return Outcome::NotApplicable("out of scope");
    }
    let Some(owner) = subject.owner() else {
        return Outcome::NotEvaluated("the responsible operator is not known");
    };
    let directory = subject.context.directory;
    let heeds_revocation = subject.context.options.heeds_revocation();
    // A cell with a certificate in force of an entity in use is the proof already, and most meters have two.
    let proves = |cell: &Cell<'_>| {
        let in_force = cell.resolution.is_some_and(|held| {
            let revoked = matches!(held.condition.revocation, SetRevocation::Revoked(_));
            held.condition.validity == Some(Validity::InForce) && !(heeds_revocation && revoked)
        });
        let entity = cell.credential.map(|credential| credential.entity);
        cell.holding == Holding::Expected
            && in_force
            && entity.is_some_and(|entity| owner.has(directory, entity) == Some(InUse::Now))
    };
    if subject.cells.iter().all(proves) {
        return Outcome::Pass;
    }
    let entities = owner.entities(directory);
    if entities.is_empty() {
        return Outcome::NotEvaluated("the directory lists no entity of the operator that is in use");
    }
    let Context { certificates, options, .. } = subject.context;
    let usable = |cell: &Cell<'_>| has_usable_certificate(&entities, cell.cell, certificates, options);
    let lacking =
        subject.cells.iter().filter(|cell| !usable(cell)).fold(Evidence::none(), |evidence, cell| {
            evidence.and(cell.cell.name(), "no certificate in force")
        });
    Outcome::fail_if(!lacking.facts().is_empty(), || lacking.and("operator", owner.name(directory)))
}
