//! What stands beside the messages of a scenario: which may overtake which.

use super::file::Reader;
use crate::process::keys::Place;
use crate::process::page::listed;
use crate::process::tree::{Node, Value};
use crate::span::{Mistake, Span};

impl Reader<'_> {
    /// `any`, `causal`, `fifo`, or a list of the last two: both at once.
    pub(super) fn order(&mut self, key: &str, node: &Node) -> Option<super::super::scenario::Order> {
        use super::super::scenario::Order;
        let Value::List(items) = &node.value else {
            return self.choice(Place::Scenario, key, node).map(Order::of_word);
        };
        let mut order = Order::ANY;
        let mut words: Vec<(&str, Span)> = Vec::new();
        for item in items {
            let word = self.choice(Place::Scenario, key, item)?;
            if let Some((_, first)) = words.iter().find(|(known, _)| *known == word) {
                self.twice(word, item.span, *first);
                return None;
            }
            words.push((word, item.span));
            let one = Order::of_word(word);
            order = Order { causal: order.causal || one.causal, fifo: order.fifo || one.fifo };
        }
        if let Some((_, span)) = words.iter().find(|(word, _)| *word == "any" && words.len() > 1) {
            let all = listed(words.iter().map(|(word, _)| *word)).replace('`', "");
            let hint =
                format!("a list under `order` holds all at once; `orders: [{all}]` explores each for itself");
            self.complain(*span, "`any` allows what the others forbid", "", &hint).is(Mistake::NotBoth);
            return None;
        }
        if words.is_empty() {
            self.complain(node.span, format!("`{key}` lists nothing"), "", "the default is `any`")
                .is(Mistake::NothingListed);
            return None;
        }
        Some(order)
    }
}
