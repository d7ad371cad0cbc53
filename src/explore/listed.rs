//! The messages that a scenario lists, each on its way to each of its subscribers: which must wait for
//! which, and which are alike.

use super::scenario::{Order, Scenario};
use crate::error::{Error, Result};
use crate::event::{Message, Name};
use crate::runtime::ProcessId;
use std::collections::{BTreeMap, BTreeSet};

/// One listed message on its way to one subscriber. Its number is its place in canonical order. Behind all that
/// are delivered come those to services without `entity`, which are asked: exchanges.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    /// Its place in [`Scenario::deliver`].
    pub message: usize,
    pub process: ProcessId,
    pub mail: u32,
    /// The number of what it says, whatever its id.
    pub says: u32,
    pub slot: u32,
}

/// When one of up to 32 deliveries has its turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    /// Those that must not be in flight any more.
    pub waits: u32,
    /// A choice of it stands for as many of these as are in flight.
    pub like: u32,
    /// Those of messages that are listed before.
    pub before: u32,
}

/// Sets of deliveries are words of bits.
#[derive(Debug)]
pub(super) struct Listed {
    pub deliveries: Vec<Delivery>,
    exchanges: Vec<Delivery>,
    /// Per exchange, the first of those that are alike in everything; and whether these are told apart.
    exchange_kin: Vec<usize>,
    merges: bool,
    /// How many words a set takes.
    pub words: usize,
    /// Per delivery, those that must not be in flight any more.
    waits_for: Vec<Vec<u32>>,
    /// Per delivery, all that say the same and wait for the same, itself among them.
    kin: Vec<Vec<u32>>,
    /// Of these, those that need not be told apart.
    copies: Vec<Vec<u32>>,
    /// Those that come in the order listed, copies or not: per delivery all of them, and those listed before.
    alike: Vec<Vec<u32>>,
    alike_before: Vec<Vec<u32>>,
    /// Per delivery, whether there is no other like it.
    lone: Vec<bool>,
    /// Whether it has no copy.
    single: Vec<bool>,
    /// Per delivery, the first of those that wait for the same and that the same wait for, to one instance.
    pub stand_alike: Vec<usize>,
    /// Per delivery, those of messages that are listed before.
    listed_before: Vec<Vec<u32>>,
    /// The messages that each message comes after, by way of others too.
    causes: Vec<Vec<usize>>,
    /// Per message the first that is alike for everybody who hears it, where not all of them are here.
    first_alike: Option<Vec<usize>>,
}

impl Listed {
    /// `merge`: deliveries that are alike in everything need not be told apart. An error where messages
    /// wait for each other.
    pub fn new(
        scenario: &Scenario,
        deliveries: Vec<Delivery>,
        exchanges: Vec<Delivery>,
        order: Order,
        merge: bool,
    ) -> Result<Listed> {
        let words = (deliveries.len() + exchanges.len()).div_ceil(32);
        let causes = closure(scenario);
        let must = |first: &Delivery, then: &Delivery| {
            let caused = order.causal && causes[then.message].contains(&first.message);
            let (a, b) = (&scenario.deliver[first.message], &scenario.deliver[then.message]);
            let sent_before = order.fifo && a.module.is_some() && a.module == b.module;
            first.process == then.process && (caused || (sent_before && first.message < then.message))
        };
        let count = deliveries.len();
        let set = |holds: &dyn Fn(usize) -> bool| {
            let mut set = vec![0u32; words];
            (0..count).filter(|&other| holds(other)).for_each(|other| set[other / 32] |= 1 << (other % 32));
            set
        };
        let waits_for: Vec<Vec<u32>> =
            deliveries.iter().map(|then| set(&|first| must(&deliveries[first], then))).collect();
        let waited_for: Vec<Vec<u32>> =
            deliveries.iter().map(|first| set(&|then| must(first, &deliveries[then]))).collect();
        no_circle(scenario, &deliveries, &waits_for, order)?;
        let told = if order.causal { scenario.deliver.len() } else { 0 };
        let kindred: Vec<(&Vec<usize>, Vec<usize>)> = (0..told)
            .map(|message| {
                let named = |other: &usize| scenario.deliver[*other].causes.contains(&message);
                let by = (0..scenario.deliver.len()).filter(named).collect();
                (&scenario.deliver[message].causes, by)
            })
            .collect();
        // The first of those that are alike.
        let mut first_of = BTreeMap::new();
        let class = |this: usize| {
            let delivery = &deliveries[this];
            let module = &scenario.deliver[delivery.message].module;
            // Where causes count, messages with others are not alike, whoever hears those.
            let causes = order.causal.then(|| &kindred[delivery.message]);
            let who = (delivery.process, delivery.says, delivery.slot, module, causes);
            *first_of.entry((who, &waits_for[this], &waited_for[this])).or_insert(this)
        };
        let class: Vec<usize> = (0..count).map(class).collect();
        let mut first_standing = BTreeMap::new();
        let stands = |this: usize| {
            let who = (deliveries[this].process, deliveries[this].slot);
            *first_standing.entry((who, &waits_for[this], &waited_for[this])).or_insert(this)
        };
        let stand_alike = (0..count).map(stands).collect();
        let mut first_exchange = BTreeMap::new();
        let exchange_kin = exchanges.iter().enumerate().map(|(this, exchange)| {
            let module = &scenario.deliver[exchange.message].module;
            let causes = order.causal.then(|| &kindred[exchange.message]);
            *first_exchange.entry((exchange.process, exchange.says, module, causes)).or_insert(this)
        });
        let exchange_kin = exchange_kin.collect();
        let same = |a: usize, b: usize| class[a] == class[b];
        let each = |holds: &dyn Fn(usize, usize) -> bool| -> Vec<Vec<u32>> {
            (0..count).map(|this| set(&|other| holds(this, other))).collect()
        };
        let merged = |this: usize, other: usize| this == other || merge && same(this, other);
        let lone = |this: usize| (0..count).all(|other| other == this || !merged(this, other));
        let copies = each(&|this, other| merged(this, other));
        let single: Vec<bool> = (0..count).map(lone).collect();
        Ok(Listed {
            lone: single.clone(),
            single,
            stand_alike,
            kin: each(&|this, other| same(this, other)),
            words,
            waits_for,
            alike_before: each(&|this, other| other < this && merged(this, other)),
            listed_before: each(&|this, other| deliveries[other].message < deliveries[this].message),
            alike: copies.clone(),
            copies,
            causes,
            first_alike: None,
            deliveries,
            exchanges,
            exchange_kin,
            merges: merge,
        })
    }

    /// Some of what is listed, as if it were all: what is not among them waits for nothing here. None where that cannot be.
    pub fn part(&self, scenario: &Scenario, bits: &[usize], order: Order) -> Option<Listed> {
        let (deliveries, exchanges) = bits.iter().copied().partition(|&bit| bit < self.deliveries.len());
        let all = |bits: Vec<usize>| bits.into_iter().map(|bit| self.on_its_way(bit).clone()).collect();
        let mut part = Listed::new(scenario, all(deliveries), all(exchanges), order, self.merges).ok()?;
        if !part.exchanges.is_empty() || scenario.faults.any() {
            let first = |message: usize| {
                (0..message).find(|&other| self.are_alike(other, message)).unwrap_or(message)
            };
            part.first_alike = Some((0..scenario.deliver.len()).map(first).collect());
        }
        Some(part)
    }

    /// Whether a delivery waits for another.
    pub fn waits(&self, bit: usize, other: usize) -> bool {
        self.waits_for.get(bit).is_some_and(|waits| has(waits, other))
    }

    /// Of those that do the same only the next in the order listed may come. Copies are no part of it.
    pub fn interchange(&mut self, groups: &[Vec<usize>]) {
        for group in groups {
            let mut before = vec![0u32; self.words];
            let mut all = before.clone();
            group.iter().for_each(|&bit| all[bit / 32] |= 1 << (bit % 32));
            for &bit in group {
                self.alike[bit].clone_from(&all);
                self.alike_before[bit].clone_from(&before);
                self.lone[bit] = group.len() == 1;
                before[bit / 32] |= 1 << (bit % 32);
            }
        }
    }

    /// How many are on their way, exchanges among them.
    pub fn len(&self) -> usize {
        self.deliveries.len() + self.exchanges.len()
    }

    /// A delivery, or an exchange.
    pub fn on_its_way(&self, bit: usize) -> &Delivery {
        self.deliveries.get(bit).unwrap_or_else(|| &self.exchanges[bit - self.deliveries.len()])
    }

    /// The messages to services without `entity`: number, service and message.
    pub fn exchanges(&self) -> impl Iterator<Item = (usize, ProcessId, u32)> {
        let exchanges = self.exchanges.iter().enumerate();
        exchanges.map(|(index, exchange)| (self.deliveries.len() + index, exchange.process, exchange.mail))
    }

    /// Those that need not be told apart from this one, itself among them.
    pub fn exchanges_like(&self, bit: usize) -> impl Iterator<Item = usize> {
        let first = self.deliveries.len();
        let same = move |other: &usize| {
            *other == bit
                || self.merges && self.exchange_kin[bit - first] == self.exchange_kin[*other - first]
        };
        (first..self.len()).filter(same)
    }

    /// The first of those that are alike in everything but id.
    pub fn exchange_kin(&self, bit: usize) -> usize {
        self.exchange_kin[bit - self.deliveries.len()]
    }

    /// Whether a message of a module is in flight to somebody.
    pub fn flies_from(&self, flight: &[u32], module: &str, process: ProcessId, of: &Scenario) -> bool {
        let from = |delivery: &Delivery| of.deliver[delivery.message].module.as_deref() == Some(module);
        let mut bits = self.deliveries.iter().enumerate();
        bits.any(|(bit, d)| d.process == process && from(d) && has(flight, bit))
    }

    /// All of them in flight.
    pub fn all(&self) -> Vec<u32> {
        let mut set = vec![0; self.words];
        (0..self.len()).for_each(|bit| set[bit / 32] |= 1 << (bit % 32));
        set
    }

    /// The deliveries that may be next, one for all that are alike, with how many those are.
    pub fn ready(&self, flight: &[u32], mut each: impl FnMut(usize, u32)) {
        for (index, &word) in flight.iter().enumerate() {
            let mut rest = word;
            while rest != 0 {
                let bit = index * 32 + rest.trailing_zeros() as usize;
                rest &= rest - 1;
                if bit >= self.deliveries.len() {
                    return;
                }
                if meets(&self.waits_for[bit], flight) {
                    continue;
                }
                if self.lone[bit] {
                    each(bit, 1);
                } else if !meets(&self.alike_before[bit], flight) {
                    each(bit, common(&self.alike[bit], flight));
                }
            }
        }
    }

    /// What [`Listed::ready`] and [`Listed::overtaken`] look at, of one delivery, where all sets are of one word.
    pub fn turn_of(&self, bit: usize, alike: bool) -> Turn {
        let lone = self.lone[bit];
        let before = if lone { 0 } else { self.alike_before[bit][0] };
        Turn {
            waits: self.waits_for[bit][0] | before,
            like: if lone || alike { 1 << bit } else { self.alike[bit][0] },
            before: self.listed_before[bit][0],
        }
    }

    /// How many that are listed before this one are still in flight.
    pub fn overtaken(&self, bit: usize, flight: &[u32]) -> u32 {
        common(&self.listed_before[bit], flight)
    }

    /// How many of a set are of messages that are listed behind this one.
    pub fn behind(&self, bit: usize, set: &[u32]) -> u32 {
        let first = self.deliveries.partition_point(|other| other.message <= self.deliveries[bit].message);
        (first..self.deliveries.len()).filter(|&other| has(set, other)).count() as u32
    }

    /// Of those that are alike and come in the order listed: which of them this is, and how many they are.
    pub fn turn(&self, bit: usize) -> (usize, u32) {
        (
            (0..bit).filter(|&other| has(&self.copies[bit], other)).count(),
            self.copies[bit].iter().map(|w| w.count_ones()).sum(),
        )
    }

    /// Whether there is another that is written alike and yet told apart.
    pub fn has_a_twin(&self, bit: usize) -> bool {
        self.kin[bit] != self.copies[bit]
    }

    /// Whether two deliveries are of messages that are alike in everything but their ids.
    pub fn are_kin(&self, one: usize, other: usize) -> bool {
        has(&self.kin[one], other)
    }

    /// Whether two messages are alike in everything but their ids, for everybody who hears them.
    pub fn are_alike(&self, one: usize, other: usize) -> bool {
        if let Some(first) = &self.first_alike {
            return first[one] == first[other];
        }
        // Deliveries stand in the order of their messages.
        let of = |message: usize| {
            let first = self.deliveries.partition_point(|delivery| delivery.message < message);
            let all = self.deliveries.iter().enumerate().skip(first);
            all.take_while(move |(_, delivery)| delivery.message == message).map(|(bit, _)| bit)
        };
        // Both are heard by the same, in the same order: they are of one type.
        let asked = |message: usize| {
            let all = self.exchanges.iter().zip(&self.exchange_kin);
            all.filter(move |(exchange, _)| exchange.message == message).map(|(_, kin)| kin)
        };
        of(one).zip(of(other)).all(|(one, other)| self.are_kin(one, other)) && asked(one).eq(asked(other))
    }

    /// Whether it has no copy.
    pub fn is_lone(&self, bit: usize) -> bool {
        self.single[bit]
    }

    /// The listed messages that a message comes after, by way of others too.
    pub fn causes(&self, message: usize) -> &[usize] {
        &self.causes[message]
    }

    /// Whether a message is in flight to a process.
    pub fn flies(&self, flight: &[u32], message: usize, process: ProcessId) -> bool {
        let mut bits = self.deliveries.iter().enumerate();
        bits.any(|(bit, d)| d.message == message && d.process == process && has(flight, bit))
    }
}

pub(super) fn has(set: &[u32], bit: usize) -> bool {
    set[bit / 32] & 1 << (bit % 32) != 0
}

fn meets(a: &[u32], b: &[u32]) -> bool {
    a.iter().zip(b).any(|(a, b)| a & b != 0)
}

fn common(a: &[u32], b: &[u32]) -> u32 {
    a.iter().zip(b).map(|(a, b)| (a & b).count_ones()).sum()
}

pub(super) fn id_of(message: &Message) -> (Name, Name) {
    (message.source.clone(), message.id.clone())
}

/// The ids under which several messages are listed.
pub(super) fn copied(scenario: &Scenario) -> BTreeSet<(Name, Name)> {
    let mut once = BTreeSet::new();
    let ids = scenario.deliver.iter().map(|stimulus| id_of(&stimulus.message));
    ids.filter(|id| !once.insert(id.clone())).collect()
}

/// Per message, its causes and theirs. The reader refused circles; in one, this ends all the same.
pub(super) fn closure(scenario: &Scenario) -> Vec<Vec<usize>> {
    let direct = |message: usize| scenario.deliver[message].causes.iter().copied();
    (0..scenario.deliver.len())
        .map(|message| {
            let mut known: Vec<usize> = Vec::new();
            let mut next: Vec<usize> = direct(message).collect();
            while let Some(cause) = next.pop() {
                if cause != message && !known.contains(&cause) {
                    known.push(cause);
                    next.extend(direct(cause));
                }
            }
            known
        })
        .collect()
}

/// Causes and the order within modules may say opposite things: then messages would wait for each other
/// for ever.
fn no_circle(
    scenario: &Scenario,
    deliveries: &[Delivery],
    waits_for: &[Vec<u32>],
    order: Order,
) -> Result<()> {
    let mut waiting: Vec<usize> = (0..deliveries.len()).collect();
    let mut left = vec![u32::MAX; deliveries.len().div_ceil(32)];
    loop {
        let before = waiting.len();
        waiting.retain(|&this| {
            let waits = meets(&waits_for[this], &left);
            left[this / 32] &= !(u32::from(!waits) << (this % 32));
            waits
        });
        if waiting.len() == before {
            break;
        }
    }
    let Some(&stuck) = waiting.first() else { return Ok(()) };
    let type_ = &scenario.deliver[deliveries[stuck].message].message.type_;
    Err(Error::input(format!("in {order} order `{type_}` would wait for itself, by way of others"))
        .at(scenario.name.clone())
        .hint("a message is listed before one of its module that caused it: list the cause first"))
}
