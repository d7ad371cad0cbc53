//! Specs, read: a file is one spec, or a list of them.
//!
//! All that is wrong with a file is said at once, each with its place. Read on here; `then.rs` reads what
//! is expected. The forms of messages are those of `process::stimuli`.

mod then;

use super::model::{Spec, Step, Then, What};
use crate::error::Result;
use crate::event::{Message, Name, meant_duration, parse_duration};
use crate::process::keys::{self, Place};
use crate::process::page::{Page, all, speaks_as_page};
use crate::process::stimuli::{Ids, Listed, OUTSIDE};
use crate::process::tree::{self, Member, Node, Value};
use crate::process::{Library, Participant};
use crate::span::{Mistake, Source, Span};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Reads the specs of a file. The error holds everything that is wrong with it, and with the definitions
/// that it names.
pub fn read(source: &Arc<Source>, library: &dyn Library) -> Result<Vec<Spec>> {
    let parsed = tree::parse(source);
    let Some(root) = &parsed.root else { return Err(all(parsed.troubles)) };
    let mut reader = Reader { page: Page { source, diagnostics: parsed.troubles }, library };
    let roots = root.one_or_more();
    if roots.is_empty() {
        let hint = "begin with `spec: <what holds>`";
        reader.complain(root.span, "there is no spec in this file", "", hint).is(Mistake::NothingListed);
    }
    let specs: Vec<Option<Spec>> = roots.iter().map(|root| reader.spec(root)).collect();
    match reader.diagnostics.is_empty() {
        true => Ok(specs.into_iter().map(|spec| spec.expect("a spec, or what is wrong with it")).collect()),
        false => Err(all(reader.page.diagnostics)),
    }
}

/// One reading. Its methods answer None (or less than was written) where they said an error.
struct Reader<'a> {
    page: Page<'a>,
    library: &'a dyn Library,
}

speaks_as_page!(Reader);

/// An entry of `given` or `when`, before the processes are known.
enum Entry {
    Message(Listed),
    Passes(Step),
}

impl Reader<'_> {
    /// None where something is missing, which is said.
    fn spec(&mut self, root: &Node) -> Option<Spec> {
        let hint = "begin with `spec: <what holds>`";
        if root.is_null() {
            self.complain(root.span, "there is no spec in this file", "", hint).is(Mistake::NothingListed);
            return None;
        }
        let members = self.members(root, Place::Spec, "a spec is a mapping", hint)?;
        let complete = "a spec has `spec`, `process` or `service`, mostly `given`, and `when` and `then`";
        self.required(Place::Spec, root, &members, complete);
        let find = |key: &str| members.iter().find(|member| member.key == key);
        let name = find("spec").and_then(|member| self.title("spec", &member.value));
        let subjects = self.subjects(root, &members);
        let answering = self.answering(&members, subjects.as_deref().unwrap_or_default());
        let given = find("given").map(|member| self.entries("given", &member.value)).unwrap_or_default();
        let when = find("when").map(|member| {
            let entries = self.entries("when", &member.value);
            if member.value.list().is_some_and(<[Node]>::is_empty) || member.value.is_null() {
                let hint = "a message that comes, an alarm that rings, or `{advance: 15m}`";
                self.complain(member.value.span, "nothing happens", "under `when`", hint)
                    .is(Mistake::NothingListed);
            }
            entries
        });
        // What follows is about names, and with one of them missing every second one would be unknown.
        let (Some(subjects), Some(answering)) = (subjects, answering) else {
            if let Some(then) = find("then") {
                self.form_of_then(&then.value);
            }
            return None;
        };
        let mut ids = Ids::default();
        let when = when.unwrap_or_default();
        for (id, _) in given.iter().chain(&when).filter_map(|entry| match entry {
            Entry::Message(listed) => listed.id.as_ref(),
            Entry::Passes(_) => None,
        }) {
            ids.keep(id);
        }
        let then = find("then").map(|member| self.then(&member.value, &subjects));
        let then = then.unwrap_or_else(|| vec![Then::default(); subjects.len()]);
        let mut cast = subjects;
        cast.extend(answering);
        let given = self.steps(given, &cast, &mut ids);
        let when = self.steps(when, &cast, &mut ids);
        let span = find("spec").map_or(root.span, |member| member.value.span);
        let says = cast.iter().filter_map(Participant::service).flat_map(|service| service.says());
        let owners = says.filter_map(|type_| Some((type_.clone(), self.library.owner(type_)?))).collect();
        let (source, seed) = (self.source.clone(), self.library.seed());
        Some(Spec { name: name?, source, span, cast, seed, owners, given, when, then })
    }

    /// Those of whom something is expected.
    fn subjects(&mut self, root: &Node, members: &[&Member]) -> Option<Vec<Participant>> {
        let library = self.library;
        let find = |key: &str| members.iter().find(|member| member.key == key);
        let (process, service) = (find("process"), find("service"));
        // A key that is only misspelt is not missing too.
        let meant = |member: &Member| {
            let meant = keys::meant(Place::Spec, &member.key);
            meant.is_some_and(|meant| matches!(meant.name, "process" | "service"))
        };
        if process.is_none() && service.is_none() && !root.map().unwrap_or_default().iter().any(meant) {
            let hint = "say of whom something is expected, as in `process: order@2` or `service: kitchen`";
            let first = root.map().and_then(|members| members.first());
            let span = first.map_or(root.span, |member| member.key_span);
            self.complain(span, "`process` is missing", "in this spec", hint).is(Mistake::MissingKey);
        }
        let processes = process.map(|member| self.processes(&member.value, library, "spec"));
        let services = service.map(|member| self.services("service", &member.value, library));
        // Both are read before either is missed.
        let (processes, services) =
            (processes.unwrap_or(Some(Vec::new()))?, services.unwrap_or(Some(Vec::new()))?);
        let mut subjects: Vec<_> = processes.into_iter().map(Participant::Process).collect();
        subjects.extend(services.into_iter().map(Participant::Service));
        (!subjects.is_empty()).then_some(subjects)
    }

    /// The services that only answer.
    fn answering(&mut self, members: &[&Member], subjects: &[Participant]) -> Option<Vec<Participant>> {
        let library = self.library;
        let Some(member) = members.iter().find(|member| member.key == "services") else {
            return Some(Vec::new());
        };
        if member.value.list().is_some_and(<[Node]>::is_empty) {
            return Some(Vec::new());
        }
        let services =
            self.services("services", &member.value, library)?.into_iter().map(Participant::Service);
        // One of which something is expected answers anyway.
        let known = |service: &Participant| {
            subjects.iter().any(|one| one.service().is_some() && one.name() == service.name())
        };
        Some(services.filter(|service| !known(service)).collect())
    }

    /// One entry, or a list of them.
    fn entries(&mut self, key: &str, node: &Node) -> Vec<Entry> {
        match &node.value {
            Value::List(items) => items.iter().filter_map(|item| self.entry(key, item)).collect(),
            _ if node.is_null() => Vec::new(),
            _ => self.entry(key, node).into_iter().collect(),
        }
    }

    fn entry(&mut self, key: &str, node: &Node) -> Option<Entry> {
        if let Some(members) = node.map()
            && let Some(advance) = members.iter().find(|member| member.key == "advance")
            && !members.iter().any(|member| member.key == "event")
        {
            if let Some(other) = members.iter().find(|member| member.key != "advance") {
                let hint = format!("write a list: `[{{advance: …}}, {{{}: …}}]`", other.key);
                self.complain(other.key_span, "`advance` stands alone", "", &hint)
                    .is(Mistake::OneMessageEach);
                return None;
            }
            let millis = self.duration("advance", &advance.value)?;
            return Some(Entry::Passes(Step { what: What::Passes(millis), span: advance.key_span }));
        }
        if let Some(word) = node.scalar()
            && let Some(alarm) = word.text.strip_suffix('!')
        {
            let hint = format!("write `{alarm}`: an alarm rings by its name");
            self.complain(node.span, "an alarm is written without `!` here", "", &hint).is(Mistake::BadName);
            return None;
        }
        self.stimulus(Place::Given, key, node).map(Entry::Message)
    }

    fn duration(&mut self, key: &str, node: &Node) -> Option<i64> {
        let hint = "as in `15m`, `30s` or `2d`: a whole number and one of ms, s, m, h, d";
        let word = self.word(node, &format!("`{key}` wants a duration"), hint)?;
        let millis = parse_duration(word.text.trim());
        if millis.is_none() {
            let hint =
                meant_duration(&word.text).map_or(hint.to_string(), |meant| format!("write `{meant}`"));
            self.complain(node.span, format!("`{}` is no duration", word.text), "", &hint)
                .is(Mistake::BadDuration);
        }
        millis
    }

    fn steps(&mut self, entries: Vec<Entry>, cast: &[Participant], ids: &mut Ids) -> Vec<Step> {
        let one = |entry| match entry {
            Entry::Passes(step) => step,
            Entry::Message(listed) => self.step(listed, cast, ids),
        };
        entries.into_iter().map(one).collect()
    }

    /// A message, or an alarm by its name.
    fn step(&mut self, listed: Listed, cast: &[Participant], ids: &mut Ids) -> Step {
        let span = listed.span;
        let alarms: BTreeSet<Name> = cast.iter().flat_map(Participant::alarms).collect();
        if alarms.contains(&listed.type_) {
            self.bare_alarm(&listed);
            let correlation = listed.correlated.then_some(listed.correlation);
            return Step {
                what: What::Rings { alarm: listed.type_, correlation, times: listed.times },
                span,
            };
        }
        if let Some(wrong) = listed.unmentioned(cast, "spec", &alarms) {
            self.diagnostics.push(match meant(&listed.type_) {
                Some(hint) => wrong.hint(hint),
                None => wrong,
            });
        }
        self.diagnostics.extend(listed.in_the_name_of(cast));
        let ids = match &listed.id {
            Some((id, _)) => vec![id.clone()],
            None => (0..listed.times).map(|_| ids.next(&listed.type_)).collect(),
        };
        let owner = self.library.owner(&listed.type_);
        let from = listed.module.map(|(module, _)| module).filter(|module| owner.as_ref() != Some(module));
        let source = from.clone().or(owner).unwrap_or_else(|| Name::from(OUTSIDE));
        let message = Message {
            correlation: Some(listed.correlation),
            data: listed.data,
            ..Message::new(source, listed.type_, "", Spec::BEGINS)
        };
        Step { what: What::Comes { message: Box::new(message), ids, from }, span }
    }

    /// An alarm rings as it was set.
    fn bare_alarm(&mut self, listed: &Listed) {
        let said = [
            listed.data.is_some().then_some("data"),
            listed.module.is_some().then_some("module"),
            listed.id.is_some().then_some("id"),
        ];
        for key in said.into_iter().flatten() {
            let what = format!("`{}` is an alarm: its `{key}` is that with which it was set", listed.type_);
            let hint =
                format!("write `{}` alone: of several with that name the earliest rings", listed.type_);
            self.complain(listed.span, what, "", &hint).is(Mistake::NotDelivered);
        }
    }

    fn nearest_or_listed<'n>(
        &self,
        word: &str,
        known: impl Iterator<Item = &'n str> + Clone,
        none: &str,
        are: &str,
    ) -> String {
        self.source.advice(|| match crate::span::nearest(word, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.clone().next().is_none() => none.to_string(),
            None => format!("{are} {}", crate::process::page::listed(known)),
        })
    }

    fn nothing_here(&mut self, span: Span, key: &str, hint: &str) {
        self.complain(span, format!("`{key}` says nothing"), "nothing stands here", hint)
            .is(Mistake::NothingListed);
    }
}

/// What somebody means who writes `{wait: 15m}` or `{alarm: PaymentTimedOut}`.
fn meant(type_: &str) -> Option<String> {
    let key = keys::keys(Place::Given).iter().find(|key| key.name == type_ || key.also.contains(&type_))?;
    Some(match (key.name, type_) {
        ("advance", _) => "time passes with `{advance: 15m}`".to_string(),
        (_, "alarm") => "an alarm rings by its name, which stands alone".to_string(),
        ("event", _) => {
            "a message stands by its name: `OrderPaid`, or `{event: OrderPaid, data: {…}}`".to_string()
        }
        (name, _) => format!("`{name}` belongs in a message's long form, beside `event`"),
    })
}
