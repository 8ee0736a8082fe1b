//! The same operations on a directory of the host, through a capability for it: the same answers and
//! the same tree.
//!
//! Left out, because the host's side cannot do it or depends on who runs the tests: modes, times,
//! paths that start at another directory than the root, opening a link itself. Where the two are
//! meant to differ is in [`excepted`], with reasons.

use std::io;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, FileExt, Metadata, MetadataExt, OpenOptions};
use proptest::prelude::*;

use super::operations::{
    Live, Op, Origin, SLOTS, Subject, Value, cases, list, operation, pattern, sequence,
};
use super::{Access, Errno, Fixture, Follow, Kind, Stat, empty_root};

/// A directory of the host.
struct Real {
    root: Dir,
    slots: [Option<File>; SLOTS],
    _folder: tempfile::TempDir,
}

/// Why the host did not do it.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    Errno(Errno),
    /// The path leads out of the directory, which ends at the root for us. What was asked for is
    /// not done on either side.
    Escape,
}

/// Linux's numbers (`errno-base.h`, `errno.h`).
fn errno(error: &io::Error) -> Refusal {
    Refusal::Errno(match error.raw_os_error() {
        None if error.kind() == io::ErrorKind::PermissionDenied => return Refusal::Escape,
        Some(1) => Errno::Perm,
        Some(2) => Errno::NoEnt,
        Some(9) => Errno::BadF,
        Some(13) => Errno::Access,
        Some(16) => Errno::Busy,
        Some(17) => Errno::Exist,
        Some(20) => Errno::NotDir,
        Some(21) => Errno::IsDir,
        Some(22) => Errno::Inval,
        Some(36) => Errno::NameTooLong,
        Some(39) => Errno::NotEmpty,
        Some(40) => Errno::Loop,
        _ => panic!("unexpected: {error:?}"),
    })
}

/// Of what the host tells, what can be compared: not times and modes, and for a directory neither
/// size nor links, which every filesystem has in its own way.
fn stat(metadata: &Metadata) -> Stat {
    let kind = match metadata.file_type() {
        kind if kind.is_dir() => Kind::Directory,
        kind if kind.is_symlink() => Kind::Symlink,
        _ => Kind::File,
    };
    let (nlink, size) = (u32::try_from(metadata.nlink()).unwrap(), metadata.len());
    comparable(Stat {
        ino: 0,
        kind,
        mode: 0,
        nlink,
        size,
        atime: 0,
        mtime: 0,
        ctime: 0,
    })
}

fn comparable(stat: Stat) -> Stat {
    let directory = stat.kind == Kind::Directory;
    Stat {
        ino: 0,
        mode: 0,
        nlink: if directory { 0 } else { stat.nlink },
        size: if directory { 0 } else { stat.size },
        atime: 0,
        mtime: 0,
        ctime: 0,
        ..stat
    }
}

fn names(directory: &Dir, path: &str) -> io::Result<Vec<(String, Kind)>> {
    let mut names = Vec::new();
    for entry in directory.read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name().into_string().unwrap();
        names.push((name, stat(&entry.metadata()?).kind));
    }
    names.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(names)
}

impl Real {
    fn apply(&mut self, op: &Op) -> io::Result<Value> {
        let root = &self.root;
        let done = |()| Value::Done;
        let slot = match op {
            Op::Read(slot, ..)
            | Op::Write(slot, ..)
            | Op::Append(slot, ..)
            | Op::SetSize(slot, _)
            | Op::Stat(slot) => match &self.slots[*slot] {
                Some(file) => Some(file),
                None => return Ok(Value::Skipped),
            },
            _ => None,
        };
        let file = |work: &dyn Fn(&File) -> io::Result<Value>| slot.map_or(Ok(Value::Done), work);
        match op {
            Op::Open {
                path,
                flags,
                access,
                slot,
                ..
            } if flags.directory => {
                assert!(!access.write);
                root.open_dir(path)?;
                self.slots[*slot] = None;
                Ok(Value::Done)
            }
            Op::Open {
                path,
                flags,
                access,
                slot,
                ..
            } => {
                let mut options = OpenOptions::new();
                options
                    .read(access.read)
                    .write(access.write)
                    .truncate(flags.truncate);
                options
                    .create(flags.create)
                    .create_new(flags.create && flags.exclusive);
                let file = root.open_with(path, &options)?;
                self.slots[*slot] = file.metadata()?.is_file().then_some(file);
                Ok(Value::Done)
            }
            Op::Close(slot) => {
                self.slots[*slot] = None;
                Ok(Value::Done)
            }
            Op::Read(_, len, at) => file(&|file| {
                let mut bytes = vec![0; *len];
                let read = file.read_at(&mut bytes, *at)?;
                bytes.truncate(read);
                Ok(Value::Bytes(bytes))
            }),
            Op::Write(_, len, at, byte) => {
                file(&|file| file.write_at(&pattern(*len, *byte), *at).map(Value::Count))
            }
            Op::Append(_, len, byte) => file(&|file| {
                let end = file.metadata()?.len();
                file.write_at(&pattern(*len, *byte), end).map(Value::Count)
            }),
            Op::SetSize(_, size) => file(&|file| file.set_len(*size).map(done)),
            Op::Stat(_) => file(&|file| Ok(Value::Stat(stat(&file.metadata()?)))),
            Op::MakeDir(_, path, _) => root.create_dir(path).map(done),
            Op::RemoveDir(_, path) => root.remove_dir(path).map(done),
            Op::Unlink(_, path) => root.remove_file(path).map(done),
            Op::Rename(_, old, _, new) => root.rename(old, root, new).map(done),
            Op::Link(_, old, _, _, new) => root.hard_link(old, root, new).map(done),
            Op::Symlink(target, _, path) => root.symlink_contents(target, path).map(done),
            Op::ReadLink(_, path) => {
                let target = root.read_link_contents(path)?;
                Ok(Value::Text(target.to_str().unwrap().to_owned()))
            }
            Op::StatAt(_, path, follow) => {
                let metadata = match follow {
                    Follow::Yes => root.metadata(path),
                    Follow::No => root.symlink_metadata(path),
                };
                Ok(Value::Stat(stat(&metadata?)))
            }
            _ => Ok(Value::Skipped),
        }
    }
}

/// What the host's side can express of an operation.
fn expressible(op: Op) -> Option<Op> {
    let from = 0;
    Some(match op {
        Op::Open {
            path,
            flags,
            access,
            slot,
            ..
        } => {
            let write = (access.write || flags.create || flags.truncate) && !flags.directory;
            let access = Access {
                read: access.read || !write,
                write,
            };
            Op::Open {
                from,
                path,
                follow: Follow::Yes,
                flags,
                access,
                slot,
            }
        }
        Op::MakeDir(_, path, _) => Op::MakeDir(from, trimmed(&path), 0o755),
        Op::RemoveDir(_, path) => Op::RemoveDir(from, trimmed(&path)),
        Op::Unlink(_, path) => Op::Unlink(from, trimmed(&path)),
        Op::Rename(_, old, _, new) => Op::Rename(from, trimmed(&old), from, trimmed(&new)),
        Op::Link(_, old, _, _, new) => {
            Op::Link(from, trimmed(&old), Follow::No, from, trimmed(&new))
        }
        Op::Symlink(target, _, path) => Op::Symlink(target, from, trimmed(&path)),
        Op::ReadLink(_, path) => Op::ReadLink(from, trimmed(&path)),
        Op::StatAt(_, path, Follow::No) => Op::StatAt(from, trimmed(&path), Follow::No),
        Op::StatAt(_, path, follow) => Op::StatAt(from, path, follow),
        Op::List(_) => return None,
        other => other,
    })
}

/// Without `/` and `/.` at the end, which the capability drops, or minds, in ways of its own where
/// a name is made or removed. The system calls mind them: see `posix`.
fn trimmed(path: &str) -> String {
    let mut path = path;
    while let Some(rest) = path.strip_suffix('/').or_else(|| path.strip_suffix("/.")) {
        path = rest;
    }
    path.to_owned()
}

/// Operations that are meant to end differently, and so are done on neither side.
fn excepted(live: &Live, op: &Op) -> bool {
    match op {
        // A tree has no place for hard links of links: EPERM here.
        Op::Link(_, old, ..) => {
            let stat = live.host().stat_at(old, Follow::No);
            stat.is_ok_and(|stat| stat.kind == Kind::Symlink)
        }
        _ => false,
    }
}

/// Both refuse, for reasons that POSIX allows alike.
fn excused(op: &Op, ours: Errno, theirs: Errno) -> bool {
    match (op, ours, theirs) {
        // Linux refuses a slash after what is to be made, also in a link's target, before it looks
        // at what is there.
        (Op::Open { flags, .. }, _, Errno::IsDir) => flags.create,
        // The top directory is in use for us, whatever it is called.
        (Op::RemoveDir(..), Errno::Busy, _) => true,
        // The capability makes `.` of `..`; the system call has ENOTEMPTY, too.
        (Op::RemoveDir(_, path), Errno::NotEmpty, Errno::Inval) => path.ends_with(".."),
        // A directory above what is moved is a directory (POSIX) and not empty (Linux).
        (Op::Rename(..), Errno::IsDir, Errno::NotEmpty) => true,
        // With two bad paths, either may be told.
        (Op::Link(..) | Op::Rename(..), ours, theirs) => {
            let bad = |errno| matches!(errno, Errno::NoEnt | Errno::NotDir | Errno::Loop);
            bad(ours) && bad(theirs)
        }
        _ => false,
    }
}

fn same_tree(live: &Live, real: &Dir, path: &str) -> Result<(), TestCaseError> {
    let root = live.host();
    let directory = super::OpenFlags {
        directory: true,
        ..super::OpenFlags::default()
    };
    let opened = root.open(path, Follow::No, directory, super::LOOK).unwrap();
    let all = names(real, path).unwrap();
    prop_assert_eq!(&list(&opened).unwrap(), &all, "names in {}", path);
    for (name, kind) in all {
        let path = format!("{path}/{name}");
        let (ours, theirs) = (
            root.stat_at(&path, Follow::No).unwrap(),
            real.symlink_metadata(&path).unwrap(),
        );
        prop_assert_eq!(comparable(ours), stat(&theirs), "{}", path);
        match kind {
            Kind::Directory => same_tree(live, real, &path)?,
            Kind::Symlink => {
                let target = real.read_link_contents(&path).unwrap();
                prop_assert_eq!(&root.read_link(&path).unwrap(), target.to_str().unwrap());
            }
            _ => {
                let ours = super::read(&root, &path).unwrap();
                prop_assert!(ours == real.read(&path).unwrap(), "contents of {path}");
            }
        }
    }
    Ok(())
}

fn run(operations: Vec<Op>) -> Result<(), TestCaseError> {
    let fixture = Fixture::new();
    let origin = Origin::new(
        &fixture.store,
        empty_root(&fixture.store),
        (1 << 30, 100_000),
    );
    let mut live = Live::new(&origin, origin.open(origin.empty));
    let folder = tempfile::tempdir().unwrap();
    let root = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
    let mut real = Real {
        root,
        slots: Default::default(),
        _folder: folder,
    };
    for op in operations.into_iter().filter_map(expressible) {
        if excepted(&live, &op) {
            continue;
        }
        let theirs = real.apply(&op).map_err(|error| errno(&error));
        if theirs == Err(Refusal::Escape) {
            continue;
        }
        let ours = live
            .apply(&op)
            .map_err(Refusal::Errno)
            .map(|value| match value {
                Value::Stat(stat) => Value::Stat(comparable(stat)),
                other => other,
            });
        let same = match (&ours, &theirs) {
            (Err(Refusal::Errno(ours)), Err(Refusal::Errno(theirs))) => {
                ours == theirs || excused(&op, *ours, *theirs)
            }
            (ours, theirs) => ours == theirs,
        };
        prop_assert!(same, "{op:?}: ours {ours:?}, theirs {theirs:?}");
        if let Op::Open { slot, .. } = &op
            && real.slots[*slot].is_none()
        {
            live.slots[*slot] = None;
        }
    }
    same_tree(&live, &real.root, ".")
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn any_sequence_does_what_a_directory_of_the_host_does(
        operations in sequence(operation()),
    ) {
        run(operations)?;
    }
}
