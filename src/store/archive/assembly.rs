//! A filesystem that is put together entry by entry, in memory, and then stored.

use std::collections::BTreeMap;

use super::{ImportLimits, MAX_PATH, quoted};
use crate::digest::Digest;
use crate::store::codec::{MAX_NAME, target_fault};
use crate::store::content::Content;
use crate::store::tree::{Device, Entry, LinkGroup, Node, Root, Totals, Tree};
use crate::store::{Store, StoreError};

/// The permission bits of directories that entries imply.
const IMPLIED_MODE: u16 = 0o755;

/// What is at a place.
#[derive(Debug)]
pub(super) enum Item {
    Directory(BTreeMap<Box<str>, usize>),
    File(Content),
    Symlink(Box<str>),
    Device(Device),
    Link(u64),
}

struct Place {
    mode: u16,
    mtime: i64,
    item: Item,
}

/// The filesystem so far.
pub(super) struct Assembly {
    /// The first is the top directory. What is in a directory comes after it, always: places are
    /// added at the end and replaced where they are.
    places: Vec<Place>,
    links: BTreeMap<u64, LinkGroup>,
    next_group: u64,
    limits: ImportLimits,
    bytes: u64,
    nodes: u64,
}

fn refused(path: &str, reason: &'static str) -> StoreError {
    StoreError::Archive {
        entry: quoted(path),
        reason,
    }
}

/// The names of a path inside the filesystem; none for the top directory.
fn names(path: &str) -> Result<Vec<&str>, &'static str> {
    if path.starts_with('/') {
        return Err("the path is absolute");
    }
    if path.is_empty() {
        return Err("the path is empty");
    }
    if path.len() > MAX_PATH {
        return Err("the path is longer than 4096 bytes");
    }
    if path.contains('\0') {
        return Err("the path contains NUL");
    }
    let mut names = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => return Err("the path contains .."),
            _ if name.len() > MAX_NAME => return Err("a name is longer than 255 bytes"),
            _ => names.push(name),
        }
    }
    Ok(names)
}

impl Assembly {
    pub(super) fn new(limits: ImportLimits) -> Self {
        Self {
            places: vec![Place {
                mode: IMPLIED_MODE,
                mtime: 0,
                item: Item::Directory(BTreeMap::new()),
            }],
            links: BTreeMap::new(),
            next_group: 1,
            limits,
            bytes: 0,
            nodes: 0,
        }
    }

    /// Group numbers are given from `next` on.
    pub(super) fn raise_next_group(&mut self, next: u64) {
        self.next_group = self.next_group.max(next);
    }

    /// Counts bytes that are about to be taken.
    pub(super) fn charge(&mut self, path: &str, bytes: u64) -> Result<(), StoreError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.limits.bytes {
            return Err(StoreError::ArchiveTooLarge {
                entry: quoted(path),
                what: "bytes",
                limit: self.limits.bytes,
            });
        }
        Ok(())
    }

    fn count(&mut self, path: &str) -> Result<(), StoreError> {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > self.limits.nodes {
            return Err(StoreError::ArchiveTooLarge {
                entry: quoted(path),
                what: "entries",
                limit: self.limits.nodes,
            });
        }
        Ok(())
    }

    fn place(&mut self, at: usize) -> &mut Place {
        self.places.get_mut(at).expect("places are never removed")
    }

    fn child(&mut self, at: usize, name: &str) -> Result<Option<usize>, &'static str> {
        match &self.place(at).item {
            Item::Directory(names) => Ok(names.get(name).copied()),
            Item::Symlink(_) => Err("it is below a symbolic link"),
            _ => Err("it is below something that is not a directory"),
        }
    }

    fn add(
        &mut self,
        path: &str,
        at: usize,
        name: &str,
        place: Place,
    ) -> Result<usize, StoreError> {
        self.count(path)?;
        let new = self.places.len();
        if let Item::Directory(names) = &mut self.place(at).item {
            names.insert(name.into(), new);
            self.places.push(place);
        }
        Ok(new)
    }

    /// Puts something at `path`, over what is there.
    pub(super) fn put(
        &mut self,
        path: &str,
        mode: u16,
        mtime: i64,
        item: Item,
    ) -> Result<(), StoreError> {
        let fail = |reason| refused(path, reason);
        if let Item::Symlink(target) = &item {
            target_fault(target).map_or(Ok(()), |fault| Err(fail(fault)))?;
            self.charge(path, target.len() as u64)?;
        }
        let names = names(path).map_err(fail)?;
        let Some((last, parents)) = names.split_last() else {
            self.count(path)?;
            if !matches!(item, Item::Directory(_)) {
                return Err(fail("the top is not a directory"));
            }
            let top = self.place(0);
            (top.mode, top.mtime) = (mode, mtime);
            return Ok(());
        };
        let mut at = 0;
        for name in parents {
            at = match self.child(at, name).map_err(fail)? {
                Some(child) => child,
                None => {
                    let implied = Place {
                        mode: IMPLIED_MODE,
                        mtime: 0,
                        item: Item::Directory(BTreeMap::new()),
                    };
                    self.add(path, at, name, implied)?
                }
            };
        }
        match self.child(at, last).map_err(fail)? {
            None => self
                .add(path, at, last, Place { mode, mtime, item })
                .map(|_| ()),
            Some(old) => {
                self.count(path)?;
                self.replace(old, Place { mode, mtime, item }).map_err(fail)
            }
        }
    }

    fn replace(&mut self, at: usize, new: Place) -> Result<(), &'static str> {
        let old = self.place(at);
        match (&old.item, &new.item) {
            (Item::Directory(_), Item::Directory(_)) => {
                (old.mode, old.mtime) = (new.mode, new.mtime);
                return Ok(());
            }
            (Item::Directory(names), _) if !names.is_empty() => {
                return Err("it replaces a directory that is not empty");
            }
            _ => {}
        }
        let old = std::mem::replace(old, new);
        if let Item::Link(group) = old.item
            && let Some(link) = self.links.get_mut(&group)
        {
            link.nlink = link.nlink.saturating_sub(1);
            if link.nlink == 0 {
                self.links.remove(&group);
            }
        }
        Ok(())
    }

    /// Puts the file of a link group at `path`, as its first name.
    pub(super) fn put_linked(&mut self, path: &str, link: LinkGroup) -> Result<(), StoreError> {
        let next = link.group.checked_add(1);
        let next = next.ok_or_else(|| refused(path, "its link group is too large"))?;
        if self.links.contains_key(&link.group) {
            return Err(refused(path, "its link group is another file's"));
        }
        self.put(path, 0, 0, Item::Link(link.group))?;
        self.links.insert(link.group, link);
        self.raise_next_group(next);
        Ok(())
    }

    /// Makes `path` another name of the file at `target`.
    pub(super) fn put_link(&mut self, path: &str, target: &str) -> Result<(), StoreError> {
        let fail = |reason| refused(path, reason);
        let outside = |_| fail("it is a hard link to something outside the archive");
        let mut at = 0;
        for name in names(target).map_err(outside)? {
            let child = self.child(at, name).ok().flatten();
            at = child.ok_or_else(|| fail("it is a hard link to something not earlier in it"))?;
        }
        if names(path).map_err(fail)? == names(target).map_err(outside)? {
            return self.count(path);
        }
        let next_group = self.next_group;
        let place = self.place(at);
        let group = match place.item {
            Item::Link(group) => group,
            Item::File(content) => {
                let link = LinkGroup {
                    group: next_group,
                    mode: std::mem::take(&mut place.mode),
                    mtime: std::mem::take(&mut place.mtime),
                    content,
                    nlink: 1,
                };
                place.item = Item::Link(next_group);
                let next = next_group.checked_add(1);
                self.next_group = next.ok_or_else(|| fail("its link group is too large"))?;
                self.links.insert(next_group, link);
                next_group
            }
            _ => return Err(fail("it is a hard link to something that is not a file")),
        };
        self.put(path, 0, 0, Item::Link(group))?;
        let link = self.links.get_mut(&group);
        let nlink = link.and_then(|link| {
            link.nlink = link.nlink.checked_add(1)?;
            Some(())
        });
        nlink.ok_or_else(|| fail("it has too many names"))
    }

    /// Stores all directories and the root.
    pub(super) fn store(self, store: &Store) -> Result<Digest, StoreError> {
        // From the last to the first: a directory's own come after it.
        let mut done: Vec<Option<Entry>> = Vec::new();
        done.resize_with(self.places.len(), || None);
        let mut top = (0, 0, store.put_tree(&Tree::default())?, Totals::default());
        for (at, place) in self.places.into_iter().enumerate().rev() {
            let Place { mode, mtime, item } = place;
            let node = match item {
                Item::File(content) => Node::File(content),
                Item::Symlink(target) => Node::Symlink(target),
                Item::Device(device) => Node::Device(device),
                Item::Link(group) => Node::Link(group),
                Item::Directory(names) => {
                    let take = |(name, child): (Box<str>, usize)| {
                        let entry = done.get_mut(child)?.take()?;
                        Some(Entry { name, ..entry })
                    };
                    let entries = names.into_iter().filter_map(take).collect();
                    let tree = Tree { entries };
                    let totals = tree.totals();
                    let tree = store.put_tree(&tree)?;
                    top = (mode, mtime, tree, totals);
                    Node::Directory { tree, totals }
                }
            };
            if let Some(done) = done.get_mut(at) {
                let name = Box::default();
                *done = Some(Entry {
                    name,
                    mode,
                    mtime,
                    node,
                });
            }
        }
        let (mode, mtime, tree, totals) = top;
        let links: Vec<LinkGroup> = self.links.into_values().collect();
        store.put_root(&Root {
            mode,
            mtime,
            tree,
            totals: Root::totals_of(totals, &links),
            links,
            next_group: self.next_group,
        })
    }
}
