//! A snapshot of the fold: what a member is as of a position of its journal, so that the journal need not
//! be folded from its beginning, nor every instance be in memory.
//!
//! It is a cache. What ties it to its journal is compared when it is opened; what of it cannot be read, at
//! whatever time, is folded from the journal instead; and nothing that goes wrong with it is anybody's error.
//! It is written in layers, of which the newest that holds an instance counts: a run writes those
//! that it has touched, and layers that are not much larger than what was written are merged into one. So
//! writing costs what has changed, and reading what is asked.
//!
//! `docs/store.md` has every byte. Read `stored.rs` first, then `save.rs`; `form.rs` is an instance as
//! bytes, `layer.rs` a file.

mod bytes;
mod foot;
mod form;
mod layer;
mod marks;
mod merge;
mod open;
mod save;
mod stored;
mod wake;
mod write;

pub use bytes::Lost;
pub use foot::Census;
pub use form::{read_instance, write_instance};
pub use open::recover_from_snapshots;
pub use save::{Saving, save};
pub use stored::Stored;

pub(super) use wake::load_all;
