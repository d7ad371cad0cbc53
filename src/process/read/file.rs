//! The top of a file.

use super::Reader;
use super::regions::{Machines, Used, alarms_of, region};
use crate::event::{Document, Name};
use crate::process::definition::*;
use crate::process::hash;
use crate::process::keys::Place;
use crate::process::tree::{Meaning, Member, Node, Value};
use crate::process::{Data, Watch};
use crate::span::{Mistake, Span, nearest};
use std::collections::{BTreeMap, BTreeSet};

/// What stands under `starts-on`, and where.
#[derive(Default)]
struct Starters {
    all: Vec<Starter>,
    places: BTreeMap<Name, Span>,
}

impl Reader<'_> {
    /// None where something is missing, which is said.
    pub(super) fn file(
        &mut self,
        root: &Node,
        expected: Option<(&str, u32)>,
        used: &Used,
    ) -> Option<Definition> {
        self.diagnostics.extend(used.wrong.iter().cloned());
        let hint = "begin with `process: <name>`";
        let members = self.members(root, Place::Process, "a definition is a mapping", hint)?;
        let complete = "a definition has `process`, `version`, `starts-on`, and `initial` and `states`, or `regions`, or `steps`";
        self.required(Place::Process, root, &members, complete);
        let find = |key: &str| members.iter().find(|member| member.key == key).map(|member| &member.value);
        let name = find("process").and_then(|node| self.own_name("process", node));
        let version = find("version").and_then(|node| self.version(node));
        if let Some((expected_name, expected_version)) = expected {
            self.as_the_file_says(find("process"), name.as_deref(), expected_name, "process");
            let expected = expected_version.to_string();
            self.as_the_file_says(
                find("version"),
                version.map(|v| v.to_string()).as_deref(),
                &expected,
                "version",
            );
        }
        let summary = find("summary").and_then(|node| self.summary(node));
        let starts_on = find("starts-on").map(|node| self.starters(node)).unwrap_or_default();
        let scope = self.known.scope.clone();
        let starts_when =
            find("starts-when").and_then(|node| self.bare_expression("starts-when", node, &scope));
        let mut data = find("data").map(|node| self.initial_data(node)).unwrap_or_default();
        let before_start = self.policy(find("before-start"), "before-start");
        let unexpected = self.policy(find("unexpected"), "unexpected");
        let unexpected = unexpected.map_or(Unexpected::default(), unexpected_of);
        let machines = match find("regions") {
            Some(node) => {
                self.not_beside_regions(&members);
                self.regions(node, used, unexpected, &mut data)
            }
            None => self.machine(&members, unexpected),
        };
        let joins = find("joins").map(|node| self.joins(node)).unwrap_or_default();
        let Machines { regions, states, any } = machines;
        let after_end = self.policy(find("after-end"), "after-end");
        let accepts_new =
            find("accepts-new").is_none_or(|node| self.boolean("accepts-new", node).unwrap_or(true));
        let allows = find("allow").map(|node| self.allows(node)).unwrap_or_default();
        let subscriptions = subscriptions(&starts_on, &states, &any);
        // After the subscriptions are known: a rule for a message that never comes is an error.
        let correlate =
            find("correlate").map(|node| self.correlate(node, &subscriptions)).unwrap_or_default();
        self.whole_file();
        self.steps_know_no_event(&states);
        let mut definition = Definition {
            name: name?,
            version: version?,
            summary,
            hash: Name::from(""),
            starts_on,
            starts_when,
            correlate,
            accepts_new,
            data,
            regions: Some(regions).filter(|regions| !regions.is_empty())?,
            joins,
            states,
            any,
            before_start: match before_start {
                Some("park") => BeforeStart::Park,
                Some("ignore") => BeforeStart::Ignore,
                _ => BeforeStart::Defer,
            },
            unexpected,
            after_end: match after_end {
                Some("forget") => AfterEnd::Forget,
                _ => AfterEnd::Remember,
            },
            alarms: self.mentions.alarms(),
            subscriptions,
            steps: std::mem::take(&mut self.steps),
            allows,
            watch: Watch::default(),
            source: self.source.clone(),
        };
        alarms_of(&mut definition);
        definition.hash = hash::hash(&definition);
        Some(definition)
    }

    /// The one machine of a plain process.
    fn machine(&mut self, members: &[&Member], unexpected: Unexpected) -> Machines {
        let mut machines = Machines::default();
        let find = |key: &str| members.iter().find(|member| member.key == key).map(|member| &member.value);
        let initial = find("initial").and_then(|node| self.state(node));
        let states = find("states").map(|node| self.states(node)).unwrap_or_default();
        let any = find("any").map(|node| self.any(node, &states)).unwrap_or_default();
        if let Some(joins) = members.iter().find(|member| member.key == "joins") {
            let hint = "what is done when several things have come together stands under `whenever`";
            self.complain(joins.key_span, "`joins` without `regions`: nothing meets here", "", hint)
                .is(Mistake::MissingKey);
        }
        if let Some(initial) = initial {
            let span = find("states").map_or(Span::new(0, 0), |node| node.span);
            machines.add(region("", initial, unexpected, span), states, any);
        }
        machines
    }

    /// What a region has, and a process with regions has not itself.
    fn not_beside_regions(&mut self, members: &[&Member]) {
        for member in members.iter().filter(|one| ["initial", "states", "any"].contains(&one.key.as_str())) {
            let what = format!("a process has `regions` or `{}`, not both", member.key);
            let hint = "make it a region of its own, or put it into one of them";
            self.complain(member.key_span, what, "", hint).is(Mistake::NotBoth);
        }
    }

    fn version(&mut self, node: &Node) -> Option<u32> {
        let number = node.scalar().filter(|scalar| scalar.meaning() == Meaning::Number);
        let version = number.and_then(|scalar| scalar.text.parse().ok()).filter(|version| *version >= 1);
        if version.is_none() {
            let what = "`version` wants a whole number from 1, without quotes";
            match number {
                Some(_) => self.complain(node.span, what, "", "").is(Mistake::NotWhole),
                None => self.expected(node, what, ""),
            }
        }
        version
    }

    pub(super) fn summary(&mut self, node: &Node) -> Option<String> {
        let word = self.word(node, "`summary` wants a text", "")?;
        Some(word.text.trim_end().to_string())
    }

    fn policy(&mut self, node: Option<&Node>, key: &str) -> Option<&'static str> {
        self.choice(Place::Process, key, node?)
    }

    /// What an instance is born with: literals only, since no message is there to look at yet.
    pub(super) fn initial_data(&mut self, node: &Node) -> Data {
        if node.is_null() {
            return Data::default();
        }
        let Some(members) = node.map() else {
            self.expected(node, "`data` is a mapping from names to values", "as in `data: {reminders: 0}`");
            return Data::default();
        };
        let mut data = Vec::new();
        let hint = "set it when the instance starts, as in `starts-on: {OrderPlaced: {set: {…}}}`; a text that begins with `=` is written `\"='=x'\"` there";
        for member in members {
            if member.key == "..." {
                let hint = "there is nothing yet that could be copied; name the members";
                self.complain(member.key_span, "`data` has no `...`", "", hint).is(Mistake::NoSpreadHere);
            } else if let Some(text) = self.literal(&member.value, "`data` holds no expressions", hint) {
                data.push((Name::from(member.key.as_str()), Document::of_valid(&text)));
            }
        }
        // A key that is given twice was refused.
        Data::of_different(data)
    }

    fn starters(&mut self, node: &Node) -> Vec<Starter> {
        let hint = "as in `starts-on: OrderPlaced`, a list, or `{OrderPlaced: {set: …}}`";
        let what = "`starts-on` wants a message's name";
        let mut starters = Starters::default();
        match &node.value {
            Value::List(items) => {
                for item in items {
                    match &item.value {
                        Value::Map(members) if members.len() == 1 => {
                            self.starter_rules(members, &mut starters)
                        }
                        Value::Map(_) => {
                            self.complain(
                                item.span,
                                "one message per item",
                                "",
                                "write each as an item of its own",
                            )
                            .is(Mistake::OneMessageEach);
                        }
                        _ => {
                            if let Some(type_) = self.message_name(item, what, hint) {
                                self.starter(Starter { type_, reaction: None }, item.span, &mut starters);
                            }
                        }
                    }
                }
            }
            Value::Map(members) => self.starter_rules(members, &mut starters),
            _ => {
                if let Some(type_) = self.message_name(node, what, hint) {
                    self.starter(Starter { type_, reaction: None }, node.span, &mut starters);
                }
            }
        }
        if matches!(&node.value, Value::List(items) if items.is_empty())
            || matches!(&node.value, Value::Map(members) if members.is_empty())
        {
            self.complain(node.span, "no message starts this process", "", hint).is(Mistake::NothingListed);
        }
        starters.all
    }

    fn starter_rules(&mut self, members: &[Member], starters: &mut Starters) {
        for member in members {
            let reaction = self.rule(&member.value);
            if let Some(type_) = self.message(&member.key, member.key_span) {
                self.starter(Starter { type_, reaction: Some(reaction) }, member.key_span, starters);
            }
        }
    }

    fn starter(&mut self, starter: Starter, span: Span, starters: &mut Starters) {
        self.mentions.mention(&starter.type_, span);
        if let Some(first) = starters.places.get(&starter.type_) {
            return self.twice(&starter.type_, span, *first);
        }
        starters.places.insert(starter.type_.clone(), span);
        starters.all.push(starter);
    }

    /// An expression over `event`: for all messages, or per type.
    fn correlate(&mut self, node: &Node, subscriptions: &BTreeSet<Name>) -> Correlate {
        let scope = self.known.nothing.clone();
        let Some(members) = node.map() else {
            let expr = self.bare_expression("correlate", node, &scope);
            return expr.map(Correlate::By).unwrap_or_default();
        };
        let mut by_type = BTreeMap::new();
        for member in members {
            let expr = self.bare_expression("correlate", &member.value, &scope);
            let Some(type_) = self.message(&member.key, member.key_span) else { continue };
            if !subscriptions.contains(&type_) {
                let known = || subscriptions.iter().map(|name| &**name);
                let hint = self.source.advice(|| match nearest(&type_, known()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        "list only messages that stand under `starts-on`, `on`, `ignore` or `defer`".into()
                    }
                });
                self.complain(member.key_span, format!("`{type_}` never reaches this process"), "", &hint)
                    .is(Mistake::UnknownMessage);
            }
            if let Some(expr) = expr {
                by_type.insert(type_, expr);
            }
        }
        Correlate::ByType(by_type)
    }
}

/// A policy by its word.
pub(super) fn unexpected_of(word: &str) -> Unexpected {
    match word {
        "ignore" => Unexpected::Ignore,
        "defer" => Unexpected::Defer,
        _ => Unexpected::Park,
    }
}

fn subscriptions(starts_on: &[Starter], states: &[State], any: &[Shared]) -> BTreeSet<Name> {
    let starters = starts_on.iter().map(|starter| &starter.type_);
    let shared = any.iter().map(|shared| &shared.answers);
    let mentioned = states.iter().map(|state| &state.own).chain(shared).flat_map(Answers::types);
    starters.chain(mentioned).cloned().collect()
}
