//! Makes a case small while it still shows what it showed: one thing less at a time.

use super::generate::{known, without};
use super::model::*;
use super::orderings::walk;
use super::service::{After, Key, Service};
use super::yaml;

/// The smallest case to be had by leaving things out for which `shows` still holds.
pub fn shrunk(mut case: Case, shows: impl Fn(&Case) -> bool) -> Case {
    'again: loop {
        for mut smaller in candidates(&case) {
            smaller.processes.iter_mut().for_each(known);
            let whole = smaller.deliver.iter().chain(&smaller.first).all(|s| smaller.mentions(s.type_));
            if whole && size(&smaller) < size(&case) && walk(&smaller, 100_000).is_some() && shows(&smaller) {
                case = smaller;
                continue 'again;
            }
        }
        return case;
    }
}

/// As long as its text; `forget` counts for more than the default.
pub fn size(case: &Case) -> usize {
    let texts = case
        .processes
        .iter()
        .map(|process| yaml::definition(process).len() + 9 * usize::from(process.forget));
    let services = case.services.iter().map(|service| yaml::service(service).len());
    texts.chain(services).sum::<usize>() + yaml::scenario(case).len()
}

fn candidates(case: &Case) -> Vec<Case> {
    let mut all = Vec::new();
    let mut add = |change: &dyn Fn(&mut Case)| {
        let mut smaller = case.clone();
        without(&mut smaller, change);
        all.push(smaller);
    };
    for index in 0..case.processes.len() {
        // A property names processes by their places.
        if case.processes.len() + case.services.len() > 1 && case.expect.properties.is_empty() {
            add(&|case| {
                case.processes.remove(index);
                keep_what_is_heard(case);
            });
        }
    }
    for index in 0..case.services.len() {
        if case.processes.len() + case.services.len() > 1 && case.expect.properties.is_empty() {
            add(&|case| {
                case.services.remove(index);
                keep_what_is_heard(case);
            });
        }
        for change in less_of_service(&case.services[index], case.expect.properties.is_empty()) {
            add(&|case| {
                change(&mut case.services[index]);
                keep_what_is_heard(case);
            });
        }
    }
    for index in 0..case.deliver.len() {
        add(&|case| drop(case.deliver.remove(index)));
        add(&|case| case.deliver[index].after.clear());
        add(&|case| case.deliver[index].module = None);
        add(&|case| case.deliver[index].data = None);
        add(&|case| case.deliver[index].conversation = 0);
    }
    for index in 0..case.first.len() {
        add(&|case| drop(case.first.remove(index)));
        add(&|case| case.first[index].data = None);
        add(&|case| case.first[index].conversation = 0);
        add(&|case| case.first[index].module = None);
    }
    for index in 0..case.expect.properties.len() {
        add(&|case| {
            case.expect.properties.remove(index);
        });
    }
    for index in 0..case.expect.outcomes.iter().flatten().count() {
        add(&|case| drop(case.expect.outcomes.as_mut().unwrap().remove(index)));
    }
    add(&|case| case.expect.outcomes = None);
    add(&|case| case.expect.converge = false);
    add(&|case| case.faults.duplicates = case.faults.duplicates.saturating_sub(1));
    add(&|case| case.faults.losses = case.faults.losses.saturating_sub(1));
    add(&|case| case.faults.crashes = case.faults.crashes.saturating_sub(1));
    add(&|case| case.forgets = false);
    add(&|case| case.causal = false);
    add(&|case| case.fifo = false);
    add(&|case| case.alike = false);
    add(&|case| case.by_data = false);
    for (index, process) in case.processes.iter().enumerate() {
        for state in 0..process.states.len() {
            let named = !case.expect.properties.is_empty();
            if state != process.initial && process.states.len() > 1 && !named {
                add(&|case| drop_state(&mut case.processes[index], state));
            }
            for at in 0..process.states[state].on.len() {
                add(&|case| drop(case.processes[index].states[state].on.remove(at)));
                for reaction in 0..process.states[state].on[at].1.len() {
                    if process.states[state].on[at].1.len() > 1 {
                        add(&|case| drop(case.processes[index].states[state].on[at].1.remove(reaction)));
                    }
                }
            }
            for at in 0..process.states[state].ignore.len() {
                add(&|case| {
                    case.processes[index].states[state].ignore.remove(at);
                });
            }
            for at in 0..process.states[state].defer.len() {
                add(&|case| {
                    case.processes[index].states[state].defer.remove(at);
                });
            }
        }
        for state in 0..process.states.len() {
            add(&|case| drop(case.processes[index].states[state].enter.pop()));
            add(&|case| drop(case.processes[index].states[state].whenever.pop()));
        }
        for at in 0..process.any.len() {
            add(&|case| drop(case.processes[index].any.remove(at)));
            add(&|case| drop(case.processes[index].any[at].on.pop()));
            add(&|case| _ = case.processes[index].any[at].ignore.pop());
            add(&|case| _ = case.processes[index].any[at].defer.pop());
        }
        for starter in 0..process.starters.len() {
            if process.starters.len() > 1 {
                add(&|case| drop(case.processes[index].starters.remove(starter)));
            }
        }
        add(&|case| case.processes[index].starters.iter_mut().for_each(|starter| starter.rule = None));
        add(&|case| case.processes[index].starts_when = None);
        add(&|case| case.processes[index].forget = false);
        for at in 0..process.reactions().count() {
            for change in LESS {
                add(&|case| change(case.processes[index].reactions_mut().nth(at).unwrap()));
            }
        }
    }
    all
}

/// One thing less of a reaction.
const LESS: [fn(&mut Reaction); 9] = [
    |reaction| {
        reaction.when.pop();
    },
    |reaction| {
        reaction.set.pop();
    },
    |reaction| {
        reaction.sends.pop();
    },
    |reaction| {
        reaction.cancel.pop();
    },
    |reaction| {
        reaction.alarms.pop();
    },
    |reaction| reaction.to = None,
    |reaction| reaction.sends.iter_mut().for_each(|sending| sending.each = None),
    |reaction| reaction.alarms.iter_mut().for_each(|alarm| alarm.key = None),
    |reaction| reaction.sends.iter_mut().for_each(|sending| sending.data = None),
];

fn keep_what_is_heard(case: &mut Case) {
    let whole = case.clone();
    case.first.retain(|stimulus| whole.mentions(stimulus.type_));
    case.deliver.retain(|stimulus| whole.mentions(stimulus.type_));
}

type Change = Box<dyn Fn(&mut Service)>;

/// One thing less of a service. `free`: no property looks at what it knows.
fn less_of_service(service: &Service, free: bool) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    if free && service.entity.is_some() {
        all.push(Box::new(forget));
        all.push(Box::new(|service| service.entity = Some(Key::One)));
    }
    for (on, (_, replies)) in service.on.iter().enumerate() {
        if service.on.len() > 1 {
            all.push(Box::new(move |service| drop(service.on.remove(on))));
        }
        for place in 0..replies.len() {
            if replies.len() > 1 {
                all.push(Box::new(move |service| drop(service.on[on].1.remove(place))));
            }
            all.push(Box::new(move |service| service.on[on].1[place].chance = None));
            all.push(Box::new(move |service| service.on[on].1[place].after = After::AtOnce));
            for change in LESS {
                all.push(Box::new(move |service| change(&mut service.on[on].1[place].reaction)));
            }
        }
    }
    all
}

/// Without a memory, and all that asks for it.
fn forget(service: &mut Service) {
    service.entity = None;
    for reply in service.on.iter_mut().flat_map(|(_, replies)| replies) {
        let asks = |value: &Value| matches!(value, Value::Of(_) | Value::OneMoreThan(_));
        reply.reaction.set.clear();
        reply.reaction.when.retain(|guard| !matches!(guard, Guard::Below(..) | Guard::Is(..)));
        for sending in &mut reply.reaction.sends {
            sending.data = sending.data.filter(|value| !asks(value));
        }
    }
}

fn drop_state(process: &mut Process, state: usize) {
    process.states.remove(state);
    let moved = |index: usize| if index > state { index - 1 } else { index };
    if process.initial > state {
        process.initial -= 1;
    }
    for shared in &mut process.any {
        if let Some(within) = &mut shared.within {
            within.retain(|index| *index != state);
            within.iter_mut().for_each(|index| *index = moved(*index));
        }
    }
    process.any.retain(|shared| shared.within.as_ref().is_none_or(|within| !within.is_empty()));
    for reaction in process.reactions_mut() {
        reaction.to = reaction.to.filter(|to| *to != state).map(moved);
    }
}
