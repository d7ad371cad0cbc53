//! What stands under `steps`: each with its answers, and what does not fit together.

use crate::event::Name;
use crate::process::keys::Place;
use crate::process::page::{Page, says};
use crate::process::tree::{Meaning, Node, Value};
use crate::span::{Mistake, Span};
use std::collections::BTreeMap;

/// A step as it is written; what is wrong with it is left out, and said.
pub(super) struct Step<'n> {
    pub span: Span,
    /// Under `do`.
    pub ask: Option<Ask<'n>>,
    pub done: Option<Answer>,
    pub failed: Vec<Answer>,
    pub set: Option<&'n Node>,
    pub undo: Option<Ask<'n>>,
    pub undone: Option<Answer>,
    pub within: Option<&'n Node>,
    pub retry: Option<Retry<'n>>,
    pub pivot: bool,
    /// Something was meant to stand under `within`.
    waits: bool,
}

/// A command: as `send` takes it.
pub(super) struct Ask<'n> {
    pub name: Name,
    pub span: Span,
    pub node: &'n Node,
}

pub(super) struct Answer {
    pub name: Name,
    pub span: Span,
}

pub(super) struct Retry<'n> {
    pub times: u32,
    pub span: Span,
    pub every: &'n Node,
}

/// More tries than that are a mistake.
const MOST_TRIES: u32 = 1000;

/// `key` says nothing where none of the others stands beside it.
const NEEDS: [(&str, &[&str], &str); 7] = [
    ("done", &["do"], "it is the answer to what `do` asks for"),
    ("failed", &["done"], "a step waits until it is done or has failed: name both answers"),
    ("set", &["done"], "it keeps what `done` brings"),
    ("undone", &["undo"], "it is the answer to what `undo` asks for"),
    ("within", &["done", "undone"], "it says how long an answer is waited for"),
    ("retry", &["within", "failed"], "a step is tried again when nobody has answered `within` a time"),
    ("pivot", &["do"], "from the pivot on there is no way back, so it does something"),
];

const EXAMPLE: &str = "as in `steps: [{do: ReserveCredit, done: CreditReserved, failed: CreditLimitExceeded, undo: ReleaseCredit}]`";

/// All of them, in order.
pub(super) fn steps<'n>(page: &mut Page, node: &'n Node) -> Vec<Step<'n>> {
    let Some(items) = node.list() else {
        page.expected(node, "`steps` is a list of steps", EXAMPLE);
        return Vec::new();
    };
    if items.is_empty() {
        page.complain(node.span, "`steps` lists no step", "", EXAMPLE).is(Mistake::NothingListed);
    }
    let mut claimed = Claimed::default();
    let mut steps: Vec<Step> = Vec::new();
    for item in items {
        steps.extend(step(page, item, &mut claimed));
    }
    if !steps.is_empty() && steps.iter().all(|step| step.ask.is_none()) && page.diagnostics.is_empty() {
        let what = "no step does anything";
        page.complain(
            node.span,
            what,
            "",
            "a step with only an `undo` takes back what was before; others have a `do`",
        )
        .is(Mistake::MissingKey);
    }
    after_the_pivot(page, &steps);
    tried_again(page, &steps);
    steps
}

/// What each answer is the answer to: one thing, else a late one would be taken for another's.
#[derive(Default)]
struct Claimed(BTreeMap<Name, Span>);

impl Claimed {
    fn answer(&mut self, page: &mut Page, key: &str, node: &Node) -> Option<Answer> {
        let hint = format!("as in `{key}: CreditReserved`");
        let name = page.message_name(node, &format!("`{key}` wants a message's name"), &hint)?;
        if let Some(first) = self.0.get(&name) {
            let label = format!("it is an answer on line {} already", page.line(*first));
            let message = format!("`{name}` answers two things");
            let hint =
                "an answer may come late, and would be taken for the other one: give each a name of its own";
            page.complain(node.span, message, label, hint).is(Mistake::AnswersTwo);
            return None;
        }
        self.0.insert(name.clone(), node.span);
        Some(Answer { name, span: node.span })
    }
}

fn step<'n>(page: &mut Page, node: &'n Node, claimed: &mut Claimed) -> Option<Step<'n>> {
    let members = page.members(node, Place::Step, "a step is a mapping", EXAMPLE)?;
    let find = |key: &str| members.iter().find(|member| member.key == key);
    let span = members.first().map_or(node.span, |member| member.key_span);
    // A key that is only misspelt is there, and what is said of it is enough.
    let said = |key: &str| says(node, Place::Step, key);
    let mut alone = false;
    for (key, others, why) in NEEDS {
        let Some(member) = find(key) else { continue };
        if !others.iter().any(|other| said(other)) {
            let others: Vec<String> = others.iter().map(|other| format!("`{other}`")).collect();
            let message = format!("`{key}` says nothing without {}", others.join(" or "));
            page.complain(member.key_span, message, "", why).is(Mistake::MissingKey);
            alone = true;
        }
    }
    if !said("do") && !said("undo") && !alone {
        page.complain(span, "a step wants `do`, or `undo`, or both", "", EXAMPLE).is(Mistake::MissingKey);
    }
    let mut step = Step {
        span: node.span,
        ask: None,
        done: None,
        failed: Vec::new(),
        set: None,
        undo: None,
        undone: None,
        within: None,
        retry: None,
        pivot: false,
        waits: said("within"),
    };
    for member in &members {
        let value = &member.value;
        match member.key.as_str() {
            "do" => step.ask = ask(page, "do", value),
            "done" => step.done = claimed.answer(page, "done", value),
            "failed" => {
                step.failed = value
                    .one_or_more()
                    .iter()
                    .filter_map(|one| claimed.answer(page, "failed", one))
                    .collect();
            }
            "set" => step.set = Some(value),
            "undo" => step.undo = ask(page, "undo", value),
            "undone" => step.undone = claimed.answer(page, "undone", value),
            "within" => step.within = duration(page, "within", value),
            "retry" => step.retry = retry(page, value),
            "pivot" => step.pivot = page.boolean("pivot", value).unwrap_or_default(),
            other => unreachable!("`{other}` is in the table of keys"),
        }
    }
    Some(step)
}

/// One command: `Name`, or `{Name: data}`. What the data are is the reader's to say.
fn ask<'n>(page: &mut Page, key: &str, node: &'n Node) -> Option<Ask<'n>> {
    let hint =
        format!("as in `{key}: ReserveCredit`, or `{key}: {{ReserveCredit: {{amount: =data.amount}}}}`");
    let (name, span) = match &node.value {
        Value::Map(members) => match &members[..] {
            [member] => (page.message(&member.key, member.key_span)?, member.key_span),
            _ => {
                let hint = format!("{hint}; what is asked for beside it is a step of its own");
                page.complain(node.span, format!("`{key}` wants one command"), "", &hint)
                    .is(Mistake::OneMessageEach);
                return None;
            }
        },
        Value::List(_) => {
            let hint = format!("{hint}; the next one is a step of its own");
            page.complain(node.span, format!("`{key}` wants one command"), "this is a list", &hint)
                .is(Mistake::OneMessageEach);
            return None;
        }
        _ => (page.message_name(node, &format!("`{key}` wants a command"), &hint)?, node.span),
    };
    Some(Ask { name, span, node })
}

/// The text of a duration; whether it is one, the reader says.
fn duration<'n>(page: &mut Page, key: &str, node: &'n Node) -> Option<&'n Node> {
    let hint = format!("as in `{key}: 30s`");
    page.word(node, &format!("`{key}` wants a duration"), &hint)?;
    Some(node)
}

fn retry<'n>(page: &mut Page, node: &'n Node) -> Option<Retry<'n>> {
    let hint = "as in `retry: {times: 3, every: 5s}`";
    let members = page.members(node, Place::Retry, "`retry` is a mapping", hint)?;
    let find = |key: &str| members.iter().find(|member| member.key == key).map(|member| &member.value);
    for key in ["times", "every"].into_iter().filter(|key| !says(node, Place::Retry, key)) {
        page.complain(node.span, format!("`retry` wants `{key}`"), "", hint).is(Mistake::MissingKey);
    }
    let times = find("times").and_then(|node| times(page, node));
    let every = find("every").and_then(|node| duration(page, "every", node));
    Some(Retry { times: times?, span: node.span, every: every? })
}

fn times(page: &mut Page, node: &Node) -> Option<u32> {
    let number = node.scalar().filter(|scalar| scalar.meaning() == Meaning::Number);
    let times = number.and_then(|scalar| scalar.text.parse().ok());
    let times = times.filter(|times| (1..=MOST_TRIES).contains(times));
    if times.is_none() {
        let what = format!("`times` wants a whole number from 1 to {MOST_TRIES}");
        let hint = "it says how often a step is tried again, after the first time";
        match number {
            Some(_) => page.complain(node.span, what, "", hint).is(Mistake::NotWhole),
            None => page.expected(node, &what, hint),
        }
    }
    times
}

/// From the pivot on there is no way back.
fn after_the_pivot(page: &mut Page, steps: &[Step]) {
    let Some(pivot) = steps.iter().position(|step| step.pivot) else { return };
    let label = format!("the pivot stands on line {}", page.line(steps[pivot].span));
    for step in &steps[pivot + 1..] {
        if step.pivot {
            let hint = "keep the first of the two: what comes after it is not taken back";
            page.complain(step.span, "a second pivot", label.clone(), hint).is(Mistake::PastThePivot);
        }
        if let Some(undo) = &step.undo {
            let hint = "after the pivot a step is tried until it is done, or handed to a person: leave `undo` out, or move the pivot down";
            page.complain(undo.span, "this is never undone", label.clone(), hint).is(Mistake::PastThePivot);
        }
    }
}

/// A refusal is an answer: before the pivot, asking again would get the same.
fn tried_again(page: &mut Page, steps: &[Step]) {
    let past = steps.iter().position(|step| step.pivot).map_or(steps.len(), |pivot| pivot + 1);
    for step in &steps[..past] {
        if let Some(retry) = step.retry.as_ref().filter(|_| !step.waits && !step.failed.is_empty()) {
            let what = "`retry` says nothing without `within`";
            let hint = "before the pivot a step that was refused is not tried again, only one that nobody has answered: say `within` what time";
            page.complain(retry.span, what, "", hint).is(Mistake::MissingKey);
        }
    }
}
