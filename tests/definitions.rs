//! Definition files, read: what a good one becomes, and all that is said about a bad one.
//!
//! `tests/definitions/*.yaml` each have their `.expected` beside them: the whole drawn error, or
//! `no error`. `BLESS=1 cargo test --test definitions` writes them anew; look at the difference.

use anyorder::event::{Kind, Name};
use anyorder::process::{
    AfterEnd, AlarmTime, BeforeStart, Correlate, Definition, End, Entry, Family, Template, Unexpected,
    canonical, read, read_named,
};
use anyorder::report::diagnostic::render;
use anyorder::span::Source;
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/definitions").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read_text(name: &str, text: &str) -> anyorder::error::Result<Definition> {
    read(&Source::new(name, text))
}

fn good(text: &str) -> Definition {
    read_text("test.yaml", text).unwrap_or_else(|error| panic!("{}", render(&error, false)))
}

fn bad(text: &str) -> String {
    render(&read_text("test.yaml", text).expect_err("a bad file"), false)
}

#[test]
fn every_file_is_read_or_refused_as_written_beside_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/definitions");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    names.sort();
    let mut wrong = Vec::new();
    for name in names {
        let said = match read_text(&name, &example(&name)) {
            Ok(_) => "no error\n".to_string(),
            Err(error) => render(&error, false),
        };
        let beside = folder.join(name.replace(".yaml", ".expected"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&beside, &said).unwrap();
        } else if std::fs::read_to_string(&beside).unwrap_or_default() != said {
            wrong.push(format!("--- {name}\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_example_of_the_design_reads_as_it_is_meant() {
    let order = good(&example("full.yaml"));
    assert_eq!(order.full_name(), "order@2");
    assert_eq!(order.summary.as_deref(), Some("The customer pays before the cook starts."));
    assert_eq!(order.starts_on.len(), 1);
    assert!(order.starter("OrderPlaced").unwrap().reaction.is_none());
    assert_eq!(order.starts_when.as_ref().unwrap().to_string(), "event.data.dodgy");
    assert_eq!(order.data.to_json(), r#"{"reminders":0}"#);
    assert_eq!(&*order.state(order.regions[0].initial).name, "pricing");
    let names: Vec<&str> = order.states.iter().map(|state| &*state.name).collect();
    assert_eq!(names, ["pricing", "awaiting-payment", "cooking", "served", "abandoned", "refunded"]);
    let ends: Vec<Option<End>> = order.states.iter().map(|state| state.end).collect();
    assert_eq!(ends, [None, None, None, Some(End::Success), Some(End::Failure), Some(End::Failure)]);

    let priced = &order.state_named("pricing").unwrap().own.on["OrderPriced"][0];
    assert_eq!(&*priced.set[0].0, "total");
    assert!(matches!(&priced.set[0].1, Template::Expr(expr) if expr.to_string() == "event.data.total"));
    assert_eq!((&*priced.sends[0].type_, priced.sends[0].kind), ("TakePayment", Kind::Command));
    assert!(matches!(&priced.sends[0].data, Some(Template::Map(entries))
        if matches!(&entries[..], [Entry::Member(name, Template::Expr(_))] if &**name == "amount")));
    assert_eq!(&*priced.alarms[0].name, "PaymentTimedOut");
    assert!(matches!(priced.alarms[0].when, AlarmTime::After(900_000)));
    assert_eq!(&*order.state(priced.to.unwrap()).name, "awaiting-payment");

    let reminder = &order.state_named("awaiting-payment").unwrap().own.on["PaymentTimedOut"];
    assert_eq!(reminder.len(), 2);
    assert_eq!(reminder[0].when.as_ref().unwrap().to_string(), "data.reminders < 2");
    assert!(reminder[1].when.is_none());
    assert!(order.state_named("cooking").unwrap().own.ignore.contains("PaymentTimedOut"));
    assert_eq!(order.alarms.iter().map(|name| &**name).collect::<Vec<_>>(), ["PaymentTimedOut"]);
    let subscriptions: Vec<&str> = order.subscriptions.iter().map(|name| &**name).collect();
    assert_eq!(subscriptions, ["FoodCooked", "OrderPaid", "OrderPlaced", "OrderPriced", "PaymentTimedOut"]);
    assert_eq!(order.hash.len(), 64);
    assert_eq!(
        (order.before_start, order.unexpected, order.after_end, order.accepts_new),
        (BeforeStart::Defer, Unexpected::Park, AfterEnd::Remember, true)
    );
}

#[test]
fn every_form_reads_as_it_is_meant() {
    let forms = good(&example("every-form.yaml"));
    assert_eq!(forms.summary.as_deref(), Some("Two lines\nof summary."));
    let starters: Vec<(&str, bool)> =
        forms.starts_on.iter().map(|starter| (&*starter.type_, starter.reaction.is_some())).collect();
    assert_eq!(starters, [("Plain", false), ("Rich", true), ("Nothing", true)]);
    assert!(matches!(&forms.correlate, Correlate::ByType(by) if by.len() == 2));
    assert_eq!(
        (forms.before_start, forms.unexpected, forms.after_end, forms.accepts_new),
        (BeforeStart::Park, Unexpected::Ignore, AfterEnd::Forget, false)
    );
    assert_eq!(
        forms.data.to_json(),
        r#"{"list":[1,12.50,-3e2,"017",null,null,true,"no","2026-11-21",{"deep":[[]]}],"text":"é = ü"}"#
    );
    let answer = &forms.state_named("open").unwrap().own.on["Answer"];
    let first = &answer[0];
    assert_eq!(first.when.as_ref().unwrap().to_string(), "data.who == 'a, b'");
    assert!(matches!(&first.set[1].1, Template::Expr(expr) if expr.to_string() == "'=x'"));
    let Template::Map(mixed) = &first.set[2].1 else { panic!("a mapping with holes") };
    assert!(
        matches!(&mixed[0], Entry::Member(name, Template::Literal(text)) if &**name == "a" && &**text == "1")
    );
    assert!(matches!(&mixed[1], Entry::Member(_, Template::List(items))
        if matches!(&items[..], [Template::Expr(_), Template::Literal(two)] if &**two == "\"two\"")));
    assert!(matches!(&mixed[2], Entry::Spread(_)));
    let sends: Vec<(&str, Kind, bool)> =
        first.sends.iter().map(|sent| (&*sent.type_, sent.kind, sent.data.is_some())).collect();
    assert_eq!(
        sends,
        [
            ("CookFood", Kind::Command, false),
            ("PriceOrder", Kind::Command, true),
            ("Whole", Kind::Command, true),
            ("Empty", Kind::Command, false),
            ("Answered", Kind::Event, true),
        ]
    );
    assert!(matches!(&first.sends[4].data, Some(Template::Literal(text)) if &**text == r#"{"n":1}"#));
    assert!(matches!(first.alarms[0].when, AlarmTime::After(250)));
    assert!(matches!(&first.alarms[1].data, Some(Template::Literal(text)) if &**text == r#"{"why":"late"}"#));
    assert!(matches!(&first.alarms[2].when, AlarmTime::At(_)));
    assert!(matches!(&answer[1].alarms[0].when, AlarmTime::AfterExpr(_)));
    assert_eq!(answer[1].cancel.len(), 2);
    let nothing = &forms.state_named("open").unwrap().own.on["Soon"];
    assert!(nothing.len() == 1 && nothing[0].sends.is_empty() && nothing[0].to.is_none());
    assert_eq!(forms.state_named("open").unwrap().own.on["Later"].len(), 1);
    assert!(forms.state_named("idle").unwrap().own.on.is_empty());
    assert_eq!(forms.state_named("closed").unwrap().end, Some(End::Manual));
}

#[test]
fn spans_are_bytes_also_behind_letters_of_more_than_one() {
    let text = example("every-form.yaml").replace("# Every", "# éü→ Every");
    let forms = good(&text);
    for state in &forms.states {
        assert_eq!(&text[state.span.start..state.span.end], &*state.name);
    }
    let answer = &forms.state_named("open").unwrap().own.on["Answer"][0];
    assert_eq!(&text[answer.alarms[1].span.start..answer.alarms[1].span.end], "Later");
    assert!(text[answer.span.start..].starts_with("when: \"data.who"));
}

#[test]
fn a_file_is_held_to_its_name() {
    let source = Source::new("processes/orders@3.yaml", example("full.yaml"));
    let error = read_named(&source, "orders", 3).unwrap_err();
    assert_eq!(
        render(&error, false),
        "\
error[E0210]: the file's name says process `orders`, the file says `order`
 --> processes/orders@3.yaml:1:10
  |
1 | process: order
  |          ^^^^^
  |
  = help: a definition lives in `<name>@<version>.yaml`: change the one or the other

error[E0210]: the file's name says version `3`, the file says `2`
 --> processes/orders@3.yaml:2:10
  |
2 | version: 2
  |          ^
  |
  = help: a definition lives in `<name>@<version>.yaml`: change the one or the other
"
    );
    assert!(read_named(&source, "order", 2).is_ok());
}

#[test]
fn two_thousand_errors_are_counted_and_twenty_are_drawn() {
    let states: String = (0..2000).map(|n| format!("  s{n}: {{flavour: sweet}}\n")).collect();
    let said = bad(&format!("process: a\nversion: 1\nstarts-on: Go\ninitial: s0\nstates:\n{states}"));
    assert_eq!(said.matches("error[E0201]: a state has no key `flavour`").count(), 20);
    assert!(said.ends_with("\n\nand 1980 more errors\n"), "{said}");
}

#[test]
fn a_file_of_another_size_is_refused_before_it_is_parsed() {
    let said = bad(&"# a comment\n".repeat(100_000));
    assert_eq!(
        said,
        "\
error[E0101]: the file has 1200000 bytes; at most 1048576 are read
 --> test.yaml:1:1
  |
1 | # a comment
  | ^
  |
  = help: is this the file you mean?
"
    );
}

#[test]
fn the_hash_is_blind_to_layout_and_to_order_that_means_nothing() {
    let one = "\
process: order
version: 1
starts-on: [Go, Gone]
data: {a: 1, b: [x, 2]}
initial: first
states:
  first:
    on:
      Go: {when: event.data.x > 1, set: {c: =event.data.c, d: 2}, send: A, alarm: {Ring: 15m, Rung: 2h}, to: last}
      Ring: {cancel: [Ring, Rung]}
    ignore: [Noise, Murmur]
  last: {end: success}
";
    let other = "\
# Another hand, the same process.
version:   1
process: 'order'
summary: does not count
accepts-new: false
before-start: defer
unexpected: park
states:
  last:
    end: \"success\"
  first:
    defer: []
    ignore:
      - Murmur
      - Noise
    on:
      Ring: [{cancel: [Rung, Ring]}]
      'Go':
        to: last
        alarm: [{Ring: {after: 900s}}, {Rung: 120m}]
        send: [A]
        set: {c: \"=event.data.c\", d: 2}
        when: 'event.data.x > 1'
starts-on: [Gone, Go]
initial: first
data:
  a: 1
  b:
    - 'x'
    - 2
";
    assert_eq!(canonical(&good(one)), canonical(&good(other)));
    assert_eq!(good(one).hash, good(other).hash);
    assert_eq!(
        canonical(&good(one)),
        concat!(
            r#"{"format":1,"process":"order","version":1,"starts-on":{"Go":null,"Gone":null},"starts-when":null,"#,
            r#""correlate":null,"data":{"a":1,"b":["x",2]},"initial":"first","states":{"first":{"end":null,"on":{"#,
            r#""Go":[{"when":"event.data.x > 1","set":{"c":"event.data.c","d":{"is":2}},"#,
            r#""send":[{"command":"A","data":false}],"cancel":[],"#,
            r#""alarm":[{"alarm":"Ring","after":900000,"data":false},{"alarm":"Rung","after":7200000,"data":false}],"#,
            r#""to":"last"}],"Ring":[{"when":null,"set":{},"send":[],"cancel":["Ring","Rung"],"alarm":[],"to":null}]},"#,
            r#""ignore":["Murmur","Noise"],"defer":[]},"#,
            r#""last":{"end":"success","on":{},"ignore":[],"defer":[]}},"#,
            r#""before-start":"defer","unexpected":"park","after-end":"remember"}"#
        )
    );
}

/// What came into the language later counts too, and stands in no text of a file that does not use it.
#[test]
fn the_hash_sees_what_states_share_entries_items_and_keys() {
    let base = "\
process: order
version: 1
starts-on: Go
data: {list: []}
initial: first
any:
  - {in: [first, second], on: {Off: {to: last}}, ignore: Noise}
  - {defer: Later}
states:
  first:
    enter: {send: {Hello: {g: =g}, each: g in data.list}}
    whenever: [{when: size(data.list) > 0, to: second}, {when: event.data.x, send: B}]
    on: {Go: {alarm: {Ring: {after: 1m, key: a}}, cancel: {Ring: =event.id}}}
  second: {}
  last: {end: success}
";
    let changes = [
        ("in: [first, second], ", ""),
        ("in: [first, second]", "in: first"),
        ("ignore: Noise", "defer: Noise"),
        ("  - {defer: Later}\n", ""),
        ("enter: {send: {Hello: {g: =g}, each: g in data.list}}", "enter: {}"),
        (", each: g in data.list", ", each: 'g in [data.list]'"),
        ("{g: =g}, each: g in data.list", "{g: =data.list}"),
        ("size(data.list) > 0, to: second", "size(data.list) > 0, to: last"),
        ("{when: event.data.x, send: B}", "{when: event.data.y, send: B}"),
        (", key: a", ""),
        (", key: a", ", key: b"),
        (", key: a", ", key: =event.id"),
        ("cancel: {Ring: =event.id}", "cancel: Ring"),
        ("cancel: {Ring: =event.id}", "cancel: {Ring: a}"),
    ];
    let before = good(base);
    for (old, new) in changes {
        let changed = base.replacen(old, new, 1);
        assert_ne!(changed, base, "{old}");
        assert_ne!(good(&changed).hash, before.hash, "{old} -> {new}");
    }
    let same = base.replace("in: [first, second]", "in: [second, first]").replace("key: a", "key: 'a'");
    assert_eq!(canonical(&good(&same)), canonical(&before));
}

#[test]
fn the_hash_sees_every_change_of_meaning() {
    let base = "\
process: order
version: 1
starts-on: {Go: {set: {who: =event.data.who}}}
starts-when: event.data.go
correlate: event.data.id
data: {a: 1, b: 12.50}
initial: first
before-start: park
unexpected: ignore
after-end: forget
states:
  first:
    on:
      Go:
        - {when: event.data.x > 1, set: {c: =event.data.c, d: [1, =data.a, {e: 2}]}, send: [A, {B: {x: 1, y: =data.a}}], alarm: {Ring: 15m}, cancel: Rung, to: last}
        - {when: event.data.x > 0, alarm: {Rung: {at: =event.data.t, data: {...: =event.data}}}}
    ignore: [Noise]
    defer: [Early]
  last: {end: success}
";
    let changes = [
        ("process: order", "process: orders"),
        ("version: 1", "version: 2"),
        ("{Go: {set: {who: =event.data.who}}}", "Go"),
        ("{Go: {set: {who: =event.data.who}}}", "{Go: {}}"),
        ("{Go: {set: {who: =event.data.who}}}", "{Go: {set: {who: =event.data.who}}, Gone: {}}"),
        ("{who: =event.data.who}", "{who: event data who}"),
        ("starts-when: event.data.go\n", ""),
        ("starts-when: event.data.go", "starts-when: event.data.gone"),
        ("correlate: event.data.id\n", ""),
        ("correlate: event.data.id", "correlate: {Go: event.data.id}"),
        ("{a: 1, b: 12.50}", "{b: 12.50, a: 1}"),
        ("12.50", "12.5"),
        ("12.50", "\"12.50\""),
        ("initial: first", "initial: last"),
        ("before-start: park", "before-start: ignore"),
        ("unexpected: ignore", "unexpected: defer"),
        ("after-end: forget", "after-end: remember"),
        ("when: event.data.x > 0, ", ""),
        ("{c: =event.data.c, d: ", "{d: "),
        (
            "set: {c: =event.data.c, d: [1, =data.a, {e: 2}]}",
            "set: {d: [1, =data.a, {e: 2}], c: =event.data.c}",
        ),
        ("[1, =data.a, {e: 2}]", "[=data.a, 1, {e: 2}]"),
        ("[1, =data.a, {e: 2}]", "[1, data a, {e: 2}]"),
        ("{e: 2}", "{e: null}"),
        ("send: [A, {B: {x: 1, y: =data.a}}]", "send: [{B: {x: 1, y: =data.a}}, A]"),
        ("{x: 1, y: =data.a}", "{y: =data.a, x: 1}"),
        ("send: [A,", "send: [{A: {}},"),
        ("send: [A,", "publish: A, send: ["),
        ("15m", "16m"),
        ("Ring: 15m", "Ring: {after: =data.c}"),
        ("Ring: 15m", "Ring: {at: =data.c}"),
        ("Ring: 15m", "Ring: {after: 15m, data: {}}"),
        ("Ring: 15m", "Rang: 15m"),
        ("cancel: Rung, ", ""),
        ("cancel: Rung", "cancel: Ring"),
        (", to: last", ""),
        ("to: last", "to: first"),
        ("{...: =event.data}", "{it: =event.data}"),
        ("{...: =event.data}", "=event.data"),
        ("ignore: [Noise]", "ignore: []"),
        ("ignore: [Noise]", "ignore: [Noise, More]"),
        ("defer: [Early]", "defer: [Late]"),
        ("last: {end: success}", "last: {end: failure}"),
        ("last: {end: success}", "last: {}"),
        ("last: {end: success}", "last: {end: success, on: {Go: {}}}"),
        ("last: {end: success}", "last: {end: success}\n  other: {}"),
    ];
    let mut seen = std::collections::BTreeMap::from([(good(base).hash, "the file itself")]);
    for (from, to) in changes {
        assert_eq!(base.matches(from).count().min(1), 1, "{from}");
        let changed = good(&base.replacen(from, to, 1));
        if let Some(same) = seen.insert(changed.hash, to) {
            assert!(same != "the file itself", "{from} -> {to} changes nothing");
        }
    }
    // The order of alternatives.
    let swapped = base.replace("event.data.x > 1", "HIGH").replace("event.data.x > 0", "event.data.x > 1");
    assert_ne!(good(base).hash, good(&swapped.replace("HIGH", "event.data.x > 0")).hash);
}

#[test]
fn a_family_knows_its_newest_and_refuses_a_second_of_one_version() {
    let make = |file: &str, version: u32, accepts: bool| {
        let text = format!(
            "process: order\nversion: {version}\naccepts-new: {accepts}\nstarts-on: Go\ninitial: s\nstates: {{s: {{}}}}\n"
        );
        Arc::new(read_text(file, &text).unwrap())
    };
    let mut family = Family::new(Name::from("order"));
    assert!(family.newest().is_none());
    for definition in
        [make("order@3.yaml", 3, false), make("order@1.yaml", 1, true), make("order@2.yaml", 2, true)]
    {
        family.insert(definition).unwrap();
    }
    assert_eq!(family.newest().unwrap().version, 2);
    assert_eq!(family.version(3).unwrap().full_name(), "order@3");
    assert_eq!(family.versions().map(|one| one.version).collect::<Vec<_>>(), [1, 2, 3]);
    let error = family.insert(make("copy/order@2.yaml", 2, true)).unwrap_err();
    assert_eq!(
        render(&error, false),
        "\
error: order@2 is defined twice: in order@2.yaml and in copy/order@2.yaml
  --> copy/order@2.yaml
  = help: make one of them version 4, or remove it
"
    );
}

#[test]
fn every_definition_in_the_documentation_is_read() {
    let page = include_str!("../docs/definitions.md");
    let mut blocks = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut count = 0;
    for block in &mut blocks {
        let line = page[..page.find(block).unwrap()].matches('\n').count();
        let source = Source::new("docs/definitions.md", format!("{}{block}", "\n".repeat(line)));
        read(&source).unwrap_or_else(|error| panic!("{}", render(&error, false)));
        count += 1;
    }
    assert!(count >= 4, "only {count} blocks");
}

/// Deletes, doubles or replaces a run of bytes, and makes a text of what is left.
fn mutate(text: &str, at: usize, length: usize, how: u8, with: &[u8]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = at % bytes.len();
    let end = (at + length).min(bytes.len());
    let run = bytes[at..end].to_vec();
    match how % 3 {
        0 => drop(bytes.drain(at..end)),
        1 => drop(bytes.splice(at..at, run)),
        _ => drop(bytes.splice(at..end, with.iter().copied())),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_damaged_file_is_read_or_refused_and_never_panics(
        which in 0..3usize,
        wounds in prop::collection::vec(
            (any::<usize>(), 1..40usize, any::<u8>(), prop_oneof![
                "[ \\n\\t{}\\[\\],:?'\"&*!|>%@`#=~<.-]{0,6}".prop_map(String::into_bytes),
                prop::collection::vec(any::<u8>(), 0..6),
            ]), 1..4),
    ) {
        let mut text = example(["full.yaml", "every-form.yaml", "json.yaml"][which]);
        for (at, length, how, with) in wounds {
            if text.is_empty() { break; }
            text = mutate(&text, at, length, how, &with);
        }
        let source = Source::new("damaged.yaml", text);
        match read(&source) {
            Ok(definition) => prop_assert_eq!(definition.hash.len(), 64),
            Err(error) => {
                prop_assert!(!error.all_diagnostics().is_empty());
                for diagnostic in error.all_diagnostics() {
                    let span = diagnostic.span;
                    prop_assert!(span.start <= span.end && span.end <= source.text.len(), "{diagnostic:?}");
                    prop_assert!(source.text.get(span.start..span.end).is_some(), "{diagnostic:?}");
                }
                prop_assert!(render(&error, false).starts_with("error[E0"));
                prop_assert!(!render(&error, true).is_empty());
            }
        }
    }
}
