//! Which columns each kind of table has, and by which headers users know them.

use std::collections::BTreeMap;

use csv::ByteRecord;

use crate::error::HeaderError;
use crate::limits::MAX_COLUMNS;

/// A field of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name in documentation and configuration.
    pub name: &'static str,
    /// Headers that mean it besides its name; compared without case, blanks, dashes and underscores.
    pub aliases: &'static [&'static str],
    /// Whether a table is nothing without it.
    pub required: bool,
    /// What stands in it, which tells what to make of a number or a date where a form has such.
    pub holds: Holds,
}

/// What stands in a column.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Holds {
    /// The hex digits of an identifier. A number there has lost some of them, or may have.
    Identifier,
    /// An MPAN, which a number can hold.
    Mpan,
    /// A date and time.
    Time,
    /// A word or name, or its number.
    Word,
}

const fn required(name: &'static str, holds: Holds, aliases: &'static [&'static str]) -> Column {
    Column { name, aliases, required: true, holds }
}

const fn optional(name: &'static str, holds: Holds, aliases: &'static [&'static str]) -> Column {
    Column { name, aliases, required: false, holds }
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
    required("device_id", Holds::Identifier, DEVICE),
    optional("observed_at", Holds::Time, OBSERVED_AT),
    required("role", Holds::Word, &["remote_party_role", "party role"]),
    required("key_usage", Holds::Word, &["usage", "certificate_usage", "certificate type"]),
    optional("cell_usage", Holds::Word, &[]),
    optional("status", Holds::Word, &["status_code"]),
    required(
        "entity_id",
        Holds::Identifier,
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
        Holds::Identifier,
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
    optional("device_id", Holds::Identifier, DEVICE),
    optional("observed_at", Holds::Time, OBSERVED_AT),
    required("gbcs", Holds::Word, &["gbcs_payload", "message", "gbcs message", "payload"]),
];

const OPERATOR: &[&str] =
    &["dno", "expected_dno", "distributor", "distributor_id", "ldso", "registered network operator", "mpid"];
const SUPPLIER: &[&str] =
    &["supplier_id", "supplier_mpid", "energy supplier", "responsible supplier", "import supplier"];
const MPAN: &[&str] = &["mpan_core", "import_mpan", "import_mpxn", "mpxn"];

/// Fields of estate data: one row per device.
pub static ESTATE_COLUMNS: [Column; 13] = [
    required("device_id", Holds::Identifier, DEVICE),
    optional("device_type", Holds::Word, &["type"]),
    optional("device_status", Holds::Word, &["status", "smi_status"]),
    optional("smets_version", Holds::Word, &["smets", "smets_chts_version", "smetschtsversion"]),
    optional("mpan", Holds::Mpan, MPAN),
    optional("secondary_mpan", Holds::Mpan, &["secondary_import_mpan"]),
    optional("export_mpan", Holds::Mpan, &["mpan export"]),
    optional("network_operator", Holds::Word, OPERATOR),
    optional("supplier", Holds::Word, SUPPLIER),
    optional("manufacturer", Holds::Word, &["device_manufacturer", "maker", "make"]),
    optional("model", Holds::Word, &["device_model"]),
    optional("firmware", Holds::Word, &["firmware_version", "device_firmware_version"]),
    optional("region", Holds::Word, &["csp_region", "gsp_group", "gsp group id"]),
];

/// Fields of registration data: one row per metering point.
pub static REGISTRATION_COLUMNS: [Column; 3] = [
    required("mpan", Holds::Mpan, MPAN),
    required("network_operator", Holds::Word, OPERATOR),
    optional("supplier", Holds::Word, SUPPLIER),
];

/// Fields of a list of certificates: one row per certificate, with the certificate itself or its serial number.
pub static CERTIFICATE_COLUMNS: [Column; 7] = [
    optional("certificate", Holds::Word, &["certificate_body", "body", "pem"]),
    optional("serial", Holds::Identifier, &["certificate_serial", "serial_number", "serial_hex"]),
    optional(
        "subject",
        Holds::Identifier,
        &["certificate_subject_name", "certificate_subject_alt_name", "entity_id", "entity", "device_id"],
    ),
    optional("status", Holds::Word, &["certificate_status"]),
    optional("role", Holds::Word, &["certificate_role", "remote_party_role"]),
    optional("key_usage", Holds::Word, &["certificate_usage", "usage"]),
    optional("manufacturing", Holds::Word, &["manufacturing_flag"]),
];

/// Fields of a party's own list: one row per device.
pub static OWN_COLUMNS: [Column; 11] = [
    required("device_id", Holds::Identifier, DEVICE),
    required("state", Holds::Word, &["verdict", "claim", "claimed_state", "our_state", "result"]),
    optional("observed_at", Holds::Time, OBSERVED_AT),
    optional("network_operator", Holds::Word, OPERATOR),
    optional("mpan", Holds::Mpan, MPAN),
    optional("digital_signature_entity", Holds::Identifier, &["ds_entity"]),
    optional("digital_signature_key", Holds::Identifier, &["ds_key", "ds_ski"]),
    optional(
        "digital_signature_certificates",
        Holds::Identifier,
        &["ds_certificates", "ds_certificate", "ds_serial"],
    ),
    optional("key_agreement_entity", Holds::Identifier, &["ka_entity"]),
    optional("key_agreement_key", Holds::Identifier, &["ka_key", "ka_ski"]),
    optional(
        "key_agreement_certificates",
        Holds::Identifier,
        &["ka_certificates", "ka_certificate", "ka_serial"],
    ),
];

/// Headers that the user says a field has, by field name.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ColumnMap(pub BTreeMap<String, String>);

/// What the user says of a table.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TableOptions {
    /// Its headers.
    pub columns: ColumnMap,
    /// The sheet to read, if it is a workbook; otherwise the one sheet that has the columns.
    pub sheet: Option<String>,
}

/// Where each field of a kind of table stands in the rows of one.
#[derive(Clone, Debug)]
pub(crate) struct Header<const N: usize> {
    positions: [Option<usize>; N],
    pub(crate) width: usize,
    /// Fields without a column, each with the header that may be meant for it.
    pub(crate) near: Vec<Near>,
}

/// A column that nobody reads and that resembles a field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Near {
    field: &'static str,
    header: String,
}

impl std::fmt::Display for Near {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { field, header } = self;
        write!(f, "column {header:?} is not read; if it is {field}, say columns.{field} = {header:?}")
    }
}

impl<const N: usize> Header<N> {
    /// Finds the fields in a header row.
    pub(crate) fn new(
        row: &ByteRecord,
        columns: &'static [Column; N],
        map: &ColumnMap,
        kind: &'static str,
    ) -> Result<Self, HeaderError> {
        if row.len() > MAX_COLUMNS {
            return Err(HeaderError::TooManyColumns { found: row.len() });
        }
        let headers: Vec<String> =
            row.iter().map(|field| String::from_utf8_lossy(field).trim().to_owned()).collect();
        check_map(columns, map, kind)?;
        let mut positions = [None; N];
        for (column, position) in columns.iter().zip(&mut positions) {
            *position = find(column, &headers, map)?;
            if position.is_none() && column.required {
                return Err(lacking(column, &headers));
            }
        }
        let used = |position: usize| positions.contains(&Some(position));
        let unused: Vec<String> =
            (0..).zip(&headers).filter(|(position, _)| !used(*position)).map(|(_, h)| h.clone()).collect();
        let unmatched = columns.iter().zip(&positions).filter(|(_, position)| position.is_none());
        let near = near(unmatched.map(|(column, _)| column), &unused);
        Ok(Self { positions, width: headers.len(), near })
    }

    /// What each column of the table holds, as far as it is a field.
    pub(crate) fn fields_by_position(&self, columns: &'static [Column; N]) -> Vec<Option<&'static Column>> {
        let mut fields = vec![None; self.width];
        for (column, position) in columns.iter().zip(&self.positions) {
            if let Some(field) = position.and_then(|position| fields.get_mut(position)) {
                *field = Some(column);
            }
        }
        fields
    }

    /// Whether something holds of the column of the first field, if it has one.
    pub(crate) fn first_is(&self, holds: impl FnOnce(usize) -> bool) -> bool {
        self.positions.first().copied().flatten().is_some_and(holds)
    }

    /// The fields of a row, blanks around them removed; a field without a column is empty.
    pub(crate) fn fields<'r>(&self, row: &'r ByteRecord) -> [&'r [u8]; N] {
        self.positions
            .map(|position| position.and_then(|position| row.get(position)).unwrap_or_default().trim_ascii())
    }
}

/// Whether the fields of a column map are fields of the kind of table.
pub(crate) fn check_map(columns: &[Column], map: &ColumnMap, kind: &'static str) -> Result<(), HeaderError> {
    match map.0.keys().find(|field| !columns.iter().any(|column| column.name == **field)) {
        Some(field) => Err(HeaderError::UnknownField { field: field.clone(), kind }),
        None => Ok(()),
    }
}

/// A field that has to have a column has none.
pub(crate) fn lacking(column: &Column, headers: &[String]) -> HeaderError {
    HeaderError::Lacking { field: column.name, found: list(headers), suggestion: nearest(column, headers) }
}

/// Whether a header means a field.
pub(crate) fn means(header: &str, column: &Column, map: &ColumnMap) -> bool {
    match map.0.get(column.name) {
        Some(name) => header == name.trim(),
        None => {
            let plain = normalise(header);
            plain == normalise(column.name) || column.aliases.iter().any(|alias| plain == normalise(alias))
        }
    }
}

/// Optional fields that have no column, with the header that resembles each if one does and no other field has it.
pub(crate) fn near<'c>(unmatched: impl Iterator<Item = &'c Column>, unused: &[String]) -> Vec<Near> {
    let unmatched: Vec<&Column> = unmatched.collect();
    let of_column = |column: &&Column| {
        let alike = |header: &String| {
            let plain = normalise(header);
            let far = resemblance(&plain, column)?;
            // "Export MPAN core" has the name of one field within that of another.
            let others = unmatched.iter().filter(|other| other.name != column.name);
            others.filter_map(|other| resemblance(&plain, other)).all(|other| far <= other).then_some(far)
        };
        let best = unused.iter().filter_map(|header| Some((alike(header)?, header))).min();
        best.map(|(_, header)| Near { field: column.name, header: header_shown(header) })
    };
    unmatched.iter().filter_map(of_column).collect()
}

/// How far a header is from the names of a field, if it is near: a slip of a letter or two, or a name with a word more.
fn resemblance(plain: &str, column: &Column) -> Option<usize> {
    let names = std::iter::once(column.name).chain(column.aliases.iter().copied());
    let distance = |name: &str| {
        // A single word such as "type" or "status" says little within a longer header.
        let telling = column.holds == Holds::Mpan || name.contains(['_', ' ']);
        let name = normalise(name);
        // Of a short word, two letters are too many to tell a slip from another word.
        let most = 2.min(name.chars().count() / 3);
        let slip = Some(types::edit_distance(plain, &name)).filter(|far| *far <= most);
        let more = plain.len().saturating_sub(name.len());
        slip.or_else(|| (telling && plain.contains(&name)).then_some(most.max(more)))
    };
    names.filter_map(distance).min()
}

fn find(column: &Column, headers: &[String], map: &ColumnMap) -> Result<Option<usize>, HeaderError> {
    let mapped = map.0.get(column.name);
    let mut found = headers.iter().enumerate().filter(|(_, header)| means(header, column, map));
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
        (None, Some(name)) => Err(mapped_column_absent(column, name, headers)),
    }
}

/// A field's column, named by the user, is not there.
pub(crate) fn mapped_column_absent(column: &Column, name: &str, headers: &[String]) -> HeaderError {
    HeaderError::MappedColumnAbsent {
        field: column.name.to_owned(),
        name: name.to_owned(),
        found: list(headers),
    }
}

/// A header as it is compared: letters and digits, lower case.
pub(crate) fn normalise(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The headers as they stand, for a message; a long list is cut.
pub(crate) fn list(headers: &[String]) -> String {
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
