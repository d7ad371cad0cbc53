//! How choices are written: in an ordering that is shown, or given back.

use super::choice::Exchange;
use super::exchange::{Saying, Sayings};
use super::explorer::Explorer;
use super::listed::Delivery;
use super::place::{AGAIN, Item, Place};
use super::scenario::{Scenario, Stimulus};
use super::steps::Slot;
use super::symbols::Mail;
use crate::event::{Document, Kind, Message, Name};
use crate::process::{Correlate, Definition};
use crate::runtime::ProcessId;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How choices are written, by number: first the listed deliveries, each under its own, then whatever
/// else was met.
#[derive(Debug, Default)]
pub(super) struct Labels {
    pub texts: Vec<String>,
    numbers: FxHashMap<String, u16>,
    /// There are more than can be told apart.
    pub full: bool,
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
}

/// Naming choices, as an ordering is written and read.
impl Explorer<'_> {
    /// `Name`, with its conversation where there are several, its number where several of a name are
    /// listed that are not alike, the sign of a fault, and its subscriber where there are several.
    pub fn listed_text(&self, bit: usize, sign: &str) -> String {
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
        text.push_str(sign);
        self.add_hearer(&mut text, &this.type_, process);
        text
    }

    /// A message that a process sent is numbered behind the listed ones of its name, and behind those that
    /// may come now and say something else, or come for the first time; `named` knows these.
    pub fn sent_label(
        &mut self,
        to: ProcessId,
        mail: u32,
        sign: &str,
        again: bool,
        named: &mut Vec<Named>,
    ) -> u16 {
        let text = self.sent_text((to, mail), sign, (again, None), named);
        self.labels.number(text)
    }

    /// `which`: of several that are alike, if it matters which of them.
    pub fn sent_text(
        &self,
        (to, mail): (ProcessId, u32),
        sign: &str,
        (again, which): (bool, Option<(bool, u32)>),
        named: &mut Vec<Named>,
    ) -> String {
        let Mail { message, by, .. } = self.steps.mails.get(mail & !AGAIN);
        let name = match by {
            Some(by) => format!("{}:{}", self.steps.crew.name(*by), message.type_),
            None => message.type_.to_string(),
        };
        let namesake = |stimulus: &&Stimulus| {
            let other = &stimulus.message;
            other.type_ == message.type_
                && (!self.several.conversations || other.conversation() == message.conversation())
        };
        // What a service says bears its name, and is no namesake of what is listed.
        let listed = self.scenario.deliver.iter().filter(|_| by.is_none()).filter(namesake).count();
        self.numbered_text(name, (to, mail), sign, (again, which), listed, named)
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
        sign: &str,
        named: &mut Vec<Named>,
    ) -> u16 {
        let type_ = |mail: u32| &self.steps.mails.get(mail).message.type_;
        let says = |saying: &&Saying| saying.heard.iter().any(|&(_, other)| type_(other) == type_(mail));
        let several = sayings.all.iter().filter(says).count() > 1;
        let (service, asked) = self.item_of(place, exchange);
        let service = self.steps.crew.name(service as ProcessId);
        let name = match several {
            true => format!("{service}({number}):{}", type_(mail)),
            false => format!("{service}:{}", type_(mail)),
        };
        let open = Some(self.told_apart(exchange, asked));
        let text = self.numbered_text(name, (to as ProcessId, mail), sign, (false, open), 0, named);
        self.labels.number(text)
    }

    /// An alternative of which nobody hears anything: the message that it answers, with its number where there
    /// are several such.
    pub fn unheard_label(
        &mut self,
        place: &Place,
        exchange: Exchange,
        sayings: &Sayings,
        number: u16,
        named: &mut Vec<Named>,
    ) -> u16 {
        let mut text = match exchange {
            Exchange::Listed(bit) => self.listed_text(bit, ""),
            Exchange::Other(_) => {
                let (service, mail) = self.item_of(place, exchange);
                self.sent_text((service as ProcessId, mail), "", (mail & AGAIN != 0, None), named)
            }
        };
        if sayings.all.iter().filter(|saying| saying.heard.is_empty()).count() > 1 {
            text.push_str(&format!("({number})"));
        }
        self.labels.number(text)
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
    fn numbered_text(
        &self,
        mut text: String,
        (to, mail): (ProcessId, u32),
        sign: &str,
        (again, open): (bool, Option<(bool, u32)>),
        listed: usize,
        named: &mut Vec<Named>,
    ) -> String {
        let message = &self.steps.mails.get(mail & !AGAIN).message;
        self.add_conversation(&mut text, message);
        let says = Named {
            text: format!("{text}{sign}>{to}"),
            again,
            open,
            source: message.source.clone(),
            data: message.data.clone(),
            id: Some(message.id.clone()).filter(|_| self.reads_ids),
            sort: (self.answers() && self.steps.mails.told.sort)
                .then(|| (message.kind, message.subject.clone())),
        };
        let same = named.iter().filter(|other| other.text == says.text);
        let number = same.clone().position(|other| *other == says).unwrap_or(same.count());
        if !named.contains(&says) {
            named.push(says);
        }
        let number = number + listed + 1;
        if number > 1 {
            text.push_str(&format!("#{number}"));
        }
        text.push_str(sign);
        self.add_hearer(&mut text, &message.type_, to);
        text
    }

    pub fn ring_label(&mut self, slot: u32, life: u32, alarm: usize) -> u16 {
        let alarms = &self.steps.lives.get(life).alarms;
        let name = &alarms[alarm].message.type_;
        let several = alarms.iter().filter(|other| other.message.type_ == *name).count() > 1;
        let text = self.ring_text(slot, life, alarm, several);
        self.labels.number(text)
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

/// What tells a message that a process sent from others of its name.
#[derive(PartialEq, Eq)]
pub(super) struct Named {
    /// Its name without a number, and to whom it goes.
    text: String,
    source: Name,
    data: Option<Document>,
    /// It is in flight again; or, of duplicates, not in flight yet.
    again: bool,
    /// The exchange that it answers, if it is not in flight yet; or its place among what is, where that matters.
    open: Option<(bool, u32)>,
    /// Where ids are read.
    id: Option<Name>,
    /// Where services answer, and that is read.
    sort: Option<(Kind, Option<Name>)>,
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
