//! What is remembered of scenes: what each offers, and what came of it.

use super::pieces::Shelves;
use super::place::CAST;
use super::scenario::Faults;
use super::steps::UNBORN;
use rustc_hash::FxHashMap;
use std::hash::Hash;

/// What a scene offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Menu {
    /// Where its offers begin.
    pub begin: u32,
    /// How many come before rings, in canonical order; and how many there are.
    pub before: u16,
    pub all: u16,
    /// What came of rings: where a chain begins.
    pub rings: u32,
}

/// A choice that a scene offers, whoever is there. There are many: what most have in common is a number.
#[derive(Debug, Clone, Copy)]
struct Offer {
    who: u32,
    /// What came of it: where a chain begins.
    turns: u32,
}

/// On what of a cast it depends what comes of a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Who {
    /// The instance that takes it, if one does.
    pub slot: Option<u32>,
    /// What it takes off the budgets: one of a kind, or nothing.
    pub spends: Faults,
}

/// What came of a choice, but for the scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Sort {
    /// The number of what changes in the cast.
    pub change: u32,
    pub label: u16,
    pub weight: u16,
}

/// What came of an offer, with one life: several where a service has alternatives, or a host may stop.
#[derive(Debug, Clone, Copy)]
struct Turn {
    /// The life, and whether it was the last of its kind; or the number of a ring.
    of: u32,
    scene: u32,
    sort: u32,
    /// The next of the chain.
    next: u32,
}

/// What a choice changes in a cast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Change {
    /// Whose life it is from now on.
    pub life: Option<(u32, u32)>,
    pub sent: u32,
    pub spends: Faults,
}

/// The end of a chain.
const NONE: u32 = u32::MAX;
/// Where the offers of a scene begin that nobody has looked at; and of one that cannot be remembered.
const UNKNOWN: u32 = u32::MAX;
const NEVER: u32 = u32::MAX - 1;

impl Menu {
    pub const UNKNOWN: Menu = Menu { begin: UNKNOWN, before: 0, all: 0, rings: NONE };
    pub const NEVER: Menu = Menu { begin: NEVER, ..Menu::UNKNOWN };

    pub fn is_known(self) -> bool {
        self.begin < NEVER
    }

    /// The numbers of its offers: those that come before rings, and those behind.
    pub fn offers(self) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let begin = self.begin as usize;
        let (before, all) = (begin + usize::from(self.before), begin + usize::from(self.all));
        (begin..before, before..all)
    }
}

impl Who {
    /// What it depends on, of a cast's row. What a scene says of a budget is whether anything is left of it.
    pub fn of(self, row: &[u32]) -> u32 {
        let life = self.slot.map_or(UNBORN, |slot| row.get(CAST + slot as usize).copied().unwrap_or(UNBORN));
        let Faults { duplicates, losses, crashes } = self.spends;
        let left = Faults::of_code(row[1]);
        let last = (duplicates, left.duplicates) == (1, 1)
            || (losses, left.losses) == (1, 1)
            || (crashes, left.crashes) == (1, 1);
        life << 1 | u32::from(last)
    }
}

/// By scene.
#[derive(Debug, Default)]
pub(super) struct Offers {
    menus: Vec<Menu>,
    offers: Shelves<Offer>,
    turns: Shelves<Turn>,
    whos: Few<Who>,
    sorts: Few<Sort>,
}

/// The few that many have in common, by number.
#[derive(Debug)]
pub(super) struct Few<T> {
    all: Vec<T>,
    numbers: FxHashMap<T, u32>,
}

impl<T> Default for Few<T> {
    fn default() -> Few<T> {
        Few { all: Vec::new(), numbers: FxHashMap::default() }
    }
}

impl<T: Copy + Eq + Hash> Few<T> {
    pub fn number(&mut self, one: T) -> u32 {
        let new = self.all.len() as u32;
        let number = *self.numbers.entry(one).or_insert(new);
        if number == new {
            self.all.push(one);
        }
        number
    }

    pub fn get(&self, number: u32) -> T {
        self.all[number as usize]
    }
}

impl Offers {
    pub fn bytes(&self) -> usize {
        self.menus.capacity() * size_of::<Menu>() + self.offers.bytes() + self.turns.bytes()
    }

    /// What a scene offers, where that is known.
    pub fn menu(&self, scene: u32) -> Option<Menu> {
        self.menus.get(scene as usize).copied().filter(|menu| menu.is_known())
    }

    /// What a scene offers that has so many offers, so many of them before rings. What was thought of one that has others
    /// is forgotten.
    pub fn menu_of(&mut self, scene: u32, (before, all): (usize, usize)) -> Menu {
        if self.menus.len() <= scene as usize {
            self.menus.resize(scene as usize + 1, Menu::UNKNOWN);
        }
        let menu = self.menus[scene as usize];
        if menu == Menu::UNKNOWN
            && let (Ok(before), Ok(all)) = (u16::try_from(before), u16::try_from(all))
        {
            let begin = self.offers.len() as u32;
            let who = self.whos.number(Who::default());
            (0..all).for_each(|_| self.offers.push(Offer { who, turns: NONE }));
            return Menu { begin, before, all, rings: NONE };
        }
        let fits = (usize::from(menu.before), usize::from(menu.all)) == (before, all);
        if fits { menu } else { Menu::NEVER }
    }

    pub fn set_menu(&mut self, scene: u32, menu: Menu) {
        if self.menus.len() <= scene as usize {
            self.menus.resize(scene as usize + 1, Menu::UNKNOWN);
        }
        self.menus[scene as usize] = menu;
    }

    /// Where the chain of an offer begins, and of what in it, with a cast's row.
    pub fn offer(&self, number: usize, row: &[u32]) -> (u32, u32) {
        let Offer { who, turns } = self.offers.get(number);
        (turns, self.whos.get(who).of(row))
    }

    /// Notes what came of an offer; false where it turns out to depend on something else than was thought.
    pub fn learn(&mut self, number: usize, who: Who, row: &[u32], came: &[(u32, Sort)]) -> bool {
        let Offer { who: thought, turns } = self.offers.get(number);
        let of = who.of(row);
        let who = self.whos.number(who);
        if turns != NONE && thought != who {
            return false;
        }
        let turns = self.chain(turns, of, came);
        self.offers.set(number, Offer { who, turns });
        true
    }

    /// Puts what came of a choice, scenes among it, before what is known; answers where the chain begins now.
    pub fn chain(&mut self, chain: u32, of: u32, came: &[(u32, Sort)]) -> u32 {
        let first = self.turns.len();
        for (number, &(scene, sort)) in (first as u32 + 1..).zip(came) {
            let sort = self.sorts.number(sort);
            self.turns.push(Turn { of, scene, sort, next: number });
        }
        let Some(last) = self.turns.len().checked_sub(1).filter(|&last| last >= first) else { return chain };
        self.turns.set(last, Turn { next: chain, ..self.turns.get(last) });
        first as u32
    }

    /// What came of a choice, in canonical order; nothing where nobody has taken it.
    pub fn turns(&self, (chain, of): (u32, u32)) -> impl Iterator<Item = (u32, Sort)> {
        let turn = |at: u32| (at != NONE).then(|| self.turns.get(at as usize));
        let all = std::iter::successors(turn(chain), move |last| turn(last.next));
        let these = all.skip_while(move |turn| turn.of != of).take_while(move |turn| turn.of == of);
        these.map(|turn| (turn.scene, self.sorts.get(turn.sort)))
    }
}
