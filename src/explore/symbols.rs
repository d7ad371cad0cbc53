//! Small numbers for what worlds are made of: messages, and what was sent.
//!
//! Ids are rubbed off a message, since they say by which path it came and nothing that matters to
//! what happens next. Where an expression reads them they stay.

use crate::event::{Document, Kind, Message, Name, Time};
use crate::runtime::ProcessId;
use rustc_hash::FxHashMap;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What of a message's envelope the definitions of a scenario can tell apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    pub ids: bool,
    pub times: bool,
    /// Whether it is a command or an event, and its subject: of what services say and hear, only where that is read.
    pub sort: bool,
    /// The moment at which everything happens that has no time of its own.
    pub start: Time,
}

/// Stands where an id was.
const NOBODY: &str = "-";

/// A message as it counts.
#[derive(Debug, Clone)]
pub(super) struct Mail {
    pub message: Arc<Message>,
    /// Several copies with this id are listed, so whether one was handled matters to the next.
    pub copied: bool,
    /// The service that says it: two may say the same in the name of one module.
    pub by: Option<ProcessId>,
}

/// Messages by number.
#[derive(Debug)]
pub(super) struct Mails {
    pub told: Told,
    mails: Vec<Mail>,
    numbers: FxHashMap<String, u32>,
    /// Where each stands among those that were there when they were last put in order: in what it says, and in
    /// what else may tell it from another.
    ranks: Vec<(u32, u32)>,
    /// How often it was asked for them since, with some that were not there then.
    asked: usize,
}

impl Mails {
    pub fn new(told: Told) -> Mails {
        Mails { told, mails: Vec::new(), numbers: FxHashMap::default(), ranks: Vec::new(), asked: 0 }
    }

    pub fn get(&self, number: u32) -> &Mail {
        &self.mails[number as usize]
    }

    /// Puts them in order, when there are many new ones, or it was asked for often.
    pub fn rank(&mut self) {
        self.asked += usize::from(self.mails.len() > self.ranks.len());
        if self.mails.len() < 2 * self.ranks.len() + 8 && self.asked <= 16 * self.mails.len() {
            return;
        }
        self.asked = 0;
        let mut ranks = vec![(0, 0); self.mails.len()];
        let mut order: Vec<usize> = (0..self.mails.len()).collect();
        order.sort_by(|&a, &b| says(&self.mails[a]).cmp(&says(&self.mails[b])));
        for pair in order.windows(2) {
            let same = says(&self.mails[pair[0]]) == says(&self.mails[pair[1]]);
            ranks[pair[1]].0 = ranks[pair[0]].0 + u32::from(!same);
        }
        order.sort_by(|&a, &b| rest(&self.mails[a]).cmp(&rest(&self.mails[b])));
        for pair in order.windows(2) {
            let same = rest(&self.mails[pair[0]]) == rest(&self.mails[pair[1]]);
            ranks[pair[1]].1 = ranks[pair[0]].1 + u32::from(!same);
        }
        self.ranks = ranks;
    }

    /// The canonical order of two messages: sender, type, data and conversation; then what `between` says of
    /// them; then what else may tell them apart.
    pub fn compare(&self, one: u32, other: u32, between: Ordering) -> Ordering {
        match (self.ranks.get(one as usize), self.ranks.get(other as usize)) {
            (Some(a), Some(b)) => a.0.cmp(&b.0).then(between).then(a.1.cmp(&b.1)),
            _ => {
                let (a, b) = (self.get(one), self.get(other));
                says(a).cmp(&says(b)).then(between).then_with(|| rest(a).cmp(&rest(b)))
            }
        }
    }

    pub fn number(&mut self, message: &Message, copied: bool) -> u32 {
        self.number_of(message, copied, None)
    }

    /// A message that a service says.
    pub fn said(&mut self, message: &Message, by: ProcessId) -> u32 {
        self.number_of(message, false, Some(by))
    }

    fn number_of(&mut self, message: &Message, copied: bool, by: Option<ProcessId>) -> u32 {
        let message = self.rubbed(message, copied);
        let mut text = match self.told.sort {
            true => message.to_json(),
            false => Message { kind: Kind::Event, subject: None, ..message.clone() }.to_json(),
        };
        if let Some(by) = by {
            text.push_str(&format!("\n{by}"));
        }
        if let Some(&known) = self.numbers.get(&text) {
            return known;
        }
        let number = self.mails.len() as u32;
        self.mails.push(Mail { message: Arc::new(message), copied, by });
        self.numbers.insert(text, number);
        number
    }

    /// A message without what tells it from another of its kind.
    pub fn rubbed(&self, message: &Message, copied: bool) -> Message {
        let conversation = message.conversation().cloned();
        let mut rubbed = Message { remaining: 0, expiry: None, ..message.clone() };
        if !self.told.times {
            rubbed.time = self.told.start;
        }
        if !self.told.ids {
            rubbed.position = None;
            // What belongs to no conversation still belongs to none.
            rubbed.causation = conversation.is_none().then(|| Name::from(NOBODY));
            rubbed.correlation = conversation;
            if !copied {
                rubbed.id = Name::from(NOBODY);
            }
        }
        rubbed
    }
}

type Says<'a> = (&'a Name, &'a Name, &'a Option<Document>, Option<&'a Name>);

fn says(mail: &Mail) -> Says<'_> {
    let message = &mail.message;
    (&message.source, &message.type_, &message.data, message.conversation())
}

fn rest(mail: &Mail) -> (&Name, &'static str, &Option<Name>, Option<ProcessId>) {
    (&mail.message.id, mail.message.kind.name(), &mail.message.subject, mail.by)
}

/// What was sent: how many of each type (and data, where outcomes differ by data).
pub(super) type Bag = BTreeMap<(Name, Option<Document>), u64>;

/// Bags by number; 0 is the empty one.
#[derive(Debug)]
pub(super) struct Bags {
    bags: Vec<Bag>,
    numbers: FxHashMap<Bag, u32>,
    sums: FxHashMap<(u32, u32), u32>,
}

impl Bags {
    pub fn new() -> Bags {
        let numbers = std::iter::once((Bag::new(), 0)).collect();
        Bags { bags: vec![Bag::new()], numbers, sums: FxHashMap::default() }
    }

    pub fn get(&self, number: u32) -> &Bag {
        &self.bags[number as usize]
    }

    pub fn number(&mut self, bag: Bag) -> u32 {
        if let Some(&known) = self.numbers.get(&bag) {
            return known;
        }
        let number = self.bags.len() as u32;
        self.bags.push(bag.clone());
        self.numbers.insert(bag, number);
        number
    }

    pub fn sum(&mut self, a: u32, b: u32) -> u32 {
        if b == 0 {
            return a;
        }
        if let Some(&known) = self.sums.get(&(a, b)) {
            return known;
        }
        let mut sum = self.get(a).clone();
        for (what, count) in self.get(b).clone() {
            *sum.entry(what).or_default() += count;
        }
        let number = self.number(sum);
        self.sums.insert((a, b), number);
        number
    }

    /// How many of a type, whatever their data.
    pub fn count(&self, number: u32, type_: &str) -> u64 {
        self.get(number).iter().filter(|((name, _), _)| **name == *type_).map(|(_, count)| count).sum()
    }
}
