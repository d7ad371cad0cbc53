//! Going through a whole log and saying what is there; `audit.rs` compares the logs with each other.

use super::chain::Chain;
use super::lines::{Lines, damage};
use super::medium::{Bytes, Log};
use super::tail::{self, Torn};
use crate::error::{Error, Result};
use crate::event::{Message, Name, Position, Time};

/// What a log holds. Counts end where the damage is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    pub messages: u64,
    /// Of these, how many bear a checksum, and it fits.
    pub sealed: u64,
    /// And how many bear none.
    pub unsealed: u64,
    pub last: Option<Position>,
    /// How many bytes were gone through, or were to be before the damage.
    pub len: u64,
    /// Whether the last line lacks its newline; the next append writes it.
    pub lacks_newline: bool,
    /// What the next append will cut off and keep aside.
    pub torn: Option<Torn>,
    /// The first thing that is wrong.
    pub damage: Option<Error>,
    /// If a sync had failed: what came of writing the log anew.
    pub unsure: Option<Unsure>,
    /// Messages that bear an earlier time than the one before them. No finding: what others wrote
    /// may well be so, and a merge never goes back within a module.
    pub back: Findings,
    /// Messages with an id that an earlier one in this log bears.
    pub repeated: Findings,
    /// Messages whose cause is in no log. None: not looked for, or a log is damaged and may hide it.
    pub dangling: Option<Findings>,
    /// Messages that name another conversation than their cause.
    pub strayed: Findings,
}

impl Verified {
    /// How much is wrong that is no damage.
    pub fn findings(&self) -> u64 {
        self.repeated.count + self.dangling.as_ref().map_or(0, |found| found.count) + self.strayed.count
    }
}

/// What became of the mark of a sync that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsure {
    /// All was written anew and synced; appends may go on.
    Settled,
    /// The log is damaged, or the disk refused again.
    Stays(Error),
}

/// One thing that is worth saying about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub position: Position,
    pub id: Name,
    pub what: String,
}

/// All of one kind: how many, and the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    pub count: u64,
    pub first: Vec<Finding>,
}

impl Findings {
    /// So many are kept to be shown.
    pub const KEPT: usize = 1_000;

    pub(super) fn add(&mut self, message: &Message, what: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < Findings::KEPT {
            let position = message.position.expect("a message of a log");
            self.first.push(Finding { position, id: message.id.clone(), what: what() });
        }
    }
}

/// Goes through a log, and hands over each message. A log whose sync had failed is locked, and
/// written anew if it is sound.
pub(super) fn verify(bytes: &mut dyn Log, module: &str, seen: &mut dyn FnMut(&Message)) -> Result<Verified> {
    if !bytes.is_unsure()? {
        return go_through(bytes, module, seen);
    }
    bytes.lock()?;
    let result = go_through(bytes, module, seen).map(|mut verified| {
        let settled = match &verified.damage {
            Some(error) => Err(error.clone()),
            None => bytes.write_again().and_then(|()| bytes.clear_unsure()),
        };
        verified.unsure = Some(settled.map_or_else(Unsure::Stays, |()| Unsure::Settled));
        verified
    });
    bytes.unlock()?;
    result
}

pub(super) fn go_through(
    bytes: &dyn Bytes,
    module: &str,
    seen: &mut dyn FnMut(&Message),
) -> Result<Verified> {
    let mut verified = Verified::default();
    verified.len = match tail::seen(bytes, module) {
        Ok(tail) => {
            verified.torn = tail.torn;
            verified.lacks_newline = tail.lacks_newline;
            tail.len
        }
        Err(error) => {
            verified.damage = Some(error);
            bytes.len()?
        }
    };
    let mut before: Option<Time> = None;
    let fault = walk(bytes, module, verified.len, &mut |message, sealed| {
        verified.messages += 1;
        verified.sealed += sealed as u64;
        verified.unsealed += !sealed as u64;
        verified.last = message.position;
        if let Some(before) = before.filter(|before| message.time < *before) {
            verified.back.add(message, || format!("its time is {}, after {before}", message.time));
        }
        before = Some(message.time);
        seen(message);
    })?;
    verified.damage = fault.or(verified.damage);
    Ok(verified)
}

/// Hands over the messages up to `end`, each with whether it is sealed. Some: where that broke off.
pub(super) fn walk(
    bytes: &dyn Bytes,
    module: &str,
    end: u64,
    seen: &mut dyn FnMut(&Message, bool),
) -> Result<Option<Error>> {
    let mut lines = Lines::new(0, end);
    let mut chain = Chain::at_start(module);
    while let Some(line) = lines.next(bytes)? {
        match chain.accept(line.bytes) {
            Ok((message, sealed)) => seen(&message, sealed),
            Err(fault) => return Ok(Some(damage(bytes, line.offset, line.bytes, fault))),
        }
    }
    Ok(None)
}
