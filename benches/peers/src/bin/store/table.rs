//! What was measured, as one table; and medians.

use std::collections::BTreeMap;

/// A row: what, ours, the peer's, how they compare, what is asked for, and whether it is so.
type Row = [String; 6];

#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
    /// The most memory that a command took, in KiB.
    peaks: BTreeMap<String, u64>,
}

/// What is asked for of a number.
#[derive(Clone, Copy)]
pub enum Floor {
    AtMost(f64),
    AtLeast(f64),
    None,
}

impl Floor {
    fn text(self, unit: &str) -> String {
        match self {
            Floor::AtMost(bound) => format!("≤ {}{unit}", short(bound)),
            Floor::AtLeast(bound) => format!("≥ {}{unit}", short(bound)),
            Floor::None => String::new(),
        }
    }

    fn met(self, value: f64) -> &'static str {
        match self {
            Floor::None => "",
            Floor::AtMost(bound) if value <= bound => "yes",
            Floor::AtLeast(bound) if value >= bound => "yes",
            _ => "NO",
        }
    }
}

impl Table {
    pub fn new() -> Table {
        Table::default()
    }

    /// Ours beside a peer's; the floor is one of their ratio.
    pub fn ratio(&mut self, what: &str, ours: (f64, &str), peer: (&str, f64), floor: Floor) {
        let ratio = ours.0 / peer.1;
        let peer = format!("{} {}", peer.0, number(peer.1, ours.1));
        let ratios = format!("{ratio:.2} ×");
        let met = floor.met(ratio).into();
        self.rows.push([what.into(), number(ours.0, ours.1), peer, ratios, floor.text(" ×"), met]);
    }

    /// Ours alone; the floor is one of its value.
    pub fn value(&mut self, what: &str, ours: (f64, &str), floor: Floor) {
        let met = floor.met(ours.0).into();
        let floor = floor.text(&format!(" {}", ours.1));
        self.rows.push([what.into(), number(ours.0, ours.1), String::new(), String::new(), floor, met]);
    }

    /// A peer that is not there.
    pub fn absent(&mut self, what: &str, peer: &str) {
        self.beside(what, &format!("{peer}: not installed"));
    }

    /// What has nothing of ours beside it.
    pub fn beside(&mut self, what: &str, peer: &str) {
        let none = String::new;
        self.rows.push([what.into(), none(), peer.into(), none(), none(), none()]);
    }

    pub fn memory(&mut self, command: &str, kib: u64) {
        let peak = self.peaks.entry(command.into()).or_default();
        *peak = kib.max(*peak);
    }

    pub fn print(mut self) {
        for (command, kib) in std::mem::take(&mut self.peaks) {
            let mib = kib as f64 / 1024.0;
            self.value(&format!("peak memory: {command}"), (mib, "MiB"), Floor::AtMost(64.0));
        }
        let head = ["what", "anyorder", "peer", "ratio", "floor", "met"].map(String::from);
        println!("| {} |\n|---|---|---|---|---|---|", head.join(" | "));
        self.rows.iter().for_each(|row| println!("| {} |", row.join(" | ")));
    }
}

fn number(value: f64, unit: &str) -> String {
    match value {
        _ if unit == "/s" => format!("{}{unit}", thousands(value.round() as u64)),
        ..10.0 => format!("{value:.2} {unit}"),
        ..100.0 => format!("{value:.1} {unit}"),
        _ => format!("{value:.0} {unit}"),
    }
}

/// A bound, as one would write it.
fn short(bound: f64) -> String {
    if bound < 1e3 { bound.to_string() } else { thousands(bound as u64) }
}

pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub fn median(all: &[f64]) -> f64 {
    let mut all = all.to_vec();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
