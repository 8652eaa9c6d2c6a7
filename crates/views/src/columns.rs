//! Parquet: a row for each meter.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use report::model::v1::{DeviceRow, Manifest};

use crate::cells::{holder, joined, short};
use crate::write_error::WriteError;

/// Columns of text, in their order. Those of each cell begin with the usage of its key.
pub const TEXT_COLUMNS: [&str; 34] = [
    "device_id",
    "mpan",
    "dno",
    "supplier",
    "region",
    "manufacturer",
    "model",
    "firmware",
    "device_type",
    "device_status",
    "expectation",
    "verdict",
    "reasons",
    "conditions",
    "notes",
    "alerts",
    "command",
    "read",
    "digital_signature_state",
    "digital_signature_entity",
    "digital_signature_key",
    "digital_signature_holder",
    "digital_signature_observed_at",
    "digital_signature_certificates",
    "key_agreement_state",
    "key_agreement_entity",
    "key_agreement_key",
    "key_agreement_holder",
    "key_agreement_observed_at",
    "key_agreement_certificates",
    "remedy_party",
    "remedy_who",
    "service_request",
    "action",
];

/// The column of the replacement mode, a whole number, after those of text.
pub const MODE_COLUMN: &str = "replacement_mode";

/// The last column, true or false.
pub const WAIVED_COLUMN: &str = "waived";

/// Most rows of a group.
const GROUP_ROWS: usize = 1 << 16;

/// Octets of text at which a group ends, however few rows it has.
const GROUP_OCTETS: usize = 1 << 25;

/// A file that is being written.
pub struct Columns<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    text: Vec<Vec<Option<ByteArray>>>,
    modes: Vec<Option<i32>>,
    waived: Vec<bool>,
    octets: usize,
    rows: u64,
}

impl<W: Write + Send> std::fmt::Debug for Columns<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Columns").field("rows", &self.rows).finish_non_exhaustive()
    }
}

fn form(error: ParquetError) -> WriteError {
    WriteError::Form { form: "parquet", message: error.to_string() }
}

impl<W: Write + Send> Columns<W> {
    /// Begins a file that says which report it is made of.
    ///
    /// # Errors
    ///
    /// The receiver fails.
    pub fn new(out: W, manifest: &Manifest, manifest_sha256: &str) -> Result<Self, WriteError> {
        let mut schema = "message meters {\n".to_owned();
        for name in TEXT_COLUMNS {
            schema.push_str(&format!("optional binary {name} (STRING);\n"));
        }
        schema.push_str(&format!("optional int32 {MODE_COLUMN};\nrequired boolean {WAIVED_COLUMN};\n}}"));
        let schema = Arc::new(parse_message_type(&schema).map_err(form)?);
        let noted = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
        let properties = WriterProperties::builder()
            .set_created_by("dnoaudit".to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_key_value_metadata(Some(vec![
                noted("dnoaudit.as_of", &manifest.as_of),
                noted("dnoaudit.manifest_sha256", manifest_sha256),
            ]))
            .build();
        let writer = SerializedFileWriter::new(out, schema, Arc::new(properties)).map_err(form)?;
        let text = TEXT_COLUMNS.iter().map(|_| Vec::new()).collect();
        Ok(Self { writer, text, modes: Vec::new(), waived: Vec::new(), octets: 0, rows: 0 })
    }

    /// Adds a meter.
    ///
    /// # Errors
    ///
    /// The receiver fails.
    pub fn push(&mut self, row: &DeviceRow<'_>) -> Result<(), WriteError> {
        let list = |values: &[_]| Some(joined(values)).filter(|text| !text.is_empty());
        let (reasons, conditions, notes) = (list(&row.reasons), list(&row.conditions), list(&row.notes));
        let [signing, agreeing] = &row.cells;
        let certificates = [list(&signing.certificates), list(&agreeing.certificates)];
        let [signing_certificates, agreeing_certificates] = &certificates;
        let remedy = row.remedy.as_ref();
        let fields: [Option<&str>; TEXT_COLUMNS.len()] = [
            Some(row.device_id.as_str()),
            short(row.mpan.as_ref()),
            row.dno.as_deref(),
            row.supplier.as_deref(),
            row.region.as_deref(),
            row.manufacturer.as_deref(),
            row.model.as_deref(),
            row.firmware.as_deref(),
            row.device_type.as_deref(),
            row.device_status.as_deref(),
            Some(&row.expectation),
            Some(&row.verdict),
            reasons.as_deref(),
            conditions.as_deref(),
            notes.as_deref(),
            Some(&row.effect.alerts),
            Some(&row.effect.command),
            Some(&row.effect.read),
            Some(&signing.state),
            short(signing.entity.as_ref()),
            short(signing.key.as_ref()),
            holder(row, signing),
            short(signing.observed_at.as_ref()),
            signing_certificates.as_deref(),
            Some(&agreeing.state),
            short(agreeing.entity.as_ref()),
            short(agreeing.key.as_ref()),
            holder(row, agreeing),
            short(agreeing.observed_at.as_ref()),
            agreeing_certificates.as_deref(),
            remedy.map(|remedy| &*remedy.party),
            remedy.and_then(|remedy| remedy.who.as_deref()),
            remedy.and_then(|remedy| remedy.service_request.as_deref()),
            remedy.map(|remedy| &*remedy.action),
        ];
        for (column, field) in self.text.iter_mut().zip(fields) {
            self.octets += field.map_or(0, str::len);
            column.push(field.map(ByteArray::from));
        }
        let mode = remedy.and_then(|remedy| remedy.mode).map(i32::try_from).transpose();
        self.modes.push(mode.map_err(|_| WriteError::Form {
            form: "parquet",
            message: format!("{}: a replacement mode above {}", row.device_id.as_str(), i32::MAX),
        })?);
        self.waived.push(row.waived);
        self.rows += 1;
        if self.waived.len() >= GROUP_ROWS || self.octets >= GROUP_OCTETS {
            self.group()?;
        }
        Ok(())
    }

    /// Writes the end, and gives the receiver and how many meters there are.
    ///
    /// # Errors
    ///
    /// The receiver fails.
    pub fn finish(mut self) -> Result<(W, u64), WriteError> {
        if !self.waived.is_empty() {
            self.group()?;
        }
        Ok((self.writer.into_inner().map_err(form)?, self.rows))
    }

    fn group(&mut self) -> Result<(), WriteError> {
        self.write_group().map_err(form)?;
        self.octets = 0;
        Ok(())
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let missing = || ParquetError::General("a column has no writer".to_owned());
        let mut group = self.writer.next_row_group()?;
        for fields in &mut self.text {
            let levels: Vec<i16> = fields.iter().map(|field| i16::from(field.is_some())).collect();
            let values: Vec<ByteArray> = fields.drain(..).flatten().collect();
            let mut column = group.next_column()?.ok_or_else(missing)?;
            column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
            column.close()?;
        }
        let levels: Vec<i16> = self.modes.iter().map(|mode| i16::from(mode.is_some())).collect();
        let values: Vec<i32> = self.modes.drain(..).flatten().collect();
        let mut column = group.next_column()?.ok_or_else(missing)?;
        column.typed::<Int32Type>().write_batch(&values, Some(&levels), None)?;
        column.close()?;
        let mut column = group.next_column()?.ok_or_else(missing)?;
        column.typed::<BoolType>().write_batch(&self.waived, None, None)?;
        column.close()?;
        self.waived.clear();
        group.close()?;
        Ok(())
    }
}
