//! Floor 6: what a process does under every order of its inputs.
//!
//! A [`Scenario`] says which messages are in flight and what may happen when; `read/` makes one of a
//! file, of a command line or of a log. Knows nothing of flags, files or printing. Read `scenario.rs`
//! first.

mod property;
pub mod read;
mod scenario;

pub use property::{Facts, ProcessFacts, Property, facts_of};
pub use scenario::{Alarms, Bounds, Expect, Order, Scenario, Stimulus};
