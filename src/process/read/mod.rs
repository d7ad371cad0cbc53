//! Reads a definition file, and says everything that is wrong with it at once.
//!
//! The tree gives the words and their places; this room knows what they mean for a process. A
//! reading goes on after an error, so that a person sees all of them; what it then builds is
//! thrown away. Names are collected before anything is read (`collect.rs`), so that an expression
//! may use what is set further down. Knows nothing of files or of how a definition is run. Read
//! `file.rs` first; `states.rs`, `reactions.rs`, `messages.rs` and `templates.rs` follow the nesting
//! of the file, `names.rs` looks at the whole of it for misspelt messages.

mod collect;
mod file;
mod messages;
mod names;
mod reactions;
mod states;
mod templates;

use super::definition::{Definition, StateId};
use super::expr::{self, Expr, Scope};
use super::keys::{self, Place};
use super::tree::{self, Member, Node, Scalar, Style};
use crate::error::{Error, Result};
use crate::event::Name;
use crate::span::{Diagnostic, Source, Span, nearest};
use collect::Known;
use names::Mentions;
use std::sync::Arc;

/// Reads one definition. The error holds every diagnostic, in the order of their places.
pub fn read(source: &Arc<Source>) -> Result<Definition> {
    read_as(source, None)
}

/// Reads a definition that its file's name calls `name@version`, and holds it to that.
pub fn read_named(source: &Arc<Source>, name: &str, version: u32) -> Result<Definition> {
    read_as(source, Some((name, version)))
}

fn read_as(source: &Arc<Source>, expected: Option<(&str, u32)>) -> Result<Definition> {
    let parsed = tree::parse(source);
    let Some(root) = &parsed.root else { return Err(all(parsed.troubles)) };
    let known = Known::collect(root);
    let mut reader = Reader { source, diagnostics: parsed.troubles, known, mentions: Mentions::default() };
    let definition = reader.file(root, expected);
    match reader.diagnostics.is_empty() {
        true => Ok(definition.expect("a definition, or a diagnostic that says why not")),
        false => Err(all(reader.diagnostics)),
    }
}

/// In the order of their places, each once.
fn all(mut diagnostics: Vec<Diagnostic>) -> Error {
    diagnostics.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
    diagnostics.dedup();
    Error::diagnostics(diagnostics)
}

/// One reading. Its methods answer None (or less than was written) where they said an error.
struct Reader<'a> {
    source: &'a Arc<Source>,
    diagnostics: Vec<Diagnostic>,
    known: Known,
    mentions: Mentions,
}

impl Reader<'_> {
    fn say(&mut self, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.diagnostics.push(Diagnostic::new(self.source, span, message));
        self.diagnostics.last_mut().expect("just pushed")
    }

    fn complain(&mut self, span: Span, message: impl Into<String>, label: impl Into<String>, hint: &str) {
        let diagnostic = self.say(span, message);
        diagnostic.label = label.into();
        diagnostic.hint = (!hint.is_empty()).then(|| hint.to_string());
    }

    /// A value of another kind than wanted. Silent where the tree complained already.
    fn expected(&mut self, node: &Node, what: &str, hint: &str) {
        if !node.is_broken() {
            let label = match node.is_null() {
                true => "nothing stands here".to_string(),
                false => format!("this is {}", node.kind()),
            };
            self.complain(node.span, what, label, hint);
        }
    }

    fn line(&self, span: Span) -> usize {
        self.source.line_column(span.start).0
    }

    /// The members of a mapping whose keys the place knows; says what is wrong with the others.
    /// None where this is no mapping; nothing at all is an empty one.
    fn members<'n>(
        &mut self,
        node: &'n Node,
        place: Place,
        what: &str,
        hint: &str,
    ) -> Option<Vec<&'n Member>> {
        if node.is_null() {
            return Some(Vec::new());
        }
        let Some(members) = node.map() else {
            self.expected(node, what, hint);
            return None;
        };
        Some(members.iter().filter(|member| self.key(member, place)).collect())
    }

    fn key(&mut self, member: &Member, place: Place) -> bool {
        match keys::find(place, &member.key) {
            Some(key) if key.built() => true,
            Some(key) => {
                self.not_built(key.name, member.key_span);
                false
            }
            None => {
                let message = format!("{} has no key `{}`", place.name(), member.key);
                let advice = keys::advice(place, &member.key);
                self.complain(member.key_span, message, "", &advice);
                false
            }
        }
    }

    fn not_built(&mut self, key: &str, span: Span) {
        let message = format!("`{key}` is not built yet in this version of anyorder");
        self.complain(span, message, "", "it is part of the design, and will come; until then do without it");
    }

    /// A name as text; complains about anything else.
    fn word<'n>(&mut self, node: &'n Node, what: &str, hint: &str) -> Option<&'n Scalar> {
        match node.scalar() {
            Some(scalar) if !scalar.text.is_empty() => Some(scalar),
            _ => {
                self.expected(node, what, hint);
                None
            }
        }
    }

    fn state(&mut self, node: &Node) -> Option<StateId> {
        let word = self.word(node, "the name of a state is expected here", "")?;
        if let Some(id) = self.known.states.iter().position(|state| **state == *word.text) {
            return Some(id);
        }
        let near = nearest(&word.text, self.known.states.iter().map(|state| &**state));
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if self.known.states.is_empty() => "list the states under `states:`".to_string(),
            None => format!("the states are {}", listed(&self.known.states)),
        };
        self.complain(node.span, format!("there is no state `{}`", word.text), "", &hint);
        None
    }

    /// An expression where one stands always: under `when`, `starts-when`, `correlate`.
    fn bare_expression(&mut self, key: &str, node: &Node, scope: &Scope) -> Option<Expr> {
        let Some(scalar) = node.scalar().filter(|scalar| !scalar.text.trim().is_empty()) else {
            let hint = "an expression that begins with `{` or `[` must be quoted";
            let hint = if node.is_null() { "" } else { hint };
            self.expected(node, &format!("`{key}` wants an expression"), hint);
            return None;
        };
        if scalar.text.starts_with('=') {
            let hint = format!("leave out the `=`: `{key}` is an expression always");
            let at = self.inside(node, scalar).start;
            self.complain(Span::new(at, at + 1), format!("`{key}` needs no `=`"), "", &hint);
            return self.marked_expression(node, scalar, scope);
        }
        let span = self.inside(node, scalar);
        let parsed = match key {
            "correlate" => expr::parse(self.source, span, &scalar.text, scope),
            _ => expr::parse_guard(self.source, span, &scalar.text, scope),
        };
        self.checked(parsed)
    }

    /// An expression after a `=`.
    fn marked_expression(&mut self, node: &Node, scalar: &Scalar, scope: &Scope) -> Option<Expr> {
        let text = scalar.text.strip_prefix('=').unwrap_or(&scalar.text);
        let mut span = self.inside(node, scalar);
        if text.trim().is_empty() {
            let hint = "write one after it; a text that is only `=` is `\"='='\"`";
            self.complain(span, "an expression is missing after the `=`", "", hint);
            return None;
        }
        if self.source.text[span.start..span.end] == scalar.text {
            span.start += 1;
        }
        self.expression(span, text, scope)
    }

    fn expression(&mut self, span: Span, text: &str, scope: &Scope) -> Option<Expr> {
        let parsed = expr::parse(self.source, span, text, scope);
        self.checked(parsed)
    }

    fn checked(&mut self, parsed: Result<Expr, Vec<Diagnostic>>) -> Option<Expr> {
        match parsed {
            Ok(expr) => Some(expr),
            Err(diagnostics) => {
                self.diagnostics.extend(diagnostics);
                None
            }
        }
    }

    /// Where the bytes of a scalar's text stand: without its quotes, if what is between them is
    /// the text itself, else the whole.
    fn inside(&self, node: &Node, scalar: &Scalar) -> Span {
        if scalar.style == Style::Quoted && node.span.end - node.span.start >= 2 {
            let inner = Span::new(node.span.start + 1, node.span.end - 1);
            if self.source.text.get(inner.start..inner.end) == Some(&scalar.text) {
                return inner;
            }
        }
        node.span
    }
}

/// `a`, `b` and `c`, as a person lists them; cut where there are many.
fn listed(names: &[Name]) -> String {
    const SHOWN: usize = 12;
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    shown.join(", ")
}
