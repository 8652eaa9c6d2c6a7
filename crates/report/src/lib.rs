//! The canonical report of a network operator credential audit and the views derived from it.
//!
//! In: assessments and the account of the inputs. Out: the octets of the package files – `devices.jsonl`, the truth;
//! `findings.csv` and `summary.json`, views of it; `quarantine.jsonl` and `not-in-estate.jsonl`, what was not used;
//! `certificates.jsonl`, what the certificates were found to be; `manifest.json`, the digests of all. The octets
//! depend on nothing but the assessments: no clock, no path, no order of threads.
//!
//! ```
//! use dno_audit_report::seal::{self, SealRow, Sealer, Salts};
//! use dno_audit_report::{canonical, merkle};
//!
//! // RFC 8785: keys sorted, no white space.
//! assert_eq!(canonical(&serde_json::json!({"b": 1, "a": [true]}))?, br#"{"a":[true],"b":1}"#);
//!
//! // Each party has a tree of its rows. A leaf is salted, so that who has a part learns nothing of the others.
//! let leaf = merkle::leaf(br#"{"device_id":"00-DB-12-00-00-00-00-A0"}"#);
//! let row = SealRow { leaf, dno: Some("LOND"), supplier: None, verdict: "correct" };
//! let mut sealer = Sealer::default();
//! sealer.push(&row)?;
//! let [(_, operators), (_, suppliers)] = sealer.finish(&Salts::None);
//! assert_eq!((operators[0].party.as_str(), operators[0].rows), ("LOND", 1));
//! assert_eq!(suppliers[0].party, "unknown");
//! assert_eq!(seal::root(&operators)?.parties, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod basis;
mod canonical;
mod certificates;
mod device;
pub mod diff;
mod findings;
mod manifest;
pub mod merkle;
pub mod model;
mod one_line;
mod quarantine;
pub mod read;
pub mod reconcile;
mod rules;
pub mod seal;
mod short;
pub mod sign;
mod slice;
mod summary;
mod sums;
mod text;
mod totals;
pub mod verify;

pub use canonical::{CanonicalError, canonical, push_line};
pub use certificates::{certificate_row, revocation_text};
pub use device::{InputDigests, device_row, not_in_estate_row, statement};
pub use findings::{
    FINDINGS_HEADER, FindingsError, FindingsWriter, RuleTexts, compared, finding_fields, findings_header,
    grave_findings, spreadsheet_safe, table_line,
};
pub use manifest::{FORMAT, FORMAT_VERSION, Hashed, MANIFEST, digest};
pub use one_line::one_line;
pub use quarantine::{MAX_SHOWN, Quarantined, quarantine_row, set_input};
pub use read::ReadError;
pub use rules::{rule_rows, rule_set_digest};
pub use short::Short;
pub use sign::ATTESTATION;
pub use slice::{SLICE, SLICE_FORMAT, SLICE_FORMAT_VERSION, other_row, slice_summary};
pub use summary::{summary, verdict_counts};
pub use sums::{sum_of_summaries, sum_of_waivers};
pub use text::hex;
pub use totals::{CountError, MAX_GROUPS, RowTotals};
