//! Everything that is reachable from a root, each object once.

use std::collections::HashSet;

use super::Store;
use super::content::Content;
use super::error::StoreError;
use super::tree::Node;
use crate::digest::Digest;

/// Paths are for messages. Longer ones are not extended: guests can nest directories deeper than
/// any path of theirs reaches, and all those paths would take longer than the walk.
const MAX_PATH: usize = 4096;

/// An object on the way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object<'a> {
    pub digest: Digest,
    /// In bytes, if whoever names it says so.
    pub size: Option<u64>,
    /// The path of the directory where it was found first, empty for the top.
    pub directory: &'a str,
    /// The name in that directory; empty for the directory's own tree.
    pub name: &'a str,
}

fn below(path: &str, name: &str) -> String {
    if path.len() > MAX_PATH {
        path.to_owned()
    } else {
        format!("{path}/{name}")
    }
}

/// Who looks at the objects.
pub(super) trait Visitor {
    /// Called before the object is loaded, if it has to be.
    fn visit(&mut self, object: &Object<'_>) -> Result<(), StoreError>;

    /// The object could not be loaded; what is below it stays unknown. An error ends the walk.
    fn failed(&mut self, object: &Object<'_>, error: StoreError) -> Result<(), StoreError>;
}

/// What has been visited. By kind, because a guest can write a file whose bytes are a tree's: that
/// it was seen as a file must not keep it from being walked as a tree.
#[derive(Debug, Default)]
pub(super) struct Seen {
    roots: HashSet<Digest>,
    trees: HashSet<Digest>,
    lists: HashSet<Content>,
    blobs: HashSet<Digest>,
}

impl Seen {
    /// Visits `root` and everything below it that was not visited before.
    pub(super) fn walk(
        &mut self,
        store: &Store,
        root: Digest,
        visitor: &mut dyn Visitor,
    ) -> Result<(), StoreError> {
        if !self.roots.insert(root) {
            return Ok(());
        }
        let object = Object {
            digest: root,
            size: None,
            directory: "",
            name: "",
        };
        visitor.visit(&object)?;
        let root = match store.root(root) {
            Ok(root) => root,
            Err(error) => return visitor.failed(&object, error),
        };
        for link in &root.links {
            self.content(store, &link.content, "", "(hard-linked file)", visitor)?;
        }
        let mut pending = vec![(root.tree, String::new())];
        while let Some((digest, path)) = pending.pop() {
            if !self.trees.insert(digest) {
                continue;
            }
            let object = Object {
                digest,
                size: None,
                directory: &path,
                name: "",
            };
            visitor.visit(&object)?;
            let tree = match store.read_tree(digest) {
                Ok(tree) => tree,
                Err(error) => {
                    visitor.failed(&object, error)?;
                    continue;
                }
            };
            for entry in &tree.entries {
                match &entry.node {
                    Node::File(content) => {
                        self.content(store, content, &path, &entry.name, visitor)?;
                    }
                    Node::Directory { tree, .. } if !self.trees.contains(tree) => {
                        pending.push((*tree, below(&path, &entry.name)));
                    }
                    Node::Directory { .. } | Node::Symlink(_) | Node::Device(_) | Node::Link(_) => {
                    }
                }
            }
        }
        Ok(())
    }

    /// Visits a blob that is in use by itself.
    pub(super) fn blob(
        &mut self,
        digest: Digest,
        visitor: &mut dyn Visitor,
    ) -> Result<(), StoreError> {
        self.one_blob(digest, None, "", "", visitor)
    }

    fn one_blob(
        &mut self,
        digest: Digest,
        size: Option<u64>,
        directory: &str,
        name: &str,
        visitor: &mut dyn Visitor,
    ) -> Result<(), StoreError> {
        if !self.blobs.insert(digest) {
            return Ok(());
        }
        visitor.visit(&Object {
            digest,
            size,
            directory,
            name,
        })
    }

    fn content(
        &mut self,
        store: &Store,
        content: &Content,
        directory: &str,
        name: &str,
        visitor: &mut dyn Visitor,
    ) -> Result<(), StoreError> {
        if content.size == 0 {
            return Ok(());
        }
        if !content.is_chunked() {
            let size = Some(content.size);
            return self.one_blob(content.digest, size, directory, name, visitor);
        }
        if !self.lists.insert(*content) {
            return Ok(());
        }
        let object = Object {
            digest: content.digest,
            size: None,
            directory,
            name,
        };
        visitor.visit(&object)?;
        match store.chunks(content) {
            Ok(chunks) => chunks
                .into_iter()
                .flatten()
                .try_for_each(|chunk| self.one_blob(chunk, None, directory, name, visitor)),
            Err(error) => visitor.failed(&object, error),
        }
    }
}
