//! The filesystem of a sandbox: what guests see and what the files API works on.
//!
//! A [`Vfs`] is a private, writable layer over a read-only [`Base`] (the runtime's tree). Paths
//! are [`GuestPath`]s and are resolved here alone; no wasmtime type occurs.
//!
//! In this version the private layer is a folder of the host, opened once as a capability and
//! lent to guests through wasmtime-wasi ([`Vfs::mounts`]); Belljar's own inode map replaces it
//! behind the same calls. Until then the limit on disk space is recorded but not enforced on
//! guests, and permission bits are the host's.
//!
//! Durability: contents are in the host's page cache when a call returns, so they survive the
//! death of this process, not of the machine.

mod base;
mod error;
mod ops;
mod path;

pub(crate) use base::{Base, ProgramFile};
pub(crate) use error::FsError;
pub(crate) use ops::EntryKind;
pub(crate) use path::GuestPath;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cap_std::ambient_authority;
use cap_std::fs::Dir;

/// Working directory and home of the guest's user; relative API paths resolve against it.
pub(crate) const WORKSPACE: &str = "/home/agentuity";
/// Directories that exist in every sandbox, beside those of the runtime.
const SKELETON: [&str; 3] = ["home", "home/agentuity", "tmp"];

/// What a path turned out to name when asked for a program.
#[derive(Clone, Debug)]
pub(crate) enum Executable {
    /// A program of the runtime.
    Program(ProgramFile),
    /// A file that is no program we run, with its first bytes.
    Other(Vec<u8>),
}

/// A host folder that guests see at `guest`, until the private layer is Belljar's own.
#[derive(Clone, Debug)]
pub(crate) struct Mount {
    /// Where the guest sees it.
    pub(crate) guest: &'static str,
    /// The folder.
    pub(crate) host: PathBuf,
    /// Whether the guest may change it.
    pub(crate) writable: bool,
}

/// One sandbox's filesystem. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Vfs {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    base: Arc<Base>,
    folder: PathBuf,
    root: Dir,
}

impl Vfs {
    /// Makes a filesystem whose private layer is the (new or existing) host folder `folder`.
    ///
    /// # Errors
    /// [`FsError::Io`] if the folder cannot be made or opened.
    pub(crate) fn open(folder: &Path, base: Arc<Base>) -> Result<Self, FsError> {
        let io = |source| FsError::io("/", source);
        // Where something is mounted there is a directory, so that listings show it.
        let mounts = base.mounts().iter().map(|mount| mount.guest);
        make_dir(folder).map_err(io)?;
        for directory in SKELETON.into_iter().chain(mounts) {
            make_dir(&folder.join(directory.trim_start_matches('/'))).map_err(io)?;
        }
        let root = Dir::open_ambient_dir(folder, ambient_authority()).map_err(io)?;
        Ok(Self {
            inner: Arc::new(Inner {
                base,
                folder: folder.to_owned(),
                root,
            }),
        })
    }

    /// The folders to lend to a guest, outermost first.
    pub(crate) fn mounts(&self) -> Vec<Mount> {
        let mut mounts = vec![Mount {
            guest: "/",
            host: self.inner.folder.clone(),
            writable: true,
        }];
        mounts.extend(self.inner.base.mounts().iter().cloned());
        mounts
    }

    /// Finds out what executing `path` would run.
    ///
    /// # Errors
    /// [`FsError::NotFound`], [`FsError::IsADirectory`] and what reading the file gives.
    pub(crate) fn executable(&self, path: &GuestPath) -> Result<Executable, FsError> {
        // `/bin` is `/usr/bin`, as on any merged-usr system.
        let merged;
        let path = match path.as_str().strip_prefix("/bin/") {
            Some(name) => {
                merged = GuestPath::parse(&format!("/usr/bin/{name}"), path)?;
                &merged
            }
            None => path,
        };
        if let Some(program) = self.inner.base.program(path) {
            return Ok(Executable::Program(program.clone()));
        }
        self.read_start(path, 256).map(Executable::Other)
    }
}

/// Makes one directory unless it is there. Its parents nearly always are: asking for them first
/// would double the calls of every sandbox's start.
fn make_dir(path: &Path) -> std::io::Result<()> {
    match std::fs::create_dir(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => std::fs::create_dir_all(path),
        made => made,
    }
}

#[cfg(test)]
mod tests;
