//! `anyorder log`: what is in the logs.

use super::context::Context;
use super::workspace;
use super::{Exit, Format};
use crate::error::{Error, Result};
use crate::event::{Name, Position};
use crate::report::log as report;
use crate::runtime::Merged;
use crate::store::Store;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

/// Show the messages of the logs, in the order of time
///
/// With `--format json` each message is printed as its line stands in the log, byte for byte.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder log --correlation latest            one conversation
  anyorder log --module orders --from 100      from a position on
  anyorder log --as notifications --format json    what other modules may see
  anyorder log --follow --cursor seen.json     go on, tomorrow too, where this stops")]
pub struct Args {
    /// Only this module's log
    #[arg(long, value_name = "M")]
    module: Option<String>,
    /// Only messages of this type
    #[arg(long = "type", value_name = "T")]
    type_: Option<String>,
    /// Only this conversation: an id, a unique part of one, or `latest`
    #[arg(long, value_name = "ID")]
    correlation: Option<String>,
    /// As this module sees it, without the internal events of others; `notifications` is nobody's
    #[arg(long = "as", value_name = "MODULE")]
    reader: Option<String>,
    /// From this position on, in each module
    #[arg(long, value_name = "N")]
    from: Option<u64>,
    /// Wait for more
    #[arg(long)]
    follow: bool,
    /// Keep what was read in this file, and begin after it
    #[arg(long, value_name = "FILE", requires = "follow")]
    cursor: Option<PathBuf>,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace()?;
    let store = workspace.store();
    let correlation = match &args.correlation {
        Some(wanted) => Some(workspace::conversation(workspace::conversations(&store)?.into_iter(), wanted)?),
        None => None,
    };
    let from = match args.from {
        Some(number) => Position::new(number).ok_or_else(|| Error::input("--from: positions begin at 1"))?,
        None => Position::FIRST,
    };
    if let Some(module) = &args.module
        && !store.modules()?.iter().any(|known| **known == **module)
    {
        return Err(no_module(module, &store)?.into());
    }
    let mut next = match &args.cursor {
        Some(path) => Cursor::read(path)?,
        None => Cursor::default(),
    };
    let view = report::View::new(args.reader.as_deref());
    loop {
        show(&args, context, &store, &view, from, correlation.as_ref(), &mut next)?;
        if !args.follow {
            return Ok(Exit::Holds);
        }
        context.out.flush()?;
        if let Some(path) = &args.cursor {
            next.write(path)?;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn show(
    args: &Args,
    context: &mut Context,
    store: &Store,
    view: &report::View,
    from: Position,
    correlation: Option<&Name>,
    next: &mut Cursor,
) -> anyhow::Result<()> {
    let wanted = |module: &Name| args.module.as_ref().is_none_or(|only| **only == **module);
    let start = |module: &Name| next.0.get(module).copied().unwrap_or(from);
    let merged = Merged::open(store, |module| wanted(module).then(|| start(module)))?;
    let mut lifter = report::Lifter::default();
    for record in merged {
        let record = record?;
        let message = &record.message;
        lifter.see(message);
        if let Some(position) = message.position {
            next.0.insert(message.source.clone(), position.next());
        }
        let shown = correlation.is_none_or(|id| message.conversation() == Some(id))
            && args.type_.as_ref().is_none_or(|type_| **type_ == *message.type_)
            && view.shows(message);
        if !shown {
            continue;
        }
        let text = match context.format {
            Format::Text => report::line(message),
            Format::Json => view.json(&record, &lifter),
        };
        context.print(&text)?;
    }
    Ok(())
}

fn no_module(module: &str, store: &Store) -> Result<Error> {
    let modules = store.modules()?;
    let error = Error::input(format!("no log of a module {module}"));
    let names = modules.iter().map(|name| &**name);
    Ok(match crate::span::nearest(module, names.clone()) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint(format!("there is {}", names.collect::<Vec<_>>().join(", "))),
    })
}

/// Per module, the position that is wanted next.
#[derive(Default)]
struct Cursor(BTreeMap<Name, Position>);

impl Cursor {
    fn read(path: &std::path::Path) -> Result<Cursor> {
        let shown = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Cursor::default()),
            Err(error) => return Err(Error::io("read the cursor", &shown, &error)),
        };
        let numbers: BTreeMap<String, u64> = serde_json::from_str(&text)
            .map_err(|error| Error::input(format!("not a cursor: {error}")).at(shown))?;
        let known =
            numbers.into_iter().filter_map(|(module, next)| Some((module.into(), Position::new(next)?)));
        Ok(Cursor(known.collect()))
    }

    /// Beside the old one, then over it: a cursor is whole at every moment.
    fn write(&self, path: &std::path::Path) -> Result<()> {
        let shown = path.display().to_string();
        let numbers: BTreeMap<&str, u64> =
            self.0.iter().map(|(module, next)| (&**module, next.number())).collect();
        let text = serde_json::to_string(&numbers).expect("names and numbers") + "\n";
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let written = tempfile::NamedTempFile::new_in(folder.unwrap_or(std::path::Path::new(".")))
            .and_then(|mut file| file.write_all(text.as_bytes()).map(|()| file))
            .and_then(|file| file.persist(path).map_err(|error| error.error));
        written.map(|_| ()).map_err(|error| Error::io("write the cursor", &shown, &error))
    }
}
