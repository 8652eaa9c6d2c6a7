//! Certificates and revocation lists of the smart metering key infrastructure (SMKI): decoding, profile, store, paths to
//! a trust anchor, revocation.
//!
//! A trust anchor cell of a meter holds an entity identifier and a key identifier, never a certificate. This crate
//! answers which certificates that may be, whose they are, what their key is for, how far they are as SMKI prescribes,
//! and whether a trust anchor that the auditor gave stands behind them. It reads certificates as users hold them and
//! departs from no octet of them: the fingerprint is that of the octets as given.
//!
//! It knows nothing of meters, messages or files, and never looks at a clock: the instant is an argument.
//!
//! Five questions have five answers, and none implies another:
//!
//! | question | answer |
//! |---|---|
//! | Can it be read? | [`Certificate::decode`], [`RevocationList::decode`], [`read_published`] |
//! | Is it as the profile says? | [`Certificate::inspect_profile`] |
//! | Is it in force? | [`Certificate::validity_at`] |
//! | Who stands behind it? | [`Store::verify_paths`] |
//! | Is it revoked? | [`Store::verify_revocation`] |
//!
//! ```
//! use dno_audit_smki::{PathLimits, Profile, StoreBuilder, Validity, read_certificates};
//! use types::{AsOf, RemotePartyRole};
//!
//! # let pem = b"
//! # -----BEGIN CERTIFICATE-----
//! # MIIBnzCCAUWgAwIBAgIQERERERERERERERERERERETAKBggqhkjOPQQDAjAaMQsw
//! # CQYDVQQLEwIwMDELMAkGA1UEAxMCVDAwHhcNMjQwMTAxMDAwMDAwWhcNMzQwMTAx
//! # MDAwMDAwWjAaMQswCQYDVQQLEwIwNzELMAkGA1UEAxMCVDEwWTATBgcqhkjOPQIB
//! # BggqhkjOPQMBBwNCAARN1PTWTIA7usvrgttK6TI+RRaJUyH9oYYpDOspm2HxyKH5
//! # ch89bs7IsP7ssohCP+DIWI5tKYKs7SP9pVp1dZ+Qo20wazAOBgNVHQ8BAf8EBAMC
//! # AQYwEgYDVR0TAQH/BAgwBgEB/wIBADAdBgNVHSABAf8EEzARMA8GDSqGOgABhI+5
//! # DwECAQQwEQYDVR0OBAoECEMrJvw+nBT8MBMGA1UdIwQMMAqACEo7nRRtDyEmMAoG
//! # CCqGSM49BAMCA0gAMEUCICOWL8xh1omP0Iv9IcRULEo4yJU8tALeHegWiZHsp3md
//! # AiEAoDlrY+DjeFZP3gk1dpg7Mm9RH98tHEqb9dBmWQ1deAg=
//! # -----END CERTIFICATE-----
//! # -----BEGIN CERTIFICATE-----
//! # MIIBkjCCATigAwIBAgIQWlpaWlpaWlpaWlpaWlpaWjAKBggqhkjOPQQDAjAaMQsw
//! # CQYDVQQLEwIwNzELMAkGA1UEAxMCVDEwHhcNMjQwMTAxMDAwMDAwWhcNMzQwMTAx
//! # MDAwMDAwWjAhMQswCQYDVQQLDAIwMzESMBAGA1UELQMJAAAAXu8QAADRMFkwEwYH
//! # KoZIzj0CAQYIKoZIzj0DAQcDQgAE15dzfUCBVC3+ERqabLpqUukRGPJ6gU+Ogx6P
//! # ctUWX5MI2pZSIk6vOfRZCYtUXVIJANNy2m5zzzPEAyqCZOe65KNZMFcwDgYDVR0P
//! # AQH/BAQDAgeAMBEGA1UdDgQKBAhBaXm5aoRSODAdBgNVHSABAf8EEzARMA8GDSqG
//! # OgABhI+5DwECAQQwEwYDVR0jBAwwCoAIQysm/D6cFPwwCgYIKoZIzj0EAwIDSAAw
//! # RQIgZWqL1AqtvH2dioNBif9vpXwG+MJNkGaWiCY22pTvY1wCIQClwZsM0r5ttsgz
//! # /YgRTbO+5jTaNQZeemDDYSyi+3efxg==
//! # -----END CERTIFICATE-----
//! # ";
//! // A file with the issuing certificate that the auditor trusts, and one of a network operator.
//! let mut certificates = Vec::new();
//! for found in read_certificates(pem) {
//!     certificates.push(found.value.map_err(|error| format!("line {}: {error}", found.line))?);
//! }
//! let mut builder = StoreBuilder::new();
//! for (index, certificate) in certificates.into_iter().enumerate() {
//!     if index == 0 {
//!         builder.add_trust_anchor(certificate);
//!     } else {
//!         builder.add(certificate);
//!     }
//! }
//! let store = builder.build();
//! let paths = store.verify_paths(PathLimits::default());
//!
//! // What the cell of a meter says, and who that is.
//! let as_of = AsOf("2026-01-01T00:00:00Z".parse()?);
//! let [id] = store.by_key("416979B96A845238".parse()?) else { panic!("one certificate has this key") };
//! let certificate = store.get(*id).ok_or("an id of this store")?;
//! assert_eq!(certificate.subject().to_string(), "OU=03, x500UniqueIdentifier=00005EEF100000D1");
//! assert_eq!(certificate.role(), Some(RemotePartyRole::NETWORK_OPERATOR));
//! assert_eq!(certificate.validity_at(as_of), Validity::InForce);
//! assert!(certificate.inspect_profile(&Profile::default()).is_empty());
//! assert!(paths.result(*id).is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod canonical;
mod certificate;
mod decode;
mod error;
mod extension;
mod finding;
mod key;
mod name;
mod oid;
mod path;
mod profile;
mod repository;
mod revocation;
mod revocation_list;
mod signature;
mod store;
mod text;
mod validity;

pub use certificate::{Certificate, CertificateKind, MAX_CERTIFICATE};
pub use error::{CertificateError, Field, ListField, RevocationListError};
pub use finding::{FindingLevel, ProfileFinding};
pub use key::KeyFault;
pub use name::Name;
pub use path::{IssuerFault, PathError, PathLimits, PathNote, PathToAnchor, Paths};
pub use profile::Profile;
pub use repository::{EntryMismatch, RepositoryEntry, RepositoryStatus};
pub use revocation::{
    ListUse, Revocation, RevocationListFault, RevocationListId, RevocationStatus, RevocationUnknown,
    Revocations,
};
pub use revocation_list::{MAX_REVOCATION_LIST, RevocationEntry, RevocationList, RevocationReason};
pub use store::{Added, CertificateId, Store, StoreBuilder};
pub use text::{Located, Published, ReadError, read_certificates, read_published};
pub use validity::Validity;
