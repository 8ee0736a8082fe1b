//! Where WASI meets the filesystem and processes: the only place that links host functions.
//!
//! Three lifetimes, never mixed: a [`Host`] lives as long as its engine and holds what is made
//! once (linker, pre-instances); a sandbox's filesystem and accounts come in with each launch; a
//! `Guest` lives as long as one process and is the data of its store.
//!
//! `wasi:io`, clocks and random are wasmtime-wasi's; files, standard streams, waiting and
//! `belljar:process` are ours, and so is what stands between guests and wasmtime-wasi's sockets.

mod entry;
mod filesystem;
mod guest;
mod launch;
mod link;
mod outcome;
mod poll;
pub(crate) mod preinit;
mod process;
mod registry;
mod signals;
mod slots;
mod sockets;
mod stdio;
mod uploads;

pub(crate) use launch::Host;
