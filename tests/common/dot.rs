//! A strict reader of Graphviz's language, written from its grammar and not from our writer.
//!
//! It takes less than Graphviz does: only quoted ids, only labels like HTML whose tags are closed and
//! of a known name. What it takes, Graphviz takes.

/// What a text draws.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    pub nodes: Vec<String>,
    pub edges: Vec<(String, String)>,
    pub clusters: usize,
}

/// Reads one digraph, or says where it is none.
pub fn read(text: &str) -> Result<Drawn, String> {
    let mut reader = Reader { text, at: 0, drawn: Drawn::default() };
    reader.word("digraph")?;
    reader.quoted()?;
    reader.body()?;
    reader.space();
    if reader.at != text.len() {
        return Err(reader.here("the end"));
    }
    for (from, to) in &reader.drawn.edges {
        for end in [from, to] {
            if !reader.drawn.nodes.contains(end) {
                return Err(format!("an edge leads to `{end}`, which is no node"));
            }
        }
    }
    let mut nodes = reader.drawn.nodes.clone();
    nodes.sort();
    nodes.dedup();
    if nodes.len() != reader.drawn.nodes.len() {
        return Err("a node is there twice".into());
    }
    Ok(reader.drawn)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    drawn: Drawn,
}

impl Reader<'_> {
    fn here(&self, expected: &str) -> String {
        let rest: String = self.text[self.at..].chars().take(60).collect();
        format!("byte {}: expected {expected}, found `{rest}`", self.at)
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\n']).len();
    }

    fn try_take(&mut self, what: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(what);
        self.at += if found { what.len() } else { 0 };
        found
    }

    fn take(&mut self, what: &str) -> Result<(), String> {
        if self.try_take(what) { Ok(()) } else { Err(self.here(what)) }
    }

    fn word(&mut self, what: &str) -> Result<(), String> {
        self.take(what)?;
        if self.rest().starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            return Err(self.here("a space"));
        }
        Ok(())
    }

    fn quoted(&mut self) -> Result<String, String> {
        self.take("\"")?;
        let mut out = String::new();
        loop {
            let Some(c) = self.rest().chars().next() else { return Err(self.here("a quote")) };
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(out),
                '\\' => {
                    let Some(next) = self.rest().chars().next() else { return Err(self.here("an escape")) };
                    if !"\\\"n".contains(next) {
                        return Err(self.here("an escape that we know"));
                    }
                    self.at += next.len_utf8();
                    out.push('\\');
                    out.push(next);
                }
                c if c.is_control() => return Err(self.here("no control character")),
                c => out.push(c),
            }
        }
    }

    fn body(&mut self) -> Result<(), String> {
        self.take("{")?;
        loop {
            if self.try_take("}") {
                return Ok(());
            }
            if self.try_take("subgraph ") {
                let name = self.quoted()?;
                if !name.starts_with("cluster") {
                    return Err(self.here("a cluster"));
                }
                self.drawn.clusters += 1;
                self.body()?;
                continue;
            }
            if ["graph ", "node ", "edge "].iter().any(|word| self.try_take(word)) {
                self.attributes()?;
                continue;
            }
            let id = self.quoted()?;
            if self.try_take("->") {
                let to = self.quoted()?;
                self.drawn.edges.push((id, to));
            } else {
                self.drawn.nodes.push(id);
            }
            self.attributes()?;
        }
    }

    fn attributes(&mut self) -> Result<(), String> {
        self.take("[")?;
        loop {
            self.space();
            let name = self.rest().chars().take_while(|c| c.is_ascii_lowercase()).count();
            if name == 0 {
                return Err(self.here("an attribute"));
            }
            self.at += name;
            self.take("=")?;
            if self.rest().starts_with('"') {
                self.entities_in_quotes()?;
            } else if self.rest().starts_with('<') {
                self.html()?;
            } else {
                let plain =
                    self.rest().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '.').count();
                if plain == 0 {
                    return Err(self.here("a value"));
                }
                self.at += plain;
            }
            if self.try_take("]") {
                return Ok(());
            }
            self.take(",")?;
        }
    }

    /// In an attribute an ampersand begins an entity.
    fn entities_in_quotes(&mut self) -> Result<(), String> {
        let text = self.quoted()?;
        for (at, _) in text.match_indices('&') {
            if !text[at..].starts_with("&amp;") {
                return Err(self.here("only `&amp;` in the text before"));
            }
        }
        Ok(())
    }

    fn html(&mut self) -> Result<(), String> {
        self.take("<")?;
        let mut open: Vec<String> = Vec::new();
        let mut letters = 0;
        loop {
            let Some(c) = self.rest().chars().next() else { return Err(self.here("the label's end")) };
            match c {
                '>' if open.is_empty() => {
                    self.at += 1;
                    return Ok(());
                }
                '<' => {
                    let Some(end) = self.rest().find('>') else { return Err(self.here("a tag's end")) };
                    let tag = self.rest()[1..end].to_string();
                    self.at += end + 1;
                    match tag.strip_prefix('/') {
                        Some(name) if open.last().is_some_and(|last| last == name) => {
                            if ["B", "FONT"].contains(&name) && letters == 0 {
                                return Err(self.here("some text in the tag before"));
                            }
                            open.pop();
                        }
                        Some(_) => return Err(self.here("the tag that is open to be closed before")),
                        None => {
                            let name = tag.split(' ').next().unwrap().to_string();
                            if !["TABLE", "TR", "TD", "B", "FONT"].contains(&&*name) {
                                return Err(self.here("a tag that Graphviz knows before"));
                            }
                            if !tag.matches('"').count().is_multiple_of(2) {
                                return Err(self.here("closed quotes before"));
                            }
                            letters = 0;
                            open.push(name);
                        }
                    }
                }
                '&' => {
                    let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&#160;"];
                    match known.iter().find(|known| self.rest().starts_with(**known)) {
                        Some(known) => self.at += known.len(),
                        None => return Err(self.here("an entity")),
                    }
                    letters += 1;
                }
                '>' => return Err(self.here("no bare `>`")),
                c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                    return Err(self.here("a character that XML has"));
                }
                c => {
                    if matches!(open.last().map(|name| &**name), Some("TABLE" | "TR")) {
                        return Err(self.here("no text between cells"));
                    }
                    self.at += c.len_utf8();
                    letters += 1;
                }
            }
        }
    }
}

#[test]
fn what_is_wrong_is_refused() {
    for wrong in [
        "digraph { }",
        "digraph \"a\" { \"x\" }",
        "digraph \"a\" { \"x\" [label=\"a\"b\"] }",
        "digraph \"a\" { \"x\" [label=<<B>a</TD>>] }",
        "digraph \"a\" { \"x\" [label=<<B></B>>] }",
        "digraph \"a\" { \"x\" [label=<a & b>] }",
        "digraph \"a\" { \"x\" [label=<a<>] }",
        "digraph \"a\" { \"x\" [tooltip=\"a & b\"] }",
        "digraph \"a\" { \"x\" [tooltip=\"a\\N\"] }",
        "digraph \"a\" { \"x\" [shape=box] \"x\" [shape=box] }",
        "digraph \"a\" { \"x\" -> \"y\" [shape=box] }",
        "digraph \"a\" { } }",
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
    let right =
        "digraph \"a\" { graph [rankdir=LR] \"x \\\" y\" [label=<<B>a &lt;</B>>, tooltip=\"&amp;\\n\"] }";
    assert_eq!(read(right).unwrap().nodes, ["x \\\" y"]);
}
