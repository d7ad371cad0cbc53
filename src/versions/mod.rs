//! Floor 6: a log through a version of a process, and what another version would have done.
//!
//! [`replay`](replay()) drives a log through one process from nothing, in virtual time;
//! [`against_journal`] takes it through the recorded decisions instead, and compares each;
//! [`compare`](compare()) lays two replays side by side, by cause and not by position, and [`groups`] says in
//! how many ways they differ. All decide
//! through the runtime's `apply`. Knows nothing of files or of how a report looks.

mod compare;
mod kinds;
mod lives;
mod migrate;
mod recorded;
mod redecide;
mod replay;
mod story;
mod told;

pub use compare::{Divergence, compare};
pub use kinds::{Difference, Group, Side, by_instance, groups};
pub use lives::{Turns, turns_of};
pub use migrate::{Changes, Class, Life, Mapping, Plan, plan};
pub use recorded::{Recordings, against_journal};
pub use redecide::{Clock, Redecided, redecide};
pub use replay::{Deaf, Replayed, replay, replay_both, summary};
pub use story::{Said, Stories, Story};
pub use told::{Journal, journal_of, stories_of};
