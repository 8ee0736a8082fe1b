//! Removing names.

use super::super::content::Io;
use super::super::errno::Errno;
use super::super::resolve::{Caller, Last, Place};
use super::super::state::{ROOT, State};
use super::may_change;

pub(in super::super) fn unlink(
    state: &mut State,
    place: &Place,
    now: i64,
    caller: Caller,
) -> Result<(), Errno> {
    let ino = place.existing()?;
    let Last::Name(name) = &place.last else {
        return Err(Errno::IsDir);
    };
    may_change(state, place.dir, caller)?;
    if state.inode(ino)?.is_dir() {
        return Err(Errno::IsDir);
    }
    if place.slash {
        return Err(Errno::NotDir);
    }
    state.unbind(place.dir, name, now)?;
    state.unlinked(ino, now)
}

pub(in super::super) fn directory(
    state: &mut State,
    io: &Io,
    place: &Place,
    now: i64,
    caller: Caller,
) -> Result<(), Errno> {
    let ino = place.existing()?;
    let name = match &place.last {
        Last::Name(name) => name,
        Last::Dot if ino == ROOT => return Err(Errno::Busy),
        Last::Dot => return Err(Errno::Inval),
        Last::DotDot => return Err(Errno::NotEmpty),
    };
    may_change(state, place.dir, caller)?;
    if !state.inode(ino)?.is_dir() {
        return Err(Errno::NotDir);
    }
    if state.load(io, ino)?.len > 0 {
        return Err(Errno::NotEmpty);
    }
    state.unbind(place.dir, name, now)?;
    state.unlinked(ino, now)
}
