//! Reads a definition file, and says everything that is wrong with it at once.
//!
//! The tree gives the words and their places; this room knows what they mean for a process. A
//! reading goes on after an error, so that a person sees all of them; what it then builds is
//! thrown away. Names are collected before anything is read (`collect.rs`), so that an expression
//! may use what is set further down. Knows nothing of files or of how a definition is run. Read
//! `file.rs` first; `states.rs`, `reactions.rs`, `messages.rs` and `templates.rs` follow the nesting
//! of the file, `regions.rs` brings in parts from their own files, `names.rs` looks at the whole of it for misspelt messages.
//! `steps/` comes before all of them.

mod collect;
mod file;
mod messages;
mod names;
mod reactions;
mod regions;
mod service;
mod states;
mod steps;
mod templates;

use super::definition::{Definition, StateId, Step};
use super::expr::{self, Expr, Scope, StateScope};
use super::page::{Page, all, listed, plain_name, speaks_as_page};
use super::service::Service;
use super::tree::{self, Node};
use crate::error::Result;
use crate::event::Name;
use crate::span::{Mistake, Source, nearest};
use crate::store::check_name;
use collect::Known;
use names::Mentions;
use regions::Used;
pub use regions::{NoParts, Parts};
use std::cell::OnceCell;
use std::sync::Arc;

/// Reads one definition. The error holds every diagnostic, in the order of their places.
pub fn read(source: &Arc<Source>) -> Result<Definition> {
    read_with_parts(source, None, &NoParts)
}

/// Reads a definition that may use parts in files of their own, and holds it to what its file's name
/// calls it, `name@version`.
pub fn read_with_parts(
    source: &Arc<Source>,
    expected: Option<(&str, u32)>,
    parts: &dyn Parts,
) -> Result<Definition> {
    read_definition(source, expected, parts, StateScope::Plain)
}

fn read_definition(
    source: &Arc<Source>,
    expected: Option<(&str, u32)>,
    parts: &dyn Parts,
    state: StateScope,
) -> Result<Definition> {
    let used = OnceCell::new();
    let parts_of = |root: &Node| used.get_or_init(|| Used::find(source, root, parts));
    let known = |root: &Node| Known::collect(root, parts_of(root), state.clone());
    read_with(source, steps_in_full, known, |reader, root| reader.file(root, expected, parts_of(root)))
}

/// Reads a definition that its file's name calls `name@version`, and holds it to that.
pub fn read_named(source: &Arc<Source>, name: &str, version: u32) -> Result<Definition> {
    read_with_parts(source, Some((name, version)), &NoParts)
}

/// Reads a service's file. The error holds every diagnostic, in the order of their places.
pub fn read_service(source: &Arc<Source>) -> Result<Service> {
    read_with(source, as_it_is, Known::of_service, |reader, root| reader.service(root, None))
}

/// Reads a service that its file's name calls so, and holds it to that.
pub fn read_service_named(source: &Arc<Source>, name: &str) -> Result<Service> {
    read_with(source, as_it_is, Known::of_service, |reader, root| reader.service(root, Some(name)))
}

/// Reads a file that `before` puts into full form, whose names are gathered by `collect`; `file` answers None only where it says why.
fn read_with<T>(
    source: &Arc<Source>,
    before: impl Fn(&mut Page, Node) -> (Node, Vec<Step>),
    collect: impl Fn(&Node) -> Known,
    file: impl Fn(&mut Reader, &Node) -> Option<T>,
) -> Result<T> {
    let parsed = tree::parse(source);
    let Some(root) = parsed.root else { return Err(all(parsed.troubles)) };
    let mut page = Page { source, diagnostics: parsed.troubles };
    let (root, steps) = before(&mut page, root);
    let mut reader = Reader { page, known: collect(&root), mentions: Mentions::default(), steps };
    let read = file(&mut reader, &root);
    match reader.diagnostics.is_empty() {
        true => Ok(read.expect("what is read, or a diagnostic that says why not")),
        false => Err(all(reader.page.diagnostics)),
    }
}

/// A process with states in the place of its steps, if it has some.
fn steps_in_full(page: &mut Page, root: Node) -> (Node, Vec<Step>) {
    steps::in_full(page, &root).unwrap_or((root, Vec::new()))
}

/// The tree of a file that was read, with states in the place of steps.
pub fn in_full(source: &Arc<Source>) -> Result<Node> {
    let root = tree::parse(source).into_result()?;
    let mut page = Page { source, diagnostics: Vec::new() };
    let (root, _) = steps_in_full(&mut page, root);
    if page.diagnostics.is_empty() { Ok(root) } else { Err(all(page.diagnostics)) }
}

fn as_it_is(_: &mut Page, root: Node) -> (Node, Vec<Step>) {
    (root, Vec::new())
}

/// One reading. Its methods answer None (or less than was written) where they said an error.
struct Reader<'a> {
    page: Page<'a>,
    known: Known,
    mentions: Mentions,
    /// What the states were written as.
    steps: Vec<Step>,
}

speaks_as_page!(Reader);

impl Reader<'_> {
    fn state(&mut self, node: &Node) -> Option<StateId> {
        let word = self.word(node, "the name of a state is expected here", "")?;
        if let Some(id) = self.known.ids.get(&*word.text) {
            return Some(*id);
        }
        let states = || self.known.states.iter().map(|state| &**state);
        let hint = self.source.advice(|| match nearest(&word.text, states()) {
            _ if word.text.starts_with('=') => {
                "a state cannot be computed: write a list of reactions, each with its `when` and its `to`"
                    .into()
            }
            _ if let Some(hint) = regions::leads_nowhere(&self.known, &word.text) => hint,
            Some(near) => format!("did you mean `{near}`?"),
            None if self.known.states.is_empty() => "list the states under `states:`".to_string(),
            None => format!("the states are {}", listed(states())),
        });
        self.complain(node.span, format!("there is no state `{}`", word.text), "", &hint)
            .is(Mistake::UnknownState);
        None
    }

    /// What a process or a service is called; its log bears that name.
    fn own_name(&mut self, key: &str, node: &Node) -> Option<Name> {
        let hint = plain_name(&format!("a {key}"));
        let word = self.word(node, &format!("`{key}` wants a name"), &hint)?;
        if check_name(&word.text).is_err() {
            self.complain(node.span, format!("`{}` is no name for a {key}", word.text), "", &hint)
                .is(Mistake::BadName);
            return None;
        }
        Some(Name::from(word.text.as_str()))
    }

    /// Holds what a file says of itself to its own name.
    fn as_the_file_says(&mut self, node: Option<&Node>, found: Option<&str>, expected: &str, key: &str) {
        if let (Some(node), Some(found)) = (node, found)
            && found != expected
        {
            let hint = match key {
                "service" => "a service lives in `<name>.yaml`: change the one or the other",
                _ => "a definition lives in `<name>@<version>.yaml`: change the one or the other",
            };
            let message = format!("the file's name says {key} `{expected}`, the file says `{found}`");
            self.complain(node.span, message, "", hint).is(Mistake::FileName);
        }
    }

    /// An expression where one stands always: under `when`, `starts-when`, `correlate`.
    fn bare_expression(&mut self, key: &str, node: &Node, scope: &Scope) -> Option<Expr> {
        match key {
            "correlate" => self.bare(key, node, scope, expr::parse),
            _ => self.guard(key, node, scope),
        }
    }
}
