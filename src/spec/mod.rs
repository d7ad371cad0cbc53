//! Floor 6: given, when, then over the production step.
//!
//! ```text
//! Spec     what has happened, what happens now, and what is expected of it; `read/` makes it of a file
//! test     drives the runtime through the script: ready, pick as scripted, apply
//! Tested   what came of it
//! judge    compares what came of it with what was expected
//! ```
//!
//! Decides nothing: what a message means is the kernel's business, when an alarm rings the runtime's.
//! Knows nothing of files, flags or printing. Read `model.rs` first, then `script.rs`, `tested.rs`, `judge.rs`.

mod compare;
mod judge;
mod model;
mod read;
mod script;
mod tested;

pub use judge::{Failure, Line, described};
pub use model::{Armed, Expected, ParkedAs, Placed, Spec, StateIs, Step, Then, What};
pub use read::read;
pub use script::test;
pub use tested::{Ending, Happened, Tested};
