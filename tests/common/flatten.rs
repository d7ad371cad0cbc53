//! A process with regions as the one flat machine that it is: the product of its regions, with what is
//! kept for some of them as a part of each state.
//!
//! Written unlike the kernel: nothing is run here. What a message does is worked out once for all data, as
//! ways with the ranges of data in which they are gone; a decision, what it wakes and the joins become
//! one reaction of a plain process. A parked instance is an end there, since nothing happens to it any more;
//! and where lives are forgotten, so is the time between two of them, which a starter leaves again.

use super::machine::{Change, Deed, Guard, Machine, Policy, Way, alarm};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What is known of a member of the data, told from what it was when the message came.
type Known = BTreeMap<&'static str, Change>;

/// Where an instance can be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// The states of the regions, and what waits.
    At(Vec<usize>, Vec<Waits>),
    /// After a life that is forgotten: where it has rested, and what waits for the next.
    Between(String, &'static str, Vec<Waits>),
    /// By this join.
    Joined(usize),
    Parked(String),
}

/// A message that waits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Waits {
    type_: String,
    /// The regions that keep it; where none is named, all of them will be asked.
    by: BTreeSet<usize>,
    /// A region has answered it, and it will not outlive this life.
    answered: bool,
}

/// A way that things can go.
#[derive(Debug, Clone)]
struct Course {
    /// The ranges in which the data must be: not less than, less than.
    ranges: BTreeMap<&'static str, (i64, i64)>,
    known: Known,
    states: Vec<usize>,
    waiting: Vec<Waits>,
    sends: Vec<String>,
    /// Alarms that are set, and those that are called off.
    armed: Vec<usize>,
    off: BTreeSet<usize>,
    /// Whether any state was entered.
    moved: bool,
    /// Whether a region has kept what began a life.
    keeps_starter: bool,
    over: Option<Place>,
}

/// What one region makes of a message.
struct Heard {
    course: Course,
    changed: Known,
    said: Said,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Reacted,
    Ignored,
    Deferred,
    Nothing,
}

pub struct Flat {
    pub yaml: String,
    /// What a report of the whole calls what one of the flat machine calls otherwise.
    pub names: BTreeMap<String, String>,
    /// A region keeps the very message that starts it, if only until it is tried again at once: it waits behind
    /// those that came before the start, which a flat machine keeps elsewhere.
    pub keeps_starter: bool,
}

const FAR: i64 = 1_000_000;

/// What is still to come, and where the instance is then.
type World = (Place, Vec<String>);

/// As far as it goes with these messages; None where there are more states than anybody wants to read.
pub fn flatten(machine: &Machine, deliver: &[&str]) -> Option<Flat> {
    let unborn = Course::at(Vec::new(), Vec::new());
    let [birth] = &machine.birth(unborn, None)[..] else { panic!("at birth all is known") };
    let mut left: Vec<String> = deliver.iter().map(|type_| type_.to_string()).collect();
    left.sort();
    let bells: Vec<String> = (0..machine.regions.len()).map(alarm).collect();
    let mut places = vec![birth.place()];
    // The reactions of each place, by type.
    let mut reactions: BTreeMap<(usize, String), Vec<String>> = BTreeMap::new();
    let mut worlds: Vec<World> = vec![(birth.place(), left)];
    let mut met: BTreeSet<World> = worlds.iter().cloned().collect();
    while let Some((place, left)) = worlds.pop() {
        let (waiting, rings) = match &place {
            Place::At(_, waiting) => (waiting, &bells[..]),
            Place::Between(_, _, waiting) => (waiting, &[][..]),
            Place::Joined(_) | Place::Parked(_) => continue,
        };
        let number = number_of(&mut places, &place);
        let kinds: BTreeSet<&String> = left.iter().chain(rings).collect();
        for type_ in kinds {
            // A ring that waits is there once, or for good.
            if bells.contains(type_) && waiting.iter().filter(|waits| waits.type_ == *type_).count() > 1 {
                continue;
            }
            let all = machine.turn(Course::from(&place), type_);
            let mut rest = left.clone();
            if let Some(at) = rest.iter().position(|one| one == type_) {
                rest.remove(at);
            }
            let mut lines = Vec::new();
            for course in &all {
                let after = course.place();
                let to = number_of(&mut places, &after);
                if course.acts(&place) {
                    lines.push(machine.reaction(course, to, &all));
                }
                let world = (after, rest.clone());
                if met.insert(world.clone()) {
                    worlds.push(world);
                }
            }
            if !lines.is_empty() {
                reactions.insert((number, type_.clone()), lines);
            }
        }
        if places.len() > 150 || met.len() > 3000 {
            return None;
        }
    }
    let start = machine.reaction(birth, 0, std::slice::from_ref(birth));
    let mut out = String::from("process: whole\nversion: 1\nunexpected: ignore\ndata: {m: 0, n: 0}\n");
    writeln!(out, "starts-on: {{Start: {start}}}\ninitial: begin\nstates:\n  begin: {{}}").unwrap();
    let mut names = BTreeMap::new();
    for (number, place) in places.iter().enumerate() {
        writeln!(out, "  p{number}:").unwrap();
        let (name, end) = machine.called(place);
        match end {
            Some(end) => {
                writeln!(out, "    end: {end}").unwrap();
                names.insert(format!("p{number}"), name);
            }
            None => _ = names.insert(format!("unfinished: p{number}"), format!("unfinished: {name}")),
        }
        writeln!(out, "    on:").unwrap();
        for ((_, type_), lines) in reactions.range((number, String::new())..(number + 1, String::new())) {
            writeln!(out, "      {type_}: [{}]", lines.join(", ")).unwrap();
        }
    }
    Some(Flat { yaml: out, names, keeps_starter: birth.keeps_starter })
}

/// The regions that said this.
fn who(said: &[(usize, Said)], what: Said) -> BTreeSet<usize> {
    said.iter().filter(|(_, one)| *one == what).map(|(region, _)| *region).collect()
}

fn number_of(places: &mut Vec<Place>, place: &Place) -> usize {
    places.iter().position(|known| known == place).unwrap_or_else(|| {
        places.push(place.clone());
        places.len() - 1
    })
}

impl Course {
    fn at(states: Vec<usize>, waiting: Vec<Waits>) -> Course {
        Course {
            ranges: BTreeMap::new(),
            known: Known::new(),
            states,
            waiting,
            sends: Vec::new(),
            armed: Vec::new(),
            off: BTreeSet::new(),
            moved: false,
            keeps_starter: false,
            over: None,
        }
    }

    fn from(place: &Place) -> Course {
        match place {
            Place::At(states, waiting) => Course::at(states.clone(), waiting.clone()),
            Place::Between(_, _, waiting) => {
                Course { over: Some(place.clone()), ..Course::at(Vec::new(), waiting.clone()) }
            }
            Place::Joined(_) | Place::Parked(_) => panic!("nothing happens there any more"),
        }
    }

    fn place(&self) -> Place {
        match &self.over {
            None => Place::At(self.states.clone(), self.waiting.clone()),
            Some(Place::Between(name, end, _)) => Place::Between(name.clone(), end, self.waiting.clone()),
            Some(over) => over.clone(),
        }
    }

    fn is_between(&self) -> bool {
        matches!(self.over, Some(Place::Between(..)))
    }

    fn acts(&self, place: &Place) -> bool {
        let quiet = self.sends.is_empty() && self.armed.is_empty() && self.off.is_empty();
        !(quiet && self.known.is_empty() && !self.moved && self.place() == *place)
    }

    /// With the guard, and without it, as far as both can be.
    fn asked(self, guard: Guard, known: &Known) -> Vec<(Course, bool)> {
        let least = match known.get(guard.member) {
            Some(Change::Put(value)) => return vec![(self, *value >= guard.least)],
            Some(Change::Add(more)) => guard.least - more,
            None => guard.least,
        };
        let (low, high) = self.ranges.get(guard.member).copied().unwrap_or((-FAR, FAR));
        let (mut with, mut without) = (self.clone(), self);
        with.ranges.insert(guard.member, (low.max(least), high));
        without.ranges.insert(guard.member, (low, high.min(least)));
        [(with, true), (without, false)]
            .into_iter()
            .filter(|(course, _)| course.ranges[guard.member].0 < course.ranges[guard.member].1)
            .collect()
    }

    fn does(&mut self, deed: &Deed, region: Option<usize>, known: &mut Known, changed: &mut Known) {
        let old = known.clone();
        for (member, change) in &deed.set {
            let new = match (change, old.get(member)) {
                (Change::Put(value), _) => Change::Put(*value),
                (Change::Add(more), None) => Change::Add(*more),
                (Change::Add(more), Some(Change::Add(before))) => Change::Add(before + more),
                (Change::Add(more), Some(Change::Put(before))) => Change::Put(before + more),
            };
            known.insert(member, new);
            changed.insert(member, new);
        }
        self.sends.extend(deed.sends.iter().cloned());
        if let Some(region) = region {
            if deed.cancel {
                self.calls_off(region);
            }
            if deed.alarm {
                self.calls_off(region);
                self.armed.push(region);
            }
        }
    }

    fn calls_off(&mut self, region: usize) {
        self.armed.retain(|armed| *armed != region);
        self.off.insert(region);
    }
}

impl Machine {
    /// What a report calls it, and how it ends.
    fn called(&self, place: &Place) -> (String, Option<&'static str>) {
        match place {
            Place::Parked(reason) => (reason.clone(), Some("manual")),
            Place::Between(name, end, _) => (name.clone(), Some(end)),
            Place::Joined(join) => (format!("joined-{join}"), self.joins[*join].end),
            Place::At(states, _) => {
                let words: Vec<String> =
                    states.iter().enumerate().map(|(region, state)| format!("r{region}.s{state}")).collect();
                let ends: Vec<Option<&str>> = states
                    .iter()
                    .zip(&self.regions)
                    .map(|(state, region)| region.states[*state].end)
                    .collect();
                let worst =
                    ["failure", "manual", "success"].into_iter().find(|end| ends.contains(&Some(end)));
                (words.join(" "), worst.filter(|_| ends.iter().all(Option::is_some)))
            }
        }
    }

    /// As it stands in the file: what must hold is said only where there is another way.
    fn reaction(&self, course: &Course, to: usize, all: &[Course]) -> String {
        let mut parts = Vec::new();
        let mut when = Vec::new();
        for (member, (low, high)) in &course.ranges {
            when.extend((*low > -FAR).then(|| format!("data.{member} >= {low}")));
            when.extend((*high < FAR).then(|| format!("data.{member} < {high}")));
        }
        if all.len() > 1 && !when.is_empty() {
            parts.push(format!("when: \"{}\"", when.join(" && ")));
        }
        if !course.known.is_empty() {
            let set: Vec<String> = course.known.iter().map(|(name, change)| change.written(name)).collect();
            parts.push(format!("set: {{{}}}", set.join(", ")));
        }
        if !course.sends.is_empty() {
            parts.push(format!("send: [{}]", course.sends.join(", ")));
        }
        let off: Vec<String> = course
            .off
            .iter()
            .filter(|region| self.sets_alarm(**region))
            .map(|region| alarm(*region))
            .collect();
        if !off.is_empty() {
            parts.push(format!("cancel: [{}]", off.join(", ")));
        }
        if !course.armed.is_empty() {
            let armed: Vec<String> = course
                .armed
                .iter()
                .map(|region| format!("{}: {}m", alarm(*region), 5 * (region + 1)))
                .collect();
            parts.push(format!("alarm: {{{}}}", armed.join(", ")));
        }
        parts.push(format!("to: p{to}"));
        format!("{{{}}}", parts.join(", "))
    }

    /// By a starter that comes, or by one that has waited, at its place among what waits.
    fn birth(&self, mut course: Course, waited: Option<usize>) -> Vec<Course> {
        let known: Known = [("m", Change::Put(0)), ("n", Change::Put(0))].into();
        (course.over, course.known, course.moved) = (None, known.clone(), true);
        course.states = vec![0; self.regions.len()];
        if let Some(place) = waited {
            course.waiting.remove(place);
        }
        let mut all = vec![(course, Vec::new(), known.clone())];
        for region in 0..self.regions.len() {
            let mut next = Vec::new();
            for (mut course, mut said, total) in all {
                let (mut own, mut changed) = (known.clone(), Known::new());
                if let Some(deed) = &self.regions[region].states[0].enter {
                    course.does(deed, Some(region), &mut own, &mut changed);
                }
                for heard in self.hears(course, region, "Start", own, changed, true) {
                    said.push((region, heard.said));
                    let mut total = total.clone();
                    total.extend(heard.changed);
                    next.push((heard.course, said.clone(), total));
                }
            }
            all = next;
        }
        let mut born = Vec::new();
        for (mut course, said, total) in all {
            course.known = total;
            for mut course in self.meets(course, None) {
                let lasting =
                    |region: &usize| self.regions[*region].states[course.states[*region]].end.is_none();
                let kept: BTreeSet<usize> = who(&said, Said::Deferred).into_iter().filter(lasting).collect();
                let ended = course.over.is_some() || self.called(&course.place()).1.is_some();
                if !kept.is_empty() && !ended {
                    course.keeps_starter = true;
                    let place = waited.unwrap_or(course.waiting.len());
                    let answered = self.forgets && !who(&said, Said::Reacted).is_empty();
                    course.waiting.insert(place, Waits { type_: "Start".to_string(), by: kept, answered });
                }
                self.forget(&mut course);
                born.extend(self.wakes(course));
            }
        }
        born
    }

    /// A message that comes, and all that it sets off.
    fn turn(&self, mut before: Course, type_: &str) -> Vec<Course> {
        let waits = |by: BTreeSet<usize>, answered: bool| Waits { type_: type_.to_string(), by, answered };
        if before.is_between() {
            if type_ == "Start" {
                return self.birth(before, None);
            }
            before.waiting.push(waits(BTreeSet::new(), false));
            return vec![before];
        }
        let mut all = Vec::new();
        for (mut course, kept, answered) in self.decides(before, type_, &self.everyone()) {
            if !kept.is_empty() && course.over.is_none() && !self.is_forgotten(&course) {
                course.waiting.push(waits(kept, answered));
            }
            self.forget(&mut course);
            all.extend(if course.moved { self.wakes(course) } else { vec![course] });
        }
        all
    }

    fn everyone(&self) -> BTreeSet<usize> {
        (0..self.regions.len()).collect()
    }

    /// A life that has come to its end here leaves nothing but what waits and nobody has answered.
    fn is_forgotten(&self, course: &Course) -> bool {
        let lives = matches!(course.over, None | Some(Place::Joined(_)));
        self.forgets && lives && course.moved && self.called(&course.place()).1.is_some()
    }

    fn forget(&self, course: &mut Course) {
        if !self.is_forgotten(course) {
            return;
        }
        let (name, end) = self.called(&course.place());
        course.over = Some(Place::Between(name, end.expect("it has ended"), Vec::new()));
        // A ring that waits is one of this life, too.
        let rings: Vec<String> = (0..self.regions.len()).map(alarm).collect();
        course.waiting.retain(|waits| !waits.answered && !rings.contains(&waits.type_));
        course.waiting.iter_mut().for_each(|waits| waits.by.clear());
        course.armed.clear();
        course.off = self.everyone();
    }

    /// What waits is tried again, from the first.
    fn wakes(&self, course: Course) -> Vec<Course> {
        self.tries(course, 0)
    }

    fn tries(&self, mut course: Course, index: usize) -> Vec<Course> {
        if course.over.is_some() && !course.is_between() {
            course.waiting.clear();
            return vec![course];
        }
        let Some(Waits { type_, by, .. }) = course.waiting.get(index).cloned() else { return vec![course] };
        if course.is_between() {
            return match type_ == "Start" {
                true => self.birth(course, Some(index)),
                false => self.tries(course, index + 1),
            };
        }
        let asked = if by.is_empty() { self.everyone() } else { by };
        let mut all = Vec::new();
        let moved_before = course.moved;
        course.moved = false;
        for (mut after, kept, answered) in self.decides(course, &type_, &asked) {
            let moved = after.moved;
            let forgotten = self.is_forgotten(&after);
            let waits = !kept.is_empty() && !forgotten;
            if after.over.is_none() || forgotten {
                match waits {
                    false => _ = after.waiting.remove(index),
                    true => {
                        after.waiting[index].by = kept;
                        after.waiting[index].answered |= answered;
                    }
                }
            }
            self.forget(&mut after);
            after.moved |= moved_before;
            let next = if moved { 0 } else { index + usize::from(waits) };
            all.extend(self.tries(after, next));
        }
        all
    }

    /// One decision; with each way the regions that keep the message, and whether that is as good as answered
    /// when this life is forgotten.
    fn decides(
        &self,
        before: Course,
        type_: &str,
        asked: &BTreeSet<usize>,
    ) -> Vec<(Course, BTreeSet<usize>, bool)> {
        let (states, known) = (before.states.clone(), before.known.clone());
        let mut all = vec![(before, Vec::new(), Known::new())];
        for &region in asked {
            let mut next = Vec::new();
            for (course, said, changed) in all {
                for heard in self.hears(course, region, type_, known.clone(), Known::new(), false) {
                    let mut said: Vec<(usize, Said)> = said.clone();
                    said.push((region, heard.said));
                    let mut changed = changed.clone();
                    changed.extend(heard.changed);
                    next.push((heard.course, said, changed));
                }
            }
            all = next;
        }
        let mut decided = Vec::new();
        for (mut course, said, changed) in all {
            let kept = who(&said, Said::Deferred);
            if !who(&said, Said::Reacted).is_empty() {
                course.known.extend(changed);
                let met = self.meets(course, Some((&states, &known)));
                decided.extend(met.into_iter().map(|course| (course, kept.clone(), self.forgets)));
            } else if !kept.is_empty() {
                decided.push((course, kept, false));
            } else if !who(&said, Said::Ignored).is_empty() {
                decided.push((course, BTreeSet::new(), false));
            } else {
                let (course, kept) = self.unmentioned(course, type_, asked);
                decided.push((course, kept, false));
            }
        }
        decided
    }

    /// Late where somebody who knows it has ended; else the strictest policy of those who know it.
    fn unmentioned(
        &self,
        mut course: Course,
        type_: &str,
        asked: &BTreeSet<usize>,
    ) -> (Course, BTreeSet<usize>) {
        let ended = |region: usize| self.regions[region].states[course.states[region]].end.is_some();
        let know: Vec<usize> =
            asked.iter().copied().filter(|one| self.alphabet(*one).contains(type_)).collect();
        let late = if know.is_empty() {
            asked.iter().all(|region| ended(*region))
        } else {
            know.iter().any(|region| ended(*region))
        };
        if late {
            return (course, BTreeSet::new());
        }
        let of = |policy: Policy| -> BTreeSet<usize> {
            know.iter().copied().filter(|region| self.regions[*region].unexpected == policy).collect()
        };
        if know.is_empty() || !of(Policy::Park).is_empty() {
            let (name, _) = self.called(&course.place());
            course.over = Some(Place::Parked(format!("parked: unexpected {type_} in {name}")));
            return (course, BTreeSet::new());
        }
        (course, of(Policy::Defer))
    }

    /// One region, with what it knows by now, and what it has changed so far.
    fn hears(
        &self,
        course: Course,
        region: usize,
        type_: &str,
        known: Known,
        changed: Known,
        born: bool,
    ) -> Vec<Heard> {
        let state = &self.regions[region].states[course.states[region]];
        let silent = if state.ignore.contains(type_) {
            Said::Ignored
        } else if state.defer.contains(type_) {
            Said::Deferred
        } else {
            Said::Nothing
        };
        let mut heard = Vec::new();
        let none = Vec::new();
        for (course, way) in self.first(course, state.on.get(type_).unwrap_or(&none), &known, &[]) {
            let (mut course, mut known, mut changed) = (course, known.clone(), changed.clone());
            let mut moved = born;
            if let Some(way) = way {
                moved |= self.goes(&mut course, region, way, &mut known, &mut changed);
            }
            let said = if way.is_some() { Said::Reacted } else { silent };
            if way.is_none() && !born {
                heard.push(Heard { course, changed, said });
                continue;
            }
            heard.extend(
                self.rests(course, region, known, changed, moved, Vec::new())
                    .into_iter()
                    .map(|(course, changed)| Heard { course, changed, said }),
            );
        }
        heard
    }

    /// What is done without a message, each at most once.
    fn rests(
        &self,
        course: Course,
        region: usize,
        known: Known,
        changed: Known,
        moved: bool,
        done: Vec<*const Way>,
    ) -> Vec<(Course, Known)> {
        let state = &self.regions[region].states[course.states[region]];
        let mut all = Vec::new();
        for (mut course, way) in self.first(course, &state.whenever, &known, &done) {
            let Some(way) = way else {
                if moved && state.end.is_some() {
                    course.calls_off(region);
                }
                all.push((course, changed.clone()));
                continue;
            };
            let (mut known, mut changed, mut done) = (known.clone(), changed.clone(), done.clone());
            done.push(way);
            let moved = self.goes(&mut course, region, way, &mut known, &mut changed) || moved;
            all.extend(self.rests(course, region, known, changed, moved, done));
        }
        all
    }

    fn goes(
        &self,
        course: &mut Course,
        region: usize,
        way: &Way,
        known: &mut Known,
        changed: &mut Known,
    ) -> bool {
        course.does(&way.deed, Some(region), known, changed);
        let Some(to) = way.to else { return false };
        course.states[region] = to;
        course.moved = true;
        if let Some(deed) = &self.regions[region].states[to].enter {
            course.does(deed, Some(region), known, changed);
        }
        true
    }

    /// Of ways that were not gone yet the first whose guard holds, for all data that there can be.
    fn first<'w>(
        &self,
        course: Course,
        ways: &'w [Way],
        known: &Known,
        done: &[*const Way],
    ) -> Vec<(Course, Option<&'w Way>)> {
        let mut open = vec![course];
        let mut found = Vec::new();
        for way in ways.iter().filter(|way| !done.contains(&std::ptr::from_ref(*way))) {
            let mut left = Vec::new();
            for course in open {
                match way.when {
                    None => found.push((course, Some(way))),
                    Some(guard) => {
                        for (course, holds) in course.asked(guard, known) {
                            if holds { found.push((course, Some(way))) } else { left.push(course) }
                        }
                    }
                }
            }
            open = left;
        }
        found.extend(open.into_iter().map(|course| (course, None)));
        found
    }

    /// The joins, with what was before the decision, if anything was.
    fn meets(&self, course: Course, before: Option<(&Vec<usize>, &Known)>) -> Vec<Course> {
        self.joined(course, before, &BTreeSet::new())
    }

    fn joined(
        &self,
        course: Course,
        before: Option<(&Vec<usize>, &Known)>,
        fired: &BTreeSet<usize>,
    ) -> Vec<Course> {
        let mut open = vec![course];
        let mut all = Vec::new();
        for (number, join) in self.joins.iter().enumerate().filter(|(number, _)| !fired.contains(number)) {
            let at = |states: &Vec<usize>| join.at.iter().all(|(region, state)| states[*region] == *state);
            let mut left = Vec::new();
            for course in open {
                if !at(&course.states) {
                    left.push(course);
                    continue;
                }
                let known = course.known.clone();
                let now = match join.guard {
                    Some(guard) => course.asked(guard, &known),
                    None => vec![(course, true)],
                };
                for (course, holds) in now {
                    if !holds {
                        left.push(course);
                        continue;
                    }
                    let held = match (before.filter(|(states, _)| at(states)), join.guard) {
                        (None, _) => vec![(course, false)],
                        (Some(_), None) => vec![(course, true)],
                        (Some((_, known)), Some(guard)) => course.asked(guard, known),
                    };
                    for (mut course, held) in held {
                        if held {
                            left.push(course);
                            continue;
                        }
                        let (mut known, mut changed) = (course.known.clone(), Known::new());
                        course.does(&join.deed, None, &mut known, &mut changed);
                        course.known = known;
                        if join.end.is_some() {
                            course.over = Some(Place::Joined(number));
                            course.moved = true;
                            all.push(course);
                        } else {
                            let fired = fired.iter().copied().chain([number]).collect();
                            all.extend(self.joined(course, before, &fired));
                        }
                    }
                }
            }
            open = left;
        }
        all.extend(open);
        all
    }
}
