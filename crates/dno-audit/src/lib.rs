//! Audits whether GB electricity meters hold the right network operator credentials.
//!
//! This crate is the paved path: a [`Config`] says what to read and as of when, [`run()`] reads it, assesses every meter
//! of the estate and writes the report package, [`explain()`] shows how one meter was judged, and [`inspect()`] shows what
//! a file holds. The parts below it – identifiers, GBCS messages, SMKI certificates, formats, rules, report – are
//! crates of their own for those who need only one of them. Its `examples/` assess a meter without any file, decode a
//! message, verify a slice and plug in an own source of records.
//!
//! Only this crate opens files, and nothing in it reads the clock, the environment or a random number: the same inputs,
//! configuration and rule set give the same octets.
//!
//! ```
//! use dno_audit::{Config, PackageReader, Progress, run};
//!
//! # let folder = tempfile::tempdir()?;
//! # let options = testkit::estate::EstateOptions { devices: 100, ..Default::default() };
//! # testkit::estate::write_estate(&options, folder.path())?;
//! let configuration = r#"
//!     as_of = "2026-01-01T00:00:00Z"
//!     [inputs]
//!     records = ["cells.csv"]
//!     certificates = ["certificates/bundle.pem"]
//!     trust_anchors = ["trust-anchor.pem"]
//!     estate = ["estate.csv"]
//!     directory = ["directory.toml"]
//! "#;
//! let config = Config::parse(configuration, "audit.toml", folder.path().to_path_buf())?;
//! let place = folder.path().join("report");
//! let finished = run(&config, &place, &Progress::silent())?;
//! let counts = &finished.summary.counts;
//!
//! // Each meter is a row, and has one verdict.
//! let mut missing = 0;
//! for row in PackageReader::open(&place)?.devices()? {
//!     missing += u64::from(row?.verdict == "missing");
//! }
//! assert_eq!(missing, counts.verdicts.missing);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// What users hold grows; see "What may change" in CONTRIBUTING.md.
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod accounts;
mod config;
mod diff;
mod directory;
mod dispute;
mod error;
mod estimate;
mod explain;
mod export;
mod inputs;
mod inspect;
mod json;
mod load;
mod members;
mod merge;
mod named;
mod package;
mod page;
mod place;
mod plan;
mod progress;
mod reader;
mod reconcile;
mod reproduce;
mod run;
mod sinks;
mod slice;
mod spool;
mod verify;

pub use config::{Config, InputSpec, Inputs, Sealing, ShippedDirectory, TEMPLATE, rule_set};
pub use diff::{Comparison, ReportIdentity};
pub use dispute::{Dispute, DisputeOptions, dispute};
pub use error::{ConfigError, Error};
pub use estimate::estimate;
pub use explain::package::{explain_again, explain_package};
pub use explain::{Explanation, explain};
pub use export::{ExportFormat, Exported, export};
pub use inspect::{Inspected, Signatures, inspect};
pub use json::Json;
pub use merge::{MergeOptions, Merged, merge};
pub use named::{NamedFileError, read_named};
pub use page::{brief, page};
pub use place::{FolderBeside, check_apart, write_whole};
pub use plan::{Audience, PlanOptions, Planned, PlannedParty, Status, plan};
pub use progress::{Progress, Watch};
pub use reader::{DeviceRows, PackageFindings, PackageReader, PackageRows, file_sha256};
pub use reconcile::{OwnIdentity, ReconcileOptions, Reconciled, reconcile};
pub use reproduce::reproduce;
pub use run::{Finished, run};
pub use slice::slice;
pub use verify::{Check, Expected, Facts, PartyFacts, Verification, verify};

pub use audit::{Axis, RULE_SET_VERSION, RULES, Rule, RuleSetVersion, Severity, rule};
pub use report::basis::{Cause, Why};
pub use report::diff::{Change, DIFFERENCE_HEADER, Difference, State, Totals};
pub use report::model::v1 as model;
pub use report::one_line;
pub use report::reconcile::{DISAGREEMENT_HEADER, Disagreement, Newer, Outcome, ReconcileTotals, View};
pub use report::seal::{RunKey, RunKeyError, Salts, Tree};
pub use report::sign::{PublicKey, SignError, Signer};
pub use report::table_line;
pub use report::{canonical, digest, rule_rows, rule_set_digest};
pub use types::{AsOf, Eui64, Timestamp, ZonelessTimes, nearest};
pub use views::brief::Form as BriefForm;
pub use views::estimate::{Estimate, Extrapolated, Interval, Measured, PartyEstimate, Sampling, Stratum};
