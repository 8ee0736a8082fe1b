//! Reading directories.

use std::collections::VecDeque;
use std::ops::Bound;
use std::sync::Arc;

use super::super::content::Io;
use super::super::errno::Errno;
use super::super::handle::Handle;
use super::super::inode::{Kind, Slot};
use super::super::state::State;
use super::super::table::Ino;
use crate::store::{Entry, Node};

/// Names fetched at a time.
const BATCH: usize = 64;

/// A name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DirItem {
    /// The name.
    pub(crate) name: Arc<str>,
    /// What has it.
    pub(crate) kind: Kind,
}

/// The names of a directory, sorted, without `.` and `..`. A name that is there from the beginning
/// to the end is given exactly once, whatever happens to others meanwhile; one that comes or goes
/// may be given or not (POSIX.1-2024, `readdir`). Takes the same little memory for any directory:
/// how many streams are open is a guest's choice.
#[derive(Debug)]
pub(crate) struct DirStream {
    directory: Handle,
    fetched: VecDeque<DirItem>,
    /// The last name fetched; all that follow are greater.
    last: Option<Arc<str>>,
    ended: bool,
}

impl DirStream {
    /// The first names are fetched at once: a listing of a small directory is of one moment.
    pub(in super::super) fn new(directory: Handle) -> Self {
        let mut this = Self {
            directory,
            fetched: VecDeque::new(),
            last: None,
            ended: false,
        };
        this.fetch();
        this
    }

    fn fetch(&mut self) {
        // What was removed or replaced meanwhile has no more names.
        let names = self.directory.names_after(self.last.as_deref(), BATCH);
        self.fetched = names.unwrap_or_default().into();
        self.ended = self.fetched.len() < BATCH;
        if let Some(item) = self.fetched.back() {
            self.last = Some(Arc::clone(&item.name));
        }
    }
}

impl Iterator for DirStream {
    type Item = DirItem;

    fn next(&mut self) -> Option<DirItem> {
        if self.fetched.is_empty() && !self.ended {
            self.fetch();
        }
        self.fetched.pop_front()
    }
}

/// Up to `limit` names that come after `after`.
pub(in super::super) fn names(
    state: &mut State,
    io: &Io,
    ino: Ino,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<DirItem>, Errno> {
    state.load(io, ino)?;
    let directory = state.directory(ino)?;
    let base: &[Entry] = directory.tree().map_or(&[], |tree| &tree.entries);
    let begin = after.map_or(0, |after| {
        base.partition_point(|entry| entry.name.as_ref() <= after)
    });
    let mut base = base.get(begin..).unwrap_or_default().iter().peekable();
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let mut layer = directory
        .layer
        .range::<str, _>((from, Bound::Unbounded))
        .peekable();
    let mut names = Vec::new();
    while names.len() < limit {
        let layered = layer.peek().map(|(name, _)| name.as_ref());
        if let Some(entry) =
            base.next_if(|entry| layered.is_none_or(|name| entry.name.as_ref() < name))
        {
            names.push(DirItem {
                name: entry.name.as_ref().into(),
                kind: kind(&entry.node),
            });
            continue;
        }
        let Some((name, slot)) = layer.next() else {
            break;
        };
        // The layer's is the one that counts.
        base.next_if(|entry| entry.name.as_ref() == name.as_ref());
        if let Slot::Ino(ino) = slot
            && let Some(inode) = state.table.get(*ino)
        {
            names.push(DirItem {
                name: Arc::clone(name),
                kind: inode.kind(),
            });
        }
    }
    Ok(names)
}

fn kind(node: &Node) -> Kind {
    match node {
        Node::File(_) | Node::Link(_) => Kind::File,
        Node::Directory { .. } => Kind::Directory,
        Node::Symlink(_) => Kind::Symlink,
        Node::Device(device) => Kind::Device(*device),
    }
}
