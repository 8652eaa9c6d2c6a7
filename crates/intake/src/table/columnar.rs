//! Rows of Parquet.
//!
//! Of a file only the columns are read that are fields, and of these a batch at a time. The position of a row is its number,
//! from 1. What a column may be depends on the field: text, a number, a timestamp. A damaged file is one record
//! with its reason, after whatever was read before the damage.

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use csv::ByteRecord;
use parquet::basic::{Compression, ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::column::reader::ColumnReader;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, FileReader, Length, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;
use types::{InputId, Origin};

use super::contained::contained;
use super::value::{Value, graver};
use super::{Raw, Row};
use crate::columns::{Column, Header, Holds, Near, TableOptions};
use crate::error::{HeaderError, IntakeError};
use crate::limits::{MAX_COLUMNS, MAX_PARQUET, MAX_PARQUET_CHUNK, MAX_ROW};
use crate::record::{Reject, shown};
use crate::source::Source;
use crate::spool::Spooled;

/// Rows that are read at once.
const BATCH: usize = 4096;

/// The octets of a file, which several columns read in turn.
#[derive(Clone)]
struct Octets {
    file: Arc<Mutex<Spooled>>,
    length: u64,
}

impl Octets {
    fn read_at(&self, position: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().map_err(|_| io::Error::other("the reader failed before"))?;
        file.seek(SeekFrom::Start(position))?;
        file.read(buffer)
    }
}

/// The octets from a position on.
struct From {
    octets: Octets,
    position: u64,
}

impl Read for From {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.octets.read_at(self.position, buffer)?;
        self.position = self.position.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(count)
    }
}

impl Length for Octets {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Octets {
    type T = BufReader<From>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::new(From { octets: self.clone(), position: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        // What a file says of itself may be more than there is, and is not made room for.
        let end = u64::try_from(length).ok().and_then(|length| start.checked_add(length));
        if end.is_none_or(|end| end > self.length) {
            return Err(ParquetError::EOF("a part that reaches beyond the file".to_owned()));
        }
        let mut octets = vec![0; length];
        From { octets: self.clone(), position: start }.read_exact(&mut octets)?;
        Ok(octets.into())
    }
}

/// An open file.
pub(super) struct Columnar {
    reader: SerializedFileReader<Octets>,
    name: String,
}

fn malformed(error: impl std::fmt::Display) -> Reject {
    let message: String =
        error.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    Reject::Parquet { message }
}

fn called<T>(result: Option<Result<T, ParquetError>>) -> Result<T, Reject> {
    result.ok_or_else(|| malformed("what is in it is not what it says"))?.map_err(malformed)
}

impl Columnar {
    pub(super) fn open(source: &mut Source<'_>) -> Result<Result<Self, Reject>, IntakeError> {
        let name = source.name().to_owned();
        let Some(spooled) = source.spool(MAX_PARQUET)? else {
            return Ok(Err(malformed(format!("more than {MAX_PARQUET} octets"))));
        };
        let octets = Octets { length: spooled.octets(), file: Arc::new(Mutex::new(spooled)) };
        let reader = called(contained(|| SerializedFileReader::new(octets)));
        Ok(reader.map(|reader| Self { reader, name }))
    }

    /// The names of its columns, of groups of columns too.
    pub(super) fn headers(&self) -> Vec<String> {
        let schema = self.reader.metadata().file_metadata().schema_descr();
        let fields = schema.root_schema().get_fields().iter().take(MAX_COLUMNS);
        fields.map(|field| field.name().to_owned()).collect()
    }

    /// The place of a plain column among all leaves, and what it is.
    fn leaf(&self, name: &str) -> Option<(usize, &ColumnDescriptor)> {
        let leaves = self.reader.metadata().file_metadata().schema_descr().columns();
        let plain = |leaf: &ColumnDescriptor| leaf.max_rep_level() == 0 && leaf.path().parts() == [name];
        leaves.iter().enumerate().find(|(_, leaf)| plain(leaf)).map(|(index, leaf)| (index, &**leaf))
    }
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Number {
        signed: bool,
    },
    Double,
    Days,
    Time {
        per_milli: i64,
        utc: bool,
    },
    /// INT96, what Spark and Hive wrote before there were timestamps: writers do not agree on its zone.
    OldTime,
}

/// A column that is a field.
struct Field {
    column: &'static Column,
    leaf: usize,
    kind: Kind,
    levels: i16,
    reader: Option<ColumnReader>,
    values: Values,
    /// Which rows of the batch have a value; of a column that always has one, nothing.
    defined: Vec<i16>,
    next: usize,
}

#[derive(Default)]
struct Values {
    texts: Vec<ByteArray>,
    fixed: Vec<FixedLenByteArray>,
    small: Vec<i32>,
    large: Vec<i64>,
    doubles: Vec<f64>,
    old: Vec<Int96>,
}

/// A file with `N` known fields.
pub(crate) struct ColumnarTable<'o, const N: usize> {
    reader: &'o SerializedFileReader<Octets>,
    fields: [Option<Field>; N],
    group: usize,
    /// Rows of the group that are not read yet.
    in_group: usize,
    /// Rows of the batch, and how many of them were handed out.
    batch: usize,
    done: usize,
    number: u32,
    row: ByteRecord,
    text: Vec<u8>,
    name: String,
    id: InputId,
    ended: bool,
}

impl<'o, const N: usize> ColumnarTable<'o, N> {
    pub(super) fn new(
        file: &'o Columnar,
        id: InputId,
        columns: &'static [Column; N],
        options: &TableOptions,
        kind: &'static str,
    ) -> Result<(Self, Vec<String>), HeaderError> {
        let headers = file.headers();
        let header =
            Header::new(&headers.iter().map(String::as_str).collect(), columns, &options.columns, kind)?;
        let mut fields = std::array::from_fn(|_| None);
        for (position, column) in header.fields_by_position(columns).into_iter().enumerate() {
            let (Some(column), Some(name)) = (column, headers.get(position)) else { continue };
            let place = columns.iter().position(|other| other.name == column.name);
            if let Some(field) = place.and_then(|place| fields.get_mut(place)) {
                *field = Some(Field::new(file, column, name)?);
            }
        }
        let warnings = header.near.iter().map(Near::to_string).collect();
        let table = Self {
            reader: &file.reader,
            fields,
            group: 0,
            in_group: 0,
            batch: 0,
            done: 0,
            number: 0,
            row: ByteRecord::new(),
            text: Vec::new(),
            name: file.name.clone(),
            id,
            ended: false,
        };
        Ok((table, warnings))
    }

    /// The next row; `None` after the last. What is wrong with the file itself is a row of its own, the last.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_, N>>, IntakeError> {
        if self.ended {
            return Ok(None);
        }
        let more = if self.done < self.batch { Ok(true) } else { self.read_batch() };
        self.number = match more {
            Ok(false) => {
                self.ended = true;
                return Ok(None);
            }
            _ => self
                .number
                .checked_add(1)
                .ok_or_else(|| IntakeError::TooManyLines { input: self.name.clone() })?,
        };
        let origin = Origin { input: self.id, line: self.number };
        if let Err(reject) = more {
            self.ended = true;
            let fields = Err(reject);
            return Ok(Some(Row { origin, raw: Raw::Nothing, fields, texts: [&[]; N], device: None }));
        }
        let reject = self.fill();
        self.done += 1;
        let values = std::array::from_fn(|index| self.row.get(index).unwrap_or_default().trim_ascii());
        let fields = reject.map_or(Ok(values), Err);
        let is_number = |field: &Field| matches!(field.kind, Kind::Number { .. } | Kind::Double);
        let lost = self.fields.first().is_some_and(|field| {
            field.as_ref().is_some_and(|field| field.column.holds == Holds::Identifier && is_number(field))
        });
        let device = if lost { None } else { values.first().copied() };
        Ok(Some(Row { origin, raw: Raw::Fields(&self.row), fields, texts: values, device }))
    }

    /// Puts the values of the next row of the batch into the row as text.
    fn fill(&mut self) -> Option<Reject> {
        let mut reject = None;
        let mut length = 0usize;
        self.row.clear();
        for field in &mut self.fields {
            self.text.clear();
            if let Some(field) = field {
                reject = graver(reject, field.push(self.done, &mut self.text).err());
                length = length.saturating_add(self.text.len());
            }
            if length > MAX_ROW {
                self.text.clear();
                reject = reject.or_else(|| Some(malformed(format!("a row of more than {MAX_ROW} octets"))));
            }
            self.row.push_field(&self.text);
        }
        reject
    }

    /// Reads the next batch of every field; false after the last.
    fn read_batch(&mut self) -> Result<bool, Reject> {
        while self.in_group == 0 {
            if self.group >= self.reader.metadata().num_row_groups() {
                return Ok(false);
            }
            self.open_group()?;
        }
        let rows = self.in_group.min(BATCH);
        for field in self.fields.iter_mut().flatten() {
            let read = called(contained(|| field.read(rows)))?;
            if read != rows {
                return Err(malformed(format!("column {} ends before the others", field.column.name)));
            }
        }
        self.in_group -= rows;
        (self.batch, self.done) = (rows, 0);
        Ok(true)
    }

    fn open_group(&mut self) -> Result<(), Reject> {
        let metadata = self.reader.metadata().row_group(self.group);
        self.in_group =
            usize::try_from(metadata.num_rows()).map_err(|_| malformed("a group of fewer than no rows"))?;
        for field in self.fields.iter_mut().flatten() {
            let chunk =
                metadata.columns().get(field.leaf).ok_or_else(|| malformed("a group without a column"))?;
            if let Some(reject) = not_unpacked(chunk.compression()) {
                return Err(reject);
            }
            if chunk.uncompressed_size() > MAX_PARQUET_CHUNK {
                let message = format!(
                    "column {} of group {} of more than {MAX_PARQUET_CHUNK} octets when unpacked",
                    field.column.name,
                    self.group + 1
                );
                return Err(malformed(message));
            }
            field.reader = Some(called(contained(|| {
                self.reader.get_row_group(self.group)?.get_column_reader(field.leaf)
            }))?);
        }
        self.group += 1;
        Ok(())
    }
}

impl Field {
    fn new(file: &Columnar, column: &'static Column, name: &str) -> Result<Self, HeaderError> {
        let expected = match column.holds {
            Holds::Time => "text or a timestamp",
            Holds::Identifier | Holds::Mpan | Holds::Word => "text or a number",
        };
        let wrong = |found: String| {
            let name = shown(name.as_bytes());
            Err(HeaderError::ColumnType { field: column.name, name, found, expected })
        };
        let Some((leaf, descriptor)) = file.leaf(name) else {
            return wrong("a group or a list".to_owned());
        };
        let kind = kind(descriptor).filter(|kind| match (kind, column.holds) {
            (Kind::Text, _) => true,
            // A number in place of an identifier is the fault of its row.
            (Kind::Number { .. } | Kind::Double, holds) => holds != Holds::Time,
            (Kind::Days | Kind::Time { .. } | Kind::OldTime, holds) => holds == Holds::Time,
        });
        let Some(kind) = kind else {
            return wrong(match descriptor.logical_type_ref() {
                Some(logical) => format!("{} ({logical:?})", descriptor.physical_type()),
                None => descriptor.physical_type().to_string(),
            });
        };
        Ok(Self {
            column,
            leaf,
            kind,
            levels: descriptor.max_def_level(),
            reader: None,
            values: Values::default(),
            defined: Vec::new(),
            next: 0,
        })
    }

    /// Reads a batch and says how many rows there were.
    fn read(&mut self, rows: usize) -> Result<usize, ParquetError> {
        let Self { values, defined, .. } = self;
        values.texts.clear();
        values.fixed.clear();
        values.small.clear();
        values.large.clear();
        values.doubles.clear();
        values.old.clear();
        defined.clear();
        self.next = 0;
        let levels = (self.levels > 0).then_some(defined);
        let (records, ..) = match &mut self.reader {
            Some(ColumnReader::ByteArrayColumnReader(reader)) => {
                reader.read_records(rows, levels, None, &mut values.texts)
            }
            Some(ColumnReader::FixedLenByteArrayColumnReader(reader)) => {
                reader.read_records(rows, levels, None, &mut values.fixed)
            }
            Some(ColumnReader::Int32ColumnReader(reader)) => {
                reader.read_records(rows, levels, None, &mut values.small)
            }
            Some(ColumnReader::Int64ColumnReader(reader)) => {
                reader.read_records(rows, levels, None, &mut values.large)
            }
            Some(ColumnReader::DoubleColumnReader(reader)) => {
                reader.read_records(rows, levels, None, &mut values.doubles)
            }
            Some(ColumnReader::Int96ColumnReader(reader)) => {
                reader.read_records(rows, levels, None, &mut values.old)
            }
            _ => Err(ParquetError::General("a column of another type".to_owned())),
        }?;
        Ok(records)
    }

    /// Adds the text of a row of the batch.
    fn push(&mut self, row: usize, into: &mut Vec<u8>) -> Result<(), Reject> {
        if self.levels > 0 && self.defined.get(row).is_none_or(|level| *level < self.levels) {
            return Ok(());
        }
        let index = self.next;
        self.next += 1;
        let Values { texts, fixed, small, large, doubles, old } = &self.values;
        let whole = || match small.get(index) {
            Some(small) => Some(i64::from(*small)),
            None => large.get(index).copied(),
        };
        let absent = || malformed("a column with fewer values than rows");
        let text;
        let value = match self.kind {
            Kind::Text => {
                let octets = texts.get(index).map(ByteArray::data);
                Value::Text(octets.or_else(|| fixed.get(index).map(|text| text.data())).ok_or_else(absent)?)
            }
            Kind::Number { signed } => {
                text = match (signed, small.get(index)) {
                    (false, Some(small)) => small.cast_unsigned().to_string(),
                    (false, None) => whole().ok_or_else(absent)?.cast_unsigned().to_string(),
                    (true, _) => whole().ok_or_else(absent)?.to_string(),
                };
                Value::Number(&text)
            }
            Kind::Double => Value::Double(*doubles.get(index).ok_or_else(absent)?),
            Kind::Days => Value::Zoneless(whole().ok_or_else(absent)?.saturating_mul(86_400_000)),
            Kind::OldTime => Value::Zoneless(old_time(old.get(index).ok_or_else(absent)?)),
            Kind::Time { per_milli, utc } => {
                let time = whole().ok_or_else(absent)?;
                let time = time.div_euclid(per_milli);
                if utc { Value::Instant(time) } else { Value::Zoneless(time) }
            }
        };
        value.push(Some(self.column), into)
    }
}

/// What the values of a column are, if they can be a field.
fn kind(column: &ColumnDescriptor) -> Option<Kind> {
    let time = |per_milli, utc| Some(Kind::Time { per_milli, utc });
    match (column.physical_type(), column.logical_type_ref()) {
        (Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY, logical) => {
            match (logical, column.converted_type()) {
                (None | Some(LogicalType::String | LogicalType::Enum | LogicalType::Json), converted) => {
                    let plain = matches!(
                        converted,
                        ConvertedType::NONE | ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON
                    );
                    plain.then_some(Kind::Text)
                }
                _ => None,
            }
        }
        (Physical::INT64, Some(LogicalType::Timestamp(at))) => match at.unit {
            TimeUnit::MILLIS => time(1, at.is_adjusted_to_u_t_c),
            TimeUnit::MICROS => time(1000, at.is_adjusted_to_u_t_c),
            TimeUnit::NANOS => time(1_000_000, at.is_adjusted_to_u_t_c),
        },
        (Physical::INT32, Some(LogicalType::Date)) => Some(Kind::Days),
        (Physical::INT32 | Physical::INT64, Some(LogicalType::Integer(kind))) => {
            Some(Kind::Number { signed: kind.is_signed })
        }
        (Physical::INT32 | Physical::INT64, None) => match column.converted_type() {
            ConvertedType::TIMESTAMP_MILLIS => time(1, true),
            ConvertedType::TIMESTAMP_MICROS => time(1000, true),
            ConvertedType::DATE => Some(Kind::Days),
            ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64 => Some(Kind::Number { signed: false }),
            ConvertedType::NONE
            | ConvertedType::INT_8
            | ConvertedType::INT_16
            | ConvertedType::INT_32
            | ConvertedType::INT_64 => Some(Kind::Number { signed: true }),
            _ => None,
        },
        (Physical::DOUBLE, None) => Some(Kind::Double),
        (Physical::INT96, None) => Some(Kind::OldTime),
        _ => None,
    }
}

/// Milliseconds since 1970 of an INT96: nanoseconds of the day, then the Julian day.
fn old_time(time: &Int96) -> i64 {
    const DAY_OF_1970: i64 = 2_440_588;
    let [low, high, day] =
        [0, 1, 2].map(|place| i64::from(time.data().get(place).copied().unwrap_or_default()));
    let nanos = (high << 32) | low;
    (day - DAY_OF_1970).saturating_mul(86_400_000).saturating_add(nanos.div_euclid(1_000_000))
}

/// Why a column can't be unpacked, if its compression is none that is read.
fn not_unpacked(compression: Compression) -> Option<Reject> {
    match compression {
        Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_) | Compression::ZSTD(_) => None,
        other => {
            let name = other.to_string();
            let name = name.split('(').next().unwrap_or_default();
            Some(malformed(format!(
                "compressed by {name}; what is read is Snappy, GZIP, ZSTD or not compressed"
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compression_that_is_not_read_is_named_with_those_that_are() {
        for read in [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::GZIP(Default::default())] {
            assert_eq!(not_unpacked(read), None);
        }
        for (other, name) in [
            (Compression::LZ4_RAW, "LZ4_RAW"),
            (Compression::LZ4, "LZ4"),
            (Compression::BROTLI(Default::default()), "BROTLI"),
        ] {
            let said = not_unpacked(other).unwrap().to_string();
            let expected = format!(
                "Parquet: compressed by {name}; what is read is Snappy, GZIP, ZSTD or not compressed"
            );
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn an_old_time_is_one_before_and_after_1970() {
        let time = |low, high, day| {
            let mut time = Int96::new();
            time.set_data(low, high, day);
            old_time(&time)
        };
        assert_eq!(time(0, 0, 2_440_588), 0);
        assert_eq!(time(1_000_000, 0, 2_440_587), 1 - 86_400_000);
        assert_eq!(time(0, 1, 2_440_589), 86_400_000 + 4294);
    }
}
