//! Why a view can't be written.

use std::io;

/// Why a view can't be written.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// What it is written to fails.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A row names a rule that the table of rules does not have.
    #[error("rule {0:?} is not in the table of rules")]
    UnknownRule(String),
    /// The form of the file has no place for what is to be written; the text is what its writer says.
    #[error("{form}: {message}")]
    Form {
        /// The form, such as `xlsx`.
        form: &'static str,
        /// What its writer says.
        message: String,
    },
}
