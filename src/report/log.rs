//! Messages as lines: for people, or as other modules may see them.

use super::words::brief;
use crate::event::{Envelope, Kind, Message, Name, Position, shortened};
use crate::store::Record;
use std::collections::{BTreeMap, HashMap};

/// Who looks at a log.
pub struct View {
    /// None: everything is shown, as it stands. Else the module whose eyes these are, which may be no
    /// module at all.
    reader: Option<String>,
}

impl View {
    pub fn new(reader: Option<&str>) -> View {
        View { reader: reader.map(str::to_string) }
    }

    /// What others see: the eyes of no module at all.
    pub fn from_outside() -> View {
        View::new(Some(""))
    }

    /// Another module's internal events are not shown; the gap in the positions is.
    pub fn shows(&self, message: &Envelope<'_>) -> bool {
        match &self.reader {
            None => true,
            Some(reader) => !message.internal || **reader == *message.source,
        }
    }

    /// Whether nothing is hidden.
    pub fn shows_all(&self) -> bool {
        self.reader.is_none()
    }

    /// The message's line: as it stands; or, seen by others, without what is its module's own
    /// business (`remaining`, `crc`), its cause lifted to the nearest that is visible.
    pub fn json(&self, record: &Record, lifter: &Lifter) -> String {
        if self.reader.is_none() {
            return format!("{}\n", record.text);
        }
        let mut message = record.message.clone();
        message.remaining = 0;
        if let Some(cause) = &message.causation {
            message.causation = lifter.visible(cause, self);
        }
        message.to_json() + "\n"
    }
}

/// Knows the causes of the messages that were internal.
#[derive(Default)]
pub struct Lifter {
    /// Per module, the first position that was not seen yet.
    pub next: BTreeMap<Name, Position>,
    internal: HashMap<Name, (Name, Option<Name>)>,
}

impl Lifter {
    pub fn see(&mut self, message: &Message) {
        if let Some(position) = message.position {
            self.next.insert(message.source.clone(), position.next());
        }
        if message.internal {
            self.internal.insert(message.id.clone(), (message.source.clone(), message.causation.clone()));
        }
    }

    /// The nearest ancestor that the reader may see. A circle of causes has none.
    fn visible(&self, cause: &Name, view: &View) -> Option<Name> {
        let mut cause = cause.clone();
        for _ in 0..=self.internal.len() {
            match self.internal.get(&cause) {
                Some((source, above)) if view.reader.as_deref() != Some(&**source) => {
                    cause = above.clone()?
                }
                _ => return Some(cause),
            }
        }
        None
    }
}

/// A message in one line for people.
pub fn line(message: &Message) -> String {
    let position = message.position.map_or("-".to_string(), |position| position.to_string());
    let mut text = format!("{}  {} {position} {}", message.time, message.source, message.named());
    if message.kind == Kind::Command {
        text.push_str(" (command)");
    }
    if let Some(due) = message.due {
        text.push_str(&format!(" (alarm, due {due})"));
    } else if message.internal {
        text.push_str(" (internal)");
    }
    text.push_str(&format!("  {}", shortened(&message.id)));
    if let Some(data) = &message.data {
        text.push_str(&format!("  {}", brief(data.text())));
    }
    text.push('\n');
    text
}
