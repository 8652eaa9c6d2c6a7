//! Paths from certificates to a trust anchor, by signature.
//!
//! In: a store with the anchors that the auditor gave. Out, for each certificate: its path, or why it has none. Dates
//! play no part, because devices keep using an anchor that has expired; the validity of a path can be asked for.

mod search;

use types::AsOf;

use crate::{CertificateId, Name, Store, Validity};
use search::Search;

/// How much work the search may do. Names and key identifiers are chosen by whoever writes a certificate, so that a
/// hostile store could otherwise ask for a signature check of every certificate against every other.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PathLimits {
    /// The most signature checks.
    pub signature_checks: u64,
    /// The most issuers between a certificate and the end of its path, the trust anchor included.
    pub issuers: usize,
}

impl Default for PathLimits {
    fn default() -> Self {
        // SMKI paths have two issuers; a million checks take a few minutes.
        Self { signature_checks: 1_000_000, issuers: 8 }
    }
}

/// The proof that a certificate was issued under a trust anchor. Only [`Store::verify_paths`] makes one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PathToAnchor {
    issuers: Vec<CertificateId>,
    notes: Vec<PathNote>,
}

/// Something odd on a path that holds nevertheless.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum PathNote {
    /// The issuer is the same name as the subject of the issuing certificate, but other octets (another string type).
    IssuerNameEncodingDiffers {
        /// The certificate that writes the name differently.
        certificate: CertificateId,
    },
    /// The authorityKeyIdentifier is not the subjectKeyIdentifier of the certificate whose key made the signature.
    AuthorityKeyIdentifierDiffers {
        /// The certificate with that authorityKeyIdentifier.
        certificate: CertificateId,
    },
}

impl PathNote {
    /// A name of the note, in kebab case.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::IssuerNameEncodingDiffers { .. } => "issuer-name-encoding-differs",
            Self::AuthorityKeyIdentifierDiffers { .. } => "authority-key-identifier-differs",
        }
    }
}

impl PathToAnchor {
    /// The issuers, nearest first; the last is the trust anchor. Empty for a trust anchor itself.
    #[must_use]
    pub fn issuers(&self) -> &[CertificateId] {
        &self.issuers
    }

    /// What is odd on the path, from the certificate upwards.
    #[must_use]
    pub fn notes(&self) -> &[PathNote] {
        &self.notes
    }

    /// The validity of the issuers: that of the first, upwards, which is not in force.
    ///
    /// `store` must be the one the path was found in.
    #[must_use]
    pub fn validity_at(&self, store: &Store, as_of: AsOf) -> Validity {
        let issuers = self.issuers.iter().filter_map(|id| store.get(*id));
        let mut not_in_force =
            issuers.map(|issuer| issuer.validity_at(as_of)).filter(|validity| *validity != Validity::InForce);
        not_in_force.next().unwrap_or(Validity::InForce)
    }
}

/// Why a certificate has no path to a trust anchor.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PathError {
    /// The store has no trust anchor.
    #[error("no trust anchor given")]
    NoTrustAnchorGiven,
    /// No other certificate has the name of the issuer, and none that has its key identifier made the signature.
    #[error("issuer '{issuer}' not found")]
    IssuerNotFound {
        /// The issuer that the certificate names.
        issuer: Name,
    },
    /// The issuer is in the store but has no path to a trust anchor itself.
    #[error("issuer '{issuer}' has no path to a trust anchor")]
    IssuerWithoutPath {
        /// The issuer that the certificate names.
        issuer: Name,
    },
    /// The certificate was not signed with the key of the issuer it names.
    #[error("signature not valid under the issuer '{issuer}'")]
    SignatureInvalid {
        /// The subject of the issuing certificate.
        issuer: Name,
    },
    /// Signed with the key of a certificate whose subject is not the issuer named (RFC 5280 section 6.1.3).
    #[error("names issuer '{named}', but was signed with the key of '{signer}'")]
    IssuerNameDiffers {
        /// The issuer that the certificate names.
        named: Name,
        /// The subject of the certificate whose key made the signature.
        signer: Name,
    },
    /// The issuing certificate may not issue certificates.
    #[error("issuer '{issuer}' may not issue certificates: {fault}")]
    IssuerNotCa {
        /// Its subject.
        issuer: Name,
        /// What forbids it.
        fault: IssuerFault,
    },
    /// A critical extension that is not processed here (RFC 5280 section 4.2).
    #[error("unknown critical extension {oid}")]
    UnknownCriticalExtension {
        /// The extension.
        oid: String,
    },
    /// More issuers on the path than [`PathLimits::issuers`].
    #[error("more than {limit} issuers on the path")]
    PathTooLong {
        /// The limit.
        limit: usize,
    },
    /// [`PathLimits::signature_checks`] was used up before this certificate was checked.
    #[error("limit of {limit} signature checks used up")]
    BudgetExhausted {
        /// The limit.
        limit: u64,
    },
    /// The signature, or the key of the issuer, is of another kind than ecdsa-with-SHA256 on P-256.
    #[error("signature algorithm {oid}, or the key of the issuer, not supported")]
    AlgorithmUnsupported {
        /// The signature algorithm of the certificate.
        oid: String,
    },
    /// The certificate is not one of this store.
    #[error("certificate not in the store")]
    NotInStore,
}

impl PathError {
    /// A name of the reason, in kebab case.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::NoTrustAnchorGiven => "no-trust-anchor-given",
            Self::IssuerNotFound { .. } => "issuer-not-found",
            Self::IssuerWithoutPath { .. } => "issuer-without-path",
            Self::SignatureInvalid { .. } => "signature-invalid",
            Self::IssuerNameDiffers { .. } => "issuer-name-differs",
            Self::IssuerNotCa { .. } => "issuer-not-ca",
            Self::UnknownCriticalExtension { .. } => "unknown-critical-extension",
            Self::PathTooLong { .. } => "path-too-long",
            Self::BudgetExhausted { .. } => "budget-exhausted",
            Self::AlgorithmUnsupported { .. } => "algorithm-unsupported",
            Self::NotInStore => "not-in-store",
        }
    }
}

/// Why a certificate may not issue others.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IssuerFault {
    /// basicConstraints absent, or without cA.
    #[error("basicConstraints does not make it a certification authority")]
    BasicConstraints,
    /// keyUsage without keyCertSign.
    #[error("keyUsage is without keyCertSign")]
    KeyUsage,
    /// pathLenConstraint of a certificate above allows no further certification authority.
    #[error("pathLenConstraint above it allows no further certification authority")]
    PathLength,
}

/// The outcome of the search for every certificate of a store.
#[derive(Clone, Debug)]
pub struct Paths {
    results: Vec<Result<PathToAnchor, PathError>>,
    signature_checks: u64,
}

static NOT_IN_STORE: PathError = PathError::NotInStore;

impl Paths {
    /// The path of a certificate.
    ///
    /// # Errors
    ///
    /// Why it has none.
    pub fn result(&self, id: CertificateId) -> Result<&PathToAnchor, &PathError> {
        self.results.get(id.index()).map_or(Err(&NOT_IN_STORE), Result::as_ref)
    }

    /// How many signatures were checked.
    #[must_use]
    pub fn signature_checks(&self) -> u64 {
        self.signature_checks
    }
}

impl Store {
    /// Looks for a path to a trust anchor for every certificate.
    ///
    /// An issuer is looked for by the name that a certificate gives, compared as a name, and by its
    /// authorityKeyIdentifier; what decides is the signature. Trust anchors are trusted as they are: their own signature
    /// is not checked. Of several issuers at one distance from an anchor, the one that ends last is taken.
    ///
    /// Policies and name constraints are not processed: a certificate with the latter as a critical extension has no
    /// path.
    #[must_use]
    pub fn verify_paths(&self, limits: PathLimits) -> Paths {
        let mut search = Search::new(self, limits);
        search.run();
        let results = self.iter().map(|(id, certificate)| search.outcome(id, certificate)).collect();
        Paths { results, signature_checks: search.signature_checks }
    }
}
