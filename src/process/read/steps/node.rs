//! Nodes that nobody wrote: each has the place of what it comes from.

use crate::process::tree::{Member, Node, Scalar, Style, Value};
use crate::span::Span;

pub(super) fn word(span: Span, text: impl Into<String>) -> Node {
    Node { span, value: Value::Scalar(Scalar { text: text.into(), style: Style::Plain }) }
}

/// What would need quotes if it were written, as an expression does.
pub(super) fn quoted(span: Span, text: impl Into<String>) -> Node {
    Node { span, value: Value::Scalar(Scalar { text: text.into(), style: Style::Quoted }) }
}

pub(super) fn list(span: Span, items: Vec<Node>) -> Node {
    Node { span, value: Value::List(items) }
}

pub(super) fn map(span: Span, members: Vec<Member>) -> Node {
    Node { span, value: Value::Map(members) }
}

pub(super) fn member(key: &str, span: Span, value: Node) -> Member {
    Member { key: key.to_string(), key_span: span, value }
}

/// One more member of a mapping; also of nothing. What is no mapping is the reader's to complain about.
pub(super) fn add(node: &mut Node, member: Member) {
    if node.is_null() {
        node.value = Value::Map(Vec::new());
    }
    if let Value::Map(members) = &mut node.value {
        members.push(member);
    }
}

/// Every text that stands anywhere in a tree, keys too.
pub(super) fn texts<'n>(node: &'n Node, found: &mut impl FnMut(&'n str)) {
    match &node.value {
        Value::Broken => {}
        Value::Scalar(scalar) => found(&scalar.text),
        Value::List(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Map(members) => members.iter().for_each(|member| {
            found(&member.key);
            texts(&member.value, found);
        }),
    }
}
