//! From argv to exit status: finding a program, giving it its streams, starting it, ending it.
//!
//! Guests are started only through [`Launch`], so everything here is tested without one. No
//! wasmtime type occurs. A process belongs to its execution: [`Control::kill`] always ends it.

mod control;
mod exit;
mod launch;
mod pipe;
mod spawn;
mod spool;

pub(crate) use control::Control;
pub use control::Signal;
pub(crate) use exit::ExitStatus;
pub(crate) use launch::{Completion, Input, Launch, LaunchError, LaunchSpec, Output};
pub(crate) use pipe::{PipeReader, PipeWriter, pipe};
pub(crate) use spawn::{ProcessError, SpawnSpec, spawn};
pub(crate) use spool::Spool;
