//! Views of a report for those who act on it: a page to read, a workbook, exports, plans and briefs.
//!
//! In: the rows and documents of a report package, in the wire model of [`report::model::v1`]. Out: octets that follow from
//! them alone – no clock, no path, no network. Opening the package and writing the files is for the caller. No view is
//! part of the sealed package: whoever has the package can make each again and compare.

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
