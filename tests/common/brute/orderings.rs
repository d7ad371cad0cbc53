//! The walk: every choice in turn, each in a world of its own, until nothing more can happen.

use super::interpret::{Effects, Input, Instance, Outcome, Reason, Rest, When};
use super::model::*;
use super::questions::*;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What all orderings lead to.
#[derive(Debug, Clone, Default)]
pub struct Told {
    pub orderings: u64,
    /// By outcome and effects (and detail); the order is that of the fields.
    pub found: Vec<Found>,
    /// For the coverage.
    pub outcomes: BTreeSet<Outcome>,
    pub rang: bool,
    /// Somewhere an ordering ended while messages were deferred for an instance that never started.
    pub waits: bool,
    /// How many steps were taken, over all orderings that share them once.
    pub nodes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub outcome: String,
    pub effects: BTreeMap<&'static str, u64>,
    /// The data of the instances and of what was sent, where outcomes differ by data.
    pub detail: String,
    pub orderings: u64,
    /// The nearest ordering, without `first`.
    pub example: Vec<String>,
}

impl Told {
    /// `violated`, `converges` or `diverges`: nothing is declared.
    pub fn verdict(&self) -> &'static str {
        let bad =
            |found: &Found| found.outcome.contains("parked: ") || found.outcome.contains("unfinished: ");
        match &self.found[..] {
            found if found.iter().any(bad) => "violated",
            _ if self.waits && NEVER_STARTED_IS_VIOLATED => "violated",
            [_] => "converges",
            _ => "diverges",
        }
    }
}

/// A message from outside or from a process. Its number tells it from all others.
#[derive(Debug)]
struct Message {
    number: u32,
    type_: Type,
    data: Option<i64>,
    from: From,
    /// The numbers of all it comes after.
    causes: Rc<Vec<u32>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// A place in `deliver`.
    Listed(usize),
    /// A process.
    Sent(usize),
}

/// A message on its way to a process.
#[derive(Debug, Clone)]
struct Flight {
    message: Rc<Message>,
    to: usize,
}

#[derive(Debug, Clone)]
struct World {
    instances: Vec<Instance>,
    flights: Vec<Flight>,
    /// How many of each type were sent and published.
    sent: [u8; TYPES.len()],
    sent_data: Vec<(Type, Option<i64>)>,
    minutes: u32,
    choices: u32,
    next: u32,
}

/// A choice as it is compared: the derived order is the canonical one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Listed {
        place: usize,
        to: &'static str,
    },
    /// `number`: its place among those of its name that are ready and differ.
    Sent {
        from: &'static str,
        type_: &'static str,
        data: Text,
        to: &'static str,
        number: usize,
    },
    Ring {
        process: &'static str,
        alarm: &'static str,
    },
}

/// Data in the order of its text; none comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Text(Option<i64>);

impl Ord for Text {
    fn cmp(&self, other: &Text) -> Ordering {
        self.0.map(|k| k.to_string()).cmp(&other.0.map(|k| k.to_string()))
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Text) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[derive(Debug, Clone, Copy)]
enum Choice {
    /// An index into the flights.
    Deliver(usize),
    /// A process, and an index into the alarms of its instance.
    Ring(usize, usize),
}

/// An outcome before it is put in words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct End {
    rests: Vec<Rest>,
    sent: [u8; TYPES.len()],
    /// Of living instances; None: there is no instance.
    data: Vec<Option<Data>>,
    sent_data: Vec<(Type, Option<i64>)>,
}

struct Best {
    orderings: u64,
    inversions: usize,
    path: Vec<Step>,
}

struct Walk<'a> {
    case: &'a Case,
    /// Processes by name.
    by_name: Vec<usize>,
    /// Per type, who hears it.
    hears: Vec<Vec<usize>>,
    /// Per place, the first place of `deliver` that is alike.
    class: Vec<usize>,
    /// No two are alike.
    told_apart: bool,
    nodes_left: u64,
    path: Vec<Step>,
    ends: BTreeMap<End, Best>,
    told: Told,
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
    // What comes in the order of a module is told apart by that.
    let ordered = |place: usize| case.fifo && case.deliver[place].module.is_some();
    let told_apart = case.causal && case.processes.len() > 1 && CAUSES_OF_SEVERAL_TELL_ALIKE_APART;
    let alike = |place: usize| {
        let like = |other: &usize| !told_apart && !ordered(place) && case.are_alike(*other, place);
        (0..place).find(like).unwrap_or(place)
    };
    let class = (0..case.deliver.len()).map(alike).collect();
    let mut walk = Walk {
        case,
        by_name,
        hears,
        class,
        told_apart,
        nodes_left: steps,
        path: Vec::new(),
        ends: BTreeMap::new(),
        told: Told::default(),
    };
    let world = walk.opening()?;
    walk.go_on(&world)?;
    Some(walk.finish())
}

impl Walk<'_> {
    /// The world after `first`, with all of `deliver` in flight.
    fn opening(&mut self) -> Option<World> {
        let case = self.case;
        let mut world = World {
            instances: vec![Instance::new(); case.processes.len()],
            flights: Vec::new(),
            sent: [0; TYPES.len()],
            sent_data: Vec::new(),
            minutes: 0,
            choices: 0,
            next: (case.deliver.len() + case.first.len()) as u32,
        };
        let ancestors = case.ancestors()?;
        for (place, stimulus) in case.deliver.iter().enumerate() {
            let message = Rc::new(Message {
                number: place as u32,
                type_: stimulus.type_,
                data: stimulus.data,
                from: From::Listed(place),
                causes: Rc::new(ancestors[place].iter().map(|cause| *cause as u32).collect()),
            });
            for to in &self.hears[stimulus.type_ as usize] {
                world.flights.push(Flight { message: message.clone(), to: *to });
            }
        }
        for (place, stimulus) in case.first.iter().enumerate() {
            let number = (case.deliver.len() + place) as u32;
            for to in self.hears[stimulus.type_ as usize].clone() {
                let (type_, data) = (stimulus.type_, stimulus.data);
                let input = Input { type_, data, line: Rc::new(vec![number]), ring: None };
                self.give(&mut world, to, input);
            }
        }
        Some(world)
    }

    fn give(&mut self, world: &mut World, to: usize, input: Input) {
        world.choices += 1;
        let when = When { choice: world.choices, minutes: world.minutes };
        let mut effects = Effects::default();
        world.instances[to].take(&self.case.processes[to], input, when, &mut effects);
        self.told.outcomes.extend(effects.outcomes);
        for sent in effects.sent {
            world.sent[sent.type_ as usize] += 1;
            if self.case.by_data {
                world.sent_data.push((sent.type_, sent.data));
            }
            let message = Rc::new(Message {
                number: world.next,
                type_: sent.type_,
                data: sent.data,
                from: From::Sent(to),
                causes: sent.line,
            });
            world.next += 1;
            for other in self.hears[sent.type_ as usize].iter().filter(|other| **other != to) {
                world.flights.push(Flight { message: message.clone(), to: *other });
            }
        }
    }

    fn go_on(&mut self, world: &World) -> Option<()> {
        let choices = self.choices(world);
        if choices.is_empty() {
            // Where causes and the order of a module contradict each other, nothing more can come.
            if !world.flights.is_empty() {
                return None;
            }
            self.end(world);
        }
        for choice in choices {
            self.nodes_left = self.nodes_left.checked_sub(1)?;
            self.told.nodes += 1;
            if self.path.len() == LONGEST {
                return None;
            }
            let number = self.number(world, choice);
            let mut next = world.clone();
            let mut step = self.make(&mut next, choice);
            if let Step::Sent { number: place, .. } = &mut step {
                *place = number;
            }
            self.path.push(step);
            self.go_on(&next)?;
            self.path.pop();
        }
        Some(())
    }

    fn make(&mut self, world: &mut World, choice: Choice) -> Step {
        match choice {
            Choice::Deliver(index) => {
                let Flight { message, to } = world.flights.remove(index);
                let mut line = (*message.causes).clone();
                line.push(message.number);
                let (type_, data) = (message.type_, message.data);
                self.give(world, to, Input { type_, data, line: Rc::new(line), ring: None });
                let to = self.case.processes[to].name;
                match message.from {
                    From::Listed(place) => Step::Listed { place, to },
                    From::Sent(process) => {
                        let from = self.case.processes[process].name;
                        Step::Sent { from, type_: name(type_), data: Text(data), to, number: 1 }
                    }
                }
            }
            Choice::Ring(process, index) => {
                self.told.rang = true;
                let instance = &mut world.instances[process];
                let alarm = instance.alarms.remove(index);
                let life = instance.lives;
                if self.case.alarms == Alarms::Last {
                    world.minutes = world.minutes.max(alarm.due);
                }
                let input = Input { type_: alarm.name, data: alarm.data, line: alarm.line, ring: Some(life) };
                self.give(world, process, input);
                Step::Ring { process: self.case.processes[process].name, alarm: name(alarm.name) }
            }
        }
    }

    /// The place of a message that a process sent, in canonical order, among those of its type that may
    /// come to the same process now.
    fn number(&self, world: &World, choice: Choice) -> usize {
        let sent = |choice: &Choice| match *choice {
            Choice::Deliver(index) => match (world.flights[index].message.from, &world.flights[index]) {
                (From::Sent(process), Flight { message, to }) => {
                    let from = self.case.processes[process].name;
                    Some((*to, message.type_, from, Text(message.data)))
                }
                _ => None,
            },
            Choice::Ring(..) => None,
        };
        let Some(this) = sent(&choice) else { return 1 };
        let choices = self.choices(world);
        let before = choices
            .iter()
            .filter_map(sent)
            .filter(|other| (other.0, other.1) == (this.0, this.1) && (other.2, other.3) < (this.2, this.3));
        1 + before.map(|other| (other.2, other.3)).collect::<BTreeSet<_>>().len()
    }

    fn choices(&self, world: &World) -> Vec<Choice> {
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
        let armed = |process: usize| {
            let instance = &world.instances[process];
            let rings = instance.parked.is_none();
            instance.alarms.iter().enumerate().filter(move |_| rings)
        };
        let earliest = (0..world.instances.len()).flat_map(armed).map(|(_, alarm)| alarm.due).min();
        for process in &self.by_name {
            for (index, alarm) in armed(*process) {
                let may = match self.case.alarms {
                    Alarms::Last => Some(alarm.due) == earliest,
                    _ => !armed(*process).any(|(_, other)| {
                        other.choice < alarm.choice && other.minutes <= alarm.minutes
                            || other.choice == alarm.choice && other.minutes < alarm.minutes
                    }),
                };
                if may {
                    choices.push(Choice::Ring(*process, index));
                }
            }
        }
        choices
    }

    /// Whether another message must come to the same process before.
    fn waits_for(&self, flight: &Flight, other: &Flight) -> bool {
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

    /// Under `alike: true`, the delivery of a message that is in all things like an earlier one (in the
    /// order of numbers) is no choice of its own. Where causes matter, the two must also be alike in all
    /// that is to come: on their way to the same processes, behind and before the same messages.
    fn is_like_an_earlier(&self, world: &World, index: usize) -> bool {
        if self.told_apart {
            return false;
        }
        let flight = &world.flights[index];
        let class = |message: &Message| match message.from {
            From::Listed(place) => (From::Listed(self.class[place]), 0, None),
            sent => (sent, message.type_, message.data),
        };
        world.flights.iter().any(|other| {
            other.to == flight.to
                && other.message.number < flight.message.number
                && class(&other.message) == class(&flight.message)
                && !world.flights.iter().any(|third| self.waits_for(other, third))
                && (!self.case.causal || interchangeable(world, &flight.message, &other.message))
        })
    }

    fn end(&mut self, world: &World) {
        self.told.orderings += 1;
        self.told.waits |= world
            .instances
            .iter()
            .any(|instance| instance.rest() == Rest::NotStarted && !instance.deferred.is_empty());
        let data = |instance: &Instance| match instance.life {
            super::interpret::Life::In(_) => Some(instance.data),
            _ => None,
        };
        let by_data = self.case.by_data;
        let mut sent_data = world.sent_data.clone();
        sent_data.sort();
        let end = End {
            rests: world.instances.iter().map(Instance::rest).collect(),
            sent: world.sent,
            data: if by_data { world.instances.iter().map(data).collect() } else { Vec::new() },
            sent_data,
        };
        let inversions = inversions(&self.path);
        let path = &self.path;
        let best =
            self.ends.entry(end).or_insert_with(|| Best { orderings: 0, inversions, path: path.clone() });
        best.orderings += 1;
        let nearer = (path.len(), inversions)
            .cmp(&(best.path.len(), best.inversions))
            .then_with(|| path.cmp(&best.path));
        if nearer == Ordering::Less {
            best.inversions = inversions;
            best.path.clone_from(path);
        }
    }

    fn finish(mut self) -> Told {
        let ends = std::mem::take(&mut self.ends);
        let found = ends.into_iter().map(|(end, best)| Found {
            outcome: self.outcome(&end.rests),
            effects: (0..TYPES.len())
                .filter(|type_| end.sent[*type_] > 0)
                .map(|type_| (TYPES[type_], end.sent[type_].into()))
                .collect(),
            detail: if self.case.by_data {
                format!("{:?} {:?}", end.data, end.sent_data)
            } else {
                String::new()
            },
            orderings: best.orderings,
            example: best.path.iter().map(|step| self.text(step)).collect(),
        });
        self.told.found = found.collect();
        self.told.found.sort();
        self.told
    }

    fn outcome(&self, rests: &[Rest]) -> String {
        let words = |(rest, process): (&Rest, &Process)| match *rest {
            Rest::NotStarted => "not-started".to_string(),
            Rest::Declined => "declined".to_string(),
            Rest::In(state) if process.states[state].end => process.states[state].name.to_string(),
            Rest::In(state) => format!("unfinished: {}", process.states[state].name),
            Rest::Parked(Reason::NoData) => "parked: event has no member `data`".to_string(),
            Rest::Parked(Reason::UnexpectedBeforeStart(type_)) => {
                format!("parked: unexpected {} before start", name(type_))
            }
            Rest::Parked(Reason::UnexpectedIn(type_, state)) => {
                format!("parked: unexpected {} in {}", name(type_), process.states[state].name)
            }
        };
        let all: Vec<String> = rests.iter().zip(&self.case.processes).map(words).collect();
        match (&all[..], &self.case.processes[..]) {
            ([one], _) => one.clone(),
            (several, processes) => {
                let named =
                    several.iter().zip(processes).map(|(rest, process)| format!("{}: {rest}", process.name));
                named.collect::<Vec<_>>().join(", ")
            }
        }
    }

    /// `Type`, `Type#2`, `Type>process`, `Alarm!`, `Alarm!>process`.
    fn text(&self, step: &Step) -> String {
        let to = |several: bool, to: &str| if several { format!(">{to}") } else { String::new() };
        let heard = |type_: &str| {
            self.hears.iter().zip(TYPES).any(|(hearers, name)| name == type_ && hearers.len() > 1)
        };
        match *step {
            Step::Listed { place, to: process } => {
                let type_ = self.case.deliver[place].type_;
                let same = |other: &usize| self.case.deliver[*other].type_ == type_;
                let places: Vec<usize> = (0..self.case.deliver.len()).filter(same).collect();
                let shown = if ALIKE_SHARE_A_NUMBER { self.class[place] } else { place };
                let number = places.iter().position(|other| *other == shown).unwrap() + 1;
                let told_apart = places.iter().any(|other| self.class[*other] != self.class[place]);
                let number = if told_apart { format!("#{number}") } else { String::new() };
                format!("{}{number}{}", name(type_), to(heard(name(type_)), process))
            }
            // Behind the listed ones of its name.
            Step::Sent { type_, to: process, number, .. } => {
                let listed = self.case.deliver.iter().filter(|listed| name(listed.type_) == type_).count();
                let number = listed + number;
                let number = if number > 1 { format!("#{number}") } else { String::new() };
                format!("{type_}{number}{}", to(heard(type_), process))
            }
            Step::Ring { process, alarm } => {
                let sets =
                    |of: &&Process| { ALARMS }.any(|type_| name(type_) == alarm && of.sets_alarm(type_));
                let several = self.case.processes.iter().filter(sets).count() > 1;
                format!("{alarm}!{}", to(several, process))
            }
        }
    }
}

/// Pairs of deliveries of listed messages of which the earlier one is listed later.
fn inversions(path: &[Step]) -> usize {
    let place = |step: &Step| match step {
        Step::Listed { place, .. } => Some(*place),
        _ => None,
    };
    let places: Vec<usize> = path.iter().filter_map(place).collect();
    let before = |later: usize| places[..later].iter().filter(|place| **place > places[later]).count();
    (0..places.len()).map(before).sum()
}

/// Whether a world in which two messages change places is the same world: each is on its way to the
/// same processes as the other, and whatever still comes after the one comes after the other too.
fn interchangeable(world: &World, one: &Message, other: &Message) -> bool {
    let receivers = |of: &Message| -> BTreeSet<usize> {
        world
            .flights
            .iter()
            .filter(|flight| flight.message.number == of.number)
            .map(|flight| flight.to)
            .collect()
    };
    let waits_for = |of: &Message| -> BTreeSet<u32> {
        let is_cause = |flight: &&Flight| of.causes.contains(&flight.message.number);
        world.flights.iter().filter(is_cause).map(|flight| flight.message.number).collect()
    };
    let both_or_none = |line: &[u32]| line.contains(&one.number) == line.contains(&other.number);
    receivers(one) == receivers(other)
        && waits_for(one) == waits_for(other)
        && world.flights.iter().all(|flight| both_or_none(&flight.message.causes))
        && world.instances.iter().filter(|instance| instance.parked.is_none()).all(|instance| {
            instance.deferred.iter().all(|input| both_or_none(&input.line))
                && instance.alarms.iter().all(|alarm| both_or_none(&alarm.line))
        })
}
