//! What is different between two versions of a process, as their files say it: key by key, and of what stands in
//! order, line by line. Steps are looked at as the states that they become.

use super::check::sends;
use super::expand::flow;
use crate::explore::{Found, Report};
use crate::process::tree::{Member, Node};
use serde::Serialize;

/// One place where they differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// As in `states.cooking.on.FoodCooked`.
    pub path: String,
    /// What only the first has there, as YAML.
    pub removed: Vec<String>,
    /// What only the second has.
    pub added: Vec<String>,
}

/// How what stands under a key is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Root,
    /// Key by key, each looked at so.
    Each(&'static Look),
    State,
    Region,
    /// One thing, or several whose order counts.
    Rule,
    /// Names whose order does not count.
    Names,
    /// As a whole.
    Whole,
}

impl Look {
    fn under(self, key: &str) -> Look {
        match (self, key) {
            (Look::Each(look), _) => *look,
            (Look::Root | Look::Region, "states") => Look::Each(&Look::State),
            (Look::Root | Look::Region, "any") => Look::Rule,
            (Look::Root, "regions") => Look::Each(&Look::Region),
            (Look::Root, "joins" | "starts-on") => Look::Rule,
            (Look::Root, "data") => Look::Each(&Look::Whole),
            (Look::State, "on") => Look::Each(&Look::Rule),
            (Look::State, "enter" | "whenever") => Look::Rule,
            (Look::State, "ignore" | "defer") => Look::Names,
            _ => Look::Whole,
        }
    }
}

/// What tells versions apart whatever they do.
const NAMES: [&str; 2] = ["process", "version"];

/// Where two definitions differ, in the order in which the second stands, what it lacks where it stood.
pub fn differences(one: &Node, other: &Node) -> Vec<Difference> {
    let mut found = Vec::new();
    walk(Look::Root, "", Some(one), Some(other), &mut found);
    found
}

fn walk(look: Look, path: &str, one: Option<&Node>, other: Option<&Node>, found: &mut Vec<Difference>) {
    let inside = matches!(look, Look::Root | Look::Each(_) | Look::State | Look::Region);
    if let (true, Some(left), Some(right)) = (inside, one.and_then(Node::map), other.and_then(Node::map)) {
        let names = |members: &'_ [Member]| -> Vec<String> {
            members.iter().map(|member| member.key.clone()).collect()
        };
        for key in keys(&names(left), &names(right)) {
            if path.is_empty() && NAMES.contains(&&*key) {
                continue;
            }
            let of = |members: &[Member]| members.iter().position(|member| member.key == key);
            let (left, right) = (of(left).map(|at| &left[at].value), of(right).map(|at| &right[at].value));
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            walk(look.under(&key), &path, left, right, found);
        }
        return;
    }
    let (left, right) = (lines(look, one), lines(look, other));
    let (removed, added) = match look {
        Look::Names => (without(&left, &right), without(&right, &left)),
        _ => unmatched(&left, &right),
    };
    if !removed.is_empty() || !added.is_empty() {
        found.push(Difference { path: path.to_string(), removed, added });
    }
}

/// The keys of both: in the order of the second, each that only the first has after the one that it stood behind.
pub fn keys(one: &[String], other: &[String]) -> Vec<String> {
    let mut keys = other.to_vec();
    let mut at = 0;
    for key in one {
        match keys.iter().position(|known| known == key) {
            Some(place) => at = place + 1,
            None => {
                keys.insert(at, key.clone());
                at += 1;
            }
        }
    }
    keys
}

/// What stands there, one line for each thing that may differ alone.
fn lines(look: Look, node: Option<&Node>) -> Vec<String> {
    let Some(node) = node else { return Vec::new() };
    match look {
        Look::Rule | Look::Names => node.one_or_more().iter().map(flow).collect(),
        _ => vec![flow(node)],
    }
}

fn without(lines: &[String], others: &[String]) -> Vec<String> {
    lines.iter().filter(|line| !others.contains(line)).cloned().collect()
}

/// What of each is not in the longest sequence that both have.
fn unmatched(left: &[String], right: &[String]) -> (Vec<String>, Vec<String>) {
    let all = aligned(left, right);
    let of = |side| all.iter().filter(|(at, _)| *at == side).map(|(_, line)| (*line).clone()).collect();
    (of(Side::One), of(Side::Other))
}

/// Which of two has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    One,
    Other,
    Both,
}

/// Two sequences as one, around the longest that both have (Wagner and Fischer 1974).
pub fn aligned<'a, T: PartialEq>(left: &'a [T], right: &'a [T]) -> Vec<(Side, &'a T)> {
    let mut longest = vec![vec![0u32; right.len() + 1]; left.len() + 1];
    for (i, one) in left.iter().enumerate().rev() {
        for (j, other) in right.iter().enumerate().rev() {
            longest[i][j] = match one == other {
                true => longest[i + 1][j + 1] + 1,
                false => longest[i + 1][j].max(longest[i][j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut all = Vec::new();
    while i < left.len() || j < right.len() {
        if i < left.len() && j < right.len() && left[i] == right[j] {
            all.push((Side::Both, &right[j]));
            (i, j) = (i + 1, j + 1);
        } else if j == right.len() || i < left.len() && longest[i + 1][j] >= longest[i][j + 1] {
            all.push((Side::One, &left[i]));
            i += 1;
        } else {
            all.push((Side::Other, &right[j]));
            j += 1;
        }
    }
    all
}

/// What a scenario says to both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compared {
    pub scenario: String,
    /// Every outcome is the same, with as many orderings.
    pub agree: bool,
    /// No bound was reached.
    pub whole: bool,
    pub outcomes: Vec<Outcome>,
}

/// An outcome that not both have, or not as often: with so many orderings, none where it has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Where it rests, and what was sent.
    pub outcome: String,
    pub from: Option<String>,
    pub to: Option<String>,
}

impl Compared {
    /// The same scenario, explored with either.
    pub fn of(one: &Report, other: &Report) -> Compared {
        let of = |found: &Found| {
            (format!("{}; {}", found.outcome.rests, sends(found)), found.orderings.to_string())
        };
        let (left, right): (Vec<_>, Vec<_>) =
            (one.outcomes.iter().map(of).collect(), other.outcomes.iter().map(of).collect());
        let find = |all: &[(String, String)], outcome: &str| {
            all.iter().find(|(known, _)| known == outcome).map(|(_, orderings)| orderings.clone())
        };
        let gone = left.iter().filter(|(outcome, _)| find(&right, outcome).is_none());
        let outcomes = right.iter().chain(gone).map(|(outcome, _)| Outcome {
            outcome: outcome.clone(),
            from: find(&left, outcome),
            to: find(&right, outcome),
        });
        let outcomes: Vec<Outcome> = outcomes.filter(|outcome| outcome.from != outcome.to).collect();
        let whole = one.stopped.is_none() && other.stopped.is_none();
        Compared { scenario: one.scenario.clone(), agree: whole && outcomes.is_empty(), whole, outcomes }
    }
}

pub fn text(one: &str, other: &str, alike: bool, found: &[Difference], checked: &[Compared]) -> String {
    let mut text = match (alike, found.is_empty()) {
        (true, true) => format!("{other} is {one}\n"),
        (true, false) => format!("{other} decides as {one} does, and is written otherwise\n"),
        (false, _) => format!("{one} → {other}\n"),
    };
    for Difference { path, removed, added } in found {
        text.push_str(&format!("\n{path}\n"));
        removed.iter().for_each(|line| text.push_str(&format!("  - {line}\n")));
        added.iter().for_each(|line| text.push_str(&format!("  + {line}\n")));
    }
    for Compared { scenario, agree, whole, outcomes } in checked {
        let says = match (agree, whole) {
            (true, _) => "they agree, every outcome is reached as often",
            (false, true) => "they do not agree",
            (false, false) => "a bound was reached, so this is not all",
        };
        text.push_str(&format!("\n{scenario}: {says}\n"));
        for Outcome { outcome, from, to } in outcomes {
            let orderings = |count: &Option<String>| match count.as_deref() {
                None => "never".to_string(),
                Some("1") => "1 ordering".to_string(),
                Some(many) => format!("{many} orderings"),
            };
            text.push_str(&format!("  {outcome}\n    {} → {}\n", orderings(from), orderings(to)));
        }
    }
    text
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Json<'a> {
    from: &'a str,
    to: &'a str,
    alike: bool,
    differences: &'a [Difference],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    scenarios: &'a [Compared],
}

pub fn json(from: &str, to: &str, alike: bool, found: &[Difference], checked: &[Compared]) -> String {
    let json = Json { from, to, alike, differences: found, scenarios: checked };
    serde_json::to_string_pretty(&json).expect("plain data") + "\n"
}
