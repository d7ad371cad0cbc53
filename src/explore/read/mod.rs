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

use super::scenario::{Alarms, Faults, Host};
use crate::event::Name;
use crate::process::{Definition, Library, Participant, Service, keys};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who takes part in a scenario. Nobody, where that could not be read.
#[derive(Clone, Copy, Default)]
struct Cast<'a> {
    processes: &'a [Arc<Definition>],
    services: &'a [Arc<Service>],
}

impl Cast<'_> {
    fn is_empty(self) -> bool {
        self.processes.is_empty() && self.services.is_empty()
    }

    fn participants(self) -> Vec<Participant> {
        let processes = self.processes.iter().cloned().map(Participant::Process);
        processes.chain(self.services.iter().cloned().map(Participant::Service)).collect()
    }

    /// The modules that own what services say.
    fn owners(self, library: &dyn Library) -> BTreeMap<Name, Name> {
        let says = self.services.iter().flat_map(|service| service.says());
        says.filter_map(|type_| Some((type_.clone(), library.owner(type_)?))).collect()
    }
}

impl Alarms {
    pub fn named(name: &str) -> Option<Alarms> {
        Alarms::ALL.into_iter().find(|alarms| alarms.name() == name)
    }
}

impl Host {
    pub fn named(name: &str) -> Option<Host> {
        debug_assert!(Host::ALL.iter().map(|host| host.name()).eq(keys::HOSTS.iter().copied()));
        Host::ALL.into_iter().find(|host| host.name() == name)
    }
}

impl Faults {
    /// `duplicates=1,crashes=1`, as it is typed. The error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Faults, String> {
        let mut faults = Faults::NONE;
        for part in text.split(',').map(str::trim) {
            let as_in = "write it as in `duplicates=1,losses=0,crashes=1`";
            let (key, number) = part.split_once('=').ok_or_else(|| format!("`{part}`: {as_in}"))?;
            let number: Option<u32> = number.trim().parse().ok().filter(|number| *number <= Faults::MOST);
            match (faults.named_mut(key.trim()), number) {
                (Some(fault), Some(number)) => *fault = number,
                (None, _) => return Err(format!("there are duplicates, losses and crashes, no `{key}`")),
                (_, None) => return Err(format!("{key} are a whole number from 0 to {}", Faults::MOST)),
            }
        }
        Ok(faults)
    }
}

impl super::scenario::Order {
    /// `any`, `causal`, `fifo`.
    fn of_word(word: &str) -> Self {
        debug_assert!(keys::ORDERS.contains(&word));
        Self { causal: word == "causal", fifo: word == "fifo" }
    }
}
