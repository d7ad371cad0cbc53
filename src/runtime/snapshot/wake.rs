//! Taking into memory what is needed, before it is: a choice is applied without asking a file.

use super::super::apply::candidates;
use super::super::house::ProcessId;
use super::super::member::Member;
use super::super::recover::{fetch_kept, whole};
use super::super::world::{World, ringing};
use super::bytes::Lost;
use super::open::drop_all_but;
use crate::error::Result;
use crate::event::Name;
use crate::step::Instance;
use crate::store::Store;
use std::collections::BTreeMap;

impl World {
    /// What the next choice may touch is in memory afterwards, and so is whose alarm rings next of all.
    pub(in super::super) fn load_next(&mut self) -> Result<()> {
        for process in 0..self.members.len() {
            let Some(store) = self.members[process].store() else { continue };
            if self.load_what_comes(process, &store).is_err() {
                refold(&mut self.members[process], &store)?;
                let ring: Vec<_> = self.members[process].instances().flat_map(ringing).collect();
                self.arm(process, ring);
            }
        }
        Ok(())
    }

    fn load_what_comes(&mut self, process: ProcessId, store: &Store) -> Result<()> {
        let next = self.flight.first_key_value().filter(|(_, flying)| flying.to[0] == process);
        if let Some(message) = next.map(|(_, flying)| flying.message.clone()) {
            for id in candidates(self, process, &message) {
                self.load(process, &id, store)?;
            }
        }
        while let Some((time, position, id)) = self.members[process].next_stored_alarm()? {
            let due = self.due_at(process, time, position);
            if self.alarms.first_key_value().is_some_and(|(first, _)| *first < due) {
                break;
            }
            if !self.load(process, &id, store)? {
                return Err(Lost.into());
            }
        }
        Ok(())
    }

    fn load(&mut self, process: ProcessId, id: &Name, store: &Store) -> Result<bool> {
        let member = &mut self.members[process];
        let name = member.name.clone();
        let came = member.load(id, |instance| fetch_kept(&name, vec![instance], store))?;
        if let Some(instance) = member.instance(id).filter(|_| came) {
            let ring = ringing(instance);
            self.arm(process, ring);
        }
        Ok(came)
    }
}

/// All instances are in memory afterwards, in the order in which they first heard something.
pub(in super::super) fn load_all(member: &mut Member) -> Result<()> {
    let Some(store) = member.store() else { return Ok(()) };
    member.load_all(&store).or_else(|_| refold(member, &store))
}

/// The snapshot cannot be read: what is not in memory is folded from the journal. What is in memory has come as
/// far as the journal, or further.
fn refold(member: &mut Member, store: &Store) -> Result<()> {
    drop_all_but(store, &member.name, &[]);
    let mut folded = whole(member.name.clone(), store)?.replace_all(Vec::new());
    let in_memory = member.replace_all(Vec::new());
    let places: BTreeMap<Name, usize> =
        folded.iter().enumerate().map(|(place, instance)| (instance.id.clone(), place)).collect();
    let mut born: Vec<Instance> = Vec::new();
    for instance in in_memory {
        match places.get(&instance.id) {
            Some(&place) => folded[place] = instance,
            None => born.push(instance),
        }
    }
    folded.append(&mut born);
    member.replace_all(folded);
    Ok(())
}
