//! In which order the labels of parts stand beside each other: as the whole would number them when it meets them.

use super::apart::Part;
use super::precedences::Whole;

/// Where a label stands in the order of the whole: the listed messages first, then what else was met, as it was met; what has
/// the number of an alternative is written when all else is that may happen then.
pub(super) type Standing = (u8, u32, bool, usize, usize, usize);

/// Of what else is met, what is met in fewest choices comes first; then what comes of a choice that comes first.
pub(super) fn standing_of(
    part: &Part,
    whole: &Whole,
    label: usize,
    index: usize,
    begin: &[(usize, u32)],
) -> Standing {
    let (own, time) = whole.moments.own_label(label);
    if own < part.stage.listed.deliveries.len() {
        return (u8::from(time.is_some()), 0, false, part.bits[own], time.unwrap_or(0), 0);
    }
    let rank_of =
        |choice: u32| begin.iter().position(|first| *first == (index, choice)).unwrap_or(usize::MAX);
    let met = |label: usize| {
        let (depth, choice) = part.first_met(label as u16);
        (depth, rank_of(choice))
    };
    // One that is part of others' names was written first when one of those was.
    let labels = &part.stage.labels;
    let parts = labels.served_from(own as u16).map(usize::from).chain([own]).map(met);
    let (depth, rank) = parts.min().filter(|(depth, _)| *depth < u32::MAX).unwrap_or_else(|| {
        let mut met = (own..labels.len()).map(met);
        met.find(|(depth, _)| *depth < u32::MAX).unwrap_or((u32::MAX, usize::MAX))
    });
    (2, depth, labels.is_served(own as u16), rank, own, time.unwrap_or(0))
}
