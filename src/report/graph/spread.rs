//! Where everything stands: one layout for all, or one for each region, side by side.
//!
//! Knows boxes, arrows and their sizes; nothing of how they are drawn.

use super::Picture;
use super::layout::{Curve, LOOP, Layout, Link, Point, Size, layout};

/// Around a cluster.
pub const ROOM: f64 = 12.0;

/// Boxes and arrows, also those from a box to itself.
pub fn place(sizes: &[Size], links: &[Link], across: bool) -> Layout {
    let mut placed = layout(sizes, links, across);
    for (index, link) in links.iter().enumerate().filter(|(_, link)| link.from == link.to) {
        let (at, size) = (placed.boxes[link.from], sizes[link.from]);
        let (curve, label) = ear(at, size, link.label.unwrap_or_default(), across);
        placed.curves[index] = vec![curve];
        placed.labels[index] = link.label.map(|_| label);
    }
    placed
}

/// Every cluster for itself, side by side; what belongs to none in a row below. No arrow leads from one to
/// another.
pub fn apart(picture: &Picture, sizes: &[Size], links: &[Link]) -> Layout {
    let mut whole = Layout {
        boxes: vec![Point::default(); sizes.len()],
        curves: vec![Vec::new(); links.len()],
        labels: vec![None; links.len()],
    };
    let (mut right, mut bottom) = (0.0, 0.0_f64);
    for cluster in (0..picture.clusters.len()).map(Some).chain([None]) {
        let members: Vec<usize> =
            (0..sizes.len()).filter(|&index| picture.nodes[index].cluster == cluster).collect();
        let Some(number) = members.first().map(|_| |node: usize| members.binary_search(&node).ok()) else {
            continue;
        };
        let inside: Vec<usize> =
            (0..links.len()).filter(|&link| number(links[link].from).is_some()).collect();
        let own = |&link: &usize| {
            let Link { from, to, .. } = links[link];
            Some(Link { from: number(from)?, to: number(to)?, ..links[link] })
        };
        let own: Vec<Link> = inside.iter().filter_map(own).collect();
        let its: Vec<Size> = members.iter().map(|&node| sizes[node]).collect();
        let placed = place(&its, &own, false);
        let around = around(&its, &own, &placed);
        if cluster.is_none() {
            right = 0.0;
        }
        let top = if cluster.is_none() { bottom + 3.0 * ROOM } else { 0.0 };
        let moved = |at: Point| Point { x: at.x - around.low.x + right, y: at.y - around.low.y + top };
        for (place, &node) in members.iter().enumerate() {
            whole.boxes[node] = moved(placed.boxes[place]);
        }
        for (place, &link) in inside.iter().enumerate() {
            whole.labels[link] = placed.labels[place].map(moved);
            whole.curves[link] = placed.curves[place].iter().map(|curve| curve.map(moved)).collect();
        }
        right += around.size().x + 4.0 * ROOM;
        bottom = bottom.max(around.size().y);
    }
    whole
}

/// All that is drawn.
fn around(sizes: &[Size], links: &[Link], placed: &Layout) -> Bounds {
    let mut around = Bounds::default();
    placed.boxes.iter().zip(sizes).for_each(|(at, size)| around.take(*at, *size));
    for (at, link) in placed.labels.iter().zip(links) {
        if let (Some(at), Some(size)) = (at, link.label) {
            around.take(*at, size);
        }
    }
    placed.curves.iter().flatten().flatten().for_each(|at| around.take(*at, Size::default()));
    around
}

/// A rectangle that grows.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub low: Point,
    pub high: Point,
}

impl Default for Bounds {
    fn default() -> Bounds {
        let far = f64::INFINITY;
        Bounds { low: Point { x: far, y: far }, high: Point { x: -far, y: -far } }
    }
}

impl Bounds {
    pub fn take(&mut self, at: Point, size: Size) {
        self.low.x = self.low.x.min(at.x - size.x / 2.0);
        self.low.y = self.low.y.min(at.y - size.y / 2.0);
        self.high.x = self.high.x.max(at.x + size.x / 2.0);
        self.high.y = self.high.y.max(at.y + size.y / 2.0);
    }

    pub fn size(&self) -> Size {
        Size { x: self.high.x - self.low.x, y: self.high.y - self.low.y }
    }

    pub fn middle(&self) -> Point {
        Point { x: (self.low.x + self.high.x) / 2.0, y: (self.low.y + self.high.y) / 2.0 }
    }

    pub fn meets(&self, other: &Bounds) -> bool {
        self.low.x < other.high.x
            && other.low.x < self.high.x
            && self.low.y < other.high.y
            && other.low.y < self.high.y
    }
}

/// From a box to itself: an ear on top where arrows go across, else on the right; and where its label goes.
fn ear(at: Point, size: Size, label: Size, across: bool) -> (Curve, Point) {
    const APART: f64 = 11.0;
    // A curve reaches three quarters of the way to what pulls it.
    let pull = LOOP * 4.0 / 3.0 - 4.0;
    if across {
        let side = at.y - size.y / 2.0;
        let point = |dx, y| Point { x: at.x + dx, y };
        let curve =
            [point(-APART, side), point(-APART, side - pull), point(APART, side - pull), point(APART, side)];
        (curve, Point { x: at.x, y: side - LOOP - label.y / 2.0 })
    } else {
        let side = at.x + size.x / 2.0;
        let point = |x, dy| Point { x, y: at.y + dy };
        let curve =
            [point(side, -APART), point(side + pull, -APART), point(side + pull, APART), point(side, APART)];
        (curve, Point { x: side + LOOP + label.x / 2.0, y: at.y })
    }
}
