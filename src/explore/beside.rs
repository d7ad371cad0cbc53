//! The nearest ordering of a whole whose parts were explored apart: their worlds are gone through side by side, but no
//! more of them than may lie on it.
//!
//! As few steps as can be are as few as can be of each part. Of inversions that is not so: what is near in a part may have
//! to overtake what is listed of another. So the search goes backwards from where the ordering ends, what is nearest
//! first (Hart, Nilsson, Raphael 1968): what each part costs by itself, up to its world, is never more than what it costs
//! beside the others. When the beginning is reached, and all that is as near, every world is known that lies on a nearest
//! ordering; going forwards the first choice is taken that stays among them.

use super::apart::Part;
use super::choice::{Choice, Exchange, What};
use super::compose::{Combination, Known};
use super::explorer::Explorer;
use super::faults::put;
use super::listed::has;
use super::pairs::{Pairs, share};
use super::place::{AGAIN, Place};
use super::sides::{Side, Step};
use crate::runtime::ProcessId;
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

pub(super) struct Beside<'a> {
    parts: &'a [Part],
    sides: Vec<Side>,
    /// What two of them cost beside each other, where that was asked.
    pairs: Option<Pairs>,
    /// How many worlds may still be looked at.
    patience: usize,
}

/// So many worlds are looked at for all outcomes together, and so many choices of the parts are kept.
const PATIENCE: usize = 2_000_000;
const EDGES: usize = 4_000_000;

/// Where each part is.
type Row = Box<[u32]>;

/// What the way from the beginning to where all parts end costs at least, as often as a part is of pairs.
fn bound(sides: &[Side], pairs: &Pairs, row: &[u32]) -> u32 {
    let near = |side: usize| sides[side].near[row[side] as usize];
    if sides.len() == 1 {
        return near(0);
    }
    let beside = |one: usize, other: usize| {
        let known = pairs.near(sides, (one, row[one]), (other, row[other]));
        known.unwrap_or_else(|| near(one) + near(other))
    };
    let with_others = |one: usize| -> u32 { (one + 1..sides.len()).map(|other| beside(one, other)).sum() };
    (0..sides.len()).map(with_others).sum()
}

impl<'a> Beside<'a> {
    /// None where a part is too large.
    pub fn new(explorer: &mut Explorer, parts: &'a mut [Part], known: &[Known]) -> Option<Beside<'a>> {
        if parts.iter().map(|part| part.graph.edge_count()).sum::<usize>() > EDGES {
            return None;
        }
        let mut sides = Vec::new();
        let words = explorer.listed.words;
        for (index, (part, known)) in
            parts.iter_mut().zip(known).enumerate().filter(|(_, (part, _))| !part.is_idle())
        {
            if part.passes {
                continue;
            }
            explorer.change(&mut part.stage);
            let side = Side::of(explorer, part, known, words, index);
            explorer.change(&mut part.stage);
            sides.push(side);
        }
        sides.extend(Side::of_passing(parts, words));
        // What is interchangeable in a part is so in the whole.
        let groups = parts.iter().flat_map(|part| {
            let groups = part.stage.interchange.groups();
            groups.map(|group| group.iter().map(|&bit| part.bits[bit]).collect())
        });
        explorer.listed.interchange(&groups.collect::<Vec<_>>());
        Some(Beside { parts, sides, pairs: None, patience: PATIENCE })
    }

    /// All that may come first, in canonical order: of which part, and its choice.
    pub fn begin(&self, explorer: &mut Explorer) -> Vec<(usize, u32)> {
        let all = self.choices(explorer, &vec![0; self.sides.len()]);
        all.into_iter().map(|(index, choice)| (self.sides[index].part, choice)).collect()
    }

    /// Per outcome, by the combinations that lead to it, the nearest ordering as choices are written. None where too much
    /// would have to be looked at.
    pub fn orderings(
        &mut self,
        explorer: &mut Explorer,
        all: &[Vec<Combination>],
    ) -> Option<Vec<Vec<String>>> {
        all.iter().map(|combinations| self.ordering(explorer, combinations)).collect()
    }

    fn ordering(&mut self, explorer: &mut Explorer, combinations: &[Combination]) -> Option<Vec<String>> {
        let steps = |combination: &&Combination| -> u32 {
            self.sides.iter().map(|side| side.depths[combination[side.part] as usize]).sum()
        };
        let fewest = combinations.iter().map(|combination| steps(&combination)).min()?;
        let row = |combination: &Combination| -> Row {
            self.sides.iter().map(|side| side.worlds as u32 + combination[side.part]).collect()
        };
        let targets: Vec<Row> =
            combinations.iter().filter(|combination| steps(combination) == fewest).map(row).collect();
        let left = self.search(explorer, targets)?;
        self.follow(explorer, &left)
    }

    /// How many inversions are left from each row that may lie on a nearest way.
    fn search(&mut self, explorer: &Explorer, targets: Vec<Row>) -> Option<FxHashMap<Row, u32>> {
        if self.pairs.is_none() {
            // Most find their way sooner than it is worked out what two parts cost beside each other.
            let easy = Pairs::cells(&self.sides) / 16;
            let found = self.search_with(explorer, &targets, &Pairs::none(&self.sides), easy);
            if found.is_some() {
                return found;
            }
        }
        let pairs = self.pairs.take().unwrap_or_else(|| Pairs::of(explorer, &self.sides));
        let found = self.search_with(explorer, &targets, &pairs, usize::MAX);
        self.pairs = Some(pairs);
        found
    }

    /// None where more rows than these would have to be looked at.
    fn search_with(
        &mut self,
        explorer: &Explorer,
        targets: &[Row],
        pairs: &Pairs,
        mut rows: usize,
    ) -> Option<FxHashMap<Row, u32>> {
        let sides = &self.sides;
        let share = share(sides);
        let mut least: FxHashMap<Row, u32> = FxHashMap::default();
        let mut done: FxHashMap<Row, u32> = FxHashMap::default();
        let mut ahead = BinaryHeap::new();
        for row in targets {
            least.insert(row.clone(), 0);
            ahead.push(Reverse((bound(sides, pairs, row), 0, row.clone())));
        }
        let mut best = u32::MAX;
        while let Some(Reverse((whole, left, row))) = ahead.pop() {
            if whole > best {
                break;
            }
            if least[&row] < left || done.contains_key(&row) {
                continue;
            }
            rows = rows.checked_sub(1)?;
            self.patience = self.patience.checked_sub(1)?;
            if sides.iter().zip(&row).all(|(side, &world)| side.begins(world)) {
                best = whole;
            }
            for (index, side) in sides.iter().enumerate() {
                for step in &side.into[row[index] as usize] {
                    let (cost, more) = self.cost(explorer, pairs, &row, index, step);
                    let left = left + cost;
                    let mut before = row.clone();
                    before[index] = step.from;
                    if least.get(&before).is_none_or(|&known| left < known) {
                        let whole = (i64::from(whole) + i64::from(share * cost) + more) as u32;
                        if whole <= best {
                            least.insert(before.clone(), left);
                            ahead.push(Reverse((whole, left, before)));
                        }
                    }
                }
            }
            done.insert(row, left);
        }
        Some(done)
    }

    /// How many that are listed before a message it overtakes; and by how much more the beginning is estimated to be
    /// away from behind it than from before it, which is less than nothing as a rule.
    fn cost(&self, explorer: &Explorer, pairs: &Pairs, row: &[u32], index: usize, step: &Step) -> (u32, i64) {
        let sides = &self.sides;
        let near = |world: u32| i64::from(sides[index].near[world as usize]);
        let own = near(step.from) - near(row[index]);
        let (mut cost, mut more) = (step.listed.map_or(0, |(_, own)| own), 0);
        for (other, (side, &world)) in sides.iter().zip(row).enumerate().filter(|(other, _)| *other != index)
        {
            let flight = side.flights.get(world as usize);
            let overtakes = step
                .listed
                .zip(flight)
                .map_or(0, |((bit, _), flight)| explorer.listed.overtaken(bit as usize, flight));
            cost += overtakes;
            let known = |here: u32| pairs.near(sides, (index, here), (other, world)).map(i64::from);
            more += match (known(step.from), known(row[index])) {
                (Some(before), Some(behind)) => before - behind,
                _ => {
                    // What has come in one part has overtaken what is listed before it and in flight in another.
                    let came = &side.came[world as usize];
                    let overtaken =
                        step.listed.map_or(0, |(bit, _)| explorer.listed.behind(bit as usize, came));
                    own + i64::from(share(sides)) * (i64::from(overtaken) - i64::from(overtakes))
                }
            };
        }
        (cost, if sides.len() == 1 { own } else { more })
    }

    fn follow(&self, explorer: &mut Explorer, left: &FxHashMap<Row, u32>) -> Option<Vec<String>> {
        let mut ordering = Vec::new();
        let nothing = Pairs::none(&self.sides);
        let mut worlds: Vec<u32> = vec![0; self.sides.len()];
        // All that end alike are one.
        let row = |worlds: &[u32]| -> Option<(Row, u32)> {
            let end = |(side, world): (&Side, &u32)| {
                side.ends.get(world).map_or(*world, |outcome| side.worlds as u32 + outcome)
            };
            let row: Row = self.sides.iter().zip(worlds).map(end).collect();
            let left = *left.get(&row)?;
            Some((row, left))
        };
        let (mut here, mut rest) = row(&worlds)?;
        loop {
            if here.iter().zip(&self.sides).all(|(&world, side)| world as usize >= side.worlds) {
                return Some(ordering);
            }
            let mut found = None;
            for (index, choice) in self.choices(explorer, &worlds) {
                let side = &self.sides[index];
                let (to, text) = self.taken(index, worlds[index], choice);
                let mut next = worlds.clone();
                next[index] = to;
                let Some((there, then)) = row(&next) else { continue };
                let steps = &side.into[there[index] as usize];
                let step = steps
                    .iter()
                    .find(|step| (step.from, step.to, step.choice) == (worlds[index], to, choice));
                if step.is_some_and(|step| then + self.cost(explorer, &nothing, &here, index, step).0 == rest)
                {
                    found = Some((next, there, then, text));
                    break;
                }
            }
            let (next, there, then, text) = found?;
            ordering.push(text);
            (worlds, here, rest) = (next, there, then);
        }
    }

    /// Where a choice of a side leads, and how it is written.
    fn taken(&self, index: usize, world: u32, choice: u32) -> (u32, String) {
        let side = &self.sides[index];
        if let Some(&(_, part)) = side.passing.get(world as usize) {
            return (world + 1, self.parts[part].stage.labels.text(0).to_string());
        }
        let part = &self.parts[side.part];
        let mut room = Vec::new();
        let edge = part.graph.edges(world as usize, &mut room)[choice as usize];
        (edge.to, part.stage.labels.text(edge.label).to_string())
    }

    /// All that may come next, in canonical order: of which side, and its choice.
    fn choices(&self, explorer: &mut Explorer, worlds: &[u32]) -> Vec<(usize, u32)> {
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
        let mut choices = Vec::new();
        explorer.ready(&whole, &mut choices);
        let mut seen = vec![0; self.sides.len()];
        let numbered = choices.iter().filter_map(|choice| {
            let index = self.side_of(explorer, &whole, &places, choice)?;
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
        match choice.take.what {
            What::Listed(bit) => of_bit(bit),
            What::Sent(index) => {
                let (to, mail) = whole.items[index];
                of_slot(explorer.slot_for(to as ProcessId, mail & !AGAIN))
            }
            What::Ring(slot, _) => of_slot(slot),
            What::Answer(exchange, _) | What::Unheard(exchange) => match exchange {
                Exchange::Listed(bit) => of_bit(bit),
                Exchange::Other(index) => {
                    let item = whole.owing.as_ref()?.open[index];
                    places
                        .iter()
                        .position(|place| place.owing.as_ref().is_some_and(|o| o.open.contains(&item)))
                }
            },
            _ => None,
        }
    }
}
