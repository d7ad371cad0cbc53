//! Floor 0: places in a text that a person wrote.
//!
//! A [`Source`] is a file's name and its text; a [`Span`] is a run of its bytes; a [`Diagnostic`]
//! ties a message to one. Knows nothing of what the text means. How a diagnostic is drawn, with
//! its caret, is the report's business (`report::diagnostic`); what a [`Mistake`] means is told there too.

mod mistake;

pub use mistake::{LINTS, Mistake};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A text with the name it is known by, kept whole so that an error can show the line it means.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as the user gave it, or a word such as `--events` for a text without a file.
    pub name: String,
    pub text: String,
    /// Where each line but the first begins.
    lines: Vec<usize>,
    mistakes: Mistakes,
}

/// How many there were so far; no part of what a source is.
#[derive(Debug, Default)]
struct Mistakes(AtomicUsize);

impl PartialEq for Mistakes {
    fn eq(&self, _: &Mistakes) -> bool {
        true
    }
}

impl Eq for Mistakes {}

/// Of a text with more mistakes than this it is not said for each what was meant.
const PATIENCE: usize = 40;

impl Source {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Source> {
        let text: String = text.into();
        let lines = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1).collect();
        Arc::new(Source { name: name.into(), text, lines, mistakes: Mistakes::default() })
    }

    /// The line of a byte, from 1.
    pub fn line(&self, byte: usize) -> usize {
        self.lines.partition_point(|start| *start <= byte) + 1
    }

    /// Line and column of a byte, both from 1; the column counts characters.
    pub fn line_column(&self, byte: usize) -> (usize, usize) {
        let byte = self.text.floor_char_boundary(byte);
        let line = self.line(byte);
        let start = if line > 1 { self.lines[line - 2] } else { 0 };
        (line, self.text[start..byte].chars().count() + 1)
    }

    /// What could be done about a mistake in this text. To look through all names for each of
    /// thousands of mistakes takes minutes, and only the first few are shown.
    pub fn advice(&self, hint: impl FnOnce() -> String) -> String {
        if self.takes_advice() { hint() } else { String::new() }
    }

    pub fn takes_advice(&self) -> bool {
        self.mistakes.0.load(Ordering::Relaxed) < PATIENCE
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
        source.mistakes.0.fetch_add(1, Ordering::Relaxed);
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
    let word = word.to_lowercase();
    let (length, letters) = (word.chars().count(), letters(&word));
    let distance = |candidate: &'a str| {
        let of_it = candidate.chars().count();
        let most = 2.max(of_it / 4).min(of_it.max(1) - 1);
        // Each step adds or takes one letter. Most names are too long, too short, or of other letters, and
        // need no more of a look.
        let others = self::letters(candidate);
        let missing = (letters & !others).count_ones().max((others & !letters).count_ones()) as usize;
        if length.abs_diff(of_it) > most || missing > most {
            return None;
        }
        let distance = strsim::osa_distance(&word, &candidate.to_lowercase());
        (distance <= most).then_some((distance, candidate))
    };
    candidates.into_iter().filter_map(distance).min().map(|(_, candidate)| candidate)
}

/// Which letters there are, whatever their case; some count as one. Those beyond ASCII do not count.
fn letters(word: &str) -> u64 {
    let ascii = word.bytes().filter(u8::is_ascii);
    ascii.fold(0, |letters, byte| letters | 1 << (byte.to_ascii_lowercase() & 63))
}

/// `a`, `b` and `c`, as a person lists them; cut where there are many.
pub fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    const SHOWN: usize = 12;
    let names: Vec<&str> = names.into_iter().collect();
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    shown.join(", ")
}
