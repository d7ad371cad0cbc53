//! What several test files need: messages quickly made, and a medium that dies when told to.
#![allow(dead_code)] // each test file uses its part

pub mod bench;
pub mod checks;
pub mod library;
pub mod lints;
pub mod mutate;
pub mod pass_on;
pub mod too_much;

use anyorder::error::{Error, Result};
use anyorder::event::{Document, Message, Name, Time, line};
use anyorder::store::{Bytes, Draft, Log, Medium, Pieces};
use pass_on::pass_on;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// An event with an id, at nine o'clock, with a little data.
pub fn message(source: &str, id: &str) -> Message {
    let nine = "2026-11-21T09:00:00.000Z";
    let text = format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"{source}","type":"OrderPlaced","subject":"table-5","time":"{nine}","data":{{"items":["burger"]}}}}"#
    );
    line::read(&text).unwrap()
}

pub fn with_data(mut message: Message, data: &str) -> Message {
    message.data = Some(Document::parse(data).unwrap());
    message
}

pub fn at(mut message: Message, time: &str) -> Message {
    message.time = Time::parse(time).unwrap();
    message
}

/// How the call that is struck goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The process dies before the call does anything. All later calls fail.
    DiesBefore,
    /// It dies after the call did all: the caller never hears of it.
    DiesAfter,
    /// It dies after so many bytes of an append (any other call does nothing).
    DiesWithin(usize),
    /// The call is refused after so many bytes of an append (a full disk), and the process lives.
    Refused(usize),
}

/// A medium of which one call, the n-th, goes wrong. Counts every call of the medium and of its
/// bytes but `name`. Knows how much of each log was synced, so that a test can take the rest away.
#[derive(Clone)]
pub struct Faulty {
    inner: Arc<dyn Medium>,
    state: Arc<Mutex<State>>,
}

struct State {
    calls: u64,
    strike: u64,
    fault: Fault,
    struck: Option<&'static str>,
    synced: BTreeMap<Name, u64>,
}

enum Step {
    Go,
    Strike(Fault),
}

impl Faulty {
    /// Goes wrong at call `strike`, counted from 1; 0: never.
    pub fn new(inner: impl Medium + 'static, strike: u64, fault: Fault) -> Faulty {
        let state = State { calls: 0, strike, fault, struck: None, synced: BTreeMap::new() };
        Faulty { inner: Arc::new(inner), state: Arc::new(Mutex::new(state)) }
    }

    pub fn calls(&self) -> u64 {
        self.state.lock().unwrap().calls
    }

    /// The name of the call that went wrong.
    pub fn struck(&self) -> Option<&'static str> {
        self.state.lock().unwrap().struck
    }

    /// How many bytes of a log survive a power cut for certain.
    pub fn synced(&self, module: &str) -> u64 {
        self.state.lock().unwrap().synced.get(module).copied().unwrap_or(0)
    }

    fn step(&self, call: &'static str) -> Result<Step> {
        let mut state = self.state.lock().unwrap();
        state.calls += 1;
        if state.struck.is_some() && !matches!(state.fault, Fault::Refused(_)) {
            return Err(gone());
        }
        if state.calls != state.strike {
            return Ok(Step::Go);
        }
        state.struck = Some(call);
        Ok(Step::Strike(state.fault))
    }

    fn call<T>(&self, name: &'static str, action: impl FnOnce() -> Result<T>) -> Result<T> {
        match self.step(name)? {
            Step::Go => action(),
            Step::Strike(Fault::DiesAfter) => action().and(Err(gone())),
            Step::Strike(_) => Err(gone()),
        }
    }

    fn wrap(&self, module: &str, bytes: Box<dyn Log>) -> Box<dyn Log> {
        Box::new(FaultyBytes { module: Name::from(module), inner: bytes, all: self.clone() })
    }
}

fn gone() -> Error {
    Error::input("the process is gone")
}

impl Medium for Faulty {
    fn modules(&self) -> Result<Vec<Name>> {
        self.call("modules", || self.inner.modules())
    }

    fn open(&self, module: &str) -> Result<Option<Box<dyn Log>>> {
        let bytes = self.call("open", || self.inner.open(module))?;
        Ok(bytes.map(|bytes| self.wrap(module, bytes)))
    }

    fn create(&self, module: &str) -> Result<Box<dyn Log>> {
        let bytes = self.call("create", || self.inner.create(module))?;
        Ok(self.wrap(module, bytes))
    }

    fn caches(&self) -> Result<Vec<String>> {
        self.call("caches", || self.inner.caches())
    }

    fn cache(&self, name: &str) -> Result<Option<Box<dyn Bytes>>> {
        let bytes = self.call("cache", || self.inner.cache(name))?;
        Ok(bytes.map(|inner| Box::new(FaultyCache { inner, all: self.clone() }) as Box<dyn Bytes>))
    }

    fn draft(&self, name: &str) -> Result<Option<Box<dyn Draft>>> {
        let draft = self.call("draft", || self.inner.draft(name))?;
        Ok(draft.map(|inner| Box::new(FaultyDraft { inner, all: self.clone() }) as Box<dyn Draft>))
    }

    fn drop_cache(&self, name: &str) -> Result<()> {
        self.call("drop_cache", || self.inner.drop_cache(name))
    }
}

struct FaultyCache {
    inner: Box<dyn Bytes>,
    all: Faulty,
}

impl Bytes for FaultyCache {
    fn name(&self) -> &str {
        self.inner.name()
    }
    fn len(&self) -> Result<u64> {
        self.all.call("len of a cache", || self.inner.len())
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.all.call("read_at of a cache", || self.inner.read_at(offset, buffer))
    }
}

struct FaultyDraft {
    inner: Box<dyn Draft>,
    all: Faulty,
}

impl Draft for FaultyDraft {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.all.call("write of a cache", || self.inner.write(bytes))
    }
    fn finish(self: Box<Self>) -> Result<()> {
        let FaultyDraft { inner, all } = *self;
        all.call("finish of a cache", || inner.finish())
    }
}

struct FaultyBytes {
    module: Name,
    inner: Box<dyn Log>,
    all: Faulty,
}

impl Bytes for FaultyBytes {
    fn name(&self) -> &str {
        self.inner.name()
    }
    fn len(&self) -> Result<u64> {
        self.all.call("len", || self.inner.len())
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.all.call("read_at", || self.inner.read_at(offset, buffer))
    }
}

impl Log for FaultyBytes {
    fn lock(&mut self) -> Result<()> {
        self.all.call("lock", || self.inner.lock())
    }
    fn unlock(&mut self) -> Result<()> {
        self.all.call("unlock", || self.inner.unlock())
    }
    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        match self.all.step("append")? {
            Step::Go => self.inner.append(bytes),
            Step::Strike(Fault::DiesBefore) => Err(gone()),
            Step::Strike(Fault::DiesAfter) => self.inner.append(bytes).and(Err(gone())),
            Step::Strike(Fault::DiesWithin(count)) => {
                self.inner.append(&bytes[..count.min(bytes.len())]).and(Err(gone()))
            }
            Step::Strike(Fault::Refused(count)) => {
                let full = Error::input("cannot append to the log: No space left on device");
                self.inner.append(&bytes[..count.min(bytes.len())]).and(Err(full.at(self.inner.name())))
            }
        }
    }
    fn truncate(&mut self, len: u64) -> Result<()> {
        self.all.call("truncate", || {
            self.inner.truncate(len)?;
            let mut state = self.all.state.lock().unwrap();
            state.synced.entry(self.module.clone()).and_modify(|synced| *synced = len.min(*synced));
            Ok(())
        })
    }
    fn sync(&mut self) -> Result<()> {
        self.all.call("sync", || {
            // What somebody else appends meanwhile may not be among it.
            let len = self.inner.len()?;
            self.inner.sync()?;
            let len = len.min(self.inner.len()?);
            self.all.state.lock().unwrap().synced.insert(self.module.clone(), len);
            Ok(())
        })
    }
    fn keep_aside(&mut self, offset: u64, bytes: &[u8]) -> Result<String> {
        self.all.call("keep_aside", || self.inner.keep_aside(offset, bytes))
    }
    fn is_unsure(&self) -> Result<bool> {
        self.all.call("is_unsure", || self.inner.is_unsure())
    }
    fn mark_unsure(&mut self, why: &str) -> Result<()> {
        self.all.call("mark_unsure", || self.inner.mark_unsure(why))
    }
    fn clear_unsure(&mut self) -> Result<()> {
        self.all.call("clear_unsure", || self.inner.clear_unsure())
    }
    fn write_again(&mut self) -> Result<()> {
        self.all.call("write_again", || self.inner.write_again())
    }
    fn replace(&mut self, next: &mut Pieces<'_>) -> Result<String> {
        self.all.call("replace", || self.inner.replace(next))
    }
}

/// Every append, in the order of the writes: the log, and the bytes.
type Appends = Arc<Mutex<Vec<(Name, Vec<u8>)>>>;

/// A medium that remembers every append, in order.
#[derive(Clone)]
pub struct Recording {
    inner: Arc<dyn Medium>,
    appends: Appends,
}

impl Recording {
    pub fn new(inner: impl Medium + 'static) -> Recording {
        Recording { inner: Arc::new(inner), appends: Arc::default() }
    }

    pub fn appends(&self) -> Vec<(Name, Vec<u8>)> {
        self.appends.lock().unwrap().clone()
    }

    fn wrap(&self, module: &str, inner: Box<dyn Log>) -> Box<dyn Log> {
        Box::new(RecordingBytes { module: Name::from(module), inner, appends: self.appends.clone() })
    }
}

impl Medium for Recording {
    pass_on! { modules caches cache draft drop_cache }

    fn open(&self, module: &str) -> Result<Option<Box<dyn Log>>> {
        Ok(self.inner.open(module)?.map(|bytes| self.wrap(module, bytes)))
    }
    fn create(&self, module: &str) -> Result<Box<dyn Log>> {
        Ok(self.wrap(module, self.inner.create(module)?))
    }
}

struct RecordingBytes {
    module: Name,
    inner: Box<dyn Log>,
    appends: Appends,
}

impl Bytes for RecordingBytes {
    pass_on! { name len read_at }
}

impl Log for RecordingBytes {
    pass_on! { lock unlock truncate sync keep_aside is_unsure mark_unsure clear_unsure write_again replace }

    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.appends.lock().unwrap().push((self.module.clone(), bytes.to_vec()));
        self.inner.append(bytes)
    }
}
