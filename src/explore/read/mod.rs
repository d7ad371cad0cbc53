//! Scenarios, read: from a file, from a command line, from a log.
//!
//! All that is wrong with one is said at once, each with its place. Where processes and modules come
//! from is the caller's business, through a `process::Library`. Read `file.rs` first; the forms in which a
//! message is written are those of `process::stimuli`, this room's `stimuli.rs` makes them whole (ids, modules, causes) and says
//! which cannot be, `expect.rs` and `outcomes.rs` read what is meant to hold. `events.rs` and `log.rs` are
//! the other two ways in.

mod events;
mod expect;
mod file;
mod log;
mod orders;
mod outcomes;
mod stimuli;

pub use events::{Typed, from_events};
pub use file::read;
pub use log::conversations;

use super::scenario::Alarms;
use crate::process::keys;

impl Alarms {
    pub fn named(name: &str) -> Option<Alarms> {
        Alarms::ALL.into_iter().find(|alarms| alarms.name() == name)
    }
}

impl super::scenario::Order {
    /// `any`, `causal`, `fifo`.
    fn of_word(word: &str) -> Self {
        debug_assert!(keys::ORDERS.contains(&word));
        Self { causal: word == "causal", fifo: word == "fifo" }
    }
}
