//! What is said of a whole whose parts were explored apart.
//!
//! An ordering of the whole is one of each part, shuffled: of lengths a, b, … there are (a+b+…)! / (a! b! …) shuffles. Where
//! it leads to is what each part's leads to, side by side: an outcome for each choice of one of each part, where some may
//! be the same in the end. `beside.rs` finds the nearest ordering, `together.rs` what decides.

use super::apart::Part;
use super::beside::Beside;
use super::budget::{Depths, goes_on};
use super::count::{Count, Sorted};
use super::decided::Decided;
use super::explorer::Explorer;
use super::facets::given_on_the_way;
use super::faults::put;
use super::findings::{Waiting, Way};
use super::graph::{Graph, Progress, Stopped};
use super::judge::{Broken, Finally, unanswered};
use super::labels::Sign;
use super::lengths::{Factorials, Lengths, by_length, shuffled};
use super::listed::{Delivery, has};
use super::outcomes::{Outcome, Outcomes, Wrong, outcome};
use super::place::Place;
use super::report::{Apart, Interchanged, Kind};
use super::scenario::Faults;
use super::steps::Given;
use super::together::Together;
use num_bigint::BigUint;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// What was found of the whole.
pub(super) struct Composed {
    pub outcomes: Vec<Outcome>,
    pub waiting: Waiting,
    /// Per outcome.
    pub counts: Vec<Count>,
    pub nearest: Vec<Way>,
    pub decided: Vec<Decided>,
    pub undecided: Option<Stopped>,
    /// The properties that do not hold where some orderings end, with how many those are, and the nearest.
    pub broken: Vec<(Broken, Count, Way)>,
    pub orderings: Count,
    /// How many worlds were walked.
    pub states: u64,
    pub interchanged: Option<Interchanged>,
    pub apart: Apart,
}

/// Of each part one of the outcomes that it has alone, by number.
pub(super) type Combination = Vec<u32>;

/// What is known of a part alone.
pub(super) struct Known {
    /// Per outcome of it the worlds in which it ends so. An outcome is one for each number of faults that it took, and for the
    /// instances that never start for which messages wait; and where
    /// properties look at the end, for each way in which the instances may be then, and the messages that came.
    pub worlds: Vec<Vec<u32>>,
    of: FxHashMap<u32, u32>,
    /// Per outcome how many orderings have each length. That a host stops, and where, is one: nothing comes in between.
    pub lengths: Vec<Lengths>,
    /// Per outcome what was taken of the budget of faults.
    pub taken: Vec<Faults>,
    /// Per outcome what the instances of which it reaches only some facets are given, in an ordering that leads there.
    given: Vec<Vec<(u32, Given)>>,
    depths: Depths,
}

impl Known {
    /// The outcome of a world where the part ends.
    pub fn of(&self, world: u32) -> Option<usize> {
        self.of.get(&world).map(|&outcome| outcome as usize)
    }
}

/// So many combinations of the parts' outcomes are put together.
const COMBINATIONS: usize = 20_000;

/// None where the whole cannot be told from its parts.
pub(super) fn compose(
    explorer: &mut Explorer,
    mut parts: Vec<Part>,
    watch: &mut dyn FnMut(Progress) -> bool,
) -> Option<Composed> {
    let mut known = Vec::with_capacity(parts.len());
    for part in &mut parts {
        explorer.change(&mut part.stage);
        let found = known_of(explorer, part);
        explorer.change(&mut part.stage);
        known.push(found?);
    }
    within_bounds(explorer, &parts, &known)?;
    let mut whole: BTreeMap<Outcome, Several> = BTreeMap::new();
    let mut finally = Finally::new(explorer);
    let mut failing = vec![Led::default(); explorer.scenario.expect.finally.len()];
    for partial in combined(explorer, &parts, &known)? {
        for (holds, failing) in finally.judged(explorer, &partial.place)?.into_iter().zip(&mut failing) {
            if !holds {
                failing.add(&partial);
            }
        }
        let found = outcome(explorer, &partial.place);
        let (plain, never) = found.parted();
        let new = || Several { outcome: found.clone(), led: Led::default(), waiting: BTreeMap::new() };
        let all = whole.entry(plain).or_insert_with(new);
        all.outcome.merge(found, explorer, &partial.place);
        all.led.add(&partial);
        never.into_iter().for_each(|wrong| all.waiting.entry(wrong).or_default().add(&partial));
    }
    // An ordering that goes on where a property did not hold has met that, wherever it ends.
    let fails = failing.iter().any(|failing| !failing.combinations.is_empty());
    if fails && parts.iter().any(|part| goes_on(&part.graph)) {
        return None;
    }
    let mut beside = Beside::new(explorer, &mut parts, &known)?;
    let begin = beside.begin(explorer);
    let (mut outcomes, mut combinations) = (Vec::new(), Vec::new());
    let (mut nearest, mut counts) = (Vec::new(), Vec::new());
    let mut waiting = Waiting::new();
    for Several { outcome, led, waiting: never } in whole.into_values() {
        for (wrong, led) in never {
            let way = led.way(explorer, &mut beside)?;
            waiting.insert((outcome.clone(), wrong), (way, Count::Finite(led.count)));
        }
        nearest.push(led.way(explorer, &mut beside)?);
        outcomes.push(outcome);
        combinations.push(led.combinations);
        counts.push(Count::Finite(led.count));
    }
    let mut broken = Vec::new();
    for (property, led) in explorer.scenario.expect.finally.iter().zip(failing) {
        if !led.combinations.is_empty() {
            let nearest = led.way(explorer, &mut beside)?;
            broken.push((Broken::of(property, Kind::Finally), Count::Finite(led.count), nearest));
        }
    }
    let met = met(&parts);
    let mut undecided = None;
    let mut go_on = || {
        if !watch(Progress { met, done: met, depth: 0 }) {
            undecided = Some(Stopped::Asked);
        }
        undecided.is_none()
    };
    let decided = match Together::new(explorer, &parts, &known, &combinations, &begin) {
        Some(together) => together.decided(&mut go_on)?,
        None => vec![Decided::default(); outcomes.len()],
    };
    let mut orderings = Count::zero();
    counts.iter().for_each(|count| orderings.add(count));
    let states = super::side_by_side::worlds(explorer, &parts);
    Some(Composed {
        interchanged: interchanged(&parts, &states),
        apart: Apart { parts: named(explorer, &parts), states },
        outcomes,
        waiting,
        counts,
        nearest,
        decided,
        undecided,
        broken,
        orderings,
        states: met,
    })
}

/// None where a part does not end everywhere, or there is something in it that only the whole can say.
fn known_of(explorer: &mut Explorer, part: &Part) -> Option<Known> {
    let graph = &part.graph;
    let sorted = Sorted::new(graph);
    let outcomes = Outcomes::new(explorer, graph);
    let is_plain = sorted.behind_a_circle.is_empty()
        && !outcomes.found.is_empty()
        && unanswered(explorer, graph).is_empty();
    if !is_plain {
        return None;
    }
    let budget = explorer.scenario.faults;
    let worlds = ends(explorer, graph, &outcomes);
    let numbered = worlds
        .iter()
        .zip(0..)
        .flat_map(|(worlds, outcome)| worlds.iter().map(move |&world| (world, outcome)));
    let of: FxHashMap<u32, u32> = numbered.collect();
    let first: Vec<u32> = worlds.iter().map(|worlds| worlds[0]).collect();
    let given = given_on_the_way(explorer, part, &first);
    let taken: Vec<Faults> = first.iter().map(|&world| budget.taken(graph.left(world as usize))).collect();
    let group_of = |world: u32| of.get(&world).map(|&outcome| outcome as usize);
    let mut lengths = by_length(graph, &sorted, worlds.len(), &group_of);
    for (lengths, taken) in lengths.iter_mut().zip(&taken).filter(|(_, taken)| taken.crashes > 0) {
        let all = std::mem::take(lengths).into_iter();
        *lengths = all.map(|(length, many)| (length - taken.crashes as usize, many)).collect();
    }
    Some(Known { lengths, taken, given, worlds, of, depths: Depths::of(graph, budget) })
}

/// What of a world a property sees: the instances, what was sent, which listed messages came.
type View = (Vec<u32>, u32, Option<Vec<u32>>);

/// An outcome, what is left of the budget of faults, and for which instances messages wait.
type End<'a> = (usize, Faults, Option<&'a Vec<&'a Wrong>>);

/// The worlds in which a part ends, outcome by outcome.
fn ends(explorer: &Explorer, graph: &Graph, outcomes: &Outcomes) -> Vec<Vec<u32>> {
    let plain = explorer.scenario.expect.finally.is_empty();
    let mut never: FxHashMap<u32, Vec<&Wrong>> = FxHashMap::default();
    for ((_, wrong), worlds) in &outcomes.waiting {
        worlds.iter().for_each(|&world| never.entry(world).or_default().push(wrong));
    }
    let mut told: BTreeMap<(End, View), Vec<u32>> = BTreeMap::new();
    let mut place = Place::default();
    for (outcome, worlds) in outcomes.worlds().into_iter().enumerate() {
        for world in worlds {
            let mut view = View::default();
            if !plain {
                graph.read(world as usize, &mut place);
                let came = place.peril.as_ref().map(|peril| peril.came.clone());
                view = (place.lives.clone(), place.sent, came);
            }
            let left = graph.left(world as usize);
            told.entry(((outcome, left, never.get(&world)), view)).or_default().push(world);
        }
    }
    told.into_values().collect()
}

/// How many worlds were walked.
fn met(parts: &[Part]) -> u64 {
    parts.iter().map(|part| part.graph.len() as u64 - part.graph.within_steps).sum()
}

/// None where the whole would reach a bound, as far as parts can tell.
fn within_bounds(explorer: &Explorer, parts: &[Part], known: &[Known]) -> Option<()> {
    let bounds = explorer.scenario.bounds;
    let depths = known.iter().map(|known| &known.depths);
    let open = Depths::deepest_open(depths, explorer.scenario.faults);
    (met(parts) <= bounds.states && open.is_none_or(|open| open < bounds.depth)).then_some(())
}

/// Some of the parts, put together.
struct Partial {
    combination: Combination,
    /// Where they end.
    place: Place,
    lengths: Lengths,
    /// What they took of the budget of faults.
    taken: Faults,
}

/// What leads to an outcome, or to what is wrong.
#[derive(Clone, Default)]
struct Led {
    combinations: Vec<Combination>,
    count: BigUint,
    taken: BTreeSet<Faults>,
}

/// An outcome, and those of what leads to it in which messages wait for an instance that never starts.
struct Several {
    outcome: Outcome,
    led: Led,
    waiting: BTreeMap<Wrong, Led>,
}

impl Led {
    fn add(&mut self, partial: &Partial) {
        self.combinations.push(partial.combination.clone());
        self.count += partial.lengths.values().sum::<BigUint>();
        self.taken.insert(partial.taken);
    }

    /// The nearest of it; None where that is too much to be looked for.
    fn way(&self, explorer: &mut Explorer, beside: &mut Beside) -> Option<Way> {
        let ordering = beside.ordering(explorer, &self.combinations)?;
        Some(Way { ordering, needs: Faults::smallest(self.taken.iter().copied()) })
    }
}

/// One of each part's outcomes, in every combination. None where there are too many.
fn combined(explorer: &mut Explorer, parts: &[Part], known: &[Known]) -> Option<Vec<Partial>> {
    let mut factorials = Factorials::default();
    let begin = Lengths::from([(0, BigUint::from(1u8))]);
    let start = explorer.start();
    let flight = vec![0; explorer.listed.words];
    let mut place = Place { sent: start.sent, flight, peril: start.peril.clone(), ..Place::default() };
    let shared = parts.iter().flat_map(|part| &part.shared);
    shared.for_each(|&slot| place.set_life(slot, start.life(slot)));
    let budget = explorer.scenario.faults;
    let mut all = vec![Partial { combination: Vec::new(), place, lengths: begin, taken: Faults::NONE }];
    let mut end = Place::default();
    for (part, known) in parts.iter().zip(known) {
        let mut next = Vec::new();
        for Partial { combination, place, lengths, taken } in all {
            for (outcome, worlds) in known.worlds.iter().enumerate() {
                // What one part takes of the budget is not left to the others.
                let taken = taken.plus(known.taken[outcome]);
                if !taken.within(budget) {
                    continue;
                }
                if next.len() == COMBINATIONS {
                    return None;
                }
                let mut place = place.clone();
                if part.passes {
                    let Delivery { slot, mail, .. } = explorer.listed.deliveries[part.bits[0]];
                    explorer.give(&mut place, slot, Given::Mail(mail, false, 0));
                } else {
                    part.graph.read(worlds[0] as usize, &mut end);
                    part.slots.iter().for_each(|&slot| place.set_life(slot, end.life(slot)));
                    // What the facets of an instance become together is what it makes of all that they are given.
                    for &(slot, given) in &known.given[outcome] {
                        let step = explorer.steps.take(slot, place.life(slot), given, 0);
                        place.set_life(slot, explorer.steps.step(step).life);
                    }
                    place.sent = explorer.steps.bags.sum(place.sent, end.sent);
                    come(&mut place, &end, &part.bits);
                }
                let mut combination = combination.clone();
                combination.push(outcome as u32);
                let lengths = shuffled(&lengths, &known.lengths[outcome], &mut factorials);
                next.push(Partial { combination, place, lengths, taken });
            }
        }
        all = next;
    }
    Some(all)
}

/// Which listed messages have come in a world of a part are put among those of the whole. `bits`: their numbers there.
fn come(whole: &mut Place, place: &Place, bits: &[usize]) {
    let (Some(whole), Some(own)) = (&mut whole.peril, &place.peril) else { return };
    for (bit, &number) in bits.iter().enumerate() {
        put(&mut whole.came, number, has(&own.came, bit));
    }
}

/// What is on its way in each part, as choices are written. Those in which nothing happens are none.
fn named(explorer: &Explorer, parts: &[Part]) -> Vec<Vec<String>> {
    let parts = parts.iter().filter(|part| !part.is_idle());
    parts.map(|part| part.bits.iter().map(|&bit| explorer.listed_text(bit, Sign::None)).collect()).collect()
}

fn interchanged(parts: &[Part], states: &BigUint) -> Option<Interchanged> {
    let groups = parts.iter().flat_map(|part| {
        let stage = &part.stage;
        let label = move |&bit: &usize| stage.labels.text(bit as u16).to_string();
        stage.interchange.groups().map(move |group| group.iter().map(label).collect::<Vec<String>>())
    });
    let groups: Vec<Vec<String>> = groups.collect();
    (!groups.is_empty()).then(|| Interchanged { groups, states: states.clone() })
}
