//! What can go wrong with runtimes.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::initialize::InitializeError;
use crate::engine::EngineError;
use crate::store::StoreError;

/// An error of installing or removing a runtime.
#[derive(Debug, Error)]
pub(crate) enum RuntimeError {
    /// The folder of installed runtimes cannot be read or written.
    #[error("the runtime folder {} cannot be used", path.display())]
    Folder {
        /// File or folder concerned.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The artefact in this program is damaged.
    #[error("the artefact of {runtime} is damaged: {reason}")]
    Artefact {
        /// The runtime's name.
        runtime: String,
        /// What is wrong.
        reason: String,
    },
    /// Its program cannot be initialised.
    #[error("{runtime} cannot be installed: {source}")]
    Initialize {
        /// The runtime's name.
        runtime: String,
        /// Why.
        source: InitializeError,
    },
    /// Its tree cannot be stored.
    #[error("{runtime} cannot be installed or removed: {source}")]
    Store {
        /// The runtime's name.
        runtime: String,
        /// Why.
        source: StoreError,
    },
    /// The engine cannot prepare it.
    #[error("{runtime} cannot be installed: {source}")]
    Engine {
        /// The runtime's name.
        runtime: String,
        /// Why.
        source: EngineError,
    },
}
