//! The top of a file.

use super::Reader;
use crate::event::{Document, Name};
use crate::process::Data;
use crate::process::definition::*;
use crate::process::hash;
use crate::process::keys::Place;
use crate::process::tree::{Meaning, Member, Node, Value};
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
    pub(super) fn file(&mut self, root: &Node, expected: Option<(&str, u32)>) -> Option<Definition> {
        let hint = "begin with `process: <name>`";
        let members = self.members(root, Place::Process, "a definition is a mapping", hint)?;
        let complete = "a definition has `process`, `version`, `starts-on`, `initial` and `states`";
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
        let data = find("data").map(|node| self.initial_data(node)).unwrap_or_default();
        let initial = find("initial").and_then(|node| self.state(node));
        let states = find("states").map(|node| self.states(node)).unwrap_or_default();
        let any = find("any").map(|node| self.any(node, &states)).unwrap_or_default();
        let before_start = self.policy(find("before-start"), "before-start");
        let unexpected = self.policy(find("unexpected"), "unexpected");
        let after_end = self.policy(find("after-end"), "after-end");
        let accepts_new =
            find("accepts-new").is_none_or(|node| self.boolean("accepts-new", node).unwrap_or(true));
        let subscriptions = subscriptions(&starts_on, &states, &any);
        // After the subscriptions are known: a rule for a message that never comes is an error.
        let correlate =
            find("correlate").map(|node| self.correlate(node, &subscriptions)).unwrap_or_default();
        self.whole_file();
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
            initial: initial?,
            states,
            any,
            before_start: match before_start {
                Some("park") => BeforeStart::Park,
                Some("ignore") => BeforeStart::Ignore,
                _ => BeforeStart::Defer,
            },
            unexpected: match unexpected {
                Some("ignore") => Unexpected::Ignore,
                Some("defer") => Unexpected::Defer,
                _ => Unexpected::Park,
            },
            after_end: match after_end {
                Some("forget") => AfterEnd::Forget,
                _ => AfterEnd::Remember,
            },
            alarms: self.mentions.alarms(),
            subscriptions,
            source: self.source.clone(),
        };
        definition.hash = hash::hash(&definition);
        Some(definition)
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

fn subscriptions(starts_on: &[Starter], states: &[State], any: &[Shared]) -> BTreeSet<Name> {
    let starters = starts_on.iter().map(|starter| &starter.type_);
    let shared = any.iter().map(|shared| &shared.answers);
    let mentioned = states.iter().map(|state| &state.own).chain(shared).flat_map(Answers::types);
    starters.chain(mentioned).cloned().collect()
}
