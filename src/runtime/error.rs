//! What can go wrong with runtimes.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::engine::EngineError;

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
    /// The engine cannot prepare it.
    #[error("{runtime} cannot be installed: {source}")]
    Engine {
        /// The runtime's name.
        runtime: String,
        /// Why.
        source: EngineError,
    },
}
