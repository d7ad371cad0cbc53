//! Floor 0: the world misbehaving.
//!
//! An [`Error`] is what a caller outside must hear: bad input, a conflict, a disk that is full. A
//! process that misbehaves is a finding of the verb that looked at it, and a bug of ours is an
//! assertion; neither is an `Error`. Every error says what, where, why, and where it can, a hint.

use crate::span::Diagnostic;
use std::fmt;

/// What sort of trouble: it decides the exit code, nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Bad input or usage, or a place that cannot be read or written.
    Input,
    /// An append met another position than it expected.
    Conflict,
    /// A bound was reached before the work was done.
    Bound,
}

/// What went wrong. Made with [`Error::input`] and its sisters, then `.at(…)` and `.hint(…)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Parts>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Parts {
    trouble: Trouble,
    what: String,
    place: Option<String>,
    hint: Option<String>,
    diagnostics: Vec<Diagnostic>,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    fn new(trouble: Trouble, what: impl Into<String>) -> Error {
        Error(Box::new(Parts {
            trouble,
            what: what.into(),
            place: None,
            hint: None,
            diagnostics: Vec::new(),
        }))
    }

    pub fn input(what: impl Into<String>) -> Error {
        Error::new(Trouble::Input, what)
    }

    pub fn conflict(what: impl Into<String>) -> Error {
        Error::new(Trouble::Conflict, what)
    }

    pub fn bound(what: impl Into<String>) -> Error {
        Error::new(Trouble::Bound, what)
    }

    /// Everything that is wrong with a text, at once. At least one diagnostic.
    pub fn diagnostics(diagnostics: Vec<Diagnostic>) -> Error {
        assert!(!diagnostics.is_empty(), "an error without a diagnostic");
        let unkind = diagnostics.iter().find(|diagnostic| diagnostic.mistake.is_none());
        debug_assert!(unkind.is_none(), "a diagnostic of no kind: {unkind:?}");
        let mut error = Error::new(Trouble::Input, diagnostics[0].message.clone());
        error.0.diagnostics = diagnostics;
        error
    }

    /// An operation on a file that the operating system refused.
    pub fn io(doing: &str, path: &str, error: &std::io::Error) -> Error {
        Error::input(format!("cannot {doing}: {error}")).at(path)
    }

    /// Where: a path, `path:line`, or `path:line:column`.
    pub fn at(mut self, place: impl Into<String>) -> Error {
        self.0.place = Some(place.into());
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.0.hint = Some(hint.into());
        self
    }

    pub fn trouble(&self) -> Trouble {
        self.0.trouble
    }

    pub fn what(&self) -> &str {
        &self.0.what
    }

    pub fn place(&self) -> Option<&str> {
        self.0.place.as_deref()
    }

    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// What is wrong with a text, each with its place; empty for any other error.
    pub fn all_diagnostics(&self) -> &[Diagnostic] {
        &self.0.diagnostics
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.diagnostics.is_empty() {
            let lines: Vec<String> = self.0.diagnostics.iter().map(|d| d.to_string()).collect();
            return f.write_str(&lines.join("\n"));
        }
        if let Some(place) = &self.0.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.0.what)
    }
}

impl std::error::Error for Error {}
