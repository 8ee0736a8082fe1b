//! The runtime `bun:1`: JavaScript and TypeScript in a sandbox, held to what Bun and Node do.
//!
//! Most of it is data, in `javascript_cases/` (its README.md says how a case is written); here is what
//! runs them, and what takes more than one run of one program.

mod cases;
mod fresh;
mod limits;
mod live;

use belljar::{Belljar, BelljarOptions, Command, FileWrite, Sandbox, SandboxOptions};
use std::ops::Deref;
use tempfile::TempDir;

use crate::guests::{Ended, run};
use crate::support::{JAVASCRIPT, cache_dir, data_dir};

/// Where programs of these tests are.
pub(crate) const HOME: &str = "/home/agentuity";

/// An engine with the runtime installed.
pub(crate) struct Engine {
    belljar: Belljar,
    _data: TempDir,
}

impl Engine {
    pub(crate) async fn new() -> Self {
        let data = data_dir();
        let options = BelljarOptions::at(data.path()).cache_dir(cache_dir());
        let belljar = Belljar::open(options).await.unwrap();
        belljar.install_runtime(JAVASCRIPT).await.unwrap();
        Self {
            belljar,
            _data: data,
        }
    }

    /// A new sandbox.
    pub(crate) async fn fresh(&self) -> Sandbox {
        self.create(options()).await.unwrap()
    }
}

impl Deref for Engine {
    type Target = Belljar;

    fn deref(&self) -> &Belljar {
        &self.belljar
    }
}

/// A sandbox of JavaScript with nothing special.
pub(crate) fn options() -> SandboxOptions {
    SandboxOptions::new(JAVASCRIPT)
}

/// A program in a file, as a command that writes the file first.
pub(crate) fn program(name: &str, source: &str) -> Command {
    let mut command = Command::new(["bun", "run", name]);
    command.files = vec![FileWrite {
        path: format!("{HOME}/{name}"),
        content: source.to_owned().into(),
    }];
    command
}

/// Runs a TypeScript program to its end.
pub(crate) async fn typescript(sandbox: &Sandbox, source: &str) -> Ended {
    run(sandbox, program("index.ts", source)).await
}
