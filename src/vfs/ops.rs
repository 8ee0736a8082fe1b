//! What can be done to a filesystem, by kind of operation. All under its lock.

pub(super) mod create;
pub(super) mod dir;
pub(super) mod file;
pub(super) mod metadata;
pub(super) mod remove;
pub(super) mod rename;

use super::errno::Errno;
use super::resolve::{Caller, Place, allow};
use super::state::State;
use super::table::Ino;

/// What a path leads to; a directory if it ended in a slash.
pub(super) fn existing(state: &State, place: &Place) -> Result<Ino, Errno> {
    let ino = place.existing()?;
    if place.slash && !state.inode(ino)?.is_dir() {
        return Err(Errno::NotDir);
    }
    Ok(ino)
}

/// The caller may add and remove names in this directory.
fn may_change(state: &State, dir: Ino, caller: Caller) -> Result<(), Errno> {
    allow(state, dir, 2, caller)
}
