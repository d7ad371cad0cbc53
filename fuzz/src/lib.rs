//! What holds of any text at all, one function for each format that a person writes. libFuzzer calls them
//! with what it thinks of (README.md), and `tests/fuzzed.rs` with a few thousand seeded mutations.

use anyorder::error::{Error, Result};
use anyorder::event::{Document, Message, Name, Names, Position, Time, json, line, seal};
use anyorder::process::expr::{self, Env, Scope};
use anyorder::process::{self, Data, Definition, Family, Library, canonical, workspace_file};
use anyorder::report::diagnostic::render;
use anyorder::runtime::snapshot::{Saving, read_instance, save, write_instance};
use anyorder::runtime::{House, Rules, Run, Start, World, recover, recover_from_snapshots, run};
use anyorder::span::{Source, Span};
use anyorder::store::{Arrival, BlockWriter, Blocks, Guard, Incoming, Logs, Medium, Memory, Store};
use std::sync::{Arc, LazyLock};

/// An error has a place in the text for each thing that is wrong, and can be drawn.
fn refused(source: &Source, error: &Error) {
    assert!(!error.all_diagnostics().is_empty(), "{error:?}");
    for diagnostic in error.all_diagnostics() {
        let text = &diagnostic.source.text;
        assert!(text.get(diagnostic.span.start..diagnostic.span.end).is_some(), "{diagnostic:?}");
        assert!(!diagnostic.message.is_empty() && diagnostic.source.name == source.name, "{diagnostic:?}");
    }
    assert!(render(error, false).starts_with("error[E"));
    assert!(render(error, true).contains("error"));
}

pub fn definition(text: &str) {
    let source = Source::new("fuzz.yaml", text);
    match process::read(&source) {
        Ok(definition) => {
            assert_eq!(process::hash(&definition), definition.hash);
            assert_eq!(json::check(&canonical(&definition)).map(str::len), Ok(canonical(&definition).len()));
        }
        Err(error) => refused(&source, &error),
    }
}

pub fn service(text: &str) {
    let source = Source::new("fuzz.yaml", text);
    if let Err(error) = process::read_service(&source) {
        refused(&source, &error);
    }
}

/// One process that scenarios and specs may name, and no module.
struct OneProcess;

const PROCESS: &str = "process: order\nversion: 1\nstarts-on: OrderPlaced\ndata: {total: 0, paid: false}\n\
    initial: open\nstates:\n  open:\n    on:\n      OrderPlaced: {set: {total: =event.data.total}, alarm: {Late: 15m}}\n\
    \x20     OrderPaid: {send: {ShipOrder: {total: =data.total}}, set: {paid: true}, to: done}\n\
    \x20     Late: {to: late}\n  done: {end: success, ignore: [Late]}\n  late: {end: failure, ignore: [OrderPaid]}\n";

impl Library for OneProcess {
    fn process(&self, p: &str) -> Result<Arc<Definition>> {
        static ORDER: LazyLock<Arc<Definition>> =
            LazyLock::new(|| Arc::new(process::read(&Source::new("order@1.yaml", PROCESS)).unwrap()));
        match p {
            "order" | "order@1" => Ok(ORDER.clone()),
            _ => Err(Error::input(format!("no process {p} in this workspace"))),
        }
    }

    fn owner(&self, type_: &str) -> Option<Name> {
        (type_ == "OrderPlaced").then(|| Name::from("orders"))
    }
}

pub fn scenario(text: &str) {
    let source = Source::new("fuzz.yaml", text);
    if let Err(error) = anyorder::explore::read(&source, &OneProcess) {
        refused(&source, &error);
    }
}

pub fn spec(text: &str) {
    let source = Source::new("fuzz.yaml", text);
    if let Err(error) = anyorder::spec::read(&source, &OneProcess) {
        refused(&source, &error);
    }
}

pub fn workspace(text: &str) {
    let source = Source::new("fuzz.yaml", text);
    match workspace_file::read(&source) {
        Ok(file) => {
            for type_ in file.types() {
                assert!(file.owner(type_).is_some());
            }
        }
        Err(error) => refused(&source, &error),
    }
}

/// What is read is written so that it is read as the same; a checksum is one of its line and no other.
/// Only a `crc` that is no checksum in our spelling is kept as anybody's member, and a log refuses it.
pub fn line(text: &str) {
    match line::read(text) {
        Ok(message) if message.extras.iter().any(|extra| extra.key() == "crc") => {
            let source = message.source.to_string();
            let store = Store::new(Arc::new(Memory::new()));
            assert!(store.append_new(&source, vec![vec![message]], Guard::None).is_err());
        }
        Ok(message) => {
            let mut written = message.to_json();
            assert_eq!(line::read(&written).as_ref(), Ok(&message));
            assert_eq!(line::read(&written).unwrap().to_json(), written);
            seal::seal(&mut written, 0, 7);
            assert!(seal::verify(&written, 7).is_some_and(|fits| fits.is_ok()));
            assert_eq!(line::read(&written).as_ref(), Ok(&message));
        }
        Err(error) => assert!(text.is_char_boundary(error.byte) && !error.what.is_empty(), "{error:?}"),
    }
    let _ = (seal::crc_of(text), seal::verify(text, 7));
}

/// Events of others: each is what its line says, wherever the lines come from; what is wrong has a place in
/// the text; and the same events in one array, laid out or not, are the same.
pub fn incoming(text: &str) {
    let take = |text: &str| -> (Vec<Arrival>, Option<Error>) {
        let mut incoming = Incoming::new("fuzz.jsonl");
        let mut came = Vec::new();
        for line in text.split_inclusive('\n') {
            match incoming.line(line.as_bytes()) {
                Ok(arrival) => came.extend(arrival),
                Err(error) => return (came, Some(error)),
            }
        }
        let ended = incoming.end(&mut |arrival| {
            came.push(arrival);
            true
        });
        (came, ended.err())
    };
    let lines: Vec<&str> = text.split('\n').collect();
    let (came, wrong) = take(text);
    for Arrival { message, line, column } in &came {
        let there = lines[*line as usize - 1].trim_start_matches('\u{feff}');
        let rest: String = there.chars().skip(*column as usize - 1).collect();
        assert!(rest.starts_with('{'), "{line}:{column}: {rest}");
        assert_eq!(line::read(&message.to_json()).as_ref(), Ok(message));
    }
    if let Some(error) = wrong {
        let place: Vec<usize> =
            error.place().unwrap().split(':').skip(1).map(|number| number.parse().unwrap()).collect();
        let there = lines[place[0] - 1];
        assert!(place[1] >= 1 && place[1] <= there.chars().count() + 1, "{error}: {there}");
        assert!(error.hint_text().is_some() && !error.what().is_empty());
        return;
    }
    let events: Vec<String> = came.iter().map(|arrival| arrival.message.to_json()).collect();
    for between in [",", " ,\r\n\n"] {
        let (again, wrong) = take(&format!("\u{feff}\n [{}\n]", events.join(between)));
        // One that is as deep as may be is too deep inside an array.
        let deep = events.iter().any(|event| json::too_deep(event, json::MAX_DEPTH - 1).is_some());
        assert!(wrong.is_none() || deep, "{wrong:?}");
        for (one, other) in came.iter().zip(&again) {
            let laid = |message: &Message| message.data.as_ref().map(|data| json::on_one_line(data.text()));
            assert_eq!((&one.message.id, laid(&one.message)), (&other.message.id, laid(&other.message)));
        }
        assert!(deep || again.len() == came.len());
    }
}

/// What verify and a reader say of a log is the same, and an append loses nothing that was read.
pub fn log(bytes: &[u8]) {
    let memory = Memory::new();
    memory.set_bytes("orders", bytes.to_vec());
    let store = Store::new(Arc::new(memory.clone()));
    let read = || -> (u64, Option<Error>) {
        let mut messages = 0;
        for record in store.read("orders", Position::FIRST).unwrap() {
            match record {
                Ok(record) => assert_eq!(line::read(&record.message.to_json()).as_ref(), Ok(&record.message)),
                Err(error) => return (messages, Some(error)),
            }
            messages += 1;
        }
        (messages, None)
    };
    let verified = store.verify("orders").unwrap();
    let (messages, damage) = read();
    // A reader sees no half of a batch; verify counts what stands before the damage.
    assert_eq!(damage, verified.damage);
    assert!(if damage.is_none() { messages == verified.messages } else { messages <= verified.messages });
    let message = Message::new("orders", "OrderPlaced", "fuzz", Time::parse("2026-11-21T09:00:00Z").unwrap());
    let appended = store.append_new("orders", vec![vec![message]], Guard::None);
    assert_eq!(memory.bytes("orders") == bytes, appended.is_err(), "an append that fails changes nothing");
    if damage.is_none() {
        appended.unwrap();
        let after = store.verify("orders").unwrap();
        assert_eq!((after.messages, after.damage, after.torn), (messages + 1, None, None));
        assert_eq!(read(), (messages + 1, None));
    }
}

/// The run of an index in which some bytes are others, each block's checksum made anew, so that what reads the
/// tables sees them. Three bytes of the input say where, one says what; an odd last one cuts the run. It
/// may hide what is there. It never makes anybody find what is not.
pub fn index(edits: &[u8]) {
    static SOUND: LazyLock<(Vec<u8>, String, Vec<u8>)> = LazyLock::new(|| {
        let memory = Memory::new();
        let store = Store::new(Arc::new(memory.clone())).indexed_after(0);
        let at = |n: i64| Time::from_millis(1_795_000_000_000 + n * 1000).unwrap();
        for n in 0..40 {
            let mut message = Message::new("orders", "OrderPlaced", format!("o-{n}"), at(n - n % 7 * 2));
            message.correlation = Some(Name::from(format!("c-{}", n % 5)));
            message.subject = Some(Name::from(format!("table-{}", n % 3)));
            store.append_new("orders", vec![vec![message]], Guard::None).unwrap();
        }
        store.conversation("orders", "c-1").unwrap();
        let name = memory.caches().unwrap().remove(0);
        let run = Blocks::open(memory.cache(&name).unwrap().unwrap()).unwrap();
        (memory.bytes("orders"), name, run.read(0, run.len()).unwrap())
    });
    let (log, name, run) = &*SOUND;
    let mut run = run.clone();
    let edits = edits.chunks(4).map(|edit| match *edit {
        [a, b, c, with] => (u32::from_le_bytes([a, b, c, 0]) as usize, Some(with)),
        _ => (edit.iter().fold(0, |sum, byte| sum << 8 | *byte as usize), None),
    });
    for (at, with) in edits {
        let at = at % run.len();
        match with {
            Some(with) => run[at] ^= with,
            None => run.truncate(at.max(1)),
        }
    }
    let memory = Memory::new();
    memory.set_bytes("orders", log.clone());
    let mut draft = memory.draft(name).unwrap().unwrap();
    let mut writer = BlockWriter::new(&mut *draft);
    writer.write(&run).and_then(|()| writer.finish()).and_then(|()| draft.finish()).unwrap();
    let store = Store::new(Arc::new(memory.clone())).indexed_after(1 << 40);
    for (_, record) in store.conversation("orders", "c-1").unwrap() {
        assert_eq!(record.message.correlation.as_deref(), Some("c-1"));
        assert!(String::from_utf8_lossy(log).lines().any(|line| *line == record.text));
    }
    let message = |id: &str| vec![vec![Message::new("orders", "T", id, Time::MILLENNIUM)]];
    for revision in [0, 13, 14, 99] {
        let guard = Guard::Revision { subject: Name::from("table-1"), revision };
        let _ = store.append("orders", message("fuzz"), guard);
    }
    let placed = store.append("orders", message("o-17"), Guard::None).unwrap();
    assert!([18, 41, 42].contains(&placed.batches[0].first().number()), "{placed:?}");
    assert_eq!(store.verify("orders").unwrap().damage, None);
}

/// A few orders that were run, and the name of the snapshot that this left.
pub fn with_snapshot() -> (Memory, String) {
    let memory = Memory::new();
    let store = Store::new(Arc::new(memory.clone()));
    for n in 0..9 {
        let of = |type_: &str, id: String, minute: u32| {
            let time = Time::parse(&format!("2026-11-21T09:{minute:02}:00Z")).unwrap();
            let mut message = Message::new("orders", type_, Name::from(id), time);
            message.correlation = Some(Name::from(format!("o-{n}")));
            message.data = Some(Document::of_valid("{\"total\":12.50}"));
            vec![vec![message]]
        };
        store.append_new("orders", of("OrderPlaced", format!("o-{n}"), n), Guard::None).unwrap();
        if n % 3 == 0 {
            store.append_new("orders", of("OrderPaid", format!("p-{n}"), n + 1), Guard::None).unwrap();
        }
    }
    let mut world = house(&store, recover_from_snapshots).stable();
    run(&store, &mut world, Run { rules: Rules::Newest, dry: false, rings: u64::MAX }).unwrap();
    save(&store, &world, Saving { grown: 1, merged: 8, read: u64::MAX });
    let caches = anyorder::store::Medium::caches(&memory).unwrap();
    (memory, caches.into_iter().next().expect("a snapshot"))
}

fn house<L>(logs: &L, recover: impl Fn(&mut House<Start>, &L) -> Result<()>) -> House<Start> {
    let mut family = Family::new(Name::from("order"));
    family.insert(OneProcess.process("order").unwrap()).unwrap();
    let mut house = House::create(vec![family]).unwrap().created().subscribe_all().start();
    recover(&mut house, logs).unwrap();
    house
}

fn instances(world: &World) -> Vec<String> {
    world.members().iter().flat_map(|member| member.instances()).map(|i| format!("{i:?}")).collect()
}

/// Bytes as a snapshot: they change nothing of what is recovered. As a record: what is read is written so that it
/// is read as the same. And sealed as a snapshot, the foot of which begins where the first two say, they break
/// nothing.
pub fn snapshot(bytes: &[u8]) {
    static SOUND: LazyLock<(Memory, String)> = LazyLock::new(with_snapshot);
    let (sound, name) = &*SOUND;
    let with = |cache: Vec<u8>| {
        let memory = Memory::new();
        memory.restore(sound.snapshot());
        memory.set_cache(name, Some(cache));
        let store = Store::new(Arc::new(memory));
        let mut house = house(&store, recover_from_snapshots);
        house.load_all().unwrap();
        (store, house.stable())
    };
    let (store, world) = with(bytes.to_vec());
    let folded = house(&store, |house, store| recover(house, store)).stable();
    assert_eq!(instances(&world), instances(&folded));

    if let Ok((instance, ordinal)) = read_instance(bytes, &mut Names::default()) {
        let again = read_instance(&write_instance(&instance, ordinal), &mut Names::default());
        assert_eq!(again, Ok((instance, ordinal)));
    }

    let Some((place, bytes)) = bytes.split_first_chunk() else { return };
    let foot_at = (u16::from_le_bytes(*place) as usize).min(bytes.len());
    let mut sealed = bytes.to_vec();
    sealed.extend_from_slice(&(foot_at as u64).to_le_bytes());
    sealed.extend_from_slice(&((bytes.len() - foot_at) as u32).to_le_bytes());
    sealed.extend_from_slice(&crc32c::crc32c(&bytes[foot_at..]).to_le_bytes());
    sealed.extend_from_slice(b"aofold-3");
    with(sealed);
}

/// The first line is an expression; what follows is JSON that it sees, if it is JSON.
pub fn expression(text: &str) {
    let (text, document) = text.split_once('\n').unwrap_or((text, ""));
    let source = Source::new("fuzz", text);
    let scope = Scope::of(["a", "b", "items"].map(String::from).into());
    let expr = match expr::parse(&source, Span::new(0, text.len()), text, &scope) {
        Ok(expr) => expr,
        Err(errors) => return refused(&source, &Error::diagnostics(errors)),
    };
    let printed = expr.to_string();
    // What is printed has brackets that may not have been written, so only that may be too much.
    if let Ok(again) =
        expr::parse(&Source::new("fuzz", &*printed), Span::new(0, printed.len()), &printed, &scope)
    {
        assert_eq!(again.to_string(), printed);
    } else {
        assert!(
            text.len() > 8_000 || text.matches(['(', '[', '{', '?', '-', '!']).count() > 20,
            "{text:?} {printed:?}"
        );
    }
    let document =
        json::check(document).unwrap_or(r#"{"a":1,"b":[1,2.5,"x",null],"items":[{"n":1},{"n":"2"}]}"#);
    let mut event =
        Message::new("orders", "OrderPlaced", "e-1", Time::parse("2026-11-21T09:00:00Z").unwrap());
    event.data = Some(Document::of_valid(document));
    let mut data = Data::default();
    data.set("a".into(), Document::of_valid(document));
    data.set("items".into(), Document::of_valid("[1,2,3]"));
    let env = Env { event: &event, data: &data, state: "open", item: None, now: event.time };
    let mut out = String::new();
    match expr.json(&env, &mut out) {
        Ok(()) => assert_eq!(json::check(&out).map(str::len), Ok(out.len())),
        Err(failure) => {
            assert!(out.is_empty() && !failure.what.is_empty());
            assert!(text.get(failure.at.start..failure.at.end).is_some(), "{failure:?}");
        }
    }
    let _ =
        (expr.test(&env), expr.duration(&env), expr.time(&env), expr.name(&env), expr.reads(), expr.type_());
}
