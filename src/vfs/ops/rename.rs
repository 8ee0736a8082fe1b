//! Renaming, over what has the new name already.

use super::super::content::Io;
use super::super::errno::Errno;
use super::super::inode::Body;
use super::super::resolve::{Caller, Last, Place};
use super::super::state::{MAX_DEPTH, State};
use super::may_change;

pub(in super::super) fn rename(
    state: &mut State,
    io: &Io,
    from: &Place,
    to: &Place,
    now: i64,
    caller: Caller,
) -> Result<(), Errno> {
    let (Last::Name(old), Last::Name(new)) = (&from.last, &to.last) else {
        return Err(Errno::Busy);
    };
    let ino = from.existing()?;
    let is_dir = state.inode(ino)?.is_dir();
    if !is_dir && (from.slash || to.slash) {
        return Err(Errno::NotDir);
    }
    may_change(state, from.dir, caller)?;
    may_change(state, to.dir, caller)?;
    if state.directory(to.dir)?.parent == 0 {
        return Err(Errno::NoEnt);
    }
    if is_dir {
        if state.is_below(to.dir, ino)? {
            return Err(Errno::Inval);
        }
        if state.depth(to.dir)? >= MAX_DEPTH {
            return Err(Errno::MLink);
        }
    }
    if let Some(target) = to.ino {
        if target == ino {
            // Two names of one file: nothing happens, as POSIX has it.
            return Ok(());
        }
        match (is_dir, state.inode(target)?.is_dir()) {
            (false, true) => return Err(Errno::IsDir),
            (true, false) => return Err(Errno::NotDir),
            (true, true) => {
                // The directory that is moved may be inside of the one that would go.
                if state.load(io, target)?.len > 0 {
                    return Err(Errno::NotEmpty);
                }
            }
            (false, false) => {}
        }
        state.unbind(to.dir, new, now)?;
        state.unlinked(target, now)?;
    }
    state.unbind(from.dir, old, now)?;
    let inode = state.inode_mut(ino)?;
    inode.ctime = now;
    if inode.group == 0 {
        inode.parent = to.dir;
    }
    if let Body::Directory(directory) = &mut inode.body {
        directory.parent = to.dir;
    }
    state.bind(to.dir, new, ino, now)
}
