//! A shop's day as a log: the same seed gives the same messages, on every machine.
//!
//! Whole numbers and the ChaCha stream only, since floating point and other generators differ from
//! one machine or release to the next.

use anyorder::event::{Document, Kind, Message, Name, Time};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Write;

/// The messages of all modules in the order of time; without end, unless orders are numbered.
pub struct Shop {
    chance: ChaCha8Rng,
    now: i64,
    /// By time, then by the order in which they were made.
    coming: BinaryHeap<Reverse<Coming>>,
    made: u64,
    day: Day,
    /// Orders that will still be placed.
    left: u64,
}

/// What kind of day it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// Orders that are paid and sent, or not.
    Short,
    /// Parcels are seen on their way, five times each.
    Long,
    /// So many orders, all of which are sent; each has eight to fourteen messages, and none comes twice.
    Conversations(u64),
}

/// A message that will happen.
struct Coming {
    time: i64,
    number: u64,
    message: Message,
}

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

impl Shop {
    pub fn new(seed: u64, day: Day) -> Shop {
        let morning = Time::parse("2026-11-21T09:00:00.000Z").expect("a time");
        Shop {
            chance: ChaCha8Rng::seed_from_u64(seed),
            now: morning.millis(),
            coming: BinaryHeap::new(),
            made: 0,
            day,
            left: match day {
                Day::Conversations(orders) => orders,
                _ => u64::MAX,
            },
        }
    }

    /// From `low` to `high`, both included.
    fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.chance.next_u64() % (high - low + 1) as u64) as i64
    }

    /// In so many cases of a hundred.
    fn happens(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    /// Looks like a UUID of version 7.
    fn id(&mut self, time: i64) -> Name {
        let (a, b) = (self.chance.next_u64(), self.chance.next_u64());
        let (high, low) = (time as u64 >> 16, time as u64 & 0xffff);
        let (version, variant) = (0x7000 | a & 0xfff, 0x8000 | a >> 16 & 0x3fff);
        Name::from(format!("{high:08x}-{low:04x}-{version:04x}-{variant:04x}-{:012x}", b >> 16))
    }

    fn all_are_sent(&self) -> bool {
        matches!(self.day, Day::Conversations(_))
    }

    /// One order: about four messages, each some time after the one before it.
    fn order(&mut self) {
        let placed = self.now;
        let id = self.id(placed);
        let order =
            Order { subject: Name::from(format!("order-{}", 1000 + self.made)), conversation: id.clone() };
        let total = self.between(500, 50_000);
        let total = format!("{}.{:02}", total / 100, total % 100);
        let items = self.items();
        let customer = self.between(1, 40_000);
        let data = format!("{{\"customer\":\"customer-{customer}\",\"items\":{items},\"total\":{total}}}");
        self.add(placed, order.message("orders", "OrderPlaced", id, placed, data));

        if !self.all_are_sent() && self.happens(4) {
            // The customer cancels at some time, and may have paid all the same.
            let at = placed + self.between(MINUTE, 40 * MINUTE);
            let data = "{\"reason\":\"the customer changed his mind\",\"by\":\"web\"}".to_string();
            self.event(&order, "orders", "OrderCancelled", at, data);
            if self.happens(70) {
                return;
            }
        }
        // Most pay soon, some after a reminder, some too late, some never.
        let last = if self.all_are_sent() { 93 } else { 100 };
        let patience = match self.between(1, last) {
            1..=85 => self.between(20 * SECOND, 10 * MINUTE),
            86..=93 => self.between(15 * MINUTE, 29 * MINUTE),
            94..=96 => self.between(31 * MINUTE, 90 * MINUTE),
            _ => return,
        };
        let paid = placed + patience;
        let method = ["card", "transfer", "voucher"][self.between(0, 2) as usize];
        let reference = self.chance.next_u64();
        let data =
            format!("{{\"amount\":{total},\"method\":\"{method}\",\"reference\":\"{reference:016x}\"}}");
        self.event(&order, "payments", "OrderPaid", paid, data);
        if patience > 30 * MINUTE {
            return;
        }

        let packed = paid + self.between(2 * MINUTE, 30 * MINUTE);
        let parcel = self.between(100_000_000, 999_999_999);
        let weight = self.between(100, 20_000);
        let data = format!("{{\"parcel\":\"P-{parcel}\",\"weight\":{weight},\"packed-by\":\"hall 3\"}}");
        self.event(&order, "warehouse", "ParcelPacked", packed, data);
        // The scanner at the gate is sometimes ahead of the packer's: deferred.
        let early = self.happens(5);
        let shipped =
            if early { packed - self.between(1, 90) * SECOND } else { packed + self.between(1, 60) * MINUTE };
        let data =
            format!("{{\"parcel\":\"P-{parcel}\",\"carrier\":\"north road\",\"gate\":{}}}", parcel % 12);
        self.event(&order, "warehouse", "OrderShipped", shipped, data);
        if self.day != Day::Short {
            let mut seen = shipped;
            let stops = if self.all_are_sent() { self.between(4, 10) } else { 5 };
            for stop in 1..=stops {
                seen += self.between(10 * MINUTE, 300 * MINUTE);
                let data = format!(
                    "{{\"parcel\":\"P-{parcel}\",\"stop\":{stop},\"carrier\":\"north road\",\"condition\":\"sealed, dry, upright\",\"scanner\":\"handheld 12, hall 3\",\"by\":\"night shift\"}}"
                );
                self.event(&order, "carrier", "ParcelSeen", seen, data);
            }
        }
    }

    fn items(&mut self) -> String {
        let mut items = String::from("[");
        for index in 0..self.between(1, 3) {
            let name =
                ["burger", "tagliatelle", "green tea", "spoon", "napkins"][self.between(0, 4) as usize];
            let separator = if index == 0 { "" } else { "," };
            let count = self.between(1, 9);
            write!(items, "{separator}{{\"name\":\"{name}\",\"count\":{count}}}")
                .expect("a string takes all");
        }
        items + "]"
    }

    fn event(&mut self, order: &Order, module: &str, type_: &str, time: i64, data: String) {
        let id = self.id(time);
        self.add(time, order.message(module, type_, id, time, data));
    }

    /// Two of a hundred come twice, as a broker may deliver them.
    fn add(&mut self, time: i64, message: Message) {
        if !self.all_are_sent() && self.happens(2) {
            let again = time + self.between(1, 120) * SECOND;
            let message = Message { time: Time::from_millis(again).expect("a time"), ..message.clone() };
            self.push(again, message);
        }
        self.push(time, message);
    }

    fn push(&mut self, time: i64, message: Message) {
        self.made += 1;
        self.coming.push(Reverse(Coming { time, number: self.made, message }));
    }
}

impl Iterator for Shop {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        // An order every second or so: thousands of conversations are open at once.
        while self.left > 0
            && self.coming.peek().is_none_or(|Reverse(first)| self.now <= first.time + 2 * MINUTE)
        {
            self.left -= 1;
            self.order();
            self.now += self.between(1, 2 * SECOND);
        }
        self.coming.pop().map(|Reverse(first)| first.message)
    }
}

struct Order {
    subject: Name,
    conversation: Name,
}

impl Order {
    fn message(&self, module: &str, type_: &str, id: Name, time: i64, data: String) -> Message {
        let time = Time::from_millis(time).expect("a time of this century");
        let correlation = Some(self.conversation.clone()).filter(|conversation| *conversation != id);
        Message {
            subject: Some(self.subject.clone()),
            correlation,
            kind: Kind::Event,
            data: Some(Document::of_valid(&data)),
            ..Message::new(module, type_, id, time)
        }
    }
}

impl PartialEq for Coming {
    fn eq(&self, other: &Coming) -> bool {
        (self.time, self.number) == (other.time, other.number)
    }
}

impl Eq for Coming {}

impl PartialOrd for Coming {
    fn partial_cmp(&self, other: &Coming) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Coming {
    fn cmp(&self, other: &Coming) -> std::cmp::Ordering {
        (self.time, self.number).cmp(&(other.time, other.number))
    }
}
