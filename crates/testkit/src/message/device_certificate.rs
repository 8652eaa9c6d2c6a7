//! Update Device Certificate on Device, CS02d: about the device's own certificate, not about its trust anchor cells.
//!
//! An audit meets such messages in the same files and has to set them aside by their message code.

use crate::der::Der;

/// Message code of CS02d.
pub const CS02D: u16 = 0x000B;

/// The payload of a command: the certificate, in DER.
#[must_use]
pub fn command(certificate: &[u8]) -> Vec<u8> {
    certificate.to_vec()
}

/// The payload of a response: 0 for success, or a reason.
#[must_use]
pub fn response(code: u8) -> Vec<u8> {
    Der::encode(|der| der.integer(u64::from(code)))
}
