//! From argv to exit status: finding a program, giving it its streams, starting it, ending it.
//!
//! Guests are started only through [`Launch`], so everything here is tested without one. No
//! wasmtime type occurs. A process belongs to the session of its execution or job, which always
//! ends all of its processes.

mod control;
mod description;
mod exit;
mod find;
mod launch;
mod pipe;
mod session;
mod signal;
mod spool;

pub(crate) use control::Control;
pub(crate) use description::{Description, Fail, MAX_READ, Read};
pub(crate) use exit::ExitStatus;
pub(crate) use find::Uploads;
pub(crate) use launch::{
    Completion, Ended, Input, Launch, LaunchError, LaunchSpec, LiveUsage, Output,
};
pub(crate) use pipe::{PipeReader, PipeWriter, pipe};
pub(crate) use session::{Population, Process, Request, Session, Setting, StartError};
pub(crate) use signal::Action;
pub use signal::Signal;
pub(crate) use spool::Spool;
