//! What is wrong with an expression, and where that is in the user's file.
//!
//! Lexer, parser and checker speak in bytes of the expression's text; a [`Place`] knows where that
//! text stands in the source. Must not know what any of it means.

use crate::span::{Diagnostic, Mistake, Source, Span};
use std::sync::Arc;

/// One error, by bytes of the expression's text.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub mistake: Mistake,
    pub at: Span,
    pub message: String,
    pub label: String,
    pub hint: Option<String>,
}

impl Fault {
    pub fn new(mistake: Mistake, at: Span, message: impl Into<String>) -> Fault {
        Fault { mistake, at, message: message.into(), label: String::new(), hint: None }
    }

    pub fn label(mut self, label: impl Into<String>) -> Fault {
        self.label = label.into();
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Fault {
        self.hint = Some(hint.into());
        self
    }

    pub fn diagnostic(self, source: &Arc<Source>, place: &Place) -> Diagnostic {
        let diagnostic = Diagnostic::new(source, place.span(self.at), self.message).code(self.mistake);
        let mut diagnostic = diagnostic.label(self.label);
        diagnostic.hint = self.hint;
        diagnostic
    }
}

/// Where the text of an expression stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    whole: Span,
    /// Where its first byte stands, if its bytes stand in the source as they are.
    base: Option<usize>,
    /// Whether it is worth the while to say what was meant.
    pub advised: bool,
}

impl Place {
    /// A file's own quoting may have changed the text: then it is looked for inside its span, and
    /// where it is not found once and only once, every error points to the whole.
    pub fn find(source: &Source, span: Span, text: &str) -> Place {
        let written = source.text.get(span.start..span.end).unwrap_or_default();
        let base = match (written.find(text), written.rfind(text)) {
            (Some(first), Some(last)) if first == last => Some(span.start + first),
            _ => None,
        };
        Place { whole: span, base, advised: source.takes_advice() }
    }

    pub fn span(&self, at: Span) -> Span {
        match self.base {
            Some(base) => Span::new(base + at.start, base + at.end),
            None => self.whole,
        }
    }
}
