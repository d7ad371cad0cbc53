//! The nearest way to a set of worlds: fewest faults, then fewest steps, then fewest inversions against the
//! order in which the messages are listed, then canonical order. A minimum over all paths.

use super::both::each_some;
use super::choice::What;
use super::explorer::Explorer;
use super::graph::{Bits, Edge, Graph};
use super::listed::Delivery;
use super::pieces::Shelves;
use super::place::Place;
use super::sweep;

/// One path: at each world, the choice that was taken.
pub(super) type Path = Vec<(u32, usize)>;

/// The nearest path to one of the worlds of each set. A set of none has no path.
pub(super) fn nearest(explorer: &mut Explorer, graph: &Graph, sets: &[Vec<u32>]) -> Vec<Path> {
    if sets.iter().all(Vec::is_empty) {
        return vec![Path::new(); sets.len()];
    }
    if let Some(lattice) = graph.lattice() {
        return sweep::nearest(lattice, &sweep::inversions(lattice), sets);
    }
    let sets: Vec<Vec<u32>> = sets.iter().map(|worlds| soonest(explorer, graph, worlds)).collect();
    let far = sets.iter().flatten().max().copied();
    Nearest::new(explorer, graph, far).paths(explorer, graph, &sets)
}

/// Of some worlds those to which fewest faults lead, and of these fewest steps.
fn soonest(explorer: &Explorer, graph: &Graph, worlds: &[u32]) -> Vec<u32> {
    let budget = explorer.scenario.faults;
    let (mut best, mut found) = (None, Vec::new());
    for &world in worlds {
        // Whatever leads to a world takes the same faults: what is left of them is part of it.
        let rank = (budget.taken(graph.left(world as usize)).sum(), graph.depth(world as usize));
        if best.is_none_or(|best| rank < best) {
            best = Some(rank);
            found.clear();
        }
        if best == Some(rank) {
            found.push(world);
        }
    }
    found
}

/// How near worlds are, as far as it is asked for.
struct Nearest {
    /// Per world, the fewest inversions among the shortest paths that lead there.
    inversions: Shelves<u32>,
}

impl Nearest {
    /// `far`: the last world to which a path is wanted, if there is one.
    fn new(explorer: &mut Explorer, graph: &Graph, far: Option<u32>) -> Nearest {
        let worlds = far.map_or(0, |far| far as usize + 1);
        let mut nearest = Nearest { inversions: Shelves::of(u32::MAX, worlds) };
        if worlds > 0 {
            nearest.inversions[0] = 0;
        }
        if explorer.listed.deliveries.is_empty() {
            // Where nothing is listed, nothing is overtaken.
            nearest.inversions = Shelves::of(0, worlds);
            return nearest;
        }
        let mut walk = Walk::new(explorer);
        for world in 0..worlds {
            let behind = graph.worlds.behind(world);
            if behind.start >= worlds {
                break;
            }
            walk.look(explorer, graph, world);
            let here = nearest.inversions[world];
            for (edge, &cost) in graph.kept(world).zip(&walk.costs) {
                let to = edge.to as usize;
                if behind.contains(&to) && to < worlds {
                    nearest.inversions[to] = nearest.inversions[to].min(here + cost);
                }
            }
        }
        nearest
    }

    /// The nearest path to one of the worlds of each set, which are all as soon.
    fn paths(&self, explorer: &mut Explorer, graph: &Graph, sets: &[Vec<u32>]) -> Vec<Path> {
        let mut paths = Vec::with_capacity(sets.len());
        // Where nothing is listed, nothing is overtaken.
        let is_free = explorer.listed.deliveries.is_empty();
        for sets in sets.chunks(64) {
            let far = sets.iter().flatten().max().map_or(0, |&far| far as usize);
            let mut leads_to = Shelves::of(0u64, far + 1);
            for (bit, worlds) in sets.iter().enumerate() {
                let inversions = |world: u32| self.inversions[world as usize];
                let fewest = worlds.iter().map(|&world| inversions(world)).min();
                for &world in worlds.iter().filter(|&&world| Some(inversions(world)) == fewest) {
                    leads_to[world as usize] |= 1 << bit;
                }
            }
            // One bit a world is near at hand; where most lead nowhere it is all that is looked at.
            let mut leading = Bits::none(far + 1);
            sets.iter().flatten().for_each(|&world| leading.set(world as usize));
            let mut walk = Walk::new(explorer);
            let mut end = far + 1;
            while end > 0 {
                let (layer, behind) = (graph.worlds.layer(end - 1), graph.worlds.behind(end - 1));
                let leads = |to: usize| behind.contains(&to) && to <= far && leading.get(to);
                let leads_on = |world: usize| graph.kept(world).any(|edge| leads(edge.to as usize));
                // Without costs, all ways cost the same.
                let where_to = |world: usize, costs: Option<&[u32]>| {
                    let on = graph.kept(world).enumerate().filter(|(choice, edge)| {
                        let to = edge.to as usize;
                        let is_nearest =
                            |costs: &[u32]| self.inversions[to] == self.inversions[world] + costs[*choice];
                        leads(to) && costs.is_none_or(is_nearest)
                    });
                    on.fold(leads_to[world], |all, (_, edge)| all | leads_to[edge.to as usize])
                };
                // Where a layer leads depends on what lies behind it alone.
                let (threads, layer) = (explorer.threads, layer.start..end);
                end = layer.start;
                let on: Vec<(usize, u64)> = match (is_free, walk.by_label) {
                    (true, _) => each_some(threads, layer, |world| {
                        Some((world, where_to(world, None))).filter(|(_, bits)| *bits != 0)
                    }),
                    (false, true) => each_some(threads, layer, |world| {
                        let mut costs = Vec::new();
                        leads_on(world).then(|| {
                            costs_by_label(explorer, graph, world, &mut costs);
                            (world, where_to(world, Some(&costs)))
                        })
                    }),
                    (false, false) => {
                        let on = each_some(threads, layer, |world| leads_on(world).then_some(world));
                        let mut look = |world| {
                            walk.look(explorer, graph, world);
                            (world, where_to(world, Some(&walk.costs)))
                        };
                        on.into_iter().map(&mut look).collect()
                    }
                };
                for (world, bits) in on.into_iter().filter(|(_, bits)| *bits != 0) {
                    leads_to[world] = bits;
                    leading.set(world);
                }
            }
            for bit in 0..sets.len() {
                paths.push(self.follow(explorer, graph, &leads_to, bit));
            }
        }
        paths
    }

    /// Goes from the beginning, at each world by the first choice that is on a nearest path.
    fn follow(&self, explorer: &mut Explorer, graph: &Graph, leads_to: &Shelves<u64>, bit: usize) -> Path {
        let mut path = Path::new();
        let mut world = 0usize;
        let mut walk = Walk::new(explorer);
        loop {
            walk.look(explorer, graph, world);
            let behind = graph.worlds.behind(world);
            let costs = walk.costs.iter().copied();
            let step = graph.kept(world).zip(costs).position(|(edge, cost)| {
                let to = edge.to as usize;
                to < leads_to.len()
                    && leads_to[to] & 1 << bit != 0
                    && behind.contains(&to)
                    && self.inversions[to] == self.inversions[world] + cost
            });
            // Where no choice leads further, the path has arrived.
            let Some(step) = step else { return path };
            path.push((world as u32, step));
            world = graph.kept(world).nth(step).expect("it is there").to as usize;
        }
    }
}

/// Looks at one world after the other.
struct Walk {
    /// A listed message is taken under its own number, and nothing else is: none has alternatives.
    by_label: bool,
    place: Place,
    choices: Vec<super::choice::Choice>,
    /// What each choice costs in inversions.
    costs: Vec<u32>,
}

impl Walk {
    fn new(explorer: &Explorer) -> Walk {
        let served = |delivery: &Delivery| explorer.steps.crew.service(delivery.process).is_some();
        let by_label = !explorer.listed.deliveries.iter().any(served);
        Walk { by_label, place: Place::default(), choices: Vec::new(), costs: Vec::new() }
    }

    fn look(&mut self, explorer: &mut Explorer, graph: &Graph, world: usize) {
        self.costs.clear();
        let edges = graph.kept(world);
        if self.by_label || edges.is_empty() {
            return costs_by_label(explorer, graph, world, &mut self.costs);
        }
        graph.read(world, &mut self.place);
        explorer.ready(&self.place, &mut self.choices);
        self.costs.extend(self.choices.iter().map(|choice| match choice.take.what {
            What::Listed(bit) => explorer.listed.overtaken(bit, &self.place.flight),
            _ => 0,
        }));
    }
}

/// What the choices of a world cost, where a label says which listed message one is.
fn costs_by_label(explorer: &Explorer, graph: &Graph, world: usize, costs: &mut Vec<u32>) {
    let edges = graph.kept(world);
    let listed = explorer.listed.deliveries.len();
    let bit = |edge: Edge| Some(usize::from(edge.label)).filter(|&bit| bit < listed);
    if edges.clone().all(|edge| bit(edge).is_none()) {
        return costs.resize(edges.count(), 0);
    }
    let (flight, _) = graph.flight(world);
    costs.extend(edges.map(|edge| bit(edge).map_or(0, |bit| explorer.listed.overtaken(bit, &flight))));
}
