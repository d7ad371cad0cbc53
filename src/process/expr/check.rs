//! From the syntax tree to what is run: names resolved, arguments counted, types compared.
//!
//! Knows the scope. Says everything that is wrong, not only the first thing: what could not be
//! resolved counts as being of any type, so that one mistake makes one error. Must not know values.

use super::ast::{Each, Form, Key, Kind, Literal, Node};
use super::check_names::shortened;
use super::code::{Code, Index, Op};
use super::fault::{Fault, Place};
use super::names::{FUNCTIONS, Function, Signature, other_name};
use super::pattern::Pattern;
use super::types::{Type, Types};
use super::{Reads, Scope, print};
use crate::event::{Time, json, meant_duration, parse_duration};
use crate::span::{Mistake, Span, nearest};

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
    pub(super) locals: Vec<(Box<str>, Types)>,
    pub(super) reads: Reads,
}

pub(super) type Typed = (Op, Types);

impl Checker<'_> {
    pub(super) fn node(&mut self, node: &Node) -> (Code, Types) {
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

    pub(super) fn nodes(&mut self, nodes: &[Node]) -> Vec<Code> {
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

    fn index(&mut self, of: &Node, key: &Node) -> Typed {
        let of_code = self.expect("an index", of, Types::LIST.or(Types::MAP));
        let key_code = self.expect("an index", key, Types::of(Type::Int).or(Types::TEXT));
        let path = shortened(&print::text(of)).into();
        (Op::Index(Box::new(Index { of: of_code, key: key_code, path })), self.inside(of))
    }

    fn call(&mut self, key: &Key, arguments: &[Node], at: Span) -> Typed {
        if let Some(property) = &self.scope.property
            && let Some(typed) = self.property_call(property, key, arguments, at)
        {
            return typed;
        }
        let Some(signature) = FUNCTIONS.iter().find(|signature| signature.name == &*key.name) else {
            self.nodes(arguments);
            if &*key.name == "entity" {
                let fault =
                    Fault::new(Mistake::NotInProperty, key.at.0, "only a scenario's properties see entities");
                return self.fault(fault.hint("a service tells what it knows in what it says"));
            }
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
