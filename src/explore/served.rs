//! Services with `entity`: of a message that reaches one, a choice for each alternative that it may take.

use super::choice::{Choice, Take, What};
use super::exchange::numbered;
use super::explorer::Explorer;
use super::listed::has;
use super::place::{AGAIN, Copied, Item, Place};
use super::steps::Slot;
use crate::event::Time;
use crate::runtime::ProcessId;
use crate::step::possible_for;
use std::sync::Arc;

impl Explorer<'_> {
    /// Of each message to a service with `entity` a choice for each of its alternatives.
    pub fn with_alternatives(&mut self, place: &Place, choices: &mut Vec<Choice>) {
        let mut all = std::mem::take(&mut self.spare);
        std::mem::swap(&mut all, choices);
        for choice in all.drain(..) {
            let Some((slot, mail)) = self.served(place, choice.take) else {
                choices.push(choice);
                continue;
            };
            let numbers = self.numbers(place, slot, mail);
            for &served in &*numbers {
                let take = Take { served, ..choice.take };
                let label = match numbers.len() {
                    1 => choice.label,
                    _ => self.labels.served(choice.label, served),
                };
                choices.push(Choice { take, label, ..choice });
            }
        }
        self.spare = all;
    }

    /// The entity that a choice brings a message to, and the message, unless it is known there.
    fn served(&mut self, place: &Place, Take { what, number, .. }: Take) -> Option<(u32, u32)> {
        let forgets = self.forgets();
        let listed = |bit: usize, again: bool| {
            let delivery = self.listed.deliveries.get(bit)?;
            let serves = self.steps.crew.service(delivery.process).is_some() && (!again || forgets);
            serves.then_some((delivery.slot, delivery.mail))
        };
        let (to, mail) = match what {
            What::First => return self.beginning(place).map(|(_, mail, slot)| (slot, mail)),
            What::Listed(bit) => {
                return listed(bit, place.peril.as_ref().is_some_and(|peril| has(&peril.came, bit)));
            }
            What::Again(bit) => return listed(bit, true),
            What::Sent(index) => place.items[index],
            What::Answer(exchange, index) => self.sayings_of(place, exchange).of(number).heard[index],
            What::AgainOther(index) => again(place.peril.as_ref()?.done[index]),
            What::Copy(index) => match place.peril.as_ref()?.copies[index] {
                Copied::Listed(bit) => return listed(bit, true),
                Copied::Other(item) => again(item),
            },
            _ => return None,
        };
        let to = to as ProcessId;
        let serves = !self.steps.crew.is_asked(to) && self.steps.crew.service(to).is_some();
        if !serves || mail & AGAIN != 0 && !forgets {
            return None;
        }
        Some((self.slot_for(to, mail & !AGAIN), mail & !AGAIN))
    }

    /// The alternatives of a service with `entity`, by their numbers: one for each where there are several.
    pub fn numbers(&mut self, place: &Place, slot: u32, mail: u32) -> Arc<[u16]> {
        let clock = self.clock_of(place);
        let key = (slot, place.life(slot), mail, clock);
        if let Some(known) = self.exchanges.numbers.get(&key) {
            return known.clone();
        }
        let (id, entity): Slot = self.steps.slots[slot as usize].clone();
        let service = self.steps.crew.service(id).expect("a service").clone();
        let now = self.steps.mails.told.start.plus(clock).unwrap_or(Time::MAX);
        let instance = self.steps.instance(place.life(slot), entity);
        let message = &self.steps.mails.get(mail).message;
        let found = possible_for(&service, &instance, message, now).into_iter().map(numbered);
        let found: Arc<[u16]> = found.collect();
        self.exchanges.numbers.insert(key, found.clone());
        found
    }
}

fn again((to, mail): Item) -> Item {
    (to, mail | AGAIN)
}
