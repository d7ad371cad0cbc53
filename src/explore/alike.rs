//! Where ids are told because they say who caused what: what must wait for its cause, and which messages
//! are alike for all that.

use super::choice::{Choice, Exchange, What};
use super::explorer::Explorer;
use super::listed::Delivery;
use super::place::{AGAIN, Copied, Item, Place};
use crate::event::{Message, Name};
use crate::runtime::ProcessId;
use std::collections::BTreeSet;

impl Explorer<'_> {
    /// Of messages that are alike in everything but id, also in what came of them, the first.
    pub fn one_of_alike(&self, place: &Place, choices: &mut Vec<Choice>) {
        let all = choices.clone();
        let mut index = 0;
        choices.retain(|choice| {
            let earlier = &all[..index];
            index += 1;
            let other_is_alike = |one, other| self.exchanges_are_alike(place, one, other);
            !earlier.iter().any(|before| match (before.take.what, choice.take.what) {
                // What was delivered before and what was not are two things.
                (What::Listed(one), What::Listed(other)) | (What::Lost(one), What::Lost(other)) => {
                    (place.peril.is_none() || place.came(one) == place.came(other))
                        && self.listed_are_alike(place, one, other)
                }
                (What::Again(one), What::Again(other)) => self.listed_are_alike(place, one, other),
                (What::Answer(one, index), What::Answer(other, same))
                | (What::LostAnswer(one, index), What::LostAnswer(other, same)) => {
                    other_is_alike(one, other) && (index, before.take.number) == (same, choice.take.number)
                }
                (What::Unheard(one), What::Unheard(other)) => {
                    other_is_alike(one, other) && before.take.number == choice.take.number
                }
                (What::LostAsked(one), What::LostAsked(other)) => other_is_alike(one, other),
                (What::Sent(one), What::Sent(other)) | (What::LostSent(one), What::LostSent(other)) => {
                    self.sent_are_alike(place, place.items[one], place.items[other])
                }
                (What::AgainOther(one), What::AgainOther(other)) => {
                    let done = |index: usize| place.peril.as_ref().expect("it has faults").done[index];
                    self.sent_are_alike(place, done(one), done(other))
                }
                (What::Copy(one), What::Copy(other)) => {
                    let copies = |index: usize| place.peril.as_ref().expect("it has faults").copies[index];
                    match (copies(one), copies(other)) {
                        (Copied::Listed(one), Copied::Listed(other)) => {
                            self.listed_are_alike(place, one, other)
                        }
                        (Copied::Other(one), Copied::Other(other)) => self.sent_are_alike(place, one, other),
                        _ => false,
                    }
                }
                _ => false,
            })
        });
    }

    fn listed_are_alike(&self, place: &Place, one: usize, other: usize) -> bool {
        let asked = |bit: usize| bit >= self.listed.deliveries.len();
        if !self.order.causal {
            // Without causes it is enough that they say the same.
            return match (asked(one), asked(other)) {
                (false, false) => self.listed.are_kin(one, other),
                (true, true) => self.listed.exchange_kin(one) == self.listed.exchange_kin(other),
                _ => false,
            };
        }
        let (one, other) = (self.listed.on_its_way(one), self.listed.on_its_way(other));
        let message = |delivery: &Delivery| &self.scenario.deliver[delivery.message].message;
        one.process == other.process
            && self.listed.are_alike(one.message, other.message)
            && self.are_alike(place, message(one), message(other))
    }

    fn exchanges_are_alike(&self, place: &Place, one: Exchange, other: Exchange) -> bool {
        match (one, other) {
            (Exchange::Listed(one), Exchange::Listed(other)) => self.listed_are_alike(place, one, other),
            (Exchange::Other(_), Exchange::Other(_)) => {
                self.sent_are_alike(place, self.item_of(place, one), self.item_of(place, other))
            }
            _ => false,
        }
    }

    fn sent_are_alike(&self, place: &Place, (to, one): Item, (also_to, other): Item) -> bool {
        let message = |mail: u32| &self.steps.mails.get(mail & !AGAIN).message;
        let says = |mail: u32| {
            let message = message(mail);
            (&message.type_, &message.source, message.kind, &message.data, message.conversation())
        };
        to == also_to
            && one & AGAIN == other & AGAIN
            && says(one) == says(other)
            && (!self.tells_causes || self.are_alike(place, message(one), message(other)))
    }

    /// Whether two messages that say the same are on their way to the same, behind the same, and whether
    /// what waits, will ring or is on its way came of both or of neither.
    fn are_alike(&self, place: &Place, one: &Message, other: &Message) -> bool {
        let behind = |message: &Message| -> BTreeSet<Name> {
            let line = self.line(message).into_iter().filter(|id| *id != message.id);
            line.filter(|id| !self.receivers(place, id).is_empty()).collect()
        };
        let both_or_none = |line: &[Name]| line.contains(&one.id) == line.contains(&other.id);
        let lives = place.lives.iter().map(|&life| &self.steps.lives.get(life).instance);
        let waiting = lives.filter(|instance| instance.parked.is_none());
        let mut waiting = waiting
            .flat_map(|instance| instance.deferred.iter().map(|kept| &kept.message).chain(&instance.alarms));
        let open = place.owing.iter().flat_map(|owing| &owing.open);
        let mut sent =
            place.items.iter().chain(open).map(|&(_, mail)| &self.steps.mails.get(mail & !AGAIN).message);
        self.receivers(place, &one.id) == self.receivers(place, &other.id)
            && behind(one) == behind(other)
            && (!self.tells_causes
                || waiting.all(|message| both_or_none(&self.line(message)))
                    && sent.all(|message| both_or_none(&self.line(message)[1..])))
    }

    /// To whom a message is still on its way.
    fn receivers(&self, place: &Place, id: &Name) -> Vec<ProcessId> {
        let here = |&process: &ProcessId| match self.listed_ids.get(id) {
            Some(&listed) => self.listed.flies(&place.flight, listed, process),
            None => place.items.iter().any(|&(to, mail)| {
                to as ProcessId == process && self.steps.mails.get(mail & !AGAIN).message.id == *id
            }),
        };
        (0..self.steps.crew.members).filter(here).collect()
    }

    /// The ids of the messages that led to a message, its own first; where ids are told.
    fn line(&self, message: &Message) -> Vec<Name> {
        let mut line = vec![message.id.clone()];
        while let Some(last) = line.last() {
            if let Some(&listed) = self.listed_ids.get(last) {
                let causes = self.listed.causes(listed).iter();
                line.extend(causes.map(|&cause| self.scenario.deliver[cause].message.id.clone()));
                return line;
            }
            match self.steps.caused_by.get(last) {
                Some(cause) => line.push(cause.clone()),
                None => return line,
            }
        }
        line
    }

    /// Whether something that led to this message is still on its way to the same process.
    pub fn waits_for_a_cause(&self, place: &Place, to: ProcessId, message: &Message) -> bool {
        self.line(message)[1..].iter().any(|id| self.receivers(place, id).contains(&to))
    }
}
