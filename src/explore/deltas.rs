//! What choices change in a scene, whatever else is in it.
//!
//! A message is taken out of what is in flight, others are put there: that is the same in every scene in which it is in
//! flight. So what a choice changes is worked out once for each class of lives (`reactions.rs`), and then done to one scene
//! after the other without anybody being asked.

use super::faults::{insert, put};
use super::listed::has;
use super::place::{Copied, Input, Item, Peril, Place};

/// One thing that is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Clock(u32),
    Flight(usize, bool),
    Came(usize, bool),
    Repeats(usize, bool),
    /// One more, or one less.
    Item(Item, bool),
    Open(Item, bool),
    Done(Item, bool),
    Copy(Copied, bool),
    Stops(Option<(Input, u16)>),
    /// The last of a kind of faults has struck.
    NoDuplicate,
    NoLoss,
    NoCrash,
}

/// What one choice changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delta(Box<[Change]>);

impl Delta {
    /// None where what changes may depend on what else is there.
    pub fn between(from: &Place, to: &Place) -> Option<Delta> {
        let mut changes = Vec::new();
        if from.watched != to.watched {
            return None;
        }
        if from.clock != to.clock {
            changes.push(Change::Clock(to.clock));
        }
        bits(&from.flight, &to.flight, |bit, set| changes.push(Change::Flight(bit, set)));
        items(&from.items, &to.items, |item, more| changes.push(Change::Item(item, more)));
        match (&from.owing, &to.owing) {
            // Mostly nothing has failed, and to compare nothing in bulk is slow where it lies nowhere.
            (Some(owing), Some(then))
                if owing.begun == then.begun && owing.failed.iter().eq(&then.failed) =>
            {
                items(&owing.open, &then.open, |item, more| changes.push(Change::Open(item, more)));
            }
            (None, None) => {}
            _ => return None,
        }
        match (&from.peril, &to.peril) {
            (Some(peril), Some(then)) => in_peril(peril, then, &mut changes)?,
            (None, None) => {}
            _ => return None,
        }
        Some(Delta(changes.into()))
    }

    /// Changes a scene.
    pub fn apply(&self, place: &mut Place) {
        let Place { clock, flight, items, owing, peril, .. } = place;
        for change in &self.0 {
            match *change {
                Change::Clock(now) => *clock = now,
                Change::Flight(bit, set) => put(flight, bit, set),
                Change::Item(item, more) => count(items, item, more),
                Change::Open(item, more) => count(&mut owing.as_mut().expect(THERE).open, item, more),
                in_peril => in_peril.apply(peril.as_mut().expect(THERE)),
            }
        }
    }
}

const THERE: &str = "where something changes, it is there";

impl Change {
    fn apply(self, peril: &mut Peril) {
        match self {
            Change::Came(bit, set) => put(&mut peril.came, bit, set),
            Change::Repeats(bit, set) => put(&mut peril.open, bit, set),
            Change::Done(item, more) => count(&mut peril.done, item, more),
            Change::Copy(copy, more) => count(&mut peril.copies, copy, more),
            Change::Stops(stops) => peril.stops = stops,
            Change::NoDuplicate => {
                peril.left.duplicates = 0;
                peril.forget();
            }
            Change::NoLoss => peril.left.losses = 0,
            Change::NoCrash => peril.left.crashes = 0,
            other => unreachable!("{other:?} is no matter of faults"),
        }
    }
}

fn in_peril(from: &Peril, to: &Peril, changes: &mut Vec<Change>) -> Option<()> {
    let (left, then) = (from.left, to.left);
    bits(&from.came, &to.came, |bit, set| changes.push(Change::Came(bit, set)));
    items(&from.copies, &to.copies, |copy, more| changes.push(Change::Copy(copy, more)));
    if from.stops != to.stops {
        changes.push(Change::Stops(to.stops));
    }
    let last = |left: u32, then: u32| left > 0 && then == 0;
    if last(left.losses, then.losses) {
        changes.push(Change::NoLoss);
    }
    if last(left.crashes, then.crashes) {
        changes.push(Change::NoCrash);
    }
    if last(left.duplicates, then.duplicates) {
        // Then all is forgotten that could be repeated.
        changes.push(Change::NoDuplicate);
        let forgotten = to.done.is_empty() && to.open.iter().all(|&word| word == 0);
        return forgotten.then_some(());
    }
    bits(&from.open, &to.open, |bit, set| changes.push(Change::Repeats(bit, set)));
    items(&from.done, &to.done, |item, more| changes.push(Change::Done(item, more)));
    Some(())
}

/// The members that only one of two sets has.
fn bits(from: &[u32], to: &[u32], mut changed: impl FnMut(usize, bool)) {
    for (index, (from, to)) in from.iter().zip(to).enumerate() {
        let mut differ = from ^ to;
        while differ != 0 {
            let bit = index * 32 + differ.trailing_zeros() as usize;
            differ &= differ - 1;
            changed(bit, has(&[*to], bit % 32));
        }
    }
}

/// What only one of two sorted lists has.
fn items<T: Copy + Ord>(mut from: &[T], mut to: &[T], mut changed: impl FnMut(T, bool)) {
    loop {
        match (from, to) {
            ([], []) => return,
            ([one, rest @ ..], [other, others @ ..]) if one == other => (from, to) = (rest, others),
            ([one, rest @ ..], [other, ..]) if one < other => {
                changed(*one, false);
                from = rest;
            }
            ([one, rest @ ..], []) => {
                changed(*one, false);
                from = rest;
            }
            (_, [other, others @ ..]) => {
                changed(*other, true);
                to = others;
            }
        }
    }
}

fn count<T: Copy + Ord>(sorted: &mut Vec<T>, one: T, more: bool) {
    match more {
        true => insert(sorted, one),
        false => {
            let at = sorted.partition_point(|other| *other < one);
            sorted.remove(at);
        }
    }
}
