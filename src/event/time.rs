//! Times and durations: UTC milliseconds, and `15m`.

use chrono::{DateTime, Utc};
use std::fmt;

/// Milliseconds; a duration. Negative where a subtraction made it so.
pub type Millis = i64;

/// A moment, in milliseconds since 1970-01-01T00:00:00Z. Always within the years 0000 to 9999, so
/// that it prints as RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

const EARLIEST: i64 = -62_167_219_200_000; // 0000-01-01T00:00:00.000Z
const LATEST: i64 = 253_402_300_799_999; // 9999-12-31T23:59:59.999Z

impl Time {
    pub const MIN: Time = Time(EARLIEST);
    pub const MAX: Time = Time(LATEST);
    /// 2000-01-01T00:00:00.000Z: when what has no time of its own happens.
    pub const MILLENNIUM: Time = Time(946_684_800_000);

    /// None outside the years 0000 to 9999.
    pub fn from_millis(millis: i64) -> Option<Time> {
        (EARLIEST..=LATEST).contains(&millis).then_some(Time(millis))
    }

    pub fn millis(self) -> i64 {
        self.0
    }

    pub fn plus(self, duration: Millis) -> Option<Time> {
        Time::from_millis(self.0.checked_add(duration)?)
    }

    /// Reads RFC 3339 with any offset; what is finer than a millisecond is cut off.
    pub fn parse(text: &str) -> Option<Time> {
        if let Some(time) = parse_canonical(text.as_bytes()) {
            return Some(time);
        }
        let parsed = DateTime::parse_from_rfc3339(text).ok()?;
        Time::from_millis(parsed.timestamp_millis())
    }
}

/// `2026-11-21T09:00:00.000Z`, read without the general parser: every line of a log has at least
/// one of these, and this is 20 times as fast. Anything else is left to the general parser.
fn parse_canonical(b: &[u8]) -> Option<Time> {
    let b: &[u8; 24] = b.try_into().ok()?;
    if (b[4], b[7], b[10], b[13], b[16], b[19], b[23]) != (b'-', b'-', b'T', b':', b':', b'.', b'Z') {
        return None;
    }
    // All digits are looked at together: one branch, and not seventeen.
    let digit = |at: usize| b[at].wrapping_sub(b'0');
    let places = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 22];
    if places.iter().fold(false, |other, at| other | (digit(*at) > 9)) {
        return None;
    }
    let two = |at: usize| digit(at) as i64 * 10 + digit(at + 1) as i64;
    let (year, month, day) = (two(0) * 100 + two(2), two(5), two(8));
    let (hour, minute, second, millis) = (two(11), two(14), two(17), two(20) * 10 + digit(22) as i64);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last_day = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + leap as i64,
        1..=12 => 31,
        _ => return None,
    };
    if day < 1 || day > last_day || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Days from the civil calendar (Howard Hinnant, 2013): years begin in March.
    let shifted = year - (month <= 2) as i64;
    let era = shifted.div_euclid(400);
    let year_of_era = shifted - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * 146_097 + day_of_era - 719_468;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    Time::from_millis(seconds * 1000 + millis)
}

/// The day that the times of a log's lines mostly have in common: its calendar is looked up once.
#[derive(Debug, Clone, Default)]
pub(super) struct Day {
    /// As it stands in a time, up to the `T`.
    digits: [u8; 11],
    start: Millis,
}

impl Day {
    /// As [`Time::parse`], for our own form only.
    #[inline(always)]
    pub fn read(&mut self, text: &[u8; 24]) -> Option<Time> {
        let (day, _) = text.split_first_chunk::<11>()?;
        if *day != self.digits {
            let time = parse_canonical(text)?;
            *self = Day { digits: *day, start: time.0 - time.0.rem_euclid(86_400_000) };
            return Some(time);
        }
        // Eight bytes at once: a digit differs from `0` by what it stands for, and what parts them by nothing. What
        // differs by more sets the highest bit of its byte.
        let word = |at: usize| u64::from_le_bytes(*text[at..].first_chunk().expect("8 bytes"));
        let clock = (word(8) ^ u64::from_le_bytes(*b"01T00:00")) >> 24;
        let second = word(16) ^ u64::from_le_bytes(*b":00.000Z");
        let over = |word: u64, most: [u8; 8]| word | word.wrapping_add(u64::from_le_bytes(most));
        const DIGIT: u8 = 0x80 - 10;
        const SAME: u8 = 0x80 - 1;
        let other = over(clock, [DIGIT, DIGIT, SAME, DIGIT, DIGIT, SAME, SAME, SAME])
            | over(second, [SAME, DIGIT, DIGIT, SAME, DIGIT, DIGIT, DIGIT, SAME]);
        let number = |word: u64, at: usize| (word >> (8 * at) & 0xff) as i64;
        let two = |word: u64, at: usize| 10 * number(word, at) + number(word, at + 1);
        let (hour, minute, sec) = (two(clock, 0), two(clock, 3), two(second, 1));
        if other & 0x8080_8080_8080_8080 != 0 || hour > 23 || minute > 59 || sec > 59 {
            return None;
        }
        let millis = 100 * number(second, 4) + two(second, 5);
        Some(Time(self.start + ((hour * 60 + minute) * 60 + sec) * 1_000 + millis))
    }
}

impl Time {
    /// As it prints: `2026-11-21T09:00:00.000Z`.
    pub fn digits(self) -> [u8; 24] {
        // The inverse of the calendar above, for the same reason: every line written has a time.
        let days = self.0.div_euclid(86_400_000);
        let of_day = self.0.rem_euclid(86_400_000);
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_index = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_index + 2) / 5 + 1;
        let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
        let year = year_of_era + era * 400 + (month <= 2) as i64;
        let digits = |out: &mut [u8], mut value: i64| {
            for place in out.iter_mut().rev() {
                *place = b'0' + (value % 10) as u8;
                value /= 10;
            }
        };
        let mut out = *b"0000-00-00T00:00:00.000Z";
        digits(&mut out[0..4], year);
        digits(&mut out[5..7], month);
        digits(&mut out[8..10], day);
        digits(&mut out[11..13], of_day / 3_600_000);
        digits(&mut out[14..16], of_day / 60_000 % 60);
        digits(&mut out[17..19], of_day / 1000 % 60);
        digits(&mut out[20..23], of_day % 1000);
        out
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.digits()).expect("digits"))
    }
}

impl From<DateTime<Utc>> for Time {
    fn from(time: DateTime<Utc>) -> Time {
        Time::from_millis(time.timestamp_millis()).expect("the wall clock is within four digits")
    }
}

impl From<Time> for DateTime<Utc> {
    fn from(time: Time) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(time.0).expect("a Time is within chrono's range")
    }
}

const UNITS: [(&str, Millis); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// `<integer>(ms|s|m|h|d)`, not negative.
pub fn parse_duration(text: &str) -> Option<Millis> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: Millis = number.parse().ok()?;
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*factor)
}

/// The duration that a text means in the words of people or of ISO 8601: `2 days`, `1h30m`, `PT15M`.
pub fn meant_duration(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let (rest, iso) = match text.strip_prefix('p') {
        Some(rest) => (rest, true),
        None => (&*text, false),
    };
    let (mut rest, mut clock, mut sum, mut parts) = (rest, !iso, 0 as Millis, 0);
    while !rest.is_empty() {
        if iso && let Some(after) = rest.strip_prefix('t') {
            (rest, clock) = (after, true);
            continue;
        }
        let (number, after) = rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count());
        let after = after.trim_start();
        // In ISO 8601 a unit is one letter, and the `t` may follow it at once.
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count().min(if iso { 1 } else { 99 });
        let (unit, after) = after.split_at(letters);
        let factor: Millis = match unit {
            "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => 1,
            "s" | "sec" | "secs" | "second" | "seconds" => 1_000,
            "m" | "min" | "mins" | "minute" | "minutes" if clock => 60_000,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000,
            "d" | "day" | "days" => 86_400_000,
            "w" | "week" | "weeks" => 7 * 86_400_000,
            _ => return None,
        };
        sum = number.parse::<Millis>().ok()?.checked_mul(factor)?.checked_add(sum)?;
        (rest, parts) = (after.trim_start(), parts + 1);
    }
    (parts > 0).then(|| print_duration(sum))
}

/// The shortest exact form with one unit: 900000 is `15m`, 90000 is `90s`.
pub fn print_duration(millis: Millis) -> String {
    let (unit, factor) =
        UNITS.iter().find(|(_, factor)| millis != 0 && millis % factor == 0).unwrap_or(&("s", 1_000));
    format!("{}{unit}", millis / factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::SecondsFormat;

    #[test]
    fn a_duration_in_other_words_is_understood() {
        for (text, meant) in [
            ("2 days", "2d"),
            ("10 minutes", "10m"),
            ("1 Hour", "1h"),
            ("2 weeks", "14d"),
            ("1h30m", "90m"),
            ("1h 30 min", "90m"),
            ("PT15M", "15m"),
            ("P1DT12H", "36h"),
            ("250 ms", "250ms"),
        ] {
            assert_eq!(meant_duration(text).as_deref(), Some(meant), "{text}");
        }
        for text in ["", "p", "15", "soon", "P1M", "1.5h", "days", "99999999999999999 weeks", "-2 days"] {
            assert_eq!(meant_duration(text), None, "{text}");
        }
    }

    #[test]
    fn both_readers_and_the_printer_agree_with_chrono_on_every_kind_of_day() {
        let (mut millis, mut day) = (EARLIEST, Day::default());
        while millis < LATEST {
            let time = Time::from_millis(millis).unwrap();
            let chrono = DateTime::<Utc>::from(time).to_rfc3339_opts(SecondsFormat::Millis, true);
            assert_eq!(time.to_string(), chrono);
            assert_eq!(parse_canonical(chrono.as_bytes()), Some(time));
            let text = chrono.as_bytes().try_into().unwrap();
            assert_eq!(Day::default().read(text), Some(time));
            assert_eq!(day.read(text), Some(time));
            let noon = *b"12:34:56.789Z";
            let text = [&text[..11], &noon].concat();
            assert_eq!(
                day.read(text[..].try_into().unwrap()),
                Time::parse(std::str::from_utf8(&text).unwrap())
            );
            millis += 86_400_000 * 13 + 12_345_678;
        }
        assert_eq!(Time::parse("2015-02-29T00:00:00.000Z"), None);
        assert_eq!(Time::parse("2016-02-29T24:00:00.000Z"), None);
        assert_eq!(Time::MAX.to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Time::MAX.plus(1), None);
    }

    #[test]
    fn what_is_no_time_is_none_on_a_known_day_either() {
        let sound = *b"2026-11-21T09:38:07.465Z";
        for at in 0..24 {
            for byte in 0..=255 {
                let mut day = Day::default();
                day.read(&sound).unwrap();
                let mut text = sound;
                text[at] = byte;
                assert_eq!(day.read(&text), parse_canonical(&text), "{}", String::from_utf8_lossy(&text));
            }
        }
    }

    #[test]
    fn foreign_forms_of_a_time_are_read_and_cut_to_milliseconds() {
        let nine = Time::parse("2026-11-21T09:00:00.000Z");
        assert_eq!(Time::parse("2026-11-21T10:00:00+01:00"), nine);
        assert_eq!(Time::parse("2026-11-21T09:00:00.000999Z"), nine);
        assert_eq!(Time::parse("2026-11-21"), None);
        assert_eq!(Time::parse("yesterday"), None);
    }

    #[test]
    fn durations_read_and_print() {
        for (text, millis) in [("15m", 900_000), ("0s", 0), ("7d", 604_800_000), ("250ms", 250)] {
            assert_eq!(parse_duration(text), Some(millis));
            assert_eq!(print_duration(millis), text);
        }
        for text in ["", "m", "15", "-1m", "1.5h", "15 m", "99999999999999999999d", "9999999999999d"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
