//! Random expressions over random worlds, by both; what differs is shrunk and printed.

use crate::grow::{Dice, Grower, Tree};
use crate::world::{self, World};
use anyorder::process::expr::{Failure, Type};
use cel::Program;
use cel::objects::{Key, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// How the two went.
enum Found {
    /// Both gave this.
    Same,
    /// Both failed while running; the words are each one's own.
    BothFail,
    /// Only one failed, for a reason that README.md lists.
    Apart(&'static str),
    Differ(String),
}

pub fn compare(count: u64, seed: u64) {
    let mut dice = Dice::new(seed);
    let (mut same, mut failed) = (0u64, 0u64);
    let mut apart: BTreeMap<&str, u64> = BTreeMap::new();
    let mut differences = 0;
    let mut world = World::random(&mut dice);
    for number in 0..count {
        if number % 20 == 0 {
            world = World::random(&mut dice);
        }
        let tree = Grower::new(&mut dice).any(4);
        match found(&tree.text(), &world) {
            Found::Same => same += 1,
            Found::BothFail => failed += 1,
            Found::Apart(why) => *apart.entry(why).or_default() += 1,
            Found::Differ(_) => {
                differences += 1;
                let (tree, said) = shrunk(tree, &world);
                println!("{}\n  {said}\n  with {}", tree.text(), world.seen);
                if differences == 20 {
                    println!("… and so on");
                    break;
                }
            }
        }
    }
    println!(
        "compared {} of {count} (seed {seed}): {same} the same value, {failed} fail by both",
        same + failed
    );
    for (why, count) in apart {
        println!("left out {count}: {why}");
    }
    println!("{differences} differences");
    std::process::exit((differences > 0).into());
}

fn shrunk(mut tree: Tree, world: &World) -> (Tree, String) {
    loop {
        let smaller = tree
            .smaller()
            .into_iter()
            .filter(|smaller| smaller.size() < tree.size() || smaller.text().len() < tree.text().len());
        match smaller.into_iter().find(|smaller| matches!(found(&smaller.text(), world), Found::Differ(_))) {
            Some(smaller) => tree = smaller,
            None => {
                let Found::Differ(said) = found(&tree.text(), world) else { unreachable!("it differed") };
                return (tree, said);
            }
        }
    }
}

fn found(text: &str, world: &World) -> Found {
    let program = Program::compile(text);
    let expr = match (world::ours(text), &program) {
        (Ok(expr), Ok(_)) => expr,
        (Err(_), Err(_)) => return Found::Apart("both refuse to read it"),
        (Err(error), Ok(_)) => return refused(&error),
        (Ok(_), Err(error)) => return Found::Differ(format!("cel does not read it: {error}")),
    };
    let mut out = String::new();
    let ours = expr.json(&world.env(), &mut out);
    let theirs = program.unwrap().execute(&world.cel);
    match (ours, theirs) {
        (Err(_), Err(_)) => Found::BothFail,
        (Ok(()), Ok(theirs)) => match same(&out, &theirs, expr.type_()) {
            true => Found::Same,
            false => Found::Differ(format!("we say {out}, cel {theirs:?}")),
        },
        (Err(failure), Ok(theirs)) => one_fails(&failure, text, &theirs, world),
        (Ok(()), Err(theirs))
            if text.contains("int(") && theirs.to_string().ends_with("'int': integer overflow") =>
        {
            Found::Apart("`int` of a float of -2^63, which is an integer of 64 bits; CEL's range is open")
        }
        (Ok(()), Err(theirs)) => Found::Differ(format!("we say {out}, cel fails: {theirs}")),
    }
}

/// What we refuse when the file is read, and CEL only when it runs.
fn refused(error: &str) -> Found {
    match error {
        _ if error.contains("cannot compare") || error.contains("cannot take") => {
            Found::Apart("types that we refuse to read")
        }
        _ => Found::Differ(format!("we refuse to read it: {error}")),
    }
}

/// We fail and CEL does not: it must fail as well where we do, or have a float there that is not finite.
fn one_fails(failure: &Failure, text: &str, theirs: &Value, world: &World) -> Found {
    let part = &text[failure.at.start..failure.at.end];
    let there = Program::compile(part).map(|program| program.execute(&world.cel));
    let stops = ["&&", "||", ".all(", ".exists("].iter().any(|sign| text.contains(sign));
    match there {
        Ok(Ok(Value::Float(number))) if !number.is_finite() => {
            Found::Apart("floats that are not finite: CEL keeps them, we fail")
        }
        Ok(Err(_)) if stops => {
            Found::Apart("a failure that CEL passes over in `&&`, `||`, `all` or `exists`")
        }
        _ => Found::Differ(format!("we fail: {}, cel {theirs:?}", failure.what)),
    }
}

/// Whether the JSON text that we write is this value.
fn same(ours: &str, theirs: &Value, type_: Option<Type>) -> bool {
    match (type_, theirs) {
        (_, Value::Timestamp(time)) => {
            serde_json::from_str::<String>(ours).ok().and_then(|text| text.parse().ok()) == Some(*time)
        }
        (_, Value::Duration(length)) => {
            let text: String = serde_json::from_str(ours).unwrap_or_default();
            anyorder::event::parse_duration(text.trim_start_matches('-'))
                .map(|millis| if text.starts_with('-') { -millis } else { millis })
                == Some(length.num_milliseconds())
        }
        _ => serde_json::from_str(ours).is_ok_and(|ours: Json| is(&ours, theirs)),
    }
}

fn is(ours: &Json, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(a), Value::Bool(b)) => a == b,
        (Json::Number(a), Value::Int(b)) => a.as_i64() == Some(*b) && !a.is_f64(),
        (Json::Number(a), Value::Float(b)) => a.is_f64() && a.as_f64() == Some(*b),
        (Json::String(a), Value::String(b)) => *a == **b,
        (Json::Array(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| is(a, b))
        }
        (Json::Object(a), Value::Map(b)) => {
            a.len() == b.map.len()
                && a.iter().all(|(name, a)| b.map.get(&Key::from(name.as_str())).is_some_and(|b| is(a, b)))
        }
        _ => false,
    }
}
