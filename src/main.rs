//! The program. Everything is in the library; see `anyorder::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    anyorder::cli::main()
}
