//! A picture as SVG, without Graphviz: measured, placed by [`layout`](super::layout), drawn.
//!
//! The same picture gives the same bytes. Tooltips are titles, which browsers show; the background is
//! the page's. Knows nothing of processes and logs.

use super::layout::{Curve, Layout, Link, Point, Size};
use super::letters::width;
use super::spread::{Bounds, ROOM, apart, place};
use super::{Colours, Edge, Look, MIDDLE, Node, Picture, Tone, xml};
use std::fmt::Write;

/// More boxes than this are placed too slowly, and nobody would find anything.
pub const MOST: usize = 400;
/// So many more arrows than boxes can be: a thicket takes layout-rs minutes.
pub const MORE: usize = 120;

/// Whether a picture can be placed in a few seconds.
pub fn fits(picture: &Picture) -> bool {
    picture.nodes.len() <= MOST && picture.edges.len() <= picture.nodes.len() + MORE
}

const TITLE: f64 = 13.0;
const SMALL: f64 = 10.5;
/// How long the head of an arrow is.
const HEAD: f64 = 9.0;

pub fn write(picture: &Picture) -> String {
    let sizes: Vec<Size> = picture.nodes.iter().map(size_of).collect();
    let links: Vec<Link> = picture
        .edges
        .iter()
        .map(|edge| Link {
            from: edge.from,
            to: edge.to,
            label: label_size(edge),
            from_inside: picture.nodes[edge.from].look != Look::Stub,
        })
        .collect();
    let crosses = |edge: &Edge| picture.nodes[edge.from].cluster != picture.nodes[edge.to].cluster;
    let regions = picture.is_chart() && !picture.clusters.is_empty();
    let placed = match regions && !picture.edges.iter().any(crosses) {
        true => apart(picture, &sizes, &links),
        false => place(&sizes, &links, picture.lies()),
    };
    let clusters = cluster_boxes(picture, &sizes, &links, &placed);
    let mut bounds = Bounds::default();
    if picture.nodes.is_empty() {
        bounds.take(Point::default(), Size::default());
    }
    for (at, size) in placed.boxes.iter().zip(&sizes) {
        bounds.take(*at, *size);
    }
    for (label, link) in placed.labels.iter().zip(&links) {
        if let (Some(at), Some(size)) = (label, link.label) {
            bounds.take(*at, size);
        }
    }
    for curve in placed.curves.iter().flatten() {
        // The pulls too: a curve stays within its four points.
        curve.iter().for_each(|at| bounds.take(*at, Size::default()));
    }
    for cluster in clusters.iter().flatten() {
        bounds.take(cluster.middle(), cluster.size());
    }
    let mut canvas = Canvas { out: String::new() };
    for (index, cluster) in clusters.iter().enumerate() {
        if let Some(cluster) = cluster {
            canvas.cluster(&picture.clusters[index], cluster);
        }
    }
    for (index, edge) in picture.edges.iter().enumerate() {
        canvas.edge(index, edge, &placed, links[index].label);
    }
    for (node, (at, size)) in picture.nodes.iter().zip(placed.boxes.iter().zip(&sizes)) {
        canvas.node(node, *at, *size);
    }
    let (heading, top) = heading(picture, &mut bounds);
    let margin = 12.0;
    let (x, y) = (bounds.low.x - margin, bounds.low.y - top - margin);
    let (wide, high) = (bounds.high.x - x + margin, bounds.high.y - y + margin);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide:.0}\" height=\"{high:.0}\" \
         viewBox=\"{x:.1} {y:.1} {wide:.1} {high:.1}\" font-family=\"Helvetica,Arial,sans-serif\" \
         font-size=\"{SMALL}\" fill=\"none\">\n<title>{}</title>\n{heading}{}</svg>\n",
        xml(&picture.title),
        canvas.out
    )
}

/// What a box needs for its texts, and for its shape.
fn size_of(node: &Node) -> Size {
    if node.look == Look::Start {
        return Size { x: 14.0, y: 14.0 };
    }
    let widest = node
        .lines
        .iter()
        .map(|line| width(&line.text, SMALL, false))
        .fold(width(&node.title, TITLE, true), f64::max);
    let extra = match node.look {
        Look::Command => 16.0,
        Look::Alarm => 6.0,
        _ => 0.0,
    };
    let high = TITLE * 1.2 + node.lines.len() as f64 * SMALL * 1.3;
    Size { x: (widest + 24.0 + extra).max(60.0), y: high + 16.0 }
}

fn label_size(edge: &Edge) -> Option<Size> {
    let widest = edge.lines.iter().map(|line| width(&line.text, SMALL, false)).fold(0.0, f64::max);
    (!edge.lines.is_empty())
        .then_some(Size { x: widest + 6.0, y: edge.lines.len() as f64 * SMALL * 1.25 + 2.0 })
}

/// The rectangles of the clusters that have more than one box, and hold no box that is not theirs.
fn cluster_boxes(picture: &Picture, sizes: &[Size], links: &[Link], placed: &Layout) -> Vec<Option<Bounds>> {
    let mut found: Vec<Option<Bounds>> = Vec::new();
    for cluster in 0..picture.clusters.len() {
        let mut around = Bounds::default();
        let mut members = 0;
        for (index, _) in picture.nodes.iter().enumerate().filter(|(_, n)| n.cluster == Some(cluster)) {
            let size = sizes[index];
            around.take(placed.boxes[index], Size { x: size.x + 2.0 * ROOM, y: size.y + 2.0 * ROOM });
            members += 1;
        }
        // A region holds its arrows, too.
        let own = |link: &Link| picture.is_chart() && picture.nodes[link.from].cluster == Some(cluster);
        for (index, link) in links.iter().enumerate().filter(|(_, link)| own(link)) {
            if let (Some(at), Some(size)) = (placed.labels[index], link.label) {
                around.take(at, Size { x: size.x + ROOM, y: size.y });
            }
            let ends = placed.curves[index].iter().flatten();
            ends.for_each(|at| around.take(*at, Size { x: ROOM, y: 0.0 }));
        }
        around.low.y -= SMALL;
        let strange = picture.nodes.iter().enumerate().any(|(index, node)| {
            let mut its = Bounds::default();
            its.take(placed.boxes[index], sizes[index]);
            node.cluster != Some(cluster) && around.meets(&its)
        });
        let taken = found.iter().flatten().any(|other| other.meets(&around));
        found.push((members > 1 && !strange && !taken).then_some(around));
    }
    found
}

struct Canvas {
    out: String,
}

impl Canvas {
    fn add(&mut self, text: std::fmt::Arguments) {
        self.out.write_fmt(text).expect("a string takes all");
    }

    fn cluster(&mut self, name: &str, around: &Bounds) {
        let size = around.size();
        self.add(format_args!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"8\" stroke=\"#8c959f\" stroke-dasharray=\"1.5 3\"/>\n",
            around.low.x, around.low.y, size.x, size.y
        ));
        let at = Point { x: around.low.x + 9.0, y: around.low.y + SMALL + 3.0 };
        self.text(at, name, SMALL, MIDDLE, "", false);
    }

    fn text(&mut self, at: Point, text: &str, size: f64, colour: &str, anchor: &str, bold: bool) {
        let anchor = if anchor.is_empty() { String::new() } else { format!(" text-anchor=\"{anchor}\"") };
        let bold = if bold { " font-weight=\"bold\"" } else { "" };
        let size = if size == SMALL { String::new() } else { format!(" font-size=\"{size}\"") };
        let text = xml(text);
        self.add(format_args!(
            "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{colour}\"{size}{anchor}{bold}>{text}</text>\n",
            at.x, at.y
        ));
    }

    fn node(&mut self, node: &Node, at: Point, size: Size) {
        self.add(format_args!("<g><title>{}</title>\n", tooltip(&node.tooltip)));
        self.shape(node.look, &node.colours(), at, size);
        let ink = |tone: Tone| if node.look == Look::Stub { MIDDLE } else { tone.ink() };
        let high = size.y - 16.0;
        let mut y = at.y - high / 2.0 + TITLE * 0.95;
        // The point of a command is no room for text.
        let middle = if node.look == Look::Command { at.x - 5.0 } else { at.x };
        if node.look != Look::Start {
            self.text(
                Point { x: middle, y },
                &node.title,
                TITLE,
                ink(node.tone.unwrap_or_default()),
                "middle",
                true,
            );
        }
        y += SMALL * 0.25;
        let widest = node.lines.iter().map(|line| width(&line.text, SMALL, false)).fold(0.0, f64::max);
        for line in &node.lines {
            y += SMALL * 1.3;
            self.text(Point { x: middle - widest / 2.0, y }, &line.text, SMALL, ink(line.tone), "", false);
        }
        self.out.push_str("</g>\n");
    }

    fn shape(&mut self, look: Look, colours: &Colours, at: Point, size: Size) {
        let (x, y) = (at.x - size.x / 2.0, at.y - size.y / 2.0);
        let dashed = if matches!(look, Look::Alarm | Look::Stub) { " stroke-dasharray=\"5 3\"" } else { "" };
        let paint =
            format!("fill=\"{}\" stroke=\"{}\" stroke-width=\"1.4\"{dashed}", colours.fill, colours.stroke);
        let corners = |points: &[(f64, f64)]| -> String {
            points
                .iter()
                .map(|(dx, dy)| format!("{:.1},{:.1}", at.x + dx, at.y + dy))
                .collect::<Vec<_>>()
                .join(" ")
        };
        let (w, h) = (size.x / 2.0, size.y / 2.0);
        match look {
            Look::Start => {
                self.add(format_args!(
                    "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{w:.1}\" {paint}/>\n",
                    at.x, at.y
                ));
            }
            Look::Command => {
                let p = h.min(14.0);
                let points = corners(&[(-w, -h), (w - p, -h), (w, 0.0), (w - p, h), (-w, h)]);
                self.add(format_args!("<polygon points=\"{points}\" stroke-linejoin=\"round\" {paint}/>\n"));
            }
            Look::Alarm => {
                let c = 9.0;
                let points = corners(&[
                    (-w + c, -h),
                    (w - c, -h),
                    (w, -h + c),
                    (w, h - c),
                    (w - c, h),
                    (-w + c, h),
                    (-w, h - c),
                    (-w, -h + c),
                ]);
                self.add(format_args!("<polygon points=\"{points}\" {paint}/>\n"));
            }
            _ => {
                self.add(format_args!(
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"7\" {paint}/>\n",
                    size.x, size.y
                ));
            }
        }
        if look.is_end() {
            self.add(format_args!(
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"5\" stroke=\"{}\" stroke-width=\"1.2\"/>\n",
                x + 3.0, y + 3.0, size.x - 6.0, size.y - 6.0, colours.stroke
            ));
        }
    }

    fn edge(&mut self, index: usize, edge: &Edge, placed: &Layout, label: Option<Size>) {
        let curves = &placed.curves[index];
        let Some(last) = curves.last() else { return };
        let colour = edge.tone.colour();
        let (tip, neck) = head(last);
        let mut path = String::new();
        let mut at = None;
        for (number, curve) in curves.iter().enumerate() {
            if at != Some(curve[0]) {
                let _ = write!(path, "M{:.1} {:.1}", curve[0].x, curve[0].y);
            }
            at = Some(curve[3]);
            let end = if number + 1 == curves.len() { neck } else { curve[3] };
            let _ = write!(
                path,
                "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
                curve[1].x, curve[1].y, curve[2].x, curve[2].y, end.x, end.y
            );
        }
        self.add(format_args!("<g><title>{}</title>\n", tooltip(&edge.tooltip)));
        let dashed = if edge.dashed { " stroke-dasharray=\"5 4\"" } else { "" };
        let wide = 1.3 * edge.width;
        self.add(format_args!(
            "<path d=\"{path}\" stroke=\"{colour}\" stroke-width=\"{wide:.1}\"{dashed}/>\n"
        ));
        let (dx, dy) = ((tip.x - neck.x) * 0.42, (tip.y - neck.y) * 0.42);
        self.add(format_args!(
            "<polygon points=\"{:.1},{:.1} {:.1},{:.1} {:.1},{:.1}\" fill=\"{colour}\"/>\n",
            tip.x,
            tip.y,
            neck.x - dy,
            neck.y + dx,
            neck.x + dy,
            neck.y - dx
        ));
        if let (Some(at), Some(size)) = (placed.labels[index], label) {
            let mut y = at.y - size.y / 2.0 - SMALL * 0.2;
            for line in &edge.lines {
                y += SMALL * 1.25;
                let at = Point { x: at.x - size.x / 2.0 + 3.0, y };
                self.text(at, &line.text, SMALL, line.tone.colour(), "", false);
            }
        }
        self.out.push_str("</g>\n");
    }
}

/// Where an arrow's head ends and where its line does.
fn head(last: &Curve) -> (Point, Point) {
    let tip = last[3];
    let before = last[..3].iter().rev().find(|at| at.far_from(tip) > 0.5).copied().unwrap_or(last[0]);
    let far = before.far_from(tip).max(0.1);
    let neck =
        Point { x: tip.x - (tip.x - before.x) / far * HEAD, y: tip.y - (tip.y - before.y) / far * HEAD };
    (tip, neck)
}

/// Several lines in a title.
fn tooltip(text: &str) -> String {
    text.split('\n').map(xml).collect::<Vec<_>>().join("\n")
}

/// Title, quiet lines and legend above the picture; answers how high they are.
fn heading(picture: &Picture, bounds: &mut Bounds) -> (String, f64) {
    let legend = picture.legend();
    let small = 11.0;
    let legend_wide: f64 = legend.iter().map(|(_, word)| width(word, SMALL, false) + 22.0).sum();
    let wide = picture
        .lines
        .iter()
        .map(|line| width(line, small, false))
        .fold(width(&picture.title, 15.0, true), f64::max);
    let middle = bounds.middle().x;
    let at = Point { x: middle, y: bounds.low.y };
    bounds.take(at, Size { x: wide.max(legend_wide), y: 0.0 });
    let legend_high = if legend.is_empty() { 0.0 } else { 32.0 };
    let top = 24.0 + picture.lines.len() as f64 * 15.0 + legend_high + 10.0;
    let mut canvas = Canvas { out: String::new() };
    let mut y = bounds.low.y - top + 15.0;
    canvas.text(Point { x: middle, y }, &picture.title, 15.0, MIDDLE, "middle", true);
    y += 4.0;
    for line in &picture.lines {
        y += 15.0;
        canvas.text(Point { x: middle, y }, line, small, MIDDLE, "middle", false);
    }
    let mut x = middle - legend_wide / 2.0 + 4.0;
    for (look, word) in legend {
        let wide = width(word, SMALL, false) + 14.0;
        let at = Point { x: x + wide / 2.0, y: y + 22.0 };
        canvas.shape(look, &look.colours(), at, Size { x: wide + 4.0, y: 19.0 });
        let ink = if look == Look::Stub { MIDDLE } else { Tone::Quiet.ink() };
        canvas.text(Point { x: x + 7.0, y: y + 25.5 }, word, SMALL, ink, "", false);
        x += wide + 12.0;
    }
    (canvas.out, top)
}
