//! What a log needs of the place where it is kept: bytes that grow at one end, one per module.
//!
//! Kept small so that a test can die at every single call. Knows nothing of lines.

use crate::error::{Error, Result};
use crate::event::Name;

/// A place that keeps one run of bytes per module.
pub trait Medium: Send + Sync {
    /// The modules that have a log, sorted.
    fn modules(&self) -> Result<Vec<Name>>;
    /// For reading. None: no such log yet.
    fn open(&self, module: &str) -> Result<Option<Box<dyn Bytes>>>;
    /// For appending; makes the log where there is none, durably.
    fn create(&self, module: &str) -> Result<Box<dyn Bytes>>;
}

/// One open log. Dropping it gives up its lock.
pub trait Bytes: Send {
    /// What errors call it: its path.
    fn name(&self) -> &str;
    /// Waits until this handle alone may append; other processes wait too.
    fn lock(&mut self) -> Result<()>;
    fn unlock(&mut self) -> Result<()>;
    fn len(&self) -> Result<u64>;
    fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }
    /// Reads at least one byte unless there is none at the offset; answers how many.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize>;
    /// Whole or error; an error may leave a part behind.
    fn append(&mut self, bytes: &[u8]) -> Result<()>;
    fn truncate(&mut self, len: u64) -> Result<()>;
    /// What was appended survives a power cut from here on (`fdatasync`).
    fn sync(&mut self) -> Result<()>;
    /// Keeps what a repair is about to cut off at `offset`, durably, and answers where. Asked again
    /// for the same bytes, it keeps them once.
    fn keep_aside(&mut self, offset: u64, bytes: &[u8]) -> Result<String>;
}

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
