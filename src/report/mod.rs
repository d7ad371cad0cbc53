//! Floor 7: data in, text out.
//!
//! Draws what the floors below found out: errors with their carets ([`diagnostic`]). Knows nothing
//! of terminals, files or exit codes; whether a text may have colour is told by the caller.

pub mod diagnostic;
