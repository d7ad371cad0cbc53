//! How choices are written: in an ordering that is shown, or given back.

use super::choice::Exchange;
use super::exchange::{Saying, Sayings};
use super::explorer::Explorer;
use super::labels::{About, Called, Said, Sign, Word};
use super::listed::Delivery;
use super::place::{AGAIN, Item, Place};
use super::scenario::{Scenario, Stimulus};
use super::steps::Slot;
use super::symbols::Mail;
use crate::event::Message;
use crate::process::{Correlate, Definition};
use crate::runtime::ProcessId;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Naming choices, as an ordering is written and read.
impl Explorer<'_> {
    /// `Name`, with its conversation where there are several, its number where several of a name are
    /// listed that are not alike, the sign of a fault, and its subscriber where there are several.
    pub fn listed_text(&self, bit: usize, sign: Sign) -> String {
        let Delivery { message, process, .. } = *self.listed.on_its_way(bit);
        let this = &self.scenario.deliver[message].message;
        let mut text = this.type_.to_string();
        self.add_conversation(&mut text, this);
        let namesake = |other: &Message| {
            other.type_ == this.type_
                && (!self.several.conversations || other.conversation() == this.conversation())
        };
        let listed = &self.scenario.deliver;
        let mut same = (0..listed.len()).filter(|&index| namesake(&listed[index].message));
        // After a crash one of two that are alike is in flight again, and the other for the first time.
        let told = self.reads_ids || self.scenario.faults.crashes > 0;
        let alike = |other: usize| match told {
            true => other == message,
            false => self.listed.are_alike(other, message),
        };
        if same.clone().any(|other| !alike(other)) {
            // Those that are alike share the number of the first.
            let number = same.position(alike).unwrap_or(0) + 1;
            text.push_str(&format!("#{number}"));
        }
        text.push_str(sign.text());
        self.add_hearer(&mut text, &this.type_, process);
        text
    }

    /// The label of a listed delivery, or exchange.
    pub fn listed_label(&mut self, bit: usize, sign: Sign) -> u16 {
        let about = About::Listed(bit, sign);
        self.labels.known(about).unwrap_or_else(|| {
            let text = self.listed_text(bit, sign);
            self.labels.learn(about, text)
        })
    }

    /// A message that a process sent is numbered behind the listed ones of its name, and behind those that
    /// may come now and say something else, or come for the first time; `named` knows these. `which`: of several
    /// that are alike, if it matters which of them.
    pub fn sent_label(
        &mut self,
        (to, mail): Item,
        sign: Sign,
        (again, which): (bool, Option<(bool, u32)>),
        named: &mut Vec<Said>,
    ) -> u16 {
        let word = Word { item: (to, mail & !AGAIN), sign, again, open: which, answers: None };
        self.numbered_label(word, named)
    }

    /// What a service says that takes an alternative: `kitchen:FoodCooked`, with the number of the alternative
    /// where another one says the same type.
    #[expect(clippy::too_many_arguments)] // which exchange, which of its messages, as which word
    pub fn answer_label(
        &mut self,
        place: &Place,
        exchange: Exchange,
        sayings: &Sayings,
        number: u16,
        (to, mail): Item,
        sign: Sign,
        named: &mut Vec<Said>,
    ) -> u16 {
        let type_ = |mail: u32| &self.steps.mails.get(mail).message.type_;
        let says = |saying: &&Saying| saying.heard.iter().any(|&(_, other)| type_(other) == type_(mail));
        let several = sayings.all.iter().filter(says).count() > 1;
        let (service, asked) = self.item_of(place, exchange);
        let open = Some(self.told_apart(exchange, asked));
        let answers = Some((service, several.then_some(number)));
        let word = Word { item: (to, mail & !AGAIN), sign, again: false, open, answers };
        self.numbered_label(word, named)
    }

    /// An alternative of which nobody hears anything: the message that it answers, with its number where there
    /// are several such.
    pub fn unheard_label(
        &mut self,
        place: &Place,
        exchange: Exchange,
        sayings: &Sayings,
        number: u16,
        named: &mut Vec<Said>,
    ) -> u16 {
        let label = match exchange {
            Exchange::Listed(bit) => self.listed_label(bit, Sign::None),
            Exchange::Other(_) => {
                let (service, mail) = self.item_of(place, exchange);
                self.sent_label((service, mail), Sign::None, (mail & AGAIN != 0, None), named)
            }
        };
        match sayings.all.iter().filter(|saying| saying.heard.is_empty()).count() {
            0 | 1 => label,
            _ => self.labels.number(format!("{}({number})", self.labels.text(label))),
        }
    }

    /// What tells an open exchange from others that may say the same.
    fn told_apart(&self, exchange: Exchange, asked: u32) -> (bool, u32) {
        match exchange {
            Exchange::Listed(bit) if self.reads_ids => (true, bit as u32),
            Exchange::Listed(bit) => (true, self.listed.exchange_kin(bit) as u32),
            Exchange::Other(_) => (false, asked),
        }
    }

    /// A name with its conversation, its number among those that could come now and are another, the sign of a
    /// fault, and its hearer.
    fn numbered_label(&mut self, word: Word, named: &mut Vec<Said>) -> u16 {
        let said = self.labels.said(word).unwrap_or_else(|| {
            let (called, listed) = self.called(word);
            self.labels.learn_word(word, called, listed)
        });
        // How many of its name that say something else come before it.
        let (mut before, mut known) = (0, false);
        for other in named.iter().filter(|other| other.class == said.class) {
            known = other.says == said.says;
            if known {
                break;
            }
            before += 1;
        }
        if !known {
            named.push(said);
        }
        self.labels.numbered(said, before).unwrap_or_else(|| {
            let mut text = self.name_of(word);
            if before + said.listed > 0 {
                text.push_str(&format!("#{}", before + said.listed + 1));
            }
            text.push_str(word.sign.text());
            let (to, mail) = word.item;
            self.add_hearer(&mut text, &self.steps.mails.get(mail).message.type_, to as ProcessId);
            self.labels.learn_numbered(said, before, text)
        })
    }

    /// What a word says, and how many of its name are listed.
    fn called(&self, word: Word) -> (Called, usize) {
        let (to, mail) = word.item;
        let Mail { message, by, .. } = self.steps.mails.get(mail);
        let namesake = |stimulus: &&Stimulus| {
            let other = &stimulus.message;
            other.type_ == message.type_
                && (!self.several.conversations || other.conversation() == message.conversation())
        };
        // What a service says bears its name, and is no namesake of what is listed.
        let listed = self.scenario.deliver.iter().filter(|_| by.is_none() && word.answers.is_none());
        let called = Called {
            text: format!("{}{}>{to}", self.name_of(word), word.sign.text()),
            again: word.again,
            open: word.open,
            source: message.source.clone(),
            data: message.data.clone(),
            id: Some(message.id.clone()).filter(|_| self.reads_ids),
            sort: (self.answers() && self.steps.mails.told.sort)
                .then(|| (message.kind, message.subject.clone())),
        };
        (called, listed.filter(namesake).count())
    }

    /// Its name with who says it and its conversation, where there are several.
    fn name_of(&self, word: Word) -> String {
        let Mail { message, by, .. } = self.steps.mails.get(word.item.1);
        let crew = &self.steps.crew;
        let mut text = match (word.answers, by) {
            (Some((service, Some(number))), _) => {
                format!("{}({number}):{}", crew.name(service as ProcessId), message.type_)
            }
            (Some((service, None)), _) => format!("{}:{}", crew.name(service as ProcessId), message.type_),
            (None, Some(by)) => format!("{}:{}", crew.name(*by), message.type_),
            (None, None) => message.type_.to_string(),
        };
        self.add_conversation(&mut text, message);
        text
    }

    pub fn ring_label(&mut self, slot: u32, life: u32, alarm: usize) -> u16 {
        let about = About::Ring(slot, life, alarm);
        if let Some(known) = self.labels.known(about) {
            return known;
        }
        let alarms = &self.steps.lives.get(life).alarms;
        let name = &alarms[alarm].message.type_;
        let several = alarms.iter().filter(|other| other.message.type_ == *name).count() > 1;
        let text = self.ring_text(slot, life, alarm, several);
        self.labels.learn(about, text)
    }

    /// A ring, with the key of its alarm if that is to be told.
    pub fn ring_text(&self, slot: u32, life: u32, alarm: usize, keyed: bool) -> String {
        let message = &self.steps.lives.get(life).alarms[alarm].message;
        let name = message.type_.clone();
        let (process, id) = self.steps.slots[slot as usize].clone();
        let mut text = name.to_string();
        if let Some(key) = message.key().filter(|_| keyed) {
            let key = if key.is_empty() { key } else { word(&key) };
            text.push_str(&format!("({key})"));
        }
        if self.several.instances {
            text.push_str(&format!("#{}", word(&id)));
        }
        text.push('!');
        if self.steps.crew.definitions.iter().filter(|definition| definition.alarms.contains(&name)).count()
            > 1
        {
            text.push_str(&format!(">{}", self.steps.crew.definitions[process].name));
        }
        text
    }

    fn add_conversation(&self, text: &mut String, message: &Message) {
        if let Some(id) = message.conversation().filter(|_| self.several.conversations) {
            text.push_str(&format!("#{}", word(id)));
        }
    }

    fn add_hearer(&self, text: &mut String, type_: &str, process: ProcessId) {
        let crew = &self.steps.crew;
        if crew.service(process).is_some() || self.steps.world().house().subscribers(type_).len() > 1 {
            text.push_str(&format!(">{}", crew.name(process)));
        }
    }
}

/// Of what there is more than one, so that names must tell them apart.
#[derive(Debug, Default)]
pub(super) struct Several {
    /// The messages of the scenario belong to more than one.
    pub conversations: bool,
    /// A process may have more than one: those that listed messages reach, or others that messages of
    /// processes find by an expression.
    pub instances: bool,
}

impl Several {
    /// `slots`: those that the scenario's messages reach; of processes there are so many.
    pub fn of(scenario: &Scenario, processes: usize, slots: &[Slot]) -> Several {
        let slots: Vec<&Slot> = slots.iter().filter(|(process, _)| *process < processes).collect();
        let mut all = scenario.first.iter().chain(&scenario.deliver);
        let first = all.next().and_then(|stimulus| stimulus.message.conversation());
        let conversations = all.any(|stimulus| stimulus.message.conversation() != first);
        let reached: BTreeSet<ProcessId> = slots.iter().map(|(process, _)| *process).collect();
        let finds = |process: &Arc<Definition>| !matches!(process.correlate, Correlate::ById);
        let found = scenario.processes.len() > 1 && scenario.processes.iter().any(finds);
        Several { conversations, instances: conversations || found || reached.len() < slots.len() }
    }
}

/// An id as a part of a word: what parts words, or the parts of one, is written as in an address.
fn word(id: &str) -> String {
    if id.is_empty() {
        return "(none)".to_string();
    }
    let mut out = String::with_capacity(id.len());
    for c in id.chars() {
        match c.is_whitespace() || c.is_control() || "#>!%()".contains(c) {
            true => c.to_string().bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}"))),
            false => out.push(c),
        }
    }
    out
}
