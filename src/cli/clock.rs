//! The wall clock. Nothing below reads it.

use crate::event::{Time, parse_duration};
use chrono::Utc;

pub(crate) fn now() -> Time {
    Time::from(Utc::now())
}

/// A moment that a person names: RFC 3339, with or without seconds; a day; or `now`.
pub(crate) fn moment(text: &str) -> Result<Time, String> {
    if text == "now" {
        return Ok(now());
    }
    let minute = text.split_at_checked("2026-11-21T09:00".len());
    Time::parse(text)
        .or_else(|| Time::parse(&format!("{text}T00:00:00Z")))
        .or_else(|| minute.and_then(|(minute, zone)| Time::parse(&format!("{minute}:00{zone}"))))
        .ok_or_else(|| {
            "a time is `2026-11-21T09:00:00Z`, `2026-11-21T09:00Z`, `2026-11-21`, or `now`".to_string()
        })
}

pub(crate) fn duration(text: &str) -> Result<i64, String> {
    parse_duration(text).ok_or_else(|| "a duration is a number and ms, s, m, h or d: `15m`".to_string())
}
