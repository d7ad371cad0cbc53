//! `anyorder append TYPE --lines FILE`: one message for each line of data.

use super::Exit;
use super::ahead::{Chunks, Input, Lines};
use super::append;
use super::context::{Context, Watch};
use super::workspace::Workspace;
use crate::error::{Error, Result};
use crate::event::{Document, Message, Name, Time};
use crate::report::words::counted;
use crate::span::Source;
use crate::store::{Guard, Placed, Store};
use std::io::IsTerminal;
use std::path::PathBuf;

/// Every line's data, with its place where it is none.
struct DataLines {
    name: String,
    line: u64,
}

impl Lines for DataLines {
    type Item = Document;

    fn line(&mut self, line: &[u8]) -> Result<Option<Document>> {
        self.line += 1;
        let mark = if self.line == 1 { b"\xef\xbb\xbf" } else { &b""[..] };
        let line = line.strip_prefix(mark).unwrap_or(line).trim_ascii_end();
        if line.is_empty() {
            return Ok(None);
        }
        let wrong = |byte: usize, what: String| {
            let before = String::from_utf8_lossy(&line[..byte.min(line.len())]).into_owned();
            let (_, column) = Source::new("", &*before).line_column(before.len());
            let error = Error::input(what).at(format!("{}:{}:{column}", self.name, self.line));
            error.hint("each line is the data of one message, as JSON; `jq -c .` puts each on one line")
        };
        let text = std::str::from_utf8(line)
            .map_err(|error| wrong(error.valid_up_to(), "this is not UTF-8 text".to_string()))?;
        let data = Document::parse(text);
        Ok(Some(data.map_err(|error| wrong(error.byte, format!("this line is not JSON: {}", error.what)))?))
    }

    fn end(self, _: &mut dyn FnMut(Document) -> bool) -> Result<()> {
        Ok(())
    }
}

/// The messages that lines become.
pub(super) struct Many {
    pub path: PathBuf,
    /// So many lines are there together or not at all.
    pub batch: usize,
    /// What they have in common; its id is the beginning of theirs, if a person named one.
    pub like: Message,
    pub named: bool,
    /// Whether each starts a conversation of its own.
    pub own: bool,
    pub time: Option<Time>,
}

pub(super) fn run(many: Many, workspace: &Workspace, context: &mut Context) -> anyhow::Result<Exit> {
    let store = workspace.store();
    let mut watch = Watch::new();
    // On a terminal the answers themselves say how far it has come.
    let silent = std::io::stdout().is_terminal();
    for input in Input::all(std::slice::from_ref(&many.path))? {
        let lines = || DataLines { name: input.name.clone(), line: 0 };
        if input.stays() {
            let mut chunks = Chunks::of(&input, lines());
            while let Some((_, wrong)) = chunks.next() {
                wrong.map_or(Ok(()), Err)?;
            }
        }
        let mut chunks = Chunks::of(&input, lines());
        let (mut waiting, mut count) = (Vec::new(), 0);
        while let Some((documents, wrong)) = chunks.next() {
            let time = many.time.map_or_else(|| workspace.stamp(&store), Ok)?;
            for data in documents {
                count += 1;
                waiting.push(many.message(data, count, time));
            }
            // What lacks a line of its batch waits for it.
            let rest = waiting.split_off(waiting.len() - waiting.len() % many.batch);
            many.append(&store, std::mem::replace(&mut waiting, rest), context)?;
            if let Some(error) = wrong {
                return Err(error.into());
            }
            if !silent {
                watch.tell(context, |_| format!("appending: {}", counted(count, "message")));
            }
        }
        many.append(&store, waiting, context)?;
    }
    watch.clear(context);
    Ok(Exit::Holds)
}

impl Many {
    fn message(&self, data: Document, number: u64, time: Time) -> Message {
        let id = match self.named {
            true => Name::from(format!("{}-{number}", self.like.id)),
            false => Name::from(uuid::Uuid::now_v7().to_string()),
        };
        let correlation = if self.own { Some(id.clone()) } else { self.like.correlation.clone() };
        Message { id, correlation, time, data: Some(data), ..self.like.clone() }
    }

    fn append(&self, store: &Store, messages: Vec<Message>, context: &mut Context) -> anyhow::Result<()> {
        if messages.is_empty() {
            return Ok(());
        }
        let module = &self.like.source;
        let batches: Vec<Vec<&Message>> =
            messages.chunks(self.batch).map(|batch| batch.iter().collect()).collect();
        let appended = match self.named {
            true => store.append(module, batches, Guard::None)?,
            false => store.append_new(module, batches, Guard::None)?,
        };
        append::say_repaired(module, &appended, context);
        let mut old = Vec::new();
        for (batch, placed) in messages.chunks(self.batch).zip(&appended.batches) {
            let mut next = placed.first();
            for (index, message) in batch.iter().enumerate() {
                if let Placed::Already(positions) = placed {
                    next = positions[index];
                    old.push((next, message));
                }
                context.print(&append::answer(message, next, context.format))?;
                next = next.next();
            }
        }
        append::say_old(store, module, old, context)?;
        // Whoever waits for the answers has them when the messages are there.
        context.out.flush()?;
        Ok(())
    }
}
