//! The workspace's own file, `anyorder.yaml`: its modules, which messages each owns, and the verbs of
//! the business. Knows nothing of how a verb is typed or carried out; `verbs.rs` reads them.

mod verbs;

pub use verbs::{OPTION_KEYS, OPTION_TYPES, OptionKind, VERB_KEYS, VerbOption, VerbSpec};

use crate::error::{Error, Result};
use crate::event::Name;
use crate::process::Allow;
use crate::process::page::{Page, is_message_name, plain_name};
use crate::process::tree::{self, Meaning, Node};
use crate::span::{Diagnostic, Mistake, Source, Span, nearest};
use crate::store::check_name;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What `anyorder.yaml` says; empty where there is none.
#[derive(Debug, Clone, Default)]
pub struct WorkspaceFile {
    pub name: Option<String>,
    /// The seed of whatever draws by chance.
    pub seed: u64,
    /// Modules and the message types that they own, in the order written.
    modules: Vec<(Name, Vec<Name>)>,
    owners: BTreeMap<Name, Name>,
    /// The words of the business, in the order written.
    pub verbs: Vec<VerbSpec>,
    /// What `lint` finds and is meant.
    pub allows: Vec<Allow>,
    /// The file; none where there is none.
    pub source: Option<Arc<Source>>,
}

impl WorkspaceFile {
    /// The module that owns a message type.
    pub fn owner(&self, type_: &str) -> Option<&Name> {
        self.owners.get(type_)
    }

    pub fn verb(&self, name: &str) -> Option<&VerbSpec> {
        self.verbs.iter().find(|verb| verb.name == name)
    }

    /// The modules with what each owns, in the order written.
    pub fn owned(&self) -> impl Iterator<Item = (&Name, &[Name])> {
        self.modules.iter().map(|(module, types)| (module, &**types))
    }

    pub fn modules(&self) -> impl Iterator<Item = &Name> {
        self.modules.iter().map(|(module, _)| module)
    }

    /// Every message type that a module owns.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.modules.iter().flat_map(|(_, types)| types).map(|type_| &**type_)
    }
}

/// The keys of the file.
pub const KEYS: [&str; 5] = ["workspace", "seed", "modules", "verbs", "allow"];

/// Reads it; all that is wrong with it at once.
pub fn read(source: &Arc<Source>) -> Result<WorkspaceFile> {
    // An empty one says nothing but that here is a workspace.
    if source.text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(WorkspaceFile::default());
    }
    let parsed = tree::parse(source);
    let mut reader = Reader { source, diagnostics: parsed.troubles, file: WorkspaceFile::default() };
    if let Some(root) = &parsed.root {
        reader.root(root);
    }
    reader.file.source = Some(source.clone());
    if reader.diagnostics.is_empty() {
        return Ok(reader.file);
    }
    reader.diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    Err(Error::diagnostics(reader.diagnostics))
}

/// A whole number as JSON writes it.
fn seed(node: &Node) -> Option<u64> {
    node.scalar().filter(|scalar| scalar.meaning() == Meaning::Number)?.text.parse().ok()
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    diagnostics: Vec<Diagnostic>,
    file: WorkspaceFile,
}

impl Reader<'_> {
    #[must_use = "say of which kind it is: `.is(Mistake::…)`"]
    fn complain(&mut self, span: Span, message: String, hint: &str) -> &mut Diagnostic {
        let mut diagnostic = Diagnostic::new(self.source, span, message);
        diagnostic.hint = (!hint.is_empty()).then(|| hint.to_string());
        self.diagnostics.push(diagnostic);
        self.diagnostics.last_mut().expect("just pushed")
    }

    fn unknown(&mut self, place: &str, unknown: &str, span: Span, keys: &[&str]) {
        let hint = match nearest(unknown, keys.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys are `{}`", keys.join("`, `")),
        };
        self.complain(span, format!("{place} has no key `{unknown}`"), &hint).is(Mistake::UnknownKey);
    }

    fn root(&mut self, root: &Node) {
        if root.is_null() || root.is_broken() {
            return;
        }
        let Some(members) = root.map() else {
            let hint = "begin with `workspace: <name>`";
            return self
                .complain(root.span, format!("expected a mapping, found {}", root.kind()), hint)
                .is(Mistake::WrongKind);
        };
        // Verbs name messages, so the modules are read first, wherever they stand.
        let (verbs, others): (Vec<_>, Vec<_>) = members.iter().partition(|member| member.key == "verbs");
        for member in others.into_iter().chain(verbs) {
            match member.key.as_str() {
                "workspace" => match member.value.scalar().filter(|scalar| !scalar.text.is_empty()) {
                    Some(scalar) => self.file.name = Some(scalar.text.clone()),
                    None => self
                        .complain(member.value.span, "`workspace` wants a name".into(), "any text")
                        .is(Mistake::WrongKind),
                },
                "seed" => match seed(&member.value) {
                    Some(seed) => self.file.seed = seed,
                    None => self
                        .complain(member.value.span, "`seed` wants a whole number".into(), "`seed: 7`")
                        .is(Mistake::WrongKind),
                },
                "modules" => self.modules(&member.value),
                "allow" => self.allow(&member.value),
                "verbs" => self.verbs(&member.value),
                unknown => self.unknown("a workspace", unknown, member.key_span, &KEYS),
            }
        }
    }

    /// As in every file that people write.
    fn allow(&mut self, node: &Node) {
        let mut page = Page { source: self.source, diagnostics: std::mem::take(&mut self.diagnostics) };
        self.file.allows = page.allows(node);
        self.diagnostics = page.diagnostics;
    }

    fn modules(&mut self, node: &Node) {
        if node.is_null() || node.is_broken() {
            return;
        }
        let Some(members) = node.map() else {
            let hint = "`modules: {orders: [OrderPlaced], payments: [OrderPaid]}`";
            return self
                .complain(node.span, format!("expected a mapping, found {}", node.kind()), hint)
                .is(Mistake::WrongKind);
        };
        for member in members {
            if check_name(&member.key).is_err() {
                let hint = plain_name("a module");
                self.complain(member.key_span, format!("`{}` is no name for a module", member.key), &hint)
                    .is(Mistake::BadName);
                continue;
            }
            let module = Name::from(&*member.key);
            let types = self.types(&module, &member.value);
            self.file.modules.push((module, types));
        }
    }

    fn types(&mut self, module: &Name, node: &Node) -> Vec<Name> {
        let items = if node.is_null() { &[][..] } else { node.one_or_more() };
        let mut types: Vec<Name> = Vec::new();
        for item in items {
            let name = item.scalar().filter(|scalar| scalar.meaning() == Meaning::Text);
            let Some(name) = name else {
                if item.is_broken() {
                    continue;
                }
                let hint = "list the types of messages that the module owns";
                self.complain(item.span, format!("expected a message's name, found {}", item.kind()), hint)
                    .is(Mistake::WrongKind);
                continue;
            };
            if !is_message_name(&name.text) {
                let hint = match name.text.split_whitespace().all(is_message_name) {
                    true => "a comma parts two names",
                    false => {
                        "a message is named with letters, digits, `_`, `.` and `-`, and begins with a letter"
                    }
                };
                let what = format!("`{}` is no name for a message", name.text);
                self.complain(item.span, what, hint).is(Mistake::BadName);
                // Its verbs are no mistake of their own.
                let parts: Vec<Name> = name.text.split_whitespace().map(Name::from).collect();
                parts.into_iter().for_each(|part| _ = self.file.owners.insert(part, module.clone()));
                continue;
            }
            match self.file.owner(&name.text) {
                Some(same) if same == module => {
                    self.complain(item.span, format!("{} is listed twice", name.text), "once is enough")
                        .is(Mistake::SaidTwice);
                }
                Some(other) => {
                    let what = format!("{} is owned by {other} already", name.text);
                    self.complain(item.span, what, "a message has one owner: the module that says it")
                        .is(Mistake::Ownership);
                }
                None => {
                    let name = Name::from(&*name.text);
                    self.file.owners.insert(name.clone(), module.clone());
                    types.push(name);
                }
            }
        }
        types
    }
}
