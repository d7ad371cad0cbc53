//! What is remembered of scenes: what each offers, and what came of it.

use super::pieces::Shelves;
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

/// A choice that a scene offers, whoever is there.
#[derive(Debug, Clone, Copy)]
struct Offer {
    /// The number of what is asked.
    asked: u32,
    /// What came of it: where a chain begins.
    turns: u32,
}

/// What came of an offer, of those who answer in one way: several where a service has alternatives, or a host may stop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    /// How they answer.
    class: u32,
    pub scene: u32,
    /// The next of the chain.
    next: u32,
    pub label: u16,
    pub weight: u16,
}

/// A scene, and the label and the weight of the choice that leads there.
pub(super) type Came = (u32, u16, u16);

/// The end of a chain; and what is asked, where nobody knows.
pub(super) const NONE: u32 = u32::MAX;
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

/// By scene.
#[derive(Debug, Default)]
pub(super) struct Offers {
    menus: Vec<Menu>,
    offers: Shelves<Offer>,
    turns: Shelves<Turn>,
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

    pub fn find(&self, number: u32) -> Option<T> {
        self.all.get(number as usize).copied()
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
            (0..all).for_each(|_| self.offers.push(Offer { asked: NONE, turns: NONE }));
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

    /// What an offer asks, by number, and where its chain begins.
    pub fn offer(&self, number: usize) -> (u32, u32) {
        let Offer { asked, turns } = self.offers.get(number);
        (asked, turns)
    }

    /// Notes what came of an offer; false where it turns out to ask something else than was thought, or something else came
    /// of it for others of this class.
    pub fn learn(&mut self, number: usize, asked: u32, class: u32, came: &[Came]) -> bool {
        let Offer { asked: thought, turns } = self.offers.get(number);
        if turns != NONE && thought != asked {
            return false;
        }
        let turns = self.chain(turns, class, came);
        turns.inspect(|&turns| self.offers[number] = Offer { asked, turns }).is_some()
    }

    /// Puts what came of a choice before what is known; answers where the chain begins now. None where something else came
    /// of it for others of this class.
    pub fn chain(&mut self, chain: u32, class: u32, came: &[Came]) -> Option<u32> {
        let mut known = self.turns(chain, class).peekable();
        if known.peek().is_some() {
            let known = known.map(|Turn { scene, label, weight, .. }| (scene, label, weight));
            return known.eq(came.iter().copied()).then_some(chain);
        }
        drop(known);
        let first = self.turns.len() as u32;
        for (number, &(scene, label, weight)) in (1..).zip(came) {
            let next = if number == came.len() { chain } else { first + number as u32 };
            self.turns.push(Turn { class, scene, next, label, weight });
        }
        Some(if came.is_empty() { chain } else { first })
    }

    /// What came of a choice, in canonical order; nothing where nobody who answers in this way has taken it.
    pub fn turns(&self, chain: u32, class: u32) -> impl Iterator<Item = Turn> {
        let turn = |at: u32| (at != NONE).then(|| self.turns.get(at as usize));
        let all = std::iter::successors(turn(chain), move |last| turn(last.next));
        all.skip_while(move |turn| turn.class != class).take_while(move |turn| turn.class == class)
    }
}
