//! How the regions of a process answer a message, and all that comes of it, as one record.
//!
//! Every region is asked, in the order listed, about the data as it was before the message; what each
//! does is put together. Then the joins are looked at, with all that was decided, until none becomes
//! true any more. A plain process is one region, and has no joins. An expression that fails anywhere
//! undoes all of it.

use super::course::Course;
use super::question::{Answer, Question, taken};
use super::recorded::{Failed, Outcome, Recorded};
use crate::event::Name;
use crate::process::expr::Failure;
use crate::process::{AfterEnd, End, Join, RegionId, State, Unexpected};

/// What regions say to a message.
#[derive(Default)]
struct Said {
    reacted: bool,
    ignored: bool,
    /// Those that defer it.
    kept: Vec<RegionId>,
}

/// What becomes of a message that no state mentions.
enum Unmentioned {
    Late,
    Unexpected,
    Ignored,
    Deferred(Vec<RegionId>),
}

/// A running instance meets a message, or one that was kept for some of its regions.
pub(super) fn react<'a>(question: Question<'a>, at: Vec<&'a State>, keepers: &[Name]) -> Recorded {
    meets(question, at, keepers).unwrap_or_else(|failed| question.failed(failed))
}

fn meets<'a>(question: Question<'a>, at: Vec<&'a State>, keepers: &[Name]) -> Result<Recorded, Failed> {
    let mut course = Course::new(question, &question.instance.data, at);
    let regions = &question.definition.regions;
    let kept_by = |region: &RegionId| keepers.contains(&regions[*region].name);
    let mut asked: Vec<RegionId> = (0..regions.len()).filter(kept_by).collect();
    if asked.is_empty() {
        asked = (0..regions.len()).collect();
    }
    let mut said = Said::default();
    for &region in &asked {
        course.turns_to(region);
        course.hears(region, &mut said).map_err(|failure| question.failure(Some(region), failure))?;
    }
    if said.reacted {
        return course.decided(said.kept, true);
    }
    if said.kept.is_empty() && !said.ignored {
        return Ok(match course.unmentioned(&asked) {
            Unmentioned::Late => question.outcome(Outcome::Late),
            Unmentioned::Unexpected => course.unexpected(),
            Unmentioned::Ignored => question.outcome(Outcome::Ignored),
            Unmentioned::Deferred(by) => question.deferred(&by),
        });
    }
    Ok(match said.kept.is_empty() {
        true => question.outcome(Outcome::Ignored),
        false => question.deferred(&said.kept),
    })
}

/// An instance is born: the start reaction if there is one, which may lead elsewhere; else into the
/// initial states, which are then asked. A starter that nothing answers only starts the instance; where
/// nothing starts a part but the first message that reaches it, that one must be expected.
pub(super) fn birth(question: Question) -> Recorded {
    born(question).unwrap_or_else(|failed| question.failed(failed))
}

fn born(question: Question) -> Result<Recorded, Failed> {
    let definition = question.definition;
    let mut course = Course::new(question, &definition.data, definition.initials());
    course.recorded.outcome = Outcome::Started;
    course.recorded.hash = Some(definition.hash.clone());
    course.recorded.set = definition.data.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let started = course.starts().map_err(|failure| question.failure(None, failure))?;
    let mut said = Said::default();
    for region in 0..definition.regions.len() {
        course
            .begins(region, started, &mut said)
            .map_err(|failure| question.failure(Some(region), failure))?;
    }
    let silent = !said.reacted && !said.ignored && said.kept.is_empty();
    if definition.starts_on.is_empty() && silent {
        let all: Vec<RegionId> = (0..definition.regions.len()).collect();
        match course.unmentioned(&all) {
            Unmentioned::Unexpected => return Ok(course.unexpected()),
            Unmentioned::Deferred(by) => said.kept = by,
            Unmentioned::Late | Unmentioned::Ignored => {}
        }
    }
    // An end state waits for no change of state, so nothing is kept for one, also where `whenever`
    // has led there; what began a life that is forgotten would begin the next, without end.
    said.kept.retain(|region| course.at[*region].end.is_none());
    let kept = !said.kept.is_empty();
    let recorded = course.decided(said.kept, said.reacted)?;
    let kept = kept && recorded.end.is_none();
    Ok(match kept {
        true => recorded,
        false => Recorded { kept, keepers: Vec::new(), answered: false, ..recorded },
    })
}

impl<'a> Course<'a> {
    /// The start reaction, if there is one: then the initial states are not asked about the starter.
    fn starts(&mut self) -> Result<Option<Option<&'a State>>, Failure> {
        let starter = self.question.definition.starter(&self.question.message.type_);
        let Some(rule) = starter.and_then(|starter| starter.reaction.as_ref()) else { return Ok(None) };
        let Some(reaction) = taken(rule, &self.env(), self.question.definition)? else { return Ok(None) };
        let to = self.take(reaction)?;
        self.before = self.data.clone();
        Ok(Some(to))
    }

    /// A region comes to its initial state, or where the start has led, and is asked unless the start reacted.
    fn begins(
        &mut self,
        region: RegionId,
        started: Option<Option<&'a State>>,
        said: &mut Said,
    ) -> Result<(), Failure> {
        self.turns_to(region);
        let to = started.and_then(|to| to).unwrap_or(self.at[region]);
        self.enter(region, to)?;
        match started {
            Some(_) => self.rests(region),
            None => self.hears(region, said),
        }
    }

    /// A region is asked, and does what it answers.
    fn hears(&mut self, region: RegionId, said: &mut Said) -> Result<(), Failure> {
        // At birth it has come to its state just now.
        let mut acts = self.entered;
        match self.question.ask(self.at[region], &self.env())? {
            Answer::React(reaction) => {
                (said.reacted, acts) = (true, true);
                self.goes(region, reaction)?;
            }
            Answer::Ignore => said.ignored = true,
            Answer::Defer => said.kept.push(region),
            Answer::Nothing => {}
        }
        if acts { self.rests(region) } else { Ok(()) }
    }

    /// Only regions that know the message somewhere have something to say of it.
    fn unmentioned(&self, asked: &[RegionId]) -> Unmentioned {
        let definition = self.question.definition;
        let knows =
            |region: &&RegionId| definition.regions[**region].alphabet.contains(&self.question.message.type_);
        let concerned: Vec<RegionId> = asked.iter().filter(knows).copied().collect();
        let ended = |region: &RegionId| self.at[*region].end.is_some();
        let late = match concerned.is_empty() {
            true => asked.iter().all(ended),
            false => concerned.iter().any(ended),
        };
        let policy = |region: &RegionId| definition.regions[*region].unexpected;
        let says = |what: Unexpected| match concerned.is_empty() {
            true => definition.unexpected == what,
            false => concerned.iter().any(|region| policy(region) == what),
        };
        if late {
            Unmentioned::Late
        } else if says(Unexpected::Park) {
            Unmentioned::Unexpected
        } else if says(Unexpected::Defer) {
            let defers = |region: &RegionId| policy(region) == Unexpected::Defer;
            Unmentioned::Deferred(concerned.into_iter().filter(defers).collect())
        } else {
            Unmentioned::Ignored
        }
    }

    fn unexpected(&self) -> Recorded {
        let state = self.question.definition.written(&self.at);
        self.question.park(format!("unexpected {} in {state}", self.question.message.type_), None)
    }

    /// The joins, and where all of it leads; `kept` are the regions that wait with the message, `answered` is
    /// whether another one has reacted to it.
    fn decided(mut self, kept: Vec<RegionId>, answered: bool) -> Result<Recorded, Failed> {
        let question = self.question;
        let definition = question.definition;
        let joined = match definition.joins.is_empty() {
            true => None,
            false => self.joins().map_err(|failure| question.failure(None, failure))?,
        };
        let ended = match joined {
            Some((end, name)) => Some((name.clone(), Some(end))),
            None if self.moved => Some((self.resting_name(), definition.end_of(&self.at))),
            None => None,
        };
        if let Some((to, end)) = ended {
            self.recorded.to = Some(to);
            self.recorded.end = end;
            self.recorded.forgotten = end.is_some() && definition.after_end == AfterEnd::Forget;
            if end.is_some() && self.recorded.outcome == Outcome::Advanced {
                self.recorded.outcome = Outcome::Ended;
            }
        }
        if self.recorded.end.is_some() {
            let over = self.recorded.forgotten || joined.is_some();
            let at = self.at.clone();
            let heard = |type_: &Name| at.iter().any(|state| state.own.on.contains_key(type_));
            self.disarm(|alarm| over || !heard(&alarm.type_));
        }
        if !kept.is_empty() && !self.recorded.forgotten {
            self.recorded.kept = true;
            self.recorded.keepers = question.names_of(&kept);
            self.recorded.answered = answered && definition.after_end == AfterEnd::Forget;
        }
        Ok(self.close())
    }

    fn resting_name(&self) -> Name {
        match self.at[..] {
            [only] if self.question.definition.is_plain() => only.name.clone(),
            _ => Name::from(&*self.question.definition.written(&self.at)),
        }
    }

    /// In order, and from the first again after each that is taken: a join whose guard was false before the
    /// message, and is true now; each at most once. Answers the end that one of them makes.
    fn joins(&mut self) -> Result<Option<(End, &'a Name)>, Failure> {
        let joins = &self.question.definition.joins;
        let mut taken: Vec<&Join> = Vec::new();
        self.turns_to_all();
        while let Some(join) = self.next_join(joins, &taken)? {
            taken.push(join);
            self.take(&join.reaction)?;
            if let Some((end, name)) = &join.end {
                return Ok(Some((*end, name)));
            }
        }
        Ok(None)
    }

    fn next_join(&self, joins: &'a [Join], taken: &[&Join]) -> Result<Option<&'a Join>, Failure> {
        for join in joins {
            let spent = taken.iter().any(|known| std::ptr::eq(*known, join));
            if spent {
                continue;
            }
            let held = join.when.test(&self.env())?;
            let definition = self.question.definition;
            definition.watch.note(|used| used.guard(definition.number_of(&join.reaction), held));
            if held && !self.held_before(join) {
                return Ok(Some(join));
            }
        }
        Ok(None)
    }

    /// Before a start no join holds. One that failed on what was there before did not hold either.
    fn held_before(&self, join: &Join) -> bool {
        self.recorded.outcome != Outcome::Started && join.when.test(&self.question.env()).unwrap_or(false)
    }
}

impl Question<'_> {
    fn failure(self, region: Option<RegionId>, failure: Failure) -> Failed {
        Failed::of(self.definition, region, failure)
    }

    fn deferred(self, by: &[RegionId]) -> Recorded {
        Recorded { keepers: self.names_of(by), ..self.outcome(Outcome::Deferred) }
    }

    /// Regions by their names; that of a plain process has none, and is all of it.
    fn names_of(self, regions: &[RegionId]) -> Vec<Name> {
        let names = regions.iter().map(|region| self.definition.regions[*region].name.clone());
        names.filter(|name| !name.is_empty()).collect()
    }
}
