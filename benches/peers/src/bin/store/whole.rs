//! Whole processes: how long from start to end, and how much memory at most.
//!
//! A process begins its account of memory with that of whoever starts it. So it is started by a small one:
//! this program again, before it has done anything else. The clock is that small one's, so its own start does
//! not count.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub const MEASURED: &str = "measured";
const ONE_CORE: &str = "one-core";

/// What a process took.
pub struct Whole {
    pub wall: Duration,
    /// Of the processor, by all its threads.
    #[allow(dead_code, reason = "of those who measure, one looks at it")]
    pub busy: Duration,
    pub peak_kib: u64,
    pub code: u64,
}

impl Whole {
    pub fn millis(&self) -> f64 {
        self.wall.as_secs_f64() * 1e3
    }
}

/// A command that is run many times; what it prints goes into a file, since some (grep) do less work when
/// nobody reads them.
pub struct Run {
    program: PathBuf,
    words: Vec<OsString>,
    out: PathBuf,
    /// Empty, or that it has one core and no more.
    cores: &'static str,
}

impl Run {
    pub fn new(program: &Path, out: &Path) -> Run {
        static RUNS: AtomicUsize = AtomicUsize::new(0);
        let number = RUNS.fetch_add(1, Ordering::Relaxed);
        let out = out.join(format!("out.{number}"));
        Run { program: program.to_path_buf(), words: Vec::new(), out, cores: "" }
    }

    pub fn words<T: Into<OsString>>(mut self, words: impl IntoIterator<Item = T>) -> Run {
        self.words.extend(words.into_iter().map(Into::into));
        self
    }

    #[allow(dead_code, reason = "of those who measure, one asks for it")]
    pub fn on_one_core(self) -> Run {
        Run { cores: ONE_CORE, ..self }
    }

    /// Whether it can be started at all.
    pub fn is_there(program: &str) -> bool {
        let found =
            Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        found.is_ok()
    }

    pub fn go(&self) -> Whole {
        self.go_with(&[] as &[&str])
    }

    pub fn go_with(&self, more: &[&str]) -> Whole {
        let whole = self.ended_with(more);
        assert_eq!(whole.code, 0, "{} {:?} failed", self.program.display(), self.words);
        whole
    }

    /// However it ends.
    pub fn ended_with(&self, more: &[&str]) -> Whole {
        let own = std::env::current_exe().expect("it runs");
        let answer = Command::new(own)
            .arg(MEASURED)
            .arg(self.cores)
            .arg(&self.out)
            .arg(&self.program)
            .args(&self.words)
            .args(more)
            .stderr(Stdio::inherit())
            .output()
            .expect("it starts");
        let text = String::from_utf8(answer.stdout).expect("numbers");
        let numbers: Vec<u64> = text.split_whitespace().map(|word| word.parse().expect("a number")).collect();
        let [nanos, micros, peak_kib, code] = numbers[..] else { panic!("{text:?}") };
        let (wall, busy) = (Duration::from_nanos(nanos), Duration::from_micros(micros));
        Whole { wall, busy, peak_kib, code }
    }

    /// What the last run has printed.
    pub fn printed(&self) -> String {
        fs::read_to_string(&self.out).expect("it has printed")
    }
}

/// Starts a command and says how it went: nanoseconds, microseconds of the processor, peak in KiB, exit code.
#[allow(clippy::zombie_processes, reason = "wait4 waits for it, and has its account")]
pub fn measured(mut words: impl Iterator<Item = OsString>) {
    let mut word = || words.next().expect("a word");
    if word() == ONE_CORE {
        keep_to_one_core();
    }
    let (out, program) = (File::create(word()).expect("a file"), word());
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(out);
    let started = Instant::now();
    let child = command.spawn().expect("it starts");
    let mut status = 0;
    // SAFETY: an account of zeros is one; both pointers live until the call returns.
    let (ended, usage) = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        (libc::wait4(child.id() as libc::pid_t, &mut status, 0, &mut usage), usage)
    };
    let nanos = started.elapsed().as_nanos();
    assert_eq!(ended, child.id() as libc::pid_t, "it was waited for");
    let code = if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { 255 };
    let micros = |time: libc::timeval| time.tv_sec * 1_000_000 + time.tv_usec;
    let busy = micros(usage.ru_utime) + micros(usage.ru_stime);
    println!("{nanos} {busy} {} {code}", usage.ru_maxrss);
}

/// This process, and whatever it starts: the last of the cores that it may have.
fn keep_to_one_core() {
    // SAFETY: a set of zeros is an empty one; the pointers live until each call returns.
    unsafe {
        let size = size_of::<libc::cpu_set_t>();
        let mut all: libc::cpu_set_t = std::mem::zeroed();
        assert_eq!(libc::sched_getaffinity(0, size, &mut all), 0, "the cores can be asked for");
        let mine = |core: &usize| libc::CPU_ISSET(*core, &all);
        let last = (0..libc::CPU_SETSIZE as usize).rev().find(mine).expect("a core");
        let mut one: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(last, &mut one);
        assert_eq!(libc::sched_setaffinity(0, size, &one), 0, "one core can be chosen");
    }
}
