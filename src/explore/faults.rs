//! What may go wrong: messages that come twice, messages that vanish, hosts that stop within a step.
//!
//! A fault may be taken while its budget lasts and never must be, so an ordering may end where nothing but
//! faults could follow. On our own host a step and its effects are saved together: after a crash the input
//! is in flight again, its instance knows it, and the kernel answers `duplicate`. On a host that delivers
//! at least once nothing is saved before all is sent: what a crash leaves is the instance as it was, and
//! as many effects as were out.
//!
//! Which ids an instance remembers is told by which deliveries were made: an id is put before the kernel
//! again when a copy comes, and is no part of a world in which none can come.

use super::choice::{Applied, Choice, Exchange, Take, What};
use super::explorer::Explorer;
use super::labels::{About, Said, Sign};
use super::listed::{Delivery, has};
use super::place::{AGAIN, Copied, Input, Item, Peril, Place};
use super::scenario::{Alarms, Host};
use super::steps::Given;

/// A set of deliveries with one more, or one less.
pub(super) fn put(set: &mut [u32], bit: usize, member: bool) {
    match member {
        true => set[bit / 32] |= 1 << (bit % 32),
        false => set[bit / 32] &= !(1 << (bit % 32)),
    }
}

impl Peril {
    /// Without a duplicate left nobody asks any more what could be repeated.
    pub(super) fn forget(&mut self) {
        if self.left.duplicates == 0 {
            self.open.fill(0);
            self.done.clear();
        }
    }
}

pub(super) fn insert<T: Ord>(sorted: &mut Vec<T>, item: T) {
    let at = sorted.partition_point(|other| *other <= item);
    sorted.insert(at, item);
}

impl Explorer<'_> {
    /// The host remembers nothing, and saves what an instance is after it has sent.
    pub fn forgets(&self) -> bool {
        self.scenario.host == Host::AtLeastOnce
    }

    /// What the first messages leave to the faults that may follow.
    pub fn begin_peril(&mut self) -> Option<Peril> {
        let left = self.scenario.faults;
        let none = vec![0; self.listed.words];
        let mut done: Vec<Item> = Vec::new();
        for stimulus in self.scenario.first.iter().filter(|_| left.duplicates > 0) {
            let mail = self.steps.mails.number(&stimulus.message, false);
            let hearers = self.hearers(&stimulus.message);
            hearers.into_iter().for_each(|process| insert(&mut done, (process as u32, mail)));
        }
        let peril = Peril { left, stops: None, came: none.clone(), open: none, done, copies: Vec::new() };
        left.any().then_some(peril)
    }

    /// Duplicates that are in flight again.
    pub fn ready_copies(&mut self, place: &Place, choices: &mut Vec<Choice>, named: &mut Vec<Said>) {
        let Some(peril) = &place.peril else { return };
        let mut others = Vec::new();
        for (index, copy) in peril.copies.iter().enumerate() {
            match *copy {
                Copied::Listed(bit) => choices.push(self.listed_choice(What::Copy(index), bit, Sign::Again)),
                Copied::Other(item) => others.push((index, item)),
            }
        }
        for (index, item, weight) in self.sorted(others) {
            let label = self.sent_label(item, Sign::Again, (false, None), named);
            choices.push(Choice::new(What::Copy(index), label, weight));
        }
    }

    /// The faults that may strike: duplicates, then losses. Crashes strike steps, see [`Self::with_stops`].
    pub fn ready_faults(&mut self, place: &Place, choices: &mut Vec<Choice>, named: &mut Vec<Said>) {
        let Some(peril) = &place.peril else { return };
        let bits = 0..self.listed.deliveries.len();
        if peril.left.duplicates > 0 {
            for bit in (0..self.listed.len()).filter(|&bit| has(&peril.open, bit)) {
                choices.push(self.listed_choice(What::Again(bit), bit, Sign::Again));
            }
            let done = peril.done.iter().copied().enumerate().collect();
            for (index, item, weight) in self.sorted(done) {
                // One that is in flight already is another than one that may come to be.
                let label = self.sent_label(item, Sign::Again, (true, None), named);
                choices.push(Choice::new(What::AgainOther(index), label, weight));
            }
        }
        if peril.left.losses > 0 {
            for bit in bits.filter(|&bit| has(&place.flight, bit)) {
                choices.push(self.listed_choice(What::Lost(bit), bit, Sign::Lost));
            }
            if place.owing.is_some() {
                self.ready_lost_items(place, choices, named);
                self.ready_lost_exchanges(place, choices, named);
            }
        }
    }

    /// What processes say to each other stands in their journals; what a service hears, or says, may be lost.
    fn ready_lost_items(&mut self, place: &Place, choices: &mut Vec<Choice>, named: &mut Vec<Said>) {
        let lost = |&(_, &(to, mail)): &(usize, &Item)| {
            let says = self.steps.mails.get(mail & !AGAIN).by.is_some();
            says || self.steps.crew.service(to as usize).is_some()
        };
        let found = place.items.iter().enumerate().filter(lost).map(|(index, &item)| (index, item));
        let found: Vec<(usize, Item)> = found.collect();
        // Where order is kept it matters which of several that are alike is lost.
        let found = match self.order.fifo {
            true => found.into_iter().map(|(index, item)| (index, item, 1)).collect(),
            false => self.sorted(found),
        };
        for (index, item, weight) in found {
            let which = self.order.fifo.then_some((true, index as u32));
            let label = self.sent_label(item, Sign::Lost, (item.1 & AGAIN != 0, which), named);
            choices.push(Choice::new(What::LostSent(index), label, weight));
        }
    }

    fn listed_choice(&mut self, what: What, bit: usize, sign: Sign) -> Choice {
        Choice::new(what, self.listed_label(bit, sign), 1)
    }

    /// In canonical order, one for all that are the same.
    fn sorted(&self, all: Vec<(usize, Item)>) -> Vec<(usize, Item, u32)> {
        let mut found: Vec<(usize, Item, u32)> = Vec::new();
        for (index, item) in all {
            match found.iter_mut().find(|(_, known, _)| *known == item) {
                Some((_, _, weight)) if !self.scenario.alike => *weight += 1,
                Some(_) => {}
                None => found.push((index, item, 1)),
            }
        }
        found.sort_by(|&(_, a, _), &(_, b, _)| self.canonical(a, b));
        found
    }

    /// A host may stop within any step, as long as a crash is left: behind each choice the same once more.
    pub fn with_stops(&mut self, place: &Place, choices: &mut Vec<Choice>) {
        if place.left().crashes == 0 {
            return;
        }
        let mut all = std::mem::take(&mut self.spare);
        std::mem::swap(&mut all, choices);
        for choice in all.drain(..) {
            choices.push(choice);
            if self.is_step(place, choice.take.what) {
                choices.push(Choice { take: Take { stops: true, ..choice.take }, ..choice });
            }
        }
        self.spare = all;
    }

    /// Within a step there is nothing but the points at which the host may stop.
    pub fn ready_crashes(&mut self, place: &Place, input: Input, number: u16, choices: &mut Vec<Choice>) {
        let (slot, given) = self.given(place, input, false, number);
        let process = self.steps.slots[slot as usize].0;
        let points = match self.forgets() {
            true => self.step_of(place, slot, given).1,
            false => 1,
        };
        for point in 0..points {
            let point = point as u32;
            let about = About::Crash(process, (points > 1).then_some(point));
            let label = self.labels.known(about).unwrap_or_else(|| {
                let name = self.steps.crew.name(process);
                let text =
                    if points > 1 { format!("crash({name},{point})") } else { format!("crash({name})") };
                self.labels.learn(about, text)
            });
            choices.push(Choice::new(What::Crash(point), label, 1));
        }
    }

    /// The number of the step that an input leads to, and of the points at which it may be cut short.
    fn step_of(&mut self, place: &Place, slot: u32, given: Given) -> (u32, usize) {
        let number = self.steps.take(slot, place.life(slot), given, self.clock_of(place));
        (number, self.steps.step(number).parts.len())
    }

    /// Whether a choice is a step of somebody with a memory.
    pub fn is_step(&self, place: &Place, what: What) -> bool {
        let asked = |to: u32| self.steps.crew.is_asked(to as usize);
        match what {
            What::First | What::Unheard(_) | What::Crash(_) => false,
            What::Again(bit) => bit < self.listed.deliveries.len(),
            What::AgainOther(index) => {
                !asked(place.peril.as_ref().expect("a fault is only where there are any").done[index].0)
            }
            other => !other.is_loss(),
        }
    }

    /// A choice that reaches nobody with a memory: a loss, silence, a message to who remembers nothing.
    pub fn without_step(&mut self, next: &mut Place, Take { what, number, .. }: Take) -> Applied {
        if what.is_loss() {
            peril(next).left.losses -= 1;
        }
        let mut sent = 0;
        match what {
            What::Lost(bit) | What::LostAsked(Exchange::Listed(bit)) => put(&mut next.flight, bit, false),
            What::LostSent(index) => _ = next.items.remove(index),
            What::LostAsked(Exchange::Other(index)) => {
                next.owing.as_mut().expect("services are here").open.remove(index);
            }
            What::LostAnswer(exchange, index) => sent = self.answer(next, exchange, number, Some(index)).0,
            What::Unheard(exchange) => sent = self.answer(next, exchange, number, None).0,
            What::Again(_) | What::AgainOther(_) => {
                let peril = peril(next);
                peril.left.duplicates -= 1;
                let (service, mail) = match what {
                    What::Again(bit) => {
                        put(&mut peril.open, bit, false);
                        let exchange = self.listed.on_its_way(bit);
                        (exchange.process as u32, exchange.mail)
                    }
                    What::AgainOther(index) => peril.done.remove(index),
                    _ => unreachable!("{what:?} is no duplicate"),
                };
                peril.forget();
                // Where no id is remembered, it is asked once more.
                if self.forgets() {
                    self.ask(next, service as usize, mail | AGAIN);
                }
            }
            other => unreachable!("{other:?} is a step"),
        }
        Applied { sent, ..Applied::NOTHING }
    }

    /// Takes an input out of what is in flight, or off a budget; and whether it was delivered before.
    pub fn take_out(&mut self, next: &mut Place, Take { what, number, .. }: Take) -> (Input, bool) {
        let duplicates = next.left().duplicates;
        let taken = match what {
            What::Listed(bit) => {
                put(&mut next.flight, bit, false);
                let again = next.peril.as_mut().is_some_and(|peril| {
                    let again = has(&peril.came, bit);
                    put(&mut peril.came, bit, true);
                    if !again && duplicates > 0 {
                        put(&mut peril.open, bit, true);
                    }
                    again
                });
                (Input::Listed(bit), again)
            }
            What::Sent(index) => {
                let (to, mail) = next.items.remove(index);
                let again = mail & AGAIN != 0;
                if let Some(peril) = next.peril.as_mut().filter(|_| !again && duplicates > 0) {
                    insert(&mut peril.done, (to, mail));
                }
                (Input::Sent((to, mail)), again)
            }
            What::Answer(exchange, index) => {
                let item = self.answer(next, exchange, number, Some(index)).1.expect("it arrives");
                if let Some(peril) = next.peril.as_mut().filter(|_| duplicates > 0) {
                    insert(&mut peril.done, item);
                }
                (Input::Sent(item), false)
            }
            What::Ring(slot, alarm) => return (Input::Ring(slot, alarm), false),
            What::Copy(index) => (Input::Copy(peril(next).copies.remove(index)), true),
            What::Again(bit) => {
                let peril = peril(next);
                put(&mut peril.open, bit, false);
                peril.left.duplicates -= 1;
                (Input::Copy(Copied::Listed(bit)), true)
            }
            What::AgainOther(index) => {
                let peril = peril(next);
                peril.left.duplicates -= 1;
                (Input::Copy(Copied::Other(peril.done.remove(index))), true)
            }
            other => unreachable!("{other:?} is no step"),
        };
        next.peril.iter_mut().for_each(Peril::forget);
        taken
    }

    /// What an instance is given: a message it knows already, where its host remembers what it handled.
    pub fn given(&mut self, place: &Place, input: Input, again: bool, number: u16) -> (u32, Given) {
        let known = again && !self.forgets();
        let (slot, mail, more) = match input {
            Input::Ring(slot, alarm) => return (slot, Given::Ring(alarm as u16)),
            Input::Listed(bit) | Input::Copy(Copied::Listed(bit)) => {
                let Delivery { mail, slot, .. } = self.listed.deliveries[bit];
                (slot, mail, self.another_flies(place, bit))
            }
            Input::Sent((to, mail)) | Input::Copy(Copied::Other((to, mail))) => {
                let mail = mail & !AGAIN;
                (self.slot_for(to as usize, mail), mail, false)
            }
        };
        (slot, if known { Given::Again(mail) } else { Given::Mail(mail, more, number) })
    }

    /// Whether another copy of a listed message is still in flight, where that matters.
    pub fn another_flies(&self, place: &Place, bit: usize) -> bool {
        let Delivery { mail, process, .. } = self.listed.deliveries[bit];
        let same = |other: &Delivery| other.mail == mail && other.process == process;
        let flies = |(other, delivery)| other != bit && same(delivery) && has(&place.flight, other);
        self.steps.mails.get(mail).copied && self.listed.deliveries.iter().enumerate().any(flies)
    }

    /// The host stops within the step that has begun, where so many effects are out, and starts again.
    pub fn crash(&mut self, next: &mut Place, point: u32) -> Applied {
        let (input, number) = next.stops().expect("only a step can be cut short");
        let mut applied = Applied::NOTHING;
        if self.forgets() {
            let (slot, given) = self.given(next, input, false, number);
            let number = self.step_of(next, slot, given).0;
            let step = self.steps.step(number);
            let ((sent, out), passed) = (step.parts[point as usize], step.passed);
            let before = next.life(slot);
            self.note_commands(next, slot, number, point as usize);
            self.send_all(next, number, out);
            next.sent = self.steps.bags.sum(next.sent, sent);
            if matches!(given, Given::Ring(_)) && self.scenario.alarms == Alarms::Last {
                // That time has passed is no matter of what was saved.
                let later = self.steps.shifted(before, passed);
                next.set_life(slot, later);
                self.pass(next, slot, passed);
            }
            applied.sent = sent;
        }
        match input {
            Input::Listed(bit) => put(&mut next.flight, bit, true),
            Input::Sent((to, mail)) => self.put_back(next, (to, mail | AGAIN)),
            Input::Copy(copy) => insert(&mut peril(next).copies, copy),
            // What was saved says that it rang, or that it is armed.
            Input::Ring(..) => {}
        }
        let peril = peril(next);
        peril.stops = None;
        peril.left.crashes -= 1;
        applied
    }

    /// Before all that its sender sent later, where that matters: it was the first to come.
    fn put_back(&mut self, next: &mut Place, item: Item) {
        let source = |(to, mail): &Item| (*to, &self.steps.mails.get(mail & !AGAIN).message.source);
        let at = match self.order.fifo {
            true => next.items.partition_point(|other| source(other) < source(&item)),
            false => next.items.partition_point(|other| *other <= item),
        };
        next.items.insert(at, item);
    }
}

fn peril(place: &mut Place) -> &mut Peril {
    place.peril.as_mut().expect("a fault is only where there are any")
}
