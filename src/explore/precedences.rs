//! The precedences that paths of a graph have in common, and how many of its orderings obey some.

use super::common::{GroupOf, Often, common, is_too_much, often};
use super::count::{Count, Sorted};
use super::decided::{LABELS, PATIENCE, Pair, Paths};
use super::graph::Graph;
use super::lattice::Lattice;
use super::moments::{Moments, Names};
use super::obeying::{Asked, Counted, Many, obeying};
use super::scenario::Faults;
use super::sweep;
use super::telling::{Drawn, telling};
use super::waiting::Waiting;
use num_bigint::BigUint;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;

/// So many steps may be taken to count the orderings of all outcomes that obey what decides them; beyond, it is not said
/// that they are no more than the outcome's own.
const STEPS: usize = 8_000_000;
/// When so many have been taken in all, it is not asked any more what may be left out.
const STEPS_IN_ALL: usize = 64_000_000;
/// Before so many have been taken, they are taken sooner than orderings are drawn.
const STEPS_UNDRAWN: usize = 1_000_000;

/// All paths of a graph.
pub(super) struct Whole<'a> {
    pub moments: Moments<'a>,
    graph: &'a Graph,
    sorted: Sorted,
    own: &'a [Count],
    /// Per group of worlds; of a lattice nothing.
    often: Vec<Often>,
    waiting: RefCell<Option<Waiting>>,
    drawn: OnceCell<Drawn>,
    /// How many steps were taken so far, for all outcomes together.
    taken: Cell<usize>,
}

impl<'a> Whole<'a> {
    /// None where that would take more than `room` bytes; and none inside where too much would have to be told apart,
    /// or paths form a circle. `own`: how many orderings lead to each outcome.
    pub fn new(
        names: Names<'a>,
        graph: &'a Graph,
        own: &'a [Count],
        (groups, group_of): (usize, GroupOf),
        room: u64,
    ) -> Option<Option<Whole<'a>>> {
        let mut moments = Moments::new(names);
        if moments.len() > LABELS || graph.lattice().is_none() && is_too_much(graph, &moments) {
            return Some(None);
        }
        let sorted = Sorted::new(graph);
        if !sorted.behind_a_circle.is_empty() {
            return Some(None);
        }
        let mut each = Vec::new();
        if graph.lattice().is_none() {
            let (found, all) = often(graph, &sorted, &moments, (groups, group_of), room)?;
            each = found;
            all.most.iter().enumerate().for_each(|(label, &times)| moments.happens(label, times));
        }
        let (waiting, drawn, taken) = Default::default();
        Some(Some(Whole { moments, graph, sorted, own, often: each, waiting, drawn, taken }))
    }

    /// Per group of worlds the precedences that all paths have in common that end in it. None where that would take more
    /// than `room` bytes, and none inside where it would take too long.
    pub fn common(&self, groups: usize, group_of: GroupOf, room: u64) -> Option<Option<Vec<BTreeSet<Pair>>>> {
        match self.graph.lattice() {
            Some(lattice) => Some(Some(common_in(lattice, groups, group_of))),
            None => common(self.graph, &self.sorted, &self.moments, &self.often, group_of, room),
        }
    }

    pub fn edge_count(&self) -> usize {
        self.graph.edge_count()
    }

    /// Per group, which moments come in all paths that end in it, and which in any.
    pub fn happened(&self, groups: usize) -> Vec<(Vec<bool>, Vec<bool>)> {
        let moments = self.moments.len();
        if self.graph.lattice().is_some() {
            // Each message comes in every ordering.
            return vec![(vec![true; moments], vec![true; moments]); groups];
        }
        let in_row = |row: &[u8]| -> Vec<bool> {
            let comes = |moment: usize| {
                let (label, time) = self.moments.at(moment);
                row[label] >= time
            };
            (0..moments).map(comes).collect()
        };
        self.often.iter().map(|often| (in_row(&often.least), in_row(&often.most))).collect()
    }

    /// How many orderings obey some precedences, in which some moments come, and one does not. None where nobody knows.
    pub fn obeying_with(&self, pairs: &[Pair], happen: &[usize], never: Option<usize>) -> Option<Many> {
        match self.graph.lattice() {
            Some(_) if never.is_some() => Some(Many::new()),
            _ => self.ask(Asked { pairs, happen, never }).many,
        }
    }

    fn ask(&self, asked: Asked) -> Counted {
        let Some(lattice) = self.graph.lattice() else {
            let most = STEPS / self.often.len().max(1);
            let mut waiting = self.waiting.borrow_mut();
            let waiting = waiting.get_or_insert_with(|| Waiting::new(&self.sorted, self.graph.upward));
            let counted = obeying(self.graph, &self.sorted, &self.moments, waiting, asked, most);
            self.taken.set(self.taken.get() + counted.steps);
            return counted;
        };
        let (many, steps) = sweep::obeying(lattice, asked.pairs);
        self.taken.set(self.taken.get() + steps);
        Counted { many: Some(Many::from([(Faults::NONE, many)])), steps: lattice.edges }
    }

    fn drawn(&self) -> &Drawn {
        self.drawn.get_or_init(|| Drawn::new(self.graph, &self.moments))
    }

    /// Of those that do the same, the last in the order listed is the last to come.
    fn last(&self, pairs: &[Pair]) -> Vec<Pair> {
        let last = |moment: usize| *self.moments.like(moment).last().expect("itself");
        pairs.iter().map(|&(a, b)| (last(a), b)).collect()
    }

    /// Whether there is time to ask what may be left out.
    pub fn has_time(&self) -> bool {
        self.taken.get() <= STEPS_IN_ALL
    }
}

impl Paths for Whole<'_> {
    type Obeying = (BigUint, usize);

    fn labels(&self) -> usize {
        self.moments.len()
    }

    fn like(&self, label: usize) -> Vec<usize> {
        self.moments.like(label)
    }

    fn is_clear(&self, label: usize) -> bool {
        self.moments.is_clear(label)
    }

    fn earlier(&self, label: usize) -> Option<usize> {
        self.moments.earlier(label)
    }

    fn never(&self, label: usize) -> bool {
        self.moments.never(label)
    }

    fn text(&self, label: usize) -> String {
        self.moments.text(label)
    }

    fn obeying(&self, pairs: &[Pair], _: usize) -> Option<(BigUint, usize)> {
        let Counted { many, steps } = self.ask(Asked { pairs, happen: &[], never: None });
        Some((many?.into_values().sum(), steps))
    }

    /// There are as many.
    fn are_same(&self, (all, _): &(BigUint, usize), (fewer, _): &(BigUint, usize)) -> bool {
        all == fewer
    }

    fn are_more(&self, all: &[Pair], fewer: &[Pair]) -> bool {
        self.graph.lattice().is_none()
            && self.taken.get() > STEPS_UNDRAWN
            && self.drawn().tell_apart(&self.last(fewer), &self.last(all))
    }

    fn are_own(&self, (obeying, _): &(BigUint, usize), outcome: usize) -> bool {
        Count::Finite(obeying.clone()) == self.own[outcome]
    }

    fn is_small(&self, (_, steps): &(BigUint, usize), pairs: usize) -> bool {
        steps.saturating_mul(pairs) <= PATIENCE && self.has_time()
    }

    fn telling(&self, pairs: Vec<Pair>) -> Vec<Pair> {
        if self.graph.lattice().is_some() {
            return pairs;
        }
        telling(self.drawn(), &self.last(&pairs)).into_iter().map(|pair| pairs[pair]).collect()
    }
}

/// The precedences that all orderings of a group in a lattice have in common: each message comes in every ordering, so those have it in common that come before another
/// where that never came before them.
fn common_in(
    lattice: &Lattice,
    groups: usize,
    group_of: &dyn Fn(u32) -> Option<usize>,
) -> Vec<BTreeSet<Pair>> {
    let labels = lattice.turns.len();
    let pairs = |before: Vec<u32>| {
        let has = |&(a, b): &Pair| a != b && before[a] & 1 << b == 0;
        (0..labels).flat_map(|a| (0..labels).map(move |b| (a, b))).filter(has).collect()
    };
    sweep::come_before(lattice, groups, group_of).into_iter().map(pairs).collect()
}
