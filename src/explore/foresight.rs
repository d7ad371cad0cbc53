//! What comes of an offer in a scene in which nobody has taken it yet: what it has changed in others.

use super::deltas::Delta;
use super::offers::Offered;
use super::rows::Rows;
use super::seen::Seen;
use rustc_hash::FxHashMap;

#[derive(Debug, Default)]
pub(super) struct Foresight {
    /// By what is asked and by class, what each choice of an offer changes. None where that turned out to be another matter
    /// in another scene.
    deltas: FxHashMap<(u32, u16), Option<Box<[Delta]>>>,
    /// By how an offer is written and by class, how each of its choices is.
    labels: FxHashMap<(u16, u16), Option<Box<[u16]>>>,
}

impl Foresight {
    /// What each choice of an offer changes, and how it is written, if anybody who answers in this way was seen to take it.
    pub fn get(&self, offered: Offered, class: u16) -> Option<(&[Delta], &[u16])> {
        let deltas = self.deltas.get(&(offered.asked, class))?.as_deref()?;
        Some((deltas, self.labels.get(&(offered.plain, class))?.as_deref()?))
    }

    /// What comes of an offer in a scene, if that is known. `casts`: those that come of it.
    pub fn foresee(
        &self,
        rows: &Rows,
        scene: u32,
        offered: Offered,
        (class, casts): (u16, &[u32]),
        seen: &mut Seen,
    ) -> Option<()> {
        let (deltas, labels) = self.get(offered, class)?;
        seen.begin(rows, scene, (offered.spot, class), deltas.len());
        for ((delta, &label), &cast) in deltas.iter().zip(labels).zip(casts) {
            seen.push((cast, label, offered.weight), |place| delta.apply(place));
        }
        Some(())
    }

    /// Notes what each choice of an offer has changed, if that can be said, and how each is written.
    pub fn learn(&mut self, offered: Offered, class: u16, deltas: Option<Box<[Delta]>>, labels: Box<[u16]>) {
        agree(self.deltas.entry((offered.asked, class)).or_insert_with(|| deltas.clone()), &deltas);
        agree(
            self.labels.entry((offered.plain, class)).or_insert_with(|| Some(labels.clone())),
            &Some(labels),
        );
    }
}

fn agree<T: PartialEq>(known: &mut Option<T>, now: &Option<T>) {
    if known != now {
        *known = None;
    }
}
