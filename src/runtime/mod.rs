//! Floor 5: the whole system is one value, and every verb is a way of choosing.
//!
//! ```text
//! World                        instances, alarms, messages in flight
//! ready(world, rules) -> [Choice]     all that could happen next, in one canonical order
//! apply(world, choice) -> Turn        the only way a world changes; calls step
//! drive(world, scheduler, port)       ready, pick, apply, port
//! ```
//!
//! The house routes ([`House`]), the journal remembers ([`journal`]), the feed brings what the logs
//! have next ([`Feed`]), [`run`](run()) appends what was decided. Knows nothing of flags, files or reports.
//! Read `world.rs` first, then `ready.rs`, `apply.rs`, `drive.rs`.

mod apply;
mod drive;
mod edited;
mod feed;
mod house;
pub mod journal;
mod ledger;
mod member;
mod merged;
mod migrate;
mod pending;
mod ready;
mod recover;
mod run;
mod settle;
pub mod snapshot;
mod world;

pub use apply::{Turn, apply};
pub use drive::{First, Port, Scheduler, Stopped, drive};
pub use edited::{agree_to_edited, refuse_edited};
pub use feed::Feed;
pub use house::{House, ProcessId, Stable, Staff, Start, Subscribe};
pub use ledger::{Ledger, Shelf, Unanswered};
pub use member::Member;
pub use merged::Merged;
pub use migrate::{Moving, migrate};
pub use ready::{Choice, Rules, ready};
pub use recover::{Fetched, Places, fetch, fetch_kept, recover, want};
pub use run::{Run, Saved, Tally, run, run_in_writes, run_on};
pub use settle::settle;
pub use snapshot::recover_from_snapshots;
pub use world::{Key, World};
