//! Where the program lies in memory is fixed when it is linked. Else the loader writes some four thousand addresses
//! into it at each start, one in twenty of the moments that `append` takes (docs/performance.md); what is safe Rust
//! all through, and reads only the user's own files, loses little by it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
