//! `anyorder log`: what is in the logs.

use super::context::{Context, Watch};
use super::cursor::Cursor;
use super::select::{Filters, Selection};
use super::{Exit, Format, interrupt};
use crate::error::{Error, Result};
use crate::event::{Envelope, Position};
use crate::report::counts::{By, Counts};
use crate::report::log as report;
use crate::runtime::Merged;
use crate::store::{Record, Store};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Show the messages of the logs, in the order of time
///
/// With `--format json` each message is printed as its line stands in the log, byte for byte; as
/// another module sees it (`--as`) without what is its module's own business.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder log --correlation latest            one conversation
  anyorder log --module orders --from 100      from a position on
  anyorder log --tail 5                        the last five
  anyorder log --since 2026-11-21T09:00Z --until 2026-11-22 --count-by day
  anyorder log --as notifications --format json    what other modules may see
  anyorder log --follow --cursor seen.json     go on, tomorrow too, where this stops")]
pub struct Args {
    #[command(flatten)]
    filters: Filters,
    /// As this module sees it, without the internal events of others; `notifications` is nobody's
    #[arg(long = "as", value_name = "MODULE")]
    reader: Option<String>,
    /// No more than so many; with --follow it ends after them
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Only the last so many; with --follow those, and then what comes
    #[arg(long, value_name = "N", conflicts_with = "limit")]
    tail: Option<usize>,
    /// How many there are of each, the most first
    #[arg(long, value_name = "WHAT", conflicts_with_all = ["limit", "tail", "follow"])]
    count_by: Option<CountBy>,
    /// Wait for more, until Ctrl-C
    #[arg(long)]
    follow: bool,
    /// Keep what was read in this file, and begin after it
    #[arg(long, value_name = "FILE", requires = "follow", conflicts_with = "tail")]
    cursor: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum CountBy {
    Type,
    Module,
    Day,
}

impl From<CountBy> for By {
    fn from(by: CountBy) -> By {
        match by {
            CountBy::Type => By::Type,
            CountBy::Module => By::Module,
            CountBy::Day => By::Day,
        }
    }
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace()?;
    let store = workspace.store();
    let view = report::View::new(args.reader.as_deref());
    let mut selection = Selection::new(args.filters, view, &workspace, &store)?;
    if let Some(by) = args.count_by {
        return count(by.into(), &store, &selection, context);
    }
    let mut next = Cursor::default();
    if let Some(path) = &args.cursor {
        if workspace.is_log(path) {
            let error =
                Error::input("a cursor does not belong among the logs").at(path.display().to_string());
            return Err(error.hint("keep it elsewhere; only appends write there").into());
        }
        next = Cursor::read(path)?;
        next.check(path, &store)?;
    }
    if !args.follow
        && let Some(records) = selection.conversation.take()
    {
        return conversation(records, store, selection, args.limit, args.tail, context);
    }
    if let Some(count) = args.tail {
        next = tail(count, &store, &selection)?;
    }
    let mut shower =
        Shower { store, selection, next, left: args.limit, tail: args.tail, cursor: args.cursor };
    if !args.follow {
        shower.show(context)?;
        return Ok(Exit::Holds);
    }
    interrupt::listen();
    while shower.show(context)? && !interrupt::asked() {
        std::thread::sleep(Duration::from_millis(200));
    }
    Ok(Exit::Holds)
}

/// Those of one conversation, which the index has found.
fn conversation(
    mut records: Vec<Record>,
    store: Store,
    selection: Selection,
    limit: Option<u64>,
    tail: Option<usize>,
    context: &mut Context,
) -> anyhow::Result<Exit> {
    records.retain(|Record { message, .. }| {
        let read = selection.reads(&message.source) && message.position >= Some(selection.from);
        read && selection.takes(&Envelope::of(message))
    });
    records.truncate(limit.and_then(|limit| limit.try_into().ok()).unwrap_or(usize::MAX));
    records.drain(..records.len() - tail.unwrap_or(usize::MAX).min(records.len()));
    let mut shower =
        Shower { store, selection, next: Cursor::default(), left: None, tail: None, cursor: None };
    if context.format == Format::Json {
        shower.selection.learn_causes(&shower.store)?;
    }
    for record in &records {
        shower.print(record, context)?;
    }
    Ok(Exit::Holds)
}

/// Counting needs no order of time, and no data: one log after the other, each by all cores.
fn count(by: By, store: &Store, selection: &Selection, context: &mut Context) -> anyhow::Result<Exit> {
    let mut counts = Counts::new(by);
    let (mut watch, mut read) = (Watch::new(), 0);
    for module in store.modules()?.iter().filter(|module| selection.reads(module)) {
        let start = || (Counts::new(by), 0);
        let look = |(counts, read): &mut (Counts, u64), message: &Envelope<'_>| {
            if selection.takes(message) {
                counts.add(message);
            }
            *read += 1;
        };
        store.scan(module, selection.from, start, look, |(some, count)| {
            counts.add_all(some);
            read += count;
            watch.count(context, read, "counting");
        })?;
    }
    watch.clear(context);
    let text = match context.format {
        Format::Text => counts.text(),
        Format::Json => counts.json(),
    };
    context.print(&text)?;
    Ok(Exit::Holds)
}

/// Where each module is to be read from, so that its last `count` messages that are taken are among those
/// that are read: from ever further back, so that the last few of a long log cost little.
fn tail(count: usize, store: &Store, selection: &Selection) -> Result<Cursor> {
    let mut start = Cursor::default();
    for module in store.modules()?.into_iter().filter(|module| selection.reads(module)) {
        let Some(last) = store.tail(&module)?.last else { continue };
        let mut back = count as u64;
        let from = loop {
            let from = (last.number() + 1).saturating_sub(back);
            let from = Position::new(from).unwrap_or(Position::FIRST).max(selection.from);
            if count == 0 || selection.takes_all() || from == selection.from {
                break from;
            }
            let mut taken = 0;
            for record in store.read(&module, from)? {
                taken += selection.takes(&Envelope::of(&record?.message)) as usize;
            }
            if taken >= count {
                break from;
            }
            back = back.saturating_mul(8);
        };
        start.0.insert(module, from);
    }
    Ok(start)
}

struct Shower {
    store: Store,
    selection: Selection,
    next: Cursor,
    /// How many may still be shown.
    left: Option<u64>,
    /// Of the first round only the last so many are shown.
    tail: Option<usize>,
    cursor: Option<PathBuf>,
}

impl Shower {
    /// Shows what is there and was not shown yet; answers whether anything may come after it.
    fn show(&mut self, context: &mut Context) -> anyhow::Result<bool> {
        let store = self.store.clone();
        let before = self.next.clone();
        let from = |module: &_| before.0.get(module).copied().unwrap_or(self.selection.from);
        let merged = Merged::open(&store, |module| self.selection.reads(module).then(|| from(module)))?;
        if self.cursor.is_some() && merged.peek().is_some() {
            // Whoever keeps a cursor acts on what is read, and what was read must not be gone after a
            // power cut: else others would stand at positions that the cursor has passed.
            merged.modules().try_for_each(|module| store.sync(module))?;
        }
        if context.format == Format::Json {
            self.selection.learn_causes(&store)?;
        }
        let tail = self.tail.take();
        let mut last = VecDeque::new();
        let mut put_down = Instant::now();
        for (index, record) in merged.enumerate() {
            if self.left == Some(0) {
                break;
            }
            // A reader far behind is not to begin again from where it was when it is stopped.
            if self.cursor.is_some() && index % 256 == 255 {
                if interrupt::asked() {
                    break;
                }
                if put_down.elapsed() > Duration::from_millis(200) {
                    self.put_down(context)?;
                    put_down = Instant::now();
                }
            }
            let record = record?;
            if let Some(position) = record.message.position {
                self.next.0.insert(record.message.source.clone(), position.next());
            }
            if !self.selection.takes(&Envelope::of(&record.message)) {
                continue;
            }
            let Some(count) = tail else {
                self.left = self.left.map(|left| left - 1);
                self.print(&record, context)?;
                continue;
            };
            last.push_back(record);
            if last.len() > count {
                last.pop_front();
            }
        }
        for record in &last {
            self.print(record, context)?;
        }
        if self.next != before {
            self.put_down(context)?;
        }
        Ok(self.left != Some(0))
    }

    fn print(&self, record: &Record, context: &mut Context) -> std::io::Result<()> {
        let text = match context.format {
            Format::Text => report::line(&record.message),
            Format::Json => self.selection.json(record),
        };
        context.print(&text)
    }

    /// What is in the cursor has been read by whoever reads us, or waits in the pipe: it is written only
    /// after what was shown is out.
    fn put_down(&self, context: &mut Context) -> anyhow::Result<()> {
        context.out.flush()?;
        if let Some(path) = &self.cursor {
            self.next.write(path)?;
        }
        Ok(())
    }
}
