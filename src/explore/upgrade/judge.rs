//! What is wrong with an ordering in which the switch was taken, by what P alone and Q alone do in the same ordering; and
//! all that was found.

use super::Moving;
use super::course::{Course, Ground};
use crate::event::Name;
use crate::explore::scenario::{Alarms, Faults, Order};
use crate::step::Rest;
use std::collections::BTreeSet;

/// What was found.
#[derive(Debug, Clone)]
pub struct Upgrade {
    pub scenario: String,
    pub from: String,
    pub to: String,
    pub order: Order,
    pub alarms: Alarms,
    pub faults: Faults,
    pub first: Vec<String>,
    pub deliver: Vec<String>,
    /// Distinct worlds that were met, before the switch and after it.
    pub states: u64,
    /// A bound was reached: there is more.
    pub stopped: bool,
    /// By the state in which the instance is at the switch, in the order in which they are met.
    pub at: Vec<At>,
}

/// One state of P, and what comes of a switch there.
#[derive(Debug, Clone)]
pub struct At {
    pub state: String,
    /// Where instances go from there.
    pub goes: BTreeSet<String>,
    /// Each kind of trouble, with the nearest ordering.
    pub wrong: Vec<Snag>,
}

impl Upgrade {
    pub fn is_safe(&self) -> bool {
        self.at.iter().all(|at| at.wrong.is_empty())
    }
}

/// A kind of trouble; of messages, each type is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// At the switch, Q cannot take it over: it would be parked there, or never have started.
    Left,
    /// It ends parked, and P alone does not.
    Parked,
    /// It ends at no known end, and P alone does.
    Unfinished,
    /// Sent more often than either version alone sends it.
    Twice(Name),
    /// Sent less often than either version alone sends it.
    Missing(Name),
}

impl Trouble {
    pub fn name(&self) -> &'static str {
        match self {
            Trouble::Left => "left",
            Trouble::Parked => "parked",
            Trouble::Unfinished => "unfinished",
            Trouble::Twice(_) => "twice",
            Trouble::Missing(_) => "missing",
        }
    }

    /// The type of the message that it is about.
    pub fn type_(&self) -> Option<&Name> {
        match self {
            Trouble::Twice(type_) | Trouble::Missing(type_) => Some(type_),
            _ => None,
        }
    }
}

/// Something that goes wrong, and the nearest ordering in which it does.
#[derive(Debug, Clone)]
pub struct Snag {
    pub trouble: Trouble,
    pub message: String,
    pub ordering: Vec<String>,
}

/// What is wrong with the switch itself: an instance that is not parked, and does not fit.
pub(super) fn left([_, to]: &[String; 2], course: &Course, moving: &Moving) -> Vec<(Trouble, String)> {
    if moving.by.is_some() || course.instance().parked.is_some() {
        return Vec::new();
    }
    vec![(Trouble::Left, format!("does not fit: under {to} it would be {}", moving.will))]
}

/// What is wrong where an ordering ends.
pub(super) fn judge(
    [from, to]: &[String; 2],
    ground: &Ground,
    course: &Course,
    p: Option<&Course>,
    q: &Course,
) -> Vec<(Trouble, String)> {
    let alone = |course: &Course| {
        let mut course = course.clone();
        course.drain(ground);
        course
    };
    let (p, q) = (alone(p.unwrap_or(course)), alone(q));
    let mut wrong = Vec::new();
    let (ends, p_ends) = (course.instance(), p.instance());
    let beside = format!("where {from} alone comes to {}", p.rest());
    let is_end = |rest: Rest| matches!(rest, Rest::Ended(..) | Rest::Declined);
    match (ends.rest(), p_ends.rest()) {
        (Rest::Parked(_), Rest::Parked(_)) => {}
        (Rest::Parked(_), _) => wrong.push((Trouble::Parked, format!("{}, {beside}", course.rest()))),
        (rest, p_rest) if !is_end(rest) && is_end(p_rest) => {
            wrong.push((Trouble::Unfinished, format!("{}, {beside}", course.rest())));
        }
        _ => {}
    }
    let count = |course: &Course, type_: &Name| course.sent.get(type_).copied().unwrap_or(0);
    let mut types: Vec<&Name> = course.sent.keys().chain(p.sent.keys()).chain(q.sent.keys()).collect();
    types.sort();
    types.dedup();
    for type_ in types {
        let (sent, alone) = (count(course, type_), [count(&p, type_), count(&q, type_)]);
        let told = |what: &str| {
            let times = |count: u64| match count {
                0 => "never".to_string(),
                1 => "once".to_string(),
                many => format!("{many} times"),
            };
            format!(
                "{what} {type_}: sent {}, by {from} alone {}, by {to} alone {}",
                times(sent),
                times(alone[0]),
                times(alone[1])
            )
        };
        if sent > alone[0].max(alone[1]) {
            wrong.push((Trouble::Twice(type_.clone()), told("one too many")));
        } else if sent < alone[0].min(alone[1]) {
            wrong.push((Trouble::Missing(type_.clone()), told("misses")));
        }
    }
    wrong
}
