//! What the integration tests share: folders, and the one installation of each runtime.
//!
//! Installing a runtime takes half a minute or more, and nextest runs every test as a process of its
//! own. So all of them share one cache folder below the target folder; Belljar's own lock lets
//! whichever test comes first install while the others wait.

pub(crate) mod records;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;

/// The runtime that most tests use.
pub(crate) const PYTHON: &str = "python:3.14";

/// The runtime of JavaScript and TypeScript.
pub(crate) const JAVASCRIPT: &str = "bun:1";

static CACHE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
    std::fs::create_dir_all(&folder).unwrap();
    folder
});

/// The folder of runtimes and compiled code that all tests share: give it to
/// `BelljarOptions::cache_dir`, or to the command as `BELLJAR_CACHE`.
pub(crate) fn cache_dir() -> &'static Path {
    &CACHE
}

/// A data folder for one test, removed when dropped.
pub(crate) fn data_dir() -> TempDir {
    let mut name = tempfile::Builder::new();
    name.prefix("data-")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
        .unwrap()
}

/// An HTTP client. With the library's own reqwest in the same program, one has to say how to encrypt
/// before there can be a client, though nothing here is.
pub(crate) fn http() -> reqwest::Client {
    // Refused after the first time.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::new()
}

/// The `belljar` command in an environment that holds nothing of this machine's user.
pub(crate) fn belljar() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_belljar"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("BELLJAR_") {
            command.env_remove(name);
        }
    }
    command.env("BELLJAR_CACHE", cache_dir());
    command
}
