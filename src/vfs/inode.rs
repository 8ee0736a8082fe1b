//! What an inode is.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::content::FileData;
use super::table::Ino;
use crate::digest::Digest;
use crate::store::{Device, Totals, Tree};

/// What an inode is, without its contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A character device.
    Device(Device),
}

/// What is known of an inode. Times are nanoseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    /// The inode's number. Kept as long as the filesystem is in memory.
    pub(crate) ino: u64,
    /// What it is.
    pub(crate) kind: Kind,
    /// Permission bits, with set-id and sticky.
    pub(crate) mode: u16,
    /// Hard links; 1 for a directory, as some filesystems have it (subdirectories are not counted).
    pub(crate) nlink: u32,
    /// Bytes: of a file its length, of a link its target's; 0 for the others.
    pub(crate) size: u64,
    /// Of last access. Reading does not change it.
    pub(crate) atime: i64,
    /// Of last change of the contents.
    pub(crate) mtime: i64,
    /// Of last change of anything.
    pub(crate) ctime: i64,
}

/// A name in a directory's private layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// This inode; it may be in the base, too.
    Ino(Ino),
    /// A whiteout: the base has the name, the directory no longer.
    Gone,
}

/// What a directory was before it was changed.
#[derive(Clone, Debug)]
pub(super) enum Base {
    /// Nothing.
    Empty,
    /// A tree that nobody has looked into yet.
    Stored(Digest),
    /// A tree.
    Loaded(Arc<Tree>),
}

/// A directory: a private layer over a base. The layer is empty as long as the base is not loaded.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    /// Where `..` leads; the root's parent is the root, a removed directory's is 0.
    pub(super) parent: Ino,
    pub(super) base: Base,
    pub(super) layer: BTreeMap<Arc<str>, Slot>,
    /// How many names the directory has. Right only once the base is loaded.
    pub(super) len: u64,
    /// The tree that this directory is, with all below it, unless something in it has changed. If
    /// this is none, it is none in every directory above.
    pub(super) clean: Option<(Digest, Totals)>,
}

impl Directory {
    pub(super) fn new(parent: Ino) -> Self {
        Self {
            parent,
            base: Base::Empty,
            layer: BTreeMap::new(),
            len: 0,
            clean: None,
        }
    }

    pub(super) fn stored(parent: Ino, tree: Digest, totals: Totals) -> Self {
        Self {
            parent,
            base: Base::Stored(tree),
            layer: BTreeMap::new(),
            len: 0,
            clean: Some((tree, totals)),
        }
    }

    /// The base, if it has names at all and is loaded.
    pub(super) fn tree(&self) -> Option<&Arc<Tree>> {
        match &self.base {
            Base::Loaded(tree) => Some(tree),
            Base::Empty | Base::Stored(_) => None,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Body {
    File(FileData),
    Directory(Directory),
    Symlink(Arc<str>),
    Device(Device),
}

#[derive(Clone, Debug)]
pub(super) struct Inode {
    pub(super) mode: u16,
    /// Names it has; 0 while it is only open.
    pub(super) nlink: u32,
    pub(super) atime: i64,
    pub(super) mtime: i64,
    pub(super) ctime: i64,
    /// The directory that has its one name; 0 for a member of a link group, which may have many.
    pub(super) parent: Ino,
    /// Its group of hard links; 0 for none.
    pub(super) group: u64,
    /// The filesystem's epoch when it, or a name in it, last changed: see [`super::commit`].
    pub(super) changed: u64,
    pub(super) body: Body,
}

impl Inode {
    pub(super) fn new(mode: u16, now: i64, parent: Ino, body: Body) -> Self {
        Self {
            mode,
            nlink: 1,
            atime: now,
            mtime: now,
            ctime: now,
            parent,
            group: 0,
            changed: 0,
            body,
        }
    }

    pub(super) fn kind(&self) -> Kind {
        match &self.body {
            Body::File(_) => Kind::File,
            Body::Directory(_) => Kind::Directory,
            Body::Symlink(_) => Kind::Symlink,
            Body::Device(device) => Kind::Device(*device),
        }
    }

    pub(super) fn size(&self) -> u64 {
        match &self.body {
            Body::File(data) => data.size(),
            Body::Symlink(target) => target.len() as u64,
            Body::Directory(_) | Body::Device(_) => 0,
        }
    }

    pub(super) fn is_dir(&self) -> bool {
        matches!(self.body, Body::Directory(_))
    }

    pub(super) fn stat(&self, ino: Ino) -> Stat {
        Stat {
            ino,
            kind: self.kind(),
            mode: self.mode,
            nlink: self.nlink,
            size: self.size(),
            atime: self.atime,
            mtime: self.mtime,
            ctime: self.ctime,
        }
    }
}
