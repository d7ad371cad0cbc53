//! Floor 7: data in, text out.
//!
//! Draws what the floors below found out: errors with their carets ([`diagnostic`]), and for each
//! verb its result as text and as JSON. Knows nothing of terminals, files or exit codes; whether a
//! text may have colour is told by the caller.

pub mod causes;
pub mod check;
pub mod check_json;
pub mod check_many;
pub mod check_ordering;
pub mod counts;
pub mod coverage;
pub mod diagnostic;
pub mod diff;
pub mod expand;
pub mod explain;
mod findings;
pub mod graph;
pub mod import;
pub mod junit;
pub mod lint;
pub mod log;
pub mod migrate;
pub mod replay;
pub mod run;
pub mod schema;
pub mod settle;
pub mod spec;
pub mod spec_json;
pub mod status;
pub mod trace;
pub mod upgrade;
pub mod verify;
pub mod words;
