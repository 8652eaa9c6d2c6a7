//! Synthetic material for tests and demonstrations, the same bytes every time.
//!
//! [`pki`] makes an SMKI, [`message`] GBCS messages, [`estate`] estates of any size in which the truth about every
//! device is known, [`rows`] single CSV rows, [`forms`] the forms that users hold. Everything follows from labels
//! and seeds: no clock, no random numbers, no map whose order may change. The encoders share nothing with the decoders of
//! the workspace and so are an oracle for them. Nothing here is anybody's: keys, serial numbers, devices and entity
//! identifiers are made up.
//!
//! ```
//! use dno_audit_testkit::message::details::{self, RoleDetails};
//! use dno_audit_testkit::message::{Envelope, Flag, Style};
//! use dno_audit_testkit::pki::Pki;
//! use dno_audit_testkit::text::to_hex;
//!
//! let pki = Pki::standard();
//! let current = pki.organisation("LOND")?.current()?;
//! let (signature, agreement) = (current.digital_signature()?, current.key_agreement()?);
//! let held = RoleDetails::network_operator(signature.credential(), agreement.credential());
//!
//! let device = "00-DB-12-00-00-00-00-01".parse()?;
//! let broker = pki.organisation("ACB")?.entity();
//! let envelope = Envelope::new(Flag::Response, details::CS02A, 1, device, broker);
//! let message = envelope.maced(&details::response(&[held], Style::deployed()));
//! assert!(to_hex(&message).starts_with("DD000000000000"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![allow(clippy::expect_used, reason = "constants that cannot fail; this crate is never shipped")]

pub mod der;
pub mod estate;
#[cfg(feature = "forms")]
pub mod forms;
pub mod key;
pub mod message;
pub mod pki;
pub mod rows;
#[cfg(feature = "forms")]
pub mod testdata;
pub mod text;
