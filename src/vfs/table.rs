//! The inodes of a filesystem by number: a persistent radix trie.
//!
//! A clone shares everything and costs one pointer; a change copies the nodes on the way to the
//! inode that others still share (at most one of 32 pointers per level) and changes those that
//! nobody shares in place. Numbers are handed out one after the other, so the trie is dense.

use std::sync::Arc;

use super::inode::Inode;

/// An inode's number, unique in one filesystem and never used again. 0 is none.
pub(super) type Ino = u64;

const BITS: u32 = 5;
const WIDTH: usize = 1 << BITS;

#[derive(Clone, Debug)]
enum Node {
    Inner([Option<Arc<Self>>; WIDTH]),
    Leaf([Option<Arc<Inode>>; WIDTH]),
}

impl Node {
    fn is_empty(&self) -> bool {
        match self {
            Self::Inner(children) => children.iter().all(Option::is_none),
            Self::Leaf(inodes) => inodes.iter().all(Option::is_none),
        }
    }

    fn new(level: u32) -> Self {
        if level == 0 {
            Self::Leaf([const { None }; WIDTH])
        } else {
            Self::Inner([const { None }; WIDTH])
        }
    }
}

/// Inodes by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    root: Option<Arc<Node>>,
    /// The level of the root; leaves are level 0.
    level: u32,
}

fn index(ino: Ino, level: u32) -> usize {
    // Five bits always fit.
    usize::try_from((ino >> (BITS * level)) & (WIDTH as u64 - 1)).unwrap_or(0)
}

/// Whether a trie of this level has a place for `ino`.
fn covers(level: u32, ino: Ino) -> bool {
    ino.checked_shr(BITS * (level + 1)).unwrap_or(0) == 0
}

impl Table {
    pub(super) fn get(&self, ino: Ino) -> Option<&Arc<Inode>> {
        if !covers(self.level, ino) {
            return None;
        }
        let mut node = self.root.as_ref()?;
        let mut level = self.level;
        loop {
            match &**node {
                Node::Inner(children) => {
                    node = children.get(index(ino, level))?.as_ref()?;
                    level = level.saturating_sub(1);
                }
                Node::Leaf(inodes) => return inodes.get(index(ino, level))?.as_ref(),
            }
        }
    }

    /// The inode, to change: what is shared with a clone is copied first.
    pub(super) fn get_mut(&mut self, ino: Ino) -> Option<&mut Inode> {
        if !covers(self.level, ino) {
            return None;
        }
        let mut node = self.root.as_mut()?;
        let mut level = self.level;
        loop {
            match Arc::make_mut(node) {
                Node::Inner(children) => {
                    node = children.get_mut(index(ino, level))?.as_mut()?;
                    level = level.saturating_sub(1);
                }
                Node::Leaf(inodes) => {
                    return inodes
                        .get_mut(index(ino, level))?
                        .as_mut()
                        .map(Arc::make_mut);
                }
            }
        }
    }

    /// Puts an inode in its place, for one that was there or a new one.
    pub(super) fn insert(&mut self, ino: Ino, inode: Arc<Inode>) {
        while !covers(self.level, ino) {
            self.level += 1;
            if let Some(old) = self.root.take() {
                let mut root = Node::new(self.level);
                if let Node::Inner(children) = &mut root
                    && let Some(first) = children.first_mut()
                {
                    *first = Some(old);
                }
                self.root = Some(Arc::new(root));
            }
        }
        let mut level = self.level;
        let mut node = self.root.get_or_insert_with(|| Arc::new(Node::new(level)));
        loop {
            match Arc::make_mut(node) {
                Node::Inner(children) => {
                    level = level.saturating_sub(1);
                    let Some(place) = children.get_mut(index(ino, level + 1)) else {
                        return;
                    };
                    node = place.get_or_insert_with(|| Arc::new(Node::new(level)));
                }
                Node::Leaf(inodes) => {
                    if let Some(place) = inodes.get_mut(index(ino, level)) {
                        *place = Some(inode);
                    }
                    return;
                }
            }
        }
    }

    pub(super) fn remove(&mut self, ino: Ino) {
        fn remove(node: &mut Arc<Node>, ino: Ino, level: u32) -> bool {
            let node = Arc::make_mut(node);
            match node {
                Node::Inner(children) => {
                    if let Some(place) = children.get_mut(index(ino, level))
                        && let Some(child) = place
                        && remove(child, ino, level.saturating_sub(1))
                    {
                        *place = None;
                    }
                }
                Node::Leaf(inodes) => {
                    if let Some(place) = inodes.get_mut(index(ino, level)) {
                        *place = None;
                    }
                }
            }
            node.is_empty()
        }
        if self.get(ino).is_some()
            && let Some(root) = &mut self.root
            && remove(root, ino, self.level)
        {
            self.root = None;
            self.level = 0;
        }
    }

    /// Calls `visit` with every inode.
    pub(super) fn for_each(&self, visit: &mut dyn FnMut(&Inode)) {
        // As deep as the trie: at most 13 levels.
        fn each(node: &Node, visit: &mut dyn FnMut(&Inode)) {
            match node {
                Node::Inner(children) => {
                    children
                        .iter()
                        .flatten()
                        .for_each(|child| each(child, visit));
                }
                Node::Leaf(inodes) => inodes.iter().flatten().for_each(|inode| visit(inode)),
            }
        }
        if let Some(root) = &self.root {
            each(root, visit);
        }
    }
}
