//! Reactions: what a message does.

use super::Reader;
use crate::event::{Kind, Name};
use crate::process::definition::{Reaction, Rule, Template};
use crate::process::keys::Place;
use crate::process::page::listed;
use crate::process::tree::{Node, Value};
use crate::span::Span;
use std::collections::BTreeMap;

impl Reader<'_> {
    /// One reaction, or a list of alternatives of which the first whose `when` holds is taken.
    pub(super) fn rule(&mut self, node: &Node) -> Rule {
        let Value::List(alternatives) = &node.value else {
            return vec![self.reaction(node)];
        };
        if alternatives.is_empty() {
            let hint = "`{}` is a reaction that does nothing; `ignore` lists what means nothing";
            self.complain(node.span, "a list without a reaction", "", hint);
        }
        let mut rule: Rule = Vec::new();
        let mut always: Option<Span> = None;
        for alternative in alternatives {
            if let Some(before) = always {
                let label = format!("line {} is taken always, since it has no `when`", self.line(before));
                let hint = "put the one without `when` last";
                self.complain(head(alternative), "this alternative can never be taken", label, hint);
                // Said once for all that follow.
                always = None;
            }
            let reaction = self.reaction(alternative);
            if alternative.get("when").is_none()
                && !alternative.is_broken()
                && rule.iter().all(|one| one.when.is_some())
            {
                always = Some(alternative.span);
            }
            rule.push(reaction);
        }
        rule
    }

    fn reaction(&mut self, node: &Node) -> Reaction {
        let mut reaction = Reaction { span: node.span, ..Reaction::default() };
        let hint = "as in `{send: CookFood, to: cooking}`";
        let what = match node.scalar() {
            Some(scalar) if self.known.states.iter().any(|state| **state == *scalar.text) => {
                let hint = format!("write `{{to: {}}}`", scalar.text);
                self.complain(node.span, "a reaction is a mapping", "this is the name of a state", &hint);
                return reaction;
            }
            _ => "a reaction is a mapping, or a list of them",
        };
        let Some(members) = self.members(node, Place::Reaction, what, hint) else { return reaction };
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
                other => unreachable!("`{other}` is in the table of keys"),
            }
        }
        // Whatever the order of the keys: commands, then events.
        reaction.sends.append(&mut published);
        reaction
    }

    fn set(&mut self, node: &Node) -> Vec<(Name, Template)> {
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
                self.complain(member.key_span, "`set` has no `...`", "", hint);
                continue;
            }
            if let Some(template) = self.template(&member.value) {
                set.push((Name::from(member.key.as_str()), template));
            }
        }
        set
    }

    /// An alarm's name, or a list of names. Whether such alarms are set is looked at when all of
    /// the file is read.
    fn cancel(&mut self, node: &Node) -> Vec<Name> {
        let items = match &node.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut names = Vec::new();
        let mut places = BTreeMap::new();
        for item in items {
            if let Some(members) = item.map() {
                let span = members.first().map_or(item.span, |member| member.key_span);
                let message = "cancelling an alarm by its key is not built yet in this version of anyorder";
                self.complain(span, message, "", "`cancel: Name` cancels the alarm");
                continue;
            }
            let what = "`cancel` wants an alarm's name, or a list of them";
            let Some(name) = self.message_name(item, what, "as in `cancel: PaymentTimedOut`") else {
                continue;
            };
            if let Some(first) = places.get(&name) {
                self.twice(&name, item.span, *first);
                continue;
            }
            self.mentions.cancel(&name, item.span);
            places.insert(name.clone(), item.span);
            names.push(name);
        }
        names
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

/// The first key of a mapping, for a caret that stays on one line.
fn head(node: &Node) -> Span {
    node.map().and_then(|members| members.first()).map_or(node.span, |member| member.key_span)
}
