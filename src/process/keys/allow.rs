//! The keys of what is allowed although `lint` finds it: in a process, a service, and `anyorder.yaml`.

use super::{Key, Shape, key, must};
use crate::span::LINTS;

pub(super) const ALLOW: &[Key] = &[
    must(key("lint", Shape::Choice(LINTS), "what shall not be found", &["rule", "name", "code"])),
    key("in", Shape::Names, "where: a state, a message, or several; else in the whole file", &["for", "at"]),
    must(key("because", Shape::Text, "the reason", &["reason", "why", "comment"])),
];
