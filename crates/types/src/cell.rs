//! Trust anchor cells: who a cell is for and what its key may do.

use std::fmt;

/// The role of a remote party: GBCS `RemotePartyRole`, and the OU of an Organisation Certificate.
///
/// Numbers without a name are kept as they are.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RemotePartyRole(pub u32);

impl RemotePartyRole {
    /// Root of the SMKI.
    pub const ROOT: Self = Self(0);
    /// Recovery.
    pub const RECOVERY: Self = Self(1);
    /// Supplier.
    pub const SUPPLIER: Self = Self(2);
    /// Network operator: the role this project is about.
    pub const NETWORK_OPERATOR: Self = Self(3);
    /// Access Control Broker, the DCC's own party, whose credentials are the placeholder.
    pub const ACCESS_CONTROL_BROKER: Self = Self(4);
    /// Transitional change of supplier.
    pub const TRANSITIONAL_COS: Self = Self(5);
    /// WAN provider.
    pub const WAN_PROVIDER: Self = Self(6);
    /// Issuing authority.
    pub const ISSUING_AUTHORITY: Self = Self(7);
    /// Load controller.
    pub const LOAD_CONTROLLER: Self = Self(8);
    /// Any other.
    pub const OTHER: Self = Self(127);
    /// Signs DUIS requests; a certificate role only.
    pub const XML_SIGN: Self = Self(0x87);
    /// Signs the DSP's XML; a certificate role only.
    pub const DSP_XML_SIGN: Self = Self(0x89);

    /// The GBCS name, if the number has one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "root",
            1 => "recovery",
            2 => "supplier",
            3 => "networkOperator",
            4 => "accessControlBroker",
            5 => "transitionalCoS",
            6 => "wanProvider",
            7 => "issuingAuthority",
            8 => "loadController",
            127 => "other",
            0x87 => "xmlSign",
            0x89 => "dspXmlSign",
            _ => return None,
        })
    }
}

impl fmt::Display for RemotePartyRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "role {}", self.0),
        }
    }
}

/// What a key may be used for: the X.509 `KeyUsage` named bits, bit 0 being the most significant.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// No usage at all.
    pub const NONE: Self = Self(0);
    /// Bit 0.
    pub const DIGITAL_SIGNATURE: Self = Self::bit(0);
    /// Bit 4.
    pub const KEY_AGREEMENT: Self = Self::bit(4);
    /// Bit 5.
    pub const KEY_CERT_SIGN: Self = Self::bit(5);
    /// Bit 6.
    pub const CRL_SIGN: Self = Self::bit(6);

    const NAMES: [&'static str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];

    /// The usage of one bit, 0 to 15.
    #[must_use]
    pub const fn bit(bit: u32) -> Self {
        Self(1u16.wrapping_shl(15 - bit))
    }

    /// Sixteen bits, bit 0 the most significant.
    #[must_use]
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// The bits, bit 0 the most significant.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Both usages together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` is allowed.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// How many usages there are.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// The names of the bits that are set, in bit order; a bit that X.509 does not name is `bit 9` and so on.
    #[must_use]
    pub fn names(self) -> Vec<String> {
        (0..16)
            .filter(|bit| self.contains(Self::bit(*bit)))
            .map(|bit| match Self::NAMES.get(bit as usize) {
                Some(name) => (*name).to_owned(),
                None => format!("bit {bit}"),
            })
            .collect()
    }
}

impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("no usage");
        }
        f.write_str(&self.names().join(" + "))
    }
}

/// What a cell serves: GBCS `CellUsage`, whose default, management, DER omits.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CellUsage(pub u32);

impl CellUsage {
    /// Everything but prepayment.
    pub const MANAGEMENT: Self = Self(0);
    /// Prepayment top-up.
    pub const PRE_PAYMENT_TOP_UP: Self = Self(1);

    /// The GBCS name, if the number has one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self.0 {
            0 => Some("management"),
            1 => Some("prePaymentTopUp"),
            _ => None,
        }
    }
}

impl fmt::Display for CellUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "cell usage {}", self.0),
        }
    }
}

/// Names one trust anchor cell: GBCS `TrustAnchorCellIdentifier`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CellId {
    /// Whose cell it is.
    pub role: RemotePartyRole,
    /// What its key may do.
    pub key_usage: KeyUsage,
    /// What it serves.
    pub cell_usage: CellUsage,
}

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.role, self.key_usage, self.cell_usage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_usage_bits_have_their_x509_names() {
        let both = KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_AGREEMENT);
        assert_eq!(both.names(), ["digitalSignature", "keyAgreement"]);
        assert_eq!(KeyUsage::from_bits(0x0040).names(), ["bit 9"]);
    }

    #[test]
    fn unknown_roles_keep_their_number() {
        assert_eq!(RemotePartyRole(99).to_string(), "role 99");
        assert_eq!(RemotePartyRole(0x87).name(), Some("xmlSign"));
    }
}
