//! The calls of the files API: whole files, directories, listings. The caller is the host,
//! for whom mode bits do not hold.

use std::time::{Duration, SystemTime};

use super::content::{FileData, INLINE};
use super::errno::Errno;
use super::error::FsError;
use super::handle::{Access, Handle, OpenFlags};
use super::inode::{Body, Kind};
use super::ops::create::Opening;
use super::resolve::{Caller, Follow, resolve};
use super::state::ROOT;
use super::{GuestPath, Vfs};
use crate::digest::Digest;
use crate::store::Content;

/// Largest file that is read into memory at once: bounds what one request can take.
const MAX_READ_BYTES: u64 = 1 << 30;
/// Mode of directories made on the way to a file.
const DIR_MODE: u16 = 0o755;

/// One entry of a directory.
#[derive(Clone, Debug)]
pub(crate) struct DirEntry {
    /// Name within the directory.
    pub(crate) name: String,
    /// What it is.
    pub(crate) kind: EntryKind,
    /// Size in bytes; 0 for directories.
    pub(crate) size: u64,
    /// Permission bits.
    pub(crate) mode: u32,
    /// Time of last modification.
    pub(crate) modified: SystemTime,
}

/// Kind of a directory entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    /// A regular file (or anything else that is read like one).
    File,
    /// A directory.
    Directory,
    /// A symbolic link and where it leads.
    Symlink(String),
}

impl Vfs {
    pub(super) fn host(&self) -> Handle {
        Handle::root(self, Caller::Host)
    }

    /// Reads a whole file.
    ///
    /// # Errors
    /// [`FsError::TooLarge`] beyond 1 GiB, [`FsError::IsADirectory`], and what opening gives.
    pub(crate) fn read_file(&self, path: &GuestPath) -> Result<Vec<u8>, FsError> {
        let failed = |errno| FsError::of(path, errno);
        let file = self.open_read(path).map_err(failed)?;
        let size = file.stat().map_err(failed)?.size;
        if size > MAX_READ_BYTES {
            return Err(FsError::TooLarge {
                path: path.to_string(),
                size,
                limit: MAX_READ_BYTES,
            });
        }
        let len = usize::try_from(size).unwrap_or(usize::MAX);
        match file.kind() {
            Kind::File => file.read(len, 0).map_err(failed),
            // A device has no end, or nothing.
            _ => Ok(Vec::new()),
        }
    }

    pub(super) fn open_read(&self, path: &GuestPath) -> Result<Handle, Errno> {
        let access = Access {
            read: true,
            write: false,
        };
        let file = self
            .host()
            .open(path.relative(), Follow::Yes, OpenFlags::default(), access)?;
        if file.kind() == Kind::Directory {
            return Err(Errno::IsDir);
        }
        Ok(file)
    }

    /// Writes a whole file, replacing what was there and making missing parent directories. A
    /// failure leaves the old contents.
    ///
    /// # Errors
    /// [`FsError::IsADirectory`], [`FsError::NoSpace`] and others of the path.
    pub(crate) fn write_file(&self, path: &GuestPath, contents: &[u8]) -> Result<(), FsError> {
        let failed = |errno| FsError::of(path, errno);
        // A collection must not take what is put before the file has it.
        let _writing = self.io().store.writing();
        let stored = if contents.len() as u64 > INLINE {
            Some(self.io().store.put_content(&mut &contents[..])?)
        } else {
            None
        };
        if let Some(parent) = path.parent() {
            self.make_dirs(&parent).map_err(failed)?;
        }
        self.put(path, contents, stored).map_err(failed)
    }

    /// In one step: whoever saves, forks or reads at the same time has the old contents or the new,
    /// never a file that was made and not filled yet.
    pub(super) fn put(
        &self,
        path: &GuestPath,
        contents: &[u8],
        stored: Option<Content>,
    ) -> Result<(), Errno> {
        let opening = Opening {
            flags: OpenFlags {
                create: true,
                ..OpenFlags::default()
            },
            access: Access {
                read: false,
                write: true,
            },
            caller: Caller::Host,
            may_change: true,
        };
        let now = self.now();
        let io = self.io();
        let mut state = self.lock();
        let place = resolve(
            &mut state,
            io,
            ROOT,
            path.as_str(),
            Follow::Yes,
            Caller::Host,
        )?;
        let ino = opening.open(&mut state, io, now, &place)?;
        match state.inode(ino)?.kind() {
            Kind::File => {}
            Kind::Directory => return Err(Errno::IsDir),
            Kind::Symlink | Kind::Device(_) => return Err(Errno::Inval),
        }
        let room = state.room();
        let length = stored.map_or(contents.len() as u64, |content| content.size);
        let fits = |data: &FileData| length.saturating_sub(data.size()) <= room;
        let replaced = state.change_file(ino, now, |data, inline| {
            if !fits(data) {
                return Err(Errno::NoSpc);
            }
            let mut new = match stored {
                Some(content) => FileData::of(content),
                None => FileData::empty(),
            };
            if new.size() == 0 {
                new.write(io, 0, contents, inline)?;
            }
            *data = new;
            Ok(())
        });
        if replaced.is_err() && place.ino.is_none() {
            // Not even an empty one is left behind.
            let name = place.name()?;
            state.unbind(place.dir, name, now)?;
            state.unlinked(ino, now)?;
        }
        replaced
    }

    fn make_dirs(&self, path: &GuestPath) -> Result<(), Errno> {
        let root = self.host();
        if let Ok(stat) = root.stat_at(path.relative(), Follow::Yes) {
            return match stat.kind {
                Kind::Directory => Ok(()),
                _ => Err(Errno::NotDir),
            };
        }
        let mut at = String::new();
        for name in path.relative().split('/') {
            if !at.is_empty() {
                at.push('/');
            }
            at.push_str(name);
            match root.create_dir(&at, DIR_MODE) {
                Ok(()) => {}
                Err(Errno::Exist) => {
                    if root.stat_at(&at, Follow::Yes)?.kind != Kind::Directory {
                        return Err(Errno::NotDir);
                    }
                }
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    /// Refuses a path that no write could succeed at, whatever is there.
    ///
    /// # Errors
    /// [`FsError::InvalidPath`].
    #[expect(
        clippy::unused_self,
        reason = "which paths can be written is the filesystem's to say"
    )]
    pub(crate) fn check_writable(&self, path: &GuestPath) -> Result<(), FsError> {
        if path.parent().is_none() {
            return Err(FsError::InvalidPath {
                path: path.to_string(),
                reason: "it is the root directory",
            });
        }
        Ok(())
    }

    /// Refuses what is no directory.
    ///
    /// # Errors
    /// [`FsError::NotFound`] and [`FsError::NotADirectory`].
    pub(crate) fn check_directory(&self, path: &GuestPath) -> Result<(), FsError> {
        let stat = self.host().stat_at(path.relative(), Follow::Yes);
        match stat.map_err(|errno| FsError::of(path, errno))?.kind {
            Kind::Directory => Ok(()),
            _ => Err(FsError::NotADirectory {
                path: path.to_string(),
            }),
        }
    }

    /// Lists one directory, sorted by name.
    ///
    /// # Errors
    /// [`FsError::NotFound`] and [`FsError::NotADirectory`].
    pub(crate) fn read_dir(&self, path: &GuestPath) -> Result<Vec<DirEntry>, FsError> {
        let failed = |errno| FsError::of(path, errno);
        self.check_directory(path)?;
        let access = Access {
            read: true,
            write: false,
        };
        let directory = self
            .host()
            .open(path.relative(), Follow::Yes, OpenFlags::default(), access)
            .map_err(failed)?;
        let mut entries = Vec::new();
        for item in directory.read_dir().map_err(failed)? {
            // Gone between the two calls: a guest removed it; a listing without it is right.
            let Ok(stat) = directory.stat_at(&item.name, Follow::No) else {
                continue;
            };
            let kind = match stat.kind {
                Kind::Directory => EntryKind::Directory,
                Kind::Symlink => {
                    EntryKind::Symlink(directory.read_link(&item.name).unwrap_or_default())
                }
                Kind::File | Kind::Device(_) => EntryKind::File,
            };
            entries.push(DirEntry {
                name: item.name.as_ref().to_owned(),
                kind,
                size: stat.size,
                mode: stat.mode.into(),
                modified: time(stat.mtime),
            });
        }
        Ok(entries)
    }

    /// Makes a directory; with `recursive` its parents too, and then an existing one is no error.
    ///
    /// # Errors
    /// [`FsError::Exists`] and others of the path.
    pub(crate) fn create_dir(&self, path: &GuestPath, recursive: bool) -> Result<(), FsError> {
        let failed = |errno| FsError::of(path, errno);
        if recursive {
            return self.make_dirs(path).map_err(|errno| match errno {
                // What is in the way at the end of the path, rather than on it.
                Errno::NotDir if self.check_directory(path).is_err() => {
                    let there = self.host().stat_at(path.relative(), Follow::No).is_ok();
                    failed(if there { Errno::Exist } else { errno })
                }
                errno => failed(errno),
            });
        }
        self.host()
            .create_dir(path.relative(), DIR_MODE)
            .map_err(failed)
    }

    /// Removes a file or link; `false` if there was none.
    ///
    /// # Errors
    /// [`FsError::IsADirectory`].
    pub(crate) fn remove_file(&self, path: &GuestPath) -> Result<bool, FsError> {
        self.check_writable(path)?;
        found(path, self.host().unlink(path.relative()))
    }

    /// Removes a directory, with `recursive` with all its contents; `false` if there was none.
    ///
    /// # Errors
    /// [`FsError::NotEmpty`] without `recursive`, [`FsError::NotADirectory`].
    pub(crate) fn remove_dir(&self, path: &GuestPath, recursive: bool) -> Result<bool, FsError> {
        self.check_writable(path)?;
        if !recursive {
            return found(path, self.host().remove_dir(path.relative()));
        }
        // Out of sight at once and as a whole; how much it holds does not matter.
        found(path, self.detach(path))
    }

    /// Takes a directory with all below it out of the tree.
    fn detach(&self, path: &GuestPath) -> Result<(), Errno> {
        let now = self.now();
        let mut state = self.lock();
        let io = self.io();
        let place = resolve(
            &mut state,
            io,
            ROOT,
            path.as_str(),
            Follow::No,
            Caller::Host,
        )?;
        let top = place.existing()?;
        if !state.inode(top)?.is_dir() {
            return Err(Errno::NotDir);
        }
        let name = place.name().map_err(|_| Errno::Busy)?.to_owned();
        // Children before their parents, and the names of each directory from its own listing.
        let mut stack = vec![(place.dir, name, top, false)];
        while let Some((dir, name, ino, emptied)) = stack.pop() {
            if !emptied && state.inode(ino)?.is_dir() {
                stack.push((dir, name, ino, true));
                let names = super::ops::dir::names(&mut state, io, ino, None, usize::MAX)?;
                for item in names {
                    if let Some(child) = state.lookup(io, ino, &item.name)? {
                        stack.push((ino, item.name.as_ref().to_owned(), child, false));
                    }
                }
                continue;
            }
            state.unbind(dir, &name, now)?;
            state.unlinked(ino, now)?;
        }
        Ok(())
    }

    /// Gives the file at `path` the content `new` if it has one of `old` now, without touching its
    /// mode or times; `false` if it has not.
    ///
    /// # Errors
    /// Those of the path.
    pub(crate) fn replace_content(
        &self,
        path: &GuestPath,
        old: &[Digest],
        new: Content,
    ) -> Result<bool, FsError> {
        let failed = |errno| FsError::of(path, errno);
        let file = self.open_read(path).map_err(failed)?;
        let before = file.stat().map_err(failed)?;
        let mut state = self.lock();
        let inode = state.inode(file.ino).map_err(failed)?;
        let has = match &inode.body {
            Body::File(data) => data.stored().is_some_and(|has| old.contains(&has.digest)),
            _ => false,
        };
        if has {
            let replace = |data: &mut FileData, _| {
                *data = FileData::of(new);
                Ok(())
            };
            state
                .change_file(file.ino, before.mtime, replace)
                .map_err(failed)?;
        }
        Ok(has)
    }
}

/// "It was not there" is an answer, anything else an error.
fn found(path: &GuestPath, result: Result<(), Errno>) -> Result<bool, FsError> {
    match result {
        Ok(()) => Ok(true),
        Err(Errno::NoEnt) => Ok(false),
        Err(errno) => Err(FsError::of(path, errno)),
    }
}

fn time(nanos: i64) -> SystemTime {
    let distance = Duration::from_nanos(nanos.unsigned_abs());
    let time = if nanos < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    };
    time.unwrap_or(SystemTime::UNIX_EPOCH)
}
