//! What a message says: a template with its holes filled.

use crate::event::{Document, json};
use crate::process::expr::{Env, Failure};
use crate::process::{Entry, Outgoing, Template};

/// What is said carries: once, or once for each item of a list, in the list's order.
pub(super) fn contents_of(outgoing: &Outgoing, env: &Env) -> Result<Vec<Option<Document>>, Failure> {
    let content = |env: &Env| outgoing.data.as_ref().map(|data| value_of(data, env)).transpose();
    match &outgoing.each {
        None => Ok(vec![content(env)?]),
        Some(each) => {
            each.list.items(env)?.iter().map(|item| content(&Env { item: Some(item), ..*env })).collect()
        }
    }
}

/// A template with its holes filled.
pub(super) fn value_of(template: &Template, env: &Env) -> Result<Document, Failure> {
    let mut out = String::with_capacity(128);
    fill(template, env, &mut out)?;
    Ok(Document::of_valid(&out))
}

fn fill(template: &Template, env: &Env, out: &mut String) -> Result<(), Failure> {
    match template {
        Template::Literal(text) => out.push_str(text),
        Template::Expr(expr) => expr.json(env, out)?,
        Template::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                fill(item, env, out)?;
            }
            out.push(']');
        }
        Template::Map(entries) if entries.iter().any(|entry| matches!(entry, Entry::Spread(_))) => {
            fill_map(entries, env, out)?;
        }
        // Without a spread every key stands once.
        Template::Map(entries) => {
            out.push('{');
            for (index, (name, template)) in entries.iter().filter_map(Entry::member).enumerate() {
                if index > 0 {
                    out.push(',');
                }
                json::quote_into(out, name);
                out.push(':');
                fill(template, env, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// Members in the order written; a later key overrides an earlier one where that one stands. The
/// keys of a spread keep their spelling.
fn fill_map(entries: &[Entry], env: &Env, out: &mut String) -> Result<(), Failure> {
    let mut members: Vec<(String, String)> = Vec::new();
    let mut put = |raw_key: String, key: &str, value: String| {
        let same = |known: &str| json::string(known).is_some_and(|known| known == key);
        match members.iter_mut().find(|(known, _)| same(known)) {
            Some((_, old)) => *old = value,
            None => members.push((raw_key, value)),
        }
    };
    for entry in entries {
        match entry {
            Entry::Member(name, template) => {
                let mut value = String::new();
                fill(template, env, &mut value)?;
                put(json::quote(name), name, value);
            }
            Entry::Spread(expr) => {
                let mut map = String::new();
                expr.json(env, &mut map)?;
                if json::shape(&map) != json::Shape::Object {
                    return Err(Failure { what: "`...` needs a map".to_string(), at: expr.span() });
                }
                for member in json::members(&map) {
                    put(member.raw_key.to_string(), &member.key(), member.value.to_string());
                }
            }
        }
    }
    out.push('{');
    for (index, (key, value)) in members.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(key);
        out.push(':');
        out.push_str(value);
    }
    out.push('}');
    Ok(())
}
