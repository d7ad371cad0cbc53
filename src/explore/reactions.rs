//! What instances make of what they are asked, whatever the scene.
//!
//! Of one that is asked it depends on its life alone what it does, and of a fault on whether it is the last of its kind
//! that may strike. Many lives do the same to the scene, and differ in what becomes of them: they are of one class. So what a
//! scene becomes is asked once for each class (`offers.rs`), and what becomes of a life once for each life, here.

use super::answers::{Answer, Answers};
use super::explorer::Explorer;
use super::offers::Few;
use super::pieces::Interned;
use super::place::CAST;
use super::rows::Rows;
use super::scenario::Faults;
use super::steps::UNBORN;
use super::taken::Asked;
use rustc_hash::FxHashMap;

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
    class: u16,
    changes: u32,
}

/// Whom it concerns, whatever becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Whom {
    /// The instance that is asked, if one is.
    pub slot: Option<u32>,
    /// What it takes off the budgets: one of a kind, or nothing.
    pub spends: Faults,
}

#[derive(Debug)]
pub(super) struct Reactions {
    asked: Few<Asked>,
    /// What was asked last with a message, by the message, and its number: nearly always that is asked again.
    lately: Vec<Option<(Asked, u32)>>,
    /// By what is asked, as far as anybody was.
    whom: Vec<Option<Whom>>,
    /// Per class what each choice does that the scene must know.
    classes: Interned<u32>,
    /// The first is none at all.
    changes: Few<Change>,
    lists: Interned<u32>,
    /// By what is asked, and of whom.
    known: FxHashMap<(u32, u32), Reaction>,
    /// The same by cast.
    of_casts: Vec<Answers>,
    /// How many bytes all of these take.
    answers: usize,
    casts: Vec<u32>,
}

/// All that is known of how one cast answers.
#[derive(Clone, Copy)]
pub(super) struct Cast<'a> {
    answers: Option<&'a Answers>,
    casts: &'a [u32],
}

impl<'a> Cast<'a> {
    /// The class, and the casts that come of it, by choice.
    #[inline]
    pub fn of(self, asked: u32) -> Option<(u16, &'a [u32])> {
        let Answer { class, begin, .. } = self.answers?.get(asked)?;
        Some((class, &self.casts[begin as usize..]))
    }
}

impl Whom {
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
            lately: Vec::new(),
            whom: Vec::new(),
            classes: Interned::default(),
            changes,
            lists: Interned::default(),
            known: FxHashMap::default(),
            of_casts: Vec::new(),
            answers: 0,
            casts: Vec::new(),
        }
    }

    pub fn bytes(&self) -> usize {
        let of_casts = self.of_casts.capacity() * size_of::<Answers>() + self.answers;
        let known = self.known.capacity() * 20 + of_casts + self.casts.capacity() * 4;
        known + self.classes.bytes() + self.lists.bytes()
    }

    /// The number of what is asked.
    pub fn asked(&mut self, asked: Asked) -> u32 {
        let sent = asked.sent().map(|mail| mail as usize);
        if let Some(&Some((known, number))) = sent.and_then(|mail| self.lately.get(mail))
            && known == asked
        {
            return number;
        }
        let number = self.asked.number(asked);
        if let Some(mail) = sent {
            self.lately.resize(self.lately.len().max(mail + 1), None);
            self.lately[mail] = Some((asked, number));
        }
        if number as usize == self.whom.len() {
            self.whom.push(None);
        }
        number
    }

    #[inline]
    pub fn cast(&self, cast: u32) -> Cast<'_> {
        Cast { answers: self.of_casts.get(cast as usize), casts: &self.casts }
    }

    /// The class of how a cast answers that may never have been asked; none where none with such a life has.
    pub fn of(&mut self, explorer: &mut Explorer, rows: &mut Rows, cast: u32, asked: u32) -> Option<u16> {
        if let Some((class, _)) = self.cast(cast).of(asked) {
            return Some(class);
        }
        let of = self.whom[asked as usize]?.of(rows.cast(cast));
        let Reaction { class, changes } = *self.known.get(&(asked, of))?;
        let begin = self.casts.len();
        for &change in self.lists.get(changes) {
            let there = match change {
                0 => cast,
                change => changed(explorer, rows, cast, self.changes.get(change)),
            };
            self.casts.push(there);
        }
        let cast = cast as usize;
        self.of_casts.resize_with(self.of_casts.len().max(cast + 1), Answers::default);
        let answers = &mut self.of_casts[cast];
        self.answers -= answers.bytes();
        answers.insert(asked, class, begin as u32);
        self.answers += answers.bytes();
        Some(class)
    }

    /// Notes how a cast has answered: `does` says of each choice what the scene must know, `changes` what has become of
    /// the cast. The class; none where it was answered otherwise before, or there are too many.
    pub fn learn(
        &mut self,
        row: &[u32],
        (asked, whom): (u32, Whom),
        does: &mut Vec<u32>,
        changes: &[Change],
    ) -> Option<u16> {
        does.push(u32::from(whom.is_last(row)));
        let of = whom.of(row);
        if *self.whom[asked as usize].get_or_insert(whom) != whom {
            return None;
        }
        if let Some(&Reaction { class, changes: list }) = self.known.get(&(asked, of)) {
            let known = self.lists.get(list).iter().map(|&change| self.changes.get(change));
            let same = self.classes.get(u32::from(class)) == *does && known.eq(changes.iter().copied());
            return same.then_some(class);
        }
        let list: Vec<u32> = changes.iter().map(|&change| self.changes.number(change)).collect();
        let (class, changes) = (u16::try_from(self.classes.number(does)).ok()?, self.lists.number(&list));
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
