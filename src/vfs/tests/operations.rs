//! Random operations, and what carries them out on a live filesystem. What else carries them out
//! (a model, a real directory) is compared with it.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::super::resolve::Caller;
use super::{Access, Digest, Errno, Follow, Handle, Kind, OpenFlags, SetTime, Stat, Vfs, options};
use crate::clock::{ManualClock, Timestamp};
use crate::store::Store;

/// Handles that a sequence keeps open at a time.
pub(super) const SLOTS: usize = 3;

/// One operation. `from` is where its paths start: 0 is the root, others are what is open in the
/// slot of that number less one, if that is a directory.
#[derive(Clone, Debug)]
pub(super) enum Op {
    Open {
        from: usize,
        path: String,
        follow: Follow,
        flags: OpenFlags,
        access: Access,
        slot: usize,
    },
    Close(usize),
    Read(usize, usize, u64),
    Write(usize, usize, u64, u8),
    Append(usize, usize, u8),
    SetSize(usize, u64),
    Stat(usize),
    SetTimes(usize, SetTime, SetTime),
    List(usize),
    MakeDir(usize, String, u16),
    RemoveDir(usize, String),
    Unlink(usize, String),
    Rename(usize, String, usize, String),
    Link(usize, String, Follow, usize, String),
    Symlink(String, usize, String),
    ReadLink(usize, String),
    StatAt(usize, String, Follow),
    SetTimesAt(usize, String, Follow, SetTime, SetTime),
    SetModeAt(usize, String, Follow, u16),
    Commit,
    Seal,
    /// Goes on with the fork if true, else with the origin.
    Fork(bool),
    Reopen,
}

/// What an operation answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Done,
    Count(usize),
    Flag(bool),
    Bytes(Vec<u8>),
    Text(String),
    Stat(Stat),
    Names(Vec<(String, Kind)>),
    /// There was nothing to do it with.
    Skipped,
}

/// Something that operations can be carried out on.
pub(super) trait Subject {
    fn apply(&mut self, op: &Op) -> Result<Value, Errno>;
}

/// As many cases as `PROPTEST_CASES` says, `few` if it says nothing.
pub(super) fn cases(few: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let untold = default.cases == 256;
    ProptestConfig {
        cases: if untold { few } else { default.cases },
        max_shrink_iters: 1000,
        ..default
    }
}

/// A short path over a small alphabet, so that operations meet.
pub(super) fn path() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        7 => Just("a"), 7 => Just("b"), 2 => Just("c"), 1 => Just("."), 1 => Just("..")
    ];
    let names = prop_oneof![
        4 => prop::collection::vec(name.clone(), 1),
        4 => prop::collection::vec(name.clone(), 2),
        1 => prop::collection::vec(name, 3),
    ];
    let slash = prop_oneof![8 => Just(""), 1 => Just("/"), 1 => Just("/.")];
    (names, slash, prop::bool::weighted(0.05)).prop_map(|(names, slash, double)| {
        format!("{}{slash}", names.join(if double { "//" } else { "/" }))
    })
}

fn target() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => path(),
        2 => path().prop_map(|path| format!("/{path}")),
        1 => Just("/".to_owned()),
    ]
}

fn follow() -> impl Strategy<Value = Follow> {
    prop_oneof![Just(Follow::Yes), Just(Follow::No)]
}

fn flags() -> impl Strategy<Value = OpenFlags> {
    let [none, create, exclusive, truncate, directory] = [0, 1, 3, 4, 8].map(flags_of);
    prop_oneof![
        4 => Just(none), 6 => Just(create), 2 => Just(exclusive), 2 => Just(truncate),
        2 => Just(flags_of(5)), 3 => Just(directory),
    ]
}

fn flags_of(bits: u8) -> OpenFlags {
    OpenFlags {
        create: bits & 1 != 0,
        exclusive: bits & 2 != 0,
        truncate: bits & 4 != 0,
        directory: bits & 8 != 0,
        mode: None,
    }
}

fn access() -> impl Strategy<Value = Access> {
    let both = |read, write| Just(Access { read, write });
    prop_oneof![6 => both(true, true), 4 => both(true, false), 1 => both(false, true), 1 => both(false, false)]
}

/// Where something is written or cut: mostly near the beginning, at times around the limits for
/// contents in memory (32 KiB) and for one chunk (1 MiB).
fn offset() -> impl Strategy<Value = u64> {
    prop_oneof![
        6 => 0..200u64,
        3 => (32 << 10) - 2000..(32u64 << 10) + 200,
        1 => (1 << 20) - 2000..(1u64 << 20) + 200,
    ]
}

fn len() -> impl Strategy<Value = usize> {
    prop_oneof![1 => Just(0), 8 => 1..100usize, 3 => 1000..3000usize]
}

fn time() -> impl Strategy<Value = SetTime> {
    let at = prop_oneof![
        Just(-1),
        Just(0),
        -5_000_000_000..5_000_000_000i64,
        Just(i64::MAX)
    ];
    prop_oneof![
        Just(SetTime::Keep),
        Just(SetTime::Now),
        at.prop_map(SetTime::At)
    ]
}

/// Where paths start: mostly at the root.
fn from() -> impl Strategy<Value = usize> {
    prop_oneof![8 => Just(0), 1 => 1..=SLOTS]
}

/// Operations on names and contents.
pub(super) fn operation() -> impl Strategy<Value = Op> {
    let slot = || 0..SLOTS;
    let open = (from(), path(), follow(), flags(), access(), slot());
    prop_oneof![
        10 => open.prop_map(|(from, path, follow, flags, access, slot)| {
            Op::Open { from, path, follow, flags, access, slot }
        }),
        3 => slot().prop_map(Op::Close),
        4 => (slot(), len(), offset()).prop_map(|(slot, len, at)| Op::Read(slot, len, at)),
        8 => (slot(), len(), offset(), any::<u8>())
            .prop_map(|(slot, len, at, byte)| Op::Write(slot, len, at, byte)),
        3 => (slot(), len(), any::<u8>()).prop_map(|(slot, len, byte)| Op::Append(slot, len, byte)),
        4 => (slot(), offset()).prop_map(|(slot, size)| Op::SetSize(slot, size)),
        3 => slot().prop_map(Op::Stat),
        1 => slot().prop_map(Op::List),
        7 => (from(), path(), prop_oneof![8 => Just(0o755u16), 1 => Just(0o500), 1 => Just(0o7700)])
            .prop_map(|(from, path, mode)| Op::MakeDir(from, path, mode)),
        9 => (from(), path()).prop_map(|(from, path)| Op::RemoveDir(from, path)),
        9 => (from(), path()).prop_map(|(from, path)| Op::Unlink(from, path)),
        9 => (from(), path(), from(), path())
            .prop_map(|(from, old, to, new)| Op::Rename(from, old, to, new)),
        4 => (from(), path(), follow(), from(), path())
            .prop_map(|(from, old, follow, to, new)| Op::Link(from, old, follow, to, new)),
        5 => (target(), from(), path())
            .prop_map(|(target, from, path)| Op::Symlink(target, from, path)),
        3 => (from(), path()).prop_map(|(from, path)| Op::ReadLink(from, path)),
        5 => (from(), path(), follow())
            .prop_map(|(from, path, follow)| Op::StatAt(from, path, follow)),
    ]
}

/// Those, and times, modes and what becomes of the whole.
pub(super) fn any_operation() -> impl Strategy<Value = Op> {
    let mode = prop_oneof![4 => Just(0o755u16), 2 => Just(0o644), 1 => 0..0o10_000u16];
    prop_oneof![
        40 => operation(),
        1 => (0..SLOTS, time(), time()).prop_map(|(slot, a, m)| Op::SetTimes(slot, a, m)),
        2 => (from(), path(), follow(), time(), time())
            .prop_map(|(from, path, follow, a, m)| Op::SetTimesAt(from, path, follow, a, m)),
        2 => (from(), path(), follow(), mode)
            .prop_map(|(from, path, follow, mode)| Op::SetModeAt(from, path, follow, mode)),
        3 => Just(Op::Commit),
        1 => Just(Op::Seal),
        1 => any::<bool>().prop_map(Op::Fork),
        1 => Just(Op::Reopen),
    ]
}

/// A number of bytes that is certain to fit into memory.
pub(super) fn bytes(count: u64) -> usize {
    usize::try_from(count).unwrap()
}

/// A sequence that begins with something to work on: from nothing, most operations only fail.
pub(super) fn sequence(of: impl Strategy<Value = Op>) -> impl Strategy<Value = Vec<Op>> {
    let create = |path: &str, slot| Op::Open {
        from: 0,
        path: path.to_owned(),
        follow: Follow::No,
        flags: flags_of(1),
        access: Access {
            read: true,
            write: true,
        },
        slot,
    };
    let start = [
        Op::MakeDir(0, "a".to_owned(), 0o755),
        create("a/b", 0),
        Op::MakeDir(0, "a/a".to_owned(), 0o755),
        Op::Symlink("a".to_owned(), 0, "c".to_owned()),
        create("b", 1),
        Op::Close(1),
    ];
    let some = prop::sample::select(vec![0, 1, 2, 4, start.len()]);
    (some, prop::collection::vec(of, 1..60))
        .prop_map(move |(some, more)| start.iter().take(some).cloned().chain(more).collect())
}

/// What is written by an operation: not one byte all over, so that a shift shows.
pub(super) fn pattern(len: usize, byte: u8) -> Vec<u8> {
    (0..len)
        .map(|at| byte.wrapping_add(u8::try_from(at % 251).unwrap()))
        .collect()
}

/// How a filesystem is opened again, and the clock its times are from.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) store: Store,
    pub(super) empty: Digest,
    pub(super) quota: (u64, u64),
    pub(super) clock: Arc<ManualClock>,
}

impl Origin {
    pub(super) fn new(store: &Store, empty: Digest, quota: (u64, u64)) -> Self {
        Self {
            store: store.clone(),
            empty,
            quota,
            clock: Arc::new(ManualClock::new(Timestamp::from_millis(1_000_000))),
        }
    }

    pub(super) fn open(&self, root: Digest) -> Vfs {
        let mut options = options(self.quota.0, self.quota.1);
        options.base = Some(self.empty);
        options.clock = Arc::<ManualClock>::clone(&self.clock);
        Vfs::open(&self.store, root, options).unwrap()
    }

    /// Every operation has a moment of its own.
    pub(super) fn tick(&self) {
        self.clock.advance(Duration::from_millis(1));
    }
}

/// A live filesystem and what is open in it.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) origin: Origin,
    pub(super) vfs: Vfs,
    root: Option<Handle>,
    pub(super) slots: [Option<Handle>; SLOTS],
}

impl Live {
    pub(super) fn new(origin: &Origin, vfs: Vfs) -> Self {
        Self {
            origin: origin.clone(),
            root: Some(vfs.root()),
            vfs,
            slots: Default::default(),
        }
    }

    /// A fork, in which nothing is open.
    pub(super) fn forked(&self) -> Self {
        Self::new(&self.origin, self.vfs.fork())
    }

    fn base(&self, from: usize) -> &Handle {
        let open = from
            .checked_sub(1)
            .and_then(|slot| self.slots[slot].as_ref());
        open.filter(|handle| handle.kind() == Kind::Directory)
            .unwrap_or_else(|| self.root.as_ref().unwrap())
    }

    /// The root, for whom mode bits do not hold.
    pub(super) fn host(&self) -> Handle {
        Handle::root(&self.vfs, Caller::Host)
    }

    fn with_slot(
        &self,
        slot: usize,
        work: impl FnOnce(&Handle) -> Result<Value, Errno>,
    ) -> Result<Value, Errno> {
        self.slots[slot].as_ref().map_or(Ok(Value::Skipped), work)
    }
}

/// The names that a directory has.
pub(super) fn list(directory: &Handle) -> Result<Vec<(String, Kind)>, Errno> {
    let items = directory.read_dir()?;
    Ok(items
        .map(|item| (item.name.as_ref().to_owned(), item.kind))
        .collect())
}

impl Subject for Live {
    fn apply(&mut self, op: &Op) -> Result<Value, Errno> {
        let done = |()| Value::Done;
        match op {
            Op::Open {
                from,
                path,
                follow,
                flags,
                access,
                slot,
            } => {
                let opened = self.base(*from).open(path, *follow, *flags, *access)?;
                self.slots[*slot] = Some(opened);
                Ok(Value::Done)
            }
            Op::Close(slot) => {
                self.slots[*slot] = None;
                Ok(Value::Done)
            }
            Op::Read(slot, len, at) => {
                self.with_slot(*slot, |handle| handle.read(*len, *at).map(Value::Bytes))
            }
            Op::Write(slot, len, at, byte) => self.with_slot(*slot, |handle| {
                handle.write(&pattern(*len, *byte), *at).map(Value::Count)
            }),
            Op::Append(slot, len, byte) => self.with_slot(*slot, |handle| {
                handle.append(&pattern(*len, *byte)).map(Value::Count)
            }),
            Op::SetSize(slot, size) => {
                self.with_slot(*slot, |handle| handle.set_size(*size).map(done))
            }
            Op::Stat(slot) => self.with_slot(*slot, |handle| handle.stat().map(Value::Stat)),
            Op::SetTimes(slot, atime, mtime) => {
                self.with_slot(*slot, |handle| handle.set_times(*atime, *mtime).map(done))
            }
            Op::List(slot) => self.with_slot(*slot, |handle| {
                if handle.kind() == Kind::Directory {
                    list(handle).map(Value::Names)
                } else {
                    Ok(Value::Skipped)
                }
            }),
            Op::MakeDir(from, path, mode) => self.base(*from).create_dir(path, *mode).map(done),
            Op::RemoveDir(from, path) => self.base(*from).remove_dir(path).map(done),
            Op::Unlink(from, path) => self.base(*from).unlink(path).map(done),
            Op::Rename(from, old, to, new) => {
                self.base(*from).rename(old, self.base(*to), new).map(done)
            }
            Op::Link(from, old, follow, to, new) => self
                .base(*from)
                .link(old, *follow, self.base(*to), new)
                .map(done),
            Op::Symlink(target, from, path) => self.base(*from).symlink(target, path).map(done),
            Op::ReadLink(from, path) => self.base(*from).read_link(path).map(Value::Text),
            Op::StatAt(from, path, follow) => {
                self.base(*from).stat_at(path, *follow).map(Value::Stat)
            }
            Op::SetTimesAt(from, path, follow, atime, mtime) => {
                let base = self.base(*from);
                base.set_times_at(path, *follow, *atime, *mtime).map(done)
            }
            Op::SetModeAt(from, path, follow, mode) => {
                self.base(*from).set_mode_at(path, *follow, *mode).map(done)
            }
            Op::Commit => {
                let root = self.vfs.commit().unwrap();
                assert_eq!(
                    self.vfs.commit().unwrap(),
                    root,
                    "nothing has changed since"
                );
                assert_eq!(self.vfs.committed(), root);
                Ok(Value::Done)
            }
            Op::Seal => {
                self.root = None;
                let sealed = self.vfs.seal().unwrap();
                self.root = Some(self.vfs.root());
                Ok(Value::Flag(sealed))
            }
            // Leaves something behind, so whoever runs the sequence does it.
            Op::Fork(_) => Ok(Value::Done),
            Op::Reopen => {
                let root = self.vfs.commit().unwrap();
                *self = Self::new(&self.origin, self.origin.open(root));
                Ok(Value::Done)
            }
        }
    }
}
