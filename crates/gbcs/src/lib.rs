//! Decodes the GBCS messages that tell what a smart meter's trust anchor cells hold.
//!
//! In: the octets of one message. Out: a [`Message`] with its envelope and payload, or a [`DecodeError`] that names
//! the octet and the element at fault. All use cases that carry the state of cells are decoded to the last octet:
//! Provide Security Credential Details (CS02a, CS02f) and Update Security Credentials (CS02b, CS02g) with its alerts,
//! and the device certificates of CS02c, CS02d and CS02e. Of any other use case, the envelope is.
//!
//! Devices are not strict DER encoders. A departure that leaves the meaning plain is kept as a note beside the message
//! ([`NonMinimalLength`], [`Note`]); anything else is an error. Certificates stay opaque octets, MACs are not checked,
//! and nothing here knows who should be in a cell.
//!
//! ```
//! use dno_audit_gbcs::{Message, Payload};
//!
//! // A device answers for the network operator: it has no such cell.
//! let octets = [
//!     &[0xDD, 0, 0, 0, 0, 0, 0, 0x3E, 0x11, 0, 0, 0, 0][..],
//!     &[0xDF, 9, 2, 0, 0, 0, 0, 0, 0, 5, 0x17],
//!     &[8, 0x00, 0x00, 0x5E, 0xEF, 0x10, 0x00, 0x00, 0x01],
//!     &[8, 0x00, 0x00, 0x5E, 0xEF, 0x10, 0x00, 0x00, 0xAC],
//!     &[0, 2, 0x00, 0x08],
//!     &[0x0A, 0x30, 8, 0x30, 6, 2, 1, 3, 0x0A, 1, 25, 0],
//!     &[0; 12],
//! ]
//! .concat();
//!
//! let message = Message::decode(&octets)?;
//! assert_eq!(message.device().to_string(), "00-00-5E-EF-10-00-00-01");
//! assert_eq!(message.family.name(), Some("CS02a"));
//!
//! let Payload::CredentialDetailsResponse(response) = message.payload else { panic!("a response") };
//! let [details] = &response.remote_party_details[..] else { panic!("one role") };
//! assert_eq!(details.role.to_string(), "networkOperator");
//! assert_eq!(details.status.to_string(), "trustAnchorNotFound");
//!
//! let error = Message::decode(&octets[..40]).unwrap_err();
//! assert!(error.is_truncated());
//! # Ok::<(), dno_audit_gbcs::DecodeError>(())
//! ```

mod cell_identifier;
mod credential_details;
mod date_time;
mod device_certificate;
mod envelope;
mod error;
mod execution_outcome;
mod message;
mod message_code;
mod note;
mod path;
mod replacement_mode;
mod signature;
mod status_code;
mod tlv;
mod update_credentials;

pub use credential_details::{Cell, CredentialDetailsCommand, CredentialDetailsResponse, RemotePartyDetails};
pub use date_time::{DateTime, ExecutionDateTime};
pub use device_certificate::DeviceCertificate;
pub use error::{DecodeError, DecodeErrorKind};
pub use execution_outcome::{ExecutionOutcome, ReplacementOutcome};
pub use message::{Message, Payload};
pub use message_code::{Cra, Family, MessageCode};
pub use note::{NonMinimalLength, Note, NoteKind};
pub use path::Path;
pub use replacement_mode::ReplacementMode;
pub use signature::SignatureError;
pub use status_code::StatusCode;
pub use tlv::Tag;
pub use update_credentials::{
    AuthorisingRemotePartyControl, Replacement, SeqNumberChange, SpecialistSeqNumber, TimeBasedCpvChecks,
    UpdateAlert, UpdateCommand, UpdateResponse,
};

/// The most octets a message may have. A command that replaces every cell of a device carries a few kilobytes of
/// certificates; the bound is there for input that is no message at all.
pub const MAX_MESSAGE: usize = 64 * 1024;

/// The most entries one list of a payload may have, far above the dozen or so cells of a device. It also bounds the
/// work of the search for duplicates.
pub const MAX_ENTRIES: usize = 255;
