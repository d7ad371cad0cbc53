//! What instances make of what they are asked, whatever the scene.
//!
//! Of one that is asked it depends on its life alone what it does, and of a fault on whether it is the last of its kind
//! that may strike. Many lives do the same to the scene, and differ in what becomes of them: they are of one class. So what a
//! scene becomes is asked once for each class (`offers.rs`), and what becomes of a life once for each life, here.

use super::explorer::Explorer;
use super::offers::Few;
use super::pieces::Interned;
use super::place::CAST;
use super::rows::Rows;
use super::scenario::Faults;
use super::steps::{Given, UNBORN};
use rustc_hash::FxHashMap;

/// What an offer asks: all on which it depends, but for the life, what becomes of the cast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Asked {
    /// The instance that is asked, if one is, and what it is given; of a service, whichever alternative it takes.
    pub slot: Option<u32>,
    pub given: Option<Given>,
    /// The number of the moment.
    pub clock: u32,
    /// The listed message, where it is asked of each which do the same.
    pub listed: Option<usize>,
    /// What is said whatever the instance makes of it.
    pub said: u32,
    /// What it takes off the budgets: one of a kind, or nothing.
    pub spends: Faults,
    /// The host may stop.
    pub stops: bool,
}

/// What a choice changes in a cast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Change {
    /// Whose life it is from now on.
    pub life: Option<(u32, u32)>,
    pub sent: u32,
    pub spends: Faults,
}

/// How one is answered: the number of the class, and of what changes in the cast by each choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reaction {
    class: u32,
    changes: u32,
}

#[derive(Debug)]
pub(super) struct Reactions {
    asked: Few<Asked>,
    /// Per class what each choice does that the scene must know.
    classes: Interned<u32>,
    /// The first is none at all.
    changes: Few<Change>,
    lists: Interned<u32>,
    /// By what is asked, and of whom.
    known: FxHashMap<(u32, u32), Reaction>,
    /// The same by cast, and what is asked: the class, and where the casts begin that come of it.
    of_casts: FxHashMap<(u32, u32), (u32, u32)>,
    casts: Vec<u32>,
}

impl Asked {
    /// Of whom it is asked, of a cast's row. What a scene says of a budget is whether anything is left of it.
    fn of(self, row: &[u32]) -> u32 {
        let life = self.slot.map_or(UNBORN, |slot| row.get(CAST + slot as usize).copied().unwrap_or(UNBORN));
        life << 1 | u32::from(self.is_last(row))
    }

    /// Whether it takes the last of a budget.
    fn is_last(self, row: &[u32]) -> bool {
        let Faults { duplicates, losses, crashes } = self.spends;
        let left = Faults::of_code(row[1]);
        (duplicates, left.duplicates) == (1, 1)
            || (losses, left.losses) == (1, 1)
            || (crashes, left.crashes) == (1, 1)
    }
}

impl Reactions {
    pub fn new() -> Reactions {
        let mut changes = Few::default();
        changes.number(Change { life: None, sent: 0, spends: Faults::NONE });
        Reactions {
            asked: Few::default(),
            classes: Interned::default(),
            changes,
            lists: Interned::default(),
            known: FxHashMap::default(),
            of_casts: FxHashMap::default(),
            casts: Vec::new(),
        }
    }

    pub fn bytes(&self) -> usize {
        let known = self.known.capacity() * 20 + self.of_casts.capacity() * 20 + self.casts.capacity() * 4;
        known + self.classes.bytes() + self.lists.bytes()
    }

    /// The number of what is asked. `thought`: the one that it most likely is.
    pub fn asked(&mut self, asked: Asked, thought: u32) -> u32 {
        match self.asked.find(thought) {
            Some(known) if known == asked => thought,
            _ => self.asked.number(asked),
        }
    }

    /// How a cast answers, and the casts that come of it, by choice.
    pub fn of_cast(&self, cast: u32, asked: u32) -> Option<(u32, &[u32])> {
        let &(class, begin) = self.of_casts.get(&(cast, asked))?;
        Some((class, &self.casts[begin as usize..]))
    }

    /// The same of a cast that may never have been asked; none where none with such a life has.
    pub fn of(
        &mut self,
        explorer: &mut Explorer,
        rows: &mut Rows,
        cast: u32,
        asked: u32,
    ) -> Option<(u32, &[u32])> {
        if let Some(&(class, begin)) = self.of_casts.get(&(cast, asked)) {
            return Some((class, &self.casts[begin as usize..]));
        }
        let of = self.asked.find(asked)?.of(rows.cast(cast));
        let Reaction { class, changes } = *self.known.get(&(asked, of))?;
        let begin = self.casts.len();
        for &change in self.lists.get(changes) {
            let there = match change {
                0 => cast,
                change => changed(explorer, rows, cast, self.changes.get(change)),
            };
            self.casts.push(there);
        }
        self.of_casts.insert((cast, asked), (class, begin as u32));
        Some((class, &self.casts[begin..]))
    }

    /// Notes how a cast has answered: `does` says of each choice what the scene must know, `changes` what has become of
    /// the cast. The class; none where it was answered otherwise before.
    pub fn learn(&mut self, row: &[u32], asked: u32, does: &mut Vec<u32>, changes: &[Change]) -> Option<u32> {
        let whole = self.asked.get(asked);
        does.push(u32::from(whole.is_last(row)));
        let of = whole.of(row);
        if let Some(&Reaction { class, changes: list }) = self.known.get(&(asked, of)) {
            let known = self.lists.get(list).iter().map(|&change| self.changes.get(change));
            let same = self.classes.get(class) == *does && known.eq(changes.iter().copied());
            return same.then_some(class);
        }
        let list: Vec<u32> = changes.iter().map(|&change| self.changes.number(change)).collect();
        let (class, changes) = (self.classes.number(does), self.lists.number(&list));
        self.known.insert((asked, of), Reaction { class, changes });
        Some(class)
    }
}

/// The cast that comes of a change.
fn changed(explorer: &mut Explorer, rows: &mut Rows, cast: u32, change: Change) -> u32 {
    let mut row = rows.cast(cast).to_vec();
    row[0] = explorer.steps.bags.sum(row[0], change.sent);
    row[1] -= change.spends.code();
    if let Some((slot, life)) = change.life {
        let at = CAST + slot as usize;
        row.resize(row.len().max(at + 1), UNBORN);
        row[at] = life;
    }
    rows.cast_of(&row)
}
