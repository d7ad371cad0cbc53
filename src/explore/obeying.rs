//! How many orderings of a graph obey some precedences.
//!
//! Worlds are told apart by how often those labels have happened that are asked about, and only as long as it matters:
//! that something comes before something else does not matter any more when it has happened.

use super::count::Sorted;
use super::decided::Pair;
use super::graph::Graph;
use super::moments::Moments;
use super::pieces::Interned;
use super::scenario::Faults;
use super::waiting::Waiting;
use num_bigint::BigUint;
use std::collections::BTreeMap;

/// What is asked.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub pairs: &'a [Pair],
    /// Moments that happen.
    pub happen: &'a [usize],
    /// One that does not.
    pub never: Option<usize>,
}

/// How many orderings, by what is left of the budget of faults.
pub(super) type Many = BTreeMap<Faults, BigUint>;

/// What was counted.
pub(super) struct Counted {
    /// The orderings that obey, by what is left of the budget of faults when they end. None beyond 2^128, or where it takes
    /// more than was allowed.
    pub many: Option<Many>,
    /// How many steps it took: all that was done is one, or as quick as one.
    pub steps: usize,
}

/// Counts in no more than `most` steps, and what the last world that is looked at takes. `waiting` is as it was, then.
pub(super) fn obeying(
    graph: &Graph,
    sorted: &Sorted,
    moments: &Moments,
    waiting: &mut Waiting,
    asked: Asked,
    most: usize,
) -> Counted {
    let mut steps = 0;
    let many = count(graph, sorted, &mut States::new(moments, asked), waiting, (&mut steps, most));
    if many.is_none() {
        waiting.clear();
    }
    Counted { many, steps }
}

fn count(
    graph: &Graph,
    sorted: &Sorted,
    states: &mut States,
    waiting: &mut Waiting,
    (steps, most): (&mut usize, usize),
) -> Option<Many> {
    let mut sums = Many::new();
    let mut here = Vec::new();
    let first = waiting.row_of(0);
    waiting.add(first, (0, 1))?;
    // All that lead there have been seen when a world is taken, so what is known of it is whole, and needed no longer.
    while let Some((place, passed)) = waiting.take(&mut here) {
        let world = sorted.order[place] as usize;
        waiting.gather(&mut here)?;
        if graph.is_end(world) {
            let whole = here.iter().filter(|&&(state, _)| states.all_happened(state));
            whole.for_each(|&(_, ways)| *sums.entry(graph.left(world)).or_default() += ways);
        }
        *steps += passed;
        for edge in graph.kept(world) {
            let place = states.places[usize::from(edge.label)];
            let mut row = None;
            for &(state, ways) in &here {
                let after = place.map_or(Some(state), |place| states.after(state, place));
                if let Some(after) = after {
                    let ways = if edge.weight == 1 { ways } else { ways.checked_mul(edge.weight.into())? };
                    // A world at which nothing comes need not be looked at.
                    let row = *row.get_or_insert_with(|| waiting.row_of(edge.to));
                    waiting.add(row, (after, ways))?;
                }
            }
            *steps += here.len();
        }
        if *steps > most {
            return None;
        }
    }
    Some(sums)
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
    /// Per place, where it may not matter any more what happens when it has happened; itself among them.
    behind: Vec<Vec<usize>>,
    rows: Interned<u8>,
    row: Vec<u8>,
    /// Per state and place, the state that comes after it.
    after: Vec<u32>,
}

/// Nobody has asked yet what comes after.
const UNKNOWN: u32 = u32::MAX;
/// Nothing does: what was asked is broken.
const BROKEN: u32 = u32::MAX - 1;

/// What is asked of one time at which a label happens.
#[derive(Clone, Default)]
struct Time {
    /// That it does not.
    never: bool,
    /// What must have happened before: places, and how often.
    before: Vec<(usize, u8)>,
}

impl Time {
    /// Whether it may not happen yet.
    fn is_barred(&self, row: &[u8]) -> bool {
        self.never || self.before.iter().any(|&(first, times)| row[first] < times)
    }
}

impl<'a> States<'a> {
    fn new(moments: &'a Moments<'a>, asked: Asked) -> States<'a> {
        let mut states = States {
            moments,
            places: vec![None; moments.labels()],
            asked: Vec::new(),
            needed: Vec::new(),
            behind: Vec::new(),
            rows: Interned::default(),
            row: Vec::new(),
            after: Vec::new(),
        };
        for &(a, b) in asked.pairs {
            let first = states.needs(a);
            let then = states.place(b).0;
            states.behind[first.0].push(then);
            states.time(b).before.push(first);
        }
        for &moment in asked.happen {
            states.needs(moment);
        }
        if let Some(moment) = asked.never {
            states.time(moment).never = true;
        }
        // Nothing has happened, so all matters that is asked about.
        states.row = vec![0; states.asked.len()];
        states.number();
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
            let place = self.asked.len();
            self.asked.push(vec![Time::default(); usize::from(self.moments.times(label))]);
            self.needed.push(0);
            self.behind.push(vec![place]);
            place
        });
        (place, time)
    }

    /// The number of the row that was written.
    fn number(&mut self) -> u32 {
        let known = self.rows.len();
        let number = self.rows.number(&self.row);
        if self.rows.len() > known {
            self.after.resize(self.after.len() + self.asked.len(), UNKNOWN);
        }
        number
    }

    /// The state behind a choice of the label at a place; none where it breaks what was asked.
    fn after(&mut self, state: u32, place: usize) -> Option<u32> {
        let at = state as usize * self.asked.len() + place;
        if self.after[at] == UNKNOWN {
            self.after[at] = self.ask(state, place);
        }
        Some(self.after[at]).filter(|&after| after != BROKEN)
    }

    fn ask(&mut self, state: u32, place: usize) -> u32 {
        let row = self.rows.get(state);
        let Some(time) = self.asked[place].get(usize::from(row[place])) else { return state };
        if time.is_barred(row) {
            return BROKEN;
        }
        self.row.copy_from_slice(row);
        self.row[place] += 1;
        // What does not matter any more has happened as often as can be.
        for &place in &self.behind[place] {
            let (times, so_far) = (&self.asked[place], self.row[place]);
            let matters = |time: &Time| time.is_barred(&self.row);
            if so_far >= self.needed[place] && !times[usize::from(so_far)..].iter().any(matters) {
                self.row[place] = times.len() as u8;
            }
        }
        self.number()
    }

    /// Whether all has happened that must.
    fn all_happened(&self, state: u32) -> bool {
        self.rows.get(state).iter().zip(&self.needed).all(|(times, needed)| times >= needed)
    }
}
