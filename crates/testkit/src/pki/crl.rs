//! X.509 version 2 certificate revocation lists.

use types::{KeyId, Timestamp};

use super::certificate::{Certificate, Extension, oid, signed, write_algorithm, write_time};
use super::name::Name;
use crate::der::{Der, tag};
use crate::key::KeyPair;

/// One revoked certificate.
#[derive(Clone, Copy, Debug)]
pub struct Revoked {
    /// Its serial number.
    pub serial: [u8; 16],
    /// When it was revoked.
    pub at: Timestamp,
    /// RFC 5280 reason code, if the entry gives one.
    pub reason: Option<u8>,
}

impl Revoked {
    /// Reason code `keyCompromise`.
    pub const KEY_COMPROMISE: u8 = 1;
    /// Reason code `superseded`.
    pub const SUPERSEDED: u8 = 4;
}

/// What goes into a revocation list, before it is signed.
#[derive(Clone, Debug)]
pub struct CrlSpec {
    /// The issuer's name.
    pub issuer: Name,
    /// The issuer's key.
    pub authority_key: KeyId,
    /// `thisUpdate`.
    pub this_update: Timestamp,
    /// `nextUpdate`, which RFC 5280 asks for.
    pub next_update: Option<Timestamp>,
    /// `cRLNumber`.
    pub number: u64,
    /// The entries.
    pub revoked: Vec<Revoked>,
}

impl CrlSpec {
    /// An empty list of an authority.
    #[must_use]
    pub fn new(issuer: &Certificate, this_update: Timestamp, next_update: Timestamp) -> Self {
        Self {
            issuer: issuer.subject().clone(),
            authority_key: issuer.key_id(),
            this_update,
            next_update: Some(next_update),
            number: 1,
            revoked: Vec::new(),
        }
    }

    /// Signs it, into DER.
    #[must_use]
    pub fn issue(&self, key: &KeyPair) -> Vec<u8> {
        signed(&Der::encode(|der| self.write_tbs(der)), key)
    }

    fn write_tbs(&self, der: &mut Der) {
        der.sequence(|der| {
            der.integer(1);
            write_algorithm(der);
            self.issuer.write(der);
            write_time(der, self.this_update);
            if let Some(next) = self.next_update {
                write_time(der, next);
            }
            if !self.revoked.is_empty() {
                der.sequence(|der| self.revoked.iter().for_each(|entry| entry.write(der)));
            }
            der.nest(0xA0, |der| {
                der.sequence(|der| {
                    Extension::authority_key(self.authority_key).write(der);
                    let number = Der::encode(|der| der.integer(self.number));
                    Extension { oid: oid::CRL_NUMBER.to_vec(), critical: false, value: number }.write(der);
                });
            });
        });
    }
}

impl Revoked {
    fn write(&self, der: &mut Der) {
        der.sequence(|der| {
            der.unsigned(tag::INTEGER, &self.serial);
            write_time(der, self.at);
            if let Some(reason) = self.reason {
                let value = Der::encode(|der| der.tagged_integer(tag::ENUMERATED, u64::from(reason)));
                let extension = Extension { oid: oid::CRL_REASON.to_vec(), critical: false, value };
                der.sequence(|der| extension.write(der));
            }
        });
    }
}
