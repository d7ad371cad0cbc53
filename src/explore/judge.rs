//! The properties of a scenario, judged in every world and where orderings end.

use super::explorer::Explorer;
use super::graph::Graph;
use super::lattice::Lattice;
use super::lives::Life;
use super::outcomes::{entities, instances};
use super::place::Place;
use super::property::{Facts, Property, facts_of};
use super::report::Kind;
use super::steps::UNBORN;
use super::worlds::World;
use crate::event::Name;
use crate::process::expr::ServiceFacts;
use crate::process::{Data, Service};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A property that does not hold, and in which worlds.
pub(super) struct Broken {
    pub name: String,
    pub text: String,
    /// `always`, or `finally`; or what a service could not answer, which is said as it is.
    pub kind: Kind,
    pub worlds: Vec<u32>,
    /// Why it could not be judged in the first of them, if it could not.
    pub failed: Option<String>,
}

impl Broken {
    pub fn of(property: &Property, kind: Kind) -> Broken {
        let (name, text) = (property.name.clone(), property.text.clone());
        Broken { name, text, kind, worlds: Vec::new(), failed: None }
    }
}

/// The properties of the end, judged where parts that were explored apart end together.
pub(super) struct Finally<'a> {
    properties: &'a [Property],
    counted: BTreeSet<&'a Name>,
    tally: Tally<'a>,
}

impl<'a> Finally<'a> {
    pub fn new(explorer: &Explorer<'a>) -> Finally<'a> {
        let properties = &explorer.scenario.expect.finally;
        let counted: BTreeSet<&Name> = properties.iter().flat_map(|property| property.counted()).collect();
        Finally { properties, tally: Tally::new(explorer, &counted), counted }
    }

    /// Which of them hold. None where one cannot be judged: why it could not in the first world is for the whole to say.
    pub fn judged(&mut self, explorer: &Explorer, place: &Place) -> Option<Vec<bool>> {
        if self.properties.is_empty() {
            return Some(Vec::new());
        }
        let counts = self.tally.counts(explorer, place);
        let counts = self.counted.iter().map(|&type_| type_.clone()).zip(counts).collect();
        self.properties.iter().map(|property| holds(explorer, place, property, &counts).ok()).collect()
    }
}

/// What the properties see of a world: of its instances, and how often messages have been. Equal views are judged once.
type View = (Vec<u32>, Vec<u64>);

pub(super) fn judge(explorer: &Explorer, graph: &Graph) -> Vec<Broken> {
    let expect = &explorer.scenario.expect;
    let always = expect.always.iter().map(|property| (property, Kind::Always));
    let properties: Vec<(&Property, Kind)> =
        always.chain(expect.finally.iter().map(|property| (property, Kind::Finally))).collect();
    if properties.is_empty() {
        return Vec::new();
    }
    let counted: BTreeSet<&Name> = properties.iter().flat_map(|(property, _)| property.counted()).collect();
    let processes = properties.iter().any(|(property, _)| property.reads_instances());
    let mut judging = Judging {
        explorer,
        broken: properties.iter().map(|&(property, kind)| Broken::of(property, kind)).collect(),
        properties: properties.into_iter().map(|(property, _)| property).collect(),
        tally: Tally::new(explorer, &counted),
        counted,
        shown: Shown { processes, ..Shown::default() },
        known: FxHashMap::default(),
        judged: Vec::new(),
    };
    match graph.lattice() {
        Some(lattice) => judging.sets(lattice),
        None => judging.worlds(graph),
    }
    judging.broken.retain(|broken| !broken.worlds.is_empty());
    judging.broken
}

/// What properties see of a scene, by number; None where nobody sees anything.
type Sight = Option<u32>;

struct Judging<'a, 'e> {
    explorer: &'a Explorer<'e>,
    properties: Vec<&'a Property>,
    counted: BTreeSet<&'a Name>,
    tally: Tally<'a>,
    broken: Vec<Broken>,
    shown: Shown,
    known: FxHashMap<View, usize>,
    /// Per view, which properties hold.
    judged: Vec<Vec<Result<bool, String>>>,
}

impl Judging<'_, '_> {
    /// The number of what a world is judged to be.
    fn number(&mut self, place: &Place) -> usize {
        let shown = place.lives.iter().map(|&life| self.shown.of(self.explorer, life));
        let view = (shown.collect(), self.tally.counts(self.explorer, place));
        if let Some(&known) = self.known.get(&view) {
            return known;
        }
        let counts = self.counted.iter().map(|&type_| type_.clone()).zip(view.1.iter().copied()).collect();
        let judged = self.properties.iter().map(|property| holds(self.explorer, place, property, &counts));
        self.judged.push(judged.collect());
        self.known.insert(view, self.judged.len() - 1);
        self.judged.len() - 1
    }

    fn note(&mut self, number: usize, world: usize, ends: bool) {
        for (broken, judged) in self.broken.iter_mut().zip(&self.judged[number]) {
            if *judged != Ok(true) && (ends || broken.kind == Kind::Always) {
                if broken.worlds.is_empty() {
                    broken.failed = judged.clone().err();
                }
                broken.worlds.push(world as u32);
            }
        }
    }

    fn worlds(&mut self, graph: &Graph) {
        let mut place = Place::default();
        let beginnings = self.explorer.beginnings(graph);
        // Of a scene counts what has come of the messages that are counted, and of a cast all.
        let mut seen: Vec<Option<Sight>> = vec![None; graph.worlds.scenes()];
        let mut sights: FxHashMap<Vec<u64>, u32> = FxHashMap::default();
        let mut known: FxHashMap<(u32, u32), usize> = FxHashMap::default();
        // Per cast, what it was judged last, and with what in sight: mostly that is all there is.
        let mut last: Vec<Option<(u32, u32)>> = Vec::new();
        let only_ends = self.explorer.scenario.expect.always.is_empty();
        for world in (0..graph.len()).filter(|&world| !only_ends || graph.is_end(world)) {
            let World { scene, cast } = graph.worlds.get(world);
            let sight = seen[scene as usize].unwrap_or_else(|| {
                let begins = beginnings.contains(&world);
                if begins || !self.counted.is_empty() {
                    graph.read(world, &mut place);
                }
                // Nothing is saved and nothing is out: no moment that anybody could see. Or not all that comes
                // first has come.
                let unseen = graph.worlds.rows.stops(scene) && self.explorer.forgets()
                    || begins && self.explorer.begins(&place);
                match unseen {
                    true => None,
                    // Where nothing listed is counted, all is the same; and that is asked of every scene.
                    false if self.counted.is_empty() => Some(0),
                    false => {
                        let next = sights.len() as u32;
                        Some(*sights.entry(self.tally.delivered(&place)).or_insert(next))
                    }
                }
            });
            seen[scene as usize] = Some(sight);
            let Some(sight) = sight else { continue };
            last.resize(last.len().max(cast as usize + 1), None);
            let number = match last[cast as usize] {
                Some((seen, number)) if seen == sight => number as usize,
                _ => *known.entry((sight, cast)).or_insert_with(|| {
                    graph.read(world, &mut place);
                    self.number(&place)
                }),
            };
            last[cast as usize] = Some((sight, number as u32));
            self.note(number, world, graph.is_end(world));
        }
    }

    /// Of a lattice, once for each body and for what has come of the messages that are counted.
    fn sets(&mut self, lattice: &Lattice) {
        let bits = self.tally.types.iter().flat_map(|counted| counted.listed.iter().flatten());
        let counts = bits.fold(0u32, |all, bit| all | 1 << bit);
        let mut known: FxHashMap<(u32, u32), usize> = FxHashMap::default();
        let mut place = Place::default();
        for set in &lattice.sets {
            let bodies = lattice.companies.get(set.company as usize);
            for (world, &body) in (set.begin as usize..).zip(bodies) {
                let number = match known.get(&(set.flight & counts, body)) {
                    Some(&number) => number,
                    None => {
                        lattice.bodies.read(body, set.flight, &mut place);
                        let number = self.number(&place);
                        known.insert((set.flight & counts, body), number);
                        number
                    }
                };
                self.note(number, world, set.flight == 0);
            }
        }
        // Why it could not be judged is told of the first world that is met.
        for index in 0..self.broken.len() {
            let worlds = &self.broken[index].worlds;
            if worlds.is_empty() || self.judged.iter().all(|judged| judged[index].is_ok()) {
                continue;
            }
            let met = lattice.as_met(lattice.depth(worlds[0] as usize) as usize);
            let first = met.into_iter().find(|world| worlds.binary_search(world).is_ok());
            lattice.read(first.expect("it is one of this layer") as usize, &mut place);
            let number = self.number(&place);
            self.broken[index].failed = self.judged[number][index].clone().err();
        }
    }
}

/// What properties are shown of lives, by number: where an instance is and what it knows. What it waits for and what it has heard they
/// are not shown, so many lives look the same.
#[derive(Default)]
struct Shown {
    /// Whether they look at processes, too, and not only at the entities of services.
    processes: bool,
    numbers: FxHashMap<Option<(Name, Data)>, u32>,
    of: FxHashMap<u32, u32>,
}

impl Shown {
    const NOTHING: u32 = 0;

    fn of(&mut self, explorer: &Explorer, life: u32) -> u32 {
        if life == UNBORN {
            return Shown::NOTHING;
        }
        *self.of.entry(life).or_insert_with(|| {
            let Life { process, instance, .. } = explorer.steps.lives.get(life);
            let facts = match instance.state() {
                Some(_) if explorer.steps.crew.service(*process).is_some() => {
                    Some((Name::from(""), instance.data.clone()))
                }
                Some(_) if !self.processes => return Shown::NOTHING,
                Some(state) => Some((state.clone(), instance.data.clone())),
                None => None,
            };
            let next = Shown::NOTHING + 1 + self.numbers.len() as u32;
            *self.numbers.entry(facts).or_insert(next)
        })
    }
}

/// What services without `entity` could not answer, and in which worlds it has gone without.
pub(super) fn unanswered(explorer: &Explorer, graph: &Graph) -> Vec<Broken> {
    let failed = |place: &Place| place.owing.as_ref().map_or_else(Vec::new, |owing| owing.failed.clone());
    told(graph, Kind::Unanswered, explorer.exchanges.unanswered.clone(), failed)
}

/// What is wrong by itself, and in which worlds: those that tell of it, by its number.
pub(super) fn told(
    graph: &Graph,
    kind: Kind,
    texts: Vec<String>,
    numbers: impl Fn(&Place) -> Vec<u32>,
) -> Vec<Broken> {
    let broken = |text| Broken { name: String::new(), text, kind, worlds: Vec::new(), failed: None };
    let mut found: Vec<Broken> = texts.into_iter().map(broken).collect();
    let worlds = if found.is_empty() { 0 } else { graph.len() };
    let mut place = Place::default();
    // It is the scene that tells of it; and where something is asked or goes wrong, there is no lattice.
    let mut told: Vec<Option<Box<[u32]>>> = vec![None; graph.worlds.scenes()];
    for world in 0..worlds {
        let numbers = told[graph.worlds.get(world).scene as usize].get_or_insert_with(|| {
            graph.read(world, &mut place);
            numbers(&place).into()
        });
        numbers.iter().for_each(|&number| found[number as usize].worlds.push(world as u32));
    }
    found.retain(|broken| !broken.worlds.is_empty());
    found.sort_by(|a, b| a.text.cmp(&b.text));
    found
}

/// How often the messages of some types have been, in one world after the other.
struct Tally<'a> {
    types: Vec<Counted<'a>>,
    /// Per number of what was sent, how many of each type.
    sent: FxHashMap<u32, Vec<u64>>,
}

struct Counted<'a> {
    type_: &'a str,
    /// So many come first.
    first: u64,
    /// Per listed message of the type, its deliveries.
    listed: Vec<Vec<usize>>,
}

impl<'a> Tally<'a> {
    fn new(explorer: &Explorer, types: &BTreeSet<&'a Name>) -> Tally<'a> {
        let scenario = explorer.scenario;
        let of = |&type_: &&'a Name| {
            let first = scenario.first.iter().filter(|stimulus| stimulus.message.type_ == *type_).count();
            let mut listed: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for bit in 0..explorer.listed.len() {
                let message = explorer.listed.on_its_way(bit).message;
                if scenario.deliver[message].message.type_ == *type_ {
                    listed.entry(message).or_default().push(bit);
                }
            }
            Counted { type_, first: first as u64, listed: listed.into_values().collect() }
        };
        Tally { types: types.iter().map(of).collect(), sent: FxHashMap::default() }
    }

    /// A stimulus counts once it was first delivered, any other message once it was sent.
    fn counts(&mut self, explorer: &Explorer, place: &Place) -> Vec<u64> {
        let types = &self.types;
        let bags = &explorer.steps.bags;
        let sent = self.sent.entry(place.sent).or_insert_with(|| {
            types.iter().map(|counted| counted.first + bags.count(place.sent, counted.type_)).collect()
        });
        let sent = sent.clone();
        sent.iter().zip(self.delivered(place)).map(|(sent, delivered)| sent + delivered).collect()
    }

    /// Of each type, how many of the listed messages have come.
    fn delivered(&self, place: &Place) -> Vec<u64> {
        let came = |bits: &&Vec<usize>| bits.iter().any(|&bit| place.came(bit));
        self.types.iter().map(|counted| counted.listed.iter().filter(came).count() as u64).collect()
    }
}

/// What the entities know of the services that remember anything, in the scenario's order.
fn services_facts(explorer: &Explorer, place: &Place) -> Vec<ServiceFacts> {
    let remembering = explorer.scenario.staff.services.iter().filter(|service| service.remembers());
    let all = if explorer.answers() { entities(explorer, place) } else { Vec::new() };
    let facts = |service: &Arc<Service>| {
        let mine = all.iter().filter(|(_, of, ..)| explorer.steps.crew.name(*of) == &service.name);
        let data = mine.filter_map(|(_, _, key, instance)| {
            // One that parked over its first message knows nothing more than one that was never asked.
            let started = instance.as_ref().filter(|instance| instance.state().is_some());
            Some((key.clone(), started?.data.clone()))
        });
        ServiceFacts { initial: service.data.clone(), entities: data.collect() }
    };
    remembering.map(facts).collect()
}

/// A property that looks at instances holds where it holds for each conversation.
fn holds(
    explorer: &Explorer,
    place: &Place,
    property: &Property,
    counts: &BTreeMap<Name, u64>,
) -> Result<bool, String> {
    let instances = instances(explorer, place);
    let mut conversations: BTreeSet<&Name> =
        instances.iter().map(|(_, _, id, _)| id).filter(|id| !id.is_empty()).collect();
    let nobody = Name::from("");
    if conversations.is_empty() || !property.reads_instances() {
        conversations = BTreeSet::from([&nobody]);
    }
    let services = services_facts(explorer, place);
    for conversation in conversations {
        let of = |process: &str| {
            let mut mine = instances
                .iter()
                .filter(|(_, at, _, _)| *explorer.steps.crew.definitions[*at].name == *process);
            mine.find(|(_, _, id, _)| id == conversation).and_then(|(_, _, _, instance)| instance.as_ref())
        };
        let processes = explorer.scenario.processes.iter();
        let facts = Facts {
            processes: processes.map(|definition| facts_of(definition, of(&definition.name))).collect(),
            services: services.clone(),
            counts: counts.clone(),
        };
        if !property.judge(&facts).map_err(|failure| failure.what)? {
            return Ok(false);
        }
    }
    Ok(true)
}
