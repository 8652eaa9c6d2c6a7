//! Parquet: a column per field, of text unless it is said otherwise.

use std::sync::Arc;

use parquet::basic;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type, Int96, Int96Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::Rows;

/// How pages are compressed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Compression {
    /// Not at all.
    None,
    /// Snappy, what most writers do.
    Snappy,
    /// Gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// How a column is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Type {
    /// UTF-8 text.
    Text,
    /// Octets that nobody says are text.
    Binary,
    /// A whole number of 64 bits.
    Integer,
    /// Milliseconds since 1970 in UTC, from text in RFC 3339 with `Z`.
    Utc,
    /// The same without a zone.
    Zoneless,
    /// The same as nanoseconds of the day and Julian day, INT96.
    Old,
    /// A floating-point number of 64 bits.
    Double,
}

/// The file, all columns as text, in groups of a thousand rows.
#[must_use]
pub fn parquet(table: &Rows) -> Vec<u8> {
    typed(table, |_| Type::Text, Compression::Snappy)
}

/// The file, with the type of each column by its header.
///
/// # Panics
///
/// A field is no number or time where its column is one.
#[must_use]
pub fn typed(table: &Rows, type_of: impl Fn(&str) -> Type, compression: Compression) -> Vec<u8> {
    let types: Vec<Type> = table.header.iter().map(|name| type_of(name)).collect();
    write(table, &types, compression).expect("a file in memory")
}

fn write(table: &Rows, types: &[Type], compression: Compression) -> Result<Vec<u8>, ParquetError> {
    let mut schema = "message rows {\n".to_owned();
    for (name, kind) in table.header.iter().zip(types) {
        schema.push_str(&match kind {
            Type::Text => format!("optional binary {name} (STRING);\n"),
            Type::Binary => format!("optional binary {name};\n"),
            Type::Integer => format!("optional int64 {name};\n"),
            Type::Utc => format!("optional int64 {name} (TIMESTAMP(MILLIS,true));\n"),
            Type::Zoneless => format!("optional int64 {name} (TIMESTAMP(MILLIS,false));\n"),
            Type::Old => format!("optional int96 {name};\n"),
            Type::Double => format!("optional double {name};\n"),
        });
    }
    schema.push('}');
    let compression = match compression {
        Compression::None => basic::Compression::UNCOMPRESSED,
        Compression::Snappy => basic::Compression::SNAPPY,
        Compression::Gzip => basic::Compression::GZIP(Default::default()),
        Compression::Zstd => basic::Compression::ZSTD(Default::default()),
    };
    let properties = WriterProperties::builder().set_compression(compression).build();
    let schema = Arc::new(parse_message_type(&schema)?);
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    for rows in table.rows.chunks(1000) {
        let mut group = writer.next_row_group()?;
        for (place, kind) in types.iter().enumerate() {
            let mut column = group.next_column()?.expect("a column for each header");
            let fields = || rows.iter().map(|row| row.get(place).map_or("", String::as_str));
            let levels: Vec<i16> = fields().map(|field| i16::from(!field.is_empty())).collect();
            let filled = || fields().filter(|field| !field.is_empty());
            let millis = |field: &str| field.parse::<types::Timestamp>().expect("a time").unix_millis();
            match kind {
                Type::Text | Type::Binary => {
                    let values: Vec<ByteArray> = filled().map(ByteArray::from).collect();
                    column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
                }
                Type::Integer => {
                    let values: Vec<i64> = filled().map(|field| field.parse().expect("a number")).collect();
                    column.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
                }
                Type::Double => {
                    let values: Vec<f64> = filled().map(|field| field.parse().expect("a number")).collect();
                    column.typed::<DoubleType>().write_batch(&values, Some(&levels), None)?;
                }
                Type::Old => {
                    let values: Vec<Int96> = filled().map(|field| old_time(millis(field))).collect();
                    column.typed::<Int96Type>().write_batch(&values, Some(&levels), None)?;
                }
                Type::Utc | Type::Zoneless => {
                    let values: Vec<i64> = filled().map(millis).collect();
                    column.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
                }
            }
            column.close()?;
        }
        group.close()?;
    }
    writer.into_inner()
}

fn old_time(millis: i64) -> Int96 {
    const DAY: i64 = 86_400_000;
    const DAY_OF_1970: i64 = 2_440_588;
    let nanos = millis.rem_euclid(DAY) * 1_000_000;
    let low = u32::try_from(nanos & 0xFFFF_FFFF).expect("32 bits");
    let high = u32::try_from(nanos >> 32).expect("32 bits");
    let mut time = Int96::new();
    time.set_data(low, high, u32::try_from(millis.div_euclid(DAY) + DAY_OF_1970).expect("a day"));
    time
}
