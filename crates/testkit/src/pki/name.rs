//! Distinguished names as SMKI writes them: one attribute to each RDN.

use types::{Eui64, RemotePartyRole};

use super::certificate::oid;
use crate::der::{Der, tag};

/// The ASN.1 string type of a name's text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StringType {
    /// PrintableString.
    Printable,
    /// UTF8String.
    Utf8,
}

/// One attribute of a name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Attribute {
    /// organizationalUnitName.
    Unit(StringType, String),
    /// commonName.
    CommonName(StringType, String),
    /// organizationName, which SMKI names do not have.
    OrganizationName(StringType, String),
    /// x500UniqueIdentifier: the number of unused bits and the octets.
    UniqueIdentifier(u8, Vec<u8>),
}

/// A distinguished name.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Name(pub Vec<Attribute>);

impl Name {
    /// A name without attributes, as Device Certificates have.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// `OU=00, CN=...`.
    #[must_use]
    pub fn root(common_name: &str) -> Self {
        Self::authority("00", common_name, StringType::Printable)
    }

    /// `OU=07, CN=...`.
    #[must_use]
    pub fn issuing(common_name: &str) -> Self {
        Self::authority("07", common_name, StringType::Printable)
    }

    /// `OU` and `CN` with a chosen string type.
    #[must_use]
    pub fn authority(unit: &str, common_name: &str, string: StringType) -> Self {
        Self(vec![
            Attribute::Unit(string, unit.to_owned()),
            Attribute::CommonName(string, common_name.to_owned()),
        ])
    }

    /// `CN=...` alone, as authorities for devices are named.
    #[must_use]
    pub fn common(common_name: &str) -> Self {
        Self(vec![Attribute::CommonName(StringType::Printable, common_name.to_owned())])
    }

    /// An organisation: `CN` if there is one, the role as two hex digits in `OU`, the entity as unique identifier.
    #[must_use]
    pub fn organisation(common_name: Option<&str>, role: RemotePartyRole, entity: Eui64) -> Self {
        let mut attributes = Vec::new();
        if let Some(name) = common_name {
            attributes.push(Attribute::CommonName(StringType::Utf8, name.to_owned()));
        }
        attributes.push(Attribute::Unit(StringType::Utf8, format!("{:02X}", role.0)));
        attributes.push(Attribute::UniqueIdentifier(0, entity.octets().to_vec()));
        Self(attributes)
    }

    /// The same name with every text of another string type.
    #[must_use]
    pub fn with_string_type(mut self, string: StringType) -> Self {
        for attribute in &mut self.0 {
            match attribute {
                Attribute::Unit(kind, _)
                | Attribute::CommonName(kind, _)
                | Attribute::OrganizationName(kind, _) => *kind = string,
                Attribute::UniqueIdentifier(..) => {}
            }
        }
        self
    }

    pub(crate) fn write(&self, der: &mut Der) {
        der.sequence(|der| {
            for attribute in &self.0 {
                der.nest(tag::SET, |der| der.sequence(|der| attribute.write(der)));
            }
        });
    }
}

impl Attribute {
    fn write(&self, der: &mut Der) {
        match self {
            Self::Unit(string, text) => write_text(der, &oid::ORGANIZATIONAL_UNIT, *string, text),
            Self::CommonName(string, text) => write_text(der, &oid::COMMON_NAME, *string, text),
            Self::OrganizationName(string, text) => write_text(der, &oid::ORGANIZATION, *string, text),
            Self::UniqueIdentifier(unused, octets) => {
                der.oid(&oid::UNIQUE_IDENTIFIER);
                der.bit_string(*unused, octets);
            }
        }
    }
}

fn write_text(der: &mut Der, attribute: &[u64], string: StringType, text: &str) {
    der.oid(attribute);
    let tag = match string {
        StringType::Printable => tag::PRINTABLE_STRING,
        StringType::Utf8 => tag::UTF8_STRING,
    };
    der.primitive(tag, text.as_bytes());
}
