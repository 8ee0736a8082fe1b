//! The tree of a runtime: what its artefact brings and what every sandbox has besides, as objects of
//! a store.

use std::collections::BTreeMap;
use std::io::{self, Read};

use crate::digest::Digest;
use crate::store::{Content, Device, Entry, Node, Root, Store, StoreError, Totals, Tree};

/// Time of everything in a runtime: 2026-01-01. The same on every machine, and a year that
/// archivers and compilers accept.
const TIME: i64 = 1_767_225_600_000_000_000;
const DIR_MODE: u16 = 0o755;
const FILE_MODE: u16 = 0o644;
const LINK_MODE: u16 = 0o777;

/// Most bytes that a tree may unpack to: the artefact is ours, but a damaged one must not fill
/// the disk.
const MAX_TREE_BYTES: u64 = 512 << 20;

const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh
agentuity:x:1000:1000:agentuity:/home/agentuity:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
";
const GROUP: &str = "root:x:0:
agentuity:x:1000:
nogroup:x:65534:
";
const HOSTS: &str = "127.0.0.1 localhost
::1 localhost
";
const OS_RELEASE: &str = "NAME=Belljar
ID=belljar
PRETTY_NAME=Belljar
";

/// A tree being put together, in memory except for contents of files.
#[derive(Debug)]
pub(super) struct Builder<'a> {
    store: &'a Store,
    top: Directory,
}

type Directory = BTreeMap<String, Item>;

#[derive(Clone, Debug)]
enum Item {
    Directory(u16, Directory),
    Other(u16, Node),
}

impl<'a> Builder<'a> {
    /// What every sandbox has, whatever its runtime.
    ///
    /// # Errors
    /// If a file cannot be stored.
    pub(super) fn new(store: &'a Store) -> io::Result<Self> {
        let mut this = Self {
            store,
            top: Directory::new(),
        };
        for (path, mode) in [
            ("dev", DIR_MODE),
            ("etc", DIR_MODE),
            ("home/agentuity", DIR_MODE),
            ("root", 0o700),
            ("tmp", 0o1777),
            ("usr/bin", DIR_MODE),
            ("usr/lib", DIR_MODE),
            ("usr/local/bin", DIR_MODE),
            ("var/tmp", 0o1777),
        ] {
            this.directory(path, mode)?;
        }
        for (path, target) in [("bin", "usr/bin"), ("lib", "usr/lib")] {
            this.symlink(path, target)?;
        }
        for (path, device) in [
            ("dev/null", Device::Null),
            ("dev/zero", Device::Zero),
            ("dev/random", Device::Random),
            ("dev/urandom", Device::Random),
            ("dev/stdin", Device::Stdin),
            ("dev/stdout", Device::Stdout),
            ("dev/stderr", Device::Stderr),
        ] {
            this.put(path, Item::Other(0o666, Node::Device(device)))?;
        }
        for (path, text) in [
            ("etc/passwd", PASSWD),
            ("etc/group", GROUP),
            ("etc/hosts", HOSTS),
            ("etc/os-release", OS_RELEASE),
        ] {
            this.file(path, FILE_MODE, &mut text.as_bytes())?;
        }
        Ok(this)
    }

    /// Adds the directories and regular files of a tar; the tree of a runtime has nothing else.
    ///
    /// # Errors
    /// If it is damaged, leads outside, or has something else in it.
    pub(super) fn unpack(&mut self, files: &[u8]) -> io::Result<()> {
        let mut unpacked = 0u64;
        let mut archive = tar::Archive::new(files);
        for entry in archive.entries()? {
            let mut entry = entry?;
            let kind = entry.header().entry_type();
            let path = String::from_utf8(entry.path_bytes().into_owned())
                .map_err(|_| io::Error::other("a name is not UTF-8"))?;
            if kind.is_dir() {
                self.directory(&path, DIR_MODE)?;
                continue;
            }
            if !kind.is_file() {
                return Err(io::Error::other("an entry is neither file nor folder"));
            }
            unpacked = unpacked.saturating_add(entry.size());
            if unpacked > MAX_TREE_BYTES {
                return Err(io::Error::other("it unpacks to more than 512 MiB"));
            }
            self.file(&path, FILE_MODE, &mut entry)?;
        }
        Ok(())
    }

    /// Adds an executable file and gives its content.
    ///
    /// # Errors
    /// If it cannot be stored.
    pub(super) fn program(&mut self, path: &str, bytes: &[u8]) -> io::Result<Content> {
        let mut bytes = bytes;
        self.file(path, DIR_MODE, &mut bytes)
    }

    /// Adds a symbolic link.
    ///
    /// # Errors
    /// If the path is none.
    pub(super) fn symlink(&mut self, path: &str, target: &str) -> io::Result<()> {
        self.put(path, Item::Other(LINK_MODE, Node::Symlink(target.into())))
    }

    /// Stores the tree as it is now and gives its root.
    ///
    /// # Errors
    /// If it cannot be stored.
    pub(super) fn root(&self) -> Result<Digest, StoreError> {
        let (tree, totals) = store(self.store, &self.top)?;
        self.store.put_root(&Root {
            mode: DIR_MODE,
            mtime: TIME,
            tree,
            totals,
            links: Vec::new(),
            next_group: 1,
        })
    }

    fn file(&mut self, path: &str, mode: u16, contents: &mut dyn Read) -> io::Result<Content> {
        let content = self.store.put_content(contents).map_err(io::Error::other)?;
        self.put(path, Item::Other(mode, Node::File(content)))?;
        Ok(content)
    }

    fn directory(&mut self, path: &str, mode: u16) -> io::Result<()> {
        if !matches!(self.find(path)?, Some(Item::Directory(..))) {
            self.put(path, Item::Directory(mode, Directory::new()))?;
        }
        Ok(())
    }

    fn find(&self, path: &str) -> io::Result<Option<&Item>> {
        let names = names(path)?;
        let Some((last, parents)) = names.split_last() else {
            return Ok(None);
        };
        let mut at = &self.top;
        for name in parents {
            match at.get(*name) {
                Some(Item::Directory(_, inner)) => at = inner,
                _ => return Ok(None),
            }
        }
        Ok(at.get(*last))
    }

    fn put(&mut self, path: &str, item: Item) -> io::Result<()> {
        let names = names(path)?;
        let Some((last, parents)) = names.split_last() else {
            return Ok(());
        };
        let mut at = &mut self.top;
        for name in parents {
            let inner = at
                .entry((*name).to_owned())
                .or_insert_with(|| Item::Directory(DIR_MODE, Directory::new()));
            match inner {
                Item::Directory(_, inner) => at = inner,
                Item::Other(..) => {
                    return Err(io::Error::other(format!("{name} is no folder in {path}")));
                }
            }
        }
        at.insert((*last).to_owned(), item);
        Ok(())
    }
}

/// The names of a path below the top.
fn names(path: &str) -> io::Result<Vec<&str>> {
    if path.starts_with('/') || path.split('/').any(|name| name == "..") {
        return Err(io::Error::other("an entry leads outside"));
    }
    let names = path.split('/');
    Ok(names.filter(|name| !matches!(*name, "" | ".")).collect())
}

/// Stores a directory and all below it. As deep as the artefact of our own build nests.
fn store(to: &Store, directory: &Directory) -> Result<(Digest, Totals), StoreError> {
    let mut entries = Vec::with_capacity(directory.len());
    for (name, item) in directory {
        let (mode, node) = match item {
            Item::Directory(mode, inner) => {
                let (tree, totals) = store(to, inner)?;
                (*mode, Node::Directory { tree, totals })
            }
            Item::Other(mode, node) => (*mode, node.clone()),
        };
        entries.push(Entry {
            name: name.as_str().into(),
            mode,
            mtime: TIME,
            node,
        });
    }
    let tree = Tree { entries };
    Ok((to.put_tree(&tree)?, tree.totals()))
}

#[cfg(test)]
mod tests;
