//! The state rests on an old record.

use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const EVIDENCE_STALE: Rule = Rule {
    id: "evidence-stale",
    title: "the state rests on an old record",
    severity: Severity::Warning,
    axis: Axis::Note,
    citation: "design: evidence has an age",
    since: 1,
    compares: "the age of the record that decides with the limit of the configuration",
    remedy: "the network operator: read the device (SRV 6.24.1)",
    check: evidence_stale,
};

fn evidence_stale(subject: &Subject<'_>) -> Outcome {
    if subject.cells.iter().all(|cell| cell.timeline.decided.is_none()) {
        return Outcome::NotEvaluated("what the cells hold is not known");
    }
    let evidence = subject
        .cells
        .iter()
        .filter_map(|cell| {
            Some((cell.cell.name(), {
                let (seen, _) = cell.timeline.decided?;
                let days = subject.context.as_of().0.days_since(seen.at?);
                (days > i64::from(subject.context.options.stale_after_days))
                    .then(|| format!("{days} days"))?
            }))
        })
        .fold(Evidence::none(), |evidence, (name, value)| evidence.and(name, value));
    Outcome::fail_if(!evidence.facts().is_empty(), || evidence)
}
