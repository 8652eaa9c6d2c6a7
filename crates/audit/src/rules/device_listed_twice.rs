//! The estate lists the device more than once.

use crate::rule::{Axis, Evidence, Outcome, Rule, Severity};
use crate::subject::Subject;

pub(super) const DEVICE_LISTED_TWICE: Rule = Rule {
    id: "device-listed-twice",
    title: "the estate lists the device more than once",
    severity: Severity::Warning,
    axis: Axis::Note,
    citation: "design: rows in = rows accounted for",
    since: 1,
    compares: "the number of rows of the device with one",
    remedy: "the owner of the estate data: keep one row",
    check: device_listed_twice,
};

fn device_listed_twice(subject: &Subject<'_>) -> Outcome {
    let rows = subject.meter.rows.len();
    Outcome::fail_if(rows > 1, || Evidence::of("rows", rows))
}
