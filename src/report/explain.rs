//! What each kind of mistake means, told to somebody who writes their first process.
//!
//! The stories stand in text files, one for each hundred of codes, as they are printed: a title behind the
//! code, a few lines, a wrong example and a right one. `tests/explain.rs` holds them to the readers: a
//! wrong example raises just that code, a right one raises nothing.

use crate::span::Mistake;
use serde_json::json;

/// By the hundreds of the codes.
const STORIES: [&str; 7] = [
    include_str!("explain/yaml.txt"),
    include_str!("explain/form.txt"),
    include_str!("explain/meaning.txt"),
    include_str!("explain/expression.txt"),
    include_str!("explain/scenario.txt"),
    include_str!("explain/workspace.txt"),
    include_str!("explain/service.txt"),
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
