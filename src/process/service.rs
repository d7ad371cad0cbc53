//! What a service's file says, once it is read and checked: a participant that answers commands, or
//! reacts to events, simulated.

use super::definition::{Outgoing, Template, When};
use super::expr::Expr;
use super::{Allow, Data};
use crate::event::{Millis, Name};
use crate::span::{Source, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct Service {
    pub name: Name,
    pub summary: Option<String>,
    /// Whose data a message is about, over `event`. None: the service has no memory.
    pub entity: Option<Expr>,
    /// The data that each entity begins with.
    pub data: Data,
    /// What it says to each message that it hears.
    pub on: BTreeMap<Name, Replies>,
    /// What `lint` finds and is meant.
    pub allows: Vec<Allow>,
    /// The file, for errors that happen while it runs.
    pub source: Arc<Source>,
}

/// The alternatives under one message's name.
#[derive(Debug, Clone, Default)]
pub struct Replies {
    pub alternatives: Vec<Reply>,
    /// How one of them is chosen.
    pub choice: Choose,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choose {
    /// The first whose guard holds.
    #[default]
    First,
    /// One is drawn among those whose guards hold.
    Drawn,
}

/// One alternative.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub when: When,
    /// None: an equal share of what the others leave.
    pub chance: Option<Billionths>,
    pub after: Delay,
    /// In the order written; all of it sees the old data.
    pub set: Vec<(Name, Template)>,
    /// Under `send` (commands), then under `publish` (events), each in the order written.
    pub says: Vec<Outgoing>,
    pub span: Span,
}

/// A chance, exactly: 1 is a thousand million.
pub type Billionths = u64;

/// The chance of what is certain.
pub const CERTAIN: Billionths = 1_000_000_000;

/// How long an answer takes.
#[derive(Debug, Clone, Default)]
pub enum Delay {
    #[default]
    None,
    Fixed(Millis),
    /// Any whole millisecond from the one to the other, equally likely.
    Between(Millis, Millis),
    /// Exponentially distributed, so long on average.
    Exponential(Millis),
    Computed(Expr),
}

impl Service {
    /// Whether it keeps data, and so a journal.
    pub fn remembers(&self) -> bool {
        self.entity.is_some()
    }

    /// What it may say, a type as often as it stands in the file.
    pub fn says(&self) -> impl Iterator<Item = &Name> {
        self.replies().flat_map(|reply| reply.says.iter().map(|outgoing| &outgoing.type_))
    }

    /// Every expression of the file.
    pub fn expressions(&self) -> Vec<&Expr> {
        let mut found: Vec<&Expr> = self.entity.iter().collect();
        for reply in self.replies() {
            found.extend(&reply.when);
            reply.set.iter().for_each(|(_, template)| template.expressions(&mut found));
            reply.says.iter().for_each(|outgoing| outgoing.expressions(&mut found));
            if let Delay::Computed(expr) = &reply.after {
                found.push(expr);
            }
        }
        found
    }

    pub fn replies(&self) -> impl Iterator<Item = &Reply> {
        self.on.values().flat_map(|replies| &replies.alternatives)
    }
}
