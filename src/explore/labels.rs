//! How choices are written, by number; what a name says is worked out once.

use super::place::Item;
use crate::event::{Document, Kind, Name};
use crate::runtime::ProcessId;
use rustc_hash::FxHashMap;
use std::hash::{Hash, Hasher};

/// How choices are written, by number: first the listed deliveries, each under its own, then whatever
/// else was met.
#[derive(Debug, Default)]
pub(super) struct Labels {
    pub texts: Vec<String>,
    numbers: FxHashMap<String, u16>,
    /// There are more than can be told apart.
    pub full: bool,
    /// What was written before, each under what it is about.
    known: FxHashMap<About, u16>,
    words: FxHashMap<Word, Said>,
    /// The same of what is in flight, by message, with to whom it goes: nearly all that is asked for.
    flying: Vec<Option<(u32, Said)>>,
    /// Per word that is known, its labels: by its number among those of its name.
    numbered: Vec<Vec<Option<u16>>>,
    classes: FxHashMap<String, u32>,
    called: FxHashMap<Called, u32>,
}

/// What a label is about, where it depends on nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum About {
    /// A delivery or an exchange that is listed, with the sign of a fault.
    Listed(usize, Sign),
    /// An alarm, by slot, life and place.
    Ring(u32, u32, usize),
    /// Another label, with the number of the alternative that is taken.
    Served(u16, u16),
    /// The host of a process stops, at this point if there are several.
    Crash(ProcessId, Option<u32>),
}

/// A message that is not listed, as it may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// To whom, and which message.
    pub item: Item,
    /// The sign of a fault.
    pub sign: Sign,
    /// It is in flight again; or, of duplicates, not in flight yet.
    pub again: bool,
    /// The exchange that it answers, if it is not in flight yet; or its place among what is, where that matters.
    pub open: Option<(bool, u32)>,
    /// The service that answers with it, and the number of its alternative where another one says the same type.
    pub answers: Option<(u32, Option<u16>)>,
}

impl Word {
    /// To whom which message is in flight, if there is nothing else to say of it.
    fn flies(self) -> Option<Item> {
        let Word { item, sign, again, open, answers } = self;
        (sign == Sign::None && !again && open.is_none() && answers.is_none()).then_some(item)
    }
}

impl Hash for Word {
    /// Looked for at every choice: what tells nearly all of them apart is enough.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (to, mail) = self.item;
        state.write_u64(u64::from(to) << 32 | u64::from(mail));
        let (listed, place) = self.open.unwrap_or((false, u32::MAX));
        state.write_u64(
            (self.sign as u64) << 34
                | u64::from(listed) << 33
                | u64::from(self.again) << 32
                | u64::from(place),
        );
    }
}

/// How a fault is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Sign {
    None,
    Again,
    Lost,
}

impl Sign {
    pub fn text(self) -> &'static str {
        match self {
            Sign::None => "",
            Sign::Again => "+",
            Sign::Lost => "-",
        }
    }
}

/// What a word says, by numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Said {
    /// Equal where they are written alike, but for a number.
    pub class: u32,
    /// Equal where they say the same.
    pub says: u32,
    /// How many of its name are listed.
    pub listed: usize,
    word: u32,
}

/// What tells a message that is not listed from others of its name.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Called {
    /// The name without a number, and to whom it goes.
    pub text: String,
    pub source: Name,
    pub data: Option<Document>,
    pub again: bool,
    pub open: Option<(bool, u32)>,
    /// Where ids are read.
    pub id: Option<Name>,
    /// Where services answer, and that is read.
    pub sort: Option<(Kind, Option<Name>)>,
}

impl Labels {
    pub fn text(&self, label: u16) -> &str {
        &self.texts[label as usize]
    }

    pub fn len(&self) -> usize {
        self.texts.len()
    }

    pub fn number(&mut self, text: String) -> u16 {
        if let Some(&known) = self.numbers.get(&text) {
            return known;
        }
        let Ok(number) = u16::try_from(self.texts.len()) else {
            self.full = true;
            return u16::MAX;
        };
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        number
    }

    pub fn known(&self, about: About) -> Option<u16> {
        self.known.get(&about).copied()
    }

    pub fn learn(&mut self, about: About, text: String) -> u16 {
        let label = self.number(text);
        self.known.insert(about, label);
        label
    }

    /// A label with the number of the alternative that is taken.
    pub fn served(&mut self, label: u16, number: u16) -> u16 {
        let about = About::Served(label, number);
        self.known(about).unwrap_or_else(|| self.learn(about, format!("{}({number})", self.text(label))))
    }

    /// All that are one label with the number of an alternative.
    pub fn served_from(&self, label: u16) -> impl Iterator<Item = u16> {
        let of = move |(about, &served): (&About, &u16)| match *about {
            About::Served(plain, _) if plain == label => Some(served),
            _ => None,
        };
        self.known.iter().filter_map(of)
    }

    /// Whether a label is another with the number of an alternative.
    pub fn is_served(&self, label: u16) -> bool {
        let mut known = self.known.iter();
        known.any(|(about, &known)| known == label && matches!(about, About::Served(..)))
    }

    pub fn said(&self, word: Word) -> Option<Said> {
        let flying = word.flies().and_then(|(to, mail)| {
            let (whom, said) = (*self.flying.get(mail as usize)?)?;
            (whom == to).then_some(said)
        });
        flying.or_else(|| self.words.get(&word).copied())
    }

    pub fn learn_word(&mut self, word: Word, called: Called, listed: usize) -> Said {
        let next = self.classes.len() as u32;
        let class = *self.classes.entry(called.text.clone()).or_insert(next);
        let next = self.called.len() as u32;
        let says = *self.called.entry(called).or_insert(next);
        let said = Said { class, says, listed, word: self.numbered.len() as u32 };
        self.numbered.push(Vec::new());
        self.words.insert(word, said);
        if let Some((to, mail)) = word.flies() {
            self.flying.resize(self.flying.len().max(mail as usize + 1), None);
            self.flying[mail as usize] = Some((to, said));
        }
        said
    }

    /// The label of a word that has so many of its name before it.
    pub fn numbered(&self, said: Said, before: usize) -> Option<u16> {
        *self.numbered[said.word as usize].get(before)?
    }

    pub fn learn_numbered(&mut self, said: Said, before: usize, text: String) -> u16 {
        let label = self.number(text);
        let labels = &mut self.numbered[said.word as usize];
        labels.resize(labels.len().max(before + 1), None);
        labels[before] = Some(label);
        label
    }
}
