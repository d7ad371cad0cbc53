//! What is learned when an offer is taken: what it has changed, and for whom it is the same.

use super::choice::{Applied, Choice, Take, What};
use super::deltas::Delta;
use super::explorer::Explorer;
use super::offers::Came;
use super::place::Place;
use super::reactions::{Change, Whom};
use super::steps::Given;

/// What was learned when an offer was taken.
#[derive(Debug, Default)]
pub(super) struct Learned {
    pub whom: Whom,
    pub came: Vec<Came>,
    /// What the scene must know of each choice; and what it changes in the cast.
    pub does: Vec<u32>,
    pub changes: Vec<Change>,
    /// What each changes in the scene, where that is the same in others.
    pub deltas: Option<Vec<Delta>>,
    /// Something has changed that is nobody's business.
    pub elsewhere: bool,
    /// What the instance is given.
    given: Option<Given>,
}

impl Learned {
    pub fn begin(&mut self, explorer: &Explorer, choices: &[Choice]) {
        self.elsewhere = false;
        self.came.clear();
        self.does.clear();
        self.changes.clear();
        // Where order is kept, it matters what else was sent; what cannot be answered is told once, and what is sent twice.
        let same =
            !explorer.order.fifo && !explorer.steps.watches && explorer.exchanges.unanswered.is_empty();
        self.deltas = same.then(Vec::new);
        // How an alarm is called may be the life's matter; and which rings, a scene knows where the host may stop.
        match choices {
            [Choice { take: Take { what: What::Ring(slot, alarm), .. }, label, .. }, ..] => {
                self.does.extend([slot + 1, *alarm as u32, u32::from(*label)]);
            }
            _ => self.does.push(0),
        }
    }

    /// What one choice has asked, what it has changed, and what of it the scene must know.
    pub fn note(
        &mut self,
        explorer: &mut Explorer,
        choice: &Choice,
        (from, to): (&Place, &Place),
        applied: Applied,
        scene: u32,
    ) {
        let Applied { step, sent, slot, given, .. } = applied;
        let spends = from.left().taken(to.left());
        let whom = Whom { slot, spends };
        let given = given.map(Given::whichever);
        if self.came.is_empty() {
            (self.whom, self.given) = (whom, given);
        }
        // Where nothing is saved and nothing is out yet, nobody was given anything.
        let same = slot.is_none() || (slot, given) == (self.whom.slot, self.given);
        let slots = from.lives.len().max(to.lives.len()) as u32;
        let mut changed = (0..slots).filter(|&slot| from.life(slot) != to.life(slot));
        let life = changed.next().map(|slot| (slot, to.life(slot)));
        let own = life.is_none_or(|(changed, _)| slot == Some(changed)) && changed.next().is_none();
        let told = explorer.steps.bags.sum(from.sent, sent) == to.sent;
        self.elsewhere |= !same || !own || !told || spends != self.whom.spends;
        self.changes.push(Change { life, sent, spends });
        let Take { served, stops, .. } = choice.take;
        let effect = step.map_or(0, |step| explorer.steps.step(step).effect + 1);
        self.does.extend([u32::from(served) << 1 | u32::from(stops), effect]);
        self.came.push((scene, choice.label));
        self.deltas = self.deltas.take().and_then(|mut deltas| {
            deltas.push(Delta::between(from, to)?);
            Some(deltas)
        });
    }
}
