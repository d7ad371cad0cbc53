//! How many orderings of a graph obey some precedences.
//!
//! Worlds are told apart by how often those labels have happened that are asked about, and only as long as it matters:
//! that something comes before something else does not matter any more when it has happened.

use super::count::Sorted;
use super::decided::Pair;
use super::graph::Graph;
use super::moments::Moments;
use num_bigint::BigUint;
use rustc_hash::FxHashMap;

/// What is asked.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub pairs: &'a [Pair],
    /// Moments that happen.
    pub happen: &'a [usize],
    /// One that does not.
    pub never: Option<usize>,
}

/// The orderings that obey, and how many steps it took to count them. None beyond 2^128, or where it takes more than `most`.
pub(super) fn obeying(
    graph: &Graph,
    sorted: &Sorted,
    moments: &Moments,
    asked: Asked,
    most: usize,
) -> Option<(BigUint, usize)> {
    let mut states = States::new(moments, asked);
    let mut known: Vec<Vec<Ways>> = vec![Vec::new(); graph.len()];
    known[0].push((0, 1));
    let mut sum = BigUint::ZERO;
    let mut steps = 0;
    for &world in &sorted.order {
        // All that lead here have been seen, so what is known is whole, and needed no longer.
        let mut here = std::mem::take(&mut known[world as usize]);
        gather(&mut here)?;
        let edges = graph.kept(world as usize);
        if graph.is_end(world as usize) {
            let whole = here.iter().filter(|&&(state, _)| states.all_happened(state));
            whole.for_each(|&(_, ways)| sum += ways);
        }
        steps += here.len() * edges.clone().count();
        if steps > most {
            return None;
        }
        for edge in edges {
            let there = &mut known[edge.to as usize];
            for &(state, ways) in &here {
                if let Some(after) = states.after(state, edge.label) {
                    add(there, (after, ways.checked_mul(u128::from(edge.weight))?))?;
                }
            }
        }
    }
    Some((sum, steps))
}

/// A state, and in how many ways it is reached.
type Ways = (u32, u128);

/// So many are looked through one by one.
const FEW: usize = 12;

/// Adds one to those that are there: to its own, as long as there are few.
fn add(all: &mut Vec<Ways>, (state, ways): Ways) -> Option<()> {
    if all.len() <= FEW
        && let Some((_, sum)) = all.iter_mut().find(|(known, _)| *known == state)
    {
        *sum = sum.checked_add(ways)?;
        return Some(());
    }
    // It grows where there is still no room when those of one state are together.
    if all.len() == all.capacity() {
        gather(all)?;
    }
    all.push((state, ways));
    Some(())
}

/// Adds up those of one state.
fn gather(all: &mut Vec<Ways>) -> Option<()> {
    if all.len() <= FEW {
        return Some(());
    }
    all.sort_unstable_by_key(|&(state, _)| state);
    let mut fits = true;
    all.dedup_by(|&mut (state, ways), (kept, sum)| {
        let same = state == *kept;
        if same {
            let all = sum.checked_add(ways);
            fits &= all.is_some();
            *sum = all.unwrap_or(0);
        }
        same
    });
    fits.then_some(())
}

/// How often those have happened that are asked about; as rows, by number.
struct States<'a> {
    moments: &'a Moments<'a>,
    /// The place of each label in a row, if it is asked about.
    places: Vec<Option<usize>>,
    /// Per place, what is asked of its label at each time.
    asked: Vec<Vec<Time>>,
    /// Per place, how often it must have happened in the end.
    needed: Vec<u8>,
    rows: Vec<Box<[u8]>>,
    numbers: FxHashMap<Box<[u8]>, u32>,
    /// Per state and place, what comes after it.
    after: Vec<Option<After>>,
}

/// What is asked of one time at which a label happens.
#[derive(Clone, Default)]
struct Time {
    /// That it does not.
    never: bool,
    /// What must have happened before: places, and how often.
    before: Vec<(usize, u8)>,
}

#[derive(Clone, Copy)]
enum After {
    State(u32),
    Broken,
}

impl<'a> States<'a> {
    fn new(moments: &'a Moments<'a>, asked: Asked) -> States<'a> {
        let mut states = States {
            moments,
            places: vec![None; moments.labels()],
            asked: Vec::new(),
            needed: Vec::new(),
            rows: Vec::new(),
            numbers: FxHashMap::default(),
            after: Vec::new(),
        };
        for &(a, b) in asked.pairs {
            let first = states.needs(a);
            states.time(b).before.push(first);
        }
        for &moment in asked.happen {
            states.needs(moment);
        }
        if let Some(moment) = asked.never {
            states.time(moment).never = true;
        }
        let first = vec![0; states.asked.len()];
        states.number(first);
        states
    }

    /// It must happen in the end: its place, and how often.
    fn needs(&mut self, moment: usize) -> (usize, u8) {
        let (place, time) = self.place(moment);
        self.needed[place] = self.needed[place].max(time);
        (place, time)
    }

    fn time(&mut self, moment: usize) -> &mut Time {
        let (place, time) = self.place(moment);
        &mut self.asked[place][usize::from(time) - 1]
    }

    fn place(&mut self, moment: usize) -> (usize, u8) {
        let (label, time) = self.moments.at(moment);
        let place = *self.places[label].get_or_insert_with(|| {
            self.asked.push(vec![Time::default(); usize::from(self.moments.times(label))]);
            self.needed.push(0);
            self.needed.len() - 1
        });
        (place, time)
    }

    /// The number of a row, in which what does not matter any more has happened as often as can be.
    fn number(&mut self, mut row: Vec<u8>) -> u32 {
        for place in 0..row.len() {
            let matters =
                |time: &Time| time.never || time.before.iter().any(|&(first, times)| row[first] < times);
            let times = &self.asked[place];
            if row[place] >= self.needed[place] && !times[usize::from(row[place])..].iter().any(matters) {
                row[place] = times.len() as u8;
            }
        }
        let row: Box<[u8]> = row.into();
        if let Some(&known) = self.numbers.get(&row) {
            return known;
        }
        let number = self.rows.len() as u32;
        self.rows.push(row.clone());
        self.numbers.insert(row, number);
        self.after.resize(self.after.len() + self.asked.len(), None);
        number
    }

    /// The state behind a choice; none where it breaks what was asked.
    fn after(&mut self, state: u32, label: u16) -> Option<u32> {
        let Some(place) = self.places[usize::from(label)] else { return Some(state) };
        let at = state as usize * self.asked.len() + place;
        let after = self.after[at].unwrap_or_else(|| {
            let after = self.ask(state, place);
            self.after[at] = Some(after);
            after
        });
        match after {
            After::State(state) => Some(state),
            After::Broken => None,
        }
    }

    fn ask(&mut self, state: u32, place: usize) -> After {
        let row = &self.rows[state as usize];
        let Some(time) = self.asked[place].get(usize::from(row[place])) else { return After::State(state) };
        if time.never || time.before.iter().any(|&(first, times)| row[first] < times) {
            return After::Broken;
        }
        let mut row = row.to_vec();
        row[place] += 1;
        After::State(self.number(row))
    }

    /// Whether all has happened that must.
    fn all_happened(&self, state: u32) -> bool {
        let row = &self.rows[state as usize];
        row.iter().zip(&self.needed).all(|(times, needed)| times >= needed)
    }
}
