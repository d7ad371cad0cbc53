//! What every verb is given: where it works, how it prints.

use super::Format;
use super::workspace::Workspace;
use crate::error::Result;
use crate::process::workspace_file::WorkspaceFile;
use crate::report::words::{counted, grouped};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

pub(crate) struct Context<'a> {
    directory: Option<PathBuf>,
    /// The one around the current directory, or in that one; unless there is none.
    found: Option<Workspace>,
    pub format: Format,
    /// What the workspace's file says; nothing where it cannot be read.
    pub file: Rc<WorkspaceFile>,
    /// Results.
    pub out: &'a mut dyn Write,
    /// Notes, warnings and errors.
    pub err: &'a mut dyn Write,
}

impl<'a> Context<'a> {
    pub fn new(
        directory: Option<PathBuf>,
        found: Option<Workspace>,
        format: Format,
        file: Rc<WorkspaceFile>,
        out: &'a mut dyn Write,
        err: &'a mut dyn Write,
    ) -> Context<'a> {
        Context { directory, found, format, file, out, err }
    }

    /// The workspace around the current directory, or the one that `-C` names.
    pub fn workspace(&self) -> Result<Workspace> {
        match &self.found {
            Some(workspace) => Ok(workspace.clone()),
            None => Workspace::find(self.directory.as_deref()),
        }
    }

    /// Whether the workspace is the one around the current directory.
    pub fn has_no_directory(&self) -> bool {
        self.directory.is_none()
    }

    /// Prints a result. The error is the pipe's.
    pub fn print(&mut self, text: &str) -> std::io::Result<()> {
        self.out.write_all(text.as_bytes())
    }

    /// Says something beside the result to a person who watches; a script hears nothing.
    pub fn note(&mut self, text: &str) {
        if std::io::stderr().is_terminal() {
            self.warn(text);
        }
    }

    /// Shows how far something has come, in place of what was shown before; nothing takes it away. Answers
    /// whether anybody sees it.
    pub fn progress(&mut self, text: &str) -> bool {
        let watched = std::io::stderr().is_terminal();
        if watched {
            let _ = write!(self.err, "\r\x1b[2K{text}");
            let _ = self.err.flush();
        }
        watched
    }

    /// Says something beside the result that is to be known whoever reads it.
    pub fn warn(&mut self, text: &str) {
        // What was printed before stands before it, also where both go to one terminal.
        let _ = self.out.flush();
        let _ = writeln!(self.err, "{text}");
    }
}

/// What a person who watches a terminal is told while something goes on, a few times a second.
pub(crate) struct Watch {
    since: Instant,
    last: Instant,
    /// The thousand that was counted last.
    thousand: u64,
    shown: bool,
}

impl Watch {
    pub fn new() -> Watch {
        Watch { since: Instant::now(), last: Instant::now(), thousand: 0, shown: false }
    }

    /// `text` is asked only when it is time, with the seconds that have passed since the beginning.
    pub fn tell(&mut self, context: &mut Context, text: impl FnOnce(f64) -> String) {
        const BETWEEN: Duration = Duration::from_millis(200);
        if self.last.elapsed() < BETWEEN {
            return;
        }
        self.last = Instant::now();
        self.shown |= context.progress(&text(self.since.elapsed().as_secs_f64()));
    }

    /// As [`Watch::tell`], for one of many that are counted: the clock is asked every thousand.
    pub fn count(&mut self, context: &mut Context, count: u64, doing: &str) {
        if count / 1_000 != self.thousand {
            self.thousand = count / 1_000;
            self.tell(context, |seconds| {
                let rate = (count as f64 / seconds) as u64;
                format!("{doing}: {}, {} a second", counted(count, "message"), grouped(rate))
            });
        }
    }

    pub fn clear(&self, context: &mut Context) {
        if self.shown {
            context.progress("");
        }
    }
}
