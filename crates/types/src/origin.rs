//! Where a statement came from.

/// Numbers the inputs of one run, in the order of the manifest.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct InputId(pub u32);

/// The place of a record: its input and the line it starts on.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Origin {
    /// The input.
    pub input: InputId,
    /// The line, from 1; a binary input has its one record on line 1.
    pub line: u32,
}
