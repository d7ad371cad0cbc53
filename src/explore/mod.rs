//! Floor 6: what a process does under every order of its inputs.
//!
//! Not by listing permutations: by walking distinct worlds and counting the paths between them.
//!
//! ```text
//! Scenario      which messages are in flight, and what may happen when; `read/` makes one of a file,
//!               of a command line or of a log
//! Explorer      what may happen next in a world, and what it leads to: asked once of the runtime's
//!               `apply`, in a world of one instance, and remembered
//! Graph         all distinct worlds, and the choices between them
//! Worlds        each a scene and a cast; Known: what comes of a choice in a scene, taken once;
//!               Reactions: what becomes of an instance, whatever the scene
//! Lattice       the same of open worlds, where only listed messages come: set by set
//! conclude      counts, outcomes, nearest orderings, what decides them, the verdict: a Report
//! ```
//!
//! Knows nothing of flags, files or printing. Read `scenario.rs` first, then `explorer.rs`, `lives.rs`
//! (what tells two instances apart), `worlds.rs`, `walk.rs`, `graph.rs`, `gathered.rs`, `conclude.rs`;
//! `docs/explorer.md` has the arguments.

mod alike;
mod answers;
mod apart;
mod begin;
mod beside;
mod bodies;
mod both;
mod budget;
mod canonical;
mod carry;
mod choice;
mod clocks;
mod common;
mod compose;
mod conclude;
mod count;
mod crew;
mod decided;
mod deltas;
mod edges;
mod equal;
mod exchange;
mod explorer;
mod facets;
mod faults;
mod findings;
mod footprints;
mod foresight;
mod gathered;
mod grades;
mod graph;
mod interchange;
mod judge;
mod known;
mod labels;
mod lasso;
mod lattice;
mod layers;
mod learned;
mod lengths;
mod listed;
mod lives;
mod moments;
mod naming;
mod nearest;
mod obeying;
mod offers;
mod ordering;
mod outcomes;
mod pairs;
mod parts;
mod passing;
mod pieces;
mod place;
mod precedences;
mod property;
mod reactions;
mod read;
mod reads;
mod report;
mod rows;
mod save;
mod scenario;
mod seen;
mod served;
mod shared_out;
mod side_by_side;
mod sides;
mod standing;
mod steps;
mod sweep;
mod symbols;
mod table;
mod taken;
mod telling;
mod ties;
mod together;
mod twice;
mod upgrade;
mod waiting;
mod walk;
mod worlds;

pub use both::STACK;
pub use conclude::{explore, explore_by};
pub use count::Count;
pub use decided::Decided;
pub use equal::first_of_equals;
pub use graph::{Progress, Stopped};
pub use ordering::{Shown, ShownInstance, Stepped, outcome_of, step_through};
pub use outcomes::{ByData, Outcome, Wrong};
pub use parts::{PartAlone, of_part};
pub use property::{Facts, ProcessFacts, Property, facts_of};
pub use read::{Typed, conversations, from_events, read};
pub use report::{Apart, Explored, Finding, Found, Interchanged, Kind, Lasso, Report, Verdict};
pub use save::{SavedLog, save};
pub use scenario::{Alarms, Bounds, Expect, Faults, Host, Order, Reductions, Scenario, Stimulus};
pub use upgrade::{At, Moving, Planner, Snag, Trouble, Upgrade, upgrade};
