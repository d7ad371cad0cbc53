//! Alarms that ring where nobody expects them.

use super::course::{Answer, Course, answers};
use super::finding::Finding;
use crate::process::Definition;
use crate::span::Mistake;
use std::collections::BTreeSet;

/// An alarm that may still be armed in a state that says nothing about it: its ring parks the instance.
pub fn stray_rings(course: &Course, whole: &Definition) -> Vec<Finding> {
    let definition = course.definition;
    let mut found = Vec::new();
    for (id, state, known) in course.resting().filter(|(_, state, _)| state.end.is_none()) {
        for alarm in &known.perhaps {
            let parks =
                answers(definition, id, alarm).iter().any(|(_, answer)| matches!(answer, Answer::Nothing));
            // Where another region hears it, the ring is no surprise.
            let elsewhere = !whole.is_plain() && heard_elsewhere(whole, definition, alarm);
            if !parks || elsewhere || !definition.subscriptions.contains(*alarm) {
                continue;
            }
            let what = format!("the alarm {alarm} may ring in `{}`, which says nothing about it", state.name);
            let about = [&state.name, *alarm];
            let finding = Finding::new(Mistake::StrayRing, (&definition.source, state.span), what, &about);
            found.push(
                finding
                    .label("the ring would park the instance")
                    .hint(format!("`cancel: {alarm}` on the way in, or `ignore: {alarm}` here")),
            );
        }
    }
    found
}

/// An alarm that is set, and that no state mentions at all.
pub fn unheard(definition: &Definition, whole: &Definition) -> Vec<Finding> {
    let mut said = BTreeSet::new();
    let alarms = definition.reactions().flat_map(|reaction| &reaction.alarms);
    let unheard = alarms.filter(|alarm| !whole.subscriptions.contains(&alarm.name));
    unheard
        .filter(|alarm| said.insert(&alarm.name))
        .map(|alarm| {
            let name = &alarm.name;
            let what = format!("the alarm {name} is set, and no state answers it");
            let place = (&definition.source, alarm.span);
            Finding::new(Mistake::UnheardAlarm, place, what, &[name])
                .label("the ring would park the instance")
                .hint(format!("say what it does, as in `on: {{{name}: {{to: …}}}}`, or do not set it"))
        })
        .collect()
}

/// Whether a region other than this one mentions a message.
fn heard_elsewhere(whole: &Definition, machine: &Definition, type_: &str) -> bool {
    let own = &machine.regions[0].name;
    whole.regions.iter().any(|region| region.name != *own && region.alphabet.contains(type_))
}
