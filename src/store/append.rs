//! Appending: lock, look at the end, check, repair, one write, unlock, sync, answer.
//!
//! What a reader can have seen is never taken back: a write that came short is cut back to the end
//! of its last whole batch. The lock is given up before the sync, so that several writers share
//! one; nobody is answered before his own sync has returned.

use super::known::Known;
use super::medium::{Bytes, Log};
use super::ready::Ready;
use super::store::Store;
use super::tail::{self, Tail, Torn};
use super::unsure;
use crate::error::{Error, Result};
use crate::event::{Document, Message, Name, Position, json};
use rustc_hash::FxHashMap;
use std::borrow::Borrow;

/// What an append expects of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// Nothing.
    None,
    /// The last position; None: an empty log.
    Position(Option<Position>),
    /// How many messages are about a subject.
    Revision { subject: Name, revision: u64 },
}

/// What became of an append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// For each batch, in order.
    pub batches: Vec<Placed>,
    /// What a crash had left at the end, and was cut off before.
    pub repaired: Option<Torn>,
}

/// Where a batch stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    New {
        first: Position,
        last: Position,
    },
    /// It was there already: each message's old position.
    Already(Vec<Position>),
}

impl Placed {
    pub fn is_new(&self) -> bool {
        matches!(self, Placed::New { .. })
    }

    /// The position of its first message.
    pub fn first(&self) -> Position {
        match self {
            Placed::New { first, .. } => *first,
            Placed::Already(positions) => positions[0],
        }
    }

    /// The position of its last message.
    pub fn last(&self) -> Position {
        match self {
            Placed::New { last, .. } => *last,
            Placed::Already(positions) => positions[positions.len() - 1],
        }
    }
}

/// Batches that are in the log, and nobody has been told.
pub(super) struct Written<M> {
    /// None: there was nothing to append.
    log: Option<Box<dyn Log>>,
    batches: Vec<Vec<M>>,
    appended: Appended,
}

impl<M> Written<M> {
    /// Makes them durable, for whoever is to be answered. Old positions too: their writer may have died before his sync.
    pub fn sync(self) -> Result<(Vec<Vec<M>>, Appended)> {
        sync(vec![self]).map(|mut all| all.remove(0))
    }
}

/// Makes all of them durable, which were appended to one log one after the other. The last one's sync does it: it is
/// about the whole file, and where another file was put in its place meanwhile, that began with what was in it, durably.
pub(super) fn sync<M>(mut together: Vec<Written<M>>) -> Result<Vec<(Vec<Vec<M>>, Appended)>> {
    if let Some(log) = together.iter_mut().rev().find_map(|written| written.log.as_mut()) {
        unsure::sync(&mut **log)?;
    }
    Ok(together.into_iter().map(|written| (written.batches, written.appended)).collect())
}

pub(super) fn write<M: Borrow<Message>>(
    store: &Store,
    mut ready: Ready<M>,
    guard: Guard,
    look_for_ids: bool,
) -> Result<Written<M>> {
    let medium = store.medium();
    let module = &*ready.module.clone();
    if ready.batches.is_empty() {
        let appended = Appended { batches: Vec::new(), repaired: None };
        return Ok(Written { log: None, batches: Vec::new(), appended });
    }
    if guard != Guard::None && medium.open(module)?.is_none() {
        guard_empty(&guard, module)?; // a conflict makes no log
    }
    let mut bytes = medium.create(module)?;
    let looks = look_for_ids || matches!(guard, Guard::Revision { .. });
    let mut seen = look_for_ids.then(|| store.remembered(module));
    if looks && let Ok(tail) = tail::seen(&*bytes, module) {
        // Before the lock, so that nobody waits for it.
        let asked = store.asked(module, &*bytes, tail.len);
        match &mut seen {
            // What cannot be looked at now is looked at under the lock.
            Some(seen) => seen.tend(&asked, store).unwrap_or_default(),
            None => _ = asked.extend(),
        }
    }
    bytes.lock()?;
    let result = locked(store, &mut *bytes, &mut ready, &guard, seen.as_mut());
    let unlocked = bytes.unlock();
    let appended = result?;
    if let Some(seen) = seen {
        store.remember(module, seen);
    }
    unlocked?;
    Ok(Written { log: Some(bytes), batches: ready.batches, appended })
}

fn locked<M: Borrow<Message>>(
    store: &Store,
    bytes: &mut dyn Log,
    ready: &mut Ready<M>,
    guard: &Guard,
    mut seen: Option<&mut Known>,
) -> Result<Appended> {
    unsure::refuse(bytes)?;
    let module = &*ready.module.clone();
    if seen.is_some() {
        ready.seek();
    }
    let batches = &ready.batches;
    let mut tail = tail::look(bytes, module)?;
    let mut known = match (seen.as_deref_mut(), ready.sought()) {
        (Some(seen), Some(sought)) => {
            let messages: Vec<&M> = batches.iter().flatten().collect();
            let id = |index: usize| &*messages[index].borrow().id;
            let old = store.asked(module, bytes, tail.len).positions(sought, id, seen)?;
            Some(Ids { old, distinct: sought.distinct, new: FxHashMap::default() })
        }
        _ => None,
    };
    // All that can be wrong with the batches is found before the first byte is written.
    let mut next = tail.last.map_or(1, |last| last.number() + 1);
    let mut placed = Vec::with_capacity(batches.len());
    let mut ahead = 0;
    for batch in batches {
        let before = ahead;
        ahead += batch.len();
        if let Some(known) = &known
            && let Some(positions) = known.positions(module, batch, before)?
        {
            placed.push(Placed::Already(positions));
            continue;
        }
        let first = next;
        next += batch.len() as u64;
        if let Some(known) = &mut known {
            known.remember(batch, first)?;
        }
        placed.push(Placed::New { first: position(first)?, last: position(next - 1)? });
    }
    if !placed.iter().any(Placed::is_new) {
        return Ok(Appended { batches: placed, repaired: None });
    }
    check_guard(store, bytes, guard, &tail, module)?;
    let repaired = tail::repair(bytes, &mut tail)?;
    let firsts = placed.iter().map(|place| place.is_new().then(|| place.first()));
    let text = ready.fill(&tail, firsts);
    bytes.append(text).map_err(|error| cut_back(bytes, module, &tail, error))?;
    if let Some(seen) = seen {
        seen.wrote(bytes, tail.len, ready.places());
    }
    Ok(Appended { batches: placed, repaired })
}

fn position(number: u64) -> Result<Position> {
    Position::new(number).ok_or_else(|| Error::bound("the log is full: its positions have 16 digits"))
}

/// Where ids stand that are appended.
struct Ids<'b> {
    /// Of those that are in the log, by the number of the message.
    old: FxHashMap<usize, Position>,
    /// No two of them are alike: then it need not be known where those before a batch went.
    distinct: bool,
    /// Those of batches before this one.
    new: FxHashMap<&'b str, Position>,
}

impl<'b> Ids<'b> {
    /// The positions of a batch that is there already; None if it is new. `before`: so many messages stand before it.
    fn positions<M: Borrow<Message>>(
        &self,
        module: &str,
        batch: &[M],
        before: usize,
    ) -> Result<Option<Vec<Position>>> {
        if self.old.is_empty() && self.new.is_empty() {
            return Ok(None);
        }
        let known = |(at, message): (usize, &M)| {
            self.old.get(&(before + at)).or_else(|| self.new.get(&*message.borrow().id)).copied()
        };
        let positions: Vec<Position> = batch.iter().enumerate().filter_map(known).collect();
        if positions.is_empty() || positions.len() == batch.len() {
            return Ok((!positions.is_empty()).then_some(positions));
        }
        let (_, missing) =
            batch.iter().enumerate().find(|one| known(*one).is_none()).expect("one is missing");
        Err(Error::input(format!(
            "{} of the {} messages of a batch are in the log of `{module}` already, and `{}` is not",
            positions.len(),
            batch.len(),
            missing.borrow().id
        ))
        .hint("a batch is appended whole or not at all; append what is new on its own"))
    }

    fn remember<M: Borrow<Message>>(&mut self, batch: &'b [M], first: u64) -> Result<()> {
        if self.distinct {
            return Ok(());
        }
        for (number, message) in (first..).zip(batch.iter().map(M::borrow)) {
            if self.new.insert(&message.id, position(number)?).is_some() {
                return Err(Error::input(format!("the id `{}` stands twice in one batch", message.id)));
            }
        }
        Ok(())
    }
}

/// Whether a message can go into a module's log: what is written must be read again.
pub fn check_message(module: &str, message: &Message) -> Result<()> {
    if &*message.source != module {
        return Err(Error::input(format!(
            "message `{}` is of `{}` and cannot go into the log of `{module}`",
            message.id, message.source
        )));
    }
    let texts = [
        ("id", Some(&message.id)),
        ("type", Some(&message.type_)),
        ("subject", message.subject.as_ref()),
        ("datacontenttype", message.datacontenttype.as_ref()),
        ("correlationid", message.correlation.as_ref()),
        ("causationid", message.causation.as_ref()),
    ];
    if let Some((name, _)) = texts.iter().find(|(_, text)| text.is_some_and(|text| text.is_empty())) {
        return Err(Error::input(format!("`{name}` of a message is empty")).hint("leave it out, or fill it"));
    }
    // The line lies around it: what is written must be read again.
    let values =
        message.data.iter().map(Document::text).chain(message.extras.iter().map(|extra| &*extra.value));
    if values.into_iter().any(|value| json::too_deep(value, json::MAX_DEPTH - 1).is_some()) {
        return Err(Error::input(format!("the data of message `{}` is nested too deep", message.id))
            .hint(format!("a line of a log has at most {} levels", json::MAX_DEPTH)));
    }
    if message.extras.iter().any(|extra| extra.key() == "crc") {
        return Err(Error::input(format!("message `{}` has a member `crc`", message.id))
            .hint("`crc` is the log's own checksum; rename or drop it"));
    }
    Ok(())
}

fn guard_empty(guard: &Guard, module: &str) -> Result<()> {
    match guard {
        Guard::Position(expected) => compare_position(*expected, None, module),
        Guard::Revision { subject, revision } => compare_revision(subject, *revision, 0, module),
        Guard::None => Ok(()),
    }
}

fn check_guard(store: &Store, bytes: &dyn Bytes, guard: &Guard, tail: &Tail, module: &str) -> Result<()> {
    match guard {
        Guard::None => Ok(()),
        Guard::Position(expected) => compare_position(*expected, tail.last, module),
        Guard::Revision { subject, revision } => {
            let there = store.asked(module, bytes, tail.len).revision(subject)?;
            compare_revision(subject, *revision, there, module)
        }
    }
}

fn compare_position(expected: Option<Position>, last: Option<Position>, module: &str) -> Result<()> {
    if expected == last {
        return Ok(());
    }
    let number = |position: Option<Position>| position.map_or(0, Position::number);
    Err(Error::conflict(format!(
        "the log of `{module}` ends at position {}, not at {}",
        number(last),
        number(expected)
    ))
    .hint("somebody appended meanwhile, or not yet; read on from what you know and decide again"))
}

fn compare_revision(subject: &str, expected: u64, revision: u64, module: &str) -> Result<()> {
    if expected == revision {
        return Ok(());
    }
    Err(Error::conflict(format!("`{subject}` in `{module}` is at revision {revision}, not at {expected}"))
        .hint("somebody appended meanwhile, or not yet; read what is new about it and decide again"))
}

/// A write failed. What it left is cut back to whole batches; if even that fails, the next append
/// repairs it. Batches that are whole stay: a reader may have seen them.
fn cut_back(bytes: &mut dyn Log, module: &str, before: &Tail, error: Error) -> Error {
    let Ok(tail) = tail::look(bytes, module) else { return error };
    if let Some(torn) = &tail.torn {
        let _ = bytes.truncate(torn.offset);
    }
    let number = |position: Option<Position>| position.map_or(0, Position::number);
    match number(tail.last).saturating_sub(number(before.last)) {
        0 => error,
        written => {
            let what = format!("{}; the first {written} of the messages are in the log", error.what());
            let first = error.hint_text().unwrap_or("try again with the same ids");
            let again = Error::input(what).hint(format!("{first}; what is there is not repeated"));
            again.at(error.place().unwrap_or(bytes.name()))
        }
    }
}
