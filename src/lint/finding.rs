//! What a lint has found, and where.

use crate::event::Name;
use crate::span::{Diagnostic, Mistake, Source, Span};
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub diagnostic: Diagnostic,
    /// The states and messages that it is about: by any of these it can be allowed.
    pub about: Vec<Name>,
}

impl Finding {
    pub(super) fn new(
        mistake: Mistake,
        (source, span): (&Arc<Source>, Span),
        message: impl Into<String>,
        about: &[&Name],
    ) -> Finding {
        let diagnostic = Diagnostic::new(source, span, message).code(mistake);
        Finding { diagnostic, about: about.iter().map(|name| (*name).clone()).collect() }
    }

    pub(super) fn label(mut self, label: impl Into<String>) -> Finding {
        self.diagnostic = self.diagnostic.label(label);
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Finding {
        self.diagnostic = self.diagnostic.hint(hint);
        self
    }

    pub fn mistake(&self) -> Mistake {
        self.diagnostic.mistake.expect("a finding has a number")
    }

    pub(super) fn place(&self) -> (&str, Span, Mistake, &str) {
        let Diagnostic { source, span, message, .. } = &self.diagnostic;
        (&source.name, *span, self.mistake(), message)
    }
}

/// Where a name stands as a word of its own, from a place on; else at that place.
pub(super) fn word_from(source: &Source, from: usize, name: &str) -> Span {
    let text = &source.text;
    let part_of_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let alone = |at: &usize| {
        let (before, after) = (text[..*at].chars().next_back(), text[at + name.len()..].chars().next());
        !before.is_some_and(part_of_word) && !after.is_some_and(part_of_word)
    };
    let from = text.floor_char_boundary(from);
    let found = text[from..].match_indices(name).map(|(at, _)| from + at).find(alone);
    found.map_or(Span::new(from, from), |at| Span::new(at, at + name.len()))
}
