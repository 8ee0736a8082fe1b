//! Runtimes: what a sandbox can run.
//!
//! A runtime is a tree: programs under `/usr/bin` and their library. The [`catalog`] lists those
//! this build knows, [`install`] turns one into a folder and compiled code. Nothing is downloaded:
//! a runtime's artefact is part of this program.
//!
//! This module knows the engine (which pre-initialises and compiles) but no sandbox and no host
//! function.

mod catalog;
mod error;
mod initialize;
mod install;
mod progress;
mod tree;
mod unix;

pub(crate) use catalog::{CATALOG, Manifest};
pub(crate) use error::RuntimeError;
pub(crate) use initialize::{Initialize, InitializeError, InitializeStage, Uninitialized};
pub(crate) use install::{Installed, Installer};
pub(crate) use progress::Progress;
pub use progress::{InstallProgress, Stage};
pub(crate) use unix::names as tool_names;
