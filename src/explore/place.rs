//! A world as it counts: numbers in a row, equal where the worlds are the same.

use super::scenario::Faults;
use super::steps::UNBORN;

/// A world, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// What was sent so far.
    pub sent: u32,
    /// The number of a moment, where time is told from the start.
    pub clock: u32,
    /// The listed messages that are still in flight, as a set of deliveries.
    pub flight: Vec<u32>,
    /// What faults may still do, and what they have done; only where the scenario has any.
    pub peril: Option<Peril>,
    /// What services have still to do; only where the scenario has any.
    pub owing: Option<Owing>,
    /// Which commands were sent for what; only where one may be sent twice.
    pub watched: Option<Watched>,
    /// Per slot, its life.
    pub lives: Vec<u32>,
    /// What processes sent and what is still in flight: to whom, which message.
    pub items: Vec<Item>,
}

/// A message on its way: to whom, and its number, with [`AGAIN`] where it was delivered before.
pub(super) type Item = (u32, u32);

/// The mark of a message that was delivered and is in flight again, since the host had stopped.
pub(super) const AGAIN: u32 = 1 << 31;

/// What belongs to a world because services answer in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Owing {
    /// How many of the first messages have come.
    pub begun: u32,
    /// The messages to services without `entity` that are not answered, but for listed ones: to whom, which
    /// message.
    pub open: Vec<Item>,
    /// What could not be answered, by number.
    pub failed: Vec<u32>,
}

/// What belongs to a world because a command may be sent twice for one cause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Watched {
    /// Slot, cause and command, by their numbers.
    pub commands: Vec<[u32; 3]>,
    /// What was sent twice, by number.
    pub twice: Vec<u32>,
}

/// What belongs to a world because something may go wrong in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Peril {
    /// How often each fault may still strike.
    pub left: Faults,
    /// The step in which a host stops next, with the number of the alternative that a service takes in it.
    pub stops: Option<(Input, u16)>,
    /// The deliveries that were made, whatever is in flight again; what is in neither set was lost.
    pub came: Vec<u32>,
    /// The deliveries that may be repeated, as long as a duplicate is left.
    pub open: Vec<u32>,
    /// What else was delivered and may be repeated: of processes, and what was delivered first.
    pub done: Vec<Item>,
    /// Duplicates that are in flight again, since the host had stopped.
    pub copies: Vec<Copied>,
}

/// A message that is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Copied {
    /// A listed one, by the number of its delivery.
    Listed(usize),
    Other(Item),
}

/// What a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    /// A listed message, by the number of its delivery.
    Listed(usize),
    /// A message that a process sent.
    Sent(Item),
    Copy(Copied),
    /// An alarm, by slot and place.
    Ring(u32, usize),
}

/// How rows are laid out: how many words a set of deliveries takes, whether there are faults, and services.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Layout {
    pub words: usize,
    pub faults: bool,
    pub services: bool,
    pub watches: bool,
}

impl Place {
    pub fn life(&self, slot: u32) -> u32 {
        self.lives.get(slot as usize).copied().unwrap_or(UNBORN)
    }

    pub fn set_life(&mut self, slot: u32, life: u32) {
        let slot = slot as usize;
        if self.lives.len() <= slot {
            if life == UNBORN {
                return;
            }
            self.lives.resize(slot + 1, UNBORN);
        }
        self.lives[slot] = life;
    }

    /// What is left of the budgets of faults.
    pub fn left(&self) -> Faults {
        self.peril.as_ref().map_or(Faults::NONE, |peril| peril.left)
    }

    /// The step in which a host stops next.
    pub fn stops(&self) -> Option<(Input, u16)> {
        self.peril.as_ref()?.stops
    }

    /// Whether a listed delivery was made, at least once.
    pub fn came(&self, bit: usize) -> bool {
        match &self.peril {
            Some(peril) => super::listed::has(&peril.came, bit),
            None => !super::listed::has(&self.flight, bit),
        }
    }

    /// Reads what [`Place::write`] wrote.
    pub fn read(&mut self, row: &[u32], layout: Layout) {
        (self.sent, self.clock) = (row[0], row[1]);
        let (flight, mut rest) = row[2..].split_at(layout.words);
        self.flight.clear();
        self.flight.extend_from_slice(flight);
        match layout.faults {
            true => rest = self.peril.get_or_insert_default().read(rest, layout.words),
            false => self.peril = None,
        }
        match layout.services {
            true => rest = self.owing.get_or_insert_default().read(rest),
            false => self.owing = None,
        }
        match layout.watches {
            true => rest = self.watched.get_or_insert_default().read(rest),
            false => self.watched = None,
        }
        let (lives, items) = rest[1..].split_at(rest[0] as usize);
        self.lives.clear();
        self.lives.extend_from_slice(lives);
        read_items(items, &mut self.items);
    }

    /// The parts of a row that say which listed messages are in flight, and which of them came.
    pub fn flight_of(row: &[u32], Layout { words, faults, .. }: Layout) -> (&[u32], Option<&[u32]>) {
        (&row[2..2 + words], faults.then(|| &row[2 + words..2 + 2 * words]))
    }

    /// How many numbers of a row [`Place::flight_of`] looks at.
    pub fn flight_len(Layout { words, faults, .. }: Layout) -> usize {
        2 + if faults { 2 * words } else { words }
    }

    /// The part of a row that says how often each fault may still strike.
    pub fn left_of(row: &[u32], Layout { words, faults, .. }: Layout) -> Faults {
        match faults {
            true => Peril::left_in(&row[2 + 3 * words..]),
            false => Faults::NONE,
        }
    }

    /// The numbers of the row.
    pub fn write(&self, row: &mut Vec<u32>) {
        row.extend([self.sent, self.clock]);
        row.extend_from_slice(&self.flight);
        if let Some(peril) = &self.peril {
            peril.write(row);
        }
        if let Some(owing) = &self.owing {
            owing.write(row);
        }
        if let Some(watched) = &self.watched {
            watched.write(row);
        }
        row.push(self.lives.len() as u32);
        row.extend_from_slice(&self.lives);
        write_items(&self.items, row);
    }

    /// Like `clone_from`, which as it is derived would make every part anew.
    pub fn copy_from(&mut self, other: &Place) {
        (self.sent, self.clock) = (other.sent, other.clock);
        self.flight.clone_from(&other.flight);
        match (&mut self.peril, &other.peril) {
            (Some(peril), Some(other)) => peril.copy_from(other),
            (peril, other) => peril.clone_from(other),
        }
        match (&mut self.owing, &other.owing) {
            (Some(owing), Some(other)) => {
                owing.begun = other.begun;
                owing.open.clone_from(&other.open);
                owing.failed.clone_from(&other.failed);
            }
            (owing, other) => owing.clone_from(other),
        }
        match (&mut self.watched, &other.watched) {
            (Some(watched), Some(other)) => {
                watched.commands.clone_from(&other.commands);
                watched.twice.clone_from(&other.twice);
            }
            (watched, other) => watched.clone_from(other),
        }
        self.lives.clone_from(&other.lives);
        self.items.clone_from(&other.items);
    }
}

/// The mark of a message comes last in a row, where a number that is small stays so.
fn write_items(items: &[Item], row: &mut Vec<u32>) {
    items.iter().for_each(|&(to, mail)| row.extend([to, mail.rotate_left(1)]));
}

fn read_items(row: &[u32], items: &mut Vec<Item>) {
    items.clear();
    items.extend(row.chunks_exact(2).map(|item| (item[0], item[1].rotate_right(1))));
}

impl Peril {
    fn copy_from(&mut self, other: &Peril) {
        (self.left, self.stops) = (other.left, other.stops);
        self.came.clone_from(&other.came);
        self.open.clone_from(&other.open);
        self.done.clone_from(&other.done);
        self.copies.clone_from(&other.copies);
    }

    fn write(&self, row: &mut Vec<u32>) {
        row.extend_from_slice(&self.came);
        row.extend_from_slice(&self.open);
        row.extend([self.left.duplicates, self.left.losses, self.left.crashes]);
        row.extend(self.stops.map_or([0; 3], |(input, number)| input.code(number)));
        row.extend([self.done.len() as u32, self.copies.len() as u32]);
        write_items(&self.done, row);
        self.copies.iter().for_each(|copy| row.extend(Input::Copy(*copy).code(0)));
    }

    fn left_in(row: &[u32]) -> Faults {
        Faults { duplicates: row[0], losses: row[1], crashes: row[2] }
    }

    /// Answers the rest of the row.
    fn read<'a>(&mut self, row: &'a [u32], words: usize) -> &'a [u32] {
        let (came, row) = row.split_at(words);
        let (open, row) = row.split_at(words);
        self.came.clear();
        self.came.extend_from_slice(came);
        self.open.clear();
        self.open.extend_from_slice(open);
        self.left = Peril::left_in(row);
        self.stops = Input::of([row[3], row[4], row[5]]);
        let (done, copies) = (row[6] as usize, row[7] as usize);
        let (done, row) = row[8..].split_at(2 * done);
        let (copies, row) = row.split_at(3 * copies);
        read_items(done, &mut self.done);
        self.copies.clear();
        self.copies.extend(copies.chunks_exact(3).map(|code| match Input::of([code[0], code[1], code[2]]) {
            Some((Input::Copy(copy), _)) => copy,
            other => unreachable!("{other:?} is no copy"),
        }));
        row
    }
}

impl Owing {
    fn write(&self, row: &mut Vec<u32>) {
        row.extend([self.begun, self.open.len() as u32, self.failed.len() as u32]);
        write_items(&self.open, row);
        row.extend_from_slice(&self.failed);
    }

    /// Answers the rest of the row.
    fn read<'a>(&mut self, row: &'a [u32]) -> &'a [u32] {
        self.begun = row[0];
        let (open, failed) = (row[1] as usize, row[2] as usize);
        let (open, row) = row[3..].split_at(2 * open);
        let (failed, row) = row.split_at(failed);
        read_items(open, &mut self.open);
        self.failed.clear();
        self.failed.extend_from_slice(failed);
        row
    }
}

impl Watched {
    fn write(&self, row: &mut Vec<u32>) {
        row.extend([self.commands.len() as u32, self.twice.len() as u32]);
        row.extend_from_slice(self.commands.as_flattened());
        row.extend_from_slice(&self.twice);
    }

    /// Answers the rest of the row.
    fn read<'a>(&mut self, row: &'a [u32]) -> &'a [u32] {
        let (commands, twice) = (row[0] as usize, row[1] as usize);
        let (commands, row) = row[2..].split_at(3 * commands);
        let (twice, row) = row.split_at(twice);
        self.commands.clear();
        self.commands.extend(commands.chunks_exact(3).map(|one| [one[0], one[1], one[2]]));
        self.twice.clear();
        self.twice.extend_from_slice(twice);
        row
    }
}

impl Input {
    fn code(self, number: u16) -> [u32; 3] {
        let [kind, a, b] = match self {
            Input::Listed(bit) => [1, bit as u32, 0],
            Input::Sent((to, mail)) => [2, to, mail],
            Input::Copy(Copied::Listed(bit)) => [3, bit as u32, 0],
            Input::Copy(Copied::Other((to, mail))) => [4, to, mail],
            Input::Ring(slot, alarm) => [5, slot, alarm as u32],
        };
        [kind | u32::from(number) << 8, a, b]
    }

    fn of([kind, a, b]: [u32; 3]) -> Option<(Input, u16)> {
        let number = (kind >> 8) as u16;
        let input = match kind & 0xff {
            0 => return None,
            1 => Input::Listed(a as usize),
            2 => Input::Sent((a, b)),
            3 => Input::Copy(Copied::Listed(a as usize)),
            4 => Input::Copy(Copied::Other((a, b))),
            _ => Input::Ring(a, b as usize),
        };
        Some((input, number))
    }
}
