//! States from which no way leads to an end.

use super::course::Course;
use super::finding::Finding;
use crate::span::Mistake;
use std::collections::BTreeSet;

pub fn no_way_to_end(course: &Course) -> Vec<Finding> {
    let definition = course.definition;
    let states = || definition.states.iter().enumerate();
    let mut leads: BTreeSet<usize> =
        states().filter(|(_, state)| state.end.is_some()).map(|(id, _)| id).collect();
    let no_end = leads.is_empty();
    loop {
        let before = leads.len();
        let more: Vec<usize> =
            course.ways.iter().filter(|(_, to)| leads.contains(to)).map(|(from, _)| *from).collect();
        leads.extend(more);
        if leads.len() == before {
            break;
        }
    }
    let stuck = states().filter(|(id, _)| course.comes_to(*id) && !leads.contains(id));
    stuck
        // Of a process without any end it is enough to say so once.
        .filter(|(id, _)| !no_end || *id == definition.regions[0].initial)
        .map(|(_, state)| {
            let what = match no_end {
                true => "this process has no end".to_string(),
                false => format!("no way leads from `{}` to an end", state.name),
            };
            let place = (&definition.source, state.span);
            Finding::new(Mistake::NoWayToEnd, place, what, &[&state.name])
                .hint("`to` a state with `end: success`, `end: failure` or `end: manual`")
        })
        .collect()
}
