//! `check --upgrade P..Q`: every ordering, with the switch from one version to the other at every moment of it.
//!
//! The switch is one more choice, that can be taken once. What it does to the instance the caller says, who asks the
//! same planner as `migrate` does; all that comes after is decided by Q. Beside the ordering go P alone and Q alone: they
//! are told the same messages in the same order, an alarm rings where the ordering says so if they have set it, and what
//! they have set beyond that rings at the end. Against these two each ordering is judged where it ends
//! ([`judge`]).
//!
//! Walked from the nearest ordering on (fewest faults, then steps, then inversions), each distinct world once: what
//! was recorded so far counts by what Q makes of it, since that is all that a later switch asks of it.

mod course;
mod judge;
mod setting;

pub use judge::{At, Snag, Trouble, Upgrade};

use super::explorer::Explorer;
use super::scenario::{Faults, Order, Scenario};
use crate::error::Result;
use crate::event::{Document, Message, Name, Time};
use crate::process::Definition;
use crate::runtime::World;
use crate::step::{Hand, Instance, Recorded};
use course::{Called, Course, Ground, world_of};
use setting::{labels, one_instance, one_process, waits};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::sync::Arc;

/// What becomes of an instance when it is moved.
#[derive(Debug, Clone)]
pub struct Moving {
    /// What is done; none where it does not fit, and stays.
    pub by: Option<(Hand, Document)>,
    /// Where it comes to rest, or would.
    pub will: String,
    /// What Q makes of all that was recorded.
    pub decided: Instance,
}

/// Says what becomes of a live instance, of which these turns were recorded, at a moment.
pub type Planner<'a> = dyn Fn(&Instance, &[Arc<Vec<Recorded>>], Time) -> Result<Moving> + 'a;

/// What may happen next.
#[derive(Debug, Clone)]
enum Take {
    Listed(usize),
    Copy(usize),
    Ring(Called),
    Again(usize),
    Lost(usize),
    Switch,
}

/// A world, and beside it what P alone and Q alone have come to.
#[derive(Debug, Clone)]
struct Node {
    /// Listed messages on their way, those that came, and duplicates on their way.
    left: Vec<usize>,
    came: Vec<usize>,
    copies: Vec<usize>,
    faults: Faults,
    course: Course,
    /// Before the switch it is the course itself.
    p: Option<Course>,
    q: Course,
    /// In which of the states it was when it was moved.
    at: Option<usize>,
}

/// About so many bytes a world takes that is still to be looked at.
const WORLD: u64 = 8 << 10;

/// How far a world is: what is nearer is looked at first.
type Far = (u32, u32, u32, Vec<u16>);

/// Explores a scenario of P in one of its orders, with the switch to Q at every moment.
pub fn upgrade(
    scenario: &Scenario,
    order: Order,
    target: &Arc<Definition>,
    planner: &Planner,
    stop: &dyn Fn(u64) -> bool,
) -> Result<Upgrade> {
    let mut walk = Walk::new(scenario, order, target, planner)?;
    let mut heap: BinaryHeap<Reverse<(Far, usize)>> = BinaryHeap::new();
    let mut nodes: Vec<Option<Node>> = Vec::new();
    // From which world each was reached first, and by what.
    let mut from: Vec<(usize, String)> = Vec::new();
    let (mut known, mut bytes) = (BTreeSet::new(), 0);
    let begin = walk.begin()?;
    heap.push(Reverse(((0, 0, 0, Vec::new()), 0)));
    nodes.push(Some(begin));
    from.push((0, String::new()));
    while let Some(Reverse((far, number))) = heap.pop() {
        let node = nodes[number].take().expect("each is looked at once");
        let moving = walk.moving(&node)?;
        let key = walk.key(&node, moving.as_ref());
        if known.contains(&key) {
            continue;
        }
        let (bounds, met) = (&scenario.bounds, walk.found.states);
        let memory = bytes + WORLD * heap.len() as u64;
        if met >= bounds.states || u64::from(far.1) >= bounds.depth || memory > bounds.memory || stop(met) {
            walk.found.stopped = true;
            break;
        }
        walk.found.states += 1;
        bytes += key.len() as u64 + 128;
        known.insert(key);
        let way = |from: &[(usize, String)]| {
            let mut way: Vec<String> = Vec::new();
            let mut here = number;
            while here > 0 {
                way.push(from[here].1.clone());
                here = from[here].0;
            }
            way.reverse();
            way
        };
        let choices = walk.choices(&node);
        if let (Some(at), true) = (node.at, choices.iter().all(|take| matches!(take, Take::Again(_)))) {
            let wrong = judge::judge(&walk.names, &walk.ground, &node.course, node.p.as_ref(), &node.q);
            walk.note(at, wrong, || way(&from));
        }
        for (nth, take) in choices.into_iter().enumerate() {
            if let Take::Switch = take {
                let at = walk.meets(&node, moving.as_ref());
                let left = moving.as_ref().map(|moving| judge::left(&walk.names, &node.course, moving));
                let label = walk.label(&take);
                walk.note(at, left.unwrap_or_default(), || {
                    way(&from).into_iter().chain([label.clone()]).collect()
                });
            }
            let mut path = far.3.clone();
            path.push(nth as u16);
            let fault = u32::from(matches!(take, Take::Again(_) | Take::Lost(_)));
            let overtaken = match take {
                Take::Listed(index) => node.left.iter().filter(|other| **other < index).count() as u32,
                _ => 0,
            };
            let next_far = (far.0 + fault, far.1 + 1, far.2 + overtaken, path);
            from.push((number, walk.label(&take)));
            nodes.push(Some(walk.apply(&node, &take, moving.as_ref())));
            heap.push(Reverse((next_far, nodes.len() - 1)));
        }
    }
    Ok(walk.found)
}

/// What stays the same from world to world, and what was found.
struct Walk<'a> {
    scenario: &'a Scenario,
    planner: &'a Planner<'a>,
    ground: Ground,
    names: [String; 2],
    /// The instance that all of it is about.
    id: Name,
    /// Worlds without anything: of P, of Q, and of both, where new instances start on Q.
    worlds: [World; 3],
    /// Per listed message, those that must come before it.
    waits: Vec<Vec<usize>>,
    labels: Vec<String>,
    found: Upgrade,
}

impl<'a> Walk<'a> {
    fn new(
        scenario: &'a Scenario,
        order: Order,
        target: &Arc<Definition>,
        planner: &'a Planner<'a>,
    ) -> Result<Walk<'a>> {
        let source = one_process(scenario)?;
        // What either version alone cannot be checked in, they cannot be together.
        Explorer::new(scenario, order)?;
        Explorer::new(&Scenario { processes: vec![target.clone()], ..scenario.clone() }, order)?;
        let id = one_instance(scenario, source, target)?;
        let expires = scenario.first.iter().chain(&scenario.deliver).any(|s| s.message.expiry.is_some());
        let type_of = |stimulus: &super::Stimulus| stimulus.message.type_.to_string();
        let found = Upgrade {
            scenario: scenario.name.clone(),
            from: source.full_name(),
            to: target.full_name(),
            order,
            alarms: scenario.alarms,
            faults: scenario.faults,
            first: scenario.first.iter().map(type_of).collect(),
            deliver: scenario.deliver.iter().map(type_of).collect(),
            states: 0,
            stopped: false,
            at: Vec::new(),
        };
        Ok(Walk {
            scenario,
            planner,
            ground: Ground::new([source, target], scenario.alarms, expires),
            names: [source.full_name(), target.full_name()],
            id,
            worlds: [world_of(&[source])?, world_of(&[target])?, world_of(&[source, target])?],
            waits: waits(scenario, order),
            labels: labels(scenario),
            found,
        })
    }

    /// Where it begins: the first messages have come, and nothing was moved.
    fn begin(&self) -> Result<Node> {
        let [p, q, _] = &self.worlds;
        let mut node = Node {
            left: (0..self.scenario.deliver.len()).collect(),
            came: Vec::new(),
            copies: Vec::new(),
            faults: self.scenario.faults,
            course: Course::new(p.clone(), self.id.clone()),
            p: None,
            q: Course::new(q.clone(), self.id.clone()),
            at: None,
        };
        self.scenario.first.iter().for_each(|stimulus| node.deliver(&stimulus.message));
        Ok(node)
    }

    /// What would become of the instance now; none where there is nothing to be moved.
    fn moving(&self, node: &Node) -> Result<Option<Moving>> {
        let instance = node.course.instance();
        if node.at.is_some() || !instance.is_live() {
            return Ok(None);
        }
        (self.planner)(&instance, &node.course.turns, node.course.now()).map(Some)
    }

    fn key(&self, node: &Node, moving: Option<&Moving>) -> String {
        let mut key = format!("{:?} {:?} {:?} {:?}\n", node.left, node.copies, node.faults, node.at);
        let courses = [Some(&node.course), node.p.as_ref(), Some(&node.q)];
        for course in courses.into_iter().flatten() {
            course.write(&self.ground, &mut key);
            // Only of what came may a duplicate come, and who has seen it knows it again.
            if self.scenario.faults.duplicates > 0 {
                key.push_str(&format!("{:?} {:?}\n", node.came, course.instance().seen));
            }
        }
        if let Some(moving) = moving {
            node.q.write_of(&moving.decided, &self.ground, &mut key);
        }
        key
    }

    /// All that may happen next, in canonical order.
    fn choices(&self, node: &Node) -> Vec<Take> {
        let free = |index: &&usize| !self.waits[**index].iter().any(|before| node.left.contains(before));
        let mut choices: Vec<Take> =
            node.left.iter().filter(free).map(|index| Take::Listed(*index)).collect();
        choices.extend(node.copies.iter().map(|index| Take::Copy(*index)));
        let idle = choices.is_empty();
        choices.extend(node.course.ringable(&self.ground, idle).into_iter().map(Take::Ring));
        if node.faults.duplicates > 0 {
            choices.extend(node.came.iter().map(|index| Take::Again(*index)));
        }
        if node.faults.losses > 0 {
            choices.extend(node.left.iter().map(|index| Take::Lost(*index)));
        }
        if node.at.is_none() {
            choices.push(Take::Switch);
        }
        choices
    }

    fn apply(&self, before: &Node, take: &Take, moving: Option<&Moving>) -> Node {
        let mut node = before.clone();
        let message = |index: usize| &self.scenario.deliver[index].message;
        match take {
            Take::Listed(index) => {
                node.left.retain(|left| left != index);
                node.came.push(*index);
                node.came.sort();
                node.deliver(message(*index));
            }
            Take::Copy(index) => {
                let place = node.copies.iter().position(|copy| copy == index).expect("it is on its way");
                node.copies.remove(place);
                node.deliver(message(*index));
            }
            Take::Ring(alarm) => node.each(|course| course.ring(alarm)),
            Take::Again(index) => {
                node.faults.duplicates -= 1;
                node.copies.push(*index);
                node.copies.sort();
            }
            Take::Lost(index) => {
                node.faults.losses -= 1;
                node.left.retain(|left| left != index);
            }
            Take::Switch => {
                node.at = Some(self.place_of(&state_of(&node.course)));
                let by = moving.and_then(|moving| moving.by.clone());
                let moved = node.course.moved(&self.worlds[2], by, &node.q);
                node.p = Some(std::mem::replace(&mut node.course, moved));
            }
        }
        node
    }

    fn label(&self, take: &Take) -> String {
        match take {
            Take::Listed(index) | Take::Copy(index) => self.labels[*index].clone(),
            Take::Ring((name, None)) => format!("{name}!"),
            Take::Ring((name, Some(key))) => format!("{name}({key})!"),
            Take::Again(index) => format!("{}+", self.labels[*index]),
            Take::Lost(index) => format!("{}-", self.labels[*index]),
            Take::Switch => format!("→{}", self.names[1]),
        }
    }

    /// Its number among the states that were met; it was met when the switch there was first looked at.
    fn place_of(&self, state: &str) -> usize {
        self.found.at.iter().position(|at| at.state == state).expect("it was noted")
    }

    /// Where a switch finds the instance, and where it goes.
    fn meets(&mut self, node: &Node, moving: Option<&Moving>) -> usize {
        let state = state_of(&node.course);
        let place = match self.found.at.iter().position(|at| at.state == state) {
            Some(place) => place,
            None => {
                self.found.at.push(At { state, goes: BTreeSet::new(), wrong: Vec::new() });
                self.found.at.len() - 1
            }
        };
        if let Some(moving) = moving.filter(|moving| moving.by.is_some()) {
            // Why it is parked there is another matter.
            let parked = moving.will.split_once(", parked: ").map(|(state, _)| format!("{state}, parked"));
            self.found.at[place].goes.insert(parked.unwrap_or_else(|| moving.will.clone()));
        }
        place
    }

    /// The first of its kind is the nearest.
    fn note(&mut self, at: usize, wrong: Vec<(Trouble, String)>, way: impl Fn() -> Vec<String>) {
        for (trouble, message) in wrong {
            let known = &mut self.found.at[at].wrong;
            if !known.iter().any(|other| other.trouble == trouble) {
                known.push(Snag { trouble, message, ordering: way() });
            }
        }
    }
}

impl Node {
    /// All that go along.
    fn each(&mut self, does: impl Fn(&mut Course)) {
        [Some(&mut self.course), self.p.as_mut(), Some(&mut self.q)].into_iter().flatten().for_each(does);
    }

    fn deliver(&mut self, message: &Arc<Message>) {
        self.each(|course| course.deliver(message));
    }
}

/// Where an instance is, whether or not it is parked there.
fn state_of(course: &Course) -> String {
    let instance = course.instance();
    let rest = course.rest();
    match (instance.state(), &instance.parked) {
        (Some(state), Some(_)) => format!("{state}, parked"),
        (Some(state), None) => state.to_string(),
        (None, Some(_)) => "parked before start".to_string(),
        (None, None) => rest,
    }
}
