//! What is remembered of scenes: what each offers, and what came of it.

use super::pieces::Shelves;
use rustc_hash::FxHashMap;
use std::hash::Hash;
use std::ops::Range;

/// What a scene offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Menu {
    /// Where its offers begin.
    begin: u32,
    /// How many come before rings, in canonical order; and how many there are.
    pub before: u16,
    all: u16,
    /// What came of rings: where a chain begins.
    pub rings: u32,
}

/// A choice that somebody is offered, several where a service has alternatives, or a host may stop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offered {
    /// Where it is kept what came of it.
    pub spot: Spot,
    /// The number of what is asked.
    pub asked: u32,
    /// How it is written, whichever alternative is taken; of a ring, that is the life's matter.
    pub plain: u16,
    /// For how many choices it stands.
    pub weight: u16,
    /// What came of it: where a chain begins.
    pub turns: u32,
}

/// Where it is kept what came of an offer: by its number; of the alarms that ring in a scene, all in one.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spot {
    Offer(usize),
    Rings(u32),
}

/// The same, as it is kept: where [`WEIGHED`], it stands for more than one choice.
#[derive(Debug, Clone, Copy)]
struct Offer {
    turns: u32,
    asked: u16,
    plain: u16,
}

const WEIGHED: u16 = 1 << 15;

/// What came of a choice, of those who answer in one way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    pub scene: u32,
    /// The next of the chain.
    next: u32,
    /// How they answer.
    class: u16,
    pub label: u16,
}

/// A scene, and the label of the choice that leads there.
pub(super) type Came = (u32, u16);

/// The end of a chain.
const NONE: u32 = u32::MAX;
/// Stands where it is a life's matter how a choice is written.
const RING: u16 = u16::MAX;
/// Where the offers of a scene begin that nobody has looked at; and of one that cannot be remembered.
const UNKNOWN: u32 = u32::MAX;
const NEVER: u32 = u32::MAX - 1;

impl Menu {
    const UNKNOWN: Menu = Menu { begin: UNKNOWN, before: 0, all: 0, rings: NONE };
    const NEVER: Menu = Menu { begin: NEVER, ..Menu::UNKNOWN };

    fn is_known(self) -> bool {
        self.begin < NEVER
    }

    /// The numbers of its offers: those that come before rings, and those behind.
    pub fn offers(self) -> (Range<usize>, Range<usize>) {
        let begin = self.begin as usize;
        let (before, all) = (begin + usize::from(self.before), begin + usize::from(self.all));
        (begin..before, before..all)
    }

    /// What rings in its scene.
    pub fn ring(self, scene: u32, asked: u32) -> Offered {
        Offered { spot: Spot::Rings(scene), asked, plain: RING, weight: 1, turns: self.rings }
    }
}

/// By scene.
#[derive(Debug, Default)]
pub(super) struct Offers {
    menus: Shelves<Menu>,
    offers: Shelves<Offer>,
    /// For how many choices those stand that stand for several, by number.
    weights: FxHashMap<u32, u16>,
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
}

impl Offers {
    pub fn bytes(&self) -> usize {
        self.menus.bytes() + self.offers.bytes() + self.turns.bytes() + self.weights.capacity() * 8
    }

    /// What a scene offers, where that is known.
    pub fn menu(&self, scene: u32) -> Option<Menu> {
        self.kept(scene).filter(|menu| menu.is_known())
    }

    /// Whether nobody has asked yet what a scene offers.
    pub fn is_new(&self, scene: u32) -> bool {
        self.kept(scene).is_none_or(|menu| menu == Menu::UNKNOWN)
    }

    fn kept(&self, scene: u32) -> Option<Menu> {
        ((scene as usize) < self.menus.len()).then(|| self.menus.get(scene as usize))
    }

    /// Notes what a scene offers: so much of it before rings; of each what is asked, how it is written, and for how many it
    /// stands.
    pub fn note(&mut self, scene: u32, before: usize, offered: &[(u32, u16, u16)]) {
        let begin = self.offers.len() as u32;
        let few = |number: usize| u16::try_from(number).ok();
        let all_few = offered.iter().all(|&(asked, ..)| asked < u32::from(WEIGHED));
        let menu = match (few(before), few(offered.len())) {
            (Some(before), Some(all)) if all_few => {
                for &(asked, plain, weight) in offered {
                    let mut asked = asked as u16;
                    if weight != 1 {
                        asked |= WEIGHED;
                        self.weights.insert(self.offers.len() as u32, weight);
                    }
                    self.offers.push(Offer { turns: NONE, asked, plain });
                }
                Menu { begin, before, all, rings: NONE }
            }
            _ => Menu::NEVER,
        };
        self.set(scene, menu);
    }

    /// What a scene offers cannot be remembered.
    pub fn forget(&mut self, scene: u32) {
        self.set(scene, Menu::NEVER);
    }

    fn set(&mut self, scene: u32, menu: Menu) {
        while self.menus.len() <= scene as usize {
            self.menus.push(Menu::UNKNOWN);
        }
        self.menus[scene as usize] = menu;
    }

    /// An offer, by number.
    #[inline]
    pub fn offer(&self, number: usize) -> Offered {
        let Offer { turns, asked, plain } = self.offers.get(number);
        let weight = if asked & WEIGHED == 0 { 1 } else { self.weights[&(number as u32)] };
        Offered { spot: Spot::Offer(number), asked: u32::from(asked & !WEIGHED), plain, weight, turns }
    }

    /// Notes what came of an offer. False where something else came of it for others of this class.
    pub fn learn(&mut self, spot: Spot, class: u16, came: &[Came]) -> bool {
        let chain = match spot {
            Spot::Offer(number) => &mut self.offers[number].turns,
            Spot::Rings(scene) => &mut self.menus[scene as usize].rings,
        };
        let mut known = turns(&self.turns, *chain, class).peekable();
        if known.peek().is_some() {
            return known.map(|turn| (turn.scene, turn.label)).eq(came.iter().copied());
        }
        drop(known);
        let first = self.turns.len() as u32;
        for (number, &(scene, label)) in (1..).zip(came) {
            let next = if number == came.len() { *chain } else { first + number as u32 };
            self.turns.push(Turn { class, scene, next, label });
        }
        if !came.is_empty() {
            *chain = first;
        }
        true
    }

    /// What came of a choice, in canonical order; nothing where nobody who answers in this way has taken it.
    #[inline]
    pub fn turns(&self, chain: u32, class: u16) -> impl Iterator<Item = Turn> {
        turns(&self.turns, chain, class)
    }
}

#[inline]
fn turns(turns: &Shelves<Turn>, chain: u32, class: u16) -> impl Iterator<Item = Turn> {
    let get = |at: u32| (at != NONE).then(|| turns.get(at as usize));
    let mut at = chain;
    while let Some(other) = get(at).filter(|turn| turn.class != class) {
        at = other.next;
    }
    // Those of a class lie one behind the other, and behind them what was learned before: that is not fetched.
    std::iter::from_fn(move || {
        let turn = get(at)?;
        at = if turn.next == at + 1 { turn.next } else { NONE };
        Some(turn)
    })
}
