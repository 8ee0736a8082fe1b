//! What can go wrong in the engine itself. What a guest does wrong is never an error here.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::digest::Digest;

/// An error of the engine: its configuration, its cache, its compiler.
#[derive(Debug, Error)]
pub(crate) enum EngineError {
    /// wasmtime refuses the configuration on this machine.
    #[error("this machine cannot run the engine's configuration: {0:#}")]
    Configure(wasmtime::Error),
    /// A thread could not be started.
    #[error("cannot start the engine's threads")]
    Threads(#[source] io::Error),
    /// The compile cache cannot be read or written.
    #[error("the compile cache {} cannot be used", path.display())]
    CacheFolder {
        /// File or folder concerned.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// Others may write into the compile cache, so nothing in it can be trusted.
    #[error(
        "the compile cache {} is writable by other users (mode {mode:o}); it must be private: chmod 700",
        path.display()
    )]
    CacheNotPrivate {
        /// The folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The bytes of a program could not be read.
    #[error("program {digest} cannot be read")]
    ReadProgram {
        /// Digest of the program.
        digest: Digest,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// Not a component, invalid, or in need of a feature that is off.
    #[error("program {digest} cannot be compiled: {source:#}")]
    Compile {
        /// Digest of the program.
        digest: Digest,
        /// The compiler's words.
        source: wasmtime::Error,
    },
}
