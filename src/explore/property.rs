//! What is meant to hold: at every moment, or where an ordering ends.
//!
//! A property is an expression over `state`, `data` and `count('Type')` (`docs/expressions.md`). Whoever
//! explores gathers the [`Facts`] of a moment and asks [`Property::judge`].

use crate::event::Name;
use crate::process::expr::{Expr, Failure};
use crate::process::{Data, Definition};
use crate::span::{Diagnostic, Source};
use crate::step::Instance;
use std::sync::Arc;

pub use crate::process::expr::{Facts, ProcessFacts};

/// A named condition over `state`, `data` and `count('Type')`.
#[derive(Debug, Clone)]
pub struct Property {
    pub name: String,
    /// As it was written.
    pub text: String,
    /// Where it was written.
    pub source: Arc<Source>,
    pub holds: Expr,
}

impl Property {
    /// Whether it holds. The facts are of the scenario's processes, in their order.
    pub fn judge(&self, facts: &Facts) -> Result<bool, Failure> {
        self.holds.judge(facts)
    }

    /// The types that it counts, sorted: the only ones that [`Facts::counts`] must know.
    pub fn counted(&self) -> impl Iterator<Item = &Name> {
        self.holds.reads().counts.iter()
    }

    /// Whether it looks at an instance's state or data. One that does not is about the scenario as a
    /// whole, however many conversations there are.
    pub fn reads_instances(&self) -> bool {
        let reads = self.holds.reads();
        reads.state || reads.all_data || !reads.data.is_empty()
    }

    /// Where in the file a judgement failed, and why.
    pub fn diagnostic(&self, failure: &Failure) -> Diagnostic {
        Diagnostic::new(&self.source, failure.at, failure.what.clone())
    }
}

/// What a property sees of a process: its instance, or that there is none yet.
pub fn facts_of(definition: &Definition, instance: Option<&Instance>) -> ProcessFacts {
    let started = instance.and_then(|instance| Some((instance.state()?.clone(), instance.data.clone())));
    let (state, data): (Name, Data) = started.unwrap_or_else(|| (Name::from(""), definition.data.clone()));
    ProcessFacts { name: definition.name.clone(), state, data }
}
