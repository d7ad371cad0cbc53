//! What of a definition was ever used: its reactions, its guards, what its states ignore and defer, its ends.
//!
//! A reaction under `any` is used where any state has used it. A guard is covered when it has held and has failed;
//! of a reaction that was undone, because an expression in it failed, nothing counts but its guard.

use super::graph::process::{ENTRY, WHENEVER, any_of, named};
use super::words::columns;
use crate::process::{Answers, Definition, Reaction, RegionId, STARTS, State, Used};
use crate::span::Span;
use serde_json::{Value, json};

/// A reaction, a list's entry, a guard or an end; with where it stands.
struct Row<'a> {
    span: Span,
    /// In whose part's file it stands, if it is a part's.
    region: Option<RegionId>,
    state: String,
    on: &'a str,
    to: Option<&'a str>,
    when: Option<String>,
    taken: bool,
    held: bool,
    failed: bool,
}

/// One message under `ignore` or `defer` of a state, or of what states share.
struct Listed<'a> {
    state: String,
    does: &'static str,
    message: &'a str,
    used: bool,
}

struct Coverage<'a> {
    definition: &'a Definition,
    reactions: Vec<Row<'a>>,
    lists: Vec<Listed<'a>>,
    ends: Vec<(&'a State, bool)>,
    /// Of `starts-when`: whether it has held, and failed.
    starts: Option<(String, bool, bool)>,
}

impl<'a> Coverage<'a> {
    fn of(definition: &'a Definition, used: &Used) -> Coverage<'a> {
        let mut coverage = Coverage {
            definition,
            reactions: Vec::new(),
            lists: Vec::new(),
            ends: Vec::new(),
            starts: definition
                .starts_when
                .as_ref()
                .map(|when| (when.to_string(), used.held.contains(&STARTS), used.failed.contains(&STARTS))),
        };
        for starter in &definition.starts_on {
            let rule = starter.reaction.as_deref().unwrap_or_default();
            coverage.rule(used, None, "start", &starter.type_, rule);
        }
        for state in &definition.states {
            let (name, region) = (named(definition, state), Some(state.region));
            coverage.rule(used, region, &name, ENTRY, &state.enter);
            coverage.answers(used, region, &name, &state.own, &|_| vec![state]);
            coverage.rule(used, region, &name, WHENEVER, &state.whenever);
            coverage.ends.extend(state.end.map(|_| (state, used.entered.contains(&*name))));
        }
        for shared in &definition.any {
            let name = any_of(definition, shared);
            // What a state says itself, or an earlier block, is not said here.
            let says = |type_: &str| {
                let before = |state: &&State| {
                    let mut asked = definition.asked(state);
                    shared.is_for(state)
                        && asked
                            .find(|answers| answers.ignore.contains(type_) || answers.defer.contains(type_))
                            .is_some_and(|answers| std::ptr::eq(answers, &shared.answers))
                };
                definition.states.iter().filter(before).collect()
            };
            coverage.answers(used, Some(shared.region), &name, &shared.answers, &says);
        }
        for join in &definition.joins {
            coverage.reaction(used, None, "join", "", &join.reaction, Some(join.when.to_string()));
        }
        coverage.reactions.sort_by_key(|row| (definition.file_of(row.region), row.span));
        coverage
    }

    fn answers(
        &mut self,
        used: &Used,
        region: Option<RegionId>,
        state: &str,
        answers: &'a Answers,
        says: &dyn Fn(&str) -> Vec<&'a State>,
    ) {
        for (type_, rule) in &answers.on {
            self.rule(used, region, state, type_, rule);
        }
        for (does, names) in [("ignore", &answers.ignore), ("defer", &answers.defer)] {
            for name in names {
                let listed = says(name)
                    .iter()
                    .any(|state| used.listed.contains(&(self.definition.name_of(state), name.clone())));
                self.lists.push(Listed { state: state.to_string(), does, message: name, used: listed });
            }
        }
    }

    fn rule(
        &mut self,
        used: &Used,
        region: Option<RegionId>,
        state: &str,
        on: &'a str,
        rule: &'a [Reaction],
    ) {
        for reaction in rule {
            let when = reaction.when.as_ref().map(|when| when.to_string());
            self.reaction(used, region, state, on, reaction, when);
        }
    }

    fn reaction(
        &mut self,
        used: &Used,
        region: Option<RegionId>,
        state: &str,
        on: &'a str,
        reaction: &'a Reaction,
        when: Option<String>,
    ) {
        let number = self.definition.number_of(reaction);
        self.reactions.push(Row {
            span: reaction.span,
            region,
            state: state.to_string(),
            on,
            to: reaction.to.map(|to| &*self.definition.state(to).name),
            when,
            taken: used.taken.contains(&number),
            held: used.held.contains(&number),
            failed: used.failed.contains(&number),
        });
    }

    /// Line and column; of a part, with its file.
    fn place(&self, row: &Row) -> String {
        let (file, source) = self.definition.source_of(row.region);
        let (line, column) = source.line_column(row.span.start);
        match self.definition.file_of(row.region) {
            0 => format!("{line}:{column}"),
            _ => format!("{file}.yaml:{line}:{column}"),
        }
    }

    /// Guards of reactions, and `starts-when`: whether each has held, and failed.
    fn guards(&self) -> Vec<(bool, bool)> {
        let rows = self.reactions.iter().filter(|row| row.when.is_some()).map(|row| (row.held, row.failed));
        rows.chain(self.starts.iter().map(|(_, held, failed)| (*held, *failed))).collect()
    }

    fn text(&self) -> String {
        let counts = |used: usize, all: usize| format!("{used} of {all}");
        let taken = self.reactions.iter().filter(|row| row.taken).count();
        let guards = self.guards();
        let both = guards.iter().filter(|(held, failed)| *held && *failed).count();
        let listed = self.lists.iter().filter(|listed| listed.used).count();
        let reached = self.ends.iter().filter(|(_, reached)| *reached).count();
        let mut text = format!("{} in {}\n", self.definition.full_name(), self.definition.source.name);
        let all = [
            ("reactions", taken, self.reactions.len(), "taken"),
            ("guards", both, guards.len(), "both held and failed"),
            ("lists", listed, self.lists.len(), "answered by ignore or defer"),
            ("ends", reached, self.ends.len(), "reached"),
        ];
        let rows = all.iter().filter(|(_, _, all, _)| *all > 0);
        let rows: Vec<Vec<String>> = rows
            .map(|(what, used, all, how)| vec![format!("  {what}"), format!("{} {how}", counts(*used, *all))])
            .collect();
        text += &columns(&rows);
        text += &self.part("never taken", self.reactions.iter().filter(|row| !row.taken), |_| None);
        // A guard of what was never asked is told above.
        let asked = || self.reactions.iter().filter(|row| row.held != row.failed);
        text += &self.part("guards with one answer", asked(), |row| {
            Some(if row.held { "never failed" } else { "never held" })
        });
        if let Some((when, held, _)) = self.starts.as_ref().filter(|(_, held, failed)| held != failed) {
            let how = if *held { "never failed" } else { "never held" };
            text += &format!("starts-when {how}: {when}\n");
        }
        let idle: Vec<Vec<String>> = self
            .lists
            .iter()
            .filter(|listed| !listed.used)
            .map(|listed| vec![format!("  {}", listed.state), format!("{} {}", listed.does, listed.message)])
            .collect();
        if !idle.is_empty() {
            text += &format!("listed in vain\n{}", columns(&idle));
        }
        let never: Vec<String> = self
            .ends
            .iter()
            .filter(|(_, reached)| !reached)
            .map(|(state, _)| named(self.definition, state))
            .collect();
        if !never.is_empty() {
            text += &format!("ends never reached\n  {}\n", never.join(", "));
        }
        text
    }

    /// Reactions under a heading, with their places; nothing where there are none.
    fn part<'r>(
        &self,
        heading: &str,
        rows: impl Iterator<Item = &'r Row<'r>>,
        how: impl Fn(&Row) -> Option<&'static str>,
    ) -> String {
        let rows: Vec<Vec<String>> = rows
            .map(|row| {
                let guard = row.when.as_ref().map_or(String::new(), |when| format!(" [{when}]"));
                let to = row.to.map_or(String::new(), |to| format!(" → {to}"));
                let mut cells = vec![format!("  {}", self.place(row)), row.state.clone()];
                cells.push(format!("{}{guard}{to}", row.on));
                cells.extend(how(row).map(str::to_string));
                cells
            })
            .collect();
        if rows.is_empty() { String::new() } else { format!("{heading}\n{}", columns(&rows)) }
    }

    fn json(&self) -> Value {
        let reaction = |row: &Row| {
            let (file, source) = self.definition.source_of(row.region);
            let (line, column) = source.line_column(row.span.start);
            let part = (self.definition.file_of(row.region) > 0).then_some(file);
            let guard =
                row.when.as_ref().map(|when| json!({"when": when, "held": row.held, "failed": row.failed}));
            let mut told = json!({
                "state": row.state, "on": row.on, "to": row.to, "line": line, "column": column,
                "taken": row.taken, "guard": guard,
            });
            if let Some(part) = part {
                told["part"] = part.into();
            }
            told
        };
        let listed = |listed: &Listed| json!({"state": listed.state, "does": listed.does, "message": listed.message, "used": listed.used});
        let starts = self.starts.as_ref();
        let starts = starts.map(|(when, held, failed)| json!({"when": when, "held": held, "failed": failed}));
        let end = |(state, reached): &(&State, bool)| json!({"state": named(self.definition, state), "end": state.end.map(|end| end.name()), "reached": reached});
        json!({
            "process": self.definition.full_name(),
            "file": self.definition.source.name,
            "starts-when": starts,
            "reactions": self.reactions.iter().map(reaction).collect::<Vec<_>>(),
            "lists": self.lists.iter().map(listed).collect::<Vec<_>>(),
            "ends": self.ends.iter().map(end).collect::<Vec<_>>(),
        })
    }
}

/// What of a watched definition was used, and what was not.
pub fn text(definition: &Definition) -> String {
    Coverage::of(definition, &definition.watch.used()).text()
}

pub fn json(definition: &Definition) -> Value {
    Coverage::of(definition, &definition.watch.used()).json()
}

/// Of several, each with a blank line before it.
pub fn texts<'a>(definitions: impl IntoIterator<Item = &'a Definition>) -> String {
    definitions.into_iter().map(|definition| format!("\n{}", text(definition))).collect()
}

pub fn jsons<'a>(definitions: impl IntoIterator<Item = &'a Definition>) -> Value {
    definitions.into_iter().map(json).collect::<Vec<_>>().into()
}
