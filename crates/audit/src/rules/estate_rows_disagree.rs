//! Rows of one device contradict each other on its network operator or on its scope.

use crate::estate::{Expectation, ExpectationUnknown};
use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::{Scope, Subject};
use crate::verdict::Verdict;

pub(super) const ESTATE_ROWS_DISAGREE: Rule = Rule {
    id: "estate-rows-disagree",
    title: "rows of one device contradict each other on its network operator or on its scope",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "Registration data per MPAN",
    since: 1,
    compares: "the expectation, device type, status and SMETS version that follow from each row of the device",
    remedy: "the owner of the estate data: keep one row",
    check: estate_rows_disagree,
};

fn estate_rows_disagree(subject: &Subject<'_>) -> Outcome {
    if subject.scope != Scope::In {
        return Outcome::NotApplicable("out of scope");
    }
    let rows = subject.meter.rows.len();
    if rows < 2 {
        return Outcome::NotApplicable("one row");
    }
    let disagree = subject.meter.expectation == Expectation::Unknown(ExpectationUnknown::RowsDisagree);
    Outcome::fail_if(disagree, || Evidence::of("rows", rows))
}
