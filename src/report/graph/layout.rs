//! Where boxes, labels and lines go, where there is no Graphviz to ask.
//!
//! layout-rs says which row each box stands in and in what order; with that, places are found here, as
//! its own drawing has too wide boxes and no tooltips, and its placing runs into assertions where
//! labels stand close. Must not know what is drawn.

use layout::adt::dag::NodeHandle;
use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::Point as Place;
use layout::core::style::{LineStyleKind, StyleAttr};
use layout::std_shapes::shapes::{Arrow, Element, LineEndKind, ShapeKind};
use layout::topo::layout::VisualGraph;

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    /// Not by `hypot`: for that alone, every command would load the library of mathematics.
    pub fn far_from(self, other: Point) -> f64 {
        let (x, y) = (self.x - other.x, self.y - other.y);
        (x * x + y * y).sqrt()
    }
}

/// Width and height.
pub type Size = Point;

/// A piece of a curve: from, two points that pull, to.
pub type Curve = [Point; 4];

pub struct Link {
    pub from: usize,
    pub to: usize,
    /// Of its label.
    pub label: Option<Size>,
    /// The box that it comes from is filled: the line may begin inside, for the shape may leave the
    /// corners free.
    pub from_inside: bool,
}

#[derive(Debug, Default)]
pub struct Layout {
    /// The middle of each box.
    pub boxes: Vec<Point>,
    /// For each link its curve, from its beginning to its end.
    pub curves: Vec<Vec<Curve>>,
    /// The middle of each link's label.
    pub labels: Vec<Option<Point>>,
}

/// How far out a line goes that comes back to its box.
pub const LOOP: f64 = 26.0;

/// The size of a letter, square. It must be layout-rs's own, which it falls back to where it moves a
/// label along its line.
const LETTER: usize = 15;

/// Between neighbours in a row: two boxes, or where one is a label or a line.
const BESIDE: (f64, f64) = (26.0, 16.0);
/// Between rows: two of boxes, or where one has only labels and lines.
const BELOW: (f64, f64) = (38.0, 20.0);
/// How far inside its box a line begins.
const INSIDE: f64 = 14.0;
const SWEEPS: usize = 60;

/// Places boxes of these sizes. `across` lets arrows point to the right, not down.
pub fn layout(sizes: &[Size], links: &[Link], across: bool) -> Layout {
    if sizes.is_empty() {
        return Layout::default();
    }
    // One direction is enough: the other is its mirror.
    let turned = |point: Point| if across { Point { x: point.y, y: point.x } } else { point };
    let sizes: Vec<Size> = sizes.iter().map(|size| turned(*size)).collect();
    let labels: Vec<Option<Size>> = links.iter().map(|link| link.label.map(turned)).collect();
    let mut rows = Rows::of(&sizes, links, &labels);
    for sweep in 0..SWEEPS {
        rows.straighten(sweep);
    }
    rows.gather();
    let mut layout = rows.draw(links, &labels, sizes.len());
    for point in layout.boxes.iter_mut().chain(layout.labels.iter_mut().flatten()) {
        *point = turned(*point);
    }
    for point in layout.curves.iter_mut().flatten().flatten() {
        *point = turned(*point);
    }
    layout
}

/// A box, a label, or a place where a line goes through a row.
struct Spot {
    size: Size,
    /// Room that is kept free on each side.
    beside: f64,
    at: Point,
    /// Of the link whose label it is.
    label: Option<usize>,
    is_box: bool,
    above: Vec<usize>,
    below: Vec<usize>,
}

struct Rows {
    spots: Vec<Spot>,
    /// From left to right.
    rows: Vec<Vec<usize>>,
    /// Top and bottom.
    bands: Vec<(f64, f64)>,
    row_of: Vec<usize>,
}

impl Rows {
    fn of(sizes: &[Size], links: &[Link], labels: &[Option<Size>]) -> Rows {
        let graph = ranked(sizes, links, labels);
        let handles: Vec<NodeHandle> = graph.iter_nodes().collect();
        let index = |handle: &NodeHandle| handle.get_index();
        let mut spots: Vec<Spot> = handles
            .iter()
            .enumerate()
            .map(|(at, handle)| {
                let label: Option<usize> = match &graph.element(*handle).shape {
                    ShapeKind::Connector(Some(text)) => text.split(' ').next().and_then(|n| n.parse().ok()),
                    _ => None,
                };
                let is_box = at < sizes.len();
                let size = match label {
                    _ if is_box => sizes[at],
                    Some(link) => labels[link].unwrap_or_default(),
                    None => Size { x: 2.0, y: 2.0 },
                };
                let above = graph.preds(*handle).iter().map(index).collect();
                let below = graph.succ(*handle).iter().map(index).collect();
                Spot { size, beside: 0.0, at: Point::default(), label, is_box, above, below }
            })
            .collect();
        for (link, label) in links.iter().zip(labels).filter(|(link, _)| link.from == link.to) {
            spots[link.from].beside = LOOP + label.unwrap_or_default().x;
        }
        let mut rows = Rows { row_of: vec![0; spots.len()], spots, rows: Vec::new(), bands: Vec::new() };
        let levels =
            (0..graph.dag.num_levels()).map(|level| graph.dag.row(level).iter().map(index).collect());
        rows.rows = levels.collect();
        rows.stack();
        rows
    }

    /// Rows below each other, and in each the spots side by side.
    fn stack(&mut self) {
        let mut top = 0.0;
        let mut before = false;
        for (number, row) in self.rows.iter().enumerate() {
            let boxes = row.iter().any(|spot| self.spots[*spot].is_box);
            let high = row.iter().map(|spot| self.spots[*spot].size.y).fold(0.0, f64::max);
            if number > 0 {
                top += if boxes && before { BELOW.0 } else { BELOW.1 };
            }
            let mut left = 0.0;
            for &spot in row {
                let spot_size = self.spots[spot].size;
                self.spots[spot].at = Point { x: left + spot_size.x / 2.0, y: top + high / 2.0 };
                left += spot_size.x + BESIDE.0;
                self.row_of[spot] = number;
            }
            self.bands.push((top, top + high));
            top += high;
            before = boxes;
        }
    }

    /// Moves each spot towards what it is connected with, row by row, down and up in turn.
    fn straighten(&mut self, sweep: usize) {
        let last = sweep >= SWEEPS / 3;
        for step in 0..self.rows.len() {
            let number = if sweep.is_multiple_of(2) { step } else { self.rows.len() - 1 - step };
            let row = &self.rows[number];
            let wanted: Vec<(f64, f64)> = row
                .iter()
                .map(|&spot| {
                    let it = &self.spots[spot];
                    let (first, second) =
                        if sweep.is_multiple_of(2) { (&it.above, &it.below) } else { (&it.below, &it.above) };
                    let near: Vec<usize> = match (first.is_empty(), last) {
                        (true, _) => second.clone(),
                        (false, true) => first.iter().chain(second).copied().collect(),
                        (false, false) => first.clone(),
                    };
                    // A long line is to be straight before anything else is.
                    let weight = if it.is_box { 1.0 } else { 3.0 };
                    if near.is_empty() {
                        return (it.at.x, 0.01);
                    }
                    let (mut sum, mut all) = (0.0, 0.0);
                    for near in near.iter().map(|near| &self.spots[*near]) {
                        let (upper, lower) = if near.at.y < it.at.y { (near, it) } else { (it, near) };
                        let only = upper.below.len() == 1 && lower.above.len() == 1;
                        let pull = match it.is_box || near.is_box {
                            true if only => 8.0,
                            true => 1.0,
                            false => 12.0,
                        };
                        sum += near.at.x * pull;
                        all += pull;
                    }
                    (sum / all, weight)
                })
                .collect();
            let mut offsets = vec![0.0; row.len()];
            for place in 1..row.len() {
                let (left, right) = (&self.spots[row[place - 1]], &self.spots[row[place]]);
                let apart = if left.is_box && right.is_box { BESIDE.0 } else { BESIDE.1 };
                let beside = left.beside + right.beside;
                offsets[place] = offsets[place - 1] + (left.size.x + right.size.x) / 2.0 + apart + beside;
            }
            for (place, x) in settled(&wanted, &offsets).into_iter().enumerate() {
                let spot = self.rows[number][place];
                self.spots[spot].at.x = x;
            }
        }
    }

    /// What is connected with nothing stands beside its neighbour, not where that once was.
    fn gather(&mut self) {
        for row in &self.rows {
            let apart = |a: &Spot, b: &Spot| (a.size.x + b.size.x) / 2.0 + a.beside + b.beside + BESIDE.0;
            for place in 1..row.len() {
                let (left, right) = (&self.spots[row[place - 1]], &self.spots[row[place]]);
                if right.above.is_empty() && right.below.is_empty() {
                    self.spots[row[place]].at.x = left.at.x + apart(left, right);
                }
            }
            for place in (1..row.len()).rev() {
                let (left, right) = (&self.spots[row[place - 1]], &self.spots[row[place]]);
                let lone = |spot: &Spot| spot.above.is_empty() && spot.below.is_empty();
                if lone(left) && row[..place].iter().all(|spot| lone(&self.spots[*spot])) {
                    self.spots[row[place - 1]].at.x = right.at.x - apart(left, right);
                }
            }
        }
    }

    fn draw(&self, links: &[Link], labels: &[Option<Size>], boxes: usize) -> Layout {
        let mut layout = Layout {
            boxes: self.spots[..boxes].iter().map(|spot| spot.at).collect(),
            curves: vec![Vec::new(); links.len()],
            labels: vec![None; links.len()],
        };
        for (chain, nth) in self.chains(boxes) {
            let (first, last) = (chain[0], chain[chain.len() - 1]);
            let named = chain.iter().find_map(|spot| self.spots[*spot].label);
            let found = named.or_else(|| {
                (0..links.len()).find(|&link| {
                    let Link { from, to, .. } = links[link];
                    let fits = (from, to) == (first, last) || (to, from) == (first, last);
                    fits && labels[link].is_none() && layout.curves[link].is_empty()
                })
            });
            let Some(link) = found else { continue };
            let turned = links[link].from != first;
            let inside = if links[link].from_inside { INSIDE } else { 0.0 };
            let mut curves = self.curve(&chain, nth, if turned { (0.0, inside) } else { (inside, 0.0) });
            if turned {
                curves.reverse();
                curves.iter_mut().for_each(|curve| curve.reverse());
            }
            layout.curves[link] = curves;
            let label = chain.iter().find(|spot| self.spots[**spot].label.is_some());
            layout.labels[link] = label.map(|spot| self.spots[*spot].at);
        }
        layout
    }

    /// Each line as the spots that it goes through, from the upper box to the lower, and how many have
    /// gone the same way before it.
    fn chains(&self, boxes: usize) -> Vec<(Vec<usize>, usize)> {
        let mut chains = Vec::new();
        for start in 0..boxes {
            let below = &self.spots[start].below;
            for (place, &next) in below.iter().enumerate() {
                let nth = below[..place].iter().filter(|other| **other == next).count();
                let mut chain = vec![start, next];
                let mut at = next;
                while !self.spots[at].is_box {
                    let Some(&below) = self.spots[at].below.first() else { break };
                    chain.push(below);
                    at = below;
                }
                if self.spots[at].is_box {
                    chains.push((chain, nth));
                }
            }
        }
        chains
    }

    /// Where a line leaves or enters a box: its lines side by side, in the order of where they lead.
    fn port(&self, spot: usize, (other, nth): (usize, usize), below: bool) -> f64 {
        let it = &self.spots[spot];
        let mut ends = if below { it.below.clone() } else { it.above.clone() };
        ends.sort_by(|a, b| self.spots[*a].at.x.total_cmp(&self.spots[*b].at.x).then(a.cmp(b)));
        let place = (ends.iter().position(|end| *end == other).unwrap_or_default() + nth) as f64;
        let apart = (it.size.x * 0.6 / ends.len() as f64).min(24.0);
        it.at.x + (place - (ends.len() as f64 - 1.0) / 2.0) * apart
    }

    /// `inside` is how far the line goes into the upper and the lower box.
    fn curve(&self, chain: &[usize], nth: usize, inside: (f64, f64)) -> Vec<Curve> {
        let (first, last) = (chain[0], chain[chain.len() - 1]);
        let (upper, lower) = (&self.spots[first], &self.spots[last]);
        let bottom = upper.at.y + upper.size.y / 2.0;
        let mut from = Point { x: self.port(first, (chain[1], nth), true), y: bottom - inside.0 };
        let mut curves = Vec::new();
        for &spot in &chain[1..chain.len() - 1] {
            let it = &self.spots[spot];
            // Straight through the row, whose boxes are on both sides; behind a label there is no line.
            let (top, bottom) = match it.label {
                Some(_) => (it.at.y - it.size.y / 2.0, it.at.y + it.size.y / 2.0),
                None => self.bands[self.row_of[spot]],
            };
            let (enter, leave) = (Point { x: it.at.x, y: top }, Point { x: it.at.x, y: bottom });
            curves.push(falling(from, enter));
            if it.label.is_none() {
                curves.push(falling(enter, leave));
            }
            from = leave;
        }
        let before = chain[chain.len() - 2];
        let top = lower.at.y - lower.size.y / 2.0;
        let to = Point { x: self.port(last, (before, nth), false), y: top + inside.1 };
        curves.push(falling(from, to));
        curves
    }
}

/// A curve that leaves and arrives straight down.
fn falling(from: Point, to: Point) -> Curve {
    let middle = (from.y + to.y) / 2.0;
    [from, Point { x: from.x, y: middle }, Point { x: to.x, y: middle }, to]
}

/// Places as near to those wanted (each with its weight) as the offsets between neighbours allow:
/// neighbours that want to be closer than that are moved as one block.
fn settled(wanted: &[(f64, f64)], offsets: &[f64]) -> Vec<f64> {
    // Each block: where it stands, its weight, how many it holds.
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    for ((wish, weight), offset) in wanted.iter().zip(offsets) {
        let mut block = (wish - offset, *weight, 1);
        while let Some(&(at, heavy, count)) = blocks.last().filter(|(at, ..)| *at > block.0) {
            blocks.pop();
            let sum = heavy + block.1;
            block = ((at * heavy + block.0 * block.1) / sum, sum, count + block.2);
        }
        blocks.push(block);
    }
    let places = blocks.into_iter().flat_map(|(at, _, count)| std::iter::repeat_n(at, count));
    places.zip(offsets).map(|(at, offset)| at + offset).collect()
}

/// The rows, and the order in each, as layout-rs finds them.
fn ranked(sizes: &[Size], links: &[Link], labels: &[Option<Size>]) -> VisualGraph {
    let direction = Orientation::TopToBottom;
    let mut graph = VisualGraph::new(direction);
    // The sizes of labels come through texts.
    let look = StyleAttr::new(Color::fast("black"), 1, None, 0, LETTER);
    let mut handles = Vec::new();
    for size in sizes {
        let size = Place::new(size.x, size.y);
        handles.push(graph.add_node(Element::create(ShapeKind::new_box(""), look.clone(), direction, size)));
    }
    // A line from a box to itself needs no row.
    for (index, link) in links.iter().enumerate().filter(|(_, link)| link.from != link.to) {
        let text = labels[index].map_or(String::new(), |size| stand_in(index, size));
        let (no, end, solid) = (LineEndKind::None, LineEndKind::Arrow, LineStyleKind::Normal);
        let arrow = Arrow::new(no, end, solid, &text, &look, &None, &None);
        graph.add_edge(arrow, handles[link.from], handles[link.to]);
    }
    // Ranks and orders, not places; what it draws nobody looks at.
    graph.do_it(false, false, true, &mut Deaf);
    graph
}

/// A text as large as the label, that says whose it is: so its size reaches the layout.
fn stand_in(index: usize, size: Size) -> String {
    let letters = |length: f64| (length / LETTER as f64).ceil() as usize;
    let first = format!("{index} ");
    let width = letters(size.x).max(first.len());
    let mut text = format!("{first:x<width$}");
    for _ in 1..letters(size.y) {
        text.push_str("\nx");
    }
    text
}

struct Deaf;

impl RenderBackend for Deaf {
    fn draw_rect(&mut self, _: Place, _: Place, _: &StyleAttr, _: Option<String>, _: Option<ClipHandle>) {}

    fn draw_line(&mut self, _: Place, _: Place, _: &StyleAttr, _: Option<String>) {}

    fn draw_circle(&mut self, _: Place, _: Place, _: &StyleAttr, _: Option<String>) {}

    fn draw_text(&mut self, _: Place, _: &str, _: &StyleAttr) {}

    fn draw_arrow(
        &mut self,
        _: &[(Place, Place)],
        _: bool,
        _: (bool, bool),
        _: &StyleAttr,
        _: Option<String>,
        _: &str,
    ) {
    }

    fn create_clip(&mut self, _: Place, _: Place, _: usize) -> ClipHandle {
        0
    }
}
