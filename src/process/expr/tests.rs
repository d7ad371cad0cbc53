//! Stories: what a person writes, what they are told. What each form gives is in
//! `docs/expressions.md`, whose tables are a test of their own.

use super::types::{self, Type};
use super::*;
use crate::event::{Document, line};

fn scope() -> Scope {
    Scope::of(["total", "limit", "reminders", "items", "unit-price"].map(String::from).into())
}

fn event(data: &str) -> Message {
    let mut event = line::read(
        r#"{"specversion":"1.0","id":"e1","source":"orders","type":"T","time":"2026-11-21T09:00:00Z"}"#,
    )
    .unwrap();
    event.data = Some(Document::of_valid(data));
    event
}

pub(super) fn parsed(text: &str) -> Result<Expr, Vec<Diagnostic>> {
    parse(&Source::new("f", text), Span::new(0, text.len()), text, &scope())
}

/// Runs with the same JSON as the event's data and as `data.items`.
fn run(text: &str, items: &str) -> Result<String, String> {
    let expr = parsed(text).map_err(|errors| errors[0].message.clone())?;
    let mut data = Data::default();
    data.set("items".into(), Document::of_valid(items));
    let env = Env { event: &event(items), data: &data, state: "open", now: Time::MIN, item: None };
    let mut out = String::new();
    expr.json(&env, &mut out).map(|()| out).map_err(|failure| failure.what)
}

/// `message | what is underlined | hint`, one line per error.
fn errors(text: &str) -> Vec<String> {
    let say = |error: Diagnostic| {
        let under = &text[error.span.start..error.span.end];
        format!("{} | {under} | {}", error.message, error.hint.unwrap_or_default())
    };
    parsed(text).unwrap_err().into_iter().map(say).collect()
}

#[test]
fn mistakes_are_named_underlined_and_set_right() {
    let cases = [
        ("data.totl > 1", "unknown name `data.totl` | totl | did you mean `data.total`?"),
        ("date.total > 1", "unknown name `date` | date | did you mean `data`?"),
        ("total > 1", "unknown name `total` | total | did you mean `data.total`?"),
        ("state == paid", "unknown name `paid` | paid | text stands in quotes: 'paid'"),
        ("True", "unknown name `True` | True | did you mean `true`?"),
        ("state == None", "unknown name `None` | None | text stands in quotes: 'None'"),
        (
            "event.corelationid",
            "`event` has no attribute `corelationid` | corelationid | did you mean `event.correlationid`? An extension of that name is read as `event['corelationid']`",
        ),
        ("event.Type", "`event` has no attribute `Type` | Type | did you mean `event.type`?"),
        (
            "data.unit-price",
            "unknown name `data.unit` | unit | a name with a dash is read as `data['unit-price']`",
        ),
        ("state = 'paid'", "`=` compares nothing | = | write `==`"),
        (
            "=data.total",
            "an expression does not begin with `=` | = | the `=` stands once, before an expression that is a value; a guard needs none",
        ),
        ("true and false", "`and` is no operator here | and | write `&&`"),
        ("true OR false", "`or` is no operator here | OR | write `||`"),
        ("1 <> 2", "`<>` is no operator here | <> | write `!=`"),
        ("1 === 2", "`===` is no operator here | === | write `==`"),
        ("true & false", "`&` is no operator here | & | write `&&`"),
        (
            "state == `paid`",
            "unknown quotation mark | ` | text stands in straight quotes: 'paid' or \"paid\"",
        ),
        ("state == 'paid", "this text is never closed | 'paid | close it with '"),
        ("(1 + (2 * 3)", "this bracket is never closed: `)` is missing | ( | "),
        ("1 + 2)", "expected an operator or the end, found `)` | ) | "),
        ("1 +", "expected a value, found the end |  | "),
        ("", "there is no expression here |  | "),
        (".5 + 1", "expected a value, found `.` | . | a number has a digit before the point: 0.5"),
        ("now + 15m", "`15m` is neither a number nor a name | 15m | a duration is written `duration('15m')`"),
        (
            "1 < 2 < 3",
            "comparisons do not chain | < | write `a < b && b < c`, or put one of them in parentheses",
        ),
        (
            "1 == not true",
            "`not` needs parentheses here | not | `not a == b` means `not (a == b)`; write `a == (not b)`, or `!b`",
        ),
        ("1 not in data.items", "`not` stands before what it denies | not | write `not (x in list)`"),
        ("'\\d'", "unknown escape `\\d` | \\d | a backslash is written `\\\\`; in r'…' it stands for itself"),
        (
            "{a: 1}",
            "a key of a map is text in quotes | a | write `{'a': …}`; a key that is computed goes through `put`",
        ),
        ("{'a': 1, 'a': 2}", "the key 'a' stands here twice | 'a' | "),
        ("len(data.items)", "unknown function `len` | len | write `size(x)`"),
        (
            "data.items.any(x, x)",
            "unknown name `x` | x | an expression sees `event`, `data`, `state` and `now`; text stands in quotes: 'x'",
        ),
        (
            "starts_with(state, 'a')",
            "unknown function `starts_with` | starts_with | did you mean `startsWith`?",
        ),
        ("all(data.items, x, x)", "`all` stands behind its list | all | write `list.all(item, …)`"),
        (
            "data.items.map(x)",
            "`map` takes a name and an expression, here are 1 | map | write `list.map(item, …)`, where `item` is a name of your choice",
        ),
        (
            "put(data.items, 'a')",
            "`put` does not take 2 arguments | put(data.items, 'a') | write `put(map, key, value)`",
        ),
        ("duration('15 minutes')", "'15 minutes' is no duration | '15 minutes' | write '15m'"),
        (
            "now - data.total",
            "`-` cannot take a timestamp and a value from JSON | now - data.total | a time in JSON is a string: write `timestamp(data.total)`",
        ),
        ("'n' + 1", "`+` cannot take a string and an integer | 'n' + 1 | write `string(1)`"),
        (
            "'a' in state",
            "`in` cannot take a string and a string | 'a' in state | write `text.contains('a')`",
        ),
        ("state.payment", "`state` is a string, it has no members | payment | "),
        (
            "has(state)",
            "`has` asks for a member | state | write `has(event.data.total)` or `has(data['total'])`",
        ),
        ("data.items.all(x, 1)", "`all` takes a boolean, this is an integer | 1 | "),
        (
            "data.items.all(x, data.items.all(x, true))",
            "`x` means something else here | x | choose another name",
        ),
    ];
    for (text, wanted) in cases {
        assert_eq!(errors(text)[0], wanted, "{text}");
    }
}

#[test]
fn all_that_does_not_resolve_is_said_at_once() {
    let found = errors("data.totl > limit && sise(evnt.data) == 1 || !5");
    let messages: Vec<_> = found.iter().map(|error| error.split(" | ").next().unwrap()).collect();
    assert_eq!(
        messages,
        [
            "unknown name `data.totl`",
            "unknown name `limit`",
            "unknown name `evnt`",
            "unknown function `sise`",
            "`not` takes a boolean, this is an integer",
        ]
    );
}

#[test]
fn a_guard_that_is_certainly_no_boolean_is_refused() {
    let guard = |text: &str| parse_guard(&Source::new("f", text), Span::new(0, text.len()), text, &scope());
    assert_eq!(guard("'paid'").unwrap_err()[0].message, "a guard is true or false, this is a string");
    assert!(guard("data.total").is_ok() && guard("data.total > 1").is_ok());
}

#[test]
fn errors_point_into_the_file_whatever_its_quoting() {
    let at = |file: &str, text: &str| {
        let start = file.find(':').unwrap() + 2;
        let source = Source::new("f", file);
        let error = parse(&source, Span::new(start, file.len()), text, &scope()).unwrap_err().remove(0);
        file[error.span.start..error.span.end].to_string()
    };
    assert_eq!(at("when: 1 < totl", "1 < totl"), "totl");
    assert_eq!(at("when: \"1 < totl\"", "1 < totl"), "totl", "quotes around it");
    assert_eq!(at("x: =totl", "totl"), "totl", "the `=` was taken off");
    assert_eq!(at("when: 'state == ''a'' || totl'", "state == 'a' || totl"), "'state == ''a'' || totl'");
    assert_eq!(at("when: \"totl\" # totl", "totl"), "\"totl\" # totl", "twice: the whole");
    // A span that is none does not hurt.
    let source = Source::new("f", "é");
    assert!(parse(&source, Span::new(1, 99), "totl", &scope()).is_err());
}

#[test]
fn a_failure_points_to_what_failed() {
    let text = "data.items.exists(x, x.n / 0 == 1)";
    let expr = parsed(text).unwrap();
    let mut data = Data::default();
    data.set("items".into(), Document::of_valid(r#"[{"n":1}]"#));
    let env = Env { event: &event("1"), data: &data, state: "", now: Time::MIN, item: None };
    let failure = expr.test(&env).unwrap_err();
    assert_eq!(
        (failure.what.as_str(), &text[failure.at.start..failure.at.end]),
        ("division by zero", "x.n / 0")
    );
}

#[test]
fn results_are_read_as_what_they_are_for() {
    let event =
        event(r#"{"id":12.50,"who":"ada","no":null,"big":123456789012345678901,"l":[],"wait":"15m"}"#);
    let env = Env { event: &event, data: &Data::default(), state: "open", now: Time::MIN, item: None };
    let name = |text: &str| parsed(text).unwrap().name(&env).map_err(|failure| failure.what);
    assert_eq!(name("event.data.id"), Ok(Some("12.50".to_string())));
    assert_eq!(name("event.data.big"), Ok(Some("123456789012345678901".to_string())));
    assert_eq!(name("event.data.who"), Ok(Some("ada".to_string())));
    assert_eq!(name("1 + 1"), Ok(Some("2".to_string())));
    assert_eq!(name("event.data.no"), Ok(None));
    assert_eq!(name("event.data.l"), Err("expected a string, this is a list".to_string()));
    let duration = |text: &str| parsed(text).unwrap().duration(&env).map_err(|failure| failure.what);
    assert_eq!(duration("event.data.wait"), Ok(900_000));
    assert_eq!(duration("duration('1s') * 2"), Ok(2_000));
    assert_eq!(
        duration("event.data.who"),
        Err("expected a duration such as '15m', this is \"ada\"".to_string())
    );
    let time = |text: &str| parsed(text).unwrap().time(&env).map_err(|failure| failure.what);
    assert_eq!(time("event.time"), Ok(event.time));
    assert_eq!(time("'2026-11-21T10:00:00+01:00'"), Ok(event.time));
    assert_eq!(time("now - event.time"), Err("expected a timestamp, this is a duration".to_string()));
    let mut out = "kept".to_string();
    assert!(parsed("[1, event.data.x]").unwrap().json(&env, &mut out).is_err());
    assert_eq!(out, "kept", "a failure leaves nothing half written");
}

#[test]
fn one_spelling_is_printed() {
    let cases = [
        ("((data.total))+1", "data.total + 1"),
        ("not data.total==1&&true", "!(data.total == 1) && true"),
        ("(1+2)*-3 - -(4)", "(1 + 2) * -3 - -4"),
        ("startsWith( state ,\"it's\")", "state.startsWith('it\\'s')"),
        ("data.items.size()", "size(data.items)"),
        ("data['total']", "data['total']"),
        ("(true?1:2)==1?[1,]:{'a':2,}", "(true ? 1 : 2) == 1 ? [1] : {'a': 2}"),
        ("-(-data.total)", "-(-data.total)"),
        ("1e3+0.50", "1000.0 + 0.5"),
        ("true&&(false&&true)", "true && (false && true)"),
    ];
    for (text, spelt) in cases {
        assert_eq!(parsed(text).unwrap().to_string(), spelt);
        assert_eq!(parsed(spelt).unwrap().to_string(), spelt);
    }
}

#[test]
fn nothing_overflows_the_stack() {
    let nested = [
        format!("{}1{}", "(".repeat(8000), ")".repeat(8000)),
        "[".repeat(16_000),
        "!".repeat(16_000),
        "- ".repeat(8000),
        "not ".repeat(4000),
        format!("1{}", " + 1".repeat(4000)),
        format!("data{}", ".a".repeat(8000)),
        "true ? 1 : ".repeat(1400) + "1",
        "f(".repeat(8000),
    ];
    for text in nested {
        let errors = parsed(&text).unwrap_err();
        assert_eq!(errors[0].message, "this expression is nested too deep", "{}…", &text[..20]);
    }
    assert!(parsed(&format!("1{}", " + 1".repeat(150))).is_ok());
    assert!(parsed(&" ".repeat(20_000)).is_err());
    // Documents of any depth: passed on if a log can hold them, compared as far as that is safe.
    let deep = |depth: usize, inner: &str| format!("{}{inner}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(run("event.data", &deep(100, "1")), Ok(deep(100, "1")));
    assert_eq!(
        run("[event.data]", &deep(100, "1")),
        Err("this value is nested deeper than 100 levels".to_string())
    );
    let expr = format!("event.data == {}", deep(60, "event.data[0]"));
    assert_eq!(
        run(&expr, &deep(100_000, "1")),
        Err("these values are nested too deep to compare".to_string())
    );
    assert!(run("event.data", &deep(100_000, "1")).is_err());
    // Values are as flat as the tree that built them, also where macros wrap what macros wrapped.
    let wrap = "[event.data]".to_string() + &".map(x, [x])".repeat(50);
    assert_eq!(run(&wrap, "1"), Ok(deep(51, "1")));
}

#[test]
fn no_expression_runs_for_long() {
    let list = format!("[{}]", vec!["1"; 2000].join(","));
    let too_much = Err("too much work: more than 2000000 steps".to_string());
    assert_eq!(run("data.items.all(a, data.items.all(b, data.items.all(c, true)))", &list), too_much);
    let doubled = "[state + '0123456789']".to_string() + &".map(x, x + x)".repeat(60);
    assert_eq!(run(&doubled, "1"), too_much);
    let doubled = "[[1]]".to_string() + &".map(x, x + x)".repeat(60);
    assert_eq!(run(&doubled, "1"), too_much);
    let shared = "[1]".to_string() + &".map(x, [x, x])".repeat(60);
    assert_eq!(run(&shared, "1"), too_much, "when it is written");
    assert_eq!(run(&format!("{shared} == {shared}"), "1"), too_much, "when it is compared");
}

/// The steps that a run takes over `data.items`, of so many that it may take; None where those are too few.
fn steps(text: &str, items: &str, most: u64) -> Option<u64> {
    let expr = parsed(text).unwrap_or_else(|errors| panic!("{text}: {}", errors[0].message));
    let mut data = Data::default();
    data.set("items".into(), Document::of_valid(items));
    let env = Env { event: &event(items), data: &data, state: "open", item: None, now: Time::MIN };
    let mut machine = Machine::new(env);
    machine.steps = most;
    match machine.eval(&expr.0.code) {
        Err(failure) if failure.what.starts_with("too much work") => None,
        _ => Some(most - machine.steps),
    }
}

/// Story: `data.items.map(i, event)` wrote the whole message anew for each item and counted one step for
/// it, so a message of a megabyte filled the memory. So did lists of long texts that a macro copied, and
/// a member of a large map was looked for as often as one liked. Each is work as large as what it touches.
#[test]
fn work_counts_by_what_it_is_done_on() {
    let (times, length) = (200, 64_000);
    let text = "x".repeat(length);
    let document = format!("{{\"long\":\"{text}\",\"ones\":[{}]}}", vec!["1"; times].join(","));
    // One look at the text is a thousand steps.
    let (few, enough) = (100 * times as u64, 500 * times as u64);
    for what in [
        "event",
        "data",
        "event.data.ones",
        "has(event.data.none)",
        "event.data.long == 'x'",
        "event.data.long < 'x'",
        "put({}, event.data.long, 1)",
        "upper(event.data.long)",
        "event.data.long.contains('y')",
        "event.data.long.matches('y')",
        "[lower(event.data.long)]",
    ] {
        assert_eq!(steps(&format!("data.items.ones.map(i, {what})"), &document, enough), None, "{what}");
        assert!(steps(what, &document, 40_000).is_some(), "{what}");
    }
    assert!(steps("data.items.ones.map(i, i + 1)", &document, few).is_some());
    // Parts with text of their own, copied as often as a macro is run.
    for how in ["filter(x, true)", "map(x, 1)", "size()", "without(1)", "min()"] {
        let copied = format!("[[lower(event.data.long)]].map(big, event.data.ones.map(i, big.{how}))");
        assert_eq!(steps(&copied, &document, enough), None, "{how}");
    }
    for how in ["big + big", "big[0]", "1 in big", "put({'k': big[0]}, 'l', 1)"] {
        let copied = format!("[[lower(event.data.long)]].map(big, event.data.ones.map(i, {how}))");
        assert_eq!(steps(&copied, &document, enough), None, "{how}");
    }
}

/// Story: `(a{99}){99}` is a short pattern and a machine of ten thousand states, and each character of a
/// text was tried with each of them at a step for 64 characters: a minute for what counted as nothing.
#[test]
fn a_pattern_counts_by_its_size_and_has_a_limit() {
    let text = format!("\"{}\"", "a".repeat(4_000));
    let plain = steps("data.items.matches('a+b')", &text, 2_000_000).unwrap();
    let large = steps("data.items.matches('(a{15}){15}b')", &text, 2_000_000).unwrap();
    assert!(plain < 2_000 && large > 8 * plain, "{plain} {large}");
    let too_large = Err("this pattern does not compile: compiled regex exceeded size limit".to_string());
    assert_eq!(run("event.data.matches('(a{99}){99}')", "1"), too_large);
    assert_eq!(run("'a'.matches(event.data)", "\"(a{99}){99}\""), too_large);
    let long = format!("\"{}\"", "a".repeat(20_000));
    let too_long = Err("this pattern is too long: it may have 16384 bytes".to_string());
    assert_eq!(run("'a'.matches(event.data)", &long), too_long);
}

/// Twice as much to look at is twice as many steps, whatever is done with it.
#[test]
fn one_look_is_linear() {
    let list = |count: usize| {
        let item = |n: usize| format!("{{\"n\":{n},\"s\":\"item {n}\",\"t\":\"2026-11-21T09:00:00Z\"}}");
        format!("[{}]", (0..count).map(item).collect::<Vec<_>>().join(","))
    };
    for text in [
        "data.items",
        "data.items.size()",
        "data.items == event.data",
        "data.items.all(x, x.n >= 0 && x.s.startsWith('item'))",
        "data.items.exists(x, x.n < 0)",
        "data.items.filter(x, x.n % 2 == 0).map(x, x.n * 2)",
        "sum(data.items.map(x, x.n))",
        "max(data.items.map(x, timestamp(x.t))) - now",
        "data.items.map(x, put(x, 'm', x.s + '!'))",
        "without(data.items, {'n': 1})",
        "{'n': 7} in data.items",
        "data.items + data.items",
        "data.items.map(x, x.s).exists(s, s.matches('^item [0-9]+$'))",
        "data.items.map(x, [x, x]).map(y, y[0].n)",
    ] {
        let at =
            |count: usize| steps(text, &list(count), 2_000_000).unwrap_or_else(|| panic!("{text}")) as f64;
        let (one, two, four) = (at(500), at(1_000), at(2_000));
        assert!(two <= 2.2 * one + 50.0 && four <= 2.2 * two + 50.0, "{text}: {one} {two} {four}");
    }
}

/// The checker's table and the evaluator agree: an operator that is refused for two types fails on
/// values of them, and gives what the table says otherwise.
#[test]
fn the_table_of_types_is_what_the_evaluator_does() {
    let sample = |type_: Type| match type_ {
        Type::Null => "null",
        Type::Bool => "true",
        Type::Int => "2",
        Type::Float => "2.5",
        Type::Text => "'t'",
        Type::Time => "now",
        Type::Duration => "duration('1s')",
        Type::List => "[1]",
        Type::Map => "{'a': 1}",
    };
    let now = Time::parse("2026-11-21T09:00:00Z").unwrap();
    let (event, data) = (event("1"), Data::default());
    let env = Env { event: &event, data: &data, state: "", now, item: None };
    for operator in ast::Operator::ALL {
        for left in Type::ALL {
            for right in Type::ALL {
                // Behind a list the types are not known when the text is read.
                let text = format!("[{}][0] {} [{}][0]", sample(left), operator.text(), sample(right));
                let expr = parsed(&text).unwrap();
                let given = expr.run(&env, |_, value, _| Ok(value.type_())).ok();
                // `||` is content with its left side.
                let wanted = match operator {
                    ast::Operator::Or if left == Type::Bool => Some(Type::Bool),
                    _ => types::result(operator, left, right),
                };
                assert_eq!(given, wanted, "{text}");
            }
        }
    }
}
