//! Floor 3: a process manager as data.
//!
//! A definition file is read into a [`Definition`]: plain data that the kernel interprets, and that
//! can be hashed, compared and drawn. [`read`] does the reading and says everything that is wrong
//! with a file at once; [`expr`] is the expression language, [`tree`] the YAML under it. Knows nothing of instances, of logs or
//! of how a decision is made. Read `definition.rs` first.

mod allow;
mod data;
mod definition;
pub mod expr;
mod family;
mod hash;
pub mod keys;
pub(crate) mod library;
mod messages;
pub(crate) mod page;
mod participant;
mod read;
mod regions;
mod service;
pub(crate) mod stimuli;
mod talk;
pub mod tree;
mod watch;
pub mod workspace_file;

pub use allow::Allow;
pub use data::Data;
pub use definition::{
    AfterEnd, AlarmKey, AlarmSpec, AlarmTime, Answers, BeforeStart, Cancel, Correlate, Definition, Each, End,
    Entry, Outgoing, Reaction, Rule, Shared, Starter, State, StateId, Step, Template, Unexpected, When,
};
pub use family::Family;
pub use hash::{canonical, hash};
pub use library::Library;
pub use messages::{check_messages, sent};
pub use participant::Participant;
pub use read::{
    NoParts, Parts, in_full, read, read_named, read_service, read_service_named, read_with_parts,
};
pub use regions::{Join, Part, Region, RegionId, Whereabouts, state_in};
pub use service::{Billionths, CERTAIN, Choose, Delay, Replies, Reply, Service};
pub use talk::{Said, Sort, Talk, Voice};
pub use watch::{STARTS, Used, Watch};
