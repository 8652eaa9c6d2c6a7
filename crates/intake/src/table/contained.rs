//! Calls of readers that were written for files of friends.
//!
//! The readers of workbooks and of Parquet are the maintained ones, and they are known to panic on files that were made to
//! harm. What they do there must not end a run: such a file is a damaged one. The panic is caught here and nowhere else. It
//! leaves nothing behind that is used again: the reader is dropped, and whatever it said before stays. The process still
//! prints where the panic was, on standard error.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// The result of a call, or nothing if it panicked. What the call borrows must not be used after that.
pub(super) fn contained<T>(call: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(call)).ok()
}
