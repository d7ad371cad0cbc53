//! What `check` explores: read from a file, from the command line or from a log.

use super::property::Property;
use crate::event::{Message, Name, Time};
use crate::process::Definition;
use crate::runtime::Staff;
use crate::step::instance_of;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// Messages in flight, the processes that hear them, and what may happen when.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub name: String,
    /// One version of each, in the order listed.
    pub processes: Vec<Arc<Definition>>,
    /// Who answers, in the order listed; and the modules that own what they say.
    pub staff: Staff,
    /// Delivered first, in this order; no alarm rings between them.
    pub first: Vec<Stimulus>,
    /// In flight from then on.
    pub deliver: Vec<Stimulus>,
    /// The orders to explore, each for itself; mostly one.
    pub orders: Vec<Order>,
    pub alarms: Alarms,
    /// Deliveries of messages that are alike in everything but id count as one choice.
    pub alike: bool,
    /// `outcome-by: data`: outcomes differ by the data of instances and of what was sent, too.
    pub by_data: bool,
    /// What may go wrong, and how often.
    pub faults: Faults,
    pub host: Host,
    pub expect: Expect,
    pub bounds: Bounds,
    pub reductions: Reductions,
}

/// What need not be told apart, and is not unless somebody says so. Counts are the same with and without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reductions {
    /// Worlds that are the same are one; else every ordering is walked for itself.
    pub equal_worlds: bool,
    /// Copies of a message come in the order listed.
    pub equal_copies: bool,
    /// So do messages that do the same in every world.
    pub interchangeable: bool,
    /// What does not interact is explored apart.
    pub apart: bool,
    /// Open worlds are found set by set, and not one by one. That is no matter of counts, so it has no name: only who tests
    /// this says so.
    pub sets: bool,
}

impl Reductions {
    pub const ALL: Reductions =
        Reductions { equal_worlds: true, equal_copies: true, interchangeable: true, apart: true, sets: true };
    pub const NONE: Reductions = Reductions {
        equal_worlds: false,
        equal_copies: false,
        interchangeable: false,
        apart: false,
        sets: false,
    };
    pub const NAMES: [&str; 4] = ["equal-worlds", "equal-copies", "interchangeable", "apart"];

    /// Without the one of this name, or without `all`; whether there is such a one.
    pub fn leave_out(&mut self, name: &str) -> bool {
        match name {
            "equal-worlds" => self.equal_worlds = false,
            "equal-copies" => self.equal_copies = false,
            "interchangeable" => self.interchangeable = false,
            "apart" => self.apart = false,
            "all" => *self = Reductions::NONE,
            _ => return false,
        }
        true
    }
}

impl Expect {
    /// Nothing was said.
    pub fn is_nothing(&self) -> bool {
        self.outcomes.is_none() && !self.converge && self.always.is_empty() && self.finally.is_empty()
    }

    /// The types of which properties count the messages.
    pub fn counted(&self) -> BTreeSet<&Name> {
        self.always.iter().chain(&self.finally).flat_map(Property::counted).collect()
    }
}

impl Scenario {
    /// The instances that the messages of the scenario reach: a process's index and the instance's id, by
    /// process, sorted. What processes send each other may reach more, where `correlate` makes other ids of
    /// it.
    pub fn instances(&self) -> Vec<(usize, Name)> {
        instances(&self.processes, self.first.iter().chain(&self.deliver))
    }

    /// What an outcome calls an instance: nothing where it is the only one, `order` where there are
    /// several processes, `order#c1` where there are several conversations.
    pub fn label(&self, process: usize, instance: &str, instances: &[(usize, Name)]) -> String {
        label(&self.processes, process, instance, instances)
    }
}

pub(super) fn instances<'a>(
    processes: &[Arc<Definition>],
    stimuli: impl Iterator<Item = &'a Stimulus> + Clone,
) -> Vec<(usize, Name)> {
    let mut found: Vec<(usize, Name)> = Vec::new();
    for (process, definition) in processes.iter().enumerate() {
        let heard = |stimulus: &&Stimulus| definition.subscriptions.contains(&stimulus.message.type_);
        let before = found.len();
        for stimulus in stimuli.clone().filter(heard) {
            // A message without a way to an instance parks under the process.
            let Ok(instance) = instance_of(definition, &stimulus.message) else { continue };
            if !found[before..].iter().any(|(_, known)| *known == instance) {
                found.push((process, instance));
            }
        }
        // As outcomes name them.
        found[before..].sort();
    }
    found
}

pub(super) fn label(
    processes: &[Arc<Definition>],
    process: usize,
    instance: &str,
    instances: &[(usize, Name)],
) -> String {
    let name = &processes[process].name;
    if instances.iter().any(|(other, id)| instances.iter().any(|(same, more)| same == other && more != id)) {
        format!("{name}#{instance}")
    } else if processes.len() > 1 {
        name.to_string()
    } else {
        String::new()
    }
}

/// A message from outside.
#[derive(Debug, Clone)]
pub struct Stimulus {
    /// Its id is its own in the scenario; its correlation id is its conversation.
    pub message: Arc<Message>,
    /// Whose order of messages it keeps under `fifo`; None: it is ordered against none.
    pub module: Option<Name>,
    /// The messages that caused it, as indices into [`Scenario::deliver`].
    pub causes: Vec<usize>,
}

impl Stimulus {
    /// The moment at which every message of a scenario happens, unless a log says otherwise.
    pub const TIME: Time = Time::MILLENNIUM;
}

/// Which messages may overtake which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Order {
    /// A message comes after its causes.
    pub causal: bool,
    /// The messages of one module come in the order in which they were sent.
    pub fifo: bool,
}

impl Order {
    pub const ANY: Order = Order { causal: false, fifo: false };
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match (self.causal, self.fifo) {
            (false, false) => "any",
            (true, false) => "causal",
            (false, true) => "fifo",
            (true, true) => "causal and fifo",
        })
    }
}

/// When an armed alarm may ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Alarms {
    /// At any moment once it is set, except before another of its instance that must be due earlier.
    #[default]
    Any,
    /// Only when nothing else can happen, the earliest first.
    Last,
    Never,
}

impl Alarms {
    pub const ALL: [Alarms; 3] = [Alarms::Any, Alarms::Last, Alarms::Never];

    pub fn name(self) -> &'static str {
        match self {
            Alarms::Any => "any",
            Alarms::Last => "last",
            Alarms::Never => "never",
        }
    }
}

/// How often each fault may strike; or, of a finding, how often it must. Derived order: as they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Faults {
    /// A message that was delivered comes once more, with its id.
    pub duplicates: u32,
    /// A message on its way, of a stimulus, vanishes.
    pub losses: u32,
    /// A host stops within a step, and starts again.
    pub crashes: u32,
}

impl Faults {
    pub const NONE: Faults = Faults { duplicates: 0, losses: 0, crashes: 0 };
    /// Up to so many of each: every one makes worlds many times more.
    pub const MOST: u32 = 100;

    pub fn any(self) -> bool {
        self != Faults::NONE
    }

    pub fn sum(self) -> u32 {
        self.duplicates + self.losses + self.crashes
    }

    /// Whether nothing strikes more often than there.
    pub fn within(self, other: Faults) -> bool {
        self.duplicates <= other.duplicates && self.losses <= other.losses && self.crashes <= other.crashes
    }

    /// As often as both together.
    pub fn plus(self, other: Faults) -> Faults {
        Faults {
            duplicates: self.duplicates + other.duplicates,
            losses: self.losses + other.losses,
            crashes: self.crashes + other.crashes,
        }
    }

    /// Those within which none of the others lies, each once.
    pub fn smallest(all: impl Iterator<Item = Faults>) -> Vec<Faults> {
        let all: BTreeSet<Faults> = all.collect();
        let smallest = |this: &&Faults| all.iter().all(|other| other == *this || !other.within(**this));
        all.iter().filter(smallest).copied().collect()
    }

    /// What was taken of a budget when this is left of it.
    pub fn taken(self, left: Faults) -> Faults {
        Faults {
            duplicates: self.duplicates - left.duplicates,
            losses: self.losses - left.losses,
            crashes: self.crashes - left.crashes,
        }
    }

    /// The fault and its number, by the key's name.
    pub fn named_mut(&mut self, key: &str) -> Option<&mut u32> {
        match key {
            "duplicates" => Some(&mut self.duplicates),
            "losses" => Some(&mut self.losses),
            "crashes" => Some(&mut self.crashes),
            _ => None,
        }
    }
}

/// What the processes run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Host {
    /// What a step decides and what it sends are saved together; a message that was handled is known.
    #[default]
    Anyorder,
    /// State is saved after sending, and no id is remembered.
    AtLeastOnce,
}

impl Host {
    pub const ALL: [Host; 2] = [Host::Anyorder, Host::AtLeastOnce];

    pub fn name(self) -> &'static str {
        match self {
            Host::Anyorder => "anyorder",
            Host::AtLeastOnce => "at-least-once",
        }
    }
}

/// What is meant to hold.
#[derive(Debug, Clone, Default)]
pub struct Expect {
    /// These outcomes and no others, spelled as [`Scenario::label`] has it; None: nothing was declared.
    pub outcomes: Option<Vec<String>>,
    /// One outcome only.
    pub converge: bool,
    /// Holds in every world.
    pub always: Vec<Property>,
    /// Holds where an ordering ends.
    pub finally: Vec<Property>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How many distinct worlds may be met.
    pub states: u64,
    /// How many choices an ordering may have.
    pub depth: u64,
    /// How many bytes the worlds may take.
    pub memory: u64,
}

impl Bounds {
    /// Bytes, of `512MiB` or `2GiB`. A bound must have room for something.
    pub fn size(text: &str) -> Option<u64> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let unit = match unit.trim_start() {
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return None,
        };
        number.parse::<u64>().ok()?.checked_mul(unit).filter(|size| *size > 0)
    }
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { states: 10_000_000, depth: 200, memory: 8 << 30 }
    }
}
