//! An instance's data: named members, each the JSON text it was set to, in the order in which they
//! were first set.

use crate::event::{Document, Name, json};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Data(Vec<(Name, Document)>);

impl Data {
    pub fn get(&self, name: &str) -> Option<&Document> {
        self.0.iter().find(|(known, _)| **known == *name).map(|(_, value)| value)
    }

    /// Members that all have different names.
    pub fn of_different(members: Vec<(Name, Document)>) -> Data {
        Data(members)
    }

    /// Replaces a member where it stands, or adds it at the end.
    pub fn set(&mut self, name: Name, value: Document) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Document)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One JSON object.
    pub fn to_json(&self) -> String {
        let mut out = String::from("{");
        for (index, (name, value)) in self.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            json::quote_into(&mut out, name);
            out.push(':');
            out.push_str(value.text());
        }
        out.push('}');
        out
    }

    /// The members of a JSON object; of any other value, none.
    pub fn of_json(object: &str) -> Data {
        let mut data = Data::default();
        for member in json::members(object) {
            data.set(Name::from(&*member.key()), Document::of_valid(member.value));
        }
        data
    }
}
