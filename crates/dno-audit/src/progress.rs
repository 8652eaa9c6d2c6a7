//! How far a run has come, for whoever wants to show it, and whether it is to go on.

use std::fmt;
use std::io::{self, Read};

use crate::error::Error;

/// Whoever wants to know how far a run has come. A function of a message is one.
pub trait Watch: Sync {
    /// Receives a short message.
    fn say(&self, message: &str);

    /// Receives that so many of so many are done. It is a message unless it is shown in another way.
    fn count(&self, done: u64, all: u64, what: &str) {
        self.say(&format!("{done} of {all} {what}"));
    }

    /// Whether the run is to end before it is complete. It is asked often and by every thread, and once it is so it stays so.
    fn is_stopped(&self) -> bool {
        false
    }
}

impl<F: Fn(&str) + Sync> Watch for F {
    fn say(&self, message: &str) {
        self(message);
    }
}

/// Receives how far a run has come, and may stop it. It changes nothing in what a run gives: one that is stopped gives
/// nothing.
pub struct Progress<'p>(Option<&'p dyn Watch>);

impl fmt::Debug for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Progress").field(&self.0.is_some()).finish()
    }
}

impl<'p> Progress<'p> {
    /// Nobody wants to know.
    #[must_use]
    pub const fn silent() -> Self {
        Self(None)
    }

    /// Each message goes there.
    #[must_use]
    pub const fn to(watch: &'p dyn Watch) -> Self {
        Self(Some(watch))
    }

    /// Passes a message on; it is made only if somebody wants it.
    pub(crate) fn say(&self, message: impl FnOnce() -> String) {
        if let Some(watch) = self.0 {
            watch.say(&message());
        }
    }

    /// Passes on that so many of so many are done.
    pub(crate) fn count(&self, done: u64, all: u64, what: &str) {
        if let Some(watch) = self.0 {
            watch.count(done, all, what);
        }
    }

    /// Whether the run is to go on.
    ///
    /// # Errors
    ///
    /// It is stopped.
    pub(crate) fn go_on(&self) -> Result<(), Error> {
        if self.is_stopped() { Err(Error::Stopped) } else { Ok(()) }
    }

    /// What a run fails for: that it was stopped, if it was, whatever could not go on for it.
    pub(crate) fn cause(&self, error: Error) -> Error {
        if self.is_stopped() { Error::Stopped } else { error }
    }

    /// A reader that fails once the run is stopped.
    pub(crate) const fn reader<R: Read>(&self, reader: R) -> Stoppable<'_, R> {
        Stoppable { reader, progress: self }
    }

    fn is_stopped(&self) -> bool {
        self.0.is_some_and(Watch::is_stopped)
    }
}

/// A reader that fails once a run is stopped.
pub(crate) struct Stoppable<'p, R> {
    reader: R,
    progress: &'p Progress<'p>,
}

impl<R: Read> Read for Stoppable<'_, R> {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        self.progress.go_on().map_err(io::Error::other)?;
        self.reader.read(octets)
    }
}
