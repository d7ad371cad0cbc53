//! The state chart of a process: its states, and what leads from one to another.
//!
//! What leaves a state as it is stands in the state's box, as do the messages that it ignores or
//! defers; all that leads from one state to another is one arrow. What several states share is a box of
//! its own, as it is in the file. Knows definitions, nothing of how a picture is written.

use super::{Edge, Line, Look, Node, Picture, Tone, cut, facts, wrapped};
use crate::event::{Kind, Name, print_duration};
use crate::process::{
    AfterEnd, AlarmSpec, AlarmTime, Answers, BeforeStart, Cancel, Correlate, Definition, End, Outgoing,
    Reaction, Rule, Shared, State, StateId, Unexpected,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where a line is broken.
const ROOM: usize = 38;

/// The dot before the first state.
const START: usize = 0;

/// What stands where a message's name would, for a reaction without a message. No message is so named:
/// the one has a blank, the other reads as what it is.
pub(super) const ENTRY: &str = "on entry";
pub(super) const WHENEVER: &str = "whenever";

/// What is on the way from one node to another.
#[derive(Default)]
struct Way {
    lines: Vec<Line>,
    /// All that leads here is alarms.
    alarms: bool,
    told: Vec<String>,
    reactions: Vec<Value>,
}

pub fn picture(definition: &Definition) -> Picture {
    let mut picture = Picture { kind: "process", title: definition.full_name(), ..Picture::default() };
    picture.lines.extend(definition.summary.iter().flat_map(|summary| wrapped(&cut(summary, 300), 80)));
    picture.lines.extend(policies(definition));
    picture.nodes.push(Node {
        id: "start".into(),
        look: Look::Start,
        tooltip: "an instance starts".into(),
        ..Node::default()
    });
    picture.nodes.extend(definition.states.iter().map(|state| box_of(definition, state)));
    picture
        .nodes
        .extend(definition.any.iter().enumerate().map(|(nth, any)| box_of_any(definition, nth, any)));
    let mut ways: BTreeMap<(usize, usize), Way> = BTreeMap::new();
    start(definition, &mut ways);
    for (index, state) in definition.states.iter().enumerate() {
        let rules = state.own.on.iter().map(|(type_, rule)| (Some(type_), rule));
        lead_all(definition, node(index), rules.chain([(None, &state.whenever)]), &mut ways);
    }
    for (nth, shared) in definition.any.iter().enumerate() {
        let rules = shared.answers.on.iter().map(|(type_, rule)| (Some(type_), rule));
        lead_all(definition, node(definition.states.len() + nth), rules, &mut ways);
    }
    for ((from, to), way) in ways {
        picture.edges.push(Edge {
            from,
            to,
            lines: way.lines,
            tone: if way.alarms { Tone::Alarm } else { Tone::Plain },
            dashed: way.alarms,
            width: 1.0,
            tooltip: way.told.join("\n"),
            facts: facts([("reactions", way.reactions.into())]),
        });
    }
    picture.tell_apart();
    picture
}

fn node(state: StateId) -> usize {
    state + 1
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
fn start(definition: &Definition, ways: &mut BTreeMap<(usize, usize), Way>) {
    let guard = definition.starts_when.as_ref().map(|when| when.to_string());
    for starter in &definition.starts_on {
        let reactions = starter.reaction.as_deref().unwrap_or_default();
        let to_initial = (START, node(definition.initial));
        if reactions.iter().all(|reaction| reaction.when.is_some()) {
            // None of them may hold: then it starts, and that is all.
            let way = ways.entry(to_initial).or_default();
            push(way, Some(&starter.type_), false, guard.as_deref(), &[]);
        }
        for reaction in reactions {
            let to = reaction.to.unwrap_or(definition.initial);
            let both: Vec<String> =
                guard.iter().cloned().chain(reaction.when.as_ref().map(|when| when.to_string())).collect();
            let both = Some(both.join(" && ")).filter(|both| !both.is_empty());
            let way = ways.entry((START, node(to))).or_default();
            push(way, Some(&starter.type_), false, both.as_deref(), &deeds(reaction));
        }
    }
}

/// Every reaction that leads somewhere; one under no message's name is under `whenever`.
fn lead_all<'a>(
    definition: &Definition,
    from: usize,
    rules: impl Iterator<Item = (Option<&'a Name>, &'a Rule)>,
    ways: &mut BTreeMap<(usize, usize), Way>,
) {
    for (type_, reaction) in rules.flat_map(|(type_, rule)| rule.iter().map(move |one| (type_, one))) {
        let Some(to) = reaction.to else { continue };
        let guard = reaction.when.as_ref().map(|when| when.to_string());
        let alarm = type_.is_some_and(|type_| definition.alarms.contains(type_));
        let way = ways.entry((from, node(to))).or_default();
        push(way, type_.map(|type_| &**type_), alarm, guard.as_deref(), &deeds(reaction));
    }
}

fn push(way: &mut Way, type_: Option<&str>, alarm: bool, guard: Option<&str>, deeds: &[String]) {
    let name = type_.unwrap_or(WHENEVER);
    way.alarms = alarm && (way.alarms || way.lines.is_empty());
    way.lines.extend(reaction_lines(name, alarm, guard, deeds));
    way.told.push(told(name, alarm, guard, deeds));
    way.reactions.push(serde_json::json!({"on": type_, "alarm": alarm, "when": guard, "does": deeds}));
}

/// `OrderPaid [guard]`, and below it what is done.
fn reaction_lines(type_: &str, alarm: bool, guard: Option<&str>, deeds: &[String]) -> Vec<Line> {
    let tone = if alarm { Tone::Alarm } else { Tone::Plain };
    let mut lines = vec![Line::new(cut(type_, 60), tone)];
    if let Some(guard) = guard {
        let guard = format!("[{}]", cut(guard, 200));
        if lines[0].text.chars().count() + guard.chars().count() < ROOM {
            lines[0].text.push_str(&format!(" {guard}"));
        } else {
            lines.extend(wrapped(&guard, ROOM).into_iter().map(|line| Line::new(line, tone)));
        }
    }
    for deed in deeds {
        lines.extend(wrapped(&format!("/ {}", cut(deed, 120)), ROOM + 6).into_iter().map(Line::quiet));
    }
    lines
}

/// The whole of a reaction on one line.
pub(super) fn told(type_: &str, alarm: bool, guard: Option<&str>, deeds: &[String]) -> String {
    let mut text = format!("{type_}{}", if alarm { " (alarm)" } else { "" });
    if let Some(guard) = guard {
        text.push_str(&format!(" [{guard}]"));
    }
    if !deeds.is_empty() {
        text.push_str(&format!(" / {}", deeds.join("; ")));
    }
    text
}

/// What a reaction does, but for where it leads.
pub(super) fn deeds(reaction: &Reaction) -> Vec<String> {
    let mut deeds = Vec::new();
    let named = |kind: Kind| -> Vec<String> {
        reaction.sends.iter().filter(|sent| sent.kind == kind).map(sent).collect()
    };
    for (verb, kind) in [("send", Kind::Command), ("publish", Kind::Event)] {
        let names = named(kind);
        if !names.is_empty() {
            deeds.push(format!("{verb} {}", names.join(", ")));
        }
    }
    if !reaction.cancel.is_empty() {
        let names: Vec<String> = reaction.cancel.iter().map(cancel).collect();
        deeds.push(format!("cancel {}", names.join(", ")));
    }
    deeds.extend(reaction.alarms.iter().map(alarm));
    deeds
}

fn sent(sent: &Outgoing) -> String {
    match &sent.each {
        Some(each) => format!("{} for each {each}", sent.type_),
        None => sent.type_.to_string(),
    }
}

fn cancel(cancel: &Cancel) -> String {
    match &cancel.key {
        Some(key) => format!("{}({key})", cancel.name),
        None => cancel.name.to_string(),
    }
}

fn alarm(alarm: &AlarmSpec) -> String {
    let name = match &alarm.key {
        Some(key) => format!("{}({key})", alarm.name),
        None => alarm.name.to_string(),
    };
    match &alarm.when {
        AlarmTime::After(millis) => format!("alarm {name} in {}", print_duration(*millis)),
        AlarmTime::AfterExpr(expr) => format!("alarm {name} in {expr}"),
        AlarmTime::At(expr) => format!("alarm {name} at {expr}"),
    }
}

fn box_of(definition: &Definition, state: &State) -> Node {
    let look = match state.end {
        None => Look::State,
        Some(End::Success) => Look::Success,
        Some(End::Failure) => Look::Failure,
        Some(End::Manual) => Look::Manual,
    };
    let mut stays = Stays::default();
    stays.reactions(definition, Some(ENTRY), &state.enter);
    stays.answers(definition, &state.own);
    stays.reactions(definition, None, &state.whenever);
    let mut tooltip = state.name.to_string();
    if let Some(end) = state.end {
        tooltip.push_str(&format!(" (end: {})", end.name()));
    }
    stays.into_node(
        Node {
            id: format!("state {}", state.name),
            look,
            title: cut(&state.name, 60),
            tooltip,
            facts: facts([("state", (*state.name).into()), ("end", state.end.map(|end| end.name()).into())]),
            ..Node::default()
        },
        &state.own,
    )
}

/// The box of what several states share.
fn box_of_any(definition: &Definition, nth: usize, shared: &Shared) -> Node {
    let mut stays = Stays::default();
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
pub(super) fn any_of(definition: &Definition, shared: &Shared) -> String {
    if shared.within.is_none() {
        return "any state".to_string();
    }
    let states = definition.states.iter().filter(|state| shared.is_for(state));
    let names: Vec<&str> = states.map(|state| &*state.name).collect();
    format!("any of {}", names.join(", "))
}

/// What stands in a box: reactions that lead nowhere, and what is ignored and deferred.
#[derive(Default)]
struct Stays {
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
            self.lines.extend(reaction_lines(name, alarm, guard.as_deref(), &deeds));
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
