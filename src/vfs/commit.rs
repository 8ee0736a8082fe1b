//! From a live filesystem to a stored tree.
//!
//! A commit works on a fork, so guests go on meanwhile and what is stored is the filesystem at one
//! moment. Only directories that have changed, or have something changed below them, are looked at.
//! Afterwards the live filesystem learns what the store has now. Each commit begins an epoch, and
//! every change stamps its inode with the epoch it happens in: what has an older stamp is as it was
//! when it was stored, and becomes clean.

use std::sync::Arc;

use super::content::{self, Io};
use super::errno::Errno;
use super::inode::{Base, Body, Directory, Inode, Slot};
use super::state::{Group, INLINE_TOTAL, ROOT, State};
use super::table::Ino;
use crate::digest::Digest;
use crate::store::{Content, Entry, LinkGroup, Node, Root, Totals, Tree};

/// What a commit has found out, to be told to the live filesystem.
#[derive(Debug, Default)]
pub(super) struct Committed {
    pub(super) root: Option<Digest>,
    /// The last epoch that is in it.
    epoch: u64,
    /// Changed directories, each after everything below it.
    directories: Vec<StoredDirectory>,
    files: Vec<StoredFile>,
    groups: Vec<LinkGroup>,
}

#[derive(Debug)]
struct StoredDirectory {
    ino: Ino,
    tree: Digest,
    totals: Totals,
}

#[derive(Debug)]
struct StoredFile {
    ino: Ino,
    content: Content,
}

/// A directory whose entries are being gathered.
struct Open {
    ino: Ino,
    inode: Arc<Inode>,
    /// Changed directories in it that are not stored yet.
    pending: Vec<Ino>,
}

/// Stores what has changed in `state` and gives the root.
pub(super) fn store(state: &State, io: &Io) -> Result<Committed, Errno> {
    let mut commit = Commit {
        state,
        io,
        done: Committed {
            epoch: state.epoch,
            ..Committed::default()
        },
        clean: std::collections::HashMap::new(),
    };
    // Depth first with a stack of its own: how deep directories nest is a guest's choice.
    let mut stack = vec![commit.enter(ROOT)?];
    while let Some(open) = stack.last_mut() {
        if let Some(child) = open.pending.pop() {
            stack.push(commit.enter(child)?);
        } else if let Some(open) = stack.pop() {
            commit.leave(&open)?;
        }
    }
    commit.finish()
}

struct Commit<'a> {
    state: &'a State,
    io: &'a Io,
    done: Committed,
    /// Trees of changed directories that are stored by now.
    clean: std::collections::HashMap<Ino, (Digest, Totals)>,
}

impl Commit<'_> {
    fn enter(&self, ino: Ino) -> Result<Open, Errno> {
        let inode = Arc::clone(self.state.inode(ino)?);
        let mut pending = Vec::new();
        if let Body::Directory(directory) = &inode.body
            && directory.clean.is_none()
        {
            for slot in directory.layer.values() {
                if let Slot::Ino(child) = slot
                    && let Body::Directory(directory) = &self.state.inode(*child)?.body
                    && directory.clean.is_none()
                {
                    pending.push(*child);
                }
            }
        }
        Ok(Open {
            ino,
            inode,
            pending,
        })
    }

    /// Stores one directory; those below it are stored.
    fn leave(&mut self, open: &Open) -> Result<(), Errno> {
        let Body::Directory(directory) = &open.inode.body else {
            return Err(Errno::Io);
        };
        if let Some(clean) = directory.clean {
            self.clean.insert(open.ino, clean);
            return Ok(());
        }
        let tree = self.tree(directory)?;
        let totals = tree.totals();
        let digest = self.io.store.put_tree(&tree);
        let digest = digest.map_err(|e| content::stored(&e))?;
        self.clean.insert(open.ino, (digest, totals));
        self.done.directories.push(StoredDirectory {
            ino: open.ino,
            tree: digest,
            totals,
        });
        Ok(())
    }

    /// The entries of a directory: its base's with its layer's over them.
    fn tree(&mut self, directory: &Directory) -> Result<Tree, Errno> {
        let base: &[Entry] = directory.tree().map_or(&[], |tree| &tree.entries);
        let mut base = base.iter().peekable();
        let mut entries = Vec::with_capacity(base.len() + directory.layer.len());
        for (name, slot) in &directory.layer {
            while let Some(entry) = base.next_if(|entry| entry.name.as_ref() < name.as_ref()) {
                entries.push(entry.clone());
            }
            base.next_if(|entry| entry.name.as_ref() == name.as_ref());
            if let Slot::Ino(ino) = slot {
                entries.push(self.entry(name, *ino)?);
            }
        }
        entries.extend(base.cloned());
        Ok(Tree { entries })
    }

    fn entry(&mut self, name: &str, ino: Ino) -> Result<Entry, Errno> {
        let inode = self.state.inode(ino)?;
        let node = match &inode.body {
            _ if inode.group != 0 => Node::Link(inode.group),
            Body::File(_) => Node::File(self.file(ino, inode)?),
            Body::Directory(directory) => {
                let clean = directory.clean.or_else(|| self.clean.get(&ino).copied());
                let (tree, totals) = clean.ok_or(Errno::Io)?;
                Node::Directory { tree, totals }
            }
            Body::Symlink(target) => Node::Symlink(target.as_ref().into()),
            Body::Device(device) => Node::Device(*device),
        };
        // A link entry says nothing of the file itself; its group does.
        let (mode, mtime) = match &node {
            Node::Link(_) => (0, 0),
            _ => (inode.mode, inode.mtime),
        };
        Ok(Entry {
            name: name.into(),
            mode,
            mtime,
            node,
        })
    }

    fn file(&mut self, ino: Ino, inode: &Arc<Inode>) -> Result<Content, Errno> {
        let Body::File(data) = &inode.body else {
            return Err(Errno::Io);
        };
        let content = data.store(self.io)?;
        if data.stored().is_none() {
            self.done.files.push(StoredFile { ino, content });
        }
        Ok(content)
    }

    fn finish(mut self) -> Result<Committed, Errno> {
        let state = self.state;
        let root = state.inode(ROOT)?;
        let (tree, totals) = *self.clean.get(&ROOT).ok_or(Errno::Io)?;
        let mut links = Vec::with_capacity(state.groups.len());
        for (number, group) in state.groups.iter() {
            let Some(ino) = group.ino else {
                links.push(group.stored);
                continue;
            };
            let inode = state.inode(ino)?;
            links.push(LinkGroup {
                group: *number,
                mode: inode.mode,
                mtime: inode.mtime,
                content: self.file(ino, inode)?,
                nlink: inode.nlink,
            });
        }
        let root = Root {
            mode: root.mode,
            mtime: root.mtime,
            tree,
            totals: Root::totals_of(totals, &links),
            links,
            next_group: state.next_group,
        };
        let digest = self.io.store.put_root(&root);
        self.done.root = Some(digest.map_err(|e| content::stored(&e))?);
        self.done.groups = root.links;
        Ok(self.done)
    }
}

/// Tells the live filesystem what is stored. Whatever changed since the commit began stays as it
/// is, and so does every directory above it.
pub(super) fn adopt(state: &mut State, io: &Io, committed: &Committed) -> Result<(), Errno> {
    let stale = |inode: &Inode| inode.changed > committed.epoch;
    for file in &committed.files {
        let crowded = state.inline > INLINE_TOTAL / 2;
        let Some(live) = state.table.get(file.ino).filter(|live| !stale(live)) else {
            continue;
        };
        debug_assert!(matches!(live.body, Body::File(_)));
        let inode = state.inode_mut(file.ino)?;
        if let Body::File(data) = &mut inode.body {
            let inline = data.inline();
            data.settle(file.content, crowded);
            let left = data.inline();
            state.inline = (state.inline + left).saturating_sub(inline);
        }
    }
    for stored in &committed.directories {
        let same = state.table.get(stored.ino).is_some_and(|live| !stale(live));
        if !same || !children_are_clean(state, stored.ino, committed.epoch)? {
            continue;
        }
        let tree = io
            .store
            .tree(stored.tree)
            .map_err(|e| content::stored(&e))?;
        let directory = state.directory_mut(stored.ino)?;
        directory.layer.retain(|_, slot| *slot != Slot::Gone);
        directory.len = tree.entries.len() as u64;
        directory.base = Base::Loaded(tree);
        directory.clean = Some((stored.tree, stored.totals));
    }
    let groups = Arc::make_mut(&mut state.groups);
    for stored in &committed.groups {
        if let Some(Group { stored: old, .. }) = groups.get_mut(&stored.group) {
            old.clone_from(stored);
        }
    }
    if let Some(root) = committed.root {
        state.committed = root;
    }
    state.dirty = state.directory(ROOT)?.clean.is_none() || state.groups_changed > committed.epoch;
    Ok(())
}

/// Whether everything in a directory is as it was stored.
fn children_are_clean(state: &State, ino: Ino, epoch: u64) -> Result<bool, Errno> {
    for slot in state.directory(ino)?.layer.values() {
        let Slot::Ino(child) = slot else { continue };
        let inode = state.inode(*child)?;
        let clean = match &inode.body {
            // Whose changes are the group's, not the directory's.
            _ if inode.group != 0 => true,
            Body::Directory(directory) => directory.clean.is_some(),
            Body::File(_) | Body::Symlink(_) | Body::Device(_) => inode.changed <= epoch,
        };
        if !clean {
            return Ok(false);
        }
    }
    Ok(true)
}
