//! The instances of a member that are not in memory: found when they are needed, and what may ring next.

use super::super::member::Member;
use super::super::recover::fetch_kept;
use super::bytes::{Found, Lost};
use super::foot::{Census, Summary};
use super::form::read_instance;
use super::layer::{ALARMS, Alarm, Layer, key};
use super::merge::Merge;
use crate::error::Result;
use crate::event::{Name, Names, Position, Time};
use crate::step::Instance;
use crate::store::{Logs, Store};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// An open snapshot: a layer, and those on which it lies. Of an instance the newest layer that holds it counts.
pub(super) struct Snapshot {
    /// Where it is kept, and the logs that it is of.
    pub store: Store,
    /// The newest first; at least one.
    pub layers: Vec<Layer>,
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot of {} layers", self.layers.len())
    }
}

impl Snapshot {
    /// The newest record of an instance in the layers up to that number.
    fn find(&self, id: &str, layers: usize) -> Found<Option<Vec<u8>>> {
        let key = key(id);
        for layer in &self.layers[..layers] {
            if let Some(record) = layer.find(id, key)? {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }
}

/// What of a member is not in memory.
#[derive(Debug, Clone)]
pub struct Stored {
    pub(super) snapshot: Arc<Snapshot>,
    /// Of those that are not in memory.
    pub(in super::super) census: Census,
    /// How many there are, in memory and not.
    pub(super) instances: u64,
    /// Of those in memory, in their order: the number under which the process first heard of each.
    pub(super) ordinals: Vec<u64>,
    /// Those in memory that may be other than in the snapshot.
    pub(in super::super) touched: BTreeSet<usize>,
    /// How far the alarms of each layer were looked at.
    pub(super) alarms: Vec<Cursor>,
    names: Names,
}

/// How far the alarms of a layer were looked at.
#[derive(Debug, Clone)]
pub(super) struct Cursor {
    at: u64,
    /// The page on which that is.
    page: Option<(u64, Vec<Alarm>)>,
    /// Whose the alarm there is, once somebody has looked.
    whose: Option<Name>,
    /// Those that were passed because their instances were in memory.
    passed: Vec<(u64, Name)>,
}

impl Stored {
    pub(super) fn new(snapshot: Snapshot) -> Stored {
        let foot = &snapshot.layers[0].foot;
        let from = [0].into_iter().chain(foot.alarms_from.iter().copied());
        let cursor = |at| Cursor { at, page: None, whose: None, passed: Vec::new() };
        let Summary { census, instances, .. } = &foot.summary;
        Stored {
            census: census.clone(),
            instances: *instances,
            ordinals: Vec::new(),
            touched: BTreeSet::new(),
            alarms: from.map(cursor).collect(),
            names: Names::remembering(),
            snapshot: Arc::new(snapshot),
        }
    }

    /// Another instance than those of the snapshot is in memory now.
    pub(in super::super) fn born(&mut self) {
        self.ordinals.push(self.instances);
        self.instances += 1;
    }
}

impl Cursor {
    /// The first alarm that is not known to be out of date, once `touched` are written in a newer layer.
    pub fn from(&self, touched: impl Fn(&str) -> bool) -> u64 {
        let standing = self.passed.iter().find(|(_, id)| !touched(id));
        standing.map_or(self.at, |(at, _)| *at)
    }

    /// The alarm at which it is.
    fn here(&mut self, layer: &Layer) -> Found<Option<Alarm>> {
        if self.at >= layer.foot.alarms {
            return Ok(None);
        }
        let number = self.at / ALARMS;
        if self.page.as_ref().is_none_or(|(known, _)| *known != number) {
            self.page = Some((number, layer.alarms(number)?));
        }
        let page = self.page.as_ref().map_or(&[][..], |(_, page)| page);
        page.get((self.at % ALARMS) as usize).copied().ok_or(Lost).map(Some)
    }
}

impl Member {
    /// Where those are that are not in memory.
    pub(super) fn store(&self) -> Option<Store> {
        Some(self.stored.as_ref()?.snapshot.store.clone())
    }

    /// Takes that instance into memory, if there is one and it is not there; answers whether it did. `fetch`
    /// gets it what it keeps only by reference.
    pub(in super::super) fn load(
        &mut self,
        id: &str,
        fetch: impl FnOnce(&mut Instance) -> Result<()>,
    ) -> Result<bool> {
        if self.index_of(id).is_some() {
            return Ok(false);
        }
        let Some(stored) = &mut self.stored else { return Ok(false) };
        let Some(record) = stored.snapshot.find(id, stored.snapshot.layers.len())? else { return Ok(false) };
        let (mut instance, ordinal) = read_instance(&record, &mut stored.names)?;
        fetch(&mut instance)?;
        stored.census.remove(&instance)?;
        stored.ordinals.push(ordinal);
        self.take_in(instance);
        Ok(true)
    }

    /// The alarm that rings next of those whose instances are not in memory: when, where it stands in the
    /// journal, and whose it is.
    pub(in super::super) fn next_stored_alarm(&mut self) -> Found<Option<(Time, Position, Name)>> {
        let Some(mut stored) = self.stored.take() else { return Ok(None) };
        let found = self.look_ahead(&mut stored);
        self.stored = Some(stored);
        found
    }

    fn look_ahead(&self, stored: &mut Stored) -> Found<Option<(Time, Position, Name)>> {
        let snapshot = stored.snapshot.clone();
        let mut first: Option<(Time, Position, Name)> = None;
        for (number, (cursor, layer)) in stored.alarms.iter_mut().zip(&snapshot.layers).enumerate() {
            while let Some(alarm) = cursor.here(layer)? {
                let id = match &cursor.whose {
                    Some(id) => id.clone(),
                    None => {
                        let record = layer.record(alarm.place)?;
                        let id = Name::from(super::form::head(&mut super::bytes::Reader(&record))?.id);
                        // A newer layer knows its alarms better.
                        if snapshot.find(&id, number)?.is_some() {
                            cursor.at += 1;
                            continue;
                        }
                        cursor.whose.insert(id).clone()
                    }
                };
                if self.index_of(&id).is_some() {
                    cursor.passed.push((cursor.at, id));
                    cursor.at += 1;
                    cursor.whose = None;
                    continue;
                }
                if first
                    .as_ref()
                    .is_none_or(|(due, position, _)| (alarm.due, alarm.position) < (*due, *position))
                {
                    first = Some((alarm.due, alarm.position, id));
                }
                break;
            }
        }
        Ok(first)
    }

    /// Takes all into memory, in the order in which they first heard something. After an error it is as
    /// it was.
    pub(in super::super) fn load_all(&mut self, logs: &dyn Logs) -> Result<()> {
        let Some(mut stored) = self.stored.clone() else { return Ok(()) };
        let mut others: Vec<(u64, Instance)> = Vec::new();
        let names = &mut stored.names;
        Merge::over(stored.snapshot.layers.iter())?.each(|_, head, record| {
            if self.index_of(head.id).is_none() {
                let (instance, ordinal) = read_instance(record, names)?;
                others.push((ordinal, instance));
            }
            Ok(())
        })?;
        fetch_kept(&self.name, others.iter_mut().map(|(_, instance)| instance).collect(), logs)?;
        let ordinals = others.iter().map(|(ordinal, _)| *ordinal).chain(stored.ordinals.iter().copied());
        let ordinals: BTreeSet<u64> = ordinals.collect();
        let count = others.len() + stored.ordinals.len();
        let last = ordinals.last().map_or(0, |last| last + 1);
        if (ordinals.len(), last, stored.instances) != (count, count as u64, count as u64) {
            return Err(Lost.into());
        }
        let in_memory = self.replace_all(Vec::new());
        others.extend(stored.ordinals.into_iter().zip(in_memory));
        others.sort_unstable_by_key(|(ordinal, _)| *ordinal);
        self.replace_all(others.into_iter().map(|(_, instance)| instance).collect());
        Ok(())
    }
}
