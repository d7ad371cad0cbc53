//! One conversation as a picture: its messages, and an arrow from each cause to its effects.
//!
//! Decisions are no nodes: what a process did with a message stands in that message's box, and what it
//! sent hangs from there. Knows how messages are told, nothing of how a picture is written.

use super::{Edge, Line, Look, Node, Picture, Tone, cut, facts, wrapped};
use crate::event::{Kind, Message, json, shortened};
use crate::report::causes::{Causes, Decision, Origin, disarmed, is_by_hand};
use crate::report::words::{age, counted};
use std::collections::{BTreeMap, BTreeSet};

/// How much of a message's data a tooltip has room for.
const DATA: usize = 400;

/// Takes the messages of one conversation in the order in which logs are merged.
pub fn picture(id: &str, messages: &[Message]) -> Picture {
    let causes = Causes::of(messages);
    let decisions: Vec<Option<Decision>> = messages.iter().map(Decision::of).collect();
    let called_off: BTreeSet<String> = messages.iter().flat_map(disarmed).collect();
    let mut picture =
        Picture { kind: "trace", title: format!("conversation {}", shortened(id)), ..Picture::default() };
    let mut nodes: BTreeMap<usize, usize> = BTreeMap::new();
    // Causes first: what is drawn follows the order in which it is listed.
    let mut order: Vec<usize> = (0..messages.len()).filter(|at| decisions[*at].is_none()).collect();
    order.sort_by_key(|at| (messages[*at].time, depth(&causes, *at), *at));
    for index in order {
        let message = &messages[index];
        nodes.insert(index, picture.nodes.len());
        picture.nodes.push(node_of(message, called_off.contains(&*message.id)));
    }
    group(&mut picture, messages, &causes, &decisions, &nodes);
    tell_decisions(&mut picture, &causes, &decisions, &nodes);
    draw_causes(&mut picture, messages, &causes, &decisions, &nodes);
    picture.tell_apart();
    if let (Some(first), Some(last)) = (messages.first(), messages.iter().map(|m| m.time).max()) {
        let count =
            counted(picture.nodes.iter().filter(|node| node.look != Look::Stub).count() as u64, "message");
        picture.lines.push(format!(
            "{count} from {} on, in {}",
            first.time,
            age(last.millis() - first.time.millis())
        ));
    }
    picture
}

/// How many causes stand above a message, as far as that matters.
fn depth(causes: &Causes, at: usize) -> usize {
    std::iter::successors(causes.cause(at), |above| causes.cause(*above)).take(100).count()
}

/// A cluster for each instance: what it sent, and what it alone has taken. Where nobody has decided
/// anything, one for each module.
fn group(
    picture: &mut Picture,
    messages: &[Message],
    causes: &Causes,
    decisions: &[Option<Decision>],
    nodes: &BTreeMap<usize, usize>,
) {
    let instance = |at: usize| {
        let decision = decisions[at].as_ref()?;
        let subject = messages[at].subject.as_deref().unwrap_or_default();
        Some(format!("{}, instance {subject}", decision.who()))
    };
    // Who took a message: not who declined or ignored it.
    let mut took: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for (at, decision) in decisions.iter().enumerate() {
        let quiet = ["declined", "ignored", "duplicate", "late", "stale"];
        if let Some(decision) = decision
            && !quiet.contains(&&*decision.outcome)
            && let (Some(cause), Some(instance)) = (causes.cause(at), instance(at))
        {
            took.entry(cause).or_default().insert(instance);
        }
    }
    let decided = decisions.iter().any(Option::is_some);
    let mut clusters: BTreeMap<String, usize> = BTreeMap::new();
    for (&index, &node) in nodes {
        let sender = causes.cause(index).and_then(instance);
        let name = match took.get(&index) {
            _ if !decided => Some(messages[index].source.to_string()),
            _ if sender.is_some() => sender,
            Some(takers) if takers.len() == 1 => takers.first().cloned(),
            _ => None,
        };
        if let Some(name) = name {
            let cluster = *clusters.entry(name).or_insert_with_key(|name| {
                picture.clusters.push(name.clone());
                picture.clusters.len() - 1
            });
            picture.nodes[node].cluster = Some(cluster);
        }
    }
    if !decided && picture.clusters.len() == 1 {
        // Everything in one box says nothing.
        picture.nodes.iter_mut().for_each(|node| node.cluster = None);
        picture.clusters.clear();
    }
}

fn node_of(message: &Message, called_off: bool) -> Node {
    let look = match (message.due, message.kind) {
        (Some(_), _) => Look::Alarm,
        (None, Kind::Command) => Look::Command,
        (None, Kind::Event) => Look::Event,
    };
    let position = message.position.map_or(String::new(), |position| format!(" {position}"));
    let mut lines = vec![Line::quiet(format!("{}{position}", cut(&message.source, 40)))];
    match message.due {
        Some(due) => lines.push(Line::quiet(format!("due {due}"))),
        None => lines.push(Line::quiet(message.time.to_string())),
    }
    if called_off {
        lines.push(Line::new("called off", Tone::Alarm));
    } else if is_by_hand(message) {
        lines.push(Line::quiet("by hand"));
    }
    let mut tooltip = format!(
        "{} ({})\nid {}\nin {}{position}\nat {}",
        message.named(),
        look.name(),
        message.id,
        message.source,
        message.time
    );
    if let Some(due) = message.due {
        tooltip.push_str(&format!("\ndue {due}"));
    }
    if let Some(data) = &message.data {
        tooltip.push_str(&format!("\n{}", cut(&json::on_one_line(data.text()), DATA)));
    }
    let key = message.key().map(|key| ("key".to_string(), key.into()));
    let mut facts = facts([
        ("message", (*message.id).into()),
        ("module", (*message.source).into()),
        ("position", message.position.map(|position| position.number()).into()),
        ("type", (*message.type_).into()),
        ("time", message.time.to_string().into()),
        ("due", message.due.map(|due| due.to_string()).into()),
        ("called-off", called_off.into()),
        ("decisions", Vec::<String>::new().into()),
    ]);
    facts.extend(key);
    Node {
        id: format!("{}/{}", message.source, message.id),
        look,
        title: cut(&message.named(), 60),
        lines,
        cluster: None,
        tone: None,
        tooltip,
        facts,
    }
}

/// What processes did with a message stands in its box. That one has declined the whole conversation
/// is told once.
fn tell_decisions(
    picture: &mut Picture,
    causes: &Causes,
    decisions: &[Option<Decision>],
    nodes: &BTreeMap<usize, usize>,
) {
    let mut declined = BTreeSet::new();
    for (index, decision) in decisions.iter().enumerate() {
        let Some(decision) = decision else { continue };
        if decision.outcome == "declined" && !declined.insert(&decision.process) {
            continue;
        }
        let Some(node) = causes.cause(index).and_then(|cause| nodes.get(&cause)) else { continue };
        let node = &mut picture.nodes[*node];
        let tone = if decision.outcome == "parked" { Tone::Back } else { Tone::Plain };
        let tone = if decision.outcome == "declined" { Tone::Quiet } else { tone };
        let did = decision.did();
        node.lines.extend(wrapped(&cut(&did, 160), 44).into_iter().map(|line| Line::new(line, tone)));
        node.tooltip.push_str(&format!("\n{did}"));
        if let Some(serde_json::Value::Array(list)) = node.facts.get_mut("decisions") {
            list.push(did.into());
        }
    }
}

fn draw_causes(
    picture: &mut Picture,
    messages: &[Message],
    causes: &Causes,
    decisions: &[Option<Decision>],
    nodes: &BTreeMap<usize, usize>,
) {
    let mut stubs: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut roots, mut circles) = (0, 0);
    for (&index, &node) in nodes {
        let mut at = index;
        // A decision stands between what it answers and what it sends.
        let mut via = None;
        let mut cause = causes.cause(at);
        if let Some(above) = cause.filter(|above| decisions[*above].is_some()) {
            (at, via) = (above, decisions[above].as_ref());
            cause = causes.cause(above);
        }
        let circle = [index, at].iter().any(|at| causes.origin(*at) == Some(&Origin::Circle));
        circles += circle as u64;
        let stub = match causes.origin(at) {
            Some(Origin::Elsewhere(id)) => Some(id),
            Some(Origin::Outside) => {
                roots += !is_by_hand(&messages[index]) as u64;
                None
            }
            _ => None,
        };
        let from = match (stub, cause) {
            (Some(id), _) => *stubs.entry(id).or_insert_with(|| {
                picture.nodes.push(stub_of(id));
                picture.nodes.len() - 1
            }),
            (None, Some(cause)) => match nodes.get(&cause) {
                Some(from) => *from,
                None => continue, // a decision that answers a decision: nobody writes that
            },
            (None, None) => continue,
        };
        let to = &picture.nodes[node];
        let mut tooltip = format!("{} → {}", picture.nodes[from].title, to.title);
        if let Some(via) = via {
            tooltip.push_str(&format!("\n{}\nat {}", via.did(), via.at));
        }
        let alarm = to.look == Look::Alarm;
        let tone = if circle { Tone::Back } else { Tone::Plain };
        picture.edges.push(Edge {
            from,
            to: node,
            lines: Vec::new(),
            tone: if alarm && !circle { Tone::Alarm } else { tone },
            dashed: alarm || stub.is_some(),
            width: 1.0,
            tooltip,
            facts: facts([("by", via.map(|via| via.who()).into())]),
        });
    }
    if !stubs.is_empty() {
        let list: Vec<String> = stubs.keys().take(3).map(|id| id.to_string()).collect();
        let more = if stubs.len() > 3 { format!(" and {} more", stubs.len() - 3) } else { String::new() };
        picture.notes.push(format!(
            "{} named as a cause {} not in this conversation: {}{more}",
            counted(stubs.len() as u64, "message"),
            if stubs.len() == 1 { "is" } else { "are" },
            list.join(", ")
        ));
    }
    if circles > 0 {
        picture.notes.push(format!(
            "the causes of some messages go round: {}, drawn in orange where {} closed",
            counted(circles, "circle"),
            if circles == 1 { "it is" } else { "they are" }
        ));
    }
    if roots > 1 {
        picture
            .notes
            .push(format!("{roots} messages have no cause: the conversation has {roots} beginnings"));
    }
}

/// A message that is named as a cause, and is not there.
fn stub_of(id: &str) -> Node {
    Node {
        id: format!("not in this log/{id}"),
        look: Look::Stub,
        title: shortened(id).to_string(),
        lines: vec![Line::quiet("not in this conversation")],
        cluster: None,
        tone: None,
        tooltip: format!("{id}\nis named as a cause, and is not in this conversation"),
        facts: facts([("message", id.into())]),
    }
}
