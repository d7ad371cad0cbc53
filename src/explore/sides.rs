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
    /// Per outcome, how near it is.
    pub depths: Vec<u32>,
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
    /// What is listed and comes, by the whole's number; and how many of its own part it overtakes.
    pub listed: Option<(u32, u32)>,
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
            depths: Vec::with_capacity(outcomes),
            ends: FxHashMap::default(),
        };
        side.near[0] = 0;
        let (mut room, mut choices, mut place) = (Vec::new(), Vec::new(), Place::default());
        for world in 0..worlds {
            let own = graph.flight(world).0;
            let (mut flight, mut came) = (vec![0; words], vec![0; words]);
            for (bit, &number) in part.bits.iter().enumerate() {
                put(&mut flight, number, has(&own, bit));
                put(&mut came, number, !has(&own, bit) && bit < explorer.listed.deliveries.len());
            }
            side.flights.push(flight);
            side.came.push(came);
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
                let near = &mut side.near[edge.to as usize];
                *near = (*near).min(here);
                let step = Step { from: world as u32, to: edge.to, choice: choice as u32, listed };
                side.into[edge.to as usize].push(step);
            }
        }
        for (outcome, ends) in known.worlds.iter().enumerate() {
            let depth = ends.iter().map(|&world| graph.depth(world as usize)).min().unwrap_or(0);
            side.depths.push(depth);
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
            listed: Some((passing[from].0 as u32, 0)),
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
            depths: vec![all as u32],
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
