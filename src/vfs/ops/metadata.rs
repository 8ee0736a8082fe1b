//! Times, modes and where links lead.

use super::super::errno::Errno;
use super::super::handle::SetTime;
use super::super::inode::Body;
use super::super::resolve::Place;
use super::super::state::State;
use super::super::table::Ino;
use super::existing;

pub(in super::super) fn set_times(
    state: &mut State,
    ino: Ino,
    atime: SetTime,
    mtime: SetTime,
    now: i64,
) -> Result<(), Errno> {
    let inode = state.inode_mut(ino)?;
    let set = |time: &mut i64, to: SetTime| match to {
        SetTime::Keep => {}
        SetTime::Now => *time = now,
        SetTime::At(at) => *time = at,
    };
    set(&mut inode.atime, atime);
    set(&mut inode.mtime, mtime);
    inode.ctime = now;
    state.mark(ino);
    Ok(())
}

pub(in super::super) fn set_mode(
    state: &mut State,
    ino: Ino,
    mode: u16,
    now: i64,
) -> Result<(), Errno> {
    let inode = state.inode_mut(ino)?;
    inode.mode = mode & 0o7777;
    inode.ctime = now;
    state.mark(ino);
    Ok(())
}

pub(in super::super) fn read_link(state: &State, place: &Place) -> Result<String, Errno> {
    let ino = existing(state, place)?;
    match &state.inode(ino)?.body {
        Body::Symlink(target) => Ok(target.as_ref().to_owned()),
        _ => Err(Errno::Inval),
    }
}
