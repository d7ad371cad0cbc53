//! Floor 4: the kernel. The rules live here, and nowhere else.
//!
//! ```text
//! decide(definition, instance, input, now) -> Recorded     what a message means to an instance
//! evolve(instance, recorded)                               what that makes of it; needs no definition
//! step = decide, then evolve                               the only way anything decides
//! turn = step, then a step for each deferred message that the change of state woke
//! ```
//!
//! Services are decided by the same rules in short (`serve.rs`): no states, and draws that are computed
//! (`chance.rs`).
//!
//! Pure: no file, no clock, no mode, and no chance but what the seed says. Knows nothing of logs, of other instances, or of who
//! asks. Read `decide.rs` first; `react.rs` is how regions answer and what comes of it, `course.rs` what a reaction does, `moved.rs` how an
//! instance comes to another version, `instance.rs` what is remembered.

mod chance;
mod course;
mod decide;
mod evolve;
mod find;
mod instance;
mod moved;
mod question;
mod react;
mod recorded;
mod serve;
mod settle;
mod template;
mod turn;

pub use chance::Chance;
pub use decide::{Input, decide};
pub use evolve::evolve;
pub use find::instance_of;
pub use instance::{Instance, Kept, Parked, Phase, Rest, Seen};
pub use moved::{Arm, Move, Rung};
pub use recorded::{Failed, Outcome, Recorded};
pub use serve::{Owed, Pick, entity_of, owed, owed_ids, possible, possible_for, serve};
pub use settle::{BY_HAND, Hand};
pub use turn::{step, turn};
