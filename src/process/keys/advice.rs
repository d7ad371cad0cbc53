//! What was probably meant by a key that its place does not know.

use super::{Key, Place, find, keys, service};
use crate::span::nearest;

/// The key that an unknown one was meant as, by its spelling or by another tool's word for it.
pub fn meant(place: Place, unknown: &str) -> Option<&'static Key> {
    let spelled = spelling(unknown);
    let here = keys(place);
    let named = |key: &&Key| spelling(key.name) == spelled;
    let called = |key: &&Key| key.also.iter().any(|also| spelling(also) == spelled);
    here.iter().find(named).or_else(|| here.iter().find(called)).or_else(|| {
        // A word of another place is that word, and no slip.
        let elsewhere = place.kin().iter().any(|other| find(*other, unknown).is_some());
        let near = nearest(unknown, here.iter().map(|key| key.name)).filter(|_| !elsewhere)?;
        find(place, near)
    })
}

/// What to do about a key that the place does not know, among those that stand `beside` it.
pub fn advice(place: Place, unknown: &str, beside: &[&str]) -> String {
    if matches!(place, Place::Service | Place::Reply)
        && let Some((_, advice)) = service::NOT_OF_A_SERVICE.iter().find(|(name, _)| *name == unknown)
    {
        return advice.to_string();
    }
    if let Some(key) = meant(place, unknown) {
        return if beside.contains(&key.name) {
            format!("`{}` stands here already; {}", key.name, all(place))
        } else if spelling(key.name) == spelling(unknown) {
            format!("it is written `{}`", key.name)
        } else if key.also.iter().any(|also| spelling(also) == spelling(unknown)) {
            format!("here it is called `{}`", key.name)
        } else {
            format!("did you mean `{}`?", key.name)
        };
    }
    // Messages are written so, and keys never.
    if find(place, "on").is_some() && unknown.starts_with(|c: char| c.is_ascii_uppercase()) {
        return format!("a message stands under `on`, as in `on: {{{unknown}: …}}`");
    }
    if let Some(other) = place.kin().iter().find(|other| find(**other, unknown).is_some()) {
        let how = match other {
            Place::Process | Place::Scenario | Place::Spec => "at the top of the file",
            Place::State => "in a state",
            Place::Reaction => "in a reaction, under a message's name",
            Place::Shared => "in a block under `any`",
            Place::Region => "in a region, under its name",
            Place::Join => "in a join",
            Place::Step => "in a step, under `steps`",
            Place::Retry => "under `retry`, in a step",
            Place::Ends => "under `ends`",
            Place::Outgoing => "beside the name of a message, under `send` or `publish`",
            Place::Alarm => "in an alarm, under its name",
            Place::Stimulus | Place::Given | Place::Sent => "in a message's long form, beside `event`",
            Place::Then => "under `then`",
            Place::Expect => "under `expect`",
            Place::Bounds => "under `bounds`",
            Place::Faults => "under `faults`",
            Place::Service => "at the top of the file",
            Place::Reply => "in an answer, under a message's name",
            Place::Delay => "under `after`",
            Place::Allow => "under `allow`",
        };
        return format!("`{unknown}` belongs {how}");
    }
    let words = keys(place).iter().flat_map(|key| key.also.iter().map(move |also| (*also, key.name)));
    if let Some(word) = nearest(unknown, words.clone().map(|(also, _)| also).filter(|also| also.len() > 4)) {
        let (_, name) = words.into_iter().find(|(also, _)| *also == word).expect("one of them");
        return format!("if you mean a {word}: here it is called `{name}`");
    }
    all(place)
}

fn all(place: Place) -> String {
    let names: Vec<String> = keys(place).iter().map(|key| format!("`{}`", key.name)).collect();
    format!("the keys of {} are {}", place.name(), names.join(", "))
}

/// `startsOn`, `starts_on` and `Starts-On` are spellings of one key.
fn spelling(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_prefers_the_spelling_then_the_other_tools_word_then_the_place_then_the_nearest() {
        assert_eq!(advice(Place::Process, "startsOn", &[]), "it is written `starts-on`");
        assert_eq!(advice(Place::Reaction, "target", &[]), "here it is called `to`");
        assert_eq!(advice(Place::State, "send", &[]), "`send` belongs in a reaction, under a message's name");
        assert_eq!(advice(Place::Reaction, "pubish", &[]), "did you mean `publish`?");
        assert_eq!(
            advice(Place::Alarm, "xyzzy", &[]),
            "the keys of an alarm are `after`, `at`, `data`, `key`"
        );
    }

    #[test]
    fn no_advice_leads_to_what_is_there_already() {
        assert_eq!(advice(Place::Alarm, "for", &["for"]), "here it is called `after`");
        let there = "`after` stands here already; the keys of an alarm are `after`, `at`, `data`, `key`";
        assert_eq!(advice(Place::Alarm, "for", &["for", "after"]), there);
        let under_on = "a message stands under `on`, as in `on: {OrderPaid: …}`";
        assert_eq!(advice(Place::State, "OrderPaid", &[]), under_on);
        assert_eq!(advice(Place::State, "On", &[]), "it is written `on`");
    }

    #[test]
    fn no_word_of_another_tool_is_a_key_of_the_same_place() {
        for place in Place::ALL {
            for key in keys(place) {
                assert!(key.also.iter().all(|also| find(place, also).is_none()), "{}", key.name);
            }
        }
    }
}
