//! Expressions and literals on a page.

use super::{Page, is_expression, yes_or_no};
use crate::event::json;
use crate::process::expr::{self, Expr, Scope};
use crate::process::tree::{Meaning, Node, Scalar, Style, Value};
use crate::span::{Diagnostic, Mistake, Source, Span};
use std::sync::Arc;

impl Page<'_> {
    /// A guard, where an expression stands always. One that begins with `=` is complained about, and
    /// read as if it did not.
    pub fn guard(&mut self, key: &str, node: &Node, scope: &Scope) -> Option<Expr> {
        self.bare(key, node, scope, expr::parse_guard)
    }

    /// An expression where one stands always, read by `parse`.
    pub fn bare(
        &mut self,
        key: &str,
        node: &Node,
        scope: &Scope,
        parse: impl Fn(&Arc<Source>, Span, &str, &Scope) -> Result<Expr, Vec<Diagnostic>>,
    ) -> Option<Expr> {
        let Some(scalar) = node.scalar().filter(|scalar| !scalar.text.trim().is_empty()) else {
            let hint = "an expression that begins with `{` or `[` must be quoted";
            let hint = if node.is_null() { "" } else { hint };
            self.expected(node, &format!("`{key}` wants an expression"), hint);
            return None;
        };
        if scalar.text.starts_with('=') {
            let hint = format!("leave out the `=`: `{key}` is an expression always");
            let at = self.inside(node, scalar).start;
            self.complain(Span::new(at, at + 1), format!("`{key}` needs no `=`"), "", &hint)
                .is(Mistake::NeedlessEquals);
            return self.marked_expression(node, scalar, scope);
        }
        let parsed = parse(self.source, self.inside(node, scalar), &scalar.text, scope);
        self.checked(parsed)
    }

    /// An expression after a `=`.
    pub fn marked_expression(&mut self, node: &Node, scalar: &Scalar, scope: &Scope) -> Option<Expr> {
        let text = scalar.text.strip_prefix('=').unwrap_or(&scalar.text);
        let mut span = self.inside(node, scalar);
        if text.trim().is_empty() {
            let hint = "write one after it; a text that is only `=` is `\"='='\"`";
            self.complain(span, "an expression is missing after the `=`", "", hint)
                .is(Mistake::EmptyExpression);
            return None;
        }
        if self.source.text[span.start..span.end] == scalar.text {
            span.start += 1;
        }
        let parsed = expr::parse(self.source, span, text, scope);
        self.checked(parsed)
    }

    fn checked(&mut self, parsed: Result<Expr, Vec<Diagnostic>>) -> Option<Expr> {
        match parsed {
            Ok(expr) => Some(expr),
            Err(diagnostics) => {
                self.diagnostics.extend(diagnostics);
                None
            }
        }
    }

    /// A text where an expression was meant: says so, and answers true.
    pub fn forgot_equals(&mut self, node: &Node, scalar: &Scalar, scope: &Scope) -> bool {
        let text = scalar.text.trim();
        if scalar.meaning() != Meaning::Text || !expr::reads_like_one(text, scope) {
            return false;
        }
        let quoted = text.contains(['"', '\\']);
        let (expression, literal) = match text.contains(|c: char| !c.is_alphanumeric() && !"_.".contains(c)) {
            true if quoted => (format!("'={}'", text.replace('\'', "''")), None),
            true => (format!("\"={text}\""), Some(text)),
            false => (format!("={text}"), Some(text)),
        };
        let mut hint = format!("an expression begins with `=`: write `{expression}`");
        if let Some(text) = literal.filter(|text| !text.contains('\'')) {
            hint.push_str(&format!("; if the text is meant, write `\"='{text}'\"`"));
        }
        let message = "this is a text, though it reads like an expression";
        self.complain(node.span, message, "", &hint).is(Mistake::MissingEquals);
        true
    }

    /// Where the bytes of a scalar's text stand: without its quotes, if what is between them is
    /// the text itself, else the whole.
    pub fn inside(&self, node: &Node, scalar: &Scalar) -> Span {
        if scalar.style == Style::Quoted && node.span.end - node.span.start >= 2 {
            let inner = Span::new(node.span.start + 1, node.span.end - 1);
            if self.source.text.get(inner.start..inner.end) == Some(&scalar.text) {
                return inner;
            }
        }
        node.span
    }

    /// A value without any expression, as JSON text; `what` and `hint` are said of an expression.
    pub fn literal(&mut self, node: &Node, what: &str, hint: &str) -> Option<String> {
        match &node.value {
            Value::Broken => None,
            Value::Scalar(scalar) if is_expression(scalar) => {
                if let Some(text) = only_a_text(&scalar.text[1..]) {
                    return Some(json::quote(text));
                }
                self.complain(node.span, what, "", hint).is(Mistake::NoExpressionHere);
                None
            }
            Value::Scalar(scalar) => self.scalar(node, scalar),
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.literal(item, what, hint)).collect();
                let items = items.into_iter().collect::<Option<Vec<String>>>()?;
                Some(format!("[{}]", items.join(",")))
            }
            Value::Map(members) => {
                let members: Vec<_> = members
                    .iter()
                    .map(|member| {
                        let value = self.literal(&member.value, what, hint)?;
                        Some(format!("{}:{value}", json::quote(&member.key)))
                    })
                    .collect();
                Some(format!("{{{}}}", members.into_iter().collect::<Option<Vec<String>>>()?.join(",")))
            }
        }
    }

    /// A scalar that is no expression, as JSON text; a number keeps its digits.
    pub fn scalar(&mut self, node: &Node, scalar: &Scalar) -> Option<String> {
        match scalar.meaning() {
            Meaning::Null => Some("null".into()),
            Meaning::Bool(value) => Some(value.to_string()),
            Meaning::Number => Some(scalar.text.clone()),
            Meaning::Text => {
                if let Some(value) = yes_or_no(scalar) {
                    let word = &scalar.text;
                    let message = format!("`{word}` is a boolean to some YAMLs, and a text to others");
                    let hint = format!("write `{value}`; or quote it, if it is a text: `\"{word}\"`");
                    self.complain(node.span, message, "", &hint).is(Mistake::YesOrNo);
                    return None;
                }
                Some(json::quote(&scalar.text))
            }
            Meaning::Odd(advice) => {
                let message = format!("YAMLs do not agree on what `{}` is", scalar.text);
                let hint = format!("{advice}; or quote it, if it is a text: `\"{}\"`", scalar.text);
                self.complain(node.span, message, "", &hint).is(Mistake::OddNumber);
                None
            }
        }
    }
}

/// `'=x'`: an expression that is a text and nothing else, the way to write one that begins with `=`.
fn only_a_text(expression: &str) -> Option<&str> {
    let trimmed = expression.trim();
    let quote = trimmed.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let inside = trimmed.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inside.contains([quote, '\\', '\n'])).then_some(inside)
}
