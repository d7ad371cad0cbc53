//! A message without its data, borrowed from where it stands: what a scan of a log looks at.

use super::{Kind, Message, Position, Time};

/// The members of an envelope that a log is searched by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'a> {
    pub id: &'a str,
    pub source: &'a str,
    pub type_: &'a str,
    pub subject: Option<&'a str>,
    pub time: Time,
    pub position: Option<Position>,
    pub correlation: Option<&'a str>,
    pub causation: Option<&'a str>,
    pub kind: Kind,
    pub internal: bool,
    pub remaining: u32,
}

impl<'a> Envelope<'a> {
    pub fn of(message: &'a Message) -> Envelope<'a> {
        Envelope {
            id: &message.id,
            source: &message.source,
            type_: &message.type_,
            subject: message.subject.as_deref(),
            time: message.time,
            position: message.position,
            correlation: message.correlation.as_deref(),
            causation: message.causation.as_deref(),
            kind: message.kind,
            internal: message.internal,
            remaining: message.remaining,
        }
    }

    /// As [`Message::conversation`].
    pub fn conversation(&self) -> Option<&'a str> {
        match (self.correlation, self.causation) {
            (Some(correlation), _) => Some(correlation),
            (None, None) => Some(self.id),
            (None, Some(_)) => None,
        }
    }
}
