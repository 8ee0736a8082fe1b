//! The read-only tree beneath a sandbox's private layer: what its runtime brings.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{GuestPath, Mount};
use crate::digest::Digest;

/// A program of a runtime: a file holding WebAssembly, known by its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProgramFile {
    /// Digest of the WebAssembly bytes.
    pub(crate) digest: Digest,
    /// Where the bytes are on the host.
    pub(crate) host: PathBuf,
}

/// A runtime's tree: folders of the host shown read-only, and which files are programs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Base {
    mounts: Vec<Mount>,
    programs: BTreeMap<GuestPath, ProgramFile>,
}

impl Base {
    /// A tree of one host folder, shown at `guest`.
    pub(crate) fn new(guest: &'static str, host: PathBuf) -> Self {
        Self {
            mounts: vec![Mount {
                guest,
                host,
                writable: false,
            }],
            programs: BTreeMap::new(),
        }
    }

    /// Adds a program; several names of one program are several entries.
    pub(crate) fn add_program(&mut self, path: GuestPath, program: ProgramFile) {
        self.programs.insert(path, program);
    }

    /// The program at `path`.
    pub(crate) fn program(&self, path: &GuestPath) -> Option<&ProgramFile> {
        self.programs.get(path)
    }

    /// The folders that make up the tree.
    pub(crate) fn mounts(&self) -> &[Mount] {
        &self.mounts
    }
}
