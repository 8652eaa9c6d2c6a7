//! The credentials of every party, looked up once instead of once for each device.

use types::{Credential, Eui64, RemotePartyRole};

use crate::pki::{Organisation, PARTIES, Party, Pki, PkiError, SUPPLIERS, Supplier};

/// What the signature cell and the agreement cell hold.
pub(super) type Pair = [Credential; 2];

#[derive(Clone, Debug)]
pub(super) struct Operator {
    pub(super) party: &'static Party,
    pub(super) current: Pair,
    pub(super) superseded: Pair,
    pub(super) revoked: Pair,
    pub(super) expired: Pair,
    pub(super) xml_sign: Credential,
}

#[derive(Clone, Debug)]
pub(super) struct SupplierKeys {
    pub(super) supplier: &'static Supplier,
    pub(super) cells: Pair,
    pub(super) top_up: Credential,
}

/// All credentials of the standard SMKI.
#[derive(Clone, Debug)]
pub(super) struct Catalogue {
    pub(super) pki: Pki,
    pub(super) operators: Vec<Operator>,
    pub(super) suppliers: Vec<SupplierKeys>,
    pub(super) broker: Pair,
    pub(super) root: Credential,
    pub(super) recovery: Credential,
    pub(super) transitional: Credential,
    pub(super) load_controller: Credential,
}

impl Catalogue {
    pub(super) fn new() -> Result<Self, PkiError> {
        let pki = Pki::standard();
        let broker = pair(pki.organisation("ACB")?, 1)?;
        let signature = |id: &str| -> Result<Credential, PkiError> {
            Ok(pki.organisation(id)?.current()?.digital_signature()?.credential())
        };
        let mut operators = Vec::new();
        for party in &PARTIES {
            operators.push(match pki.organisation(party.id) {
                Ok(organisation) if organisation.role() == RemotePartyRole::NETWORK_OPERATOR => Operator {
                    party,
                    current: pair(organisation, Organisation::CURRENT)?,
                    superseded: pair(organisation, Organisation::SUPERSEDED)?,
                    revoked: pair(organisation, Organisation::REVOKED)?,
                    expired: pair(organisation, Organisation::EXPIRED)?,
                    xml_sign: organisation.xml_sign()?.credential(),
                },
                // A party that is no user of the DCC: its meters hold the placeholder.
                _ => Operator {
                    party,
                    current: broker,
                    superseded: broker,
                    revoked: broker,
                    expired: broker,
                    xml_sign: Credential::default(),
                },
            });
        }
        let mut suppliers = Vec::new();
        for supplier in &SUPPLIERS {
            let organisation = pki.organisation(supplier.id)?;
            suppliers.push(SupplierKeys {
                supplier,
                cells: pair(organisation, 1)?,
                top_up: organisation.top_up()?.credential(),
            });
        }
        Ok(Self {
            broker,
            root: Credential { entity: Eui64::ZERO, key: pki.root().key_id() },
            recovery: signature("RECOVERY")?,
            transitional: signature("TCOS")?,
            load_controller: signature("LC-A")?,
            operators,
            suppliers,
            pki,
        })
    }
}

fn pair(organisation: &Organisation, generation: usize) -> Result<Pair, PkiError> {
    let generation = organisation.generation(generation)?;
    Ok([generation.digital_signature()?.credential(), generation.key_agreement()?.credential()])
}
