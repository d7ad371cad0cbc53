//! YAML's own complaints, in words that say what to write instead.

use crate::span::{Diagnostic, Mistake, Source, Span};
use granit_parser::ErrorKind;
use std::cmp::Ordering;
use std::sync::Arc;

/// A mapping or list that is not closed yet.
pub(super) struct Open {
    pub at: usize,
    /// The bracket it began with; None in block style.
    pub flow: Option<char>,
}

const QUOTE: &str = "inside `{ }` and `[ ]` a value that holds `,` `[` `]` `{` `}` `?` or `:` must be quoted";

/// The text in double quotes if it has none, else in single quotes, as YAML wants them.
pub(super) fn quoted(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.contains(['"', '\\']) { format!("'{}'", text.replace('\'', "''")) } else { format!("\"{text}\"") }
}

/// A node with a tag: `!data.paid`.
pub(super) fn tag(source: &Arc<Source>, tag: Span, value: Span) -> Diagnostic {
    let span = Span::new(tag.start, value.end.max(tag.end));
    let written = &source.text[span.start..span.end];
    let diagnostic = Diagnostic::new(source, span, "YAML takes a leading `!` for a tag").code(Mistake::Tag);
    let line_end = written.find('\n').unwrap_or(written.len());
    let written = written[..line_end].trim_end();
    match written.strip_prefix('!') {
        Some(rest) if !rest.starts_with('!') && !rest.is_empty() => {
            diagnostic.hint(format!("write `not {rest}`, or quote it: `{}`", quoted(written)))
        }
        _ => diagnostic.hint("tags are not read here; quote the value if it is a text"),
    }
}

/// What the parser stopped at.
pub(super) fn syntax(
    source: &Arc<Source>,
    kind: &ErrorKind,
    at: usize,
    open: &[Open],
    last_scalar: Option<Span>,
) -> Diagnostic {
    let text = source.text.as_str();
    let here = one_character(text, at);
    let say = |mistake, span, message: &str| Diagnostic::new(source, span, message).code(mistake);
    let flow = open.last().and_then(|open| open.flow.map(|bracket| (open.at, bracket)));
    // A value on the same line that ends where the parser stopped: it is what was cut.
    let cut = last_scalar.filter(|last| {
        last.end <= at && last.start < last.end && text[last.end..at].chars().all(|c| c == ' ' || c == '?')
    });
    match kind {
        ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::InvalidColonPlacement => match (cut, flow) {
            // The value went on to the next line, since nothing ended it on its own.
            (Some(last), Some((opened, bracket))) if text[last.start..last.end].contains('\n') => {
                let (line, _) = source.line_column(at);
                let close = if bracket == '{' { '}' } else { ']' };
                say(
                    Mistake::OpenBracket,
                    one_character(text, opened),
                    &format!("this `{bracket}` is not closed"),
                )
                .hint(format!("a `{close}` or a `,` is missing before line {line}"))
            }
            (Some(last), _) if text[at..].starts_with([':', '[', '{', '?']) => {
                let message = format!("YAML ends this value before the `{}`", &text[here.start..here.end]);
                say(Mistake::NeedsQuotes, Span::new(last.start, here.end), &message)
                    .label("quote the whole value")
                    .hint(QUOTE)
            }
            (_, Some((opened, bracket))) => {
                let (line, _) = source.line_column(opened);
                let close = if bracket == '{' { '}' } else { ']' };
                let said =
                    say(Mistake::OpenBracket, here, &format!("a `,` or `{close}` is missing before this"))
                        .label(format!("the `{bracket}` of line {line} is still open"));
                // A line that begins here is a member of what stands outside the bracket, most likely.
                let begins =
                    text[opened..at].rfind('\n').is_some_and(|end| text[opened + end..at].trim().is_empty());
                match begins {
                    true => said.hint(format!("look for a missing `{close}` on line {line} and below it")),
                    false => said.hint(QUOTE),
                }
            }
            _ => say(Mistake::NeedsQuotes, here, "this does not belong here").hint(QUOTE),
        },
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            say(Mistake::OpenBracket, here, &format!("this `{open}` is closed by a `{close}`")).hint(QUOTE)
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            say(Mistake::OpenBracket, here, &format!("this `{open}` is never closed"))
        }
        ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofImplicitFlowMapping => match flow {
            Some((opened, bracket)) => say(
                Mistake::OpenBracket,
                one_character(text, opened),
                &format!("this `{bracket}` is never closed"),
            ),
            None => say(Mistake::OpenBracket, here, "a bracket is never closed"),
        },
        ErrorKind::MisplacedFlowCollectionEnd => {
            say(Mistake::OpenBracket, here, "nothing is open that this would close").hint("remove it")
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidSimpleKey | ErrorKind::SimpleKeyExpected => {
            let line = &text[text[..at].rfind('\n').map_or(0, |end| end + 1)..at];
            let value = line.split_once(": ").map_or("", |(_, value)| value.trim());
            let said = say(Mistake::SecondColon, here, "a second `: ` in one value");
            match !value.is_empty() && value.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c)) {
                true => said.hint(format!("a mapping inside a line stands in braces: `{{{value}: …}}`")),
                false => said.hint(
                    "quote the value if it holds `: `; if this begins a new member, indent it like its sisters",
                ),
            }
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            let end = at + text[at..].find(['\n', '\r', ',', '}']).unwrap_or(text.len() - at);
            say(Mistake::TextAfterQuote, Span::new(at, end.max(here.end)), "text after the closing quote")
                .label("not part of the value")
                .hint("a value that begins with a quote ends with it: quote the whole, as in `\"'ada' == data.name\"`")
        }
        ErrorKind::UnexpectedCharacter { character } => {
            say(Mistake::NotYaml, here, &format!("a value cannot begin with `{character}`")).hint("quote it")
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry => {
            let said = say(Mistake::Indentation, here, "this fits nowhere")
                .label("neither inside what is above, nor beside it");
            match neighbours(text, at) {
                None => said.hint(
                    "members of one mapping begin in one column; nothing follows a closing bracket or quote on its line",
                ),
                Some(neighbours) => {
                    let here = format!("this one in column {}", at - line_start(text, at) + 1);
                    let above = neighbours.iter().map(|begin| {
                        let (line, column) = source.line_column(*begin);
                        format!(", line {line} in column {column}")
                    });
                    let all: String = above.collect();
                    said.hint(format!("members of one mapping begin in one column: {here}{all}"))
                }
            }
        }
        ErrorKind::TabInBlockIndentation | ErrorKind::TabNotAllowed | ErrorKind::TabInIndentation => {
            // The parser stands behind the tab.
            let tab = text[..at].rfind('\t').filter(|tab| !text[*tab..at].contains('\n')).unwrap_or(at);
            say(Mistake::Tab, one_character(text, tab), "a tab is used for indentation")
                .hint("YAML indents with spaces only")
        }
        ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => {
            say(Mistake::OpenQuote, here, "a quoted text is not closed before this")
                .hint("close the quote; inside '…' a quote is written twice, inside \"…\" as `\\\"`")
        }
        ErrorKind::UndeclaredTagHandle
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::InvalidTagEscape
        | ErrorKind::MissingTagUri
        | ErrorKind::ExpectedTagBang => say(Mistake::Tag, here, "YAML takes a leading `!` for a tag")
            .hint("write `not …`, or quote the expression"),
        ErrorKind::MissingAnchorOrAliasName => {
            say(Mistake::Anchor, here, "YAML takes a leading `&` or `*` for an anchor or an alias")
                .hint("quote the value")
        }
        ErrorKind::RecursionLimitExceeded => say(
            Mistake::Size,
            here,
            &format!("mappings and lists lie deeper than {} in each other", super::MAX_DEPTH),
        ),
        other => say(Mistake::NotYaml, here, &format!("not YAML: {other}")),
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// Of a line that fits nowhere, where those begin that it could have been meant to stand beside: the first of the
/// deeper ones right above it, and the one above these. None where it does not begin at `at`.
fn neighbours(text: &str, at: usize) -> Option<Vec<usize>> {
    let start = line_start(text, at);
    if !text[start..at].bytes().all(|b| b == b' ') {
        return None;
    }
    let mut deeper = None;
    let mut end = start;
    while end > 0 {
        let begin = line_start(text, end - 1);
        let line = text[begin..end].trim_end();
        let written = line.trim_start();
        let indent = line.len() - written.len();
        end = begin;
        if written.is_empty() || written.starts_with('#') {
            continue;
        }
        match indent.cmp(&(at - start)) {
            Ordering::Less => return Some(deeper.into_iter().chain([begin + indent]).collect()),
            // It stands beside that one already, and something else is wrong.
            Ordering::Equal => return None,
            Ordering::Greater => deeper = Some(begin + indent),
        }
    }
    deeper.map(|deeper| vec![deeper])
}

/// The character at a byte; empty at the end of a line.
fn one_character(text: &str, at: usize) -> Span {
    let length = text[at..].chars().next().filter(|c| !matches!(c, '\n' | '\r')).map_or(0, char::len_utf8);
    Span::new(at, at + length)
}
