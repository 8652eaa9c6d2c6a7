//! The frame around a payload: general-signing, and general-ciphering around that for MACed messages.

use sha2::{Digest, Sha256};
use types::{Eui64, Timestamp};

use crate::der::{Lengths, encode_length};
use crate::key::KeyPair;

/// Whether a message is a command, a response or an alert.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Flag {
    /// To the device.
    Command,
    /// From the device, answering a command.
    Response,
    /// From the device, unasked.
    Alert,
}

/// The header of a message.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// Command, response or alert.
    pub flag: Flag,
    /// The originator counter; a response repeats the command's.
    pub counter: u64,
    /// Who sends.
    pub originator: Eui64,
    /// Who is to receive.
    pub recipient: Eui64,
    /// The device's time, which only signed responses carry.
    pub time: Option<Timestamp>,
    /// The message code.
    pub code: u16,
    /// What follows the message code in other information: a supplementary party, counters.
    pub supplementary: Vec<u8>,
}

const GENERAL_SIGNING: u8 = 0xDF;
const GENERAL_CIPHERING: [u8; 7] = [0xDD, 0, 0, 0, 0, 0, 0];
const SECURITY_HEADER: [u8; 5] = [0x11, 0, 0, 0, 0];

impl Envelope {
    /// A header without a time and without supplementary information.
    #[must_use]
    pub const fn new(flag: Flag, code: u16, counter: u64, originator: Eui64, recipient: Eui64) -> Self {
        Self { flag, counter, originator, recipient, time: None, code, supplementary: Vec::new() }
    }

    /// The same with the device's time.
    #[must_use]
    pub const fn at(mut self, time: Timestamp) -> Self {
        self.time = Some(time);
        self
    }

    /// The general-signing block up to and including the payload.
    fn block(&self, payload: &[u8]) -> Vec<u8> {
        let flag = match self.flag {
            Flag::Command => 1,
            Flag::Response => 2,
            Flag::Alert => 3,
        };
        let mut block = vec![GENERAL_SIGNING, 9, flag];
        block.extend(self.counter.to_be_bytes());
        for party in [self.originator, self.recipient] {
            push_field(&mut block, &party.octets());
        }
        push_field(&mut block, &self.time.map(date_time).unwrap_or_default());
        let mut information = self.code.to_be_bytes().to_vec();
        information.extend_from_slice(&self.supplementary);
        push_field(&mut block, &information);
        push_field(&mut block, payload);
        block
    }

    /// A message that is only signed, as responses and alerts of CS02b are.
    #[must_use]
    pub fn signed(&self, payload: &[u8], key: &KeyPair) -> Vec<u8> {
        let mut message = self.block(payload);
        // The signature covers what follows the tag of general-signing, up to its own length.
        let signature = key.sign(message.get(1..).unwrap_or_default());
        push_field(&mut message, &signature);
        message
    }

    /// A message that is only MACed, as CS02a is.
    #[must_use]
    pub fn maced(&self, payload: &[u8]) -> Vec<u8> {
        let mut block = self.block(payload);
        push_field(&mut block, &[]);
        cipher_frame(&block)
    }

    /// A message that is signed and MACed, as critical commands are on their way to the device.
    #[must_use]
    pub fn signed_and_maced(&self, payload: &[u8], key: &KeyPair) -> Vec<u8> {
        cipher_frame(&self.signed(payload, key))
    }

    /// A general-signing block without signature or MAC, as the pre-command that a party is given to sign.
    #[must_use]
    pub fn unsigned(&self, payload: &[u8]) -> Vec<u8> {
        self.block(payload)
    }
}

fn push_field(out: &mut Vec<u8>, content: &[u8]) {
    out.extend(encode_length(content.len(), Lengths::Minimal));
    out.extend_from_slice(content);
}

fn cipher_frame(block: &[u8]) -> Vec<u8> {
    const MAC: usize = 12;
    let mut message = GENERAL_CIPHERING.to_vec();
    message.extend(encode_length(SECURITY_HEADER.len() + block.len() + MAC, Lengths::Minimal));
    message.extend(SECURITY_HEADER);
    message.extend_from_slice(block);
    let hash: [u8; 32] = Sha256::digest(block).into();
    message.extend(hash.into_iter().take(MAC));
    message
}

/// A COSEM date-time: weekday, deviation and clock status not specified.
fn date_time(at: Timestamp) -> Vec<u8> {
    let text = at.to_string();
    let number = |range: std::ops::Range<usize>| {
        text.get(range).and_then(|digits| digits.parse::<u16>().ok()).unwrap_or_default()
    };
    let mut octets = number(0..4).to_be_bytes().to_vec();
    let [month, day, hour, minute, second] =
        [5..7, 8..10, 11..13, 14..16, 17..19].map(|range| number(range).to_be_bytes()[1]);
    octets.extend([month, day, 0xFF, hour, minute, second, 0, 0x80, 0x00, 0xFF]);
    octets
}
