//! One filesystem's inodes and what is counted of them. Everything here happens under one lock.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::content::{self, FileData, Io};
use super::errno::Errno;
use super::inode::{Base, Body, Directory, Inode, Slot};
use super::table::{Ino, Table};
use crate::digest::Digest;
use crate::store::{Content, Entry, LinkGroup, Node, Root, Totals};

/// The root directory.
pub(super) const ROOT: Ino = 1;
/// Most bytes of small contents that one filesystem keeps in memory; what is beyond goes to the
/// scratch file. Bounds the host memory that a guest gets for files.
pub(super) const INLINE_TOTAL: u64 = 8 << 20;
/// Deepest nesting of directories. Not a limit of any walk here, but of what other programs (tar,
/// rm) can be expected to survive.
pub(super) const MAX_DEPTH: u32 = 4096;
/// Most names of one file.
const MAX_LINKS: u32 = 65_000;

/// Bytes and names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Sizes of files and targets of links, in bytes.
    pub(crate) bytes: u64,
    /// Names: of files, directories, links and devices.
    pub(crate) nodes: u64,
}

/// Files that are one file under several names.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// What it was when it was last stored; its count of names is kept up to date in the inode once
    /// there is one.
    pub(super) stored: LinkGroup,
    /// Its inode, if it has been looked at.
    pub(super) ino: Option<Ino>,
}

/// A filesystem at one moment: cloning it costs the same whatever it holds.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) table: Table,
    pub(super) next: Ino,
    pub(super) groups: Arc<BTreeMap<u64, Group>>,
    pub(super) next_group: u64,
    pub(super) usage: Usage,
    pub(super) limit: Usage,
    /// Bytes of contents in memory.
    pub(super) inline: u64,
    /// The root that it was at the last commit, or from which it was opened.
    pub(super) committed: Digest,
    /// Whether anything has changed since.
    pub(super) dirty: bool,
    /// Counts commits that have begun.
    pub(super) epoch: u64,
    /// The epoch in which a file of a link group last changed.
    pub(super) groups_changed: u64,
    /// Counts replacements of the whole; a handle of an earlier one is stale.
    pub(super) generation: u64,
    /// How often each inode is open. Not part of a fork.
    pub(super) open: HashMap<Ino, u32>,
    /// Inodes that have no name and live until they are closed.
    pub(super) orphans: BTreeSet<Ino>,
}

impl State {
    pub(super) fn new(digest: Digest, root: &Root, limit: Usage) -> Self {
        let directory = Directory::stored(ROOT, root.tree, tree_totals(root));
        let mut inode = Inode::new(root.mode, root.mtime, ROOT, Body::Directory(directory));
        inode.nlink = 1;
        let mut table = Table::default();
        table.insert(ROOT, Arc::new(inode));
        let groups = root.links.iter().map(|link| {
            let group = Group {
                stored: *link,
                ino: None,
            };
            (link.group, group)
        });
        Self {
            table,
            next: ROOT + 1,
            groups: Arc::new(groups.collect()),
            next_group: root.next_group,
            usage: usage_of(root),
            limit,
            inline: 0,
            committed: digest,
            dirty: false,
            epoch: 1,
            groups_changed: 0,
            generation: 0,
            open: HashMap::new(),
            orphans: BTreeSet::new(),
        }
    }

    /// A copy that nothing is open in.
    pub(super) fn fork(&self) -> Self {
        let mut fork = self.clone();
        fork.open = HashMap::new();
        for ino in std::mem::take(&mut fork.orphans) {
            fork.forget(ino);
        }
        fork
    }

    pub(super) fn inode(&self, ino: Ino) -> Result<&Arc<Inode>, Errno> {
        self.table.get(ino).ok_or(Errno::NoEnt)
    }

    pub(super) fn inode_mut(&mut self, ino: Ino) -> Result<&mut Inode, Errno> {
        self.table.get_mut(ino).ok_or(Errno::NoEnt)
    }

    pub(super) fn directory(&self, ino: Ino) -> Result<&Directory, Errno> {
        match &self.inode(ino)?.body {
            Body::Directory(directory) => Ok(directory),
            _ => Err(Errno::NotDir),
        }
    }

    pub(super) fn directory_mut(&mut self, ino: Ino) -> Result<&mut Directory, Errno> {
        match &mut self.inode_mut(ino)?.body {
            Body::Directory(directory) => Ok(directory),
            _ => Err(Errno::NotDir),
        }
    }

    /// Loads the base of a directory, so that its names are known.
    pub(super) fn load(&mut self, io: &Io, ino: Ino) -> Result<&Directory, Errno> {
        if let Base::Stored(digest) = &self.directory(ino)?.base {
            let tree = io.store.tree(*digest).map_err(|e| content::stored(&e))?;
            let directory = self.directory_mut(ino)?;
            directory.len = tree.entries.len() as u64;
            directory.base = Base::Loaded(tree);
        }
        self.directory(ino)
    }

    /// The inode of a name in a directory; made known if only the base had it.
    pub(super) fn lookup(&mut self, io: &Io, dir: Ino, name: &str) -> Result<Option<Ino>, Errno> {
        let directory = self.load(io, dir)?;
        match directory.layer.get(name) {
            Some(Slot::Ino(ino)) => return Ok(Some(*ino)),
            Some(Slot::Gone) => return Ok(None),
            None => {}
        }
        let Some(tree) = directory.tree().cloned() else {
            return Ok(None);
        };
        let Some(entry) = tree.get(name) else {
            return Ok(None);
        };
        let ino = self.materialise(dir, entry)?;
        let directory = self.directory_mut(dir)?;
        directory
            .layer
            .insert(entry.name.as_ref().into(), Slot::Ino(ino));
        Ok(Some(ino))
    }

    /// An inode for an entry of a stored tree.
    fn materialise(&mut self, dir: Ino, entry: &Entry) -> Result<Ino, Errno> {
        let body = match &entry.node {
            Node::Link(group) => return self.group_inode(*group),
            Node::File(content) => Body::File(FileData::of(*content)),
            Node::Directory { tree, totals } => {
                Body::Directory(Directory::stored(dir, *tree, *totals))
            }
            Node::Symlink(target) => Body::Symlink(target.as_ref().into()),
            Node::Device(device) => Body::Device(*device),
        };
        let inode = Inode::new(entry.mode, entry.mtime, dir, body);
        Ok(self.add(inode))
    }

    /// The inode of a group of hard links.
    fn group_inode(&mut self, number: u64) -> Result<Ino, Errno> {
        let Some(group) = self.groups.get(&number) else {
            tracing::error!(group = number, "a hard link belongs to no group");
            return Err(Errno::Io);
        };
        if let Some(ino) = group.ino {
            return Ok(ino);
        }
        let stored = &group.stored;
        let body = Body::File(FileData::of(stored.content));
        let mut inode = Inode::new(stored.mode, stored.mtime, 0, body);
        inode.nlink = stored.nlink;
        inode.group = number;
        let ino = self.add(inode);
        if let Some(group) = Arc::make_mut(&mut self.groups).get_mut(&number) {
            group.ino = Some(ino);
        }
        Ok(ino)
    }

    fn add(&mut self, inode: Inode) -> Ino {
        let ino = self.next;
        self.next += 1;
        self.table.insert(ino, Arc::new(inode));
        ino
    }

    /// Adds a new inode under a new name; the caller has seen that there is no such name. Counts
    /// towards the quota.
    pub(super) fn create(
        &mut self,
        dir: Ino,
        name: &str,
        mode: u16,
        now: i64,
        body: Body,
    ) -> Result<Ino, Errno> {
        if self.directory(dir)?.parent == 0 {
            // Removed while it was open.
            return Err(Errno::NoEnt);
        }
        if matches!(body, Body::Directory(_)) && self.depth(dir)? >= MAX_DEPTH {
            return Err(Errno::MLink);
        }
        let inode = Inode::new(mode, now, dir, body);
        let bytes = inode.size();
        if self.usage.nodes >= self.limit.nodes || bytes > self.room() {
            return Err(Errno::NoSpc);
        }
        self.usage.nodes += 1;
        self.usage.bytes += bytes;
        let ino = self.add(inode);
        self.mark(ino);
        self.bind(dir, name, ino, now)?;
        Ok(ino)
    }

    /// Gives an inode a name that its directory does not have.
    pub(super) fn bind(&mut self, dir: Ino, name: &str, ino: Ino, now: i64) -> Result<(), Errno> {
        let directory = self.directory_mut(dir)?;
        directory.layer.insert(name.into(), Slot::Ino(ino));
        directory.len += 1;
        self.touch_directory(dir, now)
    }

    /// Takes a name away from its directory. What becomes of the inode is the caller's business.
    pub(super) fn unbind(&mut self, dir: Ino, name: &str, now: i64) -> Result<(), Errno> {
        let directory = self.directory_mut(dir)?;
        if directory
            .tree()
            .is_some_and(|tree| tree.get(name).is_some())
        {
            directory.layer.insert(name.into(), Slot::Gone);
        } else {
            directory.layer.remove(name);
        }
        directory.len = directory.len.saturating_sub(1);
        self.touch_directory(dir, now)
    }

    fn touch_directory(&mut self, dir: Ino, now: i64) -> Result<(), Errno> {
        let inode = self.inode_mut(dir)?;
        inode.mtime = now;
        inode.ctime = now;
        // Whose own entry changes is its parent's tree; but what is in it has changed, too.
        self.mark(dir);
        Ok(())
    }

    /// Notes that an inode has changed: no directory above it is what the store has any more.
    pub(super) fn mark(&mut self, ino: Ino) {
        self.dirty = true;
        let epoch = self.epoch;
        let Some(inode) = self.table.get_mut(ino) else {
            return;
        };
        inode.changed = epoch;
        if inode.group != 0 {
            self.groups_changed = epoch;
        }
        let mut at = match &inode.body {
            Body::Directory(_) => ino,
            _ => inode.parent,
        };
        while at != 0 {
            let Some(inode) = self.table.get(at) else {
                return;
            };
            let Body::Directory(directory) = &inode.body else {
                return;
            };
            if directory.clean.is_none() {
                return;
            }
            let parent = directory.parent;
            if let Ok(directory) = self.directory_mut(at) {
                directory.clean = None;
            }
            if at == parent {
                return;
            }
            at = parent;
        }
    }

    /// An inode has lost a name.
    pub(super) fn unlinked(&mut self, ino: Ino, now: i64) -> Result<(), Errno> {
        let inode = self.inode_mut(ino)?;
        inode.nlink = inode.nlink.saturating_sub(1);
        inode.ctime = now;
        let (left, group) = (inode.nlink, inode.group);
        self.usage.nodes = self.usage.nodes.saturating_sub(1);
        if left > 0 {
            self.mark(ino);
            return Ok(());
        }
        if group != 0 {
            self.groups_changed = self.epoch;
        }
        let inode = self.inode_mut(ino)?;
        inode.parent = 0;
        if let Body::Directory(directory) = &mut inode.body {
            directory.parent = 0;
        }
        if group != 0 {
            Arc::make_mut(&mut self.groups).remove(&group);
        }
        if self.open.contains_key(&ino) {
            self.orphans.insert(ino);
        } else {
            self.forget(ino);
        }
        Ok(())
    }

    /// Frees an inode that has no name and is not open.
    fn forget(&mut self, ino: Ino) {
        if let Some(inode) = self.table.get(ino) {
            self.usage.bytes = self.usage.bytes.saturating_sub(inode.size());
            if let Body::File(data) = &inode.body {
                self.inline = self.inline.saturating_sub(data.inline());
            }
            self.table.remove(ino);
        }
    }

    pub(super) fn opened(&mut self, ino: Ino) {
        *self.open.entry(ino).or_insert(0) += 1;
    }

    pub(super) fn closed(&mut self, ino: Ino) {
        if let Some(count) = self.open.get_mut(&ino) {
            *count -= 1;
            if *count == 0 {
                self.open.remove(&ino);
                if self.orphans.remove(&ino) {
                    self.forget(ino);
                }
            }
        }
    }

    /// Gives a file one more name to come: it becomes a member of a group.
    pub(super) fn link(&mut self, ino: Ino, now: i64) -> Result<(), Errno> {
        if self.usage.nodes >= self.limit.nodes {
            return Err(Errno::NoSpc);
        }
        let number = self.next_group;
        let inode = self.inode_mut(ino)?;
        if inode.nlink == 0 {
            return Err(Errno::NoEnt);
        }
        if inode.nlink >= MAX_LINKS {
            return Err(Errno::MLink);
        }
        inode.nlink += 1;
        inode.ctime = now;
        self.usage.nodes += 1;
        let inode = self.inode_mut(ino)?;
        if inode.group != 0 {
            return Ok(());
        }
        let stored = LinkGroup {
            group: number,
            mode: inode.mode,
            mtime: inode.mtime,
            // Replaced when it is stored.
            content: Content::EMPTY,
            nlink: inode.nlink,
        };
        inode.group = number;
        // Its one entry is now another kind of entry.
        self.mark(ino);
        self.groups_changed = self.epoch;
        self.inode_mut(ino)?.parent = 0;
        let group = Group {
            stored,
            ino: Some(ino),
        };
        Arc::make_mut(&mut self.groups).insert(number, group);
        self.next_group += 1;
        Ok(())
    }

    /// Changes the contents of a file and keeps all accounts. `change` is told whether contents may
    /// stay in memory.
    pub(super) fn change_file(
        &mut self,
        ino: Ino,
        now: i64,
        change: impl FnOnce(&mut FileData, bool) -> Result<(), Errno>,
    ) -> Result<(), Errno> {
        let may_inline = self.inline < INLINE_TOTAL;
        let inode = self.inode_mut(ino)?;
        let Body::File(data) = &mut inode.body else {
            return Err(Errno::Inval);
        };
        let (size, inline) = (data.size(), data.inline());
        let changed = change(data, may_inline);
        let (new_size, new_inline) = (data.size(), data.inline());
        if changed.is_ok() {
            inode.mtime = now;
            inode.ctime = now;
        }
        self.usage.bytes = (self.usage.bytes + new_size).saturating_sub(size);
        self.inline = (self.inline + new_inline).saturating_sub(inline);
        self.mark(ino);
        changed
    }

    /// Bytes left in the quota.
    pub(super) fn room(&self) -> u64 {
        self.limit.bytes.saturating_sub(self.usage.bytes)
    }

    /// How many directories are above this one.
    pub(super) fn depth(&self, mut dir: Ino) -> Result<u32, Errno> {
        let mut depth = 0;
        while dir != ROOT && depth < MAX_DEPTH {
            dir = self.directory(dir)?.parent;
            depth += 1;
        }
        Ok(depth)
    }

    /// Whether `inner` is `outer` or below it.
    pub(super) fn is_below(&self, mut inner: Ino, outer: Ino) -> Result<bool, Errno> {
        loop {
            if inner == outer {
                return Ok(true);
            }
            if inner == ROOT || inner == 0 {
                return Ok(false);
            }
            inner = self.directory(inner)?.parent;
        }
    }
}

/// What is used of a quota by a stored root. Further names of a file count, too: each takes memory.
pub(super) fn usage_of(root: &Root) -> Usage {
    let further = |link: &LinkGroup| u64::from(link.nlink.saturating_sub(1));
    Usage {
        bytes: root.totals.bytes,
        nodes: root.totals.nodes + root.links.iter().map(further).sum::<u64>(),
    }
}

/// The totals of a root's tree alone.
fn tree_totals(root: &Root) -> Totals {
    let mut totals = root.totals;
    for link in &root.links {
        let counted = link.totals();
        totals.bytes = totals.bytes.saturating_sub(counted.bytes);
        totals.files = totals.files.saturating_sub(counted.files);
        totals.nodes = totals.nodes.saturating_sub(counted.nodes);
    }
    totals
}
