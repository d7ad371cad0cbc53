//! Writing down what has changed, once it is worth it.

use super::super::member::Member;
use super::super::world::World;
use super::bytes::{Found, Lost, Reader};
use super::foot::{Below, Foot, Summary, Tie};
use super::form::{head, write_instance};
use super::layer::{Layer, key};
use super::marks;
use super::merge::Merge;
use super::open::{drop_all_but, name_of};
use super::write::LayerWriter;
use crate::event::Position;
use crate::store::Store;

/// When a snapshot is written, and what it costs.
#[derive(Debug, Clone, Copy)]
pub struct Saving {
    /// By how many bytes a journal has grown since.
    pub grown: u64,
    /// Layers below that are not so many times larger than what is written are merged into it.
    pub merged: u64,
    /// How many lines a run has read, for it to be worth noting how far it came.
    pub read: u64,
}

impl Default for Saving {
    /// So much of a journal is folded in a few milliseconds; and what was written once is written again less
    /// often than there are layers, each so many times larger than the one above.
    fn default() -> Saving {
        Saving { grown: 1 << 20, merged: 8, read: 4096 }
    }
}

/// Writes snapshots of those whose journals have grown. All that was decided is in the journals. Where it
/// cannot be written, there is none.
pub fn save(store: &Store, world: &World, saving: Saving) {
    for (process, member) in world.members().iter().enumerate() {
        if world.house().keeps_journal(process) {
            let _ = save_member(store, member, saving);
        }
    }
    let _ = marks::save(store, world, saving.read);
}

fn save_member(store: &Store, member: &Member, saving: Saving) -> Found<()> {
    // Nothing was ever written, or somebody else has written since.
    let last = Position::new(member.next.number() - 1).ok_or(Lost)?;
    let tie = Tie::up_to(store, &member.name, last)?;
    let layers = member.stored.as_ref().map_or(&[][..], |stored| &stored.snapshot.layers);
    let grown = tie.len.saturating_sub(layers.first().map_or(0, |layer| layer.foot.tie.len));
    if grown == 0 || grown < saving.grown {
        return Ok(());
    }
    // What has changed is not larger than what the journal says of it, as a rule.
    let mut weight = grown;
    let merges = |layer: &&Layer| {
        let merges = layer.weight() < weight.saturating_mul(saving.merged);
        weight += layer.weight();
        merges
    };
    let merged = layers.iter().take_while(merges).count();
    let (merged, kept) = layers.split_at(merged);

    let name = name_of(&member.name, last);
    let Some(draft) = store.medium().draft(&name).map_err(|_| Lost)? else { return Ok(()) };
    let mut writer = LayerWriter::new(draft);
    write_records(&mut writer, member, merged)?;
    let foot = Foot {
        process: member.name.clone(),
        tie,
        below: kept.first().map(|layer| Below { last: layer.foot.tie.last, foot: layer.checksum }),
        alarms_from: alarms_from(member, merged.len()),
        summary: summary_of(member),
        records: 0,
        ids_at: 0,
        alarms_at: 0,
        alarms: 0,
        sparse: Vec::new(),
    };
    writer.finish(foot)?;
    let below = kept.iter().map(|layer| name_of(&member.name, layer.foot.tie.last));
    let chain: Vec<String> = [name].into_iter().chain(below).collect();
    drop_all_but(store, &member.name, &chain);
    Ok(())
}

/// What is other than in the layers, and what stands in those that are merged, in order.
fn write_records(writer: &mut LayerWriter, member: &Member, merged: &[Layer]) -> Found<()> {
    let instances: Vec<_> = member.instances().collect();
    let mut touched: Vec<(u32, usize)> = match &member.stored {
        Some(stored) => stored.touched.iter().map(|&index| (key(&instances[index].id), index)).collect(),
        None => instances.iter().enumerate().map(|(index, instance)| (key(&instance.id), index)).collect(),
    };
    touched.sort_unstable_by_key(|&(key, index)| (key, &instances[index].id));
    let ordinal = |index: usize| match &member.stored {
        Some(stored) => stored.ordinals[index],
        None => index as u64,
    };
    let put = |writer: &mut LayerWriter, (key, index): (u32, usize)| {
        let record = write_instance(instances[index], ordinal(index));
        writer.put(key, &head(&mut Reader(&record))?, &record)
    };
    let mut touched = touched.into_iter().peekable();
    Merge::over(merged.iter())?.each(|key, head, record| {
        let before = |(other, index): &(u32, usize)| (*other, &*instances[*index].id) < (key, head.id);
        while let Some(next) = touched.next_if(before) {
            put(writer, next)?;
        }
        match touched.next_if(|(_, index)| *instances[*index].id == *head.id) {
            Some(newer) => put(writer, newer),
            None => writer.put(key, &head, record),
        }
    })?;
    touched.try_for_each(|next| put(writer, next))
}

/// For each layer that stays, the first of its alarms that counts.
fn alarms_from(member: &Member, merged: usize) -> Vec<u64> {
    let Some(stored) = &member.stored else { return Vec::new() };
    let touched = |id: &str| member.index_of(id).is_some_and(|index| stored.touched.contains(&index));
    stored.alarms[merged..].iter().map(|cursor| cursor.from(touched)).collect()
}

fn summary_of(member: &Member) -> Summary {
    Summary {
        now: member.now,
        opened: member.opened,
        recorded: member.recorded.clone(),
        hashes: member.hashes.clone(),
        instances: match &member.stored {
            Some(stored) => stored.instances,
            None => member.instances().count() as u64,
        },
        census: member.census(),
    }
}
