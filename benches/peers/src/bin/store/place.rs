//! Where it is measured: the generated workspace, which is only read, and what is made below `DIR/speed`.

use crate::Args;
use crate::table::thousands;
use anyorder::event::Position;
use anyorder::store::{Folder, Store};
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The module with the longest log; appends go there.
pub const MODULE: &str = "carrier";

pub struct Place {
    pub dir: PathBuf,
    /// `DIR/speed`.
    pub speed: PathBuf,
    /// The logs, sorted.
    pub logs: Vec<PathBuf>,
    pub bytes: u64,
    messages: u64,
}

impl Place {
    pub fn new(args: &Args) -> Place {
        let dir = args.dir.canonicalize().expect("DIR: a workspace made by examples/generate");
        let store = Store::new(Arc::new(Folder::new(dir.join("log"))));
        let modules = store.modules().expect("its logs can be listed");
        assert!(modules.iter().any(|module| **module == *MODULE), "DIR has no log of {MODULE}");
        let logs: Vec<PathBuf> =
            modules.iter().map(|module| dir.join(format!("log/{module}.jsonl"))).collect();
        let bytes = logs.iter().map(|log| log.metadata().expect("a log").len()).sum();
        let last = |module: &_| store.tail(module).expect("a sound log").last.map_or(0, Position::number);
        let messages = modules.iter().map(|module| last(module)).sum();
        let speed = dir.join("speed");
        fs::create_dir_all(&speed).expect("DIR/speed can be made");
        Place { dir, speed, logs, bytes, messages }
    }

    pub fn about(&self) -> String {
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
        let (messages, gigabytes) = (thousands(self.messages), self.bytes as f64 / 1e9);
        format!("{messages} messages, {gigabytes:.2} GB, {} logs; {cores} cores", self.logs.len())
    }

    pub fn longest(&self) -> PathBuf {
        self.dir.join(format!("log/{MODULE}.jsonl"))
    }

    /// A workspace with a copy of the logs, to append to. Made once: what was appended before makes it little longer.
    pub fn copy(&self) -> PathBuf {
        let copy = self.workspace("copy", |log, place| self.copy_file(log, place));
        // An index from the beginning, as a workspace in use has one.
        self.store(&copy)
            .indexed_after(0)
            .append(MODULE, vec![vec![crate::batches::message(0, 0)]], anyorder::store::Guard::None)
            .expect("it can be appended to");
        copy
    }

    /// A workspace on the logs themselves, to be read only; its index is its own.
    pub fn linked(&self, name: &str) -> PathBuf {
        self.workspace(name, |log, place| symlink(log, place).expect("a link can be made"))
    }

    fn workspace(&self, name: &str, bring: impl Fn(&Path, &Path)) -> PathBuf {
        let workspace = self.speed.join(name);
        fs::create_dir_all(workspace.join("log")).expect("a folder can be made");
        fs::copy(self.dir.join("anyorder.yaml"), workspace.join("anyorder.yaml")).expect("it is a workspace");
        for log in &self.logs {
            let place = workspace.join("log").join(log.file_name().expect("a file"));
            if !place.exists() {
                bring(log, &place);
            }
        }
        workspace
    }

    /// A workspace without logs, on the same disk.
    pub fn empty(&self, name: &str) -> PathBuf {
        let workspace = self.speed.join(name);
        let _ = fs::remove_dir_all(&workspace);
        fs::create_dir_all(&workspace).expect("a folder can be made");
        fs::copy(self.dir.join("anyorder.yaml"), workspace.join("anyorder.yaml")).expect("it is a workspace");
        workspace
    }

    pub fn store(&self, workspace: &Path) -> Store {
        Store::new(Arc::new(Folder::new(workspace.join("log"))))
    }

    /// A file for peers: a copy of the longest log.
    pub fn plain_copy(&self) -> PathBuf {
        let file = self.speed.join("plain.jsonl");
        if !file.exists() {
            self.copy_file(&self.longest(), &file);
        }
        file
    }

    /// On the disk when it returns, so that nobody's sync has to wait for it.
    fn copy_file(&self, from: &Path, to: &Path) {
        fs::copy(from, to).expect("there is room for a copy");
        File::open(to).and_then(|file| file.sync_all()).expect("the copy can be synced");
    }

    pub fn remove(self) {
        let _ = fs::remove_dir_all(self.speed);
    }
}
