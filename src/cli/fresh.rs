//! Fresh ids for many messages: UUIDs of version 7 that rise. The system is asked for chance once for many of them: asked
//! for each, that was a seventh of what it took to append lines.

use super::clock;
use crate::event::Name;
use uuid::Uuid;

/// As much chance as is asked for at once: eight bytes an id.
const AT_ONCE: usize = 8 * 1024;
/// What a count of twelve bits holds.
const A_MILLISECOND: u16 = 1 << 12;

#[derive(Default)]
pub(super) struct Fresh {
    chance: Vec<u8>,
    /// When the last one was made, and how many were in that millisecond before it.
    at: (u64, u16),
}

impl Fresh {
    pub fn id(&mut self) -> Name {
        self.id_at(clock::now().millis().max(0) as u64)
    }

    fn id_at(&mut self, now: u64) -> Name {
        self.at = match self.at {
            (last, _) if now > last => (now, 0),
            // More than a millisecond holds; or the clock was set back. The ids go on rising.
            (last, count) if count + 1 == A_MILLISECOND => (last + 1, 0),
            (last, count) => (last, count + 1),
        };
        if self.chance.is_empty() {
            self.chance.resize(AT_ONCE, 0);
            getrandom::fill(&mut self.chance).expect("the system has chance");
        }
        let mut bytes = [0; 10];
        bytes[..2].copy_from_slice(&self.at.1.to_be_bytes());
        let rest = self.chance.len() - 8;
        bytes[2..].copy_from_slice(&self.chance[rest..]);
        self.chance.truncate(rest);
        let id = uuid::Builder::from_unix_timestamp_millis(self.at.0, &bytes).into_uuid();
        Name::from(&*id.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_ids_are_of_version_7_and_rise_whatever_the_clock_does() {
        let mut fresh = Fresh::default();
        let mut last = Name::from("");
        // More than a millisecond holds, then the next, then one long before.
        let clock =
            std::iter::repeat_n(1_800_000_000_000, 9_000).chain([1_800_000_000_003; 2]).chain([5; 2_000]);
        for now in clock {
            let id = fresh.id_at(now);
            let read = Uuid::parse_str(&id).unwrap();
            assert_eq!((read.get_version_num(), read.get_variant()), (7, uuid::Variant::RFC4122));
            let (seconds, nanos) = read.get_timestamp().unwrap().to_unix();
            let millis = seconds * 1_000 + nanos as u64 / 1_000_000;
            assert!((now..=1_800_000_000_003).contains(&millis), "{id}");
            assert!(last < id, "{last} {id}");
            last = id;
        }
        let random: std::collections::BTreeSet<Name> =
            (0..10_000).map(|_| Fresh::default().id_at(1)).collect();
        assert_eq!(random.len(), 10_000);
    }
}
