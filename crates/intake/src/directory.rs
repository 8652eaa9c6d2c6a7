//! The DNO directory in TOML.

use serde::Deserialize;
use types::{
    Credentials, DatedEntity, DirectoryRecords, DistributorId, EntityList, Eui64, OperatorKind,
    OperatorRecord, ParseEui64Error, ParseTimestampError, Period, SupplierRecord, Timestamp,
};

use crate::error::IntakeError;
use crate::limits::MAX_DIRECTORY_FILE;
use crate::registration::UNREAD;

use crate::source::Source;
use crate::toml_place::place;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    date: String,
    source: String,
    #[serde(default)]
    party: Vec<Party>,
    #[serde(default)]
    supplier: Vec<Supplier>,
    #[serde(default)]
    access_control_broker: Vec<Broker>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Party {
    id: Name,
    #[serde(default)]
    name: Name,
    group: Option<String>,
    kind: Option<Kind>,
    #[serde(default)]
    distributor_ids: Vec<u8>,
    #[serde(default)]
    aliases: Vec<Name>,
    expects_certificates: Option<bool>,
    #[serde(default)]
    entities: Vec<Entity>,
    entities_complete: Option<bool>,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    LicenceArea,
    Independent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entity {
    id: String,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Supplier {
    id: Name,
    #[serde(default)]
    name: Name,
    #[serde(default)]
    entities: Vec<Entity>,
}

/// A name of a party.
#[derive(Default, Deserialize)]
#[serde(try_from = "String")]
struct Name(String);

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match ["unassigned", "unknown", UNREAD].iter().any(|word| name.trim().eq_ignore_ascii_case(word)) {
            true => Err(format!("{name:?} is no name: reports use the word where no party is known")),
            false => Ok(Self(name)),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Broker {
    entity: String,
}

/// Reads one directory file. How many parties, suppliers and brokers it lists is its number of records.
///
/// # Errors
///
/// The file can't be read, is no TOML of this form, or names an identifier or time that is none.
pub fn read_directory(source: &mut Source<'_>) -> Result<DirectoryRecords, IntakeError> {
    let input = source.name().to_owned();
    let Some(octets) = source.read_all(MAX_DIRECTORY_FILE)? else {
        return Err(IntakeError::DirectoryTooLarge { input });
    };
    let text = String::from_utf8(octets).map_err(|_| DirectoryFileError::NotUtf8);
    let records = text.and_then(|text| {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
        let file: File = toml::from_str(text)
            .map_err(|error| DirectoryFileError::Toml { message: place(text, &error) })?;
        records(file)
    });
    records.map_err(|source| IntakeError::Directory { input, source })
}

fn records(file: File) -> Result<DirectoryRecords, DirectoryFileError> {
    let operators = file.party.into_iter().map(operator).collect::<Result<_, _>>()?;
    let suppliers = file.supplier.into_iter().map(supplier).collect::<Result<_, _>>()?;
    let broker = |broker: Broker| {
        Ok(DatedEntity { id: eui64("access_control_broker", &broker.entity)?, period: Period::default() })
    };
    let access_control_brokers =
        file.access_control_broker.into_iter().map(broker).collect::<Result<_, _>>()?;
    Ok(DirectoryRecords {
        date: file.date,
        source: file.source,
        operators,
        suppliers,
        access_control_brokers,
    })
}

fn operator(party: Party) -> Result<OperatorRecord, DirectoryFileError> {
    let id = identifier(&party.id)?;
    let distributor = |number| {
        DistributorId::new(number)
            .ok_or_else(|| DirectoryFileError::Distributor { party: id.clone(), number })
    };
    Ok(OperatorRecord {
        distributors: party.distributor_ids.into_iter().map(distributor).collect::<Result<_, _>>()?,
        name: party.name.0,
        group: party.group,
        kind: party.kind.map(|kind| match kind {
            Kind::LicenceArea => OperatorKind::LicenceArea,
            Kind::Independent => OperatorKind::Independent,
        }),
        aliases: party.aliases.into_iter().map(|alias| alias.0).collect(),
        credentials: party.expects_certificates.map(|expected| match expected {
            true => Credentials::Expected,
            false => Credentials::NoneExpected,
        }),
        entities: entities(&id, party.entities)?,
        entity_list: party.entities_complete.map(|complete| match complete {
            true => EntityList::Complete,
            false => EntityList::Partial,
        }),
        period: period(&id, party.from, party.to)?,
        id,
    })
}

fn supplier(supplier: Supplier) -> Result<SupplierRecord, DirectoryFileError> {
    let id = identifier(&supplier.id)?;
    Ok(SupplierRecord { entities: entities(&id, supplier.entities)?, name: supplier.name.0, id })
}

fn identifier(id: &Name) -> Result<String, DirectoryFileError> {
    match id.0.trim() {
        "" => Err(DirectoryFileError::NoId),
        id => Ok(id.to_owned()),
    }
}

fn entities(party: &str, entities: Vec<Entity>) -> Result<Vec<DatedEntity>, DirectoryFileError> {
    let dated = |entity: Entity| {
        Ok(DatedEntity { id: eui64(party, &entity.id)?, period: period(party, entity.from, entity.to)? })
    };
    entities.into_iter().map(dated).collect()
}

fn eui64(party: &str, text: &str) -> Result<Eui64, DirectoryFileError> {
    text.parse().map_err(|error| DirectoryFileError::Entity {
        party: party.to_owned(),
        text: text.to_owned(),
        error,
    })
}

fn period(party: &str, from: Option<String>, to: Option<String>) -> Result<Period, DirectoryFileError> {
    let instant = |text: Option<String>| {
        let read = |text: String| {
            text.parse::<Timestamp>().map_err(|error| DirectoryFileError::Time {
                party: party.to_owned(),
                text,
                error,
            })
        };
        text.map(read).transpose()
    };
    Ok(Period { from: instant(from)?, to: instant(to)? })
}

/// Why a directory file can't be used.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DirectoryFileError {
    /// Not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// Not TOML, or not of the documented form; the message names line and column.
    #[error("{message}")]
    Toml {
        /// What the TOML reader says.
        message: String,
    },
    /// A party or supplier without an id.
    #[error("a party has a blank id")]
    NoId,
    /// A distributor id of more than two digits.
    #[error("party {party}: {number} is no distributor id")]
    Distributor {
        /// The party.
        party: String,
        /// The number.
        number: u8,
    },
    /// An entity identifier that is none.
    #[error("party {party}: entity {text:?}: {error}")]
    Entity {
        /// The party.
        party: String,
        /// The text.
        text: String,
        /// What is wrong.
        error: ParseEui64Error,
    },
    /// A time that is none.
    #[error("party {party}: time {text:?}: {error}")]
    Time {
        /// The party.
        party: String,
        /// The text.
        text: String,
        /// What is wrong.
        error: ParseTimestampError,
    },
}

#[cfg(test)]
mod tests {
    use types::InputId;

    use super::*;

    #[test]
    fn no_party_has_the_words_that_reports_use_where_none_is_known() {
        for (before, after) in [
            ("[[party]]\nid = ", ""),
            ("[[party]]\nid = \"LOND\"\nname = ", ""),
            ("[[party]]\nid = \"LOND\"\naliases = [\"LPN\", ", "]"),
            ("[[supplier]]\nid = ", ""),
            ("[[supplier]]\nid = \"SUP\"\nname = ", ""),
        ] {
            let read = |name: &str| {
                let text = format!("date = \"x\"\nsource = \"x\"\n{before}\"{name}\"{after}\n");
                read_directory(&mut Source::new("d.toml", InputId(0), text.as_bytes()))
            };
            read("unknown place").unwrap();
            for name in ["unassigned", "Unassigned", " UNKNOWN ", "unknown", UNREAD] {
                let error = read(name).unwrap_err().to_string();
                assert!(error.contains("d.toml: line ") && error.contains("is no name"), "{error}");
            }
        }
    }
}
