//! What decides an outcome: the precedences that all of its orderings have in common.
//!
//! `a before b`: a happens, and b comes after it or never; where b never happens at all, `a happens`, and
//! of an alarm `a rings`. Those that hold in every ordering of the
//! scenario decide nothing and are left out, and so are those that follow from others.

use super::count::Count;
use super::explorer::Explorer;
use super::graph::Graph;
use super::precedences::Whole;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

/// What decides one outcome.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decided {
    /// Each as `a before b`, `a happens` or `a! rings`.
    pub by: Vec<String>,
    /// The orderings that obey them are as many as the outcome's own.
    pub exactly: bool,
}

/// So many choices are gone through again, to leave out precedences that add nothing.
pub(super) const PATIENCE: usize = 4_000_000;
/// So many labels are compared with each other.
pub(super) const LABELS: usize = 512;

/// Two labels, of which one comes before the other. Of labels that are interchangeable, the first in the order listed
/// stands for all: all of them come before, or behind.
pub(super) type Pair = (usize, usize);

/// Paths of which it is asked what decides where they lead.
pub(super) trait Paths {
    /// The orderings that obey some precedences, as far as they are known.
    type Obeying;

    /// How many labels there are.
    fn labels(&self) -> usize;
    /// All that do the same as a label, itself among them, in the order in which they come here.
    fn like(&self, label: usize) -> Vec<usize>;
    /// Whether its text says which it is.
    fn is_clear(&self, label: usize) -> bool;
    /// The time before, of what happens several times.
    fn earlier(&self, label: usize) -> Option<usize>;
    /// Whether it never happens: what must come before it only must happen.
    fn never(&self, label: usize) -> bool;
    fn text(&self, label: usize) -> String;
    /// Those are obeyed by all orderings that lead to an outcome, by its number. None where that is too much to say.
    fn obeying(&self, pairs: &[Pair], outcome: usize) -> Option<Self::Obeying>;
    /// Whether none obeys fewer precedences that does not obey all, too.
    fn are_same(&self, all: &Self::Obeying, fewer: &Self::Obeying) -> bool;
    /// Whether it is known, without asking how many, that fewer precedences are obeyed by more than all are. No need not
    /// mean anything.
    fn are_more(&self, all: &[Pair], fewer: &[Pair]) -> bool;
    /// Whether those are no more than the ones that lead to an outcome, by its number.
    fn are_own(&self, obeying: &Self::Obeying, outcome: usize) -> bool;
    /// Whether there is time to ask it several times for each of so many precedences, which those obey.
    fn is_small(&self, obeying: &Self::Obeying, pairs: usize) -> bool;
    /// Of so many that this cannot be asked, those that tell most.
    fn telling(&self, pairs: Vec<Pair>) -> Vec<Pair>;
}

/// Per outcome, what decides it; nothing where there is one only, or where worlds form a circle. `go_on`
/// is asked before each; where it says no, nothing more is worked out. None where that would take more than
/// `room` bytes.
pub(super) fn decided(
    explorer: &Explorer,
    graph: &Graph,
    own: &[Count],
    group_of: &dyn Fn(u32) -> Option<usize>,
    room: u64,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<Vec<Decided>> {
    if own.len() < 2 || own.contains(&Count::Infinite) {
        return Some(vec![Decided::default(); own.len()]);
    }
    let nothing = || Some(vec![Decided::default(); own.len()]);
    let groups = (own.len(), group_of);
    let Some(whole) = Whole::new(explorer.names(), graph, own, groups, room)? else { return nothing() };
    let Some(common) = whole.common(own.len(), group_of, room)? else { return nothing() };
    Some(decide(&whole, common, go_on))
}

/// The same of paths of which it is known which precedences the orderings of each outcome have in common.
pub(super) fn decide<P: Paths>(
    paths: &P,
    common: Vec<BTreeSet<Pair>>,
    go_on: &mut dyn FnMut() -> bool,
) -> Vec<Decided> {
    let like: Vec<Vec<usize>> = (0..paths.labels()).map(|label| paths.like(label)).collect();
    // They come in the order listed here; in others, any of them may be the last.
    let all_before_all = |(a, b): Pair| {
        let (before, behind) = (&like[a], &like[b]);
        let whole = before[before.len() - 1] == a && behind[0] == b && before[0] != b;
        (whole && paths.is_clear(a) && paths.is_clear(b)).then(|| (before[0], b))
    };
    let common: Vec<BTreeSet<Pair>> =
        common.into_iter().map(|pairs| pairs.into_iter().filter_map(all_before_all).collect()).collect();
    let in_all = |pair: &&Pair| common.iter().all(|pairs| pairs.contains(pair));
    let everywhere: FxHashSet<Pair> = common[0].iter().filter(in_all).copied().collect();
    let decide = |(outcome, pairs): (usize, &BTreeSet<Pair>)| {
        let near = Near::new(like.len(), pairs);
        let follows = |&(a, c): &Pair| {
            paths.earlier(c).is_some_and(|b| b != a && pairs.contains(&(a, b))) || near.is_between(a, c)
        };
        let told = pairs.iter().copied().filter(|pair| !everywhere.contains(pair) && !follows(pair));
        let weaker = |a: usize, b: usize| {
            let before = near.before_both(a, b).map(|first| (first, b));
            before.filter(|pair| !everywhere.contains(pair)).collect::<Vec<Pair>>()
        };
        let last = |label: usize| like[label][like[label].len() - 1];
        let obeying = |pairs: &[Pair]| {
            let these: Vec<Pair> = pairs.iter().map(|&(a, b)| (last(a), b)).collect();
            paths.obeying(&these, outcome)
        };
        let (told, obeying) = fewest(paths, told.collect(), &weaker, &obeying);
        let text = |&(a, b): &Pair| match paths.text(a) {
            first if !paths.never(b) => format!("{first} before {}", paths.text(b)),
            first if first.contains('!') => format!("{first} rings"),
            first => format!("{first} happens"),
        };
        let exactly = obeying.is_some_and(|obeying| paths.are_own(&obeying, outcome));
        let like = &like;
        let each = |&(a, b): &Pair| like[a].iter().flat_map(move |&a| like[b].iter().map(move |&b| (a, b)));
        let mut told: Vec<Pair> = told.iter().flat_map(each).collect();
        // What was weakened stands where the stronger did; and of which labels some are alike shows nowhere.
        told.sort_unstable();
        // What never comes may be one of several, and then its pairs read alike.
        let mut by: Vec<String> = Vec::new();
        for said in told.iter().map(text) {
            if !by.contains(&said) {
                by.push(said);
            }
        }
        Decided { by, exactly }
    };
    let mut each = |outcome| if go_on() { decide(outcome) } else { Decided::default() };
    common.iter().enumerate().map(&mut each).collect()
}

/// Which labels come before which, as bits: with hundreds of labels there are many thousand pairs, and each of them is
/// asked whether it follows from two others.
struct Near {
    words: usize,
    /// Per label, what it comes before, and what comes before it.
    behind: Vec<u64>,
    before: Vec<u64>,
}

impl Near {
    fn new(labels: usize, pairs: &BTreeSet<Pair>) -> Near {
        let words = labels.div_ceil(64);
        let mut near = Near { words, behind: vec![0; words * labels], before: vec![0; words * labels] };
        for &(a, b) in pairs {
            near.behind[a * words + b / 64] |= 1 << (b % 64);
            near.before[b * words + a / 64] |= 1 << (a % 64);
        }
        near
    }

    /// Whether something comes behind one and before the other.
    fn is_between(&self, a: usize, c: usize) -> bool {
        let behind = &self.behind[a * self.words..][..self.words];
        let before = &self.before[c * self.words..][..self.words];
        behind.iter().zip(before).any(|(behind, before)| behind & before != 0)
    }

    /// What comes before both, in their order.
    fn before_both(&self, a: usize, b: usize) -> impl Iterator<Item = usize> {
        let before = |label: usize, at: usize| self.before[label * self.words + at / 64] >> (at % 64) & 1;
        (0..self.words * 64).filter(move |&at| before(a, at) & before(b, at) != 0)
    }
}

/// Leaves out what adds nothing, and says the least that is enough: the same number of orderings obeys
/// what is left. `weaker` answers the precedences that follow from one, by what comes before. In a large
/// graph, which would be walked once for each, all stay.
fn fewest<P: Paths>(
    paths: &P,
    mut told: Vec<Pair>,
    weaker: &dyn Fn(usize, usize) -> Vec<Pair>,
    obeying: &dyn Fn(&[Pair]) -> Option<P::Obeying>,
) -> (Vec<Pair>, Option<P::Obeying>) {
    if told.is_empty() {
        return (told, None);
    }
    let few =
        |all: &Option<P::Obeying>, pairs: usize| all.as_ref().is_some_and(|all| paths.is_small(all, pairs));
    let mut all = obeying(&told);
    if !few(&all, told.len()) {
        let before = told.len();
        told = paths.telling(told);
        // Of as many as before, it is known.
        if told.len() < before {
            all = obeying(&told);
        }
    }
    let Some(known) = all.as_ref().filter(|all| paths.is_small(all, told.len())) else { return (told, all) };
    let whole = told.clone();
    // When there is no time left, what is told stays: all of it holds.
    let enough = |fewer: &[Pair]| {
        paths.is_small(known, fewer.len())
            && !paths.are_more(&whole, fewer)
            && obeying(fewer).is_some_and(|fewer| paths.are_same(known, &fewer))
    };
    for index in (0..told.len()).rev() {
        let mut fewer = told.clone();
        let (a, b) = fewer.remove(index);
        if !fewer.is_empty() && enough(&fewer) {
            told = fewer;
            continue;
        }
        // The weakest is the one that itself follows from most.
        let mut candidates = weaker(a, b);
        candidates.sort_by_cached_key(|&(a, b)| weaker(a, b).len());
        for candidate in candidates {
            fewer.insert(index, candidate);
            if enough(&fewer) {
                told = fewer;
                break;
            }
            fewer.remove(index);
        }
    }
    (told, all)
}
