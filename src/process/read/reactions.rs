//! Reactions: what a message does.

use super::Reader;
use crate::event::{Kind, Name};
use crate::process::definition::{AlarmKey, Cancel, Reaction, Rule, Template};
use crate::process::expr::Type;
use crate::process::keys::Place;
use crate::process::page::{is_expression, listed, says};
use crate::process::tree::{Meaning, Node, Value};
use crate::span::{Mistake, Span};
use std::collections::BTreeMap;

impl Reader<'_> {
    /// One reaction, or a list of alternatives of which the first whose `when` holds is taken.
    pub(super) fn rule(&mut self, node: &Node) -> Rule {
        let Value::List(alternatives) = &node.value else {
            return vec![self.reaction(node)];
        };
        if alternatives.is_empty() {
            let hint = "`{}` is a reaction that does nothing; `ignore` lists what means nothing";
            self.complain(node.span, "a list without a reaction", "", hint).is(Mistake::NothingListed);
        }
        let mut rule: Rule = Vec::new();
        let mut always: Option<Span> = None;
        for alternative in alternatives {
            if let Some(before) = always {
                let label = format!("line {} is taken always, since it has no `when`", self.line(before));
                let hint = "put the one without `when` last";
                self.complain(head(alternative), "this alternative can never be taken", label, hint)
                    .is(Mistake::NeverTaken);
                // Said once for all that follow.
                always = None;
            }
            let reaction = self.reaction(alternative);
            if !says(alternative, Place::Reaction, "when")
                && !alternative.is_broken()
                && rule.iter().all(|one| one.when.is_some())
            {
                always = Some(alternative.span);
            }
            rule.push(reaction);
        }
        rule
    }

    /// What is done on entry: reactions that lead nowhere, since the way that led here is done.
    pub(super) fn enter(&mut self, node: &Node) -> Rule {
        for (reaction, span) in
            node.one_or_more().iter().filter_map(|one| Some((one, member_span(one, "to")?)))
        {
            let hint = match reaction.get("when") {
                Some(_) => "a way on is written under `whenever`, which is looked at after `enter`",
                None => {
                    "a way on needs a `when`: write it under `whenever`, which is looked at after `enter`"
                }
            };
            self.complain(span, "`enter` has no `to`", "", hint).is(Mistake::EntryLeadsOn);
        }
        self.rule(node)
    }

    /// What is done without an event: every reaction has a guard, else it would be taken each time.
    pub(super) fn whenever(&mut self, node: &Node) -> Rule {
        let mut rule = Rule::new();
        if matches!(&node.value, Value::List(items) if items.is_empty()) {
            self.complain(node.span, "a list without a reaction", "", "leave `whenever` out")
                .is(Mistake::NothingListed);
        }
        for one in node.one_or_more() {
            if let Some(guard) = one.scalar().filter(|_| !one.is_null()) {
                let hint = match guard.text.contains([',', '[', ']', '{', '}', '?', ':', '\n']) {
                    true => "as in `whenever: {when: data.paid, to: done}`".to_string(),
                    false => format!("as in `whenever: {{when: {}, to: …}}`", guard.text),
                };
                self.expected(one, "a reaction under `whenever` is a mapping", &hint);
                continue;
            }
            if one.map().is_some() && !says(one, Place::Reaction, "when") {
                let hint =
                    "what is done on every entry stands under `enter`; what is always done is `when: true`";
                self.complain(head(one), "a reaction under `whenever` wants a `when`", "", hint)
                    .is(Mistake::MissingKey);
            }
            rule.push(self.reaction(one));
        }
        rule
    }

    fn reaction(&mut self, node: &Node) -> Reaction {
        self.reaction_of(node, Place::Reaction)
    }

    /// A reaction, or what a join has of one.
    pub(super) fn reaction_of(&mut self, node: &Node, place: Place) -> Reaction {
        let mut reaction = Reaction { span: node.span, ..Reaction::default() };
        let hint = "as in `{send: CookFood, to: cooking}`";
        let what = match node.scalar() {
            Some(scalar) if self.known.states.iter().any(|state| **state == *scalar.text) => {
                let hint = format!("write `{{to: {}}}`", scalar.text);
                self.complain(node.span, "a reaction is a mapping", "this is the name of a state", &hint)
                    .is(Mistake::StateForReaction);
                return reaction;
            }
            _ => "a reaction is a mapping, or a list of them",
        };
        let Some(members) = self.members(node, place, what, hint) else { return reaction };
        let scope = self.known.scope.clone();
        let mut published = Vec::new();
        for member in members {
            let value = &member.value;
            match member.key.as_str() {
                "when" => reaction.when = self.bare_expression("when", value, &scope),
                "set" => reaction.set = self.set(value),
                "send" => reaction.sends = self.messages("send", Kind::Command, value),
                "publish" => published = self.messages("publish", Kind::Event, value),
                "alarm" => reaction.alarms = self.alarms(value),
                "cancel" => reaction.cancel = self.cancel(value),
                "to" => reaction.to = self.state(value),
                "end" | "as" => {}
                other => unreachable!("`{other}` is in the table of keys"),
            }
        }
        // Whatever the order of the keys: commands, then events.
        reaction.sends.append(&mut published);
        reaction
    }

    pub(super) fn set(&mut self, node: &Node) -> Vec<(Name, Template)> {
        let mut set = Vec::new();
        if node.is_null() {
            return set;
        }
        let Some(members) = node.map() else {
            let hint = "as in `set: {total: =event.data.total}`";
            self.expected(node, "`set` is a mapping from names to values", hint);
            return set;
        };
        for member in members {
            if member.key == "..." {
                let hint = "name a member for it, as in `set: {order: =event.data}`: the names in `data` must be known when the file is read";
                self.complain(member.key_span, "`set` has no `...`", "", hint).is(Mistake::NoSpreadHere);
                continue;
            }
            if let Some(template) = self.template(&member.value) {
                set.push((Name::from(member.key.as_str()), template));
            }
        }
        set
    }

    /// An alarm's name, `{Name: key}` for one of several, or a list of such. Whether such alarms are
    /// set is looked at when all of the file is read.
    fn cancel(&mut self, node: &Node) -> Vec<Cancel> {
        let items = node.one_or_more();
        let mut cancels: Vec<Cancel> = Vec::new();
        let mut places = BTreeMap::new();
        let mut one = |reader: &mut Self, cancel: Cancel| {
            let same = (cancel.name.clone(), cancel.key.as_ref().map(|key| key.to_string()));
            match places.get(&same) {
                Some(first) => reader.twice(&cancel.name, cancel.span, *first),
                None => {
                    reader.mentions.cancel(&cancel.name, cancel.span);
                    places.insert(same, cancel.span);
                    cancels.push(cancel);
                }
            }
        };
        for item in items {
            if let Some(members) = item.map() {
                if members.is_empty() {
                    let hint = "as in `cancel: PaymentTimedOut`, or `cancel: {Leaves: =event.id}` for one of several";
                    self.complain(item.span, "`cancel` wants an alarm's name", "", hint)
                        .is(Mistake::NothingListed);
                }
                for member in members {
                    let key = self.alarm_key(&member.value);
                    let Some(name) = self.message(&member.key, member.key_span) else { continue };
                    if let Some(key) = key {
                        one(self, Cancel { name, key: Some(key), span: member.key_span });
                    }
                }
                continue;
            }
            let what = "`cancel` wants an alarm's name, or a list of them";
            let Some(name) = self.message_name(item, what, "as in `cancel: PaymentTimedOut`") else {
                continue;
            };
            one(self, Cancel { name, key: None, span: item.span });
        }
        cancels
    }

    /// A text or a number, or `=` and an expression.
    pub(super) fn alarm_key(&mut self, node: &Node) -> Option<AlarmKey> {
        let hint = "a key is a text or a number, or an expression, as in `key: =event.id`";
        let scalar = self.word(node, "an alarm's key is expected here", hint)?;
        if is_expression(scalar) {
            let scope = self.known.scope.clone();
            let expr = self.marked_expression(node, scalar, &scope)?;
            let good = matches!(expr.type_(), None | Some(Type::Text | Type::Int | Type::Float));
            if let Some(type_) = expr.type_().filter(|_| !good) {
                self.complain(node.span, format!("an alarm's key cannot be {}", type_.name()), "", hint)
                    .is(Mistake::TypesDoNotFit);
                return None;
            }
            return Some(AlarmKey::Expr(expr));
        }
        if !matches!(scalar.meaning(), Meaning::Text | Meaning::Number) {
            self.expected(node, "an alarm's key is a text or a number", hint);
            return None;
        }
        Some(AlarmKey::Text(Name::from(scalar.text.as_str())))
    }

    /// For a `cancel` of what is never set.
    pub(super) fn alarms_listed(&self) -> String {
        let alarms: Vec<Name> = self.mentions.alarms().into_iter().collect();
        if alarms.is_empty() {
            "no alarm is set in this file".into()
        } else {
            format!("the alarms are {}", listed(alarms.iter().map(|alarm| &**alarm)))
        }
    }
}

/// Where a key of a mapping stands.
fn member_span(node: &Node, key: &str) -> Option<Span> {
    node.map()?.iter().find(|member| member.key == key).map(|member| member.key_span)
}

/// The first key of a mapping, for a caret that stays on one line.
fn head(node: &Node) -> Span {
    node.map().and_then(|members| members.first()).map_or(node.span, |member| member.key_span)
}
