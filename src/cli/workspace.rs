//! The workspace on disk: where it is, its definitions, its logs.

use super::clock;
use crate::error::{Error, Result};
use crate::event::{Message, Name, Time};
use crate::process::workspace_file::{self, WorkspaceFile};
use crate::process::{Definition, Family, Parts, Service, read_service, read_service_named, read_with_parts};
use crate::runtime::Merged;
use crate::span::Source;
use crate::store::{Folder, Foreign, Logs, Record, Store};
use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// A folder with `anyorder.yaml`, `processes/` and `log/`, none of which must be there.
#[derive(Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
    /// What its file says, once it was read.
    file: OnceCell<Rc<WorkspaceFile>>,
}

const FILE: &str = "anyorder.yaml";

/// How the name of a definition's file ends.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

impl Workspace {
    /// From a folder upward, the first that has an `anyorder.yaml`; else the folder itself, if it has
    /// `processes/` or `log/`.
    pub fn find(directory: Option<&Path>) -> Result<Workspace> {
        // Nothing, not `.`: so that paths are shown as `log/orders.jsonl`.
        let start = directory.unwrap_or(Path::new(""));
        let here = directory.unwrap_or(Path::new(".")).canonicalize().map_err(|error| {
            let error = Error::io("open the folder", &start.display().to_string(), &error);
            error.hint("-C takes the folder of a workspace")
        })?;
        if !here.is_dir() {
            let shown = start.display().to_string();
            return Err(Error::input("this is a file").at(shown).hint("-C takes the folder of a workspace"));
        }
        if let Some(root) = here.ancestors().find(|folder| folder.join(FILE).is_file()) {
            let root = if root == here { start.to_path_buf() } else { root.to_path_buf() };
            return Ok(Workspace::at(root));
        }
        if here.join("processes").is_dir() || here.join("log").is_dir() {
            return Ok(Workspace::at(start.to_path_buf()));
        }
        Err(Error::input(format!("no workspace here: no {FILE} in this folder or above it"))
            .hint("name one with `-C DIR`, or see one made: `anyorder demo --keep DIR`"))
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// That folder, whatever is in it.
    pub fn at(root: PathBuf) -> Workspace {
        Workspace { root, file: OnceCell::new() }
    }

    /// The files under `scenarios/` or `specs/`, in the order of their names; `noun` is what lies there.
    pub fn shelf(&self, noun: &str) -> Result<Vec<PathBuf>> {
        definition_files(&self.root.join(format!("{noun}s")))
    }

    /// Where a file of the workspace lies.
    pub fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    pub fn store(&self) -> Store {
        Store::new(Arc::new(Folder::new(self.root.join("log"))))
    }

    /// What `anyorder.yaml` says; nothing where there is none.
    pub fn file(&self) -> Result<Rc<WorkspaceFile>> {
        if let Some(file) = self.file.get() {
            return Ok(file.clone());
        }
        let path = self.root.join(FILE);
        let file = match path.exists() {
            true => workspace_file::read(&source(&path, path.display().to_string())?)?,
            false => WorkspaceFile::default(),
        };
        super::verbs::refuse_shadows(&file)?;
        Ok(self.file.get_or_init(|| Rc::new(file)).clone())
    }

    /// The definitions under `processes/`, by process, all their errors at once.
    pub fn families(&self) -> Result<Vec<Family>> {
        let folder = self.root.join("processes");
        let mut families: Vec<Family> = Vec::new();
        let mut wrong = Vec::new();
        for path in definition_files(&folder)? {
            match self.definition(&path) {
                Ok(definition) => {
                    let family = match families.iter_mut().find(|family| family.name == definition.name) {
                        Some(family) => family,
                        None => {
                            families.push(Family::new(definition.name.clone()));
                            families.last_mut().expect("just pushed")
                        }
                    };
                    family.insert(definition)?;
                }
                Err(error) if error.all_diagnostics().is_empty() => return Err(error),
                Err(error) => wrong.extend(error.all_diagnostics().iter().cloned()),
            }
        }
        if wrong.is_empty() { Ok(families) } else { Err(Error::diagnostics(wrong)) }
    }

    /// The services under `services/`, all their errors at once.
    pub fn services(&self) -> Result<Vec<Arc<Service>>> {
        let mut services = Vec::new();
        let mut wrong = Vec::new();
        for path in definition_files(&self.root.join("services"))? {
            let shown = path.display().to_string();
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            match read_service_named(&source(&path, shown)?, stem) {
                Ok(service) => services.push(Arc::new(service)),
                Err(error) if error.all_diagnostics().is_empty() => return Err(error),
                Err(error) => wrong.extend(error.all_diagnostics().iter().cloned()),
            }
        }
        if wrong.is_empty() { Ok(services) } else { Err(Error::diagnostics(wrong)) }
    }

    /// Those services that can be read, for verbs that let none of them answer.
    pub fn readable_services(&self) -> Result<Vec<Arc<Service>>> {
        let files = definition_files(&self.root.join("services"))?;
        let readable = files.iter().filter_map(|path| {
            let service = read_service(&source(path, path.display().to_string()).ok()?).ok()?;
            (path.file_stem()?.to_str()? == &*service.name).then(|| Arc::new(service))
        });
        Ok(readable.collect())
    }

    /// The processes that have a definition here, by the names of their files: a module may not bear
    /// one of these. A definition that cannot be read stops no append.
    pub fn process_names(&self) -> Result<std::collections::BTreeSet<String>> {
        let files = definition_files(&self.root.join("processes"))?;
        let stems = files.iter().filter_map(|path| path.file_stem()?.to_str()?.split_once('@'));
        Ok(stems.map(|(name, _)| name.to_string()).collect())
    }

    /// Nobody but `run` writes into the log of a process, or of a service that has a journal.
    pub fn refuse_process(&self, module: &str) -> Result<()> {
        if self.process_names()?.contains(module) {
            let what = format!("{module} is a process: only `anyorder run` writes its log");
            return Err(Error::input(what).hint("append what happened outside to the module that owns it"));
        }
        if self.readable_services()?.iter().any(|service| *service.name == *module && service.remembers()) {
            let what = format!("{module} is a service with `entity`: only `anyorder run` writes its log");
            return Err(Error::input(what).hint("append what happened outside to the module that owns it"));
        }
        Ok(())
    }

    fn definition(&self, path: &Path) -> Result<Arc<Definition>> {
        let shown = path.display().to_string();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let named = stem.split_once('@').and_then(|(name, version)| Some((name, version.parse().ok()?)));
        let Some((name, version)) = named else {
            let error = Error::input("a definition's file is named `<process>@<version>.yaml`");
            let hint = match stem.contains('@') {
                true => "the version is a whole number from 1".to_string(),
                false => format!("call it `{stem}@1.yaml` if it is the first version of `{stem}`"),
            };
            return Err(error.at(shown).hint(hint));
        };
        Ok(Arc::new(read_with_parts(&source(path, shown)?, Some((name, version)), &beside(path))?))
    }

    /// An error unless that module has a log.
    pub fn check_module(&self, module: &str) -> Result<()> {
        let modules = self.store().modules()?;
        let names = modules.iter().map(|name| &**name);
        if names.clone().any(|name| name == module) {
            return Ok(());
        }
        let error = Error::input(format!("the module {module} has no log"));
        Err(match crate::span::nearest(module, names.clone()) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None if modules.is_empty() => error.hint("no module has one yet: `anyorder append` makes it"),
            None => error.hint(format!("there is {}", names.collect::<Vec<_>>().join(", "))),
        })
    }

    /// Whether a path leads into the folder of the logs, where only appends may write.
    pub fn is_log(&self, path: &Path) -> bool {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize();
        let logs = self.root.join("log").canonicalize();
        matches!((folder, logs), (Ok(folder), Ok(logs)) if folder.starts_with(&logs))
    }
}

/// When something happens that a person types now: by the wall clock, but always after what is in the
/// logs, so that what was typed later is also handled later (time runs ahead after `run --for`).
pub(crate) fn stamp(store: &Store) -> Result<Time> {
    let (now, newest) = (clock::now(), newest(store)?);
    Ok(if now > newest { now } else { newest.plus(1).unwrap_or(newest) })
}

/// The newest time at the end of any log: what is appended now is not stamped before it.
pub(crate) fn newest(store: &Store) -> Result<Time> {
    let mut newest = Time::MIN;
    for module in store.modules()? {
        newest = newest.max(store.tail(&module)?.time.unwrap_or(Time::MIN));
    }
    Ok(newest)
}

/// The `.yaml` and `.json` files of a folder, in the order of their names; none if there is no folder.
fn definition_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let shown = folder.display().to_string();
    if !folder.exists() {
        return Ok(Vec::new());
    }
    if !folder.is_dir() {
        let error = Error::input("this is a file, where a folder should be").at(shown);
        return Err(error.hint("definitions lie in it, each `<process>@<version>.yaml`"));
    }
    let entries = std::fs::read_dir(folder).map_err(|error| Error::io("read the folder", &shown, &error))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| Error::io("read the folder", &shown, &error))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let known = path.extension().is_some_and(|end| ENDINGS.iter().any(|known| end == *known));
        if known && !hidden {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A file's text, with the name it is shown by.
pub(crate) fn source(path: &Path, shown: String) -> Result<Arc<Source>> {
    if path.is_dir() {
        return Err(Error::input("this is a folder, where a file should be").at(shown));
    }
    let bytes = std::fs::read(path).map_err(|error| Error::io("read the file", &shown, &error))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(shown, text)),
        Err(error) => {
            let byte = error.utf8_error().valid_up_to();
            Err(Error::input(format!("not UTF-8 text, from byte {byte} on")).at(shown))
        }
    }
}

/// The folder of a definition's file: there its parts lie, too.
struct Beside(PathBuf);

fn beside(path: &Path) -> Beside {
    Beside(path.parent().unwrap_or(Path::new("")).to_path_buf())
}

impl Parts for Beside {
    fn part(&self, full_name: &str) -> Result<Arc<Source>> {
        let path = |ending: &str| self.0.join(format!("{full_name}.{ending}"));
        let found = ENDINGS.iter().map(|ending| path(ending)).find(|path| path.is_file());
        if let Some(path) = found {
            return source(&path, path.display().to_string());
        }
        let files = definition_files(&self.0)?;
        let stems: Vec<&str> = files.iter().filter_map(|path| path.file_stem()?.to_str()).collect();
        let error = Error::input(format!("there is no part {full_name}"));
        Err(match crate::span::nearest(full_name, stems.iter().copied().filter(|stem| stem.contains('@'))) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error.hint(format!("it lies beside this file, as `{full_name}.yaml`")),
        })
    }
}

/// `P`: `name@version`, `name` (its highest version), or a path to a definition's file.
pub(crate) fn process(directory: Option<&Workspace>, p: &str) -> Result<Definition> {
    let path = Path::new(p);
    if is_path(p) {
        return read_with_parts(&source(path, p.to_string())?, None, &beside(path));
    }
    let Some(workspace) = directory else {
        return Err(Error::input(format!("no process {p}: this is no workspace, and no file of that name"))
            .hint("give the path of a definition's file, or name a workspace with `-C DIR`"));
    };
    let families = workspace.families()?;
    let (name, version) = match p.split_once('@') {
        Some((name, version)) => (
            name,
            Some(version.parse::<u32>().map_err(|_| {
                Error::input(format!("`{version}` is no version")).hint("write `name@version`: `order@2`")
            })?),
        ),
        None => (p, None),
    };
    let family = families.iter().find(|family| *family.name == *name);
    let found = family.and_then(|family| match version {
        Some(version) => family.version(version),
        None => family.versions().last(),
    });
    found.map(|definition| (**definition).clone()).ok_or_else(|| {
        let known: Vec<String> =
            families.iter().flat_map(|family| family.versions().map(|d| d.full_name())).collect();
        let error = Error::input(format!("no process {p} in this workspace"));
        match crate::span::nearest(p, known.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None if known.is_empty() => {
                // A scenario's names are looked for beside its folder: a newcomer who put it elsewhere sees where.
                let folder = workspace.path("processes");
                error.hint(format!("there is nothing under {}/", folder.display()))
            }
            None => error.hint(format!("there is {}", known.join(", "))),
        }
    })
}

/// A service's name, or a path to its file.
pub(crate) fn service(directory: Option<&Workspace>, name: &str) -> Result<Arc<Service>> {
    let path = Path::new(name);
    if is_path(name) {
        return read_service(&source(path, name.to_string())?).map(Arc::new);
    }
    let Some(workspace) = directory else {
        return Err(Error::input(format!(
            "no service {name}: this is no workspace, and no file of that name"
        ))
        .hint("give the path of a service's file, or name a workspace with `-C DIR`"));
    };
    let services = workspace.services()?;
    let known = services.iter().map(|service| &*service.name);
    services.iter().find(|service| *service.name == *name).cloned().ok_or_else(|| {
        let error = Error::input(format!("no service {name} in this workspace"));
        match crate::span::nearest(name, known.clone()) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None if services.is_empty() => error.hint("there is nothing under services/"),
            None => error.hint(format!("there is {}", known.collect::<Vec<_>>().join(", "))),
        }
    })
}

/// Whether a person means a file by it, and no name.
fn is_path(p: &str) -> bool {
    let path = Path::new(p);
    let ends = path.extension().is_some_and(|end| ENDINGS.iter().any(|e| end == *e));
    p.contains(['/', '\\']) || ends || path.is_file()
}

/// The logs that a person names; without any, the workspace's.
pub(crate) fn logs(paths: &[PathBuf], workspace: Option<&Workspace>) -> Result<Box<dyn Logs>> {
    if !paths.is_empty() {
        return Ok(Box::new(Foreign::open_all(paths)?));
    }
    match workspace {
        Some(workspace) => Ok(Box::new(workspace.store())),
        None => Err(Error::input("no log: this is no workspace").hint("name a `.jsonl` file, or `-C DIR`")),
    }
}

/// The conversation that a person means by an id, a unique part of one, or `latest` (the one whose
/// first message is newest).
pub(crate) fn conversation(logs: &dyn Logs, wanted: &str) -> Result<Name> {
    Ok(found(logs, wanted)?.0)
}

/// As [`conversation`], with its messages in the order of time.
pub(crate) fn found(logs: &dyn Logs, wanted: &str) -> Result<(Name, Vec<Record>)> {
    // A whole id is found by the index, if there is one.
    let records = Merged::conversation(logs, wanted)?;
    let housekeeping = |message: &Message| message.internal && message.correlation.is_none();
    if records.iter().any(|record| !housekeeping(&record.message)) {
        return Ok((Name::from(wanted), records));
    }
    let like = |id: &str| wanted == "latest" || id.contains(wanted);
    let mut ids = Vec::new();
    for module in logs.modules()? {
        ids.extend(logs.conversations(&module, &like)?);
    }
    let hints = ("the logs are empty", "`anyorder log` lists what there is");
    let id = meant(ids.into_iter(), wanted, "conversation", hints)?;
    let records = Merged::conversation(logs, &id)?;
    Ok((id, records))
}

/// The instance that a person means.
pub(crate) fn instance(ids: impl Iterator<Item = (Name, Time)>, wanted: &str) -> Result<Name> {
    meant(ids, wanted, "instance", ("`anyorder run` starts them", "`anyorder status` lists them"))
}

/// The one of some ids, each with its time, that a person means. `noun` is what they are ids of; the
/// hints are for where there is none at all, and for where none is like it.
fn meant(
    ids: impl Iterator<Item = (Name, Time)>,
    wanted: &str,
    noun: &str,
    (none, unlike): (&str, &str),
) -> Result<Name> {
    let mut first: Vec<(Name, Time)> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for (id, time) in ids {
        let index = *known.entry(id.clone()).or_insert_with(|| {
            first.push((id, time));
            first.len() - 1
        });
        first[index].1 = first[index].1.min(time);
    }
    if known.contains_key(wanted) {
        return Ok(Name::from(wanted));
    }
    if wanted == "latest" {
        let newest = first.iter().enumerate().max_by_key(|(index, (_, time))| (*time, *index));
        return newest
            .map(|(_, (id, _))| id.clone())
            .ok_or_else(|| Error::input(format!("there is no {noun} yet")).hint(none));
    }
    let mut matching: Vec<&Name> =
        first.iter().map(|(id, _)| id).filter(|id| !wanted.is_empty() && id.contains(wanted)).collect();
    match matching.len() {
        1 => Ok(matching.remove(0).clone()),
        0 => Err(Error::input(format!("there is no {noun} `{wanted}`"))
            .hint(format!("{unlike}; a part of an id will do, or `latest`"))),
        many => {
            matching.truncate(5);
            let shown: Vec<&str> = matching.iter().map(|id| &***id).collect();
            let more = if many > 5 { format!(", and {} more", many - 5) } else { String::new() };
            Err(Error::input(format!("`{wanted}` is a part of {many} {noun}s"))
                .hint(format!("one of {}{more}", shown.join(", "))))
        }
    }
}
