//! Processes of several machines: each is looked at alone, but for what only the whole can tell.

use super::course::Course;
use super::finding::Finding;
use super::wakes;
use crate::event::Name;
use crate::process::{Definition, Reaction};
use crate::span::{Mistake, Source, Span, listed};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The machines of a process: it itself, or each of its regions as if it were alone, in the file in which that stands.
pub fn machines(definition: &Definition) -> Vec<Definition> {
    if definition.is_plain() {
        return vec![definition.clone()];
    }
    let one = |region: usize| {
        let mut alone = definition.with_only(region);
        if let Some(part) = &definition.regions[region].part {
            alone.source = part.source.clone();
        }
        alone
    };
    (0..definition.regions.len()).map(one).collect()
}

/// An instance waits for ever where none of its machines wakes: all of them have come to an end, or to a state in which
/// nothing is armed.
pub fn never_wakes(courses: &[Course]) -> Vec<Finding> {
    let asleep: Vec<Vec<Finding>> = courses.iter().map(wakes::never_wakes).collect();
    let rests = |course: &Course| course.resting().any(|(_, state, _)| state.end.is_some());
    let all = courses.iter().zip(&asleep).all(|(course, asleep)| !asleep.is_empty() || rests(course));
    if all { asleep.into_iter().flatten().collect() } else { Vec::new() }
}

/// A region, its file, and where a reaction of it sets something.
type Setter<'a> = (&'a Name, &'a Arc<Source>, Span);

/// A member of the data that two regions set: where both hear a message, the one that is listed last wins, and who reads
/// the file sees only one of them.
pub fn shared_members(definition: &Definition, machines: &[Definition]) -> Vec<Finding> {
    let mut setters: BTreeMap<&Name, Vec<Setter>> = BTreeMap::new();
    for machine in machines.iter().filter(|_| !definition.is_plain()) {
        let region = &machine.regions[0].name;
        for (name, span) in machine.reactions_of(0).flat_map(sets) {
            let setters = setters.entry(name).or_default();
            if !setters.iter().any(|(known, ..)| *known == region) {
                setters.push((region, &machine.source, span));
            }
        }
    }
    let several = setters.into_iter().filter(|(_, setters)| setters.len() > 1);
    let finding = |(member, setters): (&Name, Vec<Setter>)| {
        let regions: Vec<&str> = setters.iter().map(|(region, ..)| &***region).collect();
        let (_, source, span) = setters[setters.len() - 1];
        let what = format!("`{member}` is set by the regions {}", listed(regions));
        Finding::new(Mistake::SharedMember, (source, span), what, &[member])
            .label("where both hear a message, the last one listed wins")
            .hint("give each a member of its own, and bring them together in a join")
    };
    several.map(finding).collect()
}

/// The members that a reaction sets, with its place.
fn sets(reaction: &Reaction) -> impl Iterator<Item = (&Name, Span)> {
    reaction.set.iter().map(|(name, _)| (name, reaction.span))
}
