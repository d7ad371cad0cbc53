//! The outcomes that a scenario declares, read and spelled as a report spells them.
//!
//! One instance: where it rests. Several: `order: served, shipping: sent`, in any order, which is put into
//! the scenario's. A reason for parking is free text; everything else is looked up.

use super::super::outcomes::QUIET;
use super::super::scenario::{instances, label};
use super::Cast;
use super::stimuli::Whole;
use crate::event::Name;
use crate::process::page::listed;
use crate::process::{Definition, Service};
use crate::span::nearest;
use crate::step::Rest;
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Known<'a> {
    instances: Vec<Called<'a>>,
    /// The services with `entity`: an entity is told where it parks, and only then.
    services: Vec<&'a Service>,
}

struct Called<'a> {
    /// Nothing, where it is the only one.
    label: String,
    definition: &'a Definition,
    /// Whether a listed message reaches it. Which others there will be, to whom only those speak that take part,
    /// is not known: they may be called by a conversation, or by the process's name where none is reached.
    reached: bool,
}

/// What is wrong, and what to do about it.
type Wrong = (String, String);

impl<'a> Known<'a> {
    pub fn of(cast: Cast<'a>, whole: &Whole) -> Known<'a> {
        let processes = cast.processes;
        let found = instances(processes, whole.first.iter().chain(&whole.deliver));
        let mut ids: BTreeSet<&Name> = found.iter().map(|(_, id)| id).collect();
        ids.extend(
            whole.first.iter().chain(&whole.deliver).filter_map(|stimulus| stimulus.message.conversation()),
        );
        let mut instances = Vec::new();
        for (process, definition) in processes.iter().enumerate() {
            // In the order of a report.
            let called = |id: &Name| label(processes, process, id, &found);
            let mut labels: BTreeMap<String, bool> = BTreeMap::new();
            if processes.len() > 1 {
                labels.insert(definition.name.to_string(), false);
                labels.extend(ids.iter().map(|id| (format!("{}#{id}", definition.name), false)));
            }
            labels.extend(
                found.iter().filter(|(known, _)| *known == process).map(|(_, id)| (called(id), true)),
            );
            instances.extend(labels.into_iter().map(|(label, reached)| Called {
                label,
                definition,
                reached,
            }));
        }
        let services = cast.services.iter().map(|service| &**service);
        Known { instances, services: services.filter(|service| service.remembers()).collect() }
    }

    /// The outcome as a report spells it.
    pub fn read(&self, text: &str) -> Result<String, Wrong> {
        let (text, entities) = self.without_entities(text)?;
        let whole = match (self.instances.is_empty(), text) {
            (false, _) => Some(self.read_instances(text)?),
            (true, "") if !entities.is_empty() => None,
            (true, QUIET) => Some(QUIET.to_string()),
            (true, _) => {
                let what = format!("`{text}`: no process rests anywhere in this scenario");
                return Err((what, format!("where nothing is wrong the outcome is `{QUIET}`")));
            }
        };
        let parts = whole.into_iter().filter(|whole| whole != QUIET || entities.is_empty());
        let named = |whole: String| match &self.instances[..] {
            // With an entity beside it, the only instance bears its name.
            [only] if only.label.is_empty() && !entities.is_empty() => {
                format!("{}: {whole}", only.definition.name)
            }
            _ => whole,
        };
        Ok(parts.map(named).chain(entities.clone()).collect::<Vec<_>>().join(", "))
    }

    /// What is said of entities that are parked, `kitchen#ada: parked: why`, and the rest.
    fn without_entities<'t>(&self, text: &'t str) -> Result<(&'t str, Vec<String>), Wrong> {
        let mut begins = Vec::new();
        for (at, _) in text.char_indices().filter(|(at, _)| *at == 0 || text[..*at].ends_with(", ")) {
            let names = |service: &&&Service| {
                text[at..].strip_prefix(&*service.name).is_some_and(|rest| rest.starts_with('#'))
            };
            begins.extend(self.services.iter().position(|service| names(&service)).map(|index| (at, index)));
        }
        let mut entities = Vec::new();
        for (place, &(at, index)) in begins.iter().enumerate() {
            let end = begins.get(place + 1).map_or(text.len(), |(next, _)| next - 2);
            let said = &text[at..end];
            if !said.contains(": parked: ") {
                let what = format!("`{said}` does not say that the entity is parked");
                return Err((what, format!("write `{}#key: parked: why`", self.services[index].name)));
            }
            entities.push((index, said.to_string()));
        }
        entities.sort();
        let rest = begins.first().map_or(text, |(at, _)| text[..*at].trim_end_matches(", "));
        Ok((rest, entities.into_iter().map(|(_, said)| said).collect()))
    }

    fn read_instances(&self, text: &str) -> Result<String, Wrong> {
        if let [Called { label, definition, .. }] = &self.instances[..]
            && label.is_empty()
        {
            // `order: served` says no more than `served`.
            let rest = text.strip_prefix(&*definition.name).and_then(|rest| rest.strip_prefix(": "));
            return rests(definition, rest.unwrap_or(text));
        }
        let parts = self.parts(text);
        let asked = self.instances.iter().filter(|called| called.reached || self.first_of(called));
        let labels: Vec<&str> = asked.map(|called| &*called.label).collect();
        let whole = labels.iter().map(|label| format!("{label}: …")).collect::<Vec<_>>().join(", ");
        if parts.first().is_none_or(|(at, ..)| *at > 0) {
            let names = listed(labels);
            let what = format!("`{text}` does not say whose outcome it is");
            return Err((what, format!("say it of each of {names}: `{whole}`")));
        }
        let mut said = Vec::new();
        for (index, called) in self.instances.iter().enumerate() {
            let Called { label, definition, reached } = called;
            let mut of_it = parts.iter().filter(|(_, instance, _)| *instance == index);
            let of_process = |instance: usize| std::ptr::eq(self.instances[instance].definition, *definition);
            match (of_it.next(), of_it.next()) {
                (Some((_, _, rest)), None) => said.push((label, definition, rest)),
                // One that is called by its process's name may turn out to be one of several.
                (None, _)
                    if (!reached || !label.contains('#'))
                        && parts.iter().any(|(_, other, _)| of_process(*other)) => {}
                (None, _) => {
                    let what = format!("`{text}` does not say where {label} rests");
                    return Err((what, format!("write `{whole}`")));
                }
                (Some(_), Some(_)) => {
                    return Err((
                        format!("`{text}` says twice where {label} rests"),
                        format!("write `{whole}`"),
                    ));
                }
            }
        }
        let mut outcome = Vec::new();
        for (label, definition, rest) in said {
            outcome.push(format!("{label}: {}", rests(definition, rest)?));
        }
        Ok(outcome.join(", "))
    }

    /// Whether it is what its process is called first.
    fn first_of(&self, called: &Called) -> bool {
        let mut all = self.instances.iter();
        all.find(|other| std::ptr::eq(other.definition, called.definition))
            .is_some_and(|first| std::ptr::eq(first, called))
    }

    /// Where the text speaks of which instance, and what it says of it. A reason for parking may hold
    /// commas and colons, so only what is called like an instance begins a part.
    fn parts<'t>(&self, text: &'t str) -> Vec<(usize, usize, &'t str)> {
        let mut begins: Vec<(usize, usize, usize)> = Vec::new();
        for (at, _) in text.char_indices().filter(|(at, _)| *at == 0 || text[..*at].ends_with(", ")) {
            for (index, Called { label, .. }) in self.instances.iter().enumerate() {
                if let Some(rest) = text[at..].strip_prefix(&**label)
                    && rest.starts_with(": ")
                {
                    begins.push((at, index, at + label.len() + 2));
                }
            }
        }
        let ends = begins.iter().skip(1).map(|(at, ..)| at.saturating_sub(2)).chain([text.len()]);
        begins
            .iter()
            .zip(ends)
            .map(|((at, index, from), end)| (*at, *index, &text[*from..end.max(*from)]))
            .collect()
    }
}

/// Where an instance may rest, spelled as [`Rest`] spells it.
fn rests(definition: &Definition, text: &str) -> Result<String, Wrong> {
    if let Some(reason) = text.strip_prefix("parked: ").filter(|reason| !reason.is_empty()) {
        return Ok(Rest::Parked(reason).to_string());
    }
    let name = definition.full_name();
    if let Some(state) = text.strip_prefix("unfinished: ") {
        return match definition.resting(state) {
            Some((found, None)) => Ok(Rest::Unfinished(&found).to_string()),
            Some((_, Some(_))) => {
                let what = format!("{state} is an end of {name}, and not unfinished");
                Err((what, format!("write `{state}`")))
            }
            None => Err(no_state(definition, state, "unfinished: ", false)),
        };
    }
    match (text, definition.resting(text)) {
        ("not-started", _) => Ok(Rest::NotStarted.to_string()),
        ("declined", None) => Ok(Rest::Declined.to_string()),
        ("parked" | "parked:", None) => Err((
            "it is parked for a reason".into(),
            "write `parked: unexpected OrderPaid in cooking`".into(),
        )),
        (_, Some((found, Some(end)))) => Ok(Rest::Ended(&found, end).to_string()),
        (_, Some((_, None))) => {
            let what = format!("{text} is no end of {name}: an instance that stays there is unfinished");
            Err((what, format!("write `unfinished: {text}` if that is meant")))
        }
        (_, None) => Err(no_state(definition, text, "", true)),
    }
}

fn no_state(definition: &Definition, text: &str, prefix: &str, ended: bool) -> Wrong {
    let states = definition.resting_names(ended);
    let others = ["not-started", "declined"].into_iter().filter(|_| prefix.is_empty());
    let known: Vec<&str> = states.iter().map(String::as_str).chain(others).collect();
    let what = if prefix.is_empty() {
        format!("{} has no end `{text}`", definition.full_name())
    } else {
        format!("{} has no state `{text}`", definition.full_name())
    };
    let hint = match nearest(text, known.iter().copied()) {
        Some(near) => format!("did you mean `{prefix}{near}`?"),
        None if prefix.is_empty() => {
            format!("an instance rests in {}, or is `parked: why` or `unfinished: state`", listed(known))
        }
        None => format!("there are {}", listed(known)),
    };
    (what, hint)
}
