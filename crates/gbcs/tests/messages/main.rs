//! Whole messages: synthetic ones with every fault and form, random and mutated ones, and the reference messages.

// What clippy.toml allows in test functions, for the helpers they share.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

mod cases;
mod encoder;
mod faults;
mod forms;
mod properties;
mod reference;
mod shared;
