//! Where boxes, labels and lines go, where there is no Graphviz to ask.
//!
//! layout-rs places them; it is told sizes that we have measured, and asked for places, not for its
//! drawing: its own boxes are too wide, and it has no tooltips. Must not know what is drawn.

use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::format::{ClipHandle, RenderBackend, Visible};
use layout::core::geometry::{Point as Place, Position};
use layout::core::style::{LineStyleKind, StyleAttr};
use layout::std_shapes::shapes::{Arrow, Element, LineEndKind, ShapeKind};
use layout::topo::layout::VisualGraph;

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    pub x: f64,
    pub y: f64,
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

/// Between boxes, half of it around each.
const AROUND: f64 = 30.0;

/// How far out a line goes that comes back to its box.
pub const LOOP: f64 = 26.0;

/// The size of a letter, square. It must be layout-rs's own, which it falls back to where it moves a
/// label along its line.
const LETTER: usize = 15;

/// Places boxes of these sizes. `across` lets arrows point to the right, not down.
pub fn layout(sizes: &[Size], links: &[Link], across: bool) -> Layout {
    let direction = if across { Orientation::LeftToRight } else { Orientation::TopToBottom };
    let mut graph = VisualGraph::new(direction);
    let look = StyleAttr::new(Color::fast("black"), 1, None, 0, LETTER);
    let mut handles = Vec::new();
    for size in sizes {
        let size = Place::new(size.x, size.y);
        let mut element = Element::create(ShapeKind::new_box(""), look.clone(), direction, size);
        element.pos = Position::new(Place::zero(), size, Place::zero(), Place::splat(AROUND));
        handles.push(graph.add_node(element));
    }
    // A line from a box to itself is the caller's to draw, and has room kept free beside the box: given to
    // layout-rs, it runs into an assertion where its neighbours are close.
    let between = |link: &&Link| link.from != link.to;
    for link in links.iter().filter(|link| !between(link)) {
        let label = link.label.unwrap_or_default();
        let position = graph.pos_mut(handles[link.from]);
        let (size, room) = (position.size(false), 2.0 * LOOP);
        let halo = if across {
            Place::new(AROUND, AROUND.max(room + 2.0 * label.y))
        } else {
            Place::new(AROUND.max(room + 2.0 * label.x), AROUND)
        };
        *position = Position::new(Place::zero(), size, Place::zero(), halo);
    }
    for (index, link) in links.iter().enumerate().filter(|(_, link)| between(link)) {
        let text = link.label.map_or(String::new(), |size| stand_in(index, size));
        let (no, end) = (LineEndKind::None, LineEndKind::Arrow);
        let solid = LineStyleKind::Normal;
        let arrow = Arrow::with_properties(no, end, solid, &text, &look, index.to_string(), &None, &None);
        graph.add_edge(arrow, handles[link.from], handles[link.to]);
    }
    let mut heard = Heard { curves: vec![Vec::new(); links.len()] };
    graph.do_it(false, false, false, &mut heard);
    let mut layout = Layout {
        boxes: handles.iter().map(|handle| point(graph.pos(*handle).middle())).collect(),
        curves: heard.curves,
        labels: vec![None; links.len()],
    };
    for handle in graph.iter_nodes() {
        let element = graph.element(handle);
        if let ShapeKind::Connector(Some(text)) = &element.shape
            && let Some(index) = text.split(' ').next().and_then(|number| number.parse::<usize>().ok())
        {
            layout.labels[index] = Some(point(element.position().middle()));
        }
    }
    layout
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

fn point(place: Place) -> Point {
    Point { x: place.x, y: place.y }
}

/// Hears where the arrows go; all else is asked of the graph.
struct Heard {
    curves: Vec<Vec<Curve>>,
}

impl RenderBackend for Heard {
    fn draw_rect(&mut self, _: Place, _: Place, _: &StyleAttr, _: Option<String>, _: Option<ClipHandle>) {}

    fn draw_line(&mut self, _: Place, _: Place, _: &StyleAttr, _: Option<String>) {}

    fn draw_circle(&mut self, _: Place, _: Place, _: &StyleAttr, _: Option<String>) {}

    fn draw_text(&mut self, _: Place, _: &str, _: &StyleAttr) {}

    fn draw_arrow(
        &mut self,
        path: &[(Place, Place)],
        _: bool,
        head: (bool, bool),
        _: &StyleAttr,
        properties: Option<String>,
        _: &str,
    ) {
        let index = properties.and_then(|text| text.parse::<usize>().ok());
        let Some(index) = index.filter(|index| *index < self.curves.len()) else { return };
        let Some(((mut from, mut pull), rest)) =
            path.split_first().map(|(f, r)| ((point(f.0), point(f.1)), r))
        else {
            return;
        };
        let mut curves = Vec::new();
        for (second, to) in rest {
            let (second, to) = (point(*second), point(*to));
            curves.push([from, pull, second, to]);
            // Smoothly on: the next pull mirrors this one.
            (from, pull) = (to, Point { x: 2.0 * to.x - second.x, y: 2.0 * to.y - second.y });
        }
        // What goes against the ranks was turned around to be placed.
        if head.0 {
            curves.reverse();
            curves.iter_mut().for_each(|curve| curve.reverse());
        }
        self.curves[index] = curves;
    }

    fn create_clip(&mut self, _: Place, _: Place, _: usize) -> ClipHandle {
        0
    }
}
