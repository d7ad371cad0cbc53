//! `anyorder man` and `anyorder completions`: made from the same arguments that are parsed, those of the
//! workspace's verbs among them.

use super::context::Context;
use super::{Exit, line};

/// Print the manual page
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  anyorder man > anyorder.1")]
pub struct ManArgs {}

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  anyorder completions bash > ~/.local/share/bash-completion/completions/anyorder"
)]
pub struct CompletionArgs {
    #[arg(value_name = "SHELL")]
    shell: clap_complete::Shell,
}

/// One page for all: the program's own, then a part for each verb.
pub fn man(_: ManArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let mut command = line::command(&context.file);
    command.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for verb in command.get_subcommands() {
        if verb.get_name() == "help" {
            continue;
        }
        let man = clap_mangen::Man::new(verb.clone());
        page.extend(format!(".SH ANYORDER {}\n", verb.get_name().to_uppercase()).bytes());
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
        man.render_extra_section(&mut page)?;
        for part in verb.get_subcommands().filter(|part| part.get_name() != "help") {
            let man = clap_mangen::Man::new(part.clone());
            let name = format!("{} {}", verb.get_name(), part.get_name()).to_uppercase();
            page.extend(format!(".SH ANYORDER {name}\n").bytes());
            man.render_description_section(&mut page)?;
            man.render_options_section(&mut page)?;
        }
    }
    context.out.write_all(&page)?;
    Ok(Exit::Holds)
}

pub fn completions(args: CompletionArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut line::command(&context.file), "anyorder", &mut script);
    context.out.write_all(&script)?;
    Ok(Exit::Holds)
}
