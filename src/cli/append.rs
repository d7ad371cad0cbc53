//! `anyorder append`: a message into one module's log, or one for each line of data.

use super::context::Context;
use super::workspace::{self, Workspace};
use super::{Exit, Format, append_lines, clock};
use crate::error::{Error, Result};
use crate::event::{Document, Kind, Message, Name, Position, Time, json};
use crate::span::Source;
use crate::store::{Appended, Guard, Placed, Store};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;

/// Append one message to a module's log, or one for each line of a file
///
/// Prints module, position, type and id once the message is on disk. A message whose id is in the
/// log already is not appended again: its old position is printed, so it is safe to try again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder append OrderPlaced --data '{\"total\": 12.50}'
  anyorder append OrderPaid --correlation o-1 --data @paid.json
  anyorder append OrderPlaced --id o-1 --expect 0        only as the first of its log
  anyorder append OrderPlaced --lines orders.jsonl       one for each line of data
  jq -c '.orders[]' day.json | anyorder append OrderPlaced --lines - --batch 100")]
pub struct Args {
    /// What happened, or (with --command) what is asked for
    #[arg(value_name = "TYPE")]
    type_: String,
    /// Whose log; without it, the module that owns TYPE in anyorder.yaml
    #[arg(long, value_name = "M")]
    module: Option<String>,
    /// The entity it is about, inside its module
    #[arg(long, value_name = "S")]
    subject: Option<String>,
    /// Its id; without it, a new one
    #[arg(long)]
    id: Option<String>,
    /// The conversation it belongs to; without it, it starts one of its own
    #[arg(long, value_name = "ID")]
    correlation: Option<String>,
    /// The message whose handling produced it
    #[arg(long, value_name = "ID")]
    caused_by: Option<String>,
    /// It says what this message of the same log should have been; it belongs to the same conversation. What it
    /// would have changed, `what-if --corrected` tells
    #[arg(long, value_name = "ID", conflicts_with = "lines")]
    corrects: Option<String>,
    /// Its data: JSON, `@FILE`, or `-` for standard input
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    data: Option<String>,
    /// One message for each line of this file, or of standard input (`-`): the line is its data. With
    /// --id X they are and so on
    #[arg(long, value_name = "FILE", conflicts_with_all = ["data", "expect", "expect_revision"])]
    lines: Option<PathBuf>,
    /// So many lines are there together, or none of them
    #[arg(long, value_name = "N", default_value_t = 1, requires = "lines",
        value_parser = clap::value_parser!(u32).range(1..))]
    batch: u32,
    /// It is a command, not an event
    #[arg(long)]
    command: bool,
    /// It is for its own module only
    #[arg(long)]
    internal: bool,
    /// Append only if this is the last position now (0: the log is empty); else exit 1
    #[arg(long, value_name = "POSITION", conflicts_with = "expect_revision")]
    expect: Option<u64>,
    /// Append only if the subject has so many messages now; else exit 1
    #[arg(long, value_name = "N", requires = "subject")]
    expect_revision: Option<u64>,
    /// When it happened; without it, now, but after all that is in the logs
    #[arg(long, value_name = "T", value_parser = clock::moment)]
    time: Option<Time>,
    /// Delivered at or after this, it has expired
    #[arg(long, value_name = "T", value_parser = clock::moment)]
    expires: Option<Time>,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace()?;
    let store = workspace.store();
    check_texts(&args)?;
    let module = module_of(&args, &workspace)?;
    let guard = guard_of(&args)?;
    let named = args.id.is_some();
    if let Some(path) = args.lines.clone() {
        let (batch, time) = (args.batch as usize, args.time);
        let own = args.correlation.is_none() && args.caused_by.is_none();
        let like = message_of(args, &module, &store)?;
        let many = append_lines::Many { path, batch, like, named, own, time };
        return append_lines::run(many, &workspace, context);
    }
    let message = message_of(args, &module, &store)?;
    commit(&store, message, named, guard, context)
}

/// Appends one message, and says where it stands. `named`: a person chose its id, so it may be in the
/// log already.
pub(super) fn commit(
    store: &Store,
    message: Message,
    named: bool,
    guard: Guard,
    context: &mut Context,
) -> anyhow::Result<Exit> {
    let module = &message.source;
    let batches = vec![vec![&message]];
    let appended = match named {
        true => store.append(module, batches, guard)?,
        // An id that was made just now is in no log.
        false => store.append_new(module, batches, guard)?,
    };
    say_repaired(module, &appended, context);
    let placed = &appended.batches[0];
    if let Placed::Already(_) = placed {
        say_old(store, module, vec![(placed.first(), &message)], context)?;
    }
    context.print(&answer(&message, placed.first(), context.format))?;
    Ok(Exit::Holds)
}

/// Says what a crash had left, if there was anything.
pub(super) fn say_repaired(module: &Name, appended: &Appended, context: &mut Context) {
    if let Some(torn) = &appended.repaired {
        context.warn(&format!(
            "warning: {module}: {}; {} bytes were cut off{}",
            torn.why,
            torn.len,
            torn.kept.as_ref().map_or(String::new(), |kept| format!(" and kept in {kept}"))
        ));
    }
}

/// Says of messages that were in the log already whether they are the same.
pub(super) fn say_old(
    store: &Store,
    module: &Name,
    old: Vec<(Position, &Message)>,
    context: &mut Context,
) -> Result<()> {
    let ids: Vec<Name> = old.iter().map(|(_, message)| message.id.clone()).collect();
    let differing: BTreeSet<&Name> =
        differing(store, module, old)?.into_iter().map(|(_, message)| &message.id).collect();
    for id in &ids {
        match differing.contains(id) {
            false => context.note(&format!("note: {id} is in the log already; nothing was appended")),
            true => context.warn(&format!(
                "warning: {id} is in the log already, and says something else; nothing was appended"
            )),
        }
    }
    Ok(())
}

/// Those messages that say something else than the log at their positions.
pub(super) fn differing<'a>(
    store: &Store,
    module: &str,
    mut old: Vec<(Position, &'a Message)>,
) -> Result<Vec<(Position, &'a Message)>> {
    old.sort_by_key(|(position, _)| *position);
    let Some((first, _)) = old.first() else { return Ok(old) };
    let mut differing = Vec::new();
    let mut old = old.iter().copied().peekable();
    for record in store.read(module, *first)? {
        let there = record?.message;
        while let Some((position, message)) = old.next_if(|(at, _)| Some(*at) == there.position) {
            fn says(message: &Message) -> (&Name, &Option<Name>, &Option<Document>) {
                (&message.type_, &message.correlation, &message.data)
            }
            if says(&there) != says(message) {
                differing.push((position, message));
            }
        }
        if old.peek().is_none() {
            break;
        }
    }
    Ok(differing)
}

/// Where a message stands, as it is printed.
pub(super) fn answer(message: &Message, position: Position, format: Format) -> String {
    let Message { source, type_, id, .. } = message;
    match format {
        Format::Text => format!("{source} {position} {type_} {id}\n"),
        Format::Json => format!(
            "{{\"module\":{},\"position\":{position},\"type\":{},\"id\":{}}}\n",
            json::quote(source),
            json::quote(type_),
            json::quote(id)
        ),
    }
}

fn module_of(args: &Args, workspace: &Workspace) -> Result<Name> {
    let file = workspace.file()?;
    let module = match &args.module {
        Some(module) => Name::from(&**module),
        None => match file.owner(&args.type_) {
            Some(module) => module.clone(),
            None => {
                let error = Error::input(format!("no module owns {}", args.type_));
                return Err(match crate::span::nearest(&args.type_, file.types()) {
                    Some(near) => error.hint(format!("did you mean {near}? Or name a module: --module M")),
                    None => {
                        error.hint("name one with --module M, or list it under `modules:` in anyorder.yaml")
                    }
                });
            }
        },
    };
    workspace.refuse_process(&module)?;
    Ok(module)
}

fn guard_of(args: &Args) -> Result<Guard> {
    Ok(match (args.expect, args.expect_revision, &args.subject) {
        (Some(0), _, _) => Guard::Position(None),
        (Some(number), _, _) => {
            let position = Position::new(number);
            Guard::Position(Some(position.ok_or_else(no_such_position)?))
        }
        (None, Some(revision), Some(subject)) => {
            Guard::Revision { subject: Name::from(&**subject), revision }
        }
        _ => Guard::None,
    })
}

fn no_such_position() -> Error {
    let error = Error::input("--expect: there is no such position");
    error.hint("positions have up to 16 digits; 0 is an empty log")
}

fn check_texts(args: &Args) -> Result<()> {
    for (flag, value) in [
        ("TYPE", Some(&args.type_)),
        ("--subject", args.subject.as_ref()),
        ("--id", args.id.as_ref()),
        ("--correlation", args.correlation.as_ref()),
        ("--caused-by", args.caused_by.as_ref()),
        ("--corrects", args.corrects.as_ref()),
    ] {
        if value.is_some_and(|value| value.is_empty()) {
            return Err(Error::input(format!("{flag} is empty")).hint("leave it out, or fill it"));
        }
    }
    Ok(())
}

fn message_of(args: Args, module: &Name, store: &Store) -> Result<Message> {
    let time = match args.time {
        Some(time) => time,
        None => workspace::stamp(store)?,
    };
    let id = args.id.unwrap_or_else(|| uuid::Uuid::now_v7().to_string());
    let mut message = Message::new(module.clone(), args.type_, id, time);
    let mut conversation = args.correlation.map(Name::from);
    if let Some(wrong) = &args.corrects {
        let corrected = corrected(store, module, wrong)?;
        conversation = conversation.or(corrected.conversation().cloned());
        message.set_corrects(wrong);
    }
    message.subject = args.subject.map(Name::from);
    message.causation = args.caused_by.map(Name::from);
    // An outside stimulus that belongs to no conversation starts its own.
    let own = message.causation.is_none().then(|| message.id.clone());
    message.correlation = conversation.or(own);
    message.kind = if args.command { Kind::Command } else { Kind::Event };
    message.internal = args.internal;
    message.expiry = args.expires;
    message.data = args.data.as_deref().map(data_of).transpose()?;
    Ok(message)
}

/// The message that a correction is about. Corrections are rare: its log is read for it.
fn corrected(store: &Store, module: &Name, id: &str) -> Result<Message> {
    for record in store.read(module, Position::FIRST)? {
        let message = record?.message;
        if *message.id == *id {
            return Ok(message);
        }
    }
    Err(Error::input(format!("there is no message `{id}` in the log of {module}")).hint(
        "a correction stands in the log of what it corrects; `anyorder log --format json` shows the ids",
    ))
}

/// JSON, `@FILE`, or `-`.
pub(crate) fn data_of(text: &str) -> Result<Document> {
    let (text, place) = match text.strip_prefix('@') {
        _ if text == "-" => {
            let mut input = String::new();
            let read = std::io::stdin().read_to_string(&mut input);
            read.map_err(|error| Error::io("read", "standard input", &error))?;
            (input, "standard input".to_string())
        }
        Some(path) => {
            let read = std::fs::read_to_string(path);
            (read.map_err(|error| Error::io("read the file", path, &error))?, path.to_string())
        }
        None => (text.to_string(), "--data".to_string()),
    };
    if text.trim_matches([' ', '\t', '\n', '\r']).contains(['\n', '\r']) {
        // A log has one line a message, so a document that was laid out is written anew; its members
        // keep their order and their digits.
        if json::check(&text).is_ok() {
            return Ok(Document::of_valid(&json::on_one_line(&text)));
        }
    }
    Document::parse(&text).map_err(|error| {
        let wrong = Error::input(format!("the data is not JSON: {}", error.what));
        if place == "--data" {
            let hint = "strings need double quotes; in a shell put single quotes around it all";
            return wrong.at(format!("--data, byte {}", error.byte + 1)).hint(hint);
        }
        let (line, column) = Source::new(&*place, &*text).line_column(error.byte);
        wrong.at(format!("{place}:{line}:{column}"))
    })
}
