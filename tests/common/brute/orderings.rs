//! The walk: every choice in turn, each in a world of its own, until nothing more can happen.

use super::ends::{Ends, Found};
use super::expect::{Broken, Finding, Wrong};
use super::interpret::{Effects, Input, Instance, Outcome, When};
use super::model::*;
use super::naming::Step;
use super::world::*;
use std::collections::{BTreeMap, BTreeSet};
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
    /// What else happened somewhere.
    pub seen: BTreeSet<&'static str>,
    /// How many steps were taken, over all orderings that share them once.
    pub nodes: u64,
}

pub struct Walk<'a> {
    pub case: &'a Case,
    /// Processes by name.
    by_name: Vec<usize>,
    /// Per type, who hears it and has a memory.
    pub hears: Vec<Vec<Hearer>>,
    /// Per type, who hears it and has none.
    pub asks: Vec<Vec<Hearer>>,
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
    let hearers = |remembers: bool| -> Vec<Vec<Hearer>> {
        let of = |type_: usize| -> Vec<Hearer> {
            let type_ = type_ as Type;
            let processes = by_name.iter().copied();
            let processes = processes.filter(|process| remembers && case.processes[*process].hears(type_));
            let services = case
                .services
                .iter()
                .enumerate()
                .filter(|(_, service)| service.entity.is_some() == remembers && service.hears(type_));
            processes.chain(services.map(|(place, _)| case.processes.len() + place)).collect()
        };
        (0..TYPES.len()).map(of).collect()
    };
    let (hears, asks) = (hearers(true), hearers(false));
    let mut walk = Walk {
        case,
        by_name,
        hears,
        asks,
        class: super::alike::classes(case),
        nodes_left: steps,
        path: Vec::new(),
        ends: Ends::default(),
        broken: Broken::default(),
        told: Told::default(),
    };
    let world = walk.opening()?;
    walk.begin(world, 0, 0)?;
    Some(walk.finish())
}

impl Walk<'_> {
    /// The world before `first`, with all of `deliver` in flight.
    fn opening(&mut self) -> Option<World> {
        let case = self.case;
        let instances = || std::array::from_fn(|_| Instance::new());
        let mut world = World {
            instances: case.processes.iter().map(|_| instances()).collect(),
            entities: BTreeMap::new(),
            flights: Vec::new(),
            exchanges: Vec::new(),
            sent: [0; TYPES.len()],
            sent_data: Vec::new(),
            ordered: Vec::new(),
            came: [0; TYPES.len()],
            delivered: vec![false; case.deliver.len()],
            done: Vec::new(),
            left: case.faults,
            inversions: 0,
            wrong: BTreeSet::new(),
            minutes: 0,
            choices: 0,
            next: (case.deliver.len() + case.first.len()) as u32,
        };
        let ancestors = case.ancestors()?;
        for (place, stimulus) in case.deliver.iter().enumerate() {
            let causes = ancestors[place].iter().map(|cause| *cause as u64).collect();
            let message = outside(place, stimulus, From::Listed(place), causes);
            self.send(&mut world, &message);
        }
        Some(world)
    }

    /// What is left of `first`, from this place and this hearer on; then everything else.
    fn begin(&mut self, mut world: World, place: usize, hearer: usize) -> Option<()> {
        let case = self.case;
        let Some(stimulus) = case.first.get(place) else { return self.go_on(world) };
        let message = outside(case.deliver.len() + place, stimulus, From::First(place), Vec::new());
        let type_ = stimulus.type_ as usize;
        if hearer == 0 {
            world.came[type_] += 1;
        }
        let Some(to) = self.hears[type_].get(hearer).copied() else {
            for with in self.asks[type_].clone() {
                self.ask(&mut world, message.clone(), with, Time::First);
            }
            return self.begin(world, place + 1, 0);
        };
        let picks = self.picks(&world, to, &message);
        for pick in &picks {
            let mut next = world.clone();
            // Who takes one of several ways says so, and an ordering begins with that.
            let flight = Flight { message: message.clone(), to, time: Time::Copy };
            if picks.len() > 1 {
                self.told.seen.insert("an entity has alternatives in first");
                self.path.push(self.first_step(&next, &flight, *pick));
            }
            self.give(&mut next, to, &message, *pick, None);
            next.done.push(flight);
            self.begin(next, place, hearer + 1)?;
            if picks.len() > 1 {
                self.path.pop();
            }
        }
        Some(())
    }

    /// It is on its way to all that hear it and have a memory, and with the others at once.
    pub fn send(&mut self, world: &mut World, message: &Rc<Message>) {
        let mine = match message.from {
            From::Sent(process) => Some(process),
            From::Said(service) => Some(self.case.processes.len() + service),
            _ => None,
        };
        for to in self.hears[message.type_ as usize].iter().copied().filter(|to| Some(*to) != mine) {
            world.flights.push(Flight { message: message.clone(), to, time: Time::First });
        }
        for with in self.asks[message.type_ as usize].clone() {
            if Some(with) != mine {
                self.ask(world, message.clone(), with, Time::First);
            }
        }
    }

    /// A step; answers how many effects it has. `stop`: nothing is saved, and no more than so many are out.
    pub fn give(
        &mut self,
        world: &mut World,
        to: Hearer,
        message: &Message,
        pick: Pick,
        stop: Option<usize>,
    ) -> usize {
        match to.checked_sub(self.case.processes.len()) {
            Some(service) => self.tell(world, service, message, pick, stop),
            None => self.step_of(world, to, message.conversation, input_of(message), stop),
        }
    }

    pub fn step_of(
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
            // Looked for where no id is remembered and something may go wrong.
            if sent.command && self.case.forgets && self.case.faults.sum() > 0 {
                let (cause, origin, id) = sent.cause;
                let (by, step) = ((to, conversation, sent.type_, origin), (world.choices, id));
                if world.ordered.iter().any(|other| other.by == by && other.step != step) {
                    world.wrong.insert(Wrong::Twice(to, conversation, sent.type_, cause));
                }
                world.ordered.push(Ordered { by, step });
            }
            self.said(world, From::Sent(to), conversation, &sent);
        }
        many
    }

    fn go_on(&mut self, mut world: World) -> Option<()> {
        let choices = self.choices(&world);
        // A fault may be taken, and never must be.
        self.judge(&mut world, choices.is_empty());
        if choices.is_empty() {
            // Where causes and the order of a module contradict each other, nothing more can come.
            if !world.flights.is_empty() || !world.exchanges.is_empty() {
                return None;
            }
            self.end(&world);
        }
        for choice in choices.into_iter().chain(self.faults(&world)) {
            let step = self.step(&world, choice);
            let mut next = world.clone();
            let made = self.make(&mut next, choice, None);
            self.follow(step, next.clone())?;
            let Some((whose, effects)) = made.step.filter(|_| world.left.crashes > 0) else { continue };
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
                stopped.left.crashes -= 1;
                stopped.flights.extend(made.again.clone());
                self.told.struck.insert('c');
                self.path.push(step);
                self.follow(Step::Crash { whose: self.called(whose), point, points }, stopped)?;
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

    /// What may go wrong besides crashes.
    fn faults(&mut self, world: &World) -> Vec<Choice> {
        let mut faults = Vec::new();
        if world.left.duplicates > 0 {
            for (index, done) in world.done.iter().enumerate() {
                if !self.is_like_an_earlier_one(world, &world.done, index) {
                    let picks = self.picks(world, done.to, &done.message);
                    faults.extend(picks.into_iter().map(|pick| Choice::Duplicate(index, pick)));
                }
            }
        }
        let repeated = faults.len();
        if world.left.losses > 0 {
            let all = 0..world.flights.len();
            let lost = all
                .filter(|index| self.may_be_lost(&world.flights[*index]))
                .filter(|i| !self.is_lost_like_an_earlier_one(world, *i));
            faults.extend(lost.map(Choice::Lose));
            self.losses_of_exchanges(world, &mut faults);
        }
        let signs = [('+', repeated), ('-', faults.len() - repeated)];
        self.told.struck.extend(signs.iter().filter(|(_, many)| *many > 0).map(|(sign, _)| *sign));
        faults
    }

    /// What a stimulus says, or a service; and what a service is told. What processes say to each other stands in
    /// their journals.
    fn may_be_lost(&self, flight: &Flight) -> bool {
        let comes = match flight.message.from {
            From::Listed(_) | From::Said(_) => true,
            From::Sent(_) => flight.to >= self.case.processes.len(),
            From::First(_) => false,
        };
        comes && flight.time != Time::Copy
    }

    pub fn choices(&self, world: &World) -> Vec<Choice> {
        let mut choices = Vec::new();
        for (index, flight) in world.flights.iter().enumerate() {
            let waits = world.flights.iter().any(|other| self.waits_for(flight, other));
            if !waits && !self.is_like_an_earlier_one(world, &world.flights, index) {
                let picks = self.picks(world, flight.to, &flight.message);
                choices.extend(picks.into_iter().map(|pick| Choice::Deliver(index, pick)));
            }
        }
        self.answers(world, &mut choices);
        let quiet = world.flights.is_empty() && world.exchanges.is_empty();
        if self.case.alarms == Alarms::Never || self.case.alarms == Alarms::Last && !quiet {
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
            From::Said(service) => Some(self.case.services[service].name),
            From::First(place) => self.case.first[place].module,
        }
    }
}

fn outside(number: usize, stimulus: &Stimulus, from: From, causes: Vec<u64>) -> Rc<Message> {
    let &Stimulus { type_, data, conversation, .. } = stimulus;
    let id = number as u64;
    let (number, causes) = (number as u32, Rc::new(causes));
    Rc::new(Message { number, type_, command: false, data, from, conversation, id, origin: id, causes })
}

pub fn input_of(message: &Message) -> Input {
    let mut line = (*message.causes).clone();
    line.push(message.id);
    let Message { type_, data, id, origin, .. } = *message;
    Input { type_, data, line: Rc::new(line), id, origin, tried: 0, by: None, ring: None }
}
