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
use shop::Shop;
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
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    anyhow::ensure!(!args.dir.exists(), "{} exists already", args.dir.display());
    generate(&args.dir, args.messages, args.seed, args.long)
}

fn generate(dir: &Path, messages: usize, seed: u64, long: bool) -> anyhow::Result<()> {
    fs::create_dir_all(dir.join("processes"))?;
    let (order, carrier) = match long {
        true => (include_str!("long/order@1.yaml"), "  carrier: [ParcelSeen]\n"),
        false => (include_str!("order@1.yaml"), ""),
    };
    fs::write(dir.join("anyorder.yaml"), include_str!("anyorder.yaml").to_string() + carrier)?;
    fs::write(dir.join("processes/order@1.yaml"), order)?;
    // Beside the others, so that the workspace runs on version 1 alone.
    fs::write(dir.join("order@2.yaml"), include_str!("order@2.yaml"))?;

    let store = Store::new(Arc::new(Folder::new(dir.join("log"))));
    let mut foreign = BufWriter::new(fs::File::create(dir.join("foreign.jsonl"))?);
    let mut shop = Shop::new(seed, long);
    let mut left = messages;
    while left > 0 {
        let some: Vec<Message> = shop.by_ref().take(left.min(50_000)).collect();
        left -= some.len();
        for message in some.iter().filter(|_| !long) {
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

    fn fingerprint(seed: u64, long: bool) -> String {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("shop");
        generate(&dir, 1000, seed, long).unwrap();
        let mut hash = Sha256::new();
        for name in ["log/orders.jsonl", "log/payments.jsonl", "log/warehouse.jsonl", "foreign.jsonl"] {
            hash.update(fs::read(dir.join(name)).unwrap());
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_on_every_machine() {
        assert_eq!(fingerprint(7, false), "e2cc0aafb1e3caf7c1fd215f5bd02b6f69e5520adfcea5de2e21e985529e15b5");
        assert_ne!(fingerprint(8, false), fingerprint(7, false));
        assert_eq!(fingerprint(7, true), fingerprint(7, true));
        assert_ne!(fingerprint(7, true), fingerprint(7, false));
    }
}
