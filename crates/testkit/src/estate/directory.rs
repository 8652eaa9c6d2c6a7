//! The directory of parties that belongs to the synthetic SMKI, as TOML.

use std::fmt::Write;

use crate::pki::{Entities, PARTIES, Pki, PkiError, SUPPLIERS};

/// The text of `directory.toml`: the placeholder's entity, every operator, every supplier.
///
/// # Errors
///
/// The SMKI has no Access Control Broker.
pub fn directory(pki: &Pki) -> Result<String, PkiError> {
    let mut text = String::from("date = \"2026-01-01\"\nsource = \"synthetic\"\n");
    let broker = pki.organisation("ACB")?.entity();
    text.push_str(&format!("\n[[access_control_broker]]\nentity = \"{broker}\"\n"));
    for party in &PARTIES {
        let entities = match party.entities {
            Entities::None => String::new(),
            Entities::Complete | Entities::Incomplete => format!("{{ id = \"{}\" }}", party.entity()),
        };
        // Writing into a string does not fail.
        let _ = write!(
            text,
            "\n[[party]]\nid = \"{}\"\nname = \"{}\"\ngroup = \"{}\"\nkind = \"{}\"\ndistributor_ids = [{}]\n\
             expects_certificates = {}\nentities = [{entities}]\nentities_complete = {}\n",
            party.id,
            party.name,
            party.group,
            party.kind().name(),
            party.distributor,
            party.expects_certificates(),
            party.entities != Entities::Incomplete,
        );
    }
    for supplier in &SUPPLIERS {
        let _ = write!(
            text,
            "\n[[supplier]]\nid = \"{}\"\nname = \"{}\"\nentities = [{{ id = \"{}\" }}]\n",
            supplier.id,
            supplier.name,
            supplier.entity(),
        );
    }
    Ok(text)
}
