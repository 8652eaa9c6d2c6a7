//! Views of a report for those who act on it: a page to read, a workbook, exports, plans and briefs.
//!
//! In: the rows and documents of a report package, in the wire model of [`report::model::v1`]. Out: octets that follow from
//! them alone – no clock, no path, no network. Opening the package and writing the files is for the caller. No view is
//! part of the sealed package: whoever has the package can make each again and compare.

mod cells;
#[cfg(feature = "parquet")]
pub mod columns;
pub mod plan;
pub mod sarif;
pub mod workbook;
mod write_error;

pub use write_error::WriteError;
