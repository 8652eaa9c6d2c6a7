//! How far a run has come, for whoever wants to show it.

use std::fmt;

/// Receives short messages about the progress of a run. It learns of a run and changes nothing in it.
pub struct Progress<'p>(Option<&'p (dyn Fn(&str) + Sync)>);

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

    /// Each message goes to this function.
    #[must_use]
    pub const fn to(function: &'p (dyn Fn(&str) + Sync)) -> Self {
        Self(Some(function))
    }

    /// Passes a message on; it is made only if somebody wants it.
    pub(crate) fn say(&self, message: impl FnOnce() -> String) {
        if let Some(function) = self.0 {
            function(&message());
        }
    }
}
