//! Logs in memory, byte for byte what a folder would hold. A clone is another hand on the same.

use super::medium::{Bytes, Draft, Log, Medium, Pieces, check_name};
use crate::error::Result;
use crate::event::Name;
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

#[derive(Clone, Default)]
pub struct Memory(Arc<Shared>);

#[derive(Default)]
struct Shared {
    logs: Mutex<BTreeMap<Name, Content>>,
    unlocked: Condvar,
    caches: Mutex<BTreeMap<String, Arc<Vec<u8>>>>,
}

#[derive(Default)]
struct Content {
    bytes: Vec<u8>,
    locked: bool,
    aside: Vec<(u64, Vec<u8>)>,
    unsure: bool,
    replaced: Vec<Vec<u8>>,
}

impl Shared {
    fn logs(&self) -> MutexGuard<'_, BTreeMap<Name, Content>> {
        // A panic while it was held leaves whole bytes: every change is one call on a Vec.
        self.logs.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Memory {
    pub fn new() -> Memory {
        Memory::default()
    }

    /// The bytes of every log.
    pub fn snapshot(&self) -> BTreeMap<Name, Vec<u8>> {
        self.0.logs().iter().map(|(name, log)| (name.clone(), log.bytes.clone())).collect()
    }

    /// Back to a snapshot; logs that it does not name are gone.
    pub fn restore(&self, snapshot: BTreeMap<Name, Vec<u8>>) {
        let fresh = |(name, bytes)| (name, Content { bytes, ..Content::default() });
        *self.0.logs() = snapshot.into_iter().map(fresh).collect();
    }

    /// The bytes of one log; none where there is no log.
    pub fn bytes(&self, module: &str) -> Vec<u8> {
        self.0.logs().get(module).map(|log| log.bytes.clone()).unwrap_or_default()
    }

    pub fn set_bytes(&self, module: &str, bytes: Vec<u8>) {
        self.0.logs().entry(Name::from(module)).or_default().bytes = bytes;
    }

    /// What repairs have cut off: the offset it stood at, and the bytes.
    pub fn aside(&self, module: &str) -> Vec<(u64, Vec<u8>)> {
        self.0.logs().get(module).map(|log| log.aside.clone()).unwrap_or_default()
    }

    /// What was there before it was replaced, the oldest first.
    pub fn replaced(&self, module: &str) -> Vec<Vec<u8>> {
        self.0.logs().get(module).map(|log| log.replaced.clone()).unwrap_or_default()
    }

    /// Puts a cache there as it is, or takes it away.
    pub fn set_cache(&self, name: &str, bytes: Option<Vec<u8>>) {
        match bytes {
            Some(bytes) => _ = self.caches().insert(name.to_string(), Arc::new(bytes)),
            None => _ = self.caches().remove(name),
        }
    }

    pub fn cache_bytes(&self, name: &str) -> Option<Vec<u8>> {
        self.caches().get(name).map(|bytes| bytes.to_vec())
    }

    fn caches(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Vec<u8>>>> {
        self.0.caches.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn hand(&self, module: &str) -> Box<dyn Log> {
        Box::new(Hand {
            shared: self.0.clone(),
            module: Name::from(module),
            name: format!("memory/{module}.jsonl"),
            holds_lock: false,
        })
    }
}

impl Medium for Memory {
    fn modules(&self) -> Result<Vec<Name>> {
        Ok(self.0.logs().keys().cloned().collect())
    }

    fn open(&self, module: &str) -> Result<Option<Box<dyn Log>>> {
        check_name(module)?;
        let known = self.0.logs().contains_key(module);
        Ok(known.then(|| self.hand(module)))
    }

    fn create(&self, module: &str) -> Result<Box<dyn Log>> {
        check_name(module)?;
        self.0.logs().entry(Name::from(module)).or_default();
        Ok(self.hand(module))
    }

    fn caches(&self) -> Result<Vec<String>> {
        Ok(Memory::caches(self).keys().cloned().collect())
    }

    fn cache(&self, name: &str) -> Result<Option<Box<dyn Bytes>>> {
        let bytes = Memory::caches(self).get(name).cloned();
        Ok(bytes
            .map(|bytes| Box::new(Cache { name: format!("memory/.index/{name}"), bytes }) as Box<dyn Bytes>))
    }

    fn draft(&self, name: &str) -> Result<Option<Box<dyn Draft>>> {
        Ok(Some(Box::new(Writing { memory: self.clone(), name: name.to_string(), bytes: Vec::new() })))
    }

    fn drop_cache(&self, name: &str) -> Result<()> {
        self.set_cache(name, None);
        Ok(())
    }
}

struct Writing {
    memory: Memory,
    name: String,
    bytes: Vec<u8>,
}

impl Draft for Writing {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.memory.set_cache(&self.name, Some(self.bytes));
        Ok(())
    }
}

/// A cache as it was when it was opened.
struct Cache {
    name: String,
    bytes: Arc<Vec<u8>>,
}

impl Bytes for Cache {
    fn name(&self) -> &str {
        &self.name
    }

    fn len(&self) -> Result<u64> {
        Ok(self.bytes.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        Ok(read_from(&self.bytes, offset, buffer))
    }
}

fn read_from(bytes: &[u8], offset: u64, buffer: &mut [u8]) -> usize {
    let rest = bytes.get(offset as usize..).unwrap_or_default();
    let count = rest.len().min(buffer.len());
    buffer[..count].copy_from_slice(&rest[..count]);
    count
}

struct Hand {
    shared: Arc<Shared>,
    module: Name,
    name: String,
    holds_lock: bool,
}

impl Hand {
    fn with<T>(&self, action: impl FnOnce(&mut Content) -> T) -> T {
        action(self.shared.logs().entry(self.module.clone()).or_default())
    }
}

impl Bytes for Hand {
    fn name(&self) -> &str {
        &self.name
    }

    fn len(&self) -> Result<u64> {
        Ok(self.with(|log| log.bytes.len() as u64))
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        Ok(self.with(|log| read_from(&log.bytes, offset, buffer)))
    }
}

impl Log for Hand {
    fn lock(&mut self) -> Result<()> {
        assert!(!self.holds_lock, "locked twice");
        let mut logs = self.shared.logs();
        loop {
            let log = logs.entry(self.module.clone()).or_default();
            if !log.locked {
                log.locked = true;
                break;
            }
            logs = self.shared.unlocked.wait(logs).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        drop(logs);
        self.holds_lock = true;
        Ok(())
    }

    fn unlock(&mut self) -> Result<()> {
        if std::mem::take(&mut self.holds_lock) {
            self.with(|log| log.locked = false);
            self.shared.unlocked.notify_all();
        }
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.with(|log| log.bytes.extend_from_slice(bytes));
        Ok(())
    }

    fn truncate(&mut self, len: u64) -> Result<()> {
        self.with(|log| log.bytes.truncate(len as usize));
        Ok(())
    }

    fn sync(&mut self) -> Result<()> {
        Ok(())
    }

    fn keep_aside(&mut self, offset: u64, bytes: &[u8]) -> Result<String> {
        self.with(|log| {
            if !log.aside.iter().any(|(at, kept)| *at == offset && kept == bytes) {
                log.aside.push((offset, bytes.to_vec()));
            }
        });
        Ok(format!("memory/.torn/{}.{offset}", self.module))
    }

    fn is_unsure(&self) -> Result<bool> {
        Ok(self.with(|log| log.unsure))
    }

    fn mark_unsure(&mut self, _why: &str) -> Result<()> {
        self.with(|log| log.unsure = true);
        Ok(())
    }

    fn clear_unsure(&mut self) -> Result<()> {
        self.with(|log| log.unsure = false);
        Ok(())
    }

    fn write_again(&mut self) -> Result<()> {
        Ok(())
    }

    fn replace(&mut self, next: &mut Pieces<'_>) -> Result<String> {
        let mut fresh = Vec::new();
        while let Some(piece) = next(self)? {
            fresh.extend(piece);
        }
        let number = self.with(|log| {
            log.replaced.push(std::mem::replace(&mut log.bytes, fresh));
            log.replaced.len()
        });
        Ok(format!("memory/.replaced/{}.{number}", self.module))
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        let _ = self.unlock();
    }
}
