//! The program. Everything is in the library; see `anyorder::cli`.

use std::process::ExitCode;

/// A log is read as many small pieces of text that live for very different times; the system's
/// allocator takes much longer to keep them apart.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    anyorder::cli::main()
}
