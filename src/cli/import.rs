//! `anyorder import`: events that others wrote, into the logs.

use super::ahead::{Chunks, Input};
use super::context::{Context, Watch};
use super::workspace::Workspace;
use super::{Exit, Format, append};
use crate::error::{Error, Result};
use crate::event::{Message, Name, Position};
use crate::report::import::{self as report, Took};
use crate::report::words::{counted, grouped};
use crate::store::{Arrival, Guard, Incoming, Placed, Store, check_message, check_name};
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

/// Append events that others wrote: CloudEvents 1.0, as JSON lines or a JSON array
///
/// Each event goes into the log of its `source`, where it gets a position of its own. One whose
/// source and id are there already is not appended again, so the same file may be imported twice. A
/// file is gone through first: if anything in it is wrong, nothing is appended.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder import orders.jsonl
  anyorder import orders.jsonl --dry-run    what would be appended
  cat events.jsonl | anyorder import -
  anyorder import orders.jsonl --rename https://shop.example/orders=orders")]
pub struct Args {
    /// Files, folders of `.jsonl` files, or `-` for standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Only events of this module; once for each
    #[arg(long, value_name = "M")]
    module: Vec<String>,
    /// Take the events of a source as another module's; once for each
    #[arg(long, value_name = "SOURCE=M", value_parser = renaming)]
    rename: Vec<(String, Name)>,
    /// Say what would be appended, and append nothing
    #[arg(long)]
    dry_run: bool,
}

fn renaming(text: &str) -> Result<(String, Name), String> {
    // A source may be a URI with a query; a module's name has no `=`.
    let (source, module) = text.rsplit_once('=').ok_or("write it `SOURCE=MODULE`")?;
    check_name(module).map_err(|error| error.to_string())?;
    Ok((source.to_string(), Name::from(module)))
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace()?;
    let store = workspace.store();
    let inputs = Input::all(&args.files)?;
    let gate = Gate {
        only: args.module,
        renamed: args.rename.into_iter().collect(),
        closed: BTreeMap::new(),
        known: BTreeMap::new(),
        workspace: &workspace,
        store: &store,
    };
    let (took, watch) = (BTreeMap::new(), Watch::new());
    let mut import = Import { gate, store: &store, took, read: 0, differing: Vec::new(), watch };
    let result = import.all(&inputs, args.dry_run, context);
    import.watch.clear(context);
    if result.is_ok() || !import.took.is_empty() {
        let text = match context.format {
            Format::Text => report::text(&import.took),
            Format::Json => report::json(&import.took),
        };
        context.print(&text)?;
    }
    if let Some((module, position, id)) = import.differing.first() {
        let many = counted(import.differing.len() as u64, "message");
        context.warn(&format!(
            "warning: {many} came that the logs have otherwise, and were not appended: first {id}, which is \
             {module} {position}"
        ));
    }
    result?;
    Ok(Exit::Holds)
}

struct Import<'a> {
    gate: Gate<'a>,
    store: &'a Store,
    took: BTreeMap<Name, Took>,
    read: u64,
    /// Module, position and id of what is in the logs already, and says something else there.
    differing: Vec<(Name, Position, Name)>,
    watch: Watch,
}

impl Import<'_> {
    fn all(&mut self, inputs: &[Input], dry: bool, context: &mut Context) -> Result<()> {
        // What can be read twice is looked through before the first message is appended.
        for input in inputs.iter().filter(|input| dry || input.stays()) {
            self.each(input, "looking through", context, |import, came, _| {
                if dry {
                    came.into_iter().try_for_each(|came| import.would(came))?;
                }
                Ok(())
            })?;
        }
        for input in inputs.iter().filter(|_| !dry) {
            self.each(input, "importing", context, Import::take)?;
        }
        Ok(())
    }

    /// Goes through an input, chunk by chunk; what came before something wrong is done first.
    fn each(
        &mut self,
        input: &Input,
        doing: &str,
        context: &mut Context,
        mut chunk: impl FnMut(&mut Self, Vec<Came>, &mut Context) -> Result<()>,
    ) -> Result<()> {
        self.read = 0;
        let mut chunks = Chunks::of(input, Incoming::new(&*input.name));
        while let Some((arrivals, mut wrong)) = chunks.next() {
            let mut came = Vec::with_capacity(arrivals.len());
            for arrival in arrivals {
                match self.gate.admit(input, arrival) {
                    Ok(one) => came.push(one),
                    Err(error) => {
                        wrong = Some(error);
                        break;
                    }
                }
            }
            self.read += came.len() as u64;
            chunk(self, came, context)?;
            if let Some(error) = wrong {
                return Err(error);
            }
            let read = self.read;
            self.watch.tell(context, |seconds| {
                let rate = grouped((read as f64 / seconds) as u64);
                format!("{doing} {}: {}, {rate} a second", input.name, counted(read, "message"))
            });
        }
        Ok(())
    }

    /// Counts what would become of it.
    fn would(&mut self, came: Came) -> Result<()> {
        match came {
            Came::LeftOut(module) => self.took.entry(module).or_default().left_out += 1,
            Came::Already(module) => self.took.entry(module).or_default().already += 1,
            Came::Wanted(message) => {
                let new = self.gate.known(&message.source)?.insert(message.id);
                let took = self.took.entry(message.source).or_default();
                *(if new { &mut took.appended } else { &mut took.already }) += 1;
            }
        }
        Ok(())
    }

    fn take(&mut self, came: Vec<Came>, context: &mut Context) -> Result<()> {
        let mut modules: BTreeMap<Name, Vec<Message>> = BTreeMap::new();
        for one in came {
            match one {
                Came::Wanted(message) => modules.entry(message.source.clone()).or_default().push(message),
                other => self.would(other)?,
            }
        }
        for (module, messages) in modules {
            // Each is a batch of its own: what is there already keeps nobody out.
            let batches = messages.iter().map(|message| vec![message]).collect();
            let appended = self.store.append(&module, batches, Guard::None)?;
            append::say_repaired(&module, &appended, context);
            let took = self.took.entry(module.clone()).or_default();
            let mut old = Vec::new();
            for (message, placed) in messages.iter().zip(&appended.batches) {
                match placed {
                    Placed::New { .. } => took.appended += 1,
                    Placed::Already(_) => {
                        took.already += 1;
                        old.push((placed.first(), message));
                    }
                }
            }
            for (position, message) in append::differing(self.store, &module, old)? {
                self.differing.push((module.clone(), position, message.id.clone()));
            }
        }
        Ok(())
    }
}

enum Came {
    /// Of a module that nobody asked for.
    LeftOut(Name),
    /// In a log that only `run` writes, and there already.
    Already(Name),
    Wanted(Message),
}

/// Who may come in.
struct Gate<'a> {
    only: Vec<String>,
    renamed: BTreeMap<String, Name>,
    /// Modules that were met, with the reason for which only `run` writes them.
    closed: BTreeMap<Name, Option<Error>>,
    /// Of some modules, the ids that are in their logs.
    known: BTreeMap<Name, HashSet<Name>>,
    workspace: &'a Workspace,
    store: &'a Store,
}

impl Gate<'_> {
    /// The message as it is to be appended. What its old log said of its place there is forgotten.
    fn admit(&mut self, input: &Input, arrival: Arrival) -> Result<Came> {
        let Arrival { mut message, line, column } = arrival;
        let at = |error: Error| error.at(format!("{}:{line}:{column}", input.name));
        if let Some(module) = self.renamed.get(&*message.source) {
            message.source = module.clone();
        }
        let source = message.source.clone();
        if !self.only.is_empty() && !self.only.iter().any(|only| **only == *source) {
            return Ok(Came::LeftOut(source));
        }
        (message.position, message.remaining) = (None, 0);
        if let Err(error) = check_name(&source) {
            return Err(at(error.hint("take it as a module's: --rename SOURCE=orders")));
        }
        check_message(&source, &message).map_err(at)?;
        if !self.closed.contains_key(&source) {
            let reason = self.workspace.refuse_process(&source).err();
            self.closed.insert(source.clone(), reason);
        }
        let Some(reason) = self.closed[&source].clone() else { return Ok(Came::Wanted(message)) };
        match self.known(&source)?.contains(&message.id) {
            true => Ok(Came::Already(source)),
            false => Err(at(reason.hint("leave it out: name the modules that you want with --module"))),
        }
    }

    fn known(&mut self, module: &Name) -> Result<&mut HashSet<Name>> {
        if !self.known.contains_key(module) {
            let ids: Result<HashSet<Name>> = self
                .store
                .read(module, Position::FIRST)?
                .map(|record| record.map(|record| record.message.id))
                .collect();
            self.known.insert(module.clone(), ids?);
        }
        Ok(self.known.get_mut(module).expect("just inserted"))
    }
}
