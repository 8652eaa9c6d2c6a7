//! Views of a report for those who act on it: a page to read, a workbook, exports, plans and briefs.
//!
//! In: the rows and documents of a report package, in the wire model of [`report::model::v1`]. Out: octets that follow from
//! them alone – no clock, no path, no network. Opening the package and writing the files is for the caller. No view is
//! part of the sealed package: whoever has the package can make each again and compare.
//!
//! ```
//! use dno_audit_views::estimate::{Sampling, Strata};
//! use dno_audit_views::overview::Gathering;
//! use report::model::v1::DeviceRow;
//!
//! # let lines: Vec<String> = (0..10).map(|number| {
//! #     let verdict = match number { 0..6 => "correct", 6 => "wrong", _ => "not-known" };
//! #     let cell = serde_json::json!({"key_usage": "digitalSignature", "state": verdict, "certificates": []});
//! #     serde_json::json!({
//! #         "cells": [cell, cell], "conditions": [], "device_id": format!("00-DB-12-00-00-00-00-0{number}"),
//! #         "dno": "LOND", "effect": {"alerts": "possible", "command": "possible", "read": "possible"},
//! #         "evidence": [], "expectation": "registration", "findings": [], "mpan": null, "reasons": [],
//! #         "remedy": null, "supplier": "SUP-A", "verdict": verdict,
//! #     }).to_string()
//! # }).collect();
//! // The lines of `devices.jsonl` go through one at a time.
//! let mut gathering = Gathering::new("2026-01-01T00:00:00Z".parse()?, false);
//! let mut strata = Strata::default();
//! for line in &lines {
//!     let row: DeviceRow<'_> = serde_json::from_str(line)?;
//!     gathering.push(&row)?;
//!     strata.count(&row);
//! }
//! let overview = gathering.finish();
//! assert_eq!((overview.judged(), overview.in_scope()), (7, 10));
//!
//! // Seven of ten were judged and one of them is wrong: of all ten it is one at least, and four at most.
//! let wrong = strata.estimate(Sampling::AtRandom).all.extrapolated.ok_or("nothing to go by")?.wrong;
//! assert!(wrong.low >= 0.1 && wrong.high <= 0.4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod brief;
mod cells;
#[cfg(feature = "parquet")]
pub mod columns;
pub mod edition;
pub mod estimate;
pub mod overview;
pub mod page;
pub mod plan;
pub mod sarif;
mod wording;
pub mod workbook;
mod write_error;

pub use write_error::WriteError;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]
mod sample;
