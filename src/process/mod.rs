//! Floor 3: a process manager as data.
//!
//! A definition file is read into a [`Definition`]: plain data that the kernel interprets, and that
//! can be hashed, compared and drawn. [`read`] does the reading and says everything that is wrong
//! with a file at once; [`expr`] is the expression language. Knows nothing of instances, of logs or
//! of how a decision is made. Read `definition.rs` first.

mod data;
mod definition;
pub mod expr;

pub use data::Data;
pub use definition::{
    AfterEnd, AlarmSpec, AlarmTime, BeforeStart, Correlate, Definition, End, Entry, Outgoing, Reaction, Rule,
    Starter, State, StateId, Template, Unexpected, When,
};
