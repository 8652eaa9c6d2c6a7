//! Records of cell state: message files, binary messages, and tables of cells or of messages.

use gbcs::{Cra, MAX_MESSAGE, Message, StatusCode};
use types::{
    CellUsage, Credential, Eui64, Grade, NetworkOperatorCell, Observation, Origin, RemotePartyRole, Seen,
    Timestamp, Unusable, ZonelessTimes,
};

use crate::columns::{CELL_COLUMNS, MESSAGE_COLUMNS, TableOptions, list};
use crate::documents::read_documents;
use crate::error::{HeaderError, IntakeError};
use crate::fields;
use crate::message_text::{decode_field, holds_private_key, looks_like_messages, read_message_text};
use crate::observe::{Wrapper, failed, observe};
use crate::record::{Document, Form, Record, Reject, Silence, shown};
use crate::source::Source;
use crate::table::{Form as TableForm, Opened, Table, has};
use crate::xml::looks_like_xml;

/// A public key that a certificate says is a device's.
#[derive(Clone, Copy, Debug)]
pub struct DeviceKey<'k> {
    /// The key as a SEC 1 point.
    pub point: &'k [u8],
    /// Whether the path of the certificate holds. One without a path proves nothing: it raises no alarm either.
    pub proven: bool,
}

/// The public keys by which messages of a device can be verified.
pub trait DeviceKeys {
    /// The keys of certificates of the device with usage digitalSignature; none if none are known.
    fn device_keys(&self, device: Eui64) -> Vec<DeviceKey<'_>>;
}

/// No device certificates are given.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoDeviceKeys;

impl DeviceKeys for NoDeviceKeys {
    fn device_keys(&self, _: Eui64) -> Vec<DeviceKey<'_>> {
        Vec::new()
    }
}

/// The device certificates of a store, with the paths that were found for them.
#[derive(Clone, Copy, Debug)]
pub struct StoredKeys<'s> {
    /// The certificates.
    pub store: &'s smki::Store,
    /// Their paths.
    pub paths: &'s smki::Paths,
}

impl DeviceKeys for StoredKeys<'_> {
    fn device_keys(&self, device: Eui64) -> Vec<DeviceKey<'_>> {
        let key = |id: &smki::CertificateId| {
            let certificate = self.store.get(*id)?;
            let signs = certificate.key_usage().contains(types::KeyUsage::DIGITAL_SIGNATURE);
            let usable = certificate.kind() == smki::CertificateKind::Device && signs;
            let point = certificate.public_key().filter(|_| usable)?;
            Some(DeviceKey { point, proven: self.paths.result(*id).is_ok() })
        };
        self.store.by_entity(device).iter().filter_map(key).collect()
    }
}

/// What the user says of an input of records.
pub struct RecordOptions<'o> {
    /// The time of records that have none of their own.
    pub observed_at: Option<Timestamp>,
    /// What times without a zone mean.
    pub zoneless: ZonelessTimes,
    /// What is said of a table.
    pub table: TableOptions,
    /// Keys for device signatures.
    pub keys: &'o (dyn DeviceKeys + Sync),
}

impl std::fmt::Debug for RecordOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordOptions").field("observed_at", &self.observed_at).finish_non_exhaustive()
    }
}

impl Default for RecordOptions<'_> {
    fn default() -> Self {
        Self {
            observed_at: None,
            zoneless: ZonelessTimes::Refuse,
            table: TableOptions::default(),
            keys: &NoDeviceKeys,
        }
    }
}

/// Reads all records of an input, whichever of the formats it is in, and hands each to `take`.
///
/// # Errors
///
/// The input as a whole can't be read: the operating system fails, a header row can't be used, a row does not end.
/// Records that can't be used are no error; they are handed to `take` with their reason.
pub fn read_records(
    source: &mut Source<'_>,
    options: &RecordOptions<'_>,
    take: &mut dyn FnMut(&Record<'_>),
) -> Result<(), IntakeError> {
    let head = source.head()?;
    if matches!(head, [0xDD | 0xDF, ..]) {
        return binary(source, options, take);
    }
    if looks_like_xml(head) {
        return read_documents(source, options, take);
    }
    let form = TableForm::of(head);
    let is_empty = head.is_empty();
    let mut first_rows = Vec::new();
    let array = form == TableForm::JsonArray;
    let mut opened = if array { None } else { Some(Opened::new(source)?) };
    if let Some(opened) = &mut opened {
        let headers = opened.headers(&options.table)?;
        let kinds: Vec<_> = headers.iter().map(|headers| Kind::of(headers, &options.table)).collect();
        let is = |kind| kinds.contains(&Some(kind));
        match kinds.iter().flatten().min() {
            // Of two sheets of one kind, the one is found that has the columns; which of two kinds is meant can't be told.
            Some(_) if is(Kind::Messages) && is(Kind::Cells) => {
                return Err(opened.several_sheets(|index| kinds.get(index).is_some_and(Option::is_some)));
            }
            Some(Kind::Messages) => return messages(opened, options, take),
            Some(Kind::Cells) => return cells(opened, options, take),
            // A workbook that can't be read is a record with its reason, whichever it would have been.
            None if opened.is_damaged() => return cells(opened, options, take),
            None => first_rows = headers,
        }
    }
    drop(opened);
    if form == TableForm::Delimited && looks_like_messages(source.head()?) {
        return message_text(source, options, take);
    }
    let origin = Origin { input: source.id(), line: 1 };
    let head = source.head()?;
    let tried = "GBCS messages in hex, base64 or binary; tables of messages (a column gbcs) and of cells (columns \
                 device_id, role, key_usage, entity_id, key_id) as CSV, JSON Lines, XLSX, ODS, Parquet; XML of DUIS and MMC";
    let reject = if holds_private_key(head) {
        Reject::PrivateKey
    } else {
        let found = match form {
            _ if is_empty => "an empty input".to_owned(),
            TableForm::JsonArray => HeaderError::JsonArray.to_string(),
            TableForm::Workbook | TableForm::Parquet => {
                let first: Vec<String> = first_rows.iter().map(|headers| list(headers)).collect();
                format!(
                    "a table with the columns {}; the header row has to be the first",
                    first.join(" and ")
                )
            }
            // No more than the first few octets: the rest may be what nobody ought to see.
            _ => format!("begins {:?}", shown(head.get(..8).unwrap_or(head))),
        };
        Reject::NotRecognised { found, tried }
    };
    take(&Record { origin, device: None, octets: &[], form: Form::Text, outcome: Err(reject) });
    Ok(())
}

/// What a table of records is of.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Kind {
    Messages,
    Cells,
}

impl Kind {
    /// Tells it by the headers.
    fn of(headers: &[String], options: &TableOptions) -> Option<Self> {
        let has = |columns: &[crate::Column], name: &str| {
            options.columns.0.contains_key(name) || has(headers, columns, name)
        };
        if has(&MESSAGE_COLUMNS, "gbcs") {
            Some(Self::Messages)
        } else if ["role", "key_usage", "entity_id", "key_id"].iter().any(|name| has(&CELL_COLUMNS, name)) {
            Some(Self::Cells)
        } else {
            None
        }
    }
}

/// Decoding of one message after another.
pub(crate) struct Messages<'o> {
    options: &'o RecordOptions<'o>,
    observations: Vec<Observation>,
}

impl<'o> Messages<'o> {
    pub(crate) fn new(options: &'o RecordOptions<'o>) -> Self {
        Self { options, observations: Vec::with_capacity(8) }
    }

    /// Decodes a message and hands it on. `row_device` is the device that the wrapper names, if it does.
    pub(crate) fn message(
        &mut self,
        origin: Origin,
        octets: &[u8],
        row_device: Option<Eui64>,
        at: Option<Timestamp>,
        take: &mut dyn FnMut(&Record<'_>),
    ) {
        self.observations.clear();
        let (device, result) = match Message::decode(octets) {
            Err(error) => {
                // What does not begin like a message is not shown: it may be anything, a key among it.
                let unknown = matches!(error.kind(), gbcs::DecodeErrorKind::UnknownEnvelope { .. });
                let octets = if unknown { &[] } else { octets };
                let outcome = Err(Reject::Message(error));
                take(&Record { origin, device: row_device, octets, form: Form::Message, outcome });
                return;
            }
            Ok(message) => {
                let device = message.device();
                let result = match row_device {
                    Some(row) if row != device => Err(Reject::DeviceMismatch { row, message: device }),
                    _ => {
                        let wrapper = Wrapper { origin, at };
                        observe(&message, wrapper, self.options.keys, &mut self.observations)
                    }
                };
                (Some(device), result)
            }
        };
        let outcome = result.map(|()| self.observations.as_slice());
        take(&Record { origin, device, octets, form: Form::Message, outcome });
    }
}

fn binary(
    source: &mut Source<'_>,
    options: &RecordOptions<'_>,
    take: &mut dyn FnMut(&Record<'_>),
) -> Result<(), IntakeError> {
    let origin = Origin { input: source.id(), line: 1 };
    let Some(octets) = source.read_all(MAX_MESSAGE)? else {
        let outcome = Err(Reject::TooLarge);
        take(&Record { origin, device: None, octets: &[], form: Form::Text, outcome });
        return Ok(());
    };
    Messages::new(options).message(origin, &octets, None, options.observed_at, take);
    Ok(())
}

fn message_text(
    source: &mut Source<'_>,
    options: &RecordOptions<'_>,
    take: &mut dyn FnMut(&Record<'_>),
) -> Result<(), IntakeError> {
    let mut reading = Messages::new(options);
    read_message_text(source, &mut |(origin, octets)| match octets {
        Ok(octets) => reading.message(origin, octets, None, options.observed_at, take),
        Err(reject) => {
            take(&Record { origin, device: None, octets: &[], form: Form::Text, outcome: Err(reject) });
        }
    })
}

fn messages(
    opened: &mut Opened<'_, '_>,
    options: &RecordOptions<'_>,
    take: &mut dyn FnMut(&Record<'_>),
) -> Result<(), IntakeError> {
    let mut table = Table::new(opened, &MESSAGE_COLUMNS, &options.table, "a table of messages")?;
    let mut reading = Messages::new(options);
    let mut octets = Vec::new();
    let mut text = Vec::new();
    while let Some(row) = table.next()? {
        let origin = row.origin;
        let read = row.fields.and_then(|[device, at, gbcs]| {
            let device = if device.is_empty() { None } else { Some(fields::eui64("device_id", device)?) };
            let at = fields::time("observed_at", at, options.zoneless, options.observed_at)
                .map_err(|reject| (device, reject));
            let message = match gbcs {
                [] => Err(Reject::Blank { field: "gbcs" }),
                gbcs => decode_field(gbcs, &mut octets),
            };
            Ok((device, at, message))
        });
        let (device, reject) = match read {
            Ok((device, Ok(at), Ok(()))) => {
                reading.message(origin, &octets, device, at, take);
                continue;
            }
            Ok((_, Err((device, reject)), _)) | Ok((device, _, Err(reject))) => (device, reject),
            Err(reject) => (row.device.and_then(|text| fields::eui64("device_id", text).ok()), reject),
        };
        row.raw.text(&mut text);
        take(&Record { origin, device, octets: &text, form: Form::Text, outcome: Err(reject) });
    }
    Ok(())
}

fn cells(
    opened: &mut Opened<'_, '_>,
    options: &RecordOptions<'_>,
    take: &mut dyn FnMut(&Record<'_>),
) -> Result<(), IntakeError> {
    let mut table = Table::new(opened, &CELL_COLUMNS, &options.table, "a table of cells")?;
    let mut observations = Vec::with_capacity(2);
    let mut text = Vec::new();
    while let Some(row) = table.next()? {
        observations.clear();
        let origin = row.origin;
        let mut device = None;
        let outcome = match row.fields {
            Ok(fields) => cell(&fields, origin, options, &mut device, &mut observations),
            Err(reject) => {
                // A row of another width than the header may still name its device.
                device = row.device.and_then(|text| fields::eui64("device_id", text).ok());
                Err(reject)
            }
        };
        if outcome.is_err() || observations.is_empty() {
            row.raw.text(&mut text);
        } else {
            text.clear();
        }
        let outcome = outcome.map(|()| observations.as_slice());
        take(&Record { origin, device, octets: &text, form: Form::Text, outcome });
    }
    Ok(())
}

/// One row of an extract of cells.
fn cell(
    [device_id, observed_at, role, key_usage, cell_usage, status, entity_id, key_id]: &[&[u8]; 8],
    origin: Origin,
    options: &RecordOptions<'_>,
    device: &mut Option<Eui64>,
    into: &mut Vec<Observation>,
) -> Result<(), Reject> {
    let id = fields::eui64("device_id", device_id)?;
    *device = Some(id);
    if fields::role(role)? != RemotePartyRole::NETWORK_OPERATOR {
        return Ok(());
    }
    let at = fields::time("observed_at", observed_at, options.zoneless, options.observed_at)?;
    let status = fields::status(status)?;
    let mut add = |cell, seen| {
        let source = types::Source::Extract;
        into.push(Observation { device: id, at, cell, source, grade: Grade::ExtractRow, seen, origin });
    };
    if status != StatusCode::SUCCESS && key_usage.is_empty() {
        NetworkOperatorCell::ALL.into_iter().for_each(|cell| add(cell, failed(status)));
        return Ok(());
    }
    let (usage, of_word) = fields::key_usage(key_usage)?;
    let told = fields::cell_usage(cell_usage, of_word)?;
    if of_word != CellUsage::MANAGEMENT && told != of_word {
        return Err(Reject::Contradiction { one: "key_usage", other: "cell_usage" });
    }
    let cell_usage = told;
    let cell = NetworkOperatorCell::of_usage(usage);
    let (Some(cell), CellUsage::MANAGEMENT) = (cell, cell_usage) else {
        // The network operator has no other cells; a row about one tells nothing of the two.
        return Ok(());
    };
    if status != StatusCode::SUCCESS {
        let zero = |text: &[u8]| text.iter().all(|octet| matches!(octet, b'0' | b'-' | b':' | b' '));
        if !zero(entity_id) || !zero(key_id) {
            return Err(Reject::Contradiction { one: "status", other: "entity_id and key_id" });
        }
        add(cell, failed(status));
        return Ok(());
    }
    for (field, text) in [("entity_id", entity_id), ("key_id", key_id)] {
        if text.is_empty() {
            return Err(Reject::Blank { field });
        }
    }
    let entity = fields::eui64("entity_id", entity_id)?;
    let key = fields::key_id("key_id", key_id)?;
    add(cell, Seen::Held(Credential { entity, key }));
    Ok(())
}

impl Record<'_> {
    /// For a record that could not be used, what the audit should know of the device it speaks of: that there was
    /// such a record. One observation for each cell, and one pair for each device that the record names.
    #[must_use]
    pub fn unusable(&self) -> Vec<Observation> {
        let Err(reject) = &self.outcome else { return Vec::new() };
        let why = match reject {
            Reject::SignatureInvalid { .. } => Unusable::SignatureInvalid,
            Reject::DeviceMismatch { .. } | Reject::DevicesDiffer { .. } => Unusable::DeviceMismatch,
            _ => Unusable::Malformed,
        };
        let other = match reject {
            Reject::DeviceMismatch { row, .. } => Some(*row),
            Reject::DevicesDiffer { request, .. } => Some(*request),
            _ => None,
        };
        let observe = |device, cell| Observation {
            device,
            at: None,
            cell,
            source: types::Source::Extract,
            grade: Grade::ExtractRow,
            seen: Seen::Unusable(why),
            origin: self.origin,
        };
        self.device
            .into_iter()
            .chain(other)
            .flat_map(|device| NetworkOperatorCell::ALL.map(|cell| observe(device, cell)))
            .collect()
    }

    /// Why a record that can be used says nothing of a network operator cell.
    #[must_use]
    pub fn silence(&self) -> Silence {
        match self.form {
            Form::Text => Silence::NoNetworkOperatorCell,
            Form::Message => match Message::decode(self.octets) {
                Ok(message) if message.cra == Cra::Command => Silence::Intent,
                _ => Silence::NoNetworkOperatorCell,
            },
            Form::Document(Document::Request, _) => Silence::Intent,
            Form::Document(Document::Acknowledgement | Document::Failure, _) => Silence::Acknowledgement,
            Form::Document(Document::Inventory, _) => Silence::Inventory,
            Form::Document(..) => Silence::NoNetworkOperatorCell,
        }
    }
}
