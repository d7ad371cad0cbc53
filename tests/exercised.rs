//! Everything that a file may say is said by some story under `fixtures/`, and by some example of the
//! documents that a test runs: every key, every word that a key takes, every function.

use anyorder::process::expr;
use anyorder::process::keys::{OUTCOMES, Place, Shape, find, keys};
use anyorder::process::tree::{self, Node};
use anyorder::process::workspace_file::{KEYS, OPTION_KEYS, OPTION_TYPES, VERB_KEYS};
use anyorder::span::{LINTS, Source};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What was met, each as it is listed when nobody uses it.
#[derive(Default)]
struct Used(BTreeSet<String>);

/// All there is.
fn all() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for place in Place::ALL {
        for key in keys(place) {
            all.insert(in_place(place, key.name));
            all.extend(words(key.shape).map(|word| word_of(place, key.name, word)));
        }
    }
    all.extend(KEYS.map(|key| format!("`{key}` in anyorder.yaml")));
    all.extend(VERB_KEYS.map(|key| format!("`{key}` in a verb")));
    all.extend(OPTION_KEYS.map(|key| format!("`{key}` in an option")));
    all.extend(OPTION_TYPES.map(|word| format!("an option's type {word}")));
    all.extend(expr::functions().map(function));
    all
}

fn in_place(place: Place, key: &str) -> String {
    format!("`{key}` in {} ({place:?})", place.name())
}

fn word_of(place: Place, key: &str, word: &str) -> String {
    in_place(place, &format!("{key}: {word}"))
}

fn function(name: &str) -> String {
    format!("the function {name}")
}

/// The words that a key takes, but the first, which is the one that nobody needs to write.
fn words(shape: Shape) -> impl Iterator<Item = &'static str> {
    let words: &'static [&'static str] = match shape {
        // What a message meets is the kernel's to say, and tested there.
        Shape::Choice(OUTCOMES) => &[],
        // What can be allowed is what `lint` finds, and tested there.
        Shape::Choice(LINTS) => &[],
        Shape::Choice(words) | Shape::Choices(words) | Shape::ListOfChoices(words) => words,
        _ => &[],
    };
    words.iter().skip(1).copied()
}

fn one_or_list(node: &Node) -> &[Node] {
    node.list().unwrap_or(std::slice::from_ref(node))
}

impl Used {
    /// A whole file, or a block of a document that looks like one.
    fn file(&mut self, text: &str) {
        let parsed = tree::parse(&Source::new("file.yaml", text));
        let Some(root) = parsed.root else { return };
        self.functions(&root);
        for top in one_or_list(&root) {
            let has = |key: &str| top.get(key).is_some();
            match () {
                () if has("states") || has("regions") || has("steps") => self.mapping(Place::Process, top),
                () if has("scenario") => self.mapping(Place::Scenario, top),
                () if has("spec") => self.mapping(Place::Spec, top),
                () if has("service") => self.mapping(Place::Service, top),
                () if has("workspace") => self.workspace(top),
                () => {}
            }
        }
    }

    fn mapping(&mut self, place: Place, node: &Node) {
        for member in node.map().unwrap_or_default() {
            let Some(key) = find(place, &member.key) else { continue };
            self.0.insert(in_place(place, key.name));
            let said = |word: &&str| {
                let texts = one_or_list(&member.value).iter().flat_map(one_or_list);
                texts.filter_map(Node::scalar).any(|scalar| scalar.text == **word)
            };
            self.0.extend(words(key.shape).filter(said).map(|word| word_of(place, key.name, word)));
            self.under(key.shape, &member.value);
        }
    }

    fn under(&mut self, shape: Shape, node: &Node) {
        let each = |used: &mut Used, place: Place| {
            node.map().unwrap_or_default().iter().for_each(|member| used.list(place, &member.value));
        };
        match shape {
            Shape::States => each(self, Place::State),
            Shape::Regions => each(self, Place::Region),
            Shape::Joins => self.list(Place::Join, node),
            Shape::Reactions => each(self, Place::Reaction),
            Shape::Replies => each(self, Place::Reply),
            Shape::Saga => self.list(Place::Step, node),
            Shape::Shared => self.list(Place::Shared, node),
            Shape::Allows => self.list(Place::Allow, node),
            Shape::Rule => self.list(Place::Reaction, node),
            Shape::Mapping(place) => self.mapping(place, node),
            Shape::Delay => self.mapping(Place::Delay, node),
            Shape::Starters => {
                one_or_list(node).iter().for_each(|item| self.under(Shape::Reactions, item));
            }
            Shape::Messages => self.list(Place::Outgoing, node),
            Shape::Alarms => {
                for item in one_or_list(node).iter().flat_map(|item| item.map().unwrap_or_default()) {
                    self.mapping(Place::Alarm, &item.value);
                }
            }
            Shape::Stimuli => self.long("event", Place::Stimulus, node),
            Shape::Expected => self.long("event", Place::Sent, node),
            Shape::Steps => {
                self.long("event", Place::Given, node);
                self.long("advance", Place::Given, node);
            }
            Shape::Then
                if node.map().unwrap_or_default().iter().any(|m| find(Place::Then, &m.key).is_some()) =>
            {
                self.mapping(Place::Then, node);
            }
            Shape::Then => each(self, Place::Then),
            _ => {}
        }
    }

    fn list(&mut self, place: Place, node: &Node) {
        one_or_list(node).iter().for_each(|item| self.mapping(place, item));
    }

    /// Messages in the long form, which this key tells.
    fn long(&mut self, key: &str, place: Place, node: &Node) {
        for item in one_or_list(node).iter().filter(|item| item.get(key).is_some()) {
            self.mapping(place, item);
        }
    }

    fn workspace(&mut self, node: &Node) {
        self.keys("anyorder.yaml", &KEYS, node);
        for verb in node.get("verbs").and_then(Node::map).unwrap_or_default() {
            self.keys("a verb", &VERB_KEYS, &verb.value);
            for option in verb.value.get("options").and_then(Node::map).unwrap_or_default() {
                self.keys("an option", &OPTION_KEYS, &option.value);
                let word = option.value.get("type").unwrap_or(&option.value).scalar();
                self.0.extend(word.map(|word| format!("an option's type {}", word.text)));
            }
        }
    }

    fn keys(&mut self, place: &str, known: &[&str], node: &Node) {
        let members = node.map().unwrap_or_default().iter();
        let members = members.filter(|member| known.contains(&&*member.key));
        self.0.extend(members.map(|member| format!("`{}` in {place}", member.key)));
    }

    /// The functions that the texts of a file call.
    fn functions(&mut self, node: &Node) {
        for item in node.list().unwrap_or_default() {
            self.functions(item);
        }
        for member in node.map().unwrap_or_default() {
            self.functions(&member.value);
        }
        if let Some(scalar) = node.scalar() {
            self.calls(&scalar.text);
        }
    }

    fn calls(&mut self, text: &str) {
        for name in expr::functions() {
            let call = format!("{name}(");
            let called = text.match_indices(&call).any(|(at, _)| {
                !text[..at].ends_with(|before: char| before.is_ascii_alphanumeric() || before == '_')
            });
            if called {
                self.0.insert(function(name));
            }
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder that ends so.
fn files(folder: &Path, end: &str, found: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files(&path, end, found);
        } else if path.to_str().unwrap().ends_with(end) {
            found.push(path);
        }
    }
    found.sort();
}

fn nobody_uses(used: &Used) -> Vec<String> {
    all().into_iter().filter(|one| !used.0.contains(one)).collect()
}

#[test]
fn every_key_and_function_is_used_by_some_story() {
    let mut found = Vec::new();
    files(&root().join("fixtures"), ".yaml", &mut found);
    let mut used = Used::default();
    for path in &found {
        used.file(&std::fs::read_to_string(path).unwrap());
    }
    let left = nobody_uses(&used);
    assert!(left.is_empty(), "no story under fixtures/ uses\n  {}", left.join("\n  "));
}

/// Counted are blocks that a test reads or runs: those with a file's name, those of definitions.md
/// (`tests/definitions.rs`), what `cat` shows in a session, the tables of expressions.md (`tests/expressions.rs`).
#[test]
fn every_key_and_function_has_an_example_in_the_documents() {
    let mut found = Vec::new();
    files(&root().join("docs"), ".md", &mut found);
    found.push(root().join("README.md"));
    let mut used = Used::default();
    for path in &found {
        let page = std::fs::read_to_string(path).unwrap();
        let definitions = path.ends_with("definitions.md");
        for block in page.split("\n```").skip(1).step_by(2) {
            let (info, text) = block.split_once('\n').unwrap();
            match info.split_once(' ').unwrap_or((info, "")) {
                ("yaml", file) if !file.is_empty() || definitions => used.file(text),
                ("console", _) => {
                    // From a line that shows a file to the next command.
                    let shows = |said: &&str| {
                        said.starts_with("cat ") && said.lines().next().unwrap().ends_with(".yaml")
                    };
                    let parts = text.split("$ ").filter(shows);
                    parts.for_each(|said| used.file(said.split_once('\n').unwrap_or_default().1));
                }
                _ => {}
            }
        }
        if path.ends_with("expressions.md") {
            let rows = page.lines().filter(|line| line.starts_with("| `") && !line.contains("| refused:"));
            rows.for_each(|row| used.calls(row.split(" | ").next().unwrap()));
        }
    }
    let left = nobody_uses(&used);
    assert!(left.is_empty(), "no example in docs/ that a test runs uses\n  {}", left.join("\n  "));
}
