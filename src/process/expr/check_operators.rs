//! Operators with two sides: which types they take, and what to write where they do not fit.

use super::ast::{Kind, Literal, Node, Operator};
use super::check::{Checker, Typed};
use super::code::Op;
use super::fault::Fault;
use super::print;
use super::types::{self, Type, Types};
use crate::span::{Mistake, Span};

impl Checker<'_> {
    pub(super) fn binary(&mut self, operator: Operator, left: &Node, right: &Node, at: Span) -> Typed {
        let faults = self.faults.len();
        let (left_code, left_types) = self.node(left);
        let (right_code, right_types) = self.node(right);
        if matches!(operator, Operator::Equal | Operator::NotEqual) {
            self.teach_quotes(left, right, faults);
        }
        self.known_states(operator, left, right);
        let codes = Box::new([left_code, right_code]);
        let gives = types::results(operator, left_types, right_types);
        if gives.is_empty() {
            let sign = operator.text();
            let verb = if operator.is_order() { "compare" } else { "take" };
            let with = if operator.is_order() { "with" } else { "and" };
            let (l, r) = (left_types.name(), right_types.name());
            let mistake = if operator.is_order() { Mistake::NeverCompares } else { Mistake::TypesDoNotFit };
            let mut fault = Fault::new(mistake, at, format!("`{sign}` cannot {verb} {l} {with} {r}"));
            fault.hint = operator_hint(operator, left_types, right_types, left, right);
            return self.fault(fault);
        }
        if matches!(operator, Operator::Equal | Operator::NotEqual)
            && (self.is_known_data(left) || self.is_known_data(right))
            // To ask whether something is null does no harm.
            && ![left_types, right_types].contains(&Types::of(Type::Null))
            && comparable(left_types).and(comparable(right_types)).is_empty()
        {
            let (l, r) = (left_types.name(), right_types.name());
            let says = if operator == Operator::Equal { "never holds" } else { "always holds" };
            let message = format!("this {says}: {l} never equals {r}");
            let fault = Fault::new(Mistake::NeverCompares, at, message);
            return self.fault(match unlike_hint(left_types, right_types, left, right) {
                Some(hint) => fault.hint(hint),
                None => fault,
            });
        }
        let op = match operator {
            Operator::And => Op::Both(codes),
            Operator::Or => Op::Either(codes),
            _ => Op::Binary(operator, codes),
        };
        (op, gives)
    }

    /// A member of the data whose types the file tells.
    fn is_known_data(&self, node: &Node) -> bool {
        let Kind::Member(of, key) = &node.kind else { return false };
        let data = matches!(&of.kind, Kind::Name(root) if &**root == "data") && !self.is_local("data");
        data && self.scope.types.get(&*key.name).is_some_and(|types| *types != Types::JSON)
    }

    /// In `state == paid` the bare word is a text that lost its quotes.
    fn teach_quotes(&mut self, left: &Node, right: &Node, faults: usize) {
        for side in [left, right] {
            let Kind::Name(word) = &side.kind else { continue };
            if self.scope.data.contains(&**word) {
                continue;
            }
            for fault in &mut self.faults[faults..] {
                if fault.at == side.at.0 {
                    let near = fault.hint.take().filter(|hint| hint.starts_with("did you mean"));
                    let quoted = format!("text stands in quotes: '{word}'");
                    fault.hint = Some(near.map_or(quoted.clone(), |near| format!("{near} Or {quoted}")));
                }
            }
        }
    }
}

/// What to write where an operator meets types that it does not take.
fn operator_hint(
    operator: Operator,
    left: Types,
    right: Types,
    left_node: &Node,
    right_node: &Node,
) -> Option<String> {
    let is = |types: Types, type_: Type| types.only() == Some(type_);
    let textual = |types: Types| types.has(Type::Text);
    for (one, other, other_node) in [(left, right, right_node), (right, left, left_node)] {
        let written = print::text(other_node);
        if is(one, Type::Time) && textual(other) && operator != Operator::In {
            return Some(format!("a time in JSON is a string: write `timestamp({written})`"));
        }
        if is(one, Type::Duration) && textual(other) {
            return Some(format!("a duration in JSON is a string: write `duration({written})`"));
        }
        if is(one, Type::Text) && operator == Operator::Add && !other.and(Types::NUMBER).is_empty() {
            return Some(format!("write `string({written})`"));
        }
    }
    if operator == Operator::In && is(right, Type::Text) {
        return Some("write `text.contains('a')`".to_string());
    }
    if matches!(operator, Operator::And | Operator::Or) {
        let (wrong, types) =
            if left.and(Types::BOOL).is_empty() { (left_node, left) } else { (right_node, right) };
        return Some(super::compare_it(&print::text(wrong), types));
    }
    unlike_hint(left, right, left_node, right_node).filter(|_| operator.is_order())
}

/// Numbers are equal across their types.
fn comparable(types: Types) -> Types {
    if types.and(Types::NUMBER).is_empty() { types } else { types.or(Types::NUMBER) }
}

/// A number and a text that should meet.
fn unlike_hint(left: Types, right: Types, left_node: &Node, right_node: &Node) -> Option<String> {
    let number = |types: Types| types.and(Types::NUMBER) == types && !types.is_empty();
    for (one, other, node) in [(left, right, right_node), (right, left, left_node)] {
        if !number(one) || other.only() != Some(Type::Text) {
            continue;
        }
        return Some(match &node.kind {
            Kind::Literal(Literal::Text(text)) if text.parse::<f64>().is_ok() => {
                format!("a number stands without quotes: `{text}`")
            }
            _ => format!("make a number of the text: `int({})`", print::text(node)),
        });
    }
    None
}
