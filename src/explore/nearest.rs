//! The nearest way to a set of worlds: fewest faults, then fewest steps, then fewest inversions against the
//! order in which the messages are listed, then canonical order. A minimum over all paths.

use super::choice::What;
use super::explorer::Explorer;
use super::graph::{Edge, Graph};
use super::listed::Delivery;
use super::place::Place;
use super::sweep;

/// The nearest paths to several sets of worlds, each as numbers of worlds' choices.
pub(super) struct Nearest {
    /// Per world, the fewest inversions among the shortest paths that lead there.
    inversions: Vec<u32>,
    /// The same of a lattice.
    small: Vec<u16>,
}

/// One path: at each world, the choice that was taken.
pub(super) type Path = Vec<(u32, usize)>;

impl Nearest {
    pub fn new(explorer: &mut Explorer, graph: &Graph) -> Nearest {
        if let Some(lattice) = graph.lattice() {
            return Nearest { inversions: Vec::new(), small: sweep::inversions(lattice) };
        }
        let mut nearest = Nearest { inversions: vec![u32::MAX; graph.len()], small: Vec::new() };
        if let Some(first) = nearest.inversions.first_mut() {
            *first = 0;
        }
        let mut walk = Walk::new(explorer);
        for world in 0..graph.len() {
            walk.look(explorer, graph, world);
            let here = nearest.inversions[world];
            let behind = graph.worlds.behind(world);
            for (edge, &cost) in graph.kept(world).iter().zip(&walk.costs) {
                let to = edge.to as usize;
                if behind.contains(&to) {
                    nearest.inversions[to] = nearest.inversions[to].min(here + cost);
                }
            }
        }
        nearest
    }

    /// The nearest path to one of the worlds of each set. A set of none has no path.
    pub fn paths(&self, explorer: &mut Explorer, graph: &Graph, sets: &[Vec<u32>]) -> Vec<Path> {
        if let Some(lattice) = graph.lattice() {
            return sweep::nearest(lattice, &self.small, sets);
        }
        let mut paths = Vec::with_capacity(sets.len());
        let budget = explorer.scenario.faults;
        for sets in sets.chunks(64) {
            let mut leads_to = vec![0u64; graph.len()];
            let mut far = 0;
            for (bit, worlds) in sets.iter().enumerate() {
                // Whatever leads to a world takes the same faults: what is left of them is part of it.
                let faults = |world: u32| budget.taken(graph.left(world as usize)).sum();
                let rank = |&&world: &&u32| {
                    (faults(world), graph.depth(world as usize), self.inversions[world as usize])
                };
                let Some(best) = worlds.iter().map(|world| rank(&world)).min() else { continue };
                for &world in worlds.iter().filter(|world| rank(world) == best) {
                    leads_to[world as usize] |= 1 << bit;
                    far = far.max(world as usize);
                }
            }
            let mut walk = Walk::new(explorer);
            for world in (0..=far.min(graph.len().saturating_sub(1))).rev() {
                let behind = graph.worlds.behind(world);
                let tight = |&(edge, _): &(&Edge, u32)| {
                    behind.contains(&(edge.to as usize)) && leads_to[edge.to as usize] != 0
                };
                if !graph.kept(world).iter().any(|edge| tight(&(edge, 0))) {
                    continue;
                }
                walk.look(explorer, graph, world);
                let mut here = leads_to[world];
                let costs = walk.costs.iter().copied();
                for (edge, cost) in graph.kept(world).iter().zip(costs).filter(tight) {
                    if self.inversions[edge.to as usize] == self.inversions[world] + cost {
                        here |= leads_to[edge.to as usize];
                    }
                }
                leads_to[world] = here;
            }
            for bit in 0..sets.len() {
                paths.push(self.follow(explorer, graph, &leads_to, bit));
            }
        }
        paths
    }

    /// Goes from the beginning, at each world by the first choice that is on a nearest path.
    fn follow(&self, explorer: &mut Explorer, graph: &Graph, leads_to: &[u64], bit: usize) -> Path {
        let mut path = Path::new();
        let mut world = 0usize;
        let mut walk = Walk::new(explorer);
        loop {
            walk.look(explorer, graph, world);
            let behind = graph.worlds.behind(world);
            let costs = walk.costs.iter().copied();
            let step = graph.kept(world).iter().zip(costs).position(|(edge, cost)| {
                let to = edge.to as usize;
                leads_to[to] & 1 << bit != 0
                    && behind.contains(&to)
                    && self.inversions[to] == self.inversions[world] + cost
            });
            // Where no choice leads further, the path has arrived.
            let Some(step) = step else { return path };
            path.push((world as u32, step));
            world = graph.kept(world)[step].to as usize;
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
        if edges.is_empty() {
            return;
        }
        let listed = explorer.listed.deliveries.len();
        let is_listed = |edge: &Edge| usize::from(edge.label) < listed;
        if listed == 0 || self.by_label && !edges.iter().any(is_listed) {
            return self.costs.resize(edges.len(), 0);
        }
        if self.by_label {
            let (flight, _) = graph.flight(world);
            let overtaken =
                |bit: usize| if bit < listed { explorer.listed.overtaken(bit, &flight) } else { 0 };
            return self.costs.extend(edges.iter().map(|edge| overtaken(usize::from(edge.label))));
        }
        graph.read(world, &mut self.place);
        explorer.ready(&self.place, &mut self.choices);
        self.costs.extend(self.choices.iter().map(|choice| match choice.take.what {
            What::Listed(bit) => explorer.listed.overtaken(bit, &self.place.flight),
            _ => 0,
        }));
    }
}
