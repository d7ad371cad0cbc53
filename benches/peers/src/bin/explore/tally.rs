//! The tally: k messages about one bill in any order, by both, in whole commands.

use crate::Args;
use crate::ours::{self, Report, in_turns};
use crate::table::{Floor, Table};
use crate::whole::Run;
use stateright::{Checker, Model, Property};

/// Messages, the distinct worlds that everybody must find, and the floors: seconds, megabytes, and how much of the peer's time.
const SIZES: [(u32, u64, [Floor; 3]); 3] = [
    (16, 561_152, [Floor::None; 3]),
    (20, 11_468_800, [Floor::AtMost(2.5), Floor::AtMost(400.0), Floor::AtMost(0.1)]),
    (24, 223_346_688, [Floor::AtMost(40.0), Floor::AtMost(4_000.0), Floor::None]),
];
const WAYS: [(&str, &str); 4] = [("dfs", "1"), ("dfs", "2"), ("bfs", "1"), ("bfs", "2")];

pub fn tally(args: &Args, table: &mut Table) {
    let mut ways = WAYS.to_vec();
    for (k, worlds, floors) in SIZES {
        let rounds = if k < 24 { args.slow } else { 1 };
        if k == 24 && !args.large {
            continue;
        }
        let folder = if k == 16 { "scenarios" } else { "large" };
        let mut own = ours::both(args, "tally", &format!("{folder}/tally-{k}.yaml"));
        let reduces = own.len() > 1;
        if reduces && k == 24 {
            // Every world of it would take more memory than most have.
            own.truncate(1);
        }
        let size = k.to_string();
        let peers: Vec<Run> =
            ways.iter().map(|(how, threads)| ours::peer(args, &["tally", &size, how, threads])).collect();
        let runs: Vec<&Run> = own.iter().map(|(_, run)| run).chain(&peers).collect();
        let all = in_turns(&runs, rounds, |index, whole| {
            assert_eq!(whole.code, 0, "tally {k}: run {index} of each round");
            match own.get(index) {
                Some((how, run)) => {
                    let report = Report::of(run);
                    assert_eq!(report.orderings(), ours::product(1..=u64::from(k)), "tally {k}");
                    let every = !reduces || !how.is_empty();
                    assert!(!every || report.states() == worlds, "tally {k}: {} worlds", report.states());
                }
                None => assert_eq!(runs[index].printed().trim(), worlds.to_string(), "tally {k}"),
            }
        });
        let (own_took, peers_took) = all.split_at(own.len());
        let (best, took) = ways
            .iter()
            .zip(peers_took)
            .min_by(|(_, one), (_, other)| one.seconds().total_cmp(&other.seconds()))
            .expect("there are ways");
        for ((how, _), ours) in own.iter().zip(own_took) {
            let what = format!("tally {k}, whole command{how}");
            table.value(&what, (ours.seconds(), "s"), floors[0]);
            let peer = format!("stateright, {}, {} threads", best.0, best.1);
            table.ratio(&what, (ours.seconds(), "s"), (&peer, took.seconds()), floors[2]);
            let busy = format!("{what}, of the processor");
            table.ratio(&busy, (ours.busy(), "s"), (&peer, took.busy()), Floor::None);
            let what = format!("tally {k}, peak memory{how}");
            table.value(&what, (ours.megabytes(), "MB"), floors[1]);
            table.ratio(&what, (ours.megabytes(), "MB"), (&peer, took.megabytes()), Floor::None);
        }
        for ((how, threads), took) in ways.iter().zip(peers_took) {
            let said = format!(
                "{how}, {threads} threads: {:.2} s, {:.2} s of the processor, {:.0} MB",
                took.seconds(),
                took.busy(),
                took.megabytes()
            );
            table.beside(&format!("tally {k}, stateright"), &said);
        }
        // The largest one by the best way alone.
        if k == 20 {
            ways = vec![*best];
        }
    }
}

/// What a message does to the bill: `fixtures/tally/processes/tally@1.yaml`, by hand. The first four are Paid, Cancelled,
/// TimedOut and Shipped; every other one is an item.
pub fn step((phase, items): (u8, u8), message: u8) -> (u8, u8) {
    let to = match (phase, message) {
        (0, 0) => 1,
        (0, 1) | (3 | 4, 1) => 2,
        (0 | 4, 2) => 3,
        (0, 3) => 4,
        (1, 1) | (2 | 3 | 7, 0) => 6,
        (1, 3) | (4, 0) => 5,
        (2 | 3, 3) | (5, 1) => 7,
        (0 | 1 | 4, 4..) => return (phase, items + 1),
        _ => phase,
    };
    (to, items)
}

/// k messages.
struct Tally(u32);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    delivered: u32,
    phase: u8,
    items: u8,
}

impl Model for Tally {
    type State = World;
    type Action = u8;

    fn init_states(&self) -> Vec<World> {
        vec![World { delivered: 0, phase: 0, items: 0 }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<u8>) {
        actions.extend((0..self.0 as u8).filter(|message| world.delivered & 1 << message == 0));
    }

    fn next_state(&self, world: &World, message: u8) -> Option<World> {
        let (phase, items) = step((world.phase, world.items), message);
        Some(World { delivered: world.delivered | 1 << message, phase, items })
    }

    /// It ends when all properties are decided; one that holds everywhere makes it go everywhere.
    fn properties(&self) -> Vec<Property<Tally>> {
        vec![Property::always("items came", |_, world: &World| {
            u32::from(world.items) <= world.delivered.count_ones()
        })]
    }
}

pub fn peer(k: u32, how: &str, threads: usize) {
    println!("{}", explored(Tally(k), how, threads));
}

/// The distinct states of a model.
pub fn explored<M>(model: M, how: &str, threads: usize) -> usize
where
    M: Model<State: std::hash::Hash + Send + Sync + PartialEq + Clone + std::fmt::Debug>
        + Send
        + Sync
        + 'static,
    M::Action: Send + Sync + PartialEq + Clone + std::fmt::Debug,
{
    let checker = model.checker().threads(threads);
    match how {
        "dfs" => checked(checker.spawn_dfs().join()),
        "bfs" => checked(checker.spawn_bfs().join()),
        _ => panic!("no way {how}"),
    }
}

fn checked<M>(checker: impl Checker<M>) -> usize
where
    M: Model<State: std::hash::Hash + PartialEq + Clone + std::fmt::Debug>,
    M::Action: PartialEq + Clone + std::fmt::Debug,
{
    checker.assert_properties();
    checker.unique_state_count()
}
