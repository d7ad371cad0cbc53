//! The program. Everything is in the library; see `anyorder::cli`.

mod allocator;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator::new();

// What unwinds a panic, out of the archive that comes with the C compiler instead of the shared library: that
// one asks the processor what it can do before anything else happens. Where the processor is a virtual one, that
// and one library more to load are a tenth of what an append takes.
// `unsafe`: it declares nothing that could be called.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[link(name = "gcc_eh", kind = "static", modifiers = "-bundle")]
unsafe extern "C" {}

fn main() -> ExitCode {
    anyorder::cli::main()
}
