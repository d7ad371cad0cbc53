//! The walk: every choice in turn, each in a world of its own, until nothing more can happen.

use super::ends::{Ends, Found};
use super::expect::{Broken, Finding};
use super::interpret::{Effects, Input, Instance, Outcome, When};
use super::model::*;
use super::naming::Step;
use std::collections::BTreeSet;
use std::rc::Rc;

/// What all orderings lead to.
#[derive(Debug, Clone, Default)]
pub struct Told {
    pub orderings: u64,
    /// By outcome and effects (and detail); the order is that of the fields.
    pub found: Vec<Found>,
    /// Properties that do not hold somewhere.
    pub broken: Vec<Finding>,
    /// For the coverage.
    pub outcomes: BTreeSet<Outcome>,
    pub rang: bool,
    /// The signs of the faults that struck.
    pub struck: BTreeSet<char>,
    /// How many steps were taken, over all orderings that share them once.
    pub nodes: u64,
}

/// A message from outside or from a process. Its number tells it from all others.
#[derive(Debug)]
pub struct Message {
    pub number: u32,
    pub type_: Type,
    pub command: bool,
    pub data: Option<i64>,
    pub from: From,
    pub conversation: usize,
    pub id: u64,
    /// The ids of all it comes after.
    pub causes: Rc<Vec<u64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// A place in `deliver`.
    Listed(usize),
    /// A process.
    Sent(usize),
    /// A place in `first`.
    First(usize),
}

/// A message on its way to a process.
#[derive(Debug, Clone)]
pub struct Flight {
    pub message: Rc<Message>,
    pub to: usize,
    pub time: Time,
}

/// For the how-manieth time a message comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Time {
    First,
    /// The host had stopped when it was handled.
    Again,
    /// It is a duplicate. It comes whenever it likes, and nobody waits for it.
    Copy,
}

#[derive(Debug, Clone)]
pub struct World {
    /// By process, and by conversation.
    pub instances: Vec<[Instance; CONVERSATIONS.len()]>,
    pub flights: Vec<Flight>,
    /// How many of each type were sent and published.
    pub sent: [u8; TYPES.len()],
    pub sent_data: Vec<(Type, Option<i64>)>,
    /// How many stimuli of each type were delivered to anybody, and which.
    pub came: [u8; TYPES.len()],
    delivered: Vec<bool>,
    /// What was delivered and was not duplicated yet: as the duplicates that may come of it.
    pub done: Vec<Flight>,
    /// What may still go wrong.
    pub left: Faults,
    /// How often a listed message was overtaken by one that is listed later.
    pub inversions: usize,
    /// The properties that were broken on the way.
    pub broken: Vec<bool>,
    minutes: u32,
    choices: u32,
    next: u32,
}

#[derive(Debug, Clone, Copy)]
pub enum Choice {
    /// An index into the flights.
    Deliver(usize),
    /// A process, a conversation, and an index into the alarms of the instance.
    Ring(usize, usize, usize),
    /// An index into what was delivered: it comes once more.
    Duplicate(usize),
    /// An index into the flights: it vanishes.
    Lose(usize),
}

pub struct Walk<'a> {
    pub case: &'a Case,
    /// Processes by name.
    by_name: Vec<usize>,
    /// Per type, who hears it.
    pub hears: Vec<Vec<usize>>,
    /// Per place, the first place of `deliver` that is alike.
    pub class: Vec<usize>,
    nodes_left: u64,
    pub path: Vec<Step>,
    pub ends: Ends,
    pub broken: Broken,
    pub told: Told,
}

/// More steps than any meant ordering has: it goes round.
const LONGEST: usize = 60;

/// All orderings of a case; None: it takes more than so many steps, goes
/// round, or is stuck.
pub fn walk(case: &Case, steps: u64) -> Option<Told> {
    let mut by_name: Vec<usize> = (0..case.processes.len()).collect();
    by_name.sort_by_key(|process| case.processes[*process].name);
    let hears = |type_: usize| -> Vec<usize> {
        by_name.iter().copied().filter(|process| case.processes[*process].hears(type_ as Type)).collect()
    };
    let hears: Vec<Vec<usize>> = (0..TYPES.len()).map(hears).collect();
    let mut walk = Walk {
        case,
        by_name,
        hears,
        class: super::alike::classes(case),
        nodes_left: steps,
        path: Vec::new(),
        ends: Ends::default(),
        broken: Broken::new(case),
        told: Told::default(),
    };
    let world = walk.opening()?;
    walk.go_on(world)?;
    Some(walk.finish())
}

impl Walk<'_> {
    /// The world after `first`, with all of `deliver` in flight.
    fn opening(&mut self) -> Option<World> {
        let case = self.case;
        let instances = || std::array::from_fn(|_| Instance::new());
        let mut world = World {
            instances: case.processes.iter().map(|_| instances()).collect(),
            flights: Vec::new(),
            sent: [0; TYPES.len()],
            sent_data: Vec::new(),
            came: [0; TYPES.len()],
            delivered: vec![false; case.deliver.len()],
            done: Vec::new(),
            left: case.faults,
            inversions: 0,
            broken: vec![false; case.expect.properties.len()],
            minutes: 0,
            choices: 0,
            next: (case.deliver.len() + case.first.len()) as u32,
        };
        let ancestors = case.ancestors()?;
        for (place, stimulus) in case.deliver.iter().enumerate() {
            let message = Rc::new(Message {
                number: place as u32,
                type_: stimulus.type_,
                command: false,
                data: stimulus.data,
                from: From::Listed(place),
                conversation: stimulus.conversation,
                id: place as u64,
                causes: Rc::new(ancestors[place].iter().map(|cause| *cause as u64).collect()),
            });
            for to in &self.hears[stimulus.type_ as usize] {
                world.flights.push(Flight { message: message.clone(), to: *to, time: Time::First });
            }
        }
        for (place, stimulus) in case.first.iter().enumerate() {
            let number = (case.deliver.len() + place) as u32;
            world.came[stimulus.type_ as usize] += 1;
            let message = Rc::new(Message {
                number,
                type_: stimulus.type_,
                command: false,
                data: stimulus.data,
                from: From::First(place),
                conversation: stimulus.conversation,
                id: number.into(),
                causes: Rc::default(),
            });
            for to in self.hears[stimulus.type_ as usize].clone() {
                self.give(&mut world, to, stimulus.conversation, input_of(&message), None);
                world.done.push(Flight { message: message.clone(), to, time: Time::Copy });
            }
        }
        Some(world)
    }

    /// A step; answers how many effects it has. `stop`: nothing is saved, and no more than so many are out.
    fn give(
        &mut self,
        world: &mut World,
        to: usize,
        conversation: usize,
        input: Input,
        stop: Option<usize>,
    ) -> usize {
        world.choices += 1;
        let when = When { choice: world.choices, minutes: world.minutes, forgets: self.case.forgets };
        let mut effects = Effects::default();
        let mut instance = world.instances[to][conversation].clone();
        instance.take(&self.case.processes[to], input, when, &mut effects);
        self.told.outcomes.extend(effects.outcomes);
        let many = effects.sent.len();
        if stop.is_none() {
            world.instances[to][conversation] = instance;
        }
        for sent in effects.sent.into_iter().take(stop.unwrap_or(many)) {
            world.sent[sent.type_ as usize] += 1;
            if self.case.by_data {
                world.sent_data.push((sent.type_, sent.data));
            }
            let message = Rc::new(Message {
                number: world.next,
                type_: sent.type_,
                command: sent.command,
                data: sent.data,
                from: From::Sent(to),
                conversation,
                id: sent.id,
                causes: sent.line,
            });
            world.next += 1;
            for other in self.hears[sent.type_ as usize].iter().filter(|other| **other != to) {
                world.flights.push(Flight { message: message.clone(), to: *other, time: Time::First });
            }
        }
        many
    }

    fn go_on(&mut self, mut world: World) -> Option<()> {
        let choices = self.choices(&world);
        // A fault may be taken, and never must be.
        self.judge(&mut world, choices.is_empty());
        if choices.is_empty() {
            // Where causes and the order of a module contradict each other, nothing more can come.
            if !world.flights.is_empty() {
                return None;
            }
            self.end(&world);
        }
        for choice in choices.into_iter().chain(self.faults(&world)) {
            let step = self.step(&world, choice);
            let mut next = world.clone();
            let effects = self.make(&mut next, choice, None);
            self.follow(step, next.clone())?;
            if world.left.crashes == 0 || matches!(choice, Choice::Lose(_)) {
                continue;
            }
            // The host stops within this step. On ours all is saved; on the other so much is out.
            let points = if self.case.forgets { effects + 1 } else { 1 };
            for point in 0..points {
                let mut stopped = world.clone();
                match self.case.forgets {
                    true => _ = self.make(&mut stopped, choice, Some(point)),
                    false => {
                        stopped = next.clone();
                        // What was decided could be seen.
                        self.path.push(step);
                        self.judge(&mut stopped, false);
                        self.path.pop();
                    }
                }
                self.restart(&world, &mut stopped, choice);
                self.told.struck.insert('c');
                let process = self.case.processes[self.whose(&world, choice)].name;
                self.path.push(step);
                self.follow(Step::Crash { process, point, points }, stopped)?;
                self.path.pop();
            }
        }
        Some(())
    }

    fn follow(&mut self, step: Step, next: World) -> Option<()> {
        self.nodes_left = self.nodes_left.checked_sub(1)?;
        self.told.nodes += 1;
        if self.path.len() >= LONGEST {
            return None;
        }
        self.path.push(step);
        self.go_on(next)?;
        self.path.pop();
        Some(())
    }

    /// After a crash the input is in flight again; a ring is as its instance has it.
    fn restart(&self, before: &World, world: &mut World, choice: Choice) {
        world.left.crashes -= 1;
        let (flight, time) = match choice {
            Choice::Deliver(index) => {
                let flight = &before.flights[index];
                (flight, if flight.time == Time::Copy { Time::Copy } else { Time::Again })
            }
            Choice::Duplicate(index) => (&before.done[index], Time::Copy),
            Choice::Ring(..) | Choice::Lose(_) => return,
        };
        world.flights.push(Flight { time, ..flight.clone() });
    }

    fn whose(&self, world: &World, choice: Choice) -> usize {
        match choice {
            Choice::Deliver(index) | Choice::Lose(index) => world.flights[index].to,
            Choice::Duplicate(index) => world.done[index].to,
            Choice::Ring(process, ..) => process,
        }
    }

    /// What may go wrong besides crashes.
    fn faults(&mut self, world: &World) -> Vec<Choice> {
        let mut faults = Vec::new();
        if world.left.duplicates > 0 {
            let all = 0..world.done.len();
            faults.extend(
                all.filter(|i| !self.is_like_an_earlier_one(world, &world.done, *i)).map(Choice::Duplicate),
            );
        }
        if world.left.losses > 0 {
            let all = 0..world.flights.len();
            let stimulus = |i: &usize| {
                let flight = &world.flights[*i];
                matches!(flight.message.from, From::Listed(_)) && flight.time != Time::Copy
            };
            let lost =
                all.filter(stimulus).filter(|i| !self.is_like_an_earlier_one(world, &world.flights, *i));
            faults.extend(lost.map(Choice::Lose));
        }
        let signs = faults.iter().map(|fault| if matches!(fault, Choice::Lose(_)) { '-' } else { '+' });
        self.told.struck.extend(signs);
        faults
    }

    /// Takes a choice; answers how many effects its step has.
    fn make(&mut self, world: &mut World, choice: Choice, stop: Option<usize>) -> usize {
        match choice {
            Choice::Lose(index) => {
                world.flights.remove(index);
                world.left.losses -= 1;
                0
            }
            Choice::Duplicate(index) => {
                let Flight { message, to, .. } = world.done.remove(index);
                world.left.duplicates -= 1;
                self.give(world, to, message.conversation, input_of(&message), stop)
            }
            Choice::Deliver(index) => {
                let Flight { message, to, time } = world.flights.remove(index);
                if let From::Listed(place) = message.from {
                    if !world.delivered[place] {
                        world.delivered[place] = true;
                        world.came[message.type_ as usize] += 1;
                    }
                    if time != Time::Copy {
                        let overtaken = |other: &&Flight| {
                            let earlier = matches!(other.message.from, From::Listed(other) if other < place);
                            earlier && other.time != Time::Copy
                        };
                        world.inversions += world.flights.iter().filter(overtaken).count();
                    }
                }
                if time == Time::First {
                    world.done.push(Flight { message: message.clone(), to, time: Time::Copy });
                }
                self.give(world, to, message.conversation, input_of(&message), stop)
            }
            Choice::Ring(process, conversation, index) => {
                self.told.rang = true;
                let instance = &world.instances[process][conversation];
                let (alarm, life) = (instance.alarms[index].clone(), instance.lives);
                if self.case.alarms == Alarms::Last {
                    world.minutes = world.minutes.max(alarm.due);
                }
                let (type_, data) = (alarm.name, alarm.data);
                let input = Input {
                    type_,
                    data,
                    line: alarm.line,
                    id: alarm.id,
                    by: Some(alarm.by),
                    ring: Some(life),
                };
                let before = world.instances[process][conversation].clone();
                world.instances[process][conversation].alarms.remove(index);
                let many = self.give(world, process, conversation, input, stop);
                if stop.is_some() {
                    world.instances[process][conversation] = before;
                }
                many
            }
        }
    }

    pub fn choices(&self, world: &World) -> Vec<Choice> {
        let mut choices = Vec::new();
        for (index, flight) in world.flights.iter().enumerate() {
            let waits = world.flights.iter().any(|other| self.waits_for(flight, other));
            if !waits && !self.is_like_an_earlier_one(world, &world.flights, index) {
                choices.push(Choice::Deliver(index));
            }
        }
        if self.case.alarms == Alarms::Never || self.case.alarms == Alarms::Last && !world.flights.is_empty()
        {
            return choices;
        }
        let all: Vec<(usize, usize)> = self
            .by_name
            .iter()
            .flat_map(|process| (0..CONVERSATIONS.len()).map(|conversation| (*process, conversation)))
            .collect();
        let armed = |(process, conversation): (usize, usize)| {
            let instance: &Instance = &world.instances[process][conversation];
            let rings = instance.parked.is_none();
            instance.alarms.iter().enumerate().filter(move |_| rings)
        };
        let earliest = all.iter().flat_map(|at| armed(*at)).map(|(_, alarm)| alarm.due).min();
        for at in &all {
            for (index, alarm) in armed(*at) {
                let may = match self.case.alarms {
                    Alarms::Last => Some(alarm.due) == earliest,
                    _ => !armed(*at).any(|(_, other)| {
                        other.choice < alarm.choice && other.minutes <= alarm.minutes
                            || other.choice == alarm.choice && other.minutes < alarm.minutes
                    }),
                };
                if may {
                    choices.push(Choice::Ring(at.0, at.1, index));
                }
            }
        }
        choices
    }

    /// Whether another message must come to the same process before.
    pub fn waits_for(&self, flight: &Flight, other: &Flight) -> bool {
        let copies = flight.time == Time::Copy || other.time == Time::Copy;
        if copies || flight.to != other.to || flight.message.number == other.message.number {
            return false;
        }
        if self.case.causal && flight.message.causes.contains(&other.message.id) {
            return true;
        }
        // A number is also the order in which messages were listed, or sent.
        let before = other.message.number < flight.message.number;
        self.case.fifo
            && before
            && self.lane(&flight.message).is_some_and(|lane| self.lane(&other.message) == Some(lane))
    }

    fn lane(&self, message: &Message) -> Option<&'static str> {
        match message.from {
            From::Listed(place) => self.case.deliver[place].module,
            From::Sent(process) => Some(self.case.processes[process].name),
            From::First(place) => self.case.first[place].module,
        }
    }
}

fn input_of(message: &Message) -> Input {
    let mut line = (*message.causes).clone();
    line.push(message.id);
    let Message { type_, data, id, .. } = *message;
    Input { type_, data, line: Rc::new(line), id, by: None, ring: None }
}
