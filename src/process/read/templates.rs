//! Values: literals, expressions, and both mixed.
//!
//! One rule: a string that begins with `=` is an expression; everything else is what it is. What
//! holds no expression is folded into one literal, so that running it is a copy.

use super::Reader;
use crate::event::{Name, json};
use crate::process::definition::{Entry, Template};
use crate::process::page::is_expression;
use crate::process::tree::{Node, Value};

impl Reader<'_> {
    /// None where something is wrong with it, which is said.
    pub(super) fn template(&mut self, node: &Node) -> Option<Template> {
        match &node.value {
            Value::Broken => None,
            Value::Scalar(scalar) => match is_expression(scalar) {
                true => {
                    let scope = self.known.scope.clone();
                    self.marked_expression(node, scalar, &scope).map(Template::Expr)
                }
                false => {
                    if self.page.forgot_equals(node, scalar, &self.known.scope) {
                        return None;
                    }
                    self.scalar(node, scalar).map(|text| Template::Literal(text.into()))
                }
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
        match node.scalar().filter(|scalar| is_expression(scalar)) {
            Some(scalar) => {
                let scope = self.known.scope.clone();
                self.marked_expression(node, scalar, &scope).map(Entry::Spread)
            }
            None if node
                .scalar()
                .is_some_and(|scalar| self.page.forgot_equals(node, scalar, &self.known.scope)) =>
            {
                None
            }
            None => {
                let hint = "as in `{...: =event.data, total: =data.total}`";
                self.expected(node, "`...` wants an expression, whose members are copied", hint);
                None
            }
        }
    }
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
