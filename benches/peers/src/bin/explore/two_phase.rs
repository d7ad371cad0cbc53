//! Two-phase commit with seven participants, by both; worlds a second.
//!
//! The peer's model is that of its own example, told again: whoever takes part may prepare or give up, the coordinator may
//! abort at any time, and what was once said stays said. Ours (`fixtures/two-phase-commit`) has messages that are
//! delivered once and gone, so that it has more worlds; its README says how they differ.

use crate::Args;
use crate::closed::two_threads;
use crate::ours::{self, Report, in_turns};
use crate::table::{Floor, Table, thousands};
use crate::tally::explored;
use crate::whole::Run;
use stateright::util::{HashableHashMap, HashableHashSet};
use stateright::{Model, Property};

const FLOOR: Floor = Floor::AtLeast(2.0);
/// States of the peer's model with seven: 4^7 before it is decided, 6^7 aborted, 2^7 committed.
const STATES: u64 = 296_448;
const WAYS: [(&str, &str); 4] = [("dfs", "1"), ("dfs", "2"), ("bfs", "1"), ("bfs", "2")];

pub fn two_phase(args: &Args, table: &mut Table) {
    let own: Vec<(&str, Run)> = ours::both(args, "two-phase-commit", "large/seven.yaml")
        .into_iter()
        .map(|(how, run)| (how, run.words(["--states", &args.states.to_string()])))
        .collect();
    let kinds = ["sets", "bits"];
    let peers: Vec<Run> = kinds
        .iter()
        .flat_map(|kind| WAYS.map(|(how, threads)| ours::peer(args, &["two-phase", kind, "7", how, threads])))
        .collect();
    let runs: Vec<&Run> = own.iter().map(|(_, run)| run).chain(&peers).collect();
    let all = in_turns(&runs, args.slow, |index, whole| match index < own.len() {
        true => assert!([0, 3].contains(&whole.code), "exit code {}", whole.code),
        false => assert_eq!((whole.code, &*runs[index].printed()), (0, &*format!("{STATES}\n"))),
    });
    let (own_took, peers_took) = all.split_at(own.len());
    for ((how, run), took) in own.iter().zip(own_took) {
        let report = Report::of(run);
        let extent = if report.is_whole() { "all" } else { "the first" };
        let worlds = report.states();
        let what = format!("two-phase commit, {extent} {} worlds{how}", thousands(worlds));
        for (kind, took_by) in kinds.iter().zip(peers_took.chunks(WAYS.len())) {
            let best = took_by.iter().map(|took| took.seconds()).fold(f64::INFINITY, f64::min);
            let (peer, floor) = match *kind {
                "sets" => ("stateright, as its example", FLOOR),
                _ => ("stateright, a state of a few bits", Floor::None),
            };
            let pace = (worlds as f64 / took.seconds(), "/s");
            table.ratio(&what, pace, (peer, STATES as f64 / best), floor);
        }
        table.value(&format!("{what}, whole command"), (took.seconds(), "s"), Floor::None);
        let bytes = took.peak_kib as f64 * 1024.0 / worlds as f64;
        table.value(&format!("{what}, peak memory a world"), (bytes, "bytes"), Floor::None);
    }
    let run = || ours::check(args, "two-phase-commit", "large/seven.yaml");
    two_threads(args, table, "two-phase commit", run, Floor::None);
}

pub fn peer(kind: &str, participants: u8, how: &str, threads: usize) {
    let found = match kind {
        "sets" => explored(Sets(participants), how, threads),
        "bits" => explored(Bits(participants), how, threads),
        _ => panic!("no kind {kind}"),
    };
    println!("{found}");
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    Working,
    Prepared,
    Kept,
    GivenUp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Said {
    Prepared(u8),
    Commit,
    Abort,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Action {
    Prepare(u8),
    GiveUp(u8),
    Hear(u8),
    Commit,
    Abort,
    /// A participant hears what was decided.
    Obey(u8, bool),
}

/// With the collections of its example.
struct Sets(u8);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Transaction {
    parts: HashableHashMap<u8, Part>,
    /// Committed, or aborted.
    decided: Option<bool>,
    heard: HashableHashSet<u8>,
    said: HashableHashSet<Said>,
}

impl Model for Sets {
    type State = Transaction;
    type Action = Action;

    fn init_states(&self) -> Vec<Transaction> {
        vec![Transaction {
            parts: (0..self.0).map(|who| (who, Part::Working)).collect(),
            decided: None,
            heard: HashableHashSet::new(),
            said: HashableHashSet::new(),
        }]
    }

    fn actions(&self, now: &Transaction, actions: &mut Vec<Action>) {
        if now.decided.is_none() {
            actions.push(Action::Abort);
            if now.heard.len() == usize::from(self.0) {
                actions.push(Action::Commit);
            }
        }
        for who in 0..self.0 {
            if now.decided.is_none() && now.said.contains(&Said::Prepared(who)) {
                actions.push(Action::Hear(who));
            }
            if now.parts[&who] == Part::Working {
                actions.extend([Action::Prepare(who), Action::GiveUp(who)]);
            }
            let decisions = [(Said::Commit, true), (Said::Abort, false)];
            let said = decisions.into_iter().filter(|(said, _)| now.said.contains(said));
            actions.extend(said.map(|(_, kept)| Action::Obey(who, kept)));
        }
    }

    fn next_state(&self, now: &Transaction, action: Action) -> Option<Transaction> {
        let mut next = now.clone();
        match action {
            Action::Prepare(who) => {
                next.parts.insert(who, Part::Prepared);
                next.said.insert(Said::Prepared(who));
            }
            Action::GiveUp(who) | Action::Obey(who, false) => {
                next.parts.insert(who, Part::GivenUp);
            }
            Action::Obey(who, true) => {
                next.parts.insert(who, Part::Kept);
            }
            Action::Hear(who) => {
                next.heard.insert(who);
            }
            Action::Commit => {
                next.decided = Some(true);
                next.said.insert(Said::Commit);
            }
            Action::Abort => {
                next.decided = Some(false);
                next.said.insert(Said::Abort);
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Sets>> {
        fn any(now: &Transaction, part: Part) -> bool {
            now.parts.values().any(|one| *one == part)
        }
        vec![
            Property::always("consistent", |_, now| !(any(now, Part::Kept) && any(now, Part::GivenUp))),
            Property::sometimes("all keep it", |_, now: &Transaction| {
                now.parts.values().all(|part| *part == Part::Kept)
            }),
            Property::sometimes("all give it up", |_, now: &Transaction| {
                now.parts.values().all(|part| *part == Part::GivenUp)
            }),
        ]
    }
}

/// The same in as few bytes as it takes: the library's own pace.
struct Bits(u8);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Small {
    parts: [Part; 8],
    decided: Option<bool>,
    /// By participant.
    heard: u8,
    said: u8,
}

impl Small {
    fn any(&self, participants: u8, part: Part) -> bool {
        self.parts[..usize::from(participants)].contains(&part)
    }
}

impl Model for Bits {
    type State = Small;
    type Action = Action;

    fn init_states(&self) -> Vec<Small> {
        vec![Small { parts: [Part::Working; 8], decided: None, heard: 0, said: 0 }]
    }

    fn actions(&self, now: &Small, actions: &mut Vec<Action>) {
        if now.decided.is_none() {
            actions.push(Action::Abort);
            if now.heard.count_ones() == u32::from(self.0) {
                actions.push(Action::Commit);
            }
        }
        for who in 0..self.0 {
            if now.decided.is_none() && now.said & 1 << who != 0 {
                actions.push(Action::Hear(who));
            }
            if now.parts[usize::from(who)] == Part::Working {
                actions.extend([Action::Prepare(who), Action::GiveUp(who)]);
            }
            actions.extend(now.decided.map(|kept| Action::Obey(who, kept)));
        }
    }

    fn next_state(&self, now: &Small, action: Action) -> Option<Small> {
        let mut next = *now;
        match action {
            Action::Prepare(who) => {
                next.parts[usize::from(who)] = Part::Prepared;
                next.said |= 1 << who;
            }
            Action::GiveUp(who) | Action::Obey(who, false) => next.parts[usize::from(who)] = Part::GivenUp,
            Action::Obey(who, true) => next.parts[usize::from(who)] = Part::Kept,
            Action::Hear(who) => next.heard |= 1 << who,
            Action::Commit => next.decided = Some(true),
            Action::Abort => next.decided = Some(false),
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Bits>> {
        vec![
            Property::always("consistent", |model: &Bits, now: &Small| {
                !(now.any(model.0, Part::Kept) && now.any(model.0, Part::GivenUp))
            }),
            Property::sometimes("somebody keeps it", |model: &Bits, now: &Small| {
                now.any(model.0, Part::Kept)
            }),
            Property::sometimes("somebody gives it up", |model: &Bits, now: &Small| {
                now.any(model.0, Part::GivenUp)
            }),
        ]
    }
}
