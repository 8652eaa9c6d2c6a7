//! Why a view can't be written.

use std::io;

use report::FindingsError;
use report::seal::UnknownVerdict;

/// Why a view can't be written.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// What it is written to fails.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A row names a rule that the table of rules does not have.
    #[error(transparent)]
    Finding(#[from] FindingsError),
    /// A row has a verdict that is none.
    #[error(transparent)]
    Verdict(#[from] UnknownVerdict),
    /// The form of the file has no place for what is to be written; the text is what its writer says.
    #[error("{form}: {message}")]
    Form {
        /// The form, such as `xlsx`.
        form: &'static str,
        /// What its writer says.
        message: String,
    },
    /// The writer of a form stopped in the middle, as for a temporary file on a full disk.
    #[error("{form}: the writer stopped: {message}")]
    Stopped {
        /// The form, such as `xlsx`.
        form: &'static str,
        /// What it said.
        message: String,
    },
}
