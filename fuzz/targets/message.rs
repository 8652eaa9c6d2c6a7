//! `gbcs::Message::decode` on any octets, and `verify_signature` with any octets as a key.
//!
//! Decoding is deterministic, says the same device as the envelope, and an error lies within the octets. A message
//! that was cut anywhere is no message, and if more octets could mend it the error says so.

#![no_main]

use gbcs::{Cra, Message, SignatureError};
use libfuzzer_sys::fuzz_target;

/// The generator of P-256: a key that is a point, so that verification goes all the way.
const A_KEY: [u8; 65] = {
    const X: u128 = 0x6B17_D1F2_E12C_4247_F8BC_E6E5_63A4_40F2;
    const X_LOW: u128 = 0x7703_7D81_2DEB_33A0_F4A1_3945_D898_C296;
    const Y: u128 = 0x4FE3_42E2_FE1A_7F9B_8EE7_EB4A_7C0F_9E16;
    const Y_LOW: u128 = 0x2BCE_3357_6B31_5ECE_CBB6_4068_37BF_51F5;
    let quarters = [X.to_be_bytes(), X_LOW.to_be_bytes(), Y.to_be_bytes(), Y_LOW.to_be_bytes()];
    let mut key = [4; 65];
    let mut index = 0;
    while index < 64 {
        key[index + 1] = quarters[index / 16][index % 16];
        index += 1;
    }
    key
};

fuzz_target!(|octets: &[u8]| {
    let decoded = Message::decode(octets);
    assert_eq!(decoded, Message::decode(octets));
    let message = match decoded {
        Ok(message) => message,
        Err(error) => {
            assert!(error.offset() <= octets.len() && !error.to_string().is_empty());
            return;
        }
    };

    let device = match message.cra {
        Cra::Command => message.recipient,
        Cra::Response | Cra::Alert => message.originator,
    };
    assert_eq!(message.device(), device);
    assert_eq!(message.signed_octets().is_some(), message.signature.is_some());
    assert!(message.mac.is_none_or(|mac| octets.ends_with(mac)));

    match Message::decode(&octets[..octets.len() / 2]) {
        // A signed command without its signature is what its author was given to sign.
        Ok(half) => assert!(half.cra == Cra::Command && half.signature.is_none()),
        Err(error) => assert!(error.is_truncated()),
    }

    let mut point = vec![4];
    point.extend(octets.iter().chain(&[0; 64]).take(64));
    for key in [octets, &point, &A_KEY] {
        let verified = message.verify_signature(key);
        assert_eq!(verified == Err(SignatureError::Absent), message.signature.is_none());
    }
});
