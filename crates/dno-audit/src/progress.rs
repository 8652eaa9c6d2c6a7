//! How far a run has come, for whoever wants to show it.

use std::fmt;

/// Whoever wants to know how far a run has come. A function of a message is one.
pub trait Watch: Sync {
    /// Receives a short message.
    fn say(&self, message: &str);

    /// Receives that so many of so many are done. It is a message unless it is shown in another way.
    fn count(&self, done: u64, all: u64, what: &str) {
        self.say(&format!("{done} of {all} {what}"));
    }
}

impl<F: Fn(&str) + Sync> Watch for F {
    fn say(&self, message: &str) {
        self(message);
    }
}

/// Receives how far a run has come. It learns of a run and changes nothing in it.
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
}
