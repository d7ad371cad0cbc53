//! Where scenarios and specs find the processes and services that they name, and the owners of messages.
//!
//! A trait, since only the caller knows files; and what is said where something is not found.

use super::definition::Definition;
use super::page::Page;
use super::service::Service;
use super::tree::Node;
use crate::error::{Error, Result};
use crate::event::Name;
use crate::span::{Diagnostic, Mistake, Source, Span};
use std::sync::Arc;

/// Where a scenario or a spec finds what it names.
pub trait Library {
    /// A process: `name@version`, a name (its highest version), or a path, relative to the
    /// file that names it.
    fn process(&self, p: &str) -> Result<Arc<Definition>>;
    /// A service: its name, or a path, relative to the file that names it.
    fn service(&self, name: &str) -> Result<Arc<Service>> {
        Err(Error::input(format!("there is no service {name}")))
    }
    /// The module that says messages of a type.
    fn owner(&self, type_: &str) -> Option<Name>;
    /// The seed of what services draw.
    fn seed(&self) -> u64 {
        0
    }
}

/// What was asked of the library, as complaints at the place that asked.
pub(crate) fn not_found(source: &Arc<Source>, span: Span, error: &Error) -> Vec<Diagnostic> {
    if !error.all_diagnostics().is_empty() {
        return error.all_diagnostics().to_vec();
    }
    let what = match error.place() {
        Some(place) => format!("{place}: {}", error.what()),
        None => error.what().to_string(),
    };
    let mut diagnostic = Diagnostic::new(source, span, what).code(Mistake::NoSuchProcess);
    diagnostic.hint = error.hint_text().map(str::to_string);
    vec![diagnostic]
}

/// Processes with the places that named them; two of one name are said.
pub(crate) fn one_version_each(
    named: Vec<(Arc<Definition>, Arc<Source>, Span)>,
    file: &str,
) -> (Vec<Arc<Definition>>, Vec<Diagnostic>) {
    let mut found: Vec<Arc<Definition>> = Vec::new();
    let mut wrong = Vec::new();
    for (definition, source, span) in named {
        let Some(other) = found.iter().find(|other| other.name == definition.name) else {
            found.push(definition);
            continue;
        };
        let (mistake, what, hint) = if other.version == definition.version {
            (
                Mistake::SaidTwice,
                format!("{} is listed twice", definition.full_name()),
                "once is enough".to_string(),
            )
        } else {
            let (one, two) = (other.full_name(), definition.full_name());
            let hint = format!("a {file} runs one version of each; make a {file} for each version");
            (Mistake::TwoVersions, format!("{one} and {two} are versions of one process"), hint)
        };
        wrong.push(Diagnostic::new(&source, span, what).code(mistake).hint(hint));
    }
    (found, wrong)
}

impl Page<'_> {
    /// What stands under `process`: one, or a list of them; `file` is what names them. None where any of them could not be had.
    pub fn processes(
        &mut self,
        node: &Node,
        library: &dyn Library,
        file: &str,
    ) -> Option<Vec<Arc<Definition>>> {
        let hint = "as in `process: order@2`, `process: ../processes/order@2.yaml`, or a list of such";
        let (named, all) = self.named(node, ("process", "a process"), hint, |p| library.process(p));
        let count = named.len();
        let (found, wrong) = one_version_each(named, file);
        self.diagnostics.extend(wrong);
        (all && found.len() == count && count > 0).then_some(found)
    }

    /// What stands under `service` or `services`: one, or a list of them, none named twice. None where any
    /// of them could not be had.
    pub fn services(&mut self, key: &str, node: &Node, library: &dyn Library) -> Option<Vec<Arc<Service>>> {
        let hint = format!("as in `{key}: kitchen`, `{key}: ../services/kitchen.yaml`, or a list of such");
        let (named, all) = self.named(node, (key, "a service"), &hint, |name| library.service(name));
        let mut found: Vec<(Arc<Service>, Span)> = Vec::new();
        for (service, _, span) in named {
            match found.iter().find(|(known, _)| known.name == service.name).map(|(_, first)| *first) {
                Some(first) => self.twice(&service.name, span, first),
                None => found.push((service, span)),
            }
        }
        all.then(|| found.into_iter().map(|(service, _)| service).collect())
    }

    /// Each with the place that named it; and whether all of them could be had.
    fn named<T>(
        &mut self,
        node: &Node,
        (key, noun): (&str, &str),
        hint: &str,
        find: impl Fn(&str) -> Result<T>,
    ) -> (Vec<(T, Arc<Source>, Span)>, bool) {
        let items = node.one_or_more();
        if items.is_empty() {
            let what = format!("no {} is named", noun.trim_start_matches("a "));
            self.complain(node.span, what, "", hint).is(Mistake::NothingListed);
        }
        let mut named = Vec::new();
        for item in items {
            let what = format!("`{key}` wants {noun}, or a list of them");
            let Some(word) = self.word(item, &what, hint) else { continue };
            match find(&word.text) {
                Ok(found) => named.push((found, self.source.clone(), item.span)),
                Err(error) => {
                    let said = not_found(self.source, item.span, &error);
                    self.diagnostics.extend(said);
                }
            }
        }
        let all = named.len() == items.len();
        (named, all)
    }
}
