//! What is said of a scenario when it was explored.

use super::count::Count;
use super::decided::Decided;
use super::graph::Stopped;
use super::outcomes::Outcome;
use super::parts::PartAlone;
use super::scenario::{Alarms, Bounds, Faults, Host, Order};
use num_bigint::BigUint;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// What a scenario leads to. Those that are the same but for their names share it.
#[derive(Debug, Clone)]
pub struct Report {
    pub scenario: String,
    pub(super) explored: Arc<Explored>,
}

impl Report {
    /// What it says of another scenario that is the same.
    pub fn of(&self, scenario: &str) -> Report {
        Report { scenario: scenario.to_string(), explored: self.explored.clone() }
    }
}

impl Deref for Report {
    type Target = Explored;

    fn deref(&self) -> &Explored {
        &self.explored
    }
}

#[derive(Debug)]
pub struct Explored {
    pub processes: Vec<String>,
    /// Who answers.
    pub services: Vec<String>,
    pub order: Order,
    pub alarms: Alarms,
    /// What could go wrong, and how often.
    pub faults: Faults,
    pub host: Host,
    /// The messages that were delivered first, and those that were in flight.
    pub first: Vec<String>,
    pub deliver: Vec<String>,
    pub verdict: Verdict,
    /// Whole orderings; where a bound was reached, those that were found.
    pub orderings: Count,
    /// The worlds that were walked.
    pub states: u64,
    /// Why not everything was explored.
    pub stopped: Option<Stopped>,
    /// Why it is not known what decides each outcome, though all is counted: somebody said to stop, or memory
    /// is at its bound.
    pub undecided: Option<Stopped>,
    /// Those with most orderings first; of equals, the nearest.
    pub outcomes: Vec<Found>,
    pub findings: Vec<Finding>,
    /// Where worlds form a circle, the nearest ordering that goes round for ever.
    pub lasso: Option<Lasso>,
    /// Declared outcomes that no ordering leads to.
    pub unreached: Vec<String>,
    pub bounds: Bounds,
    /// What was not told apart.
    pub reductions: Vec<&'static str>,
    pub interchanged: Option<Interchanged>,
    /// What each region of the process costs alone.
    pub parts: Vec<PartAlone>,
    pub apart: Option<Apart>,
}

impl Explored {
    /// How many distinct worlds there are, whether or not all were walked.
    pub fn worlds(&self) -> BigUint {
        let apart = self.apart.as_ref().map(|apart| &apart.states);
        let whole = apart.or(self.interchanged.as_ref().map(|interchanged| &interchanged.states));
        whole.map_or_else(|| self.states.into(), BigUint::clone)
    }
}

/// Parts that do not touch each other, each explored alone.
#[derive(Debug, Clone)]
pub struct Apart {
    /// What is on its way in each, as choices are written, in the order listed.
    pub parts: Vec<Vec<String>>,
    /// How many worlds they make side by side.
    pub states: BigUint,
}

/// Messages that do the same in every world, so that only one order of them was walked.
#[derive(Debug, Clone)]
pub struct Interchanged {
    pub groups: Vec<Vec<String>>,
    /// How many distinct worlds there are, were they told apart.
    pub states: BigUint,
}

/// An outcome, and the orderings that lead to it.
#[derive(Debug, Clone)]
pub struct Found {
    pub outcome: Outcome,
    pub orderings: Count,
    /// The smallest budgets of faults with which it is found: none of them is within another.
    pub needs: Vec<Faults>,
    /// The nearest ordering.
    pub example: Vec<String>,
    pub decided: Decided,
    /// Whether it is one of those that were declared; None where nothing was.
    pub declared: Option<bool>,
}

/// An ordering without end.
#[derive(Debug, Clone)]
pub struct Lasso {
    /// The way to the circle.
    pub ordering: Vec<String>,
    /// What then happens again and again.
    pub round: Vec<String>,
}

/// Something that should not be, with the nearest ordering that leads there.
#[derive(Debug, Clone)]
pub struct Finding {
    pub kind: Kind,
    pub message: String,
    pub ordering: Vec<String>,
    /// The smallest budgets of faults with which it is found: none of them is within another.
    pub needs: Vec<Faults>,
    /// How many orderings it is found in, where that is known.
    pub orderings: Option<Count>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Parked,
    Unfinished,
    NeverStarted,
    Always,
    Finally,
    NeverEnds,
    Unanswered,
    Twice,
    Undeclared,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Parked => "parked",
            Kind::Unfinished => "unfinished",
            Kind::NeverStarted => "never-started",
            Kind::Always => "always",
            Kind::Finally => "finally",
            Kind::NeverEnds => "never-ends",
            Kind::Unanswered => "unanswered",
            Kind::Twice => "twice",
            Kind::Undeclared => "undeclared",
        }
    }
}

/// What is to be said of a scenario; the first that applies, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Violated,
    BoundReached,
    Diverges,
    AsDeclared,
    Converges,
}

impl Verdict {
    pub const ALL: [Verdict; 5] = [
        Verdict::Violated,
        Verdict::BoundReached,
        Verdict::Diverges,
        Verdict::AsDeclared,
        Verdict::Converges,
    ];

    /// Whether what was meant holds, as far as anything was said.
    pub fn holds(self) -> bool {
        matches!(self, Verdict::AsDeclared | Verdict::Converges)
    }

    pub fn name(self) -> &'static str {
        match self {
            Verdict::Violated => "violated",
            Verdict::BoundReached => "bound-reached",
            Verdict::Diverges => "diverges",
            Verdict::AsDeclared => "as-declared",
            Verdict::Converges => "converges",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
