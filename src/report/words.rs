//! Small words: counts, lists, ages, columns.

use crate::event::{Millis, json};

/// `1 message`, `2 messages`, `1,125 messages`.
pub fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// Digits in groups of three.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A line of a list of counts.
pub fn count_of(count: u64, what: &str) -> String {
    format!("{:>9}  {what}\n", grouped(count))
}

pub fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

/// How long ago, in its two largest units: `3d 4h`, `15m`, `250ms`.
pub fn age(millis: Millis) -> String {
    let mut left = millis.max(0);
    let mut parts = Vec::new();
    for (unit, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] {
        if left >= size {
            parts.push(format!("{}{unit}", left / size));
            left %= size;
        }
        if parts.len() == 2 {
            break;
        }
    }
    if parts.is_empty() { "0s".to_string() } else { parts.join(" ") }
}

/// Rows of cells under each other, two spaces between; no space at the end of a line.
pub fn columns(rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..rows.iter().map(Vec::len).max().unwrap_or(0)).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Data as far as a line has room for it; `--format json` and `anyorder log` have all of it.
pub fn brief(data: &str) -> String {
    brief_in(data, 72)
}

/// The same, in so much room.
pub fn brief_in(data: &str, room: usize) -> String {
    let line = json::on_one_line(data);
    match line.char_indices().nth(room) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(counted(1, "alarm"), "1 alarm");
        assert_eq!(counted(1_125, "order"), "1,125 orders");
        assert_eq!(grouped(20_922_789_888_000), "20,922,789,888,000");
        assert_eq!(age(0), "0s");
        assert_eq!(age(90_061_000), "1d 1h");
        assert_eq!(age(900_000), "15m");
    }
}
