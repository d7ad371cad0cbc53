//! YAML (and JSON, which is a part of it) as a tree that remembers where everything stood.
//!
//! A [`Node`] has its span, its style and its text as written: `12.50` stays `12.50`, a mapping
//! keeps its order and every key its place. What YAML offers and these files refuse is said here,
//! with what to write instead: tags, anchors, aliases, merge keys, several documents, keys given
//! twice. Knows nothing of processes: every file that a person writes is read through this room.
//! Read [`parse`] first; `build.rs` makes the tree, `scalar.rs` says what a plain word means,
//! `teach.rs` puts YAML's own complaints into words.

mod build;
mod scalar;
mod teach;

pub use build::{MAX_BYTES, MAX_DEPTH, Parsed, parse};
pub use scalar::Meaning;

use crate::span::Span;

/// One value, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Of a block mapping or list: from its first key or dash to the end of its last value.
    pub span: Span,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Member>),
    /// Something these files refuse, complained about already: to be passed over in silence.
    Broken,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// Without quotes and escapes; empty where nothing was written.
    pub text: String,
    pub style: Style,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A bare word: it may be a number, a boolean or null.
    Plain,
    /// In quotes, or a block of text (`|`, `>`): a string whatever it looks like.
    Quoted,
}

/// A key and its value. Keys are always scalars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub key: String,
    pub key_span: Span,
    pub value: Node,
}

impl Node {
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    pub fn list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The items of a list; else the node itself, as the only one.
    pub fn one_or_more(&self) -> &[Node] {
        self.list().unwrap_or(std::slice::from_ref(self))
    }

    pub fn map(&self) -> Option<&[Member]> {
        match &self.value {
            Value::Map(members) => Some(members),
            _ => None,
        }
    }

    /// The value under a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.map()?.iter().find(|member| member.key == key).map(|member| &member.value)
    }

    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.meaning() == Meaning::Null)
    }

    pub fn is_broken(&self) -> bool {
        self.value == Value::Broken
    }

    /// What it is, for a sentence such as "expected a list, found …".
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
            Value::Broken => "something else",
            Value::Scalar(scalar) => match scalar.meaning() {
                Meaning::Null => "nothing",
                Meaning::Bool(_) => "a boolean",
                Meaning::Number | Meaning::Odd(_) => "a number",
                Meaning::Text => "a text",
            },
        }
    }
}
