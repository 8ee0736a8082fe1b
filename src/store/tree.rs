//! Directories and whole filesystems as values, their storing and loading.

use std::collections::{HashMap, VecDeque};
use std::ops::Add;
use std::sync::{Arc, MutexGuard, PoisonError, Weak};

use super::Store;
use super::codec::{self, Fault};
use super::content::Content;
use super::error::StoreError;
use crate::digest::Digest;

/// The largest tree or root that is read: bounds what a damaged length can make us allocate.
const MAX_OBJECT: u64 = 1 << 30;
/// How many trees are kept in memory for whoever asks next.
const KEPT_TREES: usize = 64;
/// How many bytes, roughly, the kept trees take together.
const KEPT_BYTES: usize = 4 << 20;
/// Below this many remembered trees, forgetting the dead ones is not worth the time.
const FORGET_ABOVE: usize = 1024;

/// One directory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Tree {
    /// Sorted by the bytes of their names, which differ.
    pub entries: Vec<Entry>,
}

/// One name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// 1 to 255 bytes, without `/` and NUL, neither `.` nor `..`.
    pub name: Box<str>,
    /// Permission bits, 12 of them. Zero for a link, whose attributes its group has.
    pub mode: u16,
    /// Nanoseconds since the epoch. Zero for a link.
    pub mtime: i64,
    /// What it is.
    pub node: Node,
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// A regular file with one name.
    File(Content),
    /// A directory.
    Directory {
        /// Its tree object.
        tree: Digest,
        /// What is below it.
        totals: Totals,
    },
    /// A symbolic link: its target, 1 to 4096 bytes without NUL.
    Symlink(Box<str>),
    /// A device of our own.
    Device(Device),
    /// One name of a file that has, or had, several; the number of its group in the root.
    Link(u64),
}

/// The devices there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Device {
    /// `/dev/null`
    Null,
    /// `/dev/zero`
    Zero,
    /// `/dev/random` and `/dev/urandom`
    Random,
    /// The process's standard input.
    Stdin,
    /// The process's standard output.
    Stdout,
    /// The process's standard error.
    Stderr,
}

/// What is below a directory. Link entries count nothing there: their groups are counted once, in
/// the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub(crate) struct Totals {
    /// Sizes of regular files and lengths of symlink targets, in bytes.
    pub bytes: u64,
    /// Regular files.
    pub files: u64,
    /// Everything: files, directories, symlinks, devices.
    pub nodes: u64,
}

/// A whole filesystem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Root {
    /// Permission bits of the top directory.
    pub mode: u16,
    /// Its time, nanoseconds since the epoch.
    pub mtime: i64,
    /// Its tree object.
    pub tree: Digest,
    /// The tree's totals and each link group once.
    pub totals: Totals,
    /// Sorted by group.
    pub links: Vec<LinkGroup>,
    /// Above every group in use, and every one that was.
    pub next_group: u64,
}

/// A file with several names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LinkGroup {
    /// Its number, which [`Node::Link`] names.
    pub group: u64,
    /// Permission bits.
    pub mode: u16,
    /// Nanoseconds since the epoch.
    pub mtime: i64,
    /// What is in it.
    pub content: Content,
    /// How many names it has, at least one.
    pub nlink: u32,
}

impl Add for Totals {
    type Output = Self;

    /// Saturates: totals are counted against quotas, never used to address anything.
    fn add(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_add(other.bytes),
            files: self.files.saturating_add(other.files),
            nodes: self.nodes.saturating_add(other.nodes),
        }
    }
}

impl Node {
    /// What one entry adds to its directory's totals.
    pub(crate) fn totals(&self) -> Totals {
        let node = |bytes, files| Totals {
            bytes,
            files,
            nodes: 1,
        };
        match self {
            Self::File(content) => node(content.size, 1),
            Self::Directory { totals, .. } => *totals + node(0, 0),
            Self::Symlink(target) => node(target.len() as u64, 0),
            Self::Device(_) => node(0, 0),
            Self::Link(_) => Totals::default(),
        }
    }
}

impl LinkGroup {
    /// What the group adds to its root's totals.
    pub(crate) fn totals(&self) -> Totals {
        Totals {
            bytes: self.content.size,
            files: 1,
            nodes: 1,
        }
    }
}

impl Tree {
    /// The entry with that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Entry> {
        let at = self
            .entries
            .binary_search_by(|entry| entry.name.as_bytes().cmp(name.as_bytes()));
        self.entries.get(at.ok()?)
    }

    /// What is below this directory, itself not counted.
    pub(crate) fn totals(&self) -> Totals {
        self.entries
            .iter()
            .fold(Totals::default(), |sum, entry| sum + entry.node.totals())
    }

    /// Bytes of memory, roughly.
    fn weight(&self) -> usize {
        let names: usize = self
            .entries
            .iter()
            .map(|entry| match &entry.node {
                Node::Symlink(target) => entry.name.len() + target.len(),
                _ => entry.name.len(),
            })
            .sum();
        size_of::<Self>() + names + self.entries.len() * size_of::<Entry>()
    }
}

impl Root {
    /// The group with that number.
    pub(crate) fn link(&self, group: u64) -> Option<&LinkGroup> {
        let at = self.links.binary_search_by_key(&group, |link| link.group);
        self.links.get(at.ok()?)
    }

    /// What the totals of a root with this tree and these groups are.
    pub(crate) fn totals_of(tree: Totals, links: &[LinkGroup]) -> Totals {
        links.iter().fold(tree, |sum, link| sum + link.totals())
    }
}

/// Trees by digest: those that someone holds, and a few that nobody holds any more.
#[derive(Default)]
pub(super) struct TreeCache {
    known: HashMap<Digest, Weak<Tree>>,
    forget_above: usize,
    /// With their weights, the most recently used one last.
    kept: VecDeque<(Digest, Arc<Tree>, usize)>,
    kept_bytes: usize,
}

impl TreeCache {
    fn get(&mut self, digest: Digest) -> Option<Arc<Tree>> {
        let tree = self.known.get(&digest)?.upgrade()?;
        if let Some(at) = self.kept.iter().rposition(|(kept, ..)| *kept == digest)
            && let Some(kept) = self.kept.remove(at)
        {
            self.kept.push_back(kept);
        } else {
            self.keep(digest, &tree);
        }
        Some(tree)
    }

    fn insert(&mut self, digest: Digest, tree: &Arc<Tree>) {
        self.known.insert(digest, Arc::downgrade(tree));
        self.keep(digest, tree);
        if self.known.len() > self.forget_above.max(FORGET_ABOVE) {
            self.known.retain(|_, tree| tree.strong_count() > 0);
            self.forget_above = self.known.len() * 2;
        }
    }

    fn keep(&mut self, digest: Digest, tree: &Arc<Tree>) {
        let weight = tree.weight();
        if weight > KEPT_BYTES / 2 {
            return;
        }
        self.kept.push_back((digest, Arc::clone(tree), weight));
        self.kept_bytes += weight;
        while self.kept.len() > KEPT_TREES || self.kept_bytes > KEPT_BYTES {
            let Some((_, _, weight)) = self.kept.pop_front() else {
                break;
            };
            self.kept_bytes -= weight;
        }
    }
}

impl Store {
    fn tree_cache(&self) -> MutexGuard<'_, TreeCache> {
        self.inner
            .trees
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores a directory, whose entries must be in order.
    ///
    /// # Errors
    /// [`Invalid`](StoreError::Invalid) if it is not canonical, or that the host's filesystem
    /// refuses.
    pub(crate) fn put_tree(&self, tree: &Tree) -> Result<Digest, StoreError> {
        let bytes = codec::encode_tree(tree).map_err(|reason| StoreError::Invalid {
            what: "tree",
            reason,
        })?;
        self.put(&bytes)
    }

    /// The directory that a digest stands for, verified; shared with everyone who holds it.
    ///
    /// # Errors
    /// As [`get`](Self::get), and [`Malformed`](StoreError::Malformed) or
    /// [`DifferentVersion`](StoreError::DifferentVersion) if the object is not a tree.
    pub(crate) fn tree(&self, digest: Digest) -> Result<Arc<Tree>, StoreError> {
        if let Some(tree) = self.tree_cache().get(digest) {
            return Ok(tree);
        }
        let tree = Arc::new(self.read_tree(digest)?);
        self.tree_cache().insert(digest, &tree);
        Ok(tree)
    }

    /// [`tree`](Self::tree) from the disk, whatever is in memory.
    pub(super) fn read_tree(&self, digest: Digest) -> Result<Tree, StoreError> {
        let bytes = self.get(digest, MAX_OBJECT)?;
        codec::decode_tree(&bytes).map_err(|fault| fault.at(digest, "tree"))
    }

    /// Stores a root, whose groups must be in order.
    ///
    /// # Errors
    /// As [`put_tree`](Self::put_tree).
    pub(crate) fn put_root(&self, root: &Root) -> Result<Digest, StoreError> {
        let bytes = codec::encode_root(root).map_err(|reason| StoreError::Invalid {
            what: "root",
            reason,
        })?;
        self.put(&bytes)
    }

    /// The filesystem that a digest stands for, verified.
    ///
    /// # Errors
    /// As [`tree`](Self::tree).
    pub(crate) fn root(&self, digest: Digest) -> Result<Root, StoreError> {
        let bytes = self.get(digest, MAX_OBJECT)?;
        codec::decode_root(&bytes).map_err(|fault| fault.at(digest, "root"))
    }
}

impl Fault {
    fn at(self, digest: Digest, what: &'static str) -> StoreError {
        match self {
            Self::Malformed(reason) => StoreError::Malformed { digest, reason },
            Self::Version(found) => StoreError::DifferentVersion {
                what: format!("{what} {digest}"),
                found: found.to_string(),
                supported: codec::VERSION,
            },
        }
    }
}
