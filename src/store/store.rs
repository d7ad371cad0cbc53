//! The store: one log per module, over whatever keeps the bytes.

use super::ahead::Ahead;
use super::append::{self, Appended, Guard};
use super::aside::Aside;
use super::audit::{self, Audit};
use super::known::Known;
use super::lookup::Asked;
use super::made::Made;
use super::medium::{Bytes, Medium, check_name};
use super::reader::{Conversations, Logs, Reader, Record};
use super::ready::Ready;
use super::reseal::{self, Resealed};
use super::tail::{self, Tail};
use super::unsure;
use super::verify::{self, Verified};
use super::{scan, seek};
use crate::error::Result;
use crate::event::{Envelope, Message, Name, Position, Time};
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The logs of a workspace. Cheap to clone; as many hands on the same logs as one likes, also from
/// other processes.
#[derive(Clone)]
pub struct Store {
    pub(super) medium: Arc<dyn Medium>,
    /// The index of a log is extended when more bytes than this stand behind it.
    behind: u64,
    known: Arc<Kept<Known>>,
    ahead: Arc<Kept<Ahead>>,
    pub(super) aside: Arc<Aside>,
}

/// What is remembered of each log. Whoever is at work on one has it to himself; another begins anew.
struct Kept<T>(Mutex<BTreeMap<Name, T>>);

impl<T> Default for Kept<T> {
    fn default() -> Kept<T> {
        Kept(Mutex::default())
    }
}

impl<T: Default> Kept<T> {
    fn take(&self, module: &str) -> T {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(module).unwrap_or_default()
    }

    fn put(&self, module: &str, kept: T) {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(Name::from(module), kept);
    }
}

/// What is gone through faster than an index is extended.
const BEHIND: u64 = 256 * 1024;

impl Store {
    pub fn new(medium: Arc<dyn Medium>) -> Store {
        Store { medium, behind: BEHIND, known: Arc::default(), ahead: Arc::default(), aside: Arc::default() }
    }

    /// The same logs, whose index is extended as soon as more than so many bytes stand behind it.
    pub fn indexed_after(self, bytes: u64) -> Store {
        Store { behind: bytes, ..self }
    }

    pub(super) fn remembered(&self, module: &str) -> Known {
        self.known.take(module)
    }

    pub(super) fn remember(&self, module: &str, known: Known) {
        self.known.put(module, known);
    }

    pub(super) fn asked<'a>(&'a self, module: &'a str, bytes: &'a dyn Bytes, end: u64) -> Asked<'a> {
        Asked { medium: &*self.medium, module, bytes, end, behind: self.behind }
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
            Some(bytes) => tail::seen(&*bytes, module),
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

    /// Has `look` see the envelopes of a log from a position on, checked as a reader checks them, by all
    /// cores; a value for each piece of the log, which `start` makes, and `take` gets in order.
    pub fn scan<R: Send>(
        &self,
        module: &str,
        from: Position,
        start: impl Fn() -> R + Sync,
        look: impl Fn(&mut R, &Envelope<'_>) + Sync,
        mut take: impl FnMut(R),
    ) -> Result<()> {
        let Some(bytes) = self.medium.open(module)? else { return Ok(()) };
        let (end, damage) = match tail::seen(&*bytes, module) {
            Ok(tail) if tail.last < Some(from) => return Ok(()),
            Ok(tail) => (tail.len, None),
            // What comes before the damage is seen before it is said.
            Err(error) => (bytes.len()?, Some(error)),
        };
        let begin = seek::find(&*bytes, module, end, from)?.map_or(0, |(offset, _)| offset);
        let look = |found: &mut R, _, envelope: &Envelope<'_>| {
            if envelope.position >= Some(from) {
                look(found, envelope);
            }
        };
        scan::envelopes(&*bytes, module, (begin, end), start, look, |found| {
            take(found);
            Ok(true)
        })?;
        damage.map_or(Ok(()), Err)
    }

    /// Appends batches, each all or nothing, in one write, durable when it
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
        self.commit(Ready::new(module, batches)?, guard).map(|(_, appended)| appended)
    }

    /// As [`Store::append`] for ids that cannot be in the log, such as fresh ones: it does not look,
    /// which saves going through the log.
    pub fn append_new<M: Borrow<Message>>(
        &self,
        module: &str,
        batches: Vec<Vec<M>>,
        guard: Guard,
    ) -> Result<Appended> {
        self.commit_new(Ready::new(module, batches)?, guard).map(|(_, appended)| appended)
    }

    /// As [`Store::append`], of what was made ready before, by another thread perhaps; answers the batches too.
    pub fn commit<M: Borrow<Message>>(
        &self,
        ready: Ready<M>,
        guard: Guard,
    ) -> Result<(Vec<Vec<M>>, Appended)> {
        append::write(self, ready, guard, true)?.sync()
    }

    /// As [`Ready::ahead`], for [`Store::commit`]: many ids are looked for ahead as well.
    pub fn ahead<M: Borrow<Message> + Send + 'static>(
        &self,
        module: &str,
        all: impl Iterator<Item = Result<Vec<Vec<M>>>> + Send + 'static,
    ) -> Made<Result<Ready<M>>> {
        // Not the whole store: the thread may live on when that is gone.
        let (medium, behind, kept) = (self.medium.clone(), self.behind, self.ahead.clone());
        let name = Name::from(module);
        Ready::each_ahead(module, all, move |ready| {
            let sought = ready.seek();
            let mut ahead = kept.take(&name);
            sought.looked = ahead.look(&*medium, &name, behind, &sought.keys);
            kept.put(&name, ahead);
        })
    }

    /// As [`Store::append_new`], of what was made ready before.
    pub fn commit_new<M: Borrow<Message>>(
        &self,
        ready: Ready<M>,
        guard: Guard,
    ) -> Result<(Vec<Vec<M>>, Appended)> {
        append::write(self, ready, guard, false)?.sync()
    }

    /// All that stands in the log now survives a power cut. If that fails, the log is marked.
    pub fn sync(&self, module: &str) -> Result<()> {
        match self.medium.open(module)? {
            Some(mut bytes) => unsure::sync(&mut *bytes),
            None => Ok(()),
        }
    }

    /// Goes through the whole log, line by line. One whose sync had failed is written anew.
    pub fn verify(&self, module: &str) -> Result<Verified> {
        check_name(module)?;
        match self.medium.open(module)? {
            Some(mut bytes) => verify::verify(&mut *bytes, module, &mut |_| {}),
            None => Ok(Verified::default()),
        }
    }

    /// Goes through the logs, and compares their ids, causes and conversations. The caches are thrown away: what
    /// somebody has changed by hand, they cannot know.
    pub fn audit(&self, how: Audit<'_>) -> Result<Vec<(Name, Verified)>> {
        let only = how.only;
        let found = audit::audit(self, how)?;
        for name in self.medium.caches().unwrap_or_default() {
            // The name of a log's cache names the log.
            if only.is_none_or(|only| name.split('.').any(|part| part == only)) {
                let _ = self.medium.drop_cache(&name);
            }
        }
        Ok(found)
    }

    /// Puts a checksum into each line of a log that has none. The log as it was is kept. Errors: a
    /// damaged log; what the disk says.
    pub fn reseal(&self, module: &str) -> Result<Resealed> {
        check_name(module)?;
        reseal::reseal(&*self.medium, module)
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

    fn conversation(&self, module: &str, id: &str) -> Result<Vec<(Time, Record)>> {
        let Some(bytes) = self.medium.open(module)? else { return Ok(Vec::new()) };
        let end = tail::seen(&*bytes, module)?.len;
        self.asked(module, &*bytes, end).conversation(id)
    }

    fn conversations(&self, module: &str, like: &(dyn Fn(&str) -> bool + Sync)) -> Result<Vec<(Name, Time)>> {
        let mut all = Conversations::default();
        let look = |found: &mut Conversations, envelope: &Envelope<'_>| found.see(envelope, like);
        self.scan(module, Position::FIRST, Conversations::default, look, |found| {
            found.ids.into_iter().for_each(|(id, time)| all.add(&id, time));
        })?;
        Ok(all.ids)
    }
}
