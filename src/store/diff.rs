//! What differs between two filesystems.
//!
//! Directories with equal digests are skipped unread, so the cost follows what changed. The one
//! exception: a hard-linked file's content is in the root, not in the directories of its names, so
//! if such a file changed, equal directories are searched until all its names have been found.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use super::Store;
use super::content::Content;
use super::error::StoreError;
use super::tree::{Entry, Node, Root, Tree};
use crate::digest::Digest;

/// Directories whose paths are longer are not entered: guests can nest directories deeper than any
/// path of theirs reaches, and listing them would take memory by the square.
const MAX_PATH: usize = 4096;

/// The differences of two filesystems.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Diff {
    /// Sorted by path, name by name: what is in a directory follows it directly.
    pub changes: Vec<Difference>,
    /// Whether there are more than were asked for, or below a path of more than 4096 bytes.
    pub truncated: bool,
}

/// One path that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Absolute.
    pub path: String,
    /// How it differs.
    pub change: ChangeKind,
    /// What it is: on the new side, or on the old one if it was removed.
    pub kind: NodeKind,
    /// Bytes of the old file or symlink target.
    pub old_size: Option<u64>,
    /// Bytes of the new file or symlink target.
    pub new_size: Option<u64>,
    /// Permission bits: the new ones, or the old ones if it was removed.
    pub mode: u16,
    /// What is in the new file.
    pub content: Option<Content>,
}

/// How a path differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ChangeKind {
    /// It is on the new side only. A path whose kind changed was removed and added.
    Added,
    /// Content, target, device or mode differ. Times do not count, neither does what is in a
    /// directory, nor whether a file has other names.
    Changed,
    /// It is on the old side only.
    Removed,
}

/// What a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum NodeKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A device.
    Device,
}

/// The differences between the filesystems of two roots, at most `limit` of them.
///
/// # Errors
/// As [`Store::tree`].
pub(crate) fn diff(
    store: &Store,
    old: Digest,
    new: Digest,
    limit: usize,
) -> Result<Diff, StoreError> {
    let mut found = Diff::default();
    if old == new {
        return Ok(found);
    }
    let side = |digest| -> Result<Side, StoreError> {
        let root = store.root(digest)?;
        Ok(Side { digest, root })
    };
    let (old, new) = (side(old)?, side(new)?);
    if old.root.mode != new.root.mode {
        found.changes.push(Difference {
            path: "/".to_owned(),
            change: ChangeKind::Changed,
            kind: NodeKind::Directory,
            old_size: None,
            new_size: None,
            mode: new.root.mode,
            content: None,
        });
    }
    let mut comparison = Comparison {
        store,
        searched: ChangedLinks::between(&old.root, &new.root),
        old,
        new,
        pending: Vec::new(),
        found,
        limit,
    };
    comparison.run()?;
    let mut found = comparison.found;
    if found.changes.len() > limit {
        found.changes.truncate(limit);
        found.truncated = true;
    }
    Ok(found)
}

/// The link groups that both sides have and whose files differ.
#[derive(Default)]
struct ChangedLinks {
    groups: HashSet<u64>,
    /// How many of their names on the new side have not been come across.
    names_left: u64,
    /// Trees that were searched and hold none of them.
    without: HashSet<Digest>,
}

impl ChangedLinks {
    fn between(old: &Root, new: &Root) -> Self {
        let mut changed = Self::default();
        for link in &new.links {
            let before = old.link(link.group);
            if before.is_some_and(|old| (old.mode, old.content) != (link.mode, link.content)) {
                changed.groups.insert(link.group);
                changed.names_left += u64::from(link.nlink);
            }
        }
        changed
    }

    fn met(&mut self, entry: &Entry) {
        if let Node::Link(group) = &entry.node
            && self.groups.contains(group)
        {
            self.names_left = self.names_left.saturating_sub(1);
        }
    }

    /// Whether names may be below an unchanged directory.
    fn may_be_in(&self, tree: Digest) -> bool {
        self.names_left > 0 && !self.without.contains(&tree)
    }
}

/// Two directories of one path, either of which may be missing.
struct Pair {
    path: String,
    old: Option<Arc<Tree>>,
    new: Option<Arc<Tree>>,
    /// The next entries to look at.
    at_old: usize,
    at_new: usize,
    /// The tree that both are.
    same: Option<Digest>,
    /// How many changes there were when this directory began.
    changes_before: usize,
}

struct Comparison<'a> {
    store: &'a Store,
    old: Side,
    new: Side,
    searched: ChangedLinks,
    /// The directories that we are in, from the top down.
    pending: Vec<Pair>,
    found: Diff,
    limit: usize,
}

struct Side {
    digest: Digest,
    root: Root,
}

/// What is compared of an entry.
struct Compared<'a> {
    mode: u16,
    size: Option<u64>,
    content: Option<Content>,
    /// The node of what is neither file nor directory.
    node: Option<&'a Node>,
}

impl Side {
    /// An entry with the attributes of its link group, if it is a name of one.
    fn compared<'a>(&self, entry: &'a Entry) -> Result<Compared<'a>, StoreError> {
        let mut compared = Compared {
            mode: entry.mode,
            size: None,
            content: None,
            node: None,
        };
        match &entry.node {
            Node::File(content) => compared.content = Some(*content),
            Node::Link(group) => {
                let link = self.root.link(*group).ok_or(StoreError::Malformed {
                    digest: self.digest,
                    reason: "it lacks the group of a hard-linked file",
                })?;
                compared.mode = link.mode;
                compared.content = Some(link.content);
            }
            Node::Directory { .. } => {}
            Node::Symlink(target) => {
                compared.size = Some(target.len() as u64);
                compared.node = Some(&entry.node);
            }
            Node::Device(_) => compared.node = Some(&entry.node),
        }
        compared.size = compared
            .size
            .or(compared.content.map(|content| content.size));
        Ok(compared)
    }
}

fn kind(entry: &Entry) -> NodeKind {
    match entry.node {
        Node::File(_) | Node::Link(_) => NodeKind::File,
        Node::Directory { .. } => NodeKind::Directory,
        Node::Symlink(_) => NodeKind::Symlink,
        Node::Device(_) => NodeKind::Device,
    }
}

fn tree_of(entry: &Entry) -> Option<Digest> {
    match entry.node {
        Node::Directory { tree, .. } => Some(tree),
        _ => None,
    }
}

impl Pair {
    /// The next name, with its entries: of both sides if they are of one kind. Otherwise the old
    /// one comes first, alone.
    fn next(&mut self) -> Option<(Option<Entry>, Option<Entry>)> {
        let at = |tree: &Option<Arc<Tree>>, at| tree.as_ref()?.entries.get(at).cloned();
        let (old, new) = match (at(&self.old, self.at_old), at(&self.new, self.at_new)) {
            (None, None) => return None,
            (Some(old), Some(new)) => match old.name.as_bytes().cmp(new.name.as_bytes()) {
                Ordering::Equal if kind(&old) == kind(&new) => (Some(old), Some(new)),
                Ordering::Less | Ordering::Equal => (Some(old), None),
                Ordering::Greater => (None, Some(new)),
            },
            either => either,
        };
        self.at_old += usize::from(old.is_some());
        self.at_new += usize::from(new.is_some());
        Some((old, new))
    }
}

impl Comparison<'_> {
    fn run(&mut self) -> Result<(), StoreError> {
        let (old, new) = (self.old.root.tree, self.new.root.tree);
        self.enter(String::new(), Some(old), Some(new))?;
        // One more than asked for tells that there are more.
        while self.found.changes.len() <= self.limit {
            let Some(pair) = self.pending.last_mut() else {
                break;
            };
            match pair.next() {
                Some((old, new)) => self.compare(old.as_ref(), new.as_ref())?,
                None => self.leave(),
            }
        }
        Ok(())
    }

    fn enter(
        &mut self,
        path: String,
        old: Option<Digest>,
        new: Option<Digest>,
    ) -> Result<(), StoreError> {
        let same = old.filter(|old| Some(*old) == new);
        if same.is_some_and(|tree| !self.searched.may_be_in(tree)) {
            return Ok(());
        }
        if path.len() > MAX_PATH {
            self.found.truncated = true;
            return Ok(());
        }
        let load = |tree: Option<Digest>| tree.map(|tree| self.store.tree(tree)).transpose();
        let (old, new) = (load(old)?, load(new)?);
        self.pending.push(Pair {
            path,
            old,
            new,
            at_old: 0,
            at_new: 0,
            same,
            changes_before: self.found.changes.len(),
        });
        Ok(())
    }

    fn leave(&mut self) {
        if let Some(pair) = self.pending.pop()
            && let Some(tree) = pair.same
            && pair.changes_before == self.found.changes.len()
        {
            self.searched.without.insert(tree);
        }
    }

    /// Two entries of one name and kind, or one entry that is on one side only.
    fn compare(&mut self, old: Option<&Entry>, new: Option<&Entry>) -> Result<(), StoreError> {
        let Some(shown) = new.or(old) else {
            return Ok(());
        };
        if let Some(new) = new {
            self.searched.met(new);
        }
        let before = old.map(|old| self.old.compared(old)).transpose()?;
        let after = new.map(|new| self.new.compared(new)).transpose()?;
        let change = match (&before, &after) {
            (Some(before), Some(after)) => {
                let same = (before.mode, before.content, before.node)
                    == (after.mode, after.content, after.node);
                (!same).then_some(ChangeKind::Changed)
            }
            (None, _) => Some(ChangeKind::Added),
            (_, None) => Some(ChangeKind::Removed),
        };
        let parent = self.pending.last().map_or("", |pair| &pair.path);
        let path = format!("{parent}/{}", shown.name);
        let mode = after
            .as_ref()
            .or(before.as_ref())
            .map_or(0, |compared| compared.mode);
        if let Some(change) = change {
            self.found.changes.push(Difference {
                path: path.clone(),
                change,
                kind: kind(shown),
                old_size: before.and_then(|compared| compared.size),
                new_size: after.as_ref().and_then(|compared| compared.size),
                mode,
                content: after.and_then(|compared| compared.content),
            });
        }
        let (old, new) = (old.and_then(tree_of), new.and_then(tree_of));
        if old.is_some() || new.is_some() {
            self.enter(path, old, new)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
