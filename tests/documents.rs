//! Every console block of the README, of `docs/` and of the fixtures is run, and its output compared.
//!
//! A document is one session, from its first block to its last: in an empty folder, or for a
//! fixture's README in a copy of the fixture. A block that
//! names a file in its info string is that file: `yaml` and `json` blocks are written there before the
//! session goes on, `jsonl` and `text` blocks are what the file must hold by then. `BLESS=1 cargo test` writes
//! what came out into the document, to be read before it is committed.

use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn the_readme_and_the_documents_say_what_happens() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut documents = files(&root.join("docs"), |path| path.extension().is_some_and(|end| end == "md"));
    documents.push(root.join("README.md"));
    assert!(told(documents, |_| Session::new()) >= 10, "hardly any command was found");
}

#[test]
fn every_fixture_does_what_its_readme_says() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let stories = files(&fixtures, |path| path.is_dir());
    let documents: Vec<PathBuf> = stories.iter().map(|story| story.join("README.md")).collect();
    let count = documents.len();
    assert!(told(documents, |path| Session::copy_of(path.parent().unwrap())) >= count);
}

fn files(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| wanted(path)).collect();
    files.sort();
    files
}

/// Tells every document, complains about those that came out otherwise, and counts the commands.
fn told(documents: Vec<PathBuf>, begin: impl Fn(&Path) -> Session) -> usize {
    let mut commands = 0;
    let mut wrong = Vec::new();
    for path in documents {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is missing", path.display()));
        let mut session = begin(&path);
        let told = session.tell(&text);
        session.left_sound_logs(&path);
        commands += session.commands;
        if told != text {
            if std::env::var_os("BLESS").is_some() {
                std::fs::write(&path, &told).unwrap();
            }
            wrong.push(difference(&path, &text, &told));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    commands
}

/// The first line that differs.
fn difference(path: &Path, said: &str, came: &str) -> String {
    let mut lines = said.lines().zip(came.lines()).enumerate();
    let first = lines.find(|(_, (said, came))| said != came);
    match first {
        Some((index, (said, came))) => {
            format!("{}:{}\n  says: {said}\n  came: {came}", path.display(), index + 1)
        }
        None => {
            format!("{}: says {} lines, {} came", path.display(), said.lines().count(), came.lines().count())
        }
    }
}

struct Session {
    folder: tempfile::TempDir,
    commands: usize,
}

impl Session {
    fn new() -> Session {
        Session { folder: tempfile::tempdir().unwrap(), commands: 0 }
    }

    fn copy_of(fixture: &Path) -> Session {
        let session = Session::new();
        copy(fixture, session.folder.path());
        session
    }

    /// The document as it reads after its session.
    fn tell(&mut self, document: &str) -> String {
        let mut told = String::new();
        let mut lines = document.lines();
        while let Some(line) = lines.next() {
            told.push_str(line);
            told.push('\n');
            let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let block: String = block.iter().map(|line| format!("{line}\n")).collect();
            let (language, file) = info.split_once(' ').unwrap_or((info, ""));
            told.push_str(&match (language, file) {
                ("console", _) => self.console(&block),
                ("jsonl" | "text", file) if !file.is_empty() => self.holds(file, &block),
                (_, file) if !file.is_empty() => self.write(file, &block),
                _ => block,
            });
            told.push_str("```\n");
        }
        told
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn write(&self, file: &str, block: &str) -> String {
        let path = self.path(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, block).unwrap();
        block.to_string()
    }

    fn holds(&self, file: &str, block: &str) -> String {
        std::fs::read_to_string(self.path(file))
            .unwrap_or_else(|_| format!("{file} is not there, not\n{block}"))
    }

    /// Runs the lines that begin with `$ `; a line that ends with a backslash goes on.
    fn console(&mut self, block: &str) -> String {
        let mut told = String::new();
        let mut lines = block.lines();
        while let Some(line) = lines.next() {
            let Some(mut command) = line.strip_prefix("$ ").map(str::to_string) else { continue };
            told.push_str(line);
            told.push('\n');
            while command.ends_with('\\') {
                let more = lines.next().unwrap_or_default();
                told.push_str(more);
                told.push('\n');
                command.push('\n');
                command.push_str(more.strip_prefix("> ").unwrap_or(more));
            }
            told.push_str(&self.run(&command));
        }
        told
    }

    /// What the commands have written is no finding of `verify`: neither in the workspace, nor in those
    /// that were made inside it.
    fn left_sound_logs(&mut self, document: &Path) {
        let mut folders = vec![self.folder.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            folders.extend(files(&folder, |path| path.is_dir() && !path.ends_with("log")));
            if folder.join("log").is_dir() {
                let said = self.run(&format!("anyorder verify -C '{}'", folder.display()));
                // Where somebody names the cause in another system, that is what it says.
                let meant = "\npayments 4 p-4: its cause x-17 is in no log of the workspace\n[exit 1]\n";
                let sound =
                    !said.contains("[exit") || document.ends_with("settling.md") && said.ends_with(meant);
                assert!(sound, "{}: {}\n{said}", document.display(), folder.display());
            }
        }
    }

    fn run(&mut self, command: &str) -> String {
        self.commands += 1;
        let binary = Path::new(env!("CARGO_BIN_EXE_anyorder")).parent().unwrap();
        let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{command}")])
            .current_dir(self.folder.path())
            .env("PATH", path)
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let mut told = String::from_utf8_lossy(&output.stdout).to_string();
        if !told.is_empty() && !told.ends_with('\n') {
            told.push('\n');
        }
        match output.status.code() {
            Some(0) => {}
            code => {
                told.push_str(&format!("[exit {}]\n", code.map_or("?".to_string(), |code| code.to_string())))
            }
        }
        told
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for path in files(from, |_| true) {
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
