//! A filesystem as a tar archive that is the same bytes for the same root, and back.
//!
//! # What is written
//!
//! POSIX pax format (IEEE Std 1003.1, `pax`, "ustar Interchange Format" with extended headers), in
//! the order of the trees: a directory, then what is in it. Owner and group are 1000, `agentuity`.
//!
//! - First a global header (type `g`) with `BELLJAR.version` (1), `BELLJAR.runtime`,
//!   `BELLJAR.programs` (digests, separated by commas) and `BELLJAR.next_group`.
//! - `./` is the top directory. Times that are no whole seconds, long or non-ASCII paths, and sizes
//!   that the header cannot hold are in an extended header (type `x`).
//! - A hard-linked file is written under its first path, with its group as `BELLJAR.link`; its
//!   other names are link entries.
//! - Devices are character devices with Linux's numbers. Standard streams have those of the null
//!   device and say in `BELLJAR.device` what they are.
//! - Holes are written out.
//!
//! # What is read
//!
//! That, ordinary ustar, pax and GNU archives (long names), and any of them compressed with zstd.
//! An archive is hostile until proven otherwise: nothing is taken over that does not fit a
//! filesystem of ours, memory is bounded by the limits, and until all of it has been read only
//! blobs are written, which are garbage if it is refused. Importing what was exported gives the
//! identical root.

mod assembly;
mod export;
mod frame;
mod import;

pub(crate) use export::export;
pub(crate) use frame::{Frames, Member};
pub(crate) use import::import;

use crate::digest::Digest;

/// What an archive says beside the files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ArchiveMeta {
    /// The runtime's name; empty in an archive that is not from us.
    pub runtime: String,
    /// Digests of the files that may be run as programs.
    pub programs: Vec<Digest>,
}

/// The most that an archive may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImportLimits {
    /// Bytes of files and symlink targets, unpacked.
    pub bytes: u64,
    /// Entries, and directories that they imply.
    pub nodes: u64,
}

/// The version of what we add to the format.
const VERSION: u8 = 1;
/// The most bytes a path has (`PATH_MAX` of POSIX's usual hosts).
const MAX_PATH: usize = 4096;
/// The most bytes of an extended header: bounds what is held in memory for one entry.
const MAX_RECORDS: u64 = 1 << 20;

const VERSION_KEY: &str = "BELLJAR.version";
const RUNTIME_KEY: &str = "BELLJAR.runtime";
const PROGRAMS_KEY: &str = "BELLJAR.programs";
const NEXT_GROUP_KEY: &str = "BELLJAR.next_group";
const LINK_KEY: &str = "BELLJAR.link";
const DEVICE_KEY: &str = "BELLJAR.device";

/// A path as error messages show it.
fn quoted(path: &str) -> String {
    const MOST: usize = 200;
    path.chars().take(MOST).collect()
}

#[cfg(test)]
mod tests;
