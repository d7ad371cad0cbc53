//! How wide a text is, about: there is no font here to ask.
//!
//! The widths are those of Helvetica, which Arial and Liberation Sans share; what is not ASCII is
//! guessed on the wide side, so that text fits.

/// Thousandths of the font's size, from the space on.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// In the unit of the font's size.
pub fn width(text: &str, size: f64, bold: bool) -> f64 {
    let thousandths: u64 = text.chars().map(of).sum();
    let bolder = if bold { 1.07 } else { 1.0 };
    thousandths as f64 / 1000.0 * size * bolder
}

fn of(c: char) -> u64 {
    match c as u32 {
        code @ 32..=126 => WIDTHS[code as usize - 32].into(),
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x2190..=0x21ff | 0x2400..=0x243f => 1000,
        0x1100.. if !(0x2000..0x2190).contains(&(c as u32)) => 1050,
        0x2026 | 0x2014 => 1000,
        _ => 640,
    }
}

#[cfg(test)]
mod tests {
    use super::width;

    #[test]
    fn widths_are_those_of_the_font() {
        assert_eq!(width("", 12.0, false), 0.0);
        assert_eq!(width("AWi", 10.0, false), 6.67 + 9.44 + 2.22);
        assert!(width("注文", 10.0, false) >= 20.0);
        assert!(width("Ä", 10.0, false) < 7.0);
        assert!(width("AWi", 10.0, true) > width("AWi", 10.0, false));
    }
}
