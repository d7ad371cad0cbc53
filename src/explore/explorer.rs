//! The rules of a scenario: what may happen next in a world, and what it leads to.

use super::choice::{Applied, Choice, Take, What};
use super::crew::{Crew, hearers};
use super::exchange::Exchanges;
use super::interchange::Interchange;
use super::labels::{Labels, Said, Sign};
use super::listed::{Delivery, Listed, copied, id_of};
use super::lives::Lives;
use super::naming::Several;
use super::place::{AGAIN, Item, Layout, Place};
use super::reads::{Reads, now_unknown, watches, within_limits};
use super::scenario::{Alarms, Host, Order, Scenario, Stimulus};
use super::steps::{Given, Steps};
use super::symbols::{Mails, Told};
use crate::error::Result;
use crate::event::{Message, Millis, Name};
use crate::runtime::ProcessId;
use crate::step::{entity_of, instance_of};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// Everything that stays the same from world to world, and what was learned on the way.
pub(super) struct Explorer<'a> {
    pub scenario: &'a Scenario,
    pub order: Order,
    pub listed: Listed,
    pub steps: Steps,
    pub exchanges: Exchanges,
    /// The first messages, one for each who hears it: its number, and the instance's place.
    pub(super) firsts: Vec<(ProcessId, u32, u32)>,
    pub labels: Labels,
    /// Moments at which something happens, as time since the start; only where time is told.
    pub(super) clocks: Vec<Millis>,
    pub(super) absolute: bool,
    /// The listed message of an id, where ids are told.
    pub(super) listed_ids: FxHashMap<Name, usize>,
    /// Messages that are alike are told apart, and yet count as one choice: compared world by world.
    pub(super) compares: bool,
    /// So many instances, those numbered first, are reached by messages of the scenario itself.
    pub listed_slots: u32,
    /// Per process and message, the instance that it is for.
    slots: FxHashMap<(ProcessId, u32), u32>,
    pub several: Several,
    /// Expressions read ids, so that no message is like another.
    pub reads_ids: bool,
    /// What caused a message is told by ids.
    pub tells_causes: bool,
    /// Nothing that happens depends on which of several messages that say the same came.
    pub may_merge: bool,
    pub interchange: Interchange,
    /// Where a part begins that is explored alone; and by how many threads worlds are walked.
    pub begins_at: Option<Place>,
    pub threads: usize,
    /// Room for choices and names, kept from one world to the next.
    pub(super) spare: Vec<Choice>,
    named: Vec<Said>,
}

impl<'a> Explorer<'a> {
    pub fn new(scenario: &'a Scenario, order: Order) -> Result<Explorer<'a>> {
        let crew = Crew::of(scenario);
        let reads = Reads::of(&crew);
        if scenario.alarms == Alarms::Any && reads.now {
            return Err(now_unknown(&crew));
        }
        within_limits(scenario, &crew)?;
        let last = scenario.alarms == Alarms::Last;
        let absolute = last && (reads.now || reads.times || reads.until);
        let times = scenario.deliver.iter().chain(&scenario.first).map(|stimulus| stimulus.message.time);
        let watches = watches(scenario, &crew);
        let tells_causes = order.causal && crew.definitions.len() + crew.services.len() > 1;
        let told = Told {
            // Who caused a message is told by ids, so where that matters they are kept.
            // So is for which of them a command was sent.
            ids: reads.ids || tells_causes || watches,
            times: reads.times,
            sort: reads.sort || crew.services.is_empty(),
            start: times.max().unwrap_or(Stimulus::TIME),
        };
        let lives = Lives::new(&crew, scenario.alarms == Alarms::Any);
        let forgets = scenario.host == Host::AtLeastOnce;
        let mut steps =
            Steps::new(crew, Mails::new(told), lives, scenario.by_data, last && !absolute, forgets)?;
        steps.watches = watches;
        let (mut deliveries, mut exchanges) = (Vec::new(), Vec::new());
        let mut listed_ids = FxHashMap::default();
        // Where no id is remembered, copies are messages like any others.
        let copied = if forgets { BTreeSet::new() } else { copied(scenario) };
        let mut saying = Mails::new(Told { ids: false, ..told });
        for (index, stimulus) in scenario.deliver.iter().enumerate() {
            let message = &stimulus.message;
            let mail = steps.mails.number(message, copied.contains(&id_of(message)));
            let says = saying.number(message, false);
            listed_ids.insert(message.id.clone(), index);
            for process in hearers(steps.world(), message) {
                let slot = slot_of(&mut steps, process, message);
                deliveries.push(Delivery { message: index, process, mail, says, slot });
            }
            for process in steps.crew.asked(&message.type_, None) {
                exchanges.push(Delivery { message: index, process, mail, says, slot: u32::MAX });
            }
        }
        let counted = scenario.expect.counted();
        let hear = |type_: &str| steps.world().house().subscribers(type_).len();
        let several = |type_: &str| hear(type_) + steps.crew.asked(type_, None).count() > 1;
        // Copies of a counted message that several processes hear are told apart, so that the first
        // delivery of each counts once. Where ids are told, what is alike is told world by world.
        // So are all where something may go wrong with one of them and not with the other.
        let may_merge = !told.ids && !scenario.faults.any() && !counted.iter().any(|&type_| several(type_));
        let merge = may_merge && scenario.reductions.equal_copies;
        let listed = Listed::new(scenario, deliveries, exchanges, order, merge)?;
        let mut explorer = Explorer {
            scenario,
            order,
            listed,
            steps,
            exchanges: Exchanges::default(),
            firsts: Vec::new(),
            labels: Labels::default(),
            clocks: vec![0],
            absolute,
            listed_ids,
            // Where ids are read, they make a difference.
            compares: scenario.alike && !merge && !reads.ids,
            listed_slots: 0,
            slots: FxHashMap::default(),
            several: Several::default(),
            reads_ids: reads.ids,
            tells_causes,
            may_merge,
            interchange: Interchange::default(),
            begins_at: None,
            threads: 1,
            spare: Vec::new(),
            named: Vec::new(),
        };
        for stimulus in &scenario.first {
            let mail = explorer.steps.mails.number(&stimulus.message, false);
            for process in explorer.hearers(&stimulus.message) {
                let slot = explorer.slot_for(process, mail);
                explorer.firsts.push((process, mail, slot));
            }
            let asked = explorer.steps.crew.asked(&stimulus.message.type_, None);
            explorer.firsts.extend(asked.map(|service| (service, mail, u32::MAX)));
        }
        explorer.listed_slots = explorer.steps.slots.len() as u32;
        explorer.several =
            Several::of(scenario, explorer.steps.crew.definitions.len(), &explorer.steps.slots);
        for bit in 0..explorer.listed.deliveries.len() {
            let text = explorer.listed_text(bit, Sign::None);
            explorer.labels.texts.push(text);
        }
        Ok(explorer)
    }

    /// Whether services take part.
    pub fn answers(&self) -> bool {
        !self.steps.crew.services.is_empty()
    }

    /// How worlds are laid out.
    pub fn layout(&self) -> Layout {
        Layout {
            words: self.listed.words,
            faults: self.scenario.faults.any(),
            services: self.answers(),
            watches: self.steps.watches,
        }
    }

    /// Who hears a message, in the house's order.
    pub fn hearers(&self, message: &Message) -> Vec<ProcessId> {
        hearers(self.steps.world(), message)
    }

    /// All that may happen next, in canonical order: listed messages in their order, then what
    /// was sent, answers, duplicates in flight, alarms, and faults.
    pub fn ready(&mut self, place: &Place, choices: &mut Vec<Choice>) {
        self.offered(place, choices);
        if place.owing.is_some() {
            self.with_alternatives(place, choices);
        }
        self.with_stops(place, choices);
    }

    /// The same, but of each message to a service with `entity` once, whatever it may make of it, and not where hosts stop.
    pub fn offered(&mut self, place: &Place, choices: &mut Vec<Choice>) {
        choices.clear();
        self.steps.mails.rank();
        if let Some((input, number)) = place.stops() {
            return self.ready_crashes(place, input, number, choices);
        }
        if let Some((process, mail, _)) = self.beginning(place) {
            let label = self.sent_label((process as u32, mail), Sign::None, (false, None), &mut Vec::new());
            choices.push(Choice::new(What::First, label, 1));
            return;
        }
        let alike = self.scenario.alike;
        self.listed.ready(&place.flight, |bit, weight| {
            let weight = if alike && !self.listed.is_lone(bit) { 1 } else { weight };
            choices.push(Choice::new(What::Listed(bit), bit as u16, weight));
        });
        let mut named = std::mem::take(&mut self.named);
        named.clear();
        if !place.items.is_empty() {
            self.ready_items(place, choices, &mut named);
        }
        if place.owing.is_some() {
            self.ready_exchanges(place, choices, &mut named);
        }
        self.ready_copies(place, choices, &mut named);
        match self.scenario.alarms {
            Alarms::Never => {}
            Alarms::Any => self.ready_rings(place, None, choices),
            Alarms::Last if choices.is_empty() => {
                let due = |&life: &u32| self.steps.lives.get(life).next_due();
                let first = place.lives.iter().filter_map(due).min();
                self.ready_rings(place, first, choices);
            }
            Alarms::Last => {}
        }
        self.ready_faults(place, choices, &mut named);
        self.named = named;
        if self.compares {
            self.one_of_alike(place, choices);
        }
    }

    fn ready_items(&mut self, place: &Place, choices: &mut Vec<Choice>, named: &mut Vec<Said>) {
        let items = &place.items;
        let mut found: Vec<(usize, u32)> = Vec::new();
        for (index, &(to, mail)) in items.iter().enumerate() {
            let message = &self.steps.mails.get(mail & !AGAIN).message;
            let sender = |mail: u32| &self.steps.mails.get(mail & !AGAIN).message.source;
            let overtakes = |other: &(u32, u32)| other.0 == to && *sender(other.1) == message.source;
            // What a module has listed was sent before whatever a service says in its name.
            let listed = || {
                let flies = |bit| self.listed.flies_from(&place.flight, bit, to as ProcessId, self.scenario);
                place.owing.is_some() && flies(&message.source)
            };
            if self.order.fifo && (items[..index].iter().any(overtakes) || listed()) {
                continue;
            }
            if self.order.causal && self.waits_for_a_cause(place, to as ProcessId, message) {
                continue;
            }
            match found.iter_mut().find(|(known, _)| items[*known] == (to, mail)) {
                Some((_, weight)) => *weight += 1,
                None => found.push((index, 1)),
            }
        }
        found.sort_by(|&(a, _), &(b, _)| self.canonical(items[a], items[b]));
        for (index, weight) in found {
            let label = self.sent_label(items[index], Sign::None, (items[index].1 & AGAIN != 0, None), named);
            let weight = if self.scenario.alike { 1 } else { weight };
            choices.push(Choice::new(What::Sent(index), label, weight));
        }
    }

    /// The canonical order of messages that are not listed.
    pub fn canonical(&self, one: Item, other: Item) -> Ordering {
        let between = (one.0, one.1 & AGAIN).cmp(&(other.0, other.1 & AGAIN));
        self.steps.mails.compare(one.1 & !AGAIN, other.1 & !AGAIN, between)
    }

    /// The alarms that may ring; those that are due at a moment, where one is given.
    fn ready_rings(&mut self, place: &Place, due: Option<crate::event::Time>, choices: &mut Vec<Choice>) {
        let mut rings: Vec<(u32, usize)> = Vec::new();
        for (slot, &life) in place.lives.iter().enumerate() {
            let life = self.steps.lives.get(life);
            let now = |&place: &usize| due.is_none() || life.alarms[place].message.due == due;
            rings.extend(life.ringable().filter(now).map(|place| (slot as u32, place)));
        }
        if rings.len() > 1 {
            rings.sort_by_key(|&(slot, alarm)| (&self.steps.slots[slot as usize], alarm));
        }
        for (slot, alarm) in rings {
            let label = self.ring_label(slot, place.life(slot), alarm);
            choices.push(Choice::new(What::Ring(slot, alarm), label, 1));
        }
    }

    /// What a choice leads to.
    pub fn apply(&mut self, place: &Place, take: Take, next: &mut Place) -> Applied {
        next.copy_from(place);
        match take.what {
            What::Crash(point) => return self.crash(next, point),
            What::First => return self.begin_with(next, take.served),
            what if !self.is_step(place, what) => return self.without_step(next, take),
            _ => {}
        }
        let (input, again) = self.take_out(next, take);
        let said = self.said(place, take);
        if take.stops {
            next.peril.as_mut().expect("a crash is left").stops = Some((input, take.served));
            if self.forgets() {
                // Nothing is saved and nothing is out; what is, the point says at which the host stops.
                return Applied { sent: said, ..Applied::NOTHING };
            }
        }
        let (slot, given) = self.given(next, input, again, take.served);
        let step = self.give(next, slot, given);
        let sent = self.steps.step(step).sent;
        let sent = if said == 0 { sent } else { self.steps.bags.sum(said, sent) };
        Applied { step: Some(step), sent, slot: Some(slot), given: Some(given) }
    }

    /// What a service has said whose answer arrives: all of its alternative.
    fn said(&mut self, place: &Place, take: Take) -> u32 {
        match take.what {
            What::Answer(exchange, _) => self.sayings_of(place, exchange).of(take.number).sent,
            _ => 0,
        }
    }

    /// An instance is given something, and the world follows.
    pub fn give(&mut self, place: &mut Place, slot: u32, given: Given) -> u32 {
        let number = self.steps.take(slot, place.life(slot), given, self.clock_of(place));
        let step = self.steps.step(number);
        let (life, sent, passed, out) = (step.life, step.sent, step.passed, step.out.len());
        place.set_life(slot, life);
        self.note_commands(place, slot, number, usize::MAX);
        self.send_all(place, number, out);
        place.sent = self.steps.bags.sum(place.sent, sent);
        if matches!(given, Given::Ring(_)) && self.scenario.alarms == Alarms::Last {
            self.pass(place, slot, passed);
        }
        number
    }

    /// What a step sends goes out, or as much of it.
    pub fn send_all(&mut self, place: &mut Place, step: u32, many: usize) {
        for index in 0..many {
            let (to, mail) = self.steps.step(step).out[index];
            self.send(place, to, mail);
        }
    }

    /// The instance that a message is for, at a process.
    pub fn slot_for(&mut self, process: ProcessId, mail: u32) -> u32 {
        if let Some(&known) = self.slots.get(&(process, mail)) {
            return known;
        }
        let message = self.steps.mails.get(mail).message.clone();
        let slot = slot_of(&mut self.steps, process, &message);
        self.slots.insert((process, mail), slot);
        slot
    }

    /// A message on its way: in the order sent where that matters, else in an order of its own.
    pub fn send(&mut self, place: &mut Place, to: ProcessId, mail: u32) {
        if self.steps.crew.is_asked(to) {
            return self.ask(place, to, mail);
        }
        let source = |mail: u32| &self.steps.mails.get(mail & !AGAIN).message.source;
        let item: Item = (to as u32, mail);
        let before = |other: &Item| match self.order.fifo {
            true => (other.0, source(other.1)) <= (item.0, source(item.1)),
            false => *other <= item,
        };
        let index = place.items.partition_point(before);
        place.items.insert(index, item);
    }
}

fn slot_of(steps: &mut Steps, process: ProcessId, message: &Message) -> u32 {
    let found = match steps.crew.service(process) {
        Some(service) => entity_of(service, message),
        None => instance_of(&steps.crew.definitions[process], message),
    };
    steps.slot(process, found.unwrap_or_else(|_| Name::from("")))
}
