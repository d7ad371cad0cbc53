//! What a log needs of the place where it is kept: bytes that grow at one end, one per module; and
//! room for caches, which can be made anew from the logs at any time.
//!
//! Kept small so that a test can die at every single call. Knows nothing of lines.

use crate::error::{Error, Result};
use crate::event::Name;

/// A place that keeps one run of bytes per module.
pub trait Medium: Send + Sync {
    /// The modules that have a log, sorted.
    fn modules(&self) -> Result<Vec<Name>>;
    /// For reading. None: no such log yet.
    fn open(&self, module: &str) -> Result<Option<Box<dyn Log>>>;
    /// For appending; makes the log where there is none, durably.
    fn create(&self, module: &str) -> Result<Box<dyn Log>>;

    /// The names of the caches that are here, sorted. A place that keeps none answers none.
    fn caches(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
    /// A cache, for reading. None: it is not there (any more).
    fn cache(&self, _name: &str) -> Result<Option<Box<dyn Bytes>>> {
        Ok(None)
    }
    /// A new cache, which is there under its name once it is finished, whole or not at all. It need not
    /// survive a power cut. None: this place keeps no caches.
    fn draft(&self, _name: &str) -> Result<Option<Box<dyn Draft>>> {
        Ok(None)
    }
    /// Whoever has it open reads on.
    fn drop_cache(&self, _name: &str) -> Result<()> {
        Ok(())
    }
}

/// A cache that is being written, from its beginning to its end. Dropped before it is finished, it never was.
pub trait Draft {
    fn write(&mut self, bytes: &[u8]) -> Result<()>;
    fn finish(self: Box<Self>) -> Result<()>;
}

/// Bytes that can be read from any place.
pub trait Bytes: Send + Sync {
    /// What errors call it: its path.
    fn name(&self) -> &str;
    fn len(&self) -> Result<u64>;
    fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }
    /// Reads at least one byte unless there is none at the offset; answers how many.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize>;
}

/// One open log. Dropping it gives up its lock.
pub trait Log: Bytes {
    /// Waits until this handle alone may append; other processes wait too.
    fn lock(&mut self) -> Result<()>;
    fn unlock(&mut self) -> Result<()>;
    /// Whole or error; an error may leave a part behind.
    fn append(&mut self, bytes: &[u8]) -> Result<()>;
    fn truncate(&mut self, len: u64) -> Result<()>;
    /// What was appended survives a power cut from here on (`fdatasync`).
    fn sync(&mut self) -> Result<()>;
    /// Keeps what a repair is about to cut off at `offset`, durably, and answers where. Asked again
    /// for the same bytes, it keeps them once.
    fn keep_aside(&mut self, offset: u64, bytes: &[u8]) -> Result<String>;

    /// Whether a sync of this log failed, so that nobody knows what of it is durable.
    fn is_unsure(&self) -> Result<bool>;
    /// Marks it so, for every process that comes.
    fn mark_unsure(&mut self, why: &str) -> Result<()>;
    fn clear_unsure(&mut self) -> Result<()>;
    /// Writes every byte anew where it stands and syncs. After a sync that failed another one alone
    /// means nothing: the system may have taken what it could not write for written.
    fn write_again(&mut self) -> Result<()>;

    /// Puts other bytes in the place of all of these, durably, all or none, and keeps the old ones
    /// aside; answers where. `next` gives piece after piece, and is shown the old ones. Only under
    /// the lock, which is held on the new ones too.
    fn replace(&mut self, next: &mut Pieces<'_>) -> Result<String>;
}

/// The next piece of something long; None: that was all.
pub type Pieces<'a> = dyn FnMut(&dyn Bytes) -> Result<Option<Vec<u8>>> + 'a;

/// A module's name becomes a file's name: `[a-z][a-z0-9-]*`, at most 100 characters.
pub fn check_name(module: &str) -> Result<()> {
    let mut bytes = module.bytes();
    let sound = bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && module.len() <= 100;
    if sound {
        return Ok(());
    }
    Err(Error::input(format!("`{module}` cannot be the name of a module")).hint(
        "a name begins with a small letter, goes on with small letters, digits and `-`, and has up to 100 characters: `table-orders`",
    ))
}
