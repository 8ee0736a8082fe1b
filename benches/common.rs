//! What the benches share: the native interpreter they compare with, samples, and the table.
//!
//! Every number is printed beside its native counterpart, measured in the same loop, turn by turn:
//! whatever disturbs the machine disturbs both.
#![expect(clippy::print_stdout, reason = "a bench prints its results")]
#![allow(
    dead_code,
    reason = "each bench uses a part of it, so nothing can be expected"
)]

pub(crate) mod native;
pub(crate) mod samples;
pub(crate) mod table;

/// The cache of runtimes and compiled code, shared with the tests.
pub(crate) fn cache_dir() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

/// How many rounds to make: `full`, or one when this is not `cargo bench` but a test that it works.
pub(crate) fn rounds(full: usize) -> usize {
    if std::env::args().any(|arg| arg == "--bench") {
        full
    } else {
        1
    }
}

/// Whether the part `name` is asked for: all are, unless some are named.
pub(crate) fn chosen(name: &str) -> bool {
    let named: Vec<_> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    named.is_empty() || named.iter().any(|chosen| chosen == name)
}

/// A line that is no result.
pub(crate) fn note(text: &str) {
    println!("{text}");
}
