//! When choices happen: the label of one, and which time this is.
//!
//! A world does not say whether an alarm rang or was called off, nor how often one has rung; what
//! decides an outcome is often just that. A listed message comes once, whatever happens to it then.

use super::explorer::Explorer;
use super::interchange::Interchange;
use super::labels::Labels;
use super::listed::Listed;

/// What choices are called, and which of them need not be told apart.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub listed: &'a Listed,
    pub labels: &'a Labels,
    pub interchange: &'a Interchange,
    /// Services answer.
    pub answers: bool,
}

impl Explorer<'_> {
    pub fn names(&self) -> Names<'_> {
        let Explorer { listed, labels, interchange, .. } = self;
        Names { listed, labels, interchange, answers: self.answers() }
    }
}

/// Labels, each with the times at which it happens; those of listed messages first.
pub(super) struct Moments<'a> {
    names: Names<'a>,
    /// So many labels, the first, happen once; none where services answer, since there a delivery may bear several.
    listed: usize,
    /// How often each label happens at most.
    most: Vec<u8>,
}

/// How many times a label is told apart; what comes after is the last time again.
const TIMES: u8 = 5;

impl<'a> Moments<'a> {
    /// Nothing has happened yet.
    pub fn new(names: Names<'a>) -> Moments<'a> {
        let listed = if names.answers { 0 } else { names.listed.deliveries.len() };
        Moments { names, listed, most: vec![0; names.labels.len()] }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.of(self.labels(), 1)
    }

    pub fn labels(&self) -> usize {
        self.most.len()
    }

    /// Up to which time a label is told apart.
    pub fn times(&self, label: usize) -> u8 {
        if label < self.listed { 1 } else { TIMES }
    }

    /// The number of a label's moment, at a time from 1.
    pub fn of(&self, label: usize, time: u8) -> usize {
        let told = label.saturating_sub(self.listed) * usize::from(TIMES);
        label.min(self.listed) + told + usize::from(time) - 1
    }

    /// Its label, and the time.
    pub fn at(&self, moment: usize) -> (usize, u8) {
        match moment.checked_sub(self.listed) {
            None => (moment, 1),
            Some(told) => {
                let times = usize::from(TIMES);
                (self.listed + told / times, (told % times) as u8 + 1)
            }
        }
    }

    /// Its label, and which time this is where times are told apart, from 0.
    pub fn own_label(&self, moment: usize) -> (usize, Option<usize>) {
        let (label, time) = self.at(moment);
        (label, (label >= self.listed).then_some(usize::from(time) - 1))
    }

    /// The time before.
    pub fn earlier(&self, moment: usize) -> Option<usize> {
        (self.at(moment).1 > 1).then(|| moment - 1)
    }

    /// A label happens so often.
    pub fn happens(&mut self, label: usize, times: u8) {
        self.most[label] = self.most[label].max(times);
    }

    /// Whether it never happens: what must come before it only must happen.
    pub fn never(&self, moment: usize) -> bool {
        let (label, time) = self.at(moment);
        label >= self.listed && time > self.most[label]
    }

    /// Whether its text says which it is.
    pub fn is_clear(&self, moment: usize) -> bool {
        let (label, _) = self.at(moment);
        label >= self.names.listed.deliveries.len() || !self.names.listed.has_a_twin(label)
    }

    /// All that do the same, itself among them, in the order in which they come here.
    pub fn like(&self, moment: usize) -> Vec<usize> {
        let listed = Some(moment).filter(|&moment| moment < self.listed);
        let like = listed.and_then(|label| self.names.interchange.like(label));
        like.map_or_else(|| vec![moment], <[usize]>::to_vec)
    }

    /// `PaymentDue!`, or `2nd PaymentDue!` where it may come again.
    pub fn text(&self, moment: usize) -> String {
        let (label, time) = self.at(moment);
        let text = self.names.labels.text(label as u16);
        let is_delivery = label < self.names.listed.deliveries.len();
        if label < self.listed || is_delivery && self.most[label] <= 1 {
            return match self.names.listed.turn(label) {
                (_, 0 | 1) => text.to_string(),
                (turn, _) => format!("{} {text}", ordinal(turn)),
            };
        }
        match self.most[label] {
            0 | 1 => text.to_string(),
            _ => format!("{} {text}", ordinal(usize::from(time) - 1)),
        }
    }
}

/// `1st` for 0.
fn ordinal(index: usize) -> String {
    let number = index + 1;
    let end = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{end}")
}
