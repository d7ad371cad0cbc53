//! A state in which an instance may wait for ever: no alarm that it answers is armed there for certain.

use super::course::{Answer, Course, answers};
use super::finding::Finding;
use crate::process::StateId;
use crate::span::{Mistake, listed};

pub fn never_wakes(course: &Course) -> Vec<Finding> {
    let definition = course.definition;
    let mut found = Vec::new();
    for (id, state, known) in course.resting().filter(|(_, state, _)| state.end.is_none()) {
        if known.certain.iter().any(|alarm| wakes(course, id, alarm)) {
            continue;
        }
        let sometimes: Vec<&str> =
            known.perhaps.iter().filter(|alarm| wakes(course, id, alarm)).map(|alarm| &***alarm).collect();
        let label = match &sometimes[..] {
            [] => "no alarm that it answers is armed here".to_string(),
            some => format!("{} is armed on some ways into it, not on all", listed(some.iter().copied())),
        };
        let what = format!("an instance may wait in `{}` for ever", state.name);
        let finding =
            Finding::new(Mistake::NeverWakes, (&definition.source, state.span), what, &[&state.name]);
        found.push(finding.label(label).hint(
            "arm one on every way in, as in `enter: {alarm: {AnswerIsLate: 15m}}`, and say what it does",
        ));
    }
    found
}

/// Whether a ring does something there, or parks the instance where a person sees it.
fn wakes(course: &Course, id: StateId, alarm: &str) -> bool {
    let answers = answers(course.definition, id, alarm);
    let reacts = answers.iter().any(|(_, answer)| matches!(answer, Answer::Reacts(_)));
    reacts && !answers.iter().any(|(_, answer)| matches!(answer, Answer::Ignores | Answer::Defers))
}
