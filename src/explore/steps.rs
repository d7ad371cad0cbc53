//! What a message, or a ring, makes of an instance: asked once of [`apply`], remembered for every world
//! in which it comes up again.

use super::crew::Crew;
use super::exchange::placed;
use super::lives::Lives;
use super::symbols::{Bag, Bags, Mail, Mails};
use super::twice::{Causes, Sends};
use crate::error::Result;
use crate::event::{Message, Millis, Name, Position, Time};
use crate::runtime::{Choice, Key, ProcessId, World, apply};
use crate::step::{Instance, Outcome, Recorded};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What one choice does to one instance, and what goes out.
#[derive(Debug)]
pub(super) struct Step {
    /// The instance afterwards.
    pub life: u32,
    /// What was sent, to be counted.
    pub sent: u32,
    /// What was sent, to be delivered: to whom, which message.
    pub out: Vec<(ProcessId, u32)>,
    /// Where a host that saves last may stop: after each effect (and before the first) what was sent so
    /// far, to be counted, and how much of `out` that is.
    pub parts: Vec<(u32, usize)>,
    /// How far the clock has moved.
    pub passed: Millis,
    /// The commands among what was sent; only where they are watched.
    pub commands: Vec<Sends>,
    /// Equal where steps do the same to all but the instance and what was sent: `out`, `passed` and `commands`.
    pub effect: u32,
    /// The message and those that it woke, with what each met.
    pub met: Vec<(Name, Outcome)>,
}

/// What an instance is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Given {
    /// A message; whether another copy of it is still to come; and of a service, the number of the alternative
    /// that it takes.
    Mail(u32, bool, u16),
    /// A message that this instance has had already, and whose id it remembers.
    Again(u32),
    /// The alarm at this place rings.
    Ring(u16),
}

impl Given {
    /// The same, whichever alternative a service takes.
    pub fn whichever(self) -> Given {
        match self {
            Given::Mail(mail, more, _) => Given::Mail(mail, more, 0),
            other => other,
        }
    }
}

/// An instance's place in a world: of which process, and its id.
pub(super) type Slot = (ProcessId, Name);

#[derive(Debug)]
pub(super) struct Steps {
    pub crew: Crew,
    world: World,
    pub mails: Mails,
    pub bags: Bags,
    pub lives: Lives,
    pub slots: Vec<Slot>,
    slot_numbers: FxHashMap<Slot, u32>,
    steps: Vec<Step>,
    effects: FxHashMap<Effect, u32>,
    known: FxHashMap<(u32, u32, Given, Millis), u32>,
    later: FxHashMap<(u32, Millis), u32>,
    /// Per slot, whether it was given anything.
    pub reached: Vec<bool>,
    by_data: bool,
    /// Times are told from the clock; else from the start of the scenario.
    relative: bool,
    /// No id is remembered: every message that comes is one of its own.
    forgets: bool,
    /// Whether a command that is sent twice for one cause is told.
    pub watches: bool,
    pub causes: Causes,
    /// What caused a message, by its id, where ids are told.
    pub caused_by: FxHashMap<Name, Name>,
}

/// An instance of which nothing was heard yet.
pub(super) const UNBORN: u32 = 0;

impl Steps {
    pub fn new(
        crew: Crew,
        mails: Mails,
        mut lives: Lives,
        by_data: bool,
        relative: bool,
        forgets: bool,
    ) -> Result<Steps> {
        // Number 0 stands for every instance that has heard nothing.
        lives.number(&mails, 0, None, Instance::new(Name::from("")), 0, Vec::new());
        Ok(Steps {
            world: crew.house()?,
            crew,
            mails,
            bags: Bags::new(),
            lives,
            slots: Vec::new(),
            slot_numbers: FxHashMap::default(),
            steps: Vec::new(),
            effects: FxHashMap::default(),
            known: FxHashMap::default(),
            later: FxHashMap::default(),
            reached: Vec::new(),
            by_data,
            relative,
            forgets,
            watches: false,
            causes: Causes::default(),
            caused_by: FxHashMap::default(),
        })
    }

    /// How much memory what was learned takes, more or less.
    pub fn bytes(&self) -> u64 {
        const STEP: usize = size_of::<Step>() + 128;
        self.lives.bytes + (self.steps.len() * STEP) as u64
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    pub fn slot(&mut self, process: ProcessId, instance: Name) -> u32 {
        let slot = (process, instance);
        if let Some(&known) = self.slot_numbers.get(&slot) {
            return known;
        }
        let number = self.slots.len() as u32;
        self.slots.push(slot.clone());
        self.reached.push(false);
        self.slot_numbers.insert(slot, number);
        number
    }

    pub fn step(&self, number: u32) -> &Step {
        &self.steps[number as usize]
    }

    /// Whether two steps lead to the same, and say the same.
    pub fn do_the_same(&self, one: u32, other: u32) -> bool {
        let whole = |number: u32| {
            let step = self.step(number);
            (step.life, step.sent, step.passed, &step.out)
        };
        one == other || whole(one) == whole(other)
    }

    /// The step of a life, at so long after the start.
    pub fn take(&mut self, slot: u32, life: u32, given: Given, clock: Millis) -> u32 {
        self.reached[slot as usize] = true;
        let key = (slot, life, given, clock);
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        let step = self.ask(slot, life, given, clock);
        let number = self.steps.len() as u32;
        self.steps.push(step);
        self.known.insert(key, number);
        number
    }

    /// A life when the clock has moved on.
    pub fn shifted(&mut self, life: u32, passed: Millis) -> u32 {
        if passed == 0 || !self.relative {
            return life;
        }
        if let Some(&known) = self.later.get(&(life, passed)) {
            return known;
        }
        let later = self.lives.later(life, passed);
        self.later.insert((life, passed), later);
        later
    }

    /// Asks the runtime, in a world where there is only this instance.
    fn ask(&mut self, slot: u32, life: u32, given: Given, clock: Millis) -> Step {
        let (process, id) = self.slots[slot as usize].clone();
        let start = self.mails.told.start;
        let now = start.plus(clock).unwrap_or(Time::MAX);
        let before = self.lives.get(life);
        let mut instance = self.instance(life, id.clone());
        let mut seen = before.seen.clone();
        let (turn, world) = match given {
            Given::Mail(mail, more, number) => {
                let Mail { message, copied, .. } = self.mails.get(mail).clone();
                let key = (message.source.clone(), message.id.clone());
                seen.retain(|known| *known != key);
                if copied && more {
                    seen.push(key);
                    seen.sort();
                }
                let message = if self.forgets { self.of_its_own(&instance, message) } else { message };
                deliver(self.world.alone(process, instance, now), process, message, number)
            }
            Given::Again(mail) => {
                // What tells worlds apart says no more than that it was handled here.
                let message = self.mails.get(mail).message.clone();
                instance.seen.insert((message.source.clone(), message.id.clone()));
                deliver(self.world.alone(process, instance, now), process, message, 0)
            }
            Given::Ring(place) => {
                let alarm = before.alarms[place as usize].message.clone();
                let mut world = self.world.alone(process, instance, now);
                let instance = id.clone();
                let turn = apply(&mut world, Choice::Ring { process, instance, alarm });
                (turn.decisions, world)
            }
        };
        let member = world.member(process);
        let passed = member.now.millis().max(now.millis()) - now.millis();
        let shift = if self.relative { passed } else { 0 };
        let mut after = member.instance(&id).cloned().unwrap_or_else(|| Instance::new(id.clone()));
        if self.crew.service(process).is_some() {
            // In whose conversation an entity was first heard of is nobody's business.
            after.correlation = None;
        }
        let life = match turn.is_empty() {
            true => life,
            false => {
                let before = Some(life).filter(|life| *life != UNBORN);
                self.lives.number(&self.mails, process, before, after, shift, seen)
            }
        };
        let (sent, out, parts) = self.sent(process, &turn);
        let met = turn.iter().map(|recorded| (recorded.input.type_.clone(), recorded.outcome)).collect();
        let watched = self.watches && self.crew.service(process).is_none();
        let commands = if watched { self.causes.of(&turn, &self.caused_by) } else { Vec::new() };
        let next = self.effects.len() as u32;
        let effect = *self.effects.entry((out.clone(), passed, commands.clone())).or_insert(next);
        Step { life, sent, out, parts, passed, commands, effect, met }
    }

    /// An instance as a body that can be stepped.
    pub fn instance(&self, life: u32, id: Name) -> Instance {
        match life {
            UNBORN => Instance::new(id),
            _ => self.lives.get(life).instance.clone(),
        }
    }

    /// Who hears what one of the crew says, and under which number it is on its way there.
    pub fn addressed(&mut self, message: &Message, by: ProcessId) -> Vec<(ProcessId, u32)> {
        let hearers = self.world.house().subscribers(&message.type_).iter().copied();
        let asked = self.crew.asked(&message.type_, Some(by));
        let all: Vec<ProcessId> = hearers.filter(|&hearer| hearer != by).chain(asked).collect();
        let mut number = || match self.crew.service(by) {
            None => self.mails.number(message, false),
            Some(_) => self.mails.said(message, by),
        };
        all.into_iter().map(|hearer| (hearer, number())).collect()
    }

    /// Messages that are sent, to be counted.
    pub fn bag_of<'m>(&mut self, messages: impl Iterator<Item = &'m Message>) -> u32 {
        let mut bag = Bag::new();
        messages.for_each(|message| self.count(&mut bag, message));
        self.bags.number(bag)
    }

    fn count(&self, bag: &mut Bag, message: &Message) {
        let data = message.data.clone().filter(|_| self.by_data);
        *bag.entry((message.type_.clone(), data)).or_default() += 1;
    }

    /// What a turn sends: counted, and on its way to the others that hear it.
    fn sent(&mut self, process: ProcessId, turn: &[Recorded]) -> Sent {
        let mut bag = Bag::new();
        let mut out = Vec::new();
        let mut parts = Vec::new();
        for message in turn.iter().flat_map(|recorded| &recorded.sent) {
            if self.forgets {
                parts.push((self.bags.number(bag.clone()), out.len()));
            }
            self.count(&mut bag, message);
            out.extend(self.addressed(message, process));
        }
        if self.mails.told.ids {
            for recorded in turn {
                for message in recorded.sent.iter().chain(&recorded.armed) {
                    self.caused_by.insert(message.id.clone(), recorded.input.id.clone());
                }
            }
        }
        let sent = self.bags.number(bag);
        parts.push((sent, out.len()));
        (sent, out, parts)
    }

    /// Where no id is remembered, a message that comes again while its copy waits, or an alarm that its copy
    /// has set, is another one: ids are computed, and the kernel, which never met such a host, would take what
    /// comes of it for what came of the other.
    fn of_its_own(&mut self, instance: &Instance, message: Arc<Message>) -> Arc<Message> {
        let mut own = message;
        let deferred = || instance.deferred.iter().map(|kept| &kept.message);
        let waiting = || deferred().chain(&instance.held).chain(&instance.alarms);
        loop {
            let same = |other: &Message| other.id == own.id && other.source == own.source;
            let set = |other: &Message| other.due.is_some() && self.caused_by.get(&other.id) == Some(&own.id);
            if !waiting().any(|other| same(other) || set(other)) {
                return own;
            }
            let id = Name::from(format!("{}'", own.id));
            self.caused_by.insert(id.clone(), own.id.clone());
            Arc::make_mut(&mut own).id = id;
        }
    }
}

/// What a step does to all but the instance and what was sent.
type Effect = (Vec<(ProcessId, u32)>, Millis, Vec<Sends>);

/// What is sent: counted, on its way, and in parts.
type Sent = (u32, Vec<(ProcessId, u32)>, Vec<(u32, usize)>);

fn deliver(
    mut world: World,
    process: ProcessId,
    message: Arc<Message>,
    number: u16,
) -> (Vec<Recorded>, World) {
    let key = Key { time: message.time, module: message.source.clone(), position: Position::FIRST };
    world.publish(key.clone(), message);
    let choice = match world.house().service(process) {
        None => Choice::Deliver { process, key },
        Some(_) => Choice::Serve { service: process, key, alternative: placed(number) },
    };
    let turn = apply(&mut world, choice);
    (turn.decisions, world)
}
