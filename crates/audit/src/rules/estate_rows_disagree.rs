//! Rows of one device lead to different network operators.

use crate::estate::{Expectation, ExpectationUnknown};
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Scope, Subject};
use crate::verdict::Verdict;

pub(super) const ESTATE_ROWS_DISAGREE: Rule = Rule {
    id: "estate-rows-disagree",
    title: "rows of one device lead to different network operators",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "Registration data per MPAN",
    since: 1,
    compares: "the expectation that follows from each row of the device",
    remedy: "the owner of the estate data: keep one row",
    check: estate_rows_disagree,
};

fn estate_rows_disagree(subject: &Subject<'_>) -> Outcome {
    match (subject.scope, subject.meter.expectation) {
        (Scope::In, Expectation::Unknown(ExpectationUnknown::RowsDisagree)) => {
            Outcome::Fail(Evidence::of("rows", subject.meter.rows.len()))
        }
        (Scope::In, _) => Outcome::Pass,
        _ => Outcome::NotApplicable("out of scope"),
    }
}
