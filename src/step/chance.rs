//! What a service draws: a stream of numbers that is computed from what it answers, and from nothing
//! else.
//!
//! One stream for each workspace's seed, service, and source and id of the message: so a second run
//! draws the same, and a service that is added changes no other's draws. Whole numbers only: no
//! machine rounds them otherwise.

use crate::event::{Millis, json};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of one service for one message. Its key is the SHA-256 of the JSON array
    /// `[seed,service,source,id]`.
    pub fn of(seed: u64, service: &str, source: &str, id: &str) -> Chance {
        let mut text = format!("[{seed}");
        for part in [service, source, id] {
            text.push(',');
            json::quote_into(&mut text, part);
        }
        text.push(']');
        Chance(ChaCha8Rng::from_seed(Sha256::digest(&text).into()))
    }

    /// A number below `bound`, each equally likely. `bound` is not 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The first few values of the low half would make some results likelier: drawn again.
        let unfair = bound.wrapping_neg() % bound;
        loop {
            let wide = u128::from(self.0.next_u64()) * u128::from(bound);
            if wide as u64 >= unfair {
                return (wide >> 64) as u64;
            }
        }
    }

    /// From the one to the other, both included.
    pub fn between(&mut self, from: Millis, to: Millis) -> Millis {
        from + self.below((to - from) as u64 + 1) as Millis
    }

    /// Exponentially distributed, rounded down to whole milliseconds. Von Neumann's way, which
    /// compares and never computes a logarithm: numbers are drawn as long as each is less than the one
    /// before; if there was an odd count of them the first is the fraction, else the whole part grows.
    pub fn exponential(&mut self, mean: Millis) -> Millis {
        let mut whole: u64 = 0;
        loop {
            let first = self.0.next_u64();
            let (mut last, mut count) = (first, 1);
            loop {
                let next = self.0.next_u64();
                if next >= last {
                    break;
                }
                (last, count) = (next, count + 1);
            }
            if count % 2 == 1 {
                let fraction = (u128::from(first) * mean as u128) >> 64;
                return mean.saturating_mul(whole as Millis).saturating_add(fraction as Millis);
            }
            whole += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streams() -> impl Iterator<Item = Chance> {
        (0..20_000).map(|id| Chance::of(7, "cook", "order", &id.to_string()))
    }

    #[test]
    fn a_stream_is_that_of_its_parts_and_of_no_other() {
        let first = |seed, service, source, id| Chance::of(seed, service, source, id).0.next_u64();
        let one = first(7, "cook", "order", "o-1");
        assert_eq!(one, first(7, "cook", "order", "o-1"));
        for other in [
            first(8, "cook", "order", "o-1"),
            first(7, "coo", "korder", "o-1"),
            first(7, "cook", "order", "o-2"),
            first(7, "cook\",\"order", "", "o-1"),
        ] {
            assert_ne!(one, other);
        }
        // Written down, so that no release of a crate changes what a workspace draws.
        assert_eq!(one, 11_537_423_394_979_279_606);
    }

    #[test]
    fn below_is_fair_and_between_has_both_ends() {
        let mut counts = [0; 7];
        streams().for_each(|mut chance| counts[chance.below(7) as usize] += 1);
        assert!(counts.iter().all(|count| (2600..3120).contains(count)), "{counts:?}");
        let drawn: Vec<Millis> = streams().map(|mut chance| chance.between(5, 8)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&5), Some(&8)));
        assert_eq!(Chance::of(1, "a", "b", "c").between(3, 3), 3);
    }

    #[test]
    fn exponential_has_its_mean_its_median_and_its_tail() {
        let mut drawn: Vec<Millis> = streams().map(|mut chance| chance.exponential(480_000)).collect();
        drawn.sort_unstable();
        let mean = drawn.iter().sum::<Millis>() / drawn.len() as Millis;
        assert!((465_000..495_000).contains(&mean), "mean {mean}");
        let median = drawn[drawn.len() / 2]; // ln 2 of the mean: 332,711
        assert!((320_000..345_000).contains(&median), "median {median}");
        let tail = drawn.iter().filter(|millis| **millis > 3 * 480_000).count(); // e^-3: 996 of 20,000
        assert!((880..1110).contains(&tail), "tail {tail}");
        assert_eq!(Chance::of(1, "a", "b", "c").exponential(0), 0);
    }
}
