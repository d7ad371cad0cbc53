//! The verbs of the workspace: `place-order`, `pay`. The words of the business, as commands.

use super::context::Context;
use super::line::BUILT_IN;
use super::workspace::{self, Workspace};
use super::{Exit, append, clock};
use crate::error::{Error, Result};
use crate::event::{Document, Kind, Message, Name, Time, json};
use crate::process::workspace_file::{OptionKind, VerbOption, VerbSpec, WorkspaceFile};
use crate::span::{Diagnostic, Mistake};
use crate::store::{Guard, Record};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::collections::HashSet;
use std::rc::Rc;

/// An error where a verb bears a built-in's name: which of the two is meant must never be a question.
pub(super) fn refuse_shadows(file: &WorkspaceFile) -> Result<()> {
    let shadows: Vec<Diagnostic> = file
        .verbs
        .iter()
        .filter(|verb| &*verb.name == "help" || BUILT_IN.contains(&&*verb.name))
        .map(|verb| {
            let message = format!("`{}` is a verb of anyorder's own", verb.name);
            let mut diagnostic =
                Diagnostic::new(&verb.source, verb.span, message).code(Mistake::ShadowedVerb);
            diagnostic.hint = Some("call yours something else".to_string());
            diagnostic
        })
        .collect();
    if shadows.is_empty() { Ok(()) } else { Err(Error::diagnostics(shadows)) }
}

/// A verb as clap knows it.
pub(super) fn of(verb: &VerbSpec) -> Command {
    let mut about = verb.summary.clone().unwrap_or_else(|| format!("Append {}", verb.appends));
    if about.ends_with('.') {
        about.pop();
    }
    let what = match &verb.answers {
        Some(command) => {
            format!("appends {} to {}'s log, as the answer to {command}", verb.appends, verb.module)
        }
        None => format!("appends {} to {}'s log", verb.appends, verb.module),
    };
    let mut command =
        Command::new(verb.name.clone()).about(about.clone()).long_about(format!("{about}: {what}"));
    if let Some(on) = &verb.on {
        let help = "The conversation: an id, a unique part of one, or `latest`";
        command = command.arg(Arg::new("on").value_name(on.to_uppercase()).required(true).help(help));
    }
    for option in &verb.options {
        command = command.arg(arg_of(option));
    }
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help).help_heading("The message")
    };
    command = command
        .arg(text("id", "ID", "Its id; without it, a new one. Named, it is safe to try again"))
        .arg(text("time", "T", "When it happened; without it, now").value_parser(clock::moment));
    if verb.on.is_none() {
        command =
            command.arg(text("correlation", "ID", "The conversation; without it, it starts one of its own"));
    }
    command
}

fn arg_of(option: &VerbOption) -> Arg {
    let kind = option.kind;
    let mut arg = Arg::new(format!("--{}", option.name)).long(option.name.clone());
    if kind == OptionKind::Flag {
        let help = option.help.clone().unwrap_or_else(|| "Written as true; without it, as false".to_string());
        return arg.action(ArgAction::SetTrue).help(help);
    }
    let value_name = match kind {
        OptionKind::Integer | OptionKind::Number => "N",
        OptionKind::Boolean => "true|false",
        OptionKind::String | OptionKind::Flag => "TEXT",
    };
    arg = arg.value_name(value_name).allow_hyphen_values(true);
    arg = arg.value_parser(move |text: &str| kind.value(text));
    let action = if option.repeated { ArgAction::Append } else { ArgAction::Set };
    let required = !option.repeated && !option.optional && option.default.is_none();
    let of_kind = match kind {
        OptionKind::Integer => "A whole number",
        OptionKind::Number => "A number, such as 12.50",
        OptionKind::Boolean => "Written as it is said",
        OptionKind::String | OptionKind::Flag => "A text",
    };
    let mut help = option.help.clone().unwrap_or_else(|| of_kind.to_string());
    for (note, holds) in
        [("may be given more than once", option.repeated), ("may be left out", option.optional)]
    {
        if holds {
            help = format!("{help}; {note}");
        }
    }
    if let Some(default) = &option.default {
        help = format!("{help} [default: {default}]");
    }
    arg.action(action).required(required).help(help)
}

/// Carries a verb out.
pub(super) fn run(verb: &VerbSpec, matches: &ArgMatches, context: &mut Context) -> anyhow::Result<Exit> {
    let workspace = context.workspace()?;
    let store = workspace.store();
    workspace.refuse_process(&verb.module)?;
    let time = match matches.get_one::<Time>("time") {
        Some(time) => *time,
        None => workspace::stamp(&store)?,
    };
    for name in ["id", "correlation"] {
        if matches.try_get_one::<String>(name).is_ok_and(|given| given.is_some_and(String::is_empty)) {
            return Err(Error::input(format!("--{name} is empty")).hint("leave it out, or fill it").into());
        }
    }
    let id = matches.get_one::<String>("id");
    let new_id = || uuid::Uuid::now_v7().to_string();
    let mut message =
        Message::new(verb.module.clone(), verb.appends.clone(), id.cloned().unwrap_or_else(new_id), time);
    let mut document = None;
    match &verb.on {
        Some(_) => {
            let wanted: &String = matches.get_one("on").expect("clap has seen to it");
            let (conversation, records) = workspace::found(&store, wanted)?;
            let commands = Commands::find(verb, records, id);
            message.causation = commands.open.map(|command| command.id);
            document = commands.latest.and_then(|command| command.data).filter(|_| verb.passes_on);
            if let (true, None, Some(answers)) = (verb.passes_on, &document, &verb.answers) {
                let what = format!("no {answers} was sent in {conversation}, so there is nothing to pass on");
                let hint = "has the order been handled? `anyorder run`, then try again";
                return Err(Error::input(what).hint(hint).into());
            }
            if let (Some(answers), None) = (&verb.answers, &message.causation) {
                let what = format!("no {answers} waits for an answer in {conversation}");
                context.warn(&format!("note: {what}; {} is appended without a cause", verb.appends));
            }
            if let (Some(document), Some(answers)) = (&document, &verb.answers)
                && json::shape(document.text()) != json::Shape::Object
            {
                let error =
                    Error::input(format!("the data of {answers} is no object: nothing can be put into it"));
                return Err(error.hint("take `passes-on` away from the verb").into());
            }
            message.correlation = Some(conversation);
        }
        None => {
            let named = matches.get_one::<String>("correlation").map(|id| Name::from(&**id));
            message.correlation = named.or_else(|| Some(message.id.clone()));
        }
    }
    message.data = Some(data(verb, matches, document.as_ref()));
    append::commit(&store, message, id.is_some(), Guard::None, context)
}

/// What a verb answers in its conversation.
#[derive(Default)]
struct Commands {
    /// The latest command of that type that nothing has answered.
    open: Option<Message>,
    /// The latest of all: a person who corrects an answer answers what was answered before.
    latest: Option<Message>,
}

impl Commands {
    /// `own`: the id of the answer that is about to be given. Where it is in the log already, somebody
    /// tries again, and it does not count.
    fn find(verb: &VerbSpec, conversation: Vec<Record>, own: Option<&String>) -> Commands {
        let Some(wanted) = &verb.answers else { return Commands::default() };
        let mut sent: Vec<Message> = Vec::new();
        let mut causes = HashSet::new();
        for Record { message, .. } in conversation {
            let is_own = message.source == verb.module && own.is_some_and(|own| *own == *message.id);
            if is_own {
                continue;
            }
            if message.kind == Kind::Command && message.type_ == *wanted {
                sent.push(message);
            } else if !message.internal {
                causes.extend(message.causation);
            }
        }
        let open = sent.iter().rev().find(|command| !causes.contains(&command.id)).cloned();
        Commands { open, latest: sent.pop() }
    }
}

/// The options as members, in the order in which the verb lists them; put into the document where
/// one is passed on: over a member of the same name, else at its end.
fn data(verb: &VerbSpec, matches: &ArgMatches, document: Option<&Document>) -> Document {
    let mut members: Vec<(String, String)> = Vec::new();
    for member in document.into_iter().flat_map(|document| json::members(document.text())) {
        members.push((member.raw_key.to_string(), member.value.to_string()));
    }
    for option in &verb.options {
        let Some(value) = value_of(option, matches) else { continue };
        let key = json::quote(&option.member);
        let same = |raw: &str| json::string(raw).is_some_and(|known| *known == *option.member);
        match members.iter_mut().rev().find(|(known, _)| same(known)) {
            Some((_, old)) => *old = value,
            None => members.push((key, value)),
        }
    }
    let members: Vec<String> = members.iter().map(|(key, value)| format!("{key}:{value}")).collect();
    Document::of_valid(&format!("{{{}}}", members.join(",")))
}

fn value_of(option: &VerbOption, matches: &ArgMatches) -> Option<String> {
    let id = format!("--{}", option.name);
    if option.kind == OptionKind::Flag {
        return Some(matches.get_flag(&id).to_string());
    }
    let mut given = matches.get_many::<String>(&id).into_iter().flatten().cloned();
    if option.repeated && (!option.optional || matches.contains_id(&id)) {
        return Some(format!("[{}]", given.collect::<Vec<_>>().join(",")));
    }
    given.next().or_else(|| option.default.clone())
}

/// The workspace that a command line is about, before it is parsed: `-C DIR`, else what is around.
pub(super) fn directory(arguments: &[std::ffi::OsString]) -> Option<std::path::PathBuf> {
    let mut arguments = arguments.iter().skip(1);
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        if text == "--" {
            return None;
        }
        if text == "-C" {
            return arguments.next().map(Into::into);
        }
        if let Some(folder) = text.strip_prefix("-C") {
            return Some(folder.strip_prefix('=').unwrap_or(folder).into());
        }
    }
    None
}

/// What the workspace's file says, if there is a workspace; the verbs of one that is broken are missed
/// only by who asks for them.
pub(super) fn file_of(workspace: &Result<Workspace>, named: bool) -> Result<Rc<WorkspaceFile>> {
    match workspace {
        Ok(workspace) => workspace.file(),
        // Outside of any workspace there are no verbs; one that was named should be there.
        Err(error) if named => Err(error.clone()),
        Err(_) => Ok(Rc::default()),
    }
}
