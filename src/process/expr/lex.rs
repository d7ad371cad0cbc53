//! From characters to tokens.
//!
//! Knows how numbers, texts, words and marks are spelt, and the misspellings that other languages
//! teach. Must not know what any token means or which may follow which.

use super::fault::Fault;
use crate::span::{Mistake, Span};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    Word(&'a str),
    /// Digits only.
    Int(&'a str),
    Float(&'a str),
    /// The characters meant, escapes resolved.
    Text(String),
    Mark(&'static str),
    End,
}

/// The longer ones first, so that `<=` is not read as `<` and `=`. Those with a second word are no
/// operators here: what to write instead.
const MARKS: [(&str, Option<&str>); 35] = [
    ("===", Some("==")),
    ("!==", Some("!=")),
    ("==", None),
    ("!=", None),
    ("<=", None),
    (">=", None),
    ("&&", None),
    ("||", None),
    ("<>", Some("!=")),
    ("=<", Some("<=")),
    ("=>", Some(">=")),
    ("=~", Some("matches")),
    ("**", Some("*")),
    ("??", Some("has(a.b) ? a.b : c")),
    ("?.", Some("has(a.b) ? a.b : c")),
    ("&", Some("&&")),
    ("|", Some("||")),
    ("≤", Some("<=")),
    ("≥", Some(">=")),
    ("≠", Some("!=")),
    ("(", None),
    (")", None),
    ("[", None),
    ("]", None),
    ("{", None),
    ("}", None),
    (",", None),
    (".", None),
    (":", None),
    ("?", None),
    ("+", None),
    ("-", None),
    ("*", None),
    ("/", None),
    ("%", None),
];

/// Marks that are the beginning of longer ones.
const SHORT_MARKS: [&str; 4] = ["<", ">", "!", "="];

/// All tokens of the text, the last of them [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token<'_>, Span)>, Fault> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let (token, span) = lexer.next()?;
        let end = token == Token::End;
        tokens.push((token, span));
        if end {
            return Ok(tokens);
        }
    }
}

/// Whether the text is a word: a letter or `_`, then letters, digits and `_`.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_word_byte) && !text.as_bytes()[0].is_ascii_digit()
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Takes so many bytes of the rest.
    fn take(&mut self, length: usize) -> (&'a str, Span) {
        let start = self.at;
        self.at += length;
        (&self.text[start..self.at], Span::new(start, self.at))
    }

    fn next(&mut self) -> Result<(Token<'a>, Span), Fault> {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\n', '\r']).len();
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok((Token::End, Span::new(self.at, self.at)));
        };
        match first {
            '0'..='9' => self.number(),
            '\'' | '"' => self.quoted(self.at, false),
            'r' if rest[1..].starts_with(['\'', '"']) => {
                let start = self.at;
                self.at += 1;
                self.quoted(start, true)
            }
            _ if first.is_ascii_alphabetic() || first == '_' => {
                let (word, span) = self.take(rest.bytes().take_while(|byte| is_word_byte(*byte)).count());
                Ok((Token::Word(word), span))
            }
            _ => self.mark(first),
        }
    }

    fn mark(&mut self, first: char) -> Result<(Token<'a>, Span), Fault> {
        let rest = self.rest();
        if let Some((mark, instead)) = MARKS.iter().find(|(mark, _)| rest.starts_with(mark)) {
            let (_, span) = self.take(mark.len());
            return match instead {
                None => Ok((Token::Mark(mark), span)),
                Some(instead) => {
                    Err(Fault::new(Mistake::OtherLanguage, span, format!("`{mark}` is no operator here"))
                        .hint(format!("write `{instead}`")))
                }
            };
        }
        if let Some(mark) = SHORT_MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            return Ok((Token::Mark(mark), self.take(1).1));
        }
        let (_, span) = self.take(first.len_utf8());
        let fault = Fault::new(Mistake::BadSpelling, span, format!("unexpected character `{first}`"));
        Err(match first {
            '`' | '“' | '”' | '‘' | '’' | '«' | '»' => {
                Fault::new(Mistake::BadSpelling, span, "unknown quotation mark")
                    .hint("text stands in straight quotes: 'paid' or \"paid\"")
            }
            '$' => fault.hint("names stand bare: `data.total`"),
            '#' => fault.hint("an expression holds no comments"),
            _ => fault,
        })
    }

    fn number(&mut self) -> Result<(Token<'a>, Span), Fault> {
        let bytes = self.rest().as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut length = digits(0);
        let mut float = false;
        if bytes.get(length) == Some(&b'.') && digits(length + 1) > 0 {
            length += 1 + digits(length + 1);
            float = true;
        }
        if matches!(bytes.get(length), Some(b'e' | b'E')) {
            let sign = matches!(bytes.get(length + 1), Some(b'+' | b'-')) as usize;
            if bytes.len() > length + 1 + sign && digits(length + 1 + sign) > 0 {
                length += 1 + sign + digits(length + 1 + sign);
                float = true;
            }
        }
        let tail = bytes[length..].iter().take_while(|byte| is_word_byte(**byte)).count();
        let (number, span) = self.take(length + tail);
        if tail > 0 {
            let fault =
                Fault::new(Mistake::BadSpelling, span, format!("`{number}` is neither a number nor a name"));
            return Err(match crate::event::parse_duration(number) {
                Some(_) => fault.hint(format!("a duration is written `duration('{number}')`")),
                None => fault,
            });
        }
        Ok((if float { Token::Float(number) } else { Token::Int(number) }, span))
    }

    /// The text that begins with the quote here; `start` is where the token does.
    fn quoted(&mut self, start: usize, raw: bool) -> Result<(Token<'a>, Span), Fault> {
        let quote = self.take(1).0.chars().next().expect("one character was taken");
        let mut out = String::new();
        loop {
            let here = self.at;
            let Some(character) = self.rest().chars().next() else {
                let opened = Span::new(start, self.text.len());
                return Err(Fault::new(Mistake::OpenInExpression, opened, "this text is never closed")
                    .label("begins here")
                    .hint(format!("close it with {quote}")));
            };
            self.take(character.len_utf8());
            match character {
                _ if character == quote => return Ok((Token::Text(out), Span::new(start, self.at))),
                '\\' if !raw => out.push(self.escape(here)?),
                _ => out.push(character),
            }
        }
    }

    /// The character meant by what follows the backslash at `start`.
    fn escape(&mut self, start: usize) -> Result<char, Fault> {
        let Some(letter) = self.rest().chars().next() else {
            return Err(Fault::new(
                Mistake::BadSpelling,
                Span::new(start, self.at),
                "this text ends in a backslash",
            ));
        };
        self.take(letter.len_utf8());
        let hexadecimal = match letter {
            '\\' | '\'' | '"' | '`' | '/' | '?' => return Ok(letter),
            'n' => return Ok('\n'),
            'r' => return Ok('\r'),
            't' => return Ok('\t'),
            'b' => return Ok('\u{8}'),
            'f' => return Ok('\u{c}'),
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let digits = self.rest().bytes().take(hexadecimal).take_while(u8::is_ascii_hexdigit).count();
        let (code, _) = self.take(digits);
        let span = Span::new(start, self.at);
        match u32::from_str_radix(code, 16).ok().and_then(char::from_u32) {
            Some(character) if digits == hexadecimal => Ok(character),
            _ if hexadecimal > 0 => {
                Err(Fault::new(Mistake::BadSpelling, span, "this escape is no character")
                    .hint("write `\\u` and four hex digits"))
            }
            _ => Err(Fault::new(Mistake::BadSpelling, span, format!("unknown escape `\\{letter}`"))
                .hint("a backslash is written `\\\\`; in r'…' it stands for itself")),
        }
    }
}
