//! The worlds of one layer of a lattice, shared out to threads: each takes some of the sets, and what it works out of
//! their worlds is its own. Nobody waits for anybody before the layer is done, and what comes of it is the same for any
//! number of them.

use super::lattice::Lattice;
use rayon::scope;

/// So few worlds are not worth a thread.
const FEW: usize = 1 << 14;

/// Works out something of each world of a layer. `values` are those of its worlds; `each` is given one set after the other
/// with those of the set, and what its thread keeps: there are as many threads as `kept`.
pub(super) fn each_set<T: Send, K: Send>(
    lattice: &Lattice,
    layer: usize,
    values: &mut [T],
    kept: &mut [K],
    each: impl Fn(usize, &mut [T], &mut K) + Sync,
) {
    let sets = lattice.sets_of(layer);
    let threads = if values.len() < FEW { 1 } else { kept.len() };
    let begin = lattice.worlds_of(layer).start;
    let end_of = |set: usize| lattice.sets.get(set + 1).map_or(lattice.worlds, |next| next.begin as usize);
    let some = |sets: std::ops::Range<usize>, mut values: &mut [T], kept: &mut K| {
        for set in sets {
            let many = end_of(set) - lattice.sets[set].begin as usize;
            let (these, others) = values.split_at_mut(many);
            each(set, these, kept);
            values = others;
        }
    };
    if threads < 2 {
        return some(sets, values, &mut kept[0]);
    }
    let share = values.len().div_ceil(threads);
    scope(|scope| {
        let (mut set, mut rest, mut done) = (sets.start, values, 0);
        for (thread, kept) in kept[..threads].iter_mut().enumerate() {
            // The sets that begin in its share; the last takes what is left.
            let until = begin + (thread + 1) * share;
            let last = match thread + 1 == threads {
                true => sets.end,
                false => {
                    set + lattice.sets[set..sets.end].partition_point(|set| (set.begin as usize) < until)
                }
            };
            let worlds = lattice.sets.get(last).map_or(lattice.worlds, |set| set.begin as usize);
            let (mine, others) = rest.split_at_mut(worlds - begin - done);
            (rest, done) = (others, worlds - begin);
            let mine_sets = set..last;
            set = last;
            match thread + 1 == threads {
                true => some(mine_sets, mine, kept),
                false => scope.spawn(|_| some(mine_sets, mine, kept)),
            }
        }
    });
}
