//! `anyorder append TYPE --lines FILE`: one message for each line of data.

use super::Exit;
use super::ahead::{Chunks, Input, Lines};
use super::append;
use super::context::{Context, Watch};
use super::fresh::Fresh;
use super::workspace::{self, Workspace};
use crate::error::{Error, Result};
use crate::event::{Document, Message, Name, Time};
use crate::report::words::counted;
use crate::span::Source;
use crate::store::{Appended, Placed, Ready, Store};
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
#[derive(Clone)]
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
        let groups = Groups::new(&many, &store, Chunks::of(&input, lines()));
        let mut count = 0;
        let module = &many.like.source;
        let ahead = match many.named {
            true => store.ahead(module, groups),
            false => Ready::ahead(module, groups),
        };
        store.commit_all(ahead, many.named, |batches, appended| {
            count += many.answer(&store, &batches, &appended, context)?;
            if !silent {
                watch.tell(context, |_| format!("appending: {}", counted(count, "message")));
            }
            anyhow::Ok(())
        })?;
    }
    watch.clear(context);
    Ok(Exit::Holds)
}

impl Many {
    fn message(&self, data: Document, number: u64, time: Time, fresh: &mut Fresh) -> Message {
        let id = match self.named {
            true => Name::from(format!("{}-{number}", self.like.id)),
            false => fresh.id(),
        };
        let correlation = if self.own { Some(id.clone()) } else { self.like.correlation.clone() };
        Message { id, correlation, time, data: Some(data), ..self.like.clone() }
    }

    /// Says where they stand; answers how many they are.
    fn answer(
        &self,
        store: &Store,
        batches: &[Vec<Message>],
        appended: &Appended,
        context: &mut Context,
    ) -> anyhow::Result<u64> {
        let module = &self.like.source;
        append::say_repaired(module, appended, context);
        let (mut old, mut count) = (Vec::new(), 0);
        for (batch, placed) in batches.iter().zip(&appended.batches) {
            let mut next = placed.first();
            for (index, message) in batch.iter().enumerate() {
                if let Placed::Already(positions) = placed {
                    next = positions[index];
                    old.push((next, message));
                }
                context.print(&append::answer(message, next, context.format))?;
                next = next.next();
            }
            count += batch.len() as u64;
        }
        append::say_old(store, module, old, context)?;
        // Whoever waits for the answers has them when the messages are there.
        context.out.flush()?;
        Ok(count)
    }
}

/// The batches that the lines of one input become, as many at a time as are at hand.
struct Groups {
    many: Many,
    store: Store,
    chunks: Chunks<Document>,
    /// What lacks a line of its batch waits for it.
    waiting: Vec<Message>,
    count: u64,
    fresh: Fresh,
    /// No message is stamped before one that came before it.
    time: Time,
    /// What was wrong behind the lines that were handed on last.
    wrong: Option<Error>,
}

impl Groups {
    fn new(many: &Many, store: &Store, chunks: Chunks<Document>) -> Groups {
        let (many, store, waiting) = (many.clone(), store.clone(), Vec::new());
        let fresh = Fresh::default();
        Groups { many, store, chunks, waiting, count: 0, fresh, time: Time::MIN, wrong: None }
    }
}

impl Iterator for Groups {
    type Item = Result<Vec<Vec<Message>>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(error) = self.wrong.take() {
                return Some(Err(error));
            }
            let Some((documents, wrong)) = self.chunks.next() else {
                let rest = std::mem::take(&mut self.waiting);
                return (!rest.is_empty()).then(|| Ok(vec![rest]));
            };
            match self.many.time.map_or_else(|| workspace::stamp(&self.store), Ok) {
                Ok(time) => self.time = self.time.max(time),
                Err(error) => return Some(Err(error)),
            }
            let mut batches = Vec::new();
            for data in documents {
                self.count += 1;
                self.waiting.push(self.many.message(data, self.count, self.time, &mut self.fresh));
                if self.waiting.len() == self.many.batch {
                    batches.push(std::mem::take(&mut self.waiting));
                }
            }
            self.wrong = wrong;
            if !batches.is_empty() {
                return Some(Ok(batches));
            }
        }
    }
}
