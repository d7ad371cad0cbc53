//! How what comes of an exchange with a service is written.

use super::interpret::Sent;
use super::model::name;
use super::naming::{Step, Text};
use super::orderings::Walk;
use super::world::{Asked, Choice, Exchange, Flight, Hearer, Message, Pick, World};

/// The number of an alternative, where several are possible.
pub type Which = Option<usize>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Became {
    /// It has come to somebody.
    Arrived {
        to: &'static str,
        way: Which,
        pick: Which,
    },
    /// Nobody hears of it.
    Met(Which),
    Again,
    MessageLost,
    AnswerLost {
        to: &'static str,
        way: Which,
    },
}

/// Of the message.
pub fn exchanged(service: &'static str, message: &Message, what: Became) -> Step {
    let (type_, data) = (name(message.type_), Text(message.data));
    Step::Exchanged { service, type_, data, conversation: message.conversation, what }
}

/// Of an answer.
fn exchanged_said(service: &'static str, said: &Sent, of: &Message, what: Became) -> Step {
    let (type_, data) = (name(said.type_), Text(said.data));
    Step::Exchanged { service, type_, data, conversation: of.conversation, what }
}

impl Walk<'_> {
    /// Which way an entity takes; said where several are possible.
    pub fn which(&self, world: &World, to: Hearer, message: &Message, pick: Pick) -> Which {
        let pick = pick?;
        let ways = self.ways_now(world, to, message);
        (ways.len() > 1).then(|| ways[pick].number)
    }

    /// Of `first`.
    pub fn first_step(&self, world: &World, flight: &Flight, pick: Pick) -> Step {
        let message = &flight.message;
        Step::Sent {
            from: "",
            type_: name(message.type_),
            data: Text(message.data),
            conversation: message.conversation,
            to: self.called(flight.to),
            number: 1,
            way: self.which(world, flight.to, message, pick),
        }
    }

    pub fn step_of_exchange(&self, world: &World, exchange: usize, choice: Choice) -> Step {
        let open = &world.exchanges[exchange];
        let service = self.called(open.with);
        let of_answer = |asked: Asked| {
            let said = &open.ways[asked.way].sent()[asked.place];
            let says = open.ways.iter().filter(|way| way.sent().iter().any(|s| s.type_ == said.type_));
            (said, (says.count() > 1).then(|| open.ways[asked.way].number))
        };
        match choice {
            Choice::Answer(asked, pick) => {
                let ((said, way), to) = (of_answer(asked), self.called(asked.to));
                let message = self.would_be(world, open, asked);
                let pick = self.which(world, asked.to, &message, pick);
                exchanged_said(service, said, &open.message, Became::Arrived { to, way, pick })
            }
            Choice::LoseAnswer(asked) => {
                let ((said, way), to) = (of_answer(asked), self.called(asked.to));
                exchanged_said(service, said, &open.message, Became::AnswerLost { to, way })
            }
            Choice::Meet(_, way) => {
                let unheard = open.ways.iter().filter(|way| self.is_unheard(world, open, way));
                let which = (unheard.count() > 1).then(|| open.ways[way].number);
                exchanged(service, &open.message, Became::Met(which))
            }
            _ => exchanged(service, &open.message, Became::MessageLost),
        }
    }

    fn is_unheard(&self, world: &World, open: &Exchange, way: &super::service::Way) -> bool {
        self.unfolded(world, open, way).is_empty()
    }

    fn would_be(&self, world: &World, open: &Exchange, asked: Asked) -> std::rc::Rc<Message> {
        let all = self.unfolded(world, open, &open.ways[asked.way]);
        let is = |(place, flight): &(usize, Flight)| (*place, flight.to) == (asked.place, asked.to);
        all.into_iter().find(is).expect("it may be said").1.message
    }
}
