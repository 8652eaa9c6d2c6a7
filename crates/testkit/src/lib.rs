//! Synthetic material for tests and demonstrations, the same bytes every time.
//!
//! [`pki`] makes an SMKI, [`message`] GBCS messages, [`estate`] estates of any size in which the truth about every
//! device is known, [`rows`] single CSV rows. Everything follows from labels and seeds: no clock, no random numbers, no
//! map whose order may change. The encoders share nothing with the decoders of the workspace and so are an oracle for
//! them. Nothing here is anybody's: keys, serial numbers, devices and entity identifiers are made up.

#![allow(clippy::expect_used, reason = "constants that cannot fail; this crate is never shipped")]

pub mod der;
pub mod estate;
pub mod key;
pub mod message;
pub mod pki;
pub mod rows;
pub mod testdata;
pub mod text;
