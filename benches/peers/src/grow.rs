//! Random expressions, each of a type that is known, so that most of them have a result.

use crate::world::{FLOATS, INTS, Kind, MEMBERS, TEXTS};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(ChaCha8Rng::seed_from_u64(seed))
    }

    pub fn below(&mut self, count: usize) -> usize {
        (self.0.next_u64() % count as u64) as usize
    }

    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// An expression as its pieces: text, and smaller expressions in between, each in brackets of its own, so
/// that precedence is compared only where it is asked for.
#[derive(Debug, Clone)]
pub struct Tree {
    pub kind: Kind,
    /// What stands before, between and after the parts: one more than there are parts.
    pub words: Vec<String>,
    pub parts: Vec<Tree>,
}

impl Tree {
    fn leaf(kind: Kind, text: impl Into<String>) -> Tree {
        Tree { kind, words: vec![text.into()], parts: Vec::new() }
    }

    /// `"size(@)"`: an at sign for each part.
    fn of(kind: Kind, pattern: &str, parts: Vec<Tree>) -> Tree {
        let words: Vec<String> = pattern.split('@').map(String::from).collect();
        assert_eq!(words.len(), parts.len() + 1, "{pattern}");
        Tree { kind, words, parts }
    }

    pub fn text(&self) -> String {
        let mut out = self.words[0].clone();
        for (part, word) in self.parts.iter().zip(&self.words[1..]) {
            out += &part.text();
            out += word;
        }
        out
    }

    pub fn size(&self) -> usize {
        1 + self.parts.iter().map(Tree::size).sum::<usize>()
    }

    /// Smaller ones of the same type: a part of it, a literal, or itself with a smaller part.
    pub fn smaller(&self) -> Vec<Tree> {
        let mut all: Vec<Tree> = self.parts.iter().filter(|part| part.kind == self.kind).cloned().collect();
        if self.size() > 1 {
            all.extend(plain(self.kind).map(|text| Tree::leaf(self.kind, text)));
        }
        for (at, part) in self.parts.iter().enumerate() {
            for smaller in part.smaller() {
                let mut tree = self.clone();
                tree.parts[at] = smaller;
                all.push(tree);
            }
        }
        all
    }
}

/// The plainest of a type.
fn plain(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Null => "null",
        Kind::Bool => "true",
        Kind::Int => "1",
        Kind::Float => "0.5",
        Kind::Text => "'a'",
        Kind::Ints => "[1]",
        Kind::Texts => "['a']",
        Kind::Duration => "duration('1m')",
        Kind::Map | Kind::Time => return None,
    })
}

pub struct Grower<'d> {
    pub dice: &'d mut Dice,
    locals: Vec<(String, Kind)>,
}

impl<'d> Grower<'d> {
    pub fn new(dice: &'d mut Dice) -> Grower<'d> {
        Grower { dice, locals: Vec::new() }
    }

    pub fn any(&mut self, depth: usize) -> Tree {
        use Kind::*;
        let kind =
            *self.dice.one_of(&[Bool, Bool, Bool, Int, Int, Float, Text, Ints, Texts, Duration, Time, Map]);
        self.tree(kind, depth)
    }

    fn leaf(&mut self, kind: Kind) -> Tree {
        let mut choices: Vec<String> =
            self.locals.iter().filter(|(_, of)| *of == kind).map(|(name, _)| name.clone()).collect();
        for (name, of) in MEMBERS {
            if of == kind {
                choices.extend([format!("event.data.{name}"), format!("data.{name}")]);
                choices.push(format!("data['{name}']"));
            }
            // What is in a map.
            if of == Kind::Map && kind == Kind::Int {
                choices.push(format!("event.data.{name}.a"));
            }
            if of == Kind::Map && kind == Kind::Text {
                choices.push(format!("data.{name}.b"));
            }
        }
        let literal = match kind {
            Kind::Null => "null".to_string(),
            Kind::Bool => (self.dice.below(2) == 0).to_string(),
            Kind::Int => self.dice.one_of(&INTS).to_string(),
            Kind::Float => format!("{:?}", self.dice.one_of(&FLOATS)),
            Kind::Text => format!("'{}'", self.dice.one_of(&TEXTS)),
            Kind::Ints => format!("[{}, {}]", self.dice.one_of(&INTS), self.dice.one_of(&INTS)),
            Kind::Texts => format!("['{}']", self.dice.one_of(&TEXTS)),
            Kind::Map => format!("{{'a': {}}}", self.dice.one_of(&INTS)),
            Kind::Time => {
                self.dice.one_of(&["now", "event.time", "timestamp('2026-11-21T10:00:00+01:00')"]).to_string()
            }
            Kind::Duration => self
                .dice
                .one_of(&["duration('15m')", "duration('90s')", "duration('500ms')", "duration('0s')"])
                .to_string(),
        };
        choices.extend([literal.clone(), literal]);
        if kind == Kind::Text {
            choices.extend(["state".to_string(), "event.type".to_string(), "event.id".to_string()]);
        }
        let text = self.dice.one_of(&choices).clone();
        // A literal below zero is an expression of its own: `-1.5` after `-` is no comment anywhere.
        Tree::leaf(kind, if text.starts_with('-') { format!("({text})") } else { text })
    }

    pub fn tree(&mut self, kind: Kind, depth: usize) -> Tree {
        use Kind::*;
        if depth == 0 || self.dice.below(6) == 0 {
            return self.leaf(kind);
        }
        let d = depth - 1;
        if self.dice.below(12) == 0 {
            let parts = vec![self.tree(Bool, d), self.tree(kind, d), self.tree(kind, d)];
            return Tree::of(kind, "(@ ? @ : @)", parts);
        }
        let number = *self.dice.one_of(&[Int, Float]);
        match kind {
            Bool => match self.dice.below(16) {
                0 => self.two(Bool, Bool, &["(@ && @)", "(@ || @)"], d),
                // Without brackets: precedence itself.
                1 => {
                    let parts = vec![self.leaf(Bool), self.leaf(Bool), self.leaf(Bool)];
                    let pattern = *self.dice.one_of(&["(@ || @ && @)", "(@ && @ || @)", "(!@ && @ == @)"]);
                    Tree::of(Bool, pattern, parts)
                }
                2 => self.one(Bool, Bool, "!@", d),
                3 | 4 => self.two(Bool, number, &["(@ < @)", "(@ <= @)", "(@ > @)", "(@ >= @)"], d),
                5 => self.two(Bool, Text, &["(@ < @)", "(@ <= @)", "(@ > @)", "(@ >= @)"], d),
                6 | 7 => {
                    let same =
                        *self.dice.one_of(&[Bool, Int, Float, Text, Ints, Texts, Map, Time, Duration, Null]);
                    self.two(Bool, same, &["(@ == @)", "(@ != @)"], d)
                }
                8 => {
                    let (item, list) = *self.dice.one_of(&[(Int, Ints), (Text, Texts), (Text, Map)]);
                    let parts = vec![self.tree(item, d), self.tree(list, d)];
                    Tree::of(Bool, "(@ in @)", parts)
                }
                9 => self.two(Bool, Text, &["@.startsWith(@)", "@.endsWith(@)", "@.contains(@)"], d),
                10 => {
                    let pattern = *self.dice.one_of(&[
                        "@.matches('^a')",
                        "@.matches('[a-c]+')",
                        "@.matches('b$')",
                        "@.matches('^-?[0-9]+$')",
                        "@.matches('^$')",
                    ]);
                    let parts = vec![self.tree(Text, d)];
                    Tree::of(Bool, pattern, parts)
                }
                11 | 12 => self.each(Bool, &["@.all(V, @)", "@.exists(V, @)"], None, d),
                13 => {
                    let path = *self.dice.one_of(&[
                        "has(event.data.n)",
                        "has(data.w)",
                        "has(event.data.none)",
                        "has(data.o)",
                        "has(event.due)",
                    ]);
                    Tree::leaf(Bool, path)
                }
                14 => self.two(Bool, Time, &["(@ < @)", "(@ >= @)"], d),
                _ => self.two(Bool, Duration, &["(@ < @)", "(@ >= @)"], d),
            },
            Int => match self.dice.below(10) {
                0..=3 => self.two(Int, Int, &["(@ + @)", "(@ - @)", "(@ * @)", "(@ / @)", "(@ % @)"], d),
                4 => {
                    let parts = vec![self.leaf(Int), self.leaf(Int), self.leaf(Int)];
                    let pattern =
                        *self.dice.one_of(&["(@ + @ * @)", "(@ - @ - @)", "(@ / @ % @)", "(@ * @ - @)"]);
                    Tree::of(Int, pattern, parts)
                }
                5 => self.one(Int, Int, "-(@)", d),
                6 => {
                    let of = *self.dice.one_of(&[Text, Ints, Texts, Map]);
                    let pattern = *self.dice.one_of(&["size(@)", "@.size()"]);
                    self.one(Int, of, pattern, d)
                }
                7 => {
                    let of = *self.dice.one_of(&[Text, Float, Int]);
                    self.one(Int, of, "int(@)", d)
                }
                8 => self.two_of(Int, (Ints, Int), "@[@]", d),
                _ => self.one(Int, Map, "@.a", d),
            },
            Float => match self.dice.below(7) {
                0..=3 => self.two(Float, Float, &["(@ + @)", "(@ - @)", "(@ * @)", "(@ / @)"], d),
                4 => self.one(Float, Float, "-(@)", d),
                _ => {
                    let of = *self.dice.one_of(&[Int, Text, Float]);
                    self.one(Float, of, "double(@)", d)
                }
            },
            Text => match self.dice.below(6) {
                0 | 1 => self.two(Text, Text, &["(@ + @)"], d),
                2 => {
                    let of = *self.dice.one_of(&[Int, Bool, Text]);
                    self.one(Text, of, "string(@)", d)
                }
                3 => self.two_of(Text, (Texts, Int), "@[@]", d),
                4 => self.one(Text, Map, "@['b']", d),
                _ => self.one(Text, Map, "@.b", d),
            },
            Ints | Texts => {
                let item = if kind == Ints { Int } else { Text };
                match self.dice.below(5) {
                    0 => self.two(kind, kind, &["(@ + @)"], d),
                    1 => self.two(kind, item, &["[@, @]"], d),
                    2 => self.one(kind, item, "[@]", d),
                    3 => self.each(kind, &["@.filter(V, @)"], Some(item), d),
                    _ => self.each(kind, &["@.map(V, @)"], None, d),
                }
            }
            Map => self.two_of(Map, (Int, Text), "{'a': @, 'b': @}", d),
            Time => {
                let pattern = *self.dice.one_of(&["(@ + @)", "(@ - @)"]);
                self.two_of(Time, (Time, Duration), pattern, d)
            }
            Duration => match self.dice.below(3) {
                0 => self.two(Duration, Time, &["(@ - @)"], d),
                _ => self.two(Duration, Duration, &["(@ + @)", "(@ - @)"], d),
            },
            Null => self.leaf(Null),
        }
    }

    fn one(&mut self, kind: Kind, of: Kind, pattern: &str, depth: usize) -> Tree {
        let parts = vec![self.tree(of, depth)];
        Tree::of(kind, pattern, parts)
    }

    fn two(&mut self, kind: Kind, of: Kind, patterns: &[&str], depth: usize) -> Tree {
        let pattern = *self.dice.one_of(patterns);
        self.two_of(kind, (of, of), pattern, depth)
    }

    fn two_of(&mut self, kind: Kind, of: (Kind, Kind), pattern: &str, depth: usize) -> Tree {
        let parts = vec![self.tree(of.0, depth), self.tree(of.1, depth)];
        Tree::of(kind, pattern, parts)
    }

    /// A macro; what it runs is boolean, or for `map` an item of the result.
    fn each(&mut self, kind: Kind, patterns: &[&str], keeps: Option<Kind>, depth: usize) -> Tree {
        let item = keeps.unwrap_or(*self.dice.one_of(&[Kind::Int, Kind::Text]));
        let list = self.tree(if item == Kind::Int { Kind::Ints } else { Kind::Texts }, depth);
        let name = ["v", "w", "z", "p", "q", "r"][self.locals.len()].to_string();
        let pattern = self.dice.one_of(patterns).replace('V', &name);
        let body = match (pattern.contains(".map("), kind) {
            (true, Kind::Ints) => Kind::Int,
            (true, _) => Kind::Text,
            _ => Kind::Bool,
        };
        self.locals.push((name, item));
        let body = self.tree(body, depth);
        self.locals.pop();
        Tree::of(kind, &pattern, vec![list, body])
    }
}
