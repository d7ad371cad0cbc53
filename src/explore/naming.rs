//! How choices are written: in an ordering that is shown, or given back.

use super::explorer::Explorer;
use super::listed::Delivery;
use crate::event::Message;
use crate::runtime::ProcessId;
use rustc_hash::FxHashMap;

/// How choices are written, by number: first the listed deliveries, each under its own, then whatever
/// else was met.
#[derive(Debug, Default)]
pub(super) struct Labels {
    pub texts: Vec<String>,
    numbers: FxHashMap<String, u16>,
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
        // Names of messages and alarms: a scenario that is read in a lifetime has fewer.
        let number = u16::try_from(self.texts.len()).unwrap_or(u16::MAX);
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        number
    }
}

/// Naming choices, as an ordering is written and read.
impl Explorer<'_> {
    /// `Name`, with its conversation where there are several, its number where several of a name are
    /// listed that are not alike, and its subscriber where there are several.
    pub fn listed_text(&self, bit: usize) -> String {
        let Delivery { message, process, .. } = self.listed.deliveries[bit];
        let this = &self.scenario.deliver[message].message;
        let mut text = this.type_.to_string();
        self.add_conversation(&mut text, this);
        let namesake = |other: &Message| {
            other.type_ == this.type_
                && (!self.several_conversations() || other.conversation() == this.conversation())
        };
        let listed = &self.scenario.deliver;
        let mut same = (0..listed.len()).filter(|&index| namesake(&listed[index].message));
        if same.clone().any(|other| !self.listed.are_alike(other, message)) {
            // Those that are alike share the number of the first.
            let number = same.position(|other| self.listed.are_alike(other, message)).unwrap_or(0) + 1;
            text.push_str(&format!("#{number}"));
        }
        self.add_hearer(&mut text, &this.type_, process);
        text
    }

    pub fn sent_label(&mut self, to: ProcessId, mail: u32) -> u16 {
        let message = self.steps.mails.get(mail).message.clone();
        let mut text = message.type_.to_string();
        self.add_conversation(&mut text, &message);
        self.add_hearer(&mut text, &message.type_, to);
        self.labels.number(text)
    }

    pub fn ring_label(&mut self, slot: u32, life: u32, alarm: usize) -> u16 {
        let life = self.steps.lives.get(life);
        let name = life.alarms[alarm].message.type_.clone();
        let (process, id) = self.steps.slots[slot as usize].clone();
        let mut text = name.to_string();
        if self.several_conversations() {
            text.push_str(&format!("#{id}"));
        }
        text.push('!');
        if self.definitions.iter().filter(|definition| definition.alarms.contains(&name)).count() > 1 {
            text.push_str(&format!(">{}", self.definitions[process].name));
        }
        self.labels.number(text)
    }

    fn add_conversation(&self, text: &mut String, message: &Message) {
        if let Some(id) = message.conversation().filter(|_| self.several_conversations()) {
            text.push_str(&format!("#{id}"));
        }
    }

    fn add_hearer(&self, text: &mut String, type_: &str, process: ProcessId) {
        if self.steps.world().house().subscribers(type_).len() > 1 {
            text.push_str(&format!(">{}", self.definitions[process].name));
        }
    }

    /// Whether the messages of the scenario belong to more than one conversation.
    pub fn several_conversations(&self) -> bool {
        let mut all = self.scenario.first.iter().chain(&self.scenario.deliver);
        let first = all.next().and_then(|stimulus| stimulus.message.conversation());
        all.any(|stimulus| stimulus.message.conversation() != first)
    }
}
