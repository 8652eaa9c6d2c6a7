//! Which columns each kind of table has, and by which headers users know them.

use std::collections::BTreeMap;

use csv::ByteRecord;

use crate::error::HeaderError;

/// A field of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name in documentation and configuration.
    pub name: &'static str,
    /// Headers that mean it besides its name; compared without case, blanks, dashes and underscores.
    pub aliases: &'static [&'static str],
    /// Whether a table is nothing without it.
    pub required: bool,
}

const fn required(name: &'static str, aliases: &'static [&'static str]) -> Column {
    Column { name, aliases, required: true }
}

const fn optional(name: &'static str, aliases: &'static [&'static str]) -> Column {
    Column { name, aliases, required: false }
}

const DEVICE: &[&str] = &[
    "device",
    "esme_id",
    "esme",
    "esme guid",
    "device guid",
    "guid",
    "meter guid",
    "eui64",
    "eui-64",
    "device eui64",
];
const OBSERVED_AT: &[&str] =
    &["observation time", "read_at", "timestamp", "response date time", "date time", "read time"];

/// Fields of an extract of cells: one row per cell.
pub static CELL_COLUMNS: [Column; 8] = [
    required("device_id", DEVICE),
    optional("observed_at", OBSERVED_AT),
    required("role", &["remote_party_role", "party role"]),
    required("key_usage", &["usage", "certificate_usage", "certificate type"]),
    optional("cell_usage", &[]),
    optional("status", &["status_code"]),
    required(
        "entity_id",
        &[
            "subject_unique_id",
            "existing_subject_unique_id",
            "entity",
            "existing_remote_party_id",
            "remote_party_id",
        ],
    ),
    required(
        "key_id",
        &[
            "subject_key_identifier",
            "existing_subject_key_identifier",
            "ski",
            "key identifier",
            "key",
            "existing_certificate_hash",
            "certificate_hash",
        ],
    ),
];

/// Fields of an extract of messages: one row per message.
pub static MESSAGE_COLUMNS: [Column; 3] = [
    optional("device_id", DEVICE),
    optional("observed_at", OBSERVED_AT),
    required("gbcs", &["gbcs_payload", "message", "gbcs message", "payload"]),
];

const OPERATOR: &[&str] =
    &["dno", "expected_dno", "distributor", "distributor_id", "ldso", "registered network operator", "mpid"];
const SUPPLIER: &[&str] =
    &["supplier_id", "supplier_mpid", "energy supplier", "responsible supplier", "import supplier"];
const MPAN: &[&str] = &["mpan_core", "import_mpan", "import_mpxn", "mpxn"];

/// Fields of estate data: one row per device.
pub static ESTATE_COLUMNS: [Column; 13] = [
    required("device_id", DEVICE),
    optional("device_type", &["type"]),
    optional("device_status", &["status", "smi_status"]),
    optional("smets_version", &["smets", "smets_chts_version", "smetschtsversion"]),
    optional("mpan", MPAN),
    optional("secondary_mpan", &["secondary_import_mpan"]),
    optional("export_mpan", &["mpan export"]),
    optional("network_operator", OPERATOR),
    optional("supplier", SUPPLIER),
    optional("manufacturer", &["device_manufacturer", "maker", "make"]),
    optional("model", &["device_model"]),
    optional("firmware", &["firmware_version", "device_firmware_version"]),
    optional("region", &["csp_region", "gsp_group", "gsp group id"]),
];

/// Fields of registration data: one row per metering point.
pub static REGISTRATION_COLUMNS: [Column; 3] =
    [required("mpan", MPAN), required("network_operator", OPERATOR), optional("supplier", SUPPLIER)];

/// Fields of a party's own list: one row per device.
pub static OWN_COLUMNS: [Column; 11] = [
    required("device_id", DEVICE),
    required("state", &["verdict", "claim", "claimed_state", "our_state", "result"]),
    optional("observed_at", OBSERVED_AT),
    optional("network_operator", OPERATOR),
    optional("mpan", MPAN),
    optional("digital_signature_entity", &["ds_entity"]),
    optional("digital_signature_key", &["ds_key", "ds_ski"]),
    optional("digital_signature_certificates", &["ds_certificates", "ds_certificate", "ds_serial"]),
    optional("key_agreement_entity", &["ka_entity"]),
    optional("key_agreement_key", &["ka_key", "ka_ski"]),
    optional("key_agreement_certificates", &["ka_certificates", "ka_certificate", "ka_serial"]),
];

/// Headers that the user says a field has, by field name.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ColumnMap(pub BTreeMap<String, String>);

/// Where each field of a kind of table stands in the rows of one.
#[derive(Clone, Debug)]
pub(crate) struct Header<const N: usize> {
    positions: [Option<usize>; N],
    pub(crate) width: usize,
}

impl<const N: usize> Header<N> {
    /// Finds the fields in a header row.
    pub(crate) fn new(
        row: &ByteRecord,
        columns: &'static [Column; N],
        map: &ColumnMap,
        kind: &'static str,
    ) -> Result<Self, HeaderError> {
        let headers: Vec<String> =
            row.iter().map(|field| String::from_utf8_lossy(field).trim().to_owned()).collect();
        for field in map.0.keys() {
            if !columns.iter().any(|column| column.name == field) {
                return Err(HeaderError::UnknownField { field: field.clone(), kind });
            }
        }
        let mut positions = [None; N];
        for (column, position) in columns.iter().zip(&mut positions) {
            *position = find(column, &headers, map)?;
            if position.is_none() && column.required {
                return Err(HeaderError::Lacking {
                    field: column.name,
                    found: list(&headers),
                    suggestion: nearest(column, &headers),
                });
            }
        }
        Ok(Self { positions, width: headers.len() })
    }

    /// The fields of a row, blanks around them removed; a field without a column is empty.
    pub(crate) fn fields<'r>(&self, row: &'r ByteRecord) -> [&'r [u8]; N] {
        self.positions
            .map(|position| position.and_then(|position| row.get(position)).unwrap_or_default().trim_ascii())
    }
}

fn find(column: &Column, headers: &[String], map: &ColumnMap) -> Result<Option<usize>, HeaderError> {
    let mapped = map.0.get(column.name);
    let means = |header: &str| match mapped {
        Some(name) => header == name.trim(),
        None => {
            let plain = normalise(header);
            plain == normalise(column.name) || column.aliases.iter().any(|alias| plain == normalise(alias))
        }
    };
    let mut found = headers.iter().enumerate().filter(|(_, header)| means(header));
    let first = found.next();
    if let (Some((one, first)), Some((other, second))) = (first, found.next()) {
        return Err(HeaderError::Ambiguous {
            field: column.name,
            first: first.clone(),
            second: second.clone(),
            first_position: one + 1,
            second_position: other + 1,
        });
    }
    match (first, mapped) {
        (Some((position, _)), _) => Ok(Some(position)),
        (None, None) => Ok(None),
        (None, Some(name)) => Err(HeaderError::MappedColumnAbsent {
            field: column.name.to_owned(),
            name: name.clone(),
            found: list(headers),
        }),
    }
}

/// A header as it is compared: letters and digits, lower case.
pub(crate) fn normalise(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The headers as they stand, for a message; a long list is cut.
fn list(headers: &[String]) -> String {
    let mut shown: Vec<String> =
        headers.iter().take(20).map(|header| format!("{:?}", header_shown(header))).collect();
    if headers.len() > shown.len() {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

/// A header for a message. A long run without a blank is no header, and may be what nobody ought to see.
fn header_shown(header: &str) -> String {
    let run = header.split(char::is_whitespace).any(|word| word.chars().count() > 30);
    let length = if run { 8 } else { header.len() };
    let cut: String = header.chars().take(length).collect();
    crate::record::shown(cut.as_bytes())
}

/// The header that is most like a field, if one is close.
fn nearest(column: &Column, headers: &[String]) -> Option<String> {
    let names = || std::iter::once(column.name).chain(column.aliases.iter().copied()).map(normalise);
    headers
        .iter()
        .filter_map(|header| {
            let plain = normalise(header);
            let distance = names().map(|name| types::edit_distance(&plain, &name)).min()?;
            (distance <= 2).then_some((distance, header))
        })
        .min()
        .map(|(_, header)| header_shown(header))
}
