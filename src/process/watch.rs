//! What of a definition was ever used, noted while it decides.
//!
//! A watch stands beside the decision and never in it: who decides tells it, and nobody asks it before the end. So
//! what was used is what the one `decide` took, and no second reading of the rules. A definition that nobody
//! watches has none.

use crate::event::Name;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What was used so far; shared by all copies of a definition.
#[derive(Debug, Clone, Default)]
pub struct Watch(Option<Arc<Mutex<Used>>>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Used {
    /// The reactions that were taken, by their numbers in the definition.
    pub taken: BTreeSet<usize>,
    /// Those whose guard held, and those whose guard did not; [`STARTS`] is that of `starts-when`.
    pub held: BTreeSet<usize>,
    pub failed: BTreeSet<usize>,
    /// What was ignored or deferred because a list says so: in which state (of which region), which message.
    pub listed: BTreeSet<(Name, Name)>,
    /// The states that were come to.
    pub entered: BTreeSet<Name>,
}

impl Watch {
    /// One that notes.
    pub fn open() -> Watch {
        Watch(Some(Arc::default()))
    }

    pub fn is_open(&self) -> bool {
        self.0.is_some()
    }

    pub fn note(&self, note: impl FnOnce(&mut Used)) {
        if let Some(used) = &self.0 {
            // A set that grows is whole at every moment.
            note(&mut used.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    pub fn used(&self) -> Used {
        let used = self.0.as_ref();
        used.map(|used| used.lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap_or_default()
    }
}

/// In the place of a reaction's number, `starts-when`.
pub const STARTS: usize = usize::MAX;

impl Used {
    pub fn guard(&mut self, number: usize, held: bool) {
        if held { &mut self.held } else { &mut self.failed }.insert(number);
    }
}
