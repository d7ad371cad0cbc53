//! What a choice takes, wherever it stands in a world.
//!
//! A choice names a message by its place among those that are in flight, which another scene has elsewhere. Here it is named
//! by itself, with all of the scene on which it depends what comes of it.

use super::choice::{Exchange, Take, What};
use super::explorer::Explorer;
use super::listed::has;
use super::place::{AGAIN, Copied, Input, Item, Peril, Place};
use std::hash::{Hash, Hasher};
use std::mem::discriminant;

/// What is asked of an instance, or of nobody: equal where it is the same to them, and does the same to the scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    taken: Taken,
    /// The number of the moment.
    clock: u32,
    /// Of which faults any are left: where no duplicate is, nobody notes what could be repeated.
    left: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// A listed message; whether it came before, and whether another copy with its id is still in flight.
    Listed(usize, bool, bool),
    Sent(Item),
    Copy(Copied),
    Ring(u32, usize),
    First,
    Answer(Open, u16, usize),
    Unheard(Open, u16),
    Again(usize),
    AgainOther(Item),
    Lost(usize),
    LostSent(Item),
    LostAsked(Open),
    LostAnswer(Open, u16, usize),
    Crash(u32, Option<(Input, u16)>),
}

/// A message to a service without `entity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Listed(usize),
    Other(Item),
}

impl Hash for Asked {
    /// Asked for at every choice of a scene: what tells nearly all of them apart is enough.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let item = |(to, mail): Item| u64::from(to) << 32 | u64::from(mail);
        let what = match self.taken {
            Taken::Listed(bit, ..) | Taken::Again(bit) | Taken::Lost(bit) => bit as u64,
            Taken::Sent(one) | Taken::AgainOther(one) | Taken::LostSent(one) => item(one),
            Taken::Copy(Copied::Other(one)) => item(one),
            Taken::Copy(Copied::Listed(bit)) => bit as u64,
            Taken::Ring(slot, alarm) => item((slot, alarm as u32)),
            Taken::Answer(open, number, index) | Taken::LostAnswer(open, number, index) => {
                open.told() ^ u64::from(number) << 48 ^ (index as u64) << 40
            }
            Taken::Unheard(open, number) => open.told() ^ u64::from(number) << 48,
            Taken::LostAsked(open) => open.told(),
            Taken::Crash(point, _) => u64::from(point),
            Taken::First => 0,
        };
        state.write_u64(what);
        discriminant(&self.taken).hash(state);
    }
}

impl Open {
    fn told(self) -> u64 {
        match self {
            Open::Listed(bit) => bit as u64,
            Open::Other((to, mail)) => u64::from(to) << 32 | u64::from(mail),
        }
    }
}

impl Asked {
    pub fn of(explorer: &Explorer, place: &Place, take: Take) -> Asked {
        let left = place.peril.as_ref().map_or(0, Peril::left_of_any);
        Asked { taken: Taken::of(explorer, place, take), clock: place.clock, left }
    }

    /// The message, if it is one that was sent and has not come before.
    pub fn sent(&self) -> Option<u32> {
        match self.taken {
            Taken::Sent((_, mail)) if mail & AGAIN == 0 => Some(mail),
            _ => None,
        }
    }
}

impl Taken {
    fn of(explorer: &Explorer, place: &Place, Take { what, number, .. }: Take) -> Taken {
        let open = |exchange: Exchange| match exchange {
            Exchange::Listed(bit) => Open::Listed(bit),
            Exchange::Other(_) => Open::Other(explorer.item_of(place, exchange)),
        };
        let peril = || place.peril.as_ref().expect("a fault is only where there are any");
        match what {
            What::Listed(bit) => {
                let again = place.peril.as_ref().is_some_and(|peril| has(&peril.came, bit));
                Taken::Listed(bit, again, explorer.another_flies(place, bit))
            }
            What::Sent(index) => Taken::Sent(place.items[index]),
            What::Copy(index) => Taken::Copy(peril().copies[index]),
            What::Ring(slot, alarm) => Taken::Ring(slot, alarm),
            What::First => Taken::First,
            What::Answer(exchange, index) => Taken::Answer(open(exchange), number, index),
            What::Unheard(exchange) => Taken::Unheard(open(exchange), number),
            What::Again(bit) => Taken::Again(bit),
            What::AgainOther(index) => Taken::AgainOther(peril().done[index]),
            What::Lost(bit) => Taken::Lost(bit),
            What::LostSent(index) => Taken::LostSent(place.items[index]),
            What::LostAsked(exchange) => Taken::LostAsked(open(exchange)),
            What::LostAnswer(exchange, index) => Taken::LostAnswer(open(exchange), number, index),
            What::Crash(point) => Taken::Crash(point, place.stops()),
        }
    }
}
