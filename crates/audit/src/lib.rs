//! Decides for each ESME whether its network operator cells hold the right party's credentials.
//!
//! In: an [`Estate`], observations sorted by [`timeline::order`], a [`Directory`], certificates with verified paths,
//! [`Options`] and the instant of the audit. Out: one [`Assessment`] per meter, with its verdict, its findings and
//! who can mend it. [`assess()`] is a pure function of its arguments: no file, no clock, no format.
//!
//! ```
//! use dno_audit_audit::{RULES, Verdict};
//!
//! // The rules are one ordered table; a verdict is the gravest effect among those that fail.
//! assert!(RULES.iter().any(|rule| rule.id == "placeholder-in-cell"));
//! assert!(Verdict::Wrong > Verdict::Missing);
//! ```

mod assess;
pub mod credentials;
pub mod directory;
pub mod estate;
pub mod holding;
mod options;
mod remedy;
mod rule;
mod rules;
mod subject;
pub mod timeline;
mod totals;
mod verdict;
mod waivers;

pub use assess::{Assessment, Finding, assess, evaluate_all};
pub use credentials::{Certificates, Resolution, Resolutions};
pub use directory::{Directory, DirectoryError};
pub use estate::{Estate, Expectation, Meter};
pub use holding::{Holding, Occupant};
pub use options::Options;
pub use remedy::{Actor, Remedy};
pub use rule::{Axis, Evidence, Fact, Outcome, Rule, Severity};
pub use rules::{RULE_SET_VERSION, RULES, RuleSetVersion, rule, rules_of};
pub use subject::{Cell, CellCheck, Context, Scope, Subject};
pub use totals::{Age, InputUse, Tally, Totals};
pub use verdict::{Ability, Effect, Verdict};
pub use waivers::{Waived, WaiverError, WaiverId, WaiverState, Waivers};
