//! From the syntax tree to what is run: names resolved, arguments counted, types compared.
//!
//! Knows the scope. Says everything that is wrong, not only the first thing: what could not be
//! resolved counts as being of any type, so that one mistake makes one error. Must not know values.

use super::ast::{Each, Form, Key, Kind, Literal, Node, Operator};
use super::code::{Code, Index, Member, Op};
use super::fault::{Fault, Place};
use super::lex::is_word;
use super::names::{ATTRIBUTES, Attribute, FUNCTIONS, Function, Signature, other_name};
use super::pattern::Pattern;
use super::types::{self, Type, Types};
use super::{Reads, Scope, print};
use crate::event::{Name, Time, json, meant_duration, parse_duration};
use crate::span::{Mistake, Span, listed, nearest};

pub(super) const ROOTS: [&str; 4] = ["event", "data", "state", "now"];
/// Words that are no names.
pub(super) const WORDS: [&str; 5] = ["not", "in", "true", "false", "null"];

/// What a check found out.
pub(super) struct Checked {
    pub code: Code,
    pub types: Types,
    pub reads: Reads,
}

pub(super) fn check(node: &Node, place: &Place, scope: &Scope) -> Result<Checked, Vec<Fault>> {
    // The evaluator's first local is the item, too.
    let locals = scope.item.iter().map(|item| (item.clone(), Types::JSON)).collect();
    let mut checker = Checker { place, scope, faults: Vec::new(), locals, reads: Reads::default() };
    let (code, types) = checker.node(node);
    if checker.faults.is_empty() {
        Ok(Checked { code, types, reads: checker.reads })
    } else {
        Err(checker.faults)
    }
}

pub(super) struct Checker<'a> {
    pub(super) place: &'a Place,
    pub(super) scope: &'a Scope,
    pub(super) faults: Vec<Fault>,
    /// The item of an `each` around all of it, then the variables of the macros, and what they may be.
    locals: Vec<(Box<str>, Types)>,
    pub(super) reads: Reads,
}

pub(super) type Typed = (Op, Types);

impl Checker<'_> {
    fn node(&mut self, node: &Node) -> (Code, Types) {
        let (op, types) = match &node.kind {
            Kind::Literal(literal) => (Op::Literal(literal.clone()), literal_types(literal)),
            Kind::Name(name) => self.name(name, node.at.0),
            Kind::List(items) => (Op::List(self.nodes(items)), Types::LIST),
            Kind::Map(entries) => {
                let lower = |(key, value): &(Key, Node)| (json::quote(&key.name).into(), self.node(value).0);
                (Op::Map(entries.iter().map(lower).collect()), Types::MAP)
            }
            Kind::Member(of, key) => self.member(of, &key.name, key.at.0, false),
            Kind::Index(of, key) => match &key.kind {
                Kind::Literal(Literal::Text(name)) => self.member(of, name, key.at.0, true),
                _ => self.index(of, key),
            },
            Kind::Call(key, arguments) => self.call(key, arguments, node.at.0),
            Kind::Each(each) => self.each(each),
            Kind::Not(inner) => {
                let code = self.expect("`not`", inner, Types::BOOL);
                (Op::Not(Box::new(code)), Types::BOOL)
            }
            Kind::Negate(inner) => {
                let wanted = Types::NUMBER.or(Types::of(Type::Duration));
                let (code, types) = self.expect_of("`-`", inner, wanted);
                (Op::Negate(Box::new(code)), types.and(wanted))
            }
            Kind::Binary(operator, left, right) => self.binary(*operator, left, right, node.at.0),
            Kind::Choice(parts) => {
                let [condition, yes, no] = &**parts;
                let before = self.faults.len();
                let wide = matches!(condition.kind, Kind::Binary(..));
                let condition = self.expect("the condition before `?`", condition, Types::BOOL);
                if wide
                    && let [fault] = &mut self.faults[before..]
                    && fault.hint.is_none()
                {
                    let hint = "`? :` binds weaker than any operator: write `a + (b ? c : d)`";
                    fault.hint = Some(hint.to_string());
                }
                let (yes, if_yes) = self.node(yes);
                let (no, if_no) = self.node(no);
                (Op::Choice(Box::new([condition, yes, no])), if_yes.or(if_no))
            }
        };
        (Code { op, at: self.place.span(node.at.0) }, types)
    }

    fn nodes(&mut self, nodes: &[Node]) -> Vec<Code> {
        nodes.iter().map(|node| self.node(node).0).collect()
    }

    pub(super) fn fault(&mut self, fault: Fault) -> Typed {
        self.faults.push(fault);
        (Op::Literal(Literal::Null), Types::ANY)
    }

    fn expect(&mut self, who: &str, node: &Node, wanted: Types) -> Code {
        self.expect_of(who, node, wanted).0
    }

    /// Lowers a node, which must possibly be one of the wanted types.
    fn expect_of(&mut self, who: &str, node: &Node, wanted: Types) -> (Code, Types) {
        let (code, types) = self.node(node);
        if types.and(wanted).is_empty() {
            let message = format!("{who} takes {}, this is {}", wanted.name(), types.name());
            self.faults.push(Fault::new(Mistake::TypesDoNotFit, node.at.0, message));
        }
        (code, types)
    }

    /// A bare word.
    fn name(&mut self, name: &str, at: Span) -> Typed {
        if let Some(slot) = self.locals.iter().rposition(|(local, _)| **local == *name) {
            return (Op::Local(slot), self.locals[slot].1);
        }
        if let Some(property) = &self.scope.property
            && let Some(typed) = self.property_name(property, name, at)
        {
            return typed;
        }
        match name {
            "event" => {
                (self.reads.event, self.reads.ids, self.reads.times) = (true, true, true);
                (Op::Event, Types::MAP)
            }
            "data" => {
                self.reads.all_data = true;
                (Op::Data, Types::MAP)
            }
            "state" => {
                self.reads.state = true;
                (Op::State, Types::TEXT)
            }
            "now" => {
                self.reads.now = true;
                (Op::Now, Types::of(Type::Time))
            }
            _ => {
                let fault = self.unknown_word(name, at);
                self.fault(fault)
            }
        }
    }

    fn unknown_word(&self, name: &str, at: Span) -> Fault {
        let fault = Fault::new(Mistake::UnknownName, at, format!("unknown name `{name}`"));
        if self.scope.data.contains(name) {
            return fault.hint(format!("did you mean `data.{name}`?"));
        }
        if ["none", "nil", "undefined"].contains(&name.to_lowercase().as_str()) {
            return fault.hint("nothing is written `null`");
        }
        if let Some(boolean) = match name.to_lowercase().as_str() {
            "yes" | "on" => Some("true"),
            "no" | "off" => Some("false"),
            _ => None,
        } {
            return fault.hint(format!("a boolean is written `true` or `false`: write `{boolean}`"));
        }
        if FUNCTIONS.iter().any(|signature| signature.name == name) {
            return fault.hint(format!("a function wants its arguments: `{name}(…)`"));
        }
        if !self.place.advised {
            return fault;
        }
        let roots = ROOTS.into_iter().chain(["true", "false", "null"]);
        let locals = self.locals.iter().map(|(local, _)| &**local);
        if let Some(near) = nearest(name, roots.chain(locals)) {
            return fault.hint(format!("did you mean `{near}`?"));
        }
        if let Some(near) = nearest(name, self.scope.data.iter().map(String::as_str)) {
            return fault.hint(format!("did you mean `data.{near}`?"));
        }
        if Attribute::named(name).is_some() {
            return fault.hint(format!("did you mean `event.{name}`?"));
        }
        fault.hint(format!(
            "an expression sees `event`, `data`, `state` and `now`; text stands in quotes: '{name}'"
        ))
    }

    /// `of.name` and `of['name']`; the latter also takes names that are no words.
    fn member(&mut self, of: &Node, name: &str, at: Span, bracketed: bool) -> Typed {
        if let Kind::Name(root) = &of.kind
            && !self.locals.iter().any(|(local, _)| local == root)
        {
            match (&**root, self.several()) {
                ("data" | "state", Some(property)) => return self.of_process(property, root, name, at),
                // A property has none, and what is said of the word itself is enough.
                ("event", _) if self.scope.property.is_none() => return self.attribute(name, at, bracketed),
                ("data", None) => return self.data_member(name, at),
                _ => {}
            }
        }
        if let Some(property) = self.several()
            && let Some(process) = self.data_of(property, of)
        {
            return self.data_member_of(property, process, name, at);
        }
        let (code, types) = self.node(of);
        let path = print::text(of);
        if types.and(Types::MAP).is_empty() {
            let message = format!("`{}` is {}, it has no members", shortened(&path), types.name());
            return self.fault(Fault::new(Mistake::TypesDoNotFit, at, message));
        }
        let member = Member { of: code, name: name.into(), path: shortened(&path).into() };
        (Op::Member(Box::new(member)), self.inside(of))
    }

    /// What may be inside a value: of what comes from JSON, only what JSON has.
    fn inside(&self, of: &Node) -> Types {
        match &of.kind {
            Kind::Name(name) => match self.locals.iter().rfind(|(local, _)| local == name) {
                // A variable over JSON is JSON all the way down.
                Some((_, types)) if types.and(Types::JSON) == *types => Types::JSON,
                Some(_) => Types::ANY,
                None => Types::JSON,
            },
            Kind::Member(of, _) | Kind::Index(of, _) => self.inside(of),
            Kind::Each(each) if each.form == Form::Filter => self.inside(&each.list),
            _ => Types::ANY,
        }
    }

    fn attribute(&mut self, name: &str, at: Span, bracketed: bool) -> Typed {
        self.reads.event = true;
        if let Some(attribute) = Attribute::named(name) {
            self.reads.ids |= attribute.is_identity();
            self.reads.times |= attribute.is_time();
            let types = attribute.types();
            return (Op::Attribute(attribute), types);
        }
        let fault = Fault::new(Mistake::UnknownAttribute, at, format!("`event` has no attribute `{name}`"));
        if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) || name.is_empty() {
            return self.fault(fault.hint(match near_attribute(name) {
                Some(near) => format!("did you mean `event.{near}`?"),
                None if is_word(name) => {
                    format!("what a message says is under `event.data`: write `event.data.{name}`")
                }
                None => "what a message says is under `event.data`".to_string(),
            }));
        }
        match near_attribute(name).filter(|_| !bracketed) {
            Some(near) => {
                // Short words are near each other by chance (`fee`, `due`): most often the message's data is meant.
                let chance = near.len() <= 4 && near != "data";
                let own = if chance { format!(", or `event.data.{name}`") } else { String::new() };
                self.fault(fault.hint(format!(
                    "did you mean `event.{near}`{own}? An extension of that name is read as `event['{name}']`"
                )))
            }
            None => (Op::Attribute(Attribute::Extension(name.into())), Types::JSON),
        }
    }

    fn data_member(&mut self, name: &str, at: Span) -> Typed {
        if self.scope.data.contains(name) {
            self.reads.data.insert(name.to_string());
            let types = self.scope.types.get(name).copied().unwrap_or(Types::JSON);
            return (Op::DataMember(Name::from(name)), types);
        }
        let known = self.scope.data.iter().map(String::as_str);
        let fault = unknown_member("data", name, at, known, self.place);
        self.fault(fault)
    }

    /// Whether a word is the variable of a macro.
    pub(super) fn is_local(&self, word: &str) -> bool {
        self.locals.iter().any(|(local, _)| **local == *word)
    }

    fn index(&mut self, of: &Node, key: &Node) -> Typed {
        let of_code = self.expect("an index", of, Types::LIST.or(Types::MAP));
        let key_code = self.expect("an index", key, Types::of(Type::Int).or(Types::TEXT));
        let path = shortened(&print::text(of)).into();
        (Op::Index(Box::new(Index { of: of_code, key: key_code, path })), self.inside(of))
    }

    fn binary(&mut self, operator: Operator, left: &Node, right: &Node, at: Span) -> Typed {
        let faults = self.faults.len();
        let (left_code, left_types) = self.node(left);
        let (right_code, right_types) = self.node(right);
        if matches!(operator, Operator::Equal | Operator::NotEqual) {
            self.teach_quotes(left, right, faults);
        }
        if let Some(property) = &self.scope.property {
            self.known_states(property, operator, left, right);
        }
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

    fn call(&mut self, key: &Key, arguments: &[Node], at: Span) -> Typed {
        if let Some(property) = &self.scope.property
            && let Some(typed) = self.property_call(property, key, arguments, at)
        {
            return typed;
        }
        let Some(signature) = FUNCTIONS.iter().find(|signature| signature.name == &*key.name) else {
            self.nodes(arguments);
            let hint = match (other_name(&key.name), nearest(&key.name, function_names())) {
                (Some(other), _) => format!("write `{other}`"),
                (_, Some(near)) => format!("did you mean `{near}`?"),
                _ => {
                    let names: Vec<String> = function_names().map(|name| format!("`{name}`")).collect();
                    format!("there are {}", names.join(", "))
                }
            };
            return self.fault(
                Fault::new(Mistake::UnknownFunction, key.at.0, format!("unknown function `{}`", key.name))
                    .hint(hint),
            );
        };
        if !(signature.least..=signature.most).contains(&arguments.len()) {
            self.nodes(arguments);
            let message = format!("`{}` does not take {} arguments", key.name, arguments.len());
            let fault = Fault::new(Mistake::Arguments, at, message);
            return self.fault(fault.hint(format!("write `{}`", signature.usage)));
        }
        if signature.function == Function::Has {
            return self.has(&arguments[0]);
        }
        let codes = self.arguments(signature, arguments);
        let last = arguments.last().map(|node| (&node.kind, node.at.0));
        if let Some((Kind::Literal(Literal::Text(text)), at)) = last {
            return match read_now(signature.function, text, at, codes) {
                Ok(op) => (op, signature.gives),
                Err(fault) => self.fault(fault),
            };
        }
        (Op::Call(signature.function, codes), signature.gives)
    }

    fn arguments(&mut self, signature: &Signature, arguments: &[Node]) -> Vec<Code> {
        let who = format!("`{}`", signature.name);
        let several = arguments.len() > 1;
        let mut codes = Vec::with_capacity(arguments.len());
        for (index, node) in arguments.iter().enumerate() {
            let mut wanted = signature.takes[index.min(signature.takes.len() - 1)];
            if matches!(signature.function, Function::Min | Function::Max) {
                // One argument is a list of candidates; several are the candidates.
                wanted = if several { wanted.but(Types::LIST) } else { Types::LIST };
            }
            codes.push(self.expect(&who, node, wanted));
        }
        codes
    }

    fn has(&mut self, path: &Node) -> Typed {
        if !matches!(path.kind, Kind::Member(..) | Kind::Index(..)) {
            let fault = Fault::new(Mistake::Arguments, path.at.0, "`has` asks for a member")
                .hint("write `has(event.data.total)` or `has(data['total'])`");
            return self.fault(fault);
        }
        let code = self.node(path).0;
        (Op::Has(Box::new(code)), Types::BOOL)
    }

    fn each(&mut self, each: &Each) -> Typed {
        let name = &each.variable.name;
        let who = format!("`{}`", each.form.name());
        let list = self.expect(&who, &each.list, Types::LIST);
        let taken = ROOTS.contains(&&**name) || self.locals.iter().any(|(local, _)| local == name);
        if taken || WORDS.contains(&&**name) {
            let message = format!("`{name}` means something else here");
            self.faults.push(
                Fault::new(Mistake::NameTaken, each.variable.at.0, message).hint("choose another name"),
            );
        }
        let items = self.inside(&each.list);
        self.locals.push((name.clone(), items));
        let wanted = if each.form == Form::Map { Types::ANY } else { Types::BOOL };
        let body = self.expect(&who, &each.body, wanted);
        self.locals.pop();
        let gives = if matches!(each.form, Form::All | Form::Exists) { Types::BOOL } else { Types::LIST };
        (Op::Each(each.form, Box::new([list, body])), gives)
    }
}

/// A call whose last argument is this literal text. What can be read of it is read once, here; what
/// cannot be read is an error now, and not when the event comes.
fn read_now(function: Function, text: &str, at: Span, mut codes: Vec<Code>) -> Result<Op, Fault> {
    match function {
        Function::Duration => parse_duration(text).map(Op::Duration).ok_or_else(|| {
            Fault::new(Mistake::BadText, at, format!("'{text}' is no duration")).hint(
                match meant_duration(text) {
                    Some(meant) => format!("write '{meant}'"),
                    None => "write a whole number and one of ms, s, m, h, d: '15m'".to_string(),
                },
            )
        }),
        Function::Timestamp => Time::parse(text).map(Op::Time).ok_or_else(|| {
            Fault::new(Mistake::BadText, at, format!("'{text}' is no timestamp"))
                .hint("write RFC 3339: '2026-11-21T09:00:00Z'")
        }),
        Function::Matches => match Pattern::new(text) {
            Ok(pattern) => Ok(Op::Matches(Box::new(codes.swap_remove(0)), Box::new(pattern))),
            Err(error) => Err(Fault::new(Mistake::BadText, at, error)),
        },
        _ => Ok(Op::Call(function, codes)),
    }
}

fn literal_types(literal: &Literal) -> Types {
    Types::of(match literal {
        Literal::Null => Type::Null,
        Literal::Bool(_) => Type::Bool,
        Literal::Int(_) => Type::Int,
        Literal::Float(_) => Type::Float,
        Literal::Text(_) => Type::Text,
    })
}

fn function_names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|signature| signature.name).chain(Form::ALL.map(Form::name))
}

fn near_attribute(name: &str) -> Option<&'static str> {
    nearest(name, ATTRIBUTES.iter().map(|(known, _)| *known))
}

/// A path short enough for a message.
fn shortened(path: &str) -> &str {
    path.char_indices().nth(60).map_or(path, |(end, _)| &path[..end])
}

/// A member that `of` does not have.
pub(super) fn unknown_member<'a>(
    of: &str,
    name: &str,
    at: Span,
    known: impl Iterator<Item = &'a str> + Clone,
    place: &Place,
) -> Fault {
    let fault = Fault::new(Mistake::UnknownName, at, format!("unknown name `{of}.{name}`"));
    if !place.advised {
        return fault;
    }
    let dashed = known.clone().find(|known| known.starts_with(&format!("{name}-")));
    let hint = match (dashed, nearest(name, known.clone())) {
        (Some(dashed), _) => format!("a name with a dash is read as `{of}['{dashed}']`"),
        (_, Some(near)) if is_word(near) => format!("did you mean `{of}.{near}`?"),
        (_, Some(near)) => format!("did you mean `{of}['{near}']`?"),
        _ if known.clone().next().is_none() => format!("no member of `{of}` is known here"),
        _ => format!("known are {}", listed(known)),
    };
    fault.hint(hint)
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
