//! Starts writers, kills them, and holds the log against what they were told.

use crate::ledger::{Ledger, Phase};
use crate::work::{Batch, KINDS, Kind, Work};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fmt::Write;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Driver<'a> {
    /// Where the logs are made, one folder for each.
    pub folder: &'a Path,
    /// Starts a writer.
    pub command: &'a dyn Fn(&Work) -> Command,
    pub writers: &'a [usize],
    pub kills: usize,
    pub seed: u64,
    /// A log is left and a new one begun when it has so many bytes.
    pub long: u64,
    /// Hears of each row as it is done.
    pub tell: &'a dyn Fn(&Row),
}

/// What came of one kind of batch and one number of writers.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub lines: usize,
    pub writers: usize,
    pub kills: usize,
    pub between: usize,
    pub before: usize,
    pub write: usize,
    pub sync: usize,
    pub torn: usize,
    pub logs: usize,
    pub messages: u64,
}

struct Writer {
    child: Child,
    diary: fs::File,
    path: String,
    /// How far the diary was looked at.
    seen: u64,
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Writer {
    fn start(work: &Work, command: &dyn Fn(&Work) -> Command) -> Writer {
        fs::write(&work.diary, "").expect("a diary");
        let mut command = command(work);
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let child = command.spawn().expect("a writer starts");
        let diary = fs::File::open(&work.diary).expect("a diary");
        Writer { child, diary, path: work.diary.clone(), seen: 0 }
    }

    /// Whether the newest line of its diary, written since the last look, says that it writes; or, of one that
    /// appends single lines, whose write is over before anybody could see it, that it enters the append.
    fn begins(&mut self, kind: Kind) -> bool {
        let mut bytes = [0; 4096];
        let count = self.diary.read_at(&mut bytes, self.seen).expect("the diary can be read");
        self.seen += count as u64;
        let newest = bytes[..count].trim_ascii_end().rsplit(|b| *b == b'\n').next().unwrap_or_default();
        newest.starts_with(if kind.lines == 1 { b"a" } else { b"b" })
    }
}

impl Driver<'_> {
    pub fn run(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let cells = KINDS.len() * self.writers.len();
        for (index, kind) in KINDS.into_iter().enumerate() {
            for (number, writers) in self.writers.iter().enumerate() {
                let seed = self.seed ^ ((index * 64 + number) as u64) << 32;
                let mut row = Row { lines: kind.lines, writers: *writers, ..Row::default() };
                let mut hand = Hand { random: ChaCha8Rng::seed_from_u64(seed), took: 100 };
                while row.kills < self.kills.div_ceil(cells) {
                    self.log(kind, &mut row, self.kills.div_ceil(cells), &mut hand);
                }
                (self.tell)(&row);
                rows.push(row);
            }
        }
        rows
    }

    /// One log from its first byte on.
    fn log(&self, kind: Kind, row: &mut Row, kills: usize, hand: &mut Hand) {
        let folder = self.folder.join(format!("{}-{}-{}", kind.lines, row.writers, row.logs));
        fs::create_dir_all(&folder).expect("a folder");
        let log = folder.join("log");
        let mut ledger = Ledger::new(&log, kind);
        let mut owner = 0;
        let mut start = |again: Option<Batch>| {
            owner += 1;
            let diary = folder.join(format!("diary-{owner}")).display().to_string();
            Writer::start(
                &Work { folder: log.display().to_string(), diary, owner, kind, again },
                self.command,
            )
        };
        let mut writers: Vec<Writer> = (0..row.writers).map(|_| start(None)).collect();
        let strikes = 1 + hand.below(48);
        for strike in 0..strikes {
            let victim = hand.wait(&mut writers, kind);
            let last = strike + 1 == strikes || row.kills + 1 >= kills || ledger.len() > self.long;
            let all = last || hand.below(4 * row.writers) == 0;
            if all {
                // The one that was aimed at first; whoever comes later has gone on for a moment.
                let first = writers.remove(victim);
                hand.kill(first, &mut ledger, row);
                writers.drain(..).for_each(|writer| hand.kill(writer, &mut ledger, row));
                ledger.check_all();
            } else {
                let writer = writers.remove(victim);
                hand.kill(writer, &mut ledger, row);
                ledger.check();
            }
            if last {
                break;
            }
            while writers.len() < row.writers {
                // Two may ask for the same: both are answered the same.
                let open: Vec<Batch> = ledger.begun.iter().copied().collect();
                let again = (!open.is_empty() && hand.below(3) > 0).then(|| open[hand.below(open.len())]);
                writers.push(start(again));
            }
        }
        row.torn += ledger.close();
        row.messages += ledger.messages;
        row.logs += 1;
        fs::remove_dir_all(&folder).expect("the folder can be removed");
    }
}

struct Hand {
    random: ChaCha8Rng,
    /// How long a write took last, in microseconds.
    took: u64,
}

impl Hand {
    fn below(&mut self, count: usize) -> usize {
        (self.random.next_u64() % count as u64) as usize
    }

    /// Waits for the moment, and answers whose it is. Every fourth time that is any moment at all; else a random one
    /// within about as long as a write takes, from when somebody is seen to begin.
    fn wait(&mut self, writers: &mut [Writer], kind: Kind) -> usize {
        let victim = self.below(writers.len());
        if self.below(4) == 0 {
            std::thread::sleep(Duration::from_micros(self.below(40_000) as u64));
            return victim;
        }
        let patience = Instant::now();
        writers.iter_mut().for_each(|writer| _ = writer.begins(kind));
        // Where a single line's write begins is anywhere in here.
        let within = if kind.lines == 1 { 200 } else { self.took.max(2) };
        loop {
            if let Some(begins) = writers.iter_mut().position(|writer| writer.begins(kind)) {
                let seen = Instant::now();
                let moment = Duration::from_micros(self.below(within as usize) as u64);
                while seen.elapsed() < moment {
                    std::hint::spin_loop();
                }
                return begins;
            }
            if patience.elapsed() > Duration::from_secs(5) {
                return victim;
            }
            std::thread::yield_now();
        }
    }

    fn kill(&mut self, mut writer: Writer, ledger: &mut Ledger, row: &mut Row) {
        writer.child.kill().expect("it is there until it is killed");
        writer.child.wait().expect("it ends");
        let diary = fs::read_to_string(&writer.path).expect("the diary can be read");
        // A writer's first write may be a small one.
        let wrote = diary.lines().filter_map(|line| line.strip_prefix("e ")).next_back();
        self.took = wrote.and_then(|micros| micros.parse().ok()).unwrap_or(self.took);
        row.kills += 1;
        match ledger.killed(&diary) {
            Phase::Between => row.between += 1,
            Phase::Before => row.before += 1,
            Phase::Write => row.write += 1,
            Phase::Sync => row.sync += 1,
        }
    }
}

/// The rows as a table, with the share of kills that fell inside a write for each kind.
pub fn table(rows: &[Row]) -> String {
    let mut out = String::from(
        "| batches of | writers | kills | between appends | before the write | inside it | syncing | torn and kept | logs | messages |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    let mut line = |name: &str, rows: &[&Row], writers: &str| {
        let sum = |of: fn(&Row) -> u64| rows.iter().map(|row| of(row)).sum::<u64>();
        let (kills, write) = (sum(|row| row.kills as u64), sum(|row| row.write as u64));
        let _ = writeln!(
            out,
            "| {name} | {writers} | {kills} | {} | {} | {write} ({} %) | {} | {} | {} | {} |",
            sum(|row| row.between as u64),
            sum(|row| row.before as u64),
            write * 100 / kills.max(1),
            sum(|row| row.sync as u64),
            sum(|row| row.torn as u64),
            sum(|row| row.logs as u64),
            sum(|row| row.messages),
        );
    };
    for kind in KINDS {
        let of_kind: Vec<&Row> = rows.iter().filter(|row| row.lines == kind.lines).collect();
        for row in &of_kind {
            line(&row.lines.to_string(), &[row], &row.writers.to_string());
        }
        line(&format!("**{}**", kind.lines), &of_kind, "all");
    }
    line("**all**", &rows.iter().collect::<Vec<_>>(), "all");
    out
}
