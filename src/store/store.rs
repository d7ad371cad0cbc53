//! The store: one log per module, over whatever keeps the bytes.

use super::append::{self, Appended, Guard};
use super::medium::{Medium, check_name};
use super::reader::{Logs, Reader, Record};
use super::tail::{self, Tail};
use super::verify::{self, Verified};
use crate::error::Result;
use crate::event::{Message, Name, Position};
use std::borrow::Borrow;
use std::sync::Arc;

/// The logs of a workspace. Cheap to clone; as many hands on the same logs as one likes, also from
/// other processes.
#[derive(Clone)]
pub struct Store {
    medium: Arc<dyn Medium>,
}

impl Store {
    pub fn new(medium: Arc<dyn Medium>) -> Store {
        Store { medium }
    }

    /// What keeps the logs, and the caches beside them.
    pub fn medium(&self) -> &dyn Medium {
        &*self.medium
    }

    /// The modules that have a log, sorted.
    pub fn modules(&self) -> Result<Vec<Name>> {
        self.medium.modules()
    }

    /// What stands at the end of a log; costs the same however long it is. An error if the last
    /// lines are damaged.
    pub fn tail(&self, module: &str) -> Result<Tail> {
        match self.medium.open(module)? {
            Some(bytes) => tail::look(&*bytes, module),
            None => Ok(Tail::default()),
        }
    }

    /// The messages from a position on, whole batches only, as they stand now. Whoever starts at
    /// position 1 has the whole chain of checksums verified.
    pub fn read(&self, module: &str, from: Position) -> Result<Reader> {
        match self.medium.open(module)? {
            Some(bytes) => Reader::open(bytes, module, from),
            None => Ok(Reader::empty(module)),
        }
    }

    /// Appends batches, each all or nothing, in one write or a few large ones, durable when it
    /// returns. The positions of the messages are the store's to give. A batch whose ids are all in the log already is answered with its old
    /// positions, whatever the guard says: so one who got no answer can ask again.
    ///
    /// Errors: a conflict if the guard does not hold; bad input if only some ids of a batch are
    /// there, or a message is of another module; what the disk says; a damaged log.
    pub fn append<M: Borrow<Message>>(
        &self,
        module: &str,
        batches: Vec<Vec<M>>,
        guard: Guard,
    ) -> Result<Appended> {
        append::append(&*self.medium, module, batches, guard, true)
    }

    /// As [`Store::append`] for ids that cannot be in the log, such as fresh ones: it does not look,
    /// which saves going through the log.
    pub fn append_new<M: Borrow<Message>>(
        &self,
        module: &str,
        batches: Vec<Vec<M>>,
        guard: Guard,
    ) -> Result<Appended> {
        append::append(&*self.medium, module, batches, guard, false)
    }

    /// All that stands in the log now survives a power cut.
    pub fn sync(&self, module: &str) -> Result<()> {
        match self.medium.open(module)? {
            Some(mut bytes) => bytes.sync(),
            None => Ok(()),
        }
    }

    /// Goes through the whole log.
    pub fn verify(&self, module: &str) -> Result<Verified> {
        check_name(module)?;
        match self.medium.open(module)? {
            Some(bytes) => verify::verify(&*bytes, module),
            None => Ok(Verified::default()),
        }
    }
}

impl Logs for Store {
    fn modules(&self) -> Result<Vec<Name>> {
        Store::modules(self)
    }

    fn read(
        &self,
        module: &str,
        from: Position,
    ) -> Result<Box<dyn Iterator<Item = Result<Record>> + Send + '_>> {
        Ok(Box::new(Store::read(self, module, from)?))
    }
}
