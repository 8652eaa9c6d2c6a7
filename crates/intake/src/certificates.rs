//! Certificates and revocation lists: DER, PEM, bundles of PEM, bare base64.

use types::Origin;

use crate::error::IntakeError;
use crate::limits::MAX_CERTIFICATE_FILE;
use crate::record::Reject;
use crate::source::Source;

/// A certificate or revocation list of an input, or why there is none.
#[derive(Debug)]
pub struct CertificateRecord {
    /// Where it stands.
    pub origin: Origin,
    /// What it is.
    pub outcome: Result<smki::Published, Reject>,
}

/// Reads all certificates and revocation lists of an input. There is at least one record: an input without any gives the
/// reason.
///
/// # Errors
///
/// The input can't be read or is larger than [`crate::MAX_CERTIFICATE_FILE`].
pub fn read_certificates(source: &mut Source<'_>) -> Result<Vec<CertificateRecord>, IntakeError> {
    let Some(octets) = source.read_all(MAX_CERTIFICATE_FILE)? else {
        return Err(IntakeError::CertificatesTooLarge { input: source.name().to_owned() });
    };
    let record = |located: smki::Located<Result<smki::Published, smki::ReadError>>| CertificateRecord {
        origin: Origin { input: source.id(), line: located.line },
        outcome: located.value.map_err(Reject::Certificate),
    };
    Ok(smki::read_published(&octets).into_iter().map(record).collect())
}
