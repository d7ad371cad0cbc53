//! The state chart of a process: its states, and what leads from one to another.
//!
//! What leaves a state as it is stands in the state's box, as do the messages that it ignores or
//! defers; all that leads from one state to another is one arrow. What several states share is a box of
//! its own, as it is in the file. Knows definitions, nothing of how a picture is written.

use super::chains;
use super::reaction::{deeds, reaction_lines, told};
use super::{Edge, Line, Look, Node, Picture, Tone, cut, facts, wrapped};
use crate::event::Name;
use crate::process::{
    AfterEnd, Answers, BeforeStart, Correlate, Definition, End, Join, Reaction, Region, RegionId, Rule,
    Shared, State, StateId, Unexpected, Used,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where a line is broken.
pub(super) const ROOM: usize = 38;

/// The dot before the first state of a plain process.
const START: usize = 0;

/// What stands where a message's name would, for a reaction without a message. No message is so named:
/// the one has a blank, the other reads as what it is.
pub(in crate::report) const ENTRY: &str = "on entry";
pub(in crate::report) const WHENEVER: &str = "whenever";

/// What is on the way from one node to another.
#[derive(Default)]
struct Way {
    lines: Vec<Line>,
    /// All that leads here is alarms.
    alarms: bool,
    /// Nothing that leads here was ever taken.
    never: bool,
    told: Vec<String>,
    reactions: Vec<Value>,
}

pub fn picture(definition: &Definition) -> Picture {
    picture_of(definition, None)
}

/// With colours for what was never used of a definition that was watched.
pub fn picture_with_coverage(definition: &Definition) -> Picture {
    picture_of(definition, Some(&definition.watch.used()))
}

fn picture_of(definition: &Definition, used: Option<&Used>) -> Picture {
    let mut picture = Picture { kind: "process", title: definition.full_name(), ..Picture::default() };
    picture.lines.extend(definition.summary.iter().flat_map(|summary| wrapped(&cut(summary, 300), 80)));
    picture.lines.extend(policies(definition));
    let plain = definition.is_plain();
    if !plain {
        picture.lines.extend(starts(definition));
        picture.clusters.extend(definition.regions.iter().map(region_name));
    }
    let within = |region: RegionId| (!plain).then_some(region);
    picture.nodes.extend(definition.regions.iter().enumerate().map(|(number, region)| Node {
        id: if plain { "start".into() } else { format!("start of {}", region.name) },
        look: Look::Start,
        cluster: within(number),
        tooltip: "an instance starts".into(),
        ..Node::default()
    }));
    if used.is_some() {
        picture
            .lines
            .push("red: never taken, never reached; amber: a guard that came out one way only".into());
    }
    picture.nodes.extend(
        definition
            .states
            .iter()
            .map(|state| Node { cluster: within(state.region), ..box_of(definition, state, used) }),
    );
    picture.nodes.extend(
        definition
            .any
            .iter()
            .enumerate()
            .map(|(nth, any)| Node { cluster: within(any.region), ..box_of_any(definition, nth, any, used) }),
    );
    picture.nodes.extend(definition.joins.iter().enumerate().map(|(nth, join)| box_of_join(nth, join)));
    let node = |state: StateId| node(definition, state);
    chains::framed(definition, &mut picture, node);
    let mut ways: BTreeMap<(usize, usize), Way> = BTreeMap::new();
    match plain {
        true => start(definition, used, &mut ways),
        false => {
            for (number, region) in definition.regions.iter().enumerate() {
                ways.entry((number, node(region.initial))).or_default();
            }
        }
    }
    for (index, state) in definition.states.iter().enumerate() {
        let rules = state.own.on.iter().map(|(type_, rule)| (Some(type_), rule));
        lead_all(definition, used, node(index), rules.chain([(None, &state.whenever)]), &mut ways);
    }
    for (nth, shared) in definition.any.iter().enumerate() {
        let rules = shared.answers.on.iter().map(|(type_, rule)| (Some(type_), rule));
        lead_all(definition, used, node(definition.states.len() + nth), rules, &mut ways);
    }
    for ((from, to), way) in ways {
        picture.edges.push(Edge {
            from,
            to,
            lines: way.lines,
            tone: match way.alarms {
                _ if used.is_some() && way.never => Tone::Never,
                true => Tone::Alarm,
                false => Tone::Plain,
            },
            dashed: way.alarms,
            width: 1.0,
            tooltip: way.told.join("\n"),
            facts: facts([("reactions", way.reactions.into())]),
        });
    }
    picture.tell_apart();
    picture
}

/// The dots stand before the states, one for each region.
fn node(definition: &Definition, state: StateId) -> usize {
    state + definition.regions.len()
}

/// What a region is called above its states.
pub(super) fn region_name(region: &Region) -> String {
    match &region.part {
        Some(part) => format!("{} ({})", region.name, part.full_name),
        None => region.name.to_string(),
    }
}

/// With regions an instance starts in all of them at once.
fn starts(definition: &Definition) -> Vec<String> {
    let guard = definition.starts_when.as_ref().map(|when| when.to_string());
    let mut said = Vec::new();
    for starter in &definition.starts_on {
        let reactions = starter.reaction.as_deref().unwrap_or_default();
        if reactions.is_empty() {
            said.push(format!("starts on {}", told(&starter.type_, false, guard.as_deref(), &[])));
        }
        for reaction in reactions {
            let both: Vec<String> =
                guard.iter().cloned().chain(reaction.when.as_ref().map(|when| when.to_string())).collect();
            let both = Some(both.join(" && ")).filter(|both| !both.is_empty());
            let told = told(&starter.type_, false, both.as_deref(), &deeds(reaction));
            said.push(format!("starts on {}", cut(&told, 120)));
        }
    }
    said
}

/// What a join is called: its end, if it makes one.
pub(super) fn join_name(join: &Join) -> String {
    join.end.as_ref().map_or("join".to_string(), |(_, name)| name.to_string())
}

fn box_of_join(nth: usize, join: &Join) -> Node {
    let look = look_of(join.end.as_ref().map(|(end, _)| *end));
    let (guard, deeds) = (join.when.to_string(), deeds(&join.reaction));
    let mut lines: Vec<Line> = wrapped(&format!("[{}]", cut(&guard, 200)), ROOM)
        .into_iter()
        .map(|line| Line::new(line, Tone::Plain))
        .collect();
    for deed in &deeds {
        lines.extend(wrapped(&format!("/ {}", cut(deed, 120)), ROOM + 6).into_iter().map(Line::quiet));
    }
    let end = join.end.as_ref().map(|(end, _)| end.name());
    Node {
        id: format!("join {}", nth + 1),
        look,
        title: cut(&join_name(join), 60),
        tooltip: told(&join_name(join), false, Some(&guard), &deeds),
        lines,
        facts: facts([
            ("join", join_name(join).into()),
            ("when", guard.into()),
            ("does", deeds.into()),
            ("end", end.into()),
        ]),
        ..Node::default()
    }
}

/// What is written above all states, where it is not the usual.
fn policies(definition: &Definition) -> Vec<String> {
    let mut said = Vec::new();
    match &definition.correlate {
        Correlate::ById => {}
        Correlate::By(expr) => said.push(format!("finds its instance by {}", cut(&expr.to_string(), 60))),
        Correlate::ByType(types) => {
            for (type_, expr) in types {
                said.push(format!("{type_} finds its instance by {}", cut(&expr.to_string(), 60)));
            }
        }
    }
    match definition.before_start {
        BeforeStart::Defer => {}
        BeforeStart::Park => said.push("what comes before its starter parks".into()),
        BeforeStart::Ignore => said.push("what comes before its starter is ignored".into()),
    }
    match definition.unexpected {
        Unexpected::Park => {}
        Unexpected::Ignore => said.push("what a state does not mention is ignored".into()),
        Unexpected::Defer => said.push("what a state does not mention is deferred".into()),
    }
    if definition.after_end == AfterEnd::Forget {
        said.push("an instance that has ended is forgotten".into());
    }
    if !definition.accepts_new {
        said.push("no new instance starts on this version".into());
    }
    said
}

/// From the dot to the first state: what starts an instance, and what is done at birth.
fn start(definition: &Definition, used: Option<&Used>, ways: &mut BTreeMap<(usize, usize), Way>) {
    let guard = definition.starts_when.as_ref().map(|when| when.to_string());
    for starter in &definition.starts_on {
        let reactions = starter.reaction.as_deref().unwrap_or_default();
        let to_initial = (START, node(definition, definition.regions[0].initial));
        if reactions.iter().all(|reaction| reaction.when.is_some()) {
            // None of them may hold: then it starts, and that is all.
            let way = ways.entry(to_initial).or_default();
            push(way, Some(&starter.type_), (false, None), guard.as_deref(), &[]);
        }
        for reaction in reactions {
            let to = reaction.to.unwrap_or(definition.regions[0].initial);
            let both: Vec<String> =
                guard.iter().cloned().chain(reaction.when.as_ref().map(|when| when.to_string())).collect();
            let both = Some(both.join(" && ")).filter(|both| !both.is_empty());
            let way = ways.entry((START, node(definition, to))).or_default();
            push(
                way,
                Some(&starter.type_),
                (false, tone_of(definition, used, reaction)),
                both.as_deref(),
                &deeds(reaction),
            );
        }
    }
}

/// Every reaction that leads somewhere; one under no message's name is under `whenever`.
fn lead_all<'a>(
    definition: &Definition,
    used: Option<&Used>,
    from: usize,
    rules: impl Iterator<Item = (Option<&'a Name>, &'a Rule)>,
    ways: &mut BTreeMap<(usize, usize), Way>,
) {
    for (type_, reaction) in rules.flat_map(|(type_, rule)| rule.iter().map(move |one| (type_, one))) {
        let Some(to) = reaction.to else { continue };
        let guard = reaction.when.as_ref().map(|when| when.to_string());
        let alarm = type_.is_some_and(|type_| definition.alarms.contains(type_));
        let way = ways.entry((from, node(definition, to))).or_default();
        let tone = tone_of(definition, used, reaction);
        push(way, type_.map(|type_| &**type_), (alarm, tone), guard.as_deref(), &deeds(reaction));
    }
}

/// Of what was not used, or only half.
fn tone_of(definition: &Definition, used: Option<&Used>, reaction: &Reaction) -> Option<Tone> {
    let used = used?;
    let number = definition.number_of(reaction);
    let one_way = used.held.contains(&number) != used.failed.contains(&number);
    match used.taken.contains(&number) {
        false => Some(Tone::Never),
        true => one_way.then_some(Tone::Half),
    }
}

/// `tone` is that of what was not used.
fn push(
    way: &mut Way,
    type_: Option<&str>,
    (alarm, tone): (bool, Option<Tone>),
    guard: Option<&str>,
    deeds: &[String],
) {
    let name = type_.unwrap_or(WHENEVER);
    way.never = tone == Some(Tone::Never) && (way.never || way.lines.is_empty());
    way.alarms = alarm && (way.alarms || way.lines.is_empty());
    way.lines.extend(reaction_lines(name, (alarm, tone), guard, deeds));
    way.told.push(told(name, alarm, guard, deeds));
    way.reactions.push(serde_json::json!({"on": type_, "alarm": alarm, "when": guard, "does": deeds}));
}

fn look_of(end: Option<End>) -> Look {
    match end {
        None => Look::State,
        Some(End::Success) => Look::Success,
        Some(End::Failure) => Look::Failure,
        Some(End::Manual) => Look::Manual,
    }
}

/// A state, told from one of that name in another region.
pub(in crate::report) fn named(definition: &Definition, state: &State) -> String {
    definition.name_of(state).to_string()
}

fn box_of(definition: &Definition, state: &State, used: Option<&Used>) -> Node {
    let look = look_of(state.end);
    let mut stays = Stays { used: used.cloned(), ..Stays::default() };
    if used.is_some_and(|used| state.end.is_some() && !used.entered.contains(&definition.name_of(state))) {
        stays.lines.push(Line::new("never reached", Tone::Never));
    }
    stays.reactions(definition, Some(ENTRY), &state.enter);
    stays.answers(definition, &state.own);
    stays.reactions(definition, None, &state.whenever);
    let mut tooltip = state.name.to_string();
    if let Some(end) = state.end {
        tooltip.push_str(&format!(" (end: {})", end.name()));
    }
    stays.into_node(
        Node {
            id: format!("state {}", named(definition, state)),
            look,
            title: cut(&state.name, 60),
            tooltip,
            facts: facts([
                ("state", named(definition, state).into()),
                ("end", state.end.map(|end| end.name()).into()),
            ]),
            ..Node::default()
        },
        &state.own,
    )
}

/// The box of what several states share.
fn box_of_any(definition: &Definition, nth: usize, shared: &Shared, used: Option<&Used>) -> Node {
    let mut stays = Stays { used: used.cloned(), ..Stays::default() };
    stays.answers(definition, &shared.answers);
    let title = any_of(definition, shared);
    let within = shared.within.as_ref();
    let node = Node {
        id: format!("any {}", nth + 1),
        look: Look::State,
        title: cut(&title, 60),
        tooltip: title,
        facts: facts([(
            "any",
            within.map(|names| names.iter().map(|name| &**name).collect::<Vec<_>>()).into(),
        )]),
        ..Node::default()
    };
    stays.into_node(node, &shared.answers)
}

/// Who shares it.
pub(in crate::report) fn any_of(definition: &Definition, shared: &Shared) -> String {
    if shared.within.is_none() {
        return match definition.is_plain() {
            true => "any state".to_string(),
            false => format!("any state of {}", definition.regions[shared.region].name),
        };
    }
    let states = definition.states.iter().filter(|state| shared.is_for(state));
    let names: Vec<String> = states.map(|state| named(definition, state)).collect();
    format!("any of {}", names.join(", "))
}

/// What stands in a box: reactions that lead nowhere, and what is ignored and deferred.
#[derive(Default)]
struct Stays {
    used: Option<Used>,
    lines: Vec<Line>,
    told: Vec<String>,
    reactions: Vec<Value>,
}

impl Stays {
    fn answers(&mut self, definition: &Definition, answers: &Answers) {
        for (type_, rule) in &answers.on {
            self.reactions(definition, Some(type_), rule);
        }
        for (word, names) in [("ignores", &answers.ignore), ("defers", &answers.defer)] {
            if !names.is_empty() {
                let names: Vec<&str> = names.iter().map(|name| &**name).collect();
                let line = format!("{word} {}", names.join(", "));
                self.lines.extend(wrapped(&line, ROOM).into_iter().map(Line::quiet));
                self.told.push(line);
            }
        }
    }

    /// Under no name: under `whenever`.
    fn reactions(&mut self, definition: &Definition, on: Option<&str>, rule: &Rule) {
        let name = on.unwrap_or(WHENEVER);
        for reaction in rule.iter().filter(|reaction| reaction.to.is_none()) {
            let alarm = definition.alarms.contains(name) && on.is_some();
            let guard = reaction.when.as_ref().map(|when| when.to_string());
            let deeds = deeds(reaction);
            let tone = tone_of(definition, self.used.as_ref(), reaction);
            self.lines.extend(reaction_lines(name, (alarm, tone), guard.as_deref(), &deeds));
            self.told.push(told(name, alarm, guard.as_deref(), &deeds));
            self.reactions.push(serde_json::json!({"on": on, "alarm": alarm, "when": guard, "does": deeds}));
        }
    }

    fn into_node(self, mut node: Node, answers: &Answers) -> Node {
        for line in &self.told {
            node.tooltip.push_str(&format!("\n{line}"));
        }
        let names = |names: &std::collections::BTreeSet<Name>| -> Value {
            names.iter().map(|name| Value::from(&**name)).collect::<Vec<_>>().into()
        };
        node.lines = self.lines;
        node.facts.extend(facts([
            ("stays", self.reactions.into()),
            ("ignores", names(&answers.ignore)),
            ("defers", names(&answers.defer)),
        ]));
        node
    }
}
