//! How choices, and the places where instances rest, are written.

use super::interpret::{Reason, Rest};
use super::model::*;
use super::orderings::Walk;
use super::words::{Became, Which, exchanged};
use super::world::{Choice, Flight, From, Message, Time, World};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// A choice as it is compared: the derived order is the canonical one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Listed {
        place: usize,
        to: &'static str,
        way: Which,
    },
    /// `number`: its place among those of its name that are ready and differ.
    Sent {
        from: &'static str,
        type_: &'static str,
        data: Text,
        conversation: usize,
        to: &'static str,
        number: usize,
        way: Which,
    },
    /// A duplicate that is in flight.
    CopyListed {
        place: usize,
        to: &'static str,
        way: Which,
    },
    CopySent {
        from: &'static str,
        type_: &'static str,
        data: Text,
        conversation: usize,
        to: &'static str,
        number: usize,
        way: Which,
    },
    /// `several`: others of its name are armed, so that its key is said.
    Ring {
        process: &'static str,
        conversation: usize,
        alarm: &'static str,
        key: Text,
        several: bool,
    },
    /// A duplicate that comes to be.
    AgainListed {
        place: usize,
        to: &'static str,
        way: Which,
    },
    AgainSent {
        from: &'static str,
        type_: &'static str,
        data: Text,
        conversation: usize,
        to: &'static str,
        number: usize,
        way: Which,
    },
    Lost {
        place: usize,
        to: &'static str,
    },
    /// What is not listed: of a service, or told to one.
    LostSent {
        from: &'static str,
        type_: &'static str,
        data: Text,
        conversation: usize,
        to: &'static str,
    },
    /// Of an exchange: by whom, of what type, and what became of it.
    Exchanged {
        service: &'static str,
        type_: &'static str,
        data: Text,
        conversation: usize,
        what: Became,
    },
    Crash {
        whose: &'static str,
        point: usize,
        points: usize,
    },
}

/// Data in the order of its text; none comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text(pub Option<i64>);

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

impl Walk<'_> {
    /// Who says a message that is not listed under `deliver`.
    fn sender(&self, message: &Message) -> Option<&'static str> {
        match message.from {
            From::Listed(_) => None,
            From::Sent(process) => Some(self.case.processes[process].name),
            From::Said(service) => Some(self.case.services[service].name),
            From::First(place) => Some(self.case.first[place].module.unwrap_or("outside")),
        }
    }

    /// The place of a message that is not listed, in canonical order, among those of its type and
    /// conversation that may come to the same process now: duplicates among duplicates, of which those come
    /// first that are in flight already; of the others those that come for the first time.
    fn number(&self, world: &World, flight: &Flight, copy: bool, done: bool) -> usize {
        let key = |flight: &Flight, done: bool| {
            let message = &flight.message;
            let (again, from) = (flight.time == Time::Again, self.sender(message)?);
            let here = (flight.to, message.type_, message.conversation);
            Some((here, (done, from, Text(message.data), again)))
        };
        let this = key(flight, done).expect("it is not listed");
        let waits = |flight: &Flight| world.flights.iter().any(|other| self.waits_for(flight, other));
        let flights =
            world.flights.iter().filter(|flight| (flight.time == Time::Copy) == copy && !waits(flight));
        let flying = flights.filter_map(|flight| key(flight, false));
        let possible = world.done.iter().filter(|_| copy && world.left.duplicates > 0);
        let possible = possible.filter_map(|flight| key(flight, true));
        let before = flying.chain(possible).filter(|other| other.0 == this.0 && other.1 < this.1);
        1 + before.map(|other| other.1).collect::<BTreeSet<_>>().len()
    }

    /// A choice, as it is compared and written.
    pub fn step(&self, world: &World, choice: Choice) -> Step {
        let (flight, copy, done, pick) = match choice {
            Choice::Answer(asked, _) => return self.step_of_exchange(world, asked.exchange, choice),
            Choice::LoseAnswer(asked) => return self.step_of_exchange(world, asked.exchange, choice),
            Choice::Meet(exchange, _) | Choice::LoseAsked(exchange) => {
                return self.step_of_exchange(world, exchange, choice);
            }
            Choice::Duplicate(index, _) if !self.remembers(world.done[index].to) => {
                let Flight { message, to, .. } = &world.done[index];
                return exchanged(self.called(*to), message, Became::Again);
            }
            Choice::Ring(process, conversation, index) => {
                let alarms = &world.instances[process][conversation].alarms;
                let alarm = &alarms[index];
                let same = alarms.iter().filter(|other| other.name == alarm.name).count();
                return Step::Ring {
                    process: self.case.processes[process].name,
                    conversation,
                    alarm: name(alarm.name),
                    key: Text(alarm.key),
                    several: same > 1,
                };
            }
            Choice::Deliver(index, pick) => {
                let flight = &world.flights[index];
                (flight, flight.time == Time::Copy, false, pick)
            }
            Choice::Lose(index) => (&world.flights[index], false, false, None),
            Choice::Duplicate(index, pick) => (&world.done[index], true, true, pick),
        };
        let Flight { message, to, .. } = flight;
        let (way, to) = (self.which(world, *to, message, pick), self.called(*to));
        if let From::Listed(place) = message.from {
            return match choice {
                Choice::Lose(_) => Step::Lost { place, to },
                Choice::Duplicate(..) => Step::AgainListed { place, to, way },
                _ if copy => Step::CopyListed { place, to, way },
                _ => Step::Listed { place, to, way },
            };
        }
        let from = self.sender(message).expect("it is not listed");
        let (type_, data, conversation) = (name(message.type_), Text(message.data), message.conversation);
        if matches!(choice, Choice::Lose(_)) {
            return Step::LostSent { from, type_, data, conversation, to };
        }
        let number = self.number(world, flight, copy, done);
        match (copy, done) {
            (false, _) => Step::Sent { from, type_, data, conversation, to, number, way },
            (true, false) => Step::CopySent { from, type_, data, conversation, to, number, way },
            (true, true) => Step::AgainSent { from, type_, data, conversation, to, number, way },
        }
    }

    /// `Type`, `Type#2`, `Type>process`, `Alarm!`, `Alarm!>process`; with `#c1` behind the type where
    /// there are several conversations.
    pub fn text(&self, step: &Step) -> String {
        let case = self.case;
        let serves = |to: &str| case.services.iter().any(|service| service.name == to);
        let to = |several: bool, to: &str| {
            if several || serves(to) { format!(">{to}") } else { String::new() }
        };
        let says = |from: &str| if serves(from) { format!("{from}:") } else { String::new() };
        let chosen = |way: Which| way.map_or(String::new(), |number| format!("({number})"));
        let heard = |type_: &str| {
            self.hears.iter().zip(TYPES).any(|(hearers, name)| name == type_ && hearers.len() > 1)
        };
        let several = case.several_conversations();
        let of = |conversation: usize| match several {
            true => format!("#{}", CONVERSATIONS[conversation]),
            false => String::new(),
        };
        // The places of those of a type, in a conversation.
        let namesakes = |type_: &str, conversation: usize| -> Vec<usize> {
            let is = |stimulus: &Stimulus| {
                name(stimulus.type_) == type_ && (!several || stimulus.conversation == conversation)
            };
            (0..case.deliver.len()).filter(|place| is(&case.deliver[*place])).collect()
        };
        match *step {
            Step::Listed { place, to: process, .. }
            | Step::CopyListed { place, to: process, .. }
            | Step::AgainListed { place, to: process, .. }
            | Step::Lost { place, to: process } => {
                let Stimulus { type_, conversation, .. } = case.deliver[place];
                let places = namesakes(name(type_), conversation);
                // Alike messages share the number of the first of them; but not where after a crash one of
                // them is in flight again.
                let class = |place: usize| if case.faults.crashes > 0 { place } else { self.class[place] };
                let shown = class(place);
                let number = places.iter().position(|other| *other == shown).unwrap() + 1;
                let told_apart = places.iter().any(|other| class(*other) != shown);
                let number = if told_apart { format!("#{number}") } else { String::new() };
                let to = to(heard(name(type_)), process);
                let sign = match step {
                    Step::Listed { .. } => "",
                    Step::Lost { .. } => "-",
                    _ => "+",
                };
                let way = match step {
                    Step::Listed { way, .. }
                    | Step::CopyListed { way, .. }
                    | Step::AgainListed { way, .. } => chosen(*way),
                    _ => String::new(),
                };
                format!("{}{}{number}{sign}{to}{way}", name(type_), of(conversation))
            }
            // Behind the listed ones of its name.
            Step::Sent { from, type_, conversation, to: process, number, way, .. }
            | Step::CopySent { from, type_, conversation, to: process, number, way, .. }
            | Step::AgainSent { from, type_, conversation, to: process, number, way, .. } => {
                let sign = if matches!(step, Step::Sent { .. }) { "" } else { "+" };
                let number = namesakes(type_, conversation).len() + number;
                let number = if number > 1 { format!("#{number}") } else { String::new() };
                let (from, to, way) = (says(from), to(heard(type_), process), chosen(way));
                format!("{from}{type_}{}{number}{sign}{to}{way}", of(conversation))
            }
            Step::LostSent { from, type_, conversation, to: process, .. } => {
                format!("{}{type_}{}-{}", says(from), of(conversation), to(heard(type_), process))
            }
            Step::Exchanged { service, type_, conversation, what, .. } => {
                let of = of(conversation);
                match what {
                    Became::Arrived { to: who, way, pick } => {
                        let (way, to) = (chosen(way), to(heard(type_), who));
                        format!("{service}{way}:{type_}{of}{to}{}", chosen(pick))
                    }
                    Became::AnswerLost { to: who, way } => {
                        format!("{service}{}:{type_}{of}-{}", chosen(way), to(heard(type_), who))
                    }
                    Became::Met(way) => format!("{type_}{of}>{service}{}", chosen(way)),
                    Became::Again => format!("{type_}{of}+>{service}"),
                    Became::MessageLost => format!("{type_}{of}->{service}"),
                }
            }
            Step::Crash { whose, point, points } => match points {
                1 => format!("crash({whose})"),
                _ => format!("crash({whose},{point})"),
            },
            Step::Ring { process, conversation, alarm, key, several: named } => {
                let sets =
                    |of: &&Process| { ALARMS }.any(|type_| name(type_) == alarm && of.sets_alarm(type_));
                let several = case.processes.iter().filter(sets).count() > 1;
                let key = key.0.filter(|_| named).map_or(String::new(), |key| format!("({key})"));
                format!("{alarm}{key}{}!{}", of(conversation), to(several, process))
            }
        }
    }

    /// The instances that are shown, as process and conversation, and what each is called: all that the
    /// scenario's messages reach, and those that heard of another all the same.
    pub fn shown(&self, heard: &[[bool; CONVERSATIONS.len()]]) -> Vec<(usize, Option<usize>, String)> {
        let case = self.case;
        let reached = |process: usize, conversation: usize| {
            let mut all = case.first.iter().chain(&case.deliver);
            all.any(|s| s.conversation == conversation && case.processes[process].hears(s.type_))
        };
        let of = |process: usize, also: bool| -> Vec<usize> {
            (0..CONVERSATIONS.len())
                .filter(|conversation| {
                    reached(process, *conversation) || also && heard[process][*conversation]
                })
                .collect()
        };
        let several = (0..case.processes.len()).any(|process| of(process, false).len() > 1);
        let mut shown = Vec::new();
        for (process, Process { name, .. }) in case.processes.iter().enumerate() {
            let here = of(process, true);
            let told = several || here.len() > 1;
            for conversation in &here {
                let id = CONVERSATIONS[*conversation];
                let name = if told { format!("{name}#{id}") } else { name.to_string() };
                shown.push((process, Some(*conversation), name));
            }
            if here.is_empty() {
                shown.push((process, None, name.to_string()));
            }
        }
        shown
    }
}

/// Where an instance rests, in words.
pub fn rest_text(rest: Rest, states: &[State]) -> String {
    match rest {
        Rest::NotStarted => "not-started".to_string(),
        Rest::Declined => "declined".to_string(),
        Rest::In(state) if states[state].end => states[state].name.to_string(),
        Rest::In(state) => format!("unfinished: {}", states[state].name),
        Rest::Parked(Reason::NoData) => "parked: event has no member `data`".to_string(),
        Rest::Parked(Reason::UnexpectedBeforeStart(type_)) => {
            format!("parked: unexpected {} before start", name(type_))
        }
        Rest::Parked(Reason::UnexpectedIn(type_, state)) => {
            format!("parked: unexpected {} in {}", name(type_), states[state].name)
        }
    }
}
