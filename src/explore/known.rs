//! What was learned of worlds, so that most are never looked at themselves.
//!
//! What may happen next depends on the scene alone, but for the alarms, which are the cast's. What comes of one choice depends
//! on the scene, on the instance that takes it, and of a fault on whether it is the last that may strike; on nothing else.
//! So a choice that was taken once in a scene is taken for every world with this scene and this instance, and a world in
//! which all was taken before is put together from what came of it.

use super::choice::{Applied, Choice, What};
use super::explorer::Explorer;
use super::offers::{Change, Few, Menu, Offers, Sort, Who};
use super::place::{CAST, Place};
use super::scenario::{Alarms, Faults};
use super::steps::UNBORN;
use super::worlds::{World, Worlds};
use rustc_hash::FxHashMap;

/// What one choice leads to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Next {
    pub world: World,
    /// Its number, where somebody has looked.
    pub number: Option<u32>,
    pub label: u16,
    /// For how many choices it stands.
    pub weight: u16,
}

impl Next {
    fn of(world: World, Sort { label, weight, .. }: Sort) -> Next {
        Next { world, number: None, label, weight }
    }
}

/// What there is to say of a world.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looked {
    /// An ordering may end there.
    pub ends: bool,
    /// Nothing can happen.
    pub quiet: bool,
}

#[derive(Debug)]
pub(super) struct Known {
    alarms: Alarms,
    offers: Offers,
    /// By cast: the alarms that may ring, by number.
    rings: Vec<Option<Box<[u32]>>>,
    /// Slot, life and place.
    ring_numbers: FxHashMap<(u32, u32, usize), u32>,
    /// The first is none at all.
    changes: Few<Change>,
    /// The cast that comes of a cast and a change.
    after: FxHashMap<(u32, u32), u32>,
    /// Room that is kept from one world to the next.
    place: Place,
    there: Place,
    choices: Vec<Choice>,
}

/// Of so many worlds all is remembered.
const FEW: usize = 1024;

impl Known {
    pub fn new(explorer: &Explorer) -> Known {
        let mut changes = Few::default();
        changes.number(Change { life: None, sent: 0, spends: Faults::NONE });
        Known {
            alarms: explorer.scenario.alarms,
            offers: Offers::default(),
            rings: Vec::new(),
            ring_numbers: FxHashMap::default(),
            changes,
            after: FxHashMap::default(),
            place: Place::default(),
            there: Place::default(),
            choices: Vec::new(),
        }
    }

    pub fn bytes(&self) -> usize {
        self.offers.bytes() + self.rings.capacity() * 24 + self.after.capacity() * 16
    }

    /// What a world leads to, in canonical order, where nothing in it is new.
    pub fn look(&self, worlds: &Worlds, world: World, next: &mut Vec<Next>) -> Option<Looked> {
        let menu = self.offers.menu(world.scene)?;
        let rings = match self.rings_in(worlds, world.scene) {
            true => self.rings.get(world.cast as usize)?.as_deref()?,
            false => &[],
        };
        let begin = next.len();
        let row = worlds.cast(world.cast);
        let mut take = |offer: (u32, u32)| {
            let before = next.len();
            for (scene, sort) in self.offers.turns(offer) {
                let cast = match sort.change {
                    0 => world.cast,
                    change => *self.after.get(&(world.cast, change))?,
                };
                next.push(Next::of(World { scene, cast }, sort));
            }
            (next.len() > before).then_some(())
        };
        let (before, behind) = menu.offers();
        for number in before {
            take(self.offers.offer(number, row))?;
        }
        for &ring in rings {
            take((menu.rings, ring))?;
        }
        for number in behind {
            take(self.offers.offer(number, row))?;
        }
        let ends = menu.before == 0 && rings.is_empty() && !worlds.stops(world.scene);
        Some(Looked { ends, quiet: next.len() == begin })
    }

    /// Whether the cast's alarms may ring in a scene that is remembered.
    fn rings_in(&self, worlds: &Worlds, scene: u32) -> bool {
        self.alarms == Alarms::Any && !worlds.stops(scene)
    }

    /// The same of a world in which something is new. None where messages were taken for interchangeable that are not.
    /// `further`: whether it is asked what comes of the choices.
    pub fn learn(
        &mut self,
        explorer: &mut Explorer,
        worlds: &mut Worlds,
        number: usize,
        further: bool,
        next: &mut Vec<Next>,
    ) -> Option<Looked> {
        let (mut place, mut choices) = (std::mem::take(&mut self.place), std::mem::take(&mut self.choices));
        worlds.read(number, &mut place);
        explorer.ready(&place, &mut choices);
        let sound = !explorer.interchange.is_any() || explorer.confirm(&place, &choices);
        let ends = choices.iter().all(|choice| choice.take.what.is_fault()) && place.stops().is_none();
        if sound && further {
            self.take_all(explorer, worlds, worlds.get(number), &place, &choices, next);
        }
        let quiet = choices.is_empty();
        (self.place, self.choices) = (place, choices);
        sound.then_some(Looked { ends, quiet })
    }

    /// Takes the choices of a world, as far as they were not taken before.
    fn take_all(
        &mut self,
        explorer: &mut Explorer,
        worlds: &mut Worlds,
        world: World,
        place: &Place,
        choices: &[Choice],
        next: &mut Vec<Next>,
    ) {
        // What a service with `entity` answers, and that a host may stop, are parts of one offer.
        let same = |a: &Choice, b: &Choice| (a.take.what, a.take.number) == (b.take.what, b.take.number);
        let offers = || choices.chunk_by(same).map(|all| (all[0].take.what, all));
        let is_ring = |what: What| matches!(what, What::Ring(..));
        let all = offers().filter(|&(what, _)| !is_ring(what)).count();
        let before = offers().filter(|&(what, _)| !is_ring(what) && !what.is_fault()).count();
        // Where hardly two worlds have a scene in common, remembering would take more than it gives.
        let pays = worlds.len() < FEW || 2 * worlds.scenes() <= worlds.len();
        let mut menu = match may_remember(explorer, place, before) {
            false => Menu::NEVER,
            true if pays || self.offers.menu(world.scene).is_some() => {
                self.offers.menu_of(world.scene, (before, all))
            }
            true => Menu::UNKNOWN,
        };
        let row = worlds.cast(world.cast).to_vec();
        let (mut rings, mut number) = (Vec::new(), menu.begin as usize);
        for (what, all) in offers() {
            if !menu.is_known() {
                self.take(explorer, worlds, place, all, next);
                continue;
            }
            let known = match what {
                What::Ring(slot, alarm) => {
                    let new = self.ring_numbers.len() as u32;
                    let ring = *self.ring_numbers.entry((slot, place.life(slot), alarm)).or_insert(new);
                    rings.push(ring);
                    (menu.rings, ring)
                }
                _ => {
                    number += 1;
                    self.offers.offer(number - 1, &row)
                }
            };
            if !self.take_known(explorer, worlds, world.cast, known, next) {
                let learned = self.take(explorer, worlds, place, all, next);
                let whole = match what {
                    What::Ring(..) => {
                        menu.rings = self.offers.chain(known.0, known.1, &learned.came);
                        true
                    }
                    _ => self.offers.learn(number - 1, learned.who, &row, &learned.came),
                };
                if !whole || learned.elsewhere {
                    menu = Menu::NEVER;
                }
            }
        }
        self.offers.set_menu(world.scene, menu);
        if menu.is_known() && self.rings_in(worlds, world.scene) {
            let cast = world.cast as usize;
            self.rings.resize(self.rings.len().max(cast + 1), None);
            self.rings[cast].get_or_insert_with(|| rings.into());
        }
    }

    /// Takes all choices of one offer.
    fn take(
        &mut self,
        explorer: &mut Explorer,
        worlds: &mut Worlds,
        from: &Place,
        choices: &[Choice],
        next: &mut Vec<Next>,
    ) -> Learned {
        let mut learned = Learned::default();
        for choice in choices {
            let mut there = std::mem::take(&mut self.there);
            let applied = explorer.apply(from, choice.take, &mut there);
            let to = worlds.part(&there);
            let weight = u16::try_from(choice.weight).unwrap_or_else(|_| {
                explorer.labels.full = true;
                u16::MAX
            });
            let change = self.change(explorer, (from, &there), applied, &mut learned);
            let sort = Sort { change, label: choice.label, weight };
            next.push(Next::of(to, sort));
            learned.came.push((to.scene, sort));
            self.there = there;
        }
        learned
    }

    /// What one choice has changed in the cast.
    fn change(
        &mut self,
        explorer: &mut Explorer,
        (from, to): (&Place, &Place),
        applied: Applied,
        learned: &mut Learned,
    ) -> u32 {
        let slots = from.lives.len().max(to.lives.len()) as u32;
        let mut changed = (0..slots).filter(|&slot| from.life(slot) != to.life(slot));
        let life = changed.next().map(|slot| (slot, to.life(slot)));
        let own = life.is_none_or(|(slot, _)| applied.slot == Some(slot)) && changed.next().is_none();
        let sent = explorer.steps.bags.sum(from.sent, applied.sent) == to.sent;
        let spends = from.left().taken(to.left());
        learned.elsewhere |= !own || !sent;
        learned.who = Who { slot: learned.who.slot.or(applied.slot), spends };
        self.changes.number(Change { life, sent: applied.sent, spends })
    }

    /// Takes what was taken before, if it was; the cast that comes of it may be new.
    fn take_known(
        &mut self,
        explorer: &mut Explorer,
        worlds: &mut Worlds,
        cast: u32,
        offer: (u32, u32),
        next: &mut Vec<Next>,
    ) -> bool {
        let before = next.len();
        for (scene, sort) in self.offers.turns(offer) {
            let there = match sort.change {
                0 => cast,
                change => *self.after.entry((cast, change)).or_insert_with(|| {
                    let change = self.changes.get(change);
                    changed(explorer, worlds, cast, change)
                }),
            };
            next.push(Next::of(World { scene, cast: there }, sort));
        }
        next.len() > before
    }
}

/// What was learned of one offer.
#[derive(Default)]
struct Learned {
    came: Vec<(u32, Sort)>,
    who: Who,
    /// Something has changed that is nobody's business.
    elsewhere: bool,
}

/// Whether what may happen depends on the scene alone, but for alarms. Where alarms ring last, it is the whole cast's
/// matter which does, and time passes for all; messages that are alike may be so by what waits for instances; and where a
/// step is cut short of which nothing was saved, the instance says how often that may be.
fn may_remember(explorer: &Explorer, place: &Place, before: usize) -> bool {
    !(explorer.compares
        || explorer.begins(place)
        || explorer.scenario.alarms == Alarms::Last && before == 0
        || explorer.forgets() && place.stops().is_some())
}

/// The cast that comes of a change.
fn changed(explorer: &mut Explorer, worlds: &mut Worlds, cast: u32, change: Change) -> u32 {
    let mut row = worlds.cast(cast).to_vec();
    row[0] = explorer.steps.bags.sum(row[0], change.sent);
    row[1] -= change.spends.code();
    if let Some((slot, life)) = change.life {
        let at = CAST + slot as usize;
        row.resize(row.len().max(at + 1), UNBORN);
        row[at] = life;
    }
    worlds.cast_of(&row)
}
