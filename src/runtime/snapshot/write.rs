//! Writing a layer: from its beginning to its end, in one go.

use super::bytes::{Found, Lost, Writer};
use super::foot::{Foot, MAGIC};
use super::form::Head;
use super::layer::{ALARMS, Alarm, IDS, PAGE, Place};
use crate::store::Draft;

/// Holds 16 bytes an instance and 32 an alarm; the records go to the file as they come.
pub(super) struct LayerWriter {
    draft: Box<dyn Draft>,
    at: u64,
    ids: Vec<Place>,
    alarms: Vec<Alarm>,
}

impl LayerWriter {
    pub fn new(draft: Box<dyn Draft>) -> LayerWriter {
        LayerWriter { draft, at: 0, ids: Vec::new(), alarms: Vec::new() }
    }

    fn write(&mut self, bytes: &[u8]) -> Found<()> {
        self.at += bytes.len() as u64;
        self.draft.write(bytes).map_err(|_| Lost)
    }

    /// The next record, in the order of keys and ids.
    pub fn put(&mut self, key: u32, head: &Head, record: &[u8]) -> Found<()> {
        let len = u32::try_from(record.len() + 4).map_err(|_| Lost)?;
        let place = Place { key, len, offset: self.at };
        self.ids.push(place);
        self.alarms.extend(head.ringing.iter().map(|&(due, position)| Alarm { due, position, place }));
        self.write(&crc32c::crc32c(record).to_le_bytes())?;
        self.write(record)
    }

    /// `foot` says all but where things stand in this file.
    pub fn finish(mut self, foot: Foot) -> Found<()> {
        let (ids, mut alarms) = (std::mem::take(&mut self.ids), std::mem::take(&mut self.alarms));
        alarms.sort_unstable_by_key(|alarm| (alarm.due, alarm.position));
        let ids_at = self.at;
        for page in ids.chunks(IDS as usize) {
            self.page(|out| page.iter().for_each(|place| write_place(out, place)))?;
        }
        let alarms_at = self.at;
        for page in alarms.chunks(ALARMS as usize) {
            self.page(|out| {
                for alarm in page {
                    out.i64(alarm.due.millis());
                    out.u64(alarm.position.number());
                    write_place(out, &alarm.place);
                }
            })?;
        }
        let foot = Foot {
            records: ids.len() as u64,
            ids_at,
            alarms_at,
            alarms: alarms.len() as u64,
            sparse: ids.chunks(IDS as usize).map(|page| page[0].key).collect(),
            ..foot
        };
        let (foot_at, foot) = (self.at, foot.write());
        let mut trailer = Writer::default();
        trailer.u64(foot_at);
        trailer.count(foot.len());
        trailer.u32(crc32c::crc32c(&foot));
        trailer.0.extend_from_slice(MAGIC);
        self.write(&foot)?;
        self.write(&trailer.0)?;
        self.draft.finish().map_err(|_| Lost)
    }

    fn page(&mut self, fill: impl FnOnce(&mut Writer)) -> Found<()> {
        let mut page = Writer(Vec::with_capacity(PAGE));
        fill(&mut page);
        page.0.resize(PAGE - 4, 0);
        page.u32(crc32c::crc32c(&page.0));
        self.write(&page.0)
    }
}

fn write_place(out: &mut Writer, place: &Place) {
    out.u32(place.key);
    out.u32(place.len);
    out.u64(place.offset);
}
