//! The assessment of one meter: all rules over its subject, and what follows.

use types::Origin;

use crate::holding::Holding;
use crate::remedy::{Remedy, remedy};
use crate::rule::{Axis, Evidence, Outcome, Rule};
use crate::rules::rules_of;
use crate::subject::{Scope, Subject};
use crate::timeline::{Disposition, dispositions};
use crate::verdict::{Effect, Verdict};
use crate::waivers::Waived;

/// A rule that failed, with the values it compared.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The values.
    pub evidence: Evidence,
    /// Whether somebody accepted it.
    pub waived: Waived,
}

/// What an audit says of one meter.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Assessment<'a> {
    /// What was known.
    pub subject: Subject<'a>,
    /// The one verdict.
    pub verdict: Verdict,
    /// Rules that failed, in the order of the table.
    pub findings: Vec<Finding>,
    /// What the operator can't do.
    pub effect: Effect,
    /// Who can mend it and how; `None` if there is nothing to mend.
    pub remedy: Option<Remedy<'a>>,
    /// How each record about the device ended, by origin.
    pub dispositions: Vec<(Origin, Disposition)>,
}

impl Assessment<'_> {
    /// Whether every finding that calls for the verdict is waived, and there is one.
    #[must_use]
    pub fn is_waived(&self) -> bool {
        let mut calling = self
            .findings
            .iter()
            .filter(|finding| finding.rule.axis == Axis::Verdict(self.verdict))
            .peekable();
        calling.peek().is_some() && calling.all(|finding| finding.waived.by().is_some())
    }
}

/// Assesses one meter.
#[must_use]
pub fn assess(subject: Subject<'_>) -> Assessment<'_> {
    // Where both cells hold the expected credential, no rule can call for another verdict: the conditions and notes are
    // left. Nine of ten meters are so.
    let placed = is_placed(&subject) && cfg!(not(feature = "general-path"));
    let findings: Vec<Finding> = rules_of(subject.context.options.rule_set)
        .filter(|rule| !placed || !matches!(rule.axis, Axis::Verdict(_)))
        .filter_map(|rule| match (rule.check)(&subject) {
            Outcome::Fail(evidence) => {
                let waived = subject.context.waivers.waived(rule, &subject);
                Some(Finding { rule, evidence, waived })
            }
            Outcome::NotApplicable(_) | Outcome::NotEvaluated(_) | Outcome::Pass => None,
        })
        .collect();
    let verdict = verdict(&subject, &findings);
    let effect = match verdict {
        Verdict::OutOfScope => Effect::NOT_APPLICABLE,
        _ => {
            let [digital_signature, key_agreement] = subject.cells.map(|cell| cell.holding.verdict());
            Effect::of(digital_signature, key_agreement)
        }
    };
    let remedy = remedy(&subject, verdict, &findings);
    let timelines = subject.cells.map(|cell| cell.timeline);
    let dispositions = dispositions(subject.observations, &timelines, subject.context.as_of());
    Assessment { subject, verdict, findings, effect, remedy, dispositions }
}

/// Whether the audit judges the meter and both of its cells hold the expected credential.
fn is_placed(subject: &Subject<'_>) -> bool {
    subject.scope == Scope::In && subject.cells.iter().all(|cell| cell.holding == Holding::Expected)
}

/// The gravest verdict that a failed rule calls for.
///
/// `correct` is never the absence of a complaint: it needs both cells to hold the expected credential, so a state
/// that no rule names would come out as not known.
fn verdict(subject: &Subject<'_>, findings: &[Finding]) -> Verdict {
    let called_for = findings
        .iter()
        .filter_map(|finding| match finding.rule.axis {
            Axis::Verdict(verdict) => Some(verdict),
            Axis::Condition | Axis::Note => None,
        })
        .max();
    match called_for {
        Some(verdict) => verdict,
        None if is_placed(subject) => Verdict::Correct,
        None => Verdict::NotKnown,
    }
}

/// The outcome of every rule of the rule set for one meter, in the order of the table: what `explain` shows.
#[must_use]
pub fn evaluate_all(subject: &Subject<'_>) -> Vec<(&'static Rule, Outcome)> {
    rules_of(subject.context.options.rule_set).map(|rule| (rule, (rule.check)(subject))).collect()
}
