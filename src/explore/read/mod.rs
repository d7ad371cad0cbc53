//! Scenarios, read: from a file, from a command line, from a log.
//!
//! All that is wrong with one is said at once, each with its place. Where processes and modules come
//! from is the caller's business, through a [`Library`]. Read `file.rs` first; `messages.rs` reads the
//! forms in which a message is written, `stimuli.rs` makes them whole (ids, modules, causes) and says
//! which cannot be, `expect.rs` and `outcomes.rs` read what is meant to hold. `events.rs` and `log.rs` are
//! the other two ways in.

mod events;
mod expect;
mod file;
mod log;
mod messages;
mod outcomes;
mod stimuli;

pub use events::{Typed, from_events};
pub use file::read;
pub use log::conversations;

use super::scenario::Alarms;
use crate::error::{Error, Result};
use crate::event::Name;
use crate::process::Definition;
use crate::process::keys;
use crate::span::{Diagnostic, Source, Span};
use std::sync::Arc;

/// Where a scenario finds what it names.
pub trait Library {
    /// A process: `name@version`, a name (its highest version), or a path, relative to the scenario's
    /// file.
    fn process(&self, p: &str) -> Result<Arc<Definition>>;
    /// The module that says messages of a type.
    fn owner(&self, type_: &str) -> Option<Name>;
}

/// What was asked of the library, as complaints at the place that asked.
fn not_found(source: &Arc<Source>, span: Span, error: &Error) -> Vec<Diagnostic> {
    if !error.all_diagnostics().is_empty() {
        return error.all_diagnostics().to_vec();
    }
    let what = match error.place() {
        Some(place) => format!("{place}: {}", error.what()),
        None => error.what().to_string(),
    };
    let mut diagnostic = Diagnostic::new(source, span, what);
    diagnostic.hint = error.hint_text().map(str::to_string);
    vec![diagnostic]
}

/// Processes with the places that named them; two of one name are said.
fn one_version_each(
    named: Vec<(Arc<Definition>, Arc<Source>, Span)>,
) -> (Vec<Arc<Definition>>, Vec<Diagnostic>) {
    let mut found: Vec<Arc<Definition>> = Vec::new();
    let mut wrong = Vec::new();
    for (definition, source, span) in named {
        let Some(other) = found.iter().find(|other| other.name == definition.name) else {
            found.push(definition);
            continue;
        };
        let (what, hint) = if other.version == definition.version {
            (format!("{} is listed twice", definition.full_name()), "once is enough")
        } else {
            let (one, two) = (other.full_name(), definition.full_name());
            (
                format!("{one} and {two} are versions of one process"),
                "a scenario runs one version of each; make a scenario for each version",
            )
        };
        wrong.push(Diagnostic::new(&source, span, what).hint(hint));
    }
    (found, wrong)
}

impl Alarms {
    pub fn named(name: &str) -> Option<Alarms> {
        Alarms::ALL.into_iter().find(|alarms| alarms.name() == name)
    }
}

impl super::scenario::Order {
    /// `any`, `causal`, `fifo`.
    fn of_word(word: &str) -> Self {
        debug_assert!(keys::ORDERS.contains(&word));
        Self { causal: word == "causal", fifo: word == "fifo" }
    }
}
