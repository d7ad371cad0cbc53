//! Questions an append has to ask of the whole log: which ids are there, how many messages a
//! subject has. Answered by going through the log; an index will answer them faster one day.

use super::chain;
use super::lines::{Line, Lines, damage};
use super::medium::Bytes;
use crate::error::Result;
use crate::event::{Message, Name, Position, line};
use memchr::memmem;
use std::collections::{HashMap, HashSet};

/// The positions of those of the ids that stand in the log's first `end` bytes.
pub(super) fn positions(bytes: &dyn Bytes, end: u64, ids: &HashSet<&str>) -> Result<HashMap<Name, Position>> {
    let mut found = HashMap::new();
    let mut lines = Lines::new(0, end);
    while let Some(line) = lines.next(bytes)? {
        if canonical_id(line.bytes).is_some_and(|id| !ids.contains(id)) {
            continue;
        }
        let message = read(bytes, &line)?;
        if ids.contains(&*message.id)
            && let Some(position) = message.position
        {
            found.entry(message.id).or_insert(position);
        }
    }
    Ok(found)
}

/// A subject's revision: how many messages are about it.
pub(super) fn revision(bytes: &dyn Bytes, end: u64, subject: &str) -> Result<u64> {
    let wanted = memmem::Finder::new(subject);
    let mut revision = 0;
    let mut lines = Lines::new(0, end);
    while let Some(line) = lines.next(bytes)? {
        // A line with an escape may spell it otherwise.
        if wanted.find(line.bytes).is_some() || memchr::memchr(b'\\', line.bytes).is_some() {
            revision += (read(bytes, &line)?.subject.as_deref() == Some(subject)) as u64;
        }
    }
    Ok(revision)
}

/// The id of a line in our spelling, without reading the rest. None: read the line to know. A
/// second `id` further on would count instead of this one, but no writer of ours makes one.
fn canonical_id(line: &[u8]) -> Option<&str> {
    let rest = line.strip_prefix(b"{\"specversion\":\"1.0\",\"id\":\"")?;
    let id = &rest[..memchr::memchr2(b'"', b'\\', rest)?];
    (rest[id.len()] == b'"').then(|| std::str::from_utf8(id).ok()).flatten()
}

fn read(bytes: &dyn Bytes, line: &Line<'_>) -> Result<Message> {
    chain::utf8(line.bytes)
        .and_then(|text| line::read(text).map_err(|error| chain::not_a_message(text, error)))
        .map_err(|fault| damage(bytes, line.offset, line.bytes, fault))
}
