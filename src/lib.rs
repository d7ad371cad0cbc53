//! anyorder: a workbench for event-sourced process managers.
//!
//! Floors, the ground last; an import goes down, never up, never sideways between rooms of one
//! floor (`tests/floors.rs` holds the house to it):
//!
//! | floor | room | knows |
//! |---|---|---|
//! | 8 | `cli` | verbs, flags, exit codes; the wall clock |
//! | 7 | `report` | data in, text out |
//! | 6 | `versions` | replays a log, compares versions |
//! | 6 | `explore` | every order of a scenario's messages |
//! | 6 | `spec` | given, when, then |
//! | 6 | `lint` | what is probably not meant |
//! | 5 | `runtime` | the world, its choices, the house, the journal |
//! | 4 | `step` | decide, evolve: the rules |
//! | 3 | `process` | definitions, expressions |
//! | 2 | `store` | logs |
//! | 1 | `event` | messages |
//! | 0 | `error`, `span` | what went wrong, where, and of which kind it is |

pub mod cli;
pub mod error;
pub mod event;
pub mod explore;
pub mod lint;
pub mod process;
pub mod report;
pub mod runtime;
pub mod span;
pub mod spec;
pub mod step;
pub mod store;
pub mod versions;
