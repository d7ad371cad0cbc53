//! What may come next where parts are side by side, in canonical order.

use super::apart::Part;
use super::beside::Beside;
use super::choice::{Choice, Exchange, What};
use super::explorer::Explorer;
use super::faults::put;
use super::listed::has;
use super::place::{AGAIN, Copied, Item, Peril, Place};
use super::scenario::Faults;
use super::sides::Side;
use crate::runtime::ProcessId;

impl Beside<'_> {
    /// All that may come next, in canonical order: of which side, and its choice.
    pub fn choices(&self, explorer: &mut Explorer, worlds: &[u32]) -> Vec<(usize, u32)> {
        let (mut listed, mut others) = (Vec::new(), Vec::new());
        for (index, (side, &world)) in self.sides.iter().zip(worlds).enumerate() {
            if !side.passing.is_empty() {
                listed.extend(side.passing.get(world as usize).map(|&(bit, _)| (bit, index, 0)));
                continue;
            }
            let part = &self.parts[side.part];
            let deliveries = part.stage.listed.deliveries.len();
            let mut room = Vec::new();
            for (choice, edge) in part.graph.edges(world as usize, &mut room).iter().enumerate() {
                match usize::from(edge.label) {
                    bit if bit < deliveries => listed.push((part.bits[bit], index, choice as u32)),
                    _ => others.push((index, choice as u32)),
                }
            }
        }
        let served = self.sides.iter().any(|side| !side.by_label);
        if served || others.iter().any(|(index, _)| *index != others[0].0) {
            return self.ready(explorer, worlds);
        }
        // What is listed comes before all else.
        listed.sort_unstable();
        listed.into_iter().map(|(_, index, choice)| (index, choice)).chain(others).collect()
    }

    /// The same as the whole has it.
    fn ready(&self, explorer: &mut Explorer, worlds: &[u32]) -> Vec<(usize, u32)> {
        let places = self.sides.iter().zip(worlds).map(|(side, &world)| {
            let mut place = Place::default();
            if side.passing.is_empty() {
                self.parts[side.part].graph.read(world as usize, &mut place);
            }
            place
        });
        let places: Vec<Place> = places.collect();
        let mut whole = Place { flight: vec![0; explorer.listed.words], ..Place::default() };
        for ((side, place), &world) in self.sides.iter().zip(&places).zip(worlds) {
            side.passing.iter().skip(world as usize).for_each(|&(bit, _)| put(&mut whole.flight, bit, true));
            if !side.passing.is_empty() {
                continue;
            }
            let part = &self.parts[side.part];
            let flies = part.bits.iter().enumerate().filter(|(bit, _)| has(&place.flight, *bit));
            flies.for_each(|(_, &number)| put(&mut whole.flight, number, true));
            part.slots.iter().for_each(|&slot| whole.set_life(slot, place.life(slot)));
            // Of an instance that several reach nothing but its alarms matters here.
            part.rings.iter().for_each(|&slot| whole.set_life(slot, place.life(slot)));
            add_peril(&mut whole, place, &part.bits);
            whole.items.extend_from_slice(&place.items);
            if let Some(owing) = &place.owing {
                let all = whole.owing.get_or_insert_default();
                all.begun = owing.begun;
                all.open.extend_from_slice(&owing.open);
            }
        }
        match explorer.order.fifo {
            // What comes to one process is of one part, and in order there.
            true => whole.items.sort_by_key(|item| item.0),
            false => whole.items.sort_unstable(),
        }
        if let Some(owing) = &mut whole.owing {
            owing.open.sort_unstable();
        }
        if let Some(peril) = &mut whole.peril {
            peril.done.sort_unstable();
            peril.copies.sort_unstable();
        }
        let mut choices = Vec::new();
        explorer.ready(&whole, &mut choices);
        let mut seen = vec![0; self.sides.len()];
        let numbered = choices.iter().filter_map(|choice| {
            let index = self.side_of(explorer, &whole, &places, choice)?;
            // What another may still do, and this one has done as often as may be.
            if !choice.take.faults().within(places[index].left()) {
                return None;
            }
            // Of those that pass by only the next.
            if let (What::Listed(bit), Some(next)) =
                (choice.take.what, self.sides[index].passing.get(worlds[index] as usize))
                && bit != next.0
            {
                return None;
            }
            seen[index] += 1;
            Some((index, seen[index] - 1))
        });
        numbered.collect()
    }

    fn side_of(
        &self,
        explorer: &mut Explorer,
        whole: &Place,
        places: &[Place],
        choice: &Choice,
    ) -> Option<usize> {
        let has = |side: &Side, bit: usize| {
            self.parts[side.part].bits.contains(&bit) || side.passing.iter().any(|passing| passing.0 == bit)
        };
        let of_bit = |bit: usize| self.sides.iter().position(|side| has(side, bit));
        let of_slot = |slot: u32| {
            let reaches = |part: &Part| part.slots.contains(&slot) || part.rings.contains(&slot);
            self.sides.iter().position(|side| reaches(&self.parts[side.part]))
        };
        let mut of_item = |(to, mail): Item| of_slot(explorer.slot_for(to as ProcessId, mail & !AGAIN));
        let of_exchange = |exchange: Exchange| match exchange {
            Exchange::Listed(bit) => of_bit(bit),
            Exchange::Other(index) => {
                let item = whole.owing.as_ref()?.open[index];
                places.iter().position(|place| place.owing.as_ref().is_some_and(|o| o.open.contains(&item)))
            }
        };
        let peril = || whole.peril.as_ref().expect("a fault is only where there are any");
        match choice.take.what {
            What::Listed(bit) | What::Again(bit) | What::Lost(bit) => of_bit(bit),
            What::Sent(index) | What::LostSent(index) => of_item(whole.items[index]),
            What::Copy(index) => match peril().copies[index] {
                Copied::Listed(bit) => of_bit(bit),
                Copied::Other(item) => of_item(item),
            },
            What::AgainOther(index) => {
                let item = peril().done[index];
                let may = |place: &Place| place.peril.as_ref().is_some_and(|own| own.done.contains(&item));
                places.iter().position(may)
            }
            What::Ring(slot, _) => of_slot(slot),
            What::Answer(exchange, _)
            | What::Unheard(exchange)
            | What::LostAsked(exchange)
            | What::LostAnswer(exchange, _) => of_exchange(exchange),
            // One ends where the other begins.
            What::First | What::Crash(_) => None,
        }
    }
}

/// What faults may do in a part is put to what they may do in all of them. Of a budget as much is left as to any.
fn add_peril(whole: &mut Place, place: &Place, bits: &[usize]) {
    let Some(own) = &place.peril else { return };
    let words = whole.flight.len();
    let all = whole.peril.get_or_insert_with(|| Peril {
        came: vec![0; words],
        open: vec![0; words],
        ..Peril::default()
    });
    let Faults { duplicates, losses, crashes } = own.left;
    all.left.duplicates = all.left.duplicates.max(duplicates);
    all.left.losses = all.left.losses.max(losses);
    all.left.crashes = all.left.crashes.max(crashes);
    for (bit, &number) in bits.iter().enumerate() {
        put(&mut all.came, number, has(&own.came, bit));
        put(&mut all.open, number, has(&own.open, bit));
    }
    all.done.extend_from_slice(&own.done);
    all.copies.extend(own.copies.iter().map(|&copy| match copy {
        Copied::Listed(bit) => Copied::Listed(bits[bit]),
        other => other,
    }));
}
