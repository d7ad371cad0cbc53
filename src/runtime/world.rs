//! The world: everything that decides what can happen next, as one value.

use super::feed::AllRead;
use super::house::{House, ProcessId, Stable};
use super::ledger::Ledger;
use super::member::Member;
use super::ready::Choice;
use crate::event::{Message, Name, Position, Time};
use crate::step::Instance;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct World {
    pub(super) house: Arc<House<Stable>>,
    /// One a process, in the house's order.
    pub(super) members: Vec<Member>,
    /// Messages on their way, in the order in which logs are merged.
    pub(super) flight: BTreeMap<Key, Flying>,
    /// Alarms that may ring, and answers that services owe, in the order in which they are due.
    pub(super) alarms: BTreeMap<Due, (Name, Arc<Message>)>,
    /// What services without memory have said, and where they say it.
    pub(super) ledger: Ledger,
    /// The newest time of any message that was ever in flight.
    pub(super) newest: Time,
    /// How far the logs were read, once all was read and nothing is in flight.
    pub(super) all_read: Option<AllRead>,
}

/// Logs are merged by time (never going back within a module), then module, then position.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub time: Time,
    pub module: Name,
    pub position: Position,
}

/// A message and those that it has not reached yet, in the house's order.
#[derive(Debug, Clone)]
pub(super) struct Flying {
    pub message: Arc<Message>,
    pub to: Vec<ProcessId>,
}

/// When an alarm is due, or an answer. At one moment answers come first; else process and place decide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Due {
    pub time: Time,
    /// An alarm of a process; not an answer of a service.
    pub alarm: bool,
    pub process: ProcessId,
    /// Where it stands in the journal; of what is owed by a service without one, where the message
    /// stood for which it is owed: at `reached`, since then it was heard.
    pub module: Name,
    pub position: Position,
    pub reached: Time,
    pub ordinal: u64,
}

impl World {
    pub(super) fn new(house: Arc<House<Stable>>, members: Vec<Member>) -> World {
        let mut world = World {
            house,
            members,
            flight: BTreeMap::new(),
            alarms: BTreeMap::new(),
            ledger: Ledger::default(),
            newest: Time::MIN,
            all_read: None,
        };
        for process in 0..world.members.len() {
            let armed: Vec<_> = world.members[process].instances().flat_map(ringing).collect();
            world.newest = world.newest.max(world.members[process].now);
            world.arm(process, armed);
        }
        world
    }

    /// A world of the same house in which there is nothing but this instance, at this moment.
    pub fn alone(&self, process: ProcessId, instance: Instance, now: Time) -> World {
        let named = |member: &Member| Member::new(member.name.clone());
        let mut members: Vec<Member> = self.members.iter().map(named).collect();
        let member = &mut members[process];
        member.now = now;
        let id = instance.id.clone();
        *member.instance_mut(&id) = instance;
        World::new(self.house.clone(), members)
    }

    pub fn house(&self) -> &House<Stable> {
        &self.house
    }

    pub fn members(&self) -> &[Member] {
        &self.members
    }

    pub fn member(&self, process: ProcessId) -> &Member {
        &self.members[process]
    }

    /// The conversation of a message in flight.
    pub(super) fn conversation_of(&self, key: &Key) -> Option<Name> {
        self.flight.get(key)?.message.conversation().cloned()
    }

    /// The newest time of anything that was in flight or decided.
    pub fn newest(&self) -> Time {
        self.newest
    }

    /// The alarm that rings next: whose it is, and the message that will ring.
    pub fn next_ring(&self) -> Option<(&Name, &Message)> {
        self.alarms.values().next().map(|(instance, alarm)| (instance, &**alarm))
    }

    /// Whether any message is on its way.
    pub fn in_flight(&self) -> bool {
        !self.flight.is_empty()
    }

    /// When the next alarm is due.
    pub fn next_alarm(&self) -> Option<Time> {
        self.alarms.keys().next().map(|due| due.time)
    }

    /// When the next answer is due, where no alarm rings before it.
    pub fn next_answer(&self) -> Option<Time> {
        self.alarms.keys().next().filter(|due| !due.alarm).map(|due| due.time)
    }

    /// The answers that services owe, in the order in which they are due.
    pub fn owed(&self) -> impl Iterator<Item = (ProcessId, Time, &Message)> {
        let answers = self.alarms.iter().filter(|(due, _)| !due.alarm);
        answers.map(|(due, (_, answer))| (due.process, due.time, &**answer))
    }

    /// Something happened at this time, whether or not anybody listens.
    pub fn reach(&mut self, time: Time) {
        self.newest = self.newest.max(time);
    }

    /// Puts an instance here that was decided elsewhere until now.
    pub fn put(&mut self, process: ProcessId, instance: Instance) {
        let id = instance.id.clone();
        let known = self.members[process].instance_mut(&id);
        let before = ringing(known);
        let after = ringing(&instance);
        *known = instance;
        self.disarm(process, &before);
        self.arm(process, after);
    }

    /// Takes away instances that are decided elsewhere from now on.
    pub fn leave_out(&mut self, process: ProcessId, ids: &BTreeSet<Name>) {
        let (gone, stay): (Vec<_>, Vec<_>) = {
            let instances = self.members[process].instances().cloned();
            instances.partition(|instance| ids.contains(&instance.id))
        };
        gone.iter().for_each(|instance| self.disarm(process, &ringing(instance)));
        self.members[process].replace_all(stay);
    }

    /// What is decided next stands there in the journal.
    pub fn goes_on_at(&mut self, process: ProcessId, position: Position) {
        self.members[process].next = position;
    }

    /// A message that its process is not to be given.
    pub fn skip(&mut self, process: ProcessId, message: &Message, reached: Option<Time>) {
        let member = &mut self.members[process];
        if let Some(position) = message.position.filter(|_| message.source != member.name) {
            member.pass(&message.source, position, reached);
        }
    }

    /// Puts a message in flight to those of its subscribers that have not had it yet.
    pub fn publish(&mut self, key: Key, message: Arc<Message>) {
        self.reach(message.time);
        if message.internal {
            return;
        }
        for service in self.house.owing(&message.type_).to_vec() {
            self.owe(service, &key, &message);
        }
        let to: Vec<ProcessId> = self
            .house
            .subscribers(&message.type_)
            .iter()
            .copied()
            .filter(|&process| {
                let member = &self.members[process];
                member.name != key.module
                    && member.cursors.get(&key.module).is_none_or(|next| *next <= key.position)
            })
            .collect();
        if !to.is_empty() {
            self.flight.insert(key, Flying { message, to });
        }
    }

    pub(super) fn arm(&mut self, process: ProcessId, alarms: Vec<(Name, Arc<Message>)>) {
        for (instance, alarm) in alarms {
            self.alarms.insert(self.due(process, &alarm), (instance, alarm));
        }
    }

    pub(super) fn disarm(&mut self, process: ProcessId, alarms: &[(Name, Arc<Message>)]) {
        for (_, alarm) in alarms {
            self.alarms.remove(&self.due(process, alarm));
        }
    }

    fn due(&self, process: ProcessId, alarm: &Message) -> Due {
        let time = alarm.due.expect("an alarm has a time at which it is due");
        self.due_at(process, time, alarm.position.expect("an alarm stands in the journal"))
    }

    /// The place of an alarm of a process that is due then, and stands there in its journal.
    pub(super) fn due_at(&self, process: ProcessId, time: Time, position: Position) -> Due {
        Due {
            time,
            alarm: self.house.service(process).is_none(),
            process,
            module: self.members[process].name.clone(),
            position,
            reached: time,
            ordinal: 0,
        }
    }
}

impl Due {
    /// What is owed by a service without a journal.
    pub fn answer(&self) -> Choice {
        let cause = Key { time: self.reached, module: self.module.clone(), position: self.position };
        Choice::Answer { service: self.process, time: self.time, cause, ordinal: self.ordinal }
    }
}

/// The alarms of an instance that may ring: none while it is parked.
pub(super) fn ringing(instance: &Instance) -> Vec<(Name, Arc<Message>)> {
    if instance.parked.is_some() {
        return Vec::new();
    }
    instance.alarms.iter().map(|alarm| (instance.id.clone(), alarm.clone())).collect()
}
