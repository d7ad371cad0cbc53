//! Several layers as one: of each instance the newest record, in the order of their keys and ids.

use super::bytes::Found;
use super::form::Head;
use super::layer::{Layer, Scan};

pub(super) struct Merge<'a> {
    /// The newest first.
    scans: Vec<Scan<'a>>,
}

impl<'a> Merge<'a> {
    pub fn over(layers: impl Iterator<Item = &'a Layer>) -> Found<Merge<'a>> {
        Ok(Merge { scans: layers.map(Scan::new).collect::<Found<_>>()? })
    }

    /// Gives each record to `take`: the key, what the record begins with, and the record.
    pub fn each(&mut self, mut take: impl FnMut(u32, Head, &[u8]) -> Found<()>) -> Found<()> {
        loop {
            let mut first: Option<(u32, String)> = None;
            let mut newest = 0;
            for (index, scan) in self.scans.iter().enumerate() {
                let Some((key, head, _)) = scan.here()? else { continue };
                if first.as_ref().is_none_or(|(known, id)| (key, head.id) < (*known, &**id)) {
                    first = Some((key, head.id.to_string()));
                    newest = index;
                }
            }
            let Some((key, id)) = first else { return Ok(()) };
            if let Some((key, head, record)) = self.scans[newest].here()? {
                take(key, head, record)?;
            }
            for scan in &mut self.scans {
                if scan.here()?.is_some_and(|(other, head, _)| other == key && head.id == id) {
                    scan.advance()?;
                }
            }
        }
    }
}
