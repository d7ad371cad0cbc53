//! What services do in a walk: exchanges with those that have no memory, and steps of entities.

use super::expect::Wrong;
use super::interpret::{Outcome, Sent};
use super::orderings::{Walk, input_of};
use super::service::{Entity, Service, Way};
use super::world::*;
use std::rc::Rc;

impl Walk<'_> {
    pub fn called(&self, hearer: Hearer) -> &'static str {
        match self.service(hearer) {
            Some(service) => service.name,
            None => self.case.processes[hearer].name,
        }
    }

    pub fn service(&self, hearer: Hearer) -> Option<&Service> {
        self.case.services.get(hearer.checked_sub(self.case.processes.len())?)
    }

    pub fn remembers(&self, hearer: Hearer) -> bool {
        self.service(hearer).is_none_or(|service| service.entity.is_some())
    }

    /// Something is said, and counts from now on.
    pub fn said(&mut self, world: &mut World, from: From, conversation: usize, sent: &Sent) {
        world.sent[sent.type_ as usize] += 1;
        if self.case.by_data {
            world.sent_data.push((sent.type_, sent.data));
        }
        let message = Rc::new(message_of(sent, from, conversation, world.next));
        world.next += 1;
        self.send(world, &message);
    }

    // ---- without a memory

    /// What certainly comes to nothing is settled at once.
    pub fn ask(&mut self, world: &mut World, message: Rc<Message>, with: Hearer, time: Time) {
        let service = self.service(with).expect("processes are not asked");
        let ways = Rc::new(service.ways(&[0; 3], &input_of(&message)));
        let certain = ways.len() == 1 && ways[0].is_mute();
        world.exchanges.push(Exchange { message, with, time, ways });
        if certain {
            self.told.seen.insert("silence was certain");
            self.settle(world, world.exchanges.len() - 1, 0);
        }
    }

    /// It came once more.
    pub fn asked_again(&mut self, world: &mut World, flight: Flight) {
        self.told.seen.insert("a service without memory is asked twice");
        if self.case.forgets {
            self.told.seen.insert("an exchange is open once more");
            self.ask(world, flight.message, flight.to, Time::Copy);
        }
    }

    /// One of the ways of an exchange is taken; answers the number of the first message that is said.
    pub fn settle(&mut self, world: &mut World, index: usize, way: usize) -> u32 {
        let Exchange { message, with, time, ways } = world.exchanges.remove(index);
        world.arrived(&message);
        if time == Time::First {
            world.done.push(Flight { message: message.clone(), to: with, time: Time::Copy });
        }
        let (service, first) = (with - self.case.processes.len(), world.next);
        if let Way { said: Err(reason), at, .. } = ways[way] {
            self.told.seen.insert("an exchange is unanswered");
            world.wrong.insert(Wrong::Unanswered(service, message.type_, reason, at));
        }
        for sent in ways[way].sent() {
            self.said(world, From::Said(service), message.conversation, sent);
        }
        first
    }

    /// One of the ways is taken; answers the flight of what was meant.
    pub fn answered(&mut self, world: &mut World, asked: Asked) -> usize {
        let number = self.settle(world, asked.exchange, asked.way) + asked.place as u32;
        let is = |flight: &Flight| flight.message.number == number && flight.to == asked.to;
        // What is said is numbered in a row: whoever is told at once and settles that at once says nothing.
        world.flights.iter().position(is).expect("it was just said")
    }

    /// All that may come of open exchanges.
    pub fn answers(&self, world: &World, choices: &mut Vec<Choice>) {
        for (exchange, open) in world.exchanges.iter().enumerate() {
            for (way, which) in open.ways.iter().enumerate() {
                let all = self.unfolded(world, open, which);
                if all.is_empty() {
                    choices.push(Choice::Meet(exchange, way));
                }
                for (place, flight) in &all {
                    let others = world.flights.iter().chain(all.iter().map(|(_, other)| other));
                    if !others.into_iter().any(|other| self.waits_for(flight, other)) {
                        let asked = Asked { exchange, way, place: *place, to: flight.to };
                        let picks = self.picks(world, flight.to, &flight.message);
                        choices.extend(picks.into_iter().map(|pick| Choice::Answer(asked, pick)));
                    }
                }
            }
        }
    }

    /// Either the message is lost, if it was not delivered before, or one of the answers.
    pub fn losses_of_exchanges(&self, world: &World, faults: &mut Vec<Choice>) {
        for (exchange, open) in world.exchanges.iter().enumerate() {
            if open.time == Time::First && !matches!(open.message.from, From::First(_)) {
                faults.push(Choice::LoseAsked(exchange));
            }
            for (way, which) in open.ways.iter().enumerate() {
                let all = self.unfolded(world, open, which);
                let lost = |(place, flight): (usize, Flight)| {
                    Choice::LoseAnswer(Asked { exchange, way, place, to: flight.to })
                };
                faults.extend(all.into_iter().map(lost));
            }
        }
    }

    /// What would be in flight if this way were taken, each with its place among what is said.
    pub fn unfolded(&self, world: &World, exchange: &Exchange, way: &Way) -> Vec<(usize, Flight)> {
        let (from, mut all) = (From::Said(exchange.with - self.case.processes.len()), Vec::new());
        for (place, sent) in way.sent().iter().enumerate() {
            let number = world.next + place as u32;
            let message = Rc::new(message_of(sent, from, exchange.message.conversation, number));
            let others = self.hears[sent.type_ as usize].iter().filter(|to| **to != exchange.with);
            let flight = |to: &Hearer| Flight { message: message.clone(), to: *to, time: Time::First };
            all.extend(others.map(|to| (place, flight(to))));
        }
        all
    }

    // ---- entities

    fn entity(&self, world: &World, service: usize, message: &Message) -> (String, Entity) {
        let key = self.case.services[service].entity.expect("it has a memory");
        let key = key.of(message.data, message.conversation);
        let known = world.entities.get(&(service, key.clone())).cloned();
        (key, known.unwrap_or_default())
    }

    /// Whether an entity would not even be asked.
    fn knows(&self, entity: &Entity, message: &Message) -> bool {
        !self.case.forgets && entity.seen.contains(&message.id)
    }

    /// Which ways a message has when it comes to somebody. None: it is not an entity that decides.
    pub fn ways_now(&self, world: &World, to: Hearer, message: &Message) -> Vec<Way> {
        let Some(service) = self.service(to).filter(|service| service.entity.is_some()) else {
            return Vec::new();
        };
        let (_, entity) = self.entity(world, to - self.case.processes.len(), message);
        if entity.parked.is_some() || self.knows(&entity, message) {
            return Vec::new();
        }
        service.ways(&entity.data, &input_of(message))
    }

    pub fn picks(&self, world: &World, to: Hearer, message: &Message) -> Vec<Pick> {
        match self.ways_now(world, to, message).len() {
            0 => vec![None],
            many => (0..many).map(Some).collect(),
        }
    }

    /// A step of an entity; answers how many effects it has.
    pub fn tell(
        &mut self,
        world: &mut World,
        service: usize,
        message: &Message,
        pick: Pick,
        stop: Option<usize>,
    ) -> usize {
        let (key, mut entity) = self.entity(world, service, message);
        let (known, before) = (self.knows(&entity, message), entity.data);
        self.told.seen.insert("an entity has a step");
        if !entity.met.contains(&message.conversation) {
            entity.met.push(message.conversation);
        }
        if entity.met.len() > 1 {
            self.told.seen.insert("several conversations meet at an entity");
        }
        if stop.is_some() {
            self.told.seen.insert("the step of an entity is cut short");
        }
        if !self.case.forgets {
            entity.seen.push(message.id);
        }
        let mut sent = Vec::new();
        match pick {
            None if known => _ = self.told.outcomes.insert(Outcome::Duplicate),
            None => _ = self.told.outcomes.insert(Outcome::Held),
            Some(pick) => {
                let ways = self.case.services[service].ways(&entity.data, &input_of(message));
                if ways.len() > 1 {
                    self.told.seen.insert("an entity has alternatives");
                }
                match ways[pick].said.clone() {
                    Ok((data, all)) => (entity.data, sent) = (data, all),
                    Err(reason) => entity.parked = Some(reason),
                }
            }
        }
        if entity.data != before {
            self.told.seen.insert("an entity learns something");
        }
        if stop.is_none() {
            world.entities.insert((service, key), entity);
        }
        let many = sent.len();
        for sent in &sent[..stop.unwrap_or(many)] {
            self.said(world, From::Said(service), message.conversation, sent);
        }
        many
    }
}

fn message_of(sent: &Sent, from: From, conversation: usize, number: u32) -> Message {
    Message {
        number,
        type_: sent.type_,
        command: sent.command,
        data: sent.data,
        from,
        conversation,
        id: sent.id,
        origin: sent.origin,
        causes: sent.line.clone(),
    }
}
