//! A message of a scenario as it is written in a file: `Name`, `{Name: data}`, or long,
//! `{event: Name, data: …, module: …, after: …, correlation: …}`.

use super::file::Reader;
use super::stimuli::Listed;
use crate::event::{Document, Name};
use crate::process::keys::{self, Place};
use crate::process::page::listed;
use crate::process::tree::{Meaning, Member, Node, Value};
use crate::span::Span;
use crate::store::check_name;

const FORMS: &str =
    "as in `OrderPaid`, `{OrderPaid: {total: 10}}` or `{event: OrderPaid, after: [OrderPlaced]}`";

/// The conversation of a message that names none.
pub(super) const CONVERSATION: &str = "c1";

impl Reader<'_> {
    /// One message, or a list of them.
    pub(super) fn stimuli(&mut self, key: &str, node: &Node) -> Vec<Listed> {
        match &node.value {
            Value::List(items) => items.iter().filter_map(|item| self.stimulus(key, item)).collect(),
            _ if node.is_null() => Vec::new(),
            _ => self.stimulus(key, node).into_iter().collect(),
        }
    }

    fn stimulus(&mut self, key: &str, node: &Node) -> Option<Listed> {
        let Some(members) = node.map() else {
            let type_ = self.message_name(node, &format!("`{key}` wants messages"), FORMS)?;
            return Some(self.listed(type_, node.span));
        };
        // A message may be called `data`, or what another key is; `event` tells the long form.
        if members.iter().any(|member| member.key == "event") {
            return self.long(node);
        }
        match members {
            [member] => self.short(member),
            [] => {
                self.complain(node.span, "a message is missing here", "nothing is named", FORMS);
                None
            }
            [first, second, ..] => {
                let is_key = |member: &Member| keys::meant(Place::Stimulus, &member.key).is_some();
                let (what, hint) = if members.iter().any(is_key) {
                    let hint = match members.iter().find(|member| !is_key(member)) {
                        Some(named) => format!("write `{{event: {}, …}}`", named.key),
                        None => FORMS.to_string(),
                    };
                    ("the long form of a message begins with `event`", hint)
                } else {
                    (
                        "one mapping, one message",
                        format!("write a list: `[{}: …, {}: …]`", first.key, second.key),
                    )
                };
                self.complain(second.key_span, what, "", &hint);
                None
            }
        }
    }

    /// `{Name: data}`.
    fn short(&mut self, member: &Member) -> Option<Listed> {
        let data = self.data(&member.value);
        let type_ = self.message(&member.key, member.key_span)?;
        Some(Listed { data, ..self.listed(type_, member.key_span) })
    }

    fn long(&mut self, node: &Node) -> Option<Listed> {
        let members = self.members(node, Place::Stimulus, "", "")?;
        let event = members.iter().find(|member| member.key == "event")?;
        let type_ = self.message_name(&event.value, "`event` wants a message's name", FORMS);
        let mut listed = self.listed(type_.clone().unwrap_or_default(), event.value.span);
        for member in members {
            let value = &member.value;
            match member.key.as_str() {
                "event" => {}
                "data" => listed.data = self.data(value),
                "module" => listed.module = self.module(value).map(|module| (module, value.span)),
                "after" => listed.after = self.after(value),
                "correlation" => {
                    let hint = "any text, the same for all messages of the conversation";
                    let word = self.word(value, "`correlation` wants the name of a conversation", hint);
                    if let Some(word) = word {
                        listed.correlation = Name::from(word.text.as_str());
                    }
                }
                other => unreachable!("`{other}` is in the table of keys"),
            }
        }
        type_.map(|_| listed)
    }

    fn listed(&self, type_: Name, span: Span) -> Listed {
        Listed::new(type_, self.source.clone(), span)
    }

    fn data(&mut self, node: &Node) -> Option<Document> {
        if node.is_null() {
            return None;
        }
        let hint =
            "a message of a scenario says what it says; a text that begins with `=` is written `\"='=x'\"`";
        let text = self.literal(node, "there is nothing here that an expression could look at", hint)?;
        Some(Document::of_valid(&text))
    }

    fn module(&mut self, node: &Node) -> Option<Name> {
        let hint = "a module is named with a-z, 0-9 and `-`, and begins with a letter";
        let word = self.word(node, "`module` wants a module's name", hint)?;
        if check_name(&word.text).is_err() {
            self.complain(node.span, format!("`{}` is no name for a module", word.text), "", hint);
            return None;
        }
        Some(Name::from(word.text.as_str()))
    }

    /// A message's name, or a list of them.
    fn after(&mut self, node: &Node) -> Vec<(Name, Span)> {
        let items = match &node.value {
            Value::List(items) => items.as_slice(),
            _ if node.is_null() => &[],
            _ => std::slice::from_ref(node),
        };
        let mut names: Vec<(Name, Span)> = Vec::new();
        for item in items {
            let what = "`after` wants a message's name, or a list of them";
            let Some(name) = self.message_name(item, what, "as in `after: [OrderPlaced]`") else { continue };
            match names.iter().find(|(known, _)| *known == name).map(|(_, span)| *span) {
                Some(first) => self.twice(&name, item.span, first),
                None => names.push((name, item.span)),
            }
        }
        names
    }

    /// `any`, `causal`, `fifo`, or a list of the last two: both at once.
    pub(super) fn order(&mut self, key: &str, node: &Node) -> Option<super::super::scenario::Order> {
        use super::super::scenario::Order;
        let Value::List(items) = &node.value else {
            return self.choice(Place::Scenario, key, node).map(Order::of_word);
        };
        let mut order = Order::ANY;
        let mut words: Vec<(&str, Span)> = Vec::new();
        for item in items {
            let word = self.choice(Place::Scenario, key, item)?;
            if let Some((_, first)) = words.iter().find(|(known, _)| *known == word) {
                self.twice(word, item.span, *first);
                return None;
            }
            words.push((word, item.span));
            let one = Order::of_word(word);
            order = Order { causal: order.causal || one.causal, fifo: order.fifo || one.fifo };
        }
        if let Some((_, span)) = words.iter().find(|(word, _)| *word == "any" && words.len() > 1) {
            let all = listed(words.iter().map(|(word, _)| *word)).replace('`', "");
            let hint =
                format!("a list under `order` holds all at once; `orders: [{all}]` explores each for itself");
            self.complain(*span, "`any` allows what the others forbid", "", &hint);
            return None;
        }
        if words.is_empty() {
            self.complain(node.span, format!("`{key}` lists nothing"), "", "the default is `any`");
            return None;
        }
        Some(order)
    }

    /// `true`, or a number from 1.
    pub(super) fn whole(&mut self, key: &str, node: &Node) -> Option<u64> {
        let number = node.scalar().filter(|scalar| scalar.meaning() == Meaning::Number);
        let value = number.and_then(|scalar| scalar.text.parse().ok()).filter(|value| *value >= 1);
        if value.is_none() {
            let what = format!("`{key}` wants a whole number from 1");
            match number {
                Some(_) => self.complain(node.span, what, "", ""),
                None => self.expected(node, &what, ""),
            }
        }
        value
    }
}
