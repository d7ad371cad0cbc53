//! How services are handed to the program, and how far the two must agree where services answer. No part of
//! the oracle.

use super::model::Case;
use super::yaml;
use anyorder::error::Result;
use anyorder::process::{Service, read_service};
use anyorder::span::Source;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The services of a case by name, as the program reads them.
pub fn services(case: &Case) -> Result<BTreeMap<String, Arc<Service>>> {
    let read = |service| {
        let text = yaml::service(service);
        let source = Source::new(format!("{}.yaml", service.name), text);
        Ok((service.name.to_string(), Arc::new(read_service(&source)?)))
    };
    case.services.iter().map(read).collect()
}

/// Whether the writing of a word, and which of several ways is the nearest, is left open.
pub fn is_rough(case: &Case) -> bool {
    !case.services.is_empty()
}

/// How an ordering is compared: word by word; where services answer, by its length.
pub fn told(case: &Case, kind: &str, ordering: &[String]) -> String {
    match kind {
        _ if !is_rough(case) => ordering.join(" "),
        // The beginning of one, or a whole one.
        "unanswered" | "twice" => String::new(),
        _ => format!("{} words", ordering.len()),
    }
}

/// A line begins with where all rest, up to the effects: who is parked may be said in any order.
pub fn rests(case: &Case, line: &str) -> String {
    let (outcome, effects) = line.split_once(" {").expect("effects are always said");
    let mut parts: Vec<&str> = outcome.split(", ").collect();
    if is_rough(case) {
        parts.sort();
    }
    format!("{} {{{effects}", parts.join(", "))
}

/// A word without all that tells it from others of its name: what a message is, and what became of it.
pub fn plain(word: &str) -> String {
    if word.starts_with("crash(") {
        return word.to_string();
    }
    let word = word.split_once(':').map_or(word, |(_, said)| said);
    let is_sign = |c: char| matches!(c, '+' | '-' | '!');
    let end = word.find(|c: char| !c.is_alphanumeric()).unwrap_or(word.len());
    let sign = word[end..].find(is_sign).map_or("", |at| &word[end + at..end + at + 1]);
    format!("{}{sign}", &word[..end])
}
