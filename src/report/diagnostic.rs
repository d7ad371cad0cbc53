//! Errors as people want to see them: what, where, the line with a caret, and what to do.
//!
//! The look is rustc's. A text with a thousand errors shows the first twenty: whoever has them
//! fixed runs it again.

use crate::error::Error;
use crate::span::{Diagnostic, Span};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::borrow::Cow;

/// How many diagnostics are drawn.
pub const SHOWN: usize = 20;

/// How much is looked at from the caret on, in bytes, and of what is said, in characters.
const SEEN: usize = 2_000;

/// The whole error, ending in a newline.
pub fn render(error: &Error, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let diagnostics = error.all_diagnostics();
    if diagnostics.is_empty() {
        return plain(&renderer, error);
    }
    let mut out: Vec<String> = diagnostics.iter().take(SHOWN).map(|one| draw(&renderer, one)).collect();
    if diagnostics.len() > SHOWN {
        out.push(format!("and {} more errors\n", diagnostics.len() - SHOWN));
    }
    out.join("\n")
}

/// Where more is told about it, as one line; None where nothing is.
pub fn more(error: &Error) -> Option<String> {
    let mistake = error.all_diagnostics().iter().find_map(|diagnostic| diagnostic.mistake)?;
    Some(format!("`anyorder explain {mistake}` says more, with an example\n"))
}

/// An error that has no line to show: what, where, and what to do.
fn plain(renderer: &Renderer, error: &Error) -> String {
    let title = Group::with_title(Level::ERROR.primary_title(error.what()));
    let mut text = with_newline(renderer.render(&[title]));
    for (sign, said) in [("-->", error.place()), ("= help:", error.hint_text())] {
        if let Some(said) = said {
            text.push_str(&format!("  {sign} {said}\n"));
        }
    }
    text
}

/// Some of them, as in an error, however many there are.
pub fn draw_all<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let drawn: Vec<String> = diagnostics.into_iter().map(|one| draw(&renderer, one)).collect();
    drawn.join("\n")
}

fn draw(renderer: &Renderer, diagnostic: &Diagnostic) -> String {
    let text = &diagnostic.source.text;
    let span = on_one_line(text, diagnostic.span);
    // Only the lines around the caret: a renderer that is given a megabyte looks at all of it.
    let line_start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    // A line may be as long as the file is; what stands far behind the caret is not shown anyway.
    let seen = text.floor_char_boundary(span.start.saturating_add(SEEN));
    let line_end =
        memchr::memchr(b'\n', &text.as_bytes()[span.start..seen]).map_or(seen, |at| span.start + at);
    let line_end = line_start + text[line_start..line_end].trim_end_matches('\r').len();
    let span = Span::new(span.start.min(line_end), span.end.min(line_end));
    let (line, _) = diagnostic.source.line_column(span.start);
    let annotation = AnnotationKind::Primary.span(span.start - line_start..span.end - line_start);
    let annotation =
        if diagnostic.label.is_empty() { annotation } else { annotation.label(brief(&diagnostic.label)) };
    let snippet = Snippet::source(&text[line_start..line_end])
        .line_start(line)
        .path(&*diagnostic.source.name)
        .annotation(annotation);
    let title = Level::ERROR.primary_title(brief(&diagnostic.message));
    let code = diagnostic.mistake.map(|mistake| mistake.to_string());
    let title = match &code {
        Some(code) => title.id(&**code),
        None => title,
    };
    let mut group = Group::with_title(title).element(snippet);
    if let Some(hint) = &diagnostic.hint {
        group = group.element(Level::HELP.message(brief(hint)));
    }
    with_newline(renderer.render(&[group]))
}

/// What is quoted from a file may be as long as the file is.
fn brief(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SEEN) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// A caret stays on the line where it begins.
fn on_one_line(text: &str, span: Span) -> Span {
    let start = text.floor_char_boundary(span.start);
    let end = text.floor_char_boundary(span.end).max(start);
    let first = text[start..end].find('\n').map_or(end, |at| start + at);
    Span::new(start, start + text[start..first].trim_end_matches('\r').len())
}

fn with_newline(mut text: String) -> String {
    text.push('\n');
    text
}
