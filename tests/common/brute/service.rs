//! Services, and which alternatives a message has: DESIGN.md §5, docs/services.md and D12, read anew.

use super::interpret::{Input, Reason, Sent, When};
use super::model::*;
use super::values::{all_hold, changed, said, salt, value_of};

#[derive(Debug, Clone)]
pub struct Service {
    /// No other begins with the same letter.
    pub name: &'static str,
    /// Whose data a message is about. None: it has no memory.
    pub entity: Option<Key>,
    pub on: Vec<(Type, Vec<Reply>)>,
}

/// Of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// One for all messages.
    One,
    Conversation,
    /// What `k` says, if it is there.
    Said,
}

/// An alternative.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// In a hundred; none: an equal share of what the others leave.
    pub chance: Option<u32>,
    pub after: After,
    /// It has guards, sets and sends, and nothing else.
    pub reaction: Reaction,
}

/// How long it takes, at which nobody looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum After {
    #[default]
    AtOnce,
    Fixed,
    Between,
    Exponential,
    /// So many minutes more than `k` says: fails where the message has no data.
    Said,
}

#[derive(Debug, Clone, Default)]
pub struct Entity {
    pub data: Data,
    pub parked: Option<Reason>,
    /// The ids of all messages that came, where the host remembers any.
    pub seen: Vec<u64>,
    /// Whose messages came, for the coverage.
    pub met: Vec<usize>,
}

/// What may become of a message.
#[derive(Debug, Clone)]
pub struct Way {
    /// In the file, from 1; 0 is silence.
    pub number: usize,
    pub said: Result<(Data, Vec<Sent>), Reason>,
    /// Where it fails, if it does.
    pub at: usize,
}

impl Way {
    /// Nothing comes of it.
    pub fn is_mute(&self) -> bool {
        self.number == 0 || self.said.is_err()
    }

    pub fn sent(&self) -> &[Sent] {
        self.said.as_ref().map_or(&[], |(_, sent)| sent)
    }
}

impl Service {
    pub fn replies(&self, type_: Type) -> Option<&[Reply]> {
        self.on.iter().find(|(on, _)| *on == type_).map(|(_, replies)| &replies[..])
    }

    pub fn hears(&self, type_: Type) -> bool {
        self.replies(type_).is_some()
    }

    pub fn reactions(&self) -> impl Iterator<Item = &Reaction> {
        self.on.iter().flat_map(|(_, replies)| replies.iter().map(|reply| &reply.reaction))
    }

    pub fn says(&self, type_: Type) -> bool {
        self.reactions().flat_map(|reaction| &reaction.sends).any(|sending| sending.type_ == type_)
    }

    /// All alternatives that a message has, given what is known; one at least.
    pub fn ways(&self, data: &Data, input: &Input) -> Vec<Way> {
        match self.possible(data, input) {
            Err((reason, at)) => vec![Way { number: 0, said: Err(reason), at }],
            Ok(numbers) => {
                let way = |number| Way { number, said: self.taken(number, data, input), at: number };
                numbers.into_iter().map(way).collect()
            }
        }
    }

    fn possible(&self, data: &Data, input: &Input) -> Result<Vec<usize>, (Reason, usize)> {
        let replies = self.replies(input.type_).expect("it hears that");
        // A guard that fails stands elsewhere than anything that an alternative says.
        let holds = |place: usize, reply: &Reply| {
            all_hold(&reply.reaction.when, data, input, When::default())
                .map_err(|reason| (reason, 100 + place))
        };
        let by_chance = replies.iter().any(|reply| reply.chance.is_some());
        if !by_chance && replies.iter().any(|reply| !reply.reaction.when.is_empty()) {
            for (place, reply) in replies.iter().enumerate() {
                if holds(place, reply)? {
                    return Ok(vec![place + 1]);
                }
            }
            return Ok(vec![0]);
        }
        let mut held = Vec::new();
        for (place, reply) in replies.iter().enumerate() {
            if holds(place, reply)? {
                held.push((place + 1, reply.chance));
            }
        }
        let left = 100u32.saturating_sub(held.iter().filter_map(|(_, chance)| *chance).sum());
        let taken_up = held.iter().any(|(_, chance)| chance.is_none());
        let silence = (left > 0 && !taken_up).then_some(0);
        let some = held.into_iter().filter(|(_, chance)| chance.unwrap_or(left) > 0);
        Ok(silence.into_iter().chain(some.map(|(number, _)| number)).collect())
    }

    fn taken(&self, number: usize, old: &Data, input: &Input) -> Result<(Data, Vec<Sent>), Reason> {
        let Some(place) = number.checked_sub(1) else { return Ok((*old, Vec::new())) };
        let Reply { reaction, after, .. } = &self.replies(input.type_).expect("it hears that")[place];
        let data = changed(&reaction.set, old, input)?;
        if *after == After::Said && !reaction.sends.is_empty() {
            value_of(Value::Event, old, input)?;
        }
        // Ids are an entity's own.
        let whose = match self.entity {
            Some(Key::Said) => input.data.map_or(1, |k| k as u64 + 2),
            _ => 0,
        };
        let sent = said(&reaction.sends, &data, input, (salt(self.name) ^ whose << 48, 0))?;
        Ok((data, sent))
    }
}

impl Key {
    pub fn of(self, data: Option<i64>, conversation: usize) -> String {
        match (self, data) {
            (Key::One, _) => "one".to_string(),
            (Key::Conversation, _) => CONVERSATIONS[conversation].to_string(),
            (Key::Said, None) => "none".to_string(),
            (Key::Said, Some(k)) => k.to_string(),
        }
    }
}
