//! What one choice makes of a world.

use super::interpret::Input;
use super::model::Alarms;
use super::orderings::Walk;
use super::world::*;

impl Walk<'_> {
    /// Takes a choice. `stop`: no more than so many of the effects of its step are out.
    pub fn make(&mut self, world: &mut World, choice: Choice, stop: Option<usize>) -> Made {
        let nothing = Made { step: None, again: None };
        match choice {
            Choice::Lose(index) => {
                world.flights.remove(index);
                world.left.losses -= 1;
                nothing
            }
            Choice::LoseAsked(index) => {
                self.told.seen.insert("the message of an exchange is lost");
                world.exchanges.remove(index);
                world.left.losses -= 1;
                nothing
            }
            Choice::LoseAnswer(asked) => {
                self.told.seen.insert("an answer is lost");
                let index = self.answered(world, asked);
                self.make(world, Choice::Lose(index), stop)
            }
            Choice::Meet(exchange, way) => {
                let silent = world.exchanges[exchange].ways[way].number == 0;
                self.told.seen.insert(if silent { "silence is taken" } else { "nobody hears an answer" });
                self.settle(world, exchange, way);
                nothing
            }
            Choice::Answer(asked, pick) => {
                self.told.seen.insert("an exchange is answered");
                if world.exchanges[asked.exchange].ways.len() > 1 {
                    self.told.seen.insert("an exchange has alternatives");
                }
                let index = self.answered(world, asked);
                self.make(world, Choice::Deliver(index, pick), stop)
            }
            Choice::Duplicate(index, pick) => {
                let flight = world.done.remove(index);
                world.left.duplicates -= 1;
                if !self.remembers(flight.to) {
                    self.asked_again(world, flight);
                    return nothing;
                }
                let effects = self.give(world, flight.to, &flight.message, pick, stop);
                Made { step: Some((flight.to, effects)), again: Some(flight) }
            }
            Choice::Deliver(index, pick) => {
                let Flight { message, to, time } = world.flights.remove(index);
                world.arrived(&message);
                if let From::Listed(place) = message.from
                    && time != Time::Copy
                {
                    let overtaken = |other: &&Flight| {
                        let earlier = matches!(other.message.from, From::Listed(other) if other < place);
                        earlier && other.time != Time::Copy
                    };
                    world.inversions += world.flights.iter().filter(overtaken).count();
                }
                if time == Time::First {
                    world.done.push(Flight { message: message.clone(), to, time: Time::Copy });
                }
                let effects = self.give(world, to, &message, pick, stop);
                let time = if time == Time::Copy { Time::Copy } else { Time::Again };
                Made { step: Some((to, effects)), again: Some(Flight { message, to, time }) }
            }
            Choice::Ring(process, conversation, index) => {
                self.told.rang = true;
                let instance = &world.instances[process][conversation];
                let (alarm, life) = (instance.alarms[index].clone(), instance.lives);
                if self.case.alarms == Alarms::Last {
                    world.minutes = world.minutes.max(alarm.due);
                }
                let input = Input {
                    type_: alarm.name,
                    data: alarm.data,
                    line: alarm.line,
                    id: alarm.id,
                    origin: alarm.origin,
                    tried: 0,
                    by: Some(alarm.by),
                    ring: Some(life),
                };
                let before = world.instances[process][conversation].clone();
                world.instances[process][conversation].alarms.remove(index);
                let effects = self.step_of(world, process, conversation, input, stop);
                // A ring is as its instance has it.
                if stop.is_some() {
                    world.instances[process][conversation] = before;
                }
                Made { step: Some((process, effects)), again: None }
            }
        }
    }
}
