//! What a property may say, and a guard may not: `count`, `entity`, and the states and data of several processes.
//!
//! The checker asks here wherever its scope is that of a property.

use super::ast::{Key, Kind, Literal, Node};
use super::check::{Checker, Typed};
use super::check_names::unknown_member;
use super::code::Op;
use super::fault::Fault;
use super::lex::is_word;
use super::print;
use super::types::{Type, Types};
use super::{ProcessScope, PropertyScope};
use crate::event::Name;
use crate::span::{Mistake, Span, listed, nearest};

const SEES: &str =
    "a property looks at a moment, not at a message: it sees `state`, `data` and `count('Type')`";

impl<'a> Checker<'a> {
    /// The scope of a property over several processes.
    pub(super) fn several(&self) -> Option<&'a PropertyScope> {
        self.scope.property.as_deref().filter(|property| property.only().is_none())
    }

    /// A bare word that means something else in a property than in a guard.
    pub(super) fn property_name(&mut self, property: &PropertyScope, name: &str, at: Span) -> Option<Typed> {
        match (name, property.only()) {
            ("event" | "now", _) => Some(self.fault(
                Fault::new(Mistake::NotInProperty, at, format!("a property has no `{name}`")).hint(SEES),
            )),
            ("state", None) => {
                self.reads.state = true;
                Some((Op::States, Types::MAP))
            }
            ("data", None) => {
                self.reads.all_data = true;
                Some((Op::Datas, Types::MAP))
            }
            _ => None,
        }
    }

    /// `state.order`, `data.order`.
    pub(super) fn of_process(&mut self, property: &PropertyScope, root: &str, name: &str, at: Span) -> Typed {
        let Some(process) = property.position(name) else {
            let processes = property.processes.iter().map(|process| &*process.name);
            let fault = unknown_member(root, name, at, processes, self.place);
            let owner = property.processes.iter().find(|process| process.data.contains(name));
            return self.fault(match owner.filter(|_| root == "data") {
                Some(owner) => {
                    fault.hint(format!("did you mean `{}`?", spelled(&spelled("data", &owner.name), name)))
                }
                None => fault,
            });
        };
        if root == "state" {
            self.reads.state = true;
            match property.processes[process].regions.is_empty() {
                true => (Op::StateOf(process), Types::TEXT),
                false => Checker::state_map_of(property, process),
            }
        } else {
            self.reads.all_data = true;
            (Op::DataOf(process), Types::MAP)
        }
    }

    /// The process whose data `node` is, where it is that and nothing else.
    pub(super) fn data_of(&self, property: &PropertyScope, node: &Node) -> Option<usize> {
        let (root, process) = member_of(node)?;
        (root == "data" && !self.is_local("data")).then(|| property.position(process)).flatten()
    }

    /// `data.order.total`.
    pub(super) fn data_member_of(
        &mut self,
        property: &PropertyScope,
        process: usize,
        name: &str,
        at: Span,
    ) -> Typed {
        let ProcessScope { name: of, data, .. } = &property.processes[process];
        if data.contains(name) {
            self.reads.all_data = true;
            return (Op::DataMemberOf(Box::new((process, Name::from(name)))), Types::JSON);
        }
        let fault =
            unknown_member(&spelled("data", of), name, at, data.iter().map(String::as_str), self.place);
        self.fault(fault)
    }

    /// `count('Type')`, and `entity('service', 'key')`.
    pub(super) fn property_call(
        &mut self,
        property: &PropertyScope,
        key: &Key,
        arguments: &[Node],
        at: Span,
    ) -> Option<Typed> {
        match &*key.name {
            "entity" => Some(self.entity(property, arguments, at)),
            "count" => Some(match arguments {
                [Node { kind: Kind::Literal(Literal::Text(type_)), at, .. }] => {
                    self.count(property, type_, at.0)
                }
                _ => {
                    let fault = Fault::new(
                        Mistake::Arguments,
                        at,
                        "`count` takes the name of a message type, as a text",
                    );
                    self.fault(fault.hint("write `count('OrderPaid')`"))
                }
            }),
            other if nearest(other, ["contains"]).is_none() => {
                let near = nearest(other, ["count", "entity"])?;
                let fault =
                    Fault::new(Mistake::UnknownFunction, key.at.0, format!("unknown function `{other}`"));
                Some(self.fault(fault.hint(format!("did you mean `{near}`?"))))
            }
            _ => None,
        }
    }

    /// `entity('customers', 'ada')`.
    fn entity(&mut self, property: &PropertyScope, arguments: &[Node], at: Span) -> Typed {
        let [Node { kind: Kind::Literal(Literal::Text(service)), at: service_at, .. }, key] = arguments
        else {
            self.nodes(arguments);
            let what = "`entity` takes the name of a service, as a text, and a key";
            let fault = Fault::new(Mistake::Arguments, at, what);
            return self.fault(fault.hint("write `entity('customers', 'ada').reserved`"));
        };
        let (key_code, types) = self.node(key);
        if types.and(Types::TEXT).is_empty() {
            let what = format!("the key of an entity is a string, this is {}", types.name());
            return self.fault(Fault::new(Mistake::TypesDoNotFit, key.at.0, what));
        }
        if let Some(index) = property.services.iter().position(|known| *known.name == **service) {
            return (Op::Entity(Box::new((index, key_code))), Types::MAP);
        }
        if property.forgetful.contains(&**service) {
            let what = format!("{service} is a service without `entity`: it remembers nothing");
            let fault = Fault::new(Mistake::NotInProperty, service_at.0, what);
            return self.fault(fault.hint("look at what it says: `count('FoodCooked')`"));
        }
        let known = || property.services.iter().map(|known| &*known.name);
        let what = format!("no service of this scenario is called '{service}'");
        let fault = Fault::new(Mistake::UnknownName, service_at.0, what);
        if !self.place.advised {
            return self.fault(fault);
        }
        self.fault(match nearest(service, known()) {
            Some(near) => fault.hint(format!("did you mean '{near}'?")),
            None if property.services.is_empty() => {
                fault.hint("name it under `services`: those with `entity` remember something")
            }
            None => fault.hint(format!("there are {}", listed(known()))),
        })
    }

    /// What is wrong with a member of `entity('customers', 'ada')`, if it is none.
    pub(super) fn unknown_of_entity(
        &self,
        property: &PropertyScope,
        service: usize,
        of: &Node,
        name: &str,
        at: Span,
    ) -> Option<Fault> {
        let known = &property.services[service].data;
        let text = print::text(of);
        (!known.contains(name))
            .then(|| unknown_member(&text, name, at, known.iter().map(String::as_str), self.place))
    }

    fn count(&mut self, property: &PropertyScope, type_: &str, at: Span) -> Typed {
        if let Some(known) = property.types.get(type_) {
            self.reads.counts.insert(known.clone());
            return (Op::Count(known.clone()), Types::of(Type::Int));
        }
        if property.alarms.contains(type_) {
            let fault = Fault::new(
                Mistake::NotInProperty,
                at,
                format!("`{type_}` is an alarm, and alarms are not counted"),
            );
            return self.fault(fault.hint("count what is sent when it rings"));
        }
        let known = || property.types.iter().map(|known| &**known);
        let fault = Fault::new(
            Mistake::UnknownMessage,
            at,
            format!("nobody in this scenario says or hears `{type_}`"),
        );
        if !self.place.advised {
            return self.fault(fault);
        }
        let hint = match nearest(type_, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", listed(known())),
        };
        self.fault(fault.hint(hint))
    }
}

/// How a member is read, whether its name is a word or not.
pub(super) fn spelled(root: &str, name: &str) -> String {
    if is_word(name) { format!("{root}.{name}") } else { format!("{root}['{name}']") }
}

/// `root.name`, or `root['name']`.
pub(super) fn member_of(node: &Node) -> Option<(&str, &str)> {
    let (of, name) = match &node.kind {
        Kind::Member(of, key) => (of, &*key.name),
        Kind::Index(of, key) => match &key.kind {
            Kind::Literal(Literal::Text(name)) => (of, &**name),
            _ => return None,
        },
        _ => return None,
    };
    match &of.kind {
        Kind::Name(root) => Some((root, name)),
        _ => None,
    }
}
