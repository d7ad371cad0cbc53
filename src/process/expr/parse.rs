//! From tokens to the syntax tree, by precedence climbing.
//!
//! Knows the grammar, and what people write who come from other languages. Must not know which
//! names and functions exist: that is `check.rs`. Stops at the first fault, since what follows a
//! misread word is guesswork.

use super::ast::{Each, Form, Key, Kind, Literal, MAX_HEIGHT, Node, Operator, Spot, binding};
use super::fault::Fault;
use super::lex::{self, Token};
use crate::span::{Mistake, Span};

/// How deep parentheses, brackets and prefixes may nest.
const MAX_DEPTH: usize = 64;
/// Bytes of an expression.
const MAX_LENGTH: usize = 16 * 1024;

type Parsed = Result<Node, Fault>;

pub(super) fn parse(text: &str) -> Parsed {
    let whole = Span::new(0, text.len());
    if text.len() > MAX_LENGTH {
        return Err(Fault::new(
            Mistake::TooMuch,
            whole,
            format!("an expression may have {MAX_LENGTH} bytes, not more"),
        ));
    }
    let mut parser = Parser { tokens: lex::tokens(text)?, at: 0, depth: 0 };
    if parser.next_is(&Token::End) {
        return Err(Fault::new(Mistake::EmptyExpression, whole, "there is no expression here"));
    }
    if parser.next_is(&Token::Mark("=")) {
        return Err(Fault::new(
            Mistake::NeedlessEquals,
            parser.span(),
            "an expression does not begin with `=`",
        )
        .hint("the `=` stands once, before an expression that is a value; a guard needs none"));
    }
    let node = parser.expression()?;
    if !parser.next_is(&Token::End) {
        return Err(parser.unexpected("an operator or the end"));
    }
    Ok(node)
}

struct Parser<'a> {
    tokens: Vec<(Token<'a>, Span)>,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> &Token<'a> {
        &self.tokens[self.at].0
    }

    fn span(&self) -> Span {
        self.tokens[self.at].1
    }

    /// Where the last token that was taken ends.
    fn end(&self) -> usize {
        self.tokens[self.at.saturating_sub(1)].1.end
    }

    fn next_is(&self, token: &Token) -> bool {
        self.peek() == token
    }

    /// Moves past the token; the last one, the end, stays.
    fn advance(&mut self) -> Span {
        let span = self.span();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        span
    }

    /// Moves past the mark, if it is next.
    fn took(&mut self, mark: &'static str) -> bool {
        let found = self.next_is(&Token::Mark(mark));
        if found {
            self.advance();
        }
        found
    }

    /// Every node is made here, so that no tree grows taller than its walkers can bear.
    fn node(&self, kind: Kind, start: usize) -> Parsed {
        self.bounded(Node::new(kind, Span::new(start, self.end())))
    }

    fn bounded(&self, node: Node) -> Parsed {
        if node.height > MAX_HEIGHT {
            return Err(too_deep(node.at.0));
        }
        Ok(node)
    }

    /// One level down; every recursion passes through here.
    fn nested(&mut self, parse: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        if self.depth == MAX_DEPTH {
            return Err(too_deep(self.span()));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn expression(&mut self) -> Parsed {
        self.nested(|parser| {
            let start = parser.span().start;
            let condition = parser.binary(binding::OR)?;
            if !parser.took("?") {
                return Ok(condition);
            }
            let yes = parser.expression()?;
            if !parser.took(":") {
                return Err(parser.unexpected("`:` and what to answer otherwise"));
            }
            let no = parser.expression()?;
            parser.node(Kind::Choice(Box::new([condition, yes, no])), start)
        })
    }

    /// Operators that bind at least as tight as `least`.
    fn binary(&mut self, least: u8) -> Parsed {
        let start = self.span().start;
        let mut left = self.operand(least)?;
        let mut last = None;
        while let Some(operator) = self.operator().filter(|operator| operator.binding() >= least) {
            let binding = operator.binding();
            if binding == binding::RELATION && last == Some(binding) {
                return Err(Fault::new(Mistake::NeedsParentheses, self.span(), "comparisons do not chain")
                    .hint("write `a < b && b < c`, or put one of them in parentheses"));
            }
            self.advance();
            let right = self.binary(binding + 1)?;
            left = self.node(Kind::Binary(operator, Box::new(left), Box::new(right)), start)?;
            last = Some(binding);
        }
        Ok(left)
    }

    fn operator(&self) -> Option<Operator> {
        let text = match self.peek() {
            Token::Mark(mark) => mark,
            Token::Word("in") => "in",
            _ => return None,
        };
        Operator::ALL.into_iter().find(|operator| operator.text() == text)
    }

    /// `not` binds looser than a comparison, as in Python; `!` and `-` tighter than any operator.
    fn operand(&mut self, least: u8) -> Parsed {
        let start = self.span().start;
        if !self.next_is(&Token::Word("not")) {
            return self.unary();
        }
        let span = self.advance();
        if least > binding::NOT {
            return Err(Fault::new(Mistake::NeedsParentheses, span, "`not` needs parentheses here")
                .hint("`not a == b` means `not (a == b)`; write `a == (not b)`, or `!b`"));
        }
        let inner = self.nested(|parser| parser.binary(binding::NOT))?;
        self.node(Kind::Not(Box::new(inner)), start)
    }

    fn unary(&mut self) -> Parsed {
        let start = self.span().start;
        if self.took("!") {
            let inner = self.nested(Self::unary)?;
            return self.node(Kind::Not(Box::new(inner)), start);
        }
        if !self.took("-") {
            return self.postfix();
        }
        // The least integer has no positive twin: its sign and digits are read as one.
        let inner = match *self.peek() {
            Token::Int(digits) if format!("-{digits}").parse() == Ok(i64::MIN) => {
                self.advance();
                return self.node(Kind::Literal(Literal::Int(i64::MIN)), start);
            }
            _ => self.nested(Self::unary)?,
        };
        self.bounded(Node::negated(inner, Span::new(start, self.end())))
    }

    fn postfix(&mut self) -> Parsed {
        let start = self.span().start;
        let mut node = self.primary()?;
        loop {
            let open = self.span();
            if self.took(".") {
                let key = self.member_name()?;
                let open = self.span();
                let kind = if self.took("(") {
                    self.method(node, key, open)?
                } else {
                    Kind::Member(Box::new(node), key)
                };
                node = self.node(kind, start)?;
            } else if self.took("[") {
                let key = self.expression()?;
                self.close("]", open)?;
                node = self.node(Kind::Index(Box::new(node), Box::new(key)), start)?;
            } else {
                return Ok(node);
            }
        }
    }

    fn member_name(&mut self) -> Result<Key, Fault> {
        match *self.peek() {
            Token::Word(name) => {
                let span = self.advance();
                Ok(Key { name: name.into(), at: Spot(span) })
            }
            Token::Int(_) | Token::Float(_) => {
                Err(self.unexpected("a member's name").hint("an item of a list is written `list[0]`"))
            }
            _ => Err(self.unexpected("a member's name")),
        }
    }

    /// What stands after `receiver.name(`.
    fn method(&mut self, receiver: Node, key: Key, open: Span) -> Result<Kind, Fault> {
        let mut arguments = self.nodes(")", open)?;
        let Some(form) = Form::named(&key.name) else {
            arguments.insert(0, receiver);
            return Ok(Kind::Call(key, arguments));
        };
        let name = form.name();
        let usage = format!("write `list.{name}(item, …)`, where `item` is a name of your choice");
        let [variable, body] = <[Node; 2]>::try_from(arguments).map_err(|arguments| {
            let message = format!("`{name}` takes a name and an expression, here are {}", arguments.len());
            Fault::new(Mistake::Arguments, key.at.0, message).hint(usage.clone())
        })?;
        let Kind::Name(word) = variable.kind else {
            return Err(Fault::new(
                Mistake::Arguments,
                variable.at.0,
                format!("`{name}` wants a name first"),
            )
            .hint(usage));
        };
        let variable = Key { name: word, at: variable.at };
        Ok(Kind::Each(Box::new(Each { form, list: receiver, variable, body })))
    }

    /// Expressions with commas between them, and the closing mark. A last comma is let pass.
    fn nodes(&mut self, close: &'static str, open: Span) -> Result<Vec<Node>, Fault> {
        let mut nodes = Vec::new();
        while !self.took(close) {
            nodes.push(self.expression()?);
            if !self.took(",") {
                self.close(close, open)?;
                break;
            }
        }
        Ok(nodes)
    }

    fn close(&mut self, mark: &'static str, open: Span) -> Result<(), Fault> {
        if self.took(mark) {
            return Ok(());
        }
        if self.next_is(&Token::End) {
            return Err(unclosed(open, mark));
        }
        Err(self.unexpected(&format!("`{mark}`")))
    }

    fn primary(&mut self) -> Parsed {
        let span = self.span();
        let literal = match self.peek().clone() {
            Token::Int(digits) => Literal::Int(digits.parse().map_err(|_| out_of_range(span))?),
            Token::Float(digits) => match digits.parse::<f64>() {
                Ok(number) if number.is_finite() => Literal::Float(number),
                _ => return Err(out_of_range(span)),
            },
            Token::Text(text) => Literal::Text(text.into()),
            Token::Word("null") => Literal::Null,
            Token::Word("true") => Literal::Bool(true),
            Token::Word("false") => Literal::Bool(false),
            Token::Word(word) => return self.word(word),
            Token::Mark("(") => {
                self.advance();
                let inner = self.expression()?;
                self.close(")", span)?;
                return Ok(inner);
            }
            Token::Mark("[") => {
                self.advance();
                let items = self.nodes("]", span)?;
                return self.node(Kind::List(items), span.start);
            }
            Token::Mark("{") => {
                self.advance();
                return self.map(span);
            }
            _ => return Err(self.unexpected("a value")),
        };
        self.advance();
        self.node(Kind::Literal(literal), span.start)
    }

    fn word(&mut self, word: &str) -> Parsed {
        if matches!(word, "in" | "and" | "or") {
            return Err(self.unexpected("a value"));
        }
        let span = self.advance();
        let open = self.span();
        if !self.took("(") {
            return self.node(Kind::Name(word.into()), span.start);
        }
        if let Some(form) = Form::named(word) {
            let name = form.name();
            return Err(Fault::new(Mistake::Arguments, span, format!("`{name}` stands behind its list"))
                .hint(format!("write `list.{name}(item, …)`")));
        }
        let arguments = self.nodes(")", open)?;
        self.node(Kind::Call(Key { name: word.into(), at: Spot(span) }, arguments), span.start)
    }

    /// The members after `{`.
    fn map(&mut self, open: Span) -> Parsed {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        while !self.took("}") {
            let at = self.span();
            let name = match self.peek().clone() {
                Token::Text(name) => name,
                Token::Word(word) => {
                    return Err(Fault::new(Mistake::BadSpelling, at, "a key of a map is text in quotes")
                        .hint(format!(
                            "write `{{'{word}': …}}`; a key that is computed goes through `put`"
                        )));
                }
                Token::End => return Err(unclosed(open, "}")),
                _ => return Err(self.unexpected("a key in quotes")),
            };
            if entries.iter().any(|(key, _)| *key.name == *name) {
                return Err(Fault::new(
                    Mistake::SaidTwice,
                    at,
                    format!("the key '{name}' stands here twice"),
                ));
            }
            self.advance();
            if !self.took(":") {
                return Err(self.unexpected("`:` and a value"));
            }
            let value = self.expression()?;
            entries.push((Key { name: name.into(), at: Spot(at) }, value));
            if !self.took(",") {
                self.close("}", open)?;
                break;
            }
        }
        self.node(Kind::Map(entries), open.start)
    }

    /// The next token does not belong here. First the habits of other languages.
    fn unexpected(&self, wanted: &str) -> Fault {
        let span = self.span();
        let found = match self.peek() {
            Token::Mark("=") => {
                return Fault::new(Mistake::OtherLanguage, span, "`=` compares nothing").hint("write `==`");
            }
            Token::Word("and" | "AND") => {
                return Fault::new(Mistake::OtherLanguage, span, "`and` is no operator here")
                    .hint("write `&&`");
            }
            Token::Word("or" | "OR") => {
                return Fault::new(Mistake::OtherLanguage, span, "`or` is no operator here")
                    .hint("write `||`");
            }
            Token::Word("is") => {
                return Fault::new(Mistake::OtherLanguage, span, "`is` is no operator here")
                    .hint("write `==`");
            }
            Token::Word("not") => {
                return Fault::new(Mistake::OtherLanguage, span, "`not` stands before what it denies")
                    .hint("write `not (x in list)`");
            }
            Token::Word("if") => {
                return Fault::new(Mistake::OtherLanguage, span, "`if` is no operator here")
                    .hint("write `condition ? a : b`");
            }
            Token::Mark(".") if wanted == "a value" => {
                return Fault::new(Mistake::BadSpelling, span, "expected a value, found `.`")
                    .hint("a number has a digit before the point: 0.5");
            }
            Token::End => "the end".to_string(),
            Token::Word(word) | Token::Int(word) | Token::Float(word) => format!("`{word}`"),
            Token::Text(text) => format!("the text '{text}'"),
            Token::Mark(mark) => format!("`{mark}`"),
        };
        Fault::new(Mistake::Unexpected, span, format!("expected {wanted}, found {found}"))
    }
}

fn unclosed(open: Span, mark: &str) -> Fault {
    Fault::new(Mistake::OpenInExpression, open, format!("this bracket is never closed: `{mark}` is missing"))
        .label("opened here")
}

fn too_deep(at: Span) -> Fault {
    Fault::new(Mistake::TooMuch, at, "this expression is nested too deep")
        .hint("compute a part of it under `set` first")
}

fn out_of_range(at: Span) -> Fault {
    Fault::new(Mistake::TooMuch, at, "this number is out of range")
        .hint("integers have 64 bits: up to 9223372036854775807")
}
