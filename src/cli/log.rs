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
        Some(wanted) => Some(workspace::conversation(&store, wanted)?),
        None => None,
    };
    let from = match args.from {
        Some(number) => Position::new(number).ok_or_else(|| Error::input("--from: positions begin at 1"))?,
        None => Position::FIRST,
    };
    if let Some(module) = &args.module {
        workspace.check_module(module)?;
    }
    let next = match &args.cursor {
        Some(path) => Cursor::read(path)?,
        None => Cursor::default(),
    };
    let view = report::View::new(args.reader.as_deref());
    let mut shower = Shower { args, store, from, correlation, view, next, lifter: report::Lifter::default() };
    loop {
        let before = shower.next.clone();
        shower.show(context)?;
        if !shower.args.follow {
            return Ok(Exit::Holds);
        }
        // What is in the cursor has been read by whoever reads us, not only by us.
        context.out.flush()?;
        if let Some(path) = &shower.args.cursor
            && shower.next != before
        {
            shower.next.write(path)?;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

struct Shower {
    args: Args,
    store: Store,
    from: Position,
    correlation: Option<Name>,
    view: report::View,
    next: Cursor,
    lifter: report::Lifter,
}

impl Shower {
    /// Shows what is there and was not shown yet.
    fn show(&mut self, context: &mut Context) -> anyhow::Result<()> {
        if self.args.reader.is_some() && context.format == Format::Json {
            self.learn_causes()?;
        }
        let wanted = |module: &Name| self.args.module.as_ref().is_none_or(|only| **only == **module);
        let start = |module: &Name| self.next.0.get(module).copied().unwrap_or(self.from);
        for record in Merged::open(&self.store, |module| wanted(module).then(|| start(module)))? {
            let record = record?;
            let message = &record.message;
            if let Some(position) = message.position {
                self.next.0.insert(message.source.clone(), position.next());
            }
            let shown = self.correlation.as_ref().is_none_or(|id| message.conversation() == Some(id))
                && self.args.type_.as_ref().is_none_or(|type_| **type_ == *message.type_)
                && self.view.shows(message);
            if !shown {
                continue;
            }
            let text = match context.format {
                Format::Text => report::line(message),
                Format::Json => self.view.json(&record, &self.lifter),
            };
            context.print(&text)?;
        }
        Ok(())
    }

    /// The cause of a message may be an internal one that stands before `--from`, or in a module that
    /// is not shown: all of them are to be known before the first is lifted.
    fn learn_causes(&mut self) -> Result<()> {
        let known = &self.lifter.next;
        let merged =
            Merged::open(&self.store, |module| Some(known.get(module).copied().unwrap_or(Position::FIRST)))?;
        for record in merged {
            self.lifter.see(&record?.message);
        }
        Ok(())
    }
}

/// Per module, the position that is wanted next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Cursor(BTreeMap<Name, Position>);

impl Cursor {
    fn read(path: &std::path::Path) -> Result<Cursor> {
        let shown = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Cursor::default()),
            Err(error) => return Err(Error::io("read the cursor", &shown, &error)),
        };
        let wrong = |why: String| {
            let error = Error::input(format!("this is no cursor: {why}")).at(&*shown);
            error.hint("a cursor is what --cursor wrote; name a file that is not there yet to begin anew")
        };
        let numbers: BTreeMap<String, u64> =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let position = |(module, next): (String, u64)| match Position::new(next) {
            Some(next) => Ok((Name::from(module), next)),
            None => Err(wrong(format!("positions begin at 1, and {module} is at {next}"))),
        };
        Ok(Cursor(numbers.into_iter().map(position).collect::<Result<_>>()?))
    }

    /// Beside the old one, then over it: a cursor is whole at every moment.
    fn write(&self, path: &std::path::Path) -> Result<()> {
        let shown = path.display().to_string();
        let numbers: BTreeMap<&str, u64> =
            self.0.iter().map(|(module, next)| (&**module, next.number())).collect();
        let text = serde_json::to_string(&numbers).expect("names and numbers") + "\n";
        let mut draft = path.as_os_str().to_owned();
        draft.push(".draft");
        let written = std::fs::write(&draft, text).and_then(|()| std::fs::rename(&draft, path));
        written.map_err(|error| Error::io("write the cursor", &shown, &error))
    }
}
