//! Opening and everything that makes a name.

use super::super::content::{FileData, Io};
use super::super::errno::Errno;
use super::super::handle::{Access, OpenFlags};
use super::super::inode::{Body, Directory};
use super::super::resolve::{Caller, Place, allow};
use super::super::state::State;
use super::super::table::Ino;
use super::{existing, may_change};

/// Mode of a new file: what a umask of 022 leaves of 0666.
const FILE_MODE: u16 = 0o644;
/// Mode of a link; nobody asks for it.
const LINK_MODE: u16 = 0o777;

/// How something is to be opened.
pub(in super::super) struct Opening {
    pub(in super::super) flags: OpenFlags,
    pub(in super::super) access: Access,
    pub(in super::super) caller: Caller,
    /// Whether the directory that the path starts at was opened for changes.
    pub(in super::super) may_change: bool,
}

impl Opening {
    pub(in super::super) fn open(
        &self,
        state: &mut State,
        io: &Io,
        now: i64,
        place: &Place,
    ) -> Result<Ino, Errno> {
        let OpenFlags {
            create,
            exclusive,
            truncate,
            directory,
            mode: _,
        } = self.flags;
        if create && directory {
            return Err(Errno::Inval);
        }
        // What was opened for looking only gives nothing that can be changed.
        if !self.may_change && (create || truncate || self.access.write) {
            return Err(Errno::Perm);
        }
        let Some(ino) = place.ino else {
            return self.make(state, place, now);
        };
        if create && exclusive {
            return Err(Errno::Exist);
        }
        let inode = state.inode(ino)?;
        match &inode.body {
            Body::Symlink(_) => return Err(Errno::Loop),
            Body::Directory(_) => {
                if create || truncate || self.access.write {
                    return Err(Errno::IsDir);
                }
            }
            Body::File(_) | Body::Device(_) => {
                if directory || place.slash {
                    return Err(Errno::NotDir);
                }
            }
        }
        if self.access.read {
            allow(state, ino, 4, self.caller)?;
        }
        if self.access.write || truncate {
            allow(state, ino, 2, self.caller)?;
        }
        if truncate && matches!(state.inode(ino)?.body, Body::File(_)) {
            super::file::set_size(state, io, ino, 0, now)?;
        }
        Ok(ino)
    }

    fn make(&self, state: &mut State, place: &Place, now: i64) -> Result<Ino, Errno> {
        if !self.flags.create {
            return Err(Errno::NoEnt);
        }
        if place.slash {
            return Err(Errno::IsDir);
        }
        may_change(state, place.dir, self.caller)?;
        let body = Body::File(FileData::empty());
        let mode = self.flags.mode.unwrap_or(FILE_MODE) & 0o7777;
        state.create(place.dir, place.name()?, mode, now, body)
    }
}

pub(in super::super) fn directory(
    state: &mut State,
    place: &Place,
    mode: u16,
    now: i64,
    caller: Caller,
) -> Result<(), Errno> {
    if place.ino.is_some() {
        return Err(Errno::Exist);
    }
    may_change(state, place.dir, caller)?;
    let body = Body::Directory(Directory::new(place.dir));
    state
        .create(place.dir, place.name()?, mode & 0o7777, now, body)
        .map(drop)
}

pub(in super::super) fn symlink(
    state: &mut State,
    place: &Place,
    target: &str,
    now: i64,
    caller: Caller,
) -> Result<(), Errno> {
    if place.ino.is_some() {
        return Err(Errno::Exist);
    }
    if place.slash {
        return Err(Errno::NoEnt);
    }
    may_change(state, place.dir, caller)?;
    let body = Body::Symlink(target.into());
    state
        .create(place.dir, place.name()?, LINK_MODE, now, body)
        .map(drop)
}

/// One more name for a file. Only regular files can have several: a tree has no place for hard
/// links of anything else.
pub(in super::super) fn link(
    state: &mut State,
    from: &Place,
    to: &Place,
    now: i64,
    caller: Caller,
) -> Result<(), Errno> {
    let ino = existing(state, from)?;
    if to.ino.is_some() {
        return Err(Errno::Exist);
    }
    if to.slash {
        return Err(Errno::NoEnt);
    }
    match &state.inode(ino)?.body {
        Body::File(_) => {}
        Body::Directory(_) | Body::Symlink(_) | Body::Device(_) => return Err(Errno::Perm),
    }
    may_change(state, to.dir, caller)?;
    let name = to.name()?;
    if state.directory(to.dir)?.parent == 0 {
        return Err(Errno::NoEnt);
    }
    state.link(ino, now)?;
    state.bind(to.dir, name, ino, now)
}
