//! How much of a tree its runtime did not bring.

use std::collections::HashSet;

use crate::digest::Digest;
use crate::store::{Content, Entry, Node, Root, Store, StoreError, Tree};

/// What is in one tree and not, or not so, in another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// Sizes of files, in bytes.
    pub(super) bytes: u64,
    /// How many files.
    pub(super) files: u64,
}

impl Weight {
    fn add(&mut self, bytes: u64, files: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.files = self.files.saturating_add(files);
    }
}

/// Weighs the tree of root `new` without what the one of root `old` has at the same place. What is
/// equal is not read, nor is what is new as a whole directory, so the cost follows neither the size
/// of the tree nor that of what was added. (Targets of symbolic links in new directories count as
/// bytes; they are what the directory says of itself.) Blocks.
///
/// # Errors
/// As [`Store::tree`].
pub(super) fn weigh(store: &Store, old: Digest, new: Digest) -> Result<Weight, StoreError> {
    let mut weight = Weight::default();
    if old == new {
        return Ok(weight);
    }
    let (old, new) = (store.root(old)?, store.root(new)?);
    // Hard-linked files are in the roots; each counts once, whatever names it has.
    let known: HashSet<(&Content, u16)> = links(&old).collect();
    for link in links(&new).filter(|link| !known.contains(link)) {
        weight.add(link.0.size, 1);
    }
    // A stack of its own: how deep directories nest is a guest's choice.
    let mut pairs = vec![(old.tree, new.tree)];
    while let Some((old, new)) = pairs.pop() {
        if old != new {
            let (old, new) = (store.tree(old)?, store.tree(new)?);
            directory(&old, &new, &mut weight, &mut pairs);
        }
    }
    Ok(weight)
}

fn links(root: &Root) -> impl Iterator<Item = (&Content, u16)> {
    root.links.iter().map(|link| (&link.content, link.mode))
}

/// Adds what is in one directory and gathers the directories that both have.
fn directory(old: &Tree, new: &Tree, weight: &mut Weight, pairs: &mut Vec<(Digest, Digest)>) {
    for entry in &new.entries {
        match (&entry.node, old.get(&entry.name)) {
            (Node::File(content), before) => {
                let same = before.is_some_and(|before| is_file(before, content, entry.mode));
                if !same {
                    weight.add(content.size, 1);
                }
            }
            (Node::Directory { tree, totals }, before) => match before.map(|one| &one.node) {
                Some(Node::Directory { tree: before, .. }) => pairs.push((*before, *tree)),
                _ => weight.add(totals.bytes, totals.files),
            },
            (Node::Symlink(_) | Node::Device(_) | Node::Link(_), _) => {}
        }
    }
}

fn is_file(entry: &Entry, content: &Content, mode: u16) -> bool {
    matches!(&entry.node, Node::File(old) if old == content) && entry.mode == mode
}

#[cfg(test)]
mod tests;
