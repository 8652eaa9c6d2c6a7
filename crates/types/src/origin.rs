//! Where a statement came from.

/// Numbers the inputs of one run, in the order of the manifest.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct InputId(pub u32);

/// The place of a record: its input, and the line it starts on or its number.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Origin {
    /// The input.
    pub input: InputId,
    /// The line, from 1, of text that has lines; the number of the row in a workbook or a columnar file, and of the
    /// record in XML, from 1. A binary input has its one record on line 1.
    pub line: u32,
}
