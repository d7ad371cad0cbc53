//! What decides an outcome of a whole whose parts were explored apart.
//!
//! What all its orderings have in common is what those of each part have; and where something never happens in one part, all
//! that always happens in another comes before it. Whether a precedence adds anything is asked of the parts, too: an
//! ordering that obeys the others and not this one is there if one is there of the part; the other parts may come first,
//! and as they come in the outcome itself.

use super::apart::Part;
use super::budget::beside_others;
use super::compose::{Combination, Known};
use super::decided::{Decided, LABELS, PATIENCE, Pair, Paths, decide};
use super::explorer::Explorer;
use super::obeying::Many;
use super::precedences::Whole;
use super::scenario::Faults;
use super::standing::{Standing, standing_of};
use num_bigint::BigUint;
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub(super) struct Together<'a> {
    voices: Vec<Voice<'a>>,
    /// Per label of the whole its voice, and its number there.
    labels: Vec<Label>,
    combinations: &'a [Vec<Combination>],
    budget: Faults,
    /// Something was asked that only the whole can answer.
    unknown: Cell<bool>,
}

/// What is known of one part's labels.
struct Voice<'a> {
    part: usize,
    whole: Whole<'a>,
    /// Per outcome of the part.
    common: Vec<Common>,
    own: Vec<BigUint>,
    taken: Vec<Faults>,
    /// Per label its number in the whole.
    numbers: Vec<usize>,
    asked: RefCell<FxHashMap<Asked, Option<Rc<Many>>>>,
}

/// What the orderings of an outcome have in common.
struct Common {
    pairs: BTreeSet<Pair>,
    /// What happens in all of them, and in any.
    always: Vec<bool>,
    ever: Vec<bool>,
}

/// The orderings that obey some precedences: those of each part, shuffled, as far as nothing between parts forbids it.
pub(super) struct Obeying {
    /// The outcome that all of them are obeyed by.
    outcome: usize,
    /// How many of each part, by what they take of the budget of faults; and of these, those that leave enough to the others.
    each: Vec<Rc<Many>>,
    many: Vec<Rc<Many>>,
    within: Vec<Vec<Pair>>,
    /// What must happen in each part, since it is to come before something in another.
    needed: Vec<Vec<usize>>,
    /// What comes before something in another part that may happen there.
    open: BTreeSet<(Label, Label)>,
}

/// A voice, and a label of it.
type Label = (usize, usize);

/// Precedences, what must happen, and what must not.
type Asked = (Vec<Pair>, Vec<usize>, Option<usize>);

/// So many answers are kept of each part.
const KEPT: usize = 1 << 10;

impl<'a> Together<'a> {
    /// None where nothing is to be said: one outcome, or too much to be told apart. `begin`: all that may come first, of
    /// which part, and its choice there.
    pub fn new(
        explorer: &Explorer,
        parts: &'a [Part],
        known: &[Known],
        combinations: &'a [Vec<Combination>],
        begin: &[(usize, u32)],
    ) -> Option<Together<'a>> {
        if combinations.len() < 2 {
            return None;
        }
        let mut voices = Vec::new();
        let mut standing: Vec<(Standing, usize, usize)> = Vec::new();
        let mut all = 0;
        for (index, (part, known)) in parts.iter().zip(known).enumerate() {
            if part.is_idle() {
                continue;
            }
            let room = explorer.scenario.bounds.memory;
            let outcomes = known.worlds.len();
            let group_of = |world: u32| known.of(world);
            let names = part.names(explorer.answers());
            let whole = Whole::new(names, &part.graph, &[], (outcomes, &group_of), room)??;
            let pairs = whole.common(outcomes, &group_of, room)??;
            let happened = whole.happened(outcomes);
            let common =
                pairs.into_iter().zip(happened).map(|(pairs, (always, ever))| Common { pairs, always, ever });
            all += whole.labels();
            let stands = |label: usize| (standing_of(part, &whole, label, index, begin), voices.len(), label);
            standing.extend((0..whole.labels()).map(stands));
            voices.push(Voice {
                part: index,
                common: common.collect(),
                own: known.lengths.iter().map(|lengths| lengths.values().sum()).collect(),
                taken: known.taken.clone(),
                numbers: vec![0; whole.labels()],
                whole,
                asked: RefCell::default(),
            });
        }
        if all > LABELS {
            return None;
        }
        standing.sort_unstable();
        let labels: Vec<Label> = standing.into_iter().map(|(_, voice, label)| (voice, label)).collect();
        for (number, &(voice, label)) in labels.iter().enumerate() {
            voices[voice].numbers[label] = number;
        }
        let budget = explorer.scenario.faults;
        Some(Together { voices, labels, combinations, budget, unknown: Cell::new(false) })
    }

    /// None where only the whole can say it.
    pub fn decided(&self, go_on: &mut dyn FnMut() -> bool) -> Option<Vec<Decided>> {
        let told = self.told();
        let common = |combinations: &Vec<Combination>| self.common(combinations, &told).0;
        let common = self.combinations.iter().map(common).collect();
        let decided = decide(self, common, go_on);
        (!self.unknown.get()).then_some(decided)
    }

    /// The labels of which it is told what comes before them. That something comes before what never happens says that it
    /// happens, whatever that is: of all these only the first that says it, and does not follow from the time before.
    fn told(&self) -> Vec<bool> {
        let never = |label: usize| self.never(label);
        let may_be_told = |&label: &usize| never(label) && self.is_clear(label);
        let nevers: Vec<usize> = (0..self.labels.len()).filter(may_be_told).collect();
        let mut told: Vec<bool> = (0..self.labels.len()).map(|label| !never(label)).collect();
        let happen = told.clone();
        for combinations in self.combinations {
            let (pairs, always) = self.common(combinations, &happen);
            for (_, a) in always {
                let follows = |&c: &usize| {
                    self.earlier(c).is_some_and(|b| b != a && (never(b) || pairs.contains(&(a, b))))
                };
                let first = nevers.iter().find(|c| !follows(c));
                first.into_iter().for_each(|&first| told[first] = true);
            }
        }
        told
    }

    /// The precedences that all orderings of an outcome have in common, of labels that are told; and what happens in all of
    /// them, by voice.
    fn common(&self, combinations: &[Combination], told: &[bool]) -> (BTreeSet<Pair>, Vec<(usize, usize)>) {
        let mut pairs = BTreeSet::new();
        let (mut always, mut nowhere) = (Vec::new(), Vec::new());
        for (index, voice) in self.voices.iter().enumerate() {
            let outcomes: BTreeSet<u32> = combinations.iter().map(|all| all[voice.part]).collect();
            let mut outcomes = outcomes.into_iter().map(|outcome| &voice.common[outcome as usize]);
            let first = outcomes.next().expect("each part ends somehow");
            let rest: Vec<&Common> = outcomes.collect();
            let in_all = |pair: &&Pair| rest.iter().all(|common| common.pairs.contains(pair));
            let numbers = |&(a, b): &Pair| (voice.numbers[a], voice.numbers[b]);
            let both_told = |pair: &&Pair| told[numbers(pair).0] && told[numbers(pair).1];
            pairs.extend(first.pairs.iter().filter(both_told).filter(in_all).map(numbers));
            for (label, &number) in voice.numbers.iter().enumerate().filter(|(_, number)| told[**number]) {
                if first.always[label] && rest.iter().all(|common| common.always[label]) {
                    always.push((index, number));
                }
                if !first.ever[label] && rest.iter().all(|common| !common.ever[label]) {
                    nowhere.push((index, number));
                }
            }
        }
        for &(voice, a) in &always {
            let others = nowhere.iter().filter(|(other, _)| *other != voice);
            pairs.extend(others.map(|&(_, b)| (a, b)));
        }
        (pairs, always)
    }
}

impl Paths for Together<'_> {
    type Obeying = Obeying;

    fn labels(&self) -> usize {
        self.labels.len()
    }

    fn like(&self, label: usize) -> Vec<usize> {
        let (voice, own) = self.labels[label];
        let voice = &self.voices[voice];
        voice.whole.like(own).into_iter().map(|label| voice.numbers[label]).collect()
    }

    fn is_clear(&self, label: usize) -> bool {
        let (voice, label) = self.labels[label];
        self.voices[voice].whole.is_clear(label)
    }

    fn earlier(&self, label: usize) -> Option<usize> {
        let (voice, label) = self.labels[label];
        let voice = &self.voices[voice];
        Some(voice.numbers[voice.whole.moments.earlier(label)?])
    }

    fn never(&self, label: usize) -> bool {
        let (voice, label) = self.labels[label];
        self.voices[voice].whole.never(label)
    }

    fn text(&self, label: usize) -> String {
        let (voice, label) = self.labels[label];
        self.voices[voice].whole.text(label)
    }

    fn obeying(&self, pairs: &[Pair], outcome: usize) -> Option<Obeying> {
        let mut within: Vec<Vec<Pair>> = vec![Vec::new(); self.voices.len()];
        let mut needed: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.voices.len()];
        let mut between = Vec::new();
        for &(a, b) in pairs {
            let ((voice, a), (other, b)) = (self.labels[a], self.labels[b]);
            if voice == other {
                within[voice].push((a, b));
            } else {
                needed[voice].insert(a);
                between.push(((voice, a), (other, b)));
            }
        }
        let needed: Vec<Vec<usize>> = needed.into_iter().map(|all| all.into_iter().collect()).collect();
        let ask = |voice: usize, not: Option<usize>| {
            self.ask(voice, (within[voice].clone(), needed[voice].clone(), not))
        };
        let each: Vec<Rc<Many>> =
            (0..self.voices.len()).map(|voice| ask(voice, None)).collect::<Option<_>>()?;
        let takes: Vec<_> = each.iter().map(|many| many.keys().copied().collect()).collect();
        let left = beside_others(self.budget, &takes).into_iter().zip(&each);
        let of = |(left, many): (BTreeSet<Faults>, &Rc<Many>)| match left.len() == many.len() {
            true => many.clone(),
            false => Rc::new(left.into_iter().map(|taken| (taken, many[&taken].clone())).collect()),
        };
        let many: Vec<Rc<Many>> = left.map(of).collect();
        // Before something that cannot happen comes all that happens.
        let mut open = BTreeSet::new();
        for (first, (other, b)) in between {
            let without = ask(other, Some(b))?;
            if many[other].iter().any(|(taken, many)| without.get(taken) != Some(many)) {
                open.insert((first, (other, b)));
            }
        }
        Some(Obeying { outcome, each, many, within, needed, open })
    }

    /// If there are as many of each part, and the same is asked between them. If there are more of one part, one of these
    /// can come behind what the others are in the outcome.
    fn are_same(&self, all: &Obeying, fewer: &Obeying) -> bool {
        if all.many != fewer.many {
            let more = |voice: usize| {
                let more = |(taken, many): (&Faults, &BigUint)| {
                    all.each[voice].get(taken) != Some(many)
                        && self.is_beside(fewer.outcome, &[(voice, *taken)])
                };
                fewer.each[voice].iter().any(more)
            };
            // Where nothing is asked between them, whatever the others do will do.
            if !fewer.open.is_empty() && !(0..self.voices.len()).any(more) {
                self.unknown.set(true);
            }
            return false;
        }
        if all.open == fewer.open {
            return true;
        }
        for &((voice, a), (other, b)) in all.open.difference(&fewer.open) {
            // What is left may come behind something that comes before this one, and yet before it.
            let rest = fewer.open.iter().filter(|((from, _), (to, _))| (*from, *to) == (voice, other));
            let mut pairs = fewer.within[voice].clone();
            pairs.extend(rest.map(|&((_, first), _)| (first, a)));
            pairs.dedup();
            let some = self.ask(voice, (pairs, fewer.needed[voice].clone(), None)).unwrap_or_default();
            let is_beside = |taken: &Faults, more: &Faults| {
                self.is_beside(fewer.outcome, &[(voice, *taken), (other, *more)])
            };
            let happens = self.happening(fewer, other, b);
            if !some.keys().any(|taken| happens.iter().any(|more| is_beside(taken, more))) {
                self.unknown.set(true);
            }
        }
        false
    }

    fn are_more(&self, _: &[Pair], _: &[Pair]) -> bool {
        false
    }

    fn are_own(&self, obeying: &Obeying, outcome: usize) -> bool {
        if !obeying.open.is_empty() {
            // Something happens in one of them that never does in the outcome.
            let happens = |&(_, (other, b)): &(Label, Label)| {
                let mut taken = self.happening(obeying, other, b).into_iter();
                taken.any(|taken| self.is_beside(outcome, &[(other, taken)]))
            };
            if !obeying.open.iter().any(happens) {
                self.unknown.set(true);
            }
            return false;
        }
        let combinations = &self.combinations[outcome];
        // They are of each combination of what they are of in each part: all of these must be its own.
        let mut all = BTreeMap::from([(Faults::NONE, 1usize)]);
        for (voice, many) in self.voices.iter().zip(&obeying.many) {
            let of: BTreeSet<u32> = combinations.iter().map(|all| all[voice.part]).collect();
            let mut own = Many::new();
            let mut next: BTreeMap<Faults, usize> = BTreeMap::new();
            for outcome in of.into_iter().map(|outcome| outcome as usize) {
                *own.entry(voice.taken[outcome]).or_default() += &voice.own[outcome];
                for (taken, many) in &all {
                    let taken = taken.plus(voice.taken[outcome]);
                    if taken.within(self.budget) {
                        *next.entry(taken).or_default() += many;
                    }
                }
            }
            if many.iter().any(|(taken, many)| own.get(taken) != Some(many)) {
                return false;
            }
            all = next;
        }
        all.into_values().sum::<usize>() == combinations.len()
    }

    fn is_small(&self, _: &Obeying, pairs: usize) -> bool {
        let edges: usize = self.voices.iter().map(|voice| voice.whole.edge_count()).sum();
        edges.saturating_mul(pairs) <= PATIENCE && self.voices.iter().all(|voice| voice.whole.has_time())
    }

    fn telling(&self, pairs: Vec<Pair>) -> Vec<Pair> {
        pairs
    }
}

impl Together<'_> {
    /// How many orderings of a part obey, by what they take of the budget. None beyond 2^128.
    fn ask(&self, voice: usize, asked: Asked) -> Option<Rc<Many>> {
        let voice = &self.voices[voice];
        if let Some(known) = voice.asked.borrow().get(&asked) {
            return known.clone();
        }
        let found = voice.whole.obeying_with(&asked.0, &asked.1, asked.2);
        let taken = |many: Many| -> Many {
            let some = many.into_iter().filter(|(_, many)| *many != BigUint::ZERO);
            some.map(|(left, many)| (self.budget.taken(left), many)).collect()
        };
        let found = found.map(taken).map(Rc::new);
        let mut known = voice.asked.borrow_mut();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(asked, found.clone());
        found
    }

    /// What orderings of a part take of the budget that obey and in which something happens.
    fn happening(&self, obeying: &Obeying, voice: usize, label: usize) -> Vec<Faults> {
        let asked = (obeying.within[voice].clone(), obeying.needed[voice].clone(), Some(label));
        let without = self.ask(voice, asked).unwrap_or_default();
        let each = obeying.each[voice].iter();
        each.filter(|(taken, many)| without.get(taken) != Some(*many)).map(|(taken, _)| *taken).collect()
    }

    /// Whether parts may take so much, where the others do what they do in an outcome.
    fn is_beside(&self, outcome: usize, takes: &[(usize, Faults)]) -> bool {
        let of = |combination: &Combination| {
            let voices = self.voices.iter().enumerate();
            let others = voices.filter(|(index, _)| takes.iter().all(|(voice, _)| voice != index));
            let others = others.map(|(_, voice)| voice.taken[combination[voice.part] as usize]);
            others.chain(takes.iter().map(|(_, taken)| *taken)).fold(Faults::NONE, Faults::plus)
        };
        let mut all = self.combinations[outcome].iter();
        all.any(|combination| of(combination).within(self.budget))
    }
}
