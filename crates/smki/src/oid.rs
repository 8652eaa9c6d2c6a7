//! Object identifiers: the ones SMKI certificates use, and the dotted form of any other.

pub(crate) const COMMON_NAME: &str = "2.5.4.3";
pub(crate) const ORGANIZATIONAL_UNIT: &str = "2.5.4.11";
pub(crate) const X500_UNIQUE_IDENTIFIER: &str = "2.5.4.45";

pub(crate) const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
pub(crate) const KEY_USAGE: &str = "2.5.29.15";
pub(crate) const SUBJECT_ALT_NAME: &str = "2.5.29.17";
pub(crate) const BASIC_CONSTRAINTS: &str = "2.5.29.19";
pub(crate) const CERTIFICATE_POLICIES: &str = "2.5.29.32";
pub(crate) const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";

pub(crate) const CRL_NUMBER: &str = "2.5.29.20";
pub(crate) const CRL_REASON: &str = "2.5.29.21";
pub(crate) const INVALIDITY_DATE: &str = "2.5.29.24";
pub(crate) const DELTA_CRL_INDICATOR: &str = "2.5.29.27";
pub(crate) const ISSUING_DISTRIBUTION_POINT: &str = "2.5.29.28";
pub(crate) const CERTIFICATE_ISSUER: &str = "2.5.29.29";

/// RFC 4108 section 5.
pub(crate) const HARDWARE_MODULE_NAME: &str = "1.3.6.1.5.5.7.8.4";

pub(crate) const ECDSA_WITH_SHA256: &str = "1.2.840.10045.4.3.2";
pub(crate) const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
pub(crate) const P256: &str = "1.2.840.10045.3.1.7";

/// The dotted form of the content octets of an OBJECT IDENTIFIER.
///
/// `None` if they are none: no octets, a last arc cut off, an arc with leading zero septets (X.690 section 8.19.2), or
/// one beyond 128 bits, which no registration authority hands out.
pub(crate) fn dotted(content: &[u8]) -> Option<String> {
    let mut arcs = Vec::new();
    let mut arc: Option<u128> = None;
    for octet in content {
        if arc.is_none() && *octet == 0x80 {
            return None;
        }
        let value = arc.unwrap_or(0).checked_mul(128)?.checked_add(u128::from(octet & 0x7F))?;
        if octet & 0x80 == 0 {
            arcs.push(value);
            arc = None;
        } else {
            arc = Some(value);
        }
    }
    let (first, rest) = arcs.split_first()?;
    if arc.is_some() {
        return None;
    }
    // The first two arcs share a number; only root arc 2 has second arcs above 39.
    let root = (*first / 40).min(2);
    let mut text = format!("{root}.{}", first - root * 40);
    for arc in rest {
        text.push('.');
        text.push_str(&arc.to_string());
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arcs_are_joined_by_dots() {
        for (content, text) in [
            (&[0x55, 0x04, 0x2D][..], Some(X500_UNIQUE_IDENTIFIER)),
            (&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07], Some(P256)),
            (&[0x88, 0x37, 0x03], Some("2.999.3")),
            (&[0x2A, 0x80, 0x01], None),
            (&[0x2A, 0x86], None),
            (&[], None),
            (&[0xFF; 20], None),
        ] {
            assert_eq!(dotted(content).as_deref(), text, "{content:02X?}");
        }
    }
}
