//! What others make of the same: an oracle for expressions, and timings side by side.
//!
//! `peers compare [EXPRESSIONS] [SEED]`, `peers time` and `peers cloudevents`; README.md says what is compared and what is not.

mod cloudevents;
mod compare;
mod grow;
mod time;
mod world;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, or: u64| words.get(at).map_or(or, |word| word.parse().expect("a number"));
    match words.first().map(String::as_str) {
        Some("compare") => compare::compare(number(1, 400_000), number(2, 7)),
        Some("time") => time::time(),
        Some("cloudevents") => cloudevents::read(),
        _ => {
            eprintln!("peers compare [EXPRESSIONS] [SEED] | peers time | peers cloudevents <LOG");
            std::process::exit(2);
        }
    }
}
