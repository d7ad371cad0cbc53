//! A workbench for tests of the command line: a folder of its own, the real program, and whole
//! outputs compared.
//!
//! ```ignore
//! let bench = Bench::one_order();
//! bench.run("append OrderPlaced --id o-1 --time 2026-11-21T09:00:00Z").prints("orders 1 OrderPlaced o-1\n");
//! bench.run("append Nonsense").fails(2, "error: …\n");
//! ```

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// A folder that is gone with the test, in which the program runs.
pub struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// An empty folder.
    pub fn new() -> Bench {
        Bench { folder: tempfile::tempdir().unwrap() }
    }

    /// The workspace of `docs/one-order.md`: orders and payments, and the process `order@1`.
    pub fn one_order() -> Bench {
        Bench::new().file("anyorder.yaml", WORKSPACE).file("processes/order@1.yaml", PROCESS)
    }

    /// One order with its payment, at nine o'clock and five minutes later; not yet run.
    pub fn paid_order() -> Bench {
        let bench = Bench::one_order();
        bench.run(PLACED).prints("orders 1 OrderPlaced o-1\n");
        bench.run(PAID).prints("payments 1 OrderPaid p-1\n");
        bench
    }

    /// Puts a file there, with the folders above it.
    pub fn file(self, name: &str, text: &str) -> Bench {
        self.write(name, text);
        self
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Every file under `log/` with its bytes, what a crash left aside included.
    pub fn logs(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.path("log")];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(self.folder.path()).unwrap().display().to_string();
                files.push((name, fs::read(&path).unwrap()));
            }
        }
        files.sort();
        files
    }

    /// The program with its arguments, ready to be started here. Colours and the terminal's width
    /// are what a script has.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_anyorder"));
        command.args(words(line)).current_dir(self.folder.path());
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env("COLUMNS", "100");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command line to its end.
    pub fn run(&self, line: &str) -> Ran {
        self.finish(line, self.command(line))
    }

    /// Runs a command line with something on its standard input.
    pub fn run_with(&self, line: &str, input: &str) -> Ran {
        let file = self.path(".input");
        fs::write(&file, input).unwrap();
        let mut command = self.command(line);
        command.stdin(fs::File::open(file).unwrap());
        self.finish(line, command)
    }

    pub fn finish(&self, line: &str, mut command: Command) -> Ran {
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| {
            String::from_utf8(bytes)
                .expect("UTF-8")
                .replace(&self.folder.path().display().to_string(), "[HERE]")
        };
        Ran {
            line: line.to_string(),
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// Starts a command line that goes on until it is stopped.
    pub fn start(&self, line: &str) -> Running {
        let mut child = self.command(line).spawn().unwrap();
        let stdout = child.stdout.take();
        Running { child, stdout, heard: Vec::new() }
    }
}

const WORKSPACE: &str = "\
workspace: one-order
modules: {orders: [OrderPlaced], payments: [OrderPaid]}
";

pub const PROCESS: &str = "\
process: order
version: 1
summary: The customer has a quarter of an hour to pay; then the order is shipped.
starts-on: OrderPlaced
initial: placed
states:
  placed:
    on:
      OrderPlaced:
        set: {total: =event.data.total}
        send: {TakePayment: {amount: =event.data.total}}
        alarm: {PaymentTimedOut: 15m}
        to: awaiting-payment
  awaiting-payment:
    on:
      OrderPaid: {send: ShipOrder, to: shipped}
      PaymentTimedOut: {to: abandoned}
  shipped: {end: success}
  abandoned: {end: failure}
";

pub const PLACED: &str = "append OrderPlaced --id o-1 --time 2026-11-21T09:00:00Z --data '{\"total\":12.50}'";
pub const PAID: &str = "append OrderPaid --id p-1 --correlation o-1 --time 2026-11-21T09:05:00Z";

/// A child that is killed when the test is over, however it ends.
pub struct Running {
    pub child: Child,
    stdout: Option<ChildStdout>,
    heard: Vec<u8>,
}

/// Nothing here takes longer, on a machine that is very busy.
const PATIENCE: Duration = Duration::from_secs(30);

impl Running {
    /// Waits until it has printed exactly this since the beginning.
    #[track_caller]
    pub fn prints(&mut self, expected: &str) {
        let mut stdout = self.stdout.take().expect("not hung up");
        let (mut heard, wanted) = (std::mem::take(&mut self.heard), expected.len());
        let (send, done) = std::sync::mpsc::channel();
        // A read cannot be given up, so another thread reads; if it never comes back, the child is
        // killed when the test fails.
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while heard.len() < wanted {
                match stdout.read(&mut bytes) {
                    Ok(count @ 1..) => heard.extend(&bytes[..count]),
                    _ => break,
                }
            }
            let _ = send.send((stdout, heard));
        });
        let (stdout, heard) = done.recv_timeout(PATIENCE).expect("it prints no more");
        assert_eq!(String::from_utf8_lossy(&heard), expected);
        (self.stdout, self.heard) = (Some(stdout), heard);
    }

    /// All that it has printed, when it has ended.
    pub fn read_to_end(&mut self, out: &mut String) {
        self.stdout.take().expect("not hung up").read_to_string(out).unwrap();
    }

    /// Closes the pipe that it prints into.
    pub fn hang_up(&mut self) {
        self.stdout = None;
    }

    /// Waits until it ends by itself, with exit code 0 and not a word of complaint.
    #[track_caller]
    pub fn ends_quietly(&mut self) {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() > end => panic!("it does not end"),
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        let mut complaints = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
        assert_eq!((status.code(), &*complaints), (Some(0), ""));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a command line came to. Each of its tests compares all three: output, errors, exit code.
#[must_use]
pub struct Ran {
    pub line: String,
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// It holds: this on standard output, nothing on standard error, exit code 0.
    #[track_caller]
    pub fn prints(&self, out: &str) {
        self.ends(0, out, "");
    }

    /// Nothing on standard output, this on standard error, and an exit code.
    #[track_caller]
    pub fn fails(&self, code: i32, err: &str) {
        self.ends(code, "", err);
    }

    #[track_caller]
    pub fn ends(&self, code: i32, out: &str, err: &str) {
        let line = &self.line;
        if (self.code, &*self.out, &*self.err) != (Some(code), out, err) {
            panic!(
                "$ anyorder {line}\n--- expected, exit {code}\n{out}--- errors\n{err}\
                 --- found, exit {:?}\n{}--- errors\n{}---",
                self.code, self.out, self.err
            );
        }
    }

    /// Its output, where it has none of errors and holds.
    #[track_caller]
    pub fn out(self) -> String {
        assert_eq!((self.code, &*self.err), (Some(0), ""), "$ anyorder {}", self.line);
        self.out
    }
}

/// A command line as a shell splits it: spaces, and quotes of both kinds, in which nothing is special.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
