//! Files that a person writes about processes, scenarios and specs: where they lie, and where they find
//! the processes and the owners of messages that they name.

use super::workspace::{self, Workspace};
use crate::error::{Error, Result};
use crate::event::Name;
use crate::explore::Scenario;
use crate::process::{Definition, Library, Service};
use crate::span::Source;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A path, or a name under the workspace's `scenarios/` or `specs/`; `noun` is what lies there.
pub(super) fn file(noun: &str, name: &str, workspace: Option<&Workspace>) -> Result<PathBuf> {
    let path = PathBuf::from(name);
    if path.is_file() {
        return Ok(path);
    }
    let files = workspace.map_or_else(|| Ok(Vec::new()), |workspace| workspace.shelf(noun))?;
    let stem = |path: &PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    if let Some(found) = files.iter().find(|path| stem(path).as_deref() == Some(name)) {
        return Ok(found.clone());
    }
    let known: Vec<String> = files.iter().filter_map(stem).collect();
    let error = Error::input(format!("there is no {noun} {name}"));
    Err(match crate::span::nearest(name, known.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None if known.is_empty() => error.hint(format!("give the path of a {noun}'s file")),
        None => error.hint(format!("there is {}", known.join(", "))),
    })
}

/// Reads files, and says everything that is wrong with all of them at once. Those of one folder share a
/// shelf, so that a process which many of them name is read once.
pub(super) fn read_all<T>(
    files: &[PathBuf],
    read: impl Fn(&Arc<Source>, &dyn Library) -> Result<T>,
) -> Result<Vec<T>> {
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    let mut shelves: BTreeMap<PathBuf, Shelf> = BTreeMap::new();
    for path in files {
        let source = workspace::source(path, path.display().to_string())?;
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let shelf = shelves.entry(folder).or_insert_with_key(|folder| Shelf::of_folder(folder));
        match read(&source, shelf) {
            Ok(one) => found.push(one),
            Err(error) if error.all_diagnostics().is_empty() => return Err(error),
            // What is wrong with a definition is said by every file that names it: once is enough.
            Err(error) => {
                let new = error.all_diagnostics().iter().filter(|diagnostic| !wrong.contains(*diagnostic));
                let new: Vec<_> = new.cloned().collect();
                wrong.extend(new);
            }
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(Error::diagnostics(wrong)) }
}

/// Where scenarios and specs find processes and the owners of messages.
pub(super) struct Shelf {
    workspace: Option<Workspace>,
    /// Paths of processes are relative to the file that names them.
    beside: PathBuf,
    /// What was found so far.
    processes: RefCell<BTreeMap<String, Result<Arc<Definition>>>>,
    owners: RefCell<BTreeMap<String, Option<Name>>>,
}

impl Shelf {
    pub fn around(workspace: Option<Workspace>) -> Shelf {
        Shelf { workspace, beside: PathBuf::new(), processes: RefCell::default(), owners: RefCell::default() }
    }

    /// Names in a file resolve from its folder's parent.
    fn of_folder(folder: &Path) -> Shelf {
        let root = match folder.parent() {
            Some(parent) => parent.to_path_buf(),
            // A bare file name: its folder is the current one.
            None => PathBuf::from(".."),
        };
        Shelf { beside: folder.to_path_buf(), ..Shelf::around(Some(Workspace::at(root))) }
    }
}

/// A library with some definitions in the place of those of their names, whatever their versions.
pub(super) struct Instead<'a> {
    library: &'a dyn Library,
    definitions: &'a [Arc<Definition>],
}

impl<'a> Instead<'a> {
    pub fn new(library: &'a dyn Library, definitions: &'a [Arc<Definition>]) -> Instead<'a> {
        Instead { library, definitions }
    }
}

impl Library for Instead<'_> {
    fn process(&self, p: &str) -> Result<Arc<Definition>> {
        let found = self.library.process(p)?;
        let instead = self.definitions.iter().find(|definition| definition.name == found.name);
        Ok(instead.cloned().unwrap_or(found))
    }

    fn service(&self, name: &str) -> Result<Arc<Service>> {
        self.library.service(name)
    }

    fn owner(&self, type_: &str) -> Option<Name> {
        self.library.owner(type_)
    }

    fn seed(&self) -> u64 {
        self.library.seed()
    }
}

/// An error where a definition took nobody's place in a scenario.
pub(super) fn taken(scenario: &Scenario, definitions: &[Arc<Definition>], file: &Path) -> Result<()> {
    let is_there =
        |definition: &Arc<Definition>| scenario.processes.iter().any(|one| one.name == definition.name);
    match definitions.iter().find(|definition| !is_there(definition)) {
        None => Ok(()),
        Some(idle) => Err(Error::input(format!("no version of {} is in this scenario", idle.name))
            .at(file.display().to_string())
            .hint("a version takes the place of another of the same process")),
    }
}

impl Library for Shelf {
    fn process(&self, p: &str) -> Result<Arc<Definition>> {
        if let Some(known) = self.processes.borrow().get(p) {
            return known.clone();
        }
        let beside = self.beside.join(p);
        let path = if beside.is_file() { beside.display().to_string() } else { p.to_string() };
        let found = workspace::process(self.workspace.as_ref(), &path).map(Arc::new);
        self.processes.borrow_mut().insert(p.to_string(), found.clone());
        found
    }

    fn service(&self, name: &str) -> Result<Arc<Service>> {
        let beside = self.beside.join(name);
        let path = if beside.is_file() { beside.display().to_string() } else { name.to_string() };
        workspace::service(self.workspace.as_ref(), &path)
    }

    fn seed(&self) -> u64 {
        let file = self.workspace.as_ref().and_then(|workspace| workspace.file().ok());
        file.map_or(0, |file| file.seed)
    }

    fn owner(&self, type_: &str) -> Option<Name> {
        let workspace = self.workspace.as_ref()?;
        let mut owners = self.owners.borrow_mut();
        if let Some(known) = owners.get(type_) {
            return known.clone();
        }
        let owner = workspace.file().ok().and_then(|file| file.owner(type_).cloned());
        owners.insert(type_.to_string(), owner.clone());
        owner
    }
}
