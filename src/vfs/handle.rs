//! Open files and directories: what a descriptor of a guest stands for.

use super::Vfs;
use super::content::Io;
use super::errno::Errno;
use super::inode::{Kind, Stat};
use super::ops;
use super::resolve::{Caller, Follow, resolve};
use super::state::{ROOT, State};
use super::table::Ino;

/// What a handle may be used for. Fixed when it is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Access {
    /// Reading a file, listing a directory.
    pub(crate) read: bool,
    /// Writing a file; changing the entries of a directory, which is handed on from the directory
    /// that it is opened from.
    pub(crate) write: bool,
}

/// What opening does beside opening.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct OpenFlags {
    /// `O_CREAT`.
    pub(crate) create: bool,
    /// `O_EXCL`.
    pub(crate) exclusive: bool,
    /// `O_TRUNC`.
    pub(crate) truncate: bool,
    /// `O_DIRECTORY`.
    pub(crate) directory: bool,
    /// Mode of a file that is made, with the umask applied; what a umask of 022 leaves of 0666
    /// without one.
    pub(crate) mode: Option<u16>,
}

/// What to set a time to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetTime {
    /// What it is.
    Keep,
    /// The present.
    Now,
    /// Nanoseconds since the Unix epoch.
    At(i64),
}

/// An open file, directory, link or device. Dropping it closes it; an inode without a name lives
/// until then.
#[derive(Debug)]
pub(crate) struct Handle {
    pub(super) vfs: Vfs,
    pub(super) ino: Ino,
    access: Access,
    caller: Caller,
    kind: Kind,
    generation: u64,
}

impl Handle {
    pub(super) fn root(vfs: &Vfs, caller: Caller) -> Self {
        let access = Access {
            read: true,
            write: true,
        };
        let mut state = vfs.lock();
        Self::make(vfs, &mut state, ROOT, Kind::Directory, access, caller)
    }

    /// A handle of an inode that exists.
    fn make(
        vfs: &Vfs,
        state: &mut State,
        ino: Ino,
        kind: Kind,
        access: Access,
        caller: Caller,
    ) -> Self {
        state.opened(ino);
        Self {
            vfs: vfs.clone(),
            ino,
            access,
            caller,
            kind,
            generation: state.generation,
        }
    }

    /// Does something under the lock, unless the filesystem was replaced meanwhile.
    fn with<T>(
        &self,
        work: impl FnOnce(&mut State, &Io, i64) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        let now = self.vfs.now();
        let mut state = self.vfs.lock();
        if state.generation != self.generation {
            return Err(Errno::Stale);
        }
        work(&mut state, self.vfs.io(), now)
    }

    /// Does something in this directory with a path.
    fn at<T>(
        &self,
        path: &str,
        follow: Follow,
        work: impl FnOnce(&mut State, &Io, i64, super::resolve::Place) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        // As WASI has it; resolution itself would know what to do with one.
        if path.starts_with('/') {
            return Err(Errno::Perm);
        }
        self.with(|state, io, now| {
            let place = resolve(state, io, self.ino, path, follow, self.caller)?;
            work(state, io, now, place)
        })
    }

    /// The directory must have been opened for changes.
    fn writable(&self) -> Result<(), Errno> {
        if self.access.write {
            Ok(())
        } else {
            Err(Errno::Perm)
        }
    }

    /// What it is.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it is the root directory.
    pub(crate) fn is_root(&self) -> bool {
        self.ino == ROOT
    }

    /// What it was opened for.
    pub(crate) fn access(&self) -> Access {
        self.access
    }

    /// The inode's number.
    pub(crate) fn identity(&self) -> u64 {
        self.ino
    }

    /// Whether both are the same file or directory.
    pub(crate) fn same_object(&self, other: &Self) -> bool {
        self.vfs.is(&other.vfs) && self.ino == other.ino && self.generation == other.generation
    }

    /// Opens what `path` leads to, or makes a file there.
    ///
    /// # Errors
    /// [`Errno::Loop`] for a link that is not to be followed; those of `open` in POSIX.
    pub(crate) fn open(
        &self,
        path: &str,
        follow: Follow,
        flags: OpenFlags,
        access: Access,
    ) -> Result<Self, Errno> {
        let follow = if flags.exclusive { Follow::No } else { follow };
        self.at(path, follow, |state, io, now, place| {
            let may_change = self.access.write;
            let opening = ops::create::Opening {
                flags,
                access,
                caller: self.caller,
                may_change,
            };
            let ino = opening.open(state, io, now, &place)?;
            let kind = state.inode(ino)?.kind();
            let access = match kind {
                // Nothing is written to a directory; its entries may be changed by whoever could
                // change those of the one it was opened from.
                Kind::Directory => Access {
                    read: access.read,
                    write: self.access.write,
                },
                _ => access,
            };
            Ok(Self::make(&self.vfs, state, ino, kind, access, self.caller))
        })
    }

    /// What is known of it.
    pub(crate) fn stat(&self) -> Result<Stat, Errno> {
        self.with(|state, _, _| Ok(state.inode(self.ino)?.stat(self.ino)))
    }

    /// What is known of what `path` leads to.
    pub(crate) fn stat_at(&self, path: &str, follow: Follow) -> Result<Stat, Errno> {
        self.at(path, follow, |state, _, _, place| {
            let ino = ops::existing(state, &place)?;
            Ok(state.inode(ino)?.stat(ino))
        })
    }

    /// Cuts the file, or extends it with zeros.
    pub(crate) fn set_size(&self, size: u64) -> Result<(), Errno> {
        if !self.access.write || self.kind == Kind::Directory {
            return Err(Errno::Inval);
        }
        self.with(|state, io, now| ops::file::set_size(state, io, self.ino, size, now))
    }

    /// Sets its times.
    pub(crate) fn set_times(&self, atime: SetTime, mtime: SetTime) -> Result<(), Errno> {
        self.with(|state, _, now| ops::metadata::set_times(state, self.ino, atime, mtime, now))
    }

    /// Sets the times of what `path` leads to.
    pub(crate) fn set_times_at(
        &self,
        path: &str,
        follow: Follow,
        atime: SetTime,
        mtime: SetTime,
    ) -> Result<(), Errno> {
        self.writable()?;
        self.at(path, follow, |state, _, now, place| {
            let ino = ops::existing(state, &place)?;
            ops::metadata::set_times(state, ino, atime, mtime, now)
        })
    }

    /// Whether the mode bits of what `path` leads to allow `how`: 4 to read, 2 to write, 1 to execute
    /// or search, or a sum of them.
    pub(crate) fn access_at(&self, path: &str, how: u16) -> Result<(), Errno> {
        self.at(path, Follow::Yes, |state, _, _, place| {
            let ino = ops::existing(state, &place)?;
            super::resolve::allow(state, ino, how, self.caller)
        })
    }

    /// Sets the mode bits of what `path` leads to.
    pub(crate) fn set_mode_at(&self, path: &str, follow: Follow, mode: u16) -> Result<(), Errno> {
        self.writable()?;
        self.at(path, follow, |state, _, now, place| {
            let ino = ops::existing(state, &place)?;
            ops::metadata::set_mode(state, ino, mode, now)
        })
    }

    /// Makes a directory.
    pub(crate) fn create_dir(&self, path: &str, mode: u16) -> Result<(), Errno> {
        self.writable()?;
        self.at(path, Follow::No, |state, _, now, place| {
            ops::create::directory(state, &place, mode, now, self.caller)
        })
    }

    /// Makes a symbolic link. Its target may be anything.
    pub(crate) fn symlink(&self, target: &str, path: &str) -> Result<(), Errno> {
        self.writable()?;
        super::resolve::check(target)?;
        self.at(path, Follow::No, |state, _, now, place| {
            ops::create::symlink(state, &place, target, now, self.caller)
        })
    }

    /// Where a symbolic link leads.
    pub(crate) fn read_link(&self, path: &str) -> Result<String, Errno> {
        self.at(path, Follow::No, |state, _, _, place| {
            ops::metadata::read_link(state, &place)
        })
    }

    /// Gives a file one more name.
    pub(crate) fn link(
        &self,
        old: &str,
        follow: Follow,
        new_dir: &Self,
        new: &str,
    ) -> Result<(), Errno> {
        self.two(old, follow, new_dir, new, |state, now, from, to| {
            ops::create::link(state, &from, &to, now, self.caller)
        })
    }

    /// Gives a file or directory another name, replacing what has it.
    pub(crate) fn rename(&self, old: &str, new_dir: &Self, new: &str) -> Result<(), Errno> {
        self.writable()?;
        let io = self.vfs.io().clone();
        self.two(old, Follow::No, new_dir, new, |state, now, from, to| {
            ops::rename::rename(state, &io, &from, &to, now, self.caller)
        })
    }

    fn two<T>(
        &self,
        old: &str,
        follow: Follow,
        new_dir: &Self,
        new: &str,
        work: impl FnOnce(
            &mut State,
            i64,
            super::resolve::Place,
            super::resolve::Place,
        ) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        new_dir.writable()?;
        if !self.vfs.is(&new_dir.vfs) || self.generation != new_dir.generation {
            return Err(Errno::Stale);
        }
        if new.starts_with('/') {
            return Err(Errno::Perm);
        }
        self.at(old, follow, |state, io, now, from| {
            let to = resolve(state, io, new_dir.ino, new, Follow::No, self.caller)?;
            work(state, now, from, to)
        })
    }

    /// Removes a name that is not a directory's.
    pub(crate) fn unlink(&self, path: &str) -> Result<(), Errno> {
        self.writable()?;
        self.at(path, Follow::No, |state, _, now, place| {
            ops::remove::unlink(state, &place, now, self.caller)
        })
    }

    /// Removes an empty directory.
    pub(crate) fn remove_dir(&self, path: &str) -> Result<(), Errno> {
        self.writable()?;
        self.at(path, Follow::No, |state, io, now, place| {
            ops::remove::directory(state, io, &place, now, self.caller)
        })
    }

    /// Reads up to `len` bytes from `offset`; fewer only at the end.
    pub(crate) fn read(&self, len: usize, offset: u64) -> Result<Vec<u8>, Errno> {
        if !self.access.read {
            return Err(Errno::BadF);
        }
        let plan = self.with(|state, io, _| ops::file::read(state, io, self.ino, len, offset))?;
        plan.carry_out(self.vfs.io())
    }

    /// Writes `data` at `offset`; less than all only if the quota is used up by it.
    pub(crate) fn write(&self, data: &[u8], offset: u64) -> Result<usize, Errno> {
        if !self.access.write {
            return Err(Errno::BadF);
        }
        self.with(|state, io, now| ops::file::write(state, io, self.ino, data, Some(offset), now))
    }

    /// Writes `data` at the end, wherever that is by then.
    pub(crate) fn append(&self, data: &[u8]) -> Result<usize, Errno> {
        if !self.access.write {
            return Err(Errno::BadF);
        }
        self.with(|state, io, now| ops::file::write(state, io, self.ino, data, None, now))
    }

    /// The names in this directory. The stream keeps the directory open by itself.
    pub(crate) fn read_dir(&self) -> Result<ops::dir::DirStream, Errno> {
        if !self.access.read {
            return Err(Errno::BadF);
        }
        let again = self.with(|state, io, _| {
            state.load(io, self.ino)?;
            let kind = Kind::Directory;
            Ok(Self::make(
                &self.vfs,
                state,
                self.ino,
                kind,
                self.access,
                self.caller,
            ))
        })?;
        Ok(ops::dir::DirStream::new(again))
    }

    /// Up to `limit` names that come after `after`.
    pub(super) fn names_after(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ops::dir::DirItem>, Errno> {
        self.with(|state, io, _| ops::dir::names(state, io, self.ino, after, limit))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let mut state = self.vfs.lock();
        if state.generation == self.generation {
            state.closed(self.ino);
        }
    }
}
