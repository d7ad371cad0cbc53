//! `anyorder explain`: what an error code means, or a key.

use super::context::Context;
use super::{Exit, Format};
use crate::error::Error;
use crate::report::explain;
use crate::span::Mistake;

/// Tell what an error code means, with a wrong and a right example; or what a key takes
///
/// Every error in a file that you write bears a code, as in `error[E0106]`. A key is a word of such a
/// file, as `whenever`. Without either, all codes are listed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  anyorder explain E0106
  anyorder explain never-wakes   what `lint` means by it
  anyorder explain whenever      what this key is for, and what stands under it
  anyorder explain")]
pub struct Args {
    /// The code, as it was printed; the name of a lint; or a key
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    if let Some(word) = &args.code {
        let places = explain::places(word);
        if !places.is_empty() {
            let text = match context.format {
                Format::Text => explain::key(&places),
                Format::Json => explain::json_key(&places),
            };
            context.print(&text)?;
            return Ok(Exit::Holds);
        }
    }
    let mistake = args.code.as_deref().map(known).transpose()?;
    let text = match (mistake, context.format) {
        (Some(mistake), Format::Text) => explain::text(mistake),
        (Some(mistake), Format::Json) => explain::json(mistake),
        (None, Format::Text) => explain::list(),
        (None, Format::Json) => explain::json_list(),
    };
    context.print(&text)?;
    Ok(Exit::Holds)
}

fn known(code: &str) -> Result<Mistake, Error> {
    let all = "`anyorder explain` lists all of them";
    Mistake::parse(code).or_else(|| Mistake::of_lint(code)).ok_or_else(|| {
        let digits: String = code.chars().filter(char::is_ascii_digit).collect();
        let about = if code.chars().count() > 2 { explain::about(code) } else { Vec::new() };
        let near = digits.parse().ok().and_then(Mistake::nearest);
        let hint = match (&about[..], near) {
            ([], Some(near)) => format!("the nearest is {near}: {}; {all}", explain::story(near).title),
            ([], None) => all.to_string(),
            (some, _) => {
                let some: Vec<String> = some.iter().take(4).map(Mistake::to_string).collect();
                format!("`{code}` is spoken of in {}; {all}", some.join(", "))
            }
        };
        Error::input(format!("there is no error code `{code}`")).hint(hint)
    })
}
