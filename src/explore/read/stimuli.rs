//! Messages made whole: each with an id of its own, the module that says it, and its causes; and what
//! cannot be: a message that nobody hears, an alarm, a cause that is not listed, a circle of causes.

use super::super::scenario::Stimulus;
use super::Cast;
use crate::event::{Message, Name};
use crate::process::page::listed;
use crate::process::stimuli::{Ids, Listed, OUTSIDE};
use crate::process::{Definition, Library, Participant};
use crate::span::{Diagnostic, Mistake, nearest};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The messages of a scenario, and what is wrong with them.
#[derive(Default)]
pub(super) struct Whole {
    pub first: Vec<Stimulus>,
    pub deliver: Vec<Stimulus>,
    pub wrong: Vec<Diagnostic>,
}

pub(super) fn whole(first: Vec<Listed>, deliver: Vec<Listed>, cast: Cast, library: &dyn Library) -> Whole {
    let mut whole = Whole::default();
    let mut ids = Ids::default();
    let processes = cast.processes;
    let cast = cast.participants();
    for message in first.iter().chain(&deliver) {
        whole.wrong.extend(unheard(message, processes, &cast));
        whole.wrong.extend(message.in_the_name_of(&cast));
    }
    let all: Vec<&Name> = first.iter().chain(&deliver).map(|message| &message.type_).collect();
    let types = Types::of(&deliver);
    for message in first.iter().chain(&deliver) {
        whole.wrong.extend(unlisted_causes(message, &all));
    }
    let mut made = |message: &Listed, causes: Vec<usize>| {
        let module = message.module.as_ref().map(|(module, _)| module.clone());
        let module = module.or_else(|| library.owner(&message.type_));
        let source = module.clone().unwrap_or_else(|| Name::from(OUTSIDE));
        let made = Message {
            correlation: Some(message.correlation.clone()),
            data: message.data.clone(),
            ..Message::new(source, message.type_.clone(), ids.next(&message.type_), Stimulus::TIME)
        };
        Stimulus { message: Arc::new(made), module, causes }
    };
    // What was delivered first is nothing to wait for, whoever names it.
    whole.first = first.iter().map(|message| made(message, Vec::new())).collect();
    for (index, message) in deliver.iter().enumerate() {
        let causes = message.after.iter().flat_map(|(type_, _)| types.others(type_, index));
        let causes: BTreeSet<usize> = causes.collect();
        whole.deliver.push(made(message, causes.into_iter().collect()));
    }
    whole.wrong.extend(circle(&deliver, &whole.deliver));
    whole
}

/// Where the messages of each type stand in a list.
struct Types(BTreeMap<Name, Vec<usize>>);

impl Types {
    fn of(messages: &[Listed]) -> Types {
        let mut types: BTreeMap<Name, Vec<usize>> = BTreeMap::new();
        for (index, message) in messages.iter().enumerate() {
            types.entry(message.type_.clone()).or_default().push(index);
        }
        Types(types)
    }

    fn others(&self, type_: &Name, but: usize) -> impl Iterator<Item = usize> {
        self.0.get(type_).into_iter().flatten().copied().filter(move |index| *index != but)
    }
}

/// A message that nobody mentions, or that is an alarm.
fn unheard(message: &Listed, processes: &[Arc<Definition>], cast: &[Participant]) -> Option<Diagnostic> {
    let type_ = &message.type_;
    if let Some(process) = processes.iter().find(|process| process.alarms.contains(type_)) {
        let what = format!("`{type_}` is an alarm of {}: nobody delivers it, it rings", process.full_name());
        let hint = "leave it out; `alarms: any` lets it ring at any moment once it is set";
        return Some(message.diagnostic(message.span, what).code(Mistake::NotDelivered).hint(hint));
    }
    message.unmentioned(cast, "scenario", &BTreeSet::new())
}

fn unlisted_causes<'a>(message: &'a Listed, all: &'a [&Name]) -> impl Iterator<Item = Diagnostic> + 'a {
    message.after.iter().filter_map(move |(cause, span)| {
        let count = all.iter().filter(|type_| **type_ == cause).count();
        if *cause == message.type_ && count == 1 {
            let what = format!("`{cause}` comes after itself");
            let hint = "there is no other message of that type";
            return Some(message.diagnostic(*span, what).code(Mistake::Causes).hint(hint));
        }
        if count > 0 {
            return None;
        }
        let what = format!("`{cause}` is not listed, so nothing can come after it");
        let hint = message.source.advice(|| match nearest(cause, all.iter().map(|type_| &***type_)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let types: BTreeSet<&str> = all.iter().map(|type_| &***type_).collect();
                format!("listed are {}", listed(types))
            }
        });
        Some(message.diagnostic(*span, what).code(Mistake::Causes).hint(hint))
    })
}

/// Messages that wait for each other: under `causal` none of them could ever come.
fn circle(listed: &[Listed], made: &[Stimulus]) -> Option<Diagnostic> {
    let mut left: BTreeSet<usize> = (0..made.len()).collect();
    // Whoever waits for nobody that is left goes; who stays waits in a circle, or for one.
    loop {
        let free = |index: &usize| !made[*index].causes.iter().any(|cause| left.contains(cause));
        let free: Vec<usize> = left.iter().copied().filter(free).collect();
        if free.is_empty() {
            break;
        }
        free.iter().for_each(|index| _ = left.remove(index));
    }
    let mut at = *left.first()?;
    let mut walked: Vec<usize> = Vec::new();
    while !walked.contains(&at) {
        walked.push(at);
        at = *made[at].causes.iter().find(|cause| left.contains(cause)).expect("it waits for one of them");
    }
    let begins = walked.iter().position(|index| *index == at).expect("it was walked");
    let mut names: Vec<&str> = walked[begins..].iter().map(|index| &*made[*index].message.id).collect();
    names.push(&made[at].message.id);
    let (of, span) = (&listed[at], listed[at].after.first().map_or(listed[at].span, |(_, span)| *span));
    let what = "these messages wait for each other, so none of them could come".to_string();
    let chain = names.join(" after ");
    Some(
        of.diagnostic(span, what)
            .code(Mistake::Causes)
            .label(chain)
            .hint("a cause comes before what it causes: leave one `after` out"),
    )
}
