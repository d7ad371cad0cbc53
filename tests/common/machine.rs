//! Small random processes with regions, and what they look like in a file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

pub const TYPES: [&str; 5] = ["Ash", "Birch", "Cedar", "Elm", "Start"];
const MEMBERS: [&str; 2] = ["m", "n"];

#[derive(Debug, Clone)]
pub struct Machine {
    pub regions: Vec<Region>,
    pub joins: Vec<Join>,
    /// `after-end: forget`.
    pub forgets: bool,
}

#[derive(Debug, Clone)]
pub struct Region {
    pub unexpected: Policy,
    /// The first is the initial one.
    pub states: Vec<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    Park,
    Ignore,
    Defer,
}

#[derive(Debug, Clone, Default)]
pub struct State {
    pub end: Option<&'static str>,
    pub on: BTreeMap<String, Vec<Way>>,
    pub ignore: BTreeSet<String>,
    pub defer: BTreeSet<String>,
    pub enter: Option<Deed>,
    pub whenever: Vec<Way>,
}

/// A reaction.
#[derive(Debug, Clone, Default)]
pub struct Way {
    pub when: Option<Guard>,
    pub deed: Deed,
    pub to: Option<usize>,
}

#[derive(Debug, Clone, Default)]
pub struct Deed {
    pub set: Vec<(&'static str, Change)>,
    pub sends: Vec<String>,
    /// The region's own alarm.
    pub alarm: bool,
    pub cancel: bool,
}

#[derive(Debug, Clone, Copy)]
pub enum Change {
    Add(i64),
    Put(i64),
}

/// `data.n >= 2`.
#[derive(Debug, Clone, Copy)]
pub struct Guard {
    pub member: &'static str,
    pub least: i64,
}

#[derive(Debug, Clone)]
pub struct Join {
    /// These regions are in these states.
    pub at: Vec<(usize, usize)>,
    pub guard: Option<Guard>,
    pub deed: Deed,
    pub end: Option<&'static str>,
}

/// Numbers that look like chance (splitmix64).
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// The alarm of a region.
pub fn alarm(region: usize) -> String {
    ["Dawn", "Midday", "Evening"][region].to_string()
}

impl Machine {
    pub fn random(chance: &mut Chance) -> Machine {
        let forgets = chance.one_in(3);
        let regions: Vec<Region> =
            (0..2 + chance.below(2)).map(|number| region(chance, number, forgets)).collect();
        let joins = (0..chance.below(4)).map(|number| join(chance, &regions, number, forgets)).collect();
        Machine { regions, joins, forgets }
    }

    pub fn alphabet(&self, region: usize) -> BTreeSet<String> {
        let states = self.regions[region].states.iter();
        states.flat_map(|state| state.on.keys().chain(&state.ignore).chain(&state.defer)).cloned().collect()
    }

    /// Whether anything sets it: else nobody may call it off.
    pub fn sets_alarm(&self, region: usize) -> bool {
        let ways = self.regions[region].states.iter().flat_map(|state| state.on.values().flatten());
        ways.into_iter().any(|way| way.deed.alarm)
    }

    /// As a file.
    pub fn yaml(&self) -> String {
        let after = if self.forgets { "after-end: forget\n" } else { "" };
        let mut out =
            format!("process: whole\nversion: 1\nstarts-on: Start\n{after}data: {{m: 0, n: 0}}\nregions:\n");
        for (number, region) in self.regions.iter().enumerate() {
            let policy = ["park", "ignore", "defer"][region.unexpected as usize];
            writeln!(out, "  r{number}:\n    initial: s0\n    unexpected: {policy}\n    states:").unwrap();
            for (nth, state) in region.states.iter().enumerate() {
                writeln!(out, "      s{nth}:").unwrap();
                if let Some(end) = state.end {
                    writeln!(out, "        end: {end}").unwrap();
                }
                for (key, types) in [("ignore", &state.ignore), ("defer", &state.defer)] {
                    if !types.is_empty() {
                        let types: Vec<&str> = types.iter().map(String::as_str).collect();
                        writeln!(out, "        {key}: [{}]", types.join(", ")).unwrap();
                    }
                }
                if !state.on.is_empty() {
                    writeln!(out, "        on:").unwrap();
                }
                for (type_, ways) in &state.on {
                    let ways: Vec<String> = ways.iter().map(|way| self.way(number, way)).collect();
                    writeln!(out, "          {type_}: [{}]", ways.join(", ")).unwrap();
                }
                if let Some(deed) = &state.enter {
                    writeln!(out, "        enter: {{{}}}", self.deed(Some(number), deed).join(", ")).unwrap();
                }
                if !state.whenever.is_empty() {
                    let ways: Vec<String> = state.whenever.iter().map(|way| self.way(number, way)).collect();
                    writeln!(out, "        whenever: [{}]", ways.join(", ")).unwrap();
                }
            }
        }
        if !self.joins.is_empty() {
            writeln!(out, "joins:").unwrap();
        }
        for (number, join) in self.joins.iter().enumerate() {
            let mut when: Vec<String> =
                join.at.iter().map(|(region, state)| format!("state.r{region} == 's{state}'")).collect();
            when.extend(join.guard.map(|guard| guard.written()));
            let mut does = self.deed(None, &join.deed);
            does.extend(join.end.map(|end| format!("end: {end}, as: joined-{number}")));
            does.insert(0, format!("when: \"{}\"", when.join(" && ")));
            writeln!(out, "  - {{{}}}", does.join(", ")).unwrap();
        }
        out
    }

    fn way(&self, region: usize, way: &Way) -> String {
        let mut parts: Vec<String> =
            way.when.iter().map(|guard| format!("when: {}", guard.written())).collect();
        parts.extend(self.deed(Some(region), &way.deed));
        parts.extend(way.to.map(|to| format!("to: s{to}")));
        format!("{{{}}}", parts.join(", "))
    }

    fn deed(&self, region: Option<usize>, deed: &Deed) -> Vec<String> {
        let mut parts = Vec::new();
        if !deed.set.is_empty() {
            let set: Vec<String> = deed.set.iter().map(|(name, change)| change.written(name)).collect();
            parts.push(format!("set: {{{}}}", set.join(", ")));
        }
        if !deed.sends.is_empty() {
            parts.push(format!("send: [{}]", deed.sends.join(", ")));
        }
        let Some(region) = region else { return parts };
        if deed.cancel && self.sets_alarm(region) {
            parts.push(format!("cancel: {}", alarm(region)));
        }
        if deed.alarm {
            parts.push(format!("alarm: {{{}: {}m}}", alarm(region), 5 * (region + 1)));
        }
        parts
    }
}

impl Guard {
    pub fn written(self) -> String {
        format!("data.{} >= {}", self.member, self.least)
    }
}

impl Change {
    pub fn written(self, name: &str) -> String {
        match self {
            Change::Put(value) => format!("{name}: {value}"),
            Change::Add(more) => format!("{name}: =data.{name} + {more}"),
        }
    }
}

fn region(chance: &mut Chance, number: usize, forgets: bool) -> Region {
    let count = 2 + chance.below(2);
    let mut region = Region {
        unexpected: chance.of(&[Policy::Park, Policy::Ignore, Policy::Ignore, Policy::Defer]),
        states: vec![State::default(); count],
    };
    let types: Vec<String> = TYPES.iter().map(|type_| type_.to_string()).chain([alarm(number)]).collect();
    for nth in 0..count {
        let state = &mut region.states[nth];
        if nth > 0 && chance.one_in(if forgets { 2 } else { 3 }) {
            state.end = Some(chance.of(&["success", "failure", "manual"]));
        }
        for type_ in &types {
            // An end says little, and nothing to alarms.
            let ended = state.end.is_some();
            if ended && (*type_ == alarm(number) || !chance.one_in(5))
                || type_ == "Start" && !chance.one_in(if forgets && nth == 0 { 1 } else { 6 })
            {
                continue;
            }
            match chance.below(9) {
                0..=4 => {
                    let guarded = chance.one_in(3);
                    let rings = *type_ == alarm(number);
                    let mut ways = vec![way(chance, number, count, guarded, !rings && !ended)];
                    if guarded && chance.one_in(2) {
                        let again = chance.one_in(2);
                        ways.push(way(chance, number, count, again, !rings && !ended));
                    }
                    if ways.iter().all(|way| way.when.is_some()) && chance.one_in(2) {
                        state.defer.insert(type_.clone());
                    }
                    state.on.insert(type_.clone(), ways);
                }
                5 => _ = state.ignore.insert(type_.clone()),
                6 if !ended => _ = state.defer.insert(type_.clone()),
                _ => {}
            }
        }
        if chance.one_in(4) {
            state.enter = Some(deed(chance, number, false));
        }
        if chance.one_in(4) {
            state.whenever =
                (0..1 + chance.below(2)).map(|_| way(chance, number, count, true, false)).collect();
        }
    }
    region
}

fn way(chance: &mut Chance, region: usize, states: usize, guarded: bool, arms: bool) -> Way {
    Way {
        when: guarded.then(|| guard(chance)),
        deed: deed(chance, region, arms),
        to: (!chance.one_in(3)).then(|| chance.below(states)),
    }
}

fn guard(chance: &mut Chance) -> Guard {
    Guard { member: chance.of(&MEMBERS), least: chance.below(4) as i64 }
}

fn deed(chance: &mut Chance, region: usize, arms: bool) -> Deed {
    let set = match chance.below(4) {
        0 => vec![(chance.of(&MEMBERS), Change::Put(chance.below(4) as i64))],
        1 | 2 => vec![(chance.of(&MEMBERS), Change::Add(1 + chance.below(2) as i64))],
        _ => Vec::new(),
    };
    let sends = (0..chance.below(2)).map(|_| format!("Sent{region}{}", chance.of(&["X", "Y"]))).collect();
    Deed { set, sends, alarm: arms && chance.one_in(5), cancel: chance.one_in(8) }
}

fn join(chance: &mut Chance, regions: &[Region], number: usize, forgets: bool) -> Join {
    let mut at = Vec::new();
    for (region, of) in regions.iter().enumerate() {
        if chance.one_in(2) {
            at.push((region, chance.below(of.states.len())));
        }
    }
    let guard = (at.is_empty() || chance.one_in(3)).then(|| guard(chance));
    let set = (chance.one_in(3)).then(|| (chance.of(&MEMBERS), Change::Add(1)));
    Join {
        at,
        guard,
        deed: Deed { set: set.into_iter().collect(), sends: vec![format!("Met{number}")], ..Deed::default() },
        end: chance.one_in(if forgets { 2 } else { 3 }).then(|| chance.of(&["success", "failure", "manual"])),
    }
}
