//! How the command ends.

use std::io;
use std::path::Path;
use std::process::ExitCode;

/// Exit codes. `Incomplete` is never hidden by `Complete` or `Findings`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Exit {
    /// Complete, and nothing at the threshold.
    Complete,
    /// Complete, with findings at the threshold.
    Findings,
    /// Wrong arguments or configuration.
    Usage,
    /// The run is complete, but more records are quarantined or meters not known than allowed.
    Incomplete,
    /// A report does not verify, or did not come out again.
    NotVerified,
    /// An input or output failed.
    InputOutput,
    /// Ctrl-C: 128 and the number of the signal, as shells have it.
    Interrupted,
    /// The signal to terminate.
    Terminated,
}

impl Exit {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Complete => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            Self::NotVerified => 4,
            Self::InputOutput => 5,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command did not come to an end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The library says why.
    #[error(transparent)]
    Library(#[from] dno_audit::Error),
    /// The arguments make no sense together.
    #[error("{0}")]
    Usage(String),
    /// A name that is nearly one that there is.
    #[error("{message}")]
    Mistyped {
        /// What is wrong with it.
        message: String,
        /// The name that was probably meant.
        meant: &'static str,
    },
    /// A key or certificate can't be used.
    #[error(transparent)]
    Key(dno_audit::SignError),
    /// Standard output fails for another reason than that nobody reads it.
    #[error("standard output: {0}")]
    Output(io::Error),
}

impl Failure {
    /// What the operating system says of a file that the command line names.
    pub(crate) fn of_file(path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| dno_audit::Error::File { path: path.to_path_buf(), source }.into()
    }

    /// What to do about it, where the message does not say so.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            Self::Library(error) => error.help(),
            Self::Mistyped { meant, .. } => Some(format!("did you mean {meant}?")),
            Self::Key(error) => error.help().map(str::to_owned),
            Self::Usage(_) | Self::Output(_) => None,
        }
    }

    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::Mistyped { .. } | Self::Key(_) => Exit::Usage,
            Self::Library(error) if error.is_usage() => Exit::Usage,
            Self::Library(error) if error.is_verification() => Exit::NotVerified,
            Self::Library(_) | Self::Output(_) => Exit::InputOutput,
        }
    }
}

impl From<dno_audit::ConfigError> for Failure {
    fn from(error: dno_audit::ConfigError) -> Self {
        Self::Library(error.into())
    }
}
