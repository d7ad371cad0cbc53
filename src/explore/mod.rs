//! Floor 6: what a process does under every order of its inputs.
//!
//! A [`Scenario`] says which messages are in flight and what may happen when. Knows nothing of flags,
//! files or printing. Read `scenario.rs` first.

mod scenario;

pub use scenario::{Alarms, Bounds, Expect, Order, Property, Scenario, Stimulus};
