//! What a service says to a message.
//!
//! Without `entity` it has no memory: what it owes for a message is computed from that message alone
//! ([`owed`]). With `entity` it decides like a process, one message after the other ([`serve`]), and
//! evolves by the same fold: an instance is one entity. An answer that takes time is armed as an alarm
//! is, and said when it is due.

use super::chance::Chance;
use super::decide::Input;
use super::evolve::evolve;
use super::instance::Instance;
use super::recorded::{Failed, Outcome, Recorded};
use super::settle::{BY_HAND, Hand, by_hand};
use super::template::{contents_of, value_of};
use super::turn::{place, placed};
use crate::event::{Document, Kind, Message, Millis, Name, Position, Time, computed_id};
use crate::process::expr::{Env, Failure};
use crate::process::{CERTAIN, Choose, Data, Delay, Reply, Service};
use std::sync::Arc;

/// An answer of a service without `entity`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// Its number among the answers to one message.
    pub ordinal: u64,
    /// Complete but for its place in a log; `time` is when it is due, `source` the service.
    pub message: Message,
}

/// How one of several alternatives is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// Drawn by chance, as the workspace's seed says; and so is how long the answer takes.
    Drawn(u64),
    /// This one, by its place in the file; None: silence. It takes no time.
    Taken(Option<usize>),
}

/// What a service without `entity` owes for a message that reaches it at this moment.
pub fn owed(service: &Service, message: &Message, moment: Time, pick: Pick) -> Result<Vec<Owed>, Failed> {
    if message.expiry.is_some_and(|expiry| expiry <= moment) {
        return Ok(Vec::new());
    }
    let said = say(service, &Data::default(), message, moment, pick);
    let said = said.map_err(|failure| Failed::of_service(service, failure))?;
    let Some(Said { after, messages, .. }) = said else { return Ok(Vec::new()) };
    let Some(due) = moment.plus(after) else { return Err(beyond(service)) };
    let answers = messages.into_iter().enumerate().map(|(ordinal, contents)| {
        let ordinal = ordinal as u64;
        let id = computed_id(&[&service.name, &message.source, &message.id], ordinal);
        Owed { ordinal, message: answer(service, message, contents, id, message.subject.clone(), due) }
    });
    Ok(answers.collect())
}

/// The ids that any answer of a service without `entity` would have to this message, reaching it at this
/// moment: as many as its longest alternative says, or as there are items where it says one for each.
pub fn owed_ids(service: &Service, message: &Message, moment: Time, seed: u64) -> Vec<Name> {
    let alternatives = service.on.get(&message.type_).map_or(&[][..], |replies| &replies.alternatives);
    let listed = alternatives.iter().map(|reply| reply.says.len()).max().unwrap_or(0);
    let counts_items = alternatives.iter().flat_map(|reply| &reply.says).any(|said| said.each.is_some());
    let drawn = match counts_items {
        true => owed(service, message, moment, Pick::Drawn(seed)).map_or(0, |answers| answers.len()),
        false => 0,
    };
    let most = listed.max(drawn) as u64;
    (0..most).map(|ordinal| computed_id(&[&service.name, &message.source, &message.id], ordinal)).collect()
}

/// What a service without `entity` may make of a message: its alternatives by their places in the file, and
/// None for silence. Where there is one only, it is certain.
pub fn possible(service: &Service, message: &Message, moment: Time) -> Result<Vec<Option<usize>>, Failed> {
    let found = weighed(service, &env(message, &Data::default(), moment));
    found.map(|weighed| weighed.possible()).map_err(|failure| Failed::of_service(service, failure))
}

/// The same of one entity of a service. Nothing is to be chosen where the message is known, or held, or
/// where it parks the entity.
pub fn possible_for(
    service: &Service,
    instance: &Instance,
    message: &Message,
    now: Time,
) -> Vec<Option<usize>> {
    let nothing = vec![None];
    let known = || instance.seen.contains(&(message.source.clone(), message.id.clone()));
    if instance.parked.is_some() || instance.id.is_empty() || known() {
        return nothing;
    }
    let data = if instance.state().is_none() { &service.data } else { &instance.data };
    weighed(service, &env(message, data, now)).map_or(nothing, |weighed| weighed.possible())
}

/// The entity that a message is about.
pub fn entity_of(service: &Service, message: &Message) -> Result<Name, Failed> {
    let lost = |why: &str| {
        let lost = Failed::lost();
        Failed { reason: format!("{}: {why}", lost.reason), ..lost }
    };
    if is_due(service, message) {
        return message.subject.clone().ok_or_else(|| lost("an answer without a subject"));
    }
    let Some(entity) = &service.entity else { return Err(lost("no `entity`")) };
    match entity.name(&env(message, &Data::default(), message.time)) {
        Ok(Some(name)) if !name.is_empty() => Ok(Name::from(name)),
        Ok(_) => Err(lost("`entity` gives nothing")),
        Err(failure) => Err(Failed::of_service(service, failure)),
    }
}

/// A message reaches one entity of a service, or a person settles the entity; then what was held is
/// tried, each a decision of its own.
pub fn serve(
    service: &Service,
    pick: Pick,
    instance: &mut Instance,
    input: Input,
    now: Time,
    next: &mut Position,
) -> Vec<Recorded> {
    let input = placed(input, next);
    let question = Question { service, pick, now };
    let mut turn = vec![question.step(instance, &input, next)];
    while instance.parked.is_none()
        && let Some(held) = instance.held.first().cloned()
    {
        turn.push(question.step(instance, &Input::Again(held), next));
    }
    turn
}

struct Question<'a> {
    service: &'a Service,
    pick: Pick,
    now: Time,
}

impl Question<'_> {
    fn step(&self, instance: &mut Instance, input: &Input, next: &mut Position) -> Recorded {
        let mut recorded = self.decide(instance, input);
        place(&mut recorded, next);
        evolve(instance, &recorded);
        recorded
    }

    fn outcome(&self, instance: &Instance, message: &Arc<Message>, outcome: Outcome) -> Recorded {
        // A service has no versions; and what it says belongs to the conversation that it answers.
        let recorded = Recorded::new(instance, message, self.now, 0, outcome);
        Recorded { conversation: message.conversation().cloned(), ..recorded }
    }

    fn decide(&self, instance: &Instance, input: &Input) -> Recorded {
        let message = input.message();
        let outcome = |outcome| self.outcome(instance, message, outcome);
        let park = |failed| Recorded { failed: Some(failed), ..outcome(Outcome::Parked) };
        let again = matches!(input, Input::Again(_));
        if !again && instance.seen.contains(&(message.source.clone(), message.id.clone())) {
            return outcome(Outcome::Duplicate);
        }
        if let Input::Settles(_, hand) = input {
            return self.settled(instance, message, *hand);
        }
        if is_due(self.service, message) {
            return match instance.alarms.iter().any(|owed| owed.id == message.id) {
                true => Recorded { sent: vec![Arc::new(self.due(message))], ..outcome(Outcome::Advanced) },
                false => outcome(Outcome::Stale),
            };
        }
        if message.expiry.is_some_and(|expiry| expiry <= self.now) {
            return outcome(Outcome::Expired);
        }
        if instance.parked.is_some() {
            return outcome(Outcome::Held);
        }
        if instance.state().is_some_and(|state| **state == *BY_HAND) {
            return outcome(Outcome::Late);
        }
        if instance.id.is_empty() {
            return park(entity_of(self.service, message).err().unwrap_or_else(Failed::lost));
        }
        let born = instance.state().is_none();
        let old = if born { &self.service.data } else { &instance.data };
        let said = match say(self.service, old, message, self.now, self.pick) {
            Err(failure) => return park(Failed::of_service(self.service, failure)),
            Ok(said) => said,
        };
        let mut recorded = outcome(match (born, &said) {
            (true, _) => Outcome::Started,
            (false, Some(_)) => Outcome::Advanced,
            (false, None) => Outcome::Ignored,
        });
        if born {
            recorded.set = old.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        }
        let Some(said) = said else { return recorded };
        let Some(due) = self.now.plus(said.after) else { return park(beyond(self.service)) };
        for (name, value) in said.set {
            match recorded.set.iter_mut().find(|(known, _)| *known == name) {
                Some((_, old)) => *old = value,
                None => recorded.set.push((name, value)),
            }
        }
        for (ordinal, contents) in said.messages.into_iter().enumerate() {
            let parts = [&*self.service.name, &*instance.id, &*message.source, &*message.id];
            let id = computed_id(&parts, ordinal as u64);
            let subject = Some(instance.id.clone());
            let answer = answer(self.service, message, contents, id, subject, self.now);
            if due == self.now {
                recorded.sent.push(Arc::new(answer));
            } else {
                let owed = Message { internal: true, due: Some(due), ..answer };
                recorded.armed.push(Arc::new(owed));
            }
        }
        recorded
    }

    /// The answer that was armed, now that it is due.
    fn due(&self, owed: &Message) -> Message {
        let subject = owed.subject.as_deref().unwrap_or_default();
        let id = computed_id(&[&self.service.name, subject, &owed.source, &owed.id], 0);
        Message { id, time: self.now, internal: false, due: None, position: None, ..owed.clone() }
    }

    fn settled(&self, instance: &Instance, message: &Arc<Message>, hand: Hand) -> Recorded {
        by_hand(instance, hand, |outcome| Recorded {
            hand: Some(hand),
            conversation: message.correlation.clone(),
            ..self.outcome(instance, message, outcome)
        })
    }
}

/// An answer that was armed, and rings.
fn is_due(service: &Service, message: &Message) -> bool {
    message.due.is_some() && message.source == service.name
}

fn beyond(service: &Service) -> Failed {
    Failed { reason: format!("an answer of {} is due beyond the year 9999", service.name), place: None }
}

/// What is said, once one alternative is chosen.
struct Said {
    set: Vec<(Name, Document)>,
    after: Millis,
    messages: Vec<Contents>,
}

/// Type, kind and data.
type Contents = (Name, Kind, Option<Document>);

/// What every message that a service says has alike: it belongs to the conversation of what it answers.
fn answer(
    service: &Service,
    to: &Message,
    (type_, kind, data): Contents,
    id: Name,
    subject: Option<Name>,
    time: Time,
) -> Message {
    let mut answer = Message::new(service.name.clone(), type_, id, time);
    answer.subject = subject;
    answer.correlation = to.conversation().cloned();
    answer.causation = Some(to.id.clone());
    answer.kind = kind;
    answer.data = data;
    answer
}

fn env<'a>(event: &'a Message, data: &'a Data, now: Time) -> Env<'a> {
    Env { event, data, state: "", item: None, now }
}

/// None: silence.
fn say(
    service: &Service,
    old: &Data,
    message: &Message,
    now: Time,
    pick: Pick,
) -> Result<Option<Said>, Failure> {
    let Some(replies) = service.on.get(&message.type_) else { return Ok(None) };
    let before = env(message, old, now);
    let weighed = weighed(service, &before)?;
    let (chosen, mut chance) = match pick {
        Pick::Drawn(seed) => {
            let mut chance = Chance::of(seed, &service.name, &message.source, &message.id);
            (weighed.draw(&mut chance), Some(chance))
        }
        Pick::Taken(chosen) => (chosen, None),
    };
    let Some(reply) = chosen.map(|chosen| &replies.alternatives[chosen]) else { return Ok(None) };
    let mut data = old.clone();
    let mut set = Vec::new();
    for (name, template) in &reply.set {
        let value = value_of(template, &before)?;
        data.set(name.clone(), value.clone());
        set.push((name.clone(), value));
    }
    let after = env(message, &data, now);
    let mut messages = Vec::new();
    for outgoing in &reply.says {
        let contents = contents_of(outgoing, &after)?.into_iter();
        messages.extend(contents.map(|data| (outgoing.type_.clone(), outgoing.kind, data)));
    }
    Ok(Some(Said { set, after: delay(&reply.after, &after, chance.as_mut())?, messages }))
}

/// The alternatives that may be taken, each with its share.
struct Weighed {
    shares: Vec<(usize, u64)>,
    /// What the shares leave.
    silence: u64,
    /// One is drawn.
    drawn: bool,
}

impl Weighed {
    fn possible(self) -> Vec<Option<usize>> {
        let all = self.shares.into_iter().filter(|(_, share)| *share > 0).map(|(place, _)| Some(place));
        all.chain((self.silence > 0).then_some(None)).collect()
    }

    fn draw(self, chance: &mut Chance) -> Option<usize> {
        if !self.drawn {
            return self.shares.first().map(|(place, _)| *place);
        }
        let shares: u64 = self.shares.iter().map(|(_, share)| share).sum();
        let mut drawn = chance.below(shares + self.silence);
        for (place, share) in self.shares {
            if drawn < share {
                return Some(place);
            }
            drawn -= share;
        }
        None
    }
}

/// The first alternative whose guard holds; or all whose guards hold, of which one is drawn. Those
/// without a chance share what the others leave; what is then left is silence.
fn weighed(service: &Service, env: &Env) -> Result<Weighed, Failure> {
    let silence = Weighed { shares: Vec::new(), silence: CERTAIN, drawn: false };
    let Some(replies) = service.on.get(&env.event.type_) else { return Ok(silence) };
    let mut holding = Vec::new();
    for (place, reply) in replies.alternatives.iter().enumerate() {
        if reply.when.as_ref().map_or(Ok(true), |when| when.test(env))? {
            if replies.choice == Choose::First {
                return Ok(Weighed { shares: vec![(place, CERTAIN)], silence: 0, drawn: false });
            }
            holding.push((place, reply));
        }
    }
    if holding.is_empty() {
        return Ok(silence);
    }
    let said: u64 = holding.iter().filter_map(|(_, reply)| reply.chance).sum();
    let shares = holding.iter().filter(|(_, reply)| reply.chance.is_none()).count() as u64;
    let left = CERTAIN.saturating_sub(said);
    // In parts so small that every share is a whole number of them.
    let parts = shares.max(1);
    let share = |reply: &Reply| reply.chance.map_or(left, |chance| chance * parts);
    Ok(Weighed {
        shares: holding.into_iter().map(|(place, reply)| (place, share(reply))).collect(),
        silence: if shares == 0 { left } else { 0 },
        drawn: true,
    })
}

/// Where nothing is drawn it takes no time, but an expression may fail.
fn delay(delay: &Delay, env: &Env, chance: Option<&mut Chance>) -> Result<Millis, Failure> {
    let drawn = chance.is_some();
    Ok(match (delay, chance) {
        (Delay::None, _) => 0,
        (Delay::Fixed(millis), Some(_)) => *millis,
        (Delay::Between(from, to), Some(chance)) => chance.between(*from, *to),
        (Delay::Exponential(mean), Some(chance)) => chance.exponential(*mean),
        (Delay::Computed(expr), _) => {
            let millis = expr.duration(env)?;
            if millis < 0 {
                let what = "an answer cannot come before what it answers".to_string();
                return Err(Failure { what, at: expr.span() });
            }
            if drawn { millis } else { 0 }
        }
        (_, None) => 0,
    })
}
