//! The whole product: the binary on real files, its whole output compared.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    reason = "a test states what it expects by failing"
)]

mod audit;
mod demo;
mod diff;
mod dispute;
mod explain;
mod export;
mod golden;
mod guarded;
mod helpful;
mod hostile;
mod hostile_names;
mod inspect;
mod interrupted;
mod merge;
mod mixed;
mod page;
mod plan;
mod reconcile;
mod reference;
mod refusals;
mod rule_set;
mod seal;
mod shared_cases;
mod support;
mod tables;
mod terminal;
mod waivers;
