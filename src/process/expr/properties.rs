//! What holds for every text, every tree and every document.

use super::ast::{Each, Form, Key, Kind, Literal, Node, Operator, Spot};
use super::*;
use crate::event::{Document, json, line};
use proptest::prelude::*;

const DATA: [&str; 3] = ["a", "b", "items"];

fn node(kind: Kind) -> Node {
    Node::new(kind, Span::default())
}

fn key(name: &str) -> Key {
    Key { name: name.into(), at: Spot::default() }
}

fn any_leaf() -> impl Strategy<Value = Node> {
    let literal = |literal| node(Kind::Literal(literal));
    prop_oneof![
        Just(literal(Literal::Null)),
        any::<bool>().prop_map(move |value| literal(Literal::Bool(value))),
        any::<i64>().prop_map(move |number| literal(Literal::Int(number))),
        (-3i64..4).prop_map(move |number| literal(Literal::Int(number))),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(move |number| literal(Literal::Float(number))),
        any::<String>().prop_map(move |text| literal(Literal::Text(text.into()))),
        prop::sample::select(vec!["event", "data", "state", "now"])
            .prop_map(|name| node(Kind::Name(name.into()))),
        prop::sample::select(DATA.to_vec())
            .prop_map(|name| node(Kind::Member(Box::new(node(Kind::Name("data".into()))), key(name)))),
        prop::sample::select(vec!["data", "time", "id", "due"])
            .prop_map(|name| node(Kind::Member(Box::new(node(Kind::Name("event".into()))), key(name)))),
    ]
}

fn any_node() -> impl Strategy<Value = Node> {
    any_leaf().prop_recursive(5, 40, 4, |inner| {
        let two = (inner.clone(), inner.clone());
        let calls: Vec<_> = names::FUNCTIONS.iter().map(|signature| (signature.name, signature.least)).collect();
        prop_oneof![
            4 => (prop::sample::select(Operator::ALL.to_vec()), two.clone())
                .prop_map(|(operator, (a, b))| node(Kind::Binary(operator, Box::new(a), Box::new(b)))),
            1 => inner.clone().prop_map(|a| node(Kind::Not(Box::new(a)))),
            1 => inner.clone().prop_map(|a| Node::negated(a, Span::default())),
            1 => prop::collection::vec(inner.clone(), 0..3).prop_map(|items| node(Kind::List(items))),
            1 => prop::collection::btree_map("[a-c'\\\\]{0,2}", inner.clone(), 0..3).prop_map(|map| {
                node(Kind::Map(map.into_iter().map(|(name, value)| (key(&name), value)).collect()))
            }),
            1 => (inner.clone(), prop::sample::select(vec!["a", "in", "not", "items"]))
                .prop_map(|(of, name)| node(Kind::Member(Box::new(of), key(name)))),
            1 => two.clone().prop_map(|(of, at)| node(Kind::Index(Box::new(of), Box::new(at)))),
            1 => (inner.clone(), two.clone()).prop_map(|(a, (b, c))| node(Kind::Choice(Box::new([a, b, c])))),
            2 => (prop::sample::select(calls), inner.clone(), two.clone()).prop_map(|((name, count), a, (b, c))| {
                node(Kind::Call(key(name), vec![a, b, c].into_iter().take(count).collect()))
            }),
            1 => (prop::sample::select(Form::ALL.to_vec()), prop::sample::select(vec!["x", "y"]), two)
                .prop_map(|(form, name, (list, body))| {
                    node(Kind::Each(Box::new(Each { form, list, variable: key(name), body })))
                }),
        ]
    })
}

fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_string()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        (-3i64..4).prop_map(|number| number.to_string()),
        "-?[1-9][0-9]{0,30}(\\.[0-9]{1,3})?(e-?[0-9]{1,3})?",
        any::<String>().prop_map(|text| json::quote(&text)),
        Just(r#""\ud800""#.to_string()),
        Just("\"2026-11-21T09:00:00Z\"".to_string()),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(" , "))),
            prop::collection::vec(("[a-c]|items|\\\\u0061", inner), 0..4).prop_map(|members| {
                let members: Vec<_> = members.iter().map(|(k, value)| format!("\"{k}\": {value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

/// Whether it parses or not, runs or not: it ends, and what it writes is JSON.
fn survives(text: &str, event_data: &str, items: &str) -> Result<(), TestCaseError> {
    let source = Source::new("f", text);
    let scope = Scope::of(DATA.map(String::from).into());
    let expr = match parse(&source, Span::new(0, text.len()), text, &scope) {
        Ok(expr) => expr,
        Err(errors) => {
            prop_assert!(!errors.is_empty());
            for error in errors {
                prop_assert!(text.get(error.span.start..error.span.end).is_some(), "{text:?} {error:?}");
            }
            return Ok(());
        }
    };
    let mut event = line::read(
        r#"{"specversion":"1.0","id":"e1","source":"s","type":"T","time":"2026-11-21T09:00:00Z"}"#,
    )
    .unwrap();
    event.data = Some(Document::of_valid(event_data));
    let mut data = Data::default();
    data.set("items".into(), Document::of_valid(items));
    data.set("a".into(), Document::of_valid(event_data));
    let env = Env { event: &event, data: &data, state: "open", now: event.time, item: None };
    let mut out = String::new();
    match expr.json(&env, &mut out) {
        Ok(()) => prop_assert_eq!(json::check(&out), Ok(&*out)),
        Err(failure) => {
            prop_assert!(text.get(failure.at.start..failure.at.end).is_some());
            prop_assert_eq!(out, "");
        }
    }
    let _ = (expr.test(&env), expr.duration(&env), expr.time(&env), expr.name(&env), expr.reads());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_parses_to_the_same_tree(tree in any_node()) {
        let text = print::text(&tree);
        let again = parse::parse(&text).map_err(|fault| TestCaseError::fail(format!("{text}: {}", fault.message)))?;
        prop_assert_eq!(&again, &tree, "{}", text);
        prop_assert_eq!(print::text(&again), text);
    }

    #[test]
    fn a_short_number_is_read_as_any_other(text in "-?[0-9]{1,9}(\\.[0-9]{1,7})?") {
        let short = value::short_number(&text);
        prop_assert!(short.is_some() || text.len() > 16);
        prop_assert!(short.is_none() || format!("{short:?}") == format!("{:?}", value::any_number(&text)), "{}", text);
    }

    #[test]
    fn any_tree_over_any_document_ends(tree in any_node(), event in any_json(), items in any_json()) {
        survives(&print::text(&tree), &event, &items)?;
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        survives(&text, "1", "[]")?;
    }

    #[test]
    fn any_row_of_tokens_is_read_or_refused(
        tokens in prop::collection::vec(prop::sample::select(vec![
            "event", "data", "state", "now", ".", ".data", ".items", ".a", "[", "]", "(", ")", "{", "}", ",", ":", "?",
            "+", "-", "*", "/", "%", "==", "<", "in", "&&", "||", "!", "not ", "1", "2.5", "'t'", "has", "size",
            "sum", "put", ".map(x,", ".all(x,", "x", "é", "'", "\\", "=", " and ", "9223372036854775808",
        ]), 0..12),
        items in any_json(),
    ) {
        survives(&tokens.concat(), &items, &items)?;
    }

    #[test]
    fn a_path_copies_what_came(document in any_json()) {
        let text = "true ? [event.data].map(x, x).filter(x, true)[0] : null";
        let source = Source::new("f", text);
        let expr = parse(&source, Span::new(0, text.len()), text, &Scope::default()).unwrap();
        let mut event = line::read(
            r#"{"specversion":"1.0","id":"e1","source":"s","type":"T","time":"2026-11-21T09:00:00Z"}"#,
        ).unwrap();
        event.data = Some(Document::of_valid(&document));
        let env = Env { event: &event, data: &Data::default(), state: "", now: event.time, item: None };
        let mut out = String::new();
        expr.json(&env, &mut out).unwrap();
        prop_assert_eq!(out, document);
    }

    #[test]
    fn integers_and_floats_compare_by_what_they_are(int in any::<i64>(), float in any::<f64>()) {
        prop_assume!(float.is_finite());
        for float in [float, int as f64, (int as f64) + 0.5] {
            let found = compare::order(&Value::Int(int), &Value::Float(float)).unwrap();
            // A float of this size is a whole number or a half; i128 holds twice of either.
            if float.abs() < 1e19 && (float * 2.0).fract() == 0.0 {
                prop_assert_eq!(found, (i128::from(int) * 2).cmp(&((float * 2.0) as i128)));
            }
        }
    }
}
