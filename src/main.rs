//! The program. Everything is in the library; see `anyorder::cli`.

use std::process::ExitCode;

/// A log is read as many small pieces of text that live for very different times; the system's
/// allocator spends a third of a run on keeping them apart (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    anyorder::cli::main()
}
