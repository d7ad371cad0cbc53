//! Scenes and casts, each kept once, by number.

use super::pieces::Interned;
use super::place::{Layout, Place};
use super::worlds::World;

/// The rows of all worlds that were met, and of those that are about to be.
#[derive(Debug, Default)]
pub(super) struct Rows {
    layout: Layout,
    /// Each a row of numbers, packed: nearly all are small.
    scenes: Interned<u8>,
    casts: Interned<u32>,
    /// Per scene, whether a host is about to stop in it.
    stops: Vec<bool>,
    row: Vec<u32>,
    packed: Vec<u8>,
}

impl Rows {
    pub fn new(layout: Layout) -> Rows {
        Rows { layout, ..Rows::default() }
    }

    /// How many scenes there are.
    pub fn scenes(&self) -> usize {
        self.scenes.len()
    }

    /// What was sent, what is left of the budgets, and from [`CAST`](super::place::CAST) on the lives.
    pub fn cast(&self, cast: u32) -> &[u32] {
        self.casts.get(cast)
    }

    /// Takes a world apart.
    pub fn part(&mut self, place: &Place) -> World {
        let mut packed = std::mem::take(&mut self.packed);
        packed.clear();
        Rows::write_scene(place, &mut packed);
        let scene = self.scene_of(&packed, place.stops().is_some());
        self.packed = packed;
        self.row.clear();
        place.write_cast(&mut self.row);
        World { scene, cast: self.casts.number(&self.row) }
    }

    /// A scene as it is written.
    pub fn write_scene(place: &Place, written: &mut Vec<u8>) {
        written.reserve(64);
        place.write_scene(&mut |number| pack(number, written));
    }

    /// The scene that is written so. `stops`: whether a host is about to stop.
    pub fn scene_of(&mut self, written: &[u8], stops: bool) -> u32 {
        let scene = self.scenes.number(written);
        if scene as usize == self.stops.len() {
            self.stops.push(stops);
        }
        scene
    }

    pub fn hash_of(written: &[u8]) -> u32 {
        Interned::hash_of(written)
    }

    /// Where a scene may be in the table, for [`Rows::guess`].
    pub fn glance(&self, hash: u32) -> u32 {
        self.scenes.glance(hash)
    }

    /// The number of a scene, if it is easily found.
    pub fn guess(&self, hash: u32, written: &[u8]) -> Option<u32> {
        self.scenes.guess(hash, written)
    }

    pub fn cast_of(&mut self, row: &[u32]) -> u32 {
        self.casts.number(row)
    }

    pub fn read(&self, World { scene, cast }: World, place: &mut Place) {
        self.read_scene(scene, place);
        place.read_cast(self.casts.get(cast));
    }

    /// Only what is the scene's; of budgets that is whether anything is left.
    pub fn read_scene(&self, scene: u32, place: &mut Place) {
        place.read_scene(&mut unpacked(self.scenes.get(scene)), self.layout);
    }

    /// Of a scene only the listed messages that are in flight; with faults, also those that came.
    pub fn flight(&self, scene: u32) -> (Vec<u32>, Option<Vec<u32>>) {
        Place::flight_of(&mut unpacked(self.scenes.get(scene)), self.layout)
    }

    /// Whether a host is about to stop.
    pub fn stops(&self, scene: u32) -> bool {
        self.stops[scene as usize]
    }

    /// Whether there is no number left.
    pub fn is_full(&self) -> bool {
        self.scenes.is_full() || self.casts.is_full()
    }

    pub fn bytes(&self) -> usize {
        self.scenes.bytes() + self.casts.bytes() + self.stops.capacity()
    }

    /// No more will come.
    pub fn close(&mut self) {
        self.scenes.close();
        self.casts.close();
    }
}

/// Seven bits of a number to a byte, the lowest first; the highest bit says that more follow (LEB128).
#[inline]
fn pack(number: u32, packed: &mut Vec<u8>) {
    let mut rest = number;
    while rest >= 0x80 {
        packed.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    packed.push(rest as u8);
}

/// The numbers of a row.
fn unpacked(packed: &[u8]) -> impl Iterator<Item = u32> {
    let mut bytes = packed.iter();
    std::iter::from_fn(move || {
        let first = *bytes.next()?;
        if first < 0x80 {
            return Some(u32::from(first));
        }
        let (mut number, mut shift) = (u32::from(first & 0x7f), 7);
        for &byte in bytes.by_ref() {
            number |= u32::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                break;
            }
        }
        Some(number)
    })
}
