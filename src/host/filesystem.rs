//! `wasi:filesystem` over Belljar's own filesystem; see `wit/deps/filesystem`.
//!
//! A guest sees one preopened directory, `/`, with all rights, and files behind it as POSIX has
//! them. Nothing here names a path of the host or asks the host's filesystem: a guest path goes,
//! as it is, to [`crate::vfs`].
//!
//! Calls block the thread they are made on: a guest has a thread of its own (see `engine::pool`),
//! and no call does more than bounded work. They are plain functions, without a future each.
//!
//! Two differences from the letter of WASI 0.2, both because the one directory is the root of
//! everything that the guest has, so that there is nothing to be kept from:
//! - Symbolic links may have absolute targets, which start at the guest's root, and may lead out
//!   of the directory that a path is relative to. `..` at the root stays there, as in POSIX.
//! - A directory opened below one that may be changed may be changed, asked for or not: programs
//!   built with the preview 1 adapter never ask (`descriptor-flags.mutate-directory` is younger).

pub(super) mod bindings;
mod convert;
mod devices;
mod error;
mod preopens;
mod streams;
mod types;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};

use self::bindings::wasi::filesystem;
use self::bindings::wasi::filesystem::types::{DescriptorFlags, ErrorCode};
pub(super) use self::devices::number;
use self::error::Failure;
pub(super) use self::error::StreamFailure;
use super::guest::Guest;
use crate::process::{Control, Description, Process};
use crate::vfs::{DirStream, Handle, Usage, Vfs};

/// Open files, listings and streams that a process can have at a time. Fewer than the handles of
/// `guest::MAX_HANDLES`, so that whoever has too many files open is told so and can still close
/// some: without a handle left for waiting or for an error, the process would be ended.
const MAX_OPEN: usize = 3072;
/// Most bytes that one call reads, whatever the guest asks for: bounds what it can make the host
/// allocate. Large enough that a whole file is a few calls.
const MAX_READ: usize = 256 << 10;

/// What one process has of the filesystem.
pub(super) struct Filesystem {
    /// None in a process that sees nothing.
    shown: Option<(Vfs, Rights)>,
    /// The first working directory, an absolute path.
    cwd: String,
    /// One clone for everything that is open.
    open: Slot,
}

/// Whether anything can be changed through a descriptor, or through one opened below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rights {
    /// Nothing.
    Look,
    /// All that the file's own access allows.
    Change,
}

/// Held by everything that is open; their number is the number of clones.
type Slot = Arc<()>;

impl Filesystem {
    /// What is shown to a process that starts in `cwd`.
    pub(super) fn new(shown: Option<(Vfs, Rights)>, cwd: String) -> Self {
        Self {
            shown,
            cwd,
            open: Slot::default(),
        }
    }

    /// The root, if anything is shown, and what a path of this process is relative to it.
    pub(super) fn seen_from_root(&self, path: &str) -> Option<(Handle, String)> {
        let (vfs, _) = self.shown.as_ref()?;
        let whole = if path.starts_with('/') || path.is_empty() {
            path.to_owned()
        } else {
            format!("{}/{path}", self.cwd)
        };
        let relative = whole.trim_start_matches('/');
        let relative = if relative.is_empty() && !path.is_empty() {
            ".".to_owned()
        } else {
            relative.to_owned()
        };
        Some((vfs.root(), relative))
    }

    /// How much there is and may be.
    pub(super) fn usage(&self) -> Option<(Usage, Usage)> {
        self.shown.as_ref().map(|(vfs, _)| vfs.usage())
    }

    /// Whether anything can be changed.
    pub(super) fn may_change(&self) -> bool {
        matches!(self.shown, Some((_, Rights::Change)))
    }

    /// A place for one more open thing.
    fn slot(&self) -> Result<Slot, ErrorCode> {
        if Slot::strong_count(&self.open) > MAX_OPEN {
            // WASI has no EMFILE.
            return Err(ErrorCode::InsufficientMemory);
        }
        Ok(Slot::clone(&self.open))
    }
}

/// An open file or directory of a guest: the resource `descriptor`.
#[expect(unreachable_pub, reason = "the bindings re-export it")]
pub struct Descriptor {
    handle: Arc<Handle>,
    /// What it stands for instead, if it is one of `/dev/stdin` and the like.
    inherited: Option<Description>,
    rights: Rights,
    /// What `get-flags` repeats: wishes about synchronisation.
    wishes: DescriptorFlags,
    _slot: Slot,
}

impl Descriptor {
    /// Refuses what would change something, unless that is allowed.
    fn changing(&self) -> Result<&Handle, ErrorCode> {
        match self.rights {
            Rights::Change => Ok(&self.handle),
            Rights::Look => Err(ErrorCode::ReadOnly),
        }
    }
}

/// A directory being listed: the resource `directory-entry-stream`.
#[expect(unreachable_pub, reason = "the bindings re-export it")]
pub struct DirectoryEntryStream {
    entries: DirStream,
    _slot: Slot,
}

/// A process's filesystem with its table of handles, for the time of a call.
pub(super) struct FilesystemView<'a> {
    pub(super) filesystem: &'a Filesystem,
    pub(super) descriptions: &'a BTreeMap<u32, Description>,
    pub(super) control: &'a Arc<Control>,
    pub(super) process: Option<&'a Process>,
    pub(super) table: &'a mut ResourceTable,
}

impl FilesystemView<'_> {
    /// The guest only has handles that it was given, of the types that it was given: anything
    /// else is a bug and ends it.
    fn descriptor(&self, descriptor: &Resource<Descriptor>) -> Result<&Descriptor, Failure> {
        self.table.get(descriptor).map_err(Failure::bug)
    }

    /// Adds a handle; that there is no room for more is the guest's to deal with.
    fn push<T: Send + 'static>(&mut self, entry: T) -> Result<Resource<T>, Failure> {
        self.table.push(entry).map_err(Failure::push)
    }
}

struct HasFilesystem;

impl HasData for HasFilesystem {
    type Data<'a> = FilesystemView<'a>;
}

/// Links all of `wasi:filesystem`.
pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    filesystem::types::add_to_linker::<Guest, HasFilesystem>(linker, Guest::files)?;
    filesystem::preopens::add_to_linker::<Guest, HasFilesystem>(linker, Guest::files)?;
    linker.allow_shadowing(true);
    write::add_to_linker(linker)?;
    linker.allow_shadowing(false);
    Ok(())
}

#[cfg(test)]
pub(super) mod tests;
