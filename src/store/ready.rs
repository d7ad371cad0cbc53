//! Batches that are made ready to be appended: looked at, and their lines written but for what only the log's end
//! can tell, the position and the checksum. Both have a fixed width, so room is left for them, and under the
//! lock a few bytes of each line are filled in.

use super::ahead::Looked;
use super::append::check_message;
use super::index::{Place, key_of};
use super::made::Made;
use super::medium::check_name;
use super::tail::Tail;
use crate::error::{Error, Result};
use crate::event::{Document, Message, Name, Position, seal};
use rustc_hash::FxHashSet;
use std::borrow::Borrow;
use std::sync::mpsc::{Sender, channel};

/// Batches for a module's log, for [`super::Store::commit`].
pub struct Ready<M> {
    pub(super) module: Name,
    pub(super) batches: Vec<Vec<M>>,
    /// A newline, for a log that lacks its last one, and then the lines.
    text: Text,
    lines: Vec<Line>,
    /// None: its ids are not looked for, or not yet.
    sought: Option<Sought>,
}

/// The ids of all messages, in order, as they are looked for.
#[derive(Default)]
pub(super) struct Sought {
    pub keys: Vec<u32>,
    /// No two keys are alike, so no two ids are.
    pub distinct: bool,
    /// What was found of them already.
    pub looked: Option<Looked>,
}

/// Goes back to whoever filled it: half a megabyte that is new to the process has its pages touched for the first time.
#[derive(Default)]
struct Text {
    bytes: Vec<u8>,
    back: Option<Sender<Vec<u8>>>,
}

impl Drop for Text {
    fn drop(&mut self) {
        if let Some(back) = &self.back {
            let _ = back.send(std::mem::take(&mut self.bytes));
        }
    }
}

/// Of one message: where its line ends, behind the newline, and where in it the digits of its position begin. Where it
/// stands in the log, if it was filled in.
struct Line {
    end: usize,
    digits: usize,
    place: Option<Place>,
}

/// So many are made ready ahead, beside the one that is being made and the one that is being appended.
const AHEAD: usize = 2;

impl<M: Borrow<Message>> Ready<M> {
    /// Errors: what cannot go into that module's log.
    pub fn new(module: &str, batches: Vec<Vec<M>>) -> Result<Ready<M>> {
        Ready::written(module, batches, Text::default())
    }

    fn written(module: &str, batches: Vec<Vec<M>>, mut room: Text) -> Result<Ready<M>> {
        check_name(module)?;
        let count = batches.iter().map(Vec::len).sum();
        room.bytes.clear();
        let mut text = String::from_utf8(std::mem::take(&mut room.bytes)).unwrap_or_default();
        text.reserve(512 * count);
        let mut lines = Vec::with_capacity(count);
        text.push('\n');
        for batch in &batches {
            assert!(!batch.is_empty(), "a batch without a message");
            let many = |_| Error::input("a batch holds at most 4294967295 messages");
            let count = u32::try_from(batch.len()).map_err(many)?;
            for (remaining, message) in (0..count).rev().zip(batch) {
                let message = message.borrow();
                check_message(module, message)?;
                lines.push(line(&mut text, message, remaining));
            }
        }
        room.bytes = text.into_bytes();
        Ok(Ready { module: Name::from(module), batches, text: room, lines, sought: None })
    }

    /// Makes one after the other ready by a thread of its own, ahead of whoever appends them with
    /// [`super::Store::commit_new`]. It ends with them, or with whoever listens, and its first error is its last item. A
    /// bug in that thread is raised where its next item is asked for.
    pub fn ahead(
        module: &str,
        all: impl Iterator<Item = Result<Vec<Vec<M>>>> + Send + 'static,
    ) -> Made<Result<Ready<M>>>
    where
        M: Send + 'static,
    {
        Ready::each_ahead(module, all, |_| ())
    }

    /// As [`Ready::ahead`]; `look` may look for the ids.
    pub(super) fn each_ahead(
        module: &str,
        mut all: impl Iterator<Item = Result<Vec<Vec<M>>>> + Send + 'static,
        mut look: impl FnMut(&mut Ready<M>) + Send + 'static,
    ) -> Made<Result<Ready<M>>>
    where
        M: Send + 'static,
    {
        let (back, rooms) = channel();
        let module = Name::from(module);
        Made::ahead(AHEAD, move |send| {
            loop {
                let Some(next) = all.next() else { break };
                let mut next = next.and_then(|batches| {
                    let bytes = rooms.try_recv().unwrap_or_default();
                    Ready::written(&module, batches, Text { bytes, back: Some(back.clone()) })
                });
                let wrong = next.is_err();
                if let Ok(ready) = &mut next {
                    look(ready);
                }
                if send.send(next).is_err() || wrong {
                    break;
                }
            }
        })
    }

    /// Its ids are to be looked for.
    pub(super) fn seek(&mut self) -> &mut Sought {
        self.sought.get_or_insert_with(|| {
            let ids = self.batches.iter().flatten().map(|message| &*message.borrow().id);
            let keys: Vec<u32> = ids.map(key_of).collect();
            let mut seen = FxHashSet::with_capacity_and_hasher(keys.len(), Default::default());
            Sought { distinct: keys.iter().all(|key| seen.insert(*key)), keys, looked: None }
        })
    }

    pub(super) fn sought(&self) -> Option<&Sought> {
        self.sought.as_ref()
    }

    /// After [`Ready::fill`], the key of each id that was sought, and where its message stands.
    pub(super) fn places(&self) -> impl Iterator<Item = (u32, Place)> {
        let keys = self.sought.iter().flat_map(|sought| &sought.keys);
        keys.zip(&self.lines).filter_map(|(key, line)| Some((*key, line.place?)))
    }

    /// The lines of those batches that have a place, as they go behind that end of the log.
    pub(super) fn fill(&mut self, tail: &Tail, firsts: impl Iterator<Item = Option<Position>>) -> &[u8] {
        let mut seed = tail.crc;
        let begin = tail.len + u64::from(tail.lacks_newline);
        // Where the next line begins, and where it goes: lines that are left out leave no hole.
        let (mut from, mut to) = (1, 1);
        let (text, mut lines) = (&mut self.text.bytes, self.lines.iter_mut());
        for (batch, first) in self.batches.iter().zip(firsts) {
            let mut position = first;
            for Line { end, digits, place } in lines.by_ref().take(batch.len()) {
                if let Some(at) = position {
                    if from != to {
                        text.copy_within(from..*end, to);
                    }
                    let line = &mut text[to..to + *end - from];
                    line[*digits..*digits + 16].copy_from_slice(&at.digits());
                    seed = seal::fill(line.split_last_mut().expect("its newline").1, seed);
                    *place = Some(Place { position: at, offset: begin + to as u64 - 1 });
                    to += *end - from;
                    position = Some(at.next());
                }
                from = *end;
            }
        }
        &text[if tail.lacks_newline { 0 } else { 1 }..to]
    }
}

fn line(text: &mut String, message: &Message, remaining: u32) -> Line {
    let start = text.len();
    let digits = message.write_json_at(text, Some(Position::FIRST), remaining) - start;
    // In a text a newline is escaped: only what stands as it came can have one.
    let mut as_they_came =
        message.data.iter().map(Document::text).chain(message.extras.iter().map(|extra| &*extra.value));
    if as_they_came.any(|value| memchr::memchr(b'\n', value.as_bytes()).is_some()) {
        // JSON has newlines only between its tokens, where a space does as well; a log has
        // them only between messages.
        let one_line = text[start..].replace('\n', " ");
        text.truncate(start);
        text.push_str(&one_line);
    }
    seal::leave_room(text);
    text.push('\n');
    Line { end: text.len(), digits, place: None }
}
