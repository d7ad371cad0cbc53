//! What a file allows although `lint` finds it: which lint, where, and why.
//!
//! A process, a service and `anyorder.yaml` say it alike. Whether there is anything to allow is the lint's
//! business (`lint::allow`).

use super::keys::{self, Place};
use super::page::Page;
use super::tree::{Member, Node};
use crate::event::Name;
use crate::span::{Mistake, Span};

/// One thing that is meant.
#[derive(Debug, Clone)]
pub struct Allow {
    pub lint: Mistake,
    /// States or messages that it is about; none: whatever the file holds.
    pub within: Vec<Name>,
    pub because: String,
    pub span: Span,
}

const HINT: &str = "as in `allow: {lint: never-wakes, in: cooking, because: the cook always answers}`";

impl Page<'_> {
    /// One, or a list of them.
    pub fn allows(&mut self, node: &Node) -> Vec<Allow> {
        let items = if node.is_null() { &[][..] } else { node.one_or_more() };
        items.iter().filter_map(|item| self.one_allow(item)).collect()
    }

    fn one_allow(&mut self, node: &Node) -> Option<Allow> {
        let cut =
            |member: &&Member| member.value.is_null() && keys::meant(Place::Allow, &member.key).is_none();
        if let Some(rest) = node.map().unwrap_or_default().iter().find(cut) {
            let hint = "a text with a comma is quoted here: `because: \"…, …\"`";
            self.complain(rest.key_span, "YAML ends the text before the comma", "", hint)
                .is(Mistake::CutByComma);
            return None;
        }
        let members = self.members(node, Place::Allow, "`allow` is a mapping, or a list of such", HINT)?;
        let find = |key: &str| members.iter().find(|member| member.key == key).map(|member| &member.value);
        let (lint, because) = (find("lint"), find("because"));
        for (key, found) in [("lint", lint), ("because", because)] {
            if found.is_none() && !super::page::says(node, Place::Allow, key) {
                let what = format!("`{key}` is missing");
                let hint =
                    if key == "because" { "say why it is meant: whoever comes next will ask" } else { HINT };
                self.complain(node.span, what, "", hint).is(Mistake::MissingKey);
            }
        }
        let lint = lint.and_then(|node| self.choice(Place::Allow, "lint", node));
        let because = because.and_then(|node| self.title("because", node));
        let within = find("in").map(|node| self.within_allowed(node)).unwrap_or_default();
        let lint = Mistake::of_lint(lint?).expect("the choices are the lints");
        Some(Allow { lint, within, because: because?, span: node.span })
    }

    fn within_allowed(&mut self, node: &Node) -> Vec<Name> {
        let items = node.one_or_more();
        if items.is_empty() {
            let hint = "name states or messages, or leave `in` out: then the whole file is meant";
            self.complain(node.span, "`in` names nothing", "", hint).is(Mistake::NothingListed);
        }
        let what = "`in` wants the name of a state or of a message, or a list of them";
        let words = items.iter().filter_map(|item| self.word(item, what, HINT));
        words.map(|word| Name::from(&*word.text)).collect()
    }
}
