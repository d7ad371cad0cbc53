//! The worlds of a part as the search for nearest orderings goes through them: backwards, by steps that are on a nearest
//! way.

use super::apart::Part;
use super::choice::What;
use super::compose::Known;
use super::explorer::Explorer;
use super::faults::put;
use super::listed::has;
use super::place::Place;
use rustc_hash::FxHashMap;

/// What is known of a part's worlds. Where it ends with an outcome is one world more, for all that end so.
pub(super) struct Side {
    pub part: usize,
    pub worlds: usize,
    /// The fewest inversions on a nearest way to a world.
    pub near: Vec<u32>,
    /// Per world, the steps that lead there on a nearest way.
    pub into: Vec<Vec<Step>>,
    /// Per world what is listed of this part and in flight, by the numbers of the whole.
    pub flights: Vec<Vec<u32>>,
    /// Per world, those behind the last among them, what has come.
    pub came: Vec<Vec<u32>>,
    /// Per outcome, the faults and the steps that lead there at least.
    pub soon: Vec<(u32, u32)>,
    /// Per world the outcome with which it ends nearest.
    pub ends: FxHashMap<u32, u32>,
    /// A listed message is taken under its own number, and nothing else is.
    pub by_label: bool,
    /// It is all that passes by: of which delivery, and which part, in the order listed.
    pub passing: Vec<(usize, usize)>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub from: u32,
    pub to: u32,
    pub choice: u32,
    /// Where the host stops, the point at which it does so: nothing comes in between.
    pub point: Option<u32>,
    /// What is listed and comes, by the whole's number; and how many of its own part it overtakes.
    pub listed: Option<(u32, u32)>,
    /// What is listed and in flight no more, where that tells how near something is; and whether it comes for the first time.
    pub gone: Option<u32>,
    pub is_new: bool,
}

impl Side {
    /// The explorer is on the part's stage.
    pub fn of(explorer: &mut Explorer, part: &Part, known: &Known, words: usize, number: usize) -> Side {
        let graph = &part.graph;
        let worlds = graph.len();
        let outcomes = known.worlds.len();
        let served =
            |bit: usize| explorer.steps.crew.service(explorer.listed.deliveries[bit].process).is_some();
        let by_label = !(0..explorer.listed.deliveries.len()).any(served);
        let mut side = Side {
            by_label,
            passing: Vec::new(),
            part: number,
            worlds,
            near: vec![u32::MAX; worlds + outcomes],
            into: vec![Vec::new(); worlds + outcomes],
            flights: Vec::with_capacity(worlds),
            came: Vec::with_capacity(worlds + outcomes),
            soon: Vec::with_capacity(outcomes),
            ends: FxHashMap::default(),
        };
        side.near[0] = 0;
        let (mut room, mut choices, mut place) = (Vec::new(), Vec::new(), Place::default());
        // Worlds in which a part ends alike need not have lost the same: then it is not asked what has come.
        let asked = explorer.scenario.faults.losses == 0;
        for world in 0..worlds {
            let (own, had) = graph.flight(world);
            let comes = |bit: usize| had.as_ref().map_or_else(|| !has(&own, bit), |had| has(had, bit));
            let (mut flight, mut came) = (vec![0; words], vec![0; words]);
            for (bit, &number) in part.bits.iter().enumerate() {
                put(&mut flight, number, has(&own, bit));
                put(&mut came, number, asked && bit < explorer.listed.deliveries.len() && comes(bit));
            }
            side.flights.push(flight);
            side.came.push(came);
            if graph.stops(world) {
                continue;
            }
            if !by_label {
                graph.read(world, &mut place);
                explorer.ready(&place, &mut choices);
            }
            for (choice, edge) in graph.edges(world, &mut room).iter().enumerate() {
                if graph.depth(edge.to as usize) != graph.depth(world) + 1 {
                    continue;
                }
                let bit = match by_label {
                    true => Some(usize::from(edge.label)),
                    false => match choices[choice].take.what {
                        What::Listed(bit) => Some(bit),
                        _ => None,
                    },
                };
                let bit = bit.filter(|&bit| bit < explorer.listed.deliveries.len());
                let listed = bit.map(|bit| (part.bits[bit] as u32, explorer.listed.overtaken(bit, &own)));
                let here = side.near[world] + listed.map_or(0, |(_, overtaken)| overtaken);
                let stops = graph.stops(edge.to as usize);
                let gone = listed.filter(|_| asked && !stops).map(|(bit, _)| bit);
                let is_new = asked && bit.is_some_and(|bit| !comes(bit));
                let step = Step {
                    from: world as u32,
                    to: edge.to,
                    choice: choice as u32,
                    point: None,
                    listed,
                    gone,
                    is_new,
                };
                if !stops {
                    side.arrive(here, step);
                    continue;
                }
                let mut points = Vec::new();
                for (crash, point) in graph.edges(edge.to as usize, &mut points).iter().zip(0..) {
                    if graph.depth(crash.to as usize) == graph.depth(edge.to as usize) + 1 {
                        side.arrive(here, Step { to: crash.to, point: Some(point), ..step });
                    }
                }
            }
        }
        for (outcome, ends) in known.worlds.iter().enumerate() {
            let depth = ends.iter().map(|&world| graph.depth(world as usize)).min().unwrap_or(0);
            side.soon.push((known.taken[outcome].sum(), depth));
            side.came.push(ends.first().map(|&world| side.came[world as usize].clone()).unwrap_or_default());
            for &world in ends.iter().filter(|&&world| graph.depth(world as usize) == depth) {
                side.ends.insert(world, outcome as u32);
                side.near[worlds + outcome] = side.near[worlds + outcome].min(side.near[world as usize]);
                let steps = side.into[world as usize].clone();
                side.into[worlds + outcome].extend(steps);
            }
        }
        side
    }

    /// A step leads to a world on a nearest way, with so many inversions.
    fn arrive(&mut self, inversions: u32, step: Step) {
        let near = &mut self.near[step.to as usize];
        *near = (*near).min(inversions);
        self.into[step.to as usize].push(step);
    }

    /// All that passes by, one after the other. Two that stand against the order listed could change places, which takes an
    /// inversion away and adds none: so no nearest ordering has them in another order.
    pub fn of_passing(parts: &[Part], words: usize) -> Option<Side> {
        let passing = parts.iter().enumerate().filter(|(_, part)| part.passes);
        let mut passing: Vec<(usize, usize)> = passing.map(|(index, part)| (part.bits[0], index)).collect();
        passing.sort_unstable();
        let all = passing.len();
        let step = |from: usize| Step {
            from: from as u32,
            to: from as u32 + 1,
            choice: 0,
            point: None,
            listed: Some((passing[from].0 as u32, 0)),
            gone: Some(passing[from].0 as u32),
            is_new: true,
        };
        let mut into: Vec<Vec<Step>> = vec![Vec::new()];
        into.extend((0..all).map(|from| vec![step(from)]));
        into.push(into[all].clone());
        let set = |some: &[(usize, usize)]| {
            let mut set = vec![0; words];
            some.iter().for_each(|&(bit, _)| put(&mut set, bit, true));
            set
        };
        Some(Side {
            part: passing.first()?.1,
            worlds: all + 1,
            near: vec![0; all + 2],
            into,
            flights: (0..=all).map(|from| set(&passing[from..])).collect(),
            came: (0..=all + 1).map(|until| set(&passing[..until.min(all)])).collect(),
            soon: vec![(0, all as u32)],
            ends: FxHashMap::from_iter([(all as u32, 0)]),
            by_label: true,
            passing,
        })
    }

    /// Whether it has not begun.
    pub fn begins(&self, world: u32) -> bool {
        world == 0 || self.ends.get(&0).is_some_and(|outcome| self.worlds as u32 + outcome == world)
    }
}
