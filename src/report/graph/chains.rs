//! Steps in a state chart: the states in which they are done, and those in which they are undone, each
//! with a frame around it; and of every state, which step it is.

use super::{Line, Picture};
use crate::process::Definition;
use std::collections::BTreeMap;

/// What a state is to a step.
pub(super) struct Part {
    /// From 1.
    pub step: usize,
    pub back: bool,
    pub pivot: bool,
}

/// The parts of all steps, by the names of their states.
pub(super) fn parts(definition: &Definition) -> BTreeMap<&str, Part> {
    let mut parts = BTreeMap::new();
    for (number, step) in (1..).zip(&definition.steps) {
        for (states, back) in [(&step.there, false), (&step.back, true)] {
            for state in states {
                parts.insert(&**state, Part { step: number, back, pivot: step.pivot });
            }
        }
    }
    parts
}

impl Part {
    pub fn told(&self) -> String {
        let what = match (self.back, self.pivot) {
            (true, _) => " is undone",
            (false, true) => ", the pivot",
            (false, false) => "",
        };
        format!("step {}{what}", self.step)
    }
}

/// Draws a frame around the way there, and one around the way back.
pub(super) fn framed(definition: &Definition, picture: &mut Picture, node_of: impl Fn(usize) -> usize) {
    let parts = parts(definition);
    for (back, frame) in [(false, "steps"), (true, "undone in reverse")] {
        if !parts.values().any(|part| part.back == back) {
            continue;
        }
        picture.clusters.push(frame.to_string());
        for (index, state) in definition.states.iter().enumerate() {
            let Some(part) = parts.get(&*state.name).filter(|part| part.back == back) else { continue };
            let node = &mut picture.nodes[node_of(index)];
            node.cluster = Some(picture.clusters.len() - 1);
            node.lines.insert(0, Line::quiet(part.told()));
            node.tooltip.push_str(&format!("\n{}", part.told()));
            node.facts.insert("step".into(), part.step.into());
            node.facts.insert("undone".into(), back.into());
        }
    }
}
