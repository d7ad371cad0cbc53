//! How decisions stand in a log: the lines that a turn becomes, and the turn that lines tell.
//!
//! A turn is one batch. For each decision, what it sends and the alarms that it sets come first, each
//! a message of its own; then the decision itself, an internal event `ProcessRecorded`. The members
//! of its data are written out in `docs/store.md`.

use crate::error::{Error, Result};
use crate::event::{Document, Message, Name, Names, Position, Time, computed_id, json};
use crate::process::End;
use crate::step::{Failed, Hand, Move, Outcome, Recorded};
use std::fmt::Write;
use std::sync::Arc;

pub const RECORDED: &str = "ProcessRecorded";
pub const OPENED: &str = "JournalOpened";
pub const EDITED: &str = "DefinitionEdited";

/// What one batch of a journal says.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    Opened,
    /// The definition of a version was changed in place, and a person has agreed to it.
    Edited {
        version: u32,
        hash: Name,
        at: Time,
    },
    Turn(Vec<Recorded>),
}

/// The first line of a journal.
pub fn opened(process: &Name, at: Time) -> Message {
    let mut message = internal(process, OPENED, computed_id(&[process, OPENED], 0), at);
    message.data = Some(Document::of_valid("{\"format\":1}"));
    message
}

/// A definition was changed in place; `at` is where the journal stands, and makes the id.
pub fn edited(process: &Name, version: u32, hash: &str, at: Time, position: Position) -> Message {
    let id = computed_id(&[process, EDITED], position.number());
    let mut message = internal(process, EDITED, id, at);
    message.data = Some(Document::of_valid(&format!("{{\"version\":{version},\"hash\":\"{hash}\"}}")));
    message
}

fn internal(process: &Name, type_: &str, id: Name, at: Time) -> Message {
    let mut message = Message::new(process.clone(), type_, id, at);
    message.internal = true;
    message
}

/// The lines of a turn; where in the log they stand is the store's to say.
pub fn write(process: &Name, decisions: &[Recorded]) -> Vec<Arc<Message>> {
    let lines = decisions.iter().map(|recorded| recorded.sent.len() + recorded.armed.len() + 1).sum();
    let mut batch = Vec::with_capacity(lines);
    for recorded in decisions {
        if recorded.hand.is_some() {
            batch.push(recorded.input.clone());
        }
        batch.extend(recorded.sent.iter().chain(&recorded.armed).cloned());
        batch.push(Arc::new(line_of(process, recorded)));
    }
    batch
}

fn line_of(process: &Name, recorded: &Recorded) -> Message {
    let id = computed_id(&[process, &recorded.instance, "recorded"], recorded.number);
    let mut message = internal(process, RECORDED, id, recorded.at);
    message.subject = Some(recorded.instance.clone()).filter(|subject| !subject.is_empty());
    message.correlation = recorded.conversation.clone();
    message.causation = Some(recorded.input.id.clone());
    message.data = Some(Document::of_valid(&data_of(recorded)));
    message
}

fn data_of(recorded: &Recorded) -> String {
    let mut out = Writer(String::with_capacity(512));
    write!(out.0, "{{\"version\":{}", recorded.version).expect("a string takes all");
    out.text("outcome", recorded.outcome.name());
    let input = &recorded.input;
    out.0.push_str(",\"input\":{\"source\":");
    json::quote_into(&mut out.0, &input.source);
    if let Some(position) = input.position {
        write!(out.0, ",\"position\":{position}").expect("a string takes all");
    }
    out.text("id", &input.id);
    out.text("type", &input.type_);
    if let Some(reached) = recorded.reached {
        out.text("reached", &reached.to_string());
    }
    out.0.push('}');
    if let Some(failed) = &recorded.failed {
        out.text("reason", &failed.reason);
        if let Some(place) = &failed.place {
            out.text("place", place);
        }
    }
    if let Some(hash) = &recorded.hash {
        out.text("hash", hash);
    }
    if let Some(to) = &recorded.to {
        out.text("state", to);
    }
    if let Some(end) = recorded.end {
        out.text("end", end.name());
    }
    if !recorded.set.is_empty() {
        out.key("set");
        for (index, (name, value)) in recorded.set.iter().enumerate() {
            out.0.push(if index == 0 { '{' } else { ',' });
            json::quote_into(&mut out.0, name);
            out.0.push(':');
            out.0.push_str(value.text());
        }
        out.0.push('}');
    }
    out.list("armed", recorded.armed.iter().map(|alarm| &alarm.id));
    out.list("disarmed", recorded.disarmed.iter());
    out.flag("kept", recorded.kept);
    out.list("keepers", recorded.keepers.iter());
    out.flag("forgotten", recorded.forgotten);
    if let Some(hand) = recorded.hand {
        out.text("hand", hand.name());
    }
    out.0.push('}');
    out.0
}

struct Writer(String);

impl Writer {
    fn key(&mut self, key: &str) {
        self.0.push_str(",\"");
        self.0.push_str(key);
        self.0.push_str("\":");
    }

    fn text(&mut self, key: &str, value: &str) {
        if self.0.ends_with('{') {
            json::quote_into(&mut self.0, key);
            self.0.push(':');
        } else {
            self.key(key);
        }
        json::quote_into(&mut self.0, value);
    }

    fn list<'a>(&mut self, key: &str, mut names: impl Iterator<Item = &'a Name>) {
        let Some(first) = names.next() else { return };
        self.key(key);
        self.0.push('[');
        json::quote_into(&mut self.0, first);
        for name in names {
            self.0.push(',');
            json::quote_into(&mut self.0, name);
        }
        self.0.push(']');
    }

    fn flag(&mut self, key: &str, value: bool) {
        if value {
            self.key(key);
            self.0.push_str("true");
        }
    }
}

/// Collects the lines of a journal into entries. Whole batches only: the store shows no other.
pub struct Reader {
    effects: Vec<Arc<Message>>,
    decisions: Vec<Recorded>,
    names: Names,
}

impl Default for Reader {
    fn default() -> Reader {
        Reader { effects: Vec::new(), decisions: Vec::new(), names: Names::remembering() }
    }
}

impl Reader {
    /// Takes the next line; answers the entry that it completes.
    pub fn take(&mut self, message: Message) -> Result<Option<Entry>> {
        let last = message.remaining == 0;
        let type_ = if message.internal { &*message.type_ } else { "" };
        match type_ {
            OPENED => {
                let format = message.data.as_ref().and_then(|data| data.get("format"));
                if format != Some("1") {
                    let format = format.unwrap_or("none");
                    let what = format!("a journal of format {format}, this program reads 1");
                    let hint = "a newer anyorder wrote it: read it with that one, nothing was changed here";
                    return Err(damage(&message, &what).hint(hint));
                }
                return Ok(Some(Entry::Opened));
            }
            EDITED => return edited_of(&message).map(Some),
            RECORDED => {
                let effects = std::mem::take(&mut self.effects);
                self.decisions.push(recorded_of(&message, effects, &mut self.names)?);
            }
            // How many lines follow is a matter of the file: a message is the same however it came.
            _ => self.effects.push(Arc::new(Message { remaining: 0, ..message })),
        }
        if !last {
            return Ok(None);
        }
        match self.effects.first() {
            Some(stray) => Err(damage(stray, "a message that no decision sent")),
            None => Ok(Some(Entry::Turn(std::mem::take(&mut self.decisions)))),
        }
    }
}

fn edited_of(message: &Message) -> Result<Entry> {
    let data = message.data.as_ref().map_or("", |data| data.text());
    let version = json::member(data, "version").and_then(|text| text.parse().ok());
    let hash = json::member(data, "hash").and_then(json::string);
    match (version, hash) {
        (Some(version), Some(hash)) => {
            Ok(Entry::Edited { version, hash: Name::from(&*hash), at: message.time })
        }
        _ => Err(damage(message, "it lacks `version` or `hash`")),
    }
}

fn recorded_of(message: &Message, effects: Vec<Arc<Message>>, names: &mut Names) -> Result<Recorded> {
    let data = message.data.as_ref().map_or("", |data| data.text());
    let lacks = |what: &str| damage(message, &format!("it lacks `{what}`, or it is not what it should be"));
    let mut fields = Fields::default();
    let mut text_of = |raw: &str| json::string(raw).map(|text| names.name(&text));
    for member in json::members(data) {
        match member.raw_key {
            "\"version\"" => fields.version = member.value.parse().ok(),
            "\"outcome\"" => {
                fields.outcome = json::string(member.value).and_then(|name| Outcome::named(&name));
            }
            "\"input\"" => {
                fields.input = input_of(member.value, message, &mut text_of);
                let reached = json::member(member.value, "reached").and_then(json::string);
                fields.reached = reached.and_then(|text| Time::parse(&text));
            }
            "\"reason\"" => fields.reason = text_of(member.value),
            "\"place\"" => fields.place = text_of(member.value),
            "\"hash\"" => fields.hash = text_of(member.value),
            "\"state\"" => fields.to = text_of(member.value),
            "\"end\"" => {
                let name = json::string(member.value);
                fields.end = End::ALL.into_iter().find(|end| Some(end.name()) == name.as_deref());
            }
            "\"set\"" => {
                let set = json::members(member.value);
                fields.set = set
                    .map(|m| {
                        let name = text_of(m.raw_key).unwrap_or_else(|| Name::from(&*m.key()));
                        (name, Document::of_valid(m.value))
                    })
                    .collect();
            }
            "\"armed\"" => fields.armed = json::items(member.value).filter_map(&mut text_of).collect(),
            "\"disarmed\"" => fields.disarmed = json::items(member.value).filter_map(&mut text_of).collect(),
            "\"kept\"" => fields.kept = member.value == "true",
            "\"keepers\"" => fields.keepers = json::items(member.value).filter_map(&mut text_of).collect(),
            "\"forgotten\"" => fields.forgotten = member.value == "true",
            "\"hand\"" => {
                let name = json::string(member.value);
                fields.hand = Hand::ALL.into_iter().find(|hand| Some(hand.name()) == name.as_deref());
            }
            _ => {}
        }
    }
    // An alarm is told from a message that was sent by the list, not by its looks.
    let (by_hand, effects): (Vec<_>, Vec<_>) = effects
        .into_iter()
        .partition(|effect| fields.hand.is_some() && Some(&effect.id) == message.causation.as_ref());
    let by_hand = by_hand.into_iter().next();
    if fields.hand.is_some_and(Hand::moves) && by_hand.as_deref().and_then(Move::of).is_none() {
        return Err(lacks("what becomes of the instance"));
    }
    let (armed, sent) = effects.into_iter().partition(|effect| fields.armed.contains(&effect.id));
    Ok(Recorded {
        instance: message.subject.clone().unwrap_or_else(|| Name::from("")),
        number: 0,
        input: match by_hand {
            Some(message) => message,
            None => Arc::new(fields.input.ok_or_else(|| lacks("input"))?),
        },
        conversation: message.correlation.clone(),
        at: message.time,
        reached: fields.reached,
        version: fields.version.ok_or_else(|| lacks("version"))?,
        outcome: fields.outcome.ok_or_else(|| lacks("outcome"))?,
        failed: fields
            .reason
            .map(|reason| Failed { reason: reason.to_string(), place: fields.place.map(|p| p.to_string()) }),
        hash: fields.hash,
        to: fields.to,
        end: fields.end,
        set: fields.set,
        sent,
        armed,
        disarmed: fields.disarmed,
        kept: fields.kept,
        keepers: fields.keepers,
        forgotten: fields.forgotten,
        hand: fields.hand,
    })
}

#[derive(Default)]
struct Fields {
    version: Option<u32>,
    outcome: Option<Outcome>,
    input: Option<Message>,
    reached: Option<Time>,
    reason: Option<Name>,
    place: Option<Name>,
    hash: Option<Name>,
    to: Option<Name>,
    end: Option<End>,
    set: Vec<(Name, Document)>,
    armed: Vec<Name>,
    disarmed: Vec<Name>,
    kept: bool,
    keepers: Vec<Name>,
    forgotten: bool,
    hand: Option<Hand>,
}

/// The input as far as the journal tells it: a reference to its line. `runtime::recover` fetches the
/// lines of those that are still wanted.
fn input_of(raw: &str, message: &Message, text_of: &mut impl FnMut(&str) -> Option<Name>) -> Option<Message> {
    let (mut source, mut type_, mut id, mut position) = (None, None, None, None);
    for member in json::members(raw) {
        match member.raw_key {
            "\"source\"" => source = text_of(member.value),
            "\"type\"" => type_ = text_of(member.value),
            // The record's own cause, as a rule.
            "\"id\"" => {
                let text = json::string(member.value)?;
                id = message
                    .causation
                    .clone()
                    .filter(|cause| **cause == *text)
                    .or_else(|| Some(Name::from(text)));
            }
            "\"position\"" => position = Position::parse(member.value),
            _ => {}
        }
    }
    let mut input = Message::new(source?, type_?, id?, Time::MIN);
    input.position = position;
    input.correlation = message.correlation.clone();
    Some(input)
}

/// A journal that does not say what it must.
fn damage(message: &Message, what: &str) -> Error {
    let position = message.position.map_or("?".to_string(), |position| position.to_string());
    Error::input(format!("the journal cannot be read: {} at position {position}: {what}", message.type_))
        .at(message.source.to_string())
        .hint("only `anyorder` writes journals; was a line of this one changed by hand?")
}
