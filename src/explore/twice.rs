//! No command twice for one cause: an instance that sends commands of one type in two steps of one and the same
//! message asks twice for what was to be done once.
//!
//! On our own host it cannot be, since a message that was handled is known. On a host that delivers at least
//! once it is looked for wherever something may go wrong. A world then says who has sent which commands for
//! which message; so ids are told.

use super::explorer::Explorer;
use super::faults::insert;
use super::graph::Graph;
use super::judge::{Broken, told};
use super::outcomes::name_of_slot;
use super::place::Place;
use super::report::Kind;
use crate::event::{Kind as Sort, Message, Name};
use crate::step::Recorded;
use rustc_hash::FxHashMap;

/// What is known of causes and commands, by number.
#[derive(Debug, Default)]
pub(super) struct Causes {
    numbers: FxHashMap<(Name, Name, bool), u32>,
    types: Vec<Name>,
    commands: Vec<Name>,
    /// Per slot, command and type of the cause, where it was sent twice.
    found: Vec<(u32, u32, Name)>,
}

/// A command that a step sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Sends {
    /// How many messages the step has sent before it.
    before: usize,
    /// Which of the decisions of the step it belongs to.
    decision: usize,
    cause: u32,
    command: u32,
}

impl Causes {
    /// The commands that a turn sends, each with the message that it is sent for.
    pub fn of(&mut self, turn: &[Recorded], copied_from: &FxHashMap<Name, Name>) -> Vec<Sends> {
        let mut sends = Vec::new();
        let mut before = 0;
        for (decision, recorded) in turn.iter().enumerate() {
            for message in &recorded.sent {
                if message.kind == Sort::Command {
                    let cause = self.cause(&recorded.input, recorded.kept, copied_from);
                    sends.push(Sends { before, decision, cause, command: self.command(&message.type_) });
                }
                before += 1;
            }
        }
        sends
    }

    /// `begins`: it begins a life and waits all the same; what it says when it is tried again is another matter.
    fn cause(&mut self, message: &Message, begins: bool, copied_from: &FxHashMap<Name, Name>) -> u32 {
        // Copies that wait beside each other bear ids of their own, and are the same message.
        let mut id = &message.id;
        while let Some(own) = copied_from.get(id).filter(|own| id.strip_suffix('\'') == Some(own)) {
            id = own;
        }
        let next = self.types.len() as u32;
        let number = *self.numbers.entry((message.source.clone(), id.clone(), begins)).or_insert(next);
        if number == next {
            self.types.push(message.type_.clone());
        }
        number
    }

    fn command(&mut self, type_: &Name) -> u32 {
        number_in(&mut self.commands, type_.clone())
    }
}

fn number_in<T: PartialEq>(all: &mut Vec<T>, one: T) -> u32 {
    let known = all.iter().position(|known| *known == one);
    known.unwrap_or_else(|| {
        all.push(one);
        all.len() - 1
    }) as u32
}

impl Explorer<'_> {
    /// An instance has taken a step, and so many of its effects are out.
    pub fn note_commands(&mut self, place: &mut Place, slot: u32, step: u32, effects: usize) {
        let Some(watched) = &mut place.watched else { return };
        let steps = &mut self.steps;
        let sends = steps.step(step).commands.clone();
        let sends = sends.iter().filter(|sends| sends.before < effects);
        // What one decision sends several times is meant so.
        let mut mine: Vec<[u32; 3]> = Vec::new();
        let mut decision = 0;
        for sends in sends {
            if sends.decision != decision {
                mine.drain(..).for_each(|new| insert(&mut watched.commands, new));
                decision = sends.decision;
            }
            let this = [slot, sends.cause, sends.command];
            if watched.commands.contains(&this) {
                let cause = steps.causes.types[sends.cause as usize].clone();
                let found = number_in(&mut steps.causes.found, (slot, sends.command, cause));
                if !watched.twice.contains(&found) {
                    insert(&mut watched.twice, found);
                }
            } else if !mine.contains(&this) {
                mine.push(this);
            }
        }
        mine.into_iter().for_each(|new| insert(&mut watched.commands, new));
    }
}

/// Who has sent which command twice, and in which worlds they have.
pub(super) fn twice(explorer: &Explorer, graph: &Graph) -> Vec<Broken> {
    let causes = &explorer.steps.causes;
    let said = |(slot, command, cause): &(u32, u32, Name)| {
        let who = name_of_slot(explorer, *slot);
        format!("{who} sends {} twice for one {cause}", causes.commands[*command as usize])
    };
    let twice = |place: &Place| place.watched.as_ref().map_or_else(Vec::new, |watched| watched.twice.clone());
    told(graph, Kind::Twice, causes.found.iter().map(said).collect(), twice)
}
