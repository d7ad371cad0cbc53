//! A brute-force oracle of `check`: its own small model of processes and scenarios, its own reading of
//! the design, and its own walk, one ordering after the other. Nothing is merged, nothing remembered.
//!
//! [`model`] is what there is; [`yaml`] prints it for the program; [`interpret`] says what one message
//! does to one instance, [`course`] one decision of it, [`values`] with what, [`service`] what it answers; [`orderings`] walks, [`making`] makes choices, [`serving`] with services, [`world`]s; [`alike`] says what counts as one
//! choice, [`naming`] and [`words`] how choices are written, [`ends`] where they lead, [`expect`] what was meant;
//! [`generate`], [`reactions`] and [`staff`] make cases from seeds, [`coverage`] counts what they are about, [`declare`] says what is expected of them; [`shrink`] makes them small. Only `production`,
//! `served` and `agreement` know the program, and are no part of the oracle.
#![allow(dead_code)] // each test file uses its part

pub mod agreement;
pub mod alike;
pub mod cases;
pub mod course;
pub mod coverage;
pub mod declare;
pub mod ends;
pub mod expect;
pub mod generate;
pub mod interpret;
pub mod making;
pub mod model;
pub mod naming;
pub mod orderings;
pub mod production;
pub mod reactions;
pub mod served;
pub mod service;
pub mod serving;
pub mod shrink;
pub mod staff;
pub mod values;
pub mod words;
pub mod world;
pub mod yaml;

/// So many; ten times as many if `ANYORDER_THOROUGH` is set; if `ANYORDER_SEED` names one, or some as in
/// `100..200`, only those.
pub fn seeds(count: u64) -> std::ops::Range<u64> {
    seeds_by(count, 10)
}

/// So many, and so many times as many.
pub fn seeds_by(count: u64, thorough: u64) -> std::ops::Range<u64> {
    match std::env::var("ANYORDER_SEED") {
        Ok(seeds) => {
            let number =
                |text: &str| text.parse().expect("ANYORDER_SEED is a number, or two with `..` between");
            match seeds.split_once("..") {
                Some((first, end)) => number(first)..number(end),
                None => number(&seeds)..number(&seeds) + 1,
            }
        }
        Err(_) => 0..count * if std::env::var_os("ANYORDER_THOROUGH").is_some() { thorough } else { 1 },
    }
}
