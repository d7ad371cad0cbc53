//! What decides an outcome of a whole whose parts were explored apart.
//!
//! What all its orderings have in common is what those of each part have; and where something never happens in one part, all
//! that always happens in another comes before it. Whether a precedence adds anything is asked of the parts, too: an
//! ordering that obeys the others and not this one is there if one is there of the part; the other parts may come first,
//! and as they come in the outcome itself.

use super::apart::Part;
use super::compose::{Combination, Known};
use super::decided::{Decided, LABELS, PATIENCE, Pair, Paths, decide};
use super::explorer::Explorer;
use super::precedences::Whole;
use num_bigint::BigUint;
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

pub(super) struct Together<'a> {
    voices: Vec<Voice<'a>>,
    /// Per label of the whole its voice, and its number there.
    labels: Vec<Label>,
    combinations: &'a [Vec<Combination>],
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
    /// Per label its number in the whole; none for those that never happen, but for one in all.
    numbers: Vec<Option<usize>>,
    asked: RefCell<FxHashMap<Asked, Option<BigUint>>>,
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
    /// How many of each part.
    many: Vec<BigUint>,
    within: Vec<Vec<Pair>>,
    /// What must happen in each part, since it is to come before something in another.
    needed: Vec<BTreeSet<usize>>,
    /// What comes before something in another part that may happen there.
    open: BTreeSet<(Label, Label)>,
}

/// A voice, and a label of it.
type Label = (usize, usize);

/// Precedences, what must happen, and what must not.
type Asked = (Vec<Pair>, BTreeSet<usize>, Option<usize>);

/// Where a label stands in the order of the whole: the listed messages first, then what else was met, as it was met.
type Standing = (u8, u32, usize, usize, usize);

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
                numbers: vec![None; whole.labels()],
                whole,
                asked: RefCell::default(),
            });
        }
        if all > LABELS {
            return None;
        }
        standing.sort_unstable();
        // What never happens is alike: that something comes before it says that it happens, whichever it is.
        let mut labels: Vec<Label> = Vec::new();
        let mut never = false;
        for (_, voice, label) in standing {
            let is_never = voices[voice].whole.never(label);
            if !is_never || !never {
                voices[voice].numbers[label] = Some(labels.len());
                labels.push((voice, label));
            }
            never |= is_never;
        }
        Some(Together { voices, labels, combinations, unknown: Cell::new(false) })
    }

    /// None where only the whole can say it.
    pub fn decided(&self, go_on: &mut dyn FnMut() -> bool) -> Option<Vec<Decided>> {
        let common = self.combinations.iter().map(|combinations| self.common(combinations)).collect();
        let decided = decide(self, common, go_on);
        (!self.unknown.get()).then_some(decided)
    }

    /// The precedences that all orderings of an outcome have in common.
    fn common(&self, combinations: &[Combination]) -> BTreeSet<Pair> {
        let mut pairs = BTreeSet::new();
        let (mut always, mut nowhere) = (Vec::new(), Vec::new());
        for (index, voice) in self.voices.iter().enumerate() {
            let outcomes: BTreeSet<u32> = combinations.iter().map(|all| all[voice.part]).collect();
            let mut outcomes = outcomes.into_iter().map(|outcome| &voice.common[outcome as usize]);
            let first = outcomes.next().expect("each part ends somehow");
            let rest: Vec<&Common> = outcomes.collect();
            let in_all = |pair: &&Pair| rest.iter().all(|common| common.pairs.contains(pair));
            let number = |label: usize| voice.numbers[label];
            pairs.extend(
                first.pairs.iter().filter(in_all).filter_map(|&(a, b)| Some((number(a)?, number(b)?))),
            );
            for label in 0..voice.numbers.len() {
                let Some(number) = number(label) else { continue };
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
        pairs
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
        voice.whole.like(own).into_iter().filter_map(|label| voice.numbers[label]).collect()
    }

    fn is_clear(&self, label: usize) -> bool {
        let (voice, label) = self.labels[label];
        self.voices[voice].whole.is_clear(label)
    }

    fn earlier(&self, label: usize) -> Option<usize> {
        let (voice, label) = self.labels[label];
        let voice = &self.voices[voice];
        voice.numbers[voice.whole.moments.earlier(label)?]
    }

    fn never(&self, label: usize) -> bool {
        let (voice, label) = self.labels[label];
        self.voices[voice].whole.never(label)
    }

    fn text(&self, label: usize) -> String {
        let (voice, label) = self.labels[label];
        self.voices[voice].whole.text(label)
    }

    fn obeying(&self, pairs: &[Pair]) -> Option<Obeying> {
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
        let ask = |voice: usize, not: Option<usize>| {
            self.voices[voice].obeying((within[voice].clone(), needed[voice].clone(), not))
        };
        // Before something that cannot happen comes all that happens.
        let mut open = BTreeSet::new();
        for (first, (other, b)) in between {
            if ask(other, Some(b))? != ask(other, None)? {
                open.insert((first, (other, b)));
            }
        }
        let many = (0..self.voices.len()).map(|voice| ask(voice, None)).collect::<Option<_>>()?;
        Some(Obeying { many, within, needed, open })
    }

    /// If there are as many of each part, and the same is asked between them. If there are more of one part, one of these
    /// can come behind what the others are in the outcome.
    fn are_same(&self, all: &Obeying, fewer: &Obeying) -> bool {
        if all.many != fewer.many || all.open == fewer.open {
            return all.many == fewer.many;
        }
        for &((voice, a), (other, _)) in all.open.difference(&fewer.open) {
            // What is left may come behind something that comes before this one, and yet before it.
            let rest = fewer.open.iter().filter(|((from, _), (to, _))| (*from, *to) == (voice, other));
            let mut pairs = fewer.within[voice].clone();
            pairs.extend(rest.map(|&((_, first), _)| (first, a)));
            pairs.dedup();
            let some = self.voices[voice].obeying((pairs, fewer.needed[voice].clone(), None));
            if some.is_none_or(|some| some == BigUint::ZERO) {
                self.unknown.set(true);
            }
        }
        false
    }

    fn are_more(&self, _: &[Pair], _: &[Pair]) -> bool {
        false
    }

    fn are_own(&self, obeying: &Obeying, outcome: usize) -> bool {
        let combinations = &self.combinations[outcome];
        let of =
            |voice: &Voice| -> BTreeSet<u32> { combinations.iter().map(|all| all[voice.part]).collect() };
        // They are of each combination of what they are of in each part: all of these must be its own.
        let all: usize = self.voices.iter().map(|voice| of(voice).len()).product();
        let mut each = self.voices.iter().zip(&obeying.many);
        all == combinations.len()
            && obeying.open.is_empty()
            && each.all(|(voice, many)| {
                of(voice).into_iter().map(|outcome| &voice.own[outcome as usize]).sum::<BigUint>() == *many
            })
    }

    fn is_small(&self, _: &Obeying, pairs: usize) -> bool {
        let edges: usize = self.voices.iter().map(|voice| voice.whole.edge_count()).sum();
        edges.saturating_mul(pairs) <= PATIENCE && self.voices.iter().all(|voice| voice.whole.has_time())
    }

    fn telling(&self, pairs: Vec<Pair>) -> Vec<Pair> {
        pairs
    }
}

impl Voice<'_> {
    /// How many orderings of the part obey. None beyond 2^128.
    fn obeying(&self, asked: Asked) -> Option<BigUint> {
        if let Some(known) = self.asked.borrow().get(&asked) {
            return known.clone();
        }
        let found = self.whole.obeying_with(&asked.0, &asked.1, asked.2);
        let mut known = self.asked.borrow_mut();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(asked, found.clone());
        found
    }
}

/// Of what else is met, what is met in fewest choices comes first; then what comes of a choice that comes first.
fn standing_of(part: &Part, whole: &Whole, label: usize, index: usize, begin: &[(usize, u32)]) -> Standing {
    let (own, time) = whole.moments.own_label(label);
    if own < part.stage.listed.deliveries.len() {
        return (u8::from(time.is_some()), 0, part.bits[own], time.unwrap_or(0), 0);
    }
    // One that is only part of others' names was written first when one of those was.
    let mut met = (own..part.stage.labels.len()).map(|label| part.first_met(label as u16));
    let (depth, choice) = met.find(|(depth, _)| *depth < u32::MAX).unwrap_or((u32::MAX, 0));
    let rank = begin.iter().position(|first| *first == (index, choice)).unwrap_or(usize::MAX);
    (2, depth, rank, own, time.unwrap_or(0))
}
