//! Values: literals, expressions, and both mixed.
//!
//! One rule: a string that begins with `=` is an expression; everything else is what it is. What
//! holds no expression is folded into one literal, so that running it is a copy.

use super::Reader;
use crate::event::{Name, json};
use crate::process::definition::{Entry, Template};
use crate::process::tree::{Meaning, Node, Scalar, Value};

impl Reader<'_> {
    /// None where something is wrong with it, which is said.
    pub(super) fn template(&mut self, node: &Node) -> Option<Template> {
        match &node.value {
            Value::Broken => None,
            Value::Scalar(scalar) => match expression(scalar) {
                true => {
                    let scope = self.known.scope.clone();
                    self.marked_expression(node, scalar, &scope).map(Template::Expr)
                }
                false => self.scalar(node, scalar).map(|text| Template::Literal(text.into())),
            },
            Value::List(items) => {
                // All of them, even after one that is wrong: every error is to be said.
                let items: Vec<_> = items.iter().map(|item| self.template(item)).collect();
                Some(folded_list(items.into_iter().collect::<Option<_>>()?))
            }
            Value::Map(members) => {
                let entries: Vec<_> = members
                    .iter()
                    .map(|member| match member.key.as_str() {
                        "..." => self.spread(&member.value),
                        key => {
                            self.template(&member.value).map(|value| Entry::Member(Name::from(key), value))
                        }
                    })
                    .collect();
                Some(folded_map(entries.into_iter().collect::<Option<_>>()?))
            }
        }
    }

    fn spread(&mut self, node: &Node) -> Option<Entry> {
        match node.scalar().filter(|scalar| expression(scalar)) {
            Some(scalar) => {
                let scope = self.known.scope.clone();
                self.marked_expression(node, scalar, &scope).map(Entry::Spread)
            }
            None => {
                let hint = "as in `{...: =event.data, total: =data.total}`";
                self.expected(node, "`...` wants an expression, whose members are copied", hint);
                None
            }
        }
    }

    /// A value without any expression, as JSON text.
    pub(super) fn literal(&mut self, node: &Node) -> Option<String> {
        match &node.value {
            Value::Broken => None,
            Value::Scalar(scalar) if expression(scalar) => {
                if let Some(text) = only_a_text(&scalar.text[1..]) {
                    return Some(json::quote(text));
                }
                let hint = "set it when the instance starts, as in `starts-on: {OrderPlaced: {set: {…}}}`; a text that begins with `=` is written `\"='=x'\"` there";
                self.complain(node.span, "`data` holds no expressions", "", hint);
                None
            }
            Value::Scalar(scalar) => self.scalar(node, scalar),
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.literal(item)).collect();
                let items = items.into_iter().collect::<Option<Vec<String>>>()?;
                Some(format!("[{}]", items.join(",")))
            }
            Value::Map(members) => {
                let members: Vec<_> = members
                    .iter()
                    .map(|member| {
                        Some(format!("{}:{}", json::quote(&member.key), self.literal(&member.value)?))
                    })
                    .collect();
                Some(format!("{{{}}}", members.into_iter().collect::<Option<Vec<String>>>()?.join(",")))
            }
        }
    }

    /// A scalar that is no expression, as JSON text; a number keeps its digits.
    fn scalar(&mut self, node: &Node, scalar: &Scalar) -> Option<String> {
        match scalar.meaning() {
            Meaning::Null => Some("null".into()),
            Meaning::Bool(value) => Some(value.to_string()),
            Meaning::Number => Some(scalar.text.clone()),
            Meaning::Text => Some(json::quote(&scalar.text)),
            Meaning::Odd(advice) => {
                let message = format!("YAMLs do not agree on what `{}` is", scalar.text);
                let hint = format!("{advice}; or quote it, if it is a text: `\"{}\"`", scalar.text);
                self.complain(node.span, message, "", &hint);
                None
            }
        }
    }
}

fn expression(scalar: &Scalar) -> bool {
    scalar.text.starts_with('=')
}

/// `'=x'`: an expression that is a text and nothing else, the way to write one that begins with `=`.
fn only_a_text(expression: &str) -> Option<&str> {
    let trimmed = expression.trim();
    let quote = trimmed.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let inside = trimmed.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inside.contains([quote, '\\', '\n'])).then_some(inside)
}

fn folded_list(items: Vec<Template>) -> Template {
    let literals: Option<Vec<&str>> = items.iter().map(literal_text).collect();
    match literals {
        Some(texts) => Template::Literal(format!("[{}]", texts.join(",")).into()),
        None => Template::List(items),
    }
}

fn folded_map(entries: Vec<Entry>) -> Template {
    let literals: Option<Vec<String>> = entries
        .iter()
        .map(|entry| match entry {
            Entry::Member(name, value) => {
                literal_text(value).map(|text| format!("{}:{text}", json::quote(name)))
            }
            Entry::Spread(_) => None,
        })
        .collect();
    match literals {
        Some(members) => Template::Literal(format!("{{{}}}", members.join(",")).into()),
        None => Template::Map(entries),
    }
}

fn literal_text(template: &Template) -> Option<&str> {
    match template {
        Template::Literal(text) => Some(text),
        _ => None,
    }
}
