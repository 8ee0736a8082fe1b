//! Immutable contents by digest: the blobs, trees and roots that filesystems, snapshots and runtimes
//! are made of.
//!
//! The store knows nothing of sandboxes, guests or paths of guests: it keeps objects, each named by
//! the blake3 digest of its bytes, in one namespace.
//!
//! # Layout
//!
//! Below the folder given to [`Store::open`]:
//!
//! ```text
//! store-v1/blobs/ab/<62 digits>   one object; its digest in hexadecimal is `ab` and the 62 digits
//! store-v1/tmp/<pid>-<number>     an object being written, renamed into place when it is whole
//! store-v1/sha256                 SHA-256 digests of contents, see `facts`
//! ```
//!
//! The version in the folder's name is that of the layout; objects carry the version of theirs. A
//! store may have a *parent*, which is read for what is not here and never written.
//!
//! # Objects
//!
//! - A *content* (of a file) of 1 MiB ([`CHUNK`]) or less is one blob. A larger one is a *chunk
//!   list*: one digest of 32 bytes for every MiB, the last one for the rest; a chunk of only zeros
//!   is the all-zero digest and has no blob. The empty content has no blob. What an object is,
//!   follows from who names it and from the size recorded there, never from its bytes: a guest can
//!   write a file that looks like a tree.
//! - A *tree* is one directory, a *root* is a whole filesystem: its top directory and its
//!   hard-linked files. `codec` specifies both. Encodings are canonical, so equal directories have
//!   equal digests, and what does not encode to the bytes it was decoded from is refused.
//!
//! # Durability
//!
//! An object appears by rename: after `kill -9` it is absent or whole, and what a call has returned
//! as stored is there. After a crash of the machine itself an object may be empty or cut off unless
//! [`StoreOptions::sync`] is set; reading one is [`StoreError::Damaged`] (everything read whole is
//! compared with its digest), and putting its bytes again repairs it when its length is wrong.
//!
//! # Concurrency
//!
//! Every call may be made from any thread, and several processes may put into one store.
//! [`Store::collect`] and [`Store::check`] are for a store that this process alone writes; inside
//! it they run beside everything else. What keeps unfinished work from being collected is
//! [`Store::writing`].

mod adopt;
mod archive;
mod blob;
mod check;
mod codec;
mod content;
mod diff;
mod error;
mod facts;
mod gc;
mod guard;
mod tree;
mod walk;

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use crate::digest::Digest;

pub(crate) use archive::{ArchiveMeta, Frames, ImportLimits, Member, export, import};
use blob::BlobFile;
pub(crate) use check::Check;
pub(crate) use content::{CHUNK, Content};
pub(crate) use diff::{ChangeKind, Diff, Difference, NodeKind, diff};
pub(crate) use error::StoreError;
pub(crate) use gc::Roots;
pub(crate) use guard::Pin;
pub(crate) use tree::{Device, Entry, LinkGroup, Node, Root, Totals, Tree};

/// The folder inside the one given, named for the version of the layout.
const LAYOUT: &str = "store-v1";

/// A store of immutable objects. Clones share it.
#[derive(Clone)]
pub(crate) struct Store {
    inner: Arc<Inner>,
}

/// How a store is opened.
#[derive(Debug, Clone, Default)]
pub(crate) struct StoreOptions {
    /// Whether objects are synced to the disk before they appear. Default: no; see the module's
    /// durability.
    pub sync: bool,
    /// Read for what is not here, never written. Default: none.
    pub parent: Option<Store>,
}

struct Inner {
    /// For messages; files are reached through the capabilities below.
    folder: PathBuf,
    root: Dir,
    blobs: Dir,
    tmp: Dir,
    sync: bool,
    parent: Option<Store>,
    guards: guard::Guards,
    /// Held by a collection or a check: one at a time.
    survey: Mutex<()>,
    trees: Mutex<tree::TreeCache>,
    /// What was opened for reading last, the newest first.
    open: Mutex<VecDeque<(Digest, Arc<BlobFile>)>>,
    facts: Mutex<Option<facts::Facts>>,
}

impl Store {
    /// Opens the store in `folder`, making what is missing, and removes temporaries that are more
    /// than a day old (younger ones may be another process's).
    ///
    /// # Errors
    /// If the folder cannot be made or read.
    pub(crate) fn open(folder: &Path, options: StoreOptions) -> Result<Self, StoreError> {
        let folder = folder.join(LAYOUT);
        let open = |source| StoreError::Io {
            what: "opening the store",
            path: folder.clone(),
            source,
        };
        let make = || -> io::Result<(Dir, Dir, Dir)> {
            Dir::create_ambient_dir_all(&folder, ambient_authority())?;
            let root = Dir::open_ambient_dir(&folder, ambient_authority())?;
            root.create_dir_all("blobs")?;
            root.create_dir_all("tmp")?;
            let (blobs, tmp) = (root.open_dir("blobs")?, root.open_dir("tmp")?);
            Ok((root, blobs, tmp))
        };
        let (root, blobs, tmp) = make().map_err(open)?;
        let store = Self {
            inner: Arc::new(Inner {
                folder: folder.clone(),
                root,
                blobs,
                tmp,
                sync: options.sync,
                parent: options.parent,
                guards: guard::Guards::default(),
                survey: Mutex::default(),
                trees: Mutex::default(),
                open: Mutex::default(),
                facts: Mutex::default(),
            }),
        };
        store.remove_stale_temporaries().map_err(open)?;
        Ok(store)
    }

    /// A file without a name beside the objects, for data that nobody else will see; gone when it
    /// is closed.
    ///
    /// # Errors
    /// If the host gives none.
    pub(crate) fn scratch_file(&self) -> io::Result<std::fs::File> {
        tempfile::tempfile_in(self.inner.folder.join("tmp"))
    }

    /// The store that is read for what is not here.
    pub(crate) fn parent(&self) -> Option<&Self> {
        self.inner.parent.as_ref()
    }

    /// An error of the host's filesystem at `path` inside the store.
    fn io(&self, what: &'static str, path: &str, source: io::Error) -> StoreError {
        StoreError::Io {
            what,
            path: self.inner.folder.join(path),
            source,
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("folder", &self.inner.folder)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
