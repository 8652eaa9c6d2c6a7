//! Who replaces whose credentials.

use std::fmt;

/// GBCS `CredentialsReplacementMode`. Numbers without a name are kept as they are.
///
/// ```text
/// CredentialsReplacementMode ::= INTEGER {
///   rootBySupplier (0), rootByWanProvider (1), supplierBySupplier (2),
///   networkOperatorByNetworkOperator (3), accessControlBrokerByACB (4),
///   wanProviderByWanProvider (5), transCoSByTransCoS (6), supplierByTransCoS (7),
///   anyExceptAbnormalRootByRecovery (8), anyByContingency (9),
///   loadControllerByLoadController (10), loadControllerBySupplier (11) }
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ReplacementMode(pub u32);

impl ReplacementMode {
    /// The supplier replaces the root.
    pub const ROOT_BY_SUPPLIER: Self = Self(0);
    /// The WAN provider replaces the root.
    pub const ROOT_BY_WAN_PROVIDER: Self = Self(1);
    /// The supplier replaces its own.
    pub const SUPPLIER_BY_SUPPLIER: Self = Self(2);
    /// Whoever is in the network operator's signature cell replaces the network operator's.
    pub const NETWORK_OPERATOR_BY_NETWORK_OPERATOR: Self = Self(3);
    /// The Access Control Broker replaces its own.
    pub const ACCESS_CONTROL_BROKER_BY_ACB: Self = Self(4);
    /// The WAN provider replaces its own.
    pub const WAN_PROVIDER_BY_WAN_PROVIDER: Self = Self(5);
    /// The transitional change of supplier party replaces its own.
    pub const TRANS_COS_BY_TRANS_COS: Self = Self(6);
    /// The transitional change of supplier party replaces the supplier's.
    pub const SUPPLIER_BY_TRANS_COS: Self = Self(7);
    /// The recovery party replaces any but an abnormal root.
    pub const ANY_EXCEPT_ABNORMAL_ROOT_BY_RECOVERY: Self = Self(8);
    /// The contingency key replaces any.
    pub const ANY_BY_CONTINGENCY: Self = Self(9);
    /// The load controller replaces its own.
    pub const LOAD_CONTROLLER_BY_LOAD_CONTROLLER: Self = Self(10);
    /// The supplier replaces the load controller's.
    pub const LOAD_CONTROLLER_BY_SUPPLIER: Self = Self(11);

    /// The GBCS name, if the number has one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "rootBySupplier",
            1 => "rootByWanProvider",
            2 => "supplierBySupplier",
            3 => "networkOperatorByNetworkOperator",
            4 => "accessControlBrokerByACB",
            5 => "wanProviderByWanProvider",
            6 => "transCoSByTransCoS",
            7 => "supplierByTransCoS",
            8 => "anyExceptAbnormalRootByRecovery",
            9 => "anyByContingency",
            10 => "loadControllerByLoadController",
            11 => "loadControllerBySupplier",
            _ => return None,
        })
    }
}

impl fmt::Display for ReplacementMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "mode {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_modes_keep_their_number() {
        let known = ReplacementMode::NETWORK_OPERATOR_BY_NETWORK_OPERATOR;
        assert_eq!(known.to_string(), "networkOperatorByNetworkOperator");
        assert_eq!(ReplacementMode(12).to_string(), "mode 12");
    }
}
