//! What became of an item of an earlier plan, judged from the rows of a newer report.

use report::model::v1::DeviceRow;

use super::{Item, doubts};
use crate::cells::{joined, observed_at, short};

/// What became of an item.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Status {
    /// What it was for has come about.
    Done,
    /// It was done or the meter was correct, and no longer is.
    Regressed,
    /// The meter was read since, and it is still to be done.
    Open,
    /// Nothing newer tells whether it is done.
    Unread,
    /// The audit no longer judges the meter.
    OutOfScope,
    /// The newer report does not have the meter.
    Absent,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Done, Self::Regressed, Self::Open, Self::Unread, Self::OutOfScope, Self::Absent];

    /// The word of the column `status`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Regressed => "regressed",
            Self::Open => "open",
            Self::Unread => "unread",
            Self::OutOfScope => "out-of-scope",
            Self::Absent => "absent",
        }
    }

    /// Whether the item is not planned again, so that the plan has to remember it.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Done | Self::OutOfScope | Self::Absent)
    }
}

/// Judges an item by what a newer report says of its meter.
#[must_use]
pub fn judge(item: &Item, row: Option<&DeviceRow<'_>>) -> Status {
    let Some(row) = row else { return Status::Absent };
    let verdict = row.verdict.as_ref();
    if verdict == "out-of-scope" {
        return Status::OutOfScope;
    }
    if verdict == "not-known" {
        return Status::Unread;
    }
    // RFC 3339 in UTC with seconds: later is greater, and what was never seen is before everything.
    let newer = observed_at(row) > item.observed_at;
    if item.task == "read" {
        let again = row.remedy.as_ref().and_then(|remedy| remedy.service_request.as_deref());
        return if again != Some("6.24.1") && doubts(row).is_empty() {
            Status::Done
        } else if newer {
            Status::Open
        } else {
            Status::Unread
        };
    }
    let replace = row.remedy.as_ref().is_some_and(|remedy| remedy.mode.is_some());
    if verdict == "correct" && !replace {
        return Status::Done;
    }
    let was_done = item.settled.as_deref() == Some("done");
    if was_done || item.verdict == "correct" && verdict != "correct" {
        return Status::Regressed;
    }
    if newer { Status::Open } else { Status::Unread }
}

/// Columns of the account of an earlier plan.
pub const PROGRESS_HEADER: [&str; 11] = [
    "status",
    "device_id",
    "task",
    "service_request",
    "remedy_party",
    "remedy_who",
    "verdict_then",
    "verdict_now",
    "observed_then",
    "observed_now",
    "reasons_now",
];

/// A line of the account of an earlier plan.
#[must_use]
pub fn progress_fields(
    item: &Item,
    row: Option<&DeviceRow<'_>>,
    status: Status,
) -> [String; PROGRESS_HEADER.len()] {
    [
        status.name().to_owned(),
        item.device_id.as_str().to_owned(),
        item.task.to_string(),
        item.service_request.clone().unwrap_or_default(),
        item.remedy_party.clone(),
        item.who.clone().unwrap_or_default(),
        item.verdict.to_string(),
        row.map(|row| row.verdict.to_string()).unwrap_or_default(),
        short(item.observed_at.as_ref()).unwrap_or_default().to_owned(),
        row.and_then(observed_at).map(|at| at.as_str().to_owned()).unwrap_or_default(),
        row.map(|row| joined(&row.reasons)).unwrap_or_default(),
    ]
}
