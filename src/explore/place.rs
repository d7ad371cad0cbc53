//! A world as it counts: numbers in two rows, equal where the worlds are the same. One is the cast, the instances and what
//! was sent, and what is left of the budgets of faults; the other is the scene, all that may happen to them.

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

/// Of a cast's row, what is before the lives.
pub(super) const CAST: usize = 2;

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

    /// The numbers of the row: of the cast, and of the scene behind it.
    pub fn write(&self, row: &mut Vec<u32>) {
        row.push((CAST + self.lives.len()) as u32);
        self.write_cast(row);
        self.write_scene(&mut |number| row.push(number));
    }

    /// Reads what [`Place::write`] wrote.
    pub fn read(&mut self, row: &[u32], layout: Layout) {
        let (cast, scene) = row[1..].split_at(row[0] as usize);
        self.read_scene(&mut scene.iter().copied(), layout);
        self.read_cast(cast);
    }

    /// What was sent, what is left of the budgets, and who is there.
    pub fn write_cast(&self, row: &mut Vec<u32>) {
        row.extend([self.sent, self.left().code()]);
        row.extend_from_slice(&self.lives);
    }

    /// Behind [`Place::read_scene`].
    pub fn read_cast(&mut self, row: &[u32]) {
        self.sent = row[0];
        if let Some(peril) = &mut self.peril {
            peril.left = Faults::of_code(row[1]);
        }
        self.lives.clear();
        self.lives.extend_from_slice(&row[CAST..]);
    }

    /// All the rest: what is on its way, and what may go wrong. Of a budget only whether anything is left of it.
    pub fn write_scene(&self, put: &mut impl FnMut(u32)) {
        put(self.clock);
        write_all(&self.flight, put);
        if let Some(peril) = &self.peril {
            peril.write(put);
        }
        if let Some(owing) = &self.owing {
            owing.write(put);
        }
        if let Some(watched) = &self.watched {
            watched.write(put);
        }
        write_items(&self.items, put);
    }

    pub fn read_scene(&mut self, row: &mut impl Iterator<Item = u32>, layout: Layout) {
        self.clock = next(row);
        read_all(layout.words, row, &mut self.flight);
        match layout.faults {
            true => self.peril.get_or_insert_default().read(row, layout.words),
            false => self.peril = None,
        }
        match layout.services {
            true => self.owing.get_or_insert_default().read(row),
            false => self.owing = None,
        }
        match layout.watches {
            true => self.watched.get_or_insert_default().read(row),
            false => self.watched = None,
        }
        read_items(usize::MAX, row, &mut self.items);
    }

    /// The parts of a scene's row that say which listed messages are in flight, and which of them came.
    pub fn flight_of(
        row: &mut impl Iterator<Item = u32>,
        Layout { words, faults, .. }: Layout,
    ) -> (Vec<u32>, Option<Vec<u32>>) {
        let mut words = |skipped: usize| row.skip(skipped).take(words).collect();
        (words(1), faults.then(|| words(0)))
    }

    /// Like `clone_from`, which as it is derived would make every part anew.
    pub fn copy_from(&mut self, other: &Place) {
        (self.sent, self.clock) = (other.sent, other.clock);
        copy(&mut self.flight, &other.flight);
        match (&mut self.peril, &other.peril) {
            (Some(peril), Some(other)) => peril.copy_from(other),
            (peril, other) => peril.clone_from(other),
        }
        match (&mut self.owing, &other.owing) {
            (Some(owing), Some(other)) => {
                owing.begun = other.begun;
                copy(&mut owing.open, &other.open);
                copy(&mut owing.failed, &other.failed);
            }
            (owing, other) => owing.clone_from(other),
        }
        match (&mut self.watched, &other.watched) {
            (Some(watched), Some(other)) => {
                copy(&mut watched.commands, &other.commands);
                copy(&mut watched.twice, &other.twice);
            }
            (watched, other) => watched.clone_from(other),
        }
        copy(&mut self.lives, &other.lives);
        copy(&mut self.items, &other.items);
    }
}

/// The mark of a message comes last in a row, where a number that is small stays so.
fn write_items(items: &[Item], put: &mut impl FnMut(u32)) {
    items.iter().for_each(|&(to, mail)| write_all(&[to, mail.rotate_left(1)], put));
}

fn write_all(numbers: &[u32], put: &mut impl FnMut(u32)) {
    numbers.iter().for_each(|&number| put(number));
}

fn copy<T: Copy>(to: &mut Vec<T>, from: &[T]) {
    to.clear();
    to.extend_from_slice(from);
}

/// The next number of a row in which there is one.
fn next(row: &mut impl Iterator<Item = u32>) -> u32 {
    row.next().expect("a row is as long as it was written")
}

fn read_all(many: usize, row: &mut impl Iterator<Item = u32>, numbers: &mut Vec<u32>) {
    numbers.clear();
    numbers.extend(row.take(many));
}

/// At most so many, as long as there are some.
fn read_items(most: usize, row: &mut impl Iterator<Item = u32>, items: &mut Vec<Item>) {
    items.clear();
    while items.len() < most
        && let Some(to) = row.next()
    {
        items.push((to, next(row).rotate_right(1)));
    }
}

impl Peril {
    fn copy_from(&mut self, other: &Peril) {
        (self.left, self.stops) = (other.left, other.stops);
        copy(&mut self.came, &other.came);
        copy(&mut self.open, &other.open);
        copy(&mut self.done, &other.done);
        copy(&mut self.copies, &other.copies);
    }

    /// Of which faults any are left.
    pub fn left_of_any(&self) -> u8 {
        let Faults { duplicates, losses, crashes } = self.left;
        [duplicates, losses, crashes].iter().fold(0, |all, &left| all << 1 | u8::from(left > 0))
    }

    fn write(&self, put: &mut impl FnMut(u32)) {
        write_all(&self.came, put);
        write_all(&self.open, put);
        put(u32::from(self.left_of_any()));
        write_all(&self.stops.map_or([0; 3], |(input, number)| input.code(number)), put);
        put(self.done.len() as u32);
        put(self.copies.len() as u32);
        write_items(&self.done, put);
        self.copies.iter().for_each(|copy| write_all(&Input::Copy(*copy).code(0), put));
    }

    fn read(&mut self, row: &mut impl Iterator<Item = u32>, words: usize) {
        read_all(words, row, &mut self.came);
        read_all(words, row, &mut self.open);
        // How much is left of the budgets says the cast.
        let left = next(row);
        self.left = Faults { duplicates: left >> 2, losses: left >> 1 & 1, crashes: left & 1 };
        self.stops = Input::of([next(row), next(row), next(row)]);
        let (done, copies) = (next(row), next(row));
        read_items(done as usize, row, &mut self.done);
        self.copies.clear();
        let copy = |_| match Input::of([next(row), next(row), next(row)]) {
            Some((Input::Copy(copy), _)) => copy,
            other => unreachable!("{other:?} is no copy"),
        };
        self.copies.extend((0..copies).map(copy));
    }
}

impl Owing {
    fn write(&self, put: &mut impl FnMut(u32)) {
        write_all(&[self.begun, self.open.len() as u32, self.failed.len() as u32], put);
        write_items(&self.open, put);
        write_all(&self.failed, put);
    }

    fn read(&mut self, row: &mut impl Iterator<Item = u32>) {
        self.begun = next(row);
        let (open, failed) = (next(row), next(row));
        read_items(open as usize, row, &mut self.open);
        read_all(failed as usize, row, &mut self.failed);
    }
}

impl Watched {
    fn write(&self, put: &mut impl FnMut(u32)) {
        write_all(&[self.commands.len() as u32, self.twice.len() as u32], put);
        write_all(self.commands.as_flattened(), put);
        write_all(&self.twice, put);
    }

    fn read(&mut self, row: &mut impl Iterator<Item = u32>) {
        let (commands, twice) = (next(row), next(row));
        self.commands.clear();
        self.commands.extend((0..commands).map(|_| [next(row), next(row), next(row)]));
        read_all(twice as usize, row, &mut self.twice);
    }
}

/// There are at most [`Faults::MOST`] of each.
impl Faults {
    pub fn code(self) -> u32 {
        self.duplicates | self.losses << 8 | self.crashes << 16
    }

    pub fn of_code(code: u32) -> Faults {
        Faults { duplicates: code & 0xff, losses: code >> 8 & 0xff, crashes: code >> 16 }
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
