//! What was learned of worlds, so that most are never looked at themselves.
//!
//! What may happen next depends on the scene alone, but for the alarms, which are the cast's. What comes of one choice depends
//! on the scene, on what the instance that takes it does to the scene, and of a fault on whether it is the last that may strike;
//! on nothing else. So a choice that was taken once in a scene is taken for every world with this scene in which the
//! instance does the same, and a world in which all was taken before is put together from what came of it.

use super::choice::{Applied, Choice, Take, What};
use super::explorer::Explorer;
use super::offers::{Came, Menu, NONE, Offers, Turn};
use super::place::Place;
use super::reactions::{Asked, Change, Reactions};
use super::rows::Rows;
use super::scenario::{Alarms, Faults};
use super::steps::Given;
use super::worlds::World;

/// What one choice leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Next {
    pub world: World,
    pub label: u16,
    /// For how many choices it stands.
    pub weight: u16,
}

impl Next {
    fn of(Turn { scene, label, weight, .. }: Turn, cast: u32) -> Next {
        Next { world: World { scene, cast }, label, weight }
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
    reactions: Reactions,
    /// By cast: the alarms that may ring, each by the number of what is asked.
    rings: Vec<Option<Box<[u32]>>>,
    /// Room that is kept from one world to the next.
    place: Place,
    there: Place,
    choices: Vec<Choice>,
    learned: Learned,
}

/// Of so many worlds all is remembered.
const FEW: usize = 1024;

impl Known {
    pub fn new(explorer: &Explorer) -> Known {
        Known {
            alarms: explorer.scenario.alarms,
            offers: Offers::default(),
            reactions: Reactions::new(),
            rings: Vec::new(),
            place: Place::default(),
            there: Place::default(),
            choices: Vec::new(),
            learned: Learned::default(),
        }
    }

    pub fn bytes(&self) -> usize {
        self.offers.bytes() + self.reactions.bytes() + self.rings.capacity() * 24
    }

    /// What a world leads to, in canonical order, where nothing in it is new.
    pub fn look(&self, rows: &Rows, world: World, next: &mut Vec<Next>) -> Option<Looked> {
        let menu = self.offers.menu(world.scene)?;
        let rings = match self.rings_in(rows, world.scene) {
            true => self.rings.get(world.cast as usize)?.as_deref()?,
            false => &[],
        };
        let begin = next.len();
        let mut take = |(asked, chain): (u32, u32)| {
            let before = next.len();
            let (class, casts) = self.reactions.of_cast(world.cast, asked)?;
            let came = self.offers.turns(chain, class).zip(casts);
            next.extend(came.map(|(turn, &cast)| Next::of(turn, cast)));
            (next.len() > before).then_some(())
        };
        let (before, behind) = menu.offers();
        for number in before {
            take(self.offers.offer(number))?;
        }
        for &ring in rings {
            take((ring, menu.rings))?;
        }
        for number in behind {
            take(self.offers.offer(number))?;
        }
        let ends = menu.before == 0 && rings.is_empty() && !rows.stops(world.scene);
        Some(Looked { ends, quiet: next.len() == begin })
    }

    /// Whether the cast's alarms may ring in a scene that is remembered.
    fn rings_in(&self, rows: &Rows, scene: u32) -> bool {
        self.alarms == Alarms::Any && !rows.stops(scene)
    }

    /// The same of a world in which something is new. None where messages were taken for interchangeable that are not.
    /// `met`: how many worlds there are. `further`: whether it is asked what comes of the choices.
    pub fn learn(
        &mut self,
        explorer: &mut Explorer,
        rows: &mut Rows,
        (world, met): (World, usize),
        further: bool,
        next: &mut Vec<Next>,
    ) -> Option<Looked> {
        let (mut place, mut choices) = (std::mem::take(&mut self.place), std::mem::take(&mut self.choices));
        rows.read(world, &mut place);
        explorer.ready(&place, &mut choices);
        let sound = !explorer.interchange.is_any() || explorer.confirm(&place, &choices);
        let ends = choices.iter().all(|choice| choice.take.what.is_fault()) && place.stops().is_none();
        if sound && further {
            self.take_all(explorer, rows, (world, met), (&place, &choices), next);
        }
        let quiet = choices.is_empty();
        (self.place, self.choices) = (place, choices);
        sound.then_some(Looked { ends, quiet })
    }

    /// Takes the choices of a world, as far as they were not taken before.
    fn take_all(
        &mut self,
        explorer: &mut Explorer,
        rows: &mut Rows,
        (world, met): (World, usize),
        (place, choices): (&Place, &[Choice]),
        next: &mut Vec<Next>,
    ) {
        // What a service with `entity` answers, and that a host may stop, are parts of one offer.
        let same = |a: &Choice, b: &Choice| (a.take.what, a.take.number) == (b.take.what, b.take.number);
        let offers = || choices.chunk_by(same).map(|all| (all[0].take.what, all));
        let is_ring = |what: What| matches!(what, What::Ring(..));
        let all = offers().filter(|&(what, _)| !is_ring(what)).count();
        let before = offers().filter(|&(what, _)| !is_ring(what) && !what.is_fault()).count();
        // Where hardly two worlds have a scene in common, remembering would take more than it gives.
        let pays = met < FEW || 2 * rows.scenes() <= met;
        let mut menu = match may_remember(explorer, place, before) {
            false => Menu::NEVER,
            true if pays || self.offers.menu(world.scene).is_some() => {
                self.offers.menu_of(world.scene, (before, all))
            }
            true => Menu::UNKNOWN,
        };
        let row = rows.cast(world.cast).to_vec();
        let (mut rings, mut number) = (Vec::new(), menu.begin as usize);
        for (what, all) in offers() {
            if !menu.is_known() {
                self.take(explorer, rows, place, all, next);
                continue;
            }
            let (asked, chain) = match what {
                What::Ring(slot, alarm) => {
                    let ring = self.reactions.asked(
                        Asked {
                            slot: Some(slot),
                            given: Some(Given::Ring(alarm as u16)),
                            clock: place.clock,
                            stops: all.iter().any(|choice| choice.take.stops),
                            ..Asked::default()
                        },
                        NONE,
                    );
                    rings.push(ring);
                    (ring, menu.rings)
                }
                _ => {
                    number += 1;
                    self.offers.offer(number - 1)
                }
            };
            let begin = next.len();
            if self.take_known(explorer, rows, world.cast, (asked, chain), next) {
                debug_assert!(self.is_right(explorer, rows, place, all, &next[begin..]));
                continue;
            }
            self.take(explorer, rows, place, all, next);
            let Learned { asked: now, came, does, changes, elsewhere } = &mut self.learned;
            let now = self.reactions.asked(*now, asked);
            let class = self.reactions.learn(&row, now, does, changes);
            let whole = match (what, class) {
                (What::Ring(..), Some(class)) => match self.offers.chain(chain, class, came) {
                    Some(rings) => {
                        menu.rings = rings;
                        now == asked
                    }
                    None => false,
                },
                (_, Some(class)) => self.offers.learn(number - 1, now, class, came),
                (_, None) => false,
            };
            if !whole || *elsewhere {
                menu = Menu::NEVER;
            } else {
                self.reactions.of(explorer, rows, world.cast, now);
            }
        }
        self.offers.set_menu(world.scene, menu);
        if menu.is_known() && self.rings_in(rows, world.scene) {
            let cast = world.cast as usize;
            self.rings.resize(self.rings.len().max(cast + 1), None);
            self.rings[cast].get_or_insert_with(|| rings.into());
        }
    }

    /// Takes all choices of one offer.
    fn take(
        &mut self,
        explorer: &mut Explorer,
        rows: &mut Rows,
        from: &Place,
        choices: &[Choice],
        next: &mut Vec<Next>,
    ) {
        let mut learned = std::mem::take(&mut self.learned);
        learned.begin(from, choices);
        for choice in choices {
            let applied = explorer.apply(from, choice.take, &mut self.there);
            let to = rows.part(&self.there);
            let weight = u16::try_from(choice.weight).unwrap_or_else(|_| {
                explorer.labels.full = true;
                u16::MAX
            });
            let change = learned.change(explorer, (from, &self.there), applied);
            learned.changes.push(change);
            learned.note(explorer, choice, applied, change.spends);
            next.push(Next { world: to, label: choice.label, weight });
            learned.came.push((to.scene, choice.label, weight));
        }
        self.learned = learned;
    }

    /// Takes what was taken before, if it was; the cast that comes of it may be new.
    fn take_known(
        &mut self,
        explorer: &mut Explorer,
        rows: &mut Rows,
        cast: u32,
        (asked, chain): (u32, u32),
        next: &mut Vec<Next>,
    ) -> bool {
        let Some((class, casts)) = self.reactions.of(explorer, rows, cast, asked) else { return false };
        let before = next.len();
        let came = self.offers.turns(chain, class).zip(casts);
        next.extend(came.map(|(turn, &cast)| Next::of(turn, cast)));
        next.len() > before
    }

    /// Whether what is known of an offer is what comes of it, when it is taken once more.
    fn is_right(
        &mut self,
        explorer: &mut Explorer,
        rows: &mut Rows,
        place: &Place,
        choices: &[Choice],
        known: &[Next],
    ) -> bool {
        let mut next = Vec::new();
        self.take(explorer, rows, place, choices, &mut next);
        next == known
    }
}

/// What was learned of one offer.
#[derive(Debug, Default)]
struct Learned {
    asked: Asked,
    came: Vec<Came>,
    /// What the scene must know of each choice; and what it changes in the cast.
    does: Vec<u32>,
    changes: Vec<Change>,
    /// Something has changed that is nobody's business.
    elsewhere: bool,
}

impl Learned {
    fn begin(&mut self, from: &Place, choices: &[Choice]) {
        self.elsewhere = false;
        self.asked = Asked::default();
        self.came.clear();
        self.does.clear();
        self.changes.clear();
        // How an alarm is called may be the life's matter; and which rings, a scene knows where the host may stop.
        match choices {
            [Choice { take: Take { what: What::Ring(slot, alarm), .. }, label, .. }, ..] => {
                self.does.extend([slot + 1, *alarm as u32, u32::from(*label)]);
            }
            _ => self.does.push(0),
        }
        self.asked.clock = from.clock;
        self.asked.stops = choices.iter().any(|choice| choice.take.stops);
    }

    /// What one choice has changed in the cast.
    fn change(&mut self, explorer: &mut Explorer, (from, to): (&Place, &Place), applied: Applied) -> Change {
        let slots = from.lives.len().max(to.lives.len()) as u32;
        let mut changed = (0..slots).filter(|&slot| from.life(slot) != to.life(slot));
        let life = changed.next().map(|slot| (slot, to.life(slot)));
        let own = life.is_none_or(|(slot, _)| applied.slot == Some(slot)) && changed.next().is_none();
        let sent = explorer.steps.bags.sum(from.sent, applied.sent) == to.sent;
        self.elsewhere |= !own || !sent;
        Change { life, sent: applied.sent, spends: from.left().taken(to.left()) }
    }

    /// What one choice has asked, and what it does that the scene must know.
    fn note(&mut self, explorer: &Explorer, choice: &Choice, applied: Applied, spends: Faults) {
        let Take { what, served, stops, .. } = choice.take;
        let effect = applied.step.map_or(0, |step| explorer.steps.step(step).effect + 1);
        self.does.extend([u32::from(served) << 1 | u32::from(stops), effect]);
        let Applied { slot, given, said, .. } = applied;
        let given = given.map(Given::whichever);
        if self.came.is_empty() {
            let listed = match what {
                // Each of those that do the same was confirmed with the lives of which it was asked.
                What::Listed(bit) if explorer.interchange.is_any() => Some(bit),
                _ => None,
            };
            self.asked = Asked { slot, given, listed, said, spends, ..self.asked };
        }
        // Where nothing is saved and nothing is out yet, nobody was given anything.
        let same = slot.is_none() || (slot, given) == (self.asked.slot, self.asked.given);
        self.elsewhere |= !same || (said, spends) != (self.asked.said, self.asked.spends);
    }
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
