//! Makes a workspace with a large log, to measure with.
//! `cargo run --release --example generate -- DIR --messages 1000000 --seed 7`
//!
//! `DIR/log` holds it as the store keeps it, a file a module; `DIR/foreign.jsonl` the same messages
//! as somebody else would hand them over: one file, no positions, no checksums. The same seed gives
//! the same bytes; docs/performance.md has what was measured on them.

mod shop;

use anyorder::event::Message;
use anyorder::store::{Folder, Guard, Store};
use clap::Parser;
use shop::{Day, Shop};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Parser)]
struct Args {
    /// A folder that does not exist yet
    dir: PathBuf,
    #[arg(long, default_value_t = 1_000_000)]
    messages: usize,
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Orders that live on for 30 hours after they were shipped, seen five times on their way: nine
    /// messages each, and 100,000 of them live at the end of a log of three million. Without foreign.jsonl
    #[arg(long)]
    long: bool,
    /// So many orders, all of which are sent, of eight to fourteen messages each, none twice: for `check --log`.
    /// Without foreign.jsonl
    #[arg(long, value_name = "N", conflicts_with_all = ["messages", "long"])]
    conversations: Option<u64>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    anyhow::ensure!(!args.dir.exists(), "{} exists already", args.dir.display());
    let (day, messages) = match (args.conversations, args.long) {
        (Some(orders), _) => (Day::Conversations(orders), usize::MAX),
        (None, true) => (Day::Long, args.messages),
        (None, false) => (Day::Short, args.messages),
    };
    generate(&args.dir, messages, args.seed, day)
}

fn generate(dir: &Path, messages: usize, seed: u64, day: Day) -> anyhow::Result<()> {
    fs::create_dir_all(dir.join("processes"))?;
    const CARRIER: &str = "  carrier: [ParcelSeen]\n";
    let (order, carrier) = match day {
        Day::Short => (include_str!("order@1.yaml"), ""),
        Day::Long => (include_str!("long/order@1.yaml"), CARRIER),
        Day::Conversations(_) => (include_str!("conversations/order@1.yaml"), CARRIER),
    };
    fs::write(dir.join("anyorder.yaml"), include_str!("anyorder.yaml").to_string() + carrier)?;
    fs::write(dir.join("processes/order@1.yaml"), order)?;
    // Beside the others, so that the workspace runs on version 1 alone.
    fs::write(dir.join("order@2.yaml"), include_str!("order@2.yaml"))?;

    let store = Store::new(Arc::new(Folder::new(dir.join("log"))));
    let mut foreign = BufWriter::new(fs::File::create(dir.join("foreign.jsonl"))?);
    let mut shop = Shop::new(seed, day);
    let mut left = messages;
    while left > 0 {
        let some: Vec<Message> = shop.by_ref().take(left.min(50_000)).collect();
        left = if some.is_empty() { 0 } else { left - some.len() };
        for message in some.iter().filter(|_| day == Day::Short) {
            writeln!(foreign, "{}", message.to_json())?;
        }
        let mut modules: BTreeMap<_, Vec<Vec<Message>>> = BTreeMap::new();
        for message in some {
            modules.entry(message.source.clone()).or_default().push(vec![message]);
        }
        for (module, batches) in modules {
            // Messages that come twice stand in the log twice, as an import would leave them.
            store.append_new(&module, batches, Guard::None)?;
        }
    }
    foreign.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    fn fingerprint(seed: u64, day: Day) -> String {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("shop");
        generate(&dir, 1000, seed, day).unwrap();
        let mut hash = Sha256::new();
        for name in ["log/orders.jsonl", "log/payments.jsonl", "log/warehouse.jsonl", "foreign.jsonl"] {
            hash.update(fs::read(dir.join(name)).unwrap());
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_on_every_machine() {
        assert_eq!(
            fingerprint(7, Day::Short),
            "e2cc0aafb1e3caf7c1fd215f5bd02b6f69e5520adfcea5de2e21e985529e15b5"
        );
        assert_ne!(fingerprint(8, Day::Short), fingerprint(7, Day::Short));
        assert_eq!(fingerprint(7, Day::Long), fingerprint(7, Day::Long));
        assert_ne!(fingerprint(7, Day::Long), fingerprint(7, Day::Short));
    }
    #[test]
    fn a_conversation_has_eight_to_fourteen_messages_and_none_comes_twice() {
        let mut shop = BTreeMap::<_, Vec<Message>>::new();
        for message in Shop::new(7, Day::Conversations(300)) {
            let conversation = message.correlation.clone().unwrap_or(message.id.clone());
            shop.entry(conversation).or_default().push(message);
        }
        assert_eq!(shop.len(), 300);
        for size in 8..=14 {
            assert!(shop.values().any(|messages| messages.len() == size), "none has {size}");
        }
        for messages in shop.values() {
            assert!((8..=14).contains(&messages.len()), "{}", messages.len());
            let mut ids: Vec<_> = messages.iter().map(|message| &message.id).collect();
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), messages.len());
        }
    }
}
