//! The seam to whoever runs a program's `initialize`: that needs host functions, which runtimes
//! know nothing of.

use crate::digest::Digest;
use crate::store::Store;

/// Runs a program's `initialize` and makes the program that begins where it ended.
///
/// Blocks for seconds; called on a thread where that is fine. What is made is not stored anywhere
/// by the implementation.
pub(crate) trait Initialize: Send + Sync {
    /// Initialises, telling `progress` when each stage begins.
    ///
    /// # Errors
    /// In words for people, with what the program said.
    fn initialize(
        &self,
        program: &Uninitialized<'_>,
        progress: &mut dyn FnMut(InitializeStage),
    ) -> Result<Vec<u8>, InitializeError>;
}

/// A program as it comes in an artefact.
#[derive(Debug)]
pub(crate) struct Uninitialized<'a> {
    /// Its component.
    pub(crate) component: &'a [u8],
    /// Where the tree is that it sees.
    pub(crate) store: &'a Store,
    /// The root of that tree, which it cannot change.
    pub(crate) root: Digest,
    /// All of its environment.
    pub(crate) environment: &'a [(&'a str, &'a str)],
}

/// How far an initialisation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InitializeStage {
    /// The component is being compiled, quickly rather than well, for its one run.
    Prepare,
    /// Its `initialize` is running.
    Run,
}

/// Why a program could not be initialised.
pub(crate) type InitializeError = Box<dyn std::error::Error + Send + Sync>;
