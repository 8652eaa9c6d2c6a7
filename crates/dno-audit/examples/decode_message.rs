//! Decodes a GBCS message in hex: who says what of which trust anchor cell.
//!
//! ```text
//! cargo run -p dno-audit --example decode_message -- DD000000…
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use gbcs::{Message, Payload};

/// The answer of a synthetic meter to a read of its credentials.
pub(crate) const SAMPLE: &str = include_str!("../../../testdata/records/gbcs/two-network-operator-cells.hex");

fn main() -> Result<(), Box<dyn Error>> {
    let given = std::env::args().nth(1);
    print!("{}", decoded(given.as_deref().unwrap_or(SAMPLE))?);
    Ok(())
}

/// What a message says, a line for each cell. Lines that begin with `#` are left out.
pub(crate) fn decoded(text: &str) -> Result<String, Box<dyn Error>> {
    let hex: String = text.lines().filter(|line| !line.starts_with('#')).collect();
    let octets = data_encoding::HEXUPPER_PERMISSIVE.decode(hex.trim().as_bytes())?;
    let message = Message::decode(&octets)?;
    let name = message.family.name().unwrap_or("another use case");
    let mut text = format!("{name} of {}\n", message.device());
    let Payload::CredentialDetailsResponse(response) = &message.payload else {
        return Ok(text + "  tells no state of cells\n");
    };
    for details in &response.remote_party_details {
        text += &format!("  {}: {}\n", details.role, details.status);
        for cell in &details.cells {
            text += &format!(
                "    {}: entity {}, key {}\n",
                cell.key_usage, cell.subject_unique_id, cell.subject_key_identifier
            );
        }
    }
    for departure in &message.non_minimal_lengths {
        text += &format!("  octet {}: a length in {} octets\n", departure.offset, departure.octets);
    }
    Ok(text)
}
