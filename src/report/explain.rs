//! What each kind of mistake means, told to somebody who writes their first process.
//!
//! The stories stand in text files, one for each hundred of codes, as they are printed: a title behind the
//! code, a few lines, a wrong example and a right one. `tests/explain.rs` holds them to the readers: a
//! wrong example raises just that code, a right one raises nothing. What a key is for comes from the table of keys.

use crate::process::keys::{Key, Place, Shape, keys};
use crate::span::Mistake;
use serde_json::json;
use std::fmt::Write;

/// By the hundreds of the codes.
const STORIES: [&str; 8] = [
    include_str!("explain/yaml.txt"),
    include_str!("explain/form.txt"),
    include_str!("explain/meaning.txt"),
    include_str!("explain/expression.txt"),
    include_str!("explain/scenario.txt"),
    include_str!("explain/workspace.txt"),
    include_str!("explain/service.txt"),
    include_str!("explain/lint.txt"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Story {
    pub mistake: Mistake,
    pub title: &'static str,
    /// Why, and how it is written; ends in its last line, without a newline.
    pub text: &'static str,
}

/// Every kind has one.
pub fn story(mistake: Mistake) -> Story {
    let hundred = mistake as usize / 100;
    let told = STORIES.get(hundred - 1).and_then(|stories| find(stories, mistake));
    told.unwrap_or_else(|| panic!("{mistake} has no story"))
}

fn find(stories: &'static str, mistake: Mistake) -> Option<Story> {
    let heading = format!("{mistake} ");
    let start = stories.starts_with(&heading).then_some(0);
    let start = start.or_else(|| stories.find(&format!("\n{heading}")).map(|at| at + 1))?;
    let (title, rest) = stories[start + heading.len()..].split_once('\n')?;
    let next = rest.match_indices("\nE0").map(|(at, _)| at).next();
    Some(Story { mistake, title, text: rest[..next.unwrap_or(rest.len())].trim_matches('\n') })
}

/// All of one kind.
pub fn text(mistake: Mistake) -> String {
    let Story { title, text, .. } = story(mistake);
    format!("{mistake}: {title}\n\n{text}\n")
}

/// One line each.
pub fn list() -> String {
    Mistake::ALL.iter().map(|mistake| format!("{mistake}  {}\n", story(*mistake).title)).collect()
}

pub fn json(mistake: Mistake) -> String {
    let Story { title, text, .. } = story(mistake);
    format!("{}\n", json!({"code": mistake.to_string(), "title": title, "explanation": text}))
}

pub fn json_list() -> String {
    let line =
        |mistake: &Mistake| json!({"code": mistake.to_string(), "title": story(*mistake).title}).to_string();
    format!("[{}]\n", Mistake::ALL.iter().map(line).collect::<Vec<_>>().join(",\n "))
}

/// The kinds whose titles hold a word that somebody asked for instead of a code.
pub fn about(word: &str) -> Vec<Mistake> {
    let word = word.to_lowercase();
    let told = |mistake: &&Mistake| story(**mistake).title.to_lowercase().contains(&word);
    Mistake::ALL.iter().filter(told).copied().collect()
}

/// Where a key may stand, by its name or by what other tools call it.
pub fn places(word: &str) -> Vec<(Place, &'static Key)> {
    let all = || Place::ALL.into_iter().flat_map(|place| keys(place).iter().map(move |key| (place, key)));
    let named: Vec<_> = all().filter(|(_, key)| key.name == word).collect();
    if named.is_empty() { all().filter(|(_, key)| key.also.contains(&word)).collect() } else { named }
}

/// What a key is for, in each of its places.
pub fn key(places: &[(Place, &'static Key)]) -> String {
    let mut text = String::new();
    for (place, key) in places {
        writeln!(text, "`{}` in {}: {}", key.name, inside(*place), key.does).expect("a string");
        writeln!(text, "  takes {}", takes(key.shape)).expect("a string");
    }
    let mut names: Vec<&str> = places.iter().map(|(_, key)| key.name).collect();
    names.dedup();
    let spoken: Vec<String> =
        Mistake::ALL.iter().filter(|code| speaks(**code, &names)).map(Mistake::to_string).collect();
    if !spoken.is_empty() {
        writeln!(text, "errors that speak of it: {}", spoken.join(", ")).expect("a string");
    }
    text
}

pub fn json_key(places: &[(Place, &'static Key)]) -> String {
    let place = |(place, key): &(Place, &Key)| {
        json!({"key": key.name, "in": inside(*place), "does": key.does, "takes": takes(key.shape)})
            .to_string()
    };
    format!("[{}]\n", places.iter().map(place).collect::<Vec<_>>().join(",\n "))
}

fn speaks(mistake: Mistake, names: &[&str]) -> bool {
    let Story { title, text, .. } = story(mistake);
    names.iter().map(|name| format!("`{name}`")).any(|name| title.contains(&name) || text.contains(&name))
}

fn inside(place: Place) -> &'static str {
    if place == Place::Process { "a process" } else { place.name() }
}

/// What stands under a key.
fn takes(shape: Shape) -> String {
    let words = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    match shape {
        Shape::Text => "a text",
        Shape::Integer => "a whole number from 1",
        Shape::Count => "a whole number from 0",
        Shape::Boolean => "`true` or `false`",
        Shape::Expression => "an expression, without `=`",
        Shape::Choice(choices) => return format!("one of {}", words(choices)),
        Shape::Choices(choices) => return format!("one of {}, or a list of them", words(choices)),
        Shape::ListOfChoices(choices) => return format!("a list of {}", words(choices)),
        Shape::Starters => "a message's name, a list of them, or a mapping from names to reactions",
        Shape::Correlate => "an expression without `=`, or a mapping from messages to such",
        Shape::Shared => "a mapping, as in `{on: {OrderCancelled: {to: cancelled}}}`, or a list of such",
        Shape::Regions => "a mapping from names to regions, as in `{kitchen: {use: kitchen-part@1}}`",
        Shape::Joins => "a join, as in `{when: state.kitchen == 'cooked', end: success}`, or a list of such",
        Shape::Allows => {
            "a mapping, as in `{lint: never-wakes, in: cooking, because: the cook always answers}`, or a list of such"
        }
        Shape::Rule => "a reaction, as in `{when: data.paid, send: CookFood}`, or a list of which the first whose `when` holds is taken",
        Shape::Each => "a name, `in`, and a list, as in `{CheckOut: {guest: =g}, each: g in data.guests}`",
        Shape::AlarmKey => "a text, a number, or `=` and an expression",
        Shape::StateNames => "a state's name, or a list of them",
        Shape::Literals => "a mapping from names to values, none of them an expression",
        Shape::States => "a mapping from names to states",
        Shape::StateName => "a state's name",
        Shape::Resting => "a state's name; with regions `{payment: paid}`, too",
        Shape::Reactions => "a mapping from messages to reactions, as in `{OrderPaid: {to: done}}`",
        Shape::Names => "a name, or a list of them",
        Shape::Set => "a mapping, as in `{total: =event.data.total}`",
        Shape::Messages => "`CookFood`, `{CookFood: {table: =data.table}}`, or a list of such",
        Shape::Alarms => {
            "`{PaymentTimedOut: 15m}`, `{Leaves: {after: 15m, key: =event.data.guest}}`, or a list of such"
        }
        Shape::AlarmNames => {
            "an alarm's name, `{Leaves: =event.data.guest}` for one of several, or a list of such"
        }
        Shape::Duration => "`15m`: a whole number and one of ms, s, m, h, d; or `=` and an expression",
        Shape::Time => "`=` and an expression that gives a time",
        Shape::Template => "any value; a text that begins with `=` is an expression",
        Shape::Processes => "a process's name, `name@version` or a path, or a list of them",
        Shape::Stimuli => "`OrderPaid`, `{OrderPaid: {total: 10}}`, or a list of such",
        Shape::Mapping(place) => {
            return format!(
                "a mapping with {}",
                words(&keys(place).iter().map(|key| key.name).collect::<Vec<_>>())
            );
        }
        Shape::Texts => "a text, or a list of them",
        Shape::Properties => "a mapping from names to expressions without `=`",
        Shape::Replies => {
            "a mapping from messages to answers, as in `{CookFood: {after: 8m, publish: FoodCooked}}`"
        }
        Shape::Chance => "a number from 0 to 1",
        Shape::Delay => "`8m`, `5m..20m`, `{exponential: 8m}`, or `=` and an expression",
        Shape::Steps => {
            "`OrderPaid`, `{OrderPaid: {total: 10}}`, an alarm's name, `{advance: 15m}`, or a list of such"
        }
        Shape::Then => "what is expected, as in `{state: paid}`; with several processes, one such for each",
        Shape::Expected => "`CookFood`, `{CookFood: {table: 5}}`, or a list of such; `[]` is none",
        Shape::Armed => "an alarm's name, a list of them, or `{PaymentTimedOut: 15m}`; `[]` is none",
        Shape::Reason => "`true`, `false`, or the reason",
        Shape::Saga => "a list of steps, as in `[{do: ReserveCredit, done: CreditReserved, undo: ReleaseCredit}]`",
        Shape::Command => "`ReserveCredit`, or `{ReserveCredit: {amount: =data.amount}}`",
        Shape::Name => "a message's name",
    }
    .to_string()
}
