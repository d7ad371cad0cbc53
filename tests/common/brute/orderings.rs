//! The walk: every choice in turn, each in a world of its own, until nothing more can happen.

use super::ends::{Ends, Found};
use super::expect::{Broken, Finding};
use super::interpret::{Effects, Input, Instance, Outcome, When};
use super::model::*;
use super::naming::{Step, Text};
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
    /// The numbers of all it comes after.
    pub causes: Rc<Vec<u32>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// A place in `deliver`.
    Listed(usize),
    /// A process.
    Sent(usize),
}

/// A message on its way to a process.
#[derive(Debug, Clone)]
pub struct Flight {
    pub message: Rc<Message>,
    pub to: usize,
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
                causes: Rc::new(ancestors[place].iter().map(|cause| *cause as u32).collect()),
            });
            for to in &self.hears[stimulus.type_ as usize] {
                world.flights.push(Flight { message: message.clone(), to: *to });
            }
        }
        for (place, stimulus) in case.first.iter().enumerate() {
            let number = (case.deliver.len() + place) as u32;
            world.came[stimulus.type_ as usize] += 1;
            for to in self.hears[stimulus.type_ as usize].clone() {
                let (type_, data) = (stimulus.type_, stimulus.data);
                let input = Input { type_, data, line: Rc::new(vec![number]), ring: None };
                self.give(&mut world, to, stimulus.conversation, input);
            }
        }
        Some(world)
    }

    fn give(&mut self, world: &mut World, to: usize, conversation: usize, input: Input) {
        world.choices += 1;
        let when = When { choice: world.choices, minutes: world.minutes };
        let mut effects = Effects::default();
        let instance = &mut world.instances[to][conversation];
        instance.take(&self.case.processes[to], input, when, &mut effects);
        self.told.outcomes.extend(effects.outcomes);
        for sent in effects.sent {
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
                causes: sent.line,
            });
            world.next += 1;
            for other in self.hears[sent.type_ as usize].iter().filter(|other| **other != to) {
                world.flights.push(Flight { message: message.clone(), to: *other });
            }
        }
    }

    fn go_on(&mut self, mut world: World) -> Option<()> {
        let choices = self.choices(&world);
        self.judge(&mut world, choices.is_empty());
        if choices.is_empty() {
            // Where causes and the order of a module contradict each other, nothing more can come.
            if !world.flights.is_empty() {
                return None;
            }
            self.end(&world);
        }
        for choice in choices {
            self.nodes_left = self.nodes_left.checked_sub(1)?;
            self.told.nodes += 1;
            if self.path.len() == LONGEST {
                return None;
            }
            let number = self.number(&world, choice);
            let mut next = world.clone();
            let mut step = self.make(&mut next, choice);
            if let Step::Sent { number: place, .. } = &mut step {
                *place = number;
            }
            self.path.push(step);
            self.go_on(next)?;
            self.path.pop();
        }
        Some(())
    }

    fn make(&mut self, world: &mut World, choice: Choice) -> Step {
        match choice {
            Choice::Deliver(index) => {
                let Flight { message, to } = world.flights.remove(index);
                if let From::Listed(place) = message.from
                    && !world.delivered[place]
                {
                    world.delivered[place] = true;
                    world.came[message.type_ as usize] += 1;
                }
                let mut line = (*message.causes).clone();
                line.push(message.number);
                let (type_, data, conversation) = (message.type_, message.data, message.conversation);
                let input = Input { type_, data, line: Rc::new(line), ring: None };
                self.give(world, to, conversation, input);
                let to = self.case.processes[to].name;
                match message.from {
                    From::Listed(place) => Step::Listed { place, to },
                    From::Sent(process) => {
                        let from = self.case.processes[process].name;
                        let (type_, data) = (name(type_), Text(data));
                        Step::Sent { from, type_, data, conversation, to, number: 1 }
                    }
                }
            }
            Choice::Ring(process, conversation, index) => {
                self.told.rang = true;
                let instance = &mut world.instances[process][conversation];
                let alarm = instance.alarms.remove(index);
                let several = instance.alarms.iter().any(|other| other.name == alarm.name);
                let life = instance.lives;
                if self.case.alarms == Alarms::Last {
                    world.minutes = world.minutes.max(alarm.due);
                }
                let input = Input { type_: alarm.name, data: alarm.data, line: alarm.line, ring: Some(life) };
                self.give(world, process, conversation, input);
                Step::Ring {
                    process: self.case.processes[process].name,
                    conversation,
                    alarm: name(alarm.name),
                    key: Text(alarm.key),
                    several,
                }
            }
        }
    }

    pub fn choices(&self, world: &World) -> Vec<Choice> {
        let mut choices = Vec::new();
        for (index, flight) in world.flights.iter().enumerate() {
            let waits = world.flights.iter().any(|other| self.waits_for(flight, other));
            let counted = self.case.alike && self.is_like_an_earlier(world, index);
            if !waits && !counted {
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
        if flight.to != other.to || flight.message.number == other.message.number {
            return false;
        }
        if self.case.causal && flight.message.causes.contains(&other.message.number) {
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
        }
    }
}
