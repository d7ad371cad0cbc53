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

/// What a process took.
pub struct Whole {
    pub wall: Duration,
    pub peak_kib: u64,
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
}

impl Run {
    pub fn new(program: &Path, out: &Path) -> Run {
        static RUNS: AtomicUsize = AtomicUsize::new(0);
        let number = RUNS.fetch_add(1, Ordering::Relaxed);
        Run { program: program.to_path_buf(), words: Vec::new(), out: out.join(format!("out.{number}")) }
    }

    pub fn words<T: Into<OsString>>(mut self, words: impl IntoIterator<Item = T>) -> Run {
        self.words.extend(words.into_iter().map(Into::into));
        self
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
        let own = std::env::current_exe().expect("it runs");
        let answer = Command::new(own)
            .arg(MEASURED)
            .arg(&self.out)
            .arg(&self.program)
            .args(&self.words)
            .args(more)
            .stderr(Stdio::inherit())
            .output()
            .expect("it starts");
        let text = String::from_utf8(answer.stdout).expect("numbers");
        let numbers: Vec<u64> = text.split_whitespace().map(|word| word.parse().expect("a number")).collect();
        let [nanos, peak_kib, code] = numbers[..] else { panic!("{text:?}") };
        assert_eq!(code, 0, "{} {:?} failed", self.program.display(), self.words);
        Whole { wall: Duration::from_nanos(nanos), peak_kib }
    }

    /// What the last run has printed.
    pub fn printed(&self) -> String {
        fs::read_to_string(&self.out).expect("it has printed")
    }
}

/// Starts a command and says how it went: nanoseconds, peak in KiB, exit code.
pub fn measured(mut words: impl Iterator<Item = OsString>) {
    let mut word = || words.next().expect("a word");
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
    println!("{nanos} {} {code}", usage.ru_maxrss);
}
