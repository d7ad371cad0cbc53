//! Looking for the ids of many messages before the log is locked, by the thread that makes them ready. What is found
//! holds for what the index covered then; under the lock only what came behind that is looked at.

use super::index::{Filters, Index, Place, tie};
use super::known::MOST;
use super::lookup::Asked;
use super::medium::Medium;
use super::tail;
use crate::error::Result;

/// So few ids are looked for under the lock: they are not worth opening the log once more.
const FEW: usize = 256;

/// What was found of some ids.
pub(super) struct Looked {
    /// They were looked for in so many bytes of the log.
    pub end: u64,
    /// What ties it to the log.
    tie: (u32, u32),
    /// Where they may stand: which of them, and the place.
    pub places: Vec<(usize, Place)>,
}

impl Looked {
    pub fn holds(&self, asked: &Asked<'_>) -> Result<bool> {
        Ok(self.end <= asked.end && tie(asked.bytes, self.end)? == self.tie)
    }
}

/// The index of one log, as it was some time ago.
#[derive(Default)]
pub(super) struct Ahead {
    index: Option<Index>,
    filters: Filters,
}

impl Ahead {
    /// None: whoever has locked the log looks for all of them.
    pub fn look(&mut self, medium: &dyn Medium, module: &str, behind: u64, keys: &[u32]) -> Option<Looked> {
        if keys.len() <= FEW {
            return None;
        }
        let bytes = medium.open(module).ok()??;
        let end = tail::seen(&*bytes, module).ok()?.len;
        let asked = Asked { medium, module, bytes: &*bytes, end, behind };
        match &self.index {
            None => self.index = Some(asked.extend()),
            Some(index) if end.saturating_sub(index.end()) > behind.saturating_mul(2 * MOST) => {
                self.index = Some(asked.index());
            }
            Some(_) => {}
        }
        let index = self.index.as_ref()?;
        let (end, tie) = (index.end(), index.tie()?);
        match index.ids(keys, 0, &mut self.filters) {
            Ok(places) => Some(Looked { end, tie, places }),
            // Whoever looks under the lock finds out what is wrong with it, and takes it away.
            Err(_) => {
                self.index = Some(Index::default());
                None
            }
        }
    }
}
