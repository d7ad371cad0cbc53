//! One canonical spelling of a tree.
//!
//! Knows where parentheses are needed: what is printed parses to an equal tree. Must not know what
//! names mean.

use super::ast::{Kind, Literal, Node, binding};
use super::lex::is_word;
use std::fmt::{Result, Write};

/// These read as methods, as in CEL.
const METHODS: [&str; 4] = ["startsWith", "endsWith", "contains", "matches"];

pub(super) fn text(node: &Node) -> String {
    let mut out = String::new();
    print(&mut out, node, binding::CHOICE).expect("a string takes all");
    out
}

/// The node, in parentheses where it binds looser than `least`.
pub(super) fn print(out: &mut dyn Write, node: &Node, least: u8) -> Result {
    if binding_of(node) < least {
        out.write_char('(')?;
        bare(out, node)?;
        return out.write_char(')');
    }
    bare(out, node)
}

fn binding_of(node: &Node) -> u8 {
    match &node.kind {
        Kind::Choice(_) => binding::CHOICE,
        Kind::Binary(operator, ..) => operator.binding(),
        Kind::Not(_) | Kind::Negate(_) => binding::UNARY,
        Kind::Literal(Literal::Int(number)) if *number < 0 => binding::UNARY,
        Kind::Literal(Literal::Float(number)) if number.is_sign_negative() => binding::UNARY,
        _ => binding::POSTFIX,
    }
}

fn bare(out: &mut dyn Write, node: &Node) -> Result {
    match &node.kind {
        Kind::Literal(value) => literal(out, value),
        Kind::Name(name) => out.write_str(name),
        Kind::List(items) => listed(out, '[', items, ']'),
        Kind::Map(entries) => {
            out.write_char('{')?;
            for (index, (key, value)) in entries.iter().enumerate() {
                out.write_str(if index > 0 { ", " } else { "" })?;
                quoted(out, &key.name)?;
                out.write_str(": ")?;
                print(out, value, binding::CHOICE)?;
            }
            out.write_char('}')
        }
        Kind::Member(of, key) => {
            print(out, of, binding::POSTFIX)?;
            debug_assert!(is_word(&key.name), "the parser makes members of words only");
            write!(out, ".{}", key.name)
        }
        Kind::Index(of, key) => {
            print(out, of, binding::POSTFIX)?;
            listed(out, '[', std::slice::from_ref(&**key), ']')
        }
        Kind::Call(key, arguments) => match arguments.split_first() {
            Some((receiver, rest)) if METHODS.contains(&&*key.name) => {
                print(out, receiver, binding::POSTFIX)?;
                write!(out, ".{}", key.name)?;
                listed(out, '(', rest, ')')
            }
            _ => {
                out.write_str(&key.name)?;
                listed(out, '(', arguments, ')')
            }
        },
        Kind::Each(each) => {
            print(out, &each.list, binding::POSTFIX)?;
            write!(out, ".{}({}, ", each.form.name(), each.variable.name)?;
            print(out, &each.body, binding::CHOICE)?;
            out.write_char(')')
        }
        Kind::Not(inner) => {
            out.write_char('!')?;
            print(out, inner, binding::UNARY)
        }
        Kind::Negate(inner) => {
            out.write_char('-')?;
            // Parentheses around another sign, which would else be read as part of a number.
            print(out, inner, binding::POSTFIX)
        }
        Kind::Binary(operator, left, right) => {
            // Comparisons do not chain, so both of their sides must bind tighter.
            let loose = operator.binding();
            print(out, left, if loose == binding::RELATION { loose + 1 } else { loose })?;
            write!(out, " {} ", operator.text())?;
            print(out, right, loose + 1)
        }
        Kind::Choice(parts) => {
            let [condition, yes, no] = &**parts;
            print(out, condition, binding::OR)?;
            out.write_str(" ? ")?;
            print(out, yes, binding::OR)?;
            out.write_str(" : ")?;
            print(out, no, binding::CHOICE)
        }
    }
}

fn listed(out: &mut dyn Write, open: char, nodes: &[Node], close: char) -> Result {
    out.write_char(open)?;
    for (index, node) in nodes.iter().enumerate() {
        out.write_str(if index > 0 { ", " } else { "" })?;
        print(out, node, binding::CHOICE)?;
    }
    out.write_char(close)
}

fn literal(out: &mut dyn Write, literal: &Literal) -> Result {
    match literal {
        Literal::Null => out.write_str("null"),
        Literal::Bool(value) => write!(out, "{value}"),
        Literal::Int(number) => write!(out, "{number}"),
        Literal::Float(number) => write!(out, "{number:?}"),
        Literal::Text(text) => quoted(out, text),
    }
}

fn quoted(out: &mut dyn Write, text: &str) -> Result {
    out.write_char('\'')?;
    for character in text.chars() {
        match character {
            '\'' | '\\' => write!(out, "\\{character}")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            _ if character.is_control() => write!(out, "\\u{:04x}", character as u32)?,
            _ => out.write_char(character)?,
        }
    }
    out.write_char('\'')
}
