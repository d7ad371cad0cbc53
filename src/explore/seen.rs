//! What worlds lead to, as far as one thread has seen it without changing anything that others look at.
//!
//! A scene that comes of a choice for the first time has no number yet. It is put aside as it is written, and gets one when
//! it is this world's turn.

use super::offers::Spot;
use super::place::Place;
use super::rows::Rows;
use super::worlds::World;
use std::hint::black_box;
use std::ops::Range;

/// What one choice leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Next {
    pub world: World,
    pub label: u16,
    /// For how many choices it stands.
    pub weight: u16,
}

/// What there is to say of a world.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looked {
    /// An ordering may end there.
    pub ends: bool,
    /// Nothing can happen.
    pub quiet: bool,
}

#[derive(Debug, Default)]
pub(super) struct Seen {
    pub next: Vec<Next>,
    /// Casts of which nobody knows how they answer, and what they are asked.
    pub missing: Vec<(u32, u32)>,
    /// What was worked out of offers that nobody had taken.
    pub foreseen: Vec<Foreseen>,
    scenes: Vec<Scene>,
    /// The scenes as they are written, one behind the other.
    written: Vec<u8>,
    /// The scene that was looked at last, and what has become of it.
    scene: Option<u32>,
    from: Place,
    to: Place,
}

/// What comes of the choices of one offer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Foreseen {
    pub spot: Spot,
    /// How it was answered.
    pub class: u16,
    /// Where its choices begin, and their scenes.
    pub next: usize,
    scenes: usize,
    pub many: usize,
}

/// A scene that may be new.
#[derive(Debug, Clone, Copy)]
struct Scene {
    end: usize,
    hash: u32,
    /// A host is about to stop.
    stops: bool,
    next: usize,
}

/// How far something had come.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mark {
    pub next: usize,
    pub foreseen: usize,
    scenes: usize,
    written: usize,
}

/// The number of a scene that has none yet.
const PENDING: u32 = u32::MAX;

impl Seen {
    pub fn clear(&mut self) {
        self.back_to(Mark::default());
        self.scene = None;
        self.missing.clear();
    }

    pub fn mark(&self) -> Mark {
        let (next, foreseen) = (self.next.len(), self.foreseen.len());
        Mark { next, foreseen, scenes: self.scenes.len(), written: self.written.len() }
    }

    pub fn back_to(&mut self, mark: Mark) {
        self.next.truncate(mark.next);
        self.foreseen.truncate(mark.foreseen);
        self.scenes.truncate(mark.scenes);
        self.written.truncate(mark.written);
    }

    /// So many choices of an offer follow.
    pub fn begin(&mut self, rows: &Rows, scene: u32, (spot, class): (Spot, u16), many: usize) {
        if self.scene != Some(scene) {
            rows.read_scene(scene, &mut self.from);
            self.scene = Some(scene);
        }
        let (next, scenes) = (self.next.len(), self.scenes.len());
        self.foreseen.push(Foreseen { spot, class, next, scenes, many });
    }

    /// What comes of one of them; `change` makes it of the scene.
    pub fn push(&mut self, (cast, label, weight): (u32, u16, u16), change: impl FnOnce(&mut Place)) {
        self.to.copy_from(&self.from);
        change(&mut self.to);
        let begin = self.written.len();
        Rows::write_scene(&self.to, &mut self.written);
        let hash = Rows::hash_of(&self.written[begin..]);
        let (end, stops) = (self.written.len(), self.to.stops().is_some());
        self.scenes.push(Scene { end, hash, stops, next: self.next.len() });
        self.next.push(Next { world: World { scene: PENDING, cast }, label, weight });
    }

    /// Looks for the scenes that are known already: first for all of the entries, then for what they stand for,
    /// since each has to be fetched from the memory.
    pub fn find(&mut self, rows: &Rows, from: Mark) {
        let scenes = &self.scenes[from.scenes..];
        black_box(scenes.iter().fold(0, |all, scene| all ^ rows.glance(scene.hash)));
        let mut begin = from.written;
        for scene in scenes {
            let written = &self.written[begin..scene.end];
            if let Some(known) = rows.guess(scene.hash, written) {
                self.next[scene.next].world.scene = known;
            }
            begin = scene.end;
        }
    }

    /// Gives numbers to the scenes of an offer that have none, and answers what comes of its choices.
    pub fn settle(&mut self, rows: &mut Rows, foreseen: Foreseen) -> &[Next] {
        let scenes = foreseen.scenes..foreseen.scenes + foreseen.many;
        for number in scenes {
            let Scene { next, stops, .. } = self.scenes[number];
            let written = self.written(number);
            let pending = self.next[next].world.scene == PENDING;
            if pending {
                let scene = rows.scene_of(&self.written[written], stops);
                self.next[next].world.scene = scene;
            }
        }
        &self.next[foreseen.next..][..foreseen.many]
    }

    fn written(&self, scene: usize) -> Range<usize> {
        let begin = scene.checked_sub(1).map_or(0, |before| self.scenes[before].end);
        begin..self.scenes[scene].end
    }
}
