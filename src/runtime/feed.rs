//! What the logs have next, put in flight.

use super::merged::Merged;
use super::world::World;
use crate::error::Result;
use crate::event::{Message, Name, Position, Time};
use crate::store::Logs;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Puts a message in flight when nothing that is in flight comes before it.
pub struct Feed<'a> {
    merged: Merged<'a>,
    keep: &'a dyn Fn(&Message) -> bool,
    read: u64,
    lines: u64,
}

/// What a run has read that has read all.
#[derive(Debug, Clone)]
pub(super) struct AllRead {
    /// How many lines it was.
    pub lines: u64,
    /// The last position of each log, and the time that it has reached.
    pub logs: BTreeMap<Name, (Position, Time)>,
}

impl<'a> Feed<'a> {
    /// Reads each module from the earliest position that a process of this world wants.
    pub fn open(logs: &'a dyn Logs, world: &mut World) -> Result<Feed<'a>> {
        Feed::open_filtered(logs, world, &|_| true)
    }

    /// As [`Feed::open`]; what `keep` does not want only moves time.
    pub fn open_filtered(
        logs: &'a dyn Logs,
        world: &mut World,
        keep: &'a dyn Fn(&Message) -> bool,
    ) -> Result<Feed<'a>> {
        let merged = Merged::resume(logs, |name| {
            // A process is told nothing by its own module.
            // Nor one with no memory anything that it has heard: it hears all from the beginning.
            let readers =
                world.members().iter().enumerate().filter(|(process, member)| {
                    member.name != *name || !world.house().keeps_journal(*process)
                });
            let readers = readers.map(|(_, member)| member);
            let wants = readers.map(|member| {
                let reached = member.reached.get(name).copied().unwrap_or(Time::MIN);
                let wanted = (member.cursors.get(name).copied().unwrap_or(Position::FIRST), reached);
                // What lies between is not for it.
                let heard = member.heard.get(name).copied().filter(|(next, _)| *next > wanted.0);
                heard.unwrap_or(wanted)
            });
            // Of those that want the same, the last that they had was the same, too.
            wants.min_by_key(|(next, _)| *next)
        })?;
        world.reach(merged.reached());
        Ok(Feed { merged, keep, read: 0, lines: 0 })
    }

    /// The modules that are read.
    pub fn modules(&self) -> impl Iterator<Item = &Name> {
        self.merged.modules()
    }

    /// How far each log was read, once all was.
    pub(super) fn all_read(&self) -> Option<AllRead> {
        let ends = || self.merged.ends().map(|(name, last, reached)| (name.clone(), (last, reached)));
        self.merged.peek().is_none().then(|| AllRead { lines: self.lines, logs: ends().collect() })
    }

    /// How many messages were read that were meant for others than their own module, and wanted.
    pub fn read(&self) -> u64 {
        self.read
    }

    /// Puts in flight what comes before anything that is there already. What nobody listens to only
    /// moves time.
    pub fn fill(&mut self, world: &mut World) -> Result<()> {
        while let Some(next) = self.merged.peek() {
            if world.flight.first_key_value().is_some_and(|(first, _)| first <= next) {
                break;
            }
            let Some(read) = self.merged.advance() else { break };
            let (key, record) = read?;
            self.lines += 1;
            world.reach(record.message.time);
            if !record.message.internal && (self.keep)(&record.message) {
                self.read += 1;
                // How many lines follow is a matter of the file: a message is the same however it came.
                world.publish(key, Arc::new(Message { remaining: 0, ..record.message }));
            }
        }
        Ok(())
    }
}
