//! Signals that ask a command to end: Ctrl-C and termination.
//!
//! The first is noted, and whoever works looks at the note, clears away what it began and ends. A second ends at once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::exit::Exit;

/// The signals, each with how a command ends for it.
const SIGNALS: [(i32, Exit); 2] = [(SIGINT, Exit::Interrupted), (SIGTERM, Exit::Terminated)];

/// What was caught.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    any: Arc<AtomicBool>,
    /// The place of the last one in the list, from 1; 0 if there was none.
    which: Arc<AtomicUsize>,
    registered: OnceLock<()>,
}

impl Signals {
    /// Catches signals from now on. Where one can't be caught, it ends the command as it always did.
    pub(crate) fn catch(&self) {
        // Twice, and the second would take the first signal for another.
        self.registered.get_or_init(|| self.register());
    }

    fn register(&self) {
        for ((signal, exit), place) in SIGNALS.into_iter().zip(1..) {
            // In this order: the first signal finds nothing noted, and notes itself for the second.
            let second =
                flag::register_conditional_shutdown(signal, exit.code().into(), Arc::clone(&self.any));
            if second.is_ok() && flag::register_usize(signal, Arc::clone(&self.which), place).is_ok() {
                let _ = flag::register(signal, Arc::clone(&self.any));
            }
        }
    }

    /// How a command ends for what was caught.
    pub(crate) fn caught(&self) -> Option<Exit> {
        let place = self.which.load(Ordering::Relaxed).checked_sub(1)?;
        SIGNALS.get(place).map(|(_, exit)| *exit)
    }
}
