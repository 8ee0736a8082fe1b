//! How an installation goes on.

use std::sync::Arc;
use std::time::Duration;

/// A stage of installing a runtime, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Unpacking the program and its library.
    Unpack,
    /// Compiling the program for its one initialising run: quickly, hence unoptimised.
    Prepare,
    /// Running its initialisation and storing the image that every process starts from.
    Initialize,
    /// Compiling the initialised program for this machine.
    Compile,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Self; 4] = [Self::Unpack, Self::Prepare, Self::Initialize, Self::Compile];

    /// A word for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unpack => "unpacking",
            Self::Prepare => "preparing",
            Self::Initialize => "initializing",
            Self::Compile => "compiling",
        }
    }
}

/// What is reported while a runtime is installed: once when a stage begins, and once at the end.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InstallProgress {
    /// The runtime's name.
    pub runtime: String,
    /// The stage that begins (or, at the end, the last).
    pub stage: Stage,
    /// Its position, from 0.
    pub index: usize,
    /// Number of stages.
    pub of: usize,
    /// Time since the installation began.
    pub elapsed: Duration,
    /// The runtime is installed.
    pub finished: bool,
}

/// Is told of progress.
type Report = dyn Fn(&InstallProgress) + Send + Sync;

/// The callback that is told, if there is one.
#[derive(Clone, Default)]
pub(crate) struct Progress(Option<Arc<Report>>);

impl Progress {
    pub(crate) fn new(report: impl Fn(&InstallProgress) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(report)))
    }

    pub(super) fn report(&self, progress: &InstallProgress) {
        if let Some(report) = &self.0 {
            report(progress);
        }
    }
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Progress").field(&self.0.is_some()).finish()
    }
}
