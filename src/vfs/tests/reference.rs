//! A filesystem as simple as it can be, to compare the real one with: inodes in a map, contents as
//! bytes, paths resolved by recursion, nothing shared, nothing stored.

mod apply;

use std::collections::BTreeMap;

use super::operations::{SLOTS, Value, bytes};
use super::{Access, Errno, Follow, Kind, OpenFlags, SetTime, Stat, Usage};

const ROOT: u64 = 1;
const LINKS: u32 = 40;

#[derive(Clone, Debug)]
pub(super) enum Node {
    File(Vec<u8>),
    Directory(BTreeMap<String, u64>),
    Symlink(String),
}

#[derive(Clone, Debug)]
pub(super) struct Inode {
    pub(super) node: Node,
    pub(super) mode: u16,
    pub(super) nlink: u32,
    pub(super) times: [i64; 3],
    /// Of a directory, until it is removed.
    parent: Option<u64>,
}

/// The filesystem.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) inodes: BTreeMap<u64, Inode>,
    next: u64,
    slots: [Option<(u64, Access)>; SLOTS],
    limit: Usage,
    /// Whether a file ever had two names.
    pub(super) linked: bool,
    pub(super) now: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaf<'a> {
    Name(&'a str),
    Dot,
    DotDot,
}

/// Where a path led: the directory, the last name, what is there, whether a slash followed.
struct Place {
    dir: u64,
    leaf: Result<String, Errno>,
    dots: bool,
    ino: Option<u64>,
    slash: bool,
}

impl Place {
    fn found(&self, model: &Model) -> Result<u64, Errno> {
        let ino = self.ino.ok_or(Errno::NoEnt)?;
        if self.slash && !model.is_dir(ino) {
            return Err(Errno::NotDir);
        }
        Ok(ino)
    }
}

impl Model {
    pub(super) fn new(bytes: u64, nodes: u64) -> Self {
        let root = Inode {
            node: Node::Directory(BTreeMap::new()),
            mode: 0o755,
            nlink: 1,
            times: [0; 3],
            parent: Some(ROOT),
        };
        Self {
            inodes: BTreeMap::from([(ROOT, root)]),
            next: ROOT + 1,
            slots: [None; SLOTS],
            limit: Usage { bytes, nodes },
            linked: false,
            now: 0,
        }
    }

    /// What it becomes for a fork: nothing is open.
    pub(super) fn forked(&self) -> Self {
        let mut fork = self.clone();
        (0..SLOTS).for_each(|slot| fork.close(slot));
        fork
    }

    pub(super) fn usage(&self) -> Usage {
        let bytes = self.inodes.values().map(Inode::size).sum();
        let names = |inode: &Inode| match &inode.node {
            Node::Directory(names) => names.len() as u64,
            _ => 0,
        };
        let nodes = self.inodes.values().map(names).sum();
        Usage { bytes, nodes }
    }

    pub(super) fn kind(&self, ino: u64) -> Kind {
        match self.inodes[&ino].node {
            Node::File(_) => Kind::File,
            Node::Directory(_) => Kind::Directory,
            Node::Symlink(_) => Kind::Symlink,
        }
    }

    pub(super) fn stat(&self, ino: u64) -> Stat {
        let inode = &self.inodes[&ino];
        let [atime, mtime, ctime] = inode.times;
        Stat {
            ino,
            kind: self.kind(ino),
            mode: inode.mode,
            nlink: inode.nlink,
            size: inode.size(),
            atime,
            mtime,
            ctime,
        }
    }

    fn room(&self) -> u64 {
        self.limit.bytes - self.usage().bytes
    }

    fn is_dir(&self, ino: u64) -> bool {
        self.kind(ino) == Kind::Directory
    }

    pub(super) fn names(&self, ino: u64) -> Result<&BTreeMap<String, u64>, Errno> {
        match &self.inodes[&ino].node {
            Node::Directory(names) => Ok(names),
            _ => Err(Errno::NotDir),
        }
    }

    fn get(&mut self, ino: u64) -> &mut Inode {
        self.inodes.get_mut(&ino).unwrap()
    }

    fn may(&self, ino: u64, bits: u16) -> Result<(), Errno> {
        let has = self.inodes[&ino].mode >> 6 & bits == bits;
        if has { Ok(()) } else { Err(Errno::Access) }
    }

    fn base(&self, from: usize) -> u64 {
        let open = from.checked_sub(1).and_then(|slot| self.slots[slot]);
        open.map(|(ino, _)| ino)
            .filter(|ino| self.is_dir(*ino))
            .unwrap_or(ROOT)
    }

    /// One name after the other; links on the way and, if wanted, the last one by recursion.
    fn resolve(
        &self,
        dir: u64,
        path: &str,
        follow: Follow,
        links: &mut u32,
    ) -> Result<Place, Errno> {
        let mut dir = if path.starts_with('/') { ROOT } else { dir };
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        let slash = path.ends_with('/');
        let mut leaf = Leaf::Dot;
        for (index, name) in names.iter().enumerate() {
            let last = index + 1 == names.len();
            let below = self.names(dir)?;
            self.may(dir, 1)?;
            leaf = match *name {
                "." => Leaf::Dot,
                ".." => Leaf::DotDot,
                name => Leaf::Name(name),
            };
            let ino = match leaf {
                Leaf::Dot => Some(dir),
                Leaf::DotDot => Some(self.inodes[&dir].parent.ok_or(Errno::NoEnt)?),
                Leaf::Name(name) => below.get(name).copied(),
            };
            if let Some(Node::Symlink(target)) = ino.map(|ino| &self.inodes[&ino].node)
                && (!last || slash || follow == Follow::Yes)
            {
                *links += 1;
                if *links > LINKS {
                    return Err(Errno::Loop);
                }
                let target = format!("{target}{}", if !last || slash { "/" } else { "" });
                let place = self.resolve(dir, &target, Follow::Yes, links)?;
                if last {
                    return Ok(place);
                }
                dir = place.ino.ok_or(Errno::NoEnt)?;
            } else if last && let Leaf::Name(name) = leaf {
                let leaf = Ok(name.to_owned());
                return Ok(Place {
                    dir,
                    leaf,
                    dots: false,
                    ino,
                    slash,
                });
            } else {
                dir = ino.ok_or(Errno::NoEnt)?;
            }
        }
        let (leaf, dots) = match leaf {
            Leaf::DotDot => (Err(Errno::NotEmpty), true),
            _ if dir == ROOT => (Err(Errno::Busy), true),
            _ => (Err(Errno::Inval), true),
        };
        Ok(Place {
            dir,
            leaf,
            dots,
            ino: Some(dir),
            slash,
        })
    }

    fn at(&self, from: usize, path: &str, follow: Follow) -> Result<Place, Errno> {
        self.resolve(self.base(from), path, follow, &mut 0)
    }

    /// Adds an inode under a new name.
    fn add(&mut self, place: &Place, node: Node, mode: u16) -> Result<u64, Errno> {
        self.may(place.dir, 2)?;
        let name = place.leaf.clone().unwrap();
        let parent = matches!(node, Node::Directory(_)).then_some(place.dir);
        let times = [self.now; 3];
        let inode = Inode {
            node,
            mode,
            nlink: 1,
            times,
            parent,
        };
        if self.inodes[&place.dir].parent.is_none() {
            return Err(Errno::NoEnt);
        }
        if self.usage().nodes >= self.limit.nodes || inode.size() > self.room() {
            return Err(Errno::NoSpc);
        }
        let ino = self.next;
        self.next += 1;
        self.inodes.insert(ino, inode);
        self.put_name(place.dir, &name, ino);
        Ok(ino)
    }

    fn change(&mut self, dir: u64) -> &mut BTreeMap<String, u64> {
        let now = self.now;
        let inode = self.get(dir);
        inode.times = [inode.times[0], now, now];
        match &mut inode.node {
            Node::Directory(names) => names,
            _ => panic!("{dir} is no directory"),
        }
    }

    fn put_name(&mut self, dir: u64, name: &str, ino: u64) {
        assert_eq!(self.change(dir).insert(name.to_owned(), ino), None);
    }

    /// Takes a name away, and the inode with its last one unless it is open.
    fn drop_name(&mut self, dir: u64, name: &str) {
        let ino = self.change(dir).remove(name).unwrap();
        let now = self.now;
        let inode = self.get(ino);
        inode.nlink -= 1;
        inode.times[2] = now;
        inode.parent = None;
        self.reap(ino);
    }

    fn reap(&mut self, ino: u64) {
        let open = self.slots.iter().flatten().any(|(open, _)| *open == ino);
        if self.inodes[&ino].nlink == 0 && !open {
            self.inodes.remove(&ino);
        }
    }

    fn close(&mut self, slot: usize) {
        if let Some((ino, _)) = self.slots[slot].take() {
            self.reap(ino);
        }
    }

    fn open(&mut self, place: &Place, flags: OpenFlags, access: Access) -> Result<u64, Errno> {
        let Some(ino) = place.ino else {
            return match (flags.create, place.slash) {
                (false, _) => Err(Errno::NoEnt),
                (true, true) => Err(Errno::IsDir),
                (true, false) => self.add(place, Node::File(Vec::new()), 0o644),
            };
        };
        if flags.create && flags.exclusive {
            return Err(Errno::Exist);
        }
        match self.kind(ino) {
            Kind::Symlink => return Err(Errno::Loop),
            Kind::Directory if flags.create || flags.truncate || access.write => {
                return Err(Errno::IsDir);
            }
            Kind::File if flags.directory || place.slash => return Err(Errno::NotDir),
            _ => {}
        }
        let write = access.write || flags.truncate;
        self.may(ino, u16::from(access.read) * 4 + u16::from(write) * 2)?;
        if flags.truncate {
            self.set_contents(ino, Vec::new());
        }
        Ok(ino)
    }

    fn set_contents(&mut self, ino: u64, contents: Vec<u8>) {
        let now = self.now;
        let inode = self.get(ino);
        inode.times = [inode.times[0], now, now];
        inode.node = Node::File(contents);
    }

    fn write(&mut self, slot: usize, at: Option<u64>, data: &[u8]) -> Result<Value, Errno> {
        let Some((ino, access)) = self.slots[slot] else {
            return Ok(Value::Skipped);
        };
        let Node::File(old) = &self.inodes[&ino].node else {
            return Err(Errno::IsDir);
        };
        if !access.write {
            return Err(Errno::BadF);
        }
        if data.is_empty() {
            return Ok(Value::Count(0));
        }
        let at = at.map_or(old.len(), bytes);
        let most = old.len() + bytes(self.room());
        if at >= most {
            return Err(Errno::NoSpc);
        }
        let data = &data[..data.len().min(most - at)];
        let mut new = old.clone();
        new.resize(old.len().max(at + data.len()), 0);
        new[at..at + data.len()].copy_from_slice(data);
        self.set_contents(ino, new);
        Ok(Value::Count(data.len()))
    }

    fn rename(&mut self, from: &Place, to: &Place) -> Result<(), Errno> {
        if from.dots || to.dots {
            return Err(Errno::Busy);
        }
        let ino = from.ino.ok_or(Errno::NoEnt)?;
        let is_dir = self.is_dir(ino);
        if !is_dir && (from.slash || to.slash) {
            return Err(Errno::NotDir);
        }
        self.may(from.dir, 2)?;
        self.may(to.dir, 2)?;
        if self.inodes[&to.dir].parent.is_none() {
            return Err(Errno::NoEnt);
        }
        let mut above = to.dir;
        while above != ROOT && above != ino {
            above = self.inodes[&above].parent.unwrap();
        }
        if above == ino {
            return Err(Errno::Inval);
        }
        let new = to.leaf.clone()?;
        if let Some(target) = to.ino {
            match (is_dir, self.is_dir(target)) {
                _ if target == ino => return Ok(()),
                (false, true) => return Err(Errno::IsDir),
                (true, false) => return Err(Errno::NotDir),
                (true, true) if !self.names(target)?.is_empty() => return Err(Errno::NotEmpty),
                _ => self.drop_name(to.dir, &new),
            }
        }
        self.change(from.dir).remove(&from.leaf.clone()?);
        self.put_name(to.dir, &new, ino);
        let now = self.now;
        let inode = self.get(ino);
        inode.times[2] = now;
        if is_dir {
            inode.parent = Some(to.dir);
        }
        Ok(())
    }

    fn link(&mut self, from: &Place, to: &Place) -> Result<(), Errno> {
        let ino = from.found(self)?;
        if to.ino.is_some() {
            return Err(Errno::Exist);
        }
        if to.slash {
            return Err(Errno::NoEnt);
        }
        if self.kind(ino) != Kind::File {
            return Err(Errno::Perm);
        }
        self.may(to.dir, 2)?;
        if self.inodes[&to.dir].parent.is_none() {
            return Err(Errno::NoEnt);
        }
        if self.usage().nodes >= self.limit.nodes {
            return Err(Errno::NoSpc);
        }
        let now = self.now;
        let inode = self.get(ino);
        inode.nlink += 1;
        inode.times[2] = now;
        self.linked = true;
        self.put_name(to.dir, &to.leaf.clone()?, ino);
        Ok(())
    }

    fn set_times(&mut self, ino: u64, atime: SetTime, mtime: SetTime) {
        let now = self.now;
        let inode = self.get(ino);
        for (time, to) in inode.times.iter_mut().zip([atime, mtime, SetTime::Now]) {
            *time = match to {
                SetTime::Keep => *time,
                SetTime::Now => now,
                SetTime::At(at) => at,
            };
        }
    }

    fn listing(&self, ino: u64) -> Result<Value, Errno> {
        let names = self.names(ino)?.iter();
        Ok(Value::Names(
            names
                .map(|(name, ino)| (name.clone(), self.kind(*ino)))
                .collect(),
        ))
    }

    /// Only times of modification are stored; the others begin there.
    pub(super) fn forget_times(&mut self) {
        self.inodes
            .values_mut()
            .for_each(|inode| inode.times = [inode.times[1]; 3]);
    }
}

impl Inode {
    fn size(&self) -> u64 {
        match &self.node {
            Node::File(contents) => contents.len() as u64,
            Node::Symlink(target) => target.len() as u64,
            Node::Directory(_) => 0,
        }
    }
}
