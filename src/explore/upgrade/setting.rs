//! In which scenarios an upgrade can be checked, and what stays the same in one: which messages wait for which, and how they
//! are written.

use crate::error::{Error, Result};
use crate::event::Name;
use crate::explore::listed::closure;
use crate::explore::scenario::{Host, Order, Scenario};
use crate::process::Definition;
use crate::step::instance_of;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) fn one_process(scenario: &Scenario) -> Result<&Arc<Definition>> {
    let refused = |what: &str, hint: &str| {
        let what = format!("an upgrade is checked for {what}");
        Err(Error::input(what).at(scenario.name.clone()).hint(hint.to_string()))
    };
    match &scenario.processes[..] {
        _ if !scenario.staff.services.is_empty() => {
            refused("messages that are listed", "list what the services would answer under `deliver`")
        }
        _ if scenario.host != Host::Anyorder || scenario.faults.crashes > 0 => refused(
            "a host that remembers what it has handled and sent",
            "leave `crashes` and `host` out: there a crash changes nothing",
        ),
        [one] => Ok(one),
        _ => refused("one process at a time", "name a scenario in which there is no other"),
    }
}

/// The only instance that there is, found alike by both versions.
pub(super) fn one_instance(
    scenario: &Scenario,
    source: &Arc<Definition>,
    target: &Arc<Definition>,
) -> Result<Name> {
    let stimuli = || scenario.first.iter().chain(&scenario.deliver);
    let mut ids: BTreeSet<Name> = BTreeSet::new();
    for definition in [source, target] {
        let heard = stimuli().filter(|stimulus| definition.subscriptions.contains(&stimulus.message.type_));
        ids.extend(heard.filter_map(|stimulus| instance_of(definition, &stimulus.message).ok()));
    }
    match ids.len() {
        1 => Ok(ids.into_iter().next().expect("one")),
        _ => Err(Error::input("an upgrade is checked for one instance at a time")
            .at(scenario.name.clone())
            .hint("list the messages of one conversation")),
    }
}

/// Per message, those that come before it.
pub(super) fn waits(scenario: &Scenario, order: Order) -> Vec<Vec<usize>> {
    let all = &scenario.deliver;
    let causes = closure(scenario);
    let must = |first: usize, then: usize| {
        let caused = order.causal && causes[then].contains(&first);
        let sent_before = order.fifo && all[first].module.is_some() && all[first].module == all[then].module;
        caused || sent_before && first < then
    };
    (0..all.len()).map(|then| (0..all.len()).filter(|&first| must(first, then)).collect()).collect()
}

/// How listed messages are written: with a number where several of a name are not alike.
pub(super) fn labels(scenario: &Scenario) -> Vec<String> {
    let all = &scenario.deliver;
    let alike = |one: usize, other: usize| {
        let (a, b) = (&all[one], &all[other]);
        a.message.data == b.message.data && a.module == b.module && a.causes == b.causes
    };
    (0..all.len())
        .map(|index| {
            let name = &all[index].message.type_;
            let same: Vec<usize> =
                (0..all.len()).filter(|&other| all[other].message.type_ == *name).collect();
            let number = same.iter().position(|&other| alike(other, index)).unwrap_or(0) + 1;
            match same.iter().all(|&other| alike(other, index)) {
                true => name.to_string(),
                false => format!("{name}#{number}"),
            }
        })
        .collect()
}
