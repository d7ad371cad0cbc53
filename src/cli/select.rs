//! Which messages a person means: the filters of `log` and `export`.

use super::clock;
use super::workspace::{self, Workspace};
use crate::error::{Error, Result};
use crate::event::{Envelope, Name, Position, Time};
use crate::report::log::{Lifter, View};
use crate::runtime::Merged;
use crate::store::{Record, Store};

#[derive(Debug, clap::Args)]
pub(super) struct Filters {
    /// Only this module's log
    #[arg(long, value_name = "M")]
    module: Option<String>,
    /// Only messages of this type
    #[arg(long = "type", value_name = "T")]
    type_: Option<String>,
    /// Only this conversation: an id, a unique part of one, or `latest`
    #[arg(long, value_name = "ID")]
    correlation: Option<String>,
    /// Only what happened at this moment or later: RFC 3339, or a day
    #[arg(long, value_name = "TIME", value_parser = clock::moment)]
    since: Option<Time>,
    /// Only what happened before this moment
    #[arg(long, value_name = "TIME", value_parser = clock::moment)]
    until: Option<Time>,
    /// From this position on, in each module
    #[arg(long, value_name = "N")]
    from: Option<u64>,
}

/// What the filters say of a message, in the eyes of whoever looks.
pub(super) struct Selection {
    module: Option<String>,
    type_: Option<String>,
    correlation: Option<Name>,
    /// The messages of that conversation.
    pub conversation: Option<Vec<Record>>,
    since: Option<Time>,
    until: Option<Time>,
    pub from: Position,
    view: View,
    lifter: Lifter,
}

impl Selection {
    /// `view`: in whose eyes.
    pub fn new(filters: Filters, view: View, workspace: &Workspace, store: &Store) -> Result<Selection> {
        let Filters { module, type_, correlation, since, until, from } = filters;
        let (correlation, conversation) = match correlation {
            Some(wanted) => {
                workspace::found(store, &wanted).map(|(id, records)| (Some(id), Some(records)))?
            }
            None => (None, None),
        };
        let from = match from {
            Some(number) => {
                Position::new(number).ok_or_else(|| Error::input("--from: positions begin at 1"))?
            }
            None => Position::FIRST,
        };
        if let Some(module) = &module {
            workspace.check_module(module)?;
        }
        if let (Some(since), Some(until)) = (since, until)
            && since >= until
        {
            let error = Error::input(format!("nothing is since {since} and before {until}"));
            return Err(error.hint("--since is the earlier of the two; --until itself is not in it"));
        }
        Ok(Selection {
            module,
            type_,
            correlation,
            conversation,
            since,
            until,
            from,
            view,
            lifter: Lifter::default(),
        })
    }

    /// Whether anything of that module's log can be meant.
    pub fn reads(&self, module: &str) -> bool {
        self.module.as_ref().is_none_or(|only| only == module)
    }

    pub fn takes(&self, message: &Envelope<'_>) -> bool {
        self.type_.as_ref().is_none_or(|type_| **type_ == *message.type_)
            && self.since.is_none_or(|since| message.time >= since)
            && self.until.is_none_or(|until| message.time < until)
            && self.correlation.as_ref().is_none_or(|id| message.conversation() == Some(id))
            && self.view.shows(message)
    }

    /// Whether every message of the logs that are read is taken.
    pub fn takes_all(&self) -> bool {
        let free = self.type_.is_none() && self.correlation.is_none();
        free && self.since.is_none() && self.until.is_none() && self.view.shows_all()
    }

    /// Reads what the causes of messages are, as far as it was not read before: the cause of one may be an
    /// internal one that stands before `--from`, or in a module that is not shown. To be asked once
    /// the messages' own logs are open, so that no message is seen whose cause is not.
    pub fn learn_causes(&mut self, store: &Store) -> Result<()> {
        if !self.view.shows_all() {
            let known = &self.lifter.next;
            let next = |module: &Name| Some(known.get(module).copied().unwrap_or(Position::FIRST));
            let merged = Merged::open(store, next)?;
            for record in merged {
                self.lifter.see(&record?.message);
            }
        }
        Ok(())
    }

    /// The message's line of JSON, as whoever looks may see it.
    pub fn json(&self, record: &Record) -> String {
        self.view.json(record, &self.lifter)
    }
}
