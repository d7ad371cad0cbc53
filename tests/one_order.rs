//! `docs/one-order.md` by a second hand: its ids, checksums and hash computed with other means than
//! the program's.

use sha2::{Digest, Sha256};
use uuid::Uuid;

fn page() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/one-order.md")).unwrap()
}

/// The lines of the block that holds a file.
fn lines<'a>(page: &'a str, file: &str) -> Vec<&'a str> {
    let start = page.find(&format!("```jsonl {file}\n")).unwrap();
    page[start..].lines().skip(1).take_while(|line| *line != "```").collect()
}

fn member(line: &str, name: &str) -> String {
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    line[name].as_str().unwrap_or_default().to_string()
}

#[test]
fn every_id_of_the_journal_is_the_uuid_of_its_array() {
    let page = page();
    let namespace = Uuid::new_v5(&Uuid::NAMESPACE_OID, b"anyorder");
    assert!(page.contains(&namespace.to_string()));
    let journal = lines(&page, "log/order.jsonl");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `order` ")).collect();
    assert_eq!(rows.len(), journal.len(), "a row for each line");
    for (row, line) in rows.iter().zip(journal) {
        let array = row.split('`').nth(3).unwrap();
        assert_eq!(member(line, "id"), Uuid::new_v5(&namespace, array.as_bytes()).to_string(), "{array}");
    }
}

/// CRC-32C bit by bit, as its definition has it.
fn crc32c(seed: u32, bytes: &[u8]) -> u32 {
    let mut crc = !seed;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0x82f6_3b78 } else { crc >> 1 };
        }
    }
    !crc
}

#[test]
fn every_checksum_follows_from_the_line_before() {
    assert_eq!(crc32c(0, b"123456789"), 0xe306_9283, "the check value of RFC 3720");
    let page = page();
    for file in ["log/orders.jsonl", "log/payments.jsonl", "log/order.jsonl"] {
        let mut seed = 0;
        for line in lines(&page, file) {
            seed = crc32c(seed, line.split(",\"crc\"").next().unwrap().as_bytes());
            assert_eq!(member(line, "crc"), format!("{seed:08x}"));
        }
    }
}

#[test]
fn the_hash_is_that_of_the_canonical_form_on_the_page() {
    let page = page();
    let canonical = page.lines().find(|line| line.starts_with("{\"format\":1")).unwrap();
    let hash: String = Sha256::digest(canonical).iter().map(|byte| format!("{byte:02x}")).collect();
    let started = lines(&page, "log/order.jsonl")[3];
    let decision: serde_json::Value = serde_json::from_str(started).unwrap();
    assert_eq!(decision["data"]["hash"], hash.as_str());
}
