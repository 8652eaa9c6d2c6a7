//! The DCC answered in place of the device: the request failed.

use crate::holding::Holding;
use crate::rule::{Axis, Outcome, Rule, Severity};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub(super) const REQUEST_FAILED: Rule = Rule {
    id: "request-failed",
    title: "the DCC answered in place of the device: the request failed",
    severity: Severity::Undetermined,
    axis: Axis::Verdict(Verdict::NotKnown),
    citation: "DUIS Response, ResponseCode; DCCAlert CommandFailure",
    since: 2,
    compares: "the response code with I0, and whether an answer of the device is known",
    remedy: "the network operator: find out why the request failed, then read the device (SRV 6.24.1)",
    check: request_failed,
};

fn request_failed(subject: &Subject<'_>) -> Outcome {
    subject.cells_unknown_where(|holding| matches!(holding, Holding::RequestFailed(_)))
}
