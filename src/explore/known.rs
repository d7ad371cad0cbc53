//! What was learned of worlds, so that most are never looked at themselves.
//!
//! What may happen next depends on the scene alone, but for the alarms, which are the cast's. What comes of one choice depends
//! on the scene, on what the instance that takes it does to the scene, and of a fault on whether it is the last that may strike;
//! on nothing else. So a choice that was taken once in a scene is taken for every world with this scene in which the
//! instance does the same, and a world in which all was taken before is put together from what came of it. And what it has
//! changed in one scene it changes in others, so mostly it need not even be taken there (`foresight.rs`).

use super::choice::{Choice, What};
use super::explorer::Explorer;
use super::foresight::Foresight;
use super::learned::Learned;
use super::offers::{Came, Menu, Offered, Offers};
use super::place::Place;
use super::reactions::Reactions;
use super::rows::Rows;
use super::scenario::Alarms;
use super::seen::{Looked, Next, Seen};
use super::taken::Asked;
use super::worlds::World;
use std::ops::Range;

#[derive(Debug)]
pub(super) struct Known {
    alarms: Alarms,
    offers: Offers,
    reactions: Reactions,
    foresight: Foresight,
    /// By cast: the alarms that may ring, each by the number of what is asked.
    rings: Vec<Option<Box<[u32]>>>,
    /// Room that is kept from one world to the next.
    place: Place,
    there: Place,
    choices: Vec<Choice>,
    offered: Vec<Offered>,
    learned: Learned,
    alone: Seen,
    came: Vec<Came>,
}

/// Of so many worlds all is remembered.
const FEW: usize = 1 << 13;

impl Known {
    pub fn new(explorer: &Explorer) -> Known {
        Known {
            alarms: explorer.scenario.alarms,
            offers: Offers::default(),
            reactions: Reactions::new(),
            foresight: Foresight::default(),
            rings: Vec::new(),
            place: Place::default(),
            there: Place::default(),
            choices: Vec::new(),
            offered: Vec::new(),
            learned: Learned::default(),
            alone: Seen::default(),
            came: Vec::new(),
        }
    }

    pub fn bytes(&self) -> usize {
        self.offers.bytes() + self.reactions.bytes() + self.rings.capacity() * 24
    }

    /// Learns what a world offers, if that is worth it and can be remembered. `met`: how many worlds there are.
    pub fn prepare(&mut self, explorer: &mut Explorer, rows: &Rows, world: World, met: usize) {
        let rings = self.rings_in(rows, world.scene)
            && self.rings.get(world.cast as usize).is_none_or(|rings| rings.is_none());
        // Where hardly two worlds have a scene in common, remembering would take more than it gives.
        let pays = || met < FEW || 4 * rows.scenes() <= 3 * met;
        let new = self.offers.is_new(world.scene);
        if !(new && pays() || rings && self.offers.menu(world.scene).is_some()) {
            return;
        }
        let (mut place, mut choices) = (std::mem::take(&mut self.place), std::mem::take(&mut self.choices));
        rows.read(world, &mut place);
        explorer.offered(&place, &mut choices);
        let is_ring = |choice: &&Choice| matches!(choice.take.what, What::Ring(..));
        let before = choices.iter().filter(|choice| !is_ring(choice) && !choice.take.what.is_fault()).count();
        if new && may_remember(explorer, &place, before) {
            let mut offered = Vec::new();
            for choice in choices.iter().filter(|choice| !is_ring(choice)) {
                let asked = self.reactions.asked(Asked::of(explorer, &place, choice.take));
                offered.push((asked, choice.plain, weight_of(explorer, choice)));
            }
            self.offers.note(world.scene, before, &offered);
        } else if new {
            self.offers.forget(world.scene);
        }
        if rings {
            let asked = |choice: &Choice| self.reactions.asked(Asked::of(explorer, &place, choice.take));
            let rings = choices.iter().filter(is_ring).map(asked).collect();
            let cast = world.cast as usize;
            self.rings.resize(self.rings.len().max(cast + 1), None);
            self.rings[cast] = Some(rings);
        }
        (self.place, self.choices) = (place, choices);
    }

    /// What a world leads to, in canonical order, where nobody need be asked. Scenes that may be new have no number yet.
    pub fn look(&self, rows: &Rows, world: World, seen: &mut Seen) -> Option<Looked> {
        let (menu, rings) = self.menu(rows, world)?;
        let begin = seen.next.len();
        let cast = self.reactions.cast(world.cast);
        let mut whole = true;
        let mut take = |offered: Offered| {
            let before = seen.next.len();
            let Some((class, casts)) = cast.of(offered.asked) else {
                // All that is missing is noted, so that it can be said at once.
                seen.missing.push((world.cast, offered.asked));
                whole = false;
                return Some(());
            };
            if !whole {
                return Some(());
            }
            let turns = self.offers.turns(offered.turns, class).zip(casts);
            seen.next.extend(turns.map(|(turn, &cast)| {
                let world = World { scene: turn.scene, cast };
                Next { world, label: turn.label, weight: offered.weight }
            }));
            match seen.next.len() > before {
                true => Some(()),
                false => self.foresight.foresee(rows, world.scene, offered, (class, casts), seen),
            }
        };
        let (before, behind) = menu.offers();
        for number in before {
            take(self.offers.offer(number))?;
        }
        for &ring in rings {
            take(menu.ring(world.scene, ring))?;
        }
        for number in behind {
            take(self.offers.offer(number))?;
        }
        let ends = menu.before == 0 && rings.is_empty() && !rows.stops(world.scene);
        whole.then_some(Looked { ends, quiet: seen.next.len() == begin })
    }

    /// Learns how casts answer that were never asked, where others with such a life were.
    pub fn answer(&mut self, explorer: &mut Explorer, rows: &mut Rows, missing: &[(u32, u32)]) {
        for &(cast, asked) in missing {
            self.reactions.of(explorer, rows, cast, asked);
        }
    }

    /// What a world offers: its scene, and the alarms of its cast; where both are known.
    fn menu(&self, rows: &Rows, world: World) -> Option<(Menu, &[u32])> {
        let menu = self.offers.menu(world.scene)?;
        match self.rings_in(rows, world.scene) {
            true => Some((menu, self.rings.get(world.cast as usize)?.as_deref()?)),
            false => Some((menu, &[])),
        }
    }

    /// Whether the cast's alarms may ring in a scene that is remembered.
    fn rings_in(&self, rows: &Rows, scene: u32) -> bool {
        self.alarms == Alarms::Any && !rows.stops(scene)
    }

    /// Notes what was foreseen of a world, in the order of the worlds: what is new gets its number.
    pub fn settle(&mut self, rows: &mut Rows, seen: &mut Seen, foreseen: Range<usize>) {
        for number in foreseen {
            let foreseen = seen.foreseen[number];
            let next = seen.settle(rows, foreseen);
            self.came.clear();
            self.came.extend(next.iter().map(|next| (next.world.scene, next.label)));
            let same = self.offers.learn(foreseen.spot, foreseen.class, &self.came);
            debug_assert!(same, "what comes of an offer is foreseen from what is known");
        }
    }

    /// The same as [`Known::look`] of a world in which somebody must be asked. None where messages were taken for
    /// interchangeable that are not. `further`: whether it is asked what comes of the choices.
    pub fn learn(
        &mut self,
        explorer: &mut Explorer,
        rows: &mut Rows,
        world: World,
        further: bool,
        next: &mut Vec<Next>,
    ) -> Option<Looked> {
        // It may be that others before it were asked since it was looked at.
        if further && let Some(looked) = self.look_alone(explorer, rows, world, next) {
            return Some(looked);
        }
        let (mut place, mut choices) = (std::mem::take(&mut self.place), std::mem::take(&mut self.choices));
        rows.read(world, &mut place);
        explorer.ready(&place, &mut choices);
        let sound = !explorer.interchange.is_any() || explorer.confirm(&place, &choices);
        let mut looked = sound.then(|| Looked {
            ends: choices.iter().all(|choice| choice.take.what.is_fault()) && place.stops().is_none(),
            quiet: choices.is_empty(),
        });
        if sound && further {
            self.take_new(explorer, rows, world, (&place, &choices));
            match self.look_alone(explorer, rows, world, next) {
                Some(known) => looked = Some(known),
                None => self.take_all(explorer, rows, &place, &choices, next),
            }
        }
        (self.place, self.choices) = (place, choices);
        looked
    }

    /// Looks what a world leads to that was learned, and notes what is foreseen of it.
    fn look_alone(
        &mut self,
        explorer: &mut Explorer,
        rows: &mut Rows,
        world: World,
        next: &mut Vec<Next>,
    ) -> Option<Looked> {
        let mut alone = std::mem::take(&mut self.alone);
        alone.clear();
        let looked = self.look(rows, world, &mut alone);
        if looked.is_some() {
            let foreseen = 0..alone.foreseen.len();
            self.settle(rows, &mut alone, foreseen);
            debug_assert!(self.is_right(explorer, rows, world, &alone.next));
            next.extend_from_slice(&alone.next);
        }
        self.alone = alone;
        looked
    }

    /// All that a world offers, where that is known.
    fn offered_in(&mut self, rows: &Rows, world: World) -> bool {
        let mut offered = std::mem::take(&mut self.offered);
        offered.clear();
        let menu = self.menu(rows, world);
        if let Some((menu, rings)) = menu {
            let (before, behind) = menu.offers();
            offered.extend(before.map(|number| self.offers.offer(number)));
            offered.extend(rings.iter().map(|&ring| menu.ring(world.scene, ring)));
            offered.extend(behind.map(|number| self.offers.offer(number)));
        }
        let known = menu.is_some();
        self.offered = offered;
        known
    }

    /// Takes what was never taken by anybody who answers like this, if what the world offers can be remembered.
    fn take_new(
        &mut self,
        explorer: &mut Explorer,
        rows: &mut Rows,
        world: World,
        (place, choices): (&Place, &[Choice]),
    ) {
        if !self.offered_in(rows, world) {
            return;
        }
        let offered = std::mem::take(&mut self.offered);
        let mut whole = offered.len() == offers_of(choices).count();
        for (all, &offered) in offers_of(choices).zip(&offered) {
            if whole && !self.is_known(explorer, rows, world, offered) {
                self.take(explorer, rows, place, all);
                whole &= self.note(explorer, rows, world.cast, offered);
            }
        }
        if !whole {
            self.offers.forget(world.scene);
        }
        self.offered = offered;
    }

    /// Whether it is known what comes of an offer.
    fn is_known(&mut self, explorer: &mut Explorer, rows: &mut Rows, world: World, offered: Offered) -> bool {
        let Some(class) = self.reactions.of(explorer, rows, world.cast, offered.asked) else {
            return false;
        };
        self.offers.turns(offered.turns, class).next().is_some()
            || self.foresight.get(offered, class).is_some()
    }

    /// Takes the choices of one offer, to learn what comes of them.
    fn take(&mut self, explorer: &mut Explorer, rows: &mut Rows, from: &Place, choices: &[Choice]) {
        let mut learned = std::mem::take(&mut self.learned);
        learned.begin(explorer, choices);
        for choice in choices {
            let applied = explorer.apply(from, choice.take, &mut self.there);
            let scene = rows.part(&self.there).scene;
            learned.note(explorer, choice, (from, &self.there), applied, scene);
        }
        self.learned = learned;
    }

    /// Takes choices of which nothing can be remembered.
    fn take_all(
        &mut self,
        explorer: &mut Explorer,
        rows: &mut Rows,
        from: &Place,
        choices: &[Choice],
        next: &mut Vec<Next>,
    ) {
        for choice in choices {
            explorer.apply(from, choice.take, &mut self.there);
            let world = rows.part(&self.there);
            next.push(Next { world, label: choice.label, weight: weight_of(explorer, choice) });
        }
    }

    /// Notes what was learned when an offer was taken; false where that is not all, or something else came of it before.
    fn note(&mut self, explorer: &mut Explorer, rows: &mut Rows, cast: u32, offered: Offered) -> bool {
        let Learned { whom, came, does, changes, deltas, elsewhere, .. } = &mut self.learned;
        let class = self.reactions.learn(rows.cast(cast), (offered.asked, *whom), does, changes);
        let Some(class) = class.filter(|_| !*elsewhere) else { return false };
        let labels = came.iter().map(|&(_, label)| label).collect();
        self.foresight.learn(offered, class, deltas.take().map(Vec::into), labels);
        self.reactions.of(explorer, rows, cast, offered.asked);
        self.offers.learn(offered.spot, class, came)
    }

    /// Whether a world leads where it is said to, when all its choices are taken.
    pub fn is_right(
        &mut self,
        explorer: &mut Explorer,
        rows: &mut Rows,
        world: World,
        known: &[Next],
    ) -> bool {
        let (mut place, mut choices, mut next) = (Place::default(), Vec::new(), Vec::new());
        rows.read(world, &mut place);
        explorer.ready(&place, &mut choices);
        self.take_all(explorer, rows, &place, &choices, &mut next);
        next == known
    }
}

/// What a service with `entity` answers, and that a host may stop, are parts of one offer.
fn offers_of(choices: &[Choice]) -> impl Iterator<Item = &[Choice]> {
    choices.chunk_by(|a, b| (a.take.what, a.take.number) == (b.take.what, b.take.number))
}

/// For how many choices one stands.
fn weight_of(explorer: &mut Explorer, choice: &Choice) -> u16 {
    u16::try_from(choice.weight).unwrap_or_else(|_| {
        explorer.labels.full = true;
        u16::MAX
    })
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
