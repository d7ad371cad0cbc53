//! Floor 0: places in a text that a person wrote.
//!
//! A [`Source`] is a file's name and its text; a [`Span`] is a run of its bytes; a [`Diagnostic`]
//! ties a message to one. Knows nothing of what the text means. How a diagnostic is drawn, with
//! its caret, is the report's business (`report::diagnostic`); what a [`Mistake`] means is told there too.

mod mistake;

pub use mistake::Mistake;
use std::fmt;
use std::sync::Arc;

/// A text with the name it is known by, kept whole so that an error can show the line it means.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as the user gave it, or a word such as `--events` for a text without a file.
    pub name: String,
    pub text: String,
}

impl Source {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Source> {
        Arc::new(Source { name: name.into(), text: text.into() })
    }

    /// Line and column of a byte, both from 1; the column counts characters.
    pub fn line_column(&self, byte: usize) -> (usize, usize) {
        let byte = self.text.floor_char_boundary(byte);
        let before = &self.text[..byte];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (line, before[start..].chars().count() + 1)
    }
}

/// Bytes `start..end` of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }
}

/// One thing that is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub source: Arc<Source>,
    pub span: Span,
    /// Of which kind it is, for `anyorder explain`. None only in a report's own words about a failure.
    pub mistake: Option<Mistake>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What stands under the caret; may be empty.
    pub label: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Diagnostic {
    pub fn new(source: &Arc<Source>, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            source: source.clone(),
            span,
            mistake: None,
            message: message.into(),
            label: String::new(),
            hint: None,
        }
    }

    pub fn code(mut self, mistake: Mistake) -> Diagnostic {
        self.mistake = Some(mistake);
        self
    }

    /// As [`Diagnostic::code`], for one that was said already.
    pub fn is(&mut self, mistake: Mistake) {
        self.mistake = Some(mistake);
    }

    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(hint.into());
        self
    }
}

/// `file:line:column: message`, on one line; without the picture.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.source.line_column(self.span.start);
        write!(f, "{}:{line}:{column}: {}", self.source.name, self.message)
    }
}

/// The candidate that a person most likely meant by `word`, if any is near enough.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = strsim::osa_distance(&word.to_lowercase(), &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, candidate)| {
            *distance <= 2.max(candidate.chars().count() / 4) && *distance < candidate.chars().count().max(1)
        })
        .min()
        .map(|(_, candidate)| candidate)
}
