//! A document: JSON text with accessors, backed by the text and not by fields.

use super::json::{self, NotJson};
use std::fmt;
use std::sync::Arc;

/// One JSON value as it came, validated, shared. Equal where the text is equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Document(Arc<str>);

impl Document {
    /// Takes any JSON value; white space around it is dropped, inside it is kept.
    pub fn parse(text: &str) -> Result<Document, NotJson> {
        json::check(text).map(Document::of_valid)
    }

    /// A text that was validated already, or written by us.
    pub fn of_valid(text: &str) -> Document {
        Document(Arc::from(text))
    }

    pub fn text(&self) -> &str {
        &self.0
    }

    /// A member's text, where this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&str> {
        json::member(&self.0, key)
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
