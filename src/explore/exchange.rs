//! Services without `entity`: they remember nothing, so it does not matter when they are asked, only when an
//! answer arrives.
//!
//! A message to such a service is there in the moment in which it is sent: an exchange is open. Which
//! alternative is taken shows when the first of its messages arrives, and is one choice with that. Where
//! nobody hears anything of it, it is a choice of its own; where silence is certain, there is none.

use super::choice::{Choice, Exchange, Take, What};
use super::explorer::Explorer;
use super::faults::{insert, put};
use super::labels::{Said, Sign};
use super::listed::has;
use super::place::{AGAIN, Item, Place};
use crate::event::{Message, Millis, Time};
use crate::process::Service;
use crate::runtime::ProcessId;
use crate::step::{Failed, Pick, owed, possible};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What services may make of what they are told, asked once of the kernel and remembered.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    sayings: FxHashMap<(ProcessId, u32, Millis), Arc<Sayings>>,
    /// Of entities: per slot, life, message and moment the numbers of their alternatives.
    pub(super) numbers: FxHashMap<(u32, u32, u32, Millis), Arc<[u16]>>,
    /// What could not be answered, each once.
    pub unanswered: Vec<String>,
}

/// All that a service may make of a message.
#[derive(Debug, Default)]
pub(super) struct Sayings {
    /// In the order of the file, and silence last. None where nothing can come of it.
    pub all: Vec<Saying>,
    /// It has no answer at all: what is wrong, by number.
    pub failed: Option<u32>,
}

/// One alternative, or silence.
#[derive(Debug, Default)]
pub(super) struct Saying {
    /// Its number in the file, from 1; 0 is silence.
    pub number: u16,
    /// What it says, to be counted.
    pub sent: u32,
    /// What those with a memory hear of it: to whom, which message; in the order said.
    pub heard: Vec<Item>,
    /// What other services without one are asked.
    pub asked: Vec<Item>,
    /// It has no answer: what is wrong, by number.
    pub failed: Option<u32>,
}

impl Sayings {
    pub fn of(&self, number: u16) -> &Saying {
        self.all.iter().find(|saying| saying.number == number).expect("a choice that is ready is possible")
    }
}

/// The number of an alternative, as people count.
pub(super) fn numbered(place: Option<usize>) -> u16 {
    place.map_or(0, |place| u16::try_from(place + 1).unwrap_or(u16::MAX))
}

/// Its place in the file.
pub(super) fn placed(number: u16) -> Option<usize> {
    usize::from(number).checked_sub(1)
}

impl Explorer<'_> {
    /// What a service without `entity` may make of a message, at so long after the start.
    fn sayings(&mut self, service: ProcessId, mail: u32, clock: Millis) -> Arc<Sayings> {
        let key = (service, mail, clock);
        if let Some(known) = self.exchanges.sayings.get(&key) {
            return known.clone();
        }
        let asked = self.steps.crew.service(service).expect("a service").clone();
        let message = self.steps.mails.get(mail).message.clone();
        let now = self.steps.mails.told.start.plus(clock).unwrap_or(Time::MAX);
        let mut sayings = Sayings::default();
        match possible(&asked, &message, now) {
            Err(failed) => sayings.failed = Some(self.unanswered(&asked, &message, &failed)),
            Ok(alternatives) if alternatives == [None] => {}
            Ok(alternatives) => {
                let says =
                    |alternative: Option<usize>| self.saying(service, &asked, &message, now, alternative);
                sayings.all = alternatives.into_iter().map(says).collect();
                if let [Saying { failed: Some(failed), .. }] = sayings.all[..] {
                    sayings = Sayings { all: Vec::new(), failed: Some(failed) };
                }
            }
        }
        let sayings = Arc::new(sayings);
        self.exchanges.sayings.insert(key, sayings.clone());
        sayings
    }

    fn saying(
        &mut self,
        id: ProcessId,
        service: &Arc<Service>,
        message: &Message,
        now: Time,
        alternative: Option<usize>,
    ) -> Saying {
        let number = numbered(alternative);
        let answers = match owed(service, message, now, Pick::Taken(alternative)) {
            Ok(answers) => answers,
            Err(failed) => {
                let failed = Some(self.unanswered(service, message, &failed));
                return Saying { number, failed, ..Saying::default() };
            }
        };
        let in_log = |mut answer: Message| {
            answer.source = self.steps.crew.module_of(service, &answer.type_);
            answer
        };
        let answers: Vec<Message> = answers.into_iter().map(|owed| in_log(owed.message)).collect();
        let mut saying = Saying { number, sent: self.steps.bag_of(answers.iter()), ..Saying::default() };
        for answer in &answers {
            if self.steps.mails.told.ids {
                self.steps.caused_by.insert(answer.id.clone(), message.id.clone());
            }
            for (to, mail) in self.steps.addressed(answer, id) {
                let asked = self.steps.crew.is_asked(to);
                let to_whom = if asked { &mut saying.asked } else { &mut saying.heard };
                to_whom.push((to as u32, mail));
            }
        }
        saying
    }

    fn unanswered(&mut self, service: &Service, message: &Message, failed: &Failed) -> u32 {
        let at = failed.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        let what = format!("{} has no answer to {}: {}{at}", service.name, message.type_, failed.reason);
        let all = &mut self.exchanges.unanswered;
        let known = all.iter().position(|known| *known == what);
        known.unwrap_or_else(|| {
            all.push(what);
            all.len() - 1
        }) as u32
    }

    /// A message reaches a service without `entity`.
    pub fn ask(&mut self, place: &mut Place, service: ProcessId, mail: u32) {
        let clock = self.clock_of(place);
        let sayings = self.sayings(service, mail & !AGAIN, clock);
        let item = (service as u32, mail);
        match sayings.all.is_empty() {
            true => {
                fail(place, sayings.failed);
                may_come_again(place, item);
            }
            false => insert(&mut place.owing.as_mut().expect("services are here").open, item),
        }
    }

    /// The listed messages to services without `entity`, where the scenario begins: those that are met with
    /// silence for certain are on their way no more.
    pub fn ask_listed(&mut self, place: &mut Place) {
        for (bit, service, mail) in self.listed.exchanges().collect::<Vec<_>>() {
            let clock = self.clock_of(place);
            let sayings = self.sayings(service, mail, clock);
            if sayings.all.is_empty() {
                fail(place, sayings.failed);
                taken(place, bit);
            }
        }
    }

    /// To which service an open exchange is, and its message, with [`AGAIN`] where it came before.
    pub fn item_of(&self, place: &Place, exchange: Exchange) -> Item {
        match exchange {
            Exchange::Listed(bit) => {
                let exchange = self.listed.on_its_way(bit);
                (exchange.process as u32, exchange.mail)
            }
            Exchange::Other(index) => place.owing.as_ref().expect("services are here").open[index],
        }
    }

    pub fn sayings_of(&mut self, place: &Place, exchange: Exchange) -> Arc<Sayings> {
        let (service, mail) = self.item_of(place, exchange);
        let clock = self.clock_of(place);
        self.sayings(service as ProcessId, mail & !AGAIN, clock)
    }

    /// A service takes an alternative: all that it says is sent, but for the message that is named; the number
    /// of what was sent, and that message.
    pub fn answer(
        &mut self,
        next: &mut Place,
        exchange: Exchange,
        number: u16,
        but: Option<usize>,
    ) -> (u32, Option<Item>) {
        let sayings = self.sayings_of(next, exchange);
        self.close(next, exchange);
        let saying = sayings.of(number);
        fail(next, saying.failed);
        for (index, &(to, mail)) in saying.heard.iter().enumerate() {
            if Some(index) != but {
                self.send(next, to as ProcessId, mail);
            }
        }
        for &(to, mail) in &saying.asked {
            self.ask(next, to as ProcessId, mail);
        }
        next.sent = self.steps.bags.sum(next.sent, saying.sent);
        (saying.sent, but.map(|index| saying.heard[index]))
    }

    /// An exchange is open no more: its message has come, and may come again.
    fn close(&mut self, next: &mut Place, exchange: Exchange) {
        match exchange {
            Exchange::Listed(bit) => taken(next, bit),
            Exchange::Other(index) => {
                let item = next.owing.as_mut().expect("services are here").open.remove(index);
                may_come_again(next, item);
            }
        }
    }

    /// The exchanges that are open, one for all that are alike, with how many those are.
    pub fn open(&self, place: &Place) -> Vec<(Exchange, u32)> {
        let one = |weight: u32| if self.scenario.alike { 1 } else { weight };
        let mut found: Vec<(Exchange, u32)> = Vec::new();
        let flies = |bit: &usize| has(&place.flight, *bit);
        for bit in self.listed.exchanges().map(|(bit, ..)| bit).filter(flies) {
            let like = self.listed.exchanges_like(bit).filter(flies);
            let like: Vec<usize> = like.collect();
            if like[0] == bit {
                found.push((Exchange::Listed(bit), one(like.len() as u32)));
            }
        }
        let open = &place.owing.as_ref().expect("services are here").open;
        let mut others: Vec<(usize, u32)> = Vec::new();
        for (index, item) in open.iter().enumerate() {
            match others.iter_mut().find(|(known, _)| open[*known] == *item) {
                Some((_, weight)) => *weight += 1,
                None => others.push((index, 1)),
            }
        }
        others.sort_by(|&(a, _), &(b, _)| self.canonical(open[a], open[b]));
        found.extend(others.into_iter().map(|(index, weight)| (Exchange::Other(index), one(weight))));
        found
    }

    /// What may come of the exchanges that are open: of each alternative the message that arrives first, or
    /// the alternative itself where nobody hears anything of it.
    pub fn ready_exchanges(&mut self, place: &Place, choices: &mut Vec<Choice>, named: &mut Vec<Said>) {
        for (exchange, weight) in self.open(place) {
            let sayings = self.sayings_of(place, exchange);
            for saying in &sayings.all {
                let number = saying.number;
                if saying.heard.is_empty() {
                    let what = What::Unheard(exchange);
                    let label = self.unheard_label(place, exchange, &sayings, number, named);
                    choices.push(Choice::new(Take { number, ..what.into() }, label, weight));
                }
                for index in 0..saying.heard.len() {
                    let item = saying.heard[index];
                    if saying.heard[..index].contains(&item) || !self.may_come(place, saying, index) {
                        continue;
                    }
                    let same = saying.heard.iter().filter(|other| **other == item).count() as u32;
                    // In the order in which they were said, only the first of those that are alike.
                    let same = if self.order.fifo || self.scenario.alike { 1 } else { same };
                    let what = What::Answer(exchange, index);
                    let label = self.answer_label(place, exchange, &sayings, number, item, Sign::None, named);
                    let weight = weight * same;
                    choices.push(Choice::new(Take { number, ..what.into() }, label, weight));
                }
            }
        }
    }

    /// Whether a message of an alternative may be the first to arrive.
    fn may_come(&mut self, place: &Place, saying: &Saying, index: usize) -> bool {
        let (to, mail) = saying.heard[index];
        let message = self.steps.mails.get(mail).message.clone();
        let source = |(to, mail): &Item| (*to, self.steps.mails.get(mail & !AGAIN).message.source.clone());
        let mine = (to, message.source.clone());
        let sent_before = || {
            place.items.iter().chain(&saying.heard[..index]).any(|other| source(other) == mine)
                || self.listed.flies_from(&place.flight, &message.source, to as ProcessId, self.scenario)
        };
        !(self.order.fifo && sent_before()
            || self.order.causal && self.waits_for_a_cause(place, to as ProcessId, &message))
    }

    /// The faults that may strike exchanges: the message is lost, or an answer.
    pub fn ready_lost_exchanges(&mut self, place: &Place, choices: &mut Vec<Choice>, named: &mut Vec<Said>) {
        for (exchange, weight) in self.open(place) {
            let (service, mail) = self.item_of(place, exchange);
            // One that comes again has come; so has what was delivered first.
            let first = |&(to, first, _): &(ProcessId, u32, u32)| (to as u32, first) == (service, mail);
            let first = matches!(exchange, Exchange::Other(_)) && self.firsts.iter().any(first);
            if mail & AGAIN == 0 && !first {
                let label = match exchange {
                    Exchange::Listed(bit) => self.listed_label(bit, Sign::Lost),
                    Exchange::Other(_) => self.sent_label((service, mail), Sign::Lost, (false, None), named),
                };
                choices.push(Choice::new(What::LostAsked(exchange), label, weight));
            }
            let sayings = self.sayings_of(place, exchange);
            for saying in &sayings.all {
                for (index, item) in saying.heard.iter().enumerate() {
                    if saying.heard[..index].contains(item) {
                        continue;
                    }
                    let same = saying.heard.iter().filter(|other| *other == item).count() as u32;
                    let same = if self.scenario.alike { 1 } else { same };
                    let what = What::LostAnswer(exchange, index);
                    let label =
                        self.answer_label(place, exchange, &sayings, saying.number, *item, Sign::Lost, named);
                    let take = Take { number: saying.number, ..what.into() };
                    choices.push(Choice::new(take, label, weight * same));
                }
            }
        }
    }
}

/// A listed exchange is open no more.
fn taken(place: &mut Place, bit: usize) {
    put(&mut place.flight, bit, false);
    if let Some(peril) = &mut place.peril {
        put(&mut peril.came, bit, true);
        if peril.left.duplicates > 0 {
            put(&mut peril.open, bit, true);
        }
    }
}

fn may_come_again(place: &mut Place, item: Item) {
    if let Some(peril) = place.peril.as_mut().filter(|peril| peril.left.duplicates > 0)
        && item.1 & AGAIN == 0
    {
        insert(&mut peril.done, item);
    }
}

fn fail(place: &mut Place, failed: Option<u32>) {
    let owing = place.owing.as_mut().expect("services are here");
    if let Some(failed) = failed.filter(|failed| !owing.failed.contains(failed)) {
        insert(&mut owing.failed, failed);
    }
}
