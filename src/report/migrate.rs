//! What becomes of running instances under another version, as text and as JSON.

use super::words::{brief, count_of, counted, grouped};
use crate::event::{Document, Kind, Message};
use crate::step::{Arm, Hand};
use crate::versions::{Changes, Class, Plan};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// From which version to which, and what was asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    pub process: String,
    pub from: u32,
    pub to: u32,
    pub send_missing: bool,
    /// Something is written, or would be.
    pub done: bool,
}

/// Whether a plan is carried out.
pub struct Planned {
    pub plan: Plan,
    /// It is left alone although it fits.
    pub left: bool,
}

impl Planned {
    pub fn moves(&self) -> bool {
        self.plan.by.is_some() && !self.left
    }
}

/// So many instances are shown one by one.
const SHOWN: usize = 20;

pub fn text(asked: &Asked, planned: &[Planned]) -> String {
    let Asked { process, from, to, .. } = asked;
    if planned.is_empty() {
        return format!("nothing runs on {process}@{from}\n");
    }
    let count = counted(planned.len() as u64, "instance");
    let mut text = format!("{process}@{from} → {process}@{to}: {count}\n");
    for class in Class::ALL {
        let count = planned.iter().filter(|one| one.plan.class == class).count() as u64;
        if count > 0 {
            text.push_str(&count_of(count, told(class)));
        }
    }
    let different: Vec<&Planned> = planned.iter().filter(|one| one.plan.class != Class::Same).collect();
    for one in different.iter().take(SHOWN) {
        text.push_str(&one_of(asked, one));
    }
    if different.len() > SHOWN {
        let more = grouped((different.len() - SHOWN) as u64);
        text.push_str(&format!("\nand {more} more; --format json has them all\n"));
    }
    text
}

fn told(class: Class) -> &'static str {
    match class {
        Class::Same => "the same",
        Class::SameState => "in the same state, otherwise different",
        Class::OtherState => "in another state",
        Class::Ends => "at an end",
        Class::Mapped => "in a state that was named with --map",
        Class::Parks => "do not fit: parked",
        Class::NotStarted => "do not fit: not started",
    }
}

fn one_of(asked: &Asked, one: &Planned) -> String {
    let Plan { instance, was, will, changes, by, .. } = &one.plan;
    let fits = match (by, one.left) {
        (None, _) => "  (stays)",
        (Some(_), true) => "  (left alone)",
        _ => "",
    };
    let mut text = match was == will {
        true => format!("\n{instance}  {was}{fits}\n"),
        false => format!("\n{instance}  {was} → {will}{fits}\n"),
    };
    lines_of(asked, changes, one.plan.class == Class::Mapped)
        .iter()
        .for_each(|line| text.push_str(&format!("  {line}\n")));
    text
}

fn lines_of(asked: &Asked, changes: &Changes, mapped: bool) -> Vec<String> {
    let to = format!("{}@{}", asked.process, asked.to);
    let said = |message: &Message| {
        let data = message.data.as_ref().map_or(String::new(), |data| format!(" {}", brief(data.text())));
        format!("{}{data}", message.type_)
    };
    let mut lines = Vec::new();
    for (name, was, will) in &changes.data {
        let value = |value: &Option<Document>| value.as_ref().map(|value| brief(value.text()));
        lines.push(match (value(was), value(will)) {
            (Some(was), Some(will)) => format!("{name}: {was} → {will}"),
            (None, Some(will)) => format!("{name}: {will} is new"),
            (was, None) => format!("{name}: {} is gone", was.unwrap_or_default()),
        });
    }
    lines.extend(changes.arms.iter().map(|arm| format!("sets {}, due {}", named(arm), arm.due)));
    lines.extend(changes.cancels.iter().map(|arm| format!("calls off {}, due {}", named(arm), arm.due)));
    if let Some([was, will]) = &changes.deferred {
        let names = |names: &[crate::event::Name]| match names {
            [] => "nothing".to_string(),
            names => names.iter().map(|name| name.to_string()).collect::<Vec<_>>().join(", "),
        };
        lines.push(format!("what waits: {} → {}", names(was), names(will)));
    }
    if changes.unparked {
        lines.push(match mapped {
            true => "what it is parked over is tried again there".to_string(),
            false => "is not parked any more".to_string(),
        });
    }
    for message in &changes.missing {
        let now = if asked.send_missing { "sent now" } else { "not sent; --send-missing sends it" };
        lines.push(format!("{to} would have {} {}: {now}", verb(message), said(message)));
    }
    for message in &changes.surplus {
        lines.push(format!("{to} would not have {} {}", verb(message), said(message)));
    }
    for [was, will] in &changes.otherwise {
        lines.push(format!("{to} would have {} {}, not {}", verb(was), said(will), said(was)));
    }
    lines
}

fn verb(message: &Message) -> &'static str {
    if message.kind == Kind::Command { "sent" } else { "published" }
}

fn named(arm: &Arm) -> String {
    match &arm.key {
        Some(key) => format!("{}({key})", arm.name),
        None => arm.name.to_string(),
    }
}

/// What was done.
pub fn done(asked: &Asked, planned: &[Planned]) -> String {
    let moved = planned.iter().filter(|one| one.moves()).count() as u64;
    let left = planned.len() as u64 - moved;
    let (to, from) = (asked.to, asked.from);
    let mut text = format!("{} moved to {}@{to}", counted(moved, "instance"), asked.process);
    if left > 0 {
        text.push_str(&format!(
            "; {} on {}@{from}",
            if left == 1 { "1 stays".into() } else { format!("{} stay", grouped(left)) },
            asked.process
        ));
    }
    let sent: usize =
        planned.iter().filter(|one| one.moves()).map(|one| one.plan.changes.missing.len()).sum();
    if asked.send_missing && sent > 0 {
        text.push_str(&format!("; {} sent", counted(sent as u64, "message")));
    }
    text + "\n"
}

pub fn json(asked: &Asked, planned: &[Planned]) -> String {
    let instances: Vec<Value> = planned.iter().map(row).collect();
    let json = json!({
        "process": asked.process,
        "from": asked.from,
        "to": asked.to,
        "done": asked.done,
        "send-missing": asked.send_missing,
        "instances": instances,
    });
    serde_json::to_string_pretty(&json).expect("plain data") + "\n"
}

fn row(one: &Planned) -> Value {
    let Plan { instance, was, will, class, changes, by, .. } = &one.plan;
    let raw = |value: &Option<Document>| {
        value.as_ref().map(|value| RawValue::from_string(value.text().to_string()).expect("data is JSON"))
    };
    let message = |message: &std::sync::Arc<Message>| json!({"type": &*message.type_, "kind": message.kind.name(), "data": raw(&message.data)});
    let alarm = |arm: &Arm| json!({"name": &*arm.name, "key": arm.key, "due": arm.due.to_string()});
    let data = changes
        .data
        .iter()
        .map(|(name, was, will)| (name.to_string(), json!({"was": raw(was), "will": raw(will)})));
    json!({
        "instance": &**instance,
        "was": was,
        "will": will,
        "class": class.name(),
        "moves": one.moves(),
        "hand": by.as_ref().map(|(hand, _)| Hand::name(*hand)),
        "data": data.collect::<serde_json::Map<_, _>>(),
        "sets": changes.arms.iter().map(alarm).collect::<Vec<_>>(),
        "calls-off": changes.cancels.iter().map(alarm).collect::<Vec<_>>(),
        "waits": changes.deferred.as_ref().map(|[was, will]| json!({"was": was.iter().map(|n| &**n).collect::<Vec<_>>(), "will": will.iter().map(|n| &**n).collect::<Vec<_>>()})),
        "unparked": changes.unparked,
        "missing": changes.missing.iter().map(message).collect::<Vec<_>>(),
        "surplus": changes.surplus.iter().map(message).collect::<Vec<_>>(),
        "otherwise": changes.otherwise.iter().map(|[was, will]| json!({"was": message(was), "will": message(will)})).collect::<Vec<_>>(),
    })
}
