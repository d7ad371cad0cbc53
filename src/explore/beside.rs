//! The nearest ordering of a whole whose parts were explored apart: their worlds are gone through side by side, but no
//! more of them than may lie on it.
//!
//! As few steps as can be are as few as can be of each part. Of inversions that is not so: what is near in a part may have
//! to overtake what is listed of another. So the search goes backwards from where the ordering ends, what is nearest
//! first (Hart, Nilsson, Raphael 1968): what each part costs by itself, up to its world, is never more than what it costs
//! beside the others. When the beginning is reached, and all that is as near, every world is known that lies on a nearest
//! ordering; going forwards the first choice is taken that stays among them.

use super::apart::Part;
use super::compose::{Combination, Known};
use super::explorer::Explorer;
use super::graph::Edge;
use super::pairs::{Pairs, share};
use super::sides::{Side, Step};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

pub(super) struct Beside<'a> {
    pub parts: &'a [Part],
    pub sides: Vec<Side>,
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

/// What a choice leads to, by a point at which the host stops if it does so; and how that is written.
struct Way {
    to: u32,
    point: Option<u32>,
    texts: Vec<String>,
}

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

    /// The nearest of the orderings that some combinations lead to, as choices are written. None where too much would have to
    /// be looked at.
    pub fn ordering(&mut self, explorer: &mut Explorer, combinations: &[Combination]) -> Option<Vec<String>> {
        // Fewest faults, and of these fewest steps.
        let steps = |combination: &&Combination| -> (u32, u32) {
            let soon = self.sides.iter().map(|side| side.soon[combination[side.part] as usize]);
            soon.fold((0, 0), |(faults, steps), (more, further)| (faults + more, steps + further))
        };
        let fewest = combinations.iter().map(|combination| steps(&combination)).min()?;
        let row = |combination: &Combination| -> Row {
            self.sides.iter().map(|side| side.worlds as u32 + combination[side.part]).collect()
        };
        let targets: Vec<Row> =
            combinations.iter().filter(|combination| steps(combination) == fewest).map(row).collect();
        let left = self.search(explorer, &targets)?;
        self.follow(explorer, &targets, &left)
    }

    /// How many inversions are left from each row that may lie on a nearest way.
    fn search(&mut self, explorer: &Explorer, targets: &[Row]) -> Option<FxHashMap<Row, u32>> {
        if self.pairs.is_none() {
            // Most find their way sooner than it is worked out what two parts cost beside each other.
            let easy = Pairs::cells(&self.sides) / 16;
            let found = self.search_with(explorer, targets, &Pairs::none(&self.sides), easy);
            if found.is_some() {
                return found;
            }
        }
        let pairs = self.pairs.take().unwrap_or_else(|| Pairs::of(explorer, &self.sides));
        let found = self.search_with(explorer, targets, &pairs, usize::MAX);
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
                    let overtaken = step.gone.map_or(0, |bit| explorer.listed.behind(bit as usize, came));
                    let now = if step.is_new { overtakes } else { 0 };
                    own + i64::from(share(sides)) * (i64::from(overtaken) - i64::from(now))
                }
            };
        }
        (cost, if sides.len() == 1 { own } else { more })
    }

    /// From the beginning to one of the rows that were wanted. Where a side ends it may also go on, by a fault, and that
    /// depends on which of them is meant: so all rows are followed that are the same worlds.
    fn follow(
        &self,
        explorer: &mut Explorer,
        targets: &[Row],
        left: &FxHashMap<Row, u32>,
    ) -> Option<Vec<String>> {
        let mut ordering = Vec::new();
        let nothing = Pairs::none(&self.sides);
        let mut worlds: Vec<u32> = vec![0; self.sides.len()];
        let begin = |target: &Row| -> Row {
            let own = |(side, &end): (&Side, &u32)| if side.begins(end) { end } else { 0 };
            self.sides.iter().zip(target).map(own).collect()
        };
        let all: BTreeSet<Row> = targets.iter().map(begin).collect();
        let rest = all.iter().filter_map(|row| left.get(row)).min().copied()?;
        let mut rows: Vec<(Row, u32)> =
            all.into_iter().filter(|row| left.get(row) == Some(&rest)).map(|row| (row, rest)).collect();
        while !rows.iter().any(|(row, _)| self.is_end(row)) {
            let choices = self.choices(explorer, &worlds);
            let (index, way, next) = choices.into_iter().find_map(|(index, choice)| {
                self.ways(index, worlds[index], choice).into_iter().find_map(|way| {
                    let next = self.behind(explorer, &nothing, &rows, left, (index, choice, &way));
                    (!next.is_empty()).then_some((index, way, next))
                })
            })?;
            worlds[index] = way.to;
            ordering.extend(way.texts);
            rows = next;
        }
        Some(ordering)
    }

    fn is_end(&self, row: &[u32]) -> bool {
        row.iter().zip(&self.sides).all(|(&world, side)| world as usize >= side.worlds)
    }

    /// The rows to which a choice leads from some, among those that lie on a nearest way.
    fn behind(
        &self,
        explorer: &Explorer,
        nothing: &Pairs,
        rows: &[(Row, u32)],
        left: &FxHashMap<Row, u32>,
        (index, choice, way): (usize, u32, &Way),
    ) -> Vec<(Row, u32)> {
        let side = &self.sides[index];
        let end = side.ends.get(&way.to).map(|outcome| side.worlds as u32 + outcome);
        let mut behind: Vec<(Row, u32)> = Vec::new();
        for (row, rest) in rows {
            for to in [Some(way.to), end].into_iter().flatten() {
                let mut steps = side.into[to as usize].iter();
                let this = (row[index], way.to, choice, way.point);
                let Some(step) = steps.find(|step| (step.from, step.to, step.choice, step.point) == this)
                else {
                    continue;
                };
                let mut next = row.clone();
                next[index] = to;
                let Some(&then) = left.get(&next) else { continue };
                let (cost, _) = self.cost(explorer, nothing, &next, index, step);
                if then + cost == *rest && !behind.iter().any(|(known, _)| *known == next) {
                    behind.push((next, then));
                }
            }
        }
        behind
    }

    /// Where a choice of a side leads, and how it is written: several ways, where a host stops.
    fn ways(&self, index: usize, world: u32, choice: u32) -> Vec<Way> {
        let side = &self.sides[index];
        if let Some(&(_, part)) = side.passing.get(world as usize) {
            let texts = vec![self.parts[part].stage.labels.text(0).to_string()];
            return vec![Way { to: world + 1, point: None, texts }];
        }
        let part = &self.parts[side.part];
        let text = |label: u16| part.stage.labels.text(label).to_string();
        let mut room = Vec::new();
        let edge = part.graph.edges(world as usize, &mut room)[choice as usize];
        if !part.graph.stops(edge.to as usize) {
            return vec![Way { to: edge.to, point: None, texts: vec![text(edge.label)] }];
        }
        let points = part.graph.edges(edge.to as usize, &mut room).iter().zip(0..);
        let stop = |(crash, point): (&Edge, u32)| {
            let texts = vec![text(edge.label), text(crash.label)];
            Way { to: crash.to, point: Some(point), texts }
        };
        points.map(stop).collect()
    }
}
